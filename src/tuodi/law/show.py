"""A pack as a person would write it: sections of sentences, each with its article and origin.

Enters: a pack. Leaves: :class:`ShownPack`, plain data for the command line and for pages; :func:`render_text` prints
it. What is not known stands first. Imports ``tuodi.i18n``, ``tuodi.vocabulary``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tuodi.i18n import translator
from tuodi.law.cite import document_text
from tuodi.law.differences import differences
from tuodi.law.income import income_line_words
from tuodi.law.line import Line, line_of, unmarked
from tuodi.law.model import Classes, Pack, Reference, Unknown
from tuodi.law.phrases import dates_words, look_back_words, one_stop_words, rule_words
from tuodi.law.premium import premium_unknowns, premium_words
from tuodi.law.rules import award_lines, layer_lines, layer_tables
from tuodi.law.words import (
    class_words,
    code_words,
    conditions_words,
    counter_words,
    members_words,
    title_words,
    value_words,
)

__all__ = ["Line", "Section", "ShownPack", "counter_names", "render_text", "show_pack", "unknowns"]


@dataclass(frozen=True)
class Section:
    """A heading and its lines; ``key`` names it for links, whatever the language."""

    key: str
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class ShownPack:
    """A pack in words; ``unknown`` is how many of its values are not known."""

    id: str
    title: str
    lang: str
    unknown: int
    sections: tuple[Section, ...]


_OF_LAYERS = ("dates", "classes", "identities", "derived", "audit", "counters", "differences")
"""Sections that say nothing where there is nothing to settle."""


def show_pack(pack: Pack, lang: str = "zh") -> ShownPack:
    """The rules of a pack in words, unknowns first."""
    _ = translator("law", lang)
    missing = unknowns(pack, lang)
    sections = [
        Section("unknowns", _("未知的值（{count}）").format(count=len(missing)), tuple(missing)),
        Section("about", _("适用"), tuple(_about(pack, lang))),
        Section("documents", _("依据"), tuple(_documents(pack, lang))),
        Section("dates", _("日期"), tuple(_dates(pack, lang))),
        Section("classes", _("对象（就高不就低：先列先用）"), tuple(_classes(pack, pack.classes, lang))),
        Section("identities", _("身份何时起算"), tuple(_identities(pack, lang))),
        Section("derived", _("推定的类别"), tuple(_derived(pack, lang))),
        Section("reference", _("参照数额"), tuple(_references(pack, lang))),
    ]
    for number, layer in enumerate(pack.layers, 1):
        name = title_words(layer.title, lang, layer.id)
        own = _classes(pack, layer.classes, lang) if layer.classes not in (pack.classes, Classes(())) else []
        heading = _("第 {number} 层：{name}（{id}）").format(number=number, name=name, id=layer.id)
        sections.append(Section(f"layer-{layer.id}", heading, (*own, *layer_lines(pack, layer, lang))))
    for award in pack.awards:
        heading = _("依申请救助：{name}（{id}）").format(name=title_words(award.title, lang), id=award.id)
        sections.append(Section(f"award-{award.id}", heading, tuple(award_lines(pack, award, lang))))
    sections += [
        Section("audit", _("一站式结算与零星报销"), tuple(_audit(pack, lang))),
        Section("monitoring", _("监测线"), tuple(monitoring_words(pack, lang))),
        Section("premium", _("资助参保"), tuple(premium_words(pack, lang))),
        Section("income_lines", _("收入线"), tuple(income_line_words(pack, lang))),
        Section("counters", _("累计数的名称（期初余额用）"), tuple(_counters(pack, lang))),
        Section("differences", _("各地不同之处，本包如何规定"), tuple(differences(pack, lang))),
        Section("notes", _("解读时的选择"), tuple(_notes(pack, lang))),
    ]
    if not pack.layers:
        sections = [section for section in sections if section.key not in _OF_LAYERS]
    shown = tuple(section for section in sections if section.lines)
    return ShownPack(pack.id, title_words(pack.title, lang, pack.id), lang, len(missing), shown)


def render_text(shown: ShownPack) -> str:
    """Plain text for a terminal or a file."""
    lines = [f"{shown.title}  [{shown.id}]"]
    for section in shown.sections:
        lines += ["", section.title]
        lines += [line.text_with_source(shown.lang) for line in section.lines]
    return "\n".join(lines) + "\n"


def unknowns(pack: Pack, lang: str = "zh") -> list[Line]:
    """Every value that the sources do not give, with the place where it is missing."""
    _ = translator("law", lang)
    found = []
    for layer in (*pack.layers, *(award.layer for award in pack.awards)):
        name = title_words(layer.title, lang, layer.id)
        for what, table in layer_tables(pack, layer, lang):
            for row in table.rows:
                if isinstance(row.value, Unknown):
                    where = conditions_words(pack, layer, layer.classes, row.when, lang)
                    where = where or (_("其余情形") if row.otherwise else "")
                    said = _("；").join(part for part in (f"{name} · {what}", where) if part)
                    text = _("{where}：{value}").format(where=said, value=value_words(pack, row.value, lang))
                    found.append(unmarked(line_of(pack, text, row.cites, row.origin, lang)))
        for end in layer.brackets.upto if layer.brackets else ():
            if layer.brackets and isinstance(end, Unknown):
                text = _("{name} · 分段：{value}").format(name=name, value=value_words(pack, end, lang))
                found.append(unmarked(line_of(pack, text, layer.brackets.cites, layer.brackets.origin, lang)))
    for item in pack.monitoring:
        if isinstance(item.line, Unknown):
            name = title_words(item.title, lang, item.id)
            text = _("监测线 {name}：{value}").format(name=name, value=value_words(pack, item.line, lang))
            found.append(unmarked(line_of(pack, text, item.cites, item.origin, lang)))
    for income in pack.income_lines:
        if isinstance(income.line, Unknown):
            name = code_words(pack, "identity", income.identity, lang)
            text = _("{identity}的收入线：{value}").format(identity=name, value=value_words(pack, income.line, lang))
            found.append(unmarked(line_of(pack, text, income.cites, income.origin, lang)))
    found += premium_unknowns(pack, lang)
    for reference in pack.reference.values():
        for year, value in reference.values.items():
            if isinstance(value, Unknown):
                name = title_words(reference.title, lang, reference.name)
                text = _("{year} 年{name}：{value}").format(year=year, name=name, value=value_words(pack, value, lang))
                found.append(unmarked(line_of(pack, text, reference.cites, reference.origin, lang)))
    return found


def counter_names(pack: Pack) -> list[str]:
    """The names of all counters that run through a year: what a file of opening balances may name."""
    names: dict[str, None] = {}
    for layer in pack.layers:
        if layer.deductible and layer.deductible.per == "year":
            names[f"{layer.id}.deductible"] = None
        if layer.brackets and layer.brackets.on == "year":
            names[f"{layer.id}.base"] = None
        if (layer.fixed and layer.fixed_per == "year") or (layer.top_up and layer.top_up.per == "year"):
            names[f"{layer.id}.paid"] = None
        if layer.top_up and layer.top_up.per == "year":
            names |= dict.fromkeys((f"{layer.id}.target", f"{layer.id}.had"))
        if layer.rate and layer.rounding.per == "year":
            names[f"{layer.id}.exact"] = None
        names.update(dict.fromkeys(cap.counter for cap in layer.caps if cap.per == "year"))
    return list(names)


def _counters(pack: Pack, lang: str) -> Iterable[Line]:
    _ = translator("law", lang)
    titles = {layer.id: title_words(layer.title, lang, layer.id) for layer in pack.layers}
    kinds = {
        "deductible": _("{layer}已用的起付标准"),
        "base": _("{layer}已累计的分段位置"),
        "exact": _("{layer}取整前的累计额（分 × 万分之一）"),
        "target": _("{layer}补足目标的累计额（分 × 万分之一）"),
        "had": _("{layer}此前各方已付的累计额"),
        "paid": _("{layer}已支付额"),
    }
    caps = {cap.counter for layer in pack.layers for cap in layer.caps}
    for name in counter_names(pack):
        layer, _dot, kind = name.partition(".")
        what = counter_words(pack, name, lang) if name in caps else kinds[kind].format(layer=titles[layer])
        yield Line(f"{name}  {what}")


def _about(pack: Pack, lang: str) -> Iterable[Line]:
    _ = translator("law", lang)
    if pack.in_force_to:
        yield Line(_("自 {begins} 至 {ends} 有效").format(begins=pack.in_force_from, ends=pack.in_force_to))
    else:
        yield Line(_("自 {begins} 起有效").format(begins=pack.in_force_from))
    if not pack.layers:
        yield Line(_("只写了监测线或资助参保，不能用来结算"))
    if pack.extends:
        yield Line(_("在 {parent} 的基础上修改；沿用的值注明来处").format(parent=pack.extends))


def _documents(pack: Pack, lang: str) -> Iterable[Line]:
    _ = translator("law", lang)
    for document in pack.documents.values():
        named = [document_text(document, lang), document.title, document.address, document.note]
        said = _("；").join(part for part in named if part)
        mark = _("已与原文核对") if document.verified else _("未核对")
        yield Line(f"{document.key}  {said}", marks=(mark,))


def _dates(pack: Pack, lang: str) -> Iterable[Line]:
    for text in dates_words(pack, lang).values():
        yield line_of(pack, text, pack.dates.cites, pack.dates.origin, lang)


def _classes(pack: Pack, classes: Classes, lang: str) -> Iterable[Line]:
    _ = translator("law", lang)
    for item in classes.order:
        name = class_words(pack, classes, item.name, lang)
        members = members_words(pack, item.members, lang)
        text = f"{item.name}  {name}" + (
            _("：{members}").format(members=members) if members and members != name else ""
        )
        yield line_of(pack, text, item.cites, item.origin, lang)
    if classes.order_stated:
        yield line_of(pack, _("先后次序由文件规定"), classes.order_cites, None, lang)
    if classes.choose:
        names = [class_words(pack, classes, name, lang) for name in classes.choose]
        text = _("同时符合的须在二者中选择：{names}").format(names=_("、").join(names))
        yield line_of(pack, text, classes.choose_cites, None, lang)


def _identities(pack: Pack, lang: str) -> Iterable[Line]:
    _ = translator("law", lang)
    rules = pack.identities
    starts = {
        "same_day": _("身份自开始之日起算"),
        "next_month": _("身份自开始的次月起算"),
        "by_stay": _("住院期间任何一天有身份的，整次住院都算"),
    }
    ends = {"same_day": _("到结束之日止"), "end_of_month": _("到结束当月月末止")}
    text = _("，").join((starts[rules.effective], ends[rules.ends]))
    yield line_of(pack, text, rules.cites, rules.origin, lang)
    for name, months in rules.valid_months.items():
        text = _("{identity}的有效期 {months} 个月").format(
            identity=code_words(pack, "identity", name, lang), months=months
        )
        yield line_of(pack, text, rules.cites, rules.origin, lang)
    for back in rules.look_back:
        yield line_of(pack, look_back_words(pack, back, lang), back.cites, back.origin, lang)


def _derived(pack: Pack, lang: str) -> Iterable[Line]:
    for derived in pack.derived:
        yield line_of(pack, title_words(derived.title, lang, derived.name), derived.cites, derived.origin, lang)
        for rule in derived.rules:
            text = rule_words(pack, derived, rule, lang)
            yield line_of(pack, text, () if rule.cites == derived.cites else rule.cites, rule.origin, lang, 2)


def _references(pack: Pack, lang: str) -> Iterable[Line]:
    _ = translator("law", lang)
    for reference in pack.reference.values():
        yield line_of(pack, _reference_words(pack, reference, lang), reference.cites, reference.origin, lang)


def _reference_words(pack: Pack, reference: Reference, lang: str) -> str:
    _ = translator("law", lang)
    name = title_words(reference.title, lang, reference.name)
    values = [
        _("{year} 年 {value}").format(year=year, value=value_words(pack, value, lang))
        for year, value in sorted(reference.values.items())
    ]
    area = _("（{area}）").format(area=reference.area) if reference.area else ""
    return name + area + _("：") + _("；").join(values)


def _audit(pack: Pack, lang: str) -> Iterable[Line]:
    _ = translator("law", lang)
    for item in pack.one_stop:
        text = _("一站式结算：{who}").format(who=one_stop_words(pack, item, lang))
        yield line_of(pack, text, item.cites, item.origin, lang)
    if pack.late_until:
        until = f"{pack.late_until[0]:02d}-{pack.late_until[1]:02d}"
        text = _("零星报销受理到次年 {until}").format(until=until)
        yield line_of(pack, text, pack.late_cites, None, lang)


def monitoring_words(pack: Pack, lang: str) -> Iterable[Line]:
    """Each line of surveillance as a sentence."""
    _ = translator("law", lang)
    spans = {
        "stay": _("单次住院"),
        "year": _("自然年度"),
        "twelve_months": _("最近十二个月"),
        "unknown": _("（期间未知）"),
    }
    measures = {
        "self_in_scope": _("政策范围内个人负担"), "self_total": _("个人负担合计"), "unknown": _("个人负担（口径未知）"),
    }  # fmt: skip
    cadences = {
        "daily": _("每日"),
        "ten_days": _("每旬"),
        "monthly": _("每月"),
        "quarterly": _("每季度"),
        "unknown": _("（频次未知）"),
    }
    titles = {layer.id: title_words(layer.title, lang, layer.id) for layer in pack.layers}
    for item in pack.monitoring:
        who = _("、").join(code_words(pack, "identity", name, lang) for name in item.identities)
        after = _("{layer}支付后的").format(layer=titles[item.after]) if item.after in titles else _("各层支付后的")
        text = _("{name}：{who}，{span}{after}{measure}超过 {line}，{cadence}监测").format(
            name=title_words(item.title, lang, item.id), who=who or _("其他参保人"), span=spans[item.over], after=after,
            measure=measures[item.measure], line=value_words(pack, item.line, lang), cadence=cadences[item.cadence],
        )  # fmt: skip
        yield line_of(pack, text, item.cites, item.origin, lang)


def _notes(pack: Pack, lang: str) -> Iterable[Line]:
    for note in pack.notes:
        yield line_of(pack, title_words(note.text, lang), note.cites, None, lang)
