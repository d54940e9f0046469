"""Persons as numbers and the total order of bills: integers are sorted, never texts.

Enters: a conformed claims table. Leaves: :class:`People` and permutations. The order is (person, counter year, settled
at, discharged on, claim id), texts by their bytes, so row order never matters. Imports ``tuodi.tables``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from tuodi.tables import CLAIMS, conform

__all__ = ["People", "dense", "duplicate", "in_output_order", "number_people", "settlement_order", "words"]

Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.intp]

KEY_BITS = np.iinfo(np.int64).bits - 1
SECOND = timedelta(seconds=1) // timedelta(microseconds=1)
TABLE = 1 << 22
"""Codes below this are renumbered through a table, larger ones by sorting."""


@dataclass(frozen=True)
class People:
    """``code``: each row's person as its place among ``ids``, the distinct ids in order."""

    code: Ints
    ids: pl.Series

    def of(self, rows: Rows) -> People:
        """The persons of some rows, by the same numbers."""
        return People(self.code[rows], self.ids)

    def codes_of(self, ids: pl.Series) -> Ints:
        """The codes of other texts; -1 for a person who has no row."""
        if not len(self.ids) or not len(ids):
            return np.full(len(ids), -1, np.int64)
        place = np.minimum(self.ids.search_sorted(ids).to_numpy().astype(np.int64), len(self.ids) - 1)
        return np.where((self.ids.gather(place) == ids).to_numpy(), place, -1)


def number_people(column: pl.Series) -> People:
    """Number the persons of a column that has no nulls."""
    if column.is_sorted():
        begins = np.diff(column.rle_id().to_numpy().astype(np.int64), prepend=-1) != 0
        return People(np.cumsum(begins) - 1, column.filter(pl.Series(begins)))
    # Rows of one person are brought together by a hash of the id; only distinct ids are then sorted as texts.
    hashed = column.hash().to_numpy()
    together = np.argsort(hashed)
    gathered = column.gather(together)
    begins = (gathered != gathered.shift(1)).fill_null(value=True).to_numpy()
    distinct = gathered.filter(pl.Series(begins))
    by_text = distinct.arg_sort().to_numpy()
    ids = distinct.gather(by_text)
    rank = np.empty(len(ids), np.int64)
    rank[by_text] = np.arange(len(ids))
    code = np.empty(len(column), np.int64)
    code[together] = rank[np.cumsum(begins) - 1]
    if ids.n_unique() < len(ids):  # two ids of one hash lay mixed
        code = column.rank("dense").to_numpy().astype(np.int64) - 1
        ids = ids.unique().sort()
    return People(code, ids)


def duplicate(column: pl.Series) -> str | None:
    """A text that occurs twice, the first by row; None if there is none."""
    hashed = np.sort(column.hash().to_numpy())
    if not (hashed[1:] == hashed[:-1]).any():
        return None
    twice = column.is_duplicated()
    return str(column.filter(twice)[0]) if twice.any() else None


def settlement_order(person: Ints, year: Ints, claims: pl.DataFrame) -> Rows | None:
    """Rows in the total order; None where they lie in it already. ``person`` and ``year`` in the order of rows."""
    if not len(person):
        return None
    settled = claims["settled_at"].to_physical().to_numpy()
    key = _key(person, year, settled)
    if key is None:
        frame = pl.DataFrame({"person": person, "year": year, "settled": settled})
        order = frame.select(pl.arg_sort_by("person", "year", "settled")).to_series().to_numpy().astype(np.intp)
        same = np.ones(len(order) - 1, bool)
        for one in (person, year, settled):
            ordered = one[order]
            same &= ordered[1:] == ordered[:-1]
        return _break_ties(order, same, claims)
    steps = np.diff(key)
    if (steps > 0).all():
        return None
    if (steps >= 0).all():
        order, ordered = np.arange(len(key)), key
    else:
        order = np.argsort(key)
        ordered = key[order]
    return _break_ties(order, ordered[1:] == ordered[:-1], claims)


def _key(person: Ints, year: Ints, settled: Ints) -> Ints | None:
    """Person, year and instant in one integer, if they fit."""
    first_year, first = int(year.min()), int(settled.min())
    instant = settled - first
    if not (instant % SECOND).any():
        instant = instant // SECOND
    year_bits = (int(year.max()) - first_year).bit_length()
    instant_bits = int(instant.max()).bit_length()
    if int(person.max()).bit_length() + year_bits + instant_bits > KEY_BITS:
        return None
    return (((person << year_bits) | (year - first_year)) << instant_bits) | instant


def _break_ties(order: Rows, same: npt.NDArray[np.bool_], claims: pl.DataFrame) -> Rows:
    """Bills of one person, year and instant by day of discharge and claim id."""
    if not same.any():
        return order
    tied = np.flatnonzero(np.concatenate([same, [False]]) | np.concatenate([[False], same]))
    group = np.cumsum(np.concatenate([[True], ~same]))[tied]
    rows = order[tied]
    frame = claims.select("discharged_on", "claim_id")[rows].with_columns(group=group)
    inside = frame.select(pl.arg_sort_by("group", "discharged_on", "claim_id")).to_series().to_numpy()
    order = order.copy()
    order[tied] = rows[inside]
    return order


def in_output_order(claims: pl.DataFrame) -> pl.DataFrame:
    """Claims in the order of a result whose input was kept in none: person, settled at, discharged on, claim id."""
    people = number_people(claims["person_id"])
    order = settlement_order(people.code, np.zeros(claims.height, np.int64), claims)
    if order is None:
        return claims
    # Columns without any value need not be moved.
    held = [name for name in claims.columns if claims[name].null_count() < claims.height]
    return conform(claims.select(held)[order], CLAIMS)


def dense(code: Ints, size: int) -> tuple[Rows, Ints]:
    """The first row of each distinct code, in the order of codes, and for each row the place of its code there.

    ``size``: all codes are below it.
    """
    if size > TABLE:
        _, first, place = np.unique(code, return_index=True, return_inverse=True)
        return first, place.astype(np.int64)
    first_row = np.full(size, -1, np.intp)
    first_row[code[::-1]] = np.arange(len(code) - 1, -1, -1)
    present = np.flatnonzero(first_row >= 0)
    number = np.empty(size, np.int64)
    number[present] = np.arange(len(present))
    return first_row[present], number[code]


def words(texts: Sequence[str], places: npt.NDArray[Any]) -> pl.Series:
    """A column of few distinct texts: for each row one of ``texts``."""
    listed = pl.Series(list(texts), dtype=pl.String)
    if len(places) and (places == places[0]).all():
        return listed.new_from_index(int(places[0]), len(places))
    return listed.gather(places)
