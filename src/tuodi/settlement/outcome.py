"""What was found for every claim, gathered version by version and read out as tables.

Enters: claims, their state, what the kernel wrote. Leaves: the frames of a ``Settlement``. Reasons are numbered: rows
that have the same ones share a text. Imports ``tuodi.law`` and this room.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl

from tuodi.law.compile import Structure
from tuodi.settlement import kernel as k
from tuodi.settlement import trace as steps_of
from tuodi.settlement.bills import Bills
from tuodi.settlement.calendar import NO_DAY
from tuodi.settlement.machine import Machine
from tuodi.settlement.order import dense, words
from tuodi.settlement.reversal import ANNULLED, QUARANTINED, STANDING
from tuodi.settlement.stays import StayFacts

if TYPE_CHECKING:
    from tuodi.settlement.run import Law

__all__ = ["Outcome"]

STATUSES = ("ok", "outside", "undetermined", "annulled", "quarantined")


class Outcome:
    """Arrays over all claims, filled structure by structure."""

    def __init__(
        self, claims: pl.DataFrame, law: Law, state: npt.NDArray[np.uint8], why: Mapping[int, str], *, trace: bool
    ) -> None:
        rows = claims.height
        self.claims, self.law, self.layers, self.state = claims, law, law.layers, state
        self.pay = np.zeros((len(self.layers), rows), np.int64)
        self.known = np.ones((len(self.layers), rows), bool)
        self.self_in_scope = np.zeros(rows, np.int64)
        self.self_total = np.zeros(rows, np.int64)
        self.admitted = np.zeros(rows, np.uint8)
        self.counter_year = np.full(rows, NO_DAY, np.int64)
        self.version = np.full(rows, len(law.versions), np.int64)
        self.open_self = np.zeros(rows, bool)
        self.said: list[tuple[str, ...]] = [()]
        self.reason = np.zeros(rows, np.int64)
        self.traces: list[pl.DataFrame] = []
        self.lefts: list[pl.DataFrame] = []
        self.tracing = trace
        for row, text in why.items():
            self._say(np.array([row]), (text,))

    def _say(self, rows: npt.NDArray[np.intp], reasons: Sequence[str]) -> None:
        """Add reasons to rows; what a row says already stays, and nothing is said twice."""
        for said in np.flatnonzero(np.bincount(self.reason[rows])):
            mine = rows[self.reason[rows] == said]
            words = tuple(dict.fromkeys((*self.said[said], *reasons)))
            if words not in self.said:
                self.said.append(words)
            self.reason[mine] = self.said.index(words)

    def collect(
        self, structure: Structure, members: Sequence[int], bills: Bills, rows: npt.NDArray[np.intp], machine: Machine
    ) -> None:
        """Take over what the kernel wrote for the bills of one structure; ``members`` numbers their versions."""
        out = machine.out
        target: slice | npt.NDArray[np.intp] = slice(None)
        if not bills.in_order or len(rows) < self.claims.height:
            target = rows[bills.order]
        self.self_in_scope[target] = out["self_in_scope"]
        self.self_total[target] = out["self_total"]
        self.admitted[target] = out["admitted"]
        self.counter_year[target] = bills.counter_year
        self.version[target] = members[0] if len(members) == 1 else np.array(members)[bills.version]
        for at, layer in enumerate(structure.layers):
            into = self.layers.index(layer.id)
            self.pay[into, target] = out["pay"][at]
            self.known[into, target] = (out["open"] >> at & 1) == 0
        self.open_self[target] = (out["open"] >> k.SELF_OPEN & 1).astype(bool)
        self._explain(structure, bills, rows, out)
        if self.tracing and machine.shape.trace:
            versions = [self.law.versions[number] for number in members]
            if machine.shape.parts:
                self.lefts.append(steps_of.left_table(bills, machine.steps))
            self.traces.append(steps_of.trace_table(structure, bills, versions, out, machine.steps))

    def _explain(
        self, structure: Structure, bills: Bills, places: npt.NDArray[np.intp], out: dict[str, npt.NDArray[Any]]
    ) -> None:
        """Put the kernel's marks into words, once for each combination of them; ``places`` of the bills unordered."""
        waived = _waived(structure, bills, out["pay"])
        rows = np.flatnonzero((out["open"] != 0) | (waived != 0))
        if not len(rows):
            return
        target = places[bills.order]
        layers = structure.layers
        # A mark of each layer: why it is open, or that an unknown cap was treated as none.
        marks = [
            np.where(out["open"][rows] >> at & 1, out["reason"][at, rows % out["reason"].shape[1]], 0)
            for at in range(len(layers))
        ]
        code, size = waived[rows], 1 << len(layers)
        for mark in (*marks, out["open"][rows] >> k.SELF_OPEN & 1):
            first, code = dense(code, size)
            code, size = code * len(k.REASONS) + mark, len(first) * len(k.REASONS)
        first, place = dense(code, size)
        for number, row in enumerate(first):
            said = [
                f"{layer.id}:cap_unknown_treated_as_none"
                for at, layer in enumerate(layers)
                if waived[rows[row]] >> at & 1
            ]
            if out["open"][rows[row]] >> k.SELF_OPEN & 1:
                said.append("hospital_part_not_stated")
            said += [
                f"{layer.id}:{k.REASONS[marks[at][row]]}"
                for at, layer in enumerate(layers)
                if out["open"][rows[row]] >> at & 1
            ]
            self._say(target[rows[place == number]], said)

    def open_mixed_years(self, person: npt.NDArray[np.int64], facts: StayFacts | None) -> None:
        """A counter year or a stay settled under versions of different structure has no common counters: undetermined.

        ``person`` numbers the person of each claim.
        """
        structures = [compiled.structure for compiled in self.law.versions]
        if len(set(structures)) < 2:
            return
        kinds = [structures.index(one) for one in structures]
        frame = pl.DataFrame(
            {"person": person, "year": self.counter_year, "version": self.version, "row": np.arange(len(person))}
        )
        if facts is not None:
            frame = frame.with_columns(stay=facts.number)
        frame = frame.filter(pl.col("version") < len(kinds)).with_columns(kind=pl.col("version").replace_strict(
            list(range(len(kinds))), kinds, return_dtype=pl.Int64
        ))  # fmt: skip
        mixed = pl.col("kind").n_unique().over("person", "year") > 1
        if facts is not None:
            mixed |= pl.col("kind").n_unique().over("stay") > 1
        frame = _spread(frame.with_columns(mixed=mixed)).filter("mixed")
        for number, structure in enumerate(structures):
            rows = frame.filter(pl.col("version") == number)["row"].to_numpy()
            open_layers = [layer.id for layer in structure.layers if layer.form != "given"]
            if len(rows):
                for layer in open_layers:
                    self.known[self.layers.index(layer), rows] = False
                self._say(rows, [f"{layer}:version_changes_within_year" for layer in open_layers])

    def table(self) -> pl.DataFrame:
        """The bills of a ``Settlement``, in the order of the claims."""
        settled = self.state == STANDING
        quarantined = self.state == QUARANTINED
        undetermined = settled & (~self.known.all(axis=0) | self.open_self)
        status = np.zeros(self.claims.height, np.int64)
        status[self.admitted == 0] = STATUSES.index("outside")
        status[undetermined] = STATUSES.index("undetermined")
        status[self.state == ANNULLED] = STATUSES.index("annulled")
        status[quarantined] = STATUSES.index("quarantined")
        amounts = {
            f"pay_{layer}": _nullable(self.pay[at], self.known[at] & ~quarantined)
            for at, layer in enumerate(self.layers)
        }
        own = ~undetermined & ~quarantined
        packs = [*(compiled.pack.id for compiled in self.law.versions), ""]
        return pl.DataFrame(
            {
                "claim_id": self.claims["claim_id"],
                "person_id": self.claims["person_id"],
                "status": words(STATUSES, status),
                "reason": words([";".join(reasons) for reasons in self.said], self.reason),
                **amounts,
                "self_in_scope": _nullable(self.self_in_scope, own),
                "self_total": _nullable(self.self_total, own),
                "counter_year": _nullable(self.counter_year, self.counter_year != NO_DAY),
                "pack": words(packs, self.version),
            }
        )

    def left_table(self) -> pl.DataFrame | None:
        """What every layer left by part and reason, if the kernel kept it."""
        return pl.concat(self.lefts) if self.lefts else None

    def trace_table(self) -> pl.DataFrame:
        """The steps of all bills."""
        return pl.concat(self.traces) if self.traces else steps_of.empty()


def _spread(frame: pl.DataFrame) -> pl.DataFrame:
    """What is mixed makes its whole year so, and through a stay the other years in which it has bills."""
    while True:
        found = frame.with_columns(pl.col("mixed").any().over("person", "year"))
        if "stay" in frame.columns:
            found = found.with_columns(pl.col("mixed").any().over("stay"))
        if found["mixed"].sum() == frame["mixed"].sum():
            return found
        frame = found


def _waived(structure: Structure, bills: Bills, pay: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Bits of the layers that paid under a cap nobody knows, which the pack treats as none."""
    result = np.zeros(bills.height, np.int64)
    for number, cap in enumerate(structure.caps):
        if bills.parameters.waived[:, number].any():
            own = bills.parameters.waived[bills.profile, number].astype(bool) & (pay[cap.layer] > 0)
            result |= np.where(own, 1 << cap.layer, 0)
    return result


def _nullable(values: npt.NDArray[np.int64], known: npt.NDArray[np.bool_]) -> pl.Series:
    series = pl.Series(values)
    return series if known.all() else series.set(pl.Series(~known), None)
