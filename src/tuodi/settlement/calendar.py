"""Which day decides what, as days since 1970 in arrays: stays, counter years, income years, ages.

Enters: a conformed claims table and a pack's ``Dates``. Leaves: integer arrays in the table's order, NO_DAY where
a day is not known. Source: docs/reference/pack-language.md section 3. Imports ``tuodi.law.model``.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from tuodi.law.model import Dates

__all__ = [
    "NO_DAY",
    "Days",
    "add_months",
    "ages",
    "counter_years",
    "days",
    "income_years",
    "month_start",
    "years_of",
    "ymd",
]

NO_DAY = np.iinfo(np.int32).min
"""A day that is not known."""

Ints = npt.NDArray[np.int64]


MICROSECONDS = timedelta(days=1) // timedelta(microseconds=1)
"""Of a day."""

WIDEST = 1 << 18
"""Days are looked up in a table where they span less than this; what is asked of a day is then worked out once."""


class Days:
    """The days of each bill, each worked out when it is asked for: admission (NO_DAY where unknown), discharge,
    settlement."""

    def __init__(self, claims: pl.DataFrame, stay_settings: frozenset[str]) -> None:
        self._claims, self._stay_settings = claims, stay_settings

    @cached_property
    def discharged(self) -> Ints:
        """The day of discharge."""
        return days(self._claims["discharged_on"])

    @cached_property
    def settled(self) -> Ints:
        """The day of settlement."""
        return np.asarray(self._claims["settled_at"].to_physical().to_numpy() // MICROSECONDS)

    @cached_property
    def admitted(self) -> Ints:
        """The day of admission; that of discharge where the setting has no stay."""
        column = self._claims["admitted_on"]
        admitted = days(column)
        if not column.null_count():
            return admitted
        is_stay = self._claims["setting"].is_in(list(self._stay_settings)).to_numpy()
        return np.where((admitted == NO_DAY) & ~is_stay, self.discharged, admitted)

    def of(self, name: str) -> Ints:
        """The day that ``admitted_on``, ``discharged_on`` or ``settled_at`` names (``on_…`` likewise)."""
        if name in ("admitted_on", "on_admission"):
            return self.admitted
        return self.settled if name in ("settled_at", "on_settlement") else self.discharged


def days(column: pl.Series) -> Ints:
    """A date column as days since 1970."""
    if column.null_count() == len(column):
        return np.full(len(column), NO_DAY, np.int64)
    return column.cast(pl.Int32).fill_null(NO_DAY).to_numpy().astype(np.int64)


def ymd(day: Ints) -> tuple[Ints, Ints, Ints]:
    """Year, month and day of the month."""
    first, last = int(day.min(initial=0)), int(day.max(initial=0))
    if len(day) > last - first < WIDEST:
        return tuple(part[day - first] for part in _ymd(np.arange(first, last + 1)))  # type: ignore[return-value]
    return _ymd(day)


def _ymd(day: Ints) -> tuple[Ints, Ints, Ints]:
    dates = day.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    number = months.astype(np.int64)
    return number // 12 + 1970, number % 12 + 1, (dates - months.astype("datetime64[D]")).astype(np.int64) + 1


def month_start(day: Ints, months: int | Ints = 0) -> Ints:
    """The first day of the month that lies ``months`` months after that of ``day``."""
    month = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + months
    return month.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def add_months(day: Ints, months: int | Ints) -> Ints:
    """The same day of the month ``months`` later; the month's last day where there is no such day."""
    first, after = month_start(day, months), month_start(day, months + 1)
    return np.minimum(first + (day - month_start(day)), after - 1)


def counter_years(claims: pl.DataFrame, bill_days: Days, dates: Dates) -> Ints:
    """The counter year of each bill: the calendar year in which it begins; NO_DAY where the day is unknown."""
    if dates.counter_year_by == "benefit_year":
        return claims["benefit_year"].fill_null(NO_DAY).to_numpy().astype(np.int64)
    return years_of(bill_days.of(dates.counter_year_by), dates)


def years_of(day: Ints, dates: Dates) -> Ints:
    """The counter year that holds each day; NO_DAY where the day is unknown."""
    first, last = int(day.min(initial=0)), int(day.max(initial=0))
    if len(day) > last - first < WIDEST:
        return _years_of(np.arange(first, last + 1), dates)[day - first]
    return _years_of(day, dates)


def _years_of(day: Ints, dates: Dates) -> Ints:
    year, month, day_of_month = ymd(np.where(day == NO_DAY, 0, day))
    first_month, first_day = dates.year_starts
    before = (month < first_month) | ((month == first_month) & (day_of_month < first_day))
    return np.where(day == NO_DAY, NO_DAY, year - before)


def income_years(counter_year: Ints, bill_days: Days, dates: Dates) -> Ints:
    """The year of the income figure that each bill uses."""
    back = {"previous": 1, "before_previous": 2}
    result = counter_year - back[dates.income_year]
    if dates.income_until is not None:
        # The first such day on or after the beginning of the counter year.
        year = counter_year + (dates.income_until < dates.year_starts)
        settled_year, month, day_of_month = ymd(bill_days.settled)
        until_month, until_day = dates.income_until
        before = (month < until_month) | ((month == until_month) & (day_of_month <= until_day))
        early = (settled_year < year) | ((settled_year == year) & before)
        result = np.where(early, counter_year - back[dates.income_until_year], result)
    return result


def ages(born: Ints, on: Ints) -> Ints:
    """Full years on a day; NO_DAY where either day is unknown."""
    known = (born != NO_DAY) & (on != NO_DAY)
    birth_year, birth_month, birth_day = ymd(np.where(known, born, 0))
    year, month, day_of_month = ymd(np.where(known, on, 0))
    before = (month < birth_month) | ((month == birth_month) & (day_of_month < birth_day))
    return np.where(known, year - birth_year - before, NO_DAY)
