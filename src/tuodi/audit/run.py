"""The audit itself: settle by law, compare, prove causes, clear hits, and write it all down.

Enters: a law and the tables of ``tuodi.tables``. Leaves: :class:`AuditResult`. The same input gives the same frames,
row for row. Source: SPEC-settlement section 7, ``docs/reference/audit.md``. Imports the modules of this room.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import polars as pl

from tuodi.audit.altered import at_hospital
from tuodi.audit.cleared import case_hits, cleared_bills, in_order
from tuodi.audit.compare import CASE, agreement, cases_of, differences
from tuodi.audit.judge import Judged, judge, of_people, traces_of
from tuodi.audit.leads import LeadFrames, bills_of_leads, lead_frames, summary_of, undetermined_of
from tuodi.audit.lists import Lists, lists_of
from tuodi.audit.model import AuditMeta, AuditResult, LayerMeta, SourceDocument
from tuodi.audit.monthly import agree_with_report
from tuodi.audit.prove import PROVED, Stand, copied, prove
from tuodi.audit.record import grade_of, manual_by_case
from tuodi.audit.reversals import kept_until_reversed
from tuodi.audit.scenarios import Evidence, known_identities, scenarios
from tuodi.audit.sheets import bills_frame, intervals_frame, persons_frame, waterfalls_frame
from tuodi.errors import UsageError, nearest
from tuodi.law import versions_of
from tuodi.law.model import Layer
from tuodi.settlement import Law, load_law
from tuodi.tables import CLAIMS, IDENTITIES, MANUAL, OPENING, PERSONS, TOTALS, Schema, conform

__all__ = ["audit", "audited_layers", "other_versions"]


def audited_layers(law: Law, from_layer: str | None = None) -> dict[str, str]:
    """Layer → grade, in the order of the law: all from ``from_layer`` on, or without it grades A and B.

    Raises ``UsageError`` for a layer that the law does not compute.
    """
    layers = _layers(law)
    if from_layer is None:
        return {layer.id: grade_of(layer) for layer in layers if grade_of(layer) != "C"}
    names = [layer.id for layer in layers]
    if from_layer not in names:
        raise UsageError(f"from_layer: {from_layer!r} is no computed layer{nearest(from_layer, names)}; {names}")
    return {layer.id: grade_of(layer) for layer in layers[names.index(from_layer) :]}


def _layers(law: Law) -> list[Layer]:
    """Every layer that some version computes and pays, as the newest version that has it writes it."""
    newest = {
        layer.id: layer for pack in law.packs for layer in pack.layers if layer.given is None and not layer.notional
    }
    return [newest[name] for name in law.layers if name in newest]


def other_versions(law: Law) -> tuple[Law, ...]:
    """The versions of the law's region that lie among the packs and are not part of it."""
    own = {pack.id for pack in law.packs}
    return tuple(load_law(item) for item in versions_of(law.packs[0].region) if item not in own)


def audit(
    law: Law,
    claims: pl.DataFrame,
    identities: pl.DataFrame,
    *,
    flags: pl.DataFrame | None = None,
    persons: pl.DataFrame | None = None,
    manual: pl.DataFrame | None = None,
    totals: pl.DataFrame | None = None,
    opening: pl.DataFrame | None = None,
    window_from: date | None = None,
    window_to: date | None = None,
    as_of: date | None = None,
    tolerance: int = 1,
    from_layer: str | None = None,
    quarantined: pl.DataFrame | None = None,
    incomplete: pl.DataFrame | None = None,
    versions: Sequence[Law] | None = None,
    progress: Callable[[str], None] | None = None,
) -> AuditResult:
    """Compare what was paid with what the law gives, person by person, and list leads to verify.

    ``identities`` is the recognising bodies' list, ``flags`` the insurance platform's; one list with days of
    flagging serves as both. Layers before the first audited one are read from the record; ``from_layer`` names
    another first one. ``window_from`` is the first day of the export, ``as_of`` the day to which the data stand.
    ``tolerance`` in fen hides a difference on a bill and counts what it hides. ``quarantined`` holds rows that could
    not be read as bills, with as many columns of ``claims`` as are known. ``incomplete`` (``person_id table``): of
    whom a row of which table could not be read; nothing is said of them. ``versions``: other versions of the law to
    try as causes (None: those that lie beside it). ``progress`` is told each step by name:
    ``settle``, ``prove``, ``clear``, ``write``.

    Raises ``TableError`` for a table that breaks its schema and ``UsageError`` for an argument that makes no sense.
    """
    if tolerance < 0:
        raise UsageError(f"tolerance: {tolerance} fen; 0 or more would be right")
    told = progress or (lambda _: None)
    tables = _Tables(
        conform(claims, CLAIMS),
        conform(identities, IDENTITIES),
        _conform(flags, IDENTITIES),
        _conform(persons, PERSONS),
        _conform(manual, MANUAL),
        _conform(opening, OPENING),
    )
    grades = audited_layers(law, from_layer)
    until = as_of or window_to or _last_day(tables.claims["settled_at"])
    seen = at_hospital(tables.claims, law.packs[0].dates.identity, known_identities(law.packs[0]))
    lists = lists_of(tables.identities, tables.flags, until, seen)
    layers = [layer for layer in _layers(law) if layer.id in grades]
    stand = Stand(law, tables.claims, lists.recognised, tables.persons, tables.opening, window_from, tuple(grades))
    told("settle")
    judged = judge(stand, layers, lists.other_readings)
    bills = differences(judged.bills, tolerance)
    cases = cases_of(bills, manual_by_case(tables.manual, layers), tolerance, incomplete)
    found = cases.filter(pl.col("outcome") == "lead")
    told("prove")
    of_leads = of_people(judged.stand, found["person_id"].unique())
    traces = traces_of(of_leads)
    if versions is None:
        versions = other_versions(law)
    leads = _leads(of_leads, judged, bills, found, grades, lists, traces, until, versions)
    told("clear")
    cleared = _cleared(judged, bills, cases, grades, lists)
    third = undetermined_of(cases, bills, law.layers, incomplete)
    told("write")
    shown = pl.concat([found["person_id"], third["person_id"]]).unique().sort()
    sheets = bills_frame(tables.claims, judged.settled, found)
    return AuditResult(
        meta=_meta(law, tables, lists, grades, judged, bills, quarantined, (window_from, window_to, until), tolerance),
        summary=summary_of(leads.leads),
        leads=leads.leads,
        causes=leads.causes,
        lead_bills=leads.bills,
        cleared=cleared,
        undetermined=third,
        agree=agreement(cases, grades),
        totals=agree_with_report(tables.claims, _conform(totals, TOTALS), quarantined),
        persons=persons_frame(shown, leads.leads, [tables.persons, lists.recognised, lists.flags, tables.claims]),
        intervals=intervals_frame(shown, lists.recognised, lists.flags, tables.claims),
        bills=sheets,
        waterfalls=waterfalls_frame(
            law.packs, sheets, traces, bills.select("claim_id", "layer", "own", "chain", "recorded")
        ),
    )


@dataclass(frozen=True)
class _Tables:
    claims: pl.DataFrame
    identities: pl.DataFrame
    flags: pl.DataFrame | None
    persons: pl.DataFrame | None
    manual: pl.DataFrame | None
    opening: pl.DataFrame | None


def _conform(frame: pl.DataFrame | None, schema: Schema) -> pl.DataFrame | None:
    return None if frame is None else conform(frame, schema)


def _last_day(days: pl.Series) -> date | None:
    last = days.max()
    if isinstance(last, datetime):
        return last.date()
    return last if isinstance(last, date) else None


def _leads(
    stand: Stand,
    judged: Judged,
    bills: pl.DataFrame,
    found: pl.DataFrame,
    grades: Mapping[str, str],
    lists: Lists,
    traces: Mapping[str, pl.DataFrame],
    until: date | None,
    versions: Sequence[Law],
) -> LeadFrames:
    packs = stand.law.packs
    people = found["person_id"].unique()
    claims = judged.claims.filter(pl.col("person_id").is_in(people.implode()))
    rows = bills_of_leads(packs, bills, found, claims, traces, grades)
    evidence = Evidence(
        bills=rows,
        claims=claims,
        annulled=tuple(rows.filter(pl.col("status") == "annulled")["claim_id"].unique().sort()),
        copies=tuple(judged.copies["claim_id"]),
        flags=lists.flags,
        one_list=lists.one_list,
        versions=tuple(versions),
    )
    proved = pl.DataFrame(schema=PROVED)
    if found.height:
        proved = pl.concat(
            [
                prove(stand, rows, scenarios(stand, evidence)),
                kept_until_reversed(stand, rows),
                copied(rows, judged.copies),
            ]
        )
    known = judged.claims["identity_at_hospital"].null_count() < judged.claims.height
    return lead_frames(packs, found, rows, proved, grades, lists, hospital_known=known, until=until)


def _cleared(
    judged: Judged, bills: pl.DataFrame, cases: pl.DataFrame, grades: Mapping[str, str], lists: Lists
) -> pl.DataFrame:
    """Hits on people of the list; a comparison of lists would look at the first layer of assistance."""
    pack = judged.stand.law.packs[-1]
    first = next((n for n, g in grades.items() if g == "A" and any(one.id == n for one in pack.layers)), None)
    parts = [case_hits(cases, bills)]
    if first is not None:
        agreeing = cases.filter(pl.col("outcome").is_in(["agree", "within_tolerance"]) & (pl.col("layer") == first))
        listed = agreeing.join(lists.recognised.select("person_id").unique(), on="person_id", how="semi")
        people = of_people(replace(judged.stand, layers=(first,)), listed["person_id"].unique())
        rows = bills.filter(pl.col("layer") == first).join(listed.select(*CASE), on=list(CASE), how="semi")
        trace = traces_of(people)[first]
        parts.append(
            cleared_bills(pack, pack.layer(first), rows, people.claims, trace, lists.recognised, lists.flagged)
        )
    return in_order(pl.concat(parts))


def _meta(
    law: Law,
    tables: _Tables,
    lists: Lists,
    grades: Mapping[str, str],
    judged: Judged,
    bills: pl.DataFrame,
    quarantined: pl.DataFrame | None,
    days: tuple[date | None, date | None, date | None],
    tolerance: int,
) -> AuditMeta:
    documents = {document.key: document for pack in law.packs for document in pack.documents.values()}
    shown = {layer.id: layer for pack in law.packs for layer in pack.layers}
    hidden = bills.filter("hidden")
    return AuditMeta(
        packs=tuple(pack.id for pack in law.packs),
        title=law.packs[-1].title,
        documents=tuple(
            SourceDocument(one.key, one.kind, one.name, one.title, one.date, one.address, one.verified)
            for one in documents.values()
        ),
        layers=tuple(
            LayerMeta(name, shown[name].title, grade_of(shown[name]), name in grades, shown[name].given is not None)
            for name in law.layers
        ),
        class_titles={item.name: item.title for layer in shown.values() for item in layer.classes.order},
        window_from=days[0],
        window_to=days[1],
        as_of=days[2],
        late_until=law.packs[-1].late_until,
        claims=tables.claims.height,
        claims_people=tables.claims["person_id"].n_unique(),
        annulled=len(judged.annulled),
        quarantined=judged.quarantined + (0 if quarantined is None else quarantined.height),
        identities=tables.identities.height,
        flags=None if tables.flags is None else tables.flags.height,
        manual=0 if tables.manual is None else tables.manual.height,
        sources_until={
            "claims": _last_day(tables.claims["settled_at"]),
            "identities": _latest(tables.identities, "from", "recognised_on", "pushed_on"),
            "flags": None if lists.flags is None else _latest(lists.flags, "flagged_on"),
            "manual": None if tables.manual is None else _last_day(tables.manual["paid_on"]),
        },
        tolerance=tolerance,
        hidden_bills=hidden.height,
        hidden_amount=int(hidden["difference"].abs().sum()),
        hidden_people=hidden["person_id"].n_unique(),
        identities_from_one_list=lists.one_list,
        identities_from_flags=lists.from_flags,
        list_is_snapshot=lists.snapshot,
    )


def _latest(frame: pl.DataFrame, *names: str) -> date | None:
    days = [day for name in names if (day := _last_day(frame[name])) is not None]
    return max(days, default=None)
