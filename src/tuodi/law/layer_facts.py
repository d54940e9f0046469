"""What the layers and awards of a pack decide, one statement at a time, and their decision tables.

Enters: a pack and the names that both packs share. Leaves: statements and slots. Imports ``tuodi.i18n``.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

from tuodi.i18n import translator
from tuodi.law.cells import meaning
from tuodi.law.model import NO_LIMIT, Award, Cap, Cite, Classes, Layer, Pack, Table
from tuodi.law.phrases import base_words, rounding_said, shared_with, window_words
from tuodi.law.statement import Fact, Key, Names, Slot
from tuodi.law.words import (
    cap_title,
    class_words,
    code_words,
    column_words,
    conditions_words,
    counter_words,
    members_words,
    record_words,
    scope_words,
    title_words,
    value_words,
)

__all__ = ["class_facts", "layer_facts", "slots"]


def layer_facts(pack: Pack, names: Names, lang: str) -> Iterator[Fact]:
    """The statements of all layers and awards, in their order."""
    yield from _order(pack, names, lang)
    for layer in pack.layers:
        yield from _layer(pack, layer, names, lang)
    for award in pack.awards:
        yield from _award(pack, award, names, lang)


def slots(pack: Pack, names: Names, lang: str) -> Iterator[Slot]:
    """The decision tables of all layers and awards."""
    for layer in (*pack.layers, *(award.layer for award in pack.awards)):
        if layer.given is None:
            yield from _slots(pack, layer, names, lang)


def class_facts(pack: Pack, classes: Classes, system: str, names: Names, lang: str) -> Iterator[Fact]:
    """Who is what: members, order, default, choice. ``system`` is empty for the pack's classes, else a layer's id."""
    _ = translator("law", lang)
    numbers = names.classes.get(system, {})
    section = _("{layer}的对象").format(layer=names.titles[system]) if system else _("对象")
    key: Key
    for item in classes.order:
        if not item.members:
            continue
        key = ("class", system, str(numbers[item.name]))
        name = class_words(pack, classes, item.name, lang)
        members = frozenset((member.identity, member.scheme) for member in item.members)
        text = members_words(pack, item.members, lang)
        yield Fact(key, section, system, name, text, members, item.cites)
    common = names.common_classes.get(system, frozenset())
    shared = [item for item in classes.order if numbers[item.name] in common]
    order = tuple(numbers[item.name] for item in shared)
    said = _("、").join(class_words(pack, classes, item.name, lang) for item in shared)
    key = ("class_order", system)
    yield Fact(key, section, system, _("先后次序（先列先用）"), said, order, classes.order_cites, detail=True)
    stated = _("由文件规定") if classes.order_stated else _("就高不就低")
    key = ("class_order_stated", system)
    yield Fact(key, section, system, _("次序的依据"), stated, classes.order_stated, classes.order_cites, detail=True)
    if classes.default and classes.default in numbers:
        name = class_words(pack, classes, classes.default, lang)
        key = ("default_class", system)
        yield Fact(key, section, system, _("其余的人"), name, numbers[classes.default])
    if classes.choose:
        chosen = _("、").join(class_words(pack, classes, name, lang) for name in classes.choose)
        same = frozenset(numbers[name] for name in classes.choose)
        yield Fact(("choose", system), section, system, _("须二者择一"), chosen, same, classes.choose_cites)


def _order(pack: Pack, names: Names, lang: str) -> Iterator[Fact]:
    _ = translator("law", lang)
    shared = [layer for layer in pack.layers if layer.id in names.common]
    said = _("、").join(title_words(layer.title, lang, layer.id) for layer in shared)
    yield Fact(("order",), _("各层"), "", _("先后"), said, tuple(layer.id for layer in shared), detail=True)


def _layer(pack: Pack, layer: Layer, names: Names, lang: str) -> Iterator[Fact]:
    _ = translator("law", lang)
    section, where = names.titles[layer.id], ("layer", layer.id)
    forms = {"given": _("以结算记录为准"), "rate": _("按比例"), "fixed": _("定额"), "top_up": _("补足")}
    form = next((name for name in forms if getattr(layer, name) is not None), "rate")
    yield Fact((*where, "form"), section, layer.id, _("支付方式"), forms[form], form, layer.cites)
    if layer.given is not None:
        for scheme, columns in layer.given.columns.items():
            who = code_words(pack, "scheme", scheme, lang) if scheme else _("不分险种")
            what = _("取自记录的项目（{who}）").format(who=who)
            said = _("、").join(record_words(column, lang) for column in columns)
            yield Fact((*where, "given", scheme), section, layer.id, what, said, columns, layer.given.cites)
        base = _("、").join(code_words(pack, "part", part, lang) for part in layer.given.base)
        key = (*where, "given", "base")
        yield Fact(key, section, layer.id, _("从哪些费用里付"), base, layer.given.base, layer.given.cites, detail=True)
        return
    recorded = _("、").join(record_words(column, lang) for column in layer.recorded_as)
    yield Fact((*where, "recorded"), section, layer.id, _("记在哪些项目"), recorded, layer.recorded_as, detail=True)
    if layer.classes != pack.classes:
        yield from class_facts(pack, layer.classes, layer.id, names, lang)
    yield from _gate(pack, layer, names, lang)
    yield from _steps(pack, layer, names, lang)
    yield from _caps(pack, layer, names, lang)


def _gate(pack: Pack, layer: Layer, names: Names, lang: str) -> Iterator[Fact]:
    _ = translator("law", lang)
    section, where, when = names.titles[layer.id], ("layer", layer.id, "when"), layer.when
    cites = when.cites or layer.cites
    for column, codes in when.codes.items():
        what = _("适用的{column}").format(column=column_words(pack, column, lang))
        said = conditions_words(pack, layer, layer.classes, {column: codes}, lang)
        yield Fact((*where, column), section, layer.id, what, said, _same_codes(layer, column, codes, names), cites)
    if when.used_up:
        said = _("、").join(counter_words(pack, name, lang) for name in when.used_up)
        yield Fact((*where, "used_up"), section, layer.id, _("只在用完以后"), said, frozenset(when.used_up), cites)
    if layer.counts_outside:
        text = _("不适用的费用也累计起付标准和分段，但不支付")
        yield Fact((*where, "counts"), section, layer.id, _("不适用的费用"), text, True, cites)


def _same_codes(layer: Layer, column: str, codes: Iterable[str], names: Names) -> Hashable:
    if column != "class":
        return frozenset(codes)
    numbers = names.classes.get(layer.id) or names.classes[""]
    return frozenset(numbers.get(code, code) for code in codes)


def _steps(pack: Pack, layer: Layer, names: Names, lang: str) -> Iterator[Fact]:
    _ = translator("law", lang)
    section, where = names.titles[layer.id], ("layer", layer.id)
    same: Hashable
    base = (layer.base.parts, frozenset(layer.base.unpaid), layer.base.paid_down or layer.base.parts)
    yield Fact((*where, "base"), section, layer.id, _("基数"), base_words(layer, lang), base, layer.cites)
    spans = {
        "deductible": layer.deductible.per if layer.deductible else "",
        "fixed": layer.fixed_per if layer.fixed is not None else "",
        "top_up": layer.top_up.per if layer.top_up else "",
    }
    whats = {"deductible": _("起付标准按什么算"), "fixed": _("定额按什么算"), "top_up": _("补足按什么算")}
    for name, per in spans.items():
        if per:
            said = scope_words(per, lang)
            yield Fact((*where, name, "per"), section, layer.id, whats[name], said, per, layer.cites, detail=True)
    if layer.brackets is not None:
        brackets = layer.brackets
        start = {"zero": _("从零算起"), "deductible": _("从起付标准以上算起")}[brackets.start]
        text = _("分段：{span}{start}，分界 {ends}").format(
            span=_("{scope}累计，").format(scope=scope_words(brackets.on, lang)),
            start=start,
            ends=_("、").join(value_words(pack, end, lang) for end in brackets.upto),
        )
        same = (brackets.on, brackets.start, tuple(meaning(pack, end) for end in brackets.upto))
        cites = brackets.cites or layer.cites
        yield Fact((*where, "brackets"), section, layer.id, _("分段"), text, same, cites)
    if layer.notional:
        text = _("只计算并从后面各层扣除，不实际支付")
        yield Fact((*where, "notional"), section, layer.id, _("支付"), text, True, layer.cites)
    if layer.recompute_year:
        text = _("身份变动的，全年按最后一笔费用时的身份重算")
        yield Fact((*where, "recompute"), section, layer.id, _("身份变动"), text, True, layer.cites)
    rounding = layer.rounding
    same = (rounding.unit, rounding.direction, rounding.per, rounding.stated)
    cites = (rounding.cites or layer.cites) if rounding.stated else ()
    yield Fact((*where, "rounding"), section, layer.id, _("取整"), rounding_said(rounding, lang), same, cites)


def _caps(pack: Pack, layer: Layer, names: Names, lang: str) -> Iterator[Fact]:
    _ = translator("law", lang)
    section = names.titles[layer.id]
    for cap in layer.caps:
        where = ("layer", layer.id, "cap", names.caps.get((layer.id, cap.id), cap.id))
        cites = cap.cites or layer.cites
        when = cap.when.codes
        reach = frozenset((column, _same_codes(layer, column, codes, names)) for column, codes in when.items())
        text = cap_title(pack, layer, cap, lang)
        yield Fact(
            (*where, "reach"), section, layer.id, _("限额限什么"), text, (cap.per, cap.counts, reach), cites, True
        )
        others = frozenset(
            other.id for other in pack.layers if other is not layer and _feeds(other, cap)
        )  # fmt: skip
        said = shared_with(pack, layer, cap, lang) or _("不与别的层共用")
        what = _("{cap}与谁共用").format(cap=text)
        yield Fact((*where, "shared"), section, layer.id, what, said, others, cites, detail=True)


def _feeds(layer: Layer, cap: Cap) -> bool:
    return any(item.counter == cap.counter for item in layer.caps)


def _award(pack: Pack, award: Award, names: Names, lang: str) -> Iterator[Fact]:
    _ = translator("law", lang)
    section, where = names.titles[award.id], ("award", award.id)
    text = window_words(award.window, lang)
    yield Fact((*where, "window"), section, award.id, _("合并哪些费用"), text, award.window, award.cites)
    who = {"person": _("本人"), "household": _("全家")}[award.subject]
    yield Fact((*where, "subject"), section, award.id, _("合并谁的费用"), who, award.subject, award.cites)
    if award.less_other_aid:
        yield Fact((*where, "less"), section, award.id, _("其他救助"), _("先扣除"), True, award.cites)
    if award.once_per_year:
        yield Fact((*where, "once"), section, award.id, _("次数"), _("每年一次"), True, award.cites)
    yield from _steps(pack, award.layer, names, lang)
    yield from _caps(pack, award.layer, names, lang)


def _slots(pack: Pack, layer: Layer, names: Names, lang: str) -> Iterator[Slot]:
    _ = translator("law", lang)
    section = names.titles[layer.id]

    def slot(name: str, what: str, table: Table | None, *, rate: bool = False, cites: tuple[Cite, ...] = ()) -> Slot:
        key = ("layer", layer.id, name)
        absent, default = (_("不设"), 0) if name == "deductible" else ("", None)
        return Slot(key, section, layer, what, table, cites or layer.cites, rate, absent, default)

    deductible, top_up = layer.deductible, layer.top_up
    yield slot("base_over", _("门槛"), layer.when.base_over, cites=layer.when.cites)
    said = _("起付标准（{scope}）").format(scope=scope_words(deductible.per, lang)) if deductible else _("起付标准")
    amount = deductible.amount if deductible else None
    yield slot("deductible", said, amount, cites=deductible.cites if deductible else ())
    yield slot("rate", _("支付比例"), layer.rate, rate=True)
    yield slot("factor", _("比例系数"), layer.factor, rate=True)
    yield slot("points", _("比例加减"), layer.points, rate=True)
    said = _("定额（{scope}）").format(scope=scope_words(layer.fixed_per, lang))
    yield slot("fixed", said, layer.fixed)
    yield slot("top_up", _("补到"), top_up.to if top_up else None, rate=True)
    for cap in layer.caps:
        key = ("layer", layer.id, "cap", names.caps.get((layer.id, cap.id), cap.id))
        what = cap_title(pack, layer, cap, lang)
        yield Slot(key, section, layer, what, cap.limit, cap.cites or layer.cites, False, _("不设"), NO_LIMIT)
