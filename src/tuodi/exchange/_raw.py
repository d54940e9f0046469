"""The table as a file holds it, before anything is understood: text cells, user's row numbers, headers.

Every format reader leaves :class:`RawTable`; ``_assemble`` takes it. Imports nothing of Tuodi but this room.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import polars as pl

from tuodi.exchange._reasons import file_error

__all__ = ["RawFault", "RawTable", "damage_as", "drop_lines", "frame_of", "line_text", "typed_table"]

_FOOTER = re.compile(
    r"^\s*(?:合\s*计|总\s*计|小\s*计|本页小计|本页合计|累\s*计|制表|填表|审核|复核|经办|打印|导出|备注|说明|单位负责人|负责人|填报|报送|数据来源|注[:：]|"
    r"第\s*\d+\s*页|共\s*\d+)"
)


@dataclass(frozen=True)
class RawFault:
    """Something wrong with a row (``column`` -1) or a cell, seen while the file was taken apart."""

    position: int
    column: int
    code: str
    found: str = ""
    expected: str = ""


@dataclass
class RawTable:
    """One table of one file. ``cells`` has columns "0", "1", …; ``rows`` their numbers as the user sees them."""

    file: str
    sheet: str
    headers: tuple[str, ...]
    cells: pl.DataFrame
    rows: pl.Series
    faults: list[RawFault] = field(default_factory=list)
    title_lines: tuple[str, ...] = ()
    footer_lines: tuple[str, ...] = ()
    encoding: str = ""
    message: bool = False
    """True for national messages, where every broken sum is an error."""
    footer_cells: tuple[tuple[str | None, ...], ...] = ()
    """The lines of ``footer_lines`` that are totals or signatures, cell by cell."""


@contextmanager
def damage_as(reason: str, file: str, *errors: type[Exception]) -> Iterator[None]:
    """What a foreign reader throws at a damaged file, its panics among them, becomes one ``FileError``."""
    try:
        yield
    except errors as error:
        raise file_error(reason, file, found=(str(error).splitlines() or ["?"])[0][:120]) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what a Rust library raises, outside Exception
            raise
        raise file_error(reason, file, found=str(error).splitlines()[0][:120]) from None


def frame_of(records: Sequence[Sequence[str | None]], width: int) -> pl.DataFrame:
    """Rows of text → one text column per position; short rows end in nulls, an empty text is a null."""
    return pl.DataFrame(
        {
            str(column): pl.Series(
                [row[column] or None if column < len(row) else None for row in records], dtype=pl.String()
            )
            for column in range(width)
        }
    )


def line_text(cells: Sequence[str | None]) -> str:
    """The words of one row, in order."""
    return " ".join(cell.strip() for cell in cells if cell and cell.strip())


def drop_lines(table: RawTable, key: Sequence[int], keep: Sequence[int] = ()) -> RawTable:
    """Without blank rows, totals and signatures (``footer_lines``) and repeated headers.

    A row is a footer only if the columns in ``key`` are empty, or hold the footer's own word: a cut bill is none.
    """
    cells = table.cells
    if not cells.height or not cells.width or cells.dtypes != [pl.String()] * cells.width:
        return table
    if key and not _may_drop(table, key):
        return table
    first = cells.select(
        pl.coalesce(pl.when(pl.all().str.strip_chars() != "").then(pl.all().str.strip_chars()))
    ).to_series()
    blank = first.is_null()
    footer = first.str.contains(_FOOTER.pattern).fill_null(False)
    for column in key:
        cell = cells[str(column)].str.strip_chars()
        footer &= cell.is_null() | (cell == "") | cell.str.contains(_FOOTER.pattern)
    if not key:
        footer &= pl.Series([False]).new_from_index(0, cells.height)
    matched = [position for position, name in enumerate(table.headers) if name]
    repeated = pl.Series([len(matched) > 1]).new_from_index(0, cells.height)
    for column in matched:
        tail = table.headers[column].rsplit("/", 1)[-1]
        flat = cells[str(column)].str.replace_all(r"\s*[\r\n]+\s*", "").str.strip_chars()
        repeated &= flat.is_in([table.headers[column], tail]).fill_null(False)
        if not repeated.any():
            break
    gone = blank | footer | repeated
    if not gone.any():
        return table
    lines = tuple(line_text(row) for row in cells.filter(footer).rows())
    places = (~gone).arg_true().to_list()
    moved = {old: new for new, old in enumerate(places)}
    return RawTable(
        table.file,
        table.sheet,
        table.headers,
        cells.filter(~gone),
        table.rows.filter(~gone),
        [
            RawFault(moved[f.position], f.column, f.code, f.found, f.expected)
            for f in table.faults
            if f.position in moved
        ],
        table.title_lines,
        (*table.footer_lines, *lines),
        table.encoding,
        table.message,
        (*table.footer_cells, *cells.filter(footer).rows()),
    )


def _may_drop(table: RawTable, key: Sequence[int]) -> bool:
    """Whether any row at all could be blank, a footer or a header again; most large files have none."""
    suspect: pl.Series | None = None
    for column in key:
        cell = table.cells[str(column)].str.strip_chars()
        hollow = cell.is_null() | (cell == "") | cell.str.contains(_FOOTER.pattern)
        suspect = hollow if suspect is None else suspect & hollow
        if not suspect.any():
            break
    names = [position for position, name in enumerate(table.headers) if name][:1]
    for column in names:
        tail = table.headers[column].rsplit("/", 1)[-1]
        flat = table.cells[str(column)].str.replace_all(r"\s*[\r\n]+\s*", "").str.strip_chars()
        if flat.is_in([table.headers[column], tail]).any():
            return True
    return suspect is None or bool(suspect.any())


def typed_table(frame: pl.DataFrame, rows: pl.Series, file: str) -> RawTable:
    """A table whose cells have types (Parquet). ``rows``: their numbers in the file, from 1."""
    headers = tuple(frame.columns)
    cells = frame.rename({name: str(place) for place, name in enumerate(headers)})
    cells = cells.with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String()))
    # A list or a structure is nothing that a table of ours holds; its text is enough to show the row.
    nested = [name for name, dtype in cells.schema.items() if dtype.is_nested()]
    as_text = [
        pl.Series(name, [None if cell is None else str(cell) for cell in cells[name].to_list()], dtype=pl.String())
        for name in nested
    ]
    return RawTable(file, "", headers, cells.with_columns(as_text), rows, encoding="parquet")
