"""A bill as its settlement sheet: the parts, every layer with its arithmetic and article, what is left to the person.

Enters: rows of the frames ``bills`` and ``waterfalls`` of an audit. Leaves: :class:`~tuodi.report.views.BillView`.
Imports rooms below and this room's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tuodi.money import FULL_RATE
from tuodi.report.context import Context, Row
from tuodi.report.figures import Step, waterfall
from tuodi.report.views import BillView, Fact, SheetLine
from tuodi.report.words import day, grouped, percent, span

__all__ = ["bill_view", "difference_of", "formulas", "sheet", "year_sheet"]


def bill_view(
    bill: Row, steps: Sequence[Row], context: Context, anchors: Mapping[str, str], *, differs: bool, shown: bool
) -> BillView:
    """A bill with its settlement sheet, in the order and words of the sheet that the family holds."""
    _ = context._
    stay = span(bill["admitted_on"], bill["discharged_on"]) if bill["admitted_on"] else day(bill["discharged_on"])
    facts = [
        (_("就医日期"), stay),
        (_("结算时间"), day(bill["settled_at"])),
        (
            _("医疗机构"),
            context.join([bill["provider_name"] or "", context.code("provider_level", bill["provider_level"])]),
        ),
        (_("险种"), context.code("scheme", bill["scheme"])),
        (_("就医地"), context.code("place", bill["place"])),
        (_("转诊备案"), context.code("authorisation", bill["authorisation"])),
        (_("结算方式"), context.code("settle_mode", bill["settle_mode"])),
        (_("医院所见身份"), context.code("identity", bill["identity_at_hospital"]) or _("无")),
        (_("依法适用类别"), context.class_(next((s["class"] for s in steps if s["audited"] and s["class"]), None))),
    ]
    return BillView(
        claim_id=bill["claim_id"],
        anchor=anchors.get(bill["claim_id"], ""),
        heading=f"{day(bill['settled_at'])} · {context.code('setting', bill['setting'])}",
        facts=tuple(Fact(name, value) for name, value in facts if value),
        lines=sheet(bill, steps, context),
        differs=differs,
        difference=difference_of(steps),
        open=shown,
        status=bill["status"],
        status_word=context.code("status", bill["status"]),
        reason="；".join(context.reasons(bill["reason"]))
        if context.lang == "zh"
        else "; ".join(context.reasons(bill["reason"])),
        pack=bill["pack"] or "",
    )


def difference_of(steps: Sequence[Row]) -> int | None:
    """Law less record over the audited layers of a bill, all of them by law; unknown where one of them is.

    The own errors of two layers are not added: what one should have paid, the next would not have.
    """
    audited = [step for step in steps if step["audited"]]
    found = [_minus(step["by_law_chain"], step["recorded"]) for step in audited]
    return None if None in found else sum(amount for amount in found if amount is not None)


def year_sheet(bills: Sequence[Row], steps: Mapping[str, Sequence[Row]], context: Context) -> tuple[SheetLine, ...]:
    """The sum of several bills' sheets; an amount that one bill does not know is not known of the sum."""
    names = ("total", "out_of_catalogue", "over_limit", "first_self_pay", "in_scope")
    whole = {name: _sum([bill[name] for bill in bills]) for name in names}
    whole["paid_hospital"] = sum(bill["paid_hospital"] or 0 for bill in bills)
    layers: dict[str, list[Row]] = {}
    for bill in bills:
        for step in steps.get(bill["claim_id"], ()):
            layers.setdefault(step["layer"], []).append(step)
    rows = [
        {
            "layer": layer,
            "state": "sum",
            "audited": own[0]["audited"],
            "by_law": _sum([step["recorded" if step["state"] == "given" else "by_law"] for step in own]),
            "by_law_chain": _sum([step["by_law_chain"] for step in own]),
            "recorded": _sum([step["recorded"] for step in own]),
            "citations": (),
        }
        for layer, own in sorted(layers.items(), key=lambda pair: min(step["step"] for step in pair[1]))
        if any(step["state"] != "outside" or step["recorded"] for step in own)
    ]
    return sheet(whole, rows, context)


def _sum(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def sheet(bill: Row, steps: Sequence[Row], context: Context) -> tuple[SheetLine, ...]:
    """总费用 → 目录外 → 超限价 → 先行自付 → 政策范围内 → each payer → 个人负担, by law and as recorded.

    A layer's amount by law is its own, on the earlier ones as paid; what is left to the person by law is what all
    layers by law leave.
    """
    _ = context._
    linked = False
    own: list[tuple[Step, Step, Row | None]] = []

    def same(word: str, amount: int | None, kind: Any) -> None:
        own.append((Step(word, amount, kind), Step(word, amount, kind), None))

    same(_("医疗费总额"), bill["total"], "total")
    same(_("目录外（全自费）"), bill["out_of_catalogue"], "cut")
    same(_("超限价自费"), bill["over_limit"], "cut")
    same(_("先行自付"), bill["first_self_pay"], "cut")
    same(_("政策范围内费用"), bill["in_scope"], "sub")
    hospital = bill["paid_hospital"] or 0
    if hospital:
        same(_("医院负担"), hospital, "pay")
    left = {"by_law": bill["in_scope"], "recorded": bill["in_scope"]}
    whole = {"by_law": bill["total"], "recorded": bill["total"]}
    for side in left:
        left[side] = _minus(left[side], hospital)
        whole[side] = _minus(whole[side], hospital)
    only_in_scope = True
    for step in steps:
        kind: Any = "aid" if step["audited"] else "pay"
        word = context.layer(step["layer"])
        amounts = {
            "by_law": step["recorded"] if step["state"] == "given" else step["by_law"],
            "recorded": step["recorded"],
        }
        own.append((Step(word, amounts["by_law"], kind), Step(word, amounts["recorded"], kind), step))
        known = step["audited"] and amounts["by_law"] is not None
        chain = step["by_law_chain"] if known else amounts["by_law"]
        linked |= chain != amounts["by_law"]
        only_in_scope &= context.base_parts.get(step["layer"], frozenset({"in_scope"})) <= {"in_scope"}
        for side, amount in (("by_law", chain), ("recorded", amounts["recorded"])):
            left[side] = _minus(left[side], amount)
            whole[side] = _minus(whole[side], amount)
    if only_in_scope and (left["by_law"] is None or left["by_law"] >= 0):
        word = _("政策范围内个人负担")
        own.append((Step(word, left["by_law"], "self"), Step(word, left["recorded"], "self"), None))
    word = _("个人负担合计（含目录外、超限价、先行自付）")
    own.append((Step(word, whole["by_law"], "own"), Step(word, whole["recorded"], "own"), None))
    law_bars = waterfall([law for law, _recorded, _row in own])
    recorded_bars = waterfall([recorded for _law, recorded, _row in own])
    return tuple(
        _line(law, recorded, row, law_bar.segment, recorded_bar.segment, context, linked)
        for (law, recorded, row), law_bar, recorded_bar in zip(own, law_bars, recorded_bars, strict=True)
    )


def _minus(left: int | None, amount: int | None) -> int | None:
    return None if left is None or amount is None else left - amount


def _line(
    law: Step, recorded: Step, row: Row | None, law_bar: Any, recorded_bar: Any, context: Context, linked: bool
) -> SheetLine:
    single = row is None and law.kind in {"total", "cut", "sub", "pay"}
    difference = None
    if not single and law.amount is not None and recorded.amount is not None:
        difference = law.amount - recorded.amount
    return SheetLine(
        label=law.label,
        kind=law.kind,
        by_law=law.amount,
        recorded=recorded.amount,
        difference=difference,
        law_bar=law_bar,
        recorded_bar=recorded_bar,
        formulas=(*(formulas(row, context) if row is not None else ()), *_linked(law, row, context, linked)),
        cites=tuple(context.cite(text) for text in row["citations"] or ()) if row is not None else (),
        given=row is not None and (row["state"] == "given" or (row["state"] == "sum" and not row["audited"])),
        single=single,
    )


def _linked(law: Step, row: Row | None, context: Context, linked: bool) -> tuple[str, ...]:
    """What the amount would be, and what the own share is, with every audited layer by law."""
    _ = context._
    if row is None:
        return (_("各层都依法计算"),) if linked and law.kind in {"self", "own"} else ()
    chain = row["by_law_chain"] if row["audited"] and law.amount is not None else law.amount
    if chain == law.amount:
        return ()
    amount = _("无法判定") if chain is None else grouped(chain)
    return (_("连同前面各层依法计算：{amount}").format(amount=amount),)


def formulas(row: Row, context: Context) -> tuple[str, ...]:
    """The arithmetic of one layer in a few lines: base less deductible, amounts × rates, what a cap cut."""
    _ = context._
    match row["state"]:
        case "sum":
            return ()
        case "given":
            return (_("按结算记录取数"),)
        case "outside":
            return (_("不在本层范围内"), *context.reasons(row["reason"]))
        case "undetermined":
            return (_("无法判定"), *context.reasons(row["reason"]))
        case "notional":
            return (_("只用于计算，不实际支付"),)
    lines = []
    base, taken, raw = row["base"], row["deductible_taken"] or 0, row["raw"]
    amounts, rates = row["bracket_amounts"] or [], row["bracket_rates"] or []
    pieces = [(amount, rate) for amount, rate in zip(amounts, rates, strict=False) if amount]
    if base is not None:
        lines.append(_("计算基数 {base}").format(base=grouped(base)))
    limit = row["deductible_limit"]
    if limit and base:
        lines.append(
            _("起付标准 {limit}，此前已扣 {used}，本次扣 {taken}").format(
                limit=grouped(limit), used=grouped(row["deductible_used"]), taken=grouped(taken)
            )
        )
    if pieces and raw is not None:
        exact = sum(amount * rate for amount, rate in pieces)
        sum_text = " + ".join(f"{grouped(amount)} × {percent(rate)}" for amount, rate in pieces)
        rounded = (2 * exact + FULL_RATE) // (2 * FULL_RATE)
        lines.append(f"{sum_text} = {grouped(raw)}" if rounded == raw else f"{sum_text} → {grouped(raw)}")
    cut = row["cap_cut"] or 0
    if cut:
        lines.append(
            _("{cap}，尚余 {room}：减去 {cut}，为 {paid}").format(
                cap=_cap_words(row, context),
                room=grouped(row["cap_room"]),
                cut=grouped(cut),
                paid=grouped(row["by_law"]),
            )
        )
    return tuple(lines)


def _cap_words(row: Row, context: Context) -> str:
    """``年度限额 10,000.00 元（普通门诊）``: its amount for this bill, and what the pack says it covers."""
    _ = context._
    layer_id, name, limit = row["layer"], row["cap"], row["cap_limit"]
    amount = _(" {amount} 元").format(amount=grouped(limit)) if limit else ""
    for pack in context.packs:
        for layer in pack.layers:
            for cap in layer.caps:
                if layer.id != layer_id or name not in {cap.id, cap.counter, f"{layer_id}.{cap.id}"}:
                    continue
                words = {"bill": _("单次限额"), "stay": _("每次住院限额"), "year": _("年度限额")}[cap.per]
                words += amount
                settings = context.join([context.code("setting", code) for code in cap.when.codes.get("setting", ())])
                if not settings:
                    return words
                return f"{words}（{settings}）" if context.lang == "zh" else f"{words} ({settings})"
    return _("限额") + amount
