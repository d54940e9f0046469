"""The audit of many bills with every counterfactual, and one bill explained, beside settling the same bills.

The bills record what the law gives, but for a few persons whose payments were made wrong: one in two hundred was paid
as if nobody had flagged the identity, which the audit has to find and to prove.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from benchmarks import claims
from benchmarks.common import THREE_LAYERS, Options, Row, at_most, contest, roots
from tuodi.audit import audit
from tuodi.settlement import Law, explain, explanation_lines, load_law, settle

FIGURE = "audit"
MOST = 1_000_000
WRONG_PERSONS = 200
EXPLAINED_WITHIN = 0.020


def rows(options: Options) -> Iterator[Row]:
    """The audit; the explanation of one bill among them."""
    law = load_law(THREE_LAYERS, roots())
    found, recognised, flags = recorded(law, min(options.bills, MOST))
    leads = 0

    def audited() -> None:
        nonlocal leads
        leads = audit(law, found, recognised, flags=flags, from_layer=law.layers[0]).leads.height

    best = contest(
        max(1, options.rounds // 2),
        audited=lambda: audited,
        settled=lambda: lambda: settle(law, found, recognised),
    )
    yield Row(
        FIGURE, "audit, every layer and counterfactual", "settle the same bills", found.height, best["audited"],
        best["settled"], facts={"leads": leads, "persons": found["person_id"].n_unique()},
    )  # fmt: skip
    yield from explained(law, found, recognised, options)


def explained(law: Law, found: pl.DataFrame, recognised: pl.DataFrame, options: Options) -> Iterator[Row]:
    """One bill in a process that has done it before: out of all bills, and out of its person's."""
    claim = str(found["claim_id"][found.height // 2 + 3])
    person = found.filter(pl.col("claim_id") == claim)["person_id"][0]
    own = found.filter(pl.col("person_id") == person)
    held = recognised.filter(pl.col("person_id") == person)

    def told(some: pl.DataFrame, listed: pl.DataFrame) -> Any:
        return lambda: lambda: explanation_lines(explain(law, some, listed, claim))

    best = contest(
        options.rounds,
        all=told(found, recognised),
        own=told(own, held),
        settled=lambda: lambda: settle(law, own, held),
    )
    yield Row(
        FIGURE, "explain one bill, its person's bills at hand", "settle the person", 1, best["own"], best["settled"],
        **at_most(best["own"].wall, EXPLAINED_WITHIN),
    )  # fmt: skip
    yield Row(FIGURE, f"explain one bill out of {found.height:,}", "settle the person", 1, best["all"], best["settled"])


def recorded(law: Law, count: int) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Bills with what was paid, who is recognised, and whom the platform flagged."""
    bills = claims.bills(np.arange(count))
    recognised = claims.identities(count)
    flags = recognised.filter(pl.int_range(pl.len()) % (WRONG_PERSONS // 3) != 0)
    paid = settle(law, bills, flags).bills
    return (
        bills.with_columns(
            paid_basic=paid["pay_basic"], paid_catastrophic=paid["pay_catastrophic"],
            paid_assistance=paid["pay_assistance"],
        ),
        recognised,
        flags,
    )  # fmt: skip
