"""The page on which an officer says once which column of a strange file is which; it is kept and used the next time.

Enters: requests. Leaves: a mapping, and the order to read the file by it. Imports ``mapping``, ``looking``.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from tuodi.errors import FileError, TuodiError
from tuodi.exchange import FileMapping, SourceTemplate, suggest_mapping
from tuodi.platform.accounts.standing import Standing
from tuodi.platform.ground.pages import page
from tuodi.platform.ground.words import _, language
from tuodi.platform.intake.drawing import drawn
from tuodi.platform.intake.looking import Inside, look
from tuodi.platform.intake.mapping import keep_mapping, kept_for
from tuodi.platform.intake.models import Delivery
from tuodi.platform.intake.receiving import template_of
from tuodi.platform.intake.shown import column_grade, column_name, source_name, text_masked, type_name
from tuodi.platform.intake.states import may
from tuodi.platform.intake.store import RefusedFileError, opened
from tuodi.platform.intake.views import ZONES, delivery_of, order
from tuodi.platform.intake.wording import of_error, said

__all__ = ["mapping_page"]

_OF_ONE = frozenset({"name", "identifier", "identity_number", "disability_number", "phone", "account", "text", "money"})
"""Types of which one value cannot stand for a whole file."""


@page(zones=ZONES, deed="map", writes=("intake",))
def mapping_page(request: HttpRequest, number: int) -> HttpResponse:
    """Header by header: what it may mean and why, some values; then read the file by it."""
    delivery = delivery_of(number)
    if not delivery.source or not may(delivery, "reading") or delivery.state == "reading":
        return redirect("intake_delivery", number)
    template = template_of(delivery.source)
    try:
        with opened(delivery.file_digest, delivery.file_name) as path:
            inside = look(path, delivery.file_name, template, delivery.sheets)
    except FileError as error:
        return _shown(request, delivery, template, None, said(of_error(error)))
    except RefusedFileError as error:
        return _shown(request, delivery, template, None, str(error))
    if request.method == "POST":
        try:
            columns = {
                header: chosen
                for place, header in enumerate(inside.headers)
                if header and (chosen := request.POST.get(f"column-{place}", ""))
            }
            words = _words(request, template)
            keep_mapping(delivery, template, inside.fingerprint, columns, words, request.standing.user.pk)
            given = {name: text for name in template.columns if (text := request.POST.get(f"given-{name}", "").strip())}
            delivery.given = {**delivery.given, "columns": given}
            delivery.save(update_fields=["given"])
            order(request, "preview", delivery)
            return redirect("intake_delivery", number)
        except TuodiError as error:
            return _shown(request, delivery, template, inside, str(error))
    return _shown(request, delivery, template, inside, "")


def _words(request: HttpRequest, template: SourceTemplate) -> dict[str, dict[str, str]]:
    """Column → word of the file → code: one a line, word = code."""
    made: dict[str, dict[str, str]] = {}
    for name in template.columns:
        for line in request.POST.get(f"values-{name}", "").splitlines():
            word, sign, code = line.replace("＝", "=").partition("=")
            if sign and word.strip() and code.strip():
                made.setdefault(name, {})[word.strip()] = code.strip()
    return made


def _shown(
    request: HttpRequest, delivery: Delivery, template: SourceTemplate, inside: Inside | None, error: str
) -> HttpResponse:
    kept = delivery.mapping or (kept_for(delivery, inside.fingerprint) if inside else None)
    said_before = FileMapping(dict(kept.columns), dict(kept.values)) if kept else FileMapping()
    lines = _lines(request.standing, template, inside, said_before, request.POST) if inside else []
    chosen = {line["column"] for line in lines if line["column"]}
    missing = [
        name for name, one in template.columns.items()
        if one.required and name not in chosen and name not in template.title and name not in template.constants
    ]  # fmt: skip
    return drawn(request, "intake/mapping.html", {
        "delivery": delivery, "name": source_name(template), "error": error, "problem": said(delivery.problem),
        "lines": lines, "kept": kept,
        "targets": [("", _("不采用，按原文保留"))] + [
            (name, f"{column_name(template, name)}{_('（必需）') if one.required else ''}")
            for name, one in template.columns.items() if one.listed or one.required or one.extra or name in chosen
        ],
        "lacking": [
            column_name(template, name) for name in missing if template.columns[name].type in _OF_ONE
        ],
        "missing": [
            {"name": name, "title": column_name(template, name), "type": type_name(template.columns[name].type),
             "value": (delivery.given.get("columns") or {}).get(name, "")}
            for name in missing if template.columns[name].type not in _OF_ONE
        ],
        "codes": [
            {"name": name, "title": column_name(template, name),
             "value": "\n".join(f"{word}={code}" for word, code in said_before.values.get(name, {}).items())}
            for name, one in template.columns.items() if one.type.startswith("code:") and name in chosen
        ],
    })  # fmt: skip


def _lines(
    standing: Standing, template: SourceTemplate, inside: Inside, kept: FileMapping, posted: Any
) -> list[dict[str, Any]]:
    made = []
    for place, found in enumerate(suggest_mapping(inside.headers, inside.rows, template)):
        if not found.header:
            continue
        column = posted.get(f"column-{place}") if posted else kept.columns.get(found.header, found.column or "")
        was_kept = found.header in kept.columns
        grade = column or found.header
        made.append({
            "place": place, "header": found.header, "column": column or "", "score": 100 if was_kept else found.score,
            "why": _("上次这样对应") if was_kept else found.why_zh if language() == "zh" else found.why_en,
            "samples": [text_masked(standing, template, grade, text) for text in inside.samples(place)[:2]],
            "grade": column_grade(template, grade), "sure": was_kept or found.score == 100,
            "type": type_name(template.columns[column].type) if column in template.columns else "",
        })  # fmt: skip
    return made
