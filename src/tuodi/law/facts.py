"""What a pack decides, one statement at a time, so that two packs can be laid side by side.

Enters: a pack and what its classes and caps are called in both packs. Leaves: statements, those of layers through
:mod:`tuodi.law.layer_facts`. Titles are words and not rules: they are told, never compared. Imports ``tuodi.i18n``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tuodi.i18n import translator
from tuodi.law.cells import meaning
from tuodi.law.cite import document_text
from tuodi.law.income import income_words
from tuodi.law.layer_facts import class_facts, layer_facts
from tuodi.law.model import Pack
from tuodi.law.phrases import (
    dates_words,
    look_back_words,
    one_stop_words,
    rule_words,
)
from tuodi.law.premium import premium_words
from tuodi.law.show import monitoring_words
from tuodi.law.statement import Fact, Key, Names
from tuodi.law.words import (
    code_words,
    column_words,
    title_words,
    value_words,
)

__all__ = ["facts"]


def facts(pack: Pack, names: Names, lang: str) -> Iterator[Fact]:
    """All statements of a pack but its decision tables, in the order of ``packs show``."""
    yield from _about(pack, lang)
    yield from class_facts(pack, pack.classes, "", names, lang)
    yield from _identities(pack, lang)
    yield from _derived(pack, lang)
    yield from _references(pack, lang)
    yield from layer_facts(pack, names, lang)
    yield from _audit(pack, names, lang)
    yield from _lines(pack, lang)


def _about(pack: Pack, lang: str) -> Iterator[Fact]:
    _ = translator("law", lang)
    section = _("适用")
    begins, ends = str(pack.in_force_from), str(pack.in_force_to or "")
    yield Fact(("from",), section, "", _("施行日期"), begins, begins)
    if ends:
        yield Fact(("to",), section, "", _("失效日期"), ends, ends)
    for document in pack.documents.values():
        name = document_text(document, lang)
        key: Key = ("document", document.kind, document.name, str(document.date or ""))
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


def _audit(pack: Pack, names: Names, lang: str) -> Iterator[Fact]:
    _ = translator("law", lang)
    section = _("一站式结算与零星报销")
    numbers = {name: number for system in reversed(list(names.classes.values())) for name, number in system.items()}
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
    """Lines of surveillance and of income, premium subsidy, departures from the national frame, notes."""
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
    for year in pack.premium_subsidy:
        alone = replace(pack, premium_subsidy=(year,))
        what = _("{year} 年{name}").format(year=year.year, name=_("资助参保"))
        values = (*year.premium.values(), *(row.pays for row in year.rows))
        lines = zip(premium_words(alone, lang), premium_words(alone, "zh"), values, strict=True)
        for line, told_zh, amount in lines:
            key = ("premium", str(year.year))
            said = (meaning(pack, amount), told_zh.text)
            yield Fact(key, _("资助参保"), "", what, line.text, said, year.cites, listed=True)
    for departure in pack.departs:
        why = title_words(departure.why, lang)
        key = ("departs", departure.bound)
        yield Fact(key, _("解读时的选择"), "", _("有意与国家规定不同"), why, departure.bound, departure.cites)
    for note in pack.notes:
        zh = note.text.get("zh", "")
        text = title_words(note.text, lang)
        yield Fact(("note", zh), _("解读时的选择"), "", _("说明"), text, zh, note.cites)
