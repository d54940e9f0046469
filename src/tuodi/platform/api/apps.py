"""The room ``api`` as a Django app."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.http import HttpRequest

__all__ = ["Api"]


class Api(AppConfig):
    """The API: the same data, rights and masks as the pages, for programs."""

    name = "tuodi.platform.api"
    label = "api"

    def ready(self) -> None:
        """Calls with a key; menu and queue of keys."""
        from tuodi.platform.accounts.middleware import BEARERS
        from tuodi.platform.accounts.queues import QUEUES
        from tuodi.platform.api.keys import bearer
        from tuodi.platform.ground.templating import MENU

        BEARERS.append(bearer)
        MENU.append(_menu)
        QUEUES.append(_queue)


def _menu(request: HttpRequest) -> list[dict[str, Any]]:
    from tuodi.platform.ground.words import _

    standing = request.standing
    if not standing.role.may_read("accounts") or not any(
        standing.may(deed) for deed in ("make_grant", "confirm_grant", "read_trail")
    ):
        return []
    return [{"title": _("接口密钥"), "url": "/keys/", "order": 73, "match": ("/keys/",)}]


def _queue(request: HttpRequest) -> list[dict[str, Any]]:
    from tuodi.platform.api.models import ApiKey
    from tuodi.platform.ground.words import _

    standing = request.standing
    if not standing.may("confirm_grant"):
        return []
    waiting = ApiKey.objects.filter(
        confirmed_at__isnull=True, ended_at__isnull=True, region_path__under=standing.region_path
    )
    return [{
        "title": _("待确认的接口密钥"), "count": waiting.count(), "url": "/keys/", "order": 12, "kind": "warning",
        "note": _("核对用途和法律依据后确认"),
    }]  # fmt: skip
