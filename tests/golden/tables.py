"""A golden case as the tables that settlement takes, with the defaults of section 11 of the pack language.

Enters: cases of :mod:`golden.cases`. Leaves: Polars frames of ``tuodi.tables``, money in fen. Imports ``tuodi.tables``
and ``tuodi.money``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import polars as pl

from golden.cases import Case, empty
from tuodi.money import parse_yuan
from tuodi.tables import AWARDS, CLAIMS, DATE, FEN, IDENTITIES, INSTANT, OPENING, PARTS, PERSONS, Schema

__all__ = ["awards", "claims", "identities", "opening", "persons"]

CLAIM_DEFAULTS = {
    "person_id": "p", "scheme": "resident", "place": "local", "purpose": "illness",
    "authorisation": "none_needed", "person_type": "adult",
}  # fmt: skip


def _cell(schema: Schema, name: str, value: Any) -> Any:
    if empty(value):
        return None
    if name in schema.money:
        return parse_yuan(value)
    dtype = schema.columns[name]
    if dtype == DATE:
        return date.fromisoformat(value)
    if dtype == INSTANT:
        return datetime.fromisoformat(value)
    if dtype == pl.Boolean():
        return {"true": True, "false": False}[value]
    return int(value) if dtype == FEN else str(value)


def _frame(schema: Schema, rows: list[dict[str, Any]]) -> pl.DataFrame:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pl.DataFrame(
        {name: [_cell(schema, name, row.get(name)) for row in rows] for name in names},
        schema={name: schema.columns[name] for name in names},
    )


def _claim(row: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {**CLAIM_DEFAULTS, "settled_at": row["discharged_on"], **dict.fromkeys(PARTS, "0"), **row}
    if "total" not in made:
        fen = sum(parse_yuan(made[part]) for part in PARTS)
        made["total"] = f"{fen // 100}.{fen % 100:02d}"
    return made


def claims(case: Case) -> pl.DataFrame:
    """The bills."""
    return _frame(CLAIMS, [_claim(row) for row in case.rows("claims")])


def _of_person(case: Case, key: str, schema: Schema) -> pl.DataFrame | None:
    rows = [{"person_id": "p", **row} for row in case.rows(key)]
    return _frame(schema, rows) if rows else None


def identities(case: Case) -> pl.DataFrame | None:
    """Who is what, and when."""
    return _of_person(case, "identities", IDENTITIES)


def persons(case: Case) -> pl.DataFrame | None:
    """Persons, where the case needs them."""
    return _of_person(case, "persons", PERSONS)


def opening(case: Case) -> pl.DataFrame | None:
    """Opening balances, where the case has them."""
    return _of_person(case, "opening", OPENING)


def awards(case: Case) -> pl.DataFrame | None:
    """Awards asked for."""
    return _of_person(case, "awards", AWARDS)
