"""What the law says on two sides of a line: the rows that differ, each with its article.

Enters: the traces of the same bills for two classes. Leaves: :class:`Difference`. What differs only because an earlier
layer paid another amount is no rule, and is left out. Imports ``tuodi.law``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tuodi.law.cell import cap_cites, cell_of, deductible_cites, layer_cites, rate_cites
from tuodi.law.model import Cite, Layer, Pack
from tuodi.money import FULL_RATE

__all__ = ["Difference", "What", "differences"]

What = Literal["gate", "deductible", "rate", "fixed", "top_up", "cap"]

Found = tuple[What, str, int | None, int | None, tuple[Cite, ...], tuple[Cite, ...]]


@dataclass(frozen=True)
class Difference:
    """One rule of a layer that gives another value to one side than to the other.

    ``gate``: 1 inside, 0 outside. ``deductible``, ``fixed``, ``top_up`` (the sum to be reached), ``cap``: fen;
    ``rate``: basis points; None: unknown, or for a cap none. ``detail``: the bracket or the cap."""

    layer: str
    what: What
    detail: str
    before: int | None
    after: int | None
    cites_before: tuple[Cite, ...]
    cites_after: tuple[Cite, ...]


def differences(
    pack: Pack, before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> tuple[Difference, ...]:
    """The rules that differ between two traces of the same bills, in the order of the layers, each once."""
    made: dict[Difference, None] = {}
    for layer in pack.layers:
        one_side = [row for row in before if row["layer"] == layer.id]
        other_side = [row for row in after if row["layer"] == layer.id]
        for one, other in zip(one_side, other_side, strict=True):
            for found in _of_layer(pack, layer, one, other):
                made[Difference(layer.id, *found)] = None
    return tuple(made)


def _of_layer(pack: Pack, layer: Layer, one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[Found]:
    first, second = cell_of(one["cell"]), cell_of(other["cell"])
    inside = [int(row["state"] != "outside") for row in (one, other)]
    if inside[0] != inside[1]:
        yield "gate", "", inside[0], inside[1], layer_cites(layer, first), layer_cites(layer, second)
        return
    if layer.given is not None or not (one["base"] and other["base"]):
        return  # nothing was left on one side: no rule of this layer made the difference
    if layer.deductible is not None and one["deductible"] != other["deductible"]:
        cites = [deductible_cites(pack, layer, cell) for cell in (first, second)]
        yield "deductible", "", _known(one["deductible"]), _known(other["deductible"]), cites[0], cites[1]
    if layer.fixed is not None or layer.top_up is not None:
        yield from _sums(pack, layer, one, other, first, second)
    else:
        yield from _rates(pack, layer, one, other, first, second)
    yield from _caps(pack, layer, one, other, first, second)


def _sums(
    pack: Pack, layer: Layer, one: Mapping[str, Any], other: Mapping[str, Any],
    first: Mapping[str, str], second: Mapping[str, str],
) -> Iterator[Found]:  # fmt: skip
    if one["goal"] != other["goal"] and layer.fixed is not None:
        cites = [rate_cites(pack, layer, cell, 1) for cell in (first, second)]
        yield "fixed", "", _known(one["goal"]), _known(other["goal"]), cites[0], cites[1]
    elif one["goal"] != other["goal"]:
        goals = [_known(row["goal"] // FULL_RATE) for row in (one, other)]
        cites = [rate_cites(pack, layer, cell, 1) for cell in (first, second)]
        yield "top_up", "", goals[0], goals[1], cites[0], cites[1]


def _rates(
    pack: Pack, layer: Layer, one: Mapping[str, Any], other: Mapping[str, Any],
    first: Mapping[str, str], second: Mapping[str, str],
) -> Iterator[Found]:  # fmt: skip
    several = len(one["rates"]) > 1
    reached = [bool(a or b) for a, b in zip(one["amounts"], other["amounts"], strict=True)]
    for number, (rate, against) in enumerate(zip(one["rates"], other["rates"], strict=True), 1):
        if rate == against or (several and not reached[number - 1]):
            continue
        cites = [rate_cites(pack, layer, cell, number) for cell in (first, second)]
        yield "rate", str(number) if several else "", rate, against, cites[0], cites[1]


def _caps(
    pack: Pack, layer: Layer, one: Mapping[str, Any], other: Mapping[str, Any],
    first: Mapping[str, str], second: Mapping[str, str],
) -> Iterator[Found]:  # fmt: skip
    limits = [dict(zip(row["caps"], row["limits"], strict=True)) for row in (one, other)]
    for cap in layer.caps:
        low, high = (side.get(cap.id) for side in limits)
        if low != high:
            yield "cap", cap.id, low, high, cap_cites(pack, layer, cap, first), cap_cites(pack, layer, cap, second)


def _known(amount: int) -> int | None:
    return amount if amount >= 0 else None
