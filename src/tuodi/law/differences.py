"""The fourteen things in which places differ (SPEC-settlement section 10), and what a pack decides on each.

Enters: a pack. Leaves: a line each. Imports ``tuodi.i18n``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tuodi.i18n import translator
from tuodi.law.line import Line, line_of
from tuodi.law.model import Cite, Layer, Pack, Row, Share, Table
from tuodi.law.rules import layer_tables
from tuodi.law.words import (
    class_words,
    code_words,
    conditions_words,
    record_words,
    rounding_words,
    scope_words,
    title_words,
    value_words,
)

__all__ = ["Difference", "answers", "differences"]

Answer = tuple[str, tuple[Cite, ...]]

MARGIN = ("dibao_margin", "rigid_expenditure", "illness_poor")


@dataclass(frozen=True)
class Difference:
    """A question that places answer differently, this pack's answer, and what it rests on."""

    what: str
    answer: str
    cites: tuple[Cite, ...]


def differences(pack: Pack, lang: str) -> Iterator[Line]:
    """One line a difference, in the specification's order."""
    _ = translator("law", lang)
    for number, item in enumerate(answers(pack, lang), 1):
        text = _("{number}. {what}：{answer}").format(number=number, what=item.what, answer=item.answer)
        yield line_of(pack, text, item.cites, None, lang)


def answers(pack: Pack, lang: str) -> Iterator[Difference]:
    """What the pack decides on each of the fourteen."""
    _ = translator("law", lang)
    asked: list[tuple[str, Callable[[Pack, str], Answer]]] = [
        (_("先行自付是否计入基数"), _first_self_pay),
        (_("收入基准的年份、口径和地区"), _income),
        (_("限额是共用、共用内设分项还是分别设"), _shared_caps),
        (_("倾斜救助按次还是按年"), _tilt),
        (_("分段从零还是从起付标准算起"), _brackets),
        (_("低保边缘等对象的起付标准"), _margin),
        (_("是否先扣商业保险和其他救助"), _other_aid),
        (_("转诊备案的后果"), _authorisation),
        (_("取整"), _rounding),
        (_("追溯及其起点"), _look_back),
        (_("身份何时生效"), _effective),
        (_("身份有效期"), _valid),
        (_("谁可一站式结算"), _one_stop),
        (_("监测指标"), _monitoring),
    ]
    for what, answer in asked:
        text, cites = answer(pack, lang)
        yield Difference(what, text, cites)


def _computed(pack: Pack) -> list[Layer]:
    return [layer for layer in (*pack.layers, *(award.layer for award in pack.awards)) if layer.given is None]


def _names(layers: list[Layer], lang: str) -> str:
    _ = translator("law", lang)
    return _("、").join(title_words(layer.title, lang, layer.id) for layer in layers)


def _first_self_pay(pack: Pack, lang: str) -> Answer:
    _ = translator("law", lang)
    found = [layer for layer in _computed(pack) if "first_self_pay" in layer.base.parts]
    if not found:
        return _("都不计入"), ()
    return _("{layers}计入").format(layers=_names(found, lang)), found[0].cites


def _income(pack: Pack, lang: str) -> Answer:
    _ = translator("law", lang)
    used = {
        row.value.of: row.cites
        for layer in _computed(pack)
        for _what, table in layer_tables(pack, layer, lang)
        for row in table.rows
        if isinstance(row.value, Share)
    }
    if not used:
        return _("没有用到收入基准"), ()
    year = {"previous": _("上年"), "before_previous": _("上上年")}[pack.dates.income_year]
    names = [
        title_words(pack.reference[name].title, lang, name)
        + (_("（{area}）").format(area=pack.reference[name].area) if pack.reference[name].area else "")
        for name in used
    ]
    return _("{year}；{names}").format(year=year, names=_("、").join(names)), next(iter(used.values()))


def _shared_caps(pack: Pack, lang: str) -> Answer:
    _ = translator("law", lang)
    by_counter: dict[str, list[Layer]] = {}
    for layer in pack.layers:
        for cap in layer.caps:
            by_counter.setdefault(cap.counter, []).append(layer)
    shared = [layers for layers in by_counter.values() if len(layers) > 1]
    said = [_("{layers}共用一个限额").format(layers=_names(layers, lang)) for layers in shared]
    for layer in pack.layers:
        total = [cap for cap in layer.caps if not cap.when.codes and cap.per == "year"]
        parts = [cap for cap in layer.caps if cap.when.codes]
        name = title_words(layer.title, lang, layer.id)
        if total and parts:
            said.append(_("{layer}一个总限额，内设 {count} 个分项").format(layer=name, count=len(parts)))
        elif len(parts) > 1:
            said.append(_("{layer}分别设 {count} 个限额").format(layer=name, count=len(parts)))
        elif total:
            said.append(_("{layer}的限额不分类别").format(layer=name))
    return _("；").join(said) or _("不设限额"), ()


def _tilt(pack: Pack, lang: str) -> Answer:
    _ = translator("law", lang)
    tilt = next((layer for layer in pack.layers if layer.id == "tilt" and layer.given is None), None)
    if tilt is None:
        return _("本包没有倾斜救助"), ()
    spans = {scope_words(tilt.deductible.per, lang)} if tilt.deductible else set()
    spans |= {scope_words(tilt.brackets.on, lang)} if tilt.brackets else set()
    return _("、").join(sorted(spans)) or scope_words("bill", lang), tilt.cites


def _brackets(pack: Pack, lang: str) -> Answer:
    _ = translator("law", lang)
    found = [(layer, layer.brackets) for layer in _computed(pack) if layer.brackets is not None]
    starts = {"zero": _("从零"), "deductible": _("从起付标准")}
    said = [
        _("{layer}{start}").format(layer=title_words(layer.title, lang, layer.id), start=starts[brackets.start])
        for layer, brackets in found
    ]
    return (_("；").join(said), found[0][1].cites) if found else (_("不分段"), ())


def _margin(pack: Pack, lang: str) -> Answer:
    _ = translator("law", lang)
    layer = next((item for item in pack.layers if item.id == "assistance" and item.given is None), None)
    if layer is None:
        return _("本包没有医疗救助层"), ()
    concerned = [item.name for item in layer.classes.order if any(member.identity in MARGIN for member in item.members)]
    concerned = [name for name in concerned if not layer.when.codes.get("class") or name in layer.when.codes["class"]]
    if not concerned:
        return _("不在救助对象中"), layer.cites
    if layer.deductible is None:
        return _("不设"), layer.cites
    said = []
    for name in concerned:
        for row in _rows_for(layer.deductible.amount, name):
            where = conditions_words(pack, layer, layer.classes, {**row.when, "class": (name,)}, lang)
            said.append(_("{where} {value}").format(where=where, value=value_words(pack, row.value, lang)))
    return _("；").join(said), layer.deductible.cites


def _rows_for(table: Table, name: str) -> list[Row]:
    named = [row for row in table.rows if name in row.when.get("class", ())]
    return named or [row for row in table.rows if "class" not in row.when]


def _other_aid(pack: Pack, lang: str) -> Answer:
    _ = translator("law", lang)
    aware = [award for award in pack.awards if award.less_other_aid]
    given = [layer for layer in pack.layers if layer.given is not None]
    said = []
    if aware:
        said.append(_("{awards}先扣申报的其他救助").format(awards=_names([award.layer for award in aware], lang)))
    extra = {
        column
        for layer in given
        for columns in (layer.given.columns.values() if layer.given else ())
        for column in columns
        if column in ("paid_other", "paid_enterprise", "paid_civil_servant", "paid_disabled_veteran")
    }
    if extra:
        names = _("、").join(record_words(column, lang) for column in sorted(extra))
        said.append(_("先扣记录中的 {columns}").format(columns=names))
    return _("；").join(said) or _("不扣：结算记录里没有商业保险"), aware[0].cites if aware else ()


def _authorisation(pack: Pack, lang: str) -> Answer:
    _ = translator("law", lang)
    said: list[str] = []
    cites: tuple[Cite, ...] = ()
    for layer in _computed(pack):
        name = title_words(layer.title, lang, layer.id)
        admitted = layer.when.codes.get("authorisation")
        if admitted:
            words = _("、").join(code_words(pack, "authorisation", code, lang) for code in admitted)
            said.append(_("{layer}只限{words}").format(layer=name, words=words))
            cites = cites or layer.when.cites
        tables = [what for what, table in layer_tables(pack, layer, lang) if _reads(table, "authorisation")]
        if tables:
            said.append(_("{layer}的{tables}随之不同").format(layer=name, tables=_("、").join(tables)))
            cites = cites or layer.cites
    return _("；").join(said) or _("没有影响"), cites


def _reads(table: Table, column: str) -> bool:
    return any(column in row.when for row in table.rows)


def _rounding(pack: Pack, lang: str) -> Answer:
    _ = translator("law", lang)
    said: dict[str, list[Layer]] = {}
    cites: tuple[Cite, ...] = ()
    for layer in _computed(pack):
        rounding = layer.rounding
        text = {"bill": _("每笔"), "year": _("按年累计")}[rounding.per]
        text += rounding_words(rounding.unit, rounding.direction, lang)
        text += "" if rounding.stated else _("（文件没有写，按惯例，未核对）")
        said.setdefault(text, []).append(layer)
        cites = cites or rounding.cites
    if len(said) == 1:
        return next(iter(said)), cites
    return _("；").join(_("{layers}{how}").format(layers=_names(of, lang), how=how) for how, of in said.items()), cites


def _look_back(pack: Pack, lang: str) -> Answer:
    _ = translator("law", lang)
    anchors = {"recognised_on": _("认定日"), "from": _("开始日")}
    said = [
        _("{identities} {months} 个月，自{anchor}").format(
            identities=_("、").join(code_words(pack, "identity", name, lang) for name in back.identities),
            months=back.months,
            anchor=anchors[back.anchor],
        )
        for back in pack.identities.look_back
    ]
    first = pack.identities.look_back[0].cites if said else ()
    return _("；").join(said) or _("不追溯"), first


def _effective(pack: Pack, lang: str) -> Answer:
    _ = translator("law", lang)
    words = {
        "same_day": _("当日"),
        "next_month": _("次月"),
        "by_stay": _("住院期间有身份的整次都算"),
    }
    return words[pack.identities.effective], pack.identities.cites


def _valid(pack: Pack, lang: str) -> Answer:
    _ = translator("law", lang)
    said = [
        _("{identity} {months} 个月").format(identity=code_words(pack, "identity", name, lang), months=months)
        for name, months in pack.identities.valid_months.items()
    ]
    return _("；").join(said) or _("到身份结束为止"), pack.identities.cites if said else ()


def _one_stop(pack: Pack, lang: str) -> Answer:
    _ = translator("law", lang)
    names = dict.fromkeys(name for item in pack.one_stop for name in item.classes)
    words = [class_words(pack, _classes_with(pack, name).classes, name, lang) for name in names]
    if not pack.one_stop:
        return _("本包没有写"), ()
    return _("、").join(words) or _("所有情形"), pack.one_stop[0].cites


def _classes_with(pack: Pack, name: str) -> Layer | Pack:
    if name in pack.classes.names:
        return pack
    return next((layer for layer in pack.layers if name in layer.classes.names), pack)


def _monitoring(pack: Pack, lang: str) -> Answer:
    _ = translator("law", lang)
    if not pack.monitoring:
        return _("本包不含监测线"), ()
    named = [title_words(item.title, lang, item.id) for item in pack.monitoring]
    return _("、").join(named), pack.monitoring[0].cites
