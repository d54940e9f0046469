"""The kernel with everything that it works on: arrays in, arrays out, one object a run.

Enters: a structure, bills made ready, opening balances. Leaves: ``out`` and ``steps``, filled by :meth:`Machine.run`.
Imports ``tuodi.law`` and this room.
"""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from tuodi.law.compile import Structure
from tuodi.settlement import kernel as k
from tuodi.settlement.bills import Bills
from tuodi.settlement.program import program
from tuodi.settlement.trace import STEP_ARRAYS, step_arrays

__all__ = ["Machine", "slices"]


class Machine:
    """One run of the kernel. ``out``: payments (L, n), what stays with the person, open layers, reasons; ``steps``: the
    trace, empty arrays unless it is wanted; ``shape``: what the kernel was compiled for."""

    def __init__(
        self,
        structure: Structure,
        bills: Bills,
        openings: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]],
        given: Collection[str] = (),
        trace: bool = False,
        shape: k.Shape | None = None,
    ) -> None:
        self.bills = bills
        self.plan = program(structure, given)
        self.opening_at, self.balances = openings
        layers, n = structure.layers, bills.height
        is_given = np.array([layer.form == "given" or layer.id in given for layer in layers])
        self.mode = np.where(is_given, k.GIVEN, 0).astype(np.int64)
        unknowns = bool(
            is_given.any()
            or bills.has_unknowns
            or (self.opening_at != k.OPENING_NONE).any()
            or bills.hospital.any()
            or bills.overlap.any()
        )
        self.shape = shape or self.plan.shape(unknowns=unknowns, given=bool(is_given.any()), trace=trace)
        self.kernel = k.kernel(self.shape)
        self.out: dict[str, npt.NDArray[Any]] = {
            "pay": np.zeros((len(layers), n), np.int64),
            "self_in_scope": np.zeros(n, np.int64),
            "self_total": np.zeros(n, np.int64),
            "open": np.zeros(n, np.int64),
            "admitted": np.zeros(n, np.uint8),
            "reason": np.zeros((len(layers), n if self.shape.unknowns else 1), np.uint8),
        }
        rows, widest = (n if self.shape.trace else 1), bills.parameters.rate.shape[2]
        self.steps = step_arrays(rows, len(layers), widest, max(1, len(structure.caps)))
        stays = bills.stay_count if self.shape.stays else 1
        counters = max(1, len(structure.counters))
        self.stay_state = (
            np.zeros((stays, 3 * len(layers)), np.int64),
            np.zeros((stays, counters), np.int64),
            np.zeros((stays, len(layers) + counters), np.uint8),
        )

    def run(self, threads: int = 1) -> None:
        """Fill ``out`` and ``steps``; any number of threads gives the same bytes."""
        pieces = slices(self.bills.new_person, threads)
        if len(pieces) == 1:
            self.run_slice(*pieces[0])
            return
        with ThreadPoolExecutor(len(pieces)) as pool:
            list(pool.map(lambda piece: self.run_slice(*piece), pieces))

    def run_slice(self, begin: int, end: int) -> None:
        """The bills from ``begin`` to ``end``, both at a person's boundary."""
        bills, plan, made, out = self.bills, self.plan, self.bills.parameters, self.out
        self.kernel(
            begin, end, bills.begins, bills.profile, bills.total, *bills.parts, bills.hospital, bills.stay,
            bills.overlap, self.opening_at, self.balances, bills.recorded, self.mode, plan.hospital_order,
            plan.layers, plan.caps, plan.used, made.gate, made.counted, made.deductible, made.base_over, made.fixed,
            made.top_up, made.rate, made.bound, made.limit, made.reach, *self.stay_state,
            out["pay"], out["self_in_scope"], out["self_total"], out["open"], out["admitted"], out["reason"],
            *(self.steps[name] for name in STEP_ARRAYS),
        )  # fmt: skip


def slices(new_person: npt.NDArray[np.bool_], threads: int) -> list[tuple[int, int]]:
    """Cut at person boundaries into pieces of about equal numbers of bills."""
    n = len(new_person)
    starts = np.flatnonzero(new_person)
    wanted = np.linspace(0, n, max(1, threads) + 1)[1:-1]
    cuts = [0, *starts[np.searchsorted(starts, wanted[wanted <= starts[-1]])], n] if n else [0, 0]
    edges = sorted(set(map(int, cuts)))
    return list(pairwise(edges)) or [(0, n)]
