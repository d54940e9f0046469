"""Reversals: a claim and its exact negative are annulled before anything is ordered.

Enters: a conformed claims table. Leaves: for each row its state and the reason. Source: SPEC-settlement section 6,
reference/nhsa_interface.md 2.7 and S11. Imports ``tuodi.tables``.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from tuodi.tables import CLAIMS, PARTS

__all__ = ["ANNULLED", "QUARANTINED", "STANDING", "annul"]

STANDING, ANNULLED, QUARANTINED = 0, 1, 2


def annul(claims: pl.DataFrame) -> tuple[npt.NDArray[np.uint8], dict[int, str]]:
    """State of each row (STANDING, ANNULLED, QUARANTINED) and, by row, why it is quarantined.

    A reversal names its original in ``reverses`` and negates every amount that both carry. The first exact
    reversal annuls both; a reversal of nothing, of another person's claim, of other amounts or of a claim reversed
    before is quarantined, and with unequal amounts the original too: nobody can say what still stands.
    """
    state = np.full(claims.height, STANDING, np.uint8)
    why: dict[int, str] = {}
    rows = claims.with_row_index("row").select("row", "claim_id", "person_id", "reverses", *sorted(CLAIMS.money))
    suspects = rows.filter(pl.col("reverses").is_not_null() | pl.any_horizontal(pl.col("total", *PARTS) < 0))
    if suspects.is_empty():
        return state, why
    wanted = suspects["reverses"].drop_nulls().unique()
    originals = {
        row["claim_id"]: row for row in rows.filter(pl.col("claim_id").is_in(wanted.implode())).iter_rows(named=True)
    }
    taken: set[str] = set()
    for reversal in suspects.sort("claim_id").iter_rows(named=True):
        at = reversal["row"]
        name = reversal["reverses"]
        original = originals.get(name) if name is not None else None
        if name is None:
            state[at], why[at] = QUARANTINED, "negative_without_reversal"
        elif original is None or original["row"] == at or original["person_id"] != reversal["person_id"]:
            state[at], why[at] = QUARANTINED, "reversal_of_nothing"
        elif name in taken:
            state[at], why[at] = QUARANTINED, "reversed_before"
        elif any(
            original[column] is not None and reversal[column] is not None and original[column] + reversal[column] != 0
            for column in CLAIMS.money
        ):
            for row in (at, original["row"]):
                state[row], why[row] = QUARANTINED, "reversal_of_other_amounts"
        else:
            taken.add(name)
            state[at] = state[original["row"]] = ANNULLED
            why.pop(original["row"], None)
    return state, why
