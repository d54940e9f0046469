"""A Parquet file of any size cut between persons, in the order of persons, within a bounded memory.

A file whose row groups lie in the order of persons is read straight through; any other is first dealt out on disk into
ranges of persons. Both give all rows of each person in one part, and the parts in the order of persons; how many parts
there are never shows in a result. Enters: a file and the column that names the person. Leaves: frames, one after the
other, in the order of the file within a part, each row with its number. Imports nothing of this project.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

__all__ = ["ROW", "NotInOrderError", "dealt_parts", "lies_in_order", "straight_parts"]

ROW = "row in the file"
"""The column that numbers rows as they lie in the file, from 1."""

ROWS = 1 << 18
"""Rows of a part, about: some hundred bytes each, times the copies while they are worked on."""

HELD = 4
"""Parts that may be held in memory together."""

SAMPLE = 256
"""Rows looked at for each part's boundary."""


class NotInOrderError(Exception):
    """The file's statistics said that it lies in the order of persons, and it does not."""


def lies_in_order(path: Path, key: str) -> bool:
    """Whether by the file's own statistics no row group begins before the one before it ends."""
    metadata = pq.ParquetFile(path).metadata
    column = metadata.schema.names.index(key)
    last = None
    for number in range(metadata.num_row_groups):
        found = metadata.row_group(number).column(column).statistics
        if found is None or not found.has_min_max or not found.has_null_count or found.null_count:
            return False
        if last is not None and found.min < last:
            return False
        last = found.max
    return True


def straight_parts(path: Path, key: str, rows: int | None = None) -> Iterator[pl.DataFrame]:
    """The parts of a file that lies in order. Raises :class:`NotInOrderError` where it turns out not to."""
    waiting: pl.DataFrame | None = None
    last: str | None = None
    for piece in _pieces(path, rows or ROWS):
        if piece[key].null_count():
            raise NotInOrderError
        if not piece[key].is_sorted():
            piece = piece.sort(key, maintain_order=True)
        names = piece[key]
        if last is not None and names[0] < last:
            raise NotInOrderError
        last = names[-1]
        # The last person's bills may go on in the next piece.
        ends = names.search_sorted(last, "left")
        ready = piece.slice(0, ends)
        if waiting is not None:
            if not ends and last == waiting[key][0]:
                waiting = pl.concat([waiting, piece])
                continue
            ready = pl.concat([waiting, ready])
        if ready.height:
            yield ready
        waiting = piece.slice(ends)
    if waiting is not None:
        yield waiting


def dealt_parts(path: Path, key: str, folder: Path, rows: int | None = None) -> Iterator[pl.DataFrame]:
    """The parts of any file, by way of ``folder``: one file there for each range of persons. Rows without a person
    come first. A file of a few parts is dealt out in memory."""
    most = rows or ROWS
    bounds = _bounds(path, key, most)
    if pq.ParquetFile(path).metadata.num_rows <= HELD * most:
        yield from _dealt_in_memory(_pieces(path, HELD * most), key, bounds)
        return
    files = [folder / f"{number}.arrow" for number in range(len(bounds) + 1)]
    with ExitStack() as open_files:
        writers: list[pa.ipc.RecordBatchStreamWriter | None] = [None] * len(files)
        for piece in _pieces(path, most):
            for number, own in _dealt(piece, key, bounds):
                table = own.to_arrow(compat_level=pl.CompatLevel.oldest())
                writer = writers[number]
                if writer is None:
                    writer = open_files.enter_context(pa.ipc.new_stream(files[number], table.schema))
                    writers[number] = writer
                writer.write_table(table)
    for file in files:
        if file.exists():
            with pa.memory_map(str(file)) as stored:
                yield pl.DataFrame(pa.ipc.open_stream(stored).read_all())
            file.unlink()


def _dealt(piece: pl.DataFrame, key: str, bounds: pl.Series) -> Iterator[tuple[int, pl.DataFrame]]:
    """The rows of each range of persons, ranges by their number."""
    place = bounds.search_sorted(piece[key].fill_null(""), side="right").to_numpy().astype(np.uint16)
    order = np.argsort(place, kind="stable")
    edges = np.searchsorted(place[order], np.arange(len(bounds) + 2))
    for number in np.flatnonzero(np.diff(edges)):
        yield int(number), piece[order[edges[number] : edges[number + 1]]]


def _dealt_in_memory(pieces: Iterator[pl.DataFrame], key: str, bounds: pl.Series) -> Iterator[pl.DataFrame]:
    ranges: list[list[pl.DataFrame]] = [[] for _ in range(len(bounds) + 1)]
    for piece in pieces:
        for number, own in _dealt(piece, key, bounds):
            ranges[number].append(own)
    for number, own_pieces in enumerate(ranges):
        if own_pieces:
            yield pl.concat(own_pieces)
            ranges[number] = []


def _bounds(path: Path, key: str, rows: int) -> pl.Series:
    """Persons that begin a range: parts of about equal size, judged by a sample."""
    count = pq.ParquetFile(path).metadata.num_rows
    parts = -(-count // rows)
    step = max(1, count // max(1, parts * SAMPLE))
    names = pl.scan_parquet(path, glob=False).select(pl.col(key).gather_every(step).fill_null("")).collect()[key].sort()
    places = [len(names) * number // parts for number in range(1, parts)]
    return names.gather(places).unique().sort()


def _pieces(path: Path, rows: int) -> Iterator[pl.DataFrame]:
    """The file in order, whole row groups of about so many rows together; a large row group is cut."""
    scan = pl.scan_parquet(path, glob=False)
    for begin, count in _stretches(path, rows):
        frame = scan.slice(begin, count).collect()
        yield frame.with_columns(pl.int_range(begin + 1, begin + count + 1, dtype=pl.Int64(), eager=True).alias(ROW))


def _stretches(path: Path, rows: int) -> list[tuple[int, int]]:
    metadata = pq.ParquetFile(path).metadata
    found: list[tuple[int, int]] = []
    begin = count = 0
    for number in range(metadata.num_row_groups):
        size = metadata.row_group(number).num_rows
        if count and count + size > rows:
            found.append((begin, count))
            begin, count = begin + count, 0
        while size > 2 * rows:
            found.append((begin, rows))
            begin, size = begin + rows, size - rows
        count += size
    if count:
        found.append((begin, count))
    return found
