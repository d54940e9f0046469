"""A Parquet file of claims read piece by piece, each piece holding all bills of its persons.

Enters: rows as the file stores them, with their numbers. Leaves: a :class:`Reading` like that of the whole file. What
needs the whole file (a bill's number used by two persons) is for the caller. Imports ``tuodi.tables``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from tuodi.exchange._assemble import Options, assemble
from tuodi.exchange._checks import check_readings
from tuodi.exchange._header import match_headers
from tuodi.exchange._raw import typed_table
from tuodi.exchange._reading import FINDINGS, Reading, findings_frame
from tuodi.exchange._tidy import doubtful_rows, in_fen, is_typed, tidy_names
from tuodi.tables import CLAIMS, conform

__all__ = ["column_of", "join_readings", "read_piece"]


def column_of(name: str, headers: Sequence[str], file: str) -> str | None:
    """The header under which a file holds a column of the claims; None if it holds none, or several."""
    match = match_headers(file, tuple(headers), CLAIMS, {})
    if name not in match.columns or name in match.doubtful.values() or name in match.second.values():
        return None
    return headers[match.columns[name]]


def read_piece(
    cells: pl.DataFrame, rows: pl.Series, person: str, file: str, local_codes: Mapping[str, Mapping[str, str]]
) -> Reading:
    """Some rows of a file, all bills of their persons, as ``read_tables`` and ``check_readings`` would leave them.

    ``rows``: their numbers in the file, from 1; ``person``: the header of the persons' column. Rows may change their
    order. Raises ``FileError`` as reading does.
    """
    if not is_typed(cells.schema, CLAIMS):
        return _read_long(cells, rows, file, local_codes)
    fen = in_fen(cells, CLAIMS)
    doubts = doubtful_rows(cells, fen, CLAIMS, local_codes)
    # What is written differently may be one number, or one person, once it is read.
    claims, persons = (tidy_names(cells[name]) if doubts.any() else cells[name] for name in ("claim_id", person))
    doubts |= claims.hash().is_duplicated().to_numpy() if _may_repeat(claims) else False
    if not doubts.any():
        return _reading(conform(fen, CLAIMS), file, cells.columns)
    # Whoever has one doubtful bill is read the long way whole: a bill and its reversal are looked at together.
    whose = persons.filter(pl.Series(doubts)).unique()
    long_way = persons.is_in(whose.implode(), nulls_equal=True)
    quick = _reading(conform(fen.filter(~long_way), CLAIMS), file, cells.columns)
    slow = _read_long(cells.filter(long_way), rows.filter(long_way), file, local_codes)
    return join_readings([quick, slow], keep=True)


def _may_repeat(column: pl.Series) -> bool:
    hashed = np.sort(column.hash().to_numpy())
    return bool((hashed[1:] == hashed[:-1]).any())


def _read_long(
    cells: pl.DataFrame, rows: pl.Series, file: str, local_codes: Mapping[str, Mapping[str, str]]
) -> Reading:
    reading = assemble(typed_table(cells, rows, file), CLAIMS, Options(local_codes=local_codes))
    return check_readings([reading])[0]


def _reading(frame: pl.DataFrame, file: str, headers: Sequence[str]) -> Reading:
    nothing = findings_frame([])
    return Reading(
        schema=CLAIMS, file=file, sheet="", frame=frame, quarantine=nothing, warnings=nothing, headers=tuple(headers),
        header_map={name: name for name in headers}, unknown_columns=(), rows_read=frame.height, encoding="parquet",
    )  # fmt: skip


def join_readings(readings: Sequence[Reading], *, keep: bool) -> Reading:
    """The readings of several pieces of one file as one; without ``keep`` their good rows are counted, not kept."""
    last = readings[-1]
    frames = [reading.frame for reading in readings]
    joined = pl.concat(frames) if keep else pl.DataFrame(schema=CLAIMS.columns)
    findings = {
        name: pl.concat([pl.DataFrame(schema=dict(FINDINGS)), *(getattr(one, name) for one in readings)])
        .unique(maintain_order=True)
        .sort("row", maintain_order=True)
        for name in ("quarantine", "warnings")
    }
    return replace(
        last,
        frame=joined,
        **findings,
        rows_read=sum(reading.rows_read for reading in readings),
        dropped=sum(reading.dropped for reading in readings),
        origin=pl.DataFrame(schema={"row": pl.Int64()}),
        refund_flags=None,
    )
