"""The sender's own totals beside ours: the count and every sum that the file states, in fen.

Enters: readings before and after the checks. Leaves: ``column theirs ours kept agrees``. Imports this room.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from tuodi.exchange._reading import Reading
from tuodi.exchange._template import SourceTemplate
from tuodi.exchange._values import UNIT_DIGITS, Wrong, parse_amount

__all__ = ["ROWS", "Sums", "sums_of", "totals_table"]

ROWS = "rows"
"""Stands for the count among the columns."""

_GRAND = re.compile(r"^\s*(?:合\s*计|总\s*计|累\s*计)")
_PART = re.compile(r"^\s*(?:小\s*计|本页小计|本页合计)")


@dataclass(frozen=True)
class Sums:
    """Sums of the rows read so far. ``unread``: cells set aside whose amount could not be read."""

    ours: Mapping[str, int] = field(default_factory=dict)
    kept: Mapping[str, int] = field(default_factory=dict)
    theirs: Mapping[str, int] = field(default_factory=dict)
    unread: Mapping[str, int] = field(default_factory=dict)


def sums_of(
    first: Sequence[Reading], last: Sequence[Reading], template: SourceTemplate, before: Sums | None = None
) -> Sums:
    """Sums of one file, or of one more piece of it; ``first``: as read, ``last``: after the checks."""
    wanted = _wanted(first, template)
    ours: dict[str, int] = {ROWS: sum(reading.rows_read for reading in first)}
    kept: dict[str, int] = {ROWS: sum(reading.frame.height for reading in last)}
    unread: dict[str, int] = {}
    for name in wanted:
        ours[name] = sum(_sum(reading, name) for reading in first)
        kept[name] = sum(_sum(reading, name) for reading in last)
        for reading in first:
            amount, lost = _aside(reading, name)
            ours[name] += amount
            unread[name] = unread.get(name, 0) + lost
    earlier = before or Sums()
    return Sums(
        _added(earlier.ours, ours), _added(earlier.kept, kept), {**earlier.theirs, **_theirs(first, template)},
        _added(earlier.unread, unread),
    )  # fmt: skip


def totals_table(sums: Sums, template: SourceTemplate) -> pl.DataFrame:
    """``agrees`` is null where the sender states nothing, or where a cell set aside cannot be counted in."""
    names = [ROWS, *(name for name in template.target.columns if name in sums.ours)]
    lines = [
        {
            "column": name, "theirs": sums.theirs.get(name), "ours": sums.ours.get(name, 0),
            "kept": sums.kept.get(name, 0),
            "agrees": None
            if name not in sums.theirs or sums.unread.get(name)
            else sums.theirs[name] == sums.ours.get(name, 0),
        }
        for name in names
    ]  # fmt: skip
    schema = {
        "column": pl.String(),
        "theirs": pl.Int64(),
        "ours": pl.Int64(),
        "kept": pl.Int64(),
        "agrees": pl.Boolean(),
    }
    return pl.DataFrame(lines, schema=schema)


def _added(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in {**one, **other}}


def _wanted(readings: Sequence[Reading], template: SourceTemplate) -> list[str]:
    had = {name for reading in readings for name in reading.header_map.values()}
    return [name for name in template.target.columns if name in template.target.money and name in had]


def _sum(reading: Reading, name: str) -> int:
    return int(reading.frame[name].sum() or 0) if name in reading.frame.columns else 0


def _place(reading: Reading, name: str) -> tuple[int, int] | None:
    """Position and decimal digits of one fen of a column's cells."""
    header = next((header for header, column in reading.header_map.items() if column == name), None)
    if header is None:
        return None
    return reading.headers.index(header), UNIT_DIGITS[reading.units.get(header, "元")]


def _aside(reading: Reading, name: str) -> tuple[int, int]:
    place = _place(reading, name)
    if place is None or not reading.quarantine.height:
        return 0, 0
    total = lost = 0
    for cells in reading.quarantine.unique("row", keep="first", maintain_order=True)["cells"].to_list():
        found = parse_amount(cells[place[0]] if place[0] < len(cells) else "", place[1])
        if isinstance(found, Wrong):
            lost += 1
        else:
            total += found or 0
    return total, lost


def _theirs(readings: Sequence[Reading], template: SourceTemplate) -> dict[str, int]:
    found: dict[str, int] = {}
    for reading in readings:
        for name, amount in [*_of_rows(reading, template), *_of_words(reading, template)]:
            found[name] = found.get(name, 0) + amount
    return found


def _of_rows(reading: Reading, template: SourceTemplate) -> Iterator[tuple[str, int]]:
    """Sums of the line 合计, or of the lines 小计 where there is no such line."""
    first = [next((cell for cell in line if cell and cell.strip()), "") for line in reading.footer_cells]
    grand = [line for line, word in zip(reading.footer_cells, first, strict=True) if _GRAND.match(word)][-1:]
    lines = grand or [line for line, word in zip(reading.footer_cells, first, strict=True) if _PART.match(word)]
    for name in template.target.columns:
        place = _place(reading, name) if name in template.target.money else None
        if place is None or not lines:
            continue
        amounts = [parse_amount(line[place[0]] or "", place[1]) for line in lines if place[0] < len(line)]
        plain = [amount for amount in amounts if isinstance(amount, int)]
        if plain:
            yield name, sum(plain)


def _of_words(reading: Reading, template: SourceTemplate) -> Iterator[tuple[str, int]]:
    """What a line of text states: 共 1,234 人, 发放金额合计：567,890.00 元."""
    lines = [line.replace("，", ",") for line in (*reading.title_lines, *reading.footer_lines)]
    count = next((found for line in lines if (found := _count(line, template.total_counts)) is not None), None)
    if count is not None:
        yield ROWS, count
    told = {name for name, _amount in _of_rows(reading, template)}
    for name, words in template.total_words.items():
        if name in told:
            continue
        amount = next((found for line in lines if (found := _amount(line, words)) is not None), None)
        if amount is not None:
            yield name, amount


_NUMBER = r"(\d{1,3}(?:,\d{3})+|\d+)"


def _count(line: str, words: Sequence[str]) -> int | None:
    for word in sorted(words, key=len, reverse=True):
        mark = re.escape(word)
        for pattern in (
            rf"(?:共计?|合\s*计|总\s*计|总数)\s*[:：]?\s*{_NUMBER}\s*{mark}(?!民币)",
            rf"{mark}数?\s*[:：]\s*{_NUMBER}(?![.\d])",
        ):
            match = re.search(pattern, line)
            if match:
                return int(match[1].replace(",", ""))
    return None


def _amount(line: str, words: Sequence[str]) -> int | None:
    for word in words:
        match = re.search(
            rf"{re.escape(word)}(?:合\s*计|总\s*[计额]|累\s*计)?\s*(?:\((?:元|万元)\))?\s*[:：]?\s*{_NUMBER}(\.\d+)?\s*(万元|元|分)?",
            line,
        )
        if match:
            found = parse_amount(match[1] + (match[2] or ""), UNIT_DIGITS[match[3] or "元"])
            return found if isinstance(found, int) else None
    return None
