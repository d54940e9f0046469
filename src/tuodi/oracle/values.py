"""What may stand in a cell of a pack: amounts, rates, shares, ``none`` and ``unknown``; and rounding.

Enters: scalars and mappings as YAML gives them. Leaves: ``int`` fen, ``int`` basis points, ``NO_LIMIT`` or
``Unknown``. Imports only the standard library: the oracle shares no code with the engine.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

__all__ = [
    "NO_LIMIT",
    "GapError",
    "OracleError",
    "Unknown",
    "add_reference",
    "exact",
    "fen",
    "points",
    "read_rate",
    "rounded",
]

NO_LIMIT: Final = "none"
UNITS: Final = {"fen": 1, "jiao": 10, "yuan": 100}


class OracleError(ValueError):
    """A pack, a case or a call that the oracle cannot make sense of, and where."""


class GapError(OracleError):
    """A table that has no row for a bill."""


@dataclass(frozen=True)
class Unknown:
    """A value that nobody has read; ``treat_as_none`` only for a limit that says so."""

    why: str
    treat_as_none: bool = False


def exact(text: Any) -> Fraction:
    """A decimal number, thousands separated by commas or not, as an exact fraction."""
    try:
        return Fraction(str(text).strip().replace(",", ""))
    except ValueError as error:
        raise OracleError(f"{text!r} is not a number") from error


def _whole(value: Fraction, found: Any) -> int:
    if value.denominator != 1:
        raise OracleError(f"{found!r} has more than two decimals")
    return value.numerator


def fen(text: Any) -> int:
    """``3000 yuan`` → 300000; a bare ``0`` needs no unit."""
    written = str(text).strip()
    if written.endswith("yuan"):
        return _whole(exact(written.removesuffix("yuan")) * 100, text)
    if exact(written) == 0:
        return 0
    raise OracleError(f"{text!r} is not an amount: it has no unit")


def points(text: Any) -> int:
    """``62.5%`` → 6250 basis points."""
    written = str(text).strip()
    if written.endswith("%"):
        return _whole(exact(written.removesuffix("%")) * 100, text)
    if exact(written) == 0:
        return 0
    raise OracleError(f"{text!r} is not a percentage")


def rounded(value: Fraction, to: str = "fen", direction: str = "half_up") -> int:
    """``value`` fen to whole ``to``, as fen. Half-up and half-even differ only on the half itself."""
    if to not in UNITS:
        raise OracleError(f"rounding to {to!r}: expected fen, jiao or yuan")
    unit = UNITS[to]
    units = value / unit
    below = units.numerator // units.denominator
    rest = units - below
    half = Fraction(1, 2)
    if direction == "half_up":
        more = rest >= half
    elif direction == "half_even":
        more = rest > half or (rest == half and below % 2 == 1)
    elif direction == "up":
        more = rest > 0
    elif direction == "down":
        more = False
    else:
        raise OracleError(f"rounding direction {direction!r}: expected half_up, half_even, up or down")
    return (below + more) * unit


_SHARE = re.compile(r"^(.+%)\s+of\s+(\w+)$")


def add_reference(figure: Callable[[str], int | Unknown]) -> Callable[[Any], Any]:
    """A reader of amounts that may also be a share of a reference amount, which ``figure`` looks up."""

    def read(cell: Any) -> Any:
        if isinstance(cell, dict):
            if "unknown" in cell:
                return Unknown(str(cell["unknown"]), cell.get("treat_as") == "none")
            if "share" in cell:
                whole = figure(str(cell["of"]))
                how = cell.get("round") or {}
                if isinstance(whole, Unknown):
                    return whole
                share = Fraction(points(cell["share"]), 10_000) * whole
                return rounded(share, how.get("to", "fen"), how.get("direction", "half_up"))
            raise OracleError(f"{cell!r} is not an amount")
        match = _SHARE.match(str(cell).strip())
        if match:
            return read({"share": match[1], "of": match[2]})
        if str(cell).strip() == NO_LIMIT:
            return NO_LIMIT
        return fen(cell)

    return read


def read_rate(cell: Any) -> Any:
    """A rate or points: basis points, or ``Unknown``."""
    if isinstance(cell, dict):
        if "unknown" in cell:
            return Unknown(str(cell["unknown"]))
        raise OracleError(f"{cell!r} is not a rate")
    return points(cell)
