"""The registry's rows as the library's tables: claims, recognitions, flags, payments by hand, persons.

Enters: the present pass (what it may see), a day. Leaves: frames of ``tuodi.tables``. Only people who have an
identity by some source, or whom assistance has paid, are audited: of nobody else can anything be owed or overpaid.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from django.db import connection

from tuodi.errors import UsageError
from tuodi.tables import CLAIMS, IDENTITIES, MANUAL, PERSONS, conform

__all__ = ["Audited", "audited_rows"]

_CONCERNED = """
    SELECT person_id FROM registry_identity WHERE NOT superseded AND person_id IS NOT NULL
    UNION
    SELECT person_id FROM registry_settlement
     WHERE superseded_by_id IS NULL AND person_id IS NOT NULL AND (paid_assistance <> 0 OR paid_tilt <> 0)
"""


@dataclass(frozen=True)
class Audited:
    """What one audit reads."""

    claims: pl.DataFrame
    recognised: pl.DataFrame
    flags: pl.DataFrame | None
    manual: pl.DataFrame | None
    persons: pl.DataFrame


def audited_rows(as_of: date) -> Audited:
    """Everything that the present pass sees, up to a day. Raises ``UsageError`` where there is nothing to audit."""
    concerned = f"WITH concerned AS ({_CONCERNED})"
    columns = [name for name in CLAIMS.columns if name not in {"person_id", "birth_date", "certificate", "person_name"}]
    chosen = ", ".join(f's."{name}"' for name in columns)
    claims = _frame(
        f"{concerned} SELECT s.person_id::text AS person_id, p.birth_date, p.name AS person_name, {chosen}"
        " FROM registry_settlement s JOIN concerned c ON c.person_id = s.person_id"
        " JOIN registry_person p ON p.id = s.person_id"
        " WHERE s.superseded_by_id IS NULL AND s.settled_at::date <= %s"
        " ORDER BY s.person_id, s.settled_at, s.claim_id",
        [as_of],
        {**CLAIMS.columns},
    )
    if not claims.height:
        raise UsageError("there is no settlement of anybody concerned up to this day: import 医疗救助结算明细 first")
    identities = _frame(
        'SELECT i.person_id::text AS person_id, i.identity, i.from_date AS "from", i.to_date AS "to", i.source,'
        " i.recognised_on, i.flagged_on, p.name AS person_name,"
        " (SELECT name FROM places_region WHERE path = subpath(i.region_path, 0, least(nlevel(i.region_path), 5))"
        "  AND level = 'township') AS township,"
        " (SELECT name FROM places_region WHERE path = i.region_path AND level = 'village') AS village"
        " FROM registry_identity i JOIN registry_person p ON p.id = i.person_id"
        " WHERE NOT i.superseded AND i.from_date <= %s ORDER BY i.person_id, i.identity, i.from_date, i.id",
        [as_of],
        {**IDENTITIES.columns},
    )
    persons = _frame(
        f"{concerned} SELECT p.id::text AS person_id, p.birth_date, p.name AS person_name"
        " FROM registry_person p JOIN concerned c ON c.person_id = p.id ORDER BY p.id",
        [],
        {**PERSONS.columns},
    )
    manual = _frame(
        "SELECT e.person_id::text AS person_id, (e.data ->> 'benefit_year')::bigint AS benefit_year,"
        " e.data ->> 'layer' AS layer, (e.data ->> 'amount')::bigint AS amount,"
        " (e.data ->> 'paid_on')::date AS paid_on, e.data ->> 'reason' AS reason FROM registry_entry e"
        " WHERE e.target = 'received' AND e.until IS NULL AND e.person_id IS NOT NULL"
        # Received and not yet paid is no payment; a row that does not say for which year or layer decides nothing.
        " AND e.data ->> 'paid_on' IS NOT NULL AND (e.data ->> 'paid_on')::date <= %s"
        " AND e.data ->> 'benefit_year' IS NOT NULL AND e.data ->> 'layer' IS NOT NULL ORDER BY e.id",
        [as_of],
        {**MANUAL.columns},
    )
    flagged = identities.filter(pl.col("source") == "identity_flags")
    return Audited(
        conform(claims, CLAIMS),
        conform(identities.filter(pl.col("source") != "identity_flags"), IDENTITIES),
        conform(flagged, IDENTITIES) if flagged.height else None,
        conform(manual, MANUAL) if manual.height else None,
        conform(persons, PERSONS),
    )


def _frame(sql: str, values: list[Any], types: dict[str, Any]) -> pl.DataFrame:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        names = [column.name for column in cursor.description]
        rows = cursor.fetchall()
    wanted = {name: types[name] for name in names}
    plain = {name: pl.Datetime("us", "UTC") if kind == pl.Datetime("us") else kind for name, kind in wanted.items()}
    frame = pl.DataFrame(rows, schema=plain, orient="row")
    # Instants are kept with their zone; the tables of the library are in local time.
    local = [
        pl.col(name).dt.convert_time_zone("Asia/Shanghai").dt.replace_time_zone(None)
        for name, kind in wanted.items()
        if kind == pl.Datetime("us")
    ]
    return frame.with_columns(local) if local else frame
