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


def test_a_local_code_under_a_named_parent_is_helped() -> None:
    pack = read_pack("zz/000000/2024")
    assert premium_subsidy(pack, ["orphan"], 2024).own == 0  # by its class
