"""Stays: which bills belong together, their ordinal in the counter year, and stays that overlap.

Enters: bills with their persons as numbers. Leaves: arrays in their order. Source: docs/reference/pack-language.md
7.2, 7.11. Imports this room.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from tuodi.settlement.calendar import NO_DAY, days
from tuodi.settlement.order import dense

__all__ = ["StayFacts", "overlapping", "stay_numbers", "stay_ordinals", "stay_spans"]

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
FAR = np.iinfo(np.int64).max


def stay_numbers(bills: pl.DataFrame, person: Ints) -> Ints:
    """A number for each stay of each person; a bill without ``stay_id`` is a stay of its own."""
    number = np.arange(bills.height, dtype=np.int64)
    if bills["stay_id"].null_count() == bills.height:
        return number
    named = bills.select("stay_id").with_columns(person=person, row=number).drop_nulls("stay_id")
    first = named.select("row", first=pl.col("row").min().over("person", "stay_id"))
    number[first["row"].to_numpy()] = first["first"].to_numpy()
    return number


@dataclass(frozen=True)
class StayFacts:
    """For each bill: the number of its stay, the first and last day of the whole stay, whether it is a bill of an
    inpatient stay, and whether that stay overlaps another one."""

    number: Ints
    first: Ints
    last: Ints
    inpatient: Bools
    clash: Bools

    def of(self, rows: npt.NDArray[np.intp]) -> StayFacts:
        """The facts of some bills, stays numbered anew without gaps."""
        number = dense(self.number[rows], int(self.number.max(initial=0)) + 1)[1]
        return StayFacts(number, self.first[rows], self.last[rows], self.inpatient[rows], self.clash[rows])


def stay_spans(bills: pl.DataFrame, stay: Ints, admitted: Ints, standing: Bools) -> tuple[Ints, Ints]:
    """First and last day of the whole stay of each bill that stands; the first is not known where one admission is
    not."""
    first, last = _spans(stay, admitted, days(bills["discharged_on"]), standing)
    return first[stay], last[stay]


def _spans(stay: Ints, begins: Ints, ends: Ints, which: Bools) -> tuple[Ints, Ints]:
    """The earliest begin and the latest end of each stay, over some bills."""
    first = np.full(stay.max(initial=0) + 1, FAR)
    last = np.full(stay.max(initial=0) + 1, NO_DAY, np.int64)
    np.minimum.at(first, stay[which], begins[which])
    np.maximum.at(last, stay[which], ends[which])
    return first, last


def stay_ordinals(own: pl.Series, begins: Bools, stay: Ints, inpatient: Bools) -> Ints:
    """The ordinal of each bill's stay: the column ``own``, else for inpatient bills counted in the counter year, else
    0.

    In settlement order; ``begins`` marks the first bill of each person's counter year.
    """
    year = np.cumsum(begins)
    rows = np.flatnonzero(inpatient)
    stays = int(stay.max(initial=0)) + 1
    first, place = dense(year[rows] * stays + stay[rows], (int(year[-1]) + 1) * stays if len(year) else 1)
    counts = np.zeros(len(rows), np.int64)
    counts[first] = 1
    running = np.cumsum(counts)
    # What was counted in earlier years is taken off: years lie one after the other.
    opens = np.ones(len(rows), bool)
    opens[1:] = year[rows][1:] != year[rows][:-1]
    before = np.maximum.accumulate(np.where(opens, running - 1, 0)) if len(rows) else running
    counted = np.zeros(len(stay), np.int64)
    counted[rows] = (running - before)[first][place]
    if own.null_count() == len(own):
        return counted
    return np.where(own.is_not_null().to_numpy(), own.fill_null(0).to_numpy(), counted)


def overlapping(bills: pl.DataFrame, person: Ints, stay: Ints, inpatient: Bools) -> Bools:
    """Bills of inpatient stays that overlap another of the same person by more than the day of transfer.

    A stay begins on the earliest admission that is known; one without any overlaps nothing that anybody could show.
    """
    clash = np.zeros(bills.height, bool)
    admitted = days(bills["admitted_on"])
    first, last = _spans(stay, np.where(admitted == NO_DAY, FAR, admitted), days(bills["discharged_on"]), inpatient)
    owner = np.zeros(len(first), np.int64)
    owner[stay] = person
    # A stay of no length shares with others its day alone.
    stays = np.flatnonzero((first != FAR) & (first < last))
    if len(stays) < 2:
        return clash
    stays = stays[np.lexsort((first[stays], owner[stays]))]
    who, begin, end = owner[stays], first[stays], last[stays]
    # Whoever comes before in the list ends before this one begins: one running maximum, persons far apart.
    low, width = int(begin.min()), int(end.max()) - int(begin.min()) + 2
    reached = np.maximum.accumulate(who * width + (end - low + 1))
    hit = np.zeros(len(stays), bool)
    hit[1:] = reached[:-1] > who[1:] * width + (begin[1:] - low + 1)
    hit[:-1] |= (who[1:] == who[:-1]) & (begin[1:] < end[:-1])
    wrong = np.zeros(len(first), bool)
    wrong[stays[hit]] = True
    return wrong[stay] & inpatient
