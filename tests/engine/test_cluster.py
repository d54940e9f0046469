"""A real cluster gives the bytes of this process while a worker is killed; what it cannot use, it refuses."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
import pytest
from pyspark import TaskContext
from pyspark.sql import SparkSession

from cli.material import INVENTED, tuodi
from engine.cluster import SETTINGS, Cluster, cluster_in
from settlement.agree import PACKS
from settlement.invent import invent, invent_opening, invent_persons
from tuodi import tables
from tuodi.cli import EXIT
from tuodi.cli.cluster import STORED, Settling, settle_on_cluster
from tuodi.engine import spark
from tuodi.engine.spark_rows import KeyedFunction
from tuodi.engine.spark_session import session_on
from tuodi.errors import FileError, TableError
from tuodi.exchange import write_table
from tuodi.law import counter_names
from tuodi.settlement import Law, load_law

pytestmark = pytest.mark.cluster

PARTITIONS = 6
FREE = 2
"""Partitions before this one run through; those from it on wait until somebody says go."""

PATIENCE = 240
"""Seconds after which a test that waits has failed."""


def as_bytes(parts: list[Path], without: Collection[str] = ()) -> bytes:
    """The rows of Parquet files, one after the other and without some bills, as the bytes of one file."""
    rows = pl.concat([pl.read_parquet(path) for path in parts])
    out = io.BytesIO()
    rows.filter(~pl.col("claim_id").is_in(list(without))).rechunk().write_parquet(out)
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
    """Tables as files, the law, what ``tuodi settle`` gives on this machine, and which bills it sets aside."""

    law: Law
    frames: dict[str, pl.DataFrame]
    files: dict[str, list[Path]]
    here: bytes
    aside: frozenset[str]

    @property
    def words(self) -> list[str | Path]:
        return [word for name, (path,) in self.files.items() for word in (f"--{name}", path)]

    def run(self, session: SparkSession, function: KeyedFunction, out: Path) -> None:
        schemas = {name: tables.SCHEMAS[name] for name in self.files}
        read = {
            name: spark.read_table(session, [path.as_uri() for path in self.files[name]], schema)
            for name, schema in schemas.items()
        }
        result = Settling(self.law).result
        keyed = spark.run_keyed(read, {**schemas, "claims": STORED}, function, result, PARTITIONS)
        spark.write_table(keyed, out.as_uri())


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    law = load_law(INVENTED, [PACKS])
    pack = law.packs[0]
    claims, identities = invent(pack, 2024, persons=500, bills=10)
    assert claims.height > 2_000
    opening = invent_opening(pack, law, claims, 2)
    frames = {
        "claims": claims,
        "identities": identities,
        "persons": invent_persons(claims, 1),
        "opening": opening.filter(pl.col("counter").is_in(counter_names(pack))),
    }
    files = {name: [tmp_path / f"{name}.parquet"] for name in frames}
    for name, frame in frames.items():
        write_table(frame, files[name][0], tables.SCHEMAS[name])
    here = tmp_path / "here.parquet"
    found = Lake(law, frames, files, b"", frozenset())
    done = tuodi("settle", "--pack", INVENTED, *found.words, "--out", here, "--json")
    assert {Path(one["file"]).name for one in done.json["problems"]} == {"claims.parquet"}
    aside = frozenset(claims["claim_id"]) - frozenset(pl.read_parquet(here)["claim_id"])
    assert aside
    return replace(found, here=as_bytes([here]), aside=aside)


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
    assert as_bytes(parts_of(out), lake.aside) == lake.here


def through_the_program(cluster: Cluster, lake: Lake, out: Path) -> None:
    """Another number of partitions, on the worker that is left."""
    engine = ("--engine", cluster.url, "--partitions", "3")
    done = tuodi("settle", *engine, "--pack", INVENTED, *lake.words, "--out", out, "--json")
    assert done.code == EXIT["done_with_rows_set_aside"], done.err
    assert as_bytes(parts_of(out), lake.aside) == lake.here
    bills = pl.concat([pl.read_parquet(path) for path in parts_of(out)])
    assert done.json["bills"] == bills.height == lake.frames["claims"].height
    assert done.json["status"] == dict(bills["status"].value_counts().iter_rows())
    aside = bills.filter(pl.col("claim_id").is_in(list(lake.aside)))
    assert aside.height == len(lake.aside)
    assert set(aside["status"]) == {"quarantined"}
    assert not (aside["reason"] == "").any()


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
    with pytest.raises(FileError, match=r"test_cluster\.py: not read as Parquet: .* is not a Parquet file"):
        settle_on_cluster(cluster.url, lake.law, {"claims": [Path(__file__)]}, out)
    assert not out.exists()


def what_a_worker_raises_is_told(session: SparkSession, lake: Lake, out: Path) -> None:
    def refuse(_found: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
        raise TableError("table claims: nothing of this is right")

    with pytest.raises(TableError, match=r"^table claims: nothing of this is right$"):
        lake.run(session, refuse, out)
    assert not out.exists()
