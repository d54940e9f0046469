"""The tests of the national frame that ask about caps, and who has more than people without an identity.

Enters: a :class:`Case`. Leaves: findings. Imports ``tuodi.law``.
"""

from __future__ import annotations

from collections.abc import Iterator

from tuodi.i18n import translator
from tuodi.law.frame_case import Case, Raw, at, comparable, concerned, value_said
from tuodi.law.frame_cells import Found, JudgedLayer, unknown
from tuodi.law.frame_deductible import beside_ordinary
from tuodi.law.frame_rate import number, rates_beside
from tuodi.law.model import NoLimit
from tuodi.law.words import cap_title, code_words, percent_words, value_words

__all__ = ["as_ordinary", "cap_none", "cap_shared"]


def cap_none(case: Case) -> Iterator[Raw]:
    """The class has no cap on what is paid."""
    for view, identity, own_class in concerned(case):
        for _cap, found in view.limits(own_class):
            if not isinstance(found.value, NoLimit):
                severity = "cannot_compare" if unknown(found) else "below"
                yield at(view, found, severity, value_said(case, view, found), identity)


def cap_shared(case: Case) -> Iterator[Raw]:
    """One annual cap holds for all the settings, whatever sub-limits stand beside it."""
    _ = translator("law", case.lang)
    for identity in case.who:
        counters: dict[str, set[str]] = {}
        titles: dict[str, list[str]] = {}
        doubtful = False
        first: tuple[JudgedLayer, Found] | None = None
        for view in case.layers:
            for own_class in view.classes_of(identity):
                for setting in case.bound.codes["setting"]:
                    if not view.admits(own_class, {"setting": (setting,)}):
                        continue
                    mine = counters.setdefault(setting, set())
                    for cap, found in view.limits(own_class, setting):
                        if cap.per == "year" and not isinstance(found.value, NoLimit):
                            mine.add(cap.counter)
                            doubtful |= unknown(found)
                            title = cap_title(case.pack, view.layer, cap, case.lang)
                            titles.setdefault(setting, []).append(
                                _("{title} {limit}").format(
                                    title=title, limit=value_words(case.pack, found.value or 0, case.lang)
                                )
                            )
                            first = first or (view, found)
        if first and len(counters) > 1 and not set.intersection(*counters.values()):
            parts = [
                _("{setting}：{caps}").format(
                    setting=code_words(case.pack, "setting", setting, case.lang),
                    caps=_("、").join(dict.fromkeys(titles.get(setting, ()))) or _("不设限额"),
                )
                for setting in counters
            ]
            severity = "cannot_compare" if doubtful else "different"
            yield at(first[0], first[1], severity, _("；").join(parts), identity)


def as_ordinary(case: Case) -> Iterator[Raw]:
    """These identities have no more than people without one."""
    _ = translator("law", case.lang)
    for view, identity, own_class in concerned(case):
        (ordinary, *_rest) = view.classes_of("")
        if own_class == ordinary or not view.admits(ordinary):
            continue
        said: dict[str, Found] = {}
        doubt: Found | None = None
        for mine, theirs in beside_ordinary(view, own_class):
            pair = comparable(case.pack, mine.value, theirs.value)
            if pair is None:
                doubt = doubt or mine
            elif pair[0] < pair[1]:
                said.setdefault(_("起付标准 {value}").format(value=value_said(case, view, mine)), mine)
        for mine, theirs in rates_beside(view, own_class, ordinary) if view.layer.rate else ():
            if unknown(mine) or unknown(theirs):
                doubt = doubt or mine
            elif number(mine) > number(theirs):
                said.setdefault(_("支付比例 {rate}").format(rate=percent_words(number(mine))), mine)
        if said:
            yield at(view, next(iter(said.values())), "above", _("；").join(said), identity)
        if doubt is not None:
            yield at(view, doubt, "cannot_compare", _("未知"), identity)
