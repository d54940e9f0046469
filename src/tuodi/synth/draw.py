"""Chance without state: every draw is a hash of the seed and of what it is for.

Enters: a seed and any number of names and numbers (person, month, purpose …). Leaves: integers and picks that
depend on nothing else, so neither order nor the number of persons changes what one person gets.
Imports nothing of Tuodi.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeVar

__all__ = ["NARROW", "WIDE", "Dice"]

T = TypeVar("T")
Key = int | str

ONE = 10_000
"""The mean of each spread below."""

# Middle values of 33 equal slices of a log-normal law with mean 1 (times ONE); sigma 0.5 and 0.8.
NARROW = (
    3004,
    3811,
    4332,
    4755,
    5128,
    5471,
    5795,
    6106,
    6409,
    6708,
    7006,
    7304,
    7605,
    7911,
    8223,
    8543,
    8874,
    9218,
    9577,
    9955,
    10355,
    10782,
    11241,
    11739,
    12287,
    12898,
    13591,
    14395,
    15357,
    16561,
    18179,
    20666,
    26212,
)
"""Spread of prices: few far from the mean."""
WIDE = (
    1307,
    1911,
    2346,
    2724,
    3074,
    3409,
    3737,
    4063,
    4391,
    4724,
    5063,
    5413,
    5774,
    6149,
    6542,
    6955,
    7391,
    7855,
    8350,
    8883,
    9461,
    10093,
    10789,
    11565,
    12440,
    13444,
    14618,
    16026,
    17774,
    20055,
    23281,
    28582,
    41811,
)
"""Spread of hospital bills: most below the mean, a few many times above it."""


@dataclass(frozen=True)
class Dice:
    """Draws for one seed. ``keys`` name the draw; the same keys always give the same result."""

    seed: int

    def raw(self, *keys: Key) -> int:
        """64 bits for one purpose."""
        text = "\x1f".join(map(str, (self.seed, *keys)))
        return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")

    def below(self, n: int, *keys: Key) -> int:
        """A whole number from 0 to ``n`` − 1."""
        return self.raw(*keys) % n

    def between(self, low: int, high: int, *keys: Key) -> int:
        """A whole number from ``low`` to ``high``, both included."""
        return low + self.raw(*keys) % (high - low + 1)

    def chance(self, per_mille: int, *keys: Key) -> bool:
        """True in ``per_mille`` of 1,000 cases."""
        return self.raw(*keys) % 1000 < per_mille

    def one(self, items: Sequence[T], *keys: Key) -> T:
        """One of the items, each as likely as the others."""
        return items[self.raw(*keys) % len(items)]

    def weighted(self, table: Sequence[tuple[T, int]], *keys: Key) -> T:
        """One of the items by weight."""
        left = self.raw(*keys) % sum(weight for _, weight in table)
        for item, weight in table:
            left -= weight
            if left < 0:
                return item
        raise AssertionError("weights are positive")

    def spread(self, mean: int, shape: Sequence[int], *keys: Key) -> int:
        """An amount around ``mean`` by one of the shapes of this module, straight between its points."""
        place = self.raw(*keys) % ((len(shape) - 1) * ONE)
        slot, part = divmod(place, ONE)
        share = shape[slot] * (ONE - part) + shape[slot + 1] * part
        return mean * share // (ONE * ONE)
