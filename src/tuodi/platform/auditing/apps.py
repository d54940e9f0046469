"""The room ``auditing`` as a Django app."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig

__all__ = ["Auditing"]


class Auditing(AppConfig):
    """Audits of the county's rows by the law."""

    name = "tuodi.platform.auditing"
    label = "auditing"

    def ready(self) -> None:
        """Put the room on the menu."""
        from tuodi.platform.ground.templating import MENU

        MENU.append(_menu)


def _menu(request: Any) -> list[dict[str, Any]]:
    from django.urls import reverse

    from tuodi.platform.ground import zones
    from tuodi.platform.ground.words import _

    if not request.standing.role.may_read("audit") or not zones.here(frozenset({zones.INSURANCE})):
        return []
    return [{"title": _("救助核对"), "url": reverse("audits"), "order": 50, "match": ("/audits/",)}]
