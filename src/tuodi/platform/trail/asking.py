"""What an auditor is asked before he reads the trail, and by what he narrows it.

A reason holds for three hours and is kept with each look at the trail. Enters: a request. Leaves: :class:`Filters`, a
reason, or a redirect to the page that asks for one. Imports ``reading``, ``looks``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.http import urlencode

from tuodi.platform.ground import clock
from tuodi.platform.ground.words import _
from tuodi.platform.trail.looks import keep_look
from tuodi.platform.trail.reading import KINDS, OPERATIONS, TABLES, Filters, table_name

__all__ = ["HOURS", "fields_of", "filters_of", "needs_reason", "reason_of", "said", "set_reason"]

HOURS = 3
"""For how long a stated reason holds (users.md, auditor)."""


def filters_of(request: HttpRequest) -> Filters:
    """The filters of the address; what makes no sense is left out, and so not among those that are shown."""
    get = request.GET
    return Filters(
        person=_number(get.get("person", "")),
        table=get.get("table", "") if get.get("table", "") in TABLES else "",
        user=_number(get.get("user", "")),
        since=_day(get.get("since", "")),
        until=_day(get.get("until", "")),
        operation=get.get("operation", "") if get.get("operation", "") in OPERATIONS else "",
        kind=get.get("kind", "") if get.get("kind", "") in KINDS else "",
    )


def _number(word: str) -> int | None:
    return int(word) if word.isascii() and word.isdigit() and len(word) < 19 else None


def _day(word: str) -> date | None:
    try:
        return parse_date(word)
    except ValueError:
        return None


def said(filters: Filters) -> list[tuple[str, str, str]]:
    """Each filter in force: its name in the address, its label and its value, for the page and for exports."""
    made: list[tuple[str, str, str]] = []
    if filters.person is not None:
        made.append(("person", _("人员序号"), str(filters.person)))
    if filters.table:
        made.append(("table", _("内容"), table_name(filters.table)))
    if filters.user is not None:
        made.append(("user", _("用户序号"), str(filters.user)))
    if filters.since:
        made.append(("since", _("起"), filters.since.isoformat()))
    if filters.until:
        made.append(("until", _("止"), filters.until.isoformat()))
    if filters.operation:
        made.append(("operation", _("操作"), _(OPERATIONS[filters.operation])))
    if filters.kind:
        made.append(("kind", _("方式"), _(KINDS[filters.kind])))
    return made


def fields_of(request: HttpRequest, filters: Filters) -> dict[str, Any]:
    """What the filter form needs: values, choices, the filters in force with the address without each."""
    active = []
    for name, label, value in said(filters):
        query = request.GET.copy()
        query.pop(name, None)
        query.pop("page", None)
        active.append({"label": label, "value": value, "remove_url": f"?{query.urlencode()}"})
    return {
        "filters": filters,
        "active": active,
        "tables": [(table, _(word)) for table, word in TABLES.items()],
        "operations": [(one, _(word)) for one, word in OPERATIONS.items()],
        "kinds": [(one, _(word)) for one, word in KINDS.items()],
        "query": request.GET.urlencode(),
    }


def set_reason(request: HttpRequest, reason: str) -> None:
    """Keep a reason for the next hours."""
    request.session["trail_reason"] = reason[:200]
    request.session["trail_until"] = (clock.now() + timedelta(hours=HOURS)).timestamp()


def reason_of(request: HttpRequest) -> str:
    """The reason that was stated and still holds; empty where there is none."""
    if clock.now().timestamp() < float(request.session.get("trail_until", 0)):
        return str(request.session.get("trail_reason", ""))
    return ""


def needs_reason(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view, once a reason was stated; each call is kept as a look at the trail, with reason and filters."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        reason = reason_of(request)
        if not reason:
            return redirect(f"{reverse('trail_reason')}?{urlencode({'next': request.get_full_path()})}")
        filters = filters_of(request)
        page = request.resolver_match.url_name if request.resolver_match else ""
        kind = "export" if page == "trail_export" else "trail"
        keep_look(filters.person, kind, [f"{name}={value}" for name, _l, value in said(filters)], reason, page or "")
        return view(request, *args, **kwargs)

    return asked
