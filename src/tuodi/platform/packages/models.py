"""Packages between zones: what was sent, and whose signatures are trusted."""

from __future__ import annotations

from django.db import models

from tuodi.platform.accounts.models import User
from tuodi.platform.ground.grades import Graded, internal
from tuodi.platform.ground.models import LtreeField
from tuodi.platform.ground.protection import Protection

__all__ = ["Package", "TrustedKey"]


class TrustedKey(models.Model):
    """The public key of another installation, entered by the administrator from a paper, not from a package."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=100)
    zone = models.CharField(max_length=16)
    public_key = models.BinaryField()
    region_path = LtreeField()
    made_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True)
    zones = frozenset({"insurance", "extranet", "internet"})
    protection = Protection(domain="places", organisation="", read_all=True)
    grades: dict[str, Graded] = {
        name: internal() for name in ("id", "name", "zone", "public_key", "region_path", "made_at", "retired_at")
    }

    class Meta:
        db_table = "packages_trustedkey"


class Package(models.Model):
    """A package made here for another zone: which fields, how many rows, its digest; the rows are not kept."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=40)
    to_zone = models.CharField(max_length=16)
    region_path = LtreeField()
    fields = models.JSONField(default=list)
    rows = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    purpose = models.CharField(max_length=300)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    zones = frozenset({"insurance", "extranet"})
    protection = Protection(domain="package", organisation="", changes=False)
    grades: dict[str, Graded] = {
        name: internal()
        for name in (
            "id",
            "kind",
            "to_zone",
            "region_path",
            "fields",
            "rows",
            "digest",
            "purpose",
            "made_by",
            "made_at",
        )
    }

    class Meta:
        db_table = "packages_package"
        ordering = ("-id",)
