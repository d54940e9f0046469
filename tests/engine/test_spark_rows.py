"""What a worker does with one partition, without Spark: the batches are made here as Spark makes them."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace

import polars as pl
import pyarrow as pa
import pytest
from pyspark import cloudpickle

from cli.material import INVENTED
from settlement.agree import law_of
from settlement.invent import invent, invent_opening, invent_persons
from tuodi import tables
from tuodi.cli.cluster import STORED, Settling
from tuodi.engine.spark_rows import Job, program_digest, result_batches, tables_of
from tuodi.errors import TableError, UsageError
from tuodi.tables import Schema, conform

Frames = dict[str, pl.DataFrame]

PAID = Schema("paid", {"person_id": pl.String(), "paid": pl.Int64()}, money=frozenset({"paid"}))


@pytest.fixture(scope="module")
def frames() -> Frames:
    law = law_of(INVENTED)
    claims, identities = invent(law.packs[0], 5, persons=40, bills=6)
    return {
        "claims": claims,
        "identities": identities,
        "persons": invent_persons(claims, 3),
        "opening": invent_opening(law.packs[0], law, claims, 4),
    }


def stream(frames: Mapping[str, pl.DataFrame], seed: int, batch: int = 100) -> list[pa.RecordBatch]:
    """Tagged rows of all tables in any order, cut into batches, amounts in yuan."""
    held = {name: outside(frame, tables.SCHEMAS[name]) for name, frame in frames.items()}
    kinds = {
        name: pa.struct([field for field in table.schema if field.name != "person_id"]) for name, table in held.items()
    }
    parts = []
    for name, table in held.items():
        own = pa.StructArray.from_arrays(
            [table.column(field.name).combine_chunks() for field in kinds[name]], fields=list(kinds[name])
        )
        columns = {"person_id": table.column("person_id").combine_chunks()} | {
            other: own if other == name else pa.nulls(len(own), kind) for other, kind in kinds.items()
        }
        parts.append(pa.table(columns))
    rows = pa.concat_tables(parts).combine_chunks()
    places = list(range(rows.num_rows))
    random.Random(seed).shuffle(places)
    found: list[pa.RecordBatch] = rows.take(pa.array(places, pa.int64())).combine_chunks().to_batches(batch)
    return found


def outside(frame: pl.DataFrame, schema: Schema) -> pa.Table:
    """The table as a file holds it: amounts are yuan with two decimals."""
    yuan = [
        (pl.col(name).cast(pl.Decimal(18, 2)) / 100).cast(pl.Decimal(18, 2))
        for name in frame.columns
        if name in schema.money
    ]
    return frame.with_columns(yuan).to_arrow(compat_level=pl.CompatLevel.oldest())


def cut(frames: Frames, number: int) -> list[Frames]:
    """The tables cut by ranges of persons, as Spark cuts them."""
    people = sorted({person for frame in frames.values() for person in frame["person_id"]})
    size = -(-len(people) // number)
    ranges = [people[at : at + size] for at in range(0, len(people), size)]
    return [{name: frame.filter(pl.col("person_id").is_in(own)) for name, frame in frames.items()} for own in ranges]


def job(function: Settling, frames: Frames) -> Job:
    schemas = {name: tables.SCHEMAS[name] for name in frames}
    return Job(function, {**schemas, "claims": STORED}, function.result, program_digest())


def test_tables_come_out_of_the_stream_as_they_went_in(frames: Frames) -> None:
    found = tables_of(stream(frames, 1), {name: tables.SCHEMAS[name] for name in frames})
    for name, frame in frames.items():
        schema = tables.SCHEMAS[name]
        wanted = frame.sort([*schema.key, *(column for column in frame.columns if column not in schema.key)])
        assert conform(found[name], schema).equals(wanted), name


def test_the_order_of_arrival_does_not_matter(frames: Frames) -> None:
    schemas = {name: tables.SCHEMAS[name] for name in frames}
    one, other = (tables_of(stream(frames, seed, batch), schemas) for seed, batch in ((1, 7), (2, 1000)))
    assert all(one[name].equals(other[name]) for name in frames)


def test_a_table_of_which_nobody_in_the_partition_has_a_row_is_empty(frames: Frames) -> None:
    nobody = {**frames, "opening": frames["opening"].head(0)}
    found = tables_of(stream(nobody, 1), {name: tables.SCHEMAS[name] for name in frames})
    assert found["opening"].is_empty()
    assert found["opening"].columns == list(tables.OPENING.columns)


@pytest.mark.parametrize("number", [1, 3, 40])
def test_partitions_one_after_the_other_are_the_whole(frames: Frames, number: int) -> None:
    settling = Settling(law_of(INVENTED))
    shipped: Job = cloudpickle.loads(cloudpickle.dumps(job(settling, frames)))
    parts = [batch for own in cut(frames, number) for batch in shipped(stream(own, number))]
    stored = pl.DataFrame(outside(frames["claims"], tables.CLAIMS))
    whole = outside(settling({**frames, "claims": stored}), settling.result)
    assert pa.Table.from_batches(parts).equals(whole.cast(parts[0].schema))


def test_a_bill_that_must_be_corrected_is_quarantined_with_its_reason(frames: Frames) -> None:
    settling = Settling(law_of(INVENTED))
    stored = pl.DataFrame(outside(frames["claims"], tables.CLAIMS)).filter(pl.col("total") > 0)
    first = stored.sort("claim_id")["claim_id"][0]
    off = pl.when(pl.col("claim_id") == first).then(pl.col("total") + pl.lit("0.01").cast(pl.Decimal(18, 2)))
    wrong = stored.with_columns(off.otherwise(pl.col("total")).cast(pl.Decimal(18, 2)).alias("total"))
    rows = settling({**frames, "claims": wrong})
    assert rows.height == stored.height
    (told,) = rows.filter(pl.col("claim_id") == first).to_dicts()
    assert (told["status"], told["reason"], told["self_total"]) == ("quarantined", "parts_total", None)


def test_an_empty_partition_gives_no_row(frames: Frames) -> None:
    nobody = {name: frame.head(0) for name, frame in frames.items()}
    assert list(job(Settling(law_of(INVENTED)), frames)(stream(nobody, 1))) == []


def test_another_program_on_a_worker_is_refused(frames: Frames) -> None:
    stale = replace(job(Settling(law_of(INVENTED)), frames), program="0" * 64)
    with pytest.raises(UsageError, match="another program than the driver"):
        next(stale(stream(frames, 1)))


def test_amounts_leave_as_yuan_to_the_last_fen() -> None:
    amounts = [0, 1, -1, 99, 100, 12_345_678_901, 10**17 - 1, None]
    frame = pl.DataFrame({"person_id": list("abcdefgh"), "paid": amounts}, schema=PAID.columns)
    (batch,) = result_batches(frame, PAID)
    assert batch.schema.field("paid").type == pa.decimal128(18, 2)
    assert [None if one is None else int(one.scaleb(2)) for one in batch.column("paid").to_pylist()] == amounts


def test_a_result_of_another_schema_is_refused() -> None:
    frame = pl.DataFrame({"person_id": ["a"], "paid": ["1.00"]})
    with pytest.raises(TableError, match="table paid: the function gave"):
        next(result_batches(frame, PAID))


def test_a_result_out_of_order_is_refused() -> None:
    frame = pl.DataFrame({"person_id": ["b", "a"], "paid": [1, 2]})
    with pytest.raises(TableError, match="not in the order of person_id"):
        next(result_batches(frame, PAID))
