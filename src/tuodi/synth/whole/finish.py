"""The settlement record as it is exported: reversals beside what they take back, every row with its number.

Enters: bills with all payers. Leaves: :class:`Record`, bills in order of settlement with ids, those that arrive as
messages apart. A bill that was settled again stands three times: as it was first, taken back, and as it remains.
Imports ``tuodi.synth``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from tuodi.synth.whole.bills import KINDS, Bills
from tuodi.synth.whole.mix import Array, Draws
from tuodi.synth.whole.people import People, numbered

__all__ = ["AGAIN", "Record", "finish"]

AGAIN = 60
"""Bills of 10,000 that were settled, taken back and settled again."""
_MESSAGES = 48


@dataclass(frozen=True)
class Record:
    """All rows in order of settlement. ``origin`` is the bill that a row belongs to, ``claim_id`` its own number."""

    bills: Bills
    origin: Array
    claim_id: pl.Series
    reverses: pl.Series
    stay_id: pl.Series
    by_message: Array


def finish(draws: Draws, people: People, bills: Bills) -> Record:
    """Put reversals beside the bills, order everything by time and number it."""
    again = np.flatnonzero(draws.chance(AGAIN, "again", bills.serial) & ~bills.manual)
    before, back = bills.take(again), bills.take(again).negated()
    before.settled, back.settled = before.settled - 2_400, back.settled - 900
    origin = np.concatenate((np.arange(len(bills), dtype=np.int64), again, again))
    which = np.repeat(np.array((2, 0, 1), dtype=np.int8), (len(bills), len(again), len(again)))
    rows = bills.and_also(before, back)
    order = np.lexsort((which, origin, rows.settled))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    taken_back = np.full(len(order), -1, dtype=np.int64)
    taken_back[len(bills) + len(again) :] = rank[len(bills) : len(bills) + len(again)]
    rows.reverses = taken_back
    rows, origin = rows.take(order), origin[order]
    prefix = f"99012139{people.year}"
    ids = numbered(prefix, 9, np.arange(1, len(rows) + 1))
    named = rows.reverses >= 0
    reverses = ids.gather(np.where(named, rows.reverses, 0)).zip_with(
        pl.Series(named), pl.Series([None], dtype=pl.String).new_from_index(0, len(rows))
    )
    wanted = min(_MESSAGES, 1 + len(rows) // 200)
    twice = np.isin(origin, again)
    plain = np.flatnonzero(~twice & ~rows.manual & np.isin(rows.kind, [KINDS.index("stay"), KINDS.index("outpatient")]))
    by_message = np.zeros(len(rows), dtype=bool)
    by_message[plain[-wanted:]] = True
    return Record(rows, origin, ids, reverses, numbered(f"7{people.year}", 10, origin + 1), by_message)
