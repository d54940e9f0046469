"""A structure laid out for the kernel: integer tables of layers and caps, and the shape that it is compiled for.

Enters: ``tuodi.law.compile.Structure``. Leaves: arrays. Imports ``tuodi.law`` and ``tuodi.settlement.kernel``.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tuodi.errors import TableError, nearest
from tuodi.law.compile import IN_SCOPE, LayerStructure, Structure
from tuodi.settlement import kernel as k

__all__ = ["LAYER_COUNTERS", "Program", "counter_names", "counter_slot", "program"]

LAYER_COUNTERS = ("deductible", "base", "paid", "exact", "target", "had")
"""Counters of a layer by name (``assistance.deductible``), in the order of the kernel's opening balances: what was
taken as deductible, the position in the brackets, what a fixed sum or top-up paid, the exact sum of a yearly rounding
(fen × basis points), and the two sums of a yearly top-up."""


@dataclass(frozen=True)
class Program:
    """``layers`` (L, LAYER_WIDTH), ``caps`` (Q, CAP_WIDTH), ``used`` (U, 2): caps named by ``used_up``, and whether
    a cap is the last of its counter."""

    structure: Structure
    layers: npt.NDArray[np.int64]
    caps: npt.NDArray[np.int64]
    used: npt.NDArray[np.int64]
    hospital_order: npt.NDArray[np.int64]

    def shape(self, *, unknowns: bool, given: bool, trace: bool) -> k.Shape:
        """The smallest shape that this structure can run in."""
        layers = self.structure.layers
        computed = [layer for layer in layers if layer.form != "given"]
        return k.Shape(
            parts=any(layer.buckets != IN_SCOPE for layer in layers),
            stays=any(k.STAY in (layer.deductible_scope, layer.bracket_scope, layer.fixed_scope) for layer in computed)
            or any(cap.scope == k.STAY for cap in self.structure.caps),
            brackets=any(layer.brackets > 1 for layer in layers),
            rare=any(_is_rare(layer) for layer in computed) or any(cap.counts != k.PAID for cap in self.structure.caps),
            unknowns=unknowns,
            given=given,
            trace=trace,
        )


def program(structure: Structure, given: Collection[str] = ()) -> Program:
    """Lay a structure out; the layers in ``given`` are read from the record, which knows no reasons why money is
    unpaid, so their base takes all of it."""
    layers = np.zeros((len(structure.layers), k.LAYER_WIDTH), np.int64)
    caps = np.array([[cap.scope, cap.counts, cap.counter, cap.layer] for cap in structure.caps], np.int64).reshape(
        len(structure.caps), k.CAP_WIDTH
    )
    used: list[tuple[int, int]] = []
    for at, layer in enumerate(structure.layers):
        own = [number for number, cap in enumerate(structure.caps) if cap.layer == at]
        row = layers[at]
        row[k.FORM] = ("rate", "fixed", "top_up", "given").index(layer.form)
        row[k.NOTIONAL] = layer.notional
        pay_order = layer.pay_order
        if layer.id in given:
            pay_order = tuple(dict.fromkeys(one for bucket in pay_order for one in _whole_part(bucket)))
        row[k.BUCKETS] = sum(1 << bucket for bucket in pay_order)
        row[k.PARTS] = sum(1 << part for part in {max(0, bucket - 3) for bucket in layer.buckets})
        row[k.PAY_ORDER] = _packed(pay_order)
        row[k.DED_SCOPE], row[k.POS_SCOPE] = layer.deductible_scope, layer.bracket_scope
        row[k.FROM_ZERO], row[k.BRACKETS] = layer.from_zero, layer.brackets
        row[k.FIXED_SCOPE], row[k.TOP_UP_SCOPE] = layer.fixed_scope, layer.top_up_scope
        row[k.UNIT], row[k.DIRECTION], row[k.ROUND_YEAR] = layer.unit, layer.direction, layer.round_year
        row[k.COUNTS_OUTSIDE] = layer.counts_outside
        row[k.CAPS_FROM], row[k.CAPS_TO] = (own[0], own[-1] + 1) if own else (0, 0)
        row[k.USED_FROM] = len(used)
        used += [(cap, cap == named[-1]) for named in layer.used_up for cap in named]
        row[k.USED_TO] = len(used)
    hospital = structure.hospital_order
    return Program(
        structure,
        layers,
        caps,
        np.array(used, np.int64).reshape(len(used), 2),
        np.array([-1] if hospital is None else [bucket for bucket in hospital if bucket in (0, 4, 5, 6)], np.int64),
    )


def counter_names(structure: Structure) -> tuple[str, ...]:
    """Every counter that an opening balance may set, in the order of the kernel's slots."""
    own = tuple(f"{layer.id}.{name}" for layer in structure.layers for name in LAYER_COUNTERS)
    return (*own, *structure.counters)


def counter_slot(structure: Structure, name: str) -> int:
    """The slot of a counter; raises ``TableError`` with the nearest name."""
    names = counter_names(structure)
    if name not in names:
        raise TableError(f"table opening: unknown counter {name!r}{nearest(name, names)}")
    return len(names) - 1 - names[::-1].index(name)


def _whole_part(bucket: int) -> tuple[int, ...]:
    return IN_SCOPE if bucket in IN_SCOPE else (bucket,)


def _packed(order: tuple[int, ...]) -> int:
    packed = k.ORDER_END
    for bucket in reversed(order):
        packed = packed << k.BITS | bucket
    return packed


def _is_rare(layer: LayerStructure) -> bool:
    return (
        layer.form != "rate"
        or layer.notional
        or layer.round_year
        or layer.counts_outside
        or layer.has_base_over
        or bool(layer.used_up)
    )
