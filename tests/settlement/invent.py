"""Random bills and identities for a pack, biased towards the edges: thresholds, caps, shared days, unknown cells."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from tuodi import tables
from tuodi.law.model import Pack
from tuodi.law.spaces import CODE_COLUMNS
from tuodi.settlement.kernel import EVERYTHING
from tuodi.settlement.program import counter_names
from tuodi.settlement.run import Law, settle_with
from tuodi.vocabulary import codes

Row = dict[str, Any]


def invent(
    pack: Pack, seed: int, persons: int = 6, bills: int = 8, *, law: Law | None = None, reversals: bool = True
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Claims and identities for ``pack``: the same seed gives the same tables.

    With ``law`` only bills of which the law alone can tell every amount: otherwise a third to two thirds of all bills
    reach a value that nobody has read, or carry no code where one is needed.
    """
    draw = random.Random(seed)
    edges = _edges(pack)
    known = law is not None
    claims: list[Row] = []
    identities: list[Row] = []
    for number in range(persons):
        person = f"p{number}"
        identities += _identities(pack, person, draw)
        habits = {name: draw.choice([*codes(name), *pack.codes.get(name, {})]) for name in CODE_COLUMNS}
        stays: list[tuple[str, date | None, date]] = []
        for bill in range(draw.randint(1, bills) * (2 if known else 1)):
            claims.append(_claim(pack, person, f"c{number:02d}{bill:02d}", habits, stays, edges, draw, known=known))
    if law is not None:
        claims = _determined(law, claims, identities)
    if reversals:
        _reverse(claims, draw)
    draw.shuffle(claims)
    return frame(claims, tables.CLAIMS), frame(identities, tables.IDENTITIES)


def _determined(law: Law, claims: list[Row], identities: list[Row]) -> list[Row]:
    """The bills that are not undetermined when each is its person's only one."""
    alone = [{**row, "person_id": row["claim_id"]} for row in claims]
    theirs = [
        {**identity, "person_id": row["claim_id"]}
        for row in claims
        for identity in identities
        if identity["person_id"] == row["person_id"]
    ]
    status = settle_with(
        law, frame(alone, tables.CLAIMS), frame(theirs, tables.IDENTITIES), None, None, None, (), False, 1, EVERYTHING
    ).bills["status"]
    return [row for row, found in zip(claims, status, strict=True) if found in ("ok", "outside")]


def invent_persons(claims: pl.DataFrame, seed: int) -> pl.DataFrame:
    """What a persons table knows of some of the people."""
    draw = random.Random(seed)
    rows = [
        {
            "person_id": person,
            "birth_date": draw.choice([None, date(1949, 12, 31), date(2011, 7, 1)]),
            "person_type": draw.choice([None, *codes("person_type")]),
        }
        for person in claims["person_id"].unique().sort()
        if draw.random() < 0.8
    ]
    return frame(rows, tables.PERSONS)


def invent_opening(pack: Pack, law: Law, claims: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Opening balances of some counters, shared ones too, for some of the people."""
    draw = random.Random(seed)
    edges = _edges(pack)
    counters = counter_names(law.versions[0].structure)
    rows = [
        {"person_id": person, "counter_year": year, "counter": counter, "amount": _opened(counter, edges, draw)}
        for person in claims["person_id"].unique().sort()
        for year in range(pack.in_force_from.year, pack.in_force_from.year + 2)
        if draw.random() < 0.4
        for counter in draw.sample(counters, min(len(counters), draw.randint(1, 8)))
    ]
    return frame(rows, tables.OPENING)


def _opened(counter: str, edges: list[int], draw: random.Random) -> int:
    amount = _amount(edges, draw)
    return amount * 10_000 + draw.randint(0, 9_999) if counter.endswith((".exact", ".target")) else amount


def frame(rows: list[Row], schema: tables.Schema) -> pl.DataFrame:
    """Rows as a table of ``schema``."""
    return tables.conform(pl.DataFrame(rows, schema=dict(schema.columns)), schema)


def _edges(pack: Pack) -> list[int]:
    """Amounts at which something in the pack changes."""
    found = {0, 1, 100, 100_000}

    def walk(value: object) -> None:
        if isinstance(value, bool):
            return
        if isinstance(value, int) and value > 10_000:
            found.add(value)
        elif isinstance(value, dict):
            for item in value.values():
                walk(item)
        elif isinstance(value, tuple | list):
            for item in value:
                walk(item)
        elif hasattr(value, "__dataclass_fields__"):
            for name in value.__dataclass_fields__:
                walk(getattr(value, name))

    walk((pack.layers, pack.derived, pack.reference, pack.awards))
    return sorted(found)


def _amount(edges: list[int], draw: random.Random) -> int:
    kind = draw.random()
    if kind < 0.15:
        return 0
    if kind < 0.5:
        return max(0, draw.choice(edges) * draw.choice([1, 1, 1, 2]) + draw.choice([-1, 0, 0, 1]))
    return draw.randint(1, draw.choice([1_000, 500_000, 5_000_000, 40_000_000]))


def _claim(
    pack: Pack,
    person: str,
    name: str,
    habits: Row,
    stays: list[Any],
    edges: list[int],
    draw: random.Random,
    *,
    known: bool,
) -> Row:
    row: Row = {"claim_id": name, "person_id": person}
    for column in CODE_COLUMNS:
        values = [*codes(column), *pack.codes.get(column, {})]
        row[column] = habits[column] if draw.random() < 0.6 else draw.choice(values)
        if column not in tables.CLAIMS.required and draw.random() < 0.04 and not known:
            row[column] = None
    if draw.random() < 0.6:
        row["setting"] = draw.choice(["inpatient", "inpatient", "outpatient", "chronic_outpatient"])
    last = pack.in_force_to or date(pack.in_force_from.year + 1, 12, 31)
    span = (last - pack.in_force_from).days
    out = pack.in_force_from + timedelta(days=draw.randint(0, span))
    row["discharged_on"] = out
    if draw.random() < 0.85:
        row["admitted_on"] = out - timedelta(days=draw.choice([0, 1, 2, 9, 40]))
    row["benefit_year"] = out.year if known or draw.random() < 0.95 else None
    midnight = datetime(out.year, out.month, out.day)  # noqa: DTZ001 local time, as in the files
    row["settled_at"] = midnight + timedelta(days=draw.choice([0, 0, 0, 1, 30]))
    if draw.random() < 0.2:  # all of a month at one instant
        row["settled_at"] = (midnight.replace(day=1) + timedelta(days=32)).replace(day=1)
    if stays and draw.random() < 0.3:
        row["stay_id"], row["admitted_on"], row["discharged_on"] = draw.choice(stays)
        if draw.random() < 0.2:
            row["discharged_on"] += timedelta(days=draw.choice([1, 20]))
    elif draw.random() < 0.5:
        row["stay_id"] = f"s{name}"
        stays.append((row["stay_id"], row.get("admitted_on"), out))
    if draw.random() < 0.15:
        row["stay_ordinal"] = draw.randint(1, 4)
    for part in tables.PARTS:
        row[part] = _amount(edges, draw) if part == "in_scope" or draw.random() < 0.5 else 0
    row["total"] = sum(row[part] for part in tables.PARTS)
    left = row["in_scope"]
    for payer in tables.PAYERS:
        if known or draw.random() < 0.9:
            row[payer] = min(left, _amount(edges, draw)) if draw.random() < 0.5 else 0
            left -= row[payer]
    if draw.random() < 0.15:
        row["paid_hospital"] = min(row["total"], _amount(edges, draw))
    row["diagnosis"] = draw.choice([None, "C34.9", "C50", "I10", "N18.5", "A01", "Z51.1"])
    row["assistance_kind"] = draw.choice([None, "major", "large", "ordinary"])
    row["provider_traits"] = draw.choice([None, "tcm", "grade_a", "tcm;grade_a", ""])
    row["settle_mode"] = draw.choice([None, "online", "online", "manual"])
    row["birth_date"] = draw.choice([None, date(1950, 2, 28), date(2010, 7, 1), date(2020, 2, 29)])
    return row


def _identities(pack: Pack, person: str, draw: random.Random) -> list[Row]:
    rows: list[Row] = []
    for _ in range(draw.choice([0, 1, 1, 1, 2, 3])):
        start = pack.in_force_from + timedelta(days=draw.randint(-200, 330))
        row: Row = {
            "person_id": person,
            "identity": draw.choice([*codes("identity"), *pack.codes.get("identity", {})]),
            "from": start,
            "source": f"list {len(rows)}",
        }
        if draw.random() < 0.4:
            row["to"] = start + timedelta(days=draw.randint(0, 400))
        if draw.random() < 0.5:
            row["recognised_on"] = start - timedelta(days=draw.choice([0, 10, 45]))
        row["chosen"] = draw.choice([None, True, False])
        rows.append(row)
    return rows


def _reverse(claims: list[Row], draw: random.Random) -> None:
    for original in list(claims):
        if draw.random() < 0.06:
            row = dict(original)
            row.update(claim_id=original["claim_id"] + "r", reverses=original["claim_id"])
            for column in tables.CLAIMS.money:
                if row.get(column):
                    row[column] = -row[column]
            if draw.random() < 0.2:
                row["in_scope"] -= 1
            claims.append(row)
