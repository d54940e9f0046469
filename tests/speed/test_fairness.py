"""What makes a comparison fair: the same input for both sides, the same amount of work, the right results."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from benchmarks import claims, inside, kernel, peers
from benchmarks.common import ANNUAL, THREE_LAYERS, child, contest, on_threads, roots

from tuodi.settlement import load_law, settle

COUNT = 4_000


def test_a_file_does_not_depend_on_the_pieces_in_which_it_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, held = claims.write(tmp_path / "whole", COUNT, is_sorted=False)
    monkeypatch.setattr(claims, "PIECE", 700)
    pieces, also = claims.write(tmp_path / "pieces", COUNT, is_sorted=False)
    assert pl.read_parquet(whole).equals(pl.read_parquet(pieces))
    assert held.read_bytes() == also.read_bytes()


def test_sorted_and_unsorted_files_hold_the_same_bills_exactly(tmp_path: Path) -> None:
    frames = {order: pl.read_parquet(claims.write(tmp_path, COUNT, is_sorted=order)[0]) for order in (True, False)}
    order = ["person_id", "settled_at", "claim_id"]
    assert frames[True].equals(frames[True].sort(order))
    assert not frames[False].equals(frames[True])
    assert frames[False].sort(order).equals(frames[True])
    assert tuple(frames[True].columns) == claims.COLUMNS
    assert frames[True].schema["total"] == pl.Decimal(18, 2)
    in_fen = (frames[True]["in_scope"] * 100).cast(pl.Int64)
    assert in_fen.equals(claims.bills(np.arange(COUNT))["in_scope"])


def test_the_parts_of_every_bill_add_up() -> None:
    made = claims.bills(np.arange(COUNT))
    parts = made.select(pl.sum_horizontal("in_scope", "first_self_pay", "over_limit", "out_of_catalogue")).to_series()
    assert made["total"].equals(parts)


def test_every_layer_of_the_plain_law_has_work() -> None:
    made, held = kernel.tables(COUNT)
    bills = settle(load_law(THREE_LAYERS, roots()), made, held).bills
    assert bills["status"].unique().to_list() == ["ok"]
    for layer in ("basic", "catastrophic", "assistance"):
        assert (bills[f"pay_{layer}"] > 0).sum() > COUNT // 40


@pytest.mark.parametrize("threads", [1, 2])
def test_the_kernel_that_is_timed_gives_what_settle_gives(threads: int) -> None:
    law = load_law(THREE_LAYERS, roots())
    made, held = kernel.tables(COUNT)
    machine = inside.machine_for(law, made, held)
    ready = on_threads(machine.run_slice, inside.pieces_of(machine, threads), lambda: inside.forget(machine))
    for _ in range(2):  # a second round begins as the first did
        ready()()
        paid = settle(law, made, held).bills
        assert machine.out["pay"].sum(axis=1).tolist() == [
            paid[name].sum() for name in paid.columns if name[:4] == "pay_"
        ]


def test_a_contest_takes_turns_and_warms_up() -> None:
    turns: list[str] = []
    best = contest(2, first=lambda: lambda: turns.append("a"), second=lambda: lambda: turns.append("b"))
    assert turns == ["a", "b", "a", "b", "a", "b"]
    assert set(best) == {"first", "second"}


def test_a_process_is_measured_with_its_memory() -> None:
    small = child([sys.executable, "-c", "pass"])
    large = child([sys.executable, "-c", "x = bytearray(80 << 20)"])
    assert (large.peak_mib or 0) - (small.peak_mib or 0) == pytest.approx(80, abs=8)
    with pytest.raises(SystemExit, match="left with 3"):
        child([sys.executable, "-c", "raise SystemExit(3)"])


@pytest.mark.parametrize("engine", ["memory", "streaming"])
def test_the_yardstick_of_files_sorts_every_column(engine: str, tmp_path: Path) -> None:
    yardstick = importlib.import_module("benchmarks.yardstick")
    source, _held = claims.write(tmp_path, COUNT, is_sorted=False)
    yardstick.run("sort", engine, source, tmp_path / "out.parquet")
    written = pl.read_parquet(tmp_path / "out.parquet")
    assert written.equals(pl.read_parquet(source).sort(yardstick.ORDER))
    yardstick.run("copy", engine, source, tmp_path / "copy.parquet")
    assert pl.read_parquet(tmp_path / "copy.parquet").equals(pl.read_parquet(source))


def test_the_exact_answer_of_the_yearly_rule_is_that_of_the_engine() -> None:
    rule, fen = peers.rule_of_pack(), peers.sums(COUNT)
    number = np.arange(COUNT) * claims.BILLS_A_PERSON
    nothing = dict.fromkeys(("out_of_catalogue", "over_limit", "first_self_pay"), pl.lit(0, pl.Int64))
    table = claims.bills(number).with_columns(in_scope=pl.Series(fen), total=pl.Series(fen), **nothing)
    paid = settle(load_law(ANNUAL, roots()), table).bills["pay_annual"].to_numpy()
    right = peers.exactly(fen, rule)
    assert (paid == right).all()
    assert {int(x) for x in np.unique(np.searchsorted(rule["upto"], fen - rule["deductible"]))} == {0, 1, 2}
    assert (right == rule["cap"]).any()
    assert (right == 0).any()


def test_errors_of_a_peer_are_told_in_fen() -> None:
    right = np.array([100, 201, 300])
    assert peers.wrong(right, right) == {"largest_error_fen": 0, "persons_wrong": 0}
    found = peers.wrong(np.array([1.0, 2.0049, 3.02]), right)
    assert found["persons_wrong"] == 2
    assert found["largest_error_fen"] == pytest.approx(2)
