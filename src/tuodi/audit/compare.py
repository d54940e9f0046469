"""The law beside the record: bill by bill, then person, layer and counter year.

Enters: one row a bill and audited layer with the amount by law and the amount recorded, and payments by hand.
Leaves: the same rows with their differences, and one row a *case* (person, layer, counter year) with its outcome.
Pure functions over frames; imports ``tuodi.audit.model`` only.
"""

from __future__ import annotations

import hashlib

import polars as pl

__all__ = ["CASE", "OUTCOMES", "agreement", "cases_of", "differences", "lead_id"]

CASE = ("person_id", "layer", "counter_year")
OUTCOMES = ("lead", "undetermined", "paid_by_hand", "offset", "within_tolerance", "agree")


def differences(bills: pl.DataFrame, tolerance: int) -> pl.DataFrame:
    """Add ``difference`` (by law − recorded, null where either is open), ``differs``, ``hidden`` and ``open``.

    ``bills``: ``person_id layer counter_year claim_id status own recorded …``. A difference of at most ``tolerance``
    fen on a bill is hidden.
    """
    size = pl.col("difference").abs()
    return bills.with_columns((pl.col("own") - pl.col("recorded")).alias("difference")).with_columns(
        (size > tolerance).fill_null(False).alias("differs"),
        ((size > 0) & (size <= tolerance)).fill_null(False).alias("hidden"),
        pl.col("difference").is_null().alias("open"),
    )


def cases_of(
    bills: pl.DataFrame, manual: pl.DataFrame, tolerance: int, incomplete: pl.DataFrame | None = None
) -> pl.DataFrame:
    """One row a case with sums, ``difference`` after payments by hand, and ``outcome``.

    A payment by hand in a year without any bill in the file cannot be judged; nor can anybody of whom a row was set
    aside (``incomplete``: ``person_id table``), since a missing bill shifts the counters of the others.
    """
    missing = pl.Series([], dtype=pl.String()) if incomplete is None else incomplete["person_id"].unique()
    judged = bills.group_by(*CASE).agg(
        pl.len().cast(pl.Int64).alias("bills"),
        pl.col("open").sum().cast(pl.Int64).alias("open_bills"),
        pl.col("differs").sum().cast(pl.Int64).alias("differing"),
        pl.col("hidden").sum().cast(pl.Int64).alias("hidden_bills"),
        pl.col("difference").filter(pl.col("hidden")).abs().sum().alias("hidden_amount"),
        pl.col("recorded").sum().alias("recorded"),
        pl.col("own").sum().alias("by_law"),
        pl.when(pl.col("chain").null_count() == 0).then(pl.col("chain").sum()).alias("by_law_chain"),
        pl.col("difference").filter(pl.col("differs")).sum().alias("window_difference"),
    )
    counts = [name for name in judged.columns if name not in (*CASE, "by_law_chain")]
    joined = (
        judged.join(manual, on=list(CASE), how="full", coalesce=True, nulls_equal=True)
        .with_columns(pl.col("manual").fill_null(0), *(pl.col(name).fill_null(0) for name in counts))
        .with_columns((pl.col("window_difference") - pl.col("manual")).alias("difference"))
    )
    size = pl.col("difference").abs()
    allowed = tolerance * pl.max_horizontal(pl.col("differing"), pl.lit(1))
    by_hand = pl.col("manual") != 0
    outcome = (
        pl.when((pl.col("open_bills") > 0) | (pl.col("bills") == 0) | pl.col("person_id").is_in(missing.implode()))
        .then(pl.lit("undetermined"))
        .when(by_hand & (size > allowed))
        .then(pl.lit("lead"))
        .when(by_hand)
        .then(pl.lit("paid_by_hand"))
        .when((pl.col("differing") > 0) & (size > tolerance))
        .then(pl.lit("lead"))
        .when(pl.col("differing") > 0)
        .then(pl.lit("offset"))
        .when(pl.col("hidden_bills") > 0)
        .then(pl.lit("within_tolerance"))
        .otherwise(pl.lit("agree"))
    )
    return (
        joined.with_columns(outcome.alias("outcome"))
        .with_columns(
            pl.when(pl.col("outcome") == "lead")
            .then(pl.when(pl.col("difference") > 0).then(pl.lit("owed")).otherwise(pl.lit("over")))
            .alias("direction")
        )
        .sort(*CASE, nulls_last=True)
    )


def agreement(cases: pl.DataFrame, grades: dict[str, str]) -> pl.DataFrame:
    """How the cases of each layer divide, in the order of ``grades``; see the frame ``agree``."""

    def number(outcome: str, name: str) -> pl.Expr:
        return (pl.col("outcome") == outcome).sum().cast(pl.Int64).alias(name)

    rows = [
        cases.filter(pl.col("layer") == layer).select(
            pl.lit(layer).alias("layer"),
            pl.lit(grade).alias("grade"),
            pl.len().cast(pl.Int64).alias("cases"),
            number("agree", "agree"),
            number("within_tolerance", "within_tolerance"),
            number("offset", "offset"),
            number("paid_by_hand", "paid_by_hand"),
            number("lead", "leads"),
            number("undetermined", "undetermined"),
            pl.col("hidden_bills").sum().cast(pl.Int64),
            pl.col("hidden_amount").sum().cast(pl.Int64),
        )
        for layer, grade in grades.items()
    ]
    return pl.concat(rows)


def lead_id(grade: str, person_id: str, layer: str, year: int) -> str:
    """The same case has the same number in every run: ``A-2024-3f9c21d04b``."""
    digest = hashlib.blake2b(f"{person_id}\x1f{layer}\x1f{year}".encode(), digest_size=5).hexdigest()
    return f"{grade}-{year}-{digest}"
