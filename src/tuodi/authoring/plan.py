"""What was said of a county: the plan from which its pack is written, and the words for its parts.

Enters: nothing. Leaves: :class:`County` and what it is made of, the words of layers and classes, and the question
for an article, which every part of the interview asks. Imports ``tuodi.vocabulary``, ``tuodi.i18n`` and
:mod:`tuodi.authoring.asking`.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from tuodi import vocabulary
from tuodi.authoring.asking import CiteAnswer, Question, Share, Unknown, is_numbered, question
from tuodi.i18n import translator

__all__ = [
    "LAYERS", "OTHERS", "Amount", "ClassPlan", "County", "LayerPlan", "Line", "Script", "Source", "cited",
    "class_options", "class_word", "identity_words", "layer_word",
]  # fmt: skip

LAYERS = ("catastrophic", "assistance", "tilt")
"""Layers that the interview can compute, in the order in which they pay."""
OTHERS = "ordinary"
"""The class of everyone who is in no other."""

Amount = int | Share | Unknown | None
"""Fen, a share of income, unknown, or no limit."""


Script = Generator[Question, Any, Any]
"""A part of the interview as a conversation: yields questions, is sent answers, returns what they say."""


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


def layer_word(layer: str, lang: str) -> str:
    """The name of a layer on the screen."""
    _ = translator("authoring", lang)
    return {"catastrophic": _("大病保险"), "assistance": _("医疗救助"), "tilt": _("倾斜救助")}[layer]


def identity_words(lang: str) -> dict[str, str]:
    """The core identities with their words."""
    return {code: vocabulary.label("identity", code, lang) for code in vocabulary.codes("identity")}


def class_options(classes: Sequence[ClassPlan], lang: str) -> dict[str, str]:
    """Classes by their numbers and members, as choices."""
    _ = translator("authoring", lang)
    return {one.name: class_word(one, n, lang) for n, one in enumerate(classes, 1)}


def class_word(one: ClassPlan, number: int, lang: str) -> str:
    """``第 1 类：特困人员、孤儿``"""
    _ = translator("authoring", lang)
    members = _("、").join(vocabulary.label("identity", code.removeprefix("+"), lang) for code in one.members)
    return _("第 {n} 类（{members}）").format(n=number, members=members)


def cited(what: str, key: str, lang: str, part: str, documents: int, number: int = 0) -> Script:
    """An article; no answer means the first document as a whole."""
    asked = question("cite", key, lang, part=part, documents=documents, what=what)
    found = yield replace(asked, number=number)
    return found or CiteAnswer(1)
