"""Keys of programs: made by one, confirmed by another; shown once, kept as a digest.

Enters: a standing, a grant; or a request with ``Authorization: Bearer``. Leaves: keys; the standing of a call. A key
opens the API only, never a page. Raises ``RefusedError`` with words for the screen.
"""

from __future__ import annotations

import secrets
from datetime import date, timedelta

from django.http import HttpRequest

from tuodi.platform.accounts.models import Grant
from tuodi.platform.accounts.people import ADMINS, RefusedError, under
from tuodi.platform.accounts.standing import Standing
from tuodi.platform.api.models import ApiKey
from tuodi.platform.ground import clock
from tuodi.platform.ground.sealing import digest
from tuodi.platform.ground.words import _

__all__ = ["LONGEST", "PREFIX", "Wish", "bearer", "confirm", "end", "make"]

PREFIX = "tdk_"
LONGEST = 366
"""Days for which a key may hold."""
MOST_A_MINUTE = 6000


class Wish:
    """What somebody asks for."""

    def __init__(
        self, grant: Grant, name: str, purpose: str, legal_basis: str, expires_on: date | None, a_minute: int | None
    ) -> None:
        self.grant, self.name, self.purpose, self.legal_basis = (
            grant,
            name.strip(),
            purpose.strip(),
            legal_basis.strip(),
        )
        self.expires_on, self.a_minute = expires_on, a_minute


def make(doer: Standing, wish: Wish) -> tuple[ApiKey, str]:
    """A key that waits for its confirmation, and its text, which nobody can see again."""
    grant = wish.grant
    if not doer.may("make_grant") or not under(str(grant.region_path), doer.region_path):
        raise RefusedError(_("超出了您所辖的地区。"))
    if grant.user_id == doer.user.id or grant.role in ADMINS or grant.role == "importer":
        raise RefusedError(_("这个岗位不能配发接口密钥。"))
    if not grant.in_force(clock.today()):
        raise RefusedError(_("岗位没有生效，不能配发接口密钥。"))
    if not (wish.name and wish.purpose and wish.legal_basis):
        raise RefusedError(_("请填写名称、用途和法律依据。"))
    if wish.expires_on is None or not clock.today() < wish.expires_on <= clock.today() + timedelta(days=LONGEST):
        raise RefusedError(_("止期须在明天之后、一年之内。"))
    if wish.a_minute is None or not 0 < wish.a_minute <= MOST_A_MINUTE:
        raise RefusedError(_("每分钟次数须在 1 至 {most} 之间。").format(most=MOST_A_MINUTE))
    text = PREFIX + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        name=wish.name[:100], grant=grant, region_path=grant.region_path, digest=digest("api", text), head=text[:10],
        purpose=wish.purpose[:300], legal_basis=wish.legal_basis[:300], a_minute=wish.a_minute,
        expires_on=wish.expires_on, made_by=doer.user,
    )  # fmt: skip
    return key, text


def confirm(doer: Standing, key: ApiKey) -> None:
    """Put a key in force; the database refuses its maker as well."""
    if not doer.may("confirm_grant"):
        raise RefusedError(_("密钥由安全保密管理员确认。"))
    if key.confirmed_at or key.ended_at:
        raise RefusedError(_("这个密钥已经处理过。"))
    if doer.user.id in {key.made_by_id, key.grant.user_id}:
        raise RefusedError(_("配发人和使用人都不能确认，须由另一人确认。"))
    key.confirmed_by, key.confirmed_at = doer.user, clock.now()
    key.save(update_fields=["confirmed_by", "confirmed_at"])


def end(doer: Standing, key: ApiKey) -> None:
    """End a key at once."""
    if key.ended_at:
        raise RefusedError(_("这个密钥已经处理过。"))
    key.ended_by, key.ended_at = doer.user, clock.now()
    key.save(update_fields=["ended_by", "ended_at"])


def bearer(request: HttpRequest) -> Standing | None:
    """The standing of a call with a key in force, on a grant in force, of a user in use."""
    scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text.startswith(PREFIX) or not request.path_info.startswith("/api/"):
        return None
    key = (
        ApiKey.objects.select_related("grant__user", "grant__region", "grant__organisation")
        .filter(digest=digest("api", text.strip()))
        .first()
    )
    if key is None or not key.in_force or not key.grant.in_force(clock.today()) or not key.grant.user.is_active:
        return None
    request.api_key = key
    return Standing(key.grant, key.grant.user)
