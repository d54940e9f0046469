"""Settle a table of claims: what the law gives each person for each bill.

Enters: tables of ``tuodi.tables`` and a :class:`Law`. Leaves: a :class:`Settlement`. The same input gives the same
bytes on any order of rows and number of threads. Source: SPEC-settlement sections 1–6. Imports ``tuodi.law``,
``tuodi.tables`` and the modules of this room.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from tuodi.errors import TableError, UsageError, nearest
from tuodi.law import read_pack, versions_of
from tuodi.law.compile import Compiled, Structure, compile_pack
from tuodi.law.model import Pack
from tuodi.money import MOST_DIGITS
from tuodi.settlement import kernel as k
from tuodi.settlement.bills import Bills, bills_of
from tuodi.settlement.calendar import NO_DAY, Days, counter_years
from tuodi.settlement.identity import check_identities
from tuodi.settlement.machine import Machine
from tuodi.settlement.order import People, duplicate, number_people
from tuodi.settlement.outcome import Outcome
from tuodi.settlement.program import counter_slot
from tuodi.settlement.reversal import QUARANTINED, STANDING, annul
from tuodi.settlement.stays import StayFacts, overlapping, stay_numbers, stay_spans
from tuodi.tables import CLAIMS, IDENTITIES, OPENING, PERSONS, conform

__all__ = ["Law", "Settlement", "load_law", "settle", "settle_with"]


@dataclass(frozen=True)
class Law:
    """One jurisdiction's law: one version that is forced, or all its versions, among which the date chooses."""

    versions: tuple[Compiled, ...]
    forced: bool

    @property
    def packs(self) -> tuple[Pack, ...]:
        """The packs behind the versions, oldest first."""
        return tuple(version.pack for version in self.versions)

    @property
    def layers(self) -> tuple[str, ...]:
        """Ids of all layers, in the order in which they pay."""
        return tuple(dict.fromkeys(layer.id for version in self.versions for layer in version.structure.layers))


@dataclass(frozen=True)
class Settlement:
    """``bills``: ``claim_id person_id status reason pay_<layer>… self_in_scope self_total counter_year pack``, in the
    order of the claims, amounts in fen and null where undetermined. ``trace``: see ``tuodi.settlement.trace``.
    ``left``: what every layer left by part and reason, kept with the full kernel only."""

    bills: pl.DataFrame
    trace: pl.DataFrame | None = None
    left: pl.DataFrame | None = None


def load_law(ref: str, roots: Sequence[Path] | None = None) -> Law:
    """The law behind ``cn/500112/2023`` (that version, forced), ``cn/500112`` (the date chooses) or a path.

    Raises ``PackError`` for a pack that is wrong or not there.
    """
    versions = versions_of(ref, roots) if ref.count("/") == 1 else []
    packs = [read_pack(version, roots) for version in versions] or [read_pack(ref, roots)]
    # A version may state monitoring lines only; by another one of the region bills can still be settled.
    packs = [pack for pack in packs if pack.layers] or packs
    packs.sort(key=lambda pack: pack.in_force_from)
    return Law(tuple(compile_pack(pack) for pack in packs), forced=not versions)


def settle(
    law: Law,
    claims: pl.DataFrame,
    identities: pl.DataFrame | None = None,
    persons: pl.DataFrame | None = None,
    opening: pl.DataFrame | None = None,
    *,
    window_from: date | None = None,
    given: Collection[str] = (),
    trace: bool = False,
    threads: int = 1,
) -> Settlement:
    """Settle ``claims`` (``tables.CLAIMS``) under ``law``.

    ``identities``, ``persons`` and ``opening`` follow their schemas. ``window_from`` is the first day that the export
    covers (None: it is complete). ``given`` names computed layers that are read from the record instead of computed.
    Raises ``TableError`` for a table that breaks its schema, a claim id that occurs twice, an unknown code, identity
    or counter; ``UsageError`` for an unknown layer in ``given``.
    """
    return settle_with(law, claims, identities, persons, opening, window_from, given, trace, threads, None)


def settle_with(
    law: Law,
    claims: pl.DataFrame,
    identities: pl.DataFrame | None,
    persons: pl.DataFrame | None,
    opening: pl.DataFrame | None,
    window_from: date | None,
    given: Collection[str],
    trace: bool,
    threads: int,
    shape: k.Shape | None,
) -> Settlement:
    """:func:`settle` with the kernel of a given shape: tests hold the specialised kernels to the full one."""
    claims = conform(claims, CLAIMS)
    identities = conform(pl.DataFrame(schema=IDENTITIES.columns) if identities is None else identities, IDENTITIES)
    opening = conform(pl.DataFrame(schema=OPENING.columns) if opening is None else opening, OPENING)
    _check(law, claims, given)
    check_identities(law.packs, identities)
    claims = _with_persons(claims, persons)
    people = number_people(claims["person_id"])
    held = people.codes_of(identities["person_id"])
    identities, held = identities.filter(pl.Series(held >= 0)), held[held >= 0]
    state, why = annul(claims)
    version = _versions(law, claims, state, why)
    facts = _stay_facts(law, claims, people, version, state)
    outcome = Outcome(claims, law, state, why, trace=trace)
    for structure in dict.fromkeys(compiled.structure for compiled in law.versions):
        members = [number for number, compiled in enumerate(law.versions) if compiled.structure == structure]
        rows = np.flatnonzero((state == STANDING) & (np.isin(version, members) if len(law.versions) > 1 else True))
        if len(rows):
            compiled = [law.versions[number] for number in members]
            chosen = np.searchsorted(np.array(members), version[rows])
            every = len(rows) == claims.height
            own = facts if facts is None or every else facts.of(rows)
            bills = bills_of(
                compiled, chosen, claims if every else claims[rows], people if every else people.of(rows),
                (identities, held), opening, window_from, own,
            )  # fmt: skip
            machine = Machine(structure, bills, _openings(structure, bills, opening), given, trace, shape)
            machine.run(threads)
            outcome.collect(structure, members, bills, rows, machine)
    outcome.open_mixed_years(people.code, facts)
    return Settlement(outcome.table(), outcome.trace_table() if trace else None, outcome.left_table())


def _check(law: Law, claims: pl.DataFrame, given: Collection[str]) -> None:
    for layer in given:
        if layer not in law.layers:
            raise UsageError(f"given: unknown layer {layer!r}{nearest(layer, law.layers)}; layers are {law.layers}")
    for name in sorted(CLAIMS.money):
        if (claims[name].max() or 0) >= 10**MOST_DIGITS or (claims[name].min() or 0) <= -(10**MOST_DIGITS):
            raise TableError(f"table claims: column {name!r} holds an amount of more than {MOST_DIGITS} digits in fen")
    twice = duplicate(claims["claim_id"])
    if twice is not None:
        raise TableError(f"table claims: claim_id {twice!r} occurs more than once")


def _with_persons(claims: pl.DataFrame, persons: pl.DataFrame | None) -> pl.DataFrame:
    """Fill birth dates and person types that the claims lack."""
    if persons is None:
        return claims
    known = conform(persons, PERSONS).select("person_id", "birth_date", "person_type").unique("person_id", keep="first")
    joined = claims.join(known, on="person_id", how="left", suffix="_known", maintain_order="left")
    return joined.with_columns(
        pl.coalesce(name, f"{name}_known").alias(name) for name in ("birth_date", "person_type")
    ).select(claims.columns)


def _versions(
    law: Law, claims: pl.DataFrame, state: npt.NDArray[np.uint8], why: dict[int, str]
) -> npt.NDArray[np.int64]:
    """The number of the version for each row; rows outside every version, or whose counter year nobody can tell, are
    quarantined."""
    chosen = np.full(claims.height, -1, np.int64)
    for number, compiled in enumerate(law.versions):
        pack = compiled.pack
        bill_days = Days(claims, compiled.stay_settings)
        day = bill_days.of(pack.dates.version)
        first = np.datetime64(pack.in_force_from).astype(np.int64)
        last = np.iinfo(np.int32).max if pack.in_force_to is None else np.datetime64(pack.in_force_to).astype(np.int64)
        chosen[(chosen < 0) & (day >= first) & (day <= last)] = number
        year = counter_years(claims, bill_days, pack.dates)
        for row in np.flatnonzero((year == NO_DAY) & (chosen == number) & (state == STANDING)):
            state[row], why[int(row)] = QUARANTINED, "counter_year_unknown"
    for row in np.flatnonzero((chosen < 0) & (state == STANDING)):
        state[row] = QUARANTINED
        why[int(row)] = "outside_version" if law.forced else "no_version_in_force"
    return chosen


def _stay_facts(
    law: Law,
    claims: pl.DataFrame,
    people: People,
    version: npt.NDArray[np.int64],
    state: npt.NDArray[np.uint8],
) -> StayFacts | None:
    """What only all bills of a person together can tell of a stay, over all versions; None where none of them asks."""
    by_stay = any(compiled.pack.identities.effective == "by_stay" for compiled in law.versions)
    if not by_stay and not any(layer.reads_stay for one in law.versions for layer in one.structure.layers):
        return None
    standing = state == STANDING
    admitted = np.full(claims.height, NO_DAY, np.int64)
    inpatient = np.zeros(claims.height, bool)
    for number, compiled in enumerate(law.versions):
        own = standing & (version == number)
        admitted = np.where(own, Days(claims, compiled.stay_settings).admitted, admitted)
        inpatient |= own & claims["setting"].is_in(list(compiled.spaces["setting"].expand(("inpatient",)))).to_numpy()
    stay = stay_numbers(claims, people.code)
    first, last = stay_spans(claims, stay, admitted, standing)
    return StayFacts(stay, first, last, inpatient, overlapping(claims, people.code, stay, inpatient))


def _openings(
    structure: Structure, bills: Bills, opening: pl.DataFrame
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """For each bill that begins a counter year the row of its opening balances, and these rows."""
    slots = k.OPENINGS * len(structure.layers) + max(1, len(structure.counters))
    at = np.where(bills.begins.astype(bool) & bills.opening_missing, k.OPENING_MISSING, k.OPENING_NONE).astype(np.int64)
    if opening.is_empty():
        return at, np.zeros((1, slots), np.int64)
    names = {name: counter_slot(structure, name) for name in opening["counter"].unique()}
    rows = opening.select(
        "amount", person=bills.people.codes_of(opening["person_id"]), year="counter_year",
        slot=pl.col("counter").replace_strict(names, return_dtype=pl.Int64),
    )  # fmt: skip
    groups = rows.select("person", "year").unique(maintain_order=True).with_row_index("balance")
    balances = np.zeros((groups.height, slots), np.int64)
    placed = rows.join(groups, on=["person", "year"], maintain_order="left")
    np.add.at(balances, (placed["balance"].to_numpy(), placed["slot"].to_numpy()), placed["amount"].to_numpy())
    first = np.flatnonzero(bills.begins)
    keys = pl.DataFrame({"person": bills.person[first], "year": bills.counter_year[first]})
    own = keys.join(groups, on=["person", "year"], how="left", maintain_order="left")["balance"]
    at[first[own.is_not_null().to_numpy()]] = own.drop_nulls().to_numpy()
    return at, balances
