"""Links held against the truth, where it is known: how many are right, how many were missed.

Enters: links of ``match.link`` and a table of truth. Leaves: a table of counts and shares. Imports the room.
"""

from __future__ import annotations

import polars as pl

from tuodi.identity._people import demand

__all__ = ["evaluate"]


def evaluate(links: pl.DataFrame, truth: pl.DataFrame, by: str | None = None) -> pl.DataFrame:
    """One row for each value of ``by``, a column of ``truth``; one row for all without it.

    ``truth``: ``record_id``, ``truth`` (who it is) and ``known`` (that person's key in the register, null if it does
    not have the person). Counts: ``records``; ``known`` (of persons in the register); ``linked``, ``right``,
    ``wrong`` (of them); ``review``; ``missed`` (said to be new though known); ``new_mixed`` (records of new persons
    that hold two people), ``new_split`` (records of somebody unknown who was made several new persons).
    ``precision`` = right / linked; ``recall`` = right / known: what waits for a person counts as not found.
    """
    demand(links, "links", "record_id", "outcome")
    demand(truth, "truth", "record_id", "truth")
    told = links.join(truth, on="record_id", how="inner")
    new = told.filter(pl.col("outcome") == "new")
    mixed = new.filter(pl.col("truth").n_unique().over("person") > 1)["record_id"]
    unknown = new.filter(pl.col("known").is_null())
    split = unknown.filter(pl.col("person").n_unique().over("truth") > 1)["record_id"]
    linked = pl.col("outcome") == "linked"
    right = linked & (pl.col("person") == pl.col("known")).fill_null(False)
    group = pl.col(by) if by else pl.lit("all")
    return (
        told.group_by(group.alias(by or "group"))
        .agg(
            records=pl.len(),
            known=pl.col("known").count(),
            linked=linked.sum(),
            right=right.sum(),
            wrong=(linked & ~right).sum(),
            review=(pl.col("outcome") == "review").sum(),
            missed=((pl.col("outcome") == "new") & pl.col("known").is_not_null()).sum(),
            new_mixed=pl.col("record_id").is_in(mixed.implode()).sum(),
            new_split=pl.col("record_id").is_in(split.implode()).sum(),
        )
        .with_columns(precision=pl.col("right") / pl.col("linked"), recall=pl.col("right") / pl.col("known"))
        .sort(by or "group")
    )
