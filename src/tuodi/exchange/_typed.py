"""Columns that a file already stores with a type (Parquet): taken as they are where nothing can be lost.

Enters: a typed column. Leaves: :class:`Column`, or nothing where its text should be read instead. Money is accepted as
decimal or text only: a float has lost what was billed, a bare integer does not say yuan or fen.
"""

from __future__ import annotations

import polars as pl

from tuodi.exchange._columns import Column, Fault
from tuodi.exchange._raw import RawTable
from tuodi.exchange._reasons import file_error
from tuodi.money import MOST_DIGITS

__all__ = ["typed_column"]


def typed_column(table: RawTable, cells: pl.Series, kind: str, name: str, dtype: pl.DataType) -> Column | None:
    """The values of a typed column, or ``None`` to read it as text."""
    found = cells.dtype
    header = next((h for h in table.headers if h), name)
    if cells.name.isdigit():
        header = table.headers[int(cells.name)]
    if found == pl.Null():
        return Column(pl.Series([None] * len(cells), dtype=dtype), [])
    if kind == "amount":
        if found.is_float():
            raise file_error("money_float", table.file, found=header)
        if found.is_integer():
            raise file_error("money_integer", table.file, found=header)
        if isinstance(found, pl.Decimal):
            return _decimal(cells, name)
        raise file_error("column_type", table.file, found=f"{header} ({found})", expected="decimal(18,2)")
    if kind in ("date", "until", "instant") and found.is_temporal():
        if isinstance(found, pl.Datetime) and found.time_zone:
            raise file_error("column_type", table.file, found=f"{header} ({found})", expected=str(dtype))
        values = cells.cast(dtype)
        if kind == "until":
            values = values.set((values.dt.year() >= 2099).fill_null(False), None)
        return Column(values, [])
    if kind == "whole" and found.is_integer():
        return Column(cells.cast(pl.Int64), [])
    if kind == "flag" and found == pl.Boolean():
        return Column(cells, [])
    if found.is_float():  # 2024.0, or a number that names something and has lost digits
        return Column(pl.Series([], dtype=dtype), []) if not len(cells) else None
    return None


def _decimal(cells: pl.Series, name: str) -> Column:
    scale = cells.dtype.scale  # type: ignore[attr-defined]
    rounded = cells.cast(pl.Decimal(38, 2))
    large = (rounded.abs() >= 10 ** (MOST_DIGITS - 2)).fill_null(False)
    faults = [Fault(place, name, "amount_large", str(cells[place])) for place in large.arg_true().to_list()]
    if scale > 2:
        fine = (rounded.cast(pl.Decimal(38, scale)) != cells.cast(pl.Decimal(38, scale))).fill_null(False) & ~large
        faults += [Fault(place, name, "amount_decimals", str(cells[place])) for place in fine.arg_true().to_list()]
        large |= fine
    return Column(rounded.set(large, None).to_physical().cast(pl.Int64), faults)
