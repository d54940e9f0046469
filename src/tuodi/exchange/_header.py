"""Find the header among the first rows of a sheet and say which column is which.

Enters: the first rows as text, merged ranges, a schema. Leaves: a :class:`Header`: the span of header rows and one
name per column; then a :class:`Match`: header → column of the schema. Imports ``tuodi.tables``, ``vocabulary``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from tuodi import vocabulary
from tuodi.exchange._reasons import file_error
from tuodi.exchange._source import SourceSchema
from tuodi.exchange._words import header_keys, header_unit
from tuodi.tables import LISTS, SCHEMAS, Schema

__all__ = [
    "HEADER_WITHIN", "OWN_HEADERS", "Header", "Match", "find_header", "fits_best", "known_headers", "lookup",
    "match_headers", "spellings",
]  # fmt: skip

HEADER_WITHIN = 10
"""The header must stand within this many rows."""

OWN_HEADERS = ("问题说明", "原文件", "原工作表", "原行号", "Problem", "Source file", "Source sheet", "Source row")
"""Columns that the quarantine workbook adds; passed over when it is sent again."""

Merged = Sequence[tuple[tuple[int, int], tuple[int, int]]]


@dataclass(frozen=True)
class Header:
    """Rows ``first``…``last`` (from 0) hold the header; ``names`` has one text per column."""

    first: int
    last: int
    names: tuple[str, ...]
    score: int


@dataclass(frozen=True)
class Match:
    """Which file column feeds which schema column; ``second`` repeats a field under another national name."""

    columns: Mapping[str, int]
    second: Mapping[int, str]
    unknown: tuple[str, ...]
    doubtful: Mapping[int, str]
    """Columns that compete with the chosen one and must hold the same content."""


@cache
def spellings(table: str) -> Mapping[str, tuple[str, int]]:
    """Header key → (column, rank among its spellings) for every alias of a table."""
    found: dict[str, tuple[str, int]] = {}
    for name, column_aliases in _aliases(table).items():
        for rank, alias in enumerate(column_aliases):
            for key in header_keys(alias)[:1]:
                found.setdefault(key, (name, rank))
    return found


def _aliases(table: str) -> dict[str, tuple[str, ...]]:
    known = vocabulary.aliases(table)
    if table != "changes":
        return known
    # A change carries the columns of a bill; where both use a word (救助身份, 开始日期), it is the change's.
    bill = vocabulary.aliases("claims")
    return {**known, **{name: words for name, words in bill.items() if name not in {*known, "refund_flag"}}}


def known_headers(schema: Schema) -> Mapping[str, tuple[str, int]]:
    """As :func:`spellings`, with a source's own words where the schema is that of a source."""
    return schema.spellings if isinstance(schema, SourceSchema) else spellings(schema.name)


def lookup(schema: Schema, header: str) -> tuple[str, int] | None:
    """The column that a header names, and the rank of that spelling."""
    known = known_headers(schema)
    return next((known[key] for key in header_keys(header) if key in known), None)


def find_header(
    head: Sequence[Sequence[str]], schema: Schema, merged: Merged = (), forced: Sequence[str] = ()
) -> Header | None:
    """The row, or pair of rows, whose cells match most columns of ``schema``; nothing when none matches enough."""
    best: Header | None = None
    width = max((len(row) for row in head), default=0)
    grid = [[*row, *[""] * (width - len(row))] for row in head]
    for first in range(min(len(grid), HEADER_WITHIN)):
        single = tuple(map(_tidy, grid[first]))
        candidates = [Header(first, first, single, _score(single, schema, forced))]
        if first + 1 < min(len(grid), HEADER_WITHIN):
            names = _two_levels(grid, first, merged, schema)
            candidates.append(Header(first, first + 1, names, _score(names, schema, forced)))
        for candidate in candidates:
            if candidate.score and (best is None or _better(candidate, best)):
                best = candidate
    needed = 2 if isinstance(schema, SourceSchema) else min(2, len(schema.required))
    return best if best and best.score >= needed else None


def fits_best(names: Sequence[str], schema: Schema) -> bool:
    """Whether no other table has more of its columns among these headers. A change may have all of a bill's."""
    own = _score(names, schema, ())
    tables = {**SCHEMAS, **LISTS} if isinstance(schema, SourceSchema) else SCHEMAS
    rivals = [other for name, other in tables.items() if name not in {"changes", schema.name}]
    return schema.name == "changes" or all(_score(names, other, ()) <= own for other in rivals)


def _better(one: Header, other: Header) -> bool:
    """More columns; with as many, fewer rows: a title line over the header is no level of it."""
    return (one.score, one.first - one.last) > (other.score, other.first - other.last)


def _tidy(cell: str) -> str:
    """A header as one line: line breaks only fit it into its cell."""
    return re.sub(r"\s*[\r\n]+\s*", "", cell.strip())


def _score(names: Sequence[str], schema: Schema, forced: Sequence[str]) -> int:
    found = {match[0] for name in names if name and (match := lookup(schema, name))}
    return len(found) + len(set(forced) & set(names))


def _two_levels(grid: Sequence[Sequence[str]], first: int, merged: Merged, schema: Schema) -> tuple[str, ...]:
    upper, lower = list(map(_tidy, grid[first])), list(map(_tidy, grid[first + 1]))
    spans = [(start, end) for start, end in merged if start[0] <= first <= end[0]]
    for (_, left), (_, right) in spans:
        for column in range(left, min(right + 1, len(upper))):
            upper[column] = upper[left]
    if not spans:  # text files know no merged cells: a blank belongs to the name on its left
        for column in range(1, len(upper)):
            if not upper[column] and lower[column]:
                upper[column] = upper[column - 1]
    names = []
    for above, below in zip(upper, lower, strict=True):
        joined = above + below
        if not below or not above or above == below:
            names.append(below or above)
        elif lookup(schema, joined):
            names.append(joined)
        else:
            names.append(below if lookup(schema, below) else f"{above}/{below}")
    return tuple(names)


def match_headers(file: str, names: Sequence[str], schema: Schema, forced: Mapping[str, str] | None = None) -> Match:
    """Assign headers to columns. Two national names of one field: the first in the alias table wins.

    Two other headers for one column must agree in content (``doubtful``, judged by the caller).
    """
    wanted = dict(forced or {})
    for header in wanted:
        if header not in names:
            raise file_error("columns_option", file, found=header, expected="、".join(filter(None, names)))
    found: dict[str, list[tuple[int, int]]] = {}
    unknown: list[str] = []
    for position, name in enumerate(names):
        match = (wanted[name], -1) if name in wanted else lookup(schema, name) if name else None
        if match is None:
            if name and name not in OWN_HEADERS:
                unknown.append(name)
            continue
        found.setdefault(match[0], []).append((match[1], position))
    columns: dict[str, int] = {}
    second: dict[int, str] = {}
    doubtful: dict[int, str] = {}
    for column, places in found.items():
        places.sort()
        rank, chosen = places[0]
        columns[column] = chosen
        for other_rank, position in places[1:]:
            national = names[chosen].isascii() and names[position].isascii() and rank != other_rank
            if rank == -1 or national:
                second[position] = column
            else:
                doubtful[position] = column
    return Match(columns, second, tuple(unknown), doubtful)


def units(names: Sequence[str], title_lines: Sequence[str]) -> tuple[dict[int, str], str | None]:
    """Unit stated in each header, and the one that a title line states for the whole file."""
    whole = next((unit for line in title_lines if (unit := header_unit(line))), None)
    return {position: unit for position, name in enumerate(names) if name and (unit := header_unit(name))}, whole
