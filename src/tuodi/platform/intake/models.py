"""What came in: agreements with senders, deliveries, the rows that were wrong, and how a strange file is to be read."""

from __future__ import annotations

from django.db import models

from tuodi.platform.accounts.models import User
from tuodi.platform.ground.grades import Graded, highly_sensitive, internal
from tuodi.platform.ground.models import LtreeField
from tuodi.platform.ground.protection import Protection
from tuodi.platform.ground.words import N_, _
from tuodi.platform.places.models import Organisation

__all__ = ["STATES", "VIAS", "Agreement", "Delivery", "Mapping", "Quarantined"]

STATES = {
    "received": N_("待读取"),
    "mapping": N_("待对应列"),
    "reading": N_("正在读取"),
    "previewed": N_("待确认"),
    "committing": N_("正在入库"),
    "committed": N_("已入库"),
    "unchanged": N_("无变化"),
    "refused": N_("未接收"),
    "cancelled": N_("已取消"),
}
"""State of a delivery → its word; which may follow which says :mod:`~tuodi.platform.intake.states`."""

VIAS = {
    "page": N_("页面上传"),
    "command": N_("命令行"),
    "folder": N_("监视文件夹"),
    "package": N_("跨网数据包"),
    "api": N_("接口"),
}


class Held(models.Model):
    """A row that belongs to an organisation and lies in a region."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    region_path = LtreeField()

    class Meta:
        abstract = True


class Agreement(Held):
    """On what footing a sender's files come in: law, purpose, agreement, retention (PRACTICE.md, Privacy)."""

    id = models.BigAutoField(primary_key=True)
    source = models.CharField(max_length=60)
    legal_basis = models.CharField(max_length=300)
    purpose = models.CharField(max_length=300)
    number = models.CharField(max_length=100, blank=True)
    retention_months = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    zones = frozenset({"insurance", "extranet"})
    protection = Protection(domain="intake")
    grades: dict[str, Graded] = {
        name: internal()
        for name in (
            "id", "organisation", "region_path", "source", "legal_basis", "purpose", "number", "retention_months",
            "made_at", "ended_at",
        )
    }  # fmt: skip

    class Meta:
        db_table = "intake_agreement"
        constraints = (
            models.UniqueConstraint(
                fields=["source", "organisation"],
                condition=models.Q(ended_at__isnull=True),
                name="one_agreement_in_force",
            ),
        )


class Mapping(Held):
    """How the columns of a file never seen before are to be read; kept by the fingerprint of its header."""

    id = models.BigAutoField(primary_key=True)
    source = models.CharField(max_length=60)
    fingerprint = models.CharField(max_length=64)
    columns = models.JSONField(default=dict)
    values = models.JSONField(default=dict)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    zones = frozenset({"insurance", "extranet"})
    protection = Protection(domain="intake")
    grades: dict[str, Graded] = {
        name: internal()
        for name in (
            "id", "organisation", "region_path", "source", "fingerprint", "columns", "values", "made_by", "made_at",
        )
    }  # fmt: skip

    class Meta:
        db_table = "intake_mapping"
        ordering = ("-id",)
        indexes = (models.Index(fields=["source", "fingerprint"], name="mapping_of_a_header"),)


class Delivery(Held):
    """One file of one source: what it held, what it would change, what it changed."""

    id = models.BigAutoField(primary_key=True)
    source = models.CharField(max_length=60)
    file_name = models.CharField(max_length=200)
    file_digest = models.CharField(max_length=64)
    size = models.BigIntegerField()
    via = models.CharField(max_length=10, choices=VIAS.items())
    state = models.CharField(max_length=12, choices=STATES.items(), default="received")
    as_of = models.DateField(null=True)
    """数据截至: the day up to which the sender's data reach."""
    period_from = models.DateField(null=True)
    period_to = models.DateField(null=True)
    counts = models.JSONField(default=dict)
    """rows, good, quarantined, dropped, added, changed, left, unchanged."""
    totals = models.JSONField(default=list)
    """Ours beside the sender's own, column by column."""
    quality = models.JSONField(default=dict)
    unknown_columns = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    progress = models.JSONField(default=dict)
    problem = models.TextField(blank=True)
    mapping = models.ForeignKey(Mapping, models.PROTECT, null=True, related_name="+")
    legal_basis = models.CharField(max_length=300)
    purpose = models.CharField(max_length=300)
    agreement = models.CharField(max_length=100, blank=True)
    expires_on = models.DateField()
    received_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    received_at = models.DateTimeField()
    committed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    committed_at = models.DateTimeField(null=True)
    guesses = models.JSONField(default=list)
    """Which sources the file may be of: code, score and reason, the likeliest first."""
    given = models.JSONField(default=dict)
    """What the officer said of the file: as_of, and texts for columns that it lacks."""
    same_as = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    """The committed delivery of the very same file."""
    sheets = models.JSONField(default=list)
    """Sheet, headers and title lines as they stood: what a workbook of rows to be corrected needs."""
    reading = models.PositiveSmallIntegerField(default=0)
    """How often the file was read; rows set aside belong to one reading."""
    samples = models.BinaryField(null=True)
    """First rows that would be added, changed, left, or contradict themselves; values of unknown columns: sealed."""
    ordered_on = models.BigIntegerField(null=True)
    """The grant on which the work now waiting or under way was ordered."""
    zones = frozenset({"insurance", "extranet"})
    protection = Protection(domain="intake")
    grades: dict[str, Graded] = {
        name: internal()
        for name in (
            "id", "organisation", "region_path", "source", "file_name", "file_digest", "size", "via", "state", "as_of",
            "period_from", "period_to", "counts", "totals", "quality", "unknown_columns", "warnings", "progress",
            "problem", "mapping", "legal_basis", "purpose", "agreement", "expires_on", "received_by", "received_at",
            "committed_by", "committed_at", "guesses", "given", "same_as", "sheets", "reading", "ordered_on",
        )
    } | {"samples": highly_sensitive("blank")}  # fmt: skip
    untrailed = ("progress", "samples")

    class Meta:
        db_table = "intake_delivery"
        ordering = ("-id",)
        indexes = (
            models.Index(fields=["source", "state", "-as_of"], name="last_of_a_source"),
            models.Index(fields=["file_digest"], name="delivery_of_a_file"),
        )

    @property
    def state_name(self) -> str:
        """The state's word on the screen."""
        return _(STATES[self.state])

    @property
    def via_name(self) -> str:
        """How it came, on the screen."""
        return _(VIAS[self.via])


class Quarantined(Held):
    """A row that was wrong: where, why, and the row itself, sealed, so that it can be corrected and sent again."""

    id = models.BigAutoField(primary_key=True)
    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="quarantined")
    sheet = models.CharField(max_length=60, blank=True)
    row = models.PositiveIntegerField()
    column = models.CharField(max_length=100, blank=True)
    field = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=60)
    sealed = models.BinaryField()
    """The value found, what would be right, the file and the row's cells, as sealed JSON."""
    reading = models.PositiveSmallIntegerField(default=1)
    settled_by = models.ForeignKey(Delivery, models.PROTECT, null=True, related_name="+")
    """The later delivery in which the corrected row came."""
    zones = frozenset({"insurance", "extranet"})
    protection = Protection(domain="quarantine", bulk=True)
    grades: dict[str, Graded] = {
        **{
            name: internal()
            for name in (
                "id", "organisation", "region_path", "delivery", "sheet", "row", "column", "field", "reason",
                "reading", "settled_by",
            )
        },
        "sealed": highly_sensitive("blank"),
    }  # fmt: skip

    class Meta:
        db_table = "intake_quarantined"
        ordering = ("delivery_id", "row", "id")
        indexes = (models.Index(fields=["delivery", "reading"], name="rows_of_a_reading"),)
