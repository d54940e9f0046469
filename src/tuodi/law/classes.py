"""Who is what: classes, their order, and when an identity counts.

Enters: nodes of the merged tree. Leaves: :class:`Classes` and :class:`IdentityRules`. Section 4 of
``docs/reference/pack-language.md``. Imports what :mod:`tuodi.law.values` imports.
"""

from __future__ import annotations

from tuodi.law.model import Cite, ClassDef, Classes, IdentityRules, LookBack, Member
from tuodi.law.source import Node
from tuodi.law.values import RESERVED, Reading, choice, cites, each, flag, text, title, whole

__all__ = ["EVERYONE", "classes_of", "identity_rules"]

EVERYONE = "everyone"
"""The one class of a pack that names none."""

_KEYS = ("classes", "default_class", "class_order", "choose")


def classes_of(reading: Reading, node: Node, above: Classes | None = None) -> Classes:
    """The classes that a pack or a layer declares.

    A layer that writes ``classes`` brings its own default, order and choice with it; one that writes only another
    of the keys changes that one.
    """
    if above is not None and not any(node.get(key) for key in _KEYS):
        return above
    if node.get("classes") is None and above is not None:
        defined, default = above.order, above.default
    else:
        defined, default = _defined(reading, node), ""
    default = text(reading, node.get("default_class")) or default
    if not defined and not default:
        default = EVERYONE
    if default:
        defined = _with_default(reading, node, defined, default)
    order = node.get("class_order")
    stated = (
        above.order_stated
        if above and not order and node.get("classes") is None
        else flag(reading, order.get("stated") if order else None)
    )
    order_cites = above.order_cites if above and not order and stated else cites(reading, order)
    if stated and not order_cites and order is not None:
        reading.wrong(order, "a stated order without a citation", "{stated: true, cite: …}")
    made = Classes(defined, default, stated, order_cites)
    chosen = node.get("choose")
    if chosen is None:
        inherited = above if above and node.get("classes") is None else None
        return made if inherited is None else _choosing(made, inherited.choose, inherited.choose_cites)
    between = tuple(reading.name(item, made.names, "the class") for item in each(chosen.get("between")))
    if len(set(between)) != 2:
        reading.wrong(chosen, f"a choice between {list(between)}", "between: two different classes")
    return _choosing(made, between, cites(reading, chosen))


def _choosing(made: Classes, between: tuple[str, ...], why: tuple[Cite, ...]) -> Classes:
    return Classes(made.order, made.default, made.order_stated, made.order_cites, between, why)


def _defined(reading: Reading, node: Node) -> tuple[ClassDef, ...]:
    listed = node.get("classes")
    if listed is None:
        return ()
    default = node.get("default_class")
    above = cites(reading, listed)
    return tuple(
        _class(reading, name, item, above, name == (default.text if default else ""))
        for name, item in listed.mapping.items()
        if name != "cite"
    )


def _class(reading: Reading, name: str, node: Node, above: tuple[Cite, ...], is_default: bool) -> ClassDef:
    if name in RESERVED or not name.isidentifier():
        reading.wrong(node, f"the class name {name!r}", "a word of letters, digits and _ that is no key of a table")
    here = cites(reading, node, above)
    members = node.get("members")
    made = tuple(_member(reading, item) for item in each(members))
    if is_default and made:
        reading.wrong(members or node, "members of the default class", "none: it is the class of everyone else")
    if not is_default and not made:
        reading.wrong(node, f"the class {name!r} has no members", "members: [identities]")
    if not is_default and not here:
        reading.wrong(node, "a class without a citation", "'cite' beside 'members'")
    again = {item.identity for number, item in enumerate(made) if item in made[:number]}
    if again:
        reading.wrong(members or node, f"the identity {sorted(again)[0]!r} a second time", "each once")
    return ClassDef(name, () if is_default else made, title(reading, node.get("title")), here, node.origin)


def _member(reading: Reading, node: Node) -> Member:
    known = reading.codes["identity"]
    if not node.mapping:
        return Member(reading.name(node, known, "the identity"))
    identity, scheme = node.get("identity"), node.get("scheme")
    if identity is None:
        reading.wrong(node, "a member without 'identity'", "an identity, or {identity: …, scheme: …}")
        return Member("")
    return Member(
        reading.name(identity, known, "the identity"),
        choice(reading, scheme, reading.codes["scheme"], "the scheme"),
    )


def _with_default(reading: Reading, node: Node, defined: tuple[ClassDef, ...], default: str) -> tuple[ClassDef, ...]:
    place = node.get("default_class") or node
    if default in RESERVED or not default.isidentifier():
        reading.wrong(place, f"the class name {default!r}", "a word of letters, digits and _ that is no key of a table")
    listed = [item for item in defined if item.name == default]
    if listed and listed[0].members:
        reading.wrong(
            place, f"the default class {default!r} has members", "another name: it is the class of everyone else"
        )
    last = listed[0] if listed else ClassDef(default, (), {}, cites(reading, node), place.origin)
    return (*(item for item in defined if item.name != default), last)


def identity_rules(reading: Reading, node: Node | None, computed: tuple[str, ...]) -> IdentityRules:
    """``identities``: from when and until when an identity counts, and how far back it reaches."""
    if node is None:
        return IdentityRules()
    here = cites(reading, node)
    valid = node.get("valid_months")
    months = {}
    for name, item in (valid.mapping if valid else {}).items():
        if name == "cite":
            continue
        reading.name(Node(name, item.origin), reading.codes["identity"], "the identity")
        months[name] = whole(reading, item, 1)
    starts = ("same_day", "next_month", "by_stay")
    ends = ("same_day", "end_of_month")
    return IdentityRules(
        effective=choice(reading, node.get("effective"), starts, "'effective'", "same_day"),  # type: ignore[arg-type]
        ends=choice(reading, node.get("ends"), ends, "'ends'", "same_day"),  # type: ignore[arg-type]
        valid_months=months,
        look_back=tuple(_look_back(reading, item, computed, here) for item in each(node.get("look_back"))),
        cites=here,
        origin=node.origin,
    )


def _look_back(reading: Reading, node: Node, computed: tuple[str, ...], above: tuple[Cite, ...]) -> LookBack:
    for key in ("identities", "months", "layers"):
        if node.get(key) is None:
            reading.wrong(node, f"a look-back without {key!r}", "{identities: […], months: 6, layers: […]}")
    layers = tuple(reading.name(item, computed, "the computed layer") for item in each(node.get("layers")))
    year = choice(reading, node.get("year"), ("bill", "recognition"), "the year", "bill")
    missing = [name for name in computed if name not in layers]
    if year == "recognition" and missing:
        reading.wrong(
            node.mapping["year"],
            f"'year: recognition' for {', '.join(layers)} only",
            f"all computed layers ({', '.join(missing)} too), since a bill has one counter year",
        )
    anchors, months = ("recognised_on", "from"), ("counted", "not_counted")
    return LookBack(
        identities=tuple(
            reading.name(item, reading.codes["identity"], "the identity") for item in each(node.get("identities"))
        ),
        months=whole(reading, node.get("months"), 1),
        layers=layers,
        anchor=choice(reading, node.get("anchor"), anchors, "the anchor", "recognised_on"),  # type: ignore[arg-type]
        anchor_month_counts=choice(reading, node.get("anchor_month"), months, "'anchor_month'", months[1]) == "counted",
        year=year,  # type: ignore[arg-type]
        cites=cites(reading, node, above),
        origin=node.origin,
    )
