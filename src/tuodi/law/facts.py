"""What a pack decides, one statement at a time, so that two packs can be laid side by side.

Enters: a pack and what its classes and caps are called in both packs (:class:`Names`). Leaves: :class:`Fact`, a
statement under a key that means the same in either pack, and :class:`Slot`, a decision table under such a key. Titles
and notes of documents are words and not rules: they are told, never compared. Imports ``tuodi.i18n``.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from tuodi.i18n import translator
from tuodi.law.cells import meaning
from tuodi.law.cite import document_text
from tuodi.law.income import income_words
from tuodi.law.model import NO_LIMIT, Award, Cap, Cite, Classes, Layer, Pack, Table, Value
from tuodi.law.phrases import (
    base_words,
    dates_words,
    look_back_words,
    one_stop_words,
    rounding_said,
    rule_words,
    shared_with,
    window_words,
)
from tuodi.law.show import monitoring_words
from tuodi.law.words import (
    cap_title,
    class_words,
    code_words,
    column_words,
    conditions_words,
    counter_words,
    members_words,
    scope_words,
    title_words,
    value_words,
)

__all__ = ["Fact", "Names", "Slot", "facts", "slots"]

Key = tuple[str, ...]


@dataclass(frozen=True)
class Names:
    """Under which number a class of a system (``""``: the pack's; else a layer's id) and under which name a cap of a
    layer stands in both packs; ``common`` holds the layers that both have, ``titles`` what layers are called."""

    classes: Mapping[str, Mapping[str, int]]
    common_classes: Mapping[str, frozenset[int]]
    caps: Mapping[tuple[str, str], str]
    common: frozenset[str]
    titles: Mapping[str, str]


@dataclass(frozen=True)
class Fact:
    """A statement: two packs agree on it if ``same`` is equal. ``detail``: worth telling only where both packs have
    it. ``listed``: one of several under one key, matched by what they say and then in order."""

    key: Key
    section: str
    layer: str
    what: str
    text: str
    same: Hashable
    cites: tuple[Cite, ...] = ()
    detail: bool = False
    listed: bool = False


@dataclass(frozen=True)
class Slot:
    """A decision table of a layer; ``absent`` says what its absence means."""

    key: Key
    section: str
    layer: Layer
    what: str
    table: Table | None
    cites: tuple[Cite, ...] = ()
    rate: bool = False
    absent: str = ""
    default: Value | None = None
    """What holds where the layer has no such table: no deductible is one of 0, no cap one without limit."""


def facts(pack: Pack, names: Names, lang: str) -> Iterator[Fact]:
    """All statements of a pack but its decision tables, in the order of ``packs show``."""
    yield from _about(pack, lang)
    yield from _classes(pack, pack.classes, "", names, lang)
    yield from _identities(pack, lang)
    yield from _derived(pack, lang)
    yield from _references(pack, lang)
    yield from _order(pack, names, lang)
    for layer in pack.layers:
        yield from _layer(pack, layer, names, lang)
    for award in pack.awards:
        yield from _award(pack, award, names, lang)
    yield from _audit(pack, names, lang)
    yield from _lines(pack, lang)


def slots(pack: Pack, names: Names, lang: str) -> Iterator[Slot]:
    """The decision tables of all layers and awards."""
    for layer in (*pack.layers, *(award.layer for award in pack.awards)):
        if layer.given is None:
            yield from _slots(pack, layer, names, lang)


def _about(pack: Pack, lang: str) -> Iterator[Fact]:
    _ = translator("law", lang)
    section = _("适用")
    begins, ends = str(pack.in_force_from), str(pack.in_force_to or "")
    yield Fact(("from",), section, "", _("施行日期"), begins, begins)
    if ends:
        yield Fact(("to",), section, "", _("失效日期"), ends, ends)
    for document in pack.documents.values():
        name = document_text(document, lang)
        key = ("document", document.kind, document.name, str(document.date or ""))
        said = _("{name}《{title}》").format(name=name, title=document.title) if document.title else name
        yield Fact(key, _("依据"), "", _("文件"), said, key)
        verified = _("已与原文核对") if document.verified else _("未核对")
        yield Fact((*key, "verified"), _("依据"), "", name, verified, document.verified, detail=True)
    whats = {
        "version": _("适用哪一版"), "counter_year": _("年度"), "identity": _("身份的日期"), "age": _("年龄的日期"),
        "income_year": _("收入数的年份"),
    }  # fmt: skip
    zh = dates_words(pack, "zh")
    for name, text in dates_words(pack, lang).items():
        yield Fact(("dates", name), _("日期"), "", whats[name], text, zh[name], pack.dates.cites)
    for column, codes in pack.codes.items():
        for code in codes.values():
            what = _("地方代码：{column}").format(column=column_words(pack, column, lang))
            parent = code_words(pack, column, code.parent, lang)
            text = _("{code}（归入{parent}）").format(code=title_words(code.title, lang, code.code), parent=parent)
            yield Fact(("code", column, code.code), _("适用"), "", what, text, code.parent)
    if pack.hospital_reduces is not None:
        text = _("、").join(code_words(pack, "part", part, lang) for part in pack.hospital_reduces)
        key = ("hospital",)
        yield Fact(key, _("适用"), "", _("医院承担的部分先减"), text, pack.hospital_reduces, pack.hospital_cites)


def _classes(pack: Pack, classes: Classes, system: str, names: Names, lang: str) -> Iterator[Fact]:
    _ = translator("law", lang)
    numbers = names.classes.get(system, {})
    section = _("{layer}的对象").format(layer=names.titles[system]) if system else _("对象")
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


def _identities(pack: Pack, lang: str) -> Iterator[Fact]:
    _ = translator("law", lang)
    rules, section = pack.identities, _("身份何时起算")
    starts = {
        "same_day": _("身份自开始之日起算"),
        "next_month": _("身份自开始的次月起算"),
        "by_stay": _("住院期间任何一天有身份的，整次住院都算"),
    }
    ends = {"same_day": _("到结束之日止"), "end_of_month": _("到结束当月月末止")}
    yield Fact(("effective",), section, "", _("起算"), starts[rules.effective], rules.effective, rules.cites)
    yield Fact(("ends",), section, "", _("终止"), ends[rules.ends], rules.ends, rules.cites)
    for name, months in rules.valid_months.items():
        identity = code_words(pack, "identity", name, lang)
        what = _("{identity}的有效期").format(identity=identity)
        yield Fact(("valid", name), section, "", what, _("{months} 个月").format(months=months), months, rules.cites)
    for back in rules.look_back:
        same = (
            frozenset(back.identities), back.months, frozenset(back.layers), back.anchor, back.anchor_month_counts,
            back.year,
        )  # fmt: skip
        text = look_back_words(pack, back, lang)
        yield Fact(("look_back",), section, "", _("追溯"), text, same, back.cites, listed=True)


def _derived(pack: Pack, lang: str) -> Iterator[Fact]:
    _ = translator("law", lang)
    for derived in pack.derived:
        what = title_words(derived.title, lang, derived.name)
        for rule in derived.rules:
            same = (frozenset(rule.conditions), rule.value)
            text = rule_words(pack, derived, rule, lang)
            cites = rule.cites or derived.cites
            yield Fact(("derived", derived.name), _("推定的类别"), "", what, text, same, cites, listed=True)


def _references(pack: Pack, lang: str) -> Iterator[Fact]:
    _ = translator("law", lang)
    for reference in pack.reference.values():
        name = title_words(reference.title, lang, reference.name)
        name += _("（{area}）").format(area=reference.area) if reference.area else ""
        for year, value in sorted(reference.values.items()):
            what = _("{year} 年{name}").format(year=year, name=name)
            text = value_words(pack, value, lang)
            key = ("reference", reference.title.get("zh", reference.name), reference.area, str(year))
            yield Fact(key, _("参照数额"), "", what, text, meaning(pack, value), reference.cites)


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
            said = _("、").join(columns)
            yield Fact((*where, "given", scheme), section, layer.id, what, said, columns, layer.given.cites)
        return
    if layer.classes != pack.classes:
        yield from _classes(pack, layer.classes, layer.id, names, lang)
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
    cites = rounding.cites or layer.cites
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


def _audit(pack: Pack, names: Names, lang: str) -> Iterator[Fact]:
    _ = translator("law", lang)
    section = _("一站式结算与零星报销")
    numbers = {name: number for system in reversed(names.classes.values()) for name, number in system.items()}
    for item in pack.one_stop:
        same = (
            frozenset(numbers.get(name, -1) for name in item.classes), frozenset(item.settings), frozenset(item.places),
        )  # fmt: skip
        text = one_stop_words(pack, item, lang)
        yield Fact(("one_stop",), section, "", _("一站式结算的范围"), text, same, item.cites, listed=True)
    if pack.late_until:
        until = f"{pack.late_until[0]:02d}-{pack.late_until[1]:02d}"
        text = _("零星报销受理到次年 {until}").format(until=until)
        yield Fact(("late",), section, "", _("零星报销"), text, until, pack.late_cites)


def _lines(pack: Pack, lang: str) -> Iterator[Fact]:
    """Lines of surveillance, lines of income, notes."""
    _ = translator("law", lang)
    for item, line in zip(pack.monitoring, monitoring_words(pack, lang), strict=True):
        same = (
            frozenset(item.identities), item.measure, item.over, item.after, meaning(pack, item.line), item.cadence
        )  # fmt: skip
        what = title_words(item.title, lang, item.id)
        yield Fact(("monitoring", item.id), _("监测线"), "", what, line.text, same, item.cites)
    for income in pack.income_lines:
        identity = code_words(pack, "identity", income.identity, lang)
        told = (income.included, income.basis, income.since, meaning(pack, income.line))
        text = income_words(pack, income, lang)
        key = ("income", income.identity)
        yield Fact(key, _("收入线"), "", identity, text, told, income.cites, listed=True)
    for note in pack.notes:
        zh = note.text.get("zh", "")
        text = title_words(note.text, lang)
        yield Fact(("note", zh), _("解读时的选择"), "", _("说明"), text, zh, note.cites)


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
