"""待遇试算: one bill from a few facts, for the desk and the family. For reference only.

Enters: a law and the fields of one claim, its identity and what was used up this year. Leaves: an
:class:`~tuodi.settlement.explain.Explanation`. Imports this room.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

import polars as pl

from tuodi.errors import UsageError
from tuodi.settlement.explain import Explanation, explain
from tuodi.settlement.run import Law
from tuodi.tables import CLAIMS, IDENTITIES, OPENING, PARTS, conform

__all__ = ["CLAIM_ID", "estimate"]

CLAIM_ID = "estimate"
PERSON_ID = "person"


def estimate(
    law: Law,
    facts: Mapping[str, Any],
    identities: Sequence[str] = (),
    used: Mapping[str, int] | None = None,
) -> Explanation:
    """Estimate one bill.

    ``facts``: columns of a claim; ``discharged_on`` and at least one part are needed, ``total`` is the sum of the
    parts. ``identities`` are taken to hold on that day; ``used`` are counters consumed this year, in fen. Raises
    ``UsageError`` for missing facts and parts that are negative.
    """
    if facts.get("discharged_on") is None:
        raise UsageError("discharged_on: the day of the bill is needed")
    parts = {part: facts.get(part) or 0 for part in PARTS}
    if not any(parts.values()) or min(parts.values()) < 0:
        raise UsageError(f"the parts of the bill must be 0 or more and not all 0; found {parts}")
    on: date = facts["discharged_on"]
    row = {
        "provider_level": "ungraded", "setting": "inpatient", "admitted_on": on,
        "settled_at": datetime.combine(on, time()),
        **{name: value for name, value in facts.items() if value is not None},
        **parts, "claim_id": CLAIM_ID, "person_id": PERSON_ID, "total": sum(parts.values()),
    }  # fmt: skip
    claims = conform(pl.DataFrame([row], schema_overrides=_types(row, CLAIMS.columns)), CLAIMS)
    held = [{"person_id": PERSON_ID, "identity": name, "from": date(on.year - 1, 1, 1)} for name in identities]
    own = conform(
        pl.DataFrame(held, schema={"person_id": pl.String, "identity": pl.String, "from": pl.Date}), IDENTITIES
    )
    opening = [
        {"person_id": PERSON_ID, "counter_year": year, "counter": name, "amount": amount}
        for name, amount in (used or {}).items()
        for year in (on.year - 1, on.year)
    ]
    opened = conform(pl.DataFrame(opening, schema=dict(OPENING.required)), OPENING)
    return explain(law, claims, own, CLAIM_ID, opening=opened)


def _types(row: Mapping[str, Any], columns: Mapping[str, Any]) -> dict[str, Any]:
    return {name: columns[name] for name in row if name in columns}
