"""The pages above the persons: totals, headline, kinds, townships, and the lists of what is no lead.

Enters: an :class:`~tuodi.audit.AuditResult`, a :class:`~tuodi.report.context.Context`, the persons' views. Leaves:
plain views. Imports rooms below and this room's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import polars as pl

from tuodi.audit import AuditResult
from tuodi.report.context import Context
from tuodi.report.kinds import CLEARED_WORDS, HIT_WORDS, KIND_WORDS, PAYER_WORDS, STATE_WORDS, UNVERIFIED_WORDS
from tuodi.report.views import Fact, KindRow, ListRow, PersonView, TotalRow, TownRow
from tuodi.report.words import day, mask_certificate, mask_name

__all__ = [
    "cleared",
    "documents",
    "headline",
    "kinds",
    "sources",
    "totals",
    "totals_by_measure",
    "towns",
    "undetermined",
]


def link(page: str, **choice: str) -> str:
    """The address of the list behind a number: the list's page with its filter set."""
    return f"{page}#" + "&".join(f"{name}={quote(value)}" for name, value in choice.items())


def kinds(result: AuditResult, context: Context, page: str) -> list[KindRow]:
    """Every heading with leads, as the audit orders them: one row a kind, grade and direction."""
    found = []
    for row in result.summary.to_dicts():
        words = KIND_WORDS[row["kind"]]
        found.append(
            KindRow(
                key=row["kind"],
                title=context.say(words.title),
                meaning=context.say(words.meaning),
                step=context.say(words.steps[0]),
                grade=row["grade"],
                direction=row["direction"],
                people=row["people"],
                leads=row["leads"],
                amount=row["amount"],
                href=link(page, kind=row["kind"], grade=row["grade"], direction=row["direction"]),
            )
        )
    order = list(KIND_WORDS)
    return sorted(found, key=lambda row: (row.grade, row.direction == "over", order.index(row.key)))


def headline(result: AuditResult, context: Context, page: str) -> list[dict[str, Any]]:
    """What a superior reads first: grade A both ways, flags that did not arrive, tilt, then what stayed open."""
    _ = context._
    found: list[dict[str, Any]] = []
    for row in result.headline.to_dicts():
        grade, owed = row["grade"], row["direction"] == "owed"
        layer = {"A": _("医疗救助与倾斜救助"), "B": _("大病保险（含倾斜）"), "C": _("基本医保")}[grade]
        found.append({
            "title": _("疑似重复/超标准支付") if not owed else _("疑似应救未救") if grade == "A" else _("疑似待补支付"),
            "grade": grade,
            "about": layer,
            "part": False,
            "people": row["people"],
            "leads": row["leads"],
            "amount": row["amount"],
            "meaning": _("依法计算的金额高于记录的支付。")
            if owed
            else _("记录的支付高于依法计算的金额，或同一费用救助了两次。"),
            "next": _("逐人核实，属实的列入补报清单。") if owed else _("核对票据和手工支付凭证；核实之前不通知追回。"),
            "href": link(page, grade=grade, direction=row["direction"]),
        })  # fmt: skip
    of_tilt = result.leads.filter((pl.col("grade") == "B") & (pl.col("direction") == "owed"))["kind"]
    alone = bool((of_tilt == "tilt_missing").all())
    for kind in ("recognised_not_flagged", "flagged_late", "tilt_missing"):
        rows = result.leads.filter(pl.col("kind") == kind)
        if rows.is_empty() or (kind == "tilt_missing" and alone):
            continue
        words = KIND_WORDS[kind]
        found.append({
            "title": context.say(words.title),
            "grade": "",
            "about": "",
            "part": True,
            "people": rows["person_id"].n_unique(),
            "leads": rows.height,
            "amount": int(rows["difference"].abs().sum()),
            "meaning": context.say(words.meaning),
            "next": context.say(words.steps[1] if kind == "recognised_not_flagged" else words.steps[0]),
            "href": link(page, kind=kind),
        })  # fmt: skip
    return found


def towns(views: Sequence[PersonView], page: str) -> list[TownRow]:
    """One row a township, most money first."""
    found: dict[str, list[int]] = {}
    for view in views:
        numbers = found.setdefault(view.town, [0, 0, 0, 0])
        for place, more in enumerate((1, len(view.leads), view.owed, view.over)):
            numbers[place] += more
    rows = [
        TownRow(name, people, leads, owed, over, link(page, town=name.replace(" ", "_")))
        for name, (people, leads, owed, over) in found.items()
    ]
    return sorted(rows, key=lambda row: (-row.owed, -row.over, row.name))


def totals(result: AuditResult, context: Context) -> list[TotalRow]:
    """The platform's monthly report beside the file, as the audit compared them."""
    return [_total(row, context) for row in result.totals.to_dicts()]


def totals_by_measure(rows: Sequence[TotalRow], context: Context) -> list[TotalRow]:
    """The same, all months of a measure in one line; a month that is not known leaves the sum unknown."""
    found: dict[str, list[TotalRow]] = {}
    for row in rows:
        found.setdefault(row.measure, []).append(row)
    order = ["differs", "not_in_report", "explained", "equal"]
    made = []
    for measure, months in found.items():
        state = min((row.state for row in months), key=order.index)
        first, last = min(row.month for row in months), max(row.month for row in months)
        sums = {
            name: _sum([getattr(row, name) for row in months])
            for name in (
                "platform_count", "file_count", "platform_amount", "file_amount", "quarantined", "difference_count",
                "difference",
            )
        }  # fmt: skip
        month = first if first == last else f"{first} — {last}"
        made.append(TotalRow(month=month, measure=measure, state=state, word=context.say(STATE_WORDS[state]), **sums))
    return made


def _sum(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _total(row: Mapping[str, Any], context: Context) -> TotalRow:
    measure = row["measure"]
    return TotalRow(
        month=row["month"],
        measure=context.say(PAYER_WORDS[measure]) if measure in PAYER_WORDS else measure,
        platform_count=row["platform_count"],
        file_count=row["file_count"],
        platform_amount=row["platform_amount"],
        file_amount=row["file_amount"],
        quarantined=row["quarantined_amount"],
        difference_count=row["difference_count"],
        difference=row["difference"],
        state=row["state"],
        word=context.say(STATE_WORDS[row["state"]]),
    )


def _names(result: AuditResult) -> dict[str, dict[str, Any]]:
    return {row["person_id"]: row for row in result.persons.to_dicts()}


def _who(person_id: str, names: Mapping[str, Mapping[str, Any]], hrefs: Mapping[str, str]) -> dict[str, Any]:
    row = names.get(person_id, {})
    certificate = row.get("certificate") or ""
    return {
        "name": mask_name(row.get("person_name")),
        "certificate": certificate if "*" in certificate else mask_certificate(certificate),
        "town": row.get("township") or "",
        "href": hrefs.get(person_id, ""),
    }


def cleared(result: AuditResult, context: Context, hrefs: Mapping[str, str]) -> list[ListRow]:
    """What a comparison of lists alone would have reported, and why it is no lead."""
    names = _names(result)
    return [
        ListRow(
            **_who(row["person_id"], names, hrefs),
            person_id=row["person_id"],
            layer=context.layer(row["layer"]),
            year=str(row["counter_year"]),
            what=context.say(HIT_WORDS[row["hit"]]) if row["hit"] in HIT_WORDS else row["hit"],
            why=(context.say(CLEARED_WORDS[row["why"]]) if row["why"] in CLEARED_WORDS else row["why"],),
            bills=row["bills"],
            claim_ids=tuple(row["claim_ids"] or ()),
            amount=row["amount"],
        )
        for row in result.cleared.to_dicts()
    ]


def undetermined(result: AuditResult, context: Context, hrefs: Mapping[str, str]) -> list[ListRow]:
    """Who could not be judged, why, and what the law gives at least."""
    names = _names(result)
    return [
        ListRow(
            **_who(row["person_id"], names, hrefs),
            person_id=row["person_id"],
            layer=context.layer(row["layer"]),
            year=str(row["counter_year"]),
            what="",
            why=context.reasons(row["reason"]),
            bills=row["bills"],
            claim_ids=tuple(row["claim_ids"] or ()),
            amount=row["at_least"],
            second=_plus(row["recorded"], row["manual"]),
        )
        for row in result.undetermined.to_dicts()
    ]


def _plus(first: int | None, second: int | None) -> int | None:
    return None if first is None else first + (second or 0)


def sources(context: Context) -> list[Fact]:
    """数据截至: the last day of each source, and sources that are older than the bills."""
    words = {
        "claims": context._("医疗救助结算明细"),
        "identities": context._("认定部门名册"),
        "flags": context._("医保身份标识"),
        "manual": context._("零星报销与手工支付明细"),
        "totals": context._("平台月报"),
    }
    return [
        Fact(words.get(name, name), day(until) or context._("未知"))
        for name, until in context.meta.sources_until.items()
    ]


def documents(context: Context) -> list[dict[str, str]]:
    """The pack's sources, laws first, each with what kind of source it is and whether it was verified."""
    _ = context._
    order = list(UNVERIFIED_WORDS)
    rows = sorted(context.meta.documents, key=lambda document: (order.index(document.kind), document.key))
    return [
        {
            "name": context.cite(document.name) if document.kind != "page" else document.name,
            "title": document.title,
            "date": day(document.date),
            "address": document.address,
            "kind": context.say(UNVERIFIED_WORDS[document.kind]),
            "verified": _("已核对原文") if document.verified else _("未核对原文"),
        }
        for document in rows
    ]
