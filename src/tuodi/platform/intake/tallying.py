"""What one file holds, counted while its pieces stream by: rows, totals, quality, what is wrong, who is not invented.

Enters: the pieces of a delivery as ``exchange`` gives them. Leaves: the same pieces, and a :class:`Tally`. Imports the
library only. Raises :class:`RealNumberError` in an installation for invented people.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from tuodi.errors import TuodiError
from tuodi.exchange import Delivery, SourceTemplate, quality
from tuodi.identity import check_character
from tuodi.money import FULL_RATE
from tuodi.platform.ground.words import N_
from tuodi.platform.intake.wording import told

__all__ = ["DIMENSIONS", "RealNumberError", "Tally", "invented_only_rows", "tapped"]

DIMENSIONS = ("completeness", "validity", "timeliness", "consistency")
_NUMBERS = ("certificate", "head_certificate")
_EIGHTEEN = re.compile(r"^[1-9]\d{16}[\dXx]$")
_INVENTED = ("99",)
"""First digits of the invented county: no real region has them."""
_FIRST = 50


class RealNumberError(TuodiError):
    """An identity number of a real region in an installation that is for invented people only."""

    def __init__(self, sheet: str, row: int) -> None:
        self.kept = told(
            N_(
                "第 {row} 行的证件号码不是虚构地区（99 开头）的：本安装只供演示，只收虚构数据，文件没有接收；"
                "真实数据请导入按网络区域安装的系统"
            ),
            row=f"{sheet} {row}".strip(),
        )  # fmt: skip
        super().__init__(self.kept)


@dataclass
class Tally:
    """Sums over the pieces seen so far."""

    template: SourceTemplate
    today: date
    rows: int = 0
    good: int = 0
    quarantined: int = 0
    dropped: int = 0
    partial: bool = False
    totals: list[dict[str, Any]] = field(default_factory=list)
    scores: dict[str, list[int]] = field(default_factory=lambda: {name: [0, 0] for name in DIMENSIONS})
    columns: dict[str, list[int]] = field(default_factory=dict)
    """Column → filled, rows, whether the file has it."""
    wrong: Counter[str] = field(default_factory=Counter)
    doubtful: Counter[str] = field(default_factory=Counter)
    contradictions: Counter[str] = field(default_factory=Counter)
    first_contradictions: list[dict[str, Any]] = field(default_factory=list)
    unknown: dict[str, list[Any]] = field(default_factory=dict)
    """Header → how many rows fill it, first values."""
    of_file: list[dict[str, str]] = field(default_factory=list)
    """Findings about the file as a whole: code, found, expected."""
    sheets: list[dict[str, Any]] = field(default_factory=list)
    fingerprint: str = ""
    as_of: date | None = None
    due: date | None = None
    late_days: int = 0
    stale: bool | None = None
    period_from: date | None = None
    period_to: date | None = None
    latest: date | None = None
    """The latest settlement of a file of settlements: its day, where nothing states one."""

    def add(self, piece: Delivery) -> None:
        """One more piece."""
        self.rows += piece.rows_read
        self.good += piece.good
        self.quarantined += piece.quarantined
        self.dropped += piece.dropped
        self.partial = self.partial or piece.partial
        self.totals = piece.totals.to_dicts()
        self.fingerprint, self.as_of = piece.fingerprint, piece.as_of
        self.period_from, self.period_to = piece.period_from, piece.period_to
        self._measure(piece)
        if "settled_at" in piece.frame.columns and piece.frame["settled_at"].count():
            found = piece.frame.select(pl.col("settled_at").max().dt.date()).item()
            self.latest = max(found, self.latest or found)
        for one in piece.unknown:
            held = self.unknown.setdefault(one.header, [0, []])
            held[0] += one.filled
            held[1] = (held[1] + [value for value in one.samples if value not in held[1]])[:5]
        for reading in piece.readings:
            known = {"sheet": reading.sheet, "headers": list(reading.headers), "titles": list(reading.title_lines)}
            if all(one["sheet"] != reading.sheet for one in self.sheets):
                self.sheets.append(known)

    def _measure(self, piece: Delivery) -> None:
        found = quality(piece, self.today)
        for name in ("completeness", "validity", "consistency"):
            score = found.scores[name]
            self.scores[name][0] += score.good
            self.scores[name][1] += score.counted
        self.scores["timeliness"] = [found.scores["timeliness"].good, found.scores["timeliness"].counted]
        self.due, self.late_days, self.stale = found.due, found.late_days, found.stale
        for line in found.completeness.to_dicts():
            held = self.columns.setdefault(line["column"], [0, 0, False])
            held[0] += line["filled"]
            held[1] += line["rows"]
            held[2] = held[2] or line["present"]
        for line in found.reasons.to_dicts():
            (self.wrong if line["set_aside"] else self.doubtful)[line["reason"]] += line["count"]
        for code, count in found.contradictions.group_by("reason").agg(pl.len()).rows():
            self.contradictions[code] += count
        room = _FIRST - len(self.first_contradictions)
        if room > 0:
            picked = found.contradictions.head(room).select("sheet", "row", "field", "found", "expected", "reason")
            self.first_contradictions += picked.to_dicts()
        for line in piece.warnings.filter(pl.col("row") == 0).to_dicts():
            kept = {"code": line["reason"], "found": line["found"], "expected": line["expected"]}
            if kept not in self.of_file:
                self.of_file.append(kept)

    def counts(self) -> dict[str, int]:
        """Rows by what became of them; they add up."""
        return {
            "rows": self.rows, "good": self.good, "quarantined": self.quarantined, "dropped": self.dropped,
        }  # fmt: skip

    def measured(self) -> dict[str, Any]:
        """The quality of the file, for the delivery's row: numbers only."""
        fresh = FULL_RATE if self.late_days == 0 and self.due is not None else None
        return {
            "scores": {
                name: {
                    "points": good * FULL_RATE // counted if counted else fresh if name == "timeliness" else None,
                    "good": good, "counted": counted,
                }
                for name, (good, counted) in self.scores.items()
            },
            "columns": {
                name: {"filled": filled, "rows": rows, "present": present}
                for name, (filled, rows, present) in self.columns.items()
            },
            "wrong": dict(self.wrong.most_common()), "doubtful": dict(self.doubtful.most_common()),
            "contradictions": dict(self.contradictions.most_common()),
            "due": self.due.isoformat() if self.due else None, "late_days": self.late_days, "stale": self.stale,
        }  # fmt: skip


def tapped(pieces: Iterable[Delivery], tally: Tally, *, invented: bool) -> Iterator[Delivery]:
    """The pieces, each counted before it goes on."""
    for piece in pieces:
        if invented:
            invented_only_rows(piece)
        tally.add(piece)
        yield piece


def invented_only_rows(piece: Delivery) -> None:
    """Raise :class:`RealNumberError` at the first identity number of a real region, among rows set aside too."""
    for name in _NUMBERS:
        if name not in piece.frame.columns:
            continue
        number = piece.frame[name]
        real = (number.str.contains(r"^\d{17}[\dX]$") & ~number.str.contains(f"^({'|'.join(_INVENTED)})")).fill_null(
            value=False
        )
        if real.any():
            sheet, row = piece.places.row(int(real.arg_max() or 0))
            raise RealNumberError(sheet, row)
    for line in piece.quarantine.select("sheet", "row", "cells").iter_rows():
        for cell in line[2] or ():
            text = (cell or "").strip()
            if (
                _EIGHTEEN.match(text)
                and not text.startswith(_INVENTED)
                and check_character(text[:17]) == text[17].upper()
            ):
                raise RealNumberError(line[0], line[1])
