"""The worklists: the overview, one list with its filters, the export."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tuodi.platform.accounts.standing import Standing
from tuodi.platform.ground import clock, zones
from tuodi.platform.ground.pages import page
from tuodi.platform.ground.words import _
from tuodi.platform.registry.person_file import INSIDE
from tuodi.platform.registry.person_file_places import towns_under
from tuodi.platform.registry.person_file_sight import source_name
from tuodi.platform.registry.worklists import LISTS, Filters, Worklist, count_of, kind_names, open_lists, rows_of
from tuodi.platform.registry.worklists_export import exported
from tuodi.platform.registry.worklists_settings import settings_of
from tuodi.platform.registry.worklists_share import illness_share

__all__ = ["export", "worklist", "worklists"]

_OLDEST = 130
_LONGEST = 200


def _label(part: str) -> bool:
    return part.isascii() and part.isalnum()


@page(zones=INSIDE, deed="worklists", reads=("person",))
@require_GET
def worklists(request: HttpRequest) -> HttpResponse:
    """All lists of this role with their counts, and the share of hardship through illness."""
    standing: Standing = request.standing
    tiles = [
        {"title": _(one.title), "value": f"{count_of(standing, one):,}", "unit": one.unit, "note": _(one.help),
         "url": reverse("worklist", args=[one.code]), "kind": ""}
        for one in open_lists(standing)
    ]  # fmt: skip
    sees = standing.role.may_read("entry:recognitions") and standing.role.may_read("household")
    return render(request, "registry/worklists.html", {"tiles": tiles, "share": illness_share() if sees else None})


def _whole(text: str) -> int | None:
    return min(int(text), _OLDEST) if text.isascii() and text.isdecimal() and len(text) < 4 else None


def filters_of(worklist: Worklist, said: Any) -> Filters:
    """What an address or a form narrows a list by; what makes no sense narrows nothing."""
    place = said.get("place", "")
    kind = said.get("kind", "")
    number = said.get("page", "1")
    return Filters(
        place=place if len(place) < _LONGEST and all(map(_label, place.split("."))) else "",
        source=said.get("source", "") if said.get("source", "") in worklist.rests_on else "",
        kind=kind if kind in dict(worklist.kinds) else "",
        age_from=_whole(said.get("age_from", "")), age_to=_whole(said.get("age_to", "")),
        page=max(int(number), 1) if number.isascii() and number.isdecimal() and len(number) < 7 else 1,
    )  # fmt: skip


def _query(filters: Filters, **other: Any) -> str:
    held = {"place": filters.place, "source": filters.source, "kind": filters.kind, "age_from": filters.age_from,
            "age_to": filters.age_to, **other}  # fmt: skip
    return urlencode({name: value for name, value in held.items() if value not in ("", None)})


def _said(worklist: Worklist, filters: Filters, towns: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """Each filter in force: its field, its label, its value in words."""
    found = [
        ("place", _("乡镇（街道）"), dict(towns).get(filters.place, filters.place)),
        ("source", _("来源"), source_name(filters.source) if filters.source else ""),
        ("kind", _("类别"), dict(kind_names(worklist)).get(filters.kind, "")),
        ("age_from", _("年龄不小于"), "" if filters.age_from is None else str(filters.age_from)),
        ("age_to", _("年龄不大于"), "" if filters.age_to is None else str(filters.age_to)),
    ]  # fmt: skip
    return [(name, label, value) for name, label, value in found if value]


def _list(request: HttpRequest, code: str) -> Worklist:
    found = LISTS.get(code)
    if found is None or not zones.here(found.zones):
        raise Http404
    if not found.open_to(request.standing):
        raise PermissionDenied
    return found


@page(zones=INSIDE, deed="worklists", reads=("person",))
@require_GET
def worklist(request: HttpRequest, code: str) -> HttpResponse:
    """One list, the oldest finding first."""
    standing: Standing = request.standing
    chosen = _list(request, code)
    filters = filters_of(chosen, request.GET)
    result = rows_of(standing, code, filters)
    towns = towns_under(standing.region_path)
    size = settings_of().rows_a_page
    pages = max((result.total + size - 1) // size, 1)
    here = reverse("worklist", args=[code])
    active = [
        {"label": label, "value": value, "remove_url": f"{here}?{_query(filters, **{name: ''})}"}
        for name, label, value in _said(chosen, filters, towns)
    ]
    return render(request, "registry/worklist.html", {
        "list": {"title": _(chosen.title), "help": _(chosen.help), "action": _(chosen.action)}, "result": result,
        "filters": filters, "towns": towns, "kinds": kind_names(chosen), "active": active, "here": here,
        "list_sources": [(one, source_name(one)) for one in chosen.rests_on],
        "stale": [one for one in result.sources if one.stale],
        "late_days": settings_of().late_flag_days if code == "late_flag" else None,
        "export_url": reverse("worklist_export", args=[code]),
        "pager": {"number": filters.page, "pages": pages, "total": result.total,
                  "previous": f"{here}?{_query(filters, page=filters.page - 1)}" if filters.page > 1 else "",
                  "next": f"{here}?{_query(filters, page=filters.page + 1)}" if filters.page < pages else ""},
    })  # fmt: skip


@page(zones=INSIDE, deed="worklists", reads=("person",))
@require_POST
def export(request: HttpRequest, code: str) -> HttpResponse:
    """The list under its filters as a workbook; every person in it gets a look."""
    standing: Standing = request.standing
    chosen = _list(request, code)
    filters = filters_of(chosen, request.POST)
    said = [(label, value) for _name, label, value in _said(chosen, filters, towns_under(standing.region_path))]
    answer = HttpResponse(
        exported(standing, chosen, filters, said),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    name = f"{_(chosen.title).replace('/', '、')}_{clock.today():%Y%m%d}.xlsx"
    answer["Content-Disposition"] = f"attachment; filename=\"list.xlsx\"; filename*=UTF-8''{quote(name)}"
    return answer
