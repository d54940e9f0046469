"""What a file holds beyond its target table, kept as text beside the good rows.

Enters: readings under a template. Leaves: extra columns row by row; what is unknown, with samples.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from tuodi.exchange._header import OWN_HEADERS
from tuodi.exchange._reading import Reading
from tuodi.exchange._template import SourceTemplate
from tuodi.exchange._values import BLANK_VALUES, Wrong, parse_disability_number
from tuodi.exchange._words import header_keys

__all__ = ["BESIDE", "UnknownColumn", "extra_columns", "unknown_columns", "with_disability_numbers"]

BESIDE = "\x00beside"
_SAMPLES = 5
_SPACE = " \t\r\n\u3000\xa0\ufeff\u200b"


@dataclass(frozen=True)
class UnknownColumn:
    """A column that the template does not name: its header, how many good rows fill it, some of its values."""

    header: str
    filled: int
    samples: tuple[str, ...]


def extra_columns(reading: Reading, template: SourceTemplate) -> pl.DataFrame:
    """The text columns beside a reading's good rows, and ``BESIDE``, which keeps their number where there are none."""
    made: dict[str, pl.Series] = {}
    for name, one in template.columns.items():
        if one.extra and name in reading.frame.columns:
            made[name] = reading.frame[name]
    for name in sorted(template.lenient):
        written = _as_written(reading, name)
        if written is not None:
            made[f"{name}_as_written"] = written
    for header, place in _unknown(reading, template):
        name = header
        while name in made or name in template.columns:
            name += "_2"
        made[name] = _text(reading, place)
    made[BESIDE] = pl.Series([True]).new_from_index(0, reading.frame.height)
    return pl.DataFrame({name: column.alias(name) for name, column in made.items()})


def unknown_columns(readings: Sequence[Reading], template: SourceTemplate) -> tuple[UnknownColumn, ...]:
    """Every unknown column of a file, in its order."""
    found: dict[str, list[pl.Series]] = {}
    for reading in readings:
        for header, place in _unknown(reading, template):
            found.setdefault(header, []).append(_text(reading, place))
    return tuple(
        UnknownColumn(
            header,
            sum(len(column) - column.null_count() for column in columns),
            tuple(pl.concat(columns).drop_nulls().unique(maintain_order=True).head(_SAMPLES).to_list()),
        )
        for header, columns in found.items()
    )


def _unknown(reading: Reading, template: SourceTemplate) -> Iterator[tuple[str, int]]:
    passed = {key for header in template.unused for key in header_keys(header)[:1]}
    unknown = set(reading.unknown_columns)
    for place, header in enumerate(reading.headers):
        if header in OWN_HEADERS or (header and header_keys(header)[:1] and header_keys(header)[0] in passed):
            continue
        if header in unknown:
            yield header, place
        elif not header and _text(reading, place).null_count() < reading.frame.height:
            yield f"第{place + 1}列", place


def _text(reading: Reading, place: int) -> pl.Series:
    if str(place) not in reading.origin.columns:
        return pl.Series([None] * reading.frame.height, dtype=pl.String())
    text = reading.origin[str(place)].cast(pl.String()).str.strip_chars(_SPACE)
    return text.set((text == "").fill_null(value=False), None)


def _as_written(reading: Reading, name: str) -> pl.Series | None:
    header = next((header for header, column in reading.header_map.items() if column == name), None)
    if header is None or name not in reading.frame.columns:
        return None
    text = _text(reading, reading.headers.index(header))
    lost = reading.frame[name].is_null() & text.is_not_null() & ~text.is_in(list(BLANK_VALUES))
    if not lost.any():
        return None
    return text.set(~lost, None)


def with_disability_numbers(reading: Reading, template: SourceTemplate) -> pl.DataFrame:
    """The good rows; where a file keeps the 20-digit disability number in the column of identity numbers, both."""
    frame = reading.frame
    header = next((header for header, column in reading.header_map.items() if column == "certificate"), None)
    if header is None or "disability_number" not in template.target.columns:
        return frame
    text = _text(reading, reading.headers.index(header)).str.replace_all(r"[\s'-]", "").str.to_uppercase()
    longer = text.str.contains(r"^\d{17}[\dX]\d\d(B\d{1,2})?$").fill_null(value=False)
    if not longer.any():
        return frame
    read = {one: parse_disability_number(one) for one in text.filter(longer).unique().to_list()}
    good = {one: found for one, found in read.items() if isinstance(found, str) and not isinstance(found, Wrong)}
    found = text.replace_strict(good, default=None, return_dtype=pl.String())
    return frame.with_columns(frame["disability_number"].fill_null(found))
