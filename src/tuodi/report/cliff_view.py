"""What the page of the cliff shows: stretches, steps, two charts, in the words of one language.

Enters: a :class:`~tuodi.twin.Cliff`. Leaves: a mapping for the template. Imports ``tuodi.twin``, ``tuodi.law``,
``tuodi.i18n``, ``tuodi.vocabulary`` and this room.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from markupsafe import Markup

from tuodi import vocabulary
from tuodi.i18n import translator
from tuodi.law.words import code_words
from tuodi.report.charts import Curve, Mark, Scale, curve_chart, nice_ticks
from tuodi.report.kinds import PAYER_WORDS
from tuodi.report.words import grouped, percent
from tuodi.tables import PARTS
from tuodi.twin import Cliff, Outcome, Step, Stretch
from tuodi.twin.cliff import MONTHS
from tuodi.twin.words import difference_words, identity_name, layer_name, line_source, line_words, reasons_words

__all__ = ["view"]

FACTS = ("setting", "provider_level", "scheme", "person_type", "purpose", "place", "authorisation")


def view(cliff: Cliff, lang: str) -> dict[str, Any]:
    """Everything that the template asks of a cliff."""
    _ = translator("report", lang)
    every = [one for each in cliff.stretches for one in each.outcomes]
    burdens = [found for each in cliff.stretches if (found := each.burden()) is not None]
    layers = [name for name in every[0].paid if any(one.paid[name] != 0 for one in every)]
    return {
        "cliff": cliff,
        "bills": _bills(cliff, lang),
        "layers": [layer_name((cliff.pack,), name, lang) for name in layers],
        "stretches": [_stretch(cliff, one, layers, lang) for one in cliff.stretches],
        "steps": [_step(cliff, number, one, lang) for number, one in enumerate(cliff.steps, 1)],
        "over": sum(step.over_limit == "yes" for step in cliff.steps),
        "maybe_over": sum(step.over_limit == "maybe" for step in cliff.steps),
        "assumed": any(step.assumed for step in cliff.steps),
        "unknown_lines": [
            identity_name(cliff.pack, step.line.identity, lang)
            for step in cliff.steps
            if step.last is None and step.rise != (0, 0)
        ],
        "outside": [identity_name(cliff.pack, name, lang) for name in cliff.outside],
        "burden_chart": _burden_chart(cliff, _),
        "left_chart": _left_chart(cliff, _),
        "open": any(one.burden() is None for one in cliff.stretches),
        "parted": any(one.self_in_scope != one.self_total for each in cliff.stretches for one in each.outcomes),
        "maybe": any(low != high for low, high in burdens),
        "known": bool(burdens),
        "less": any(step.catch_up for step in cliff.steps if step.last is not None),
    }


def _bills(cliff: Cliff, lang: str) -> list[dict[str, Any]]:
    """Each bill: its codes in words, its parts, and what the record says other layers paid."""
    _ = translator("report", lang)
    made = []
    for row in cliff.bills.iter_rows(named=True):
        codes = [code_words(cliff.pack, name, row[name], lang) for name in FACTS if row[name]]
        parts = [(vocabulary.label("part", part, lang), row[part]) for part in PARTS if row[part]]
        given = [layer for layer in cliff.pack.layers if layer.given is not None]
        columns = {name for layer in given if layer.given for names in layer.given.columns.values() for name in names}
        paid = [(_(PAYER_WORDS.get(name, name)), row[name]) for name in sorted(columns) if row.get(name) is not None]
        made.append({"codes": codes, "total": row["total"], "parts": parts, "paid": paid})
    return made


def _range(burden: tuple[int, int] | None) -> str:
    if burden is None:
        return "?"
    low, high = burden
    return grouped(low) if low == high else f"{grouped(low)} — {grouped(high)}"


def _of(outcomes: Iterable[Outcome], pick: Callable[[Outcome], int | None]) -> tuple[int, int] | None:
    found = [pick(one) for one in outcomes]
    known = [one for one in found if one is not None]
    return (min(known), max(known)) if len(known) == len(found) else None


def _income(low: int, high: int | None, _: Callable[[str], str]) -> str:
    if high is None:
        return _("{low} 及以上").format(low=grouped(low))
    return f"{grouped(low)} — {grouped(high)}"


def _stretch(cliff: Cliff, one: Stretch, layers: Sequence[str], lang: str) -> dict[str, Any]:
    _ = translator("report", lang)
    burden = one.burden()
    end = one.high if one.high is not None else cliff.upto
    shares = []
    for income, value in ((one.low, burden and burden[1]), (end, burden and burden[0])):
        share = None if value is None else cliff.share(value, income)
        shares.append("—" if share is None else percent(share).replace(" ", "\u00a0"))
    reasons = [code for outcome in one.outcomes for code in outcome.reasons]
    return {
        "income": _income(one.low, one.high, _),
        "who": [identity_name(cliff.pack, outcome.identity, lang) for outcome in one.outcomes],
        "paid": [_range(_of(one.outcomes, lambda o, n=name: o.paid[n])) for name in layers],  # type: ignore[misc]
        "in_scope": _range(_of(one.outcomes, lambda o: o.self_in_scope)),
        "burden": _range(burden),
        "open": burden is None,
        "shares": shares,
        "reasons": reasons_words((cliff.pack,), reasons, lang),
    }


def _step(cliff: Cliff, number: int, one: Step, lang: str) -> dict[str, Any]:
    _ = translator("report", lang)
    return {
        "number": number,
        "step": one,
        "line": line_words(cliff.pack, one.line, lang),
        "source": line_source(cliff.pack, one, lang),
        "at": None if one.last is None else one.last,
        "before": [identity_name(cliff.pack, o.identity, lang) for o in one.before],
        "after": [identity_name(cliff.pack, o.identity, lang) for o in one.after],
        "rise": _rise(one),
        "falls": one.rise is not None and one.rise[1] < 0,
        "catch_up": one.catch_up,
        "rows": [difference_words(cliff.pack, found, lang) for found in one.rows],
    }


def _rise(step: Step) -> str:
    if step.rise is None:
        return "?"
    low, high = (f"+{grouped(fen)}" if fen > 0 else grouped(fen) for fen in step.rise)
    return low if low == high else f"{low} … {high}"


def _curves(cliff: Cliff, value: Callable[[int, int], int], *, part: bool) -> list[Curve]:
    """The stretches up to the end of the picture; ``value(burden, income)`` is what is drawn."""
    made = []
    for one in cliff.stretches:
        if one.low > cliff.upto:
            break
        stop = min(one.high + 1 if one.high is not None else cliff.upto, cliff.upto)
        burden = one.burden()
        if burden is None:
            made.append(Curve(one.low, stop, None, None))
            continue
        ends = [(value(each, one.low), value(each, stop)) for each in burden]
        scope = _of(one.outcomes, lambda o: o.self_in_scope)
        inside = scope[0] if part and scope is not None and scope[0] == scope[1] and burden[0] == burden[1] else None
        low, high = sorted(ends)
        made.append(Curve(one.low, stop, low, high, inside))
    return made


def _marks(cliff: Cliff, curves: Sequence[Curve], said: Callable[[Step], str], *, until: bool) -> list[Mark]:
    """A badge at every known line; those of unknown lines hang in the middle of what they leave open."""
    made = []
    floating = {number: step for number, step in enumerate(cliff.steps, 1) if step.last is None}
    bands = [one for one in curves if one.low is not None and one.high is not None and one.low != one.high]
    for number, step in enumerate(cliff.steps, 1):
        if step.last is None or step.last >= cliff.upto:
            continue
        at = step.last + 1
        end = at + step.catch_up if until and step.catch_up else None
        made.append(Mark(at, str(number), said(step), bool(step.over_limit), end))
    for place, (number, step) in enumerate(floating.items(), 1):
        for band in bands[-1:]:
            assert band.low is not None
            assert band.high is not None
            at = band.start + (band.stop - band.start) * place // (len(floating) + 1)
            middle = (band.low[0] + band.low[1] + band.high[0] + band.high[1]) // 4
            made.append(Mark(at, str(number), "", bool(step.over_limit), None, middle))
    return made


def _axis(cliff: Cliff, _: Callable[[str], str]) -> Scale:
    year = MONTHS * cliff.household

    def also(fen: int) -> str:
        return grouped(fen * year).removesuffix(".00")

    title = _("家庭人均月收入（元）；下行：{n} 人户年收入").format(n=cliff.household)
    return Scale(cliff.upto, 0, nice_ticks(cliff.upto), title, also)


def _burden_chart(cliff: Cliff, _: Callable[[str], str]) -> Markup:
    curves = _curves(cliff, lambda burden, _income: burden, part=True)
    tops = [one.high[0] for one in curves if one.high is not None]
    most = max(tops, default=0) * 11 // 10
    label = _("个人负担随收入的变化：共 {n} 个台阶，数字见下表").format(n=len(cliff.steps))
    marks = _marks(cliff, curves, _rise_short, until=False)
    return curve_chart(curves, marks, _axis(cliff, _), Scale(most, 0, nice_ticks(most), _("个人负担（元）")), label)


def _left_chart(cliff: Cliff, _: Callable[[str], str]) -> Markup:
    year = MONTHS * cliff.household
    curves = _curves(cliff, lambda burden, income: income * year - burden, part=False)
    ends = [end for one in curves for pair in (one.low, one.high) if pair is not None for end in pair]
    most, least = max(ends, default=0) * 21 // 20, min(0, *ends) if ends else 0
    label = _("付过这笔费用后，全年收入还剩多少；收入过线，剩的反而少")
    marks = _marks(cliff, curves, lambda step: "", until=True)
    scale = Scale(most, least, nice_ticks(most, least), _("全年收入减去个人负担（元）"))
    return curve_chart(curves, marks, _axis(cliff, _), scale, label, filled=False)


def _rise_short(step: Step) -> str:
    """What stands beside a badge: whole yuan."""
    if step.rise is None:
        return "?"
    low, high = (f"{'+' if fen > 0 else ''}{grouped(fen - fen % 100).removesuffix('.00')}" for fen in step.rise)
    return low if low == high else f"{low}…{high}"
