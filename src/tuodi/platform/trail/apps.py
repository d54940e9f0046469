"""The room ``trail`` as a Django app."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.http import HttpRequest

__all__ = ["Trail"]


class Trail(AppConfig):
    """What happened: changes of rows, bulk loads, who looked at whom; append-only."""

    name = "tuodi.platform.trail"
    label = "trail"

    def ready(self) -> None:
        """The menu."""
        from tuodi.platform.ground.templating import MENU

        MENU.append(_menu)


def _menu(request: HttpRequest) -> list[dict[str, Any]]:
    from tuodi.platform.ground.words import _

    standing = request.standing
    items: list[dict[str, Any]] = []
    if standing.may("read_trail"):
        items.append(
            {"title": _("操作记录"), "url": "/trail/", "order": 75,
             "match": ("/trail/looks", "/trail/bulk", "/trail/reason")}
        )  # fmt: skip
    items.append({"title": _("我的操作记录"), "url": "/trail/mine/", "order": 95})
    return items
