"""Packages between zones: what was sent, what was received, and whose signatures are trusted."""

from __future__ import annotations

from django.db import models

from tuodi.platform.accounts.models import User
from tuodi.platform.ground.grades import Graded, internal
from tuodi.platform.ground.models import LtreeField
from tuodi.platform.ground.protection import Protection
from tuodi.platform.ground.words import N_, _

__all__ = ["DIRECTIONS", "Package", "TrustedKey"]

DIRECTIONS = {"made": N_("发出"), "received": N_("收到")}


class TrustedKey(models.Model):
    """The public key of another installation, entered from a paper and confirmed by another after comparing its
    fingerprint on the telephone; never taken from a package."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=100)
    zone = models.CharField(max_length=16)
    fingerprint = models.CharField(max_length=64)
    public_key = models.BinaryField()
    region_path = LtreeField()
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    zones = frozenset({"insurance", "extranet", "internet"})
    protection = Protection(
        domain="places", organisation="", read_all=True, confirmed=True,
        or_change="region_path <@ (SELECT tuodi.scope('confirm', 'write'))",
    )  # fmt: skip
    grades: dict[str, Graded] = {
        name: internal()
        for name in (
            "id", "name", "zone", "fingerprint", "public_key", "region_path", "made_by", "made_at", "confirmed_by",
            "confirmed_at", "ended_by", "ended_at",
        )
    }  # fmt: skip

    class Meta:
        db_table = "packages_trustedkey"
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["fingerprint"], condition=models.Q(ended_at__isnull=True), name="one_trust_a_key"
            ),
        )

    @property
    def in_force(self) -> bool:
        """Whether packages signed with it are taken."""
        return self.confirmed_at is not None and self.ended_at is None


class Package(models.Model):
    """A package made here for another zone, or received from one: which fields, how many rows, its digest.

    The rows are not kept: a package that is lost is made anew.
    """

    id = models.BigAutoField(primary_key=True)
    direction = models.CharField(max_length=10, choices=DIRECTIONS.items())
    kind = models.CharField(max_length=40)
    from_zone = models.CharField(max_length=16)
    to_zone = models.CharField(max_length=16)
    region_path = LtreeField()
    fields = models.JSONField(default=list)
    rows = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    """SHA-256 of the manifest, which holds that of the data."""
    key = models.CharField(max_length=64)
    """Fingerprint of the key that signed it."""
    purpose = models.CharField(max_length=300)
    office = models.CharField(max_length=100)
    as_of = models.DateField()
    packed_at = models.DateTimeField()
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    delivery_id = models.BigIntegerField(null=True)
    """The delivery that a received package became."""
    zones = frozenset({"insurance", "extranet"})
    protection = Protection(domain="package", organisation="", changes=False)
    grades: dict[str, Graded] = {
        name: internal()
        for name in (
            "id", "direction", "kind", "from_zone", "to_zone", "region_path", "fields", "rows", "digest", "key",
            "purpose", "office", "as_of", "packed_at", "made_by", "made_at", "delivery_id",
        )
    }  # fmt: skip

    class Meta:
        db_table = "packages_package"
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["digest"], condition=models.Q(direction="received"), name="a_package_comes_once"
            ),
        )

    @property
    def direction_name(self) -> str:
        """The direction's word on the screen."""
        return _(DIRECTIONS[self.direction])
