"""The three networks that data may be in, and which of them this installation is.

Enters: the setting ``TUODI_ZONE``. Leaves: names and checks. Source: PRACTICE.md, Zones. Imports ``words``.
"""

from __future__ import annotations

from django.conf import settings

from tuodi.platform.ground.words import N_, _

__all__ = ["ALL", "EVERYWHERE", "EXTRANET", "INSURANCE", "INTERNET", "ZONES", "here", "invented_only", "zone_name"]

INSURANCE, EXTRANET, INTERNET, ALL = "insurance", "extranet", "internet", "all"
ZONES = (INSURANCE, EXTRANET, INTERNET)
EVERYWHERE = frozenset(ZONES)
_NAMES = {
    INSURANCE: N_("医保专网"),
    EXTRANET: N_("政务外网"),
    INTERNET: N_("互联网"),
    ALL: N_("演示（虚构数据）"),
}


def here(zones: frozenset[str]) -> bool:
    """Whether something that may be in ``zones`` may be in this installation."""
    return settings.TUODI_ZONE == ALL or settings.TUODI_ZONE in zones


def invented_only() -> bool:
    """An installation of all zones at once takes invented people only."""
    return bool(settings.TUODI_ZONE == ALL)


def zone_name(zone: str | None = None) -> str:
    """The zone's name on the screen."""
    return _(_NAMES[zone or settings.TUODI_ZONE])
