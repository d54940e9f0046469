"""``tuodi settle`` of a Parquet file piece by piece gives what the file read as a whole gives, to the byte."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import pytest

from cli.material import tuodi
from settlement.invent import invent
from tuodi import tables
from tuodi.cli import pieces
from tuodi.cli.inputs import local_codes
from tuodi.engine import local, parts
from tuodi.exchange import check_readings, read_tables, write_table
from tuodi.settlement import load_law, settle

PACK = "zz/000000/2024"
LAW = load_law(PACK)
ORDER = ("person_id", "settled_at", "discharged_on", "claim_id")
MONEY = [name for name in tables.CLAIMS.columns if name in tables.CLAIMS.money]


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts and row groups of a few rows, so that every seam is met."""
    monkeypatch.setattr(parts, "ROWS", 16)
    monkeypatch.setattr(local, "ROW_GROUP", 24)


def invented() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Claims with reversals, sound and unsound ones, and identities."""
    claims, identities = invent(LAW.packs[0], 5, persons=25, bills=8, law=LAW)
    return claims.sort(ORDER), identities


def stored(tmp_path: Path, claims: pl.DataFrame, identities: pl.DataFrame) -> tuple[Path, Path]:
    path, lists = tmp_path / "claims.parquet", tmp_path / "identities.parquet"
    write_table(claims, path, tables.CLAIMS)
    pq.write_table(pq.read_table(path), path, row_group_size=10)
    write_table(identities, lists, tables.IDENTITIES)
    return path, lists


def settled(path: Path, lists: Path, out: Path, *more: str) -> dict[str, Any]:
    return tuodi("settle", "--pack", PACK, "--claims", path, "--identities", lists, "--out", out, "--json", *more).json


def as_a_whole(path: Path, lists: Path) -> tuple[pl.DataFrame, set[tuple[int, str]]]:
    """The bills and the rows to be corrected, from the file read at once."""
    codes = local_codes(LAW.packs)
    reading = check_readings(read_tables(path, tables.CLAIMS, local_codes=codes))[0]
    held = read_tables(lists, tables.IDENTITIES, local_codes=codes)[0].frame
    bills = settle(LAW, reading.frame.sort(ORDER), held).bills.drop("counter_year", "pack")
    return bills, set(reading.quarantine.select("row", "reason").iter_rows())


def in_fen(path: Path) -> pl.DataFrame:
    found = pl.read_parquet(path)
    amounts = [name for name, dtype in found.schema.items() if isinstance(dtype, pl.Decimal)]
    return found.with_columns(pl.col(amounts).to_physical().cast(pl.Int64))


@pytest.mark.parametrize("shuffled", [False, True])
def test_the_pieces_are_what_the_whole_gives(tmp_path: Path, shuffled: bool) -> None:
    claims, identities = invented()
    if shuffled:
        claims = claims.sample(fraction=1.0, shuffle=True, seed=3)
    path, lists = stored(tmp_path, claims, identities)
    assert parts.lies_in_order(path, "person_id") != shuffled
    told = settled(path, lists, tmp_path / "out.parquet")
    bills, wrong = as_a_whole(path, lists)
    assert in_fen(tmp_path / "out.parquet").equals(bills)
    assert told["bills"] == bills.height
    assert told["files"][0]["rows"] == claims.height
    assert told["files"][0]["good"] == bills.height
    assert told["status"] == dict(bills["status"].value_counts().sort("status").iter_rows())
    assert {(one["row"], one["reason"]) for one in told["problems"] if one["file"] == path.name} == wrong
    assert wrong, "the invented claims hold no row that is to be corrected: nothing is shown for those"


WRONG: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "provider_level": lambda column: pl.lit("hospital of nowhere"),
    "setting": lambda column: pl.lit("住院"),
    "claim_id": lambda column: pl.concat_str(pl.lit(" "), column),
    "in_scope": lambda column: column + 1,
    "discharged_on": lambda column: pl.lit(None, pl.Date()),
    "person_id": lambda column: pl.lit(None, pl.String()),
    "total": lambda column: -column,
    "reverses": lambda column: pl.lit("nothing"),
    "diagnosis": lambda column: pl.lit("null"),
    "paid_fund_total": lambda column: pl.lit(1, pl.Int64()),
    "birth_date": lambda column: pl.date(2030, 1, 1),
    "admitted_on": lambda column: pl.date(2030, 1, 1),
}


@pytest.mark.parametrize("column", WRONG)
def test_a_wrong_cell_here_and_there_is_found_as_in_the_whole(tmp_path: Path, column: str) -> None:
    claims, identities = invented()
    claims = claims.filter(pl.col("reverses").is_null()).with_row_index("n")
    changed = pl.when(pl.col("n") % 29 == 11).then(WRONG[column](pl.col(column))).otherwise(pl.col(column))
    claims = claims.with_columns(changed.alias(column)).drop("n")
    path, lists = tmp_path / "claims.parquet", tmp_path / "identities.parquet"
    columns = [
        pl.col(name).cast(pl.Decimal(20, 0)).truediv(100).cast(pl.Decimal(18, 2)) if name in MONEY else pl.col(name)
        for name in claims.columns
        if claims[name].null_count() < claims.height
    ]
    claims.select(columns).write_parquet(path, row_group_size=10)
    write_table(identities, lists, tables.IDENTITIES)
    told = settled(path, lists, tmp_path / "out.parquet")
    bills, wrong = as_a_whole(path, lists)
    assert in_fen(tmp_path / "out.parquet").equals(bills)
    assert {(one["row"], one["reason"]) for one in told["problems"] if one["file"] == path.name} == wrong


def test_the_same_bytes_for_every_cut_and_number_of_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    claims, identities = invented()
    path, lists = stored(tmp_path, claims, identities)
    shuffled = tmp_path / "shuffled"
    shuffled.mkdir()
    other, _ = stored(shuffled, claims.sample(fraction=1.0, shuffle=True, seed=9), identities)
    found = set()
    for rows, threads, file in (
        (5, "1", path),
        (5, "3", other),
        (64, "2", path),
        (64, "5", other),
        (10_000, "2", path),
    ):
        monkeypatch.setattr(parts, "ROWS", rows)
        settled(file, lists, tmp_path / "out.parquet", "--threads", threads)
        found.add((tmp_path / "out.parquet").read_bytes())
    assert len(found) == 1


def test_a_number_shared_by_two_persons_is_found_across_pieces(tmp_path: Path) -> None:
    claims, identities = invented()
    claims = claims.filter(pl.col("reverses").is_null())
    first, last = claims["claim_id"][0], claims["claim_id"][-1]
    claims = claims.with_columns(claim_id=pl.col("claim_id").replace(last, first))
    path, lists = stored(tmp_path, claims, identities)
    told = settled(path, lists, tmp_path / "out.parquet")
    assert {one["reason"] for one in told["problems"]} == {"duplicate_id"}
    assert first not in in_fen(tmp_path / "out.parquet")["claim_id"].to_list()
    assert told["bills"] == claims.height - 2


def test_a_reversal_of_another_persons_bill_is_found_across_pieces(tmp_path: Path) -> None:
    claims, identities = invented()
    claims = claims.filter(pl.col("reverses").is_null())
    taken_back = claims.head(1).with_columns(
        *((-pl.col(name)).alias(name) for name in MONEY),
        claim_id=pl.lit("back"), reverses=pl.lit(claims["claim_id"][-1]),
    )  # fmt: skip
    path, lists = stored(tmp_path, pl.concat([claims, taken_back]).sort(ORDER), identities)
    told = settled(path, lists, tmp_path / "out.parquet")
    bills, wrong = as_a_whole(path, lists)
    assert {one["reason"] for one in told["problems"]} == {"reversal_other_person", "reversal_pair"}
    assert {(one["row"], one["reason"]) for one in told["problems"]} == wrong
    assert in_fen(tmp_path / "out.parquet").sort(ORDER[0], ORDER[3]).equals(bills.sort(ORDER[0], ORDER[3]))


@pytest.mark.parametrize("written", [" {}", "{}\u3000", "'{}", "\uff43{}"])
def test_a_number_written_in_two_ways_is_one_number(tmp_path: Path, written: str) -> None:
    claims, identities = invented()
    claims = claims.filter(pl.col("reverses").is_null())
    first, last = claims["claim_id"][0], claims["claim_id"][-1]
    other = written.format(first.removeprefix("c") if "\uff43" in written else first)
    claims = claims.with_columns(claim_id=pl.col("claim_id").replace(last, other))
    path, lists = stored(tmp_path, claims, identities)
    told = settled(path, lists, tmp_path / "out.parquet")
    assert {(one["row"], one["reason"]) for one in told["problems"]} == as_a_whole(path, lists)[1]
    assert told["bills"] == claims.height - 2


@pytest.mark.parametrize("written", [" {}", "'{}", "\uff50{}"])
def test_a_person_written_in_two_ways_is_one_person(tmp_path: Path, written: str) -> None:
    claims, identities = invented()
    claims = claims.filter(pl.col("reverses").is_null()).with_row_index("n")
    other = pl.format(written, pl.col("person_id").str.strip_prefix("p" if "\uff50" in written else ""))
    changed = pl.when(pl.col("n") % 3 == 0).then(other).otherwise(pl.col("person_id"))
    claims = claims.with_columns(person_id=changed).drop("n")
    path, lists = stored(tmp_path, claims.sample(fraction=1.0, shuffle=True, seed=2), identities)
    settled(path, lists, tmp_path / "out.parquet")
    bills, _wrong = as_a_whole(path, lists)
    assert in_fen(tmp_path / "out.parquet").sort(ORDER[0], ORDER[3]).equals(bills.sort(ORDER[0], ORDER[3]))


def test_a_reversal_written_in_another_way_finds_its_bill(tmp_path: Path) -> None:
    claims, identities = invented()
    claims = claims.filter(pl.col("reverses").is_null())
    taken_back = claims.head(1).with_columns(
        *((-pl.col(name)).alias(name) for name in MONEY),
        claim_id=pl.lit("back"), person_id=pl.concat_str("person_id", pl.lit(" ")),
        reverses=pl.lit(" " + claims["claim_id"][0]),
    )  # fmt: skip
    path, lists = stored(tmp_path, pl.concat([claims, taken_back]), identities)
    told = settled(path, lists, tmp_path / "out.parquet")
    bills, wrong = as_a_whole(path, lists)
    assert {(one["row"], one["reason"]) for one in told["problems"]} == wrong
    assert told["status"]["annulled"] == 2
    assert in_fen(tmp_path / "out.parquet").sort(ORDER[0], ORDER[3]).equals(bills.sort(ORDER[0], ORDER[3]))


def test_a_file_that_only_seems_to_lie_in_order_is_dealt_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    claims, identities = invented()
    path, lists = stored(tmp_path, claims.sample(fraction=1.0, shuffle=True, seed=4), identities)
    monkeypatch.setattr(pieces, "lies_in_order", lambda path, key: True)
    settled(path, lists, tmp_path / "out.parquet")
    assert in_fen(tmp_path / "out.parquet").equals(as_a_whole(path, lists)[0])
    assert {one.name for one in tmp_path.iterdir()} >= {"claims.parquet", "identities.parquet", "out.parquet"}
    assert not [one for one in tmp_path.iterdir() if one.name.startswith(".")], "ranges of persons were left on disk"


def test_a_column_of_lists_is_one_that_nobody_asked_for(tmp_path: Path) -> None:
    claims, identities = invented()
    path, lists = stored(tmp_path, claims, identities)
    told = settled(path, lists, tmp_path / "out.parquet")
    more = (pl.lit([[1, 2]]).alias("lists"), pl.struct(a=pl.lit(1)).alias("parts"))
    pl.read_parquet(path).with_columns(more).write_parquet(path)
    again = settled(path, lists, tmp_path / "out.parquet")
    assert again["files"][0]["unknown_columns"] == ["lists", "parts"]
    assert again["status"] == told["status"]


def test_a_year_that_no_calendar_has(tmp_path: Path) -> None:
    claims, identities = invented()
    claims = claims.with_columns(benefit_year=pl.Series([99_999, -5, 0, 2024], dtype=pl.Int64()).gather(
        [number % 4 for number in range(claims.height)]))  # fmt: skip
    path, lists = stored(tmp_path, claims, identities)
    told = settled(path, lists, tmp_path / "out.parquet", "--window-from", "2024-05-01")
    assert told["bills"] > 0


def test_a_refused_file_leaves_what_was_there(tmp_path: Path) -> None:
    claims, identities = invented()
    path, lists = stored(tmp_path, claims, identities)
    pl.read_parquet(path).drop("in_scope").write_parquet(path)
    (tmp_path / "out.parquet").write_bytes(b"yesterday")
    assert settled(path, lists, tmp_path / "out.parquet")["exit_code"] == 4
    assert (tmp_path / "out.parquet").read_bytes() == b"yesterday"


def test_no_bills_at_all(tmp_path: Path) -> None:
    claims, identities = invented()
    path, lists = stored(tmp_path, claims, identities)
    pl.read_parquet(path).clear().write_parquet(path)
    assert settled(path, lists, tmp_path / "out.parquet")["bills"] == 0
    assert pl.read_parquet(tmp_path / "out.parquet").columns[:4] == ["claim_id", "person_id", "status", "reason"]
