"""A workbook's sheets as texts: numbers exactly as they were typed, percentages as percentages, formulas refused.

Enters: a file. Leaves: :class:`RawSheet` after sheet. Imports ``tuodi.errors`` and openpyxl.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from tuodi.errors import FileError
from tuodi.i18n import translator

__all__ = ["RawSheet", "read_sheets", "shown_text"]

LONGEST_SHEET = 5_000
"""Rows to which merged cells reach at most; a parameter sheet has some hundred."""

_BROKEN = (
    zipfile.BadZipFile, InvalidFileException, ElementTree.ParseError, KeyError, ValueError, OSError,
    AttributeError, IndexError, TypeError,
)  # fmt: skip
"""What opening a workbook raises where its parts do not fit together; an empty chart sheet is one such."""


@dataclass
class RawSheet:
    """The texts of one sheet by row and column from 1, and the cells that hold a formula or an error value."""

    name: str
    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    refused: dict[tuple[int, int], str] = field(default_factory=dict)

    @property
    def last_row(self) -> int:
        """The last row in which something stands."""
        return max((row for row, _column in self.texts), default=0)

    @cached_property
    def _by_row(self) -> dict[int, dict[int, str]]:
        made: dict[int, dict[int, str]] = {}
        for (row, column), text in self.texts.items():
            made.setdefault(row, {})[column] = text
        return made

    def row(self, number: int) -> Mapping[int, str]:
        """The texts of one row by column; asked for when all texts are there."""
        return self._by_row.get(number, {})


def shown_text(value: Any, number_format: str) -> str:
    """A cell as its sheet shows it: 15 digits as a spreadsheet keeps them, no binary rest; 0.7 as 70% where it is."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        exact = Decimal(format(value, ".15g"))
        sign = ""
        if "%" in number_format:
            exact, sign = exact * 100, "%"
        plain = format(exact, "f")
        return (plain.rstrip("0").rstrip(".") if "." in plain else plain) + sign
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value).replace("\r\n", "\n").replace("\r", "\n")


def read_sheets(path: Path, lang: str = "zh") -> list[RawSheet]:
    """Every sheet of a workbook. Raises ``FileError`` where the file is none."""
    _ = translator("authoring", lang)
    try:
        data = path.read_bytes()
        book = openpyxl.load_workbook(BytesIO(data))
    except _BROKEN as error:
        if isinstance(error, OSError) and not path.is_file():
            raise
        raise FileError(
            _("{name}：不是 Excel 工作簿（.xlsx）；请用 Excel 或 WPS 另存为 .xlsx").format(name=path.name)
        ) from None
    return [_sheet(page) for page in book.worksheets]


def _sheet(page: Any) -> RawSheet:
    made = RawSheet(str(page.title))
    # Only cells that the file holds: asking for rows would make every cell up to the last column of the last row.
    for place in sorted(page._cells):
        cell = page._cells[place]
        if cell.value is None:
            continue
        if cell.data_type in ("f", "e"):
            made.refused[place] = str(getattr(cell.value, "text", cell.value))
            continue
        text = shown_text(cell.value, str(cell.number_format or ""))
        if text.strip():
            made.texts[place] = text
    for merged in page.merged_cells.ranges:
        first = made.texts.get((merged.min_row, merged.min_col))
        if first is None or merged.min_row == merged.max_row:
            continue
        for number in range(merged.min_row, min(merged.max_row, LONGEST_SHEET) + 1):
            made.texts.setdefault((number, merged.min_col), first)
    return made
