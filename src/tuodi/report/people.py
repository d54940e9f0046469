"""One person's page: what the lists say, the leads with their causes, and the bills beneath.

Enters: an :class:`~tuodi.audit.AuditResult` and a :class:`~tuodi.report.context.Context`. Leaves:
:class:`~tuodi.report.views.PersonView`, ordered by what is at stake. Imports rooms below and this room's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from tuodi.audit import AuditResult
from tuodi.report.context import Context, Row, grouped_rows
from tuodi.report.kinds import CAUSE_WORDS, DIRECTION_WORDS, KIND_WORDS, NOTE_WORDS, ORIGIN_WORDS
from tuodi.report.sheet import bill_view, difference_of, year_sheet
from tuodi.report.views import IntervalView, LeadBill, LeadView, PersonView
from tuodi.report.words import day, mask_certificate, mask_name, span

__all__ = ["people"]

_OPEN = 3
"""Bills whose sheets stand open on a page: those that differ most; the others open on a click."""


def people(result: AuditResult, context: Context, certificates: Mapping[str, str] | None = None) -> list[PersonView]:
    """A view of every person with a lead: first who may be owed most, then who may have been paid most."""
    ranked = (
        result.persons.filter(pl.col("leads") > 0)
        .sort(pl.col("owed"), pl.col("over"), descending=[True, True], maintain_order=True)
        .to_dicts()
    )
    ranked.sort(key=lambda row: (-row["owed"], -row["over"], row["person_id"]))
    tables = {
        name: grouped_rows(getattr(result, name), "person_id") for name in ("leads", "intervals", "bills", "waterfalls")
    }
    by_lead = {name: grouped_rows(getattr(result, name), "lead_id") for name in ("causes", "lead_bills")}
    width = max(3, len(str(len(ranked))))
    views = []
    for place, row in enumerate(ranked, 1):
        own = {name: table.get(row["person_id"], []) for name, table in tables.items()}
        number = f"{place:0{width}d}"
        views.append(_person(row, number, own, by_lead, context, (certificates or {}).get(row["person_id"], "")))
    return views


def _person(
    row: Row,
    number: str,
    own: Mapping[str, list[dict[str, Any]]],
    by_lead: Mapping[str, Mapping[str, list[dict[str, Any]]]],
    context: Context,
    certificate: str,
) -> PersonView:
    anchors = {bill["claim_id"]: f"b{place}" for place, bill in enumerate(own["bills"], 1)}
    bills = {bill["claim_id"]: bill for bill in own["bills"]}
    differing = {claim for lead in own["leads"] for claim in lead["claim_ids"] or ()}
    steps = _by_claim(own["waterfalls"])
    size = {claim: abs(difference_of(steps.get(claim, ())) or 0) for claim in differing}
    shown = set(sorted(differing, key=lambda claim: (-size[claim], claim))[:_OPEN])
    years: dict[int, list[Row]] = {}
    for bill in own["bills"]:
        if bill["status"] not in {"annulled", "quarantined"}:
            years.setdefault(bill["counter_year"], []).append(bill)
    leads = tuple(
        _lead(lead, place, by_lead, bills, anchors, steps, context)
        for place, lead in enumerate(sorted(own["leads"], key=_lead_order), 1)
    )
    identities = context.join(
        list(dict.fromkeys(name for lead in leads for name in lead.identities))
        or list(
            dict.fromkeys(
                context.code("identity", entry["identity"])
                for entry in own["intervals"]
                if entry["origin"] == "recognised"
            )
        )
    )
    return PersonView(
        id=row["person_id"],
        number=number,
        name=mask_name(row["person_name"]),
        full_name=row["person_name"] or "",
        certificate=_masked(row["certificate"]),
        certificate_full=certificate,
        town=row["township"] or context._("（未写镇街）"),
        village=row["village"] or "",
        household=row["household_id"] or "",
        born=day(row["birth_date"]),
        identities=identities,
        owed=row["owed"],
        over=row["over"],
        intervals=tuple(_interval(entry, context) for entry in own["intervals"]),
        leads=leads,
        bills=tuple(
            bill_view(
                bill,
                steps.get(bill["claim_id"], []),
                context,
                anchors,
                differs=bill["claim_id"] in differing,
                shown=bill["claim_id"] in shown,
            )
            for bill in own["bills"]
        ),
        years=tuple(
            (year, year_sheet(bills_of, steps, context)) for year, bills_of in years.items() if len(bills_of) > 1
        ),
    )


def _masked(certificate: str | None) -> str:
    return certificate if certificate and "*" in certificate else mask_certificate(certificate)


def _lead_order(lead: Row) -> tuple[str, bool, int, str]:
    return lead["grade"], lead["direction"] == "over", -abs(lead["difference"]), lead["lead_id"]


def _by_claim(rows: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["claim_id"], []).append(row)
    return {claim: sorted(rows, key=lambda row: row["step"]) for claim, rows in found.items()}


def _interval(entry: Row, context: Context) -> IntervalView:
    return IntervalView(
        origin=context.say(ORIGIN_WORDS[entry["origin"]]),
        identity=context.code("identity", entry["identity"]) or context._("无救助身份"),
        span=span(entry["from"], entry["to"]) if entry["from"] or entry["to"] else "",
        recognised=day(entry["recognised_on"]),
        pushed=day(entry["pushed_on"]),
        flagged=day(entry["flagged_on"]),
        source=entry["source"] or (entry["claim_id"] or ""),
    )


def _lead(
    lead: Row,
    place: int,
    by_lead: Mapping[str, Mapping[str, list[dict[str, Any]]]],
    bills: Mapping[str, Row],
    anchors: Mapping[str, str],
    steps: Mapping[str, Sequence[Row]],
    context: Context,
) -> LeadView:
    words = KIND_WORDS[lead["kind"]]
    causes = tuple(_cause(row, bills, context) for row in by_lead["causes"].get(lead["lead_id"], []))
    cites = [
        context.cite(cite)
        for claim in lead["claim_ids"] or ()
        for step in steps.get(claim, ())
        if step["layer"] == lead["layer"]
        for cite in step["citations"] or ()
    ]
    return LeadView(
        id=lead["lead_id"],
        anchor=f"l{place}",
        kind=lead["kind"],
        title=context.say(words.title),
        meaning=context.say(words.meaning),
        steps=tuple(context.say(step) for step in words.steps),
        grade=lead["grade"],
        direction=lead["direction"],
        direction_word=context.say(DIRECTION_WORDS[lead["direction"]]),
        layer=context.layer(lead["layer"]),
        year=lead["counter_year"],
        recorded=lead["recorded"],
        manual=lead["manual"],
        by_law=lead["by_law"],
        by_law_chain=lead["by_law_chain"],
        difference=lead["difference"],
        causes=causes,
        notes=tuple(context.say(NOTE_WORDS[note]) if note in NOTE_WORDS else note for note in lead["notes"] or ()),
        identities=tuple(context.code("identity", code) for code in lead["identities"] or ()),
        claim_ids=tuple(lead["claim_ids"] or ()),
        cites=tuple(dict.fromkeys(cites)),
        bills=tuple(_lead_bill(row, bills, anchors, context) for row in by_lead["lead_bills"].get(lead["lead_id"], [])),
    )


def _cause(row: Row, bills: Mapping[str, Row], context: Context) -> str:
    text = context.say(CAUSE_WORDS[row["cause"]])
    detail = (row["detail"] or "").strip()
    parts = detail.split(";") if detail else []
    if parts and all(part in bills for part in parts):
        detail = context._("结算 {ids}").format(ids=context.join(parts))
    elif row["cause"] == "referral_not_asked":
        detail = context.code("authorisation", detail)
    else:
        detail = context.code("identity", detail)
    detail = context.join([detail, day(row["since"])])
    if not detail:
        text = text.replace("（{detail}）", "").replace(" ({detail})", "")
    return text.format(detail=detail)


def _lead_bill(row: Row, bills: Mapping[str, Row], anchors: Mapping[str, str], context: Context) -> LeadBill:
    bill = bills.get(row["claim_id"])
    one_stop = row["one_stop"]
    words = {True: context._("是"), False: context._("否"), None: ""}
    return LeadBill(
        claim_id=row["claim_id"],
        anchor=anchors.get(row["claim_id"], ""),
        day=day(row["settled_at"]),
        what=_what(bill, context) if bill else "",
        in_scope=bill["in_scope"] if bill else None,
        recorded=row["recorded"],
        by_law=row["by_law_own"],
        difference=row["difference"],
        differs=bool(row["differs"]),
        one_stop=words[one_stop],
    )


def _what(bill: Row, context: Context) -> str:
    setting = context.code("setting", bill["setting"])
    return f"{setting} · {bill['provider_name']}" if bill["provider_name"] else setting
