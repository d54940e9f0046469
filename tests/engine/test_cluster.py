"""A real cluster gives the bytes of this process while a worker is killed; what it cannot use, it refuses."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pytest
from pyspark import TaskContext
from pyspark.sql import SparkSession

from engine.cluster import SETTINGS, Cluster, cluster_in
from settlement.agree import PACKS
from settlement.invent import invent, invent_opening, invent_persons
from tuodi import tables
from tuodi.cli.cluster import Settling, settle_on_cluster
from tuodi.engine import spark
from tuodi.engine.spark_rows import KeyedFunction
from tuodi.engine.spark_session import session_on
from tuodi.errors import FileError, TableError
from tuodi.exchange import write_table
from tuodi.settlement import Law, load_law, settle

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("cluster")]

PARTITIONS = 6
FREE = 2
"""Partitions before this one run through; those from it on wait until somebody says go."""

PATIENCE = 240
"""Seconds after which a test that waits has failed."""

Frames = dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster_in(tmp_path_factory.mktemp("spark")) as found:
        yield found


@pytest.fixture(scope="module")
def session(cluster: Cluster) -> Iterator[SparkSession]:
    """One session for all: each would start its executors anew."""
    with session_on(cluster.url, SETTINGS) as found:
        yield found


@pytest.fixture(scope="module")
def law() -> Law:
    return load_law("zz/000000/2024", [PACKS])


@pytest.fixture(scope="module")
def frames(law: Law) -> Frames:
    pack = law.packs[0]
    claims, identities = invent(pack, 2024, persons=500, bills=10)
    assert claims.height > 2_000
    return {
        "claims": claims,
        "identities": identities,
        "persons": invent_persons(claims, 1),
        "opening": invent_opening(pack, law, claims, 2),
    }


@pytest.fixture(scope="module")
def files(frames: Frames, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    folder = tmp_path_factory.mktemp("lake")
    for name, frame in frames.items():
        write_table(frame, folder / f"{name}.parquet", tables.SCHEMAS[name])
    return {name: [folder / f"{name}.parquet"] for name in frames}


@pytest.fixture(scope="module")
def here(law: Law, frames: Frames, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What one call of ``settle`` over everything gives, in the order of a result, through a file of its own."""
    bills = settle(law, *(frames[name] for name in ("claims", "identities", "persons", "opening"))).bills
    places = frames["claims"].select("claim_id", "settled_at", "discharged_on")
    order = ["person_id", "settled_at", "discharged_on", "claim_id"]
    rows = bills.join(places, on="claim_id").sort(order).drop("settled_at", "discharged_on", "counter_year", "pack")
    money = frozenset(name for name in rows.columns if name.startswith(("pay_", "self_")))
    path = tmp_path_factory.mktemp("here") / "result.parquet"
    write_table(rows, path, tables.Schema("result", {}, dict(rows.schema), money), empty_columns=True)
    return as_bytes([path])


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


def test_a_killed_worker_changes_no_byte(
    cluster: Cluster, session: SparkSession, law: Law, files: dict[str, list[Path]], here: bytes, tmp_path: Path
) -> None:
    marks, out = tmp_path / "marks", tmp_path / "out"
    marks.mkdir()
    settling = Settling(law)

    def job() -> None:
        schemas = {name: tables.SCHEMAS[name] for name in files}
        lake = {
            name: spark.read_table(session, [path.as_uri() for path in files[name]], schema)
            for name, schema in schemas.items()
        }
        result = spark.run_keyed(lake, schemas, held(settling, marks), settling.result, PARTITIONS)
        spark.write_table(result, out.as_uri())

    with ThreadPoolExecutor(1) as thread:
        run = thread.submit(job)
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
    assert interrupted
    assert interrupted <= {part for part, who in marked(marks, "done") if who != lost}
    assert len(parts_of(out)) == PARTITIONS
    assert as_bytes(parts_of(out)) == here


def test_any_number_of_partitions_gives_the_same_bytes(
    session: SparkSession, law: Law, files: dict[str, list[Path]], here: bytes, tmp_path: Path
) -> None:
    master = session.sparkContext.master
    counted = settle_on_cluster(master, law, files, tmp_path / "out", partitions=3)
    assert as_bytes(parts_of(tmp_path / "out")) == here
    bills = pl.concat([pl.read_parquet(path) for path in parts_of(tmp_path / "out")])
    assert counted.bills == bills.height
    assert dict(counted.status) == dict(bills["status"].value_counts().iter_rows())
    assert sum(counted.reasons["quarantined"].values()) == counted.status["quarantined"]


def test_what_one_partition_cannot_see_is_refused_and_nothing_is_written(
    session: SparkSession, law: Law, frames: Frames, files: dict[str, list[Path]], tmp_path: Path
) -> None:
    master = session.sparkContext.master
    claims = frames["claims"]
    out = tmp_path / "out"

    def refused(name: str, frame: pl.DataFrame) -> str:
        path = tmp_path / f"{name}-wrong.parquet"
        write_table(frame, path, tables.SCHEMAS[name])
        with pytest.raises(TableError) as error:
            settle_on_cluster(master, law, {**files, name: [path]}, out)
        assert not out.exists()
        return str(error.value)

    other = pl.col("person_id") != claims["person_id"][0]
    again = claims.filter(other).head(1).with_columns(claim_id=pl.lit(claims["claim_id"][0]))
    assert refused("claims", pl.concat([claims, again])) == (
        f"table claims: claim_id {claims['claim_id'][0]!r} occurs more than once"
    )
    strange = frames["identities"].with_columns(identity=pl.lit("dibo"))
    assert refused("identities", strange) == (
        "table identities: identity 'dibo' is not a known code; did you mean 'dibao'?"
    )
    out.mkdir()
    with pytest.raises(FileError, match="something is there already"):
        settle_on_cluster(master, law, files, out)
