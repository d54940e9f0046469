"""Settle again with one thing otherwise, and see whether the record comes out to the fen.

Enters: a law, the bills of the persons in question, scenarios. Leaves: for each case the scenarios that reproduce
what was recorded on every one of its bills. Imports ``tuodi.settlement`` and :mod:`tuodi.audit.compare`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from tuodi.audit.compare import CASE
from tuodi.settlement import Law, Settlement, settle
from tuodi.tables import TEXT

__all__ = ["PROVED", "Scenario", "Stand", "by_layer", "copied", "prove", "reproduced", "settle_layers"]

PROVED = {**dict.fromkeys(("person_id", "layer"), TEXT), "counter_year": pl.Int64(), "family": TEXT, "detail": TEXT}


@dataclass(frozen=True)
class Stand:
    """What every scenario leaves alone: law, bills, lists, and the layers to judge."""

    law: Law
    claims: pl.DataFrame
    identities: pl.DataFrame
    persons: pl.DataFrame | None
    opening: pl.DataFrame | None
    window_from: date | None
    layers: tuple[str, ...]


@dataclass(frozen=True)
class Scenario:
    """One thing otherwise. ``family`` says what, ``detail`` which one; ``layers``: where it is tried (None: all)."""

    family: str
    detail: str = ""
    law: Law | None = None
    claims: pl.DataFrame | None = None
    identities: pl.DataFrame | None = None
    layers: tuple[str, ...] | None = None


def settle_layers(
    stand: Stand, *, layers: Sequence[str] | None = None, own: bool = True, trace: bool = False
) -> dict[str, Settlement]:
    """For each layer the run that judges it.

    ``own``: each layer on the earlier ones as paid, so every computed layer before it is read from the record. Else
    the whole chain from the first audited layer on. Layers that share a run share the object.
    """
    runs: dict[tuple[str, ...], Settlement] = {}
    found = {}
    for layer in stand.layers if layers is None else layers:
        given = _computed_before(stand.law, layer if own else stand.layers[0])
        if given not in runs:
            runs[given] = settle(
                stand.law,
                stand.claims,
                stand.identities,
                persons=stand.persons,
                opening=stand.opening,
                window_from=stand.window_from,
                given=given,
                trace=trace,
            )
        found[layer] = runs[given]
    return found


def _computed_before(law: Law, layer_id: str) -> tuple[str, ...]:
    """Computed layers that pay before a layer, in any version of the law."""
    computed = {layer.id for pack in law.packs for layer in pack.layers if layer.given is None and not layer.notional}
    before = law.layers[: law.layers.index(layer_id)]
    return tuple(layer for layer in before if layer in computed)


def by_layer(runs: dict[str, Settlement]) -> pl.DataFrame:
    """``claim_id layer pay``: what each run says of its layer."""
    parts = [
        run.bills.select("claim_id", pl.lit(layer).alias("layer"), pl.col(f"pay_{layer}").alias("pay"))
        for layer, run in runs.items()
    ]
    return pl.concat(parts)


def reproduced(bills: pl.DataFrame, payments: pl.DataFrame) -> pl.DataFrame:
    """The cases of ``bills`` in which ``payments`` equal the record on every bill.

    ``bills``: ``person_id layer counter_year claim_id recorded``; ``payments``: ``claim_id layer pay``. A bill that
    the scenario leaves out pays nothing in it; one that it cannot determine reproduces nothing.
    """
    settled = payments.with_columns(pl.lit(True).alias("settled"))
    pay = pl.when(pl.col("settled")).then(pl.col("pay")).otherwise(0)
    return (
        bills.join(settled, on=["claim_id", "layer"], how="left")
        .group_by(*CASE)
        .agg((pay.eq_missing(pl.col("recorded")) & pl.col("recorded").is_not_null()).all().alias("same"))
        .filter("same")
        .select(*CASE)
        .sort(*CASE)
    )


def prove(
    stand: Stand,
    bills: pl.DataFrame,
    scenarios: Iterable[Scenario],
) -> pl.DataFrame:
    """``person_id layer counter_year family detail``: every scenario that reproduces a case, in their order.

    Annulled bills are not compared: what was paid on them was taken back.
    """
    found = [pl.DataFrame(schema=PROVED)]
    for scenario in scenarios:
        law = stand.law if scenario.law is None else scenario.law
        known = {layer.id for pack in law.packs for layer in pack.layers if layer.given is None}
        wanted = stand.layers if scenario.layers is None else scenario.layers
        concerned = bills.filter(pl.col("layer").is_in(wanted) & (pl.col("status") != "annulled"))
        concerned = concerned.filter(pl.col("layer").is_in(known))
        if concerned.is_empty():
            continue
        layers = tuple(layer for layer in wanted if (concerned["layer"] == layer).any())
        altered = Stand(
            law,
            _of_people(stand.claims if scenario.claims is None else scenario.claims, concerned),
            _of_people(stand.identities if scenario.identities is None else scenario.identities, concerned),
            stand.persons,
            stand.opening,
            stand.window_from,
            stand.layers,
        )
        cases = reproduced(concerned, by_layer(settle_layers(altered, layers=layers)))
        found.append(
            cases.with_columns(pl.lit(scenario.family).alias("family"), pl.lit(scenario.detail).alias("detail"))
        )
    return pl.concat(found)


def copied(bills: pl.DataFrame, copies: pl.DataFrame) -> pl.DataFrame:
    """The cases that come out if each second copy was paid what its first bill was paid, apart from all counters.

    ``bills`` with ``own``; ``copies``: ``claim_id first``. Same columns as :func:`prove`.
    """
    if copies.is_empty():
        return pl.DataFrame(schema=PROVED)
    own = bills.select("claim_id", "layer", pl.col("own").alias("pay"))
    again = copies.join(own, left_on="first", right_on="claim_id").select("claim_id", "layer", "pay")
    payments = pl.concat([own.join(again, on=["claim_id", "layer"], how="anti"), again])
    concerned = bills.join(
        bills.join(copies, on="claim_id", how="semi").select(*CASE).unique(), on=list(CASE), how="semi"
    )
    return reproduced(concerned, payments).with_columns(
        pl.lit("copies_counted").alias("family"), pl.lit("as_the_first").alias("detail")
    )


def _of_people(frame: pl.DataFrame, bills: pl.DataFrame) -> pl.DataFrame:
    return frame.join(bills.select("person_id").unique(), on="person_id", how="semi")
