"""A large file read by its template piece by piece, each within a bounded memory.

Enters: a path, a template. Leaves: one :class:`Delivery` a piece, in the order of the file; the last one's totals are
those of the whole. Text (also in a ZIP) and Parquet come in pieces; a workbook or a message comes whole.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO

import polars as pl
import pyarrow.parquet as pq

from tuodi.exchange._bounds import check_member
from tuodi.exchange._delivery import Delivery, Kept, deliver, read_delivery
from tuodi.exchange._mapping import FileMapping
from tuodi.exchange._raw import RawTable, damage_as, typed_table
from tuodi.exchange._reasons import file_error
from tuodi.exchange._sender_totals import Sums
from tuodi.exchange._template import SourceTemplate
from tuodi.exchange._text_pieces import text_pieces

__all__ = ["read_delivery_pieces"]

_TEXTS = (".csv", ".tsv", ".txt")
_ROWS = 100_000


def read_delivery_pieces(
    path: Path | str,
    template: SourceTemplate,
    *,
    rows: int = _ROWS,
    mapping: Kept = None,
    given: Mapping[str, str] | None = None,
    as_of: date | None = None,
    name: str | None = None,
) -> Iterator[Delivery]:
    """As :func:`read_delivery`, ``rows`` rows at a time (about; a quoted cell is never cut).

    What needs the whole file (a key that stands in two pieces) is for the caller: :func:`difference` against what is
    stored sees it. ``totals`` of each piece are those of the file up to its end. Raises ``FileError`` as reading does;
    pieces already given are then to be thrown away.
    """
    source = Path(path)
    if not source.is_file():
        raise file_error("missing", str(path))
    said, file = FileMapping.of(mapping), name or source.name
    with ExitStack() as stack:
        tables = _tables(stack, source, file, template, said, rows)
        if tables is None:
            yield read_delivery(source, template, mapping=said, given=given, as_of=as_of, name=name)
            return
        sums: Sums | None = None
        title: RawTable | None = None
        for table in _ahead(tables):
            if title is None:
                title = table
            table.title_lines = title.title_lines
            piece = deliver([table], template, said, given or {}, as_of, before=sums)
            sums = piece.sums
            yield piece


def _ahead(tables: Iterator[RawTable]) -> Iterator[RawTable]:
    """The same tables, the next one taken out of the file while the last is read."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, tables, None)
        while (table := coming.result()) is not None:
            coming = pool.submit(next, tables, None)
            yield table


def _tables(
    stack: ExitStack, source: Path, file: str, template: SourceTemplate, said: FileMapping, rows: int
) -> Iterator[RawTable] | None:
    with source.open("rb") as opened:
        start = opened.read(512)
    if start.startswith(b"PAR1"):
        return _parquet(source, file, rows)
    if start.startswith(b"PK"):
        return _zipped(stack, source, file, template, said, rows)
    if not _is_text(start, source.suffix):
        return None
    return text_pieces(stack.enter_context(source.open("rb")), file, template.schema, list(said.columns), rows)


def _is_text(start: bytes, suffix: str) -> bool:
    plain = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    return suffix.lower() in _TEXTS and bool(plain) and b"\0" not in start and plain[:1] not in b"{[<"


def _zipped(
    stack: ExitStack, source: Path, file: str, template: SourceTemplate, said: FileMapping, rows: int
) -> Iterator[RawTable] | None:
    with damage_as("zip_broken", file, zipfile.BadZipFile, OSError):
        archive = stack.enter_context(zipfile.ZipFile(source))
        members = [item for item in archive.infolist() if not item.is_dir() and "__MACOSX" not in item.filename]
    if len(members) != 1:
        return None
    check_member(members[0], file)
    inside = members[0].filename
    with archive.open(members[0]) as opened:
        start = opened.read(512)
    if start.startswith(b"PAR1"):
        return _parquet(BytesIO(archive.read(members[0])), f"{file}/{inside}", rows)
    if not _is_text(start, PurePosixPath(inside).suffix):
        return None
    stream: IO[bytes] = stack.enter_context(archive.open(members[0]))
    return text_pieces(stream, f"{file}/{inside}", template.schema, list(said.columns), rows)


def _parquet(source: Path | BytesIO, file: str, rows: int) -> Iterator[RawTable]:
    with damage_as("parquet_broken", file, OSError, ValueError):
        opened = pq.ParquetFile(source)
        done = 0
        for batch in opened.iter_batches(rows):
            frame = pl.DataFrame(pl.from_arrow(batch))
            yield typed_table(frame, pl.Series(range(done + 1, done + 1 + frame.height), dtype=pl.Int64()), file)
            done += frame.height
