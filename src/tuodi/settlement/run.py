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
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from tuodi.errors import TableError, UsageError, nearest
from tuodi.law import read_pack, versions_of
from tuodi.law.compile import Compiled, Structure, compile_pack
from tuodi.law.model import Pack
from tuodi.settlement import kernel as k
from tuodi.settlement import trace as steps_of
from tuodi.settlement.bills import Bills, bills_of
from tuodi.settlement.calendar import NO_DAY, Days, counter_years
from tuodi.settlement.identity import check_identities
from tuodi.settlement.machine import Machine
from tuodi.settlement.program import counter_slot
from tuodi.settlement.reversal import ANNULLED, QUARANTINED, STANDING, annul
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
    state, why = annul(claims)
    version = _versions(law, claims, state, why)
    facts = _stay_facts(law, claims, version, state)
    outcome = _Outcome(claims, law.layers, state, why, trace=trace)
    for structure in dict.fromkeys(compiled.structure for compiled in law.versions):
        members = [number for number, compiled in enumerate(law.versions) if compiled.structure == structure]
        rows = np.flatnonzero((state == STANDING) & np.isin(version, members))
        if len(rows):
            compiled = [law.versions[number] for number in members]
            chosen = np.searchsorted(np.array(members), version[rows])
            own = None if facts is None else facts.of(rows)
            bills = bills_of(compiled, chosen, claims[rows], identities, opening, window_from, own)
            _run(structure, compiled, bills, rows, opening, given, outcome, threads, shape)
    _mixed_years(law, outcome, facts)
    return Settlement(outcome.table(), outcome.trace_table() if trace else None, outcome.left_table())


def _check(law: Law, claims: pl.DataFrame, given: Collection[str]) -> None:
    for layer in given:
        if layer not in law.layers:
            raise UsageError(f"given: unknown layer {layer!r}{nearest(layer, law.layers)}; layers are {law.layers}")
    twice = claims["claim_id"].is_duplicated()
    if twice.any():
        raise TableError(f"table claims: claim_id {claims['claim_id'].filter(twice)[0]!r} occurs more than once")


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
        for row in np.flatnonzero((chosen == number) & (year == NO_DAY) & (state == STANDING)):
            state[row], why[int(row)] = QUARANTINED, "counter_year_unknown"
    for row in np.flatnonzero((chosen < 0) & (state == STANDING)):
        state[row] = QUARANTINED
        why[int(row)] = "outside_version" if law.forced else "no_version_in_force"
    return chosen


def _stay_facts(
    law: Law, claims: pl.DataFrame, version: npt.NDArray[np.int64], state: npt.NDArray[np.uint8]
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
    stay = stay_numbers(claims)
    first, last = stay_spans(claims, stay, admitted, standing)
    return StayFacts(stay, first, last, inpatient, overlapping(claims, stay, inpatient))


class _Outcome:
    """Arrays over all claims, filled structure by structure, read out as one table."""

    def __init__(
        self,
        claims: pl.DataFrame,
        layers: tuple[str, ...],
        state: npt.NDArray[np.uint8],
        why: dict[int, str],
        *,
        trace: bool,
    ) -> None:
        rows = claims.height
        self.claims, self.layers, self.state, self.why = claims, layers, state, why
        self.pay = np.zeros((len(layers), rows), np.int64)
        self.known = np.ones((len(layers), rows), bool)
        self.self_in_scope = np.zeros(rows, np.int64)
        self.self_total = np.zeros(rows, np.int64)
        self.admitted = np.zeros(rows, np.uint8)
        self.counter_year = np.full(rows, NO_DAY, np.int64)
        self.version = np.full(rows, "", object)
        self.open_self = np.zeros(rows, bool)
        self.reasons: dict[int, list[str]] = {}
        self.traces: list[pl.DataFrame] = []
        self.lefts: list[pl.DataFrame] = []
        self.tracing = trace

    def add_reason(self, row: int, reason: str) -> None:
        self.reasons.setdefault(row, []).append(reason)

    def open_layer(self, row: int, layer: str, reason: str) -> None:
        self.known[self.layers.index(layer), row] = False
        self.add_reason(row, f"{layer}:{reason}")

    def table(self) -> pl.DataFrame:
        settled = self.state == STANDING
        undetermined = settled & (~self.known.all(axis=0) | self.open_self)
        status = np.full(self.claims.height, "ok", object)
        status[self.admitted == 0] = "outside"
        status[undetermined] = "undetermined"
        status[self.state == ANNULLED] = "annulled"
        status[self.state == QUARANTINED] = "quarantined"
        for row, why in self.why.items():
            self.reasons[row] = [why]
        reason = [";".join(dict.fromkeys(self.reasons.get(row, ()))) for row in range(self.claims.height)]
        quarantined = self.state == QUARANTINED
        amounts = {
            f"pay_{layer}": _nullable(self.pay[at], self.known[at] & ~quarantined)
            for at, layer in enumerate(self.layers)
        }
        return pl.DataFrame(
            {
                "claim_id": self.claims["claim_id"],
                "person_id": self.claims["person_id"],
                "status": pl.Series(status.tolist(), dtype=pl.String),
                "reason": pl.Series(reason, dtype=pl.String),
                **amounts,
                "self_in_scope": _nullable(self.self_in_scope, ~undetermined & ~quarantined),
                "self_total": _nullable(self.self_total, ~undetermined & ~quarantined),
                "counter_year": _nullable(self.counter_year, self.counter_year != NO_DAY),
                "pack": pl.Series(self.version.tolist(), dtype=pl.String),
            }
        )

    def left_table(self) -> pl.DataFrame | None:
        return pl.concat(self.lefts) if self.lefts else None

    def trace_table(self) -> pl.DataFrame:
        return pl.concat(self.traces) if self.traces else steps_of.empty()


def _nullable(values: npt.NDArray[np.int64], known: npt.NDArray[np.bool_]) -> pl.Series:
    return pl.select(pl.when(pl.Series(known)).then(pl.Series(values)).otherwise(None)).to_series()


def _run(
    structure: Structure,
    versions: list[Compiled],
    bills: Bills,
    rows: npt.NDArray[np.intp],
    opening: pl.DataFrame,
    given: Collection[str],
    outcome: _Outcome,
    threads: int,
    shape: k.Shape | None,
) -> None:
    """Run the kernel over the bills of one structure and write what it finds into ``outcome``."""
    machine = Machine(structure, bills, _openings(structure, bills, opening), given, outcome.tracing, shape)
    machine.run(threads)
    _collect(structure, versions, bills, rows, machine.out, outcome)
    if outcome.tracing and machine.shape.trace:
        if machine.shape.parts:
            outcome.lefts.append(steps_of.left_table(bills, machine.steps))
        outcome.traces.append(steps_of.trace_table(structure, bills, versions, machine.out, machine.steps))


def _openings(
    structure: Structure, bills: Bills, opening: pl.DataFrame
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """For each bill that begins a counter year the row of its opening balances, and these rows."""
    slots = k.OPENINGS * len(structure.layers) + max(1, len(structure.counters))
    at = np.where(bills.begins.astype(bool) & bills.opening_missing, k.OPENING_MISSING, k.OPENING_NONE).astype(np.int64)
    if opening.is_empty():
        return at, np.zeros((1, slots), np.int64)
    names = {name: counter_slot(structure, name) for name in opening["counter"].unique()}
    groups = opening.group_by("person_id", "counter_year", maintain_order=True).agg("counter", "amount")
    balances = np.zeros((groups.height, slots), np.int64)
    where: dict[tuple[str, int], int] = {}
    for number, (person, year, counters, amounts) in enumerate(groups.iter_rows()):
        where[person, year] = number
        for counter, amount in zip(counters, amounts, strict=True):
            balances[number, names[counter]] += amount
    for bill in np.flatnonzero(bills.begins):
        found = where.get((bills.person[bill], int(bills.counter_year[bill])))
        if found is not None:
            at[bill] = found
    return at, balances


def _collect(
    structure: Structure,
    versions: list[Compiled],
    bills: Bills,
    rows: npt.NDArray[np.intp],
    out: dict[str, npt.NDArray[Any]],
    outcome: _Outcome,
) -> None:
    target = rows[bills.order]
    outcome.self_in_scope[target] = out["self_in_scope"]
    outcome.self_total[target] = out["self_total"]
    outcome.admitted[target] = out["admitted"]
    outcome.counter_year[target] = bills.counter_year
    names = np.array([version.pack.id for version in versions], object)
    outcome.version[target] = names[bills.version]
    for at, layer in enumerate(structure.layers):
        into = outcome.layers.index(layer.id)
        outcome.pay[into, target] = out["pay"][at]
        outcome.known[into, target] = (out["open"] >> at & 1) == 0
        waived = np.zeros(bills.height, bool)
        for cap_at, cap in enumerate(structure.caps):
            if cap.layer == at:
                waived |= bills.parameters.waived[bills.profile, cap_at].astype(bool)
        for bill in np.flatnonzero(waived & (out["pay"][at] > 0)):
            outcome.add_reason(int(target[bill]), f"{layer.id}:cap_unknown_treated_as_none")
    outcome.open_self[target] = (out["open"] >> k.SELF_OPEN & 1).astype(bool)
    for bill in np.flatnonzero(outcome.open_self[target]):
        outcome.add_reason(int(target[bill]), "hospital_part_not_stated")
    for bill in np.flatnonzero(out["open"]):
        for at, layer in enumerate(structure.layers):
            if out["open"][bill] >> at & 1:
                code = k.REASONS[out["reason"][at, bill]]
                outcome.add_reason(int(target[bill]), f"{layer.id}:{code}")


def _mixed_years(law: Law, outcome: _Outcome, facts: StayFacts | None) -> None:
    """A counter year or a stay settled under versions of different structure has no common counters: undetermined."""
    structures = {compiled.pack.id: compiled.structure for compiled in law.versions}
    if len(set(structures.values())) < 2:
        return
    frame = outcome.table().with_row_index("row")
    if facts is not None:
        frame = frame.with_columns(stay=facts.number)
    frame = frame.filter(pl.col("counter_year").is_not_null())
    kinds = {name: list(dict.fromkeys(structures.values())).index(value) for name, value in structures.items()}
    frame = frame.with_columns(kind=pl.col("pack").replace_strict(kinds, return_dtype=pl.Int64))
    frame = frame.with_columns(mixed=pl.col("kind").n_unique().over("person_id", "counter_year") > 1)
    if facts is not None:
        frame = frame.with_columns(mixed=pl.col("mixed") | (pl.col("kind").n_unique().over("stay") > 1))
    mixed = pl.col("mixed").any().over("person_id", "counter_year")
    for row, pack in frame.filter(mixed).select("row", "pack").iter_rows():
        for layer in structures[pack].layers:
            if layer.form != "given":
                outcome.open_layer(row, layer.id, "version_changes_within_year")
