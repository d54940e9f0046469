"""One partition on a worker: tagged rows in, a keyed table function over its tables, rows of the result out.

Several tables travel as one stream, so that all rows of a person meet in one partition: ``person_id``, and for each
table a struct of its other columns, null in the rows of every other table. Nothing here imports Spark; the driver
ships a :class:`Job`, the worker runs it.

Enters: Arrow batches. Leaves: Arrow batches; money is yuan with two decimals outside and fen within. Raises
``TableError`` for a result that is not what was declared, ``UsageError`` where the worker runs another program than the
driver. Imports ``tuodi.tables`` and ``tuodi.errors``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

import tuodi
from tuodi.errors import TableError, UsageError
from tuodi.tables import Schema

__all__ = ["KEY", "Job", "KeyedFunction", "arrow_schema", "program_digest", "result_batches", "tables_of"]

KEY = "person_id"
YUAN = pa.decimal128(18, 2)
_FEN = pa.decimal128(19, 0)
"""Wide enough for every ``int64``; the same 16 bytes as YUAN."""

_BATCH = 65_536
"""Rows of the result that are handed over at once: a column of texts stays far below the 2 GiB of one Arrow array."""

KeyedFunction = Callable[[Mapping[str, pl.DataFrame]], pl.DataFrame]


@dataclass(frozen=True)
class Job:
    """What every worker needs: the function, the schemas of its tables, that of its result, and the program's digest.

    ``function`` must pickle, and give its rows sorted by ``person_id`` (by code points, as Polars and Spark sort).
    """

    function: KeyedFunction
    tables: Mapping[str, Schema]
    result: Schema
    program: str

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Run the function over the rows of one partition."""
        if program_digest() != self.program:
            raise UsageError(
                f"this worker runs another program than the driver: tuodi {tuodi.__version__}, digest "
                f"{program_digest()[:12]} instead of {self.program[:12]}; install the same wheel on every machine"
            )
        tables = tables_of(batches, self.tables)
        if any(frame.height for frame in tables.values()):
            yield from result_batches(self.function(tables), self.result)


def tables_of(batches: Iterable[pa.RecordBatch], schemas: Mapping[str, Schema]) -> dict[str, pl.DataFrame]:
    """The tables in a stream of tagged rows, money in fen. Each is in the order of its key, not of its arrival, since
    a shuffle keeps none."""
    parts: dict[str, list[pa.RecordBatch]] = {name: [] for name in schemas}
    for batch in batches:
        person = batch.column(KEY)
        for name, schema in schemas.items():
            rows = batch.column(name)
            own = rows.is_valid()
            if pc.any(own).as_py():
                struct = rows.filter(own)
                columns = {KEY: person.filter(own)} | {
                    field.name: _fen(column) if field.name in schema.money else column
                    for field, column in zip(struct.type, struct.flatten(), strict=True)
                }
                parts[name].append(pa.RecordBatch.from_pydict(columns))
    return {name: _in_order(parts[name], schema) for name, schema in schemas.items()}


def _in_order(parts: list[pa.RecordBatch], schema: Schema) -> pl.DataFrame:
    if not parts:
        return pl.DataFrame(schema=schema.columns)
    frame = pl.DataFrame(pa.Table.from_batches(parts))
    key = [name for name in schema.key if name in frame.columns]
    if not key or frame.select(key).is_duplicated().any():
        key += [name for name in frame.columns if name not in key]
    return frame.sort(key)


def result_batches(frame: pl.DataFrame, schema: Schema) -> Iterator[pa.RecordBatch]:
    """A result as batches of :func:`arrow_schema`. Raises ``TableError`` for another schema or order."""
    if dict(frame.schema) != schema.columns:
        raise TableError(
            f"table {schema.name}: the function gave {dict(frame.schema)}; it declared {dict(schema.columns)}"
        )
    if not frame[KEY].is_sorted():
        raise TableError(f"table {schema.name}: the rows are not in the order of {KEY}")
    outside = arrow_schema(schema)
    for part in frame.iter_slices(_BATCH):
        columns = []
        for name in schema.columns:
            column = part[name].rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
            columns.append(_yuan(column) if name in schema.money else column.cast(outside.field(name).type))
        yield pa.RecordBatch.from_arrays(columns, schema=outside)


def arrow_schema(schema: Schema) -> pa.Schema:
    """The schema outside: short texts, money as ``decimal(18,2)``."""
    empty = pl.DataFrame(schema=schema.columns).to_arrow(compat_level=pl.CompatLevel.oldest()).schema
    return pa.schema([(field.name, _outside(field, schema)) for field in empty])


def _outside(field: pa.Field, schema: Schema) -> pa.DataType:
    if field.name in schema.money:
        return YUAN
    return pa.string() if pa.types.is_large_string(field.type) else field.type


def _fen(column: pa.Array) -> pa.Array:
    """Yuan with two decimals → whole fen: the same integers under another name."""
    return _renamed(column, pa.decimal128(18, 0)).cast(pa.int64())


def _yuan(column: pa.Array) -> pa.Array:
    return _renamed(column.cast(_FEN), YUAN)


def _renamed(column: pa.Array, dtype: pa.DataType) -> pa.Array:
    return pa.Array.from_buffers(dtype, len(column), column.buffers(), offset=column.offset)


@cache
def program_digest() -> str:
    """The digest of the program's own source: what must be equal wherever one answer is put together."""
    folder = Path(tuodi.__file__).parent
    digest = sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(str(path.relative_to(folder).as_posix()).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
