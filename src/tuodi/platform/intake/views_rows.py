"""Rows to be corrected: read on a page as far as a role may see, or taken away as a workbook that can be sent again.

Enters: requests. Leaves: pages, 待更正.xlsx. Imports ``quarantine``, ``shown``.
"""

from __future__ import annotations

from urllib.parse import quote

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from tuodi.exchange import sentence
from tuodi.platform.ground.grades import Grade
from tuodi.platform.ground.pages import page
from tuodi.platform.ground.words import _, language
from tuodi.platform.intake.drawing import drawn
from tuodi.platform.intake.models import Quarantined
from tuodi.platform.intake.quarantine import open_rows, rows_of, workbook
from tuodi.platform.intake.receiving import template_of
from tuodi.platform.intake.shown import row_line, source_name
from tuodi.platform.intake.views import ZONES, delivery_of
from tuodi.platform.trail.looks import keep_look

__all__ = ["rows", "rows_workbook"]

_PER_PAGE = 50
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@page(zones=ZONES, reads=("intake", "quarantine"))
def rows(request: HttpRequest, number: int) -> HttpResponse:
    """Every finding of a delivery: row, column, what was found, what would be right, whether it has come again."""
    delivery = delivery_of(number)
    if not delivery.source:
        return redirect("intake_delivery", number)
    template = template_of(delivery.source)
    every = Quarantined.objects.filter(delivery=delivery, reading=delivery.reading).order_by("row", "id")
    reasons = sorted(set(every.order_by().values_list("reason", flat=True)))
    asked = request.GET.get("reason", "")
    if asked in reasons:
        every = every.filter(reason=asked)
    pages = Paginator(every, _PER_PAGE)
    at = pages.get_page(request.GET.get("page"))
    lines = [
        row_line(request.standing, template, row, sheets=len(delivery.sheets) > 1) for row in rows_of(at.object_list)
    ]
    return drawn(request, "intake/rows.html", {
        "delivery": delivery, "name": source_name(template), "lines": lines, "asked": asked,
        "reasons": [(code, sentence(code, language(), found="…", expected="…")) for code in reasons],
        "open": open_rows(delivery).values("row", "sheet").distinct().count(),
        "downloads": _downloads(request) and open_rows(delivery).exists(),
        "pager": {
            "number": at.number, "pages": pages.num_pages, "total": pages.count,
            "previous": f"?reason={asked}&page={at.number - 1}" if at.has_previous() else None,
            "next": f"?reason={asked}&page={at.number + 1}" if at.has_next() else None,
        },
    })  # fmt: skip


def _downloads(request: HttpRequest) -> bool:
    """Whose file it is may have his own rows back; others only where their role may be shown numbers for a reason."""
    standing = request.standing
    return bool(standing.may("upload") or standing.role.on_reason >= Grade.HIGHLY_SENSITIVE)


@page(zones=ZONES, deed="upload", reads=("intake", "quarantine"))
def rows_workbook(request: HttpRequest, number: int) -> HttpResponse:
    """The rows still to be corrected, with their own headers and cells, unmasked: they go back to who sent them."""
    delivery = delivery_of(number)
    content = workbook(delivery, template_of(delivery.source), language())
    if not content:
        return redirect("intake_rows", number)
    keep_look(None, "export", ["quarantine"], "", f"intake_rows_workbook/{number}")
    stem = delivery.file_name.rpartition(".")[0] or delivery.file_name
    name = _("{file}_待更正.xlsx").format(file=stem)
    return HttpResponse(content, content_type=_WORKBOOK, headers={
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
    })  # fmt: skip
