"""From cases that differ to leads: their bills, their proved causes, their kind, their number.

Enters: cases with outcome ``lead``, their bills, the scenarios proved, the lists. Leaves: the frames ``leads``,
``causes``, ``lead_bills``, ``summary`` and ``undetermined``. Imports this room and ``tuodi.law``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import polars as pl

from tuodi.audit.altered import identity_day
from tuodi.audit.causes import Bill, Case, Cause, Listed, causes_of
from tuodi.audit.compare import CASE, lead_id
from tuodi.audit.judge import SECOND_COPY
from tuodi.audit.lists import Lists, rows_by_person
from tuodi.audit.model import CAUSES, FRAMES, GRADES, KINDS
from tuodi.audit.scenarios import class_of, rank_of
from tuodi.law.model import Pack

__all__ = ["LeadFrames", "bills_of_leads", "lead_frames", "one_stop", "summary_of", "undetermined_of"]


@dataclass(frozen=True)
class LeadFrames:
    """The three frames that hold leads."""

    leads: pl.DataFrame
    causes: pl.DataFrame
    bills: pl.DataFrame


def bills_of_leads(
    packs: Sequence[Pack],
    bills: pl.DataFrame,
    found: pl.DataFrame,
    claims: pl.DataFrame,
    traces: Mapping[str, pl.DataFrame],
    grades: Mapping[str, str],
) -> pl.DataFrame:
    """Every bill of the cases in question with what the causes ask of it, in order of settlement.

    Adds ``day at_hospital place one_stop by_application``: whether the pack settles such a bill at the window, and
    whether somebody had to ask for help with it: settled by hand, or not at the window by the pack, or elsewhere
    where the pack does not say. What a pack says of the window concerns assistance only.
    """
    classes = [pl.DataFrame(schema={"claim_id": pl.String(), "layer": pl.String(), "class": pl.String()})]
    classes += [trace.select("claim_id", "layer", "class") for trace in traces.values()]
    seen = claims.select(
        "claim_id",
        identity_day(packs[0].dates.identity).alias("day"),
        pl.col("identity_at_hospital").alias("at_hospital"),
        "place",
        "setting",
        "settle_mode",
    )
    rows = (
        bills.join(found.select(*CASE), on=list(CASE), how="semi")
        .join(seen, on="claim_id", how="left", maintain_order="left")
        .join(pl.concat(classes), on=["claim_id", "layer"], how="left", maintain_order="left")
        .sort(*CASE, "settled_at", "discharged_on", "claim_id")
    )
    by_id = {pack.id: pack for pack in packs}
    at_window = [
        one_stop(by_id.get(pack or "", packs[0]), name, setting, place)
        for pack, name, setting, place in rows.select("pack", "class", "setting", "place").iter_rows()
    ]
    assistance = pl.col("layer").is_in([layer for layer, grade in grades.items() if grade == "A"])
    said = pl.when(assistance).then(pl.Series("one_stop", at_window, dtype=pl.Boolean))
    rows = rows.with_columns(said.alias("one_stop"))
    away = (pl.col("place") != "local").fill_null(False)
    by_hand = (pl.col("settle_mode") == "manual").fill_null(False)
    not_at_window = pl.when(assistance).then(~pl.col("one_stop").fill_null(~away)).otherwise(away)
    return rows.with_columns((by_hand | not_at_window).alias("by_application"))


def one_stop(pack: Pack, class_name: str | None, setting: str | None, place: str | None) -> bool | None:
    """Whether the pack settles such a bill at the window; None where it does not say or the bill does not tell."""
    if not pack.one_stop or setting is None or place is None:
        return None
    codes = pack.codes
    settings = {setting, *(c.parent for c in codes.get("setting", {}).values() if c.code == setting)}
    places = {place, *(c.parent for c in codes.get("place", {}).values() if c.code == place)}
    return any(
        (not row.classes or class_name in row.classes)
        and (not row.settings or bool(settings & set(row.settings)))
        and (not row.places or bool(places & set(row.places)))
        for row in pack.one_stop
    )


def lead_frames(
    packs: Sequence[Pack],
    found: pl.DataFrame,
    bills: pl.DataFrame,
    proved: pl.DataFrame,
    grades: Mapping[str, str],
    lists: Lists,
    *,
    hospital_known: bool,
    until: date | None,
) -> LeadFrames:
    """Write the leads down. ``bills`` as :func:`bills_of_leads` gives them; ``proved`` as ``prove`` does."""
    recognised = rows_by_person(lists.recognised)
    flagged = None if lists.flagged is None else rows_by_person(lists.flagged)
    families = _families(proved)
    rows_of = {key: list(part.iter_rows(named=True)) for key, part in _by_case(bills).items()}
    leads, causes = [], []
    for case in found.iter_rows(named=True):
        key = (case["person_id"], case["layer"], case["counter_year"])
        rows = rows_of[key]
        facts = _facts(packs, case, rows, recognised, flagged, grades, hospital_known)
        named = causes_of(facts, families.get(key, {}))
        number = lead_id(grades[case["layer"]], *key)
        leads.append(_lead(case, rows, facts, named, number, packs, until))
        causes += [
            {"lead_id": number, "cause": c.code, "kind": CAUSES[c.code], "detail": c.detail, "since": c.since}
            for c in named
        ]
    frame = pl.DataFrame(leads, schema=dict(FRAMES["leads"]), orient="row")
    ordered = frame.sort(
        pl.col("grade").replace_strict(_rank(GRADES), return_dtype=pl.Int64()),
        pl.col("direction") == "over",
        pl.col("kind").replace_strict(_rank(KINDS), return_dtype=pl.Int64()),
        -pl.col("difference").abs(),
        "person_id",
        "layer",
        "counter_year",
    )
    return LeadFrames(
        ordered, pl.DataFrame(causes, schema=dict(FRAMES["causes"]), orient="row"), _lead_bills(ordered, bills)
    )


def _rank(names: Sequence[str]) -> dict[str, int]:
    return {name: place for place, name in enumerate(names)}


def _by_case(bills: pl.DataFrame) -> dict[tuple[object, ...], pl.DataFrame]:
    return bills.partition_by(*CASE, as_dict=True, maintain_order=True) if bills.height else {}


def _families(proved: pl.DataFrame) -> dict[tuple[str, str, int], dict[str, list[str]]]:
    found: dict[tuple[str, str, int], dict[str, list[str]]] = {}
    for person, layer, year, family, detail in proved.iter_rows():
        found.setdefault((person, layer, year), {}).setdefault(family, []).append(detail)
    return found


def _facts(
    packs: Sequence[Pack],
    case: Mapping[str, object],
    rows: Sequence[Mapping[str, object]],
    recognised: Mapping[str, tuple[Listed, ...]],
    flagged: Mapping[str, tuple[Listed, ...]] | None,
    grades: Mapping[str, str],
    hospital_known: bool,
) -> Case:
    person, layer = str(case["person_id"]), str(case["layer"])
    pack = next(pack for pack in reversed(packs) if any(one.id == layer for one in pack.layers))
    differing = tuple(_bill(row) for row in rows if row["differs"])
    return Case(
        direction=str(case["direction"]),
        grade=grades[layer],
        bills=differing,
        recognised=recognised.get(person, ()),
        flagged=None if flagged is None else flagged.get(person, ()),
        hospital_known=hospital_known,
        class_of=partial(class_of, pack, pack.layer(layer)),
        rank_of=partial(rank_of, pack, pack.layer(layer)),
        manual=int(case["manual"]),  # type: ignore[call-overload]
        not_asked=tuple(_bill(row) for row in rows if row["by_application"] and row["recorded"] == 0),
        reversed_ids=tuple(str(row["claim_id"]) for row in rows if row["status"] == "annulled"),
        copy_ids=tuple(str(row["claim_id"]) for row in rows if row["reason"] == SECOND_COPY),
    )


def _bill(row: Mapping[str, object]) -> Bill:
    return Bill(
        claim_id=str(row["claim_id"]),
        day=row["day"],  # type: ignore[arg-type]
        at_hospital=row["at_hospital"],  # type: ignore[arg-type]
        local=row["place"] in (None, "local"),
    )


def _lead(
    case: Mapping[str, object],
    rows: Sequence[Mapping[str, object]],
    facts: Case,
    named: Sequence[Cause],
    number: str,
    packs: Sequence[Pack],
    until: date | None,
) -> dict[str, object]:
    days = [row["day"] for row in rows if row["differs"] or not facts.bills]
    in_force = {row.identity for row in facts.recognised if any(row.holds(day) for day in days)}  # type: ignore[arg-type]
    used = sorted({str(row["pack"]) for row in rows if row["pack"]})
    return {
        "lead_id": number,
        **{name: case[name] for name in ("person_id", "layer", "counter_year", "direction", "recorded", "manual")},
        **{name: case[name] for name in ("by_law", "by_law_chain", "difference")},
        "grade": facts.grade,
        "kind": _kind(facts, named),
        "causes": [cause.code for cause in named],
        "claim_ids": [str(row["claim_id"]) for row in rows if row["differs"]],
        "identities": sorted(in_force),
        "notes": _notes(case, rows, packs, until),
        "pack": ";".join(used),
    }


def _kind(facts: Case, named: Sequence[Cause]) -> str:
    """The heading: that of the first cause; money paid twice by hand stands under what was paid too much."""
    if not named:
        return "unexplained"
    if facts.direction == "over" and facts.manual > 0:
        return "over_paid"
    return CAUSES[named[0].code]


def _notes(
    case: Mapping[str, object], rows: Sequence[Mapping[str, object]], packs: Sequence[Pack], until: date | None
) -> list[str]:
    notes = []
    year = int(case["counter_year"])  # type: ignore[call-overload]
    ends = [date(year + 1, *pack.late_until) for pack in packs if pack.late_until is not None]
    if case["direction"] == "owed" and ends and (until is None or until < max(ends)):
        notes.append("maybe_repaid_elsewhere")
    if case["by_law_chain"] != case["by_law"]:
        notes.append("chain_differs")
    if any(f"{case['layer']}:cap_unknown_treated_as_none" in str(row["reason"]) for row in rows):
        notes.append("cap_unknown_treated_as_none")
    return notes


def _lead_bills(leads: pl.DataFrame, bills: pl.DataFrame) -> pl.DataFrame:
    return (
        leads.select("lead_id", *CASE)
        .join(bills, on=list(CASE), how="inner", maintain_order="left_right")
        .rename({"own": "by_law_own", "chain": "by_law_chain"})
        .select(list(FRAMES["lead_bills"]))
    )


def summary_of(leads: pl.DataFrame) -> pl.DataFrame:
    """Leads by grade, direction and kind: how many, how many people, bills and how much money."""
    return (
        leads.group_by("grade", "direction", "kind")
        .agg(
            pl.len().cast(pl.Int64).alias("leads"),
            pl.col("person_id").n_unique().cast(pl.Int64).alias("people"),
            pl.col("claim_ids").list.len().sum().cast(pl.Int64).alias("bills"),
            pl.col("difference").abs().sum().alias("amount"),
        )
        .select(list(FRAMES["summary"]))
        .sort(
            "grade",
            pl.col("direction") == "over",
            pl.col("kind").replace_strict(_rank(KINDS), return_dtype=pl.Int64()),
        )
    )


def undetermined_of(
    cases: pl.DataFrame, bills: pl.DataFrame, layers: Sequence[str], incomplete: pl.DataFrame | None = None
) -> pl.DataFrame:
    """The third list: what cannot be judged, with the reasons of settlement, and what is certain at least.

    ``layers``: all of them in order; of a bill's reasons those of the layer itself and of earlier ones are kept.
    ``incomplete``: of whom a row of which table was set aside.
    """
    unread = pl.col("recorded").is_null() & pl.col("own").is_not_null()
    open_bills = bills.filter("open").with_columns(
        pl.when(unread)
        .then(pl.concat_str("layer", pl.lit(":recorded_unknown")))
        .otherwise("reason")
        .str.split(";")
        .alias("reason")
    )
    place = _rank(layers)
    of = pl.col("reason").str.split(":").list.first().replace_strict(place, default=-1, return_dtype=pl.Int64())
    reasons = (
        open_bills.explode("reason", empty_as_null=True)
        .filter(of <= pl.col("layer").replace_strict(place, return_dtype=pl.Int64()))
        .group_by(*CASE)
        .agg(pl.col("reason").drop_nulls().unique().sort().str.join(";"))
    )
    ids = (
        open_bills.sort(*CASE, "settled_at", "discharged_on", "claim_id")
        .group_by(*CASE, maintain_order=True)
        .agg(pl.col("claim_id").alias("claim_ids"))
    )
    why = ids.join(reasons, on=list(CASE), how="left").with_columns(pl.col("reason").fill_null(""))
    aside = pl.DataFrame(schema={"person_id": pl.String(), "aside": pl.String()})
    if incomplete is not None and incomplete.height:
        told = pl.concat_str("table", pl.lit("_set_aside")).unique().sort().str.join(";").alias("aside")
        aside = incomplete.group_by("person_id").agg(told)
    no_bill = pl.when(pl.col("bills") == 0).then(pl.lit("manual_without_bills"))
    return (
        cases.filter(pl.col("outcome") == "undetermined")
        .join(why, on=list(CASE), how="left", maintain_order="left")
        .join(aside, on="person_id", how="left", maintain_order="left")
        .with_columns(
            pl.concat_str(pl.coalesce("reason", no_bill), "aside", separator=";", ignore_nulls=True).alias("reason"),
            pl.when(pl.col("aside").is_null()).then("open_bills").otherwise("bills").alias("bills"),
            pl.when(pl.col("aside").is_null()).then("by_law").alias("at_least"),
            pl.col("claim_ids").fill_null(pl.lit([], dtype=pl.List(pl.String()))),
        )
        .select(list(FRAMES["undetermined"]))
        .sort("person_id", "layer", "counter_year")
    )
