"""Engine and oracle on the same tables: where do they differ?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from tuodi import oracle
from tuodi.law import find_packs, read_pack
from tuodi.oracle import OraclePack
from tuodi.settlement import Law, load_law
from tuodi.settlement.kernel import EVERYTHING, Shape
from tuodi.settlement.run import settle_with

PACKS = Path(__file__).resolve().parents[2] / "packs"
REFS = tuple(ref for ref in find_packs([PACKS]) if read_pack(ref, [PACKS]).layers)
"""Every pack of the repository by which something can be settled."""


@cache
def law_of(ref: str) -> Law:
    return load_law(ref, [PACKS])


@cache
def oracle_of(ref: str) -> OraclePack:
    return oracle.load(ref, PACKS)


def differences(
    law: Law,
    packs: OraclePack | Sequence[OraclePack],
    claims: pl.DataFrame,
    identities: pl.DataFrame,
    persons: pl.DataFrame | None = None,
    opening: pl.DataFrame | None = None,
    window_from: date | None = None,
    given: Collection[str] = (),
    shape: Shape | None = EVERYTHING,
) -> tuple[list[dict[str, Any]], pl.DataFrame]:
    """Bills on which the two differ, each with both answers; and the engine's bills."""
    ours = settle_with(law, claims, identities, persons, opening, window_from, given, False, 1, shape).bills
    theirs = oracle.settle_frame(packs, claims, identities, persons, opening, window_from, given)
    columns = [name for name in ours.columns if name.startswith(("pay_", "self_"))] + ["status"]
    both = ours.join(theirs, on="claim_id", suffix="_oracle", maintain_order="left")
    wrong = both.filter(
        pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_oracle")) for name in columns)
        if columns
        else pl.lit(value=False)
    )
    found = []
    for row in wrong.iter_rows(named=True):
        apart = {name: (row[name], row[f"{name}_oracle"]) for name in columns if row[name] != row[f"{name}_oracle"]}
        found.append({"claim": row["claim_id"], "engine, oracle": apart, "why": (row["reason"], row["reason_oracle"])})
    return found, ours
