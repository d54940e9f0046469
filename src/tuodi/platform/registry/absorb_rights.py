"""What the present pass must allow before a delivery is absorbed: asked at once, said plainly, before any work.

Enters: a target, a region. Leaves: nothing, or :class:`NotAllowedError`. Imports ``tuodi.errors``, ``ground.words``.
"""

from __future__ import annotations

from typing import Any

from tuodi.errors import UsageError
from tuodi.platform.ground.words import _

__all__ = ["NotAllowedError", "demand_rights"]

_FOR_LISTS = {"entry": ("read", "write"), "identity": ("read", "write"), "household": ("read", "write")}
_FOR_CLAIMS = {"settlement": ("read", "write")}
_ALWAYS = {"person": ("read", "write"), "link": ("write",)}


class NotAllowedError(UsageError):
    """The grant on which the work is done does not reach what the delivery would write."""


def demand_rights(cursor: Any, target: str, region_path: str, organisation: int) -> None:
    """Raise :class:`NotAllowedError` unless the pass reads and writes all that a delivery of ``target`` touches."""
    wanted = {**_ALWAYS, **(_FOR_CLAIMS if target == "claims" else _FOR_LISTS)}
    for domain, deeds in wanted.items():
        for deed in deeds:
            cursor.execute(
                "SELECT coalesce(%s::ltree <@ tuodi.scope(%s, %s), false), tuodi.bound(%s, %s)",
                [region_path, domain, deed, domain, deed],
            )
            within, bound = cursor.fetchone()
            if not within or bound not in (None, organisation):
                raise _refusal(domain, region_path)
    if target == "claims":
        return
    for deed in ("read", "write"):
        cursor.execute("SELECT coalesce(%s = ANY (tuodi.targets(%s)), false)", [target, deed])
        if not cursor.fetchone()[0]:
            raise _refusal(f"entry:{target}", region_path)


def _refusal(domain: str, region_path: str) -> NotAllowedError:
    return NotAllowedError(
        _("本岗位授权不能写入“{domain}”（{region}）；请由医保局或后台接收账号导入").format(
            domain=domain, region=region_path
        )
    )
