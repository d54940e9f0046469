"""What the tests of a national bound share: what they are told, what they find, how a value is compared and said.

Enters: a pack, a bound, the layers that it is about. Leaves: :class:`Raw`, a finding before it is put into words.
Imports ``tuodi.law``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from tuodi.i18n import translator
from tuodi.law.frame import Bound, Frame
from tuodi.law.frame_cells import Cell, Found, JudgedLayer
from tuodi.law.model import Cite, Origin, Pack, Share, Value
from tuodi.law.words import amount_words, conditions_words, percent_words, scope_words, value_words
from tuodi.money import FULL_RATE, round_fraction

__all__ = [
    "Case", "Raw", "at", "comparable", "concerned", "in_layer", "income_of", "share_of", "value_said", "where_words",
]  # fmt: skip


@dataclass(frozen=True)
class Raw:
    """A finding before it is put into words."""

    severity: str
    local: str
    cites: tuple[Cite, ...]
    origin: Origin
    identity: str = ""
    layer: str = ""


@dataclass(frozen=True)
class Case:
    """What every test is told."""

    pack: Pack
    frame: Frame
    bound: Bound
    layers: tuple[JudgedLayer, ...]
    lang: str

    @property
    def who(self) -> tuple[str, ...]:
        """The identities that the bound names; ``""`` for people without one."""
        return self.bound.identities or ("",)


def at(view: JudgedLayer, found: Found, severity: str, local: str, identity: str = "") -> Raw:
    """A finding about one value."""
    return Raw(severity, local, found.cites, found.origin, identity, view.layer.id)


def in_layer(view: JudgedLayer, severity: str, local: str, identity: str = "") -> Raw:
    """A finding about a layer as a whole."""
    layer = view.layer
    return Raw(severity, local, layer.cites, layer.origin, identity, layer.id)


def share_of(pack: Pack, value: Value | None, national: Share) -> Fraction | None:
    """A value as a share of the national bound's income; None where it is unknown, of another income, or an amount
    while the income is not known."""
    if value == 0:
        return Fraction(0)
    if isinstance(value, Share):
        return Fraction(value.rate, FULL_RATE) if value.of == national.of else None
    income = income_of(pack, national.of)
    return Fraction(value, income) if isinstance(value, int) and income else None


def income_of(pack: Pack, name: str) -> int | None:
    """The earliest income that is known of the years in which the pack is in force."""
    reference = pack.reference.get(name)
    if reference is None:
        return None
    back = 1 if pack.dates.income_year == "previous" else 2
    fitting = {year: value for year, value in reference.values.items() if year >= pack.in_force_from.year - back}
    return next((value for _year, value in sorted(fitting.items()) if isinstance(value, int)), None)


def comparable(pack: Pack, mine: Value | None, theirs: Value | None) -> tuple[int, int] | None:
    """Two values in one unit, or None: both amounts, or both shares of one income, or amounts worked out from it."""
    if isinstance(mine, Share) and isinstance(theirs, Share) and mine.of == theirs.of:
        return mine.rate, theirs.rate
    made = []
    for value in (mine, theirs):
        if isinstance(value, Share):
            income = income_of(pack, value.of)
            value = None if income is None else round_fraction(Fraction(value.rate * income, FULL_RATE))
        if not isinstance(value, int):
            return None
        made.append(value)
    return made[0], made[1]


def concerned(case: Case) -> Iterator[tuple[JudgedLayer, str, str]]:
    """Layer, identity and class, wherever the layer admits the class."""
    for view in case.layers:
        for identity in case.who:
            for own_class in view.classes_of(identity):
                if view.admits(own_class):
                    yield view, identity, own_class


def value_said(case: Case, view: JudgedLayer, found: Found) -> str:
    """A value in words, with what it comes to where the income is known, and its span where that is not the year."""
    _ = translator("law", case.lang)
    if found.value is None:
        return _("未知")
    words = _("不设") if found.value == 0 else value_words(case.pack, found.value, case.lang)
    if isinstance(found.value, int) and found.value and isinstance(case.bound.value, Share):
        income = income_of(case.pack, case.bound.value.of)
        if income is None:
            words = _("{amount}（收入数额未知，无法折算）").format(amount=amount_words(found.value, case.lang))
        else:
            share = percent_words(round_fraction(Fraction(found.value * FULL_RATE, income)))
            words = _("{amount}（合 {share}）").format(amount=amount_words(found.value, case.lang), share=share)
    deductible = view.layer.deductible
    if deductible is not None and deductible.per != "year" and found.value != 0 and "deductible" in case.bound.test:
        words = _("{scope} {value}").format(scope=scope_words(deductible.per, case.lang), value=words)
    return words


def where_words(case: Case, view: JudgedLayer, cell: Cell) -> str:
    """The codes of a cell in words."""
    codes = {name: (code,) for name, code in cell.items() if name not in ("class", "scheme")}
    return conditions_words(case.pack, view.layer, view.layer.classes, codes, case.lang)
