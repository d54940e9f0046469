"""What holds of every settlement, whatever the law: SPEC-settlement section 8, each line a property of its own."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from io import BytesIO
from itertools import pairwise
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given

from properties.laws import chances, laws, thorough
from properties.packs import PACK, write_pack
from settlement.agree import law_of
from settlement.invent import frame, invent
from tuodi import tables
from tuodi.errors import PackError
from tuodi.law.compile import BUCKETS
from tuodi.settlement import Law, load_law, settle
from tuodi.settlement.kernel import EVERYTHING
from tuodi.settlement.run import Settlement, settle_with

MONEY = sorted(tables.CLAIMS.money)


def _settled(law: Law, claims: pl.DataFrame, identities: pl.DataFrame, threads: int = 1) -> Settlement:
    return settle_with(law, claims, identities, None, None, None, (), True, threads, EVERYTHING)


def _bytes(table: pl.DataFrame | None) -> bytes:
    """Every value and every type; not how the table lies in memory, which says where it was cut from."""
    assert table is not None
    return f"{table.schema}\n{table.rows()}".encode()


def _exact_bytes(table: pl.DataFrame) -> bytes:
    into = BytesIO()
    table.write_ipc(into)
    return into.getvalue()


def _paid(bills: pl.DataFrame) -> list[str]:
    return [name for name in bills.columns if name.startswith("pay_")]


def _invented(law: Law, draw: Random, **how: Any) -> tuple[pl.DataFrame, pl.DataFrame]:
    return invent(law.packs[0], draw.randint(0, 9999), law=law if draw.random() < 0.8 else None, **how)


# Nothing is lost --------------------------------------------------------------------------------------


@pytest.mark.req("SP10")
@thorough(25)
@given(chances())
def test_payers_and_hospital_and_self_are_the_total_part_by_part(draw: Random) -> None:
    with laws(draw) as (law, _):
        claims, identities = _invented(law, draw)
        run = _settled(law, claims, identities)
    known = run.bills.filter(pl.col("status").is_in(["ok", "outside"])).join(claims, on="claim_id")
    hospital = pl.col("paid_hospital").fill_null(0)
    paid = pl.sum_horizontal(pl.lit(0), *_paid(run.bills))
    assert known.filter(paid + hospital + pl.col("self_total") != pl.col("total")).is_empty()
    assert known.filter((pl.col("self_in_scope") < 0) | (pl.col("self_in_scope") > pl.col("in_scope"))).is_empty()
    if run.left is None or not known.height:
        return
    # The kernel's own account of what is left, reason by reason, tells the same.
    assert run.trace is not None
    reckoned = run.trace.filter(pl.col("state") == "notional").group_by("claim_id").agg(pl.col("paid").sum())
    account = known.join(run.left, on="claim_id", suffix="_left").join(reckoned, on="claim_id", how="left")
    reckoned_only = pl.col("paid").fill_null(0)
    left = ["first_self_pay_left", "over_limit_left", "out_of_catalogue_left", *BUCKETS[:4]]
    assert account.filter(pl.min_horizontal(left) < 0).is_empty()
    assert account.filter(pl.sum_horizontal(left) + reckoned_only != pl.col("self_total")).is_empty()
    only_paid = account.filter(reckoned_only == 0)
    assert only_paid.filter(pl.sum_horizontal(BUCKETS[:4]) != pl.col("self_in_scope")).is_empty()


@pytest.mark.req("SP10")
@thorough(25)
@given(chances())
def test_no_payer_pays_less_than_nothing_or_more_than_its_base(draw: Random) -> None:
    with laws(draw) as (law, _):
        claims, identities = _invented(law, draw)
        run = _settled(law, claims, identities)
    assert run.trace is not None
    steps = run.trace.filter(pl.col("paid").is_not_null())
    assert steps.filter((pl.col("paid") < 0) | (pl.col("paid") > pl.col("base"))).is_empty()
    assert steps.filter((pl.col("deductible_taken") < 0) | (pl.col("deductible_taken") > pl.col("base"))).is_empty()


# What does not matter ---------------------------------------------------------------------------------


@thorough(15)
@given(chances())
def test_the_order_of_the_rows_changes_nothing(draw: Random) -> None:
    with laws(draw) as (law, _):
        claims, identities = _invented(law, draw)
        if not claims.height:
            return
        first = _settled(law, claims, identities)
        order = draw.sample(range(claims.height), claims.height)
        second = _settled(law, claims[order], identities.sample(fraction=1, shuffle=True, seed=draw.randint(0, 99)))
    assert _bytes(first.bills[order]) == _bytes(second.bills)
    assert _bytes(first.trace) == _bytes(second.trace)


@thorough(15)
@given(chances())
def test_other_persons_and_threads_and_partitions_change_nothing(draw: Random) -> None:
    with laws(draw) as (law, _):
        claims, identities = _invented(law, draw)
        claims = claims.sort("person_id", "claim_id")
        if not claims.height:
            return
        together = _settled(law, claims, identities)
        assert _exact_bytes(_settled(law, claims, identities, threads=4).bills) == _exact_bytes(together.bills)
        apart = [
            _settled(law, own, identities.filter(pl.col("person_id") == own["person_id"][0])).bills
            for own in claims.partition_by("person_id", maintain_order=True)
        ]
    assert _bytes(pl.concat(apart)) == _bytes(together.bills)


@pytest.mark.req("SP10")
@thorough(15)
@given(chances())
def test_annulled_pairs_leave_no_trace(draw: Random) -> None:
    with laws(draw) as (law, _):
        claims, identities = _invented(law, draw, reversals=False)
        if not claims.height:
            return
        chosen = [name for name in claims["claim_id"] if draw.random() < 0.3]
        reversed_ = claims.filter(pl.col("claim_id").is_in(chosen)).with_columns(
            -pl.col(MONEY), reverses="claim_id", claim_id=pl.concat_str("claim_id", pl.lit("r"))
        )
        with_pairs = _settled(law, pl.concat([claims, reversed_]), identities).bills
        without = _settled(law, claims.filter(~pl.col("claim_id").is_in(chosen)), identities).bills
    pairs = with_pairs.filter(pl.col("claim_id").is_in([*chosen, *(f"{name}r" for name in chosen)]))
    assert set(pairs["status"]) <= {"annulled", "quarantined"}
    assert (pairs["status"] == "annulled").all()
    assert pairs.select(pl.col(_paid(pairs)).abs().sum()).to_numpy().sum() == 0
    assert _bytes(with_pairs.filter(pl.col("claim_id").is_in(without["claim_id"].implode()))) == _bytes(without)


# Splitting a bill --------------------------------------------------------------------------------------


def _split(claims: pl.DataFrame, draw: Random, at: int | None = None) -> tuple[str, pl.DataFrame]:
    """One bill cut in two that follow each other: of each amount a part is in the first, the rest in the second."""
    candidates = claims.filter(pl.col("in_scope") > 1)["claim_id"].sort()
    name = draw.choice(candidates.to_list())
    bill = claims.filter(pl.col("claim_id") == name).row(0, named=True)
    first, second = dict(bill), dict(bill) | {"claim_id": f"{name}b"}
    for column in MONEY:
        if bill[column] is not None:
            whole = bill[column]
            share = min(at, whole) if at is not None and column == "in_scope" else draw.randint(0, whole)
            first[column], second[column] = share, whole - share
    first["total"] = sum(first[part] for part in tables.PARTS)
    second["total"] = bill["total"] - first["total"]
    rest = claims.filter(pl.col("claim_id") != name)
    return name, pl.concat([rest, frame([first, second], tables.CLAIMS)])


def _joined(bills: pl.DataFrame, name: str) -> pl.DataFrame:
    """The two halves as one bill again."""
    amounts = [*_paid(bills), "self_in_scope", "self_total"]
    own = bills.with_columns(claim_id=pl.col("claim_id").replace(f"{name}b", name))
    return own.group_by("claim_id").agg(pl.col(amounts).sum()).sort("claim_id")


def _whole(law: Law, draw: Random) -> tuple[pl.DataFrame, pl.DataFrame] | None:
    """Bills without a hospital's part of which nothing is undetermined."""
    claims, identities = invent(law.packs[0], draw.randint(0, 9999), law=law, reversals=False)
    claims = claims.with_columns(paid_hospital=pl.lit(None, dtype=pl.Int64))
    bills = _settled(law, claims, identities).bills
    known = bills.filter((pl.col("status") != "quarantined").all().over("person_id"))["person_id"]
    claims = claims.filter(pl.col("person_id").is_in(known.unique().implode()))
    return (claims, identities) if claims.filter(pl.col("in_scope") > 1).height else None


@thorough(25)
@given(chances())
def test_splitting_a_bill_is_exact_where_everything_runs_over_the_year(draw: Random) -> None:
    with laws(draw, annual="year", unknowns=False) as (law, _):
        found = _whole(law, draw)
        if found is None:
            return
        claims, identities = found
        name, split = _split(claims, draw)
        one = _joined(_settled(law, claims, identities).bills, name)
        two = _joined(_settled(law, split, identities).bills, name)
    assert one.equals(two), name


@thorough(25)
@given(chances())
def test_splitting_a_bill_is_exact_but_for_rounding_each_bill(draw: Random) -> None:
    with laws(draw, annual="bill", unknowns=False) as (law, _):
        found = _whole(law, draw)
        if found is None:
            return
        claims, identities = found
        name, split = _split(claims, draw)
        one = _joined(_settled(law, claims, identities).bills, name).row(by_predicate=pl.col("claim_id") == name)
        two = _joined(_settled(law, split, identities).bills, name).row(by_predicate=pl.col("claim_id") == name)
    # A layer's two roundings move it by at most two units; what an earlier layer moved moves its base as much, and the
    # room of a cap that both share.
    moved = 0
    for layer in range(len(law.layers)):
        bound = 2 + 2 * moved
        assert abs(one[1 + layer] - two[1 + layer]) <= bound, (name, law.layers[layer])
        moved += bound


# A line inside a bill ----------------------------------------------------------------------------------


LINES = {
    "deductible": ("3,000 yuan", 300_000),
    "bracket": ("10,000 yuan", 1_000_000),
    "cap": ("paid out", 1_300_000),
}


@pytest.mark.req("SP12")
@pytest.mark.parametrize("rounding", ["bill", "year"])
@pytest.mark.parametrize("fen", [-1, 0, 1])
@pytest.mark.parametrize("line", LINES)
def test_crossing_a_line_inside_one_bill_is_two_bills_cut_at_the_line(
    line: str, fen: int, rounding: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    law = _lined(tmp_path_factory, rounding)
    at = LINES[line][1] + fen
    whole = 2_500_000
    one = settle(law, frame([_bill("a", whole)], tables.CLAIMS)).bills
    two = settle(law, frame([_bill("a", at), _bill("b", whole - at)], tables.CLAIMS)).bills
    apart = abs(one["pay_l1"].sum() - two["pay_l1"].sum())
    assert apart <= (0 if rounding == "year" else 1)
    # By hand: 3000 deductible; 50% to 10,000 of the year's base, then 70%, at most 5600: (7000*50% + 3000*70%).
    assert one["pay_l1"].to_list() == [560_000]
    assert two["pay_l1"][0] == {
        "deductible": max(0, (fen + 1) // 2), "bracket": 350_000 + (fen == 1), "cap": 560_000 - (fen == -1),
    }[line]  # fmt: skip


def _bill(name: str, in_scope: int) -> dict[str, Any]:
    return {
        "claim_id": name, "person_id": "p", "provider_level": "secondary", "setting": "outpatient",
        "discharged_on": date(2024, 5, 1), "settled_at": datetime(2024, 5, 1),  # noqa: DTZ001 local time
        "total": in_scope, "in_scope": in_scope, "first_self_pay": 0, "over_limit": 0, "out_of_catalogue": 0,
    }  # fmt: skip


def _lined(folders: pytest.TempPathFactory, rounding: str) -> Law:
    layer = {
        "title": {"zh": "层", "en": "layer"},
        "deductible": {"per": "year", "amount": "3,000 yuan"},
        "brackets": {"on": "year", "from": "zero", "upto": ["10,000 yuan"]},
        "rate": [{"bracket": 1, "is": "50%"}, {"bracket": 2, "is": "70%"}],
        "caps": [{"per": "year", "limit": "5,600 yuan"}],
        "rounding": {"to": "fen", "direction": "half_up", "per": rounding},
        "cite": "d",
    }
    return _law_of(folders, layer)


def _law_of(folders: pytest.TempPathFactory, layer: dict[str, Any], **more: Any) -> Law:
    root = folders.mktemp("law", numbered=True)
    pack = {
        "pack": PACK, "title": {"zh": "线", "en": "line"}, "in_force": {"from": date(2024, 1, 1)},
        "documents": {"d": {"law": "任意号"}}, **more, "layers": {"l1": layer},
    }  # fmt: skip
    write_pack(root, pack)
    return load_law(PACK, [root])


# Classes -----------------------------------------------------------------------------------------------


@pytest.mark.req("NI16")
@thorough(30)
@given(chances())
def test_a_better_class_never_pays_less_where_the_order_was_proved(draw: Random) -> None:
    with suppress(PackError), laws(draw, ordered=True, unknowns=False) as (law, _):
        _better_is_better(law, draw)


def _better_is_better(law: Law, draw: Random) -> None:
    """Each layer by itself, the others as recorded: one bill a person, in every class in turn."""
    pack = law.packs[0]
    claims, _ = invent(pack, draw.randint(0, 9999), persons=8, bills=3, law=law, reversals=False)
    claims = claims.with_columns(person_id="claim_id", scheme=pl.lit("resident"), stay_id=pl.lit(None, pl.String))
    others = [layer.id for layer in pack.layers if layer.given is None and layer.recorded_as]
    for layer in pack.layers:
        if layer.given is not None:
            continue
        paid = []
        for item in layer.classes.order:
            member = next((one.identity for one in item.members if one.scheme in ("", "resident")), None)
            if item.members and member is None:
                continue
            rows = [
                {"person_id": person, "identity": member or "other_hardship", "from": date(2010, 1, 1)}
                for person in claims["person_id"]
            ]
            identities = frame(rows, tables.IDENTITIES)
            rest = [name for name in others if name != layer.id]
            run = settle_with(law, claims, identities, None, None, None, rest, True, 1, EVERYTHING)
            assert run.trace is not None
            own = run.trace.filter(pl.col("layer") == layer.id).select("claim_id", "class", "paid")
            paid.append(own.filter(pl.col("class") == item.name).select("claim_id", pl.col("paid").alias(item.name)))
        for better, worse in pairwise(paid):
            both = better.join(worse, on="claim_id")
            assert both.filter(pl.col(both.columns[1]) < pl.col(both.columns[2])).is_empty(), (layer.id, both)


# The kernel's shapes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ref", ["cn/110000/2023", "cn/321300/2024", "cn/500112/2023", "zz/000000/2024", "zz/000001/2024"]
)
def test_the_specialised_kernel_is_the_full_one(ref: str) -> None:
    law = law_of(ref)
    for seed in range(4):
        claims, identities = invent(law.packs[0], seed, law=law if seed % 2 else None)
        assert settle(law, claims, identities).bills.equals(_settled(law, claims, identities).bills), seed


@pytest.mark.req("NI16")
@pytest.mark.parametrize(("best", "worst", "proved"), [(0, "500 yuan", True), ("500 yuan", 0, False)])
def test_a_cap_on_the_deductible_is_better_the_lower_it_is(
    best: Any, worst: Any, proved: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    layer = {
        "title": {"zh": "层", "en": "layer"},
        "deductible": {"per": "year", "amount": "1,000 yuan"},
        "rate": "50%",
        "caps": [{"per": "year", "counts": "deductible", "limit": {"full": best, "dibao": worst}}],
        "cite": "d",
    }
    members = {"full": {"members": ["tekun"], "cite": "d"}, "dibao": {"members": ["dibao"], "cite": "d"}}
    if proved:
        _law_of(tmp_path_factory, layer, classes=members)
    else:
        with pytest.raises(PackError, match="limit cap1 is not proved to be as good everywhere"):
            _law_of(tmp_path_factory, layer, classes=members)
