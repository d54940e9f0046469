"""Decision tables laid out densely, and checked for gaps and double matches on the way.

Enters: a ``Table`` and the spaces of its conditions. Leaves: an array of value numbers over these spaces, with the
cells of unknown codes filled where every known code agrees. Imports ``tuodi.law`` and ``tuodi.errors``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tuodi.errors import Problem
from tuodi.law.model import NoLimit, Reference, Share, Table, Unknown, Value, When
from tuodi.law.spaces import TRUE, Space
from tuodi.money import FULL_RATE

__all__ = ["NOT_COVERED", "NO_LIMIT_FEN", "UNKNOWN", "Dense", "lay_out", "numbers"]

UNKNOWN = -1
"""A number that the law does not give."""
NOT_COVERED = -2
"""A cell outside the gate, which no bill reaches."""
NO_LIMIT_FEN = 1 << 60
"""``none`` as a limit; larger than any sum of money."""

_UNDECIDED = Unknown("a code that decides is not known")


@dataclass(frozen=True)
class Dense:
    """``cells[position along each axis]`` numbers an entry of ``values``, or is NOT_COVERED.

    ``bracket`` is the last axis where ``axes`` ends with it.
    """

    axes: tuple[str, ...]
    cells: npt.NDArray[np.int32]
    values: tuple[Value, ...]


def lay_out(table: Table, spaces: Mapping[str, Space], gate: When, brackets: int = 0) -> tuple[Dense, list[Problem]]:
    """Lay ``table`` out over the spaces that its rows name, within ``gate``.

    ``brackets`` > 0 allows rows to name a bracket. Returns the dense table and every gap and double match found.
    """
    names = dict.fromkeys(name for row in table.rows for name in row.when)
    by_bracket = "bracket" in names
    axes = tuple(name for name in names if name != "bracket")
    local = dict(spaces)
    if by_bracket:
        local["bracket"] = Space("bracket", tuple(str(n) for n in range(1, brackets + 1)))
        axes = (*axes, "bracket")
    shape = tuple(local[name].size for name in axes)
    matches = np.zeros(shape, np.int32)
    cells = np.full(shape, NOT_COVERED, np.int32)
    values: list[Value] = []

    def number(value: Value) -> int:
        if value not in values:
            values.append(value)
        return values.index(value)

    rest = None
    for row in table.rows:
        if row.otherwise:
            rest = row
            continue
        where = np.ones(shape, bool)
        for name, named in row.when.items():
            where &= _along(local[name].holds(named) == TRUE, axes.index(name), len(axes))
        matches += where
        cells[where] = number(row.value)
    inside = np.ones(shape, bool)
    for position, name in enumerate(axes):
        space = local[name]
        allowed = np.zeros(space.size, bool)
        allowed[: len(space.codes)] = True
        if name in gate.codes:
            allowed &= space.holds(gate.codes[name]) == TRUE
        allowed[[space.codes.index(parent) for parent in _bare_parents(table, space, name)]] = False
        inside &= _along(allowed, position, len(axes))
    if rest is not None:
        cells[(matches == 0) & inside] = number(rest.value)
        matches += (matches == 0) & inside
    cells[~inside] = NOT_COVERED
    problems = _problems(table, axes, local, matches, inside)
    undecided = number(_UNDECIDED)
    for position, name in enumerate(axes):
        if name != "bracket":
            _fill(cells, position, local[name], gate, _bare_parents(table, local[name], name), undecided)
    return Dense(axes, cells, tuple(values)), problems


def numbers(values: tuple[Value, ...], reference: Mapping[str, Reference], income_year: int) -> npt.NDArray[np.int64]:
    """Each value as an integer (fen or basis points) for one income year; UNKNOWN where the law gives none."""
    return np.array([_number(value, reference, income_year) for value in values], np.int64)


def _number(value: Value, reference: Mapping[str, Reference], income_year: int) -> int:
    if isinstance(value, Unknown):
        return NO_LIMIT_FEN if value.treat_as_none else UNKNOWN
    if isinstance(value, NoLimit):
        return NO_LIMIT_FEN
    if not isinstance(value, Share):
        return value
    amount = reference[value.of].values.get(income_year)
    if not isinstance(amount, int):
        return UNKNOWN
    whole, rest = divmod(value.rate * amount, FULL_RATE * value.unit)
    return (whole + _rounds_up(whole, rest, FULL_RATE * value.unit, value.direction)) * value.unit


def _rounds_up(whole: int, rest: int, divisor: int, direction: str) -> bool:
    if direction == "up":
        return rest > 0
    if direction == "down":
        return False
    if 2 * rest != divisor:
        return 2 * rest > divisor
    return direction == "half_up" or whole % 2 == 1


def _along(vector: npt.NDArray[np.bool_], position: int, dimensions: int) -> npt.NDArray[np.bool_]:
    return vector.reshape([-1 if axis == position else 1 for axis in range(dimensions)])


def _bare_parents(table: Table, space: Space, name: str) -> tuple[str, ...]:
    """Parents among whose local codes this table decides: a bill that carries only the parent is undecided."""
    named = {code for row in table.rows for code in row.when.get(name, ())}
    return tuple(parent for parent, children in space.children.items() if named & set(children))


def _fill(
    cells: npt.NDArray[np.int32], axis: int, space: Space, gate: When, bare: tuple[str, ...], undecided: int
) -> None:
    """Give the unknown position, and bare parents, the value on which all codes agree, else ``undecided``."""
    allowed = [
        position
        for position, code in enumerate(space.codes)
        if code not in bare and (space.name not in gate.codes or space.holds(gate.codes[space.name])[position] == TRUE)
    ]
    view = np.moveaxis(cells, axis, 0)
    groups = {space.unknown: allowed}
    for parent in bare:
        groups[space.codes.index(parent)] = [space.codes.index(child) for child in space.children[parent]]
    for position, members in groups.items():
        chosen = [member for member in members if member in allowed] or members
        if chosen:
            same = (view[chosen] == view[chosen[0]]).all(axis=0)
            view[position] = np.where(same, view[chosen[0]], undecided)


def _problems(
    table: Table,
    axes: tuple[str, ...],
    spaces: Mapping[str, Space],
    matches: npt.NDArray[np.int32],
    inside: npt.NDArray[np.bool_],
) -> list[Problem]:
    found: list[Problem] = []
    for what, bad in (
        ("gap: no row gives a value", inside & (matches == 0)),
        ("double match", inside & (matches > 1)),
    ):
        if not bad.any():
            continue
        first = np.argwhere(bad)[0]
        cell = ", ".join(f"{name}: {spaces[name].codes[at]}" for name, at in zip(axes, first, strict=True))
        found.append(
            Problem(
                table.origin.file,
                table.origin.line,
                table.origin.path,
                f"{what} for {cell or 'any bill'} ({int(bad.sum())} combinations in all)",
                "exactly one row must match each combination that the layer's gate admits",
            )
        )
    return found
