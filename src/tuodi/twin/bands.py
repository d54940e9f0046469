"""Bands of amounts, taken from the amounts themselves.

Enters: amounts in fen, none zero or negative. Leaves: upper ends of bands. The ends are round sums of yuan, 1, 2 or 5
times a power of ten, so that a band can be said aloud: from the one that holds the largest amount downwards, as many as
are needed to tell the smallest apart, eight at most; the lowest band begins above 0. The same amounts always give the
same bands. Imports ``tuodi.money``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import count

from tuodi.money import FEN_PER_YUAN

__all__ = ["MOST", "band_of", "round_sums", "upper_ends"]

MOST = 8
"""More bands than this nobody reads."""


def upper_ends(amounts: Iterable[int]) -> tuple[int, ...]:
    """Upper ends, in fen and inclusive, of the bands that hold all ``amounts``; the first begins above 0."""
    found = list(amounts)
    if not found:
        return ()
    made = []
    for end in round_sums():
        if end >= min(found):
            made.append(end)
        if end >= max(found):
            break
    return tuple(made[-MOST:])


def band_of(amount: int, ends: Sequence[int]) -> int:
    """The place of the band that holds ``amount``."""
    return bisect_left(ends, amount)


def round_sums() -> Iterator[int]:
    """1, 2, 5, 10, 20, 50 … yuan, in fen, without end."""
    for power in count():
        yield from (multiple * 10**power * FEN_PER_YUAN for multiple in (1, 2, 5))
