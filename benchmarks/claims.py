"""Invented bills of any number, the same on every machine, made piece by piece.

Every value of a bill is computed from the bill's number alone, so that a file of any size is written with little
memory, sorted or not. Nobody real: person numbers begin with a region that does not exist.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

BILLS_A_PERSON = 8
DAYS_A_BILL = 44
PIECE = 250_000
LEVELS = ("tertiary", "secondary", "primary")
SETTINGS = ("inpatient", "outpatient", "outpatient")
HELD = ("dibao", "tekun", "dibao_margin")
"""Identities of every third person."""

COLUMNS = (
    "claim_id", "person_id", "provider_level", "setting", "admitted_on", "discharged_on", "settled_at", "total",
    "out_of_catalogue", "over_limit", "first_self_pay", "in_scope", "scheme", "person_type", "authorisation",
)  # fmt: skip
"""The fifteen columns of a file."""

Numbers = npt.NDArray[np.int64]


def drawn(number: Numbers, salt: int, below: int) -> Numbers:
    """A number below ``below`` for each bill: what splitmix64 makes of the bill's number."""
    with np.errstate(over="ignore"):
        mixed = number.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(salt * 0xD1B54A32D192ED03 % 2**64)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((mixed ^ (mixed >> np.uint64(31))) % np.uint64(below)).astype(np.int64)


def _text(numbers: Numbers, prefix: str, digits: int) -> pl.Series:
    made = pl.Series(numbers).cast(pl.String).str.zfill(digits)
    return pl.select(pl.lit(prefix) + made).to_series()


def _of(codes: tuple[str, ...], which: Numbers) -> pl.Series:
    return pl.Series(codes)[pl.Series(which)]


def bills(number: Numbers) -> pl.DataFrame:
    """The bills of these numbers; person after person and day after day when the numbers rise. Amounts in fen."""
    person, nth = np.divmod(number, BILLS_A_PERSON)
    first = (np.datetime64("2024-01-02") - np.datetime64("1970-01-01")).astype(np.int64)
    admitted = first + nth * DAYS_A_BILL + drawn(number, 1, 20)
    discharged = admitted + 1 + drawn(number, 2, 20)
    # Skewed as bills are: most of a few hundred yuan, one in fifty of a hundred thousand.
    size = np.array([30_000, 80_000, 400_000, 1_500_000, 12_000_000])
    step = np.searchsorted(np.array([50, 75, 90, 98]), drawn(number, 3, 100), side="right")
    in_scope = 100 + drawn(number, 4, 10**9) % size[step]
    own, out, over = in_scope // 20, in_scope // 10, np.where(drawn(number, 5, 10) == 0, in_scope // 50, 0)
    moment = discharged * 86_400 + drawn(number, 6, 86_400)
    return pl.DataFrame(
        {
            "claim_id": _text(number, "9901", 16),
            "person_id": _text(person, "990100", 12),
            "provider_level": _of(LEVELS, drawn(number, 7, len(LEVELS))),
            "setting": _of(SETTINGS, drawn(number, 8, len(SETTINGS))),
            "admitted_on": pl.Series(admitted.astype(np.int32)).cast(pl.Date),
            "discharged_on": pl.Series(discharged.astype(np.int32)).cast(pl.Date),
            "settled_at": pl.Series(moment * 1_000_000).cast(pl.Datetime("us")),
            "total": in_scope + own + out + over,
            "out_of_catalogue": out,
            "over_limit": over,
            "first_self_pay": own,
            "in_scope": in_scope,
        }
    ).with_columns(scheme=pl.lit("resident"), person_type=pl.lit("adult"), authorisation=pl.lit("none_needed"))[
        list(COLUMNS)
    ]


def identities(count: int) -> pl.DataFrame:
    """An identity for every third person of a file of ``count`` bills, held all year."""
    person = np.arange(0, -(-count // BILLS_A_PERSON), 3)
    return pl.DataFrame(
        {
            "person_id": _text(person, "990100", 12),
            "identity": _of(HELD, drawn(person, 9, len(HELD))),
            "from": pl.Series([date(2020, 1, 1)] * len(person), dtype=pl.Date),
        }
    )


def write(folder: Path, count: int, *, is_sorted: bool) -> tuple[Path, Path]:
    """``count`` bills as Parquet with amounts in yuan as decimal(18, 2), and their identities; never more than a piece
    of them in memory. Returns both paths."""
    folder.mkdir(parents=True, exist_ok=True)
    claims = folder / f"claims-{count}-{'sorted' if is_sorted else 'unsorted'}.parquet"
    held = folder / f"identities-{count}.parquet"
    if not held.exists():
        identities(count).write_parquet(held)
    if not claims.exists():
        writer: pq.ParquetWriter | None = None
        for numbers in _pieces(count, is_sorted=is_sorted):
            table = _in_yuan(bills(numbers).to_arrow())
            writer = writer or pq.ParquetWriter(claims, table.schema, compression="zstd")
            writer.write_table(table)
        if writer is not None:
            writer.close()
    return claims, held


def _pieces(count: int, *, is_sorted: bool) -> Iterator[Numbers]:
    order = np.arange(count, dtype=np.uint32)
    if not is_sorted:
        np.random.default_rng(20241122).shuffle(order)
    for begin in range(0, count, PIECE):
        yield order[begin : begin + PIECE].astype(np.int64)


def _in_yuan(table: pa.Table) -> pa.Table:
    """Fen as whole numbers → yuan with two decimals, exactly: a decimal's bytes are its unscaled whole number."""
    columns = []
    for name, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type):
            column = column.cast(pa.string())
        elif pa.types.is_int64(column.type):
            column = pa.chunked_array([_decimal(chunk) for chunk in column.chunks])
        columns.append((name, column))
    return pa.table(dict(columns))


def _decimal(fen: pa.Array) -> pa.Array:
    low = fen.to_numpy(zero_copy_only=False).astype(np.int64)
    words = np.empty((len(low), 2), np.int64)
    words[:, 0], words[:, 1] = low, low >> 63
    return pa.Array.from_buffers(pa.decimal128(18, 2), len(low), [None, pa.py_buffer(words.tobytes())])


def with_everything(frame: pl.DataFrame, *, all_stays: bool = False, top_level: str = LEVELS[0]) -> pl.DataFrame:
    """The bills with whatever else a law may ask, so that none is undetermined for want of a column; ``all_stays``:
    every bill an inpatient stay; ``top_level``: what a law calls its highest level of hospitals."""
    nothing = pl.lit(0, pl.Int64)
    nth = pl.int_range(pl.len(), dtype=pl.Int64) % BILLS_A_PERSON
    return frame.with_columns(
        provider_level=pl.col("provider_level").replace(LEVELS[0], top_level),
        setting=pl.lit("inpatient") if all_stays else pl.col("setting"),
        stay_ordinal=nth + 1, purpose=pl.lit("illness"), place=pl.lit("local"), settle_mode=pl.lit("online"),
        diagnosis=pl.lit("I10"), birth_date=pl.lit(date(1970, 1, 1)), benefit_year=pl.lit(2024, pl.Int64),
        assistance_kind=pl.lit("ordinary"), paid_hospital=nothing, paid_basic=pl.col("in_scope") * 6 // 10,
        **dict.fromkeys(("paid_catastrophic", "paid_civil_servant", "paid_enterprise"), nothing),
    )  # fmt: skip
