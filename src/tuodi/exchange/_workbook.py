"""Workbooks: XLSX and XLS. Title rows, merged headers, text numbers; a formula is seen and refused.

Enters: bytes. Leaves: one :class:`RawTable` per sheet that holds the wanted table. Values come from calamine; what it
does not tell (formulas and error values of XLSX) is read from the sheet's own XML.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from html import unescape
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import polars as pl
import python_calamine

from tuodi.exchange._bounds import check_workbook
from tuodi.exchange._header import HEADER_WITHIN, find_header, fits_best
from tuodi.exchange._raw import RawFault, RawTable, damage_as, frame_of, line_text
from tuodi.exchange._reasons import file_error
from tuodi.exchange._text import no_header
from tuodi.exchange._xls import xls_formulas, xls_is_whole
from tuodi.tables import Schema

__all__ = ["DAMAGE", "cell_text", "read_workbook"]

DAMAGE = (
    python_calamine.CalamineError, zipfile.BadZipFile, ElementTree.ParseError, OSError, EOFError, zlib.error,
    ValueError, KeyError, NotImplementedError, RuntimeError,
)  # fmt: skip
_LARGEST_WHOLE = 10**15
Formulas = Mapping[tuple[int, int], tuple[str, str]]
"""(row, column) from 0 → (reason, text of the formula)."""


def cell_text(value: Any) -> str:
    """A cell as its sheet shows it: numbers with the 15 digits that a spreadsheet keeps, dates as ISO."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        if abs(value) < _LARGEST_WHOLE and value == int(value):
            return str(int(value))
        return format(value, ".15g")
    if isinstance(value, datetime):
        rounded = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
        return f"{rounded:%Y-%m-%d}" if rounded.time() == time.min else f"{rounded:%Y-%m-%d %H:%M:%S}"
    return value.isoformat() if isinstance(value, date | time) else str(value)


def read_workbook(
    data: bytes, file: str, schema: Schema, sheet: str | int | None, forced: Mapping[str, str] | None = None
) -> list[RawTable]:
    """Every wanted sheet: the one named, or those whose header is that of the table."""
    if not data.startswith(b"PK") and not xls_is_whole(data):
        raise file_error("workbook_broken", file, found=f"{len(data)} bytes")
    with damage_as("workbook_broken", file, *DAMAGE):
        check_workbook(data, file)
        try:
            book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(data))
        except python_calamine.PasswordError:
            raise file_error("workbook_password", file) from None
        tables = []
        for name in _wanted(file, book.sheet_names, sheet):
            source = book.get_sheet_by_name(name)
            rows = source.to_python(skip_empty_area=False)
            merged = source.merged_cell_ranges or ()
            table = _sheet(data, file, name, rows, merged, schema, list(forced or {}))
            if table is not None:
                tables.append(table)
    if not tables:
        raise no_header(file, schema)
    # The workbook of rows to be corrected holds bills and lists side by side.
    return [table for table in tables if fits_best(table.headers, schema)] or tables


def _wanted(file: str, names: Sequence[str], sheet: str | int | None) -> list[str]:
    if sheet is None:
        return list(names)
    if isinstance(sheet, int) and 1 <= sheet <= len(names):
        return [names[sheet - 1]]
    if sheet in names:
        return [str(sheet)]
    raise file_error("sheet_missing", file, found=str(sheet), expected="、".join(names))


def _sheet(
    data: bytes,
    file: str,
    name: str,
    rows: list[list[Any]],
    merged: Any,
    schema: Schema,
    forced: Sequence[str],
) -> RawTable | None:
    head = [[cell_text(cell) for cell in row] for row in rows[: HEADER_WITHIN + 2]]
    header = find_header(head, schema, merged, forced)
    if header is None:
        return None
    names = list(header.names)
    while names and not names[-1]:
        names.pop()
    width = len(names)
    start = header.last + 1
    body = [[cell_text(cell) for cell in row[:width]] for row in rows[start:]]
    faults = []
    for (row, column), (code, text) in sorted(_formulas(data, name).items()):
        if row >= start and column < width and row - start < len(body):
            shown = body[row - start][column]
            faults.append(RawFault(row - start, column, code, text, shown))
            if code == "formula":
                body[row - start][column] = text
            else:
                body[row - start][column] = text or "#"
    titles = tuple(filter(None, (line_text(row) for row in head[: header.first])))
    numbers = pl.Series(range(start + 1, start + 1 + len(body)), dtype=pl.Int64())
    return RawTable(file, name, tuple(names), frame_of(body, width), numbers, faults, titles, (), "workbook")


def _formulas(data: bytes, sheet: str) -> Formulas:
    if data.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(data)) as archive:
            path = _sheet_path(archive, sheet)
            if path is None:
                return {}
            raw = archive.read(path)
            return dict(_marked_cells(raw))
    return dict.fromkeys(xls_formulas(data, sheet), ("formula", "=…"))


def _sheet_path(archive: zipfile.ZipFile, sheet: str) -> str | None:
    if "xl/workbook.xml" not in archive.namelist():
        return None
    relation = None
    for element in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
        if element.tag.endswith("}sheet") and element.get("name") == sheet:
            relation = next((v for k, v in element.attrib.items() if k.endswith("}id")), None)
    for element in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels")).iter():
        if element.get("Id") == relation:
            target = str(element.get("Target"))
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            return path if path in archive.namelist() else None
    return None


_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s>/])")
_FORMULA = re.compile(rb"<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>([^<]*))")
_ERROR = re.compile(rb"^[^>]*\st=[\"']e[\"']")
_VALUE = re.compile(rb"<(?:\w+:)?v[^>]*>([^<]*)")
_PLACE = re.compile(rb"^[^>]*\sr=[\"']([A-Z]+)\d+[\"']")
_ROW = re.compile(rb"<(?:\w+:)?row(?=[\s>/])")
_NUMBER = re.compile(rb"^[^>]*\sr=[\"'](\d+)[\"']")


def _marked_cells(sheet: bytes) -> Iterator[tuple[tuple[int, int], tuple[str, str]]]:
    """Cells of a sheet that hold a formula or an error. Cut by the cells' tags: parsing the whole sheet as XML would
    take ten times as long as reading its values."""
    number = 0
    for row in _ROW.split(sheet)[1:]:
        named = _NUMBER.search(row)
        number = int(named[1]) if named else number + 1
        column = -1
        for cell in _CELL.split(row)[1:]:
            place = _PLACE.search(cell)
            column = _column(place[1].decode()) if place else column + 1
            formula = _FORMULA.search(cell)
            if formula is not None:
                yield (number - 1, column), ("formula", f"={unescape((formula[1] or b'').decode('utf-8')) or '…'}")
            elif _ERROR.search(cell):
                value = _VALUE.search(cell)
                yield (number - 1, column), ("excel_error", unescape(value[1].decode("utf-8")) if value else "#")


def _column(reference: str | None) -> int:
    number = 0
    for letter in reference or "":
        if not letter.isalpha():
            break
        number = number * 26 + ord(letter.upper()) - 64
    return number - 1
