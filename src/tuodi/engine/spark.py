"""A keyed table function on a Spark cluster: Parquet in, Parquet out, the bytes of the local answer.

The tables are tagged and cut by ranges of ``person_id``, so every row of a person is in one partition; each partition
goes through the function as Arrow batches. Partitions hold the persons in order and the function keeps that order, so
the parts of the result, one after the other, are what one run over everything gives: for any number of partitions and
workers, and whatever is lost and done again on the way.

Enters: a running session, paths that every worker can reach, a function that pickles. Leaves: a folder of Parquet
parts. Raises ``TableError`` for a table that is not as declared, ``FileError`` for a path that does not fit. Imports
``tuodi.tables`` and ``tuodi.errors``; the session itself is made in ``spark_session``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from functools import reduce
from typing import Any

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f
from pyspark.sql import types as spark
from pyspark.sql.udf import UserDefinedFunction
from pyspark.util import PythonEvalType

from tuodi.engine.spark_rows import KEY, Job, KeyedFunction, program_digest
from tuodi.engine.spark_session import first_cause, workers_errors
from tuodi.engine.spark_tables import check_columns, spark_type
from tuodi.errors import FileError, TableError, nearest
from tuodi.tables import Schema

__all__ = ["BILLS_A_PARTITION", "check_new", "check_rows", "partitions_for", "read_table", "run_keyed", "write_table"]

BILLS_A_PARTITION = 250_000
"""Rows that one task takes where nobody says otherwise: well below 1 GiB on the worker."""


def read_table(session: SparkSession, uris: Sequence[str], schema: Schema) -> DataFrame:
    """Parquet files or folders as one table of ``schema``, the columns of each checked; no row is read."""
    found = []
    for uri in uris:
        try:
            # Files of one folder may know different optional columns; one file's schema would lose the others'.
            frame = session.read.option("mergeSchema", "true").parquet(uri)
        except (Py4JError, PySparkException) as error:
            raise FileError(f"{uri}: not read as Parquet: {first_cause(str(error))}") from error
        check_columns(schema, frame.schema, uri)
        columns = [f.col(name).cast(spark_type(schema, name)) for name in schema.columns if name in frame.columns]
        found.append(frame.select(columns))
    return reduce(lambda one, other: one.unionByName(other, allowMissingColumns=True), found)


def check_rows(frame: DataFrame, schema: Schema, codes: Mapping[str, Collection[str]] | None = None) -> int:
    """The number of rows, after what no partition can tell alone, or all would tell differently.

    Raises ``TableError`` for an empty required cell, for a code that is not among ``codes`` (column → known codes), and
    for a key of one column that occurs twice: the first in order, however the rows lie.
    """
    known = {name: sorted(own) for name, own in (codes or {}).items() if name in frame.columns}
    found = frame.agg(
        f.count(f.lit(1)).alias("rows"),
        *(f.count(name).alias(f"filled {name}") for name in schema.required),
        *(f.min(f.when(~f.col(name).isin(own), f.col(name))).alias(f"strange {name}") for name, own in known.items()),
    ).collect()[0]
    rows = int(found["rows"])
    for name in schema.required:
        if found[f"filled {name}"] < rows:
            empty = rows - found[f"filled {name}"]
            raise TableError(f"table {schema.name}: column {name!r} is empty in {empty} rows; it is required")
    for name, own in known.items():
        code = found[f"strange {name}"]
        if code is not None:
            raise TableError(f"table {schema.name}: {name} {code!r} is not a known code{nearest(code, own)}")
    if len(schema.key) == 1:
        (key,) = schema.key
        twice = frame.groupBy(key).count().where(f.col("count") > 1).agg(f.min(key)).collect()[0][0]
        if twice is not None:
            raise TableError(f"table {schema.name}: {key} {twice!r} occurs more than once")
    return rows


def partitions_for(rows: int, session: SparkSession) -> int:
    """How many partitions a table of so many rows is cut into: two for every core, and none too large."""
    return max(2 * session.sparkContext.defaultParallelism, -(-rows // BILLS_A_PARTITION))


def run_keyed(
    frames: Mapping[str, DataFrame],
    schemas: Mapping[str, Schema],
    function: KeyedFunction,
    result: Schema,
    partitions: int,
) -> DataFrame:
    """The result of ``function`` over the tables, cut by person into at most ``partitions``; lazy, as Spark is.

    ``function`` gets every table of ``frames`` under its name and gives a table of ``result``, sorted by ``person_id``.
    """
    job = Job(function, dict(schemas), result, program_digest())
    tagged = [_tagged(name, frames) for name in frames]
    stream = reduce(lambda one, other: one.unionByName(other), tagged)
    outside = spark.StructType([spark.StructField(name, spark_type(result, name)) for name in result.columns])
    return _map_in_arrow(stream.repartitionByRange(partitions, KEY), job, outside)


def _map_in_arrow(frame: DataFrame, job: Job, outside: spark.StructType) -> DataFrame:
    """``DataFrame.mapInArrow`` without its demand for pandas, which neither the driver nor a worker uses here."""
    udf = UserDefinedFunction(job.__call__, outside, "tuodi", PythonEvalType.SQL_MAP_ARROW_ITER_UDF)
    column: Any = udf(*frame.columns)
    java: Any = frame._jdf
    return DataFrame(java.mapInArrow(column._jc, False, None), frame.sparkSession)


def _tagged(name: str, frames: Mapping[str, DataFrame]) -> DataFrame:
    """The rows of one table as rows of the common stream."""
    own = []
    for other, frame in frames.items():
        columns = [column for column in frame.columns if column != KEY]
        kind = spark.StructType([field for field in frame.schema if field.name != KEY])
        own.append((f.struct(*columns) if other == name else f.lit(None).cast(kind)).alias(other))
    return frames[name].select(KEY, *own)


def write_table(frame: DataFrame, uri: str) -> None:
    """Run, and write the result as a new folder of Parquet parts, whose names are in the order of persons.

    Raises ``FileError`` where something is there already. Nothing stays of a run that fails.
    """
    session = frame.sparkSession
    check_new(session, uri)
    try:
        with workers_errors():
            frame.write.parquet(uri, compression="zstd")
    except BaseException:
        _remove(session, uri)
        raise


def check_new(session: SparkSession, uri: str) -> None:
    """Raise ``FileError`` where the result would go to something that is there."""
    place, system = _place(session, uri)
    if system.exists(place):
        raise FileError(f"{uri}: something is there already; the result goes to a folder that does not exist yet")


def _remove(session: SparkSession, uri: str) -> None:
    with suppress(Py4JError):  # a session that is gone leaves the folder; without _SUCCESS in it
        place, system = _place(session, uri)
        system.delete(place, True)


def _place(session: SparkSession, uri: str) -> tuple[Any, Any]:
    """Hadoop's path and its file system: the one door to every kind of storage that Spark knows."""
    java: Any = session.sparkContext._jvm
    place = java.org.apache.hadoop.fs.Path(uri)
    return place, place.getFileSystem(session.sparkContext._jsc.hadoopConfiguration())
