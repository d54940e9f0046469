"""Two laws on the same bills: sums by hand, the oracle's totals, and what must hold for any two laws."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from settlement import small
from settlement.agree import PACKS
from settlement.invent import invent
from tuodi import oracle
from tuodi.errors import TableError
from tuodi.law import read_pack
from tuodi.settlement import load_law
from tuodi.twin import Effect, compare_laws
from twin.material import REGION, packs, people, stay

CLAIMS = small.claims(
    stay("a1", "甲", 5_000),
    stay("a2", "甲", 3_000, day="2024-06-01"),
    stay("b1", "乙", 5_000),
    stay("c1", "丙", 2_000),
    stay("d1", "丁", 4_000),
    stay("e1", "戊", 4_000) | {"paid_basic": None},
)
HELD = people(甲="dibao", 乙="dibao_margin", 丙="tekun", 戊="dibao")
CHANGED = {
    "deductible": {"per": "year", "full": 0, "dibao": 0, "margin": "400 yuan", "cite": "d"},
    "rate": {"full": "100%", "dibao": "70%", "margin": "50%", "cite": "d"},
}


@pytest.fixture
def effect(tmp_path: Path) -> Effect:
    return compare_laws(*packs(tmp_path, **CHANGED), CLAIMS, HELD)


@pytest.mark.req("SD04")
def test_gains_losses_and_cost_by_hand(effect: Effect) -> None:
    """甲: 8,000 × 80 % = 6,400 → 70 % = 5,600. 乙: (5,000 − 1,000) × 50 % = 2,000 → (5,000 − 400) × 50 % = 2,300."""
    change = dict(effect.persons.select("person_id", "change").iter_rows())
    assert change == {"甲": -80_000, "乙": 30_000, "丙": 0, "丁": 0, "戊": None}
    assert {one: effect.count(one) for one in ("gain", "loss", "same", "open")} == {
        "gain": 1, "loss": 1, "same": 2, "open": 1,
    }  # fmt: skip
    assert (effect.gained, effect.lost, effect.cost) == (30_000, 80_000, -50_000)
    row = effect.persons.row(by_predicate=pl.col("person_id") == "甲", named=True)
    # 1,000 from basic insurance on each of two bills; 100 yuan a bill lie outside the scope.
    assert (row["paid_before"], row["paid_after"]) == (640_000 + 200_000, 560_000 + 200_000)
    assert (row["self_before"], row["self_after"]) == (160_000 + 20_000, 240_000 + 20_000)
    assert (row["bills"], row["class_before"], row["class_after"]) == (2, "dibao", "dibao")


def test_what_is_open_is_counted_apart_and_is_never_zero(effect: Effect) -> None:
    """戊's basic insurance is not recorded: both laws are undetermined, and the sums are at least so much."""
    [open_one] = effect.persons.filter(pl.col("state") == "open").to_dicts()
    assert open_one["person_id"] == "戊"
    assert open_one["open_under"] == "both"
    assert open_one["self_before"] is None
    assert open_one["paid_after"] is None
    assert "basic:given_missing" in open_one["reason_before"]
    basic, assistance = effect.layers
    assert (basic.layer, basic.before, basic.open_before, basic.difference, basic.open) == ("basic", 500_000, 1, 0, 1)
    assert (assistance.before, assistance.after) == (640_000 + 200_000 + 200_000, 560_000 + 230_000 + 200_000)
    assert (assistance.difference, assistance.open_before, assistance.open_after, assistance.open) == (-50_000, 1, 1, 1)


def test_by_class_and_by_band(effect: Effect) -> None:
    rows = {(one.before, one.after): (one.gaining, one.losing, one.same, one.open, one.gained, one.lost)
            for one in effect.moved}  # fmt: skip
    assert rows == {
        ("dibao", "dibao"): (0, 1, 0, 1, 0, 80_000),
        ("margin", "margin"): (1, 0, 0, 0, 30_000, 0),
        ("full", "full"): (0, 0, 1, 0, 0, 0),
        ("", ""): (0, 0, 1, 0, 0, 0),
    }
    bands = [(one.side, one.low, one.high, one.persons, one.amount) for one in effect.bands]
    # 800 and 300 yuan: the round sums from the smallest to the largest are 500 and 1,000.
    assert bands == [
        ("loss", 50_000, 100_000, 1, 80_000), ("loss", 0, 50_000, 0, 0), ("same", 0, 0, 2, 0),
        ("gain", 0, 50_000, 1, 30_000),
    ]  # fmt: skip
    assert effect.largest("loss")["person_id"].to_list() == ["甲"]
    assert effect.changed_class == 0


def test_who_changes_class(tmp_path: Path) -> None:
    before, _after = packs(tmp_path)
    merged = {
        "full": {"members": ["tekun", "dibao"], "cite": "d"},
        "margin": {"members": ["dibao_margin"], "cite": "d"},
    }
    layer = {
        "when": {"class": ["full", "margin"]}, "rate": {"full": "100%", "margin": "50%"},
        "caps": [{"id": "year", "per": "year", "limit": "10,000 yuan"}], "cite": "d",
        "title": {"zh": "救助", "en": "assistance"},
    }  # fmt: skip
    small.law(
        tmp_path,
        {"name": "merged", "from": date(2026, 1, 1), "classes": merged, "layers": {"assistance": layer}},
    )
    effect = compare_laws(before, read_pack(f"{REGION}/merged", [tmp_path]), CLAIMS, HELD)
    assert effect.changed_class == 2  # 甲 and 戊 come to the first class
    moved = {(one.before, one.after): one.persons for one in effect.moved}
    assert moved == {("dibao", "full"): 2, ("margin", "margin"): 1, ("full", "full"): 1, ("", ""): 1}


@pytest.mark.req("SD04")
def test_the_oracle_comes_to_the_same_totals(tmp_path: Path) -> None:
    """Both laws settled by the independent oracle, each in a year of its own: the sums are the effect's."""
    before, after = packs(tmp_path, **CHANGED)
    effect = compare_laws(before, after, CLAIMS, HELD)
    theirs = oracle.settle_frame(oracle.load(before.id, tmp_path), CLAIMS, HELD, None, None, None, ())
    later = CLAIMS.with_columns(pl.col("discharged_on").dt.offset_by("1y"), pl.col("settled_at").dt.offset_by("1y"))
    others = oracle.settle_frame(oracle.load(after.id, tmp_path), later, HELD, None, None, None, ())
    assistance = effect.layers[1]
    assert assistance.before == theirs["pay_assistance"].sum()
    assert assistance.after == others["pay_assistance"].sum()
    known = theirs.join(others, on="claim_id", suffix="_after").select("self_total", "self_total_after").drop_nulls()
    assert effect.gained - effect.lost == known["self_total"].sum() - known["self_total_after"].sum()


@pytest.mark.req("SP12")
@pytest.mark.parametrize("ref", ["zz/000000/2024", "cn/321300/2024", "cn/110000/2023", "cn/500112/2023"])
def test_a_law_against_itself_changes_nothing(ref: str) -> None:
    pack = read_pack(ref, [PACKS])
    claims, identities = invent(pack, 3, persons=12)
    effect = compare_laws(pack, pack, claims, identities)
    assert (effect.count("gain"), effect.count("loss"), effect.cost, effect.changed_class) == (0, 0, 0, 0)
    assert all(one.difference == 0 and one.before == one.after for one in effect.layers)
    assert effect.open_under("before") == effect.open_under("after") == 0
    assert [one.side for one in effect.bands] == ["same"]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    ("one", "other"),
    [("cn/321300/2024", "cn/370302/2025"), ("zz/000000/2024", "zz/000001/2024"), ("zz/000000/2023", "zz/000000/2024")],
)
def test_gains_less_losses_are_the_cost_and_the_other_way_round_they_change_sides(
    one: str, other: str, seed: int
) -> None:
    before, after = read_pack(one, [PACKS]), read_pack(other, [PACKS])
    claims, identities = invent(before, seed, persons=12, law=load_law(one, [PACKS]))
    forth, back = (compare_laws(*pair, claims, identities) for pair in ((before, after), (after, before)))
    for effect in (forth, back):
        assert effect.gained - effect.lost == effect.cost
        assert sum(band.persons for band in effect.bands) == effect.persons.height - effect.count("open")
        assert sum(band.amount for band in effect.bands if band.side == "gain") == effect.gained
        assert sum(band.amount for band in effect.bands if band.side == "loss") == effect.lost
        assert sum(row.persons for row in effect.moved) == effect.persons.height
        if not effect.count("open"):
            assert sum(layer.difference for layer in effect.layers) == effect.cost
    assert (forth.gained, forth.lost) == (back.lost, back.gained)
    assert {one.layer: one.difference for one in forth.layers} == {one.layer: -one.difference for one in back.layers}
    assert forth.open_under("before") == back.open_under("after")


def test_how_many_bills_are_settled_at_once_changes_nothing() -> None:
    before, after = read_pack("zz/000000/2024", [PACKS]), read_pack("zz/000001/2024", [PACKS])
    claims, identities = invent(before, 7, persons=12, law=load_law("zz/000000/2024", [PACKS]))
    whole = compare_laws(before, after, claims, identities)
    parts = compare_laws(before, after, claims, identities, at_once=5)
    assert whole.persons.equals(parts.persons)
    assert (whole.layers, whole.moved, whole.bands) == (parts.layers, parts.moved, parts.bands)


def test_a_bill_that_comes_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="'b1' occurs more than once"):
        compare_laws(*packs(tmp_path), small.claims(stay("b1", "甲", 5_000), stay("b1", "乙", 5_000)), HELD, at_once=1)


def test_bills_of_any_day_are_compared(tmp_path: Path) -> None:
    """Both laws are taken as in force: the bills of 2024 under a law of 2025, and of 2019 under both."""
    pair = packs(tmp_path, **CHANGED)
    old = CLAIMS.with_columns(pl.col("discharged_on").dt.offset_by("-5y"), pl.col("settled_at").dt.offset_by("-5y"))
    held = HELD.with_columns(pl.col("from").dt.offset_by("-5y"))
    then, now = compare_laws(*pair, old, held), compare_laws(*pair, CLAIMS, HELD)
    assert then.persons.equals(now.persons)
    assert [pack.in_force_from.year for pack in pair] == [2024, 2025], "the packs themselves stay as they are"


def test_a_layer_from_the_record_on_one_side_is_from_the_record_on_both() -> None:
    """The invented county took basic insurance from the record in 2023 and computes it in 2024."""
    before, after = (read_pack(f"zz/000000/{year}", [PACKS]) for year in (2023, 2024))
    claims, identities = invent(before, 5, persons=20, law=load_law("zz/000000/2023", [PACKS]))
    effect = compare_laws(before, after, claims, identities)
    assert set(effect.recorded) >= {"basic", "catastrophic"}
    basic = next(one for one in effect.layers if one.layer == "basic")
    assert basic.before
    assert basic.difference == 0


def test_a_code_that_only_one_pack_has_is_its_core_code_for_the_other() -> None:
    """困境儿童 stands under another core code in each place; 60年代精减退职 is a code of Suqian alone."""
    suqian, zichuan = read_pack("cn/321300/2024", [PACKS]), read_pack("cn/370302/2025", [PACKS])
    claims = small.claims(stay("a", "甲", 5_000, paid_catastrophic=0, place="local", purpose="illness"))
    held = people(甲="retired_sixties")
    effect = compare_laws(suqian, zichuan, claims, held)
    [row] = effect.persons.to_dicts()
    assert row["class_before"] == "dibao"
    assert "retired_sixties" not in zichuan.codes.get("identity", {})
    assert row["class_after"] != "dibao"


def test_an_opening_balance_counts_where_there_is_such_a_counter(tmp_path: Path) -> None:
    before, after = packs(tmp_path, caps=[{"id": "total", "per": "year", "limit": "10,000 yuan"}])
    opening = pl.DataFrame(
        {"person_id": ["甲"], "counter_year": [2024], "counter": ["assistance.year"], "amount": [900_000]}
    )
    effect = compare_laws(before, after, CLAIMS, HELD, None, opening)
    row = effect.persons.row(by_predicate=pl.col("person_id") == "甲", named=True)
    assert row["change"] == 640_000 - 100_000  # 10,000 − 9,000 are left under the first, all of it under the second
    assert effect.dropped_counters == ((), ("assistance.year",))
