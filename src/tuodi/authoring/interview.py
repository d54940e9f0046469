"""The interview: which question comes next, and what the answers so far say of a county.

Enters: answers as they were typed, by key. Leaves: the questions in order, the first that is open, and at the end a
:class:`County`. The order is that of SPEC-settlement section 10, after what it presupposes: place and documents, who
is aided, which layers are computed. Nothing is kept between calls: the same answers give the same questions, so a
person may stop, go back, or hand in all answers at once. Imports ``tuodi.vocabulary``, ``tuodi.i18n`` and
:mod:`tuodi.authoring.asking`.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from tuodi import vocabulary
from tuodi.authoring.asking import (
    CiteAnswer,
    MisunderstoodError,
    Question,
    Share,
    Unknown,
    is_numbered,
    question,
    understand,
)
from tuodi.i18n import translator

__all__ = ["OTHERS", "ClassPlan", "County", "Interview", "LayerPlan", "Line", "Source", "layer_word", "walk"]

LAYERS = ("catastrophic", "assistance", "tilt")
"""Layers that the interview can compute, in the order in which they pay."""
OTHERS = "ordinary"
"""The class of everyone who is in no other."""
OUTPATIENT, CHRONIC = ("outpatient",), ("chronic_outpatient", "special_outpatient")

Amount = int | Share | Unknown | None
"""Fen, a share of income, unknown, or no limit."""


@dataclass(frozen=True)
class Source:
    """One document: a law with a number, or a page with its title."""

    name: str
    title: str
    day: date
    checked: bool

    @property
    def numbered(self) -> bool:
        """Whether it is a document with a number."""
        return is_numbered(self.name)


@dataclass(frozen=True)
class ClassPlan:
    """A class, best first: its name in the pack, its members (codes; ``+name`` for one of the place's own)."""

    name: str
    members: tuple[str, ...]
    cite: CiteAnswer


@dataclass
class LayerPlan:
    """What was said of one layer. Tables are keyed by class and group of care, rates by bracket too; a key ``""``
    stands for all."""

    id: str
    classes: tuple[str, ...]
    settings: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]]
    cite: CiteAnswer
    first_self_pay: bool = False
    caps: str = "none"
    limits: dict[tuple[str, str], Amount] = field(default_factory=dict)
    caps_cite: CiteAnswer | None = None
    per: str = "year"
    ends: tuple[int, ...] = ()
    start: str | Unknown = "zero"
    rates: dict[tuple[str, str, int], int | Unknown] = field(default_factory=dict)
    rates_cite: CiteAnswer | None = None
    deductibles: dict[tuple[str, str], Amount] = field(default_factory=dict)
    deductible_cite: CiteAnswer | None = None
    authorisation: str | Unknown = "none"
    factor: int | Unknown | None = None
    open: str = ""


@dataclass(frozen=True)
class Line:
    """One line of monitoring."""

    over: str
    amount: Amount


@dataclass
class County:
    """All that was said, ready to be written as a pack. ``unsure``: number of the question → why it was left open."""

    place: str
    region: str
    sources: tuple[Source, ...]
    since: date
    classes: tuple[ClassPlan, ...]
    layers: tuple[LayerPlan, ...]
    income: str = ""
    income_year: str = "previous"
    income_area: str = ""
    income_amount: int | Unknown | None = None
    other_aid: str = "none"
    rounding: str = "unstated"
    look_back: int = 0
    look_back_who: tuple[str, ...] = ()
    look_back_month: str = "not_counted"
    effective: str = "same_day"
    identity_day: str = "on_settlement"
    valid_months: int = 0
    valid_who: tuple[str, ...] = ()
    time_cite: CiteAnswer | None = None
    one_stop: tuple[str, ...] = ()
    one_stop_places: tuple[str, ...] = ()
    one_stop_cite: CiteAnswer | None = None
    monitoring: tuple[Line, ...] = ()
    cadence: str = "monthly"
    monitoring_cite: CiteAnswer | None = None
    unsure: dict[str, tuple[int, str]] = field(default_factory=dict)

    @property
    def pack_id(self) -> str:
        """``cn/321300/2024``; regions from 990000 on belong to nobody and stand under ``zz``."""
        country = "zz" if self.region.startswith("99") else "cn"
        return f"{country}/{self.region}/{self.since.year}"

    @property
    def income_of(self) -> int:
        """The year whose income the first year of the pack uses."""
        return self.since.year - (2 if self.income_year == "before_previous" else 1)

    def layer(self, name: str) -> LayerPlan | None:
        """The layer of that name, if it is computed."""
        return next((layer for layer in self.layers if layer.id == name), None)


@dataclass(frozen=True)
class Interview:
    """Where the interview stands: what was asked and answered, the question that is open, the county when none is.

    ``wrong``: key → why an answer that was handed in is none (its question is the open one)."""

    asked: tuple[tuple[Question, Any], ...]
    open: Question | None
    county: County | None
    wrong: Mapping[str, str]
    unused: tuple[str, ...]


Script = Generator[Question, Any, Any]


def layer_word(layer: str, lang: str) -> str:
    """The name of a layer on the screen."""
    _ = translator("authoring", lang)
    return {"catastrophic": _("大病保险"), "assistance": _("医疗救助"), "tilt": _("倾斜救助")}[layer]


def walk(answers: Mapping[str, str], lang: str = "zh") -> Interview:
    """Go through the questions as far as the answers reach."""
    script = _county(lang)
    asked: list[tuple[Question, Any]] = []
    wrong: dict[str, str] = {}
    county = None
    current: Question | None = next(script)
    while current is not None:
        if current.id not in answers:
            break
        try:
            answer = understand(current, answers[current.id])
            asked.append((current, answer))
            current = script.send(answer)
        except MisunderstoodError as error:
            wrong[current.id] = str(error)
            break
        except StopIteration as done:
            county, current = done.value, None
    used = {one.id for one, _answer in asked} | wrong.keys()
    return Interview(tuple(asked), current, county, wrong, tuple(key for key in answers if key not in used))


def _county(lang: str) -> Script:
    """The whole interview as a conversation: yields questions, is sent answers, returns a :class:`County`."""
    _ = translator("authoring", lang)
    part = _("一、地方和文件")
    place = yield question("place", "place", lang, part=part)
    region = yield question("region", "region", lang, part=part)
    sources = yield from _sources(lang, part)
    since = yield question("in_force", "in_force", lang, part=part)
    part = _("二、由谁计算，救助谁，在哪里看病")
    computed = yield question("computed", "computed", lang, part=part)
    classes = yield from _classes(lang, part, len(sources))
    layers = []
    for name in LAYERS:
        if name in computed:
            layers.append((yield from _scope(name, classes, lang, part, len(sources))))
    county = County(place, region, sources, since, classes, tuple(layers))
    yield from _differences(county, lang)
    return county


def _sources(lang: str, part: str) -> Script:
    found: list[Source] = []
    while True:
        n = len(found) + 1
        name = yield question("more_documents" if found else "document", f"document.{n}", lang, part=part, n=str(n))
        if name is None:
            return tuple(found)
        words: dict[str, Any] = {"part": part, "document": name}
        title = None
        if is_numbered(name):
            title = yield question("document_title", f"document.{n}.title", lang, **words)
        day = yield question("document_date", f"document.{n}.date", lang, **words)
        checked = "no"
        if is_numbered(name):
            checked = yield question("document_checked", f"document.{n}.checked", lang, **words)
        found.append(Source(name, title or "", day, checked == "yes"))


def _cite(what: str, key: str, lang: str, part: str, documents: int, number: int = 0) -> Script:
    """An article; no answer means the first document as a whole."""
    asked = question("cite", key, lang, part=part, documents=documents, what=what)
    found = yield replace(asked, number=number)
    return found or CiteAnswer(1)


def identity_words(lang: str) -> dict[str, str]:
    """The core identities with their words."""
    return {code: vocabulary.label("identity", code, lang) for code in vocabulary.codes("identity")}


def _classes(lang: str, part: str, documents: int) -> Script:
    _ = translator("authoring", lang)
    found: list[ClassPlan] = []
    taken: set[str] = set()
    while True:
        n = len(found) + 1
        options = {code: word for code, word in identity_words(lang).items() if code not in taken}
        name = "more_classes" if found else "class"
        members = yield question(name, f"class.{n}", lang, part=part, options=options, n=str(n))
        if members is None:
            return tuple(found)
        cite = yield from _cite(_("第 {n} 类").format(n=n), f"class.{n}.cite", lang, part, documents)
        own = [one for one in members if not one.startswith("+")]
        found.append(ClassPlan(own[0] if own else f"class_{n}", members, cite))
        taken |= set(members)


def _scope(layer: str, classes: Sequence[ClassPlan], lang: str, part: str, documents: int) -> Script:
    """Whom and what a layer is for."""
    _ = translator("authoring", lang)
    word = layer_word(layer, lang)
    said: dict[str, Any] = {"part": part, "layer": word}
    names = tuple(one.name for one in classes)
    if layer == "tilt" and len(names) > 1:
        chosen = yield question("who", f"{layer}.classes", lang, options=_class_options(classes, lang), **said)
        names = tuple(name for name in names if name in chosen)
    elif layer == "catastrophic":
        names = (*names, OTHERS)
    options = {code: vocabulary.label("setting", code, lang) for code in vocabulary.codes("setting")}
    settings = yield question("settings", f"{layer}.settings", lang, options=options, **said)
    groups: dict[str, tuple[str, ...]] = {"": tuple(settings)}
    others = tuple(code for code in settings if code not in OUTPATIENT)
    rest = tuple(code for code in others if code not in CHRONIC)
    parted = {
        "two": {"outpatient": OUTPATIENT, "inpatient": others},
        "three": {"outpatient": OUTPATIENT, "chronic": tuple(c for c in settings if c in CHRONIC), "inpatient": rest},
    }
    can = {"one", *(k for k, v in parted.items() if all(v.values()) and "outpatient" in settings)}
    if len(can) > 1:
        how = yield question("groups", f"{layer}.groups", lang, only=lambda code: code in can, **said)
        groups = parted.get(how, groups)
    cite = yield from _cite(_("{layer}的对象和范围").format(layer=word), f"{layer}.cite", lang, part, documents)
    return LayerPlan(layer, names, tuple(settings), groups, cite)


def _class_options(classes: Sequence[ClassPlan], lang: str) -> dict[str, str]:
    """Classes by their numbers and members, as choices."""
    _ = translator("authoring", lang)
    return {one.name: class_word(one, n, lang) for n, one in enumerate(classes, 1)}


def class_word(one: ClassPlan, number: int, lang: str) -> str:
    """``第 1 类：特困人员、孤儿``"""
    _ = translator("authoring", lang)
    members = _("、").join(vocabulary.label("identity", code.removeprefix("+"), lang) for code in one.members)
    return _("第 {n} 类（{members}）").format(n=number, members=members)


def _differences(county: County, lang: str) -> Script:
    """The fourteen questions, in their order."""
    _ = translator("authoring", lang)
    asking = _Asking(county, lang, _("三、十四个因地而异的问题"), len(county.sources))
    for layer in county.layers:
        yield from asking.first_self_pay(layer)
    yield from asking.incomes()
    for layer in county.layers:
        yield from asking.caps(layer)
    tilt = county.layer("tilt")
    if tilt is not None:
        yield from asking.tilt_per(tilt)
    for layer in county.layers:
        yield from asking.rates(layer)
    for layer in county.layers:
        yield from asking.deductibles(layer)
    yield from asking.other_aid()
    for layer in county.layers:
        yield from asking.authorisation(layer)
    yield from asking.times()
    yield from asking.one_stop()
    yield from asking.monitoring()


class _Asking:
    """The fourteen questions of one county: holds what each of them needs to know of the others."""

    def __init__(self, county: County, lang: str, part: str, documents: int) -> None:
        self._county, self._lang, self._part, self._documents = county, lang, part, documents
        self._ = translator("authoring", lang)

    def _ask(self, name: str, key: str, **words: Any) -> Question:
        return question(
            name, key, self._lang, part=self._part, income=bool(self._county.income), documents=self._documents, **words
        )

    def _cite(self, what: str, key: str, number: int) -> Script:
        return (yield from _cite(what, key, self._lang, self._part, self._documents, number))

    def _word(self, layer: LayerPlan) -> str:
        return layer_word(layer.id, self._lang)

    def _unsure(self, key: str, number: int, answer: Unknown) -> str:
        """Note an open question; returns the reason as it stands at the values that depend on it."""
        self._county.unsure[key] = (number, answer.why)
        return f"第{number}问不清楚：{answer.why}"

    def _whose(self, layer: LayerPlan) -> dict[str, str]:
        places = {one.name: n for n, one in enumerate(self._county.classes, 1)}
        words = {
            one.name: class_word(one, places[one.name], self._lang)
            for one in self._county.classes
            if one.name in layer.classes
        }
        return words | ({OTHERS: self._("其他参保人")} if OTHERS in layer.classes else {})

    def _where(self, group: str) -> str:
        _ = self._
        words = {"": "", "outpatient": _("·普通门诊"), "chronic": _("·门诊慢特病"), "inpatient": _("·住院等")}
        return words[group]

    def first_self_pay(self, layer: LayerPlan) -> Script:
        key = f"{layer.id}.first_self_pay"
        answer = yield self._ask("first_self_pay", key, layer=self._word(layer))
        if isinstance(answer, Unknown):
            layer.open = self._unsure(key, 1, answer)
        else:
            layer.first_self_pay = answer == "yes"

    def incomes(self) -> Script:
        county = self._county
        answer = yield self._ask("income", "income")
        if answer == "none":
            return
        if isinstance(answer, Unknown):
            county.income, county.income_amount = "resident_income", Unknown(self._unsure("income", 2, answer))
            return
        county.income = answer
        year = yield self._ask("income_year", "income.year")
        area = yield self._ask("income_area", "income.area")
        for key, found in (("income.year", year), ("income.area", area)):
            if isinstance(found, Unknown):
                county.income_amount = Unknown(self._unsure(key, 2, found))
        county.income_year = "previous" if isinstance(year, Unknown) else year
        county.income_area = "" if isinstance(area, Unknown) else area
        if county.income_amount is None:
            word = {
                "resident_income": self._("居民人均可支配收入"), "urban_income": self._("城镇居民人均可支配收入"),
                "rural_income": self._("农村居民人均可支配收入"),
            }[answer]  # fmt: skip
            county.income_amount = yield self._ask(
                "income_amount", "income.amount", year=str(county.income_of), series=word
            )

    def caps(self, layer: LayerPlan) -> Script:
        _, word, key = self._, self._word(layer), f"{layer.id}.caps"
        several = len(layer.groups) > 1
        assistance = self._county.layer("assistance")
        sharing = layer.id == "tilt" and assistance is not None and assistance.caps in ("one", "sub")

        def fits(code: str) -> bool:
            return sharing if code == "shared" else several or code not in ("sub", "apart")

        answer = yield self._ask("caps", key, only=fits, layer=word)
        if isinstance(answer, Unknown):
            layer.caps, layer.limits[("", "")] = "one", Unknown(self._unsure(key, 3, answer))
            return
        layer.caps = answer
        if answer in ("none", "shared"):
            return
        if answer == "as_none":
            self._county.unsure[key] = (3, _("不知道限额是多少"))
            return
        same = "yes"
        whose = self._whose(layer)
        if len(whose) > 1:
            same = yield self._ask("caps_same", f"{key}.same", layer=word)
        groups = {"one": [""], "sub": ["", *layer.groups], "apart": list(layer.groups)}[answer]
        for group in groups:
            where = self._where(group) or (_("·合计") if answer == "sub" else "")
            for name, who in {"": ""}.items() if same == "yes" else whose.items():
                at = ".".join(part for part in (layer.id, "cap", group or "all", name) if part)
                shown = _("：{who}").format(who=who) if who else ""
                layer.limits[(name, group)] = yield self._ask("cap", at, layer=word, where=where, who=shown)
        layer.caps_cite = yield from self._cite(_("{layer}的限额").format(layer=word), f"{key}.cite", 3)

    def tilt_per(self, layer: LayerPlan) -> Script:
        answer = yield self._ask("tilt_per", "tilt.per", layer=self._word(layer))
        layer.per = f"?{self._unsure('tilt.per', 4, answer)}" if isinstance(answer, Unknown) else answer

    def rates(self, layer: LayerPlan) -> Script:
        _, word = self._, self._word(layer)
        ends = yield self._ask("brackets", f"{layer.id}.brackets", layer=word)
        if isinstance(ends, Unknown):
            layer.open = layer.open or self._unsure(f"{layer.id}.brackets", 5, ends)
            return
        layer.ends = ends
        if ends:
            start = yield self._ask("brackets_from", f"{layer.id}.brackets.from", layer=word)
            if isinstance(start, Unknown):
                start = Unknown(self._unsure(f"{layer.id}.brackets.from", 5, start))
            layer.start = start
        same = "yes"
        if len(layer.groups) > 1:
            same = yield self._ask("rates_same", f"{layer.id}.rates.same", layer=word)
        for name, who in self._whose(layer).items():
            for group in [""] if same == "yes" else layer.groups:
                for number in range(len(ends) + 1):
                    at = f"{layer.id}.rate.{name}" + (f".{group}" if group else "") + (f".{number + 1}" if ends else "")
                    part = _("·第 {n} 段").format(n=number + 1) if ends else ""
                    layer.rates[(name, group, number + 1 if ends else 0)] = yield self._ask(
                        "rate", at, layer=word, where=self._where(group), bracket=part, who=who
                    )
        layer.rates_cite = yield from self._cite(_("{layer}的比例").format(layer=word), f"{layer.id}.rate.cite", 5)

    def deductibles(self, layer: LayerPlan) -> Script:
        _, word, key = self._, self._word(layer), f"{layer.id}.deductible"
        if layer.id != "tilt":
            per = yield self._ask("deductible_per", f"{key}.per", layer=word)
            if isinstance(per, Unknown):
                layer.deductibles[("", "")] = Unknown(self._unsure(f"{key}.per", 6, per))
                return
            if per == "none":
                return
            layer.per = per
        same = "yes"
        if len(layer.groups) > 1:
            same = yield self._ask("deductibles_same", f"{layer.id}.deductibles.same", layer=word)
        for name, who in self._whose(layer).items():
            for group in [""] if same == "yes" else layer.groups:
                at = f"{key}.{name}" + (f".{group}" if group else "")
                found = yield self._ask("deductible", at, layer=word, where=self._where(group), who=who)
                if layer.per.startswith("?") and found != 0 and not isinstance(found, Unknown):
                    found = Unknown(layer.per.removeprefix("?"))
                layer.deductibles[(name, group)] = found
        layer.deductible_cite = yield from self._cite(_("{layer}的起付标准").format(layer=word), f"{key}.cite", 6)

    def other_aid(self) -> Script:
        answer = yield self._ask("other_aid", "other_aid")
        if isinstance(answer, Unknown):
            why = self._unsure("other_aid", 7, answer)
            for layer in self._county.layers:
                layer.open = layer.open or why
        else:
            self._county.other_aid = answer

    def authorisation(self, layer: LayerPlan) -> Script:
        key = f"{layer.id}.authorisation"
        answer = yield self._ask("authorisation", key, layer=self._word(layer))
        layer.authorisation = answer
        if isinstance(answer, Unknown):
            layer.factor = Unknown(self._unsure(key, 8, answer))
        elif answer == "factor":
            layer.factor = yield self._ask("factor", f"{key}.factor", layer=self._word(layer))

    def times(self) -> Script:
        """Rounding, look-back, effect and validity of identities."""
        _, county = self._, self._county
        rounding = yield self._ask("rounding", "rounding")
        county.rounding = "unstated" if isinstance(rounding, Unknown) else rounding
        months = yield self._ask("look_back", "look_back")
        who = {one: identity_words(self._lang).get(one, one) for c in county.classes for one in c.members}
        if isinstance(months, Unknown):
            self._unsure("look_back", 10, months)
        elif months:
            county.look_back = months
            county.look_back_who = yield self._ask("look_back_who", "look_back.who", options=who)
            county.look_back_month = yield self._ask("look_back_month", "look_back.month")
        for name, default in (("effective", "same_day"), ("identity_day", "on_settlement")):
            answer = yield self._ask(name, name)
            if isinstance(answer, Unknown):
                self._unsure(name, 11, answer)
            setattr(county, name, default if isinstance(answer, Unknown) else answer)
        months = yield self._ask("valid_months", "valid_months")
        if isinstance(months, Unknown):
            self._unsure("valid_months", 12, months)
        elif months:
            county.valid_months = months
            county.valid_who = yield self._ask("valid_who", "valid_months.who", options=who)
        county.time_cite = yield from self._cite(_("身份的起算、追溯和有效期"), "identity.cite", 12)

    def one_stop(self) -> Script:
        _, county = self._, self._county
        answer = yield self._ask("one_stop", "one_stop", options=_class_options(county.classes, self._lang))
        if answer is None or isinstance(answer, Unknown):
            return
        county.one_stop = answer
        places = {code: vocabulary.label("place", code, self._lang) for code in vocabulary.codes("place")}
        county.one_stop_places = yield self._ask("one_stop_place", "one_stop.place", options=places)
        county.one_stop_cite = yield from self._cite(_("一站式结算"), "one_stop.cite", 13)

    def monitoring(self) -> Script:
        _, county = self._, self._county
        answer = yield self._ask("monitoring", "monitoring")
        if answer is None or isinstance(answer, Unknown):
            return
        lines = []
        words = {"year": _("全年累计"), "twelve_months": _("最近十二个月"), "stay": _("单次住院")}
        for over in answer:
            amount = yield self._ask("monitoring_line", f"monitoring.{over}", measure=words[over])
            lines.append(Line(over, amount))
        county.monitoring = tuple(lines)
        county.cadence = yield self._ask("monitoring_cadence", "monitoring.cadence")
        county.monitoring_cite = yield from self._cite(_("监测线"), "monitoring.cite", 14)
