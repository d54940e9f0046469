"""Bands that are made from the amounts: round, few, and the same for the same amounts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuodi.twin.bands import MOST, band_of, upper_ends


@pytest.mark.parametrize(
    ("amounts", "ends"),
    [
        ([], ()),
        ([30_000], (50_000,)),
        ([50_000], (50_000,)),
        ([50_001], (100_000,)),
        ([1], (100,)),
        ([2_000, 90_000], (2_000, 5_000, 10_000, 20_000, 50_000, 100_000)),
        # From 1 fen to 90,000 yuan: the eight bands at the top, all that is smaller in the lowest.
        ([1, 9_000_000], (50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000)),
    ],
)  # fmt: skip
def test_the_ends_are_round_sums(amounts: list[int], ends: tuple[int, ...]) -> None:
    assert upper_ends(amounts) == ends


@given(st.lists(st.integers(1, 10**13), min_size=1, max_size=40))
def test_every_amount_is_in_its_band(amounts: list[int]) -> None:
    ends = upper_ends(amounts)
    assert len(ends) <= MOST
    for amount in amounts:
        place = band_of(amount, ends)
        assert (ends[place - 1] if place else 0) < amount <= ends[place]
    assert ends == upper_ends(sorted(amounts, reverse=True))
