"""The room ``intake`` as a Django app: its menu items, the days of all sources, the banner for stale ones."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.http import HttpRequest

__all__ = ["Intake"]


class Intake(AppConfig):
    """Files in: sources, deliveries, what was wrong in them, mappings, quality."""

    name = "tuodi.platform.intake"
    label = "intake"

    def ready(self) -> None:
        """Hang the hooks."""
        from tuodi.platform.ground.templating import AS_OF, BANNERS, MENU
        from tuodi.platform.intake.freshness import as_of_lines, stale_banners

        MENU.append(_menu)
        AS_OF.append(as_of_lines)
        BANNERS.append(stale_banners)


def _menu(request: HttpRequest) -> list[dict[str, Any]]:
    """Deliveries with the number that waits, and the scoreboard, for those who may read deliveries."""
    from django.urls import reverse

    from tuodi.platform.ground import zones
    from tuodi.platform.ground.words import _
    from tuodi.platform.intake.models import Delivery
    from tuodi.platform.intake.states import OPEN

    standing = request.standing
    if not standing.role.may_read("intake") or not zones.here(Delivery.zones):
        return []
    waiting = Delivery.objects.filter(state__in=OPEN).count() if standing.may("upload") else 0
    files, quality, sources = (reverse(f"intake_{name}") for name in ("deliveries", "quality", "sources"))
    numbered = tuple(f"{files}{digit}" for digit in "0123456789")
    return [
        {
            "title": _("数据导入"), "url": files, "order": 60, "count": waiting,
            "match": (*numbered, reverse("intake_upload")),
        },
        {"title": _("数据质量"), "url": quality, "order": 61, "count": 0},
        {
            "title": _("来源与协议"), "url": sources, "order": 62, "count": 0,
            "match": (sources, reverse("intake_agreements")),
        },
    ]  # fmt: skip
