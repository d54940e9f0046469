"""The tests of the national frame that ask about scope, base, gate, order, premium subsidy and monitoring lines.

Enters: a :class:`Case`. Leaves: findings. Imports ``tuodi.law``.
"""

from __future__ import annotations

from collections.abc import Iterator

from tuodi.i18n import translator
from tuodi.law.frame_case import Case, Raw, in_layer, share_of
from tuodi.law.model import Share, Unknown
from tuodi.law.phrases import base_words
from tuodi.law.premium import pays_words, rows_for
from tuodi.law.words import code_words, column_words, title_words, value_words
from tuodi.money import FULL_RATE

__all__ = [
    "base_test", "gate_without", "income_year_test", "line_at_most", "order_test", "premium_test", "settings_test",
]  # fmt: skip


def base_test(case: Case) -> Iterator[Raw]:
    """The base takes in what the nation names, and nothing else."""
    for view in case.layers:
        base, codes = view.layer.base, case.bound.codes
        words = base_words(view.layer, case.lang)
        if "in_scope" not in base.parts or not set(codes["unpaid"]) <= set(base.unpaid):
            yield in_layer(view, "below", words)
        wider = [part for part in base.parts if part not in codes["part"]]
        if wider:
            # First self-pay is inside the catalogue; whether it is "inside the policy" differs by place.
            yield in_layer(view, "different" if wider == ["first_self_pay"] else "above", words)


def settings_test(case: Case) -> Iterator[Raw]:
    """Some layer of the kind admits each setting."""
    _ = translator("law", case.lang)
    for identity in case.who:
        missing = [
            setting
            for setting in case.bound.codes["setting"]
            if not any(
                view.admits(own, {"setting": (setting,)}) for view in case.layers for own in view.classes_of(identity)
            )
        ]
        if missing:
            names = _("、").join(code_words(case.pack, "setting", setting, case.lang) for setting in missing)
            yield in_layer(case.layers[0], "below", _("不包括{settings}").format(settings=names), identity)


def gate_without(case: Case) -> Iterator[Raw]:
    """The gate admits none of these codes."""
    _ = translator("law", case.lang)
    for view in case.layers:
        gate = view.layer.when
        for column, codes in case.bound.codes.items():
            name = column_words(case.pack, column, case.lang)
            if column not in gate.codes:
                yield in_layer(view, "different", _("没有写{column}的条件").format(column=name))
                continue
            admitted = [code for code in codes if code in view.spaces[column].expand(gate.codes[column])]
            if admitted:
                words = _("、").join(code_words(case.pack, column, code, case.lang) for code in admitted)
                yield Raw(
                    "above", _("{column}包括{codes}").format(column=name, codes=words),
                    gate.cites or view.layer.cites, gate.origin, "", view.layer.id,
                )  # fmt: skip


def order_test(case: Case) -> Iterator[Raw]:
    """The kinds of layers stand in this order."""
    _ = translator("law", case.lang)
    wanted = case.bound.names
    kinds = [layer for layer in case.pack.layers if layer.kind in wanted]
    places = [wanted.index(layer.kind) for layer in kinds]
    if places != sorted(places):
        names = _(" → ").join(title_words(layer.title, case.lang, layer.id) for layer in kinds)
        first = next(layer for layer, place, best in zip(kinds, places, sorted(places), strict=True) if place != best)
        yield Raw("different", names, first.cites, first.origin)


def income_year_test(case: Case) -> Iterator[Raw]:
    """Shares are of the income of this year."""
    _ = translator("law", case.lang)
    dates = case.pack.dates
    judged = [layer for layer in case.pack.layers if layer.kind in ("catastrophic", "assistance")]
    shares = [
        row.value
        for layer in judged
        if layer.deductible
        for row in layer.deductible.amount.rows
        if isinstance(row.value, Share)
    ]
    if shares and dates.income_year not in case.bound.names:
        yield Raw("different", _("按前年的收入"), dates.cites, dates.origin)


def premium_test(case: Case) -> Iterator[Raw]:
    """The premium is subsidised in full, or by an amount."""
    _ = translator("law", case.lang)
    latest = max(case.pack.premium_subsidy, key=lambda one: one.year)
    for identity in case.who:
        rows = rows_for(case.pack, latest, [identity])
        if not rows or any(isinstance(row.pays, Unknown) for row in rows):
            yield Raw(
                "cannot_compare", _("{year} 年没有写").format(year=latest.year), latest.cites, latest.origin, identity
            )
            continue
        row = next((row for row in rows if row.full), rows[0])
        words = _("{year} 年{pays}").format(year=latest.year, pays=pays_words(case.pack, latest, row, case.lang))
        if case.bound.names == ("full",):
            severity = "" if row.full else "below"
        else:
            severity = "above" if row.full else "different" if isinstance(row.pays, Share) else ""
            severity = "below" if row.pays == 0 else severity
        if severity:
            yield Raw(severity, words, row.cites, row.origin, identity)


def line_at_most(case: Case) -> Iterator[Raw]:
    """A monitoring line is this share of the income."""
    _ = translator("law", case.lang)
    national = case.bound.value
    assert isinstance(national, Share)
    wanted = set(case.bound.identities)
    for line in case.pack.monitoring:
        if (wanted & set(line.identities)) if wanted else not line.identities:
            share = share_of(case.pack, line.line, national)
            words = _("{title}：{line}").format(
                title=title_words(line.title, case.lang, line.id), line=value_words(case.pack, line.line, case.lang)
            )
            if share is None:
                other = isinstance(line.line, Share)
                yield Raw("different" if other else "cannot_compare", words, line.cites, line.origin)
            elif share * FULL_RATE != national.rate:
                severity = "below" if share * FULL_RATE > national.rate else "above"
                yield Raw(severity, words, line.cites, line.origin)
            if line.over not in case.bound.names and line.over != "unknown":
                span = {"stay": _("单次住院"), "twelve_months": _("最近十二个月"), "year": _("自然年度")}[line.over]
                words = _("{title}：按{span}").format(title=title_words(line.title, case.lang, line.id), span=span)
                yield Raw("different", words, line.cites, line.origin)
