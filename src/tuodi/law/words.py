"""The words for what a pack is made of: amounts, codes, classes, conditions, counters.

Enters: values of the model. Leaves: phrases in Chinese or English, in the field's terms. Imports ``tuodi.i18n``,
``tuodi.vocabulary``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tuodi import vocabulary
from tuodi.i18n import translator
from tuodi.law.classes import EVERYONE
from tuodi.law.model import (
    NO_LIMIT,
    Cap,
    ClassDef,
    Classes,
    Layer,
    Member,
    NoLimit,
    Pack,
    Share,
    Title,
    Unknown,
    Value,
    When,
)

__all__ = [
    "amount_words", "bracket_words", "cap_title", "class_words", "code_words", "column_words", "conditions_words",
    "counter_words", "members_words", "percent_words", "record_words", "scope_words", "span_words", "title_words",
    "value_words", "when_words",
]  # fmt: skip


def title_words(title: Title, lang: str, default: str = "") -> str:
    """A title in one language, or in the other where it has only that."""
    return title.get(lang) or title.get("zh") or title.get("en") or default


def amount_words(fen: int, lang: str) -> str:
    """300000 fen → ``3,000.00 元``."""
    _ = translator("law", lang)
    return _("{amount} 元").format(amount=f"{fen // 100:,}.{fen % 100:02d}")


def percent_words(points: int) -> str:
    """6250 basis points → ``62.5%``."""
    sign, points = ("-" if points < 0 else ""), abs(points)
    return f"{sign}{points // 100}.{points % 100:02d}".rstrip("0").rstrip(".") + "%"


def value_words(pack: Pack, value: Value, lang: str, *, rate: bool = False) -> str:
    """A cell of a table."""
    _ = translator("law", lang)
    if isinstance(value, Unknown):
        said = _("未知（{why}）").format(why=value.why)
        return said + _("，按不设限额计，结果注明") if value.treat_as_none else said
    if isinstance(value, NoLimit):
        return _("不设限额")
    if not isinstance(value, Share):
        return percent_words(value) if rate else amount_words(value, lang)
    reference = pack.reference.get(value.of)
    name = title_words(reference.title, lang, value.of) if reference else value.of
    said = _("{name}的 {share}").format(name=name, share=percent_words(value.rate))
    if (value.unit, value.direction) == (1, "half_up"):
        return said
    return said + _("（{how}）").format(how=rounding_words(value.unit, value.direction, lang))


def rounding_words(unit: int, direction: str, lang: str) -> str:
    """``四舍五入到分``."""
    _ = translator("law", lang)
    to = {1: _("分"), 10: _("角"), 100: _("元")}[unit]
    how = {
        "half_up": _("四舍五入到{to}"),
        "half_even": _("四舍六入五成双到{to}"),
        "up": _("进到{to}"),
        "down": _("舍到{to}"),
    }[direction]
    return how.format(to=to)


def scope_words(per: str, lang: str) -> str:
    """``每年``."""
    _ = translator("law", lang)
    return {"bill": _("每笔结算"), "stay": _("每次住院"), "year": _("每年")}[per]


def column_words(pack: Pack, column: str, lang: str) -> str:
    """The name of a condition's column."""
    _ = translator("law", lang)
    for derived in pack.derived:
        if derived.name == column and column != "person_type":
            return title_words(derived.title, lang, column)
    known = {
        "class": _("对象"),
        "provider_level": _("机构等级"),
        "setting": _("医疗类别"),
        "purpose": _("就医原因"),
        "place": _("就医地"),
        "authorisation": _("转诊备案"),
        "scheme": _("险种"),
        "person_type": _("人员类别"),
        "stay_ordinal": _("住院次序"),
        "bracket": _("费用段"),
        "settle_mode": _("结算方式"),
        "identity": _("身份"),
        "diagnosis": _("诊断编码"),
        "provider_traits": _("机构特征"),
        "assistance_kind": _("救助类别"),
        "age": _("年龄"),
        "total": _("医疗费总额"),
    }
    return known.get(column) or vocabulary.label("part", column, lang)


def code_words(pack: Pack, column: str, code: str, lang: str) -> str:
    """The word for one code."""
    _ = translator("law", lang)
    if column == "stay_ordinal":
        if code.endswith("+"):
            return _("第{number}次及以后住院").format(number=code[:-1])
        return _("第{number}次住院").format(number=code)
    if column == "bracket":
        return _("第{number}段").format(number=code)
    local = pack.codes.get(column, {}).get(code)
    if local is not None:
        return title_words(local.title, lang, code)
    for derived in pack.derived:
        if derived.name == column and column not in vocabulary.CODE_SETS:
            return _("不属以上各类") if code == "none" else title_words(derived.values.get(code, {}), lang, code)
    return vocabulary.label(column, code, lang) if column in vocabulary.CODE_SETS else code


def members_words(pack: Pack, members: Iterable[Member], lang: str) -> str:
    """The identities that make a class, in the field's words."""
    _ = translator("law", lang)
    said = []
    for member in members:
        word = code_words(pack, "identity", member.identity, lang)
        if member.scheme:
            word = _("{identity}（限{scheme}）").format(
                identity=word, scheme=code_words(pack, "scheme", member.scheme, lang)
            )
        said.append(word)
    return _("、").join(said)


def class_words(pack: Pack, classes: Classes, name: str, lang: str) -> str:
    """A class by its title, or by its members where it has none."""
    _ = translator("law", lang)
    found: ClassDef | None = next((item for item in classes.order if item.name == name), None)
    if found is not None and found.title:
        return title_words(found.title, lang, name)
    if name == EVERYONE:
        return _("所有人员")
    if found is None or not found.members:
        return _("其他人员")
    return members_words(pack, found.members, lang)


def bracket_words(pack: Pack, layer: Layer, number: int, lang: str) -> str:
    """``30,000.00 元至 50,000.00 元``: what a bracket holds."""
    _ = translator("law", lang)
    brackets = layer.brackets
    if brackets is None or number > len(brackets.upto) + 1:
        return code_words(pack, "bracket", str(number), lang)
    start = brackets.upto[number - 2] if number > 1 else None
    return span_words(pack, start, brackets.upto[number - 1] if number <= len(brackets.upto) else None, lang)


def span_words(pack: Pack, start: Value | None, to: Value | None, lang: str) -> str:
    """Money between two ends; None is no end."""
    _ = translator("law", lang)
    if start is None:
        return _("{to}以内").format(to=value_words(pack, NO_LIMIT if to is None else to, lang))
    if to is None:
        return _("{start}以上").format(start=value_words(pack, start, lang))
    return _("{start}至 {to}").format(start=value_words(pack, start, lang), to=value_words(pack, to, lang))


def record_words(column: str, lang: str) -> str:
    """A column of the settlement record under its national name: ``基本医疗保险统筹基金支出``."""
    names = vocabulary.aliases("claims").get(column, (column,))
    if lang == "zh":
        return next((name for name in names if not name.isascii()), column)
    return column.replace("_", " ")


def conditions_words(
    pack: Pack, layer: Layer | None, classes: Classes, codes: Mapping[str, tuple[str, ...]], lang: str
) -> str:
    """The conditions of a row or a gate: each column's words, the class first."""
    _ = translator("law", lang)
    said = []
    for column in sorted(codes, key=lambda name: (name != "class", name == "bracket")):
        if column == "class":
            words = [class_words(pack, classes, code, lang) for code in codes[column]]
        elif column == "bracket" and layer is not None:
            words = [bracket_words(pack, layer, int(code), lang) for code in codes[column]]
        else:
            words = [code_words(pack, column, code, lang) for code in codes[column]]
        said.append(_("、").join(words))
    return _("，").join(said)


def cap_title(pack: Pack, layer: Layer, cap: Cap, lang: str) -> str:
    """``年度救助限额``: what a cap limits, over which span."""
    _ = translator("law", lang)
    what = {
        "paid": _("{scope}限额"),
        "base": _("{scope}计入基数的限额"),
        "deductible": _("{scope}自付起付部分的限额"),
    }[cap.counts].format(scope=scope_words(cap.per, lang))
    reach = when_words(pack, layer, cap.when, lang)
    return _("{what}（{reach}）").format(what=what, reach=reach) if reach else what


def counter_words(pack: Pack, name: str, lang: str) -> str:
    """The cap behind a counter's name, with its layer."""
    _ = translator("law", lang)
    for layer in pack.layers:
        for cap in layer.caps:
            if name in (cap.counter, f"{layer.id}.{cap.id}"):
                what = cap_title(pack, layer, cap, lang)
                return _("{layer}的{what}").format(layer=title_words(layer.title, lang, layer.id), what=what)
    return name


def when_words(pack: Pack, layer: Layer, when: When, lang: str) -> str:
    """The codes that a gate or a cap's reach names."""
    _ = translator("law", lang)
    said = []
    for column in when.codes:
        words = conditions_words(pack, layer, layer.classes, {column: when.codes[column]}, lang)
        said.append(_("{column}：{words}").format(column=column_words(pack, column, lang), words=words))
    return _("；").join(said)
