"""Keys of programs, and uploads that were sent with a mark by which the same one is known again."""

from __future__ import annotations

from django.db import models

from tuodi.platform.accounts.models import Grant, User
from tuodi.platform.ground import clock
from tuodi.platform.ground.grades import Graded, highly_sensitive, internal
from tuodi.platform.ground.models import LtreeField
from tuodi.platform.ground.protection import Protection
from tuodi.platform.intake.models import Delivery, Held

__all__ = ["ApiKey", "SentOnce"]


class ApiKey(models.Model):
    """A program works on a grant with a key: of it only a digest is kept, with purpose, legal basis and last day."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=100)
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="keys")
    region_path = LtreeField()
    digest = models.BinaryField()
    head = models.CharField(max_length=12)
    """Its first signs, by which people tell keys apart."""
    purpose = models.CharField(max_length=300)
    legal_basis = models.CharField(max_length=300)
    a_minute = models.PositiveIntegerField(default=60)
    """How many calls it may make in any minute."""
    expires_on = models.DateField()
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    zones = frozenset({"insurance", "extranet", "internet"})
    protection = Protection(
        domain="accounts", organisation="", confirmed=True, or_read="(SELECT tuodi.signing_in())",
        or_change="region_path <@ (SELECT tuodi.scope('confirm', 'write'))",
    )  # fmt: skip
    untrailed = ("digest",)
    grades: dict[str, Graded] = {
        **{
            name: internal()
            for name in (
                "id", "name", "grant", "region_path", "head", "purpose", "legal_basis", "a_minute", "expires_on",
                "made_by", "made_at", "confirmed_by", "confirmed_at", "ended_by", "ended_at",
            )
        },
        "digest": highly_sensitive("blank"),
    }  # fmt: skip

    class Meta:
        db_table = "api_apikey"
        ordering = ("-id",)
        indexes = (models.Index(fields=["digest"], name="key_by_digest"),)

    @property
    def in_force(self) -> bool:
        """Whether calls with it are answered."""
        return self.confirmed_at is not None and self.ended_at is None and self.expires_on >= clock.today()


class SentOnce(Held):
    """An upload's ``Idempotency-Key``: the same one sent again is answered with the delivery that the first became."""

    id = models.BigAutoField(primary_key=True)
    mark = models.CharField(max_length=100)
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    content = models.CharField(max_length=64)
    """SHA-256 of the file, so that one mark stands for one file."""
    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    zones = frozenset({"insurance", "extranet"})
    protection = Protection(domain="intake", changes=False)
    grades: dict[str, Graded] = {
        name: internal()
        for name in ("id", "organisation", "region_path", "mark", "user", "content", "delivery", "made_at")
    }

    class Meta:
        db_table = "api_sentonce"
        constraints = (models.UniqueConstraint(fields=["user", "mark"], name="one_upload_a_mark"),)
