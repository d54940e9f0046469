"""What happened to each bill in each layer, step by step, as a table.

Enters: the kernel's step arrays. Leaves: one row for each bill and layer. Imports ``tuodi.law`` and this room.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from tuodi.law.compile import Compiled, Structure
from tuodi.settlement import kernel as k
from tuodi.settlement.bills import Bills
from tuodi.settlement.program import Program

__all__ = ["STEPS", "trace_table"]

STEPS = {
    "claim_id": pl.String(), "layer": pl.String(), "class": pl.String(), "state": pl.String(), "reason": pl.String(),
    "base": pl.Int64(), "deductible": pl.Int64(), "deductible_taken": pl.Int64(),
    "amounts": pl.List(pl.Int64()), "rates": pl.List(pl.Int64()), "raw": pl.Int64(), "cap_cut": pl.Int64(),
    "cap": pl.String(), "cap_limit": pl.Int64(), "paid": pl.Int64(),
}  # fmt: skip
"""``state``: paid | outside | given | notional | undetermined. ``rates`` in basis points, one a bracket;
``amounts`` the money in each; ``cap`` the cap that cut, with its limit; the rest in fen."""


def trace_table(
    structure: Structure,
    plan: Program,
    bills: Bills,
    versions: list[Compiled],
    out: dict[str, npt.NDArray[Any]],
    steps: dict[str, npt.NDArray[np.int64]],
) -> pl.DataFrame:
    """The steps of every bill in every layer, in settlement order."""
    frames = []
    made = bills.parameters
    for at, layer in enumerate(structure.layers):
        open_here = (out["open"] >> at & 1).astype(bool)
        gate = made.gate[bills.profile, at]
        given = steps["given"][:, at]
        state = np.full(bills.height, "paid", object)
        state[(gate == 0) | (steps["base"][:, at] == 0)] = "outside"
        state[(steps["base"][:, at] == 0) & (gate == 1)] = "paid"
        state[given == 1] = "given"
        state[given == 2] = "notional"
        state[open_here] = "undetermined"
        cap = steps["cap"][:, at]
        names = np.array([one.id for one in structure.caps] + [""], object)
        limits = made.limit[bills.profile, np.maximum(cap, 0)] if structure.caps else np.zeros(bills.height, np.int64)
        n = layer.brackets
        amounts = steps["amounts"][:, at, :n]
        rates = made.rate[bills.profile, at, :n]
        reasons = np.array(k.REASONS, object)
        reason = reasons[out["reason"][at]] if out["reason"].shape[1] == bills.height else np.full(bills.height, "")
        paid = np.where(given == 2, steps["raw"][:, at] - steps["cut"][:, at], out["pay"][at])
        frames.append(
            pl.DataFrame(
                {
                    "claim_id": bills.claims["claim_id"],
                    "layer": pl.Series([layer.id] * bills.height, dtype=pl.String),
                    "class": pl.Series(_class_names(versions, bills, at), dtype=pl.String),
                    "state": pl.Series(state.tolist(), dtype=pl.String),
                    "reason": pl.Series(reason.tolist(), dtype=pl.String),
                    "base": steps["base"][:, at],
                    "deductible": steps["limit"][:, at],
                    "deductible_taken": steps["taken"][:, at],
                    "amounts": pl.Series(amounts.tolist(), dtype=pl.List(pl.Int64)),
                    "rates": pl.Series(rates.tolist(), dtype=pl.List(pl.Int64)),
                    "raw": steps["raw"][:, at],
                    "cap_cut": steps["cut"][:, at],
                    "cap": pl.Series(np.where(cap >= 0, names[cap], "").tolist(), dtype=pl.String),
                    "cap_limit": np.where(cap >= 0, limits, 0),
                    "paid": paid,
                },
                schema=STEPS,
            ).with_columns(pl.when(pl.col("state") == "undetermined").then(None).otherwise("paid").alias("paid"))
        )
    places = pl.Series("place", np.tile(np.arange(bills.height), len(structure.layers)))
    return pl.concat(frames).with_columns(places).sort("place", maintain_order=True).drop("place")


def empty() -> pl.DataFrame:
    """A trace of no bills."""
    return pl.DataFrame(schema=STEPS)


def _class_names(versions: list[Compiled], bills: Bills, at: int) -> list[str]:
    names = []
    for compiled in versions:
        space = compiled.space(f"class:{compiled.tables[at].class_column}")
        names.append([*space.codes, "?", ""])
    return [names[version][place] for version, place in zip(bills.version, bills.classes[at], strict=True)]
