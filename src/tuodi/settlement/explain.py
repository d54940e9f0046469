"""One bill explained: the same run with every step kept, in the words of the settlement sheet, with articles.

Enters: what :func:`settle` takes and a claim id. Leaves: an :class:`Explanation`, and its lines in Chinese or English.
Every number that the result depends on is printed, so that it can be done again by hand from the lines alone. Imports
``tuodi.law``, ``tuodi.vocabulary``, ``tuodi.i18n`` and this room.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from tuodi import vocabulary
from tuodi.errors import UsageError, nearest
from tuodi.i18n import translator
from tuodi.law.cell import cap_cites, cell_of, deductible_cites, layer_cites, rate_cites
from tuodi.law.cite import cite_text
from tuodi.law.model import Layer, Pack
from tuodi.law.words import amount_words, cap_title, class_words, percent_words, rounding_words, title_words
from tuodi.settlement.run import Law, settle
from tuodi.tables import CLAIMS, PARTS, conform

__all__ = ["Explanation", "Line", "explain", "explanation_lines", "reason_words", "step_lines"]

EXACT_DECIMALS = 6
"""Fen × basis points as yuan has six decimals."""


@dataclass(frozen=True)
class Explanation:
    """A claim, what the law gives for it, and the steps of each layer (rows of ``trace.STEPS``)."""

    pack: Pack
    claim: Mapping[str, Any]
    bill: Mapping[str, Any]
    steps: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Line:
    """One line: what it says, the document and article behind it, how deep it stands (0 heading, 1 step)."""

    text: str
    cite: str = ""
    depth: int = 1


def explain(
    law: Law,
    claims: pl.DataFrame,
    identities: pl.DataFrame | None,
    claim_id: str,
    persons: pl.DataFrame | None = None,
    opening: pl.DataFrame | None = None,
    *,
    window_from: date | None = None,
    given: Collection[str] = (),
) -> Explanation:
    """Explain one claim; only its person's bills are settled. Raises ``UsageError`` for a claim that is not there."""
    claims = conform(claims, CLAIMS)
    chosen = claims.filter(pl.col("claim_id") == claim_id)
    if chosen.is_empty():
        known = claims["claim_id"].to_list()
        raise UsageError(f"claim {claim_id!r} is not among the {len(known)} claims{nearest(claim_id, known)}")
    own = claims.filter(pl.col("person_id") == chosen["person_id"][0])
    run = settle(law, own, identities, persons, opening, window_from=window_from, given=given, trace=True)
    bill = run.bills.filter(pl.col("claim_id") == claim_id).row(0, named=True)
    steps = run.trace.filter(pl.col("claim_id") == claim_id) if run.trace is not None else pl.DataFrame()
    pack = next((pack for pack in law.packs if pack.id == bill["pack"]), law.packs[-1])
    return Explanation(pack, chosen.row(0, named=True), bill, tuple(steps.iter_rows(named=True)))


def explanation_lines(explanation: Explanation, lang: str = "zh") -> list[Line]:
    """The whole explanation, line by line."""
    _ = translator("settlement", lang)
    claim, bill = explanation.claim, explanation.bill
    lines = [
        Line(
            _("单据 {claim}：{day} 出院（就诊），{setting}，{level}").format(
                claim=claim["claim_id"],
                day=claim["discharged_on"],
                setting=vocabulary.label("setting", claim["setting"], lang),
                level=vocabulary.label("provider_level", claim["provider_level"], lang),
            ),
            title_words(explanation.pack.title, lang, explanation.pack.id),
            0,
        ),
        Line(_("医疗费总额：{amount}").format(amount=amount_words(claim["total"], lang))),
    ]
    for part in PARTS:
        word = vocabulary.label("part", part, lang)
        lines.append(Line(_("其中{part}：{amount}").format(part=word, amount=amount_words(claim[part], lang))))
    if claim["paid_hospital"]:
        cite = cite_text(explanation.pack, explanation.pack.hospital_cites, lang)
        lines.append(Line(_("医院负担：{amount}").format(amount=amount_words(claim["paid_hospital"], lang)), cite))
    if bill["status"] in ("annulled", "quarantined"):
        return [
            *lines,
            Line(vocabulary.label("status", bill["status"], lang)),
            *_reasons(explanation.pack, bill["reason"], lang),
        ]
    for step in explanation.steps:
        lines += step_lines(explanation.pack, step, lang)
    lines.append(Line(_("个人负担"), depth=0))
    for name, word in (("self_in_scope", _("政策范围内个人负担")), ("self_total", _("个人负担合计"))):
        amount = bill[name]
        said = _("无法判定") if amount is None else amount_words(amount, lang)
        lines.append(Line(_("{what}：{amount}").format(what=word, amount=said)))
    return [*lines, *_reasons(explanation.pack, bill["reason"], lang)]


def step_lines(pack: Pack, step: Mapping[str, Any], lang: str = "zh") -> list[Line]:
    """One layer of one bill: a heading and its arithmetic."""
    _ = translator("settlement", lang)
    layer = pack.layer(step["layer"])
    cell = cell_of(step["cell"])
    heading = title_words(layer.title, lang, layer.id)
    if step["class"] and step["class"] in layer.classes.names and step["state"] not in ("given", "outside"):
        heading = _("{layer}（{who}）").format(layer=heading, who=class_words(pack, layer.classes, step["class"], lang))
    lines = [Line(heading, cite_text(pack, layer_cites(layer, cell), lang), 0)]
    match step["state"]:
        case "outside":
            return [*lines, Line(_("不在本层范围内，不支付"))]
        case "undetermined":
            return [*lines, Line(_("无法判定：{why}").format(why=reason_words(step["reason"], lang)))]
        case "given":
            return [
                *lines,
                Line(_("计算基数：{amount}").format(amount=amount_words(step["base"], lang))),
                Line(_("按结算记录取数，支付：{amount}").format(amount=amount_words(step["paid"], lang))),
            ]
    return [*lines, *_arithmetic(pack, layer, step, cell, lang)]


def reason_words(code: str, lang: str = "zh") -> str:
    """A reason code of a settlement in words; the part before ``:`` names the layer."""
    _ = translator("settlement", lang)
    words = {
        "deductible_unknown": _("起付标准未知"),
        "rate_unknown": _("救助（报销）比例未知"),
        "cap_unknown": _("限额未知"),
        "gate_undecided": _("缺少判断是否适用本层所需的信息（如身份、转诊、险种）"),
        "given_missing": _("结算记录没有写明本层支付金额"),
        "given_exceeds_base": _("结算记录的支付金额超过本层可支付的费用"),
        "earlier_layer_undetermined": _("前一层无法判定"),
        "earlier_bill_undetermined": _("本年累计额不清楚：较早的单据无法判定，或没有期初累计额"),
        "stays_overlap": _("住院时间与另一次住院重叠"),
        "amount_unknown": _("规定金额未知"),
        "hospital_part_not_stated": _("规则没有写明医院负担冲减哪一部分费用"),
        "bracket_unknown": _("分段界限未知"),
        "cap_unknown_treated_as_none": _("限额未知，按不设限额计"),
        "version_changes_within_year": _("年度中间规则换了结构不同的版本"),
        "outside_version": _("不在所选规则版本的施行期内"),
        "no_version_in_force": _("就诊时没有施行中的规则版本"),
        "negative_without_reversal": _("金额为负，却没有写明冲正哪一笔"),
        "reversal_of_nothing": _("冲正的原单据不在文件中"),
        "reversal_of_other_amounts": _("冲正金额与原单据不一致"),
        "reversed_before": _("原单据此前已被冲正"),
        "counter_year_unknown": _("分不清计入哪一个年度"),
        "bill_undetermined": _("时段内有单据无法判定"),
        "earlier_request_undetermined": _("同年较早的申请无法判定"),
        "household_unknown": _("不知道属于哪一户"),
        "other_aid_unknown": _("不知道其他救助和商业保险金额"),
        "recognised_on_unknown": _("不知道认定日期"),
    }
    name = code.rsplit(":", 1)[-1]
    return words.get(name, name)


def _reasons(pack: Pack, reason: str, lang: str) -> Iterator[Line]:
    _ = translator("settlement", lang)
    titles = {layer.id: title_words(layer.title, lang, layer.id) for layer in pack.layers}
    for code in reason.split(";") if reason else ():
        name, colon, _code = code.partition(":")
        why = reason_words(code, lang)
        yield Line(_("说明：{layer}，{why}").format(layer=titles.get(name, name), why=why) if colon else why)


def _arithmetic(
    pack: Pack, layer: Layer, step: Mapping[str, Any], cell: Mapping[str, str], lang: str
) -> Iterator[Line]:
    _ = translator("settlement", lang)

    def money(fen: int) -> str:
        return amount_words(fen, lang)

    yield Line(_("计算基数：{amount}").format(amount=money(step["base"])))
    caps = {cap.id: cap for cap in layer.caps}
    asked = [
        (caps[name], limit, room)
        for name, limit, room in zip(step["caps"], step["limits"], step["rooms"], strict=True)
        if limit is not None and room is not None
    ]

    def cap_lines(counts: str) -> Iterator[Line]:
        for cap, limit, room in asked:
            if cap.counts == counts:
                text = _("{cap}：{limit}，尚余 {room}").format(
                    cap=cap_title(pack, layer, cap, lang), limit=money(limit), room=money(room)
                )
                yield Line(text, cite_text(pack, cap_cites(pack, layer, cap, cell), lang))

    yield from cap_lines("base")
    if step["base_within"] != step["base"]:
        yield Line(_("计入基数：{amount}").format(amount=money(step["base_within"])))
    if layer.deductible is not None:
        text = _("起付标准：{amount}，此前已扣 {used}").format(
            amount=money(step["deductible"]), used=money(step["deductible_used"])
        )
        yield Line(text, cite_text(pack, deductible_cites(pack, layer, cell), lang))
        yield from cap_lines("deductible")
        yield Line(_("本次扣起付标准：{amount}").format(amount=money(step["deductible_taken"])))
    yield from _raw(pack, layer, step, cell, lang)
    yield from cap_lines("paid")
    if step["cap_cut"]:
        yield Line(_("超过限额不予支付：{amount}").format(amount=money(step["cap_cut"])))
    said = _("只计算、不支付：{amount}") if step["state"] == "notional" else _("支付：{amount}")
    yield Line(said.format(amount=money(step["paid"])))


def _raw(pack: Pack, layer: Layer, step: Mapping[str, Any], cell: Mapping[str, str], lang: str) -> Iterator[Line]:
    """What is due before caps on the payment."""
    _ = translator("settlement", lang)
    how = rounding_words(layer.rounding.unit, layer.rounding.direction, lang)

    def money(fen: int) -> str:
        return amount_words(fen, lang)

    def exact(value: int) -> str:
        return f"{value // 10**EXACT_DECIMALS}.{value % 10**EXACT_DECIMALS:0{EXACT_DECIMALS}d}"

    if layer.fixed is not None:
        text = _("定额：{amount}，此前已付 {paid}").format(amount=money(step["goal"]), paid=money(step["before"]))
        yield Line(text, cite_text(pack, rate_cites(pack, layer, cell, 1), lang))
    elif layer.top_up is not None:
        text = _("补足目标：{goal} 元，此前各方已付 {paid}").format(
            goal=exact(step["goal"]), paid=money(step["before"])
        )
        yield Line(text, cite_text(pack, rate_cites(pack, layer, cell, 1), lang))
    else:
        several = len(step["amounts"]) > 1
        if several:
            cites = layer.brackets.cites if layer.brackets is not None else ()
            text = _("分段计算，从 {start} 起算").format(start=money(step["start"]))
            yield Line(text, cite_text(pack, cites, lang))
        for number, (amount, rate, bound) in enumerate(
            zip(step["amounts"], step["rates"], step["bounds"], strict=True), 1
        ):
            known = _("比例未知") if rate is None else percent_words(rate)
            text = _("{amount} × {rate}").format(amount=money(amount), rate=known)
            if several:
                until = _("以上不封顶") if bound is None else _("至 {bound}").format(bound=money(bound))
                text = _("第 {number} 段（{until}）：{sum}").format(number=number, until=until, sum=text)
            yield Line(text, cite_text(pack, rate_cites(pack, layer, cell, number), lang))
        if layer.rounding.per == "year":
            yield Line(_("本年此前累计（未取整）：{amount} 元").format(amount=exact(step["before"])))
    yield Line(_("应付（{how}）：{amount}").format(how=how, amount=money(step["raw"])))
