"""What an amount of a pack is on a day: of which year the income counts, and how many fen that makes.

Enters: a pack, a value, a day. Leaves: fen, or None where nobody knows. Imports ``tuodi.law``.
"""

from __future__ import annotations

from datetime import date

from tuodi.law.model import Dates, NoLimit, Pack, Share, Value

__all__ = ["amount_on", "income_year"]

_BACK = {"previous": 1, "before_previous": 2}


def income_year(dates: Dates, on: date) -> int:
    """The year whose income holds on a day, as ``dates.income_year`` says of a bill settled on it."""
    counter_year = on.year - ((on.month, on.day) < dates.year_starts)
    which = dates.income_year
    if dates.income_until is not None:
        month, day = dates.income_until
        last = date(counter_year + (dates.income_until < dates.year_starts), month, day)
        if on <= last:
            which = dates.income_until_year
    return counter_year - _BACK[which]


def amount_on(pack: Pack, value: Value, on: date) -> int | None:
    """A value in fen; None where it is unknown, no limit, or a share of an income that is not known."""
    if isinstance(value, NoLimit) or (isinstance(value, Share) and value.of not in pack.reference):
        return None
    from tuodi.law.dense import numbers

    (fen,) = numbers((value,), pack.reference, income_year(pack.dates, on))
    return int(fen) if fen >= 0 else None
