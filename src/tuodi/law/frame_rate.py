"""The tests of the national frame that ask about rates.

Enters: a :class:`Case`. Leaves: findings. Imports ``tuodi.law``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tuodi.i18n import translator
from tuodi.law.frame_case import Case, Raw, at, concerned, in_layer, where_words
from tuodi.law.frame_cells import Cell, Found, JudgedLayer, unknown
from tuodi.law.model import Layer, Table
from tuodi.law.words import code_words, percent_words
from tuodi.money import FULL_RATE

__all__ = ["number", "rate_above_ordinary", "rate_at_least", "rate_below", "rates_beside"]


def rate_at_least(case: Case) -> Iterator[Raw]:
    """A rate at least, in every cell of the ordinary case."""
    _ = translator("law", case.lang)
    least = case.bound.value
    assert isinstance(least, int)
    for identity in case.bound.identities:
        if not any(view.admits(own) for view in case.layers for own in view.classes_of(identity)):
            yield in_layer(case.layers[0], "below", _("不在这一层的范围内"), identity)
    for view, identity, own_class in concerned(case):
        if view.layer.rate is None:
            yield in_layer(view, "different", _another_form(view.layer, case.lang), identity)
            continue
        found = [(view.rate(cell), cell) for cell in view.cells(own_class, *_rate_tables(view.layer))]
        low = [(one, cell) for one, cell in found if isinstance(one.value, int) and one.value < least]
        yield from _rate_lines(case, view, low, "below", identity, alike=len(low) == len(found))
        lost = [one for one, _cell in found if unknown(one)]
        if lost:
            some = _("未知") if len(lost) == len(found) else _("有的情形未知")
            yield at(view, lost[0], "cannot_compare", some, identity)


def _rate_lines(
    case: Case, view: JudgedLayer, found: Sequence[tuple[Found, Cell]], severity: str, identity: str, *, alike: bool
) -> Iterator[Raw]:
    """One finding a rate; with the cases where it holds, unless it holds in all."""
    _ = translator("law", case.lang)
    by_rate: dict[int, list[tuple[Found, Cell]]] = {}
    for one, cell in found:
        if isinstance(one.value, int):
            by_rate.setdefault(one.value, []).append((one, cell))
    for rate, several in by_rate.items():
        words = percent_words(rate)
        if not (alike and len(by_rate) == 1):
            where = where_words(case, view, several[0][1])
            words = _("{rate}（{where}）").format(rate=words, where=where) if where else words
        yield at(view, several[0][0], severity, words, identity)


def rate_below(case: Case) -> Iterator[Raw]:
    """A rate below that of the identity named."""
    _ = translator("law", case.lang)
    (measure,) = case.bound.names
    for view, identity, own_class in concerned(case):
        (best, *_rest) = view.classes_of(measure)
        if view.layer.rate is None or not view.admits(best):
            continue
        name = code_words(case.pack, "identity", measure, case.lang)

        def words(mine: Found, theirs: Found, name: str = name) -> str:
            own, rate = percent_words(number(mine)), percent_words(number(theirs))
            return _("{own}，{other} {rate}").format(own=own, other=name, rate=rate)

        pairs = list(rates_beside(view, own_class, best))
        yield from _first_pair(case, view, identity, pairs, words, lambda mine, other: "above" if mine >= other else "")


def rate_above_ordinary(case: Case) -> Iterator[Raw]:
    """So many points above the rate of people without an identity."""
    _ = translator("law", case.lang)
    points = case.bound.value
    assert isinstance(points, int)
    for view, identity, own_class in concerned(case):
        (ordinary, *_rest) = view.classes_of("")
        if view.layer.rate is None or not view.admits(ordinary):
            continue

        def words(mine: Found, theirs: Found) -> str:
            own, rate = percent_words(number(mine)), percent_words(number(theirs))
            return _("{own}，一般参保人 {ordinary}").format(own=own, ordinary=rate)

        def severity(mine: int, theirs: int) -> str:
            wanted = min(theirs + points, FULL_RATE)
            return "" if mine == wanted else "below" if mine < wanted else "above"

        pairs = list(rates_beside(view, own_class, ordinary))
        yield from _first_pair(case, view, identity, pairs, words, severity)


def rates_beside(view: JudgedLayer, own_class: str, other: str) -> Iterator[tuple[Found, Found]]:
    """The rate of a class beside that of another, cell by cell."""
    for cell in view.cells(own_class, *_rate_tables(view.layer)):
        yield view.rate(cell), view.rate({**cell, "class": other})


def _first_pair(
    case: Case, view: JudgedLayer, identity: str, pairs: Sequence[tuple[Found, Found]],
    words: Callable[[Found, Found], str], severity: Callable[[int, int], str],
) -> Iterator[Raw]:  # fmt: skip
    """The first pair that leaves the bound, and whether some pair cannot be compared."""
    _ = translator("law", case.lang)
    known = [pair for pair in pairs if not (unknown(pair[0]) or unknown(pair[1]))]
    for mine, theirs in known:
        found = severity(number(mine), number(theirs))
        if found:
            yield at(view, mine, found, words(mine, theirs), identity)
            break
    lost = [pair for pair in pairs if pair not in known]
    if lost:
        some = _("有的情形未知") if known else _("未知")
        yield at(view, lost[0][0], "cannot_compare", some, identity)


def number(found: Found) -> int:
    """A known rate in basis points."""
    return found.value if isinstance(found.value, int) else 0


def _rate_tables(layer: Layer) -> tuple[Table | None, ...]:
    return (layer.rate, layer.factor, layer.points)


def _another_form(layer: Layer, lang: str) -> str:
    _ = translator("law", lang)
    return _("定额支付，不按比例") if layer.fixed is not None else _("补足到一定比例，不按比例支付")
