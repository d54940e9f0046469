"""Hits that a comparison of lists would report, and why the law clears them.

Enters: bills that agree with the law, their traces, the lists. Leaves: the frame ``cleared``. Pure functions over
frames; imports ``tuodi.law`` and ``tuodi.tables``.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tuodi.audit.altered import identity_day
from tuodi.audit.compare import CASE
from tuodi.audit.model import CLEARED_WHY, FRAMES, HITS
from tuodi.law.model import Layer, Pack

__all__ = ["EARLIER_PAYERS", "case_hits", "cleared_bills", "gate_reason", "in_order", "standing"]

EARLIER_PAYERS = (
    "paid_basic", "paid_civil_servant", "paid_enterprise", "paid_catastrophic", "paid_large_sum",
    "paid_disabled_veteran", "paid_hospital",
)  # fmt: skip
"""What is off a bill before assistance looks at it."""

GATE_WHY = {
    "setting": "setting_not_covered",
    "purpose": "purpose_not_covered",
    "place": "place_not_covered",
    "authorisation": "authorisation_missing",
    "scheme": "scheme_not_covered",
}


def standing(claims: pl.DataFrame, rows: pl.DataFrame, by: str, prefix: str) -> pl.DataFrame:
    """How each bill stands to a list: ``<prefix>_on`` (in force that day), ``_later``, ``_earlier``.

    ``_on`` is null where the list has no row of that person; ``_later``: every row begins after the day.
    """
    day = claims.select("claim_id", "person_id", identity_day(by).alias("day"))
    open_end = pl.col("to").is_null() | (pl.col("day") <= pl.col("to"))
    return (
        day.join(rows.select("person_id", "from", "to"), on="person_id")
        .group_by("claim_id")
        .agg(
            ((pl.col("from") <= pl.col("day")) & open_end).any().alias(f"{prefix}_on"),
            (pl.col("from") > pl.col("day")).all().alias(f"{prefix}_later"),
            (pl.col("from") > pl.col("day")).any().alias(f"{prefix}_some_later"),
        )
    )


def gate_reason(pack: Pack, layer: Layer) -> pl.Expr:
    """The first condition of a layer's gate, apart from the class, that a bill does not meet."""
    result = pl.lit("gate_not_met")
    for column, why in reversed(GATE_WHY.items()):
        named = layer.when.codes.get(column)
        if named is None:
            continue
        local = pack.codes.get(column, {})
        admitted = [*named, *(code.code for code in local.values() if code.parent in named)]
        outside = pl.col(column).is_not_null() & ~pl.col(column).is_in(admitted)
        result = pl.when(outside).then(pl.lit(why)).otherwise(result)
    return result


def cleared_bills(
    pack: Pack,
    layer: Layer,
    bills: pl.DataFrame,
    claims: pl.DataFrame,
    trace: pl.DataFrame,
    recognised: pl.DataFrame,
    flags: pl.DataFrame | None,
) -> pl.DataFrame:
    """Hits on single bills of one layer.

    ``bills``: ``person_id layer counter_year claim_id status own recorded`` of cases that are neither leads nor
    undetermined. ``flags``: as counted from the day of the flag; None where nothing is known of flags.
    """
    by = pack.dates.identity
    columns = ["claim_id", "total", "in_scope", "identity_at_hospital", *GATE_WHY, *EARLIER_PAYERS]
    hospital_known = claims["identity_at_hospital"].null_count() < claims.height
    traced = trace.filter(pl.col("layer") == layer.id).select(
        "claim_id", "class", "state", "base", "deductible_taken", "cap_cut"
    )
    joined = (
        bills.join(claims.select(columns), on="claim_id")
        .join(standing(claims, recognised, by, "listed"), on="claim_id")
        .join(traced, on="claim_id", how="left")
    )
    flagged = pl.lit(None, dtype=pl.Boolean)
    later = pl.lit(False)
    if flags is not None:
        joined = joined.join(standing(claims, flags, by, "flag"), on="claim_id", how="left")
        flagged, later = pl.col("flag_on").fill_null(False), pl.col("flag_some_later").fill_null(False)
    elif hospital_known:
        flagged = pl.col("identity_at_hospital").is_not_null()
    not_seen = pl.col("listed_on") & (flagged == False)  # noqa: E712
    unpaid = (pl.col("recorded") == 0) & (pl.col("total") > 0)
    hit = (
        pl.when(not_seen & later)
        .then(pl.lit("flagged_late"))
        .when(not_seen)
        .then(pl.lit("listed_not_flagged"))
        .when(unpaid | (pl.col("cap_cut") > 0))
        .then(pl.lit("listed_not_paid"))
    )
    left = pl.col("in_scope") - pl.sum_horizontal(*(pl.col(name).fill_null(0) for name in EARLIER_PAYERS))
    amount = pl.when(pl.col("base") > 0).then(pl.col("base")).otherwise(left.clip(0))
    return (
        joined.with_columns(hit.alias("hit"), _why(pack, layer).alias("why"), amount.alias("amount"))
        .filter(pl.col("hit").is_not_null())
        .group_by(*CASE, "hit", "why")
        .agg(
            pl.col("claim_id").sort().alias("claim_ids"),
            pl.len().cast(pl.Int64).alias("bills"),
            pl.col("amount").sum(),
        )
        .select(list(FRAMES["cleared"]))
    )


def _why(pack: Pack, layer: Layer) -> pl.Expr:
    classless = pl.col("class").fill_null("").is_in(["", layer.classes.default])
    outside = pl.col("state") == "outside"
    return (
        pl.when(pl.col("status") == "annulled")
        .then(pl.lit("reversed"))
        .when(pl.col("own") > 0, pl.col("cap_cut") > 0)
        .then(pl.lit("cap_used_up"))
        .when(pl.col("own") > 0)
        .then(pl.lit("same_amount_by_law"))
        .when(classless & ~pl.col("listed_on") & pl.col("listed_later"))
        .then(pl.lit("identity_not_begun"))
        .when(classless & ~pl.col("listed_on"))
        .then(pl.lit("identity_ended"))
        .when(outside & classless & pl.lit("class" in layer.when.codes or not layer.classes.default))
        .then(pl.lit("no_class"))
        .when(outside)
        .then(gate_reason(pack, layer))
        .when(pl.col("base").fill_null(0) == 0)
        .then(pl.lit("nothing_left"))
        .when(pl.col("deductible_taken") >= pl.col("base"))
        .then(pl.lit("deductible_not_reached"))
        .when(pl.col("cap_cut") > 0)
        .then(pl.lit("cap_used_up"))
        .otherwise(pl.lit("rate_zero"))
    )


def case_hits(cases: pl.DataFrame, bills: pl.DataFrame) -> pl.DataFrame:
    """Cases that agree only after payments by hand, or only over the whole year."""
    differing = (
        bills.filter("differs")
        .group_by(*CASE)
        .agg(
            pl.col("claim_id").sort().alias("claim_ids"),
            pl.col("difference").filter(pl.col("difference") > 0).sum().alias("short"),
        )
    )
    hits: Mapping[str, str] = {"paid_by_hand": "paid_by_hand", "offset": "offset_in_year"}
    return (
        cases.filter(pl.col("outcome").is_in(list(hits)))
        .join(differing, on=list(CASE), how="left")
        .with_columns(
            pl.col("outcome").replace_strict(hits, return_dtype=pl.String()).alias("hit"),
            pl.col("claim_ids").fill_null(pl.lit([], dtype=pl.List(pl.String()))),
        )
        .with_columns(
            pl.col("hit").alias("why"),
            pl.col("claim_ids").list.len().cast(pl.Int64).alias("bills"),
            pl.when(pl.col("hit") == "paid_by_hand").then("manual").otherwise("short").alias("amount"),
        )
        .select(list(FRAMES["cleared"]))
    )


def in_order(frame: pl.DataFrame) -> pl.DataFrame:
    """Cleared hits by hit and reason, then by person."""
    rank = {name: place for place, name in enumerate((*HITS, *CLEARED_WHY))}
    return frame.sort(
        pl.col("hit").replace_strict(rank, return_dtype=pl.Int64()),
        pl.col("why").replace_strict(rank, return_dtype=pl.Int64()),
        "person_id",
        "layer",
        "counter_year",
    )
