"""What a trial found, in words: states, hints with the question to look at again, the steps of a bill.

Enters: a :class:`~tuodi.authoring.trial.Trial`. Leaves: plain views in one language, for the terminal and for the page
alike. Imports ``tuodi.law``, ``tuodi.settlement``, ``tuodi.report`` (names and numbers are masked as there) and this
room.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tuodi.authoring.readings import QUESTIONS, Reading
from tuodi.authoring.trial import AGREES, DIFFERS, OPEN, UNRECORDED, BillTried, Case, Trial
from tuodi.i18n import translator
from tuodi.law.model import Layer, Pack
from tuodi.law.words import cap_title, class_words, percent_words, rounding_words, scope_words, title_words
from tuodi.report.words import day, grouped, mask_certificate
from tuodi.settlement.explain import Line, reason_words, step_lines
from tuodi.vocabulary import label

__all__ = ["BillView", "CaseView", "HintView", "TrialView", "hint_words", "state_words", "view_of"]

IDENTITY_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx]$")


@dataclass(frozen=True)
class HintView:
    """One reading that gives the record: what it says, where to look."""

    text: str
    where: str


@dataclass(frozen=True)
class BillView:
    """One bill of a case: what it was, both amounts, the steps of the layer."""

    claim_id: str
    what: str
    differs: bool
    recorded: int | None
    by_pack: int | None
    cite: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class CaseView:
    """One person, layer and year."""

    person: str
    who: str
    layer: str
    year: int
    state: str
    state_word: str
    recorded: int | None
    by_pack: int | None
    difference: int | None
    reasons: tuple[str, ...]
    hints: tuple[HintView, ...]
    bills: tuple[BillView, ...]


@dataclass(frozen=True)
class TrialView:
    """A trial in one language. ``shared``: hints that explain more than one case, with the persons."""

    title: str
    packs: str
    verified: int
    documents: tuple[tuple[str, bool], ...]
    cases: tuple[CaseView, ...]
    agree: int
    differ: int
    open: int
    unrecorded: int
    persons: int
    persons_agreeing: int
    identities: str
    left_out: int
    not_asked: int
    shared: tuple[tuple[HintView, tuple[str, ...]], ...]


def view_of(trial: Trial, lang: str) -> TrialView:
    """The whole trial in ``lang``."""
    from tuodi.law.cite import document_text

    pack = trial.law.packs[-1]
    documents = tuple((document_text(one, lang), one.verified) for one in pack.documents.values())
    cases = tuple(_case(case, lang) for case in trial.cases)
    return TrialView(
        title=title_words(pack.title, lang, pack.id),
        packs=", ".join(one.id for one in trial.law.packs),
        verified=sum(verified for _name, verified in documents),
        documents=documents,
        cases=cases,
        agree=trial.count(AGREES), differ=trial.count(DIFFERS), open=trial.count(OPEN),
        unrecorded=trial.count(UNRECORDED), persons=len(trial.persons), persons_agreeing=trial.persons_agreeing,
        identities=trial.identities, left_out=trial.left_out,
        not_asked=trial.not_asked,
        shared=_shared(cases),
    )  # fmt: skip


def _shared(cases: Sequence[CaseView]) -> tuple[tuple[HintView, tuple[str, ...]], ...]:
    """Hints that explain more than one case, with the persons: where several point, look first."""
    found: dict[tuple[str, HintView], list[str]] = {}
    for case in cases:
        for hint in case.hints:
            found.setdefault((case.layer, hint), []).append(case.person)
    several = [(hint, tuple(persons)) for (_layer, hint), persons in found.items() if len(persons) > 1]
    return tuple(sorted(several, key=lambda one: -len(one[1])))


def state_words(state: str, lang: str) -> str:
    """How a case stands."""
    _ = translator("authoring", lang)
    return {AGREES: _("一致"), DIFFERS: _("有差异"), OPEN: _("无法判定"), UNRECORDED: _("没有记录可比")}[state]


def _case(case: Case, lang: str) -> CaseView:
    pack = case.bills[-1].pack
    layer = pack.layer(case.layer)
    classes = dict.fromkeys(bill.step["class"] for bill in case.bills if bill.step["class"])
    _ = translator("authoring", lang)
    who = _("、").join(class_words(pack, layer.classes, name, lang) for name in classes if name in layer.classes.names)
    return CaseView(
        person=_person(case), who=who or _("不在各类之中"), layer=title_words(layer.title, lang, layer.id),
        year=case.year, state=case.state, state_word=state_words(case.state, lang), recorded=case.recorded,
        by_pack=case.by_pack, difference=case.difference,
        reasons=tuple(reason_words(code, lang) for code in case.reasons),
        hints=tuple(hint_words(one, pack, layer, case, lang) for one in case.hints),
        bills=tuple(_bill(bill, lang) for bill in case.bills),
    )  # fmt: skip


def _person(case: Case) -> str:
    number = case.person_id
    shown = mask_certificate(number) if IDENTITY_NUMBER.fullmatch(number) else number
    return f"{case.person_name} {shown}".strip()


def _bill(bill: BillTried, lang: str) -> BillView:
    claim = bill.claim
    what = f"{day(claim['settled_at'])} {label('setting', claim['setting'], lang)}"
    heading, *lines = step_lines(bill.pack, bill.step, lang)
    return BillView(claim["claim_id"], what, bill.differs, bill.recorded, bill.by_pack, heading.cite, tuple(lines))


def hint_words(reading: Reading, pack: Pack, layer: Layer, case: Case, lang: str) -> HintView:
    """What a reading says, and which question or part of the pack to look at first."""
    _ = translator("authoring", lang)
    words = dict(reading.words)
    own = next((bill.step["class"] for bill in case.bills if bill.differs), "")

    def named(name: str) -> str:
        return class_words(pack, layer.classes, name, lang)

    whose = named(own) if own else title_words(layer.title, lang, layer.id)
    other = named(words["other"]) if "other" in words else ""
    text = _sentences(words, whose, other, pack, layer, lang)[reading.family]
    number = QUESTIONS[reading.family]
    if number:
        return HintView(text, _("先看第 {number} 问：{what}").format(number=number, what=_questions(lang)[number]))
    return HintView(text, _("先看救助对象的分类、各类的成员和适用的就诊类别"))


def _questions(lang: str) -> Mapping[int, str]:
    """The fourteen questions that a reading may belong to, in a few words."""
    _ = translator("authoring", lang)
    return {
        1: _("先行自付是否计入"), 3: _("限额"), 5: _("比例和分段"), 6: _("起付标准"), 8: _("转诊备案"), 9: _("取整"),
        10: _("追溯"), 11: _("身份的起算，以及名单上有没有这个人"),
    }  # fmt: skip


def _sentences(
    words: Mapping[str, Any], own: str, other: str, pack: Pack, layer: Layer, lang: str
) -> Mapping[str, str]:
    """One sentence a family; ``own``, ``other``: the words for the person's class and for another one."""
    _ = translator("authoring", lang)
    money = _("{amount} 元").format(amount=grouped(words["amount"])) if "amount" in words else ""
    cap = next((one for one in layer.caps if one.id == words.get("cap")), None)
    name = cap_title(pack, layer, cap, lang) if cap else _("年度限额")
    unit, direction = words.get("unit", 1), words.get("direction", "half_up")
    starts = {"zero": _("从零"), "deductible": _("从起付标准")}
    effects = {"same_day": _("当天"), "next_month": _("次月"), "by_stay": _("整次住院")}
    return {
        "rate_of": _("“{own}”的比例与“{other}”的相同").format(own=own, other=other),
        "deductible_of": _("“{own}”的起付标准与“{other}”的相同").format(own=own, other=other),
        "caps_of": _("“{own}”的限额与“{other}”的相同").format(own=own, other=other),
        "rate": _("“{own}”的比例是 {rate}").format(own=own, rate=percent_words(words.get("rate", 0))),
        "deductible": _("“{own}”的起付标准是 {money}").format(own=own, money=money),
        "cap": _("{name}是 {money}").format(name=name, money=money),
        "no_deductible": _("不扣起付标准"),
        "no_caps": _("没有限额"),
        "wide_caps": _("分项限额管所有就诊类别"),
        "as_class": _("这个人属于“{other}”").format(other=other),
        "nobody": _("这个人当时没有救助身份"),
        "with_first_self_pay": _("先行自付计入基数"),
        "without_first_self_pay": _("先行自付不计入基数"),
        "per": _("起付标准{per}扣").format(per=scope_words(words.get("per", "year"), lang)),
        "brackets_from": _("分段{start}算起").format(start=starts[words.get("start", "zero")]),
        "rounding": _("支付金额{how}").format(how=rounding_words(unit, direction, lang)),
        "no_referral": _("不看转诊备案"),
        "any_setting": _("这一层不限就诊类别"),
        "effective": _("身份{effect}起算").format(effect=effects[words.get("effective", "same_day")]),
        "no_look_back": _("不追溯认定以前的费用"),
    }
