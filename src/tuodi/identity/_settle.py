"""Pairs that rules or likelihood propose → what is settled and what a person has to look at.

Enters: pairs of ``_rules`` or ``_likely``. Leaves: :class:`Settled`. Imports the room.
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from tuodi.identity._rules import RULES

__all__ = ["PROPOSED", "Settled", "rank", "settle", "settle_likely"]

PROPOSED = {
    "row": pl.UInt32(), "known": pl.UInt32(), "person": pl.String(), "rule": pl.String(), "score": pl.Float64(),
}  # fmt: skip
_SAME_NAME = 2  # the highest degree of the comparison of names
_LAST = ("several_persons", "number_and_insurer", "likely", "twice_in_list")


class Settled(NamedTuple):
    """One row a row that is decided; any number of rows for one that is doubtful."""

    decided: pl.DataFrame
    doubtful: pl.DataFrame


def rank() -> pl.Expr:
    """The place of a rule among all."""
    return pl.col("rule").replace_strict(
        {rule: place for place, rule in enumerate((*RULES, *_LAST))}, return_dtype=pl.Int32()
    )


def settle(pairs: pl.DataFrame) -> Settled:
    """A row is decided if certain rules name one person; if they name several, or only uncertain ones speak, it is not.

    Uncertain rules are not heard where a certain one speaks, but for one: the insurer's number of somebody else whose
    name nobody has shown to be another.
    """
    against = pl.col("rule") == "same_insurer_id_other_number"
    by_number = ((pl.col("rule") == "same_number") & pl.col("certain")).any().over("row")
    best = (
        pairs.with_columns(rank=rank(), score=pl.lit(None, dtype=pl.Float64))
        .sort("row", "person", "certain", "rank", "known", descending=[False, False, True, False, False])
        .unique(["row", "person"], keep="first", maintain_order=True)
        .with_columns(persons=(pl.col("certain") | (against & by_number)).sum().over("row"))
    )
    decided = best.filter(pl.col("certain") & (pl.col("persons") == 1))
    insurer = (pl.col("rule").str.starts_with("same_insurer_id") & (pl.col("certain") | against)).any().over("row")
    several = best.filter((pl.col("certain") | against) & (pl.col("persons") > 1)).with_columns(
        rule=pl.when(by_number & insurer).then(pl.lit("number_and_insurer")).otherwise(pl.lit("several_persons"))
    )
    doubtful = pl.concat([several, best.filter(pl.col("persons") == 0)])
    return Settled(decided.select(*PROPOSED), doubtful.select(*PROPOSED).sort("row", "person"))


def settle_likely(
    pairs: pl.DataFrame,
    rows: pl.DataFrame,
    taken: pl.DataFrame,
    once: frozenset[str],
    limits: tuple[float, float, float],
) -> Settled:
    """Linked: the best person of the row, above the upper threshold, clearly ahead of the next, and of the same name.

    Not so where both have a number of the insurer and not the same (``clash``).

    In a source of ``once`` the row must also be the best for that person, and no rule has given the person another row
    (``taken``: ``source person``). ``limits``: link, review, margin.
    """
    link, review, margin = limits
    best = (
        pairs.filter(pl.col("probability") >= review)
        .sort("row", "person", "probability", "known", descending=[False, False, True, False])
        .unique(["row", "person"], keep="first", maintain_order=True)
        .join(rows.select("row", "source"), on="row", how="left", maintain_order="left")
        .sort("row", "probability", "person", descending=[False, True, False])
        .with_columns(
            place=pl.int_range(pl.len()).over("row"),
            next=pl.col("probability").shift(-1).over("row").fill_null(0.0),
            rivals=(pl.col("probability") >= pl.col("probability").max().over("source", "person"))
            .sum()
            .over("source", "person"),
            highest=pl.col("probability").max().over("source", "person"),
        )
        .join(taken.with_columns(taken=True), on=["source", "person"], how="left", maintain_order="left")
    )
    alone = (pl.col("probability") == pl.col("highest")) & (pl.col("rivals") == 1) & pl.col("taken").is_null()
    first = (pl.col("place") == 0) & (pl.col("probability") >= link)
    first &= ~pl.col("clash")
    first &= (pl.col("next") <= pl.col("probability") - margin) & (pl.col("name_degree") == _SAME_NAME)
    singly = alone | ~pl.col("source").is_in(sorted(once))
    told = best.with_columns(
        rule=pl.when(first & ~singly).then(pl.lit("twice_in_list")).otherwise(pl.lit("likely")),
        score=pl.col("probability"),
        settled=first & singly,
    )
    decided = told.filter("settled")
    doubtful = told.join(decided.select("row"), on="row", how="anti")
    return Settled(decided.select(*PROPOSED), doubtful.select(*PROPOSED).sort("row", "person"))
