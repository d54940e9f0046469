"""How good a delivery is: complete, valid, in time, free of contradictions; each a score with the counts behind it.

Enters: a :class:`Delivery`, today's date. Leaves: :class:`Quality`. Scores are whole basis points, rounded down.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from tuodi.exchange._contradictions import contradictions
from tuodi.exchange._delivery import Delivery
from tuodi.exchange._template import Cadence
from tuodi.money import FULL_RATE

__all__ = ["Quality", "Score", "expected_by", "is_stale", "quality"]

DIMENSIONS = ("completeness", "validity", "timeliness", "consistency")


@dataclass(frozen=True)
class Score:
    """``points``: basis points, none where nothing can be said; ``good`` of ``counted``: cells, rows or days."""

    points: int | None
    good: int
    counted: int


@dataclass(frozen=True)
class Quality:
    """The quality of one delivery."""

    scores: Mapping[str, Score]
    """completeness (filled cells of the columns that the file has or should have), validity (rows that are right),
    timeliness (days allowed of days passed), consistency (rows without contradiction)."""
    completeness: pl.DataFrame
    """``column required present filled rows points``, one line a column that the template names."""
    reasons: pl.DataFrame
    """``reason count set_aside reason_zh reason_en``: why rows are wrong or doubtful, the most frequent first."""
    contradictions: pl.DataFrame
    """Findings."""
    as_of: date | None
    due: date | None
    """Until when the next delivery should have come."""
    late_days: int
    stale: bool | None


def quality(delivery: Delivery, today: date) -> Quality:
    """Measure a delivery as of ``today``."""
    complete = _completeness(delivery)
    must = pl.col("required") | pl.col("column").is_in(delivery.template.key)
    asked = complete.filter(pl.col("present") | must)
    found = contradictions(delivery)
    wrong = found["row"].n_unique() if found.height else 0
    due = expected_by(delivery.template.cadence, delivery.as_of)
    late = max(0, (today - due).days) if due else 0
    return Quality(
        scores={
            "completeness": _score(int(asked["filled"].sum()), int(asked["rows"].sum())),
            "validity": _score(delivery.good, delivery.good + delivery.quarantined),
            "timeliness": _timeliness(delivery.as_of, due, today),
            "consistency": _score(delivery.good - wrong, delivery.good),
        },
        completeness=complete,
        reasons=_reasons(delivery),
        contradictions=found,
        as_of=delivery.as_of,
        due=due,
        late_days=late,
        stale=is_stale(delivery.template.cadence, delivery.as_of, today),
    )


def expected_by(cadence: Cadence, as_of: date | None) -> date | None:
    """The last day on which the delivery after one of ``as_of`` is in time; none for what comes once."""
    if as_of is None or cadence.every == "once":
        return None
    return _next(cadence.every, as_of) + timedelta(days=cadence.grace_days)


def is_stale(cadence: Cadence, as_of: date | None, today: date) -> bool | None:
    """Whether newer data should be here by now: such a source clears nobody. None where its day is not known."""
    if cadence.every == "once":
        return False
    due = expected_by(cadence, as_of)
    return None if due is None else today > due


def _next(every: str, day: date) -> date:
    if every in ("day", "ten_days"):
        return day + timedelta(days=1 if every == "day" else 10)
    months = {"month": 1, "quarter": 3, "year": 12}[every]
    ends = day.day == monthrange(day.year, day.month)[1]  # the end of a month is followed by the end of one
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, last if ends else min(day.day, last))


def _score(good: int, counted: int) -> Score:
    return Score(good * FULL_RATE // counted if counted else None, good, counted)


def _timeliness(as_of: date | None, due: date | None, today: date) -> Score:
    """Full while the data are in time; after that the days they may be old, of the days they are old."""
    if as_of is None or due is None:
        return Score(None, 0, 0)
    allowed, age = (due - as_of).days, max((today - as_of).days, 0)
    return _score(min(allowed, age), age) if age else Score(FULL_RATE, 0, 0)


def _completeness(delivery: Delivery) -> pl.DataFrame:
    frame = delivery.frame
    lines = []
    for name, one in delivery.template.columns.items():
        if one.extra or not (one.listed or one.required):
            continue
        filled = frame.height - frame[name].null_count()
        present = name in delivery.columns
        lines.append((name, one.required, present, filled, frame.height, _score(filled, frame.height).points))
    schema = {
        "column": pl.String(), "required": pl.Boolean(), "present": pl.Boolean(), "filled": pl.Int64(),
        "rows": pl.Int64(), "points": pl.Int64(),
    }  # fmt: skip
    return pl.DataFrame(lines, schema=schema, orient="row")


def _reasons(delivery: Delivery) -> pl.DataFrame:
    parts = [
        findings.filter(pl.col("row") > 0).select("reason", "reason_zh", "reason_en", set_aside=pl.lit(aside))
        for findings, aside in ((delivery.quarantine, True), (delivery.warnings, False))
    ]
    return (
        pl.concat(parts)
        .group_by("reason", "set_aside")
        .agg(
            count=pl.len().cast(pl.Int64()),
            reason_zh=pl.col("reason_zh").first(),
            reason_en=pl.col("reason_en").first(),
        )
        .sort(["count", "reason", "set_aside"], descending=[True, False, True])
        .select("reason", "count", "set_aside", "reason_zh", "reason_en")
    )
