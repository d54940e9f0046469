"""The tests of the national frame that ask about deductibles.

Enters: a :class:`Case`. Leaves: findings. Imports ``tuodi.law``.
"""

from __future__ import annotations

from collections.abc import Iterator

from tuodi.i18n import translator
from tuodi.law.frame_case import Case, Raw, at, comparable, concerned, in_layer, share_of, value_said
from tuodi.law.frame_cells import Found, JudgedLayer
from tuodi.law.model import Pack, Share, Value
from tuodi.money import FULL_RATE, round_fraction

__all__ = ["beside_ordinary", "deductible_about", "deductible_at_most", "deductible_of_ordinary"]

PERCENT = FULL_RATE // 100


def deductible_at_most(case: Case) -> Iterator[Raw]:
    """A share of the income at most; with ``names: [none]`` in principle none."""
    national = case.bound.value
    assert isinstance(national, Share)
    for view, identity, own_class in concerned(case):
        for found in _deductibles(view, own_class):
            severity = _against(case.pack, found.value, national)
            if severity == "cannot_compare" and isinstance(found.value, Share):
                severity = "different"  # of another income than the nation's
            if not severity and found.value != 0 and "none" in case.bound.names:
                severity = "different"
            if severity:
                yield at(view, found, severity, value_said(case, view, found), identity)
            elif found.value and view.layer.deductible and view.layer.deductible.per != "year":
                yield at(view, found, "different", value_said(case, view, found), identity)


def deductible_about(case: Case) -> Iterator[Raw]:
    """About a share of the income, read to the whole percent."""
    _ = translator("law", case.lang)
    national = case.bound.value
    assert isinstance(national, Share)
    for view, identity, own_class in concerned(case):
        if view.layer.deductible is None:
            yield in_layer(view, "different", _("没有写起付标准，按不设算"), identity)
            continue
        for found in _deductibles(view, own_class):
            share = share_of(case.pack, found.value, national)
            if share is None:
                severity = "different" if isinstance(found.value, Share) else "cannot_compare"
                yield at(view, found, severity, value_said(case, view, found), identity)
                continue
            # "About" is read to the whole percent: nothing finer stands in the text.
            ours, theirs = round_fraction(share * 100), national.rate // PERCENT
            if ours != theirs:
                severity = "below" if ours > theirs else "above"
                yield at(view, found, severity, value_said(case, view, found), identity)


def deductible_of_ordinary(case: Case) -> Iterator[Raw]:
    """A share of the deductible of people without an identity."""
    _ = translator("law", case.lang)
    half = case.bound.value
    assert isinstance(half, int)
    for view, identity, own_class in concerned(case):
        for mine, theirs in beside_ordinary(view, own_class):
            if theirs.value == 0:
                continue
            words = _("{own}，一般参保人 {ordinary}").format(
                own=value_said(case, view, mine), ordinary=value_said(case, view, theirs)
            )
            pair = comparable(case.pack, mine.value, theirs.value)
            if pair is None:
                yield at(view, mine, "cannot_compare", words, identity)
                continue
            difference = pair[0] - pair[1] * half // FULL_RATE
            if difference:
                yield at(view, mine, "below" if difference > 0 else "above", words, identity)


def _deductibles(view: JudgedLayer, own_class: str) -> Iterator[Found]:
    """What stands as deductible in the cells of a class, each value once."""
    deductible = view.layer.deductible
    if deductible is None:
        yield Found(0, view.layer.cites, view.layer.origin)
        return
    seen: list[Value | None] = []
    for cell in view.cells(own_class, deductible.amount):
        found = view.value(deductible.amount, cell, deductible.cites)
        if found.value not in seen:
            seen.append(found.value)
            yield found


def beside_ordinary(view: JudgedLayer, own_class: str) -> Iterator[tuple[Found, Found]]:
    """The deductible of a class beside that of people without an identity, cell by cell, each pair once."""
    deductible = view.layer.deductible
    (ordinary, *_rest) = view.classes_of("")
    if deductible is None or not view.admits(ordinary):
        return
    seen: list[tuple[Value | None, Value | None]] = []
    for cell in view.cells(own_class, deductible.amount):
        mine = view.value(deductible.amount, cell, deductible.cites)
        theirs = view.value(deductible.amount, {**cell, "class": ordinary}, deductible.cites)
        if (mine.value, theirs.value) not in seen:
            seen.append((mine.value, theirs.value))
            yield mine, theirs


def _against(pack: Pack, value: Value | None, national: Share) -> str:
    """``below`` where the value is more than the share, ``cannot_compare`` where nobody can tell, else nothing."""
    share = share_of(pack, value, national)
    if share is None:
        return "cannot_compare"
    return "below" if share * FULL_RATE > national.rate else ""
