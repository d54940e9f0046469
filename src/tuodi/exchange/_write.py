"""Tables out: CSV, XLSX, Parquet. Yuan with two decimals; the same table gives the same bytes.

Enters: a conformed table. Leaves: a file that ``read_table`` reads back to the same table. Imports ``tuodi.money``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from tuodi.errors import UsageError
from tuodi.exchange._text import first_chinese
from tuodi.money import FEN_PER_YUAN, yuan
from tuodi.tables import Schema, conform

__all__ = ["new_workbook", "write_table"]

_FIRST_SHEET_DAY = date(1900, 3, 1)
_SHEET_DIGITS = 15
_WRITTEN_AT = datetime(2000, 1, 1)  # noqa: DTZ001 - a constant, so that equal tables make equal files
_MARKED = ("=", "+", "-", "@", "'", "\t")


def write_table(
    frame: pl.DataFrame, path: Path | str, schema: Schema, *, headers: str = "columns", empty_columns: bool = False
) -> None:
    """Write ``frame`` as the name's ending says. ``headers``: ``columns`` (English names) or ``zh`` (Chinese).

    Optional columns without any value are left out unless ``empty_columns``. Texts that a spreadsheet would take for a
    formula get a text mark ('), which reading takes off again.
    """
    table = conform(frame, schema)
    kept = [
        name
        for name in schema.columns
        if empty_columns or name in schema.required or table[name].null_count() < table.height
    ]
    table = table.select(kept)
    titles = [first_chinese(schema, name).split(" (")[0] for name in kept] if headers == "zh" else kept
    target = Path(path)
    writers = {".csv": _csv, ".xlsx": _xlsx, ".parquet": _parquet}
    if target.suffix.lower() not in writers:
        raise UsageError(f"{target.name}: a table is written as .csv, .xlsx or .parquet")
    target.write_bytes(writers[target.suffix.lower()](table, schema, titles))


def _instant(value: datetime) -> str:
    return f"{value:%Y-%m-%d %H:%M:%S}" + (f".{value:%f}" if value.microsecond else "")


def _text(value: Any, money: bool) -> str:
    if value is None:
        return ""
    if money:
        return yuan(value)
    if isinstance(value, datetime):
        return _instant(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_MARKED) else value
    return str(value)


def _csv(table: pl.DataFrame, schema: Schema, titles: Sequence[str]) -> bytes:
    out = BytesIO()
    texts = table.select(_as_text(name, table.schema[name], name in schema.money) for name in table.columns)
    texts.rename(dict(zip(table.columns, titles, strict=True))).write_csv(out, include_bom=True, line_terminator="\r\n")
    return out.getvalue()


def _as_text(name: str, dtype: pl.DataType, money: bool) -> pl.Expr:
    column = pl.col(name)
    if money:
        size = column.abs()
        whole, rest = (size // FEN_PER_YUAN).cast(pl.String()), (size % FEN_PER_YUAN).cast(pl.String())
        sign = pl.when(column < 0).then(pl.lit("-")).otherwise(pl.lit(""))
        return pl.concat_str(sign, whole, pl.lit("."), rest.str.zfill(2)).alias(name)
    if dtype == pl.Boolean():
        return pl.when(column).then(pl.lit("是")).when(~column).then(pl.lit("否")).alias(name)
    if dtype.base_type() == pl.Datetime:
        return column.dt.strftime("%Y-%m-%d %H:%M:%S%.f").alias(name)
    if dtype == pl.String():
        marked = pl.any_horizontal(column.str.starts_with(sign) for sign in _MARKED)
        return pl.when(marked).then(pl.concat_str(pl.lit("'"), column)).otherwise(column).alias(name)
    return column


def new_workbook(out: BytesIO) -> Any:
    """A workbook whose bytes depend on nothing but what is put into it."""
    import xlsxwriter  # takes a tenth of a second, and most commands write none

    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": _WRITTEN_AT})
    return book


def _xlsx(table: pl.DataFrame, schema: Schema, titles: Sequence[str]) -> bytes:
    out = BytesIO()
    book = new_workbook(out)
    sheet = book.add_worksheet(schema.name)
    amount, day = book.add_format({"num_format": "#,##0.00"}), book.add_format({"num_format": "yyyy-mm-dd"})
    text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True})
    sheet.write_row(0, 0, titles, bold)
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(table.columns):
        money = name in schema.money
        sheet.set_column(column, column, 14 if money else 18)
        for row, value in enumerate(table[name].to_list(), 1):
            if value is None:
                continue
            if money and len(str(abs(value))) <= _SHEET_DIGITS:
                sheet.write_number(row, column, Decimal(value).scaleb(-2), amount)
            elif isinstance(value, int) and not isinstance(value, bool) and not money:
                sheet.write_number(row, column, value)
            elif isinstance(value, date) and not isinstance(value, datetime) and value >= _FIRST_SHEET_DAY:
                sheet.write_datetime(row, column, value, day)
            else:
                sheet.write_string(row, column, _text(value, money), text)
    if table.height:
        sheet.autofilter(0, 0, table.height, table.width - 1)
    book.close()
    return out.getvalue()


def _parquet(table: pl.DataFrame, schema: Schema, titles: Sequence[str]) -> bytes:
    arrays = []
    for name in table.columns:
        array = table[name].rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
        if name in schema.money:  # the same integers, read with two decimals
            whole = array.cast(pa.decimal128(19, 0))
            array = pa.Array.from_buffers(pa.decimal128(18, 2), len(whole), whole.buffers(), offset=whole.offset)
        arrays.append(array)
    out = pa.BufferOutputStream()
    pq.write_table(pa.table(dict(zip(titles, arrays, strict=True))), out, compression="zstd")
    return bytes(out.getvalue().to_pybytes())
