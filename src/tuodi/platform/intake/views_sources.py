"""Pages about sources: the scoreboard, what each file must look like, its empty form, agreements with senders.

Enters: requests. Leaves: pages, XLSX forms. Imports ``scoring``, ``forms``, ``terms``.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from tuodi import vocabulary
from tuodi.errors import UsageError
from tuodi.exchange import SourceTemplate, source_templates
from tuodi.platform.ground.pages import page
from tuodi.platform.ground.words import N_, _, language
from tuodi.platform.intake.drawing import drawn
from tuodi.platform.intake.forms import empty_form, header_of
from tuodi.platform.intake.freshness import fresh
from tuodi.platform.intake.models import Agreement, Delivery
from tuodi.platform.intake.ordering import check_sender
from tuodi.platform.intake.receiving import sender_name, senders
from tuodi.platform.intake.scoring import scoreboard
from tuodi.platform.intake.shown import column_grade, column_name, source_name, type_name
from tuodi.platform.intake.terms import agree, in_force, terms_of
from tuodi.platform.intake.views import ZONES, sources_for

__all__ = ["agreement", "agreements", "quality_page", "source_form", "source_page", "sources"]

_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EVERY = {
    "day": N_("每天"), "ten_days": N_("每旬"), "month": N_("每月"), "quarter": N_("每季"), "year": N_("每年"),
    "once": N_("一次"),
}  # fmt: skip


def _template(code: str) -> SourceTemplate:
    found = source_templates().get(code)
    if found is None:
        raise Http404
    return found


@page(zones=ZONES, reads=("intake",))
def quality_page(request: HttpRequest) -> HttpResponse:
    """Source by source: complete, valid, consistent, in time; each number leads to what is behind it."""
    standing = request.standing
    persons = standing.role.may_read("person") and standing.role.may_read("entry")
    lines = scoreboard(persons=persons)
    return drawn(request, "intake/quality.html", {
        "lines": lines, "lists": standing.may("worklists"), "persons": persons, "name_of": source_name,
        "stale": [one for one in lines if one.stale],
        "silent": [
            {"name": source_name(one), "sender": sender_name(one), "url": reverse("intake_source", args=[code])}
            for code, one in source_templates().items() if code not in {line.template.code for line in lines}
        ],
    })  # fmt: skip


@page(zones=ZONES, reads=("intake",))
def sources(request: HttpRequest) -> HttpResponse:
    """Every source in the order in which a county gets them."""
    days = {one.template.code: one for one in fresh()}
    return drawn(request, "intake/sources.html", {
        "rows": [
            {
                "code": code, "name": source_name(one), "order": one.order, "sender": sender_name(one),
                "every": _(EVERY[one.cadence.every]), "full": one.mode == "full", "fresh": days.get(code),
            }
            for code, one in source_templates().items()
        ],
    })  # fmt: skip


def _aliases(template: SourceTemplate, column: str) -> list[str]:
    """Other Chinese headers under which a column is known: the template's own before the common ones."""
    one = template.columns[column]
    common = () if one.extra else vocabulary.aliases(template.target.name).get(column, ())
    return [word for word in dict.fromkeys((*one.aliases, *common)) if not word.isascii() and word != one.zh][:8]


@page(zones=ZONES, reads=("intake",))
def source_page(request: HttpRequest, code: str) -> HttpResponse:
    """What a file of this source must look like, column by column."""
    template = _template(code)
    last = Delivery.objects.filter(source=code, state="committed").order_by("-as_of", "-pk").first()
    office = last.organisation if last else senders(template, request.standing.grant)[0]
    return drawn(request, "intake/source.html", {
        "template": template, "name": source_name(template), "sender": sender_name(template), "last": last,
        "every": _(EVERY[template.cadence.every]), "terms": terms_of(template, office),
        "brings": request.standing.may("upload") and any(one.code == code for one in sources_for(request)),
        "key": _("＋").join(column_name(template, name) for name in template.key),
        "columns": [
            {
                "name": column_name(template, name),
                "header": header_of(template, name) if one.listed or one.required else "",
                "type": type_name(one.type), "required": one.required, "grade": column_grade(template, name),
                "aliases": _("、").join(_aliases(template, name)), "extra": one.extra,
            }
            for name, one in template.columns.items() if one.listed or one.required or one.extra
        ],
    })  # fmt: skip


@page(zones=ZONES, reads=("intake",))
def source_form(request: HttpRequest, code: str) -> HttpResponse:
    """The empty form of a source."""
    template = _template(code)
    name = _("{name}_空表.xlsx").format(name=source_name(template))
    return HttpResponse(empty_form(template), content_type=_WORKBOOK, headers={
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
    })  # fmt: skip


@page(zones=ZONES, reads=("intake",))
def agreements(request: HttpRequest) -> HttpResponse:
    """On what footing each list comes in, and since when."""
    known = source_templates()
    rows = Agreement.objects.select_related("organisation").order_by("source", "organisation_id", "-pk")
    return drawn(request, "intake/agreements.html", {
        "rows": [{"one": row, "name": source_name(known[row.source])} for row in rows if row.source in known],
        "may": request.standing.may("map"),
        "sources": [(one.code, source_name(one)) for one in sources_for(request)],
    })  # fmt: skip


@page(zones=ZONES, deed="map", writes=("intake",))
def agreement(request: HttpRequest, code: str) -> HttpResponse:
    """Make an agreement about a list; the one before it ends."""
    template = _template(code)
    grant = request.standing.grant
    offices = senders(template, grant)
    asked: Any = request.POST or request.GET
    office = next((one for one in offices if str(one.pk) == asked.get("organisation", "")), offices[0])
    try:
        check_sender(grant, template, office.pk)
    except UsageError as error:
        raise Http404 from error
    terms, errors = terms_of(template, office), []
    values = {
        "legal_basis": terms.legal_basis, "purpose": terms.purpose, "number": terms.number,
        "retention_months": str(terms.retention_months),
    }  # fmt: skip
    if request.method == "POST":
        values = {name: request.POST.get(name, "").strip() for name in values}
        for name, text in (("legal_basis", _("请写明法律依据")), ("purpose", _("请写明用途"))):
            if not values[name]:
                errors.append({"name": name, "text": text})
        months = values["retention_months"]
        if not months.isdecimal() or not 1 <= int(months) <= 600:
            errors.append({"name": "retention_months", "text": _("保存期限应为 1 至 600 个月")})
        if not errors:
            agree(
                code, office, legal_basis=values["legal_basis"][:300], purpose=values["purpose"][:300],
                number=values["number"][:100], retention_months=int(months),
            )  # fmt: skip
            return redirect("intake_agreements")
    return drawn(request, "intake/agreement.html", {
        "template": template, "name": source_name(template), "values": values, "errors": errors, "terms": terms,
        "before": in_force(code, office), "office": office.pk, "offices": [(one.pk, one.name) for one in offices],
        "error_of": lambda name: next((one["text"] for one in errors if one["name"] == name), ""),
        "lang_note": language() == "en",
    })  # fmt: skip
