"""Stays: which bills belong together, their ordinal in the counter year, and stays that overlap.

Enters: bills in settlement order. Leaves: arrays in that order. Source: docs/reference/pack-language.md 7.2, 7.11.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from tuodi.settlement.calendar import NO_DAY, days

__all__ = ["StayFacts", "overlapping", "stay_numbers", "stay_ordinals", "stay_spans"]


def stay_numbers(bills: pl.DataFrame) -> npt.NDArray[np.int64]:
    """A number for each stay of each person; a bill without ``stay_id`` is a stay of its own."""
    own = pl.concat_str(pl.lit("bill\x1f"), pl.col("claim_id"))
    key = pl.concat_str(
        "person_id", pl.coalesce(pl.concat_str(pl.lit("stay\x1f"), pl.col("stay_id")), own), separator="\x1f"
    )
    return bills.select(key.rank("dense").cast(pl.Int64) - 1).to_series().to_numpy()


@dataclass(frozen=True)
class StayFacts:
    """For each bill: the number of its stay, the first and last day of the whole stay, whether it is a bill of an
    inpatient stay, and whether that stay overlaps another one."""

    number: npt.NDArray[np.int64]
    first: npt.NDArray[np.int64]
    last: npt.NDArray[np.int64]
    inpatient: npt.NDArray[np.bool_]
    clash: npt.NDArray[np.bool_]

    def of(self, rows: npt.NDArray[np.intp]) -> StayFacts:
        """The facts of some bills, stays numbered anew without gaps."""
        number = np.unique(self.number[rows], return_inverse=True)[1].astype(np.int64)
        return StayFacts(number, self.first[rows], self.last[rows], self.inpatient[rows], self.clash[rows])


def stay_spans(
    bills: pl.DataFrame,
    stay: npt.NDArray[np.int64],
    admitted: npt.NDArray[np.int64],
    standing: npt.NDArray[np.bool_],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """First and last day of the whole stay of each bill that stands; the first is not known where one admission is
    not."""
    discharged = days(bills["discharged_on"])
    first = np.full(stay.max(initial=0) + 1, np.iinfo(np.int64).max)
    last = np.full(stay.max(initial=0) + 1, NO_DAY, np.int64)
    np.minimum.at(first, stay[standing], admitted[standing])
    np.maximum.at(last, stay[standing], discharged[standing])
    return first[stay], last[stay]


def stay_ordinals(bills: pl.DataFrame, stay: npt.NDArray[np.int64], inpatient: npt.NDArray[np.bool_]) -> pl.Series:
    """The ordinal of each bill's stay: the column, else for inpatient bills counted in the counter year, else null.

    ``bills`` is in settlement order and holds ``person_id``, ``counter_year`` and ``stay_ordinal``.
    """
    frame = bills.select("person_id", "counter_year", "stay_ordinal").with_columns(
        stay=stay, inpatient=inpatient, row=pl.int_range(pl.len())
    )
    first = (
        frame.filter("inpatient")
        .group_by("person_id", "counter_year", "stay", maintain_order=True)
        .agg(pl.col("row").min())
        .sort("row")
        .with_columns(counted=pl.int_range(1, pl.len() + 1).over("person_id", "counter_year"))
        .select("person_id", "counter_year", "stay", "counted")
    )
    joined = frame.join(first, on=["person_id", "counter_year", "stay"], how="left", maintain_order="left")
    return joined.select(pl.coalesce("stay_ordinal", pl.when("inpatient").then("counted")).alias("ordinal")).to_series()


def overlapping(
    bills: pl.DataFrame, stay: npt.NDArray[np.int64], inpatient: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Bills of inpatient stays that overlap another of the same person by more than the day of transfer.

    A stay begins on the earliest admission that is known; one without any overlaps nothing that anybody could show.
    """
    frame = bills.select("person_id", "admitted_on", "discharged_on").with_columns(stay=stay, inpatient=inpatient)
    stays = (
        frame.filter("inpatient")
        .group_by("person_id", "stay")
        .agg(pl.col("admitted_on").min(), pl.col("discharged_on").max())
        .drop_nulls("admitted_on")
    )
    several = stays.filter(pl.len().over("person_id") > 1)
    clash = several.join(several, on="person_id", suffix="_other").filter(
        (pl.col("stay") != pl.col("stay_other"))
        & (
            pl.max_horizontal("admitted_on", "admitted_on_other")
            < pl.min_horizontal("discharged_on", "discharged_on_other")
        )
    )
    return np.isin(stay, clash["stay"].unique().to_numpy()) & inpatient
