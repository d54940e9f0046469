"""Premium subsidies of the provinces that state classes: all of it, a share, or not known."""

from __future__ import annotations

import pytest

from golden.test_packs_read import pack_of
from tuodi.law.premium import premium_subsidy


@pytest.mark.req("SP11")
@pytest.mark.parametrize(
    ("name", "year", "identity", "own", "why"),
    [
        ("cn/350000/2023", 2023, "orphan", 0, "premium_unknown"),  # class 1: all of it, whatever it is
        ("cn/350000/2023", 2023, "five_elders", 0, "premium_unknown"),  # class 2
        ("cn/350000/2023", 2023, "unstable_exit", None, "premium_unknown"),  # class 3: 90 % of an unknown premium
        ("cn/350000/2023", 2023, "dibao_margin", None, "premium_unknown"),  # class 4: not on the page
        ("cn/350000/2023", 2024, "orphan", None, "year_not_stated"),
        ("cn/440000/2024", 2024, "unsupported_child", 0, "premium_unknown"),
        ("cn/440300/2024", 2024, "dibao", 0, "premium_unknown"),  # Shenzhen takes over the province's
        ("cn/440000/2024", 2024, "dibao_margin", None, "premium_unknown"),
        ("cn/440000/2024", 2024, "illness_poor", None, "nobody_named"),
    ],
)
def test_who_is_helped_with_the_premium(name: str, year: int, identity: str, own: int | None, why: str) -> None:
    got = premium_subsidy(pack_of(name), [identity], year)
    assert (got.amount, got.own, got.why) == (None, own, why)
