"""A pack tried on settled persons: what was recorded beside what the pack gives, and what would explain the rest.

Each computed layer is judged on the earlier layers as they were paid, so that one difference does not become three.
Where record and pack differ, other readings of the rule are settled in turn; one that gives the recorded payments of
all bills of that person, layer and year to the fen is a hint where to read again, never a proof.

Enters: a law and tables. Leaves: a :class:`Trial`. Imports ``tuodi.audit``, ``tuodi.settlement``, ``tuodi.law`` and
:mod:`tuodi.authoring.readings`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from tuodi.audit import altered
from tuodi.audit.prove import Stand, reproduced
from tuodi.audit.record import recorded_payments
from tuodi.authoring.readings import QUESTIONS, Reading, readings_of
from tuodi.law.model import Layer, Pack
from tuodi.settlement import Law, Settlement
from tuodi.settlement.kernel import EVERYTHING
from tuodi.settlement.run import settle_with
from tuodi.tables import CLAIMS, IDENTITIES, conform

__all__ = ["AGREES", "DIFFERS", "OPEN", "STATES", "UNRECORDED", "BillTried", "Case", "Trial", "try_pack"]

AGREES, DIFFERS, OPEN, UNRECORDED = "agrees", "differs", "open", "unrecorded"
STATES = (DIFFERS, OPEN, UNRECORDED, AGREES)
"""How a case stands, in the order in which a person wants to read: what differs first."""
OF_A_LIST = ("effective", "no_look_back")
"""Readings that ask from when to when an identity counts: what stands on a bill does not say."""
VERY_ROUND = 1_000_000
"""Ten thousand yuan, in fen."""
MOST = 60
"""A trial is for ten persons or so; a whole county belongs in an audit, which also asks who was on which list."""
ALIKE = {"rate": ("rate_of",), "deductible": ("deductible_of", "no_deductible"), "cap": ("caps_of", "no_caps")}
"""A figure worked out from the record says nothing new where another class's figure, or none, explains it too."""


@dataclass(frozen=True)
class BillTried:
    """One bill in one layer: the row of the trace, recorded and by the pack (fen; None where open)."""

    claim: Mapping[str, Any]
    step: Mapping[str, Any]
    pack: Pack
    recorded: int | None
    by_pack: int | None

    @property
    def differs(self) -> bool:
        """Whether both are known and not equal."""
        return self.recorded is not None and self.by_pack is not None and self.recorded != self.by_pack


@dataclass(frozen=True)
class Case:
    """One person, layer and counter year. ``reasons``: codes of settlement why it is open; ``hints``: readings that
    give the record to the fen."""

    person_id: str
    person_name: str
    layer: str
    year: int
    state: str
    recorded: int | None
    by_pack: int | None
    bills: tuple[BillTried, ...]
    reasons: tuple[str, ...] = ()
    hints: tuple[Reading, ...] = ()

    @property
    def difference(self) -> int | None:
        """By the pack less recorded."""
        return None if self.recorded is None or self.by_pack is None else self.by_pack - self.recorded


@dataclass(frozen=True)
class Trial:
    """All cases, those that differ first; ``identities``: where the identities came from (list | bills | none);
    ``left_out``: bills that no version covers or that annul each other; ``not_asked``: cases that differ and for which
    no other reading was tried, being too many."""

    law: Law
    cases: tuple[Case, ...]
    identities: str
    left_out: int
    not_asked: int = 0

    def count(self, state: str) -> int:
        """How many cases stand so."""
        return sum(case.state == state for case in self.cases)

    @property
    def persons(self) -> tuple[str, ...]:
        """The persons tried, in order."""
        return tuple(dict.fromkeys(sorted(case.person_id for case in self.cases)))

    @property
    def persons_agreeing(self) -> int:
        """Persons all of whose cases agree."""
        other = {case.person_id for case in self.cases if case.state != AGREES}
        return len(set(self.persons) - other)


def try_pack(
    law: Law,
    claims: pl.DataFrame,
    identities: pl.DataFrame | None = None,
    persons: pl.DataFrame | None = None,
    opening: pl.DataFrame | None = None,
    *,
    window_from: date | None = None,
    most: int = MOST,
) -> Trial:
    """Settle the bills by the pack and hold each layer against what was recorded; other readings are tried for the
    first ``most`` cases that differ.

    Without ``identities`` the identity that stands on each bill counts on that bill's day.
    """
    claims = conform(claims, CLAIMS)
    origin, listed = _identities(law, claims, identities)
    judged = tuple(dict.fromkeys(layer.id for pack in law.packs for layer in pack.layers if _computed(layer)))
    stand = Stand(law, claims, listed, persons, opening, window_from, judged)
    runs = {layer: _settled(stand, law, listed, layer) for layer in judged}
    first = next(iter(runs.values())).bills if runs else None
    if first is None:
        return Trial(law, (), origin, claims.height)
    kept = first.filter(~pl.col("status").is_in(["annulled", "quarantined"]))
    bills = _bills(stand, runs, kept)
    cases = _cases(stand, bills, _years(stand, kept), origin, most)
    too_many = max(0, sum(case.state == DIFFERS for case in cases) - most)
    return Trial(law, cases, origin, first.height - kept.height, too_many)


def _computed(layer: Layer) -> bool:
    return layer.given is None and not layer.notional


def _settled(stand: Stand, law: Law, identities: pl.DataFrame, layer: str) -> Settlement:
    """The run that judges a layer: the computed layers before it are read from the record.

    Every reading runs in the one kernel that can do everything. The kernel of each would be faster by a hair, and each
    would have to be compiled first: seconds, for ten persons.
    """
    computed = {one.id for pack in law.packs for one in pack.layers if _computed(one)}
    before = [name for name in law.layers[: law.layers.index(layer)] if name in computed]
    return settle_with(
        law, stand.claims, identities, stand.persons, stand.opening, stand.window_from, before, True, 1, EVERYTHING
    )


def _identities(law: Law, claims: pl.DataFrame, identities: pl.DataFrame | None) -> tuple[str, pl.DataFrame]:
    if identities is not None:
        return "list", conform(identities, IDENTITIES)
    nobody = pl.DataFrame(schema=IDENTITIES.columns)
    if not claims["identity_at_hospital"].is_not_null().any():
        return "none", nobody
    from tuodi.audit.scenarios import known_identities

    pack = law.packs[-1]
    return "bills", altered.at_hospital(claims, pack.dates.identity, known_identities(pack))


def _bills(stand: Stand, runs: Mapping[str, Settlement], kept: pl.DataFrame) -> list[BillTried]:
    """Every bill in every judged layer, in order of settlement."""
    known = {row["claim_id"]: row for row in stand.claims.iter_rows(named=True)}
    packs = {pack.id: pack for pack in stand.law.packs}
    of_bill = dict(kept.select("claim_id", "pack").iter_rows())
    found = []
    for layer in stand.layers:
        models = [one for pack in stand.law.packs for one in pack.layers if one.id == layer]
        recorded = dict(recorded_payments(stand.claims, models[:1]).select("claim_id", "recorded").iter_rows())
        own = dict(runs[layer].bills.select("claim_id", f"pay_{layer}").iter_rows())
        steps = runs[layer].trace
        assert steps is not None
        for step in steps.filter(pl.col("layer") == layer).iter_rows(named=True):
            claim = step["claim_id"]
            if claim in of_bill:
                pack = packs.get(of_bill[claim], stand.law.packs[-1])
                found.append(BillTried(known[claim], step, pack, recorded[claim], own[claim]))
    return found


def _cases(
    stand: Stand, bills: Sequence[BillTried], years: Mapping[str, int], origin: str, most: int
) -> tuple[Case, ...]:
    grouped: dict[tuple[str, str, int], list[BillTried]] = defaultdict(list)
    for bill in bills:
        grouped[(bill.claim["person_id"], bill.step["layer"], years[bill.claim["claim_id"]])].append(bill)
    cases = [_case(key, some) for key, some in grouped.items()]
    order = {name: place for place, name in enumerate(stand.layers)}
    cases.sort(key=lambda case: (STATES.index(case.state), case.person_id, order[case.layer], case.year))
    hints = _hints(stand, [case for case in cases if case.state == DIFFERS][:most], origin)
    return tuple(replace(case, hints=hints.get((case.person_id, case.layer, case.year), ())) for case in cases)


def _years(stand: Stand, bills: pl.DataFrame) -> dict[str, int]:
    """Claim → counter year; the year of settlement where a bill has none."""
    days = dict(stand.claims.select("claim_id", pl.col("settled_at").dt.year()).iter_rows())
    found = bills.select("claim_id", "counter_year").iter_rows()
    return {claim: days[claim] if year is None else year for claim, year in found}


def _case(key: tuple[str, str, int], bills: Sequence[BillTried]) -> Case:
    person, layer, year = key
    recorded, by_pack = [bill.recorded for bill in bills], [bill.by_pack for bill in bills]
    reasons = dict.fromkeys(
        code for bill in bills if bill.by_pack is None for code in (bill.step["reason"] or "").split(";") if code
    )
    if None in by_pack:
        state = OPEN
    elif None in recorded:
        state = UNRECORDED
    else:
        state = AGREES if all(not bill.differs for bill in bills) else DIFFERS
    name = next((bill.claim.get("person_name") for bill in bills if bill.claim.get("person_name")), "") or ""
    return Case(
        person, name, layer, year, state,
        None if None in recorded else sum(one for one in recorded if one is not None),
        None if None in by_pack else sum(one for one in by_pack if one is not None),
        tuple(bills), tuple(reasons),
    )  # fmt: skip


def _hints(stand: Stand, cases: Sequence[Case], origin: str) -> dict[tuple[str, str, int], tuple[Reading, ...]]:
    """For each case the readings that give its record, those that say something of their own."""
    found: dict[tuple[str, str, int], list[Reading]] = defaultdict(list)
    for case in cases:
        steps = [{**bill.step, "recorded": bill.recorded} for bill in case.bills]
        pack = next(bill.pack for bill in case.bills if bill.differs)
        key = (case.person_id, case.layer, case.year)
        wanted = pl.DataFrame(
            {
                "person_id": case.person_id, "layer": case.layer, "counter_year": case.year,
                "claim_id": [bill.claim["claim_id"] for bill in case.bills],
                "recorded": [bill.recorded for bill in case.bills],
            },
            schema_overrides={"counter_year": pl.Int64, "recorded": pl.Int64},
        )  # fmt: skip
        mine = _of_person(stand, case.person_id)
        for reading in readings_of(stand.law, pack, case.layer, steps):
            if (origin == "list" or reading.family not in OF_A_LIST) and _gives(mine, reading, wanted):
                found[key].append(reading)
    return {key: tuple(sorted(_telling(some), key=_place)) for key, some in found.items()}


def _place(reading: Reading) -> int:
    """Where a hint stands among others; a cap of whole ten thousands is too round to be chance and comes before a
    rate or a deductible worked out from the record."""
    families = list(QUESTIONS)
    round_cap = reading.family == "cap" and dict(reading.words)["amount"] % VERY_ROUND == 0
    return families.index("caps_of" if round_cap else reading.family)


def _of_person(stand: Stand, person: str) -> Stand:
    own = pl.col("person_id") == person
    return Stand(
        stand.law, stand.claims.filter(own), stand.identities.filter(own), stand.persons, stand.opening,
        stand.window_from, stand.layers,
    )  # fmt: skip


def _gives(stand: Stand, reading: Reading, wanted: pl.DataFrame) -> bool:
    """Whether settling the person's bills by this reading gives what was recorded on each of them."""
    identities = stand.identities
    if reading.identity is not None:
        people = stand.claims["person_id"].unique()
        identities = altered.always(people, reading.identity) if reading.identity else altered.nobody(identities)
    bills = _settled(stand, reading.law or stand.law, identities, reading.layer).bills
    paid = bills.select("claim_id", pl.lit(reading.layer).alias("layer"), pl.col(f"pay_{reading.layer}").alias("pay"))
    return not reproduced(wanted, paid).is_empty()


def _telling(readings: Sequence[Reading]) -> list[Reading]:
    """Without those that only repeat another one; one limit for several caps is said once."""
    families = {one.family for one in readings}
    kept: dict[tuple[Any, ...], Reading] = {}
    for one in readings:
        if not families.intersection(ALIKE.get(one.family, ())):
            words = tuple(word for word in one.words if word[0] != "cap")
            kept[(one.family, words)] = replace(one, words=words) if (one.family, words) in kept else one
    return list(kept.values())
