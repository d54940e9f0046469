"""The rules of one layer or award, in the order in which they work, as sentences.

Enters: layers of a pack. Leaves: lines. Tables come out as one line where that is readable, otherwise as a line a
row; rows that give the same value are put together. Imports ``tuodi.i18n``, ``tuodi.vocabulary``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tuodi import vocabulary
from tuodi.i18n import translator
from tuodi.law.line import Line, line_of, unmarked
from tuodi.law.model import Award, Cite, Layer, Pack, Row, Table, Unknown
from tuodi.law.phrases import base_words, rounding_said, shared_with, window_words
from tuodi.law.words import (
    cap_title,
    conditions_words,
    counter_words,
    record_words,
    scope_words,
    value_words,
    when_words,
)

__all__ = ["award_lines", "layer_lines", "layer_tables", "table_lines"]

_INLINE = 4
"""As many cells as one line can hold and still be read."""


def layer_tables(pack: Pack, layer: Layer, lang: str) -> list[tuple[str, Table]]:
    """The tables of a layer with what each gives, in the order in which they are used."""
    _ = translator("law", lang)
    tables = [
        (_("门槛"), layer.when.base_over),
        (_("起付标准"), layer.deductible.amount if layer.deductible else None),
        (_("支付比例"), layer.rate),
        (_("比例系数"), layer.factor),
        (_("比例加减"), layer.points),
        (_("定额"), layer.fixed),
        (_("补到"), layer.top_up.to if layer.top_up else None),
        *((cap_title(pack, layer, cap, lang), cap.limit) for cap in layer.caps),
    ]
    return [(what, table) for what, table in tables if table is not None]


def layer_lines(pack: Pack, layer: Layer, lang: str) -> list[Line]:
    """A layer: who and when, base, deductible, brackets, rate, caps, rounding."""
    _ = translator("law", lang)
    if layer.given is not None:
        return list(_given(pack, layer, lang))
    return [
        *_gate(pack, layer, lang),
        *_base(pack, layer, lang),
        *_deductible(pack, layer, lang),
        *_payment(pack, layer, lang),
        *_caps(pack, layer, lang),
        *_closing(pack, layer, lang),
    ]


def award_lines(pack: Pack, award: Award, lang: str) -> list[Line]:
    """An award on application: its window, then its rules as on one bill."""
    _ = translator("law", lang)
    span = window_words(award.window, lang)
    who = {"person": _("本人"), "household": _("全家")}[award.subject]
    text = _("把{who}{span}出院各笔费用中各层支付后余下的部分合并为一笔").format(who=who, span=span)
    text += _("，先扣除其他救助") if award.less_other_aid else ""
    first = [line_of(pack, text, award.cites, award.origin, lang)]
    if award.once_per_year:
        first.append(line_of(pack, _("每年一次"), award.cites, award.origin, lang))
    layer = award.layer
    return [
        *first,
        *_base(pack, layer, lang),
        *_deductible(pack, layer, lang, spans=False),
        *_payment(pack, layer, lang, spans=False),
        *_caps(pack, layer, lang, spans=False),
        *_closing(pack, layer, lang),
    ]


def _given(pack: Pack, layer: Layer, lang: str) -> Iterator[Line]:
    _ = translator("law", lang)
    given = layer.given
    for scheme, columns in given.columns.items() if given else ():
        named = _("、").join(record_words(column, lang) for column in columns)
        if scheme:
            text = _("{scheme}：以结算记录为准（{columns}）").format(
                scheme=vocabulary.label("scheme", scheme, lang), columns=named
            )
        else:
            text = _("以结算记录为准（{columns}）").format(columns=named)
        yield line_of(pack, text, given.cites if given else (), given.origin if given else None, lang)


def _gate(pack: Pack, layer: Layer, lang: str) -> Iterator[Line]:
    _ = translator("law", lang)
    when = layer.when
    reach = when_words(pack, layer, when, lang)
    yield line_of(
        pack, _("适用于：{reach}").format(reach=reach or _("所有费用")), when.cites or layer.cites, when.origin, lang
    )
    if when.used_up:
        names = _("、").join(counter_words(pack, name, lang) for name in when.used_up)
        yield line_of(pack, _("只在用完以后：{names}").format(names=names), when.cites, when.origin, lang)
    if when.base_over is not None:
        yield from table_lines(pack, layer, when.base_over, _("只在基数超过：{cells}"), lang)
    if layer.counts_outside:
        text = _("不适用的费用也累计起付标准和分段，但不支付")
        yield line_of(pack, text, layer.cites, layer.origin, lang)


def _base(pack: Pack, layer: Layer, lang: str) -> Iterator[Line]:
    _ = translator("law", lang)
    text = _("基数：前面各层支付后余下的{parts}").format(parts=base_words(layer, lang))
    yield line_of(pack, text, layer.cites, layer.origin, lang)


def _deductible(pack: Pack, layer: Layer, lang: str, spans: bool = True) -> Iterator[Line]:
    _ = translator("law", lang)
    deductible = layer.deductible
    if deductible is None:
        yield line_of(pack, _("起付标准：不设"), layer.cites, layer.origin, lang)
        return
    span = _("{scope}，").format(scope=scope_words(deductible.per, lang)) if spans else ""
    lead = _("起付标准：") + span + "{cells}"
    yield from table_lines(pack, layer, deductible.amount, lead, lang)


def _payment(pack: Pack, layer: Layer, lang: str, spans: bool = True) -> Iterator[Line]:
    _ = translator("law", lang)
    if layer.brackets is not None:
        brackets = layer.brackets
        ends = _("、").join(value_words(pack, end, lang) for end in brackets.upto)
        start = {"zero": _("从零算起"), "deductible": _("从起付标准以上算起")}[brackets.start]
        span = _("{scope}累计，").format(scope=scope_words(brackets.on, lang)) if spans else ""
        text = _("分段：{span}{start}，分界 {ends}").format(span=span, start=start, ends=ends)
        yield line_of(pack, text, brackets.cites, brackets.origin, lang)
    if layer.rate is not None:
        yield from table_lines(pack, layer, layer.rate, _("支付比例：{cells}"), lang, rate=True)
    if layer.factor is not None:
        yield from table_lines(pack, layer, layer.factor, _("比例再乘：{cells}"), lang, rate=True)
    if layer.points is not None:
        yield from table_lines(pack, layer, layer.points, _("比例再加（百分点）：{cells}"), lang, rate=True)
    if layer.fixed is not None:
        span = _("{scope}，").format(scope=scope_words(layer.fixed_per, lang)) if spans else ""
        lead = _("定额：") + span + "{cells}"
        yield from table_lines(pack, layer, layer.fixed, lead, lang)
    if layer.top_up is not None:
        lead = _("补足：{scope}，连同前面各层补到政策范围内费用的 ").format(scope=scope_words(layer.top_up.per, lang))
        yield from table_lines(pack, layer, layer.top_up.to, lead + "{cells}", lang, rate=True)


def _caps(pack: Pack, layer: Layer, lang: str, spans: bool = True) -> Iterator[Line]:
    _ = translator("law", lang)
    for cap in layer.caps:
        what = cap_title(pack, layer, cap, lang) if spans else _("限额")
        others = shared_with(pack, layer, cap, lang)
        shared = _("（与{layers}共用）").format(layers=others) if others else ""
        yield from table_lines(pack, layer, cap.limit, what + shared + _("：") + "{cells}", lang)
    if not layer.caps:
        yield line_of(pack, _("限额：不设"), layer.cites, layer.origin, lang)


def _closing(pack: Pack, layer: Layer, lang: str) -> Iterator[Line]:
    _ = translator("law", lang)
    if layer.notional:
        yield line_of(pack, _("只计算并从后面各层扣除，不实际支付"), layer.cites, layer.origin, lang)
    if layer.recompute_year:
        text = _("身份变动的，全年按最后一笔费用时的身份重算")
        yield line_of(pack, text, layer.cites, layer.origin, lang)
    rounding = layer.rounding
    text = _("取整：{how}").format(how=rounding_said(rounding, lang))
    yield line_of(pack, text, rounding.cites, layer.origin if rounding.stated else None, lang)


def table_lines(pack: Pack, layer: Layer, table: Table, lead: str, lang: str, *, rate: bool = False) -> Iterator[Line]:
    """A table after ``lead``, which holds ``{cells}``: one line if it is short, otherwise a line a row."""
    _ = translator("law", lang)
    rows = grouped(table.rows)
    sources = {row.cites for row in rows}
    origins = {row.origin.pack for row in rows}
    said = [_row_words(pack, layer, row, lang, rate) for row in rows]
    short = len(rows) <= _INLINE and all(len(row.when) <= 1 for row in rows)
    if short and len(sources) == 1 and len(origins) == 1:
        cells = _("；").join(said)
        line = line_of(pack, lead.replace("{cells}", cells), rows[0].cites, rows[0].origin, lang)
        yield unmarked(line) if any(isinstance(row.value, Unknown) for row in rows) else line
        return
    same: tuple[Cite, ...] = rows[0].cites if len(sources) == 1 else ()
    yield line_of(pack, lead.replace("{cells}", "").rstrip("：:，, "), same, None, lang)
    for row, text in zip(rows, said, strict=True):
        line = line_of(pack, text, () if same else row.cites, row.origin, lang, 2)
        yield unmarked(line) if isinstance(row.value, Unknown) else line


def _row_words(pack: Pack, layer: Layer, row: Row, lang: str, rate: bool) -> str:
    _ = translator("law", lang)
    value = value_words(pack, row.value, lang, rate=rate)
    where = _("其余情形") if row.otherwise else conditions_words(pack, layer, layer.classes, row.when, lang)
    return _("{where} {value}").format(where=where, value=value) if where else value


def grouped(rows: Iterable[Row]) -> list[Row]:
    """Rows that give the same value and differ in one condition only, put together."""
    made: list[Row] = []
    for row in rows:
        for at, other in enumerate(made):
            column = _only_difference(other, row)
            if column:
                codes = (*other.when[column], *row.when[column])
                made[at] = Row({**other.when, column: codes}, row.value, False, row.cites, other.origin)
                break
        else:
            made.append(row)
    return made


def _only_difference(one: Row, other: Row) -> str:
    alike = (one.value, one.cites, one.otherwise, one.origin.pack) == (
        other.value, other.cites, other.otherwise, other.origin.pack,
    )  # fmt: skip
    if not alike or one.otherwise or one.when.keys() != other.when.keys():
        return ""
    different = [column for column in one.when if one.when[column] != other.when[column]]
    return different[0] if len(different) == 1 else ""
