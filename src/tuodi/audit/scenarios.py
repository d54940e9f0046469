"""The scenarios that an audit tries: one deviation each, from no identity at all to a bill counted twice.

Enters: the stand, the bills in question with what is known of them, flags, other versions of the law. Leaves:
:class:`Scenario` objects, in a fixed order. ``docs/reference/audit.md`` lists them in words. Imports ``tuodi.law``
and ``tuodi.settlement``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from tuodi import vocabulary
from tuodi.audit import altered
from tuodi.audit.prove import Scenario, Stand
from tuodi.errors import PackError
from tuodi.law.compile import compile_pack
from tuodi.law.model import Layer, Pack
from tuodi.settlement import Law

__all__ = ["Evidence", "class_of", "known_identities", "rank_of", "scenarios"]


@dataclass(frozen=True)
class Evidence:
    """What the scenarios of an audit may draw on.

    ``bills``: of cases with a lead, as ``leads.bills_of_leads`` gives them · ``claims``: with the second copies that
    the law does not count · ``annulled``, ``copies``: ids · ``flags``: the platform's list, or the one list that
    serves as both (``one_list``); None: nothing is known of flags.
    """

    bills: pl.DataFrame
    claims: pl.DataFrame
    annulled: tuple[str, ...]
    copies: tuple[str, ...]
    flags: pl.DataFrame | None
    one_list: bool
    versions: tuple[Law, ...] = ()


def known_identities(pack: Pack) -> tuple[str, ...]:
    """Core and local identity codes that the pack can settle."""
    return (*vocabulary.codes("identity"), *pack.codes.get("identity", {}))


def class_of(pack: Pack, layer: Layer, identity: str) -> str:
    """The class that one identity alone makes in a layer; the default class, or "", where it makes none."""
    local = pack.codes.get("identity", {})
    parents = {identity} | ({local[identity].parent} if identity in local else set())
    for item in layer.classes.order:
        if any(member.identity in parents for member in item.members):
            return item.name
    return layer.classes.default


def rank_of(pack: Pack, layer: Layer, identity: str) -> int:
    """The place of that class in the layer's order; 0 is the best, one past the last where there is none."""
    names = layer.classes.names
    name = class_of(pack, layer, identity)
    return names.index(name) if name in names else len(names)


def scenarios(stand: Stand, evidence: Evidence) -> Iterator[Scenario]:
    """All scenarios, cheapest first; the order is fixed, the proofs do not depend on it."""
    yield from _identity_scenarios(stand, evidence)
    yield from _referral_scenarios(stand, evidence)
    yield from _window_scenarios(stand, evidence)
    yield from _bill_scenarios(stand, evidence)
    yield from _rule_scenarios(stand)
    for law in evidence.versions:
        yield Scenario("version", law.packs[0].id, law=_altered(law, altered.valid_at_all_times) or law)


def _identity_scenarios(stand: Stand, evidence: Evidence) -> Iterator[Scenario]:
    people = evidence.bills["person_id"].unique().sort()
    listed = stand.identities.filter(pl.col("person_id").is_in(people.implode()))
    day_by_day = _altered(stand.law, altered.plain_rules) or stand.law
    yield Scenario("no_identity", identities=altered.nobody(listed))
    if evidence.flags is not None:
        flags = evidence.flags.filter(pl.col("person_id").is_in(people.implode()))
        for start in ("from_flag", "as_dated", "on_flag"):
            rows = altered.as_flagged(flags, start, drop_unflagged=evidence.one_list)
            yield Scenario("as_flagged", start, identities=rows)
            yield Scenario("as_flagged", f"{start}_plain", law=day_by_day, identities=rows)
    if evidence.claims["identity_at_hospital"].null_count() < evidence.claims.height:
        pack = stand.law.packs[0]
        seen = altered.at_hospital(evidence.claims, pack.dates.identity, known_identities(pack))
        yield Scenario("at_hospital", law=day_by_day, identities=seen)
    for identity in _representatives(stand):
        yield Scenario("relabelled", identity, identities=altered.relabelled(listed, identity))
        yield Scenario("always", identity, identities=altered.always(people, identity))
    yield Scenario("never_ended", identities=altered.never_ended(listed))
    yield Scenario("begun_early", identities=altered.begun_early(listed))
    yield Scenario("begun_early", "same_day", law=day_by_day)
    if any(pack.identities.look_back for pack in stand.law.packs):
        yield Scenario("no_look_back", law=_altered(stand.law, altered.without_look_back))


def _representatives(stand: Stand) -> tuple[str, ...]:
    """One identity for every combination of classes over the layers, in the order of the code set."""
    pack = stand.law.packs[0]
    layers = [pack.layer(layer) for layer in stand.layers]
    found: dict[tuple[str, ...], str] = {}
    for identity in known_identities(pack):
        classes = tuple(class_of(pack, layer, identity) for layer in layers)
        if any(name != layer.classes.default for name, layer in zip(classes, layers, strict=True)):
            found.setdefault(classes, identity)
    return tuple(found.values())


def _referral_scenarios(stand: Stand, evidence: Evidence) -> Iterator[Scenario]:
    """A referral taken as missing where the bill shows one, or not asked for where it shows none.

    Tried on every bill that differs, on the first of them, and on all such bills of the persons.
    """
    tried = (
        (("referred", "registered", "emergency"), ("missing",)),
        (("missing",), ("none_needed", "referred", "registered")),
    )
    for shown, instead in tried:
        bills = stand.claims.filter(pl.col("authorisation").is_in(shown)).select("claim_id")
        for layer in stand.layers:
            rows = evidence.bills.filter((pl.col("layer") == layer) & pl.col("differs"))
            differing = rows.join(bills, on="claim_id", how="semi", maintain_order="left")
            if differing.is_empty():
                continue
            first = differing.group_by("person_id", "counter_year", maintain_order=True).first()
            for code in instead:
                for ids in (differing["claim_id"], first["claim_id"], bills["claim_id"]):
                    claims = altered.with_authorisation(stand.claims, ids.to_list(), code)
                    yield Scenario("authorisation", code, claims=claims, layers=(layer,))


def _window_scenarios(stand: Stand, evidence: Evidence) -> Iterator[Scenario]:
    """Bills that are not settled at the window, and unpaid, as if nobody had asked for help with them."""
    for layer in evidence.bills["layer"].unique(maintain_order=True):
        unpaid = evidence.bills.filter(
            (pl.col("layer") == layer) & pl.col("by_application") & (pl.col("recorded") == 0)
        )
        if unpaid["differs"].any():
            claims = altered.without(stand.claims, unpaid["claim_id"].to_list())
            yield Scenario("not_asked", claims=claims, layers=(str(layer),))


def _bill_scenarios(stand: Stand, evidence: Evidence) -> Iterator[Scenario]:
    if evidence.annulled:
        yield Scenario("reversals_unknown", claims=altered.reversals_unknown(stand.claims, evidence.annulled))
    if evidence.copies:
        yield Scenario("copies_counted", claims=evidence.claims)


def _rule_scenarios(stand: Stand) -> Iterator[Scenario]:
    for layer in stand.layers:
        rules: tuple[tuple[str, Callable[[Pack, str], Pack]], ...] = (
            ("no_caps", altered.without_caps),
            ("wider_caps", altered.wider_caps),
            ("no_deductible", altered.without_deductible),
        )
        for family, change in rules:
            law = _altered(stand.law, lambda pack, change=change, layer=layer: change(pack, layer))  # type: ignore[misc]
            if law is not None:
                yield Scenario(family, law=law, layers=(layer,))


def _altered(law: Law, change: Callable[[Pack], Pack]) -> Law | None:
    """The law with every pack altered; None where the altered pack is no law (a table would have a gap)."""
    packs: Sequence[Pack] = [change(pack) for pack in law.packs]
    if list(packs) == list(law.packs):
        return None
    try:
        return Law(tuple(compile_pack(pack) for pack in packs), law.forced)
    except PackError:
        return None
