"""Reversals: a claim and its exact negative are annulled before anything is ordered.

Enters: a conformed claims table. Leaves: for each row its state and the reason. Source: SPEC-settlement section 6,
reference/nhsa_interface.md 2.7 and S11. Imports ``tuodi.tables``.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from tuodi.tables import CLAIMS

__all__ = ["ANNULLED", "QUARANTINED", "STANDING", "annul"]

STANDING, ANNULLED, QUARANTINED = 0, 1, 2


def annul(claims: pl.DataFrame) -> tuple[npt.NDArray[np.uint8], dict[int, str]]:
    """State of each row (STANDING, ANNULLED, QUARANTINED) and, by row, why it is quarantined.

    A reversal names its original in ``reverses`` and negates every amount that both carry. Of several reversals of
    one claim the first in settlement order counts; the others find it reversed before. An exact one annuls both; a
    reversal of nothing, of a reversal or of another person's claim is quarantined, and with unequal amounts the
    original too: nobody can say what still stands. So is a negative amount in a row that reverses nothing.
    """
    state = np.full(claims.height, STANDING, np.uint8)
    why: dict[int, str] = {}
    money = sorted(name for name in CLAIMS.money if claims[name].null_count() < claims.height)
    if claims["reverses"].null_count() == claims.height and all(claims[name].min() >= 0 for name in money):  # type: ignore[operator]
        return state, why
    rows = claims.with_row_index("row").select(
        "row", "claim_id", "person_id", "reverses", "settled_at", "discharged_on", *money
    )
    negative = pl.any_horizontal(pl.col(money) < 0).fill_null(value=False)
    suspects = rows.filter(pl.col("reverses").is_not_null() | negative)
    if suspects.is_empty():
        return state, why
    wanted = suspects["reverses"].drop_nulls().unique()
    originals = {
        row["claim_id"]: row for row in rows.filter(pl.col("claim_id").is_in(wanted.implode())).iter_rows(named=True)
    }
    for at in suspects.filter(pl.col("reverses").is_null())["row"]:
        state[at], why[at] = QUARANTINED, "negative_without_reversal"
    named = suspects.filter(pl.col("reverses").is_not_null())
    for reversal in named.sort("settled_at", "discharged_on", "claim_id").iter_rows(named=True):
        at = reversal["row"]
        original = originals.get(reversal["reverses"])
        if original is None or original["reverses"] is not None or original["person_id"] != reversal["person_id"]:
            state[at], why[at] = QUARANTINED, "reversal_of_nothing"
        elif state[original["row"]] != STANDING:
            state[at], why[at] = QUARANTINED, "reversed_before"
        elif any(
            original[column] is not None and reversal[column] is not None and original[column] + reversal[column] != 0
            for column in money
        ):
            for row in (at, original["row"]):
                state[row], why[row] = QUARANTINED, "reversal_of_other_amounts"
        else:
            state[at] = state[original["row"]] = ANNULLED
    return state, why
