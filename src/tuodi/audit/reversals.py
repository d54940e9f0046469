"""A bill that counted until it was reversed: the bills in between were settled with it and never settled again.

Enters: the stand, the bills of cases with a reversal. Leaves: the cases that come out so. The year is cut at the
reversal: up to it the reversed bill stands; after it the counters hold what the other bills had used by then. Imports
``tuodi.settlement`` and this room.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from tuodi.audit.compare import CASE
from tuodi.audit.prove import PROVED, Stand, by_layer, reproduced, settle_layers
from tuodi.law.model import Layer
from tuodi.tables import OPENING, conform

__all__ = ["counters_carry", "counters_used", "kept_until_reversed"]


def kept_until_reversed(stand: Stand, bills: pl.DataFrame) -> pl.DataFrame:
    """``person_id layer counter_year family detail`` as ``prove`` gives them.

    ``bills``: as ``leads.bills_of_leads`` gives them. Only cases with one reversal are tried, and only layers whose
    counters are a yearly deductible, a yearly position in brackets and yearly caps on what is paid.
    """
    found = [pl.DataFrame(schema=PROVED)]
    annulled = bills.filter(pl.col("status") == "annulled").join(
        stand.claims.select("claim_id", "total"), on="claim_id", how="left"
    )
    for name in stand.layers:
        layer = next((layer for pack in reversed(stand.law.packs) for layer in pack.layers if layer.id == name), None)
        pairs = (
            annulled.filter(pl.col("layer") == name)
            .group_by(*CASE)
            .agg(
                pl.len().alias("rows"),
                pl.col("claim_id").sort_by("total").alias("ids"),
                pl.col("settled_at").sort_by("total").first().alias("reversed_at"),
            )
            .filter(pl.col("rows") == 2)
        )
        if pairs.is_empty() or layer is None or not counters_carry(layer):
            continue
        concerned = bills.join(pairs.select(*CASE), on=list(CASE), how="semi")
        payments = _payments(stand, layer, concerned, pairs)
        standing = concerned.filter(pl.col("status") != "annulled")
        found.append(
            reproduced(standing, payments).with_columns(
                pl.lit("reversals_unknown").alias("family"), pl.lit("until_reversed").alias("detail")
            )
        )
    return pl.concat(found)


def counters_carry(layer: Layer) -> bool:
    """Whether everything that a layer remembers can be handed over as an opening balance."""
    yearly_caps = all(cap.per in ("bill", "year") and cap.counts == "paid" for cap in layer.caps)
    plain = layer.rate is not None and layer.rounding.per == "bill" and not layer.counts_outside
    deductible = layer.deductible is None or layer.deductible.per in ("bill", "year")
    return yearly_caps and plain and deductible and (layer.brackets is None or layer.brackets.on in ("bill", "year"))


def counters_used(layer: Layer, steps: pl.DataFrame) -> pl.DataFrame:
    """Opening balances (``person_id counter_year counter amount``) after the bills of ``steps``.

    ``steps``: trace rows of the layer with ``person_id counter_year``.
    """
    who = ["person_id", "counter_year"]
    sums: list[tuple[str, pl.Expr]] = []
    if layer.deductible is not None and layer.deductible.per == "year":
        sums.append((f"{layer.id}.deductible", pl.col("deductible_taken").sum()))
    if layer.brackets is not None and layer.brackets.on == "year":
        off = pl.lit(0) if layer.brackets.start == "zero" else pl.col("deductible_taken")
        sums.append((f"{layer.id}.base", (pl.col("base") - off).sum()))
    for cap in layer.caps:
        if cap.per == "year":
            sums.append((cap.counter, pl.col("paid").filter(pl.col("caps").list.contains(cap.id)).sum()))
    parts = [pl.DataFrame(schema=OPENING.columns)]
    parts += [
        steps.group_by(who, maintain_order=True)
        .agg(amount.alias("amount"))
        .select(*who, pl.lit(counter).alias("counter"), "amount")
        for counter, amount in sums
    ]
    return conform(pl.concat(parts), OPENING)


def _payments(stand: Stand, layer: Layer, bills: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """``claim_id layer pay`` of the layer on both sides of each reversal."""
    cut = bills.select("claim_id", *CASE).join(pairs, on=list(CASE)).select(
        "claim_id", "counter_year", "reversed_at", pl.col("ids").list.first().alias("reversal"),
        pl.col("ids").list.last().alias("original"),
    )  # fmt: skip
    claims = stand.claims.join(cut, on="claim_id", how="left", maintain_order="left").filter(
        pl.col("person_id").is_in(pairs["person_id"].implode()) & pl.col("claim_id").ne_missing(pl.col("reversal"))
    )
    later = (pl.col("settled_at") > pl.col("reversed_at")).fill_null(False)
    before, after = (claims.filter(side).select(stand.claims.columns) for side in (~later, later))
    people = stand.identities.filter(pl.col("person_id").is_in(pairs["person_id"].implode()))
    first = replace(stand, claims=before, identities=people)
    runs = settle_layers(first, layers=(layer.id,), trace=True)
    trace = runs[layer.id].trace
    if after.is_empty() or trace is None:
        return by_layer(runs)
    steps = (
        trace.filter(pl.col("layer") == layer.id)
        .join(claims.select("claim_id", "person_id", "counter_year", "original"), on="claim_id")
        .filter(pl.col("counter_year").is_not_null() & (pl.col("claim_id") != pl.col("original")))
    )
    opening = [counters_used(layer, steps)] + ([] if stand.opening is None else [stand.opening])
    second = replace(first, claims=after, opening=pl.concat(opening))
    return pl.concat([by_layer(runs), by_layer(settle_layers(second, layers=(layer.id,)))])
