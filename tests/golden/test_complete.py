"""No rule of a published pack is without a case: each class × setting, and one fen around each threshold.

A threshold is a deductible, the end of a bracket or the limit of a cap whose amount is known; a case that stands at
one names it under ``threshold``, and what it settles must really lie one fen below, at and one fen above.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache

import polars as pl
import pytest

from golden import tables
from golden.arithmetic import evaluate, sides
from golden.cases import CASES, Case, cases_of
from golden.test_golden import law_of, settled
from golden.test_packs_read import PUBLISHED, WITHOUT_LAYERS, pack_of
from tuodi import vocabulary
from tuodi.law.dense import numbers
from tuodi.law.model import Layer, Pack, Value
from tuodi.money import parse_yuan

Threshold = tuple[str, str, int]

UNREACHABLE = {
    "cn/500000/2023": {
        ("assistance", "cap", 600_000): "the rate of ordinary inpatient aid is unknown",
        ("assistance", "cap", 10_000_000): "the rate of major-disease aid is unknown",
        ("assistance", "cap", 6_000_000): "the districts set the rate of large-cost aid",
    },
    "cn/500112/2023": {
        ("assistance", "cap", 600_000): "the rate of ordinary inpatient aid is unknown",
        ("assistance", "cap", 10_000_000): "the rate of major-disease aid is unknown",
    },
    "cn/610700/2015": {
        ("second", "cap", 1_000_000): "of what the 30 % is taken is unknown",
    },
    "cn/360100/2025": {
        ("catastrophic", "cap", 30_000_000): "the income behind the deductible is unknown",
    },
}
"""Known limits that no payment can reach, since a rate before them is unknown."""


def _amounts(pack: Pack, values: Iterator[Value]) -> Iterator[int]:
    years = sorted({year for reference in pack.reference.values() for year in reference.values}) or [0]
    for value in values:
        for year in years:
            (amount,) = numbers((value,), pack.reference, year)
            if 0 < amount < 1 << 59:
                yield int(amount)


def _thresholds(pack: Pack) -> set[Threshold]:
    """Every known threshold that the pack itself writes; what it inherits is its parent's to show."""
    found: set[Threshold] = set()
    for layer in (*pack.layers, *(award.layer for award in pack.awards)):
        written: list[tuple[str, list[Value]]] = []
        if layer.deductible is not None:
            written.append(("deductible", [r.value for r in layer.deductible.amount.rows if r.origin.pack == pack.id]))
        if layer.brackets is not None and layer.brackets.origin.pack == pack.id:
            written.append(("bracket", list(layer.brackets.upto)))
        for cap in layer.caps:
            written.append(("cap", [row.value for row in cap.limit.rows if row.origin.pack == pack.id]))
        for at, values in written:
            found |= {(layer.id, at, amount) for amount in _amounts(pack, iter(values))}
    return found


def _declared(case: Case) -> list[Threshold]:
    return [(row["layer"], row["at"], parse_yuan(row["value"])) for row in case.rows("threshold")]


@pytest.mark.req("SP12")
@pytest.mark.parametrize("name", PUBLISHED)
def test_every_threshold_has_its_case(name: str) -> None:
    wanted = _thresholds(pack_of(name)) - set(UNREACHABLE.get(name, ()))
    shown = {threshold for case in cases_of(name) for threshold in _declared(case)}
    assert wanted - shown == set()


@pytest.mark.req("SP12")
@pytest.mark.parametrize("name", sorted(UNREACHABLE))
def test_what_is_called_unreachable_is_a_threshold_of_the_pack(name: str) -> None:
    assert set(UNREACHABLE[name]) - _thresholds(pack_of(name)) == set()


def _reached(case: Case, layer: str, at: str) -> set[int]:
    """Amounts that meet the threshold, person by person: bases, or payments before the cap."""
    law = law_of(case.pack)
    if layer not in law.layers:
        return _reached_by_awards(case, at)
    trace = settled(case, trace=True).trace
    assert trace is not None
    people = tables.claims(case).select("claim_id", "person_id")
    column = "raw" if at == "cap" else "base"
    sums = trace.filter(pl.col("layer") == layer).join(people, on="claim_id").group_by("person_id").agg(
        pl.col(column).sum()
    )  # fmt: skip
    return set(sums[column])


def _reached_by_awards(case: Case, at: str) -> set[int]:
    if at == "cap":
        values = [evaluate(sides(line)[1]) * 100 for line in case.data["arithmetic"]]
        return {value.numerator for value in values if value.denominator == 1}
    bills = tables.claims(case).with_columns(pl.col("first_self_pay").fill_null(0))
    return set(bills.group_by("person_id").agg(pl.sum("in_scope") + pl.sum("first_self_pay"))["in_scope"])


@pytest.mark.req("SP12")
@pytest.mark.parametrize("case", [case for case in CASES if case.rows("threshold")], ids=lambda case: case.id)
def test_a_threshold_case_stands_one_fen_around_it(case: Case) -> None:
    for layer, at, value in _declared(case):
        reached = _reached(case, layer, at)
        assert {value - 1, value, value + 1} <= reached, f"{layer} {at} {value}: {sorted(reached)}"


@cache
def _met(name: str) -> dict[str, set[tuple[str, str]]]:
    """For each layer the pairs of class and setting that some bill of some case meets inside the gate."""
    met: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for case in cases_of(name):
        trace = settled(case, trace=True).trace
        assert trace is not None
        inside = trace.filter(pl.col("state") != "outside").join(
            tables.claims(case).select("claim_id", "setting"), on="claim_id"
        )
        for layer, own_class, setting in inside.select("layer", "class", "setting").iter_rows():
            met[layer].add((own_class or "", setting))
    return met


def _wanted(layer: Layer, *, reads_class: bool) -> set[tuple[str, str]]:
    settings = layer.when.codes.get("setting", vocabulary.codes("setting"))
    classes = layer.when.codes.get("class", layer.classes.names) if reads_class else ("",)
    return {(own_class, setting) for own_class in classes for setting in settings}


@pytest.mark.req("SP12")
@pytest.mark.parametrize("name", PUBLISHED)
def test_every_class_and_setting_has_its_case(name: str) -> None:
    if name in WITHOUT_LAYERS:
        assert not cases_of(name)
        return
    (compiled,) = law_of(name).versions
    missing = {}
    for layer, made in zip(compiled.layers, compiled.tables, strict=True):
        if layer.given is not None:
            continue
        met = _met(name)[layer.id]
        if compiled.pack.extends and layer.rate is not None and layer.rate.origin.pack != name:
            met = met | _met(compiled.pack.extends)[layer.id]  # its rates are the parent's, and shown there
        if not made.reads_class:
            met = {("", setting) for _, setting in met}
        lacking = _wanted(layer, reads_class=made.reads_class) - met
        if lacking:
            missing[layer.id] = sorted(lacking)
    assert missing == {}
