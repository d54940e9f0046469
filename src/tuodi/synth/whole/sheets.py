"""Writes one list as an office would send it: title rows, merged headers, dates in mixed forms, a footer; or a CSV.

Enters: a :class:`Listing`. Leaves: a file with the same bytes for the same listing. Imports ``tuodi.synth``,
``tuodi.money``, xlsxwriter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import xlsxwriter

from tuodi.money import yuan
from tuodi.synth.whole.mix import Array, Draws

__all__ = ["Head", "Listing", "write_listing"]


@dataclass(frozen=True)
class Head:
    """One column: its header, the group above it, and how its values are written (text, money, day, instant, whole)."""

    header: str
    form: str = "text"
    group: str = ""


@dataclass
class Listing:
    """One file of one source: its columns and, beside them, who is meant by each row (−1: nobody)."""

    code: str
    file: str
    title: str
    under: str
    heads: tuple[Head, ...]
    values: list[list[Any]]
    persons: Array
    marks: list[str] = field(default_factory=list)
    as_of: date = date(1970, 1, 1)
    sheet: str = "Sheet1"

    @property
    def height(self) -> int:
        """How many rows it has."""
        return len(self.persons)

    @property
    def first_row(self) -> int:
        """The row of the file in which the first person stands, counted from 1."""
        return 5 if any(head.group for head in self.heads) and not self.file.endswith(".csv") else 4


_DAY_FORMS = ("iso", "slash", "compact", "chinese", "dot")


def write_listing(draws: Draws, folder: Path, listing: Listing) -> Path:
    """Write one list under ``folder``: a CSV in GB18030 or a workbook, as its name says."""
    path = folder / listing.file
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = [_shown(draws, listing, at) for at in range(len(listing.heads))]
    if listing.file.endswith(".csv"):
        _csv(path, listing, columns)
    else:
        _book(path, listing, columns)
    return path


def _shown(draws: Draws, listing: Listing, at: int) -> list[Any]:
    """The cells of one column: a text, a number or a date, ``None`` for an empty one."""
    head, values = listing.heads[at], listing.values[at]
    if head.form in ("text", "whole"):
        return values
    rows = np.arange(len(values), dtype=np.int64)
    look = draws.below(100, f"look {listing.file} {head.header}", rows).tolist()
    if head.form == "money":
        return [None if each is None else _money(each, one) for each, one in zip(values, look, strict=True)]
    usual = _DAY_FORMS[int(draws.below(5, f"dates {listing.code}", np.zeros(1, dtype=np.int64))[0])]
    return [None if each is None else _day(each, usual if one < 92 else _DAY_FORMS[one % 5], one)
            for each, one in zip(values, look, strict=True)]  # fmt: skip


def _money(fen: int, look: int) -> Any:
    if look < 55:
        sign = "-" if fen < 0 else ""
        return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"
    text = yuan(fen)
    return float(text) if look < 92 else f"{text} " if look > 97 else text


def _day(day: date, form: str, look: int) -> Any:
    if isinstance(day, datetime):
        return day if look > 84 else f"{day:%Y-%m-%d %H:%M:%S}"
    if form == "iso":
        return day if look > 80 else day.isoformat()
    if form == "slash":
        return f"{day.year}/{day.month}/{day.day}"
    if form == "compact":
        return f"{day:%Y%m%d}"
    if form == "dot":
        return f"{day.year}.{day.month:02d}.{day.day:02d}"
    return f"{day.year}年{day.month}月{day.day}日"


def _csv(path: Path, listing: Listing, columns: Sequence[Sequence[Any]]) -> None:
    width = len(listing.heads)
    lines = [listing.title + "," * (width - 1), listing.under.replace(",", "，") + "," * (width - 1),
             ",".join(head.header for head in listing.heads)]  # fmt: skip
    for row in zip(*columns, strict=True):
        lines.append(",".join(_cell(each) for each in row))
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode("gb18030"))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = (
        f"{value:%Y-%m-%d}" if isinstance(value, date) else f"{value:.2f}" if isinstance(value, float) else str(value)
    )
    return f'"{text}"' if "," in text else text


def _book(path: Path, listing: Listing, columns: Sequence[Sequence[Any]]) -> None:
    book = xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "default_date_format": "yyyy-mm-dd", "in_memory": False}
    )
    book.set_properties({"title": listing.title, "created": datetime.combine(date(2000, 1, 1), time())})
    page = book.add_worksheet(listing.sheet)
    centred = book.add_format({"bold": True, "align": "center", "valign": "vcenter", "text_wrap": True, "border": 1})
    heading = book.add_format({"bold": True, "font_size": 16, "align": "center"})
    stamp = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    last = len(listing.heads) - 1
    for place, head in enumerate(listing.heads):
        page.set_column(place, place, max(8, 2 * len(head.header) + 2, 20 if "证" in head.header else 0))
    page.merge_range(0, 0, 0, last, listing.title, heading)
    page.merge_range(1, 0, 1, last, listing.under)
    _headers(page, listing.heads, centred)
    string, number, moment = page.write_string, page.write_number, page.write_datetime
    top = listing.first_row - 1
    for at, row in enumerate(zip(*columns, strict=True), top):
        for place, value in enumerate(row):
            if value is None or value == "":
                continue
            if isinstance(value, str):
                string(at, place, value)
            elif isinstance(value, datetime):
                moment(at, place, value, stamp)
            elif isinstance(value, date):
                moment(at, place, value)
            else:
                number(at, place, value)
    page.write_string(top + listing.height, 0, "制表人：（虚构）　　审核人：（虚构）　　本表人员、机构、地名均为虚构")
    page.freeze_panes(top, 0)
    book.close()


def _headers(page: Any, heads: Sequence[Head], form: Any) -> None:
    """One or two header rows; cells are written row by row, as a book in constant memory asks."""
    if not any(head.group for head in heads):
        for place, head in enumerate(heads):
            page.write_string(2, place, head.header, form)
        return
    place = 0
    while place < len(heads):
        end = place
        while heads[place].group and end + 1 < len(heads) and heads[end + 1].group == heads[place].group:
            end += 1
        if heads[place].group and end > place:
            page.merge_range(2, place, 2, end, heads[place].group, form)
        else:
            page.write_string(2, place, heads[place].group or heads[place].header, form)
        place = end + 1
    for place, head in enumerate(heads):
        page.write_string(3, place, head.header if head.group else "", form)
