"""Tables on a cluster: whether their columns are the declared ones, and what Spark calls each type.

Enters: a declared schema and the columns that Spark found. Leaves: nothing, or a ``TableError`` that names the table,
the column, what was found and what would be right, before anything runs. Imports ``tuodi.tables`` and ``tuodi.errors``.
"""

from __future__ import annotations

import polars as pl
from pyspark.sql import types as spark

from tuodi.errors import TableError, nearest
from tuodi.tables import Schema

__all__ = ["check_columns", "spark_type"]

_WHOLE = (spark.ByteType, spark.ShortType, spark.IntegerType, spark.LongType)
_YUAN_DIGITS, _YUAN_DECIMALS = 18, 2


def check_columns(schema: Schema, found: spark.StructType, file: str) -> None:
    """Raise ``TableError`` for a column that is unknown, missing, double, or of a type that is not the declared one."""
    names = [field.name for field in found]
    for name in names:
        if name not in schema.columns:
            raise TableError(f"{file}: unknown column {name!r}{nearest(name, list(schema.columns))}")
        if names.count(name) > 1:
            raise TableError(f"{file}: column {name!r} stands there {names.count(name)} times")
    for name in schema.required:
        if name not in names:
            raise TableError(f"{file}: column {name!r} is missing; it is required")
    for field in found:
        expected = _expected(schema, field)
        if expected:
            raise TableError(
                f"{file}: column {field.name!r} is {field.dataType.simpleString()}; {expected} is expected"
            )


def _expected(schema: Schema, field: spark.StructField) -> str:
    """What the column should be, or an empty text where it is right."""
    found, declared = field.dataType, schema.columns[field.name]
    if field.name in schema.money:
        right = (
            isinstance(found, spark.DecimalType) and found.scale == _YUAN_DECIMALS and found.precision <= _YUAN_DIGITS
        )
        return "" if right else f"decimal({_YUAN_DIGITS},{_YUAN_DECIMALS}) in yuan"
    if declared == pl.Int64():
        return "" if isinstance(found, _WHOLE) else "a whole number"
    wanted = spark_type(schema, field.name)
    if isinstance(wanted, spark.TimestampNTZType):
        return "" if found == wanted else "a local time without a zone"
    return "" if found == wanted else wanted.simpleString()


def spark_type(schema: Schema, name: str) -> spark.DataType:
    """What Spark calls the type of a declared column in a file."""
    if name in schema.money:
        return spark.DecimalType(_YUAN_DIGITS, _YUAN_DECIMALS)
    declared = schema.columns[name]
    known: list[tuple[pl.DataType, spark.DataType]] = [
        (pl.String(), spark.StringType()),
        (pl.Int64(), spark.LongType()),
        (pl.Date(), spark.DateType()),
        (pl.Datetime("us"), spark.TimestampNTZType()),
        (pl.Boolean(), spark.BooleanType()),
    ]
    return next(kind for dtype, kind in known if dtype == declared)
