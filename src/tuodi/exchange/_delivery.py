"""A department's file read by its template: good rows of the target table, what is set aside, and all that is unknown.

Enters: a path, a :class:`SourceTemplate`, what an officer said of the file. Leaves: :class:`Delivery`; nothing is
dropped in silence. Imports the readers of this room and ``tuodi.tables``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from tuodi.exchange._assemble import Options, assemble
from tuodi.exchange._checks import check_readings
from tuodi.exchange._doubles import without_doubles
from tuodi.exchange._extra import BESIDE, UnknownColumn, extra_columns, unknown_columns, with_disability_numbers
from tuodi.exchange._header import OWN_HEADERS
from tuodi.exchange._held import held_rows
from tuodi.exchange._mapping import FileMapping, fingerprint
from tuodi.exchange._period import Period, period_of
from tuodi.exchange._raw import RawTable
from tuodi.exchange._read import open_tables
from tuodi.exchange._reading import FINDINGS, Reading
from tuodi.exchange._reasons import file_error
from tuodi.exchange._sender_totals import Sums, sums_of, totals_table
from tuodi.exchange._template import SourceTemplate
from tuodi.tables import conform

__all__ = ["Delivery", "deliver", "read_delivery"]

Kept = FileMapping | Mapping[str, Any] | None


@dataclass(frozen=True)
class Delivery:
    """One file of one source. ``rows_read = good rows + quarantined + dropped``, always."""

    template: SourceTemplate
    file: str
    readings: tuple[Reading, ...]
    """One a sheet; what :func:`tuodi.exchange.write_quarantine` takes."""
    frame: pl.DataFrame
    """Good rows as the target table."""
    extra: pl.DataFrame
    """Beside ``frame``, as text: the template's extra columns; ``X_as_written`` where a value of X could not be read
    and the row was kept; every column that nobody knows, under its own header."""
    places: pl.DataFrame
    """Beside ``frame``: ``sheet`` and ``row`` in the file."""
    quarantine: pl.DataFrame
    """Findings (``FINDINGS``) of the rows that must be corrected."""
    warnings: pl.DataFrame
    """Findings of rows that are kept, and of the file as a whole (row 0)."""
    unknown: tuple[UnknownColumn, ...]
    totals: pl.DataFrame
    """``column theirs ours kept agrees``, one line a sum, ``rows`` for the count: amounts in fen. ``theirs`` is what
    the sender states, ``ours`` the sum of all rows of the file, ``kept`` that of the good ones."""
    columns: tuple[str, ...]
    """Columns of the target that the file fills; the others are null because it does not have them."""
    held: pl.DataFrame
    """Whom the rows set aside, or kept with a number that could not be read, may mean: see ``difference``."""
    period_from: date | None
    period_to: date | None
    as_of: date | None
    """数据截至."""
    rows_read: int
    dropped: int
    partial: bool
    """A workbook of corrected rows that came back: whoever is missing in it has not left the list."""
    fingerprint: str
    sums: Sums
    """What ``totals`` was made of; pieces of one file add up."""

    @property
    def good(self) -> int:
        """How many rows go on."""
        return self.frame.height

    @property
    def quarantined(self) -> int:
        """How many rows are to be corrected."""
        return sum(reading.quarantined for reading in self.readings)

    @property
    def mode(self) -> str:
        """``full`` or ``increment``: corrected rows of a full list are an increment."""
        return "increment" if self.partial else self.template.mode


def read_delivery(
    path: Path | str,
    template: SourceTemplate,
    *,
    mapping: Kept = None,
    given: Mapping[str, str] | None = None,
    as_of: date | None = None,
    sheet: str | int | None = None,
    name: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Delivery:
    """Read a file whole (up to some hundred thousand rows; for more see :func:`read_delivery_pieces`).

    ``mapping``: what was said of this file (:class:`FileMapping`, or what its ``kept`` gave). ``given``: column → the
    text for a column that the file lacks, before the template's constants and the title's period. ``as_of``: 数据截至
    where the file does not say it. ``sheet``: one sheet of several; without it all sheets that hold the table are
    joined. ``name``: the name under which the sender knows the file. Raises ``FileError`` when nothing can be used.
    """
    source = Path(path)
    try:
        data = source.read_bytes()
    except OSError:
        raise file_error("missing", str(path)) from None
    said = FileMapping.of(mapping)
    tables = open_tables(data, name or source.name, template.schema, sheet, said.columns)
    return deliver(tables, template, said, given or {}, as_of, progress)


def deliver(
    tables: Sequence[RawTable],
    template: SourceTemplate,
    said: FileMapping,
    given: Mapping[str, str],
    as_of: date | None,
    progress: Callable[[int, int], None] | None = None,
    before: Sums | None = None,
) -> Delivery:
    """The delivery of tables that were taken out of one file; ``before``: the sums of earlier pieces of it."""
    period = period_of(tables, as_of)
    first = [_read(table, template, said, given, period, progress) for table in tables]
    if template.target.name == "claims":
        readings = check_readings(first, pair=False)
    else:
        readings = [without_doubles(reading, template) for reading in first]
    sums = sums_of(first, readings, template, before)
    frames = [with_disability_numbers(reading, template) for reading in readings]
    names = list(template.target.columns)
    extra = pl.concat([extra_columns(reading, template) for reading in readings], how="diagonal")
    filled = {name for reading in readings for name in reading.frame.columns if name in names}
    had = {name for reading in readings for name in reading.header_map.values()}
    had |= {name for table in tables for name in _defaults(table, template, said, given, period)}
    nothing = pl.DataFrame(schema=dict(FINDINGS))
    headers = tuple(dict.fromkeys(header for reading in readings for header in reading.headers if header))
    return Delivery(
        template=template,
        file=readings[0].file,
        readings=tuple(readings),
        frame=conform(pl.concat([frame.select(names) for frame in frames]), template.target),
        extra=extra.drop(BESIDE),
        places=pl.concat([_places(reading) for reading in readings]),
        quarantine=pl.concat([nothing, *(reading.quarantine for reading in readings)]),
        warnings=pl.concat([nothing, *(reading.warnings for reading in readings)]),
        unknown=unknown_columns(readings, template),
        totals=totals_table(sums, template),
        columns=tuple(name for name in names if name in had & filled),
        held=held_rows(readings, template),
        period_from=period.begin,
        period_to=period.end,
        as_of=period.as_of,
        rows_read=sum(reading.rows_read for reading in readings),
        dropped=sum(reading.dropped for reading in readings),
        partial=any(header in OWN_HEADERS for header in headers),
        fingerprint=fingerprint([header for header in headers if header not in OWN_HEADERS]),
        sums=sums,
    )


def _read(
    table: RawTable,
    template: SourceTemplate,
    said: FileMapping,
    given: Mapping[str, str],
    period: Period,
    progress: Callable[[int, int], None] | None,
) -> Reading:
    maps: dict[str, dict[str, str]] = {
        name: dict(one.code_map) for name, one in template.columns.items() if one.code_map
    }
    for name, words in said.values.items():
        maps[name] = {**maps.get(name, {}), **words}
    options = Options(
        value_maps=maps,
        columns={header: column for header, column in said.columns.items() if header in table.headers},
        defaults=_defaults(table, template, said, given, period),
        progress=progress,
        lenient=template.lenient,
        keys=tuple(
            name for name in (*template.key, *_WHO) if name in template.target.columns and name not in _NO_RECORD
        ),
    )
    return assemble(table, template.schema, options)


_WHO = ("person_name", "certificate", "head_name", "household_id", "disability_number", "provider_id", "claim_id")
_NO_RECORD = frozenset({"identity", "from", "year", "scheme", "insured_region", "paid_on", "amount", "month"})
"""Parts of keys that a line of totals may fill as well."""


def _defaults(
    table: RawTable, template: SourceTemplate, said: FileMapping, given: Mapping[str, str], period: Period
) -> dict[str, str]:
    title = {name: text for name, wanted in template.title.items() if (text := period.part(wanted))}
    return {**title, **template.constants, **said.constants, **given}


def _places(reading: Reading) -> pl.DataFrame:
    rows = reading.origin["row"].cast(pl.Int64())
    return pl.DataFrame({"sheet": pl.Series([reading.sheet]).new_from_index(0, len(rows)), "row": rows})
