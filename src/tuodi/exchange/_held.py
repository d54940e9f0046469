"""Whom the rows that could not be taken may mean: of these people the file does not say that they have left.

Enters: readings under a template. Leaves: a table of the columns by which people are told apart, and a mark on the rows
of a list which they may mean. Imports this room.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from tuodi.exchange._reading import Reading
from tuodi.exchange._template import SourceTemplate
from tuodi.exchange._values import parse_certificate, parse_disability_number, parse_identifier, parse_name, parse_text
from tuodi.tables import TEXT

__all__ = ["held_rows", "may_be_meant"]

IDENTIFYING: Mapping[str, Callable[[str], Any]] = {
    "claim_id": parse_identifier, "person_id": parse_identifier, "certificate": parse_certificate,
    "person_name": parse_name, "household_id": parse_identifier, "head_name": parse_name,
    "disability_number": parse_disability_number, "receipt_number": parse_identifier, "provider_id": parse_identifier,
}  # fmt: skip
"""Columns that say which record is meant, and how one is read."""

NUMBERS = ("claim_id", "person_id", "certificate", "disability_number", "receipt_number", "provider_id")
"""Those of one person or record only, the surest first."""

PLACES = ("township", "village")
WRITTEN = "certificate_as_written"


def held_rows(readings: Sequence[Reading], template: SourceTemplate) -> pl.DataFrame:
    """One row for each that was set aside, or kept with a number that could not be read; unreadable cells are null.

    ``certificate_as_written`` is the text of the number; ``township`` and ``village`` are as the file writes them.
    """
    known = template.target.columns
    names = [name for name in (*IDENTIFYING, *PLACES) if name in known]
    names += [WRITTEN] if "certificate" in known else []
    lines: list[dict[str, Any]] = []
    for reading in readings:
        columns = [reading.header_map.get(header, "") for header in reading.headers]
        aside = reading.quarantine.unique("row", keep="first", maintain_order=True)["cells"].to_list()
        for cells in aside:
            line: dict[str, Any] = dict.fromkeys(names)
            for name, text in zip(columns, cells or (), strict=False):
                if name in line:
                    found = IDENTIFYING.get(name, parse_text)(text or "")
                    line[name] = found if isinstance(found, str) else None
                if name == "certificate":
                    line[WRITTEN] = None if line[name] else _tidy(text)
            lines.append(line)
        unread = reading.warnings.filter((pl.col("row") > 0) & (pl.col("field") == "certificate"))
        if unread.height:
            texts = dict(unread.select("row", "found").rows())
            here = reading.origin["row"].is_in(unread["row"].implode())
            kept = reading.frame.filter(here).select(pl.col(name) for name in names if name in reading.frame.columns)
            for line, row in zip(kept.to_dicts(), reading.origin["row"].filter(here).to_list(), strict=True):
                lines.append({**line, WRITTEN: _tidy(texts[row])})
    return pl.DataFrame(lines, schema=dict.fromkeys(names, TEXT)).unique(maintain_order=True)


def _tidy(text: str | None) -> str | None:
    return "".join((text or "").split()).strip("'").upper() or None


def may_be_meant(gone: pl.DataFrame, held: pl.DataFrame | None) -> pl.Series:
    """Which rows of ``gone`` a row of ``held`` may mean: the one with its number; without any number that can be read,
    those of its name, unless place or what can be read of the number say otherwise.
    """
    mark = pl.Series([False]).new_from_index(0, gone.height) if gone.height else pl.Series([], dtype=pl.Boolean())
    if held is None or not held.height or not gone.height:
        return mark
    left = held
    for name in NUMBERS:
        if name in gone.columns and name in left.columns:
            told = left[name].is_not_null()
            mark |= gone[name].is_in(left[name].filter(told).implode()).fill_null(value=False)
            left = left.filter(~told)
    shown = next((one for one in ("person_name", "household_id", "head_name") if one in gone.columns), None)
    if shown is None or shown not in left.columns:
        return mark
    return mark | _of_one_name(gone, left.filter(pl.col(shown).is_not_null()), shown)


def _of_one_name(gone: pl.DataFrame, held: pl.DataFrame, name: str) -> pl.Series:
    agree = [one for one in ("household_id", *PLACES) if one in gone.columns and one in held.columns and one != name]
    number = "certificate" in gone.columns and WRITTEN in held.columns
    pairs = (
        gone.select(name, *agree, *(["certificate"] if number else []))
        .with_row_index("place")
        .join(held.select(name, *agree, *([WRITTEN] if number else [])), on=name, suffix=" of held")
    )
    for one in agree:
        pairs = pairs.filter((pl.col(one) == pl.col(f"{one} of held")).fill_null(value=True))
    if number:
        pairs = pairs.filter(_alike(pl.col("certificate"), pl.col(WRITTEN)).fill_null(value=True))
    return pl.int_range(gone.height, eager=True).is_in(pairs["place"].unique().implode())


def _alike(right: pl.Expr, written: pl.Expr) -> pl.Expr:
    """Whether one wrong, missing or swapped character may make one number of the other: the rest agrees."""
    same = [
        (right.str.head(first) == written.str.head(first)) & (right.str.tail(last) == written.str.tail(last))
        for first, last in ((12, 0), (0, 9), (9, 5), (8, 8))
    ]
    return pl.any_horizontal(same)
