"""Money in integers: fen for amounts, basis points for rates. No float anywhere.

Enters and leaves: ``int`` and ``str``. Imports nothing of Tuodi but its errors.
"""

from __future__ import annotations

import re
from fractions import Fraction

__all__ = ["FEN_PER_YUAN", "FULL_RATE", "MOST_DIGITS", "parse_rate", "parse_yuan", "round_fraction", "yuan"]

FEN_PER_YUAN = 100
FULL_RATE = 10_000
"""100 % in basis points."""
MOST_DIGITS = 13
"""Digits of the largest amount in fen: no bill reaches 100,000 million yuan, and times a rate it still fits 64 bits."""

_YUAN = re.compile(r"^([+-]?)(\d{1,3}(?:,\d{3})+|\d+)?(?:\.(\d{1,2})0*)?$")
_PERCENT = re.compile(r"^(-?\d+)(?:\.(\d{1,2}))?\s*[%％]$")


def parse_yuan(text: str) -> int:
    """``"1,234.5"`` → 123450 fen. At most two decimals that are not zero; no float on the way.

    Raises ``ValueError`` for anything else, with what was found.
    """
    match = _YUAN.match(text.strip())
    if match is None or (match[2] is None and match[3] is None):
        raise ValueError(f"{text!r} is not an amount in yuan with at most two decimals")
    whole = int((match[2] or "0").replace(",", ""))
    fen = whole * FEN_PER_YUAN + int((match[3] or "0").ljust(2, "0"))
    return -fen if match[1] == "-" else fen


def parse_rate(text: str) -> int:
    """``"62.5%"`` → 6250 basis points. Raises ``ValueError`` for anything finer or without a sign."""
    match = _PERCENT.match(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a percentage with at most two decimals")
    points = abs(int(match[1])) * 100 + int((match[2] or "0").ljust(2, "0"))
    return -points if text.strip().startswith("-") else points


def yuan(fen: int) -> str:
    """123450 fen → ``"1234.50"``, the form of every file that Tuodi writes."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // FEN_PER_YUAN}.{abs(fen) % FEN_PER_YUAN:02d}"


def round_fraction(value: Fraction, direction: str = "half_up") -> int:
    """Round a non-negative exact value to an integer: ``half_up``, ``half_even``, ``up`` or ``down``."""
    whole, rest = divmod(value.numerator, value.denominator)
    doubled = 2 * rest
    if direction == "up":
        return whole + (rest > 0)
    if direction == "down":
        return whole
    if doubled != value.denominator:
        return whole + (doubled > value.denominator)
    return whole + (1 if direction == "half_up" else whole % 2)
