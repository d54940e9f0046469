"""A function over the parts of a table on this machine's processors, results in the order of the parts.

Enters: parts, a function, a number of threads. Leaves: its results one after the other, and a Parquet file of them
whose bytes do not depend on how the table was cut. Imports nothing of this project.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

__all__ = ["each_in_order", "write_in_order"]

P = TypeVar("P")
R = TypeVar("R")

ROW_GROUP = 1 << 18
"""Rows of a row group in every file written."""


def each_in_order(parts: Iterable[P], work: Callable[[P], R], threads: int) -> Iterator[R]:
    """``work`` of every part, in their order; at most one part more than there are threads is held at a time."""
    with ThreadPoolExecutor(threads) as pool:
        running: deque[Future[R]] = deque()
        try:
            for part in parts:
                running.append(pool.submit(work, part))
                del part
                if len(running) > threads:
                    yield running.popleft().result()
            while running:
                yield running.popleft().result()
        finally:
            for future in running:
                future.cancel()


def write_in_order(tables: Iterable[pa.Table], path: Path, schema: pa.Schema, key: str, words: list[str]) -> int:
    """Write tables as one Parquet file, in row groups of one size; returns the number of rows.

    ``key``: the column in whose order the rows lie, which the file's statistics then show; ``words``: columns with few
    distinct texts. Amounts are small differences apart, and are stored as such.
    """
    rows = 0
    amounts = [field.name for field in schema if pa.types.is_decimal(field.type)]
    with pq.ParquetWriter(
        path, schema, compression="zstd", use_dictionary=words, store_decimal_as_integer=True, write_statistics=[key],
        column_encoding=dict.fromkeys(amounts, "DELTA_BINARY_PACKED"),
    ) as writer:  # fmt: skip
        waiting: list[pa.Table] = []
        held = 0
        for table in tables:
            rows += len(table)
            waiting.append(table)
            held += len(table)
            if held >= ROW_GROUP:
                whole = pa.concat_tables(waiting)
                full = held - held % ROW_GROUP
                writer.write_table(whole.slice(0, full), row_group_size=ROW_GROUP)
                waiting, held = [whole.slice(full)], held - full
        if held or not rows:
            writer.write_table(pa.concat_tables(waiting) if waiting else schema.empty_table(), row_group_size=ROW_GROUP)
    return rows
