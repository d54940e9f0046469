"""What cannot be used is named, with what would be right: columns, types, what a worker raised, a missing Java."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import types as spark

from tuodi import tables
from tuodi.engine.spark_session import first_cause, workers_errors
from tuodi.engine.spark_tables import check_columns, spark_type
from tuodi.errors import FileError, TableError, UsageError


def columns(**changed: spark.DataType | None) -> spark.StructType:
    """The required columns of claims, some of them changed (None: left out) and others added."""
    right = {name: spark_type(tables.CLAIMS, name) for name in tables.CLAIMS.required}
    found = {name: kind for name, kind in {**right, **changed}.items() if kind is not None}
    return spark.StructType([spark.StructField(name, kind) for name, kind in found.items()])


def refusal(found: spark.StructType) -> str:
    with pytest.raises(TableError) as error:
        check_columns(tables.CLAIMS, found, "lake/claims")
    return str(error.value)


def test_declared_columns_pass() -> None:
    everything = {name: spark_type(tables.CLAIMS, name) for name in tables.CLAIMS.columns}
    check_columns(tables.CLAIMS, columns(**everything), "lake/claims")
    check_columns(tables.CLAIMS, columns(total=spark.DecimalType(12, 2)), "lake/claims")
    check_columns(tables.CLAIMS, columns(benefit_year=spark.ShortType()), "lake/claims")


@pytest.mark.parametrize(
    ("name", "kind", "told"),
    [
        ("schem", spark.StringType(), "unknown column 'schem'; did you mean 'scheme'?"),
        ("setting", None, "column 'setting' is missing; it is required"),
        ("total", spark.DoubleType(), "column 'total' is double; decimal(18,2) in yuan is expected"),
        ("total", spark.LongType(), "column 'total' is bigint; decimal(18,2) in yuan is expected"),
        (
            "paid_basic",
            spark.DecimalType(18, 4),
            "column 'paid_basic' is decimal(18,4); decimal(18,2) in yuan is expected",
        ),
        ("in_scope", spark.DecimalType(38, 2), "column 'in_scope' is decimal(38,2); decimal(18,2) in yuan is expected"),
        (
            "settled_at",
            spark.TimestampType(),
            "column 'settled_at' is timestamp; a local time without a zone is expected",
        ),
        ("discharged_on", spark.StringType(), "column 'discharged_on' is string; date is expected"),
        ("person_id", spark.LongType(), "column 'person_id' is bigint; string is expected"),
        ("benefit_year", spark.DoubleType(), "column 'benefit_year' is double; a whole number is expected"),
    ],
)
def test_a_wrong_column_is_named(name: str, kind: spark.DataType | None, told: str) -> None:
    assert refusal(columns(**{name: kind})) == f"lake/claims: {told}"


def test_a_column_that_stands_there_twice_is_named() -> None:
    found = columns()
    twice = spark.StructType([*found, found["total"]])
    assert refusal(twice) == "lake/claims: column 'total' stands there 2 times"


@pytest.mark.parametrize(
    ("trace", "kind", "told"),
    [
        (
            "Job aborted.\nTraceback (most recent call):\ntuodi.errors.TableError: table claims: wrong\n\n\tat org",
            TableError,
            "table claims: wrong",
        ),
        ("…\ntuodi.errors.FileError: gone\n", FileError, "gone"),
        ("…\ntuodi.errors.PackError: torn\n", UsageError, "torn"),
        (
            "…\nModuleNotFoundError: No module named 'tuodi'\n",
            UsageError,
            "the workers' Python: No module named 'tuodi'; install the same wheel on every machine",
        ),
    ],
)
def test_what_a_worker_raised_is_told_as_it_was(trace: str, kind: type[Exception], told: str) -> None:
    with pytest.raises(kind) as error, workers_errors():
        raise PySparkException(trace)
    assert str(error.value) == told


def test_what_is_not_ours_stays_as_it_is() -> None:
    with pytest.raises(PySparkException, match="out of memory"), workers_errors():
        raise PySparkException("out of memory")


def test_of_a_java_trace_the_last_cause_is_told() -> None:
    trace = "An error\n: org.x.Y: a\n\tat b\nCaused by: org.y.Z$A: c\n\tat d\nCaused by: java.e.F: g: h\n\tat i"
    assert first_cause(trace) == "g: h"
    assert first_cause("no path\nmore") == "no path"


def test_without_java_there_is_no_session_and_no_trace() -> None:
    call = "from tuodi.engine.spark_session import session_on\nwith session_on('local[1]'): pass"
    env = {**os.environ, "JAVA_HOME": "/nowhere"}
    done = subprocess.run([sys.executable, "-c", call], env=env, capture_output=True, text=True, check=False)
    last = done.stderr.splitlines()[-1]
    assert last.startswith("tuodi.errors.UsageError: no session on local[1]: Java 17 or newer does not start: ")
    assert "/nowhere/bin/java" in last
