"""A package made: rows of a kind, read under the maker's pass, signed, recorded; every person's file says so.

Enters: a standing, a kind, a reason. Leaves: the bytes and the record; the rows are not kept. Raises
:class:`MakingError` where the office, the zone or the role does not fit.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from tuodi.errors import TuodiError
from tuodi.platform.accounts.standing import Standing
from tuodi.platform.ground import clock, zones
from tuodi.platform.ground.words import _
from tuodi.platform.packages.form import pack
from tuodi.platform.packages.keys import own_key
from tuodi.platform.packages.kinds import Kind, kinds
from tuodi.platform.packages.models import Package
from tuodi.platform.packages.rows import Found, found
from tuodi.platform.trail.looks import keep_looks

__all__ = ["Made", "MakingError", "foreseen", "make", "makeable"]


class MakingError(TuodiError):
    """A package that this one may not make here."""


@dataclass(frozen=True)
class Made:
    """The file, its name, and the record of it."""

    content: bytes
    name: str
    package: Package


def makeable(standing: Standing) -> list[Kind]:
    """The kinds that this one may make in this installation."""
    return [kind for kind in kinds().values() if not _refusal(standing, kind)]


def _refusal(standing: Standing, kind: Kind) -> str:
    if not standing.may("send_package"):
        return _("您的岗位不能制作数据包。")
    if not zones.here(frozenset({kind.from_zone})):
        return _("这种数据包不在这个网络里制作。")
    if standing.grant.organisation.kind not in kind.made_by:
        return _("这种数据包不由您的单位制作。")
    if kind.top > standing.role.on_reason:
        return _("数据包里有高于您岗位级别的字段。")
    return ""


def foreseen(standing: Standing, code: str) -> tuple[Kind, Found]:
    """What a package of the kind would hold now."""
    kind = kinds().get(code)
    refusal = _("没有这种数据包。") if kind is None else _refusal(standing, kind)
    if kind is None or refusal:
        raise MakingError(refusal)
    try:
        return kind, found(standing, kind)
    except PermissionError as error:
        raise MakingError(str(error)) from None


@transaction.atomic
def make(standing: Standing, code: str, reason: str) -> Made:
    """The package, recorded together with a look at each person in it."""
    if not reason.strip():
        raise MakingError(_("请填写原因。"))
    kind, rows = foreseen(standing, code)
    if not rows.rows:
        raise MakingError(_("没有要发送的行。"))
    now = clock.now()
    grant = standing.grant
    content, manifest = pack(
        kind, rows.rows, own_key(), region=grant.region_id, office=grant.organisation.name, as_of=rows.as_of,
        packed_at=now.replace(microsecond=0),
    )  # fmt: skip
    package = Package.objects.create(
        direction="made", kind=kind.code, from_zone=kind.from_zone, to_zone=kind.to_zone,
        region_path=grant.region_path, fields=manifest.fields, rows=manifest.rows, digest=_digest(manifest.said()),
        key=manifest.key, purpose=reason.strip()[:300], office=grant.organisation.name, as_of=rows.as_of,
        packed_at=now.replace(microsecond=0), made_by=standing.user, made_at=now,
    )  # fmt: skip
    keep_looks(rows.people, "package", [one.name for one in kind.fields], reason.strip(), f"package/{package.pk}")
    return Made(content, f"{kind.code}-{rows.as_of:%Y%m%d}-{package.digest[:8]}.zip", package)


def _digest(said: bytes) -> str:
    from hashlib import sha256

    return sha256(said).hexdigest()
