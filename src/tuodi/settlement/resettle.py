"""Settle the year again after a change, and say what is owed to whom.

Enters: a law, the tables as they stood, changes (``tables.CHANGES``). Leaves: one row for each claim, layer and cause.
The changes of one person are applied one after another in their order, so that each difference has one cause and the
differences of all causes add up. Source: SPEC-settlement section 6. Imports this room.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from tuodi.errors import TableError, nearest
from tuodi.settlement.run import Law, settle
from tuodi.tables import CHANGES, CLAIMS, DATE, FEN, IDENTITIES, TEXT, conform

__all__ = ["DIFFERENCES", "KINDS", "resettle"]

KINDS = ("add", "reverse", "correct", "grant_identity", "end_identity")

DIFFERENCES = {
    "claim_id": TEXT, "person_id": TEXT, "layer": TEXT, "before": FEN, "after": FEN, "difference": FEN,
    "owed_to": TEXT, "cause": TEXT,
}  # fmt: skip
"""``difference`` = after − before, null where either is undetermined; ``owed_to``: person | fund | undetermined."""

REVERSED = "·reversed"
"""What is appended to a claim's id to name the reversal that a change makes."""


def resettle(
    law: Law,
    claims: pl.DataFrame,
    identities: pl.DataFrame | None,
    changes: pl.DataFrame,
    persons: pl.DataFrame | None = None,
    opening: pl.DataFrame | None = None,
    *,
    window_from: date | None = None,
) -> pl.DataFrame:
    """What each change makes different, in the order (person, cause, claim, layer); columns of ``DIFFERENCES``.

    Raises ``TableError`` for a change that names nothing that is there, or lacks what it needs.
    """
    claims = conform(claims, CLAIMS)
    identities = conform(pl.DataFrame(schema=IDENTITIES.columns) if identities is None else identities, IDENTITIES)
    steps = _steps(conform(changes, CHANGES), claims)
    concerned = sorted({person for step in steps for person in step})
    claims = claims.filter(pl.col("person_id").is_in(concerned))

    def settled(rows: pl.DataFrame, people: list[str], own: pl.DataFrame) -> pl.DataFrame:
        rows = rows.filter(pl.col("person_id").is_in(people))
        return settle(law, rows, own, persons, opening, window_from=window_from).bills

    found = []
    before = settled(claims, concerned, identities)
    for step in steps:
        causes = {}
        for person, (number, change) in sorted(step.items()):
            claims, identities, cause = _apply(change, number, claims, identities)
            causes[person] = cause
        people = list(causes)
        after = settled(claims, people, identities)
        found.append(_differences(law, before.filter(pl.col("person_id").is_in(people)), after, causes))
        before = pl.concat([before.filter(~pl.col("person_id").is_in(people)), after])
    if not found:
        return pl.DataFrame(schema=DIFFERENCES)
    numbered = pl.concat([frame.with_columns(step=number) for number, frame in enumerate(found)])
    return numbered.sort("person_id", "step", "claim_id", maintain_order=True).select(list(DIFFERENCES))


def _steps(changes: pl.DataFrame, claims: pl.DataFrame) -> list[dict[str, tuple[int, dict[str, Any]]]]:
    """The n-th change of every person, n by n. Numbers are rows of the changes file, from 1."""
    owner = dict(claims.select("claim_id", "person_id").iter_rows())
    steps: list[dict[str, tuple[int, dict[str, Any]]]] = []
    count: dict[str, int] = {}
    for number, change in enumerate(changes.iter_rows(named=True), 1):
        if change["change"] not in KINDS:
            raise TableError(
                f"table changes, row {number}: change {change['change']!r} is not one of {', '.join(KINDS)}"
                f"{nearest(change['change'], KINDS)}"
            )
        person = change["person_id"] or owner.get(change["claim_id"])
        if person is None:
            raise TableError(
                f"table changes, row {number}: claim_id {change['claim_id']!r} is not in the claims and "
                f"no person_id is given"
            )
        if change["change"] == "add":
            owner[change["claim_id"]] = person
        place = count.get(person, 0)
        count[person] = place + 1
        if place == len(steps):
            steps.append({})
        steps[place][person] = (number, {**change, "person_id": person})
    return steps


def _apply(
    change: dict[str, Any], number: int, claims: pl.DataFrame, identities: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, str]:
    kind, claim_id = change["change"], change["claim_id"]
    where = f"table changes, row {number}: {kind}"
    if kind in ("grant_identity", "end_identity"):
        if change["identity"] is None:
            raise TableError(f"{where} needs an identity")
        if kind == "grant_identity":
            return claims, _granted(change, identities, where), f"grant_identity {change['identity']}"
        return claims, _ended(change, identities, where), f"end_identity {change['identity']}"
    there = claims.filter(pl.col("claim_id") == claim_id)
    if kind == "add":
        if claim_id is None or there.height:
            raise TableError(f"{where} needs a claim_id that is not there yet; found {claim_id!r}")
        row = {name: change[name] for name in CLAIMS.columns}
        return _with_rows(claims, [row], where), identities, f"add {claim_id}"
    if not there.height:
        raise TableError(f"{where}: claim_id {claim_id!r} is not in the claims")
    original = there.row(0, named=True)
    if kind == "reverse":
        row = {
            name: -value if name in CLAIMS.money and value is not None else value for name, value in original.items()
        }
        row |= {"claim_id": f"{claim_id}{REVERSED}", "reverses": claim_id}
        return _with_rows(claims, [row], where), identities, f"reverse {claim_id}"
    fields = {name: change[name] for name in CLAIMS.columns if change[name] is not None and name != "claim_id"}
    rest = claims.filter(pl.col("claim_id") != claim_id)
    return _with_rows(rest, [{**original, **fields}], where), identities, f"correct {claim_id}"


def _with_rows(claims: pl.DataFrame, rows: list[dict[str, Any]], where: str) -> pl.DataFrame:
    for name in CLAIMS.required:
        if rows[0][name] is None:
            raise TableError(f"{where}: column {name!r} is empty; it is required")
    return pl.concat([claims, pl.DataFrame(rows, schema=CLAIMS.columns)])


def _granted(change: dict[str, Any], identities: pl.DataFrame, where: str) -> pl.DataFrame:
    start = change["from"] or change["effective_on"] or change["recognised_on"]
    if start is None:
        raise TableError(f"{where} needs from, effective_on or recognised_on")
    row = {
        "person_id": change["person_id"], "identity": change["identity"], "from": start, "to": change["to"],
        "recognised_on": change["recognised_on"], "source": "change",
    }  # fmt: skip
    made = conform(pl.DataFrame([row], schema_overrides={"to": DATE, "recognised_on": DATE}), IDENTITIES)
    return pl.concat([identities, made])


def _ended(change: dict[str, Any], identities: pl.DataFrame, where: str) -> pl.DataFrame:
    last = change["to"] or change["effective_on"]
    if last is None:
        raise TableError(f"{where} needs to (the last day on which it holds) or effective_on")
    running = (
        (pl.col("person_id") == change["person_id"])
        & (pl.col("identity") == change["identity"])
        & (pl.col("to").is_null() | (pl.col("to") > last))
    )
    if not identities.filter(running).height:
        raise TableError(f"{where}: {change['person_id']!r} holds no {change['identity']!r} after {last}")
    ended = identities.with_columns(to=pl.when(running).then(pl.lit(last)).otherwise("to"))
    return ended.filter(pl.col("to").is_null() | (pl.col("to") >= pl.col("from")))


def _differences(law: Law, before: pl.DataFrame, after: pl.DataFrame, causes: dict[str, str]) -> pl.DataFrame:
    columns = [f"pay_{layer}" for layer in law.layers]

    def long(frame: pl.DataFrame, name: str) -> pl.DataFrame:
        kept = frame.filter(~pl.col("claim_id").str.ends_with(REVERSED))
        return kept.select("claim_id", "person_id", *columns).unpivot(
            columns, index=["claim_id", "person_id"], variable_name="layer", value_name=name
        ).with_columns(pl.lit(value=True).alias(f"has_{name}"))  # fmt: skip

    both = long(before, "before").join(
        long(after, "after"), on=["claim_id", "person_id", "layer"], how="full", coalesce=True
    )
    both = both.with_columns(
        before=pl.when(pl.col("has_before").is_null()).then(0).otherwise("before"),
        after=pl.when(pl.col("has_after").is_null()).then(0).otherwise("after"),
    ).filter(pl.col("before").ne_missing(pl.col("after")))
    difference = pl.col("after") - pl.col("before")
    return (
        both.with_columns(
            difference=difference,
            owed_to=pl.when(difference.is_null())
            .then(pl.lit("undetermined"))
            .when(difference > 0)
            .then(pl.lit("person"))
            .otherwise(pl.lit("fund")),
            layer=pl.col("layer").str.strip_prefix("pay_"),
            cause=pl.col("person_id").replace_strict(causes, default="", return_dtype=TEXT),
            place=pl.col("layer").replace_strict(columns, list(range(len(columns))), return_dtype=FEN),
        )
        .sort("claim_id", "place")
        .select(list(DIFFERENCES))
    )
