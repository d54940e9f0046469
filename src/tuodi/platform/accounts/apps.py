"""The room ``accounts`` as a Django app."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.http import HttpRequest

__all__ = ["Accounts"]


class Accounts(AppConfig):
    """Who works here: users, roles as data, grants made by one and confirmed by another, sign-in."""

    name = "tuodi.platform.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Menu and queues; a wrong one-time code counts as a failed sign-in."""
        from allauth.mfa.signals import authentication_failed

        from tuodi.platform.accounts.queues import QUEUES, own
        from tuodi.platform.accounts.second_factor import count_wrong_code
        from tuodi.platform.ground.templating import MENU

        authentication_failed.connect(count_wrong_code)
        QUEUES.append(own)
        MENU.append(_menu)


def _menu(request: HttpRequest) -> list[dict[str, Any]]:
    from tuodi.platform.ground.words import _

    standing = request.standing
    items: list[dict[str, Any]] = [{"title": _("工作台"), "url": "/", "order": 0}]
    works = any(standing.may(deed) for deed in ("make_grant", "confirm_grant", "read_trail"))
    if works and standing.role.may_read("accounts"):
        items.append({"title": _("账号"), "url": "/accounts/", "order": 70, "match": ("/accounts/",)})
        items.append({"title": _("岗位"), "url": "/grants/", "order": 71, "match": ("/grants/",)})
    items.append({"title": _("地区与单位"), "url": "/places/", "order": 90, "match": ("/places/", "/offices/")})
    items.append({"title": _("岗位说明"), "url": "/roles/", "order": 91, "match": ("/roles/",)})
    return items
