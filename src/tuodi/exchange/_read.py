"""Open a file, see what it really is, and read its table.

Enters: a path and a schema. Leaves: :class:`Reading`; ``FileError`` when nothing of the file can be used. What a
file is follows from its first bytes, not from its name. Imports the readers of this room.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path, PurePosixPath

import polars as pl

from tuodi.exchange._assemble import Options, assemble
from tuodi.exchange._bounds import check_member
from tuodi.exchange._header import known_headers
from tuodi.exchange._messages import read_messages
from tuodi.exchange._raw import RawTable, damage_as, typed_table
from tuodi.exchange._reading import Reading
from tuodi.exchange._reasons import file_error
from tuodi.exchange._text import read_text
from tuodi.exchange._words import header_keys
from tuodi.exchange._workbook import read_workbook
from tuodi.tables import Schema

__all__ = ["open_tables", "read_table", "read_tables"]

_SIGNS = (
    (b"%PDF", "PDF"), (b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"GIF8", "GIF"), (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"), (b"\x1f\x8b", "gzip"), (b"SQLite format 3", "SQLite"), (b"\x7fELF", "ELF"), (b"MZ", "EXE"),
)  # fmt: skip
_TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".parquet", ".json", ".jsonl", ".ndjson")


def read_table(
    path: Path | str,
    schema: Schema,
    *,
    value_maps: Mapping[str, Mapping[str, str]] | None = None,
    local_codes: Mapping[str, Mapping[str, str]] | None = None,
    as_warning: frozenset[str] = frozenset(),
    columns: Mapping[str, str] | None = None,
    defaults: Mapping[str, str] | None = None,
    sheet: str | int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Reading:
    """Read the one table of ``schema`` that a file holds.

    ``value_maps``: what values mean in this file, by code set or column (``{"provider_level": {"1": "tertiary"}}``).
    ``local_codes``: local codes that a pack declares, by code set, value → code. ``as_warning``: reasons whose rows are
    kept, where the value is not required. ``columns``: header → column, over the alias table. ``defaults``: the text
    for a column that the file lacks. ``sheet``: name or number (from 1) of the sheet, when several hold such a table.
    ``progress``: called with rows done and rows in all.

    Raises ``FileError`` (see :func:`describe_error`) when the file cannot be used at all; rows that are wrong are no
    error but stand in ``Reading.quarantine``.
    """
    found = read_tables(
        path, schema, value_maps=value_maps, local_codes=local_codes, as_warning=as_warning, columns=columns,
        defaults=defaults, sheet=sheet, progress=progress,
    )  # fmt: skip
    if len(found) > 1:
        names = "、".join(reading.sheet for reading in found)
        raise file_error("sheets_several", str(found[0].file), found=names)
    return found[0]


def read_tables(
    path: Path | str,
    schema: Schema,
    *,
    value_maps: Mapping[str, Mapping[str, str]] | None = None,
    local_codes: Mapping[str, Mapping[str, str]] | None = None,
    as_warning: frozenset[str] = frozenset(),
    columns: Mapping[str, str] | None = None,
    defaults: Mapping[str, str] | None = None,
    sheet: str | int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Reading, ...]:
    """As :func:`read_table`, for a workbook whose sheets hold the same table in pieces: one reading a sheet."""
    options = Options(
        value_maps or {}, local_codes or {}, frozenset(as_warning), columns or {}, defaults or {}, progress
    )
    source = Path(path)
    try:
        data = source.read_bytes()
    except OSError:
        raise file_error("missing", str(path)) from None
    tables = open_tables(data, source.name, schema, sheet, options.columns)
    return tuple(assemble(table, schema, options) for table in tables)


def open_tables(
    data: bytes, file: str, schema: Schema, sheet: str | int | None, forced: Mapping[str, str], inside: bool = False
) -> list[RawTable]:
    """The tables that a file's bytes hold: one a sheet of a workbook, else one; ``forced``: header → column."""
    start = data[:512].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        raise file_error("empty", file)
    if data.startswith(b"PK"):
        return _zip(data, file, schema, sheet, forced, inside)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return read_workbook(data, file, schema, sheet, forced)
    if data.startswith(b"PAR1"):
        return [_parquet(data, file, schema)]
    for sign, name in _SIGNS:
        if data.startswith(sign):
            raise file_error("not_a_table", file, found=name)
    lowered = start.lower()
    if lowered.startswith((b"<html", b"<!doctype html", b"<table", b"<?xml", b"<meta")):
        raise file_error("html", file)
    if start.startswith((b"{", b"[")):
        return [read_messages(data, file, schema)]
    return [read_text(data, file, schema, forced)]


def _zip(
    data: bytes, file: str, schema: Schema, sheet: str | int | None, forced: Mapping[str, str], inside: bool
) -> list[RawTable]:
    reason = "workbook_broken" if file.lower().endswith((".xlsx", ".xlsm")) else "zip_broken"
    damage = (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, OSError, EOFError, ValueError)
    with damage_as(reason, file, *damage), zipfile.ZipFile(BytesIO(data)) as archive:
        names = archive.namelist()
        if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
            return read_workbook(data, file, schema, sheet, forced)
        members = [
            item
            for item in archive.infolist()
            if PurePosixPath(item.filename).suffix.lower() in _TABLES and "__MACOSX" not in item.filename
        ]
        if len(members) != 1 or inside:
            raise file_error("zip_members", file, found="、".join(names[:10]) or "-")
        check_member(members[0], file)
        name = members[0].filename
        if not members[0].flag_bits & 0x800 and not name.isascii():  # names of Chinese systems
            name = name.encode("cp437").decode("gb18030", "replace")
        content = archive.read(members[0])
    return open_tables(content, f"{file}/{name}", schema, sheet, forced, inside=True)


def _parquet(data: bytes, file: str, schema: Schema) -> RawTable:
    with damage_as("parquet_broken", file, pl.exceptions.PolarsError, OSError, ValueError):
        frame = pl.read_parquet(BytesIO(data))
    known = known_headers(schema)
    if not any(key in known for name in frame.columns for key in header_keys(name)):
        from tuodi.exchange._text import no_header

        raise no_header(file, schema)
    return typed_table(frame, pl.Series(range(1, frame.height + 1), dtype=pl.Int64()), file)
