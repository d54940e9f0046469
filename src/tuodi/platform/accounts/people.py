"""What administrators do with accounts and grants, each deed within the doer's own region and never by one alone.

Enters: the doer's standing, users, roles, places. Leaves: rows, changed under the doer's pass with the reason. Raises
:class:`RefusedError` with words for the screen. What the database refuses by itself:
``ground/sql/functions.sql``.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Q

from tuodi.errors import TuodiError
from tuodi.platform.accounts.models import Grant, User
from tuodi.platform.accounts.roles import Role, roles
from tuodi.platform.accounts.standing import Standing
from tuodi.platform.ground import clock
from tuodi.platform.ground.words import _
from tuodi.platform.places.models import Organisation, Region

__all__ = [
    "ADMINS", "NewGrant", "RefusedError", "confirm_grant", "end_grant", "holdable", "make_grant", "make_user",
    "move_user", "new_password", "release_user", "reset_codes", "reset_password", "stop_user", "under",
]  # fmt: skip

ADMINS = frozenset({"system_admin", "security_admin", "security_auditor"})
"""三员: each in other hands than the other two, and none of them with another role."""

_SIGNS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_PASSWORD_LENGTH = 14


class RefusedError(TuodiError):
    """A deed that the rules of accounts do not allow; its words are for the screen."""


@dataclass(frozen=True)
class NewGrant:
    """What somebody asks for."""

    user: User
    role: str
    region: Region
    organisation: Organisation
    valid_from: date
    valid_to: date | None
    reason: str


def under(path: str, root: str) -> bool:
    """Whether a region's path is ``root`` or lies below it."""
    return path == root or path.startswith(f"{root}.")


def new_password() -> str:
    """A random password without signs that are mistaken for one another (81 bits)."""
    return "".join(secrets.choice(_SIGNS) for _n in range(_PASSWORD_LENGTH))


def holdable(user: User, organisation: Organisation) -> list[Role]:
    """The roles that a user may be granted for an organisation, by its kind."""
    return [
        role
        for role in roles().values()
        if organisation.kind in role.kinds
        and (role.code != "importer" or user.is_service)
        and not (user.is_service and role.code in ADMINS)
    ]


def make_user(
    doer: Standing, username: str, display_name: str, organisation: Organisation, *, service: bool = False
) -> tuple[User, str]:
    """A new account and its one-time password (a program's has none)."""
    _within(doer, organisation.region_path)
    if User.objects.filter(username__iexact=username).exists():
        raise RefusedError(_("用户名已有人使用。"))
    password = None if service else new_password()
    user = User(
        username=username, display_name=display_name, organisation=organisation, region_path=organisation.region_path,
        is_service=service, must_change=not service,
    )  # fmt: skip
    user.set_password(password)
    user.save()
    return user, password or ""


def reset_password(doer: Standing, user: User, reason: str) -> str:
    """A one-time password. An account with a role is shut until the security administrator lets it in again."""
    _other(doer, user)
    _reason(reason)
    password = new_password()
    user.set_password(password)
    user.must_change = True
    if _standing_grants(user):
        user.is_active = False
    user.save(update_fields=["password", "must_change", "is_active"])
    return password


def stop_user(doer: Standing, user: User, reason: str) -> None:
    """Shut an account; nothing that it did is lost."""
    _other(doer, user)
    _reason(reason)
    user.is_active = False
    user.save(update_fields=["is_active"])


def release_user(doer: Standing, user: User, reason: str) -> None:
    """Let a shut account in again: the security administrator's deed, after speaking with its owner."""
    _other(doer, user)
    if not doer.may("confirm_grant"):
        raise RefusedError(_("停用的账号由安全保密管理员放行。"))
    _reason(reason)
    user.is_active = True
    user.save(update_fields=["is_active"])


def reset_codes(doer: Standing, user: User, reason: str) -> int:
    """Take away a user's second factor, so that he sets it up anew; how many of its rows there were."""
    from allauth.mfa.models import Authenticator

    _other(doer, user)
    if not doer.may("confirm_grant"):
        raise RefusedError(_("验证码由安全保密管理员重置。"))
    _reason(reason)
    user.codes_reset_at = clock.now()
    user.save(update_fields=["codes_reset_at"])
    return int(Authenticator.objects.filter(user=user).delete()[0])


def move_user(doer: Standing, user: User, display_name: str, organisation: Organisation, reason: str) -> int:
    """Another name or office; leaving an office ends the roles held for it. How many were ended."""
    _other(doer, user)
    _within(doer, organisation.region_path)
    _reason(reason)
    ended = 0
    if organisation.id != user.organisation_id:
        for grant in Grant.objects.filter(user=user, ended_at__isnull=True):
            _end(doer, grant, reason)
            ended += 1
    user.display_name, user.organisation, user.region_path = display_name, organisation, organisation.region_path
    user.save(update_fields=["display_name", "organisation", "region_path"])
    return ended


def make_grant(doer: Standing, wish: NewGrant) -> Grant:
    """A role for a user, not yet in force. Raises ``RefusedError`` for one that the doer may not give."""
    user, role, office = wish.user, roles().get(wish.role), wish.organisation
    if user.id == doer.user.id:
        raise RefusedError(_("不能给自己授予岗位。"))
    if role is None or role not in holdable(user, office):
        raise RefusedError(_("这个岗位不能授予该单位的人员。"))
    _within(doer, str(office.region_path))
    _within(doer, str(wish.region.path))
    if not under(str(wish.region.path), str(office.region_path)):
        raise RefusedError(_("岗位的地区不能大于所在单位的地区。"))
    if wish.valid_to and wish.valid_to < wish.valid_from:
        raise RefusedError(_("止期早于起期。"))
    held = Grant.objects.filter(user=user, ended_at__isnull=True).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=clock.today())
    )
    codes = {grant.role for grant in held}
    if (wish.role in ADMINS and codes - {wish.role}) or (wish.role not in ADMINS and codes & ADMINS):
        raise RefusedError(_("系统管理、安全保密管理、安全审计三员必须由不同的人担任，也不得兼任业务岗位。"))
    if held.filter(role=wish.role, region=wish.region, organisation=office).exists():
        raise RefusedError(_("同样的岗位已经授予，或正在等待确认。"))
    _reason(wish.reason)
    return Grant.objects.create(
        user=user, role=wish.role, region=wish.region, region_path=wish.region.path, organisation=office,
        valid_from=wish.valid_from, valid_to=wish.valid_to, reason=wish.reason, made_by=doer.user,
    )  # fmt: skip


def confirm_grant(doer: Standing, grant: Grant) -> None:
    """Put a grant in force; refused to who made it, who receives it and who is not a security administrator."""
    if not doer.may("confirm_grant"):
        raise RefusedError(_("岗位由安全保密管理员确认。"))
    if grant.confirmed_at or grant.ended_at:
        raise RefusedError(_("这一岗位已经处理过。"))
    if doer.user.id in {grant.made_by_id, grant.user_id}:
        raise RefusedError(_("授予人和本人都不能确认这一岗位，须由另一人确认。"))
    _within(doer, str(grant.region_path))
    _because(grant.reason)
    grant.confirmed_by, grant.confirmed_at = doer.user, clock.now()
    grant.save(update_fields=["confirmed_by", "confirmed_at"])


def end_grant(doer: Standing, grant: Grant, reason: str) -> None:
    """End a grant in force, or refuse one that waits."""
    if grant.ended_at:
        raise RefusedError(_("这一岗位已经处理过。"))
    if grant.user_id == doer.user.id:
        raise RefusedError(_("不能终止自己的岗位，请由另一人办理。"))
    _within(doer, str(grant.region_path))
    _reason(reason)
    _end(doer, grant, reason)


def _end(doer: Standing, grant: Grant, reason: str) -> None:
    grant.ended_by, grant.ended_at, grant.end_reason = doer.user, clock.now(), reason
    grant.save(update_fields=["ended_by", "ended_at", "end_reason"])


def _standing_grants(user: User) -> bool:
    return bool(Grant.objects.filter(user=user, confirmed_at__isnull=False, ended_at__isnull=True).exists())


def _within(doer: Standing, path: str) -> None:
    if not under(str(path), doer.region_path):
        raise RefusedError(_("超出了您所辖的地区。"))


def _other(doer: Standing, user: User) -> None:
    if user.id == doer.user.id:
        raise RefusedError(_("不能办理自己的账号，请由另一人办理。"))
    _within(doer, str(user.region_path))


def _reason(reason: str) -> None:
    if not reason.strip():
        raise RefusedError(_("请填写原因。"))
    _because(reason.strip())


def _because(reason: str) -> None:
    """What the trail will say of the changes that follow in this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('tuodi.reason', %s, true)", [reason])
