"""A session on a cluster, quiet on the terminal, and what goes wrong there in words of ours.

Enters: a master's address. Leaves: a session, or ``UsageError`` that says what is missing. Spark's own lines go to a
temporary file; the last of them is told where no session comes about. Imports ``tuodi.errors``.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from typing import BinaryIO

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from tuodi.errors import FileError, TableError, TuodiError, UsageError

__all__ = ["first_cause", "session_on", "workers_errors"]

SETTINGS: Mapping[str, str] = {
    "spark.app.name": "tuodi",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    # One thread a task: the cluster shares out the cores.
    "spark.executorEnv.POLARS_MAX_THREADS": "1",
}
_OURS = re.compile(r"tuodi\.errors\.(\w+): (.+)")
_ABSENT = re.compile(r"ModuleNotFoundError: (.+)")
_KINDS: Mapping[str, type[TuodiError]] = {kind.__name__: kind for kind in (FileError, TableError, UsageError)}
_CAUSE = re.compile(r"Caused by: [\w.$]+: (.+)")
_SCREEN = 2
"""The number of standard error."""


@contextmanager
def session_on(master: str, settings: Mapping[str, str] | None = None, *, quiet: bool = True) -> Iterator[SparkSession]:
    """A session on ``master`` (``spark://host:7077``) while the block runs; ``settings`` are Spark's own.

    Workers run this very Python, at the same path, unless ``PYSPARK_PYTHON`` says another, and keep compiled kernels
    where ``NUMBA_CACHE_DIR`` says here. Without ``quiet`` Spark's lines go to standard error. A session that this
    process already has there is used, and left as it is. Raises ``UsageError`` where there is no Java, or no such
    cluster.
    """
    running = SparkSession.getActiveSession()
    if running is not None and running.sparkContext.master == master:
        yield running
        return
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    given = dict(SETTINGS)
    if "NUMBA_CACHE_DIR" in os.environ:
        given["spark.executorEnv.NUMBA_CACHE_DIR"] = os.environ["NUMBA_CACHE_DIR"]
    builder = SparkSession.builder.master(master)
    for name, value in (given | dict(settings or {})).items():
        builder = builder.config(name, value)
    with tempfile.TemporaryFile(prefix="tuodi-spark-") as log:
        try:
            with _screen_to(log) if quiet else nullcontext():
                session = builder.getOrCreate()
        except (Py4JError, PySparkException, OSError, ValueError) as error:
            raise UsageError(f"no session on {master}: {_why(log, str(error))}") from error
        try:
            yield session
        finally:
            with suppress(Py4JError, OSError):  # a cluster that is gone cannot be told
                session.stop()


@contextmanager
def _screen_to(log: BinaryIO) -> Iterator[None]:
    """Standard error goes to ``log`` in the block, and for good in the Java that starts there."""
    sys.stderr.flush()
    screen = os.dup(_SCREEN)
    try:
        os.dup2(log.fileno(), _SCREEN)
        yield
    finally:
        os.dup2(screen, _SCREEN)
        os.close(screen)


def _why(log: BinaryIO, error: str) -> str:
    """What kept the session from coming about: Spark's own error names it only sometimes, its lines among others."""
    log.seek(0)
    lines = [line for line in log.read().decode("utf-8", errors="replace").splitlines() if line.strip()]
    if any("All masters are unresponsive" in line for line in lines):
        return "the master does not answer"
    if "JAVA_GATEWAY_EXITED" in error:
        return f"Java 17 or newer does not start: {next(iter(lines), 'nothing was said')}"
    loud = [line for line in lines if " ERROR " in line]
    return next(reversed(loud or lines), (error.splitlines() or ["nothing was said"])[0])


def first_cause(text: str) -> str:
    """What went wrong in the end, without the classes of Java around it."""
    causes = _CAUSE.findall(text)
    return str(causes[-1]) if causes else next(iter(text.splitlines()), "")


@contextmanager
def workers_errors() -> Iterator[None]:
    """What a worker raised, as the error that it was: Spark wraps it in its own, with a trace of both."""
    try:
        yield
    except (Py4JError, PySparkException) as error:
        told = _as_ours(str(error))
        if told is None:
            raise
        raise told from error


def _as_ours(text: str) -> TuodiError | None:
    found = _OURS.search(text)
    if found:
        return _KINDS.get(found[1], UsageError)(found[2])
    absent = _ABSENT.search(text)
    return UsageError(f"the workers' Python: {absent[1]}; install the same wheel on every machine") if absent else None
