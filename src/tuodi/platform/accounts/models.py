"""Users, the rights of roles as the database reads them, and grants: a role in a region for an organisation.

A grant counts from the day on which somebody else has confirmed it; the database itself refuses one who confirms his
own (``tuodi.guard_grant``) and derives from it what a pass may see.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from tuodi.platform.accounts import roles
from tuodi.platform.ground.grades import Graded, highly_sensitive, internal
from tuodi.platform.ground.models import LtreeField
from tuodi.platform.ground.protection import Protection
from tuodi.platform.places.models import Organisation, Region

__all__ = ["Grant", "Right", "User", "Users"]


class Users(BaseUserManager):
    """Makes accounts; nobody signs up by himself."""

    def create_user(self, username: str, password: str | None = None, **more: Any) -> User:
        """A user with a hashed password, in the organisation's region."""
        user = self.model(username=username, region_path=more["organisation"].region_path, **more)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """Somebody who works here, or a service that works in his office's name."""

    id = models.BigAutoField(primary_key=True)
    username = models.CharField(max_length=60, unique=True)
    display_name = models.CharField(max_length=60)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="users")
    region_path = LtreeField()
    is_active = models.BooleanField(default=True)
    is_service = models.BooleanField(default=False)
    must_change = models.BooleanField(default=False)
    """The password was set by somebody else: it opens the page on which it is changed, and nothing else."""
    codes_reset_at = models.DateTimeField(null=True)
    """When an administrator last took the second factor away."""
    made_at = models.DateTimeField(auto_now_add=True)
    language = models.CharField(max_length=10, blank=True)

    objects = Users()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: list[str] = []
    zones = frozenset({"insurance", "extranet", "internet"})
    protection = Protection(
        domain="accounts", organisation="", owner_reads=True,
        or_read="(SELECT tuodi.signing_in()) OR id = (SELECT tuodi.me())"
        " OR region_path <@ (SELECT tuodi.scope('trail', 'read'))"
        # Colleagues: who is responsible for a file, a decision, an audit is no secret within the office's own region.
        " OR region_path <@ (SELECT (tuodi.standing()).scope)",
        or_change="(SELECT tuodi.signing_in()) OR id = (SELECT tuodi.me())"
        " OR region_path <@ (SELECT tuodi.scope('confirm', 'write'))",
    )  # fmt: skip
    grades: dict[str, Graded] = {
        "id": internal(), "username": internal(), "display_name": internal("name"), "organisation": internal(),
        "region_path": internal(), "is_active": internal(), "is_service": internal(), "must_change": internal(),
        "made_at": internal(), "codes_reset_at": internal(),
        "language": internal(), "last_login": internal(), "password": highly_sensitive("blank"),
    }  # fmt: skip
    untrailed = ("password", "last_login")
    """Columns whose values the trail does not keep."""

    class Meta:
        db_table = "accounts_user"
        ordering = ("username",)

    def __str__(self) -> str:
        return str(self.display_name)

    # What libraries ask of a user; roles are grants, and there is no superuser.
    is_staff = False
    is_superuser = False

    def has_perm(self, _perm: str, _obj: object = None) -> bool:
        """Never: rights come from grants."""
        return False

    def has_module_perms(self, _label: str) -> bool:
        """Never: rights come from grants."""
        return False


class Right(models.Model):
    """A role's right, as ``roles.yaml`` says; written by the installation, read by the policies."""

    id = models.BigAutoField(primary_key=True)
    role = models.CharField(max_length=40)
    domain = models.CharField(max_length=60)
    action = models.CharField(max_length=10)
    own_only = models.BooleanField(default=False)
    zones = frozenset({"insurance", "extranet", "internet"})
    grades: dict[str, Graded] = {name: internal() for name in ("id", "role", "domain", "action", "own_only")}

    class Meta:
        db_table = "accounts_right"
        constraints = (models.UniqueConstraint(fields=["role", "domain", "action"], name="one_right_a_deed"),)


class Grant(models.Model):
    """A role for a user, in a region, for an organisation, from a day; made by one and confirmed by another."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, models.PROTECT, related_name="grants")
    role = models.CharField(max_length=40)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    region_path = LtreeField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=200, blank=True)
    zones = frozenset({"insurance", "extranet", "internet"})
    protection = Protection(
        domain="accounts", organisation="", owner_reads=True,
        or_read="(SELECT tuodi.signing_in()) OR user_id = (SELECT tuodi.me())",
        or_change="region_path <@ (SELECT tuodi.scope('confirm', 'write'))",
    )  # fmt: skip
    grades: dict[str, Graded] = {
        name: internal()
        for name in (
            "id", "user", "role", "region", "region_path", "organisation", "valid_from", "valid_to", "reason",
            "made_by", "made_at", "confirmed_by", "confirmed_at", "ended_by", "ended_at",
            "end_reason",
        )
    }  # fmt: skip

    class Meta:
        db_table = "accounts_grant"
        ordering = ("-made_at",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(confirmed_by__isnull=True) | ~models.Q(confirmed_by=models.F("made_by")),
                name="confirmed_by_another",
            ),
        )

    @property
    def role_name(self) -> str:
        """The role's name on the screen."""
        return roles.role(self.role).name if self.role in roles.roles() else str(self.role)

    def in_force(self, on: Any) -> bool:
        """Whether it counts on a day."""
        return bool(
            self.confirmed_at
            and not self.ended_at
            and self.valid_from <= on
            and (not self.valid_to or self.valid_to >= on)
        )
