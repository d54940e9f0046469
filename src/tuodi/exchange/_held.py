"""Whom the rows that could not be taken may mean: of these people the file does not say that they have left.

Enters: readings under a template. Leaves: a table of the columns by which people are told apart. Imports this room.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from tuodi.exchange._reading import Reading
from tuodi.exchange._template import SourceTemplate
from tuodi.exchange._values import parse_certificate, parse_disability_number, parse_identifier, parse_name
from tuodi.tables import TEXT

__all__ = ["IDENTIFYING", "held_rows"]

IDENTIFYING: Mapping[str, Callable[[str], Any]] = {
    "claim_id": parse_identifier, "person_id": parse_identifier, "certificate": parse_certificate,
    "person_name": parse_name, "household_id": parse_identifier, "head_name": parse_name,
    "disability_number": parse_disability_number, "receipt_number": parse_identifier, "provider_id": parse_identifier,
}  # fmt: skip
"""Columns that say which record is meant, and how one is read."""


def held_rows(readings: Sequence[Reading], template: SourceTemplate) -> pl.DataFrame:
    """One row for each that was set aside, or kept with a number that could not be read; unreadable cells are null."""
    names = [name for name in IDENTIFYING if name in template.target.columns]
    lines: list[dict[str, Any]] = []
    for reading in readings:
        columns = [reading.header_map.get(header, "") for header in reading.headers]
        aside = reading.quarantine.unique("row", keep="first", maintain_order=True)["cells"].to_list()
        for cells in aside:
            line: dict[str, Any] = dict.fromkeys(names)
            for name, text in zip(columns, cells or (), strict=False):
                if name in line:
                    found = IDENTIFYING[name](text or "")
                    line[name] = found if isinstance(found, str) else None
            lines.append(line)
        unread = reading.warnings.filter((pl.col("row") > 0) & (pl.col("field") == "certificate"))["row"]
        if len(unread):
            kept = reading.frame.filter(reading.origin["row"].is_in(unread.implode()))
            lines += kept.select([name for name in names if name in kept.columns]).to_dicts()
    return pl.DataFrame(lines, schema=dict.fromkeys(names, TEXT)).unique(maintain_order=True)
