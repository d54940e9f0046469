"""The fourteen questions on which places differ, in the order of SPEC-settlement section 10.

Enters: a county of which place, classes and layers are known. Leaves: the same, filled in. Imports ``tuodi.i18n``,
``tuodi.vocabulary`` and this room.
"""

from __future__ import annotations

from typing import Any

from tuodi import vocabulary
from tuodi.authoring.asking import Question, Unknown, question
from tuodi.authoring.plan import (
    OTHERS,
    County,
    LayerPlan,
    Line,
    Script,
    cited,
    class_options,
    class_word,
    identity_words,
    layer_word,
)
from tuodi.i18n import translator

__all__ = ["differences"]


def differences(county: County, lang: str) -> Script:
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
        return (yield from cited(what, key, self._lang, self._part, self._documents, number))

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
        answer = yield self._ask("one_stop", "one_stop", options=class_options(county.classes, self._lang))
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
