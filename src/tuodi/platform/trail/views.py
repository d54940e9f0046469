"""The trail on the screen: changes of rows, bulk loads, who looked at whom; and for everybody, his own actions."""

from __future__ import annotations

from typing import Any

from django.db.models import Max, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from tuodi.platform.accounts.paging import paged
from tuodi.platform.ground.pages import page
from tuodi.platform.ground.words import _
from tuodi.platform.ground.zones import EVERYWHERE
from tuodi.platform.trail.asking import HOURS, fields_of, filters_of, needs_reason, set_reason
from tuodi.platform.trail.bulk import batches_of, check
from tuodi.platform.trail.models import BulkChange
from tuodi.platform.trail.reading import (
    KINDS,
    OPERATIONS,
    Filters,
    bulks,
    changes,
    looks,
    named,
    shown_values,
    table_name,
)

__all__ = ["change_rows", "my_actions", "trail_batch", "trail_bulk", "trail_changes", "trail_looks", "trail_reason"]


def change_rows(lines: list[Any], standing: Any) -> list[dict[str, Any]]:
    """Lines of the trail of rows as a page or a file shows them."""
    names = named(lines)
    return [
        {
            "line": line, "who": names.who(line), "office": names.office(line), "role": names.role(line),
            "table": table_name(line.table_name), "operation": _(OPERATIONS.get(line.operation, line.operation)),
            "values": shown_values(line, standing),
        }
        for line in lines
    ]  # fmt: skip


@page(zones=EVERYWHERE, reads=("trail",), deed="read_trail")
@needs_reason
def trail_changes(request: HttpRequest) -> HttpResponse:
    """Changes of rows: old and new, who, in which role, for which office, why, when."""
    filters = filters_of(request)
    lines, pager = paged(request, changes(filters), 40, counted=False)
    return render(
        request, "trail/changes.html",
        {
            "rows": change_rows(lines, request.standing), "pager": pager, "tabs": _tabs(request, "trail"),
            **fields_of(request, filters),
        },
    )  # fmt: skip


@page(zones=EVERYWHERE, reads=("look",), deed="read_trail")
@needs_reason
def trail_looks(request: HttpRequest) -> HttpResponse:
    """Who looked at whom, when, at what and why; the auditors' own looks among them."""
    filters = filters_of(request)
    lines, pager = paged(request, looks(filters), 60, counted=False)
    names = named(lines)
    return render(
        request, "trail/looks.html",
        {
            "rows": [(line, names.who(line), names.role(line), names.office(line), _(KINDS.get(line.kind, line.kind)))
                     for line in lines],
            "pager": pager, "tabs": _tabs(request, "trail_looks"), **fields_of(request, filters),
        },
    )  # fmt: skip


@page(zones=EVERYWHERE, reads=("trail",), deed="read_trail")
@needs_reason
def trail_bulk(request: HttpRequest) -> HttpResponse:
    """Bulk loads, batch by batch: rows and tables."""
    filters = filters_of(request)
    rows = (
        bulks(filters)
        .order_by()
        .values("batch")
        .annotate(rows=Sum("rows"), at=Max("at"), last=Max("id"))
        .order_by("-last")
    )
    shown, pager = paged(request, rows, 40)
    batches = [one["batch"] for one in shown]
    tables: dict[str, list[str]] = {}
    who: dict[str, Any] = {}
    lines = list(BulkChange.objects.filter(batch__in=batches).order_by("id"))
    names = named(lines)
    for line in lines:
        word = table_name(line.table_name)
        if word not in tables.setdefault(line.batch, []):
            tables[line.batch].append(word)
        who[line.batch] = (names.who(line), names.role(line), names.office(line))
    return render(
        request, "trail/bulk.html",
        {
            "rows": [(one, tables.get(one["batch"], []), who.get(one["batch"], ("", "", ""))) for one in shown],
            "pager": pager, "tabs": _tabs(request, "trail_bulk"), **fields_of(request, filters),
        },
    )  # fmt: skip


@page(zones=EVERYWHERE, reads=("trail",), deed="read_trail")
@needs_reason
def trail_batch(request: HttpRequest, batch: str) -> HttpResponse:
    """One batch: its statements, and whether its rows are still there and the same."""
    lines = list(BulkChange.objects.filter(batch=batch).order_by("id"))
    if not lines:
        raise Http404
    names = named(lines)
    return render(
        request, "trail/batch.html",
        {
            "batch": batch,
            "lines": [(line, table_name(line.table_name), names.who(line), names.role(line)) for line in lines],
            "checks": [
                (table_name(table), check(table, batch, request.standing))
                for table in batches_of(batch)
            ],
        },
    )  # fmt: skip


@page(zones=EVERYWHERE, reads=("look",), deed="read_trail")
def trail_reason(request: HttpRequest) -> HttpResponse:
    """Why somebody reads the trail; asked once for some hours, kept with every look."""
    back = request.POST.get("next") or request.GET.get("next") or ""
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = "/trail/"
    error = ""
    if request.method == "POST":
        reason = request.POST.get("reason", "").strip()
        if len(reason) >= 4:
            set_reason(request, reason)
            return redirect(back)
        error = _("请写明原因，至少 4 个字。")
    return render(request, "trail/reason.html", {"back": back, "error": error, "hours": HOURS})


@page(zones=EVERYWHERE)
def my_actions(request: HttpRequest) -> HttpResponse:
    """What I did and whom I looked at, as the trail has it."""
    standing = request.standing
    mine = Filters(user=standing.user.id)
    which = "looks" if request.GET.get("which") == "looks" else "changes"
    tabs = [
        {"title": _("我更改的"), "url": "?which=changes", "active": which == "changes"},
        {"title": _("我看过的"), "url": "?which=looks", "active": which == "looks"},
    ]
    context: dict[str, Any] = {"tabs": tabs, "which": which, "rows": [], "lines": []}
    if which == "looks":
        lines, pager = paged(request, looks(mine), 60, counted=False)
        context["lines"] = [(line, _(KINDS.get(line.kind, line.kind))) for line in lines]
    else:
        found, pager = paged(request, changes(mine), 40, counted=False)
        context["rows"] = change_rows(found, standing)
    return render(request, "trail/mine.html", {**context, "pager": pager})


def _tabs(request: HttpRequest, now: str) -> list[dict[str, Any]]:
    role = request.standing.role
    made = []
    for name, title, url, domain in (
        ("trail", _("数据变更"), "/trail/", "trail"),
        ("trail_looks", _("谁看过谁"), "/trail/looks/", "look"),
        ("trail_bulk", _("批量入库"), "/trail/bulk/", "trail"),
    ):
        if role.may_read(domain):
            made.append({"title": title, "url": url, "active": name == now})
    return made
