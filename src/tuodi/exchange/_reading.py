"""What reading a file leaves: good rows, rows to be corrected, warnings, and what was found around the table.

Enters: nothing. Leaves: :class:`Reading`, :class:`Checked` and the declared form of findings. Imports ``tuodi.tables``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

import polars as pl

from tuodi.exchange._reasons import sentence
from tuodi.tables import Schema

__all__ = ["FINDINGS", "Checked", "Reading", "finding", "findings_frame", "texts_of"]

FINDINGS: Mapping[str, pl.DataType] = {
    "file": pl.String(),
    "sheet": pl.String(),
    "row": pl.Int64(),
    "key": pl.String(),
    "field": pl.String(),
    "column": pl.String(),
    "found": pl.String(),
    "reason": pl.String(),
    "expected": pl.String(),
    "reason_zh": pl.String(),
    "reason_en": pl.String(),
    "cells": pl.List(pl.String()),
}
"""One wrong cell (or row) a line. ``row`` is the number a spreadsheet shows, 0 for the whole file; ``key`` the id of
the record where it has one; ``field`` the column of the schema, ``column`` the header as found; ``reason`` a stable
code; ``cells`` the row as it stood, in the order of ``Reading.headers``."""

Finding = tuple[object, ...]


class Checked(NamedTuple):
    """The result of a check: rows that go on, rows to be corrected and rows with a doubt, as findings."""

    good: pl.DataFrame
    quarantine: pl.DataFrame
    warnings: pl.DataFrame


@dataclass(frozen=True)
class Reading:
    """One table read from one file. ``rows_read = good rows + quarantined + dropped``, always."""

    schema: Schema
    file: str
    sheet: str
    frame: pl.DataFrame
    quarantine: pl.DataFrame
    warnings: pl.DataFrame
    headers: tuple[str, ...]
    header_map: Mapping[str, str]
    unknown_columns: tuple[str, ...]
    rows_read: int
    encoding: str
    title_lines: tuple[str, ...] = ()
    footer_lines: tuple[str, ...] = ()
    window_from: date | None = None
    window_to: date | None = None
    as_of: date | None = None
    """数据截至: the day up to which the source's data reach, where the title says so."""
    dropped: int = 0
    """Rows that repeat another one exactly; found by a check, not by reading."""
    origin: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={"row": pl.Int64()}))
    """Beside each good row: ``row``, its number in the file, and its cells as they stood ("0", "1", …)."""
    refund_flags: pl.Series | None = None
    """Claims only: the settlement's refund mark (``refd_setl_flag``) beside each good row."""
    footer_cells: tuple[tuple[str | None, ...], ...] = ()
    """Totals and signatures, cell by cell in the order of ``headers``."""
    units: Mapping[str, str] = field(default_factory=dict)
    """Header → 元, 分 or 万元, for columns of amounts."""
    message: bool = False
    """A national message: every broken sum is an error."""

    @property
    def quarantined(self) -> int:
        """How many rows are to be corrected."""
        return self.quarantine["row"].n_unique() if self.quarantine.height else 0

    @property
    def good(self) -> int:
        """How many rows go on."""
        return self.rows_read - self.quarantined - self.dropped

    def after(self, checked: Checked) -> Reading:
        """This reading with a check's result: its rows leave ``frame``, its findings join the others.

        ``checked`` must come from ``self.frame``; a finding's ``row`` is the position in it, from 1.
        """
        gone = set(checked.quarantine["row"].to_list()) if checked.quarantine.height else set()
        left_out = checked.warnings.filter(pl.col("reason") == "duplicate_dropped")["row"].to_list()
        kept = ~pl.Series(range(1, self.frame.height + 1), dtype=pl.Int64()).is_in([*gone, *left_out])
        return replace(
            self,
            frame=checked.good,
            quarantine=_joined(self.quarantine, self._placed(checked.quarantine)),
            warnings=_joined(self.warnings, self._placed(checked.warnings)),
            origin=self.origin.filter(kept),
            refund_flags=None if self.refund_flags is None else self.refund_flags.filter(kept),
            dropped=self.dropped + len(set(left_out)),
        )

    def without(self, rows: Collection[int]) -> Reading:
        """This reading less some rows, by their numbers in the file; they count as dropped."""
        left = ~self.origin["row"].is_in(list(rows))
        findings = self.quarantine.filter(pl.col("row").is_in(list(rows)))
        return replace(
            self,
            frame=self.frame.filter(left),
            origin=self.origin.filter(left),
            refund_flags=None if self.refund_flags is None else self.refund_flags.filter(left),
            quarantine=self.quarantine.filter(~pl.col("row").is_in(list(rows))),
            dropped=self.dropped + int((~left).sum()) + findings["row"].n_unique(),
        )

    def _placed(self, findings: pl.DataFrame) -> pl.DataFrame:
        if not findings.height:
            return findings
        names = {column: header for header, column in self.header_map.items()}
        places = [row - 1 for row in findings["row"].to_list()]
        return findings.with_columns(
            file=pl.lit(self.file),
            sheet=pl.lit(self.sheet),
            row=self.origin["row"].gather(places),
            cells=pl.Series(texts_of(self.origin.drop("row"), places), dtype=pl.List(pl.String())),
            column=pl.col("field").replace(names),
        ).select(list(FINDINGS))


def texts_of(cells: pl.DataFrame, places: Sequence[int]) -> list[list[str]]:
    """Some rows of a table as text, empty cells as empty text."""
    if not places:
        return []
    picked = cells[list(places)].select(pl.all().cast(pl.String()).fill_null(""))
    return [list(row) for row in picked.rows()]


def _joined(first: pl.DataFrame, second: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([first, second]).sort("row", maintain_order=True)


def finding(
    row: int,
    code: str,
    found: str,
    expected: str = "",
    *,
    field: str = "",
    column: str = "",
    file: str = "",
    sheet: str = "",
    key: str = "",
    cells: Sequence[str] = (),
) -> Finding:
    """One line of a findings table."""
    shown = found if len(found) <= 80 else f"{found[:77]}…"
    words = {"found": shown, "expected": expected}
    return (
        file, sheet, row, key, field, column, shown, code, expected,
        sentence(code, "zh", **words), sentence(code, "en", **words), list(cells),
    )  # fmt: skip


def findings_frame(lines: Iterable[Finding]) -> pl.DataFrame:
    """Findings as a table, in the order of their rows."""
    return pl.DataFrame(list(lines), schema=dict(FINDINGS), orient="row").sort("row", maintain_order=True)
