"""The proof that 就高不就低 may read the classes in the order in which the pack writes them.

For each layer and each cell an earlier class must have a deductible no higher, and rates, limits and fixed sums
no lower, than a later one, and be inside the gate wherever the later one is. Source: SPEC-settlement section 3.
Imports ``tuodi.law``.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tuodi.errors import Problem
from tuodi.law.dense import NOT_COVERED, Dense, numbers
from tuodi.law.model import Layer, Pack, Share
from tuodi.law.spaces import TRUE, Space, class_space
from tuodi.money import FULL_RATE

if TYPE_CHECKING:
    from tuodi.law.compile import LayerTables

__all__ = ["dominance_problems"]


def dominance_problems(pack: Pack, layer: Layer, tables: LayerTables, spaces: Mapping[str, Space]) -> list[Problem]:
    """One problem for the first pair of neighbouring classes for which the order cannot be proved."""
    if layer.classes.order_stated or not tables.reads_class or layer.given is not None:
        return []
    space = class_space(layer.classes)
    for better, worse in pairwise(layer.classes.names):
        what = _undominated(pack, layer, tables, spaces, space.codes.index(better), space.codes.index(worse))
        if what:
            return [
                Problem(
                    layer.origin.file,
                    layer.origin.line,
                    layer.origin.path,
                    f"class {better!r} stands before {worse!r}, but its {what} is not proved to be as good everywhere",
                    "order the classes from best to worst, or state the order: class_order: {stated: true, cite: …}",
                )
            ]
    return []


def _undominated(
    pack: Pack, layer: Layer, tables: LayerTables, spaces: Mapping[str, Space], better: int, worse: int
) -> str:
    if "class" in layer.when.codes:
        holds = class_space(layer.classes).holds(layer.when.codes["class"])
        if holds[worse] == TRUE and holds[better] != TRUE:
            return "place inside the gate"
        if holds[worse] != TRUE:
            return ""
    least = [("deductible", tables.deductible), ("threshold", tables.base_over)]
    most = [("rate", tables.rate), ("rate factor", tables.factor), ("rate points", tables.points)]
    most += [("fixed sum", tables.fixed), ("target", tables.top_up)]
    for cap, limit in zip(layer.caps, tables.limits, strict=True):
        # A cap on the deductible is the person's, not the fund's: the lower it is, the more is paid.
        (least if cap.counts == "deductible" else most).append((f"limit {cap.id}", limit))
    if _effective_rates_dominate(pack, tables, spaces, better, worse):
        most = [item for item in most if not item[0].startswith("rate")]
    for name, dense in least:
        if dense is not None and not _ordered(pack, dense, spaces, worse, better):
            return name
    for name, dense in most:
        if dense is not None and not _ordered(pack, dense, spaces, better, worse):
            return name
    for cap in layer.caps:
        if "class" in cap.when.codes:
            holds = class_space(layer.classes).holds(cap.when.codes["class"])
            reached, freed = (worse, better) if cap.counts == "deductible" else (better, worse)
            if holds[reached] == TRUE and holds[freed] != TRUE:
                return f"limit {cap.id}"
    return ""


def _ordered(pack: Pack, dense: Dense, spaces: Mapping[str, Space], high: int, low: int) -> bool:
    """Whether every cell of class ``high`` is at least the cell of class ``low``, for every income year.

    Cells of a code that a file leaves empty are left out: whatever the code truly is, its own cell is compared.
    """
    if "class" not in dense.axes:
        return True
    axis = dense.axes.index("class")
    named = tuple(
        slice(len(spaces[name].codes)) if name in spaces else slice(None) for name in dense.axes if name != "class"
    )
    above, below = np.take(dense.cells, high, axis)[named], np.take(dense.cells, low, axis)[named]
    covered = (above != NOT_COVERED) & (below != NOT_COVERED)
    same = above == below
    for year in _years(pack, dense):
        amounts = numbers(dense.values, pack.reference, year)
        known = (amounts >= 0) | np.array([isinstance(value, int) for value in dense.values])
        fine = known[np.maximum(above, 0)] & known[np.maximum(below, 0)]
        fine &= amounts[np.maximum(above, 0)] >= amounts[np.maximum(below, 0)]
        if not (fine | same | ~covered).all():
            return False
    return True


def _years(pack: Pack, dense: Dense) -> list[int]:
    shares = [value for value in dense.values if isinstance(value, Share)]
    years = {year for share in shares for year in pack.reference[share.of].values}
    return sorted(years) or [0]


def _effective_rates_dominate(
    pack: Pack, tables: LayerTables, spaces: Mapping[str, Space], better: int, worse: int
) -> bool:
    """Rate × factor + points compared as a whole, where the three may each favour a different class."""
    parts = [dense for dense in (tables.rate, tables.factor, tables.points) if dense is not None]
    if len(parts) < 2 or any(isinstance(value, Share) for dense in parts for value in dense.values):
        return False
    axes = tuple(dict.fromkeys(name for dense in parts for name in dense.axes if name != "class"))

    def spread(dense: Dense, at: int) -> npt.NDArray[np.int64]:
        cells = np.take(dense.cells, at, dense.axes.index("class")) if "class" in dense.axes else dense.cells
        own = [name for name in dense.axes if name != "class"]
        amounts = numbers(dense.values, pack.reference, 0)
        values = np.where(cells == NOT_COVERED, NOT_COVERED, amounts[np.maximum(cells, 0)])
        order = sorted(own, key=axes.index)
        values = np.transpose(values, [own.index(name) for name in order])
        shape = [values.shape[order.index(name)] if name in order else 1 for name in axes]
        return np.asarray(values.reshape(shape), np.int64)

    def effective(at: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        rate = spread(tables.rate, at) if tables.rate is not None else np.zeros((1,) * len(axes), np.int64)
        known = rate >= 0
        if tables.factor is not None:
            factor = spread(tables.factor, at)
            known = known & (factor >= 0)
            rate = (2 * rate * factor + FULL_RATE) // (2 * FULL_RATE)
        if tables.points is not None:
            points = spread(tables.points, at)
            known = known & (points != NOT_COVERED)
            rate = rate + points
        return np.clip(rate, 0, FULL_RATE), known

    high, high_known = effective(better)
    low, low_known = effective(worse)
    covered = high_known & low_known
    return bool(covered.any() and (high >= low)[covered].all())
