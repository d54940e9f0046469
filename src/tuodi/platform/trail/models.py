"""The trail: each change of a row, each bulk load, each look at a person. The database writes it; nobody alters it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tuodi.platform.ground.grades import Graded, internal, sensitive
from tuodi.platform.ground.models import LtreeField
from tuodi.platform.ground.protection import Protection

__all__ = ["BulkChange", "Look", "RowChange"]

_WHO = ("user_id", "role", "organisation_id", "grant_id", "region_path")


class Kept(models.Model):
    """Who did it, as the pass said: user, role, office and grant, and where."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    role = models.CharField(max_length=63)
    organisation_id = models.BigIntegerField(null=True)
    grant_id = models.BigIntegerField(null=True)
    region_path = LtreeField()
    reason = models.TextField(blank=True)
    zones = frozenset({"insurance", "extranet", "internet"})

    class Meta:
        abstract = True
        ordering = ("-id",)


class RowChange(Kept):
    """One row before and after; columns that are sealed stay sealed in it."""

    table_name = models.CharField(max_length=63)
    row_id = models.CharField(max_length=64)
    person_id = models.BigIntegerField(null=True)
    """The person whom the row concerns, where it concerns one."""
    operation = models.CharField(max_length=10)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    request = models.CharField(max_length=64, blank=True)
    transaction = models.BigIntegerField()
    protection = Protection(
        domain="trail", organisation="", adds=False, changes=False, trailed=False, append_only=True, owner_adds=True,
        or_read="table_name IN ('registry_person', 'registry_identity', 'registry_settlement', 'registry_reviewpair')"
        " AND region_path <@ (SELECT tuodi.scope('look', 'read')) OR user_id = (SELECT tuodi.me())",
    )  # fmt: skip
    grades: dict[str, Graded] = {
        **{name: internal() for name in ("id", "at", *_WHO, "reason", "table_name", "row_id", "operation")},
        "person_id": internal(), "request": internal(), "transaction": internal(),
        "old": sensitive("text"), "new": sensitive("text"),
    }  # fmt: skip

    class Meta(Kept.Meta):
        db_table = "trail_rowchange"
        indexes = (
            models.Index(fields=["table_name", "row_id"], name="changes_of_a_row"),
            models.Index(fields=["person_id", "-id"], name="changes_of_a_person"),
            models.Index(fields=["user_id", "-id"], name="changes_by_a_user"),
        )


class BulkChange(Kept):
    """One statement of a bulk load: how many rows, and their digest, which does not hang on their order."""

    table_name = models.CharField(max_length=63)
    batch = models.CharField(max_length=64)
    rows = models.BigIntegerField()
    digest = models.BigIntegerField()
    transaction = models.BigIntegerField()
    protection = Protection(
        domain="trail", organisation="", adds=False, changes=False, trailed=False, append_only=True, owner_adds=True,
        or_read="user_id = (SELECT tuodi.me())",
    )  # fmt: skip
    grades: dict[str, Graded] = {
        name: internal()
        for name in ("id", "at", *_WHO, "reason", "table_name", "batch", "rows", "digest", "transaction")
    }

    class Meta(Kept.Meta):
        db_table = "trail_bulkchange"
        indexes = (models.Index(fields=["batch"], name="bulk_of_a_batch"),)


class Look(Kept):
    """Somebody opened a person's file, or had a masked value shown, and why; or read the trail, or called the API."""

    person_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=12)
    """open, reveal, export, search, api, trail or package."""
    fields = ArrayField(models.CharField(max_length=60), default=list)
    page = models.CharField(max_length=80)
    protection = Protection(
        domain="look", organisation="", adds=False, changes=False, trailed=False, append_only=True, owner_adds=True,
        or_read="user_id = (SELECT tuodi.me())",
    )  # fmt: skip
    grades: dict[str, Graded] = {
        name: internal() for name in ("id", "at", *_WHO, "reason", "person_id", "kind", "fields", "page")
    }

    class Meta(Kept.Meta):
        db_table = "trail_look"
        indexes = (
            models.Index(fields=["person_id", "-at"], name="looks_at_a_person"),
            models.Index(fields=["user_id", "-at"], name="looks_of_a_user"),
        )
