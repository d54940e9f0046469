"""A look into a file that nobody has described yet: its headers and some cells, for the page on which columns are matched.

Enters: a path, a template. Leaves: :class:`Inside`. Imports ``exchange``; a header that no template knows is guessed
from the shape of the first rows. Raises ``FileError`` for what is no table.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import polars as pl

from tuodi.errors import FileError
from tuodi.exchange import SourceTemplate, fingerprint
from tuodi.exchange._read import open_tables
from tuodi.exchange._recognise import _head

__all__ = ["Inside", "look"]

_ROWS, _SAMPLES = 12, 5


@dataclass(frozen=True)
class Inside:
    """Headers as found, and the first rows below them as text."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def fingerprint(self) -> str:
        """Under which a mapping for such headers is kept."""
        return fingerprint([name for name in self.headers if name])

    def samples(self, place: int) -> list[str]:
        """Some different values of one column."""
        found = dict.fromkeys(row[place].strip() for row in self.rows if place < len(row) and row[place].strip())
        return list(found)[:_SAMPLES]


def look(path: Path, name: str, template: SourceTemplate) -> Inside:
    """The first table of a file."""
    data = _head(path)
    try:
        table = open_tables(data, name, template.schema, None, {})[0]
    except FileError as error:
        if getattr(error, "reason", "") != "no_header":
            raise
        return _guessed(_bare(data))
    cells = table.cells.head(50).select(pl.all().cast(pl.String()).fill_null("")).rows()
    return Inside(tuple(table.headers), tuple(cells))


def _bare(data: bytes) -> list[list[str]]:
    if data.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        from python_calamine import CalamineWorkbook

        book = CalamineWorkbook.from_filelike(BytesIO(data))
        sheet = book.get_sheet_by_index(0)
        return [[_text(cell) for cell in row] for row in sheet.to_python(nrows=50)]
    text = _decoded(data[: 1 << 16])
    lines = text.splitlines()[:50]
    mark = max("\t,;|", key=lambda one: sum(line.count(one) for line in lines))
    return [list(row) for row in csv.reader(StringIO("\n".join(lines)), delimiter=mark)]


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()


def _decoded(data: bytes) -> str:
    for code in ("utf-8-sig", "gb18030", "utf-16"):
        try:
            return data.decode(code)
        except UnicodeDecodeError as error:
            if error.start > len(data) - 4:  # cut within a character
                return data[: error.start].decode(code)
    return data.decode("gb18030", "replace")


def _guessed(rows: list[list[str]]) -> Inside:
    """The row with most different words among the first ones is the header."""

    def words(row: list[str]) -> int:
        return len({cell.strip() for cell in row if cell.strip() and not cell.strip().replace(".", "").isdecimal()})

    if not rows:
        return Inside((), ())
    at = max(range(min(len(rows), _ROWS)), key=lambda place: (words(rows[place]), -place))
    return Inside(tuple(cell.strip() for cell in rows[at]), tuple(tuple(row) for row in rows[at + 1 :]))
