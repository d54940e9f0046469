"""Runs of the audit: by which law, on which rows, up to which day, and where the report lies."""

from __future__ import annotations

from django.db import models

from tuodi.platform.accounts.models import User
from tuodi.platform.ground.grades import Graded, internal
from tuodi.platform.ground.protection import Protection
from tuodi.platform.ground.words import N_, _
from tuodi.platform.intake.models import Held

__all__ = ["STATES", "AuditRun"]

STATES = {"waiting": N_("等待运行"), "running": N_("正在核对"), "done": N_("已完成"), "failed": N_("未完成")}


class AuditRun(Held):
    """One audit; its report is a folder of files under the installation's home, named by ``folder``."""

    id = models.BigAutoField(primary_key=True)
    pack = models.CharField(max_length=80)
    as_of = models.DateField()
    state = models.CharField(max_length=10, choices=STATES.items(), default="waiting")
    counts = models.JSONField(default=dict)
    """persons, bills, leads, cleared, undetermined; ``kinds``: per kind its people and fen."""
    progress = models.CharField(max_length=40, blank=True)
    problem = models.TextField(blank=True)
    folder = models.CharField(max_length=64, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    zones = frozenset({"insurance"})
    protection = Protection(domain="audit")
    grades: dict[str, Graded] = {
        name: internal()
        for name in (
            "id", "organisation", "region_path", "pack", "as_of", "state", "counts", "progress", "problem", "folder",
            "made_by", "made_at", "finished_at",
        )
    }  # fmt: skip

    class Meta:
        db_table = "auditing_run"
        ordering = ("-id",)

    @property
    def made_by_name(self) -> str:
        """Who started it; a dash where the reader may not know (somebody of a wider region)."""
        found = User.objects.filter(pk=self.made_by_id).values_list("display_name", flat=True).first()
        return found or "—"

    @property
    def state_name(self) -> str:
        """The state's word on the screen."""
        return _(STATES[self.state])
