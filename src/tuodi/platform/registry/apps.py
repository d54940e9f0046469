"""The room ``registry`` as a Django app."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.http import HttpRequest

__all__ = ["Registry"]


class Registry(AppConfig):
    """One person, one file: persons, list rows, identities, households, settlements, doubtful links."""

    name = "tuodi.platform.registry"
    label = "registry"

    def ready(self) -> None:
        """Put the room on the menu, and its lists on the start page."""
        from tuodi.platform.accounts.queues import QUEUES
        from tuodi.platform.ground.templating import MENU
        from tuodi.platform.registry.worklists import queues

        MENU.append(_menu)
        QUEUES.append(queues)


def _menu(request: HttpRequest) -> list[dict[str, Any]]:
    from django.urls import reverse

    from tuodi.platform.ground import zones
    from tuodi.platform.ground.words import _

    standing = request.standing
    items: list[dict[str, Any]] = []
    if not zones.here(frozenset({zones.INSURANCE, zones.EXTRANET})) or not standing.role.may_read("person"):
        return items
    if standing.may("search"):
        items.append(
            {"title": _("人员查找"), "url": reverse("search"), "order": 10, "match": ("/people/", "/households/")}
        )
    if standing.may("worklists"):
        items.append({"title": _("工作清单"), "url": reverse("worklists"), "order": 20, "match": ("/worklists/",)})
    if standing.may("review_links"):
        items.append({"title": _("同一人核对"), "url": reverse("reviews"), "order": 21, "match": ("/reviews/",)})
    return items
