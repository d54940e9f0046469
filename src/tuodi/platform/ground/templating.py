"""Jinja for the platform's pages, and what stands around every page.

Enters: a request. Leaves: the globals and context that ``web/templates/base.html`` documents. Imports ``words``,
``zones``; the menu and the banners come from hooks that other apps register (:data:`MENU`, :data:`BANNERS`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from jinja2 import Environment, pass_context
from jinja2.runtime import Context

from tuodi.platform.ground import zones
from tuodi.platform.ground.words import language, said_in
from tuodi.platform.web.optional import OptionalKeys

__all__ = ["AS_OF", "BANNERS", "MENU", "environment", "surroundings"]

Hook = Callable[[HttpRequest], list[dict[str, Any]]]

MENU: list[Hook] = []
"""Each gives menu items ``{title, url, order, count, match}`` for a request; apps append in their ``ready``."""
BANNERS: list[Hook] = []
"""Each gives banners ``{kind, text, url}``."""
AS_OF: list[Hook] = []
"""Each gives ``{source, as_of, stale}`` for the foot of the page (数据截至)."""

_ROOMS = {"account": "accounts", "mfa": "accounts"}
"""Folder of templates that a library names → the room whose they are."""

_LEVELS = {"debug": "info", "info": "info", "success": "success", "warning": "warning", "error": "error"}


@pass_context
def _said(context: Context, text: str) -> str:
    """``_("…")`` in a template: from the catalogue of the room whose template it is."""
    folder, inside, _file = str(context.name or "").partition("/")
    return said_in(_ROOMS.get(folder, folder) if inside else "web", text)


def _url(name: str, /, *args: Any, **kwargs: Any) -> str:
    return reverse(name, args=args or None, kwargs=kwargs or None)


def environment(**options: Any) -> Environment:
    """The environment; a name that no view gave is an error; a key of a dict handed to a piece may be absent."""
    options.setdefault("undefined", OptionalKeys)
    made = Environment(**{**options, "trim_blocks": False})
    made.globals.update(url=_url, static=staticfiles_storage.url, _=_said, crumbs=None, me=None, menu=[], banners=[])
    made.globals.update(may_search=False)
    made.filters.update(day=_day, moment=_moment)
    return made


def _moment(value: datetime | None) -> str:
    """2026-03-31 09:05, on the office's clock."""
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if value else ""


def _day(value: datetime | None) -> str:
    """2026-03-31, on the office's clock."""
    return timezone.localtime(value).strftime("%Y-%m-%d") if value else ""


def surroundings(request: HttpRequest) -> dict[str, Any]:
    """What base.html shows around a page."""
    standing = getattr(request, "standing", None)
    return {
        "request": request,
        "lang": language(),
        "zone_name": zones.zone_name(),
        "invented": zones.invented_only(),
        "demo_day": settings.TUODI_TODAY,
        "me": standing.shown() if standing else _guest(request),
        "may_search": bool(standing and standing.may("search")),
        "menu": _menu(request) if standing else [],
        "banners": [*_messages(request), *(_gather(BANNERS, request) if standing else [])],
        "data_as_of": _gather(AS_OF, request) if standing else [],
        "second_factor": settings.TUODI_SECOND_FACTOR,
    }


def _guest(request: HttpRequest) -> dict[str, str] | None:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    return {"display_name": user.display_name, "role_name": "", "office_name": "", "region_name": ""}


def _messages(request: HttpRequest) -> list[dict[str, Any]]:
    if not hasattr(request, "_messages"):
        return []
    return [
        {"kind": _LEVELS.get(note.level_tag, "info"), "text": str(note), "url": ""}
        for note in messages.get_messages(request)
    ]


def _gather(hooks: list[Hook], request: HttpRequest) -> list[dict[str, Any]]:
    return [item for hook in hooks for item in hook(request)]


def _menu(request: HttpRequest) -> list[dict[str, Any]]:
    items = sorted(_gather(MENU, request), key=lambda item: item["order"])
    for item in items:
        item["active"] = request.path == item["url"] or any(
            request.path.startswith(start) for start in item.get("match", ())
        )
    return items
