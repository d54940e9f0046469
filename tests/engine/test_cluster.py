"""A real cluster gives the bytes of this process while a worker is killed; what it cannot use, it refuses."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from pyspark import TaskContext
from pyspark.sql import DataFrame, SparkSession

from cli.material import INVENTED, tuodi
from engine.cluster import SETTINGS, Cluster, cluster_in
from settlement.agree import PACKS
from settlement.invent import invent, invent_opening, invent_persons
from tuodi import tables
from tuodi.cli import EXIT
from tuodi.cli.cluster import Settling, settle_on_cluster
from tuodi.engine import spark
from tuodi.engine.spark_rows import KeyedFunction
from tuodi.engine.spark_session import session_on
from tuodi.errors import FileError, TableError
from tuodi.exchange import write_table
from tuodi.settlement import Law, load_law, settle

pytestmark = pytest.mark.cluster

PARTITIONS = 6
FREE = 2
"""Partitions before this one run through; those from it on wait until somebody says go."""

PATIENCE = 240
"""Seconds after which a test that waits has failed."""


def as_bytes(parts: list[Path]) -> bytes:
    """The rows of Parquet files, one after the other, as the bytes of one file."""
    out = io.BytesIO()
    pl.concat([pl.read_parquet(path) for path in parts]).rechunk().write_parquet(out)
    return out.getvalue()


def parts_of(folder: Path) -> list[Path]:
    assert (folder / "_SUCCESS").exists()
    return sorted(folder.glob("part-*.parquet"))


def held(function: KeyedFunction, marks: Path) -> KeyedFunction:
    """``function``, whose late partitions wait for the file ``go``; each attempt leaves a file that says who ran it."""

    def wait(found: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
        context = TaskContext.get()
        assert context is not None
        # This process is a child of Spark's daemon, which is a child of the executor.
        executor = Path(f"/proc/{os.getppid()}/stat").read_text("utf-8").rsplit(")", 1)[1].split()[1]
        name = f"{context.partitionId()}.{context.taskAttemptId()}.{executor}"
        (marks / f"{name}.begun").touch()
        end = time.monotonic() + PATIENCE
        while context.partitionId() >= FREE and not (marks / "go").exists():
            assert time.monotonic() < end
            time.sleep(0.05)
        result = function(found)
        (marks / f"{name}.done").touch()
        return result

    return wait


def marked(marks: Path, state: str) -> list[tuple[int, int]]:
    """Partition and executor of every attempt that left such a mark, in the order of attempts."""
    found = sorted((int(attempt), int(part), int(who)) for part, attempt, who in (
        path.stem.split(".") for path in marks.glob(f"*.{state}")
    ))  # fmt: skip
    return [(part, who) for _, part, who in found]


@dataclass
class Lake:
    """Tables as files, the law, and what one call of ``settle`` over everything gives."""

    law: Law
    frames: dict[str, pl.DataFrame]
    files: dict[str, list[Path]]
    here: bytes

    def read(self, session: SparkSession) -> dict[str, DataFrame]:
        return {
            name: spark.read_table(session, [path.as_uri() for path in paths], tables.SCHEMAS[name])
            for name, paths in self.files.items()
        }

    def run(self, session: SparkSession, function: KeyedFunction, out: Path) -> None:
        schemas = {name: tables.SCHEMAS[name] for name in self.files}
        result = Settling(self.law).result
        spark.write_table(spark.run_keyed(self.read(session), schemas, function, result, PARTITIONS), out.as_uri())


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    law = load_law(INVENTED, [PACKS])
    claims, identities = invent(law.packs[0], 2024, persons=500, bills=10)
    assert claims.height > 2_000
    frames = {
        "claims": claims,
        "identities": identities,
        "persons": invent_persons(claims, 1),
        "opening": invent_opening(law.packs[0], law, claims, 2),
    }
    files = {name: [tmp_path / f"{name}.parquet"] for name in frames}
    for name, frame in frames.items():
        write_table(frame, files[name][0], tables.SCHEMAS[name])
    bills = settle(law, *frames.values()).bills
    places = claims.select("claim_id", "settled_at", "discharged_on")
    order = ["person_id", "settled_at", "discharged_on", "claim_id"]
    rows = bills.join(places, on="claim_id").sort(order).drop("settled_at", "discharged_on", "counter_year", "pack")
    money = frozenset(name for name in rows.columns if name.startswith(("pay_", "self_")))
    here = tmp_path / "here.parquet"
    write_table(rows, here, tables.Schema("result", {}, dict(rows.schema), money), empty_columns=True)
    return Lake(law, frames, files, as_bytes([here]))


def test_a_cluster_gives_the_bytes_of_this_process(lake: Lake, tmp_path: Path) -> None:
    """One cluster for all that needs one: starting it is most of the time."""
    (tmp_path / "spark").mkdir()
    with cluster_in(tmp_path / "spark") as cluster, session_on(cluster.url, SETTINGS) as session:
        while_a_worker_is_killed(cluster, session, lake, tmp_path)
        through_the_program(cluster, lake, tmp_path / "through")
        refused_before_anything_runs(cluster, lake, tmp_path)
        what_a_worker_raises_is_told(session, lake, tmp_path / "raised")


def while_a_worker_is_killed(cluster: Cluster, session: SparkSession, lake: Lake, folder: Path) -> None:
    marks, out = folder / "marks", folder / "killed"
    marks.mkdir()
    with ThreadPoolExecutor(1) as thread:
        run = thread.submit(lake.run, session, held(Settling(lake.law), marks), out)
        end = time.monotonic() + PATIENCE
        try:
            while len({who for part, who in marked(marks, "begun") if part >= FREE}) < 2:
                assert time.monotonic() < end, "two executors never had a task each"
                if run.done():
                    run.result()
                time.sleep(0.1)
            lost = marked(marks, "done")[0][1]
            cluster.kill(lost)
        finally:
            (marks / "go").touch()
        run.result(PATIENCE)
    interrupted = {part for part, who in marked(marks, "begun") if who == lost} - {
        part for part, who in marked(marks, "done") if who == lost
    }
    assert interrupted, "the executor was killed between two tasks"
    assert interrupted <= {part for part, who in marked(marks, "done") if who != lost}
    assert len(parts_of(out)) == PARTITIONS
    assert as_bytes(parts_of(out)) == lake.here


def through_the_program(cluster: Cluster, lake: Lake, out: Path) -> None:
    """Another number of partitions, on the worker that is left."""
    files = [word for name, paths in lake.files.items() for word in (f"--{name}", *paths)]
    done = tuodi(
        "settle", "--engine", cluster.url, "--partitions", "3", "--pack", INVENTED, *files, "--out", out, "--json"
    )
    assert done.code == EXIT["done_with_rows_set_aside"], done.err
    assert as_bytes(parts_of(out)) == lake.here
    bills = pl.concat([pl.read_parquet(path) for path in parts_of(out)])
    assert done.json["bills"] == bills.height == lake.frames["claims"].height
    assert done.json["status"] == dict(bills["status"].value_counts().iter_rows())
    assert sum(done.json["reasons"]["quarantined"].values()) == done.json["status"]["quarantined"]


def refused_before_anything_runs(cluster: Cluster, lake: Lake, folder: Path) -> None:
    claims, identities = lake.frames["claims"], lake.frames["identities"]
    out = folder / "refused"

    def told(name: str, frame: pl.DataFrame) -> str:
        path = folder / f"{name}-wrong.parquet"
        write_table(frame, path, tables.SCHEMAS[name])
        with pytest.raises(TableError) as error:
            settle_on_cluster(cluster.url, lake.law, {**lake.files, name: [path]}, out)
        assert not out.exists()
        return str(error.value)

    first = claims["claim_id"][0]
    again = claims.filter(pl.col("person_id") != claims["person_id"][0]).head(1).with_columns(claim_id=pl.lit(first))
    assert told("claims", pl.concat([claims, again])) == f"table claims: claim_id {first!r} occurs more than once"
    assert told("identities", identities.with_columns(identity=pl.lit("dibo"))) == (
        "table identities: identity 'dibo' is not a known code; did you mean 'dibao'?"
    )
    out.mkdir()
    with pytest.raises(FileError, match="something is there already"):
        settle_on_cluster(cluster.url, lake.law, lake.files, out)


def what_a_worker_raises_is_told(session: SparkSession, lake: Lake, out: Path) -> None:
    def refuse(_found: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
        raise TableError("table claims: nothing of this is right")

    with pytest.raises(TableError, match=r"^table claims: nothing of this is right$"):
        lake.run(session, refuse, out)
    assert not out.exists()
