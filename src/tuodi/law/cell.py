"""Which row of which table decided: the citations of one cell.

Enters: a layer and the codes of a bill's cell (``name → code``). Leaves: the rows that match, and their citations.
Imports ``tuodi.law``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tuodi.law.model import Cap, Cite, Layer, Pack, Row, Table
from tuodi.law.spaces import Space, class_space, pack_spaces

__all__ = ["cap_cites", "cell_of", "deductible_cites", "layer_cites", "rate_cites", "row_among", "row_of"]


def cell_of(text: str) -> dict[str, str]:
    """``"class=dibao;setting=inpatient"`` (the trace's ``cell``) as a mapping."""
    return dict(part.split("=", 1) for part in text.split(";") if part)


def row_of(pack: Pack, layer: Layer, table: Table, cell: Mapping[str, str]) -> Row | None:
    """The row of ``table`` that holds for the codes of ``cell``; None where a code that decides is not known."""
    return row_among({**pack_spaces(pack), "class": class_space(layer.classes)}, table, cell)


def row_among(spaces: Mapping[str, Space], table: Table, cell: Mapping[str, str]) -> Row | None:
    """:func:`row_of` for many cells: the spaces of the pack and of the layer's classes are made once."""
    rest = None
    for row in table.rows:
        if row.otherwise:
            rest = row
        elif all(
            cell.get(name) in (spaces[name].expand(named) if name in spaces else named)
            for name, named in row.when.items()
        ):
            return row
    return rest


def layer_cites(layer: Layer, cell: Mapping[str, str]) -> tuple[Cite, ...]:
    """Why the bill is in this layer: the class, the gate, the layer itself."""
    own = next((item.cites for item in layer.classes.order if item.name == cell.get("class")), ())
    given = layer.given.cites if layer.given is not None else ()
    return _once((*given, *layer.cites, *layer.when.cites, *own))


def deductible_cites(pack: Pack, layer: Layer, cell: Mapping[str, str]) -> tuple[Cite, ...]:
    """The deductible's row."""
    if layer.deductible is None:
        return ()
    row = row_of(pack, layer, layer.deductible.amount, cell)
    return _once(row.cites if row and row.cites else layer.deductible.cites or layer.cites)


def rate_cites(pack: Pack, layer: Layer, cell: Mapping[str, str], bracket: int) -> tuple[Cite, ...]:
    """The rows of rate, factor and points (or of the fixed sum or the target) for one bracket, counted from 1."""
    tables = (layer.rate, layer.factor, layer.points, layer.fixed, layer.top_up.to if layer.top_up else None)
    rows = [row_of(pack, layer, table, {**cell, "bracket": str(bracket)}) for table in tables if table is not None]
    cites = [cite for row in rows if row is not None for cite in row.cites]
    if layer.brackets is not None:
        cites += layer.brackets.cites
    return _once(cites or layer.cites)


def cap_cites(pack: Pack, layer: Layer, cap: Cap, cell: Mapping[str, str]) -> tuple[Cite, ...]:
    """A cap's row."""
    row = row_of(pack, layer, cap.limit, cell)
    return _once(row.cites if row and row.cites else cap.cites or layer.cites)


def _once(cites: Iterable[Cite]) -> tuple[Cite, ...]:
    return tuple(dict.fromkeys(cites))
