"""Derived attributes: ordered rules over any column, amounts included.

Enters: nodes of the merged tree. Leaves: :class:`Derived`. Section 5 of ``docs/reference/pack-language.md``.
Imports what :mod:`tuodi.law.values` imports.
"""

from __future__ import annotations

from tuodi.law.model import Cite, Condition, Derived, DerivedRule
from tuodi.law.source import Node
from tuodi.law.values import CODE_SETS, CONDITIONS, Reading, amount, cites, codes_of, each, flag, text, title, whole
from tuodi.law.values import _code as code
from tuodi.tables import PARTS

__all__ = ["derived"]

AMOUNTS = ("total", *PARTS)
FREE = ("diagnosis", "provider_traits", "assistance_kind")
"""Columns whose words no code set lists."""

COLUMNS = (*CODE_SETS[:-1], "settle_mode", *FREE, "identity", "stay_ordinal")
_TAKEN = frozenset({*CONDITIONS, *COLUMNS, *AMOUNTS, "age"})
_BOUNDS = ("over", "at_least", "under", "at_most")


def derived(reading: Reading, node: Node | None) -> tuple[Derived, ...]:
    """``derived``, in order; each may read those before it. Their values become known to ``reading``."""
    made = []
    for name, item in (node.mapping if node else {}).items():
        made.append(_attribute(reading, name, item))
        if name == "person_type" or name not in _TAKEN:
            reading.derived[name] = tuple(made[-1].values)
    return tuple(made)


def _attribute(reading: Reading, name: str, node: Node) -> Derived:
    if name != "person_type" and (name in _TAKEN or not name.isidentifier()):
        reading.wrong(
            node, f"the attribute {name!r}", "a name of its own; of the columns only person_type may be derived"
        )
    here = cites(reading, node)
    listed = node.get("values")
    values = {key: title(reading, item) for key, item in (listed.mapping if listed else {}).items()}
    if not values:
        reading.wrong(node, f"{name!r} has no values", "values: {name: {zh: …, en: …}}")
    if name == "person_type":
        for key, item in (listed.mapping if listed else {}).items():
            reading.name(Node(key, item.origin), reading.codes["person_type"], "the person_type")
    rules: list[DerivedRule] = []
    for item in each(node.get("rules")):
        if rules and not rules[-1].conditions:
            reading.wrong(item, "a rule after 'otherwise'", "'otherwise' last: nothing below it is ever read")
        rules.append(_rule(reading, item, tuple(values), here))
    if not rules:
        reading.wrong(node, f"{name!r} has no rules", "rules: [{when: {…}, is: …}]")
    return Derived(name, title(reading, node.get("title")), values, tuple(rules), here, node.origin)


def _rule(reading: Reading, node: Node, values: tuple[str, ...], above: tuple[Cite, ...]) -> DerivedRule:
    when, otherwise, result = node.get("when"), flag(reading, node.get("otherwise")), node.get("is")
    if (when is None) != otherwise:
        reading.wrong(
            node,
            "'when' and 'otherwise'" if when else "a rule without 'when'",
            "{when: {…}, is: …} or {otherwise: true, is: …}",
        )
    if result is None:
        reading.wrong(node, "a rule without 'is'", f"is: one of: {', '.join(values)}")
    made = () if when is None else tuple(_condition(reading, key, item) for key, item in when.mapping.items())
    if when is not None and not made:
        reading.wrong(when, "a 'when' without conditions", "'otherwise: true' where it always holds")
    return DerivedRule(
        made,
        reading.name(result, (*values, "none"), "the value") if result else "",
        cites(reading, node, above),
        node.origin,
    )


def _condition(reading: Reading, column: str, node: Node) -> Condition:
    if column in AMOUNTS:
        return _bounds(reading, column, node)
    if column == "age":
        least, most = node.get("from"), node.get("to")
        if least is None and most is None:
            reading.wrong(node, "an age without 'from' or 'to'", "{from: 60} or {from: 6, to: 17}")
        return Condition(
            column,
            at_least=whole(reading, least) if least else None,
            at_most=whole(reading, most) if most else None,
        )
    known = (*COLUMNS, *reading.derived)
    if column not in known:
        from tuodi.errors import nearest

        every = (*known, *AMOUNTS, "age")
        reading.wrong(node, f"the condition {column!r}", f"one of: {', '.join(every)}{nearest(column, every)}")
        return Condition(column)
    if column not in reading.derived and column in (*FREE, "identity", "stay_ordinal", "settle_mode"):
        if column == "identity":
            names = tuple(reading.name(item, reading.codes["identity"], "the identity") for item in each(node))
        elif column in FREE:
            names = tuple(text(reading, item) for item in each(node))
        else:
            names = tuple(code(reading, column, item, ()) for item in each(node))
    else:
        names = tuple(reading.name(item, codes_of(reading, column) or (), f"the {column}") for item in each(node))
    if column == "diagnosis":
        for item, name in zip(each(node), names, strict=True):
            if "*" in name[:-1] or name == "*":
                reading.wrong(item, f"the diagnosis {name!r}", "a code, or its beginning with one * at the end")
    if not names:
        reading.wrong(node, f"the condition {column!r} names nothing", "one code or a list of codes")
    return Condition(column, names)


def _bounds(reading: Reading, column: str, node: Node) -> Condition:
    least: int | None = None
    most: int | None = None
    for key, item in node.mapping.items():
        if key not in _BOUNDS:
            reading.wrong(item, f"the bound {key!r}", f"one of: {', '.join(_BOUNDS)}")
            continue
        found = amount(reading, item)
        if key in ("over", "at_least"):
            least = found + (key == "over")
        else:
            most = found - (key == "under")
    if least is None and most is None:
        reading.wrong(node, f"no bound on {column!r}", "{over: 30000 yuan}, {at_least: …}, {under: …} or {at_most: …}")
    if least is not None and most is not None and least > most:
        reading.wrong(node, f"bounds on {column!r} that no amount meets", "the lower one first")
    return Condition(column, (), least, most)
