"""Other readings of a rule: the pack with one thing otherwise, to see whether a recorded payment comes out to the fen.

A person who tries a pack wants to know which sentence to read again. So each reading says which of the fourteen
questions it belongs to. Enters: a law, and the steps of bills that differ. Leaves: :class:`Reading` objects in a fixed
order, the figures that a reading needs worked out from the record. What settlement makes of them is for
:mod:`tuodi.authoring.trial`. Imports ``tuodi.law``, ``tuodi.audit`` and ``tuodi.settlement``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from tuodi.audit import altered
from tuodi.errors import PackError
from tuodi.law.cell import cell_of, row_of
from tuodi.law.compile import compile_pack
from tuodi.law.model import Cap, Deductible, Layer, Pack, Row, Table, Value
from tuodi.money import FULL_RATE, round_fraction
from tuodi.settlement import Law

__all__ = ["QUESTIONS", "Reading", "Step", "readings_of"]

QUESTIONS: Mapping[str, int] = {
    "rate_of": 5, "deductible_of": 6, "caps_of": 3, "rate": 5, "deductible": 6, "cap": 3, "no_deductible": 6,
    "no_caps": 3, "wide_caps": 3, "as_class": 0, "nobody": 11, "with_first_self_pay": 1, "without_first_self_pay": 1,
    "per": 6, "brackets_from": 5, "rounding": 9, "no_referral": 8, "any_setting": 0, "effective": 11,
    "no_look_back": 10,
}  # fmt: skip
"""Family → the question of the fourteen that it belongs to; 0: classes, members, kinds of care. The order is that in
which a person reads them."""

HUNDRED_YUAN, THOUSAND_YUAN = 10_000, 100_000
"""A document's amounts are round: a deductible, a cap worked out from a record is a multiple of this, in fen."""
HALF_POINT = 50
"""So are its rates: half a per cent, in basis points."""
PERS = ("bill", "stay", "year")
EFFECTS = ("same_day", "next_month", "by_stay")
ROUNDINGS = ((100, "half_up"), (100, "down"), (10, "half_up"), (10, "down"), (1, "down"), (1, "up"))
"""Units in fen and directions that are tried."""

Step = Mapping[str, Any]
"""A row of a trace, with what was ``recorded`` on the bill."""


@dataclass(frozen=True)
class Reading:
    """One thing otherwise. ``family`` is a key of :data:`QUESTIONS`; ``words`` fill its sentence; ``law`` is the law
    read so, None where only the identity is another (``identity``: a code, or "" for nobody)."""

    family: str
    layer: str
    words: tuple[tuple[str, Any], ...] = ()
    law: Law | None = None
    identity: str | None = None


def readings_of(law: Law, pack: Pack, layer_id: str, steps: Sequence[Step]) -> Iterator[Reading]:
    """Every reading that could explain what was recorded in this layer. ``steps``: the rows of the layer of one
    person's bills of a year, settled by ``pack``, a version of ``law``, each with what was recorded."""
    layer = pack.layer(layer_id)
    maker = _Maker(law, pack, layer)
    wrong = [step for step in steps if step["recorded"] != step["paid"]]
    yield from _as_another_class(maker, layer, wrong)
    yield from _figures(maker, pack, layer, wrong)
    yield from _limits(maker, pack, layer, steps)
    yield from _left_out(maker, pack, layer)
    yield from _people(layer, wrong)
    yield from _forms(maker, pack, layer)


class _Maker:
    """Makes the law with one layer, or one thing about the pack, otherwise; nothing where that is no law."""

    def __init__(self, law: Law, pack: Pack, layer: Layer) -> None:
        self._law, self._pack, self._layer = law, pack, layer

    def layer(self, family: str, words: Mapping[str, Any], **fields: Any) -> Iterator[Reading]:
        """The reading in which fields of the layer are otherwise."""
        other = replace(self._layer, **fields)
        layers = tuple(other if one is self._layer else one for one in self._pack.layers)
        yield from self.pack(family, words, replace(self._pack, layers=layers))

    def pack(self, family: str, words: Mapping[str, Any], other: Pack) -> Iterator[Reading]:
        """The reading in which the pack is another."""
        if other == self._pack:
            return
        try:
            changed = compile_pack(_in_any_order(other))
        except PackError:
            return
        versions = tuple(changed if one.pack is self._pack else one for one in self._law.versions)
        yield Reading(family, self._layer.id, tuple(words.items()), Law(versions, self._law.forced))


def _in_any_order(pack: Pack) -> Pack:
    """The pack with its order of classes taken as it stands: another reading need not keep it provable."""
    stated = replace(pack.classes, order_stated=True)
    layers = tuple(replace(one, classes=replace(one.classes, order_stated=True)) for one in pack.layers)
    return replace(pack, classes=stated, layers=layers)


def _people(layer: Layer, steps: Sequence[Step]) -> Iterator[Reading]:
    """The person in another class, or in none."""
    own = {step["class"] for step in steps}
    for one in layer.classes.order:
        if one.name not in own and one.members:
            yield Reading("as_class", layer.id, (("other", one.name),), identity=one.members[0].identity)
    if own - {"", layer.classes.default}:
        yield Reading("nobody", layer.id, identity="")


def _as_another_class(maker: _Maker, layer: Layer, steps: Sequence[Step]) -> Iterator[Reading]:
    """One table of the person's class read as another class's."""
    own = steps[0]["class"]
    for other in layer.classes.names if own else ():
        words = {"other": other}
        if layer.rate is not None:
            yield from maker.layer("rate_of", words, rate=_read_as(layer.rate, own, other))
        if layer.deductible is not None:
            amount = _read_as(layer.deductible.amount, own, other)
            yield from maker.layer("deductible_of", words, deductible=replace(layer.deductible, amount=amount))
        if layer.caps:
            caps = tuple(replace(cap, limit=_read_as(cap.limit, own, other)) for cap in layer.caps)
            yield from maker.layer("caps_of", words, caps=caps)


def _read_as(table: Table, own: str, other: str) -> Table:
    """The table in which the class ``own`` stands wherever ``other`` does."""
    rows = []
    for row in table.rows:
        named = row.when.get("class")
        if named is None or (own in named) == (other in named):
            rows.append(row)
            continue
        kept = (*(name for name in named if name != own), *((own,) if other in named else ()))
        if kept:
            rows.append(replace(row, when={**row.when, "class": kept}))
    return table if tuple(rows) == table.rows else replace(table, rows=tuple(rows))


def _figures(maker: _Maker, pack: Pack, layer: Layer, steps: Sequence[Step]) -> Iterator[Reading]:
    """A figure worked out from the record: the rate, the deductible, the cap with which it would come out."""
    seen: set[tuple[str, int, int]] = set()
    for step in steps:
        cell = cell_of(step["cell"])
        for bracket, rate in _rates(step):
            row = None if layer.rate is None else row_of(pack, layer, layer.rate, {**cell, "bracket": str(bracket)})
            if row is not None and layer.rate is not None and ("rate", bracket, rate) not in seen:
                seen.add(("rate", bracket, rate))
                yield from maker.layer("rate", {"rate": rate}, rate=_with_value(layer.rate, row, rate))
        for amount in _deductibles(step):
            if ("deductible", 0, amount) not in seen:
                seen.add(("deductible", 0, amount))
                changed = _with_deductible(pack, layer, cell, amount)
                yield from maker.layer("deductible", {"amount": amount}, deductible=changed)


def _rates(step: Step) -> Iterator[tuple[int, int]]:
    """Bracket and round rate with which the bill would pay what was recorded."""
    amounts: Sequence[int] = step["amounts"] or []
    rates: Sequence[int | None] = step["rates"] or []
    parts = list(zip(amounts, rates, strict=True))
    for place, (amount, rate) in enumerate(parts):
        if not amount or rate is None:
            continue
        others = sum(a * r for at, (a, r) in enumerate(parts) if at != place and a and r)
        wanted = Fraction(step["recorded"] * FULL_RATE - others, amount)
        found = round_fraction(max(Fraction(0), wanted) / HALF_POINT) * HALF_POINT
        if 0 < found <= FULL_RATE and found != rate:
            yield place + 1, found


def _deductibles(step: Step) -> Iterator[int]:
    """The round deductible with which the bill would pay what was recorded, where one rate holds for all of it."""
    rates: Sequence[int | None] = step["rates"] or []
    if len(rates) != 1 or not rates[0] or not step["recorded"]:
        return
    taken = max(Fraction(0), step["base"] - Fraction(step["recorded"] * FULL_RATE, rates[0]))
    amount = round_fraction((step["deductible_used"] + taken) / HUNDRED_YUAN) * HUNDRED_YUAN
    if amount > 0 and amount != step["deductible"]:
        yield amount


def _limits(maker: _Maker, pack: Pack, layer: Layer, steps: Sequence[Step]) -> Iterator[Reading]:
    """The round limit at which the record seems to have stopped: what was recorded under a cap in the year."""
    caps: list[Cap | None] = [cap for cap in layer.caps if cap.per == "year" and cap.counts == "paid"]
    for cap in caps or [None]:
        reached = [step for step in steps if cap is None or cap.id in (step["caps"] or ())]
        total = sum(step["recorded"] or 0 for step in reached)
        if total > 0 and total % THOUSAND_YUAN == 0:
            changed = _with_limit(pack, layer, cap, cell_of(reached[-1]["cell"]), total)
            yield from maker.layer("cap", {"amount": total, "cap": cap.id if cap else ""}, caps=changed)


def _with_value(table: Table, row: Row, value: Value) -> Table:
    return replace(table, rows=tuple(replace(one, value=value) if one is row else one for one in table.rows))


def _with_deductible(pack: Pack, layer: Layer, cell: Mapping[str, str], amount: int) -> Deductible:
    if layer.deductible is None:
        return Deductible("year", Table((Row({}, amount),)), layer.cites, layer.origin)
    row = row_of(pack, layer, layer.deductible.amount, cell)
    table = layer.deductible.amount if row is None else _with_value(layer.deductible.amount, row, amount)
    return replace(layer.deductible, amount=table)


def _with_limit(pack: Pack, layer: Layer, cap: Cap | None, cell: Mapping[str, str], limit: int) -> tuple[Cap, ...]:
    if cap is None:
        return (*layer.caps, Cap("tried", "year", Table((Row({}, limit),)), f"{layer.id}.tried", cites=layer.cites))
    row = row_of(pack, layer, cap.limit, cell)
    table = cap.limit if row is None else _with_value(cap.limit, row, limit)
    return tuple(replace(one, limit=table) if one is cap else one for one in layer.caps)


def _left_out(maker: _Maker, pack: Pack, layer: Layer) -> Iterator[Reading]:
    """A part of the layer that the record may not know."""
    if layer.deductible is not None:
        yield from maker.layer("no_deductible", {}, deductible=None)
    if layer.caps:
        yield from maker.layer("no_caps", {}, caps=())
        yield from maker.pack("wide_caps", {}, altered.wider_caps(pack, layer.id))
    for family, code in (("any_setting", "setting"), ("no_referral", "authorisation")):
        codes = {name: codes for name, codes in layer.when.codes.items() if name != code}
        factor = None if code == "authorisation" else layer.factor
        yield from maker.layer(family, {}, when=replace(layer.when, codes=codes), factor=factor)


def _forms(maker: _Maker, pack: Pack, layer: Layer) -> Iterator[Reading]:
    """The same figures in another form."""
    parts = layer.base.parts
    if "first_self_pay" in parts:
        rest = tuple(part for part in parts if part != "first_self_pay")
        yield from maker.layer("without_first_self_pay", {}, base=replace(layer.base, parts=rest, paid_down=()))
    else:
        more = (*parts, "first_self_pay")
        yield from maker.layer("with_first_self_pay", {}, base=replace(layer.base, parts=more, paid_down=()))
    for per in PERS if layer.deductible is not None else ():
        fields: dict[str, Any] = {"per": per}
        assert layer.deductible is not None
        yield from maker.layer("per", fields, deductible=replace(layer.deductible, **fields))
    if layer.brackets is not None:
        fields = {"start": "deductible" if layer.brackets.start == "zero" else "zero"}
        yield from maker.layer("brackets_from", fields, brackets=replace(layer.brackets, **fields))
    for unit, direction in ROUNDINGS:
        fields = {"unit": unit, "direction": direction}
        yield from maker.layer("rounding", fields, rounding=replace(layer.rounding, **fields))
    for effective in EFFECTS:
        fields = {"effective": effective}
        rules = replace(pack.identities, **fields)
        yield from maker.pack("effective", fields, replace(pack, identities=rules))
    if pack.identities.look_back:
        yield from maker.pack("no_look_back", {}, altered.without_look_back(pack))
