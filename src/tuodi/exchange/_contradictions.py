"""What contradicts itself within one delivery: a birth date and a number, two names of one number, reversed days.

Enters: a :class:`Delivery`. Leaves: findings (``FINDINGS``) by the rows of the file. Nothing is changed.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from tuodi.exchange._delivery import Delivery
from tuodi.exchange._reading import Finding, finding, findings_frame
from tuodi.money import yuan

__all__ = ["contradictions"]

_ORDERED = (
    ("from", "to"), ("recognised_on", "to"), ("birth_date", "died_on"), ("birth_date", "from"),
    ("birth_date", "enrolled_on"), ("applied_on", "paid_on"), ("accepted_on", "paid_on"), ("approved_on", "paid_on"),
    ("joined_on", "left_on"), ("monitored_on", "cleared_on"), ("enrolled_on", "paused_on"), ("issued_on", "valid_to"),
    ("died_on", "registered_on"),
)  # fmt: skip
"""Of each pair the first day comes no later than the second."""

_CATEGORIES = ("sight", "hearing", "speech", "limbs", "intellectual", "mental", "multiple")
"""By the 19th digit of a disability certificate, from 1."""


def contradictions(delivery: Delivery) -> pl.DataFrame:
    """One line a contradiction, on the row where it shows."""
    frame = delivery.frame
    lines: list[Finding] = []
    for place, code, field, found, expected in [
        *_numbers(frame), *_names(frame), *_days(frame), *_disabilities(frame), *_premiums(frame), *_cleared(frame),
    ]:  # fmt: skip
        sheet, row = delivery.places.row(place)
        lines.append(finding(row, code, found, expected, field=field, column=field, file=delivery.file, sheet=sheet))
    return findings_frame(lines)


Found = Iterator[tuple[int, str, str, str, str]]


def _numbers(frame: pl.DataFrame) -> Found:
    """Birth date and sex against the identity number."""
    if "certificate" not in frame.columns:
        return
    number = frame["certificate"]
    own = number.str.contains(r"^\d{17}[\dX]$").fill_null(value=False)
    number = number.set(~own, None)
    if "birth_date" in frame.columns:
        born = number.str.slice(6, 8).str.to_date("%Y%m%d", strict=False)
        for place in (born != frame["birth_date"]).fill_null(value=False).arg_true().to_list():
            yield place, "birth_differs", "birth_date", str(frame["birth_date"][place]), str(born[place])
    if "sex" in frame.columns:
        odd = number.str.slice(16, 1).cast(pl.Int64(), strict=False) % 2
        sex = pl.select(pl.when(odd == 1).then(pl.lit("male")).when(odd == 0).then(pl.lit("female"))).to_series()
        told = frame["sex"].is_in(["male", "female"]).fill_null(value=False)
        for place in ((sex != frame["sex"]).fill_null(value=False) & told).arg_true().to_list():
            yield place, "sex_differs", "sex", str(frame["sex"][place]), str(sex[place])


def _names(frame: pl.DataFrame) -> Found:
    """One number with two names; one insurance number with two identity numbers."""
    for known, told, code in (
        ("certificate", "person_name", "name_two"), ("person_id", "certificate", "number_two"),
        ("household_id", "head_name", "head_two"),
    ):  # fmt: skip
        if known not in frame.columns or told not in frame.columns:
            continue
        pairs = frame.select(known, told).with_row_index("place").drop_nulls()
        several = pairs.filter(pl.col(told).n_unique().over(known) > 1)
        for name, group in sorted(several.group_by(known), key=lambda one: str(one[0][0])):
            words = group[told].unique(maintain_order=True).to_list()
            for place, word in group.select("place", told).rows():
                others = "、".join(other for other in words if other != word)
                yield place, code, told, word, others if code != "number_two" else str(name[0])


def _days(frame: pl.DataFrame) -> Found:
    for early, late in _ORDERED:
        if early in frame.columns and late in frame.columns and frame[early].null_count() < frame.height:
            first, second = frame[early].cast(pl.Date()), frame[late].cast(pl.Date())
            for place in (first > second).fill_null(value=False).arg_true().to_list():
                yield place, "days_reversed", late, str(second[place]), f"{early} {first[place]}"


def _disabilities(frame: pl.DataFrame) -> Found:
    """The certificate's own digits against the columns beside it."""
    if "disability_number" not in frame.columns:
        return
    number = frame["disability_number"]
    if "certificate" in frame.columns:
        inner = number.str.slice(0, 18)
        for place in (inner != frame["certificate"]).fill_null(value=False).arg_true().to_list():
            yield place, "disability_person", "disability_number", str(number[place]), str(frame["certificate"][place])
    digits = {str(at): code for at, code in enumerate(_CATEGORIES, 1)}
    for column, offset, codes in (
        ("category", 18, digits), ("grade", 19, {str(at): f"grade_{at}" for at in range(1, 5)})
    ):  # fmt: skip
        if column in frame.columns:
            said = number.str.slice(offset, 1).replace_strict(codes, default=None, return_dtype=pl.String())
            for place in (said != frame[column]).fill_null(value=False).arg_true().to_list():
                yield place, "disability_differs", column, str(frame[column][place]), str(said[place])


def _premiums(frame: pl.DataFrame) -> Found:
    if not {"premium", "subsidy", "own_premium"} <= set(frame.columns):
        return
    parts = frame["subsidy"] + frame["own_premium"]
    for place in (parts != frame["premium"]).fill_null(value=False).arg_true().to_list():
        yield place, "premium_parts", "premium", yuan(frame["premium"][place]), yuan(parts[place])


def _cleared(frame: pl.DataFrame) -> Found:
    if not {"cleared", "cleared_on"} <= set(frame.columns):
        return
    wrong = (frame["cleared"] == "no").fill_null(value=False) & frame["cleared_on"].is_not_null()
    for place in wrong.arg_true().to_list():
        yield place, "cleared_differs", "cleared_on", str(frame["cleared_on"][place]), ""
