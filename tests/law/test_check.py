"""The packs of the tree are good, and the invented county uses all of the language."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

import tuodi.law
from tuodi import vocabulary
from tuodi.law import check_pack, find_packs, read_pack
from tuodi.law.find import default_roots
from tuodi.law.model import NoLimit, Pack, Share, Unknown
from tuodi.law.rules import layer_tables
from tuodi.law.values import CONDITIONS
from tuodi.tables import PARTS

COUNTY = ("zz/000000/2023", "zz/000000/2024", "zz/000001/2024")


@pytest.fixture(scope="module")
def packs() -> list[Pack]:
    return [read_pack(pack_id) for pack_id in COUNTY]


def test_the_public_names() -> None:
    assert tuodi.law.__all__ == [
        "Pack", "ShownPack", "check_pack", "cite_text", "counter_names", "find_packs", "read_pack", "read_versions",
        "render_text", "show_pack", "versions_of",
    ]  # fmt: skip


@pytest.mark.req("SP12")
@pytest.mark.parametrize("pack_id", find_packs())
def test_a_pack_of_the_tree_is_good(pack_id: str) -> None:
    assert [str(problem) for problem in check_pack(pack_id)] == []


def test_a_region_is_checked_as_a_whole() -> None:
    assert check_pack("zz/000000") == []
    assert [problem.found for problem in check_pack("zz/nowhere")] == ["there is no pack 'zz/nowhere'"]


def test_the_county_says_that_it_is_invented(packs: list[Pack]) -> None:
    for pack in packs:
        assert "虚构" in pack.title["zh"]
        assert "invented" in pack.title["en"]


def layers(packs: list[Pack]) -> Iterator[object]:
    for pack in packs:
        yield from pack.layers


class TestTheCountyUsesEveryFeature:
    """Each feature that ``model.py`` can hold occurs, so that engine and oracle are compared on it."""

    def test_conditions(self, packs: list[Pack]) -> None:
        gates = {name for pack in packs for layer in pack.layers for name in layer.when.codes}
        derived = {item.name for pack in packs for item in pack.derived}
        assert gates >= set(CONDITIONS) - {"bracket"}
        assert gates & derived
        caps = {name for pack in packs for layer in pack.layers for cap in layer.caps for name in cap.when.codes}
        assert caps
        assert any(layer.when.used_up for pack in packs for layer in pack.layers)
        assert any(layer.when.base_over for pack in packs for layer in pack.layers)

    def test_scopes(self, packs: list[Pack]) -> None:
        every = [layer for pack in packs for layer in pack.layers]
        spans = {"bill", "stay", "year"}
        assert {layer.deductible.per for layer in every if layer.deductible} == spans
        assert {layer.brackets.on for layer in every if layer.brackets} == spans
        assert {layer.brackets.start for layer in every if layer.brackets} == {"zero", "deductible"}
        assert {cap.per for layer in every for cap in layer.caps} == spans
        assert {cap.counts for layer in every for cap in layer.caps} == {"paid", "base", "deductible"}
        assert {layer.top_up.per for layer in every if layer.top_up} == {"bill", "year"}
        assert {layer.rounding.per for layer in every} == {"bill", "year"}
        assert {layer.rounding.unit for layer in every} == {1, 10, 100}
        assert {layer.rounding.direction for layer in every} == {"half_up", "half_even", "up", "down"}

    def test_forms(self, packs: list[Pack]) -> None:
        every = [layer for pack in packs for layer in pack.layers]
        assert any(layer.rate and layer.factor for layer in every)
        assert any(layer.rate and layer.points for layer in every)
        assert any(layer.fixed for layer in every)
        assert any(layer.top_up for layer in every)
        assert any(layer.given for layer in every)
        assert any(layer.notional for layer in every)
        assert any(layer.counts_outside for layer in every)
        assert any(layer.recompute_year for layer in every)
        assert {part for layer in every for part in layer.base.parts} == set(PARTS)
        assert any(len(layer.base.unpaid) < 4 for layer in every)
        assert any(layer.base.paid_down != layer.base.parts for layer in every)
        counters = [cap.counter for layer in packs[1].layers for cap in layer.caps]
        assert len(counters) > len(set(counters))

    def test_values(self, packs: list[Pack]) -> None:
        values = [
            row.value
            for pack in packs
            for layer in pack.layers
            for _, table in layer_tables(pack, layer, "en")
            for row in table.rows
        ]
        assert any(isinstance(value, NoLimit) for value in values)
        assert any(isinstance(value, Unknown) and value.treat_as_none for value in values)
        assert any(isinstance(value, Unknown) and not value.treat_as_none for value in values)
        assert any(isinstance(value, Share) and value.unit == 100 and value.direction == "down" for value in values)
        assert any(row.otherwise for pack in packs for x in pack.layers if x.rate for row in x.rate.rows)

    def test_people(self, packs: list[Pack]) -> None:
        assert {pack.identities.effective for pack in packs} == {"same_day", "next_month", "by_stay"}
        assert {pack.identities.ends for pack in packs} == {"same_day", "end_of_month"}
        backs = [back for pack in packs for back in pack.identities.look_back]
        assert {back.anchor for back in backs} == {"recognised_on", "from"}
        assert {back.year for back in backs} == {"bill", "recognition"}
        assert {back.anchor_month_counts for back in backs} == {True, False}
        assert any(pack.identities.valid_months for pack in packs)
        assert any(pack.classes.choose for pack in packs)
        assert any(pack.classes.default for pack in packs)
        assert any(not pack.classes.default for pack in packs)
        assert any(layer.classes != pack.classes for pack in packs for layer in pack.layers)
        assert any(layer.classes.order_stated for pack in packs for layer in pack.layers)
        assert any(member.scheme for pack in packs for item in pack.classes.order for member in item.members)

    def test_derived_conditions(self, packs: list[Pack]) -> None:
        used = {c.column for pack in packs for item in pack.derived for rule in item.rules for c in rule.conditions}
        columns = {"diagnosis", "provider_traits", "assistance_kind", "settle_mode", "identity", "age", "stay_ordinal"}
        assert used >= columns | {"total", *PARTS} | set(CONDITIONS) - {"class", "bracket"}
        assert used & {item.name for pack in packs for item in pack.derived} - {"person_type"}

    def test_dates(self, packs: list[Pack]) -> None:
        assert {pack.dates.counter_year_by for pack in packs} == {"settled_at", "benefit_year", "discharged_on"}
        assert {pack.dates.identity for pack in packs} == {"any_day_of_stay", "on_admission", "on_settlement"}
        assert {pack.dates.version for pack in packs} == {"discharged_on", "settled_at"}
        assert any(pack.dates.year_starts != (1, 1) for pack in packs)
        assert any(pack.dates.income_until for pack in packs)

    def test_the_rest(self, packs: list[Pack]) -> None:
        assert {award.subject for pack in packs for award in pack.awards} == {"person", "household"}
        assert any(award.layer.fixed for pack in packs for award in pack.awards)
        assert any(award.layer.rate for pack in packs for award in pack.awards)
        assert any(pack.one_stop for pack in packs)
        assert any(pack.late_until for pack in packs)
        lines = [line for pack in packs for line in pack.monitoring]
        assert {line.over for line in lines} == {"stay", "year", "twelve_months"}
        assert {line.measure for line in lines} == {"self_in_scope", "self_total"}
        assert any(line.after for line in lines)
        assert any(line.identities for line in lines)
        assert {line.included for pack in packs for line in pack.income_lines} == {True, False}
        assert {line.basis for pack in packs for line in pack.income_lines} == {"monthly", "yearly"}
        assert any(pack.extends for pack in packs)
        assert {name for pack in packs for name in pack.codes} >= {"provider_level", "setting", "identity"}
        assert {"law", "page", "example", "calc", "recall"} == {d.kind for p in packs for d in p.documents.values()}
        assert any(set(local) - set(vocabulary.codes(name)) for name, local in packs[1].codes.items())


def test_the_language_has_one_schema_and_it_is_shipped_once() -> None:
    root = default_roots()[0]
    found = [path for path in root.rglob("*.json") if re.search("schema", path.name)]
    assert sorted(found) == [root / "frame.schema.json", root / "pack.schema.json"]
