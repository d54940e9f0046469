"""The period that a file speaks of and the day up to which its data reach, from its title, its sheet or its name.

Enters: raw tables. Leaves: :class:`Period`. Imports nothing of Tuodi but this room.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import PurePath

from tuodi.exchange._raw import RawTable
from tuodi.exchange._window import read_as_of, read_window

__all__ = ["Period", "period_of"]

_DAY = re.compile(r"(?<!\d)((?:19|20)\d{2})[-./年_]?(\d{2})[-./月_]?(\d{2})日?(?!\d)")
_MONTH = re.compile(r"(?<!\d)((?:19|20)\d{2})[-./_]?(0[1-9]|1[0-2])(?!\d)")


@dataclass(frozen=True)
class Period:
    """First and last day where stated; ``as_of``: the data reach up to this day."""

    begin: date | None = None
    end: date | None = None
    as_of: date | None = None

    def part(self, wanted: str) -> str:
        """``start``, ``end``, ``year`` or ``month`` of the period as text; empty where it is not known."""
        last = self.end or self.as_of
        first = self.begin or (last.replace(day=1) if last else None)
        if first is None:
            return ""
        found = {"start": first, "end": last or first, "year": (last or first).year, "month": f"{first:%Y-%m}"}
        return str(found[wanted])


def period_of(tables: Sequence[RawTable], as_of: date | None = None) -> Period:
    """The period of a file; ``as_of`` comes before what the file says of itself."""
    begin = end = None
    for lines in _places(tables):
        begin, end = read_window(lines)
        if (begin, end) == (None, None):
            begin, end = _bare(lines)
        if (begin, end) != (None, None):
            break
    stated = as_of or next((day for lines in _places(tables) if (day := read_as_of(lines))), None)
    if stated is None and end is not None and not _whole_year(begin, end):
        stated = end
    return Period(begin, end, stated)


def _places(tables: Sequence[RawTable]) -> Iterator[Sequence[str]]:
    """Where a period may stand, the surest first."""
    yield [line for table in tables for line in table.title_lines]
    yield [line for table in tables for line in table.footer_lines if "截" in line]
    yield [table.sheet for table in tables if table.sheet]
    parts = PurePath(tables[0].file).parts[::-1] if tables else ()  # a ZIP's own name comes after that of its member
    yield [PurePath(part).stem.replace("_", " ") for part in parts]


def _bare(lines: Sequence[str]) -> tuple[date | None, date | None]:
    """A day or a month without a word to it, as names of files write it: 20240331, 2024-03, 202403."""
    for line in lines:
        for match in _DAY.finditer(line):
            try:
                return None, date(int(match[1]), int(match[2]), int(match[3]))
            except ValueError:
                continue
        month = _MONTH.search(line)
        if month:
            first = date(int(month[1]), int(month[2]), 1)
            return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return None, None


def _whole_year(begin: date | None, end: date) -> bool:
    """A year in a title names the year of the list, not the day of its data."""
    return begin is not None and (begin.month, begin.day, end.month, end.day) == (1, 1, 12, 31)
