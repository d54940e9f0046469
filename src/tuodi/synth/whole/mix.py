"""Chance without state for many at once: every draw is a hash of the seed, of its purpose and of whom it is for.

Enters: a seed, a purpose, arrays of whole numbers (person, number of the visit …). Leaves: arrays of draws. What one
person draws depends neither on order nor on how many others there are. Imports numpy and ``tuodi.synth.draw``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

from tuodi.synth.draw import ONE

__all__ = ["Array", "Draws", "order_by"]

Array = npt.NDArray[Any]

# The constants of splitmix64.
_STEP, _FIRST, _SECOND = (np.uint64(each) for each in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
_SHIFTS = tuple(np.uint64(each) for each in (30, 27, 31))


def _mix(bits: Array) -> Array:
    """One round of splitmix64, in place."""
    bits += _STEP
    for shift, factor in zip(_SHIFTS, (_FIRST, _SECOND, None), strict=True):
        bits ^= bits >> shift
        if factor is not None:
            bits *= factor
    return bits


@cache
def _salt(seed: int, purpose: str) -> np.uint64:
    digest = blake2b(f"{seed}\x1f{purpose}".encode(), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "big"))


@dataclass(frozen=True)
class Draws:
    """Draws for one seed. The same purpose and numbers always give the same result."""

    seed: int

    def raw(self, purpose: str, *keys: Array) -> Array:
        """64 bits for each row of ``keys`` (arrays of whole numbers, all of one length)."""
        bits = np.full(len(keys[0]), _salt(self.seed, purpose), dtype=np.uint64)
        for key in keys:
            bits ^= key.astype(np.uint64)
            _mix(bits)
        return bits

    def below(self, n: int | Array, purpose: str, *keys: Array) -> Array:
        """Whole numbers from 0 to ``n`` − 1; ``n`` may differ by row."""
        width = n.astype(np.uint64) if isinstance(n, np.ndarray) else np.uint64(n)
        return (self.raw(purpose, *keys) % width).astype(np.int64)

    def between(self, low: int, high: int, purpose: str, *keys: Array) -> Array:
        """Whole numbers from ``low`` to ``high``, both included."""
        return low + self.below(high - low + 1, purpose, *keys)

    def chance(self, per_10_000: int | Array, purpose: str, *keys: Array) -> Array:
        """True in ``per_10_000`` of 10,000 cases."""
        return self.below(10_000, purpose, *keys) < per_10_000

    def pick(self, weights: Sequence[int], purpose: str, *keys: Array) -> Array:
        """Places in ``weights``, each as likely as its weight says."""
        ends = np.cumsum(np.asarray(weights, dtype=np.int64))
        return np.searchsorted(ends, self.below(int(ends[-1]), purpose, *keys), side="right")

    def spread(self, mean: Array, shape: Sequence[int], purpose: str, *keys: Array) -> Array:
        """Amounts around ``mean`` by a shape of ``tuodi.synth.draw``, straight between its points."""
        points = np.asarray(shape, dtype=np.int64)
        place = self.below((len(shape) - 1) * ONE, purpose, *keys)
        slot, part = place // ONE, place % ONE
        share = points[slot] * (ONE - part) + points[slot + 1] * part
        found: Array = mean * (share // ONE) // ONE
        return found


def order_by(draws: Draws, purpose: str, which: Array) -> Array:
    """``which`` (whole numbers) in an order that chance has laid down for each of them."""
    return which[np.lexsort((which, draws.raw(purpose, which)))]
