"""Tables into PostgreSQL and out of it, many rows at a time, under the policies that bind the program.

Enters: Polars tables, a Django cursor. Leaves: temporary tables (by COPY), tables read (by COPY), numbers taken from a
sequence. Bytes travel as text (``\\x…``), and are compared as that. Imports ``ground.sealing``, ``tuodi.identity``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import polars as pl
from django.db import connection

from tuodi.identity import clean_numbers, tidy_name, tidy_phone
from tuodi.platform.ground import sealing

__all__ = [
    "account_key", "bulk", "content_text", "digest_text", "name_key", "new_ids", "number_key", "opened", "phone_key",
    "planned",
    "read", "seal_text", "stage",
]  # fmt: skip

_TYPES: Mapping[Any, str] = {
    pl.String: "text", pl.Int64: "bigint", pl.Int32: "integer", pl.UInt32: "bigint", pl.Date: "date",
    pl.Datetime: "timestamp", pl.Boolean: "boolean",
}  # fmt: skip


_TOGETHER = 5_000


def stage(
    cursor: Any, name: str, frame: pl.DataFrame, types: Mapping[str, str] | None = None, *, plan: bool = True
) -> None:
    """``frame`` as a temporary table, gone at the end of the transaction.

    ``types``: a column's type where it is not plain. ``plan``: whether the table will be joined, so that the planner
    should know how many rows it has.
    """
    wanted = {column: (types or {}).get(column) or _TYPES[dtype.base_type()] for column, dtype in frame.schema.items()}
    cursor.execute(f'DROP TABLE IF EXISTS pg_temp."{name}"')
    columns = ", ".join(f'"{column}" {kind}' for column, kind in wanted.items())
    cursor.execute(f'CREATE TEMPORARY TABLE "{name}" ({columns}) ON COMMIT DROP')
    with cursor.copy(f'COPY pg_temp."{name}" FROM STDIN (FORMAT csv)') as copy:
        for part in frame.iter_slices(50_000):
            copy.write(part.write_csv(include_header=False).encode())
    if plan:
        cursor.execute(f'ANALYZE pg_temp."{name}"')


def read(cursor: Any, query: str, schema: Mapping[str, Any], values: Sequence[Any] | None = None) -> pl.DataFrame:
    """What a query gives, with the columns of ``schema`` in that order; bytes as text.

    The database puts some thousand rows at a time into one text: a row at a time, the driver costs more than the query.
    """
    names = [f"c{place}" for place in range(len(schema))]
    cells = [
        f"""'"' || replace({name}::text, '"', '""') || '"'""" if dtype == pl.String() else f"{name}::text"
        for name, dtype in zip(names, schema.values(), strict=True)
    ]
    line = " || ',' || ".join(f"coalesce({cell}, '')" for cell in cells)
    cursor.execute(
        f"SELECT string_agg(line, E'\\n') FROM (SELECT (row_number() OVER ()) / {_TOGETHER} AS part, {line} AS line"
        f" FROM ({query}) AS found ({', '.join(names)})) AS lines GROUP BY part ORDER BY part",
        values,
    )
    data = "\n".join(part for (part,) in cursor.fetchall())
    if not data:
        return pl.DataFrame(schema=schema)
    texts = {name: pl.String() if dtype == pl.Boolean() else dtype for name, dtype in schema.items()}
    found = pl.read_csv(data.encode(), has_header=False, new_columns=list(schema), schema=texts)
    return found.with_columns(pl.col(name) == "true" for name, dtype in schema.items() if dtype == pl.Boolean())


def new_ids(cursor: Any, table: str, count: int) -> pl.Series:
    """``count`` numbers of a table's own sequence."""
    if not count:
        return pl.Series([], dtype=pl.Int64())
    sequence = f"pg_get_serial_sequence('{table}', 'id')"
    found = read(cursor, f"SELECT nextval({sequence}) FROM generate_series(1, {count})", {"id": pl.Int64()})
    return found["id"]


@contextmanager
def bulk(cursor: Any, batch: str) -> Iterator[None]:
    """What is inserted in here is one line of the trail a statement: how many rows, and their digest."""
    cursor.execute("SELECT set_config('tuodi.bulk', %s, true)", [batch])
    try:
        yield
    finally:
        # After an error the transaction is lost anyway, and with it the setting.
        if not connection.needs_rollback and not _broken():
            cursor.execute("SELECT set_config('tuodi.bulk', '', true)")


@contextmanager
def planned(cursor: Any) -> Iterator[None]:
    """Joins without nested loops: the planner takes what a policy lets through for a handful of rows, and it is all."""
    cursor.execute("SELECT set_config('enable_nestloop', 'off', true)")
    try:
        yield
    finally:
        if not connection.needs_rollback and not _broken():
            cursor.execute("SELECT set_config('enable_nestloop', 'on', true)")


def _broken() -> bool:
    from psycopg.pq import TransactionStatus

    driver = connection.connection
    return driver is None or driver.info.transaction_status == TransactionStatus.INERROR


def _hex(values: Iterable[bytes | None]) -> list[str | None]:
    return [None if value is None else "\\x" + value.hex() for value in values]


def digest_text(kind: str, values: pl.Series) -> pl.Series:
    """Keyed digests, each distinct value once; an empty one has none."""
    distinct = values.drop_nulls().unique()
    table = pl.DataFrame(
        {"value": distinct, "digest": pl.Series(_hex(sealing.digests(kind, distinct.to_list())), dtype=pl.String())}
    )
    joined = values.rename("value").to_frame().join(table, on="value", how="left", maintain_order="left")
    return joined["digest"]


def seal_text(kind: str, values: pl.Series) -> pl.Series:
    """Each value sealed on its own."""
    return pl.Series(_hex(sealing.seals(kind, values.to_list())), dtype=pl.String())


def opened(kind: str, sealed: pl.Series) -> pl.Series:
    """Sealed values, as :func:`read` gives them, opened."""
    made = [None if text is None else sealing.open_seal(kind, bytes.fromhex(text[2:])) for text in sealed.to_list()]
    return pl.Series(sealed.name, made, dtype=pl.String())


def content_text(frame: pl.DataFrame, columns: Iterable[str]) -> pl.Series:
    """What each row says in ``columns``, as a JSON text."""
    names = sorted(columns)
    if not names:
        return pl.Series(["{}"], dtype=pl.String()).new_from_index(0, frame.height)
    return frame.select(pl.struct(names).struct.json_encode()).to_series()


def number_key(numbers: pl.Series) -> pl.Series:
    """Identity numbers as they are looked up: 18 characters, or a passport's; null where none can be relied upon."""
    return clean_numbers(numbers)["number"]


def phone_key(phones: pl.Series) -> pl.Series:
    """Phone numbers as they are looked up."""
    bare = phones.cast(pl.String()).str.replace_all(r"\D", "")
    return tidy_phone(phones).fill_null(bare.set((bare.str.len_chars() < 7).fill_null(False), None))


def account_key(accounts: pl.Series) -> pl.Series:
    """Bank accounts as they are looked up: digits and letters only."""
    bare = accounts.cast(pl.String()).str.replace_all(r"[^0-9A-Za-z]", "")
    return bare.set((bare == "").fill_null(False), None)


def name_key(names: pl.Series) -> pl.Series:
    """Names as they are compared."""
    return tidy_name(names)
