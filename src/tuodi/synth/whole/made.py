"""Everything of one invented county that its files are written from, and small helpers that lists share.

Leaves: :class:`Made`. Imports ``tuodi.synth``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from tuodi.synth.whole.aid import Aid, day_of
from tuodi.synth.whole.finish import Record
from tuodi.synth.whole.hardship import Status
from tuodi.synth.whole.mix import Array, Draws
from tuodi.synth.whole.people import People
from tuodi.synth.whole.places import Places

__all__ = ["Made", "day_list", "month_ends", "names_of", "ten_days"]


@dataclass(frozen=True)
class Made:
    """People, what is recognised, what was settled, and the platform's flags on each settled row."""

    draws: Draws
    people: People
    status: Status
    places: Places
    recognised: pl.DataFrame
    flags: pl.DataFrame
    record: Record
    aid: Aid
    shown: pl.Series
    """The identity that the platform showed when each row of the record was settled; null for none."""

    @property
    def last(self) -> date:
        """The last day of the year."""
        return date(self.people.year, 12, 31)

    def village(self, persons: Array, moved: bool = False) -> Array:
        """Where people live: as the lists have it, or where they have ``moved`` to."""
        old, new = self.people.village[persons], self.status.moved_to[persons]
        return np.where((new >= 0) & moved, new, old)

    def home(self, persons: Array, moved: bool = False) -> tuple[list[Any], list[Any], list[Any]]:
        """Town, village and the village's code of 12 digits."""
        where = self.village(persons, moved).tolist()
        towns, villages = self.places.towns, self.places.villages
        return (
            [towns[villages[each].town].name for each in where],
            [villages[each].name for each in where],
            [villages[each].code for each in where],
        )

    def account(self, persons: Array) -> list[Any]:
        """Invented bank accounts, one a household."""
        home = self.people.household[persons]
        return [f"990121{each:013d}" for each in self.draws.below(10**13, "account", home).tolist()]


def day_list(days: Array) -> list[Any]:
    """Days since 1970 as dates; −1 is none."""
    return [None if each < 0 else day_of(each) for each in days.tolist()]


def names_of(table: tuple[str, ...], which: Array) -> list[Any]:
    """Words of a table; −1 is none."""
    return [None if each < 0 else table[each] for each in which.tolist()]


def month_ends(year: int, count: int) -> list[date]:
    """Last days of the last ``count`` months of the year."""
    return [date(year + (each == 12), each % 12 + 1, 1) - timedelta(days=1) for each in range(13 - count, 13)]


def ten_days(year: int, count: int) -> list[date]:
    """Ends of the last ``count`` periods of ten days of the year."""
    every = [each for end in month_ends(year, 12) for each in (end.replace(day=10), end.replace(day=20), end)]
    return every[-count:]
