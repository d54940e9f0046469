"""The layers and awards of a pack.

Enters: nodes of the merged tree. Leaves: :class:`Layer` and :class:`Award`. Sections 7 and 8 of
``docs/reference/pack-language.md``. Imports what :mod:`tuodi.law.values` imports.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tuodi.law.classes import classes_of
from tuodi.law.model import (
    Award,
    Base,
    Brackets,
    Cap,
    Cite,
    Classes,
    Deductible,
    Given,
    Layer,
    Rounding,
    Table,
    Title,
    TopUp,
    Value,
    Window,
)
from tuodi.law.source import Node
from tuodi.law.values import (
    DIRECTIONS,
    UNITS,
    Reading,
    choice,
    cites,
    each,
    flag,
    table,
    text,
    title,
    value,
    when_of,
    whole,
)
from tuodi.tables import PARTS, PAYERS

__all__ = ["KINDS", "RECORDED_AS", "award", "given_layer", "kind_of", "layer", "recorded_as", "rounding"]

UNPAID = ("untouched", "deductible", "co_payment", "over_cap")
SCOPES = ("bill", "stay", "year")
FORMS = ("rate", "fixed", "top_up", "given")

RECORDED_AS: Mapping[str, tuple[str, ...]] = {
    "basic": ("paid_basic",),
    "catastrophic": ("paid_catastrophic", "paid_large_sum"),
    "assistance": ("paid_assistance",),
    "tilt": ("paid_tilt", "paid_other"),
}
"""Where the payment of a computed layer is recorded, unless the pack says otherwise."""

_TITLES: Mapping[str, Title] = {
    "basic": {"zh": "基本医疗保险", "en": "Basic insurance"},
    "catastrophic": {"zh": "大病保险", "en": "Catastrophic insurance"},
    "assistance": {"zh": "医疗救助", "en": "Medical assistance"},
    "tilt": {"zh": "倾斜救助", "en": "Tilt aid"},
}

KINDS = tuple(RECORDED_AS)
"""What the national frame calls the layers; a layer of such a name is of that kind unless it says otherwise."""

_EVERY_BILL = ("bill",)
_BRACKET_ONLY = ("bracket",)


def layer(
    reading: Reading,
    layer_id: str,
    node: Node,
    classes: Classes,
    default: Rounding,
    recorded: Mapping[str, tuple[str, ...]],
) -> Layer:
    """One entry of ``layers``."""
    own = classes_of(reading, node, classes)
    here = cites(reading, node)
    form = _form(reading, node)
    if form == "given":
        given = given_layer(reading, layer_id, node.mapping["given"], here)
        kind = kind_of(reading, layer_id, node)
        return replace(given, title=_title(reading, layer_id, node), classes=own, origin=node.origin, kind=kind)
    brackets = _brackets(reading, node.get("brackets"), here, SCOPES, "")
    fixed = node.get("fixed")
    made = Layer(
        id=layer_id,
        title=_title(reading, layer_id, node),
        classes=own,
        when=when_of(reading, node.get("when"), own.names, here, gate=True),
        counts_outside=flag(reading, node.get("counts")),
        base=_base(reading, node.get("base")),
        deductible=_deductible(reading, node.get("deductible"), own, here, SCOPES, ""),
        brackets=brackets,
        rate=_table(reading, node.get("rate"), "rate", own, here),
        factor=_table(reading, node.get("factor"), "factor", own, here),
        points=_table(reading, node.get("points"), "points", own, here),
        fixed=_table(reading, fixed.get("amount"), "amount", own, cites(reading, fixed, here)) if fixed else None,
        fixed_per=_scope(reading, fixed, SCOPES) if fixed else "bill",
        top_up=_top_up(reading, node.get("top_up"), own, here),
        notional=flag(reading, node.get("notional")),
        caps=_caps(reading, layer_id, node.get("caps"), own, here, SCOPES),
        rounding=rounding(reading, node.get("rounding"), default, here),
        recompute_year=_recompute(reading, node.get("on_change"), here),
        recorded_as=recorded.get(layer_id, RECORDED_AS.get(layer_id, ())),
        cites=here,
        origin=node.origin,
        kind=kind_of(reading, layer_id, node),
    )
    _check_brackets(reading, node, made)
    return made


def kind_of(reading: Reading, layer_id: str, node: Node | None = None) -> str:
    """The kind that a layer states, else the one it is named for."""
    named = layer_id if layer_id in KINDS else ""
    stated = choice(reading, node.get("kind") if node else None, (*KINDS, "other"), "the kind", named)
    return "" if stated == "other" else stated


def _form(reading: Reading, node: Node) -> str:
    forms = [name for name in FORMS if node.get(name) is not None]
    if len(forms) != 1:
        found = " and ".join(repr(name) for name in forms) if forms else "no form of payment"
        reading.wrong(node, found, f"exactly one of: {', '.join(FORMS)}")
    if "given" in forms:
        for key, item in node.mapping.items():
            if key not in ("given", "title", "kind", "cite"):
                reading.wrong(
                    item,
                    f"{key!r} in a given layer",
                    "'given', 'title', 'kind' and 'cite' only: it is read, not computed",
                )
    return forms[0] if forms else ""


def _title(reading: Reading, layer_id: str, node: Node) -> Title:
    made = title(reading, node.get("title")) or _TITLES.get(layer_id, {})
    if not made:
        reading.wrong(node, f"no title for {layer_id!r}", "title: {zh: …, en: …}")
    return made


def _table(reading: Reading, node: Node | None, kind: Any, classes: Classes, above: tuple[Cite, ...]) -> Table | None:
    return None if node is None else table(reading, node, kind, classes.names, above)


def _scope(reading: Reading, node: Node, scopes: tuple[str, ...], default: str = "", key: str = "per") -> Any:
    found = node.get(key)
    if found is None and not default:
        reading.wrong(node, f"{key!r} is missing", f"{key}: {' | '.join(scopes)}")
    return choice(reading, found, scopes, f"{key!r}", default or "bill")


def _base(reading: Reading, node: Node | None) -> Base:
    if node is None:
        return Base(("in_scope",), UNPAID, ("in_scope",))
    parts_node = node.get("parts") if node.mapping else node
    parts = _distinct(reading, parts_node, PARTS, "the part") or ("in_scope",)
    unpaid = _distinct(reading, node.get("unpaid"), UNPAID, "the reason") or UNPAID
    order = node.get("paid_down")
    paid_down = _distinct(reading, order, PARTS, "the part") or parts
    if order is not None and sorted(paid_down) != sorted(parts):
        reading.wrong(order, f"paid_down {list(paid_down)}", f"the parts of the base in another order: {list(parts)}")
    return Base(parts, unpaid, paid_down)


def _distinct(reading: Reading, node: Node | None, known: tuple[str, ...], what: str) -> tuple[str, ...]:
    made: list[str] = []
    for item in each(node):
        found = reading.name(item, known, what)
        if found in made:
            reading.wrong(item, f"{what} {found!r} a second time", "each once")
        made.append(found)
    return tuple(made)


def _deductible(
    reading: Reading,
    node: Node | None,
    classes: Classes,
    above: tuple[Cite, ...],
    scopes: tuple[str, ...],
    default: str,
    allowed: tuple[str, ...] = (),
) -> Deductible | None:
    if node is None:
        return None
    here = cites(reading, node, above)
    inner = node.get("amount")
    if inner is None:
        made = table(reading, node, "amount", classes.names, above, beside=("per",))
    else:
        for key, item in node.mapping.items():
            if key not in ("per", "amount", "cite"):
                reading.wrong(item, f"{key!r} beside 'amount'", "'amount', or a value for each class: not both")
        made = table(reading, inner, "amount", classes.names, here, allowed=allowed)
    return Deductible(_scope(reading, node, scopes, default), made, here, node.origin)


def _brackets(
    reading: Reading, node: Node | None, above: tuple[Cite, ...], scopes: tuple[str, ...], default: str
) -> Brackets | None:
    if node is None:
        return None
    start = _scope(reading, node, ("zero", "deductible"), "zero" if default else "", "from")
    ends: list[Value] = []
    for item in each(node.get("upto")):
        end = value(reading, item, "amount")
        last = next((each_end for each_end in reversed(ends) if isinstance(each_end, int)), 0)
        if isinstance(end, int) and end <= last:
            reading.wrong(item, f"the end {item.text}", "more than the end before it")
        ends.append(end)
    if not ends:
        reading.wrong(node, "no bracket ends", "upto: [50000 yuan, …], increasing")
    here = cites(reading, node, above)
    if not here:
        reading.wrong(node, "brackets without a citation", "'cite' beside them or at a mapping above")
    on = _scope(reading, node, scopes, default, "on")
    return Brackets(on, start, tuple(ends), here, node.origin)


def _check_brackets(reading: Reading, node: Node, made: Layer) -> None:
    if made.rate is None:
        if made.brackets is not None:
            reading.wrong(node.mapping["brackets"], "brackets without a rate", "'rate' with a row for each bracket")
        return
    count = 1 if made.brackets is None else len(made.brackets.upto) + 1
    for row in made.rate.rows:
        for number in row.when.get("bracket", ()):
            if made.brackets is None:
                reading.problems.add(
                    row.origin, f"bracket {number} in a layer without brackets", "'brackets' beside 'rate'"
                )
            elif number.isdigit() and int(number) > count:
                reading.problems.add(row.origin, f"bracket {number}", f"1 to {count}: 'upto' has {count - 1} ends")


def _top_up(reading: Reading, node: Node | None, classes: Classes, above: tuple[Cite, ...]) -> TopUp | None:
    if node is None:
        return None
    target = node.get("to")
    if target is None:
        reading.wrong(node, "'to' is missing", "to: the share to be reached, such as 80%")
        return TopUp(Table(()), "bill")
    made = table(reading, target, "target", classes.names, cites(reading, node, above))
    return TopUp(made, _scope(reading, node, ("bill", "year")))


def _caps(
    reading: Reading,
    layer_id: str,
    node: Node | None,
    classes: Classes,
    above: tuple[Cite, ...],
    scopes: tuple[str, ...],
    default: str = "",
    allowed: tuple[str, ...] = (),
) -> tuple[Cap, ...]:
    made: list[Cap] = []
    for number, item in enumerate(each(node), 1):
        here = cites(reading, item, above)
        cap_id = text(reading, item.get("id")) or f"cap{number}"
        if cap_id in [cap.id for cap in made]:
            reading.wrong(item, f"the cap {cap_id!r} a second time", "an 'id' of its own for each cap of a layer")
        limit = item.get("limit")
        if limit is None:
            reading.wrong(item, "'limit' is missing", "limit: an amount, none, or a table")
        made.append(
            Cap(
                id=cap_id,
                per=_scope(reading, item, scopes, default),
                limit=Table(())
                if limit is None
                else table(reading, limit, "limit", classes.names, here, allowed=allowed),
                counter=text(reading, item.get("counter")) or f"{layer_id}.{cap_id}",
                when=when_of(reading, item.get("when"), classes.names, here, gate=False),
                counts=choice(reading, item.get("counts"), ("paid", "base", "deductible"), "'counts'", "paid"),  # type: ignore[arg-type]
                cites=here,
                origin=item.origin,
            )
        )
    return tuple(made)


def rounding(reading: Reading, node: Node | None, default: Rounding, above: tuple[Cite, ...]) -> Rounding:
    """A ``rounding``; keys left out are the default's."""
    if node is None:
        return default
    to = node.get("to")
    return Rounding(
        unit=UNITS.get(choice(reading, to, tuple(UNITS), "the unit"), 1) if to else default.unit,
        direction=choice(reading, node.get("direction"), DIRECTIONS, "the direction", default.direction),  # type: ignore[arg-type]
        per=choice(reading, node.get("per"), ("bill", "year"), "'per'", default.per),  # type: ignore[arg-type]
        stated=True,
        cites=cites(reading, node, above),
    )


def _recompute(reading: Reading, node: Node | None, above: tuple[Cite, ...]) -> bool:
    if node is None:
        return False
    made = flag(reading, node.get("recompute_year"))
    if made and not cites(reading, node, above):
        reading.wrong(node, "recompute_year without a citation", "'cite': it changes what was settled")
    return made


def given_layer(reading: Reading, layer_id: str, node: Node, above: tuple[Cite, ...] = ()) -> Layer:
    """A layer that is read from the record: columns, columns by scheme, or either with its base."""
    source = node
    base: tuple[str, ...] = ("in_scope",)
    if "from" in node.mapping:
        source = node.mapping["from"]
        base = _distinct(reading, node.get("base"), PARTS, "the part") or base
    by_scheme = {key: item for key, item in source.mapping.items() if key != "cite"}
    columns: dict[str, tuple[str, ...]] = {}
    for scheme, item in by_scheme.items():
        if scheme not in reading.codes["scheme"]:
            reading.wrong(item, f"the scheme {scheme!r}", f"one of: {', '.join(reading.codes['scheme'])}")
        columns[scheme] = _distinct(reading, item, PAYERS, "the column")
    if not by_scheme:
        columns[""] = _distinct(reading, source, PAYERS, "the column")
    if not all(columns.values()):
        reading.wrong(node, "a given layer without columns", "the columns it is read from, such as [paid_basic]")
    here = cites(reading, node, above)
    return Layer(
        id=layer_id,
        title=_TITLES.get(layer_id, {"zh": layer_id, "en": layer_id}),
        classes=Classes(()),
        base=Base(base, UNPAID, base),
        given=Given(columns, base, here, node.origin),
        cites=here,
        origin=node.origin,
        kind=kind_of(reading, layer_id),
    )


def recorded_as(reading: Reading, node: Node | None, computed: Mapping[str, Node]) -> dict[str, tuple[str, ...]]:
    """``recorded_as``: computed layer → the columns in which its payment may stand."""
    made: dict[str, tuple[str, ...]] = {}
    for layer_id, item in (node.mapping if node else {}).items():
        reading.name(Node(layer_id, item.origin), tuple(computed), "the computed layer")
        made[layer_id] = _distinct(reading, item, PAYERS, "the column")
    return made


def award(reading: Reading, award_id: str, node: Node, classes: Classes, default: Rounding) -> Award:
    """One entry of ``awards``: a layer that works once, on a window's sum as on one bill."""
    here = cites(reading, node)
    rate, fixed = node.get("rate"), node.get("fixed")
    if (rate is None) == (fixed is None):
        found = "no form of payment" if rate is None else "'rate' and 'fixed'"
        reading.wrong(node, found, "exactly one of: rate, fixed")
    fixed_amount = fixed.get("amount") if fixed and fixed.mapping and "amount" in fixed.mapping else fixed
    inner = Layer(
        id=award_id,
        title=title(reading, node.get("title")),
        classes=classes,
        base=_base(reading, node.get("base")),
        deductible=_deductible(
            reading, node.get("deductible"), classes, here, _EVERY_BILL, "bill", allowed=_BRACKET_ONLY
        ),
        brackets=_brackets(reading, node.get("brackets"), here, _EVERY_BILL, "bill"),
        rate=None if rate is None else table(reading, rate, "rate", (), here, allowed=_BRACKET_ONLY),
        fixed=None if fixed_amount is None else table(reading, fixed_amount, "amount", (), here, allowed=_BRACKET_ONLY),
        caps=_caps(reading, award_id, node.get("caps"), classes, here, _EVERY_BILL, "bill", allowed=_BRACKET_ONLY),
        rounding=rounding(reading, node.get("rounding"), default, here),
        cites=here,
        origin=node.origin,
    )
    _check_brackets(reading, node, inner)
    if not inner.title:
        reading.wrong(node, f"no title for {award_id!r}", "title: {zh: …, en: …}")
    return Award(
        id=award_id,
        title=inner.title,
        window=_window(reading, node),
        layer=inner,
        subject=choice(reading, node.get("subject"), ("person", "household"), "the subject", "person"),  # type: ignore[arg-type]
        less_other_aid=flag(reading, node.get("less_other_aid")),
        once_per_year=choice(reading, node.get("once_per"), ("year",), "'once_per'") == "year",
        cites=here,
        origin=node.origin,
    )


def _window(reading: Reading, award_node: Node) -> Window:
    node = award_node.get("window")
    if node is None:
        reading.wrong(
            award_node, "'window' is missing", "{year: previous | same} or {months: 12, before: recognised_on}"
        )
        return Window("same")
    year, months = node.get("year"), node.get("months")
    if (year is None) == (months is None):
        found = "a window with neither" if year is None else "a window with both 'year' and 'months'"
        reading.wrong(node, found, "{year: previous | same} or {months: 12, before: recognised_on}")
    if year is not None:
        return Window(year=choice(reading, year, ("previous", "same"), "the year"))  # type: ignore[arg-type]
    before = node.get("before")
    if before is None:
        reading.wrong(node, "'before' is missing", "before: recognised_on | applied_on")
    days = ("recognised_on", "applied_on")
    return Window(months=whole(reading, months, 1), before=choice(reading, before, days, "the day", days[1]))  # type: ignore[arg-type]
