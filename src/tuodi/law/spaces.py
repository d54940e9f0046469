"""Code spaces: the axes along which the tables of a pack are laid out.

A space lists every code that a condition may name (core, local, derived, classes, ordinals). Two more positions
follow: ``unknown`` (the cell is empty in the file) and, for classes, ``none`` (the person is in no class).
Imports ``tuodi.law.model`` and ``tuodi.vocabulary``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tuodi import vocabulary
from tuodi.law.model import Classes, Layer, Pack, Table, When

__all__ = ["CODE_COLUMNS", "FALSE", "TRUE", "UNDECIDED", "Space", "class_space", "pack_spaces"]

FALSE, TRUE, UNDECIDED = 0, 1, 2

CODE_COLUMNS = ("provider_level", "setting", "purpose", "place", "authorisation", "scheme", "person_type")
"""Code columns of a claim that tables and gates may read."""


@dataclass(frozen=True)
class Space:
    """One axis: ``codes`` in order, ``children`` of a parent code, and the position of an unknown cell."""

    name: str
    codes: tuple[str, ...]
    children: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def unknown(self) -> int:
        """Position of an empty cell."""
        return len(self.codes)

    @property
    def none(self) -> int:
        """Position of a person in no class."""
        return len(self.codes) + 1

    @property
    def size(self) -> int:
        """Number of positions, ``unknown`` and ``none`` included."""
        return len(self.codes) + 2

    def holds(self, named: Iterable[str]) -> npt.NDArray[np.uint8]:
        """For each position whether a condition that names these codes holds: FALSE, TRUE or UNDECIDED."""
        truth = np.full(self.size, FALSE, np.uint8)
        truth[self.unknown] = UNDECIDED
        wanted = set(self.expand(named))
        for position, code in enumerate(self.codes):
            if code in wanted:
                truth[position] = TRUE
            elif any(child in wanted for child in self.children.get(code, ())):
                truth[position] = UNDECIDED
        return truth

    def expand(self, named: Iterable[str]) -> tuple[str, ...]:
        """The codes that a condition names: a parent stands for its local codes too, ``2+`` for all from 2 on."""
        found: list[str] = []
        for code in named:
            if self.name == "stay_ordinal" and code.endswith("+"):
                found += [other for other in self.codes if int(other) >= int(code[:-1])]
            else:
                found += [code, *self.children.get(code, ())]
        return tuple(found)


def class_space(classes: Classes) -> Space:
    """The space of one class system."""
    return Space("class", classes.names)


def pack_spaces(pack: Pack) -> dict[str, Space]:
    """Every space of a pack but the class spaces, which belong to layers."""
    spaces: dict[str, Space] = {}
    for code_set in CODE_COLUMNS:
        local = pack.codes.get(code_set, {})
        children: dict[str, tuple[str, ...]] = {}
        for code in local.values():
            children[code.parent] = (*children.get(code.parent, ()), code.code)
        spaces[code_set] = Space(code_set, (*vocabulary.codes(code_set), *local), children)
    spaces["settle_mode"] = Space("settle_mode", vocabulary.codes("settle_mode"))
    for derived in pack.derived:
        # Where a rule takes all the rest, the attribute is never `none`.
        ends = any(not rule.conditions for rule in derived.rules)
        values = dict.fromkeys([*derived.values, *(rule.value for rule in derived.rules), *([] if ends else ["none"])])
        if derived.name in CODE_COLUMNS:
            continue
        spaces[derived.name] = Space(derived.name, tuple(values))
    spaces["stay_ordinal"] = Space("stay_ordinal", tuple(str(n) for n in range(1, _ordinals(pack) + 1)))
    return spaces


def _ordinals(pack: Pack) -> int:
    """How many ordinals must be told apart: ``2`` needs a third for "later", ``2+`` does not."""
    most = 1
    for named in _named_ordinals(pack):
        most = max(most, int(named[:-1]) if named.endswith("+") else int(named) + 1)
    return most


def _named_ordinals(pack: Pack) -> Iterable[str]:
    for layer in (*pack.layers, *(award.layer for award in pack.awards)):
        for when in layer_whens(layer):
            yield from when.codes.get("stay_ordinal", ())
        for table in layer_tables(layer):
            for row in table.rows:
                yield from row.when.get("stay_ordinal", ())
    for derived in pack.derived:
        for rule in derived.rules:
            for condition in rule.conditions:
                if condition.column == "stay_ordinal":
                    yield from condition.codes


def layer_tables(layer: Layer) -> tuple[Table, ...]:
    """Every table of a layer."""
    tables = [layer.rate, layer.factor, layer.points, layer.fixed, layer.when.base_over]
    tables += [
        layer.deductible.amount if layer.deductible else None,
        layer.top_up.to if layer.top_up else None,
    ]
    tables += [cap.limit for cap in layer.caps]
    return tuple(table for table in tables if table is not None)


def layer_whens(layer: Layer) -> tuple[When, ...]:
    """The gate of a layer and the reach of its caps."""
    return (layer.when, *(cap.when for cap in layer.caps))
