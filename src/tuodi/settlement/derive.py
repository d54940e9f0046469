"""Derived attributes: an ordered decision table over a bill's columns gives a code that later tables read.

Enters: bills, their identities in force, a compiled law. Leaves: the position of the derived value in its space,
``unknown`` where a condition that decides cannot be read. Source: docs/reference/pack-language.md section 5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

from tuodi.law.compile import Compiled
from tuodi.law.model import Condition, Derived
from tuodi.law.spaces import FALSE, TRUE, UNDECIDED
from tuodi.settlement.calendar import NO_DAY

__all__ = ["derive"]

Truth = npt.NDArray[np.uint8]
AMOUNTS = ("total", "in_scope", "first_self_pay", "over_limit", "out_of_catalogue")


def derive(
    compiled: Compiled,
    derived: Derived,
    bills: pl.DataFrame,
    positions: Mapping[str, npt.NDArray[np.intp]],
    age: Callable[[], npt.NDArray[np.int64]],
    holds_identity: Callable[[tuple[str, ...]], Truth],
) -> npt.NDArray[np.intp]:
    """Positions of one derived attribute in its space, bill by bill.

    ``positions`` holds the code columns and the attributes derived before; ``age`` is asked only where a rule does.
    """
    space = compiled.spaces[derived.name]
    result = np.full(bills.height, space.codes.index("none") if "none" in space.codes else space.unknown, np.intp)
    open_rows = np.ones(bills.height, bool)
    for rule in derived.rules:
        truth = np.full(bills.height, TRUE, np.uint8)
        for condition in rule.conditions:
            held = _holds(compiled, condition, bills, positions, age, holds_identity)
            truth = np.where((truth == FALSE) | (held == FALSE), FALSE, np.maximum(truth, held)).astype(np.uint8)
        result[open_rows & (truth == TRUE)] = space.codes.index(rule.value)
        result[open_rows & (truth == UNDECIDED)] = space.unknown
        open_rows &= truth == FALSE
        if not open_rows.any():
            break
    return result


def _holds(
    compiled: Compiled,
    condition: Condition,
    bills: pl.DataFrame,
    positions: Mapping[str, npt.NDArray[np.intp]],
    age: Callable[[], npt.NDArray[np.int64]],
    holds_identity: Callable[[tuple[str, ...]], Truth],
) -> Truth:
    column = condition.column
    if column == "identity":
        local = compiled.pack.codes.get("identity", {})
        heirs = tuple(code for code, own in local.items() if own.parent in condition.codes)
        return holds_identity((*condition.codes, *heirs))
    if column == "age":
        years = age()
        return _within(years, years == NO_DAY, condition)
    if column in AMOUNTS:
        amount = bills[column].to_numpy()
        return _within(amount, np.zeros(len(amount), bool), condition)
    if column in ("diagnosis", "provider_traits", "assistance_kind"):
        test = {"diagnosis": _matches_ending, "provider_traits": _has_one, "assistance_kind": _is_one}[column]
        return _by_text(bills[column], lambda text: test(text, condition.codes))
    return compiled.spaces[column].holds(condition.codes)[positions[column]]


def _within(number: npt.NDArray[np.int64], unknown: npt.NDArray[np.bool_], condition: Condition) -> Truth:
    inside = np.ones(len(number), bool)
    if condition.at_least is not None:
        inside &= number >= condition.at_least
    if condition.at_most is not None:
        inside &= number <= condition.at_most
    return np.where(unknown, UNDECIDED, np.where(inside, TRUE, FALSE)).astype(np.uint8)


def _by_text(column: pl.Series, test: Callable[[str], bool]) -> Truth:
    """The test run once for each distinct text."""
    texts = column.unique().drop_nulls().to_list()
    truth = {text: TRUE if test(text) else FALSE for text in texts}
    mapped = column.replace_strict(truth, default=UNDECIDED, return_dtype=pl.UInt8) if truth else None
    if mapped is None:
        return np.full(len(column), UNDECIDED, np.uint8)
    return mapped.fill_null(UNDECIDED).to_numpy().astype(np.uint8)


def _matches_ending(text: str, patterns: tuple[str, ...]) -> bool:
    return any(text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern for pattern in patterns)


def _has_one(text: str, traits: tuple[str, ...]) -> bool:
    return any(trait.strip() in traits for trait in text.split(";"))


def _is_one(text: str, codes: tuple[str, ...]) -> bool:
    return text in codes
