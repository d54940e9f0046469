"""Premium subsidy: who gets what, by hand."""

from __future__ import annotations

import pytest

from tuodi.law import read_pack
from tuodi.law.model import Pack
from tuodi.law.premium import Subsidy, premium_subsidy


@pytest.fixture(scope="module")
def county() -> Pack:
    return read_pack("zz/000000/2024")


@pytest.mark.req("SP11")
@pytest.mark.parametrize(
    ("identities", "amount", "own", "least", "why"),
    [
        (["tekun"], 39_000, 0, 39_000, ""),  # full
        (["dibao"], 35_100, 3_900, 35_100, ""),  # 390.00 × 90 % = 351.00
        (["hardship_child"], 35_100, 3_900, 35_100, ""),
        (["dibao_margin"], 20_000, 19_000, 20_000, ""),
        (["dibao_margin", "dibao"], 35_100, 3_900, 35_100, ""),  # the better of the two
        (["margin_prone"], None, None, 23_400, "only_a_floor"),  # 390.00 × 60 % = 234.00 at least
        (["illness_poor"], None, None, 0, "amount_unknown"),
        (["illness_poor", "tekun"], 39_000, 0, 39_000, ""),  # nothing is better than all of it
        (["illness_poor", "dibao"], None, None, 35_100, "amount_unknown"),
        (["severe_disability"], 0, 39_000, 0, ""),  # everyone else
        ([], 0, 39_000, 0, ""),
    ],
)
def test_a_person(
    county: Pack, identities: list[str], amount: int | None, own: int | None, least: int, why: str
) -> None:
    got = premium_subsidy(county, identities, 2024)
    assert (got.amount, got.own, got.at_least, got.premium, got.why) == (amount, own, least, 39_000, why)
    assert [cite.article for cite in got.cites] == ["第二十一条"]


@pytest.mark.req("SP11")
def test_what_is_not_known_is_not_guessed(county: Pack) -> None:
    assert premium_subsidy(county, ["tekun"], 2023) == Subsidy(None, None, 0, None, "year_not_stated", ())
    old = premium_subsidy(county, ["tekun"], 2025, "elderly")
    assert (old.amount, old.premium, old.why) == (None, 40_000, "nobody_named")
    assert premium_subsidy(county, [], 2025, "adult").premium is None
    assert premium_subsidy(county, [], 2025).premium is None


@pytest.mark.req("SP11")
@pytest.mark.parametrize(
    ("pack_id", "identities", "year", "amount", "own"),
    [
        ("cn/500000/2023", ["dibao_margin"], 2025, 28_000, 12_000),  # 280 of 400
        ("cn/500000/2023", ["tekun"], 2025, None, None),
        ("cn/500112/2023", ["illness_poor"], 2025, 28_000, 12_000),  # a district has what its city says
        ("cn/360000/2021", ["dibao"], 2021, 32_000, None),  # the premium was not read
        ("cn/130000/2025", ["orphan"], 2025, 40_000, 0),
        ("cn/130000/2025", ["dibao"], 2025, None, None),
        ("cn/350000/2023", ["tekun"], 2023, None, 0),  # in full, of a premium that nobody knows
        ("cn/530523/2022", ["out_of_poverty"], 2024, 4_500, None),
        ("cn/530523/2022", ["out_of_poverty"], 2025, 0, None),
        ("cn/110000/2023", ["tekun"], 2026, None, None),
    ],
)
def test_published_packs(pack_id: str, identities: list[str], year: int, amount: int | None, own: int | None) -> None:
    got = premium_subsidy(read_pack(pack_id), identities, year)
    assert (got.amount, got.own) == (amount, own)
    assert bool(got.why) is (amount is None)
    assert got.cites


@pytest.mark.req("SP11")
def test_the_floor_and_the_premiums() -> None:
    assert premium_subsidy(read_pack("cn/130000/2025"), ["dibao"], 2025).at_least == 24_000  # 60 % of 400
    beijing = read_pack("cn/110000/2023")
    kinds = ("elderly", "child", "student", "adult")
    found = {kind: premium_subsidy(beijing, [], 2026, kind).premium for kind in kinds}
    assert found == {"elderly": 46_000, "child": 43_500, "student": 43_500, "adult": 79_500}


def test_a_class_names_whom_its_members_name(county: Pack) -> None:
    assert premium_subsidy(county, ["orphan"], 2024).own == 0
