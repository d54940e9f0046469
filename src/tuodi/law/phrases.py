"""Phrases that more than one reader of a pack tells: its days, a base, a window, a look-back, a derived rule.

Enters: values of the model. Leaves: phrases in Chinese or English. Imports ``tuodi.i18n``, ``tuodi.vocabulary``.
"""

from __future__ import annotations

from tuodi import vocabulary
from tuodi.i18n import translator
from tuodi.law.model import Cap, Derived, DerivedRule, Layer, LookBack, OneStop, Pack, Rounding, Window
from tuodi.law.words import amount_words, class_words, code_words, column_words, rounding_words, title_words

__all__ = [
    "base_words", "dates_words", "look_back_words", "one_stop_words", "rounding_said", "rule_words", "shared_with",
    "window_words",
]  # fmt: skip


def dates_words(pack: Pack, lang: str) -> dict[str, str]:
    """Which day decides what: a sentence for each key of ``dates``."""
    _ = translator("law", lang)
    dates = pack.dates
    days = {
        "admitted_on": _("入院日期"), "discharged_on": _("出院日期"), "settled_at": _("结算时间"),
        "benefit_year": _("记录的待遇年度"), "on_admission": _("入院日"), "on_discharge": _("出院日"),
        "on_settlement": _("结算日"), "any_day_of_stay": _("住院期间任何一天"),
    }  # fmt: skip
    years = {"previous": _("上年"), "before_previous": _("上上年")}
    start = f"{dates.year_starts[0]:02d}-{dates.year_starts[1]:02d}"
    said = {
        "version": _("按{day}决定适用哪一版规定").format(day=days[dates.version]),
        "counter_year": _("按{day}归入年度，年度自 {start} 起").format(day=days[dates.counter_year_by], start=start),
        "identity": _("按{day}认定身份").format(day=days[dates.identity]),
        "age": _("按{day}计算年龄").format(day=days[dates.age]),
        "income_year": _("收入数取{year}").format(year=years[dates.income_year]),
    }
    if dates.income_until:
        until = f"{dates.income_until[0]:02d}-{dates.income_until[1]:02d}"
        year = years[dates.income_until_year]
        said["income_year"] += _("，{until} 及以前结算的取{year}").format(until=until, year=year)
    return said


def base_words(layer: Layer, lang: str) -> str:
    """``政策范围内费用；支付先后：…``: the parts of a layer's base."""
    _ = translator("law", lang)
    reasons = {
        "untouched": _("前面各层没有涉及的"),
        "deductible": _("起付标准以内的"),
        "co_payment": _("按比例自付的"),
        "over_cap": _("超过限额的"),
    }
    said = []
    for part in layer.base.parts:
        word = vocabulary.label("part", part, lang)
        if part == "in_scope" and len(layer.base.unpaid) < len(reasons):
            which = _("、").join(reasons[name] for name in layer.base.unpaid)
            word = _("{part}（{which}部分）").format(part=word, which=which)
        said.append(word)
    text = _("、").join(said)
    if layer.base.paid_down not in ((), layer.base.parts):
        order = _("、").join(vocabulary.label("part", part, lang) for part in layer.base.paid_down)
        text += _("；支付先后：{order}").format(order=order)
    return text


def rounding_said(rounding: Rounding, lang: str) -> str:
    """``每笔四舍五入到分``, and whether a document says so."""
    _ = translator("law", lang)
    per = {"bill": _("每笔"), "year": _("按年累计")}[rounding.per]
    text = per + rounding_words(rounding.unit, rounding.direction, lang)
    return text if rounding.stated else text + _("（文件没有写，按惯例，未核对）")


def shared_with(pack: Pack, layer: Layer, cap: Cap, lang: str) -> str:
    """The other layers that draw on a cap's counter."""
    _ = translator("law", lang)
    return _("、").join(
        title_words(other.title, lang, other.id)
        for other in pack.layers
        if other.id != layer.id and any(item.counter == cap.counter for item in other.caps)
    )


def window_words(window: Window, lang: str) -> str:
    """``申请日前 12 个月``: which bills an award gathers."""
    _ = translator("law", lang)
    years = {"previous": _("申请前一个自然年度"), "same": _("申请当年")}
    days = {"recognised_on": _("认定日"), "applied_on": _("申请日")}
    if window.year:
        return years[window.year]
    return _("{day}前 {months} 个月").format(day=days[window.before], months=window.months)


def look_back_words(pack: Pack, back: LookBack, lang: str) -> str:
    """How far back which identities reach, and where."""
    _ = translator("law", lang)
    titles = {layer.id: title_words(layer.title, lang, layer.id) for layer in pack.layers}
    anchor = {"recognised_on": _("认定日"), "from": _("开始日")}[back.anchor]
    counted = _("当月计入") if back.anchor_month_counts else _("当月不计入")
    text = _("{identities}：追溯到{anchor}前 {months} 个月（{counted}），用于{layers}").format(
        identities=_("、").join(code_words(pack, "identity", name, lang) for name in back.identities),
        anchor=anchor, months=back.months, counted=counted,
        layers=_("、").join(titles.get(name, name) for name in back.layers),
    )  # fmt: skip
    return text + (_("；追溯到的费用归入认定年度") if back.year == "recognition" else "")


def rule_words(pack: Pack, derived: Derived, rule: DerivedRule, lang: str) -> str:
    """``医疗类别：住院 → 大额``: one rule of a derived attribute."""
    _ = translator("law", lang)
    said = []
    for condition in rule.conditions:
        column = column_words(pack, condition.column, lang)
        if condition.codes:
            words = _("、").join(code_words(pack, condition.column, code, lang) for code in condition.codes)
        else:
            words = _bounds(condition.column, condition.at_least, condition.at_most, lang)
        said.append(_("{column}：{words}").format(column=column, words=words))
    when = _("；").join(said) or _("其余情形")
    return _("{when} → {value}").format(when=when, value=code_words(pack, derived.name, rule.value, lang))


def _bounds(column: str, least: int | None, most: int | None, lang: str) -> str:
    _ = translator("law", lang)

    def said(number: int) -> str:
        return _("{age} 周岁").format(age=number) if column == "age" else amount_words(number, lang)

    if least is not None and most is not None:
        return _("{start}至 {to}").format(start=said(least), to=said(most))
    if least is not None:
        return _("不低于 {start}").format(start=said(least))
    return _("不超过 {to}").format(to=said(most or 0))


def one_stop_words(pack: Pack, item: OneStop, lang: str) -> str:
    """For whom, where and at what care settlement at the window holds."""
    _ = translator("law", lang)
    systems = [pack.classes, *(layer.classes for layer in pack.layers)]
    every = {name: classes for classes in reversed(systems) for name in classes.names}
    parts = [
        _("、").join(class_words(pack, every.get(name, pack.classes), name, lang) for name in item.classes),
        _("、").join(code_words(pack, "setting", code, lang) for code in item.settings),
        _("、").join(code_words(pack, "place", code, lang) for code in item.places),
    ]
    return _("，").join(part for part in parts if part) or _("所有情形")
