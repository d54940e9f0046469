"""One layer of a pack as a national bound looks at it: who is in which class, which cells count, what stands in them.

Enters: a pack, a layer, the codes of the ordinary case. Leaves: classes, cells, values with their rows. Imports
``tuodi.law``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from tuodi.law.cell import row_among
from tuodi.law.model import Cap, Cite, Layer, Origin, Pack, Row, Table, Unknown, Value
from tuodi.law.spaces import Space, class_space, layer_tables, layer_whens, pack_spaces
from tuodi.money import FULL_RATE

__all__ = ["Cell", "Found", "JudgedLayer", "judged_layer", "unknown"]

Cell = Mapping[str, str]
"""Column → code."""


@dataclass(frozen=True)
class Found:
    """A value where it stands; None is a value that nobody knows."""

    value: Value | None
    cites: tuple[Cite, ...]
    origin: Origin


@dataclass(frozen=True)
class JudgedLayer:
    """A layer and the codes on which it is judged; see :func:`judged_layer`."""

    pack: Pack
    layer: Layer
    judged: Mapping[str, tuple[str, ...]]
    spaces: Mapping[str, Space]
    reads_class: bool

    def classes_of(self, identity: str) -> tuple[str, ...]:
        """The class of a person with this identity alone (``""``: none); those of its local codes where only they are
        in a class; ``("",)`` for nobody's class."""
        classes = self.layer.classes
        if identity:
            named = [item.name for item in classes.order if identity in {member.identity for member in item.members}]
            if named:
                return (named[0],)
            local = {code.code for code in self.pack.codes.get("identity", {}).values() if code.parent == identity}
            under = [item.name for item in classes.order if local & {member.identity for member in item.members}]
            if under:
                return tuple(under)
        return (classes.default,)

    def admits(self, own_class: str, when: Mapping[str, tuple[str, ...]] | None = None) -> bool:
        """Whether the gate lets some bill of the ordinary case in, of this class and with these codes."""
        gate = self.layer.when.codes
        if self.reads_class and (not own_class or own_class not in gate.get("class", (own_class,))):
            return False
        return all(self._allowed(name, {**self.judged, **(when or {})}) for name in gate if name != "class")

    def cells(self, own_class: str, *tables: Table | None) -> Iterator[Cell]:
        """Every combination of codes that these tables tell apart, within the gate and the ordinary case."""
        named = dict.fromkeys(
            name for table in tables if table is not None for row in table.rows for name in row.when if name != "class"
        )
        brackets = tuple(str(n) for n in range(1, len(self.layer.brackets.upto) + 2)) if self.layer.brackets else ("1",)
        axes = [brackets if name == "bracket" else self._allowed(name, self.judged) for name in named]
        for codes in product(*axes):
            yield {"class": own_class, **dict(zip(named, codes, strict=True))}

    def value(self, table: Table, cell: Cell, above: tuple[Cite, ...] = ()) -> Found:
        """What a table says of a cell."""
        row = row_among(self.spaces, table, cell)
        if row is None:
            return Found(None, above or self.layer.cites, table.origin)
        return Found(row.value, self._cites(row, above), _place(row, table))

    def rate(self, cell: Cell) -> Found:
        """Rate times factor plus points, clamped: basis points, or None where a part of it is not known."""
        layer = self.layer
        assert layer.rate is not None
        rate = self.value(layer.rate, cell)
        points, cites = rate.value, rate.cites
        for table, is_factor in ((layer.factor, True), (layer.points, False)):
            if table is None:
                continue
            found = self.value(table, cell)
            cites = tuple(dict.fromkeys((*cites, *found.cites)))
            if not isinstance(points, int) or not isinstance(found.value, int):
                points = None
            elif is_factor:
                points = (2 * points * found.value + FULL_RATE) // (2 * FULL_RATE)
            else:
                points += found.value
        known = isinstance(points, int)
        return Found(min(max(points, 0), FULL_RATE) if isinstance(points, int) and known else None, cites, rate.origin)

    def limits(self, own_class: str, setting: str = "") -> Iterator[tuple[Cap, Found]]:
        """The caps on what is paid that reach the class (in a setting), each with its limits in the ordinary case."""
        judged = {**self.judged, "setting": (setting,)} if setting else self.judged
        view = JudgedLayer(self.pack, self.layer, judged, self.spaces, self.reads_class)
        for cap in self.layer.caps:
            if cap.counts != "paid" or own_class not in cap.when.codes.get("class", (own_class,)):
                continue
            if not all(view._allowed(name, judged, cap.when.codes[name]) for name in cap.when.codes if name != "class"):
                continue
            for cell in view.cells(own_class, cap.limit):
                yield cap, view.value(cap.limit, cell, cap.cites)

    def _allowed(
        self, name: str, judged: Mapping[str, tuple[str, ...]], only: tuple[str, ...] | None = None
    ) -> tuple[str, ...]:
        """Codes of a column that the ordinary case and the gate (and ``only``) admit; no parent of local codes."""
        space = self.spaces[name]
        codes = [code for code in space.codes if not space.children.get(code)]
        for named in (judged.get(name), self.layer.when.codes.get(name), only):
            if named is not None:
                wanted = set(space.expand(named))
                codes = [code for code in codes if code in wanted]
        return tuple(codes)

    def _cites(self, row: Row, above: tuple[Cite, ...]) -> tuple[Cite, ...]:
        return row.cites or above or self.layer.cites


def judged_layer(pack: Pack, layer: Layer, judged: Mapping[str, tuple[str, ...]]) -> JudgedLayer:
    """A layer, to be judged on the codes of ``judged``."""
    spaces = {**pack_spaces(pack), "class": class_space(layer.classes)}
    reads = any("class" in when.codes for when in layer_whens(layer))
    reads |= any("class" in row.when for table in layer_tables(layer) for row in table.rows)
    return JudgedLayer(pack, layer, judged, spaces, reads)


def _place(row: Row, table: Table) -> Origin:
    return row.origin if row.origin.line else table.origin


def unknown(found: Found) -> bool:
    """Whether nobody knows the value."""
    return found.value is None or isinstance(found.value, Unknown)
