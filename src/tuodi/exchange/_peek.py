"""The first rows of a file as they stand, before anybody knows what it is: for recognising it and for mapping by hand.

Enters: a path. Leaves: :class:`Peek`, one a sheet. Never more of a large file than its head, except that a workbook and
a message are opened whole. Imports the readers of this room.
"""

from __future__ import annotations

import csv
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import python_calamine

from tuodi.exchange._bounds import check_member, check_workbook
from tuodi.exchange._header import HEADER_WITHIN, Merged, find_header
from tuodi.exchange._messages import read_messages
from tuodi.exchange._raw import damage_as
from tuodi.exchange._reasons import file_error
from tuodi.exchange._source import SourceSchema
from tuodi.exchange._text import SEPARATORS, decode
from tuodi.exchange._workbook import DAMAGE, cell_text
from tuodi.tables import CLAIMS, Schema

__all__ = ["Peek", "peek"]

_HEAD = 1 << 16
_ROWS = 40


@dataclass(frozen=True)
class Peek:
    """``rows``: the first rows as text, all of one width; ``merged``: ranges of cells that a workbook merges."""

    file: str
    sheet: str
    rows: tuple[tuple[str, ...], ...]
    merged: Merged = ()
    message: bool = False

    @property
    def header_at(self) -> int:
        """The row (from 0) that looks most like a header: many different words and no number."""
        best, score = 0, -1
        for at, row in enumerate(self.rows[:HEADER_WITHIN]):
            words = {cell for cell in row if cell and not any(sign.isdigit() for sign in cell[:1])}
            if len(words) > score:
                best, score = at, len(words)
        return best

    @property
    def headers(self) -> tuple[str, ...]:
        """The words of that row, to be mapped by hand."""
        return self.rows[self.header_at] if self.rows else ()

    @property
    def samples(self) -> tuple[tuple[str, ...], ...]:
        """The rows below it."""
        return self.rows[self.header_at + 1 :]

    def under(self, schema: Schema) -> tuple[tuple[str, ...], int] | None:
        """The headers as a table or a template (``SourceTemplate.schema``) finds them, and the row (from 0) at which
        the records begin; nothing where it finds none."""
        header = find_header(self.rows[: HEADER_WITHIN + 2], schema, self.merged)
        if header is not None:
            return header.names, header.last + 1
        if isinstance(schema, SourceSchema) and self.rows and len(self.rows[0]) == len(schema.headerless):
            return schema.headerless, 0
        return None


def peek(path: Path | str, *, name: str | None = None) -> tuple[Peek, ...]:
    """The head of every sheet of a file. Raises ``FileError`` where it cannot be opened as a table at all."""
    source = Path(path)
    file = name or source.name
    try:
        with source.open("rb") as opened:
            start = opened.read(_HEAD)
            whole = len(start) < _HEAD
    except OSError:
        raise file_error("missing", str(path)) from None
    if start.startswith(b"PK"):
        return tuple(_zipped(source, file))
    return tuple(_peeks(start, whole, file, source))


def _zipped(source: Path, file: str) -> Iterator[Peek]:
    with damage_as("zip_broken", file, zipfile.BadZipFile, OSError, EOFError), zipfile.ZipFile(source) as archive:
        names = archive.namelist()
        if "[Content_Types].xml" in names:
            yield from _workbook(source.read_bytes(), file)
            return
        members = [item for item in archive.infolist() if not item.is_dir() and "__MACOSX" not in item.filename]
        if len(members) != 1:
            raise file_error("zip_members", file, found="、".join(names[:10]) or "-")
        check_member(members[0], file)
        with archive.open(members[0]) as opened:
            start = opened.read(_HEAD)
            whole = len(start) < _HEAD
        inside = members[0].filename
        rest = b"" if whole or _is_text(start) else archive.read(members[0])
    yield from _peeks(rest or start, whole or bool(rest), f"{file}/{inside}", None)


def _is_text(start: bytes) -> bool:
    return not start.startswith((b"PK", b"PAR1", b"\xd0\xcf\x11\xe0", b"{", b"["))


def _peeks(start: bytes, whole: bool, file: str, source: Path | None) -> Iterator[Peek]:
    plain = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not plain:
        raise file_error("empty", file)
    if start.startswith(b"PAR1"):
        yield _parquet(source or BytesIO(start), file)
    elif not _is_text(plain):
        data = start if whole or source is None else source.read_bytes()
        yield from _message(data, file) if plain[:1] in b"{[" else _workbook(data, file)
    else:
        utf16 = start.startswith((b"\xff\xfe", b"\xfe\xff"))
        data = source.read_bytes() if utf16 and source else start
        yield _text(data if whole or utf16 else data[: data.rfind(b"\n") + 1] or data, file)


def _text(data: bytes, file: str) -> Peek:
    lines = decode(data, file)[0].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    best: tuple[int, list[list[str]]] = (-1, [])
    for separator in SEPARATORS:
        rows = list(islice(csv.reader((f"{line}\n" for line in lines), delimiter=separator), _ROWS))
        width, often = (
            Counter(len(row) for row in rows if any(row)).most_common(1)[0] if any(map(any, rows)) else (0, 0)
        )
        score = (width - 1) * often
        if score > best[0]:
            best = (score, rows)
    return Peek(file, "", _even(best[1]))


def _workbook(data: bytes, file: str) -> Iterator[Peek]:
    with damage_as("workbook_broken", file, *DAMAGE):
        check_workbook(data, file)
        try:
            book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(data))
        except python_calamine.PasswordError:
            raise file_error("workbook_password", file) from None
        for sheet in book.sheet_names:
            page = book.get_sheet_by_name(sheet)
            rows = page.to_python(skip_empty_area=False, nrows=_ROWS)
            yield Peek(
                file, sheet, _even([[cell_text(cell) for cell in row] for row in rows]), page.merged_cell_ranges or ()
            )


def _parquet(source: Path | BytesIO, file: str) -> Peek:
    with damage_as("parquet_broken", file, OSError, ValueError, pl.exceptions.PolarsError):
        opened = pq.ParquetFile(source)
        names = [str(name) for name in opened.schema_arrow.names]
        batch = next(opened.iter_batches(_ROWS), None)
        rows = batch.to_pylist() if batch is not None else []
    return Peek(file, "", _even([names, *[[_shown(row[name]) for name in names] for row in rows[:_ROWS]]]))


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


def _message(data: bytes, file: str) -> Iterator[Peek]:
    table = read_messages(data, file, CLAIMS)
    rows = [["" if cell is None else str(cell) for cell in row] for row in table.cells.head(_ROWS).rows()]
    yield Peek(file, "", _even([list(table.headers), *rows]), message=True)


def _even(rows: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    width = max((len(row) for row in rows), default=0)
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows = rows[:-1]
    return tuple((*row, *[""] * (width - len(row))) for row in rows)
