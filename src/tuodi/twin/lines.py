"""The laboratory's results as lines for a terminal.

Enters: results of this room, and the changes of :mod:`tuodi.law.compare`. Leaves: lines in Chinese or English. Imports
``tuodi.law``, ``tuodi.money``, ``tuodi.i18n`` and this room.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tuodi.i18n import translator
from tuodi.law.compare import Change
from tuodi.law.words import amount_words, percent_words
from tuodi.money import yuan
from tuodi.twin.change import Effect
from tuodi.twin.cliff import Cliff, Outcome, Step, Stretch
from tuodi.twin.words import (
    class_name,
    difference_words,
    identity_name,
    layer_name,
    line_source,
    line_words,
    reasons_words,
)

__all__ = ["change_lines", "cliff_lines", "effect_lines"]


def change_lines(changes: Iterable[Change], lang: str) -> Iterator[str]:
    """What changed, a line each under the heading of its section."""
    _ = translator("twin", lang)
    found = list(changes)
    yield _("改了什么（{n} 处）").format(n=len(found)) if found else _("两套规则没有不同。")
    heading = ""
    for one in found:
        if one.section != heading:
            heading = one.section
            yield f"  {heading}"
        sides = [
            (text or _("没有")) + (_("〔{cite}〕").format(cite=cite) if cite and text else "")
            for text, cite in ((one.before, one.cite_before), (one.after, one.cite_after))
        ]
        yield _("    {what}：{before} → {after}").format(what=one.what, before=sides[0], after=sides[1])


def effect_lines(effect: Effect, lang: str) -> Iterator[str]:
    """Who gains and who loses, by class and layer; what is open."""
    _ = translator("twin", lang)
    yield _("谁受益，谁受损（{bills} 笔、{persons} 人；两套规则都当作在账单当日施行）").format(
        bills=effect.bills, persons=effect.persons.height
    )
    yield _("  受益 {n} 人，个人共少负担 {sum} 元").format(n=effect.count("gain"), sum=yuan(effect.gained))
    yield _("  受损 {n} 人，个人共多负担 {sum} 元").format(n=effect.count("loss"), sum=yuan(effect.lost))
    yield _("  不变 {n} 人；换了对象类别 {moved} 人").format(n=effect.count("same"), moved=effect.changed_class)
    if effect.count("open"):
        yield _("  无法判定、未计入 {n} 人：仅前者 {a} 人，仅后者 {b} 人，两者 {c} 人").format(
            n=effect.count("open"), a=effect.open_under("before"), b=effect.open_under("after"),
            c=effect.open_under("both"),
        )  # fmt: skip
    yield _("  各层支付合计变动 {sum} 元（正数是多支付）").format(sum=yuan(effect.cost))
    yield _("按对象类别")
    for one in effect.moved:
        before, after = class_name(effect.before, one.before, lang), class_name(effect.after, one.after, lang)
        who = before if before == after else f"{before} → {after}"
        said = _("  {who}：{n} 人，受益 {gain}（{gained} 元），受损 {loss}（{lost} 元），不变 {same}，无法判定 {open}")
        yield said.format(
            who=who, n=one.persons, gain=one.gaining, gained=yuan(one.gained), loss=one.losing, lost=yuan(one.lost),
            same=one.same, open=one.open,
        )  # fmt: skip
    yield _("各层支付")
    for layer in effect.layers:
        name = layer_name((effect.after, effect.before), layer.layer, lang)
        sides = [
            _("没有这一层") if fen is None else (_("至少 {sum}") if left else "{sum}").format(sum=yuan(fen))
            for fen, left in ((layer.before, layer.open_before), (layer.after, layer.open_after))
        ]
        yield _("  {layer}：{before} → {after} 元，差额 {difference} 元（{open} 笔算不出）").format(
            layer=name, before=sides[0], after=sides[1], difference=yuan(layer.difference), open=layer.open
        )


def cliff_lines(cliff: Cliff, lang: str) -> Iterator[str]:
    """Stretch after stretch of income with the step above it; steps of unknown lines last."""
    _ = translator("twin", lang)
    total = int(cliff.bills["total"].sum())
    yield _("费用 {n} 笔，总额 {total}；{people} 人户；按 {day} 的规则").format(
        n=cliff.bills.height, total=amount_words(total, lang), people=cliff.household, day=cliff.on
    )
    numbered = dict(enumerate(cliff.steps, 1))
    for stretch in cliff.stretches:
        yield _stretch(cliff, stretch, lang)
        for why in reasons_words((cliff.pack,), (c for one in stretch.outcomes for c in one.reasons), lang):
            yield _("    说明：{why}").format(why=why)
        for number, step in numbered.items():
            if step.last is not None and step.last == stretch.high:
                yield from _step(cliff, number, step, lang)
    unknown = {number: step for number, step in numbered.items() if step.last is None}
    if unknown:
        yield _("线在哪里不知道的台阶（可用 --line 假定）")
    for number, step in unknown.items():
        yield from _step(cliff, number, step, lang)
    if cliff.outside:
        names = _("、").join(identity_name(cliff.pack, name, lang) for name in cliff.outside)
        yield _("不由收入决定、不在其中的身份：{names}").format(names=names)


def _who(cliff: Cliff, outcomes: Iterable[Outcome], lang: str) -> str:
    _ = translator("twin", lang)
    return _(" 或 ").join(identity_name(cliff.pack, one.identity, lang) for one in outcomes)


def _stretch(cliff: Cliff, stretch: Stretch, lang: str) -> str:
    _ = translator("twin", lang)
    low = yuan(stretch.low)
    span = _("{low} 元及以上") if stretch.high is None else _("{low}—{high} 元")
    burden = stretch.burden()
    end = cliff.upto if stretch.high is None else stretch.high
    share = None if burden is None else cliff.share(burden[0], end)
    tail = _("，到段尾占全年收入 {share}").format(share=percent_words(share)) if share is not None else ""
    return _("人均月收入 {span}：{who}，个人负担 {burden}{share}").format(
        span=span.format(low=low, high=yuan(end)), who=_who(cliff, stretch.outcomes, lang),
        burden=_between(burden, lang), share=tail,
    )  # fmt: skip


def _between(burden: tuple[int, int] | None, lang: str) -> str:
    _ = translator("twin", lang)
    if burden is None:
        return _("无法判定")
    low, high = burden
    return amount_words(low, lang) if low == high else f"{amount_words(low, lang)} … {amount_words(high, lang)}"


def _step(cliff: Cliff, number: int, step: Step, lang: str) -> Iterator[str]:
    _ = translator("twin", lang)
    over = {"": "", "maybe": _("  【可能超过上限】"), "yes": _("  【超过上限】")}[step.over_limit]
    yield _("  台阶 {n}  {line}〔{source}〕").format(
        n=number, line=line_words(cliff.pack, step.line, lang), source=line_source(cliff.pack, step, lang)
    )
    yield (
        _("    {before} → {after}：个人负担增加 {rise}").format(
            before=_who(cliff, step.before, lang), after=_who(cliff, step.after, lang), rise=_between(step.rise, lang)
        )
        + over
    )
    if step.catch_up:
        yield _("    人均月收入要再高 {more}，付后全年剩下的才和线内一样多").format(
            more=amount_words(step.catch_up, lang)
        )
    for found in step.rows:
        said = difference_words(cliff.pack, found, lang)
        cite = _("〔{cite}〕").format(cite=said.cite) if said.cite else ""
        yield _("    {what}：{before} → {after}").format(what=said.what, before=said.before, after=said.after) + cite
