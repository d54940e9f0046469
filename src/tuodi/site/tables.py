"""A layer as one table that can be read: who (or where), deductible, rate, limit, each value with its article.

Enters: a pack. Leaves: :class:`LayerTable`, one a computed layer or award. The rows are the classes of persons; where a
layer does not ask for the class, the levels of providers or the settings; where it asks for none of these, one row.
Imports ``tuodi.law`` and ``tuodi.i18n``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from tuodi.i18n import translator
from tuodi.law.cite import cite_text
from tuodi.law.layer_facts import slots
from tuodi.law.model import Classes, Layer, NoLimit, Pack, Row, Unknown, Value
from tuodi.law.naming import common_names
from tuodi.law.rules import grouped
from tuodi.law.spaces import pack_spaces
from tuodi.law.statement import Slot
from tuodi.law.words import class_words, code_words, column_words, conditions_words, title_words, value_words
from tuodi.site.basis import Standing, standing

__all__ = ["Item", "LayerTable", "TableRow", "award_tables", "layer_tables"]

AXES = ("class", "provider_level", "setting", "scheme", "person_type")
COLUMNS = ("deductible", "rate", "cap")
RATES = ("rate", "factor", "points", "fixed", "top_up")
FEW = 2
"""As many rates as one sentence can hold."""


@dataclass(frozen=True)
class Item:
    """One value: under which further conditions, what it rests on."""

    where: str
    value: str
    cite: str
    standing: Standing
    kind: str = ""


@dataclass(frozen=True)
class TableRow:
    """One row: whom it is about, a sentence that says it all where it can, and the cells in the order of the heads."""

    who: str
    sentence: str
    cells: tuple[tuple[Item, ...], ...]


@dataclass(frozen=True)
class LayerTable:
    """``rows`` is empty for a layer that is read from the record."""

    id: str
    title: str
    given: bool
    axis: str
    heads: tuple[str, ...]
    rows: tuple[TableRow, ...]


def layer_tables(pack: Pack, lang: str) -> list[LayerTable]:
    """All layers of a pack in order."""
    names, _same = common_names(pack, pack, lang)
    of_layer: dict[str, list[Slot]] = {}
    for slot in slots(pack, names, lang):
        of_layer.setdefault(slot.layer.id, []).append(slot)
    return [_table(pack, layer, of_layer.get(layer.id, []), lang) for layer in pack.layers]


def award_tables(pack: Pack, lang: str) -> list[LayerTable]:
    """All awards on application."""
    names, _same = common_names(pack, pack, lang)
    own = list(slots(pack, names, lang))
    return [
        _table(pack, award.layer, [slot for slot in own if slot.layer is award.layer], lang) for award in pack.awards
    ]


def _table(pack: Pack, layer: Layer, own: Sequence[Slot], lang: str) -> LayerTable:
    _ = translator("site", lang)
    title = title_words(layer.title, lang, layer.id)
    if layer.given is not None:
        return LayerTable(layer.id, title, True, "", (), ())
    axis = _axis_of(layer, own)
    groups = _groups(pack, layer, own, axis, lang) if axis else [(_("所有费用"), ())]
    rows: list[TableRow] = []
    for who, codes in groups:
        cells = tuple(tuple(_items(pack, own, column, axis, codes, lang)) for column in COLUMNS)
        if rows and rows[-1].cells == cells:
            rows[-1] = replace(rows[-1], who=_("{one}、{other}").format(one=rows[-1].who, other=who))
        else:
            rows.append(TableRow(who, "", cells))
    rows = [replace(row, sentence=_sentence(row, lang)) for row in rows]
    heads = (_("起付标准"), _("支付比例或数额"), _("限额"))
    name = column_words(pack, axis, lang) if axis else _("范围")
    return LayerTable(layer.id, title, False, name, heads, tuple(rows))


def _axis_of(layer: Layer, own: Sequence[Slot]) -> str:
    read = {column for slot in own if slot.table for row in slot.table.rows for column in row.when}
    if len(layer.when.codes.get("class", ())) > 1 or "class" in read:
        return "class"
    return next((column for column in AXES if column in read), "")


def _groups(pack: Pack, layer: Layer, own: Sequence[Slot], axis: str, lang: str) -> list[tuple[str, tuple[str, ...]]]:
    """The rows: every class inside the gate, or the codes that the tables tell apart."""
    _ = translator("site", lang)
    if axis == "class":
        inside = layer.when.codes.get("class", layer.classes.names)
        names = [name for name in layer.classes.names if name in inside]
        return [(class_words(pack, layer.classes, name, lang), (name,)) for name in names]
    space = pack_spaces(pack)[axis]
    allowed = space.expand(layer.when.codes.get(axis, space.codes))
    rows = [row for slot in own if slot.table for row in slot.table.rows if axis in row.when]
    named = {code for row in rows for code in space.expand(row.when[axis])}
    groups: dict[tuple[bool, ...], list[str]] = {}
    for code in dict.fromkeys(allowed):
        if code not in named or (code in space.children and not named.isdisjoint(space.children[code])):
            continue
        groups.setdefault(tuple(code in space.expand(row.when[axis]) for row in rows), []).append(code)
    made = [(_("、").join(code_words(pack, axis, code, lang) for code in codes), tuple(codes))
            for codes in groups.values()]  # fmt: skip
    if any(row.otherwise or axis not in row.when for slot in own if slot.table for row in slot.table.rows):
        made.append((_("其他{column}").format(column=column_words(pack, axis, lang)), ()))
    return made


def _items(pack: Pack, own: Sequence[Slot], column: str, axis: str, codes: Sequence[str], lang: str) -> Iterable[Item]:
    _ = translator("site", lang)
    for slot in own:
        kind = slot.key[2]
        if slot.table is None or (kind not in RATES if column == "rate" else kind != column):
            continue
        expand: Callable[[Iterable[str]], Iterable[str]] = _as_is
        if axis and axis != "class":
            expand = pack_spaces(pack)[axis].expand
        if column == "cap" and axis and _outside(slot, axis, codes, expand):
            continue
        labels = {"rate": "", "deductible": "", "factor": _("再乘"), "points": _("再加（百分点）")}
        label = labels.get(kind, slot.what)
        for row in grouped(_for_codes(slot.table.rows, axis, codes, expand)):
            yield _item(pack, slot, row, label, lang)


def _as_is(codes: Iterable[str]) -> Iterable[str]:
    return codes


def _outside(slot: Slot, axis: str, codes: Sequence[str], expand: Callable[[Iterable[str]], Iterable[str]]) -> bool:
    """Whether a cap does not reach any of these."""
    cap = next(cap for cap in slot.layer.caps if cap.limit is slot.table)
    named = cap.when.codes.get(axis)
    return named is not None and set(codes).isdisjoint(expand(named))


def _for_codes(
    rows: Sequence[Row], axis: str, codes: Sequence[str], expand: Callable[[Iterable[str]], Iterable[str]]
) -> list[Row]:
    """The rows that may hold for these codes, without the condition on them."""
    found = []
    for row in rows:
        named = row.when.get(axis)
        if row.otherwise or (named is not None and set(codes).isdisjoint(expand(named))):
            continue
        found.append(replace(row, when={column: value for column, value in row.when.items() if column != axis}))
    rest = [row for row in rows if row.otherwise]
    return found if any(not row.when for row in found) else [*found, *rest]


def _item(pack: Pack, slot: Slot, row: Row, label: str, lang: str) -> Item:
    _ = translator("site", lang)
    where = conditions_words(pack, slot.layer, _classes(slot.layer), row.when, lang)
    if row.otherwise and slot.table and len(slot.table.rows) > 1:
        where = _("其余情形")
    said = _("{label}：{where}").format(label=label, where=where) if label and where else label or where
    value = value_words(pack, row.value, lang, rate=slot.rate)
    cites = row.cites or slot.cites
    firm = standing(pack, cites, unknown=isinstance(row.value, Unknown))
    return Item(said, value, cite_text(pack, cites, lang), firm, _kind(slot, row.value))


def _classes(layer: Layer) -> Classes:
    return layer.classes


def _kind(slot: Slot, value: Value) -> str:
    """What a sentence makes of an item."""
    if isinstance(value, NoLimit) or value == 0:
        return "none"
    cap = next((cap for cap in slot.layer.caps if cap.limit is slot.table), None)
    if cap is not None:
        return "whole" if cap.per == "year" and cap.counts == "paid" and not cap.when.codes else "part"
    return slot.key[2]


def _sentence(row: TableRow, lang: str) -> str:
    """``付 80%，每年最多 100,000.00 元``: the row in one breath, or nothing where it would mislead."""
    _ = translator("site", lang)
    first, rates, caps = row.cells
    if not rates or len(rates) > FEW or any(item.kind in ("factor", "points", "top_up") for item in rates):
        return ""
    known = [item for item in rates if item.standing != "unknown"]
    if not known:
        return _("比例未知")
    each = [(_("{where}付 {rate}") if item.where else _("付 {rate}")).format(where=item.where, rate=item.value)
            for item in known]  # fmt: skip
    said = [_("；").join(each)]
    if len(known) < len(rates):
        said.append(_("其余情形的比例未知"))
    if len(first) == 1 and first[0].kind != "none":
        unknown = first[0].standing == "unknown"
        said.insert(0, _("起付标准未知") if unknown else _("先自付 {value}").format(value=first[0].value))
    whole = [item for item in caps if item.kind == "whole"]
    if len(whole) == 1:
        unknown = whole[0].standing == "unknown"
        limit = _("年度限额未知，按不设限额计") if unknown else _("每年最多 {value}").format(value=whole[0].value)
        said.append(limit)
    return _("，").join(said)
