"""The yearly rule in plain NumPy, in floats as the others compute, and in whole fen and basis points."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from common import given, leave

RULE, FEN = given()
BEYOND = 10**14
YUAN = FEN / 100


def floats() -> Callable[[], np.ndarray]:
    def run() -> np.ndarray:
        over = np.maximum(YUAN - RULE.deductible / 100, 0)
        paid = np.zeros_like(over)
        for begin, end, rate in pieces():
            paid += np.clip(over - begin / 100, 0, (end - begin) / 100) * (rate / 10_000)
        return np.minimum(paid, RULE.cap / 100)

    return run


def integers() -> Callable[[], np.ndarray]:
    def run() -> np.ndarray:
        over = np.maximum(FEN - RULE.deductible, 0)
        exact = np.zeros_like(over)
        for begin, end, rate in pieces():
            exact += np.clip(over - begin, 0, end - begin) * rate
        return np.minimum((exact + 5_000) // 10_000, RULE.cap)

    return run


def pieces() -> list[tuple[int, int, int]]:
    """Begin, end and rate of each bracket; the last ends beyond any amount."""
    edges = [0, *RULE.upto, BEYOND]
    return list(zip(edges[:-1], edges[1:], RULE.rates, strict=True))


if __name__ == "__main__":
    leave("NumPy", compiled=floats, compiled_integers=integers)
