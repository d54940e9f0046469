"""The room ``packages`` as a Django app."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.http import HttpRequest

__all__ = ["Packages"]


class Packages(AppConfig):
    """Signed packages of listed fields between zones."""

    name = "tuodi.platform.packages"
    label = "packages"

    def ready(self) -> None:
        """Menu and queue."""
        from tuodi.platform.accounts.queues import QUEUES
        from tuodi.platform.ground.templating import MENU

        MENU.append(_menu)
        QUEUES.append(_queue)


def _menu(request: HttpRequest) -> list[dict[str, Any]]:
    from tuodi.platform.ground.words import _
    from tuodi.platform.ground.zones import here

    standing = request.standing
    items: list[dict[str, Any]] = []
    if not here(frozenset({"insurance", "extranet"})):
        return items
    if standing.role.may_read("package"):
        items.append({
            "title": _("跨网数据包"), "url": "/packages/", "order": 60,
            "match": ("/packages/make", "/packages/receive"),
        })  # fmt: skip
    if standing.may("make_grant") or standing.may("confirm_grant"):
        items.append({"title": _("跨网公钥"), "url": "/packages/keys/", "order": 72, "match": ("/packages/keys/",)})
    return items


def _queue(request: HttpRequest) -> list[dict[str, Any]]:
    from tuodi.platform.ground.words import _
    from tuodi.platform.ground.zones import here
    from tuodi.platform.packages.models import TrustedKey

    standing = request.standing
    if not standing.may("confirm_grant") or not here(frozenset({"insurance", "extranet"})):
        return []
    waiting = TrustedKey.objects.filter(
        confirmed_at__isnull=True, ended_at__isnull=True, region_path__under=standing.region_path
    )
    return [{
        "title": _("待确认的公钥"), "count": waiting.count(), "url": "/packages/keys/", "order": 13, "kind": "warning",
        "note": _("与对方电话核对指纹后确认"),
    }]  # fmt: skip
