"""Households of several sources, and what they say differently."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from tuodi.identity import households

JAN, FEB = date(2025, 1, 5), date(2025, 2, 5)
LISTS = pl.DataFrame({"source": ["a", "a", "b"], "list_date": [JAN, FEB, FEB]})


def rows(*given: tuple[object, ...]) -> pl.DataFrame:
    schema = {
        "source": pl.String(), "list_date": pl.Date(), "household_id": pl.String(), "person": pl.String(),
        "head": pl.Boolean(), "address": pl.String(),
    }  # fmt: skip
    return pl.DataFrame([(*row, *[None] * (6 - len(row))) for row in given], schema=schema, orient="row")


FAMILY = rows(
    ("a", FEB, "A1", "P1", True, "上溪村12号"), ("a", FEB, "A1", "P2", False, "上溪村12号"),
    ("a", FEB, "A1", "P3", False, "上溪村12号"), ("a", JAN, "A1", "P4", False, "上溪村12号"),
    ("b", FEB, "B7", "P1", True, None), ("b", FEB, "B7", "P2", False, None),
    ("b", FEB, "B8", "P3", True, "上溪村 12号"),
    ("b", FEB, "B9", "P9", True, "上溪村12号"),
)  # fmt: skip


@pytest.mark.req("NI06")
def test_members_are_dated_and_heads_known() -> None:
    found = households(FAMILY, LISTS)
    assert found.members.filter(pl.col("person") == "P4").select("household_id", "to", "left_on").rows() == [
        ("A1", date(2025, 2, 4), FEB)
    ]
    assert found.heads.select("source", "household_id", "person").rows() == [
        ("a", "A1", "P1"), ("b", "B7", "P1"), ("b", "B8", "P3"), ("b", "B9", "P9"),
    ]  # fmt: skip


def test_households_of_two_sources_correspond_by_their_members() -> None:
    found = households(FAMILY, LISTS)
    assert found.same.rows() == [("a", "A1", "b", "B7", 2, 3, 2)]


@pytest.mark.req("AD03")
def test_conflicts_are_shown() -> None:
    found = households(FAMILY, LISTS).conflicts
    assert found.select(
        "conflict", "source", "household_id", "person", "other_source", "other_household_id"
    ).rows() == [("apart", "a", "A1", "P3", "b", "B8")]
    more = rows(
        ("a", FEB, "A1", "P1", True),
        ("a", FEB, "A1", "P2", True),
        ("a", FEB, "A2", "P2", False),
        ("a", FEB, "A3", "P5", False),
    )
    kinds = households(more, LISTS).conflicts.select("conflict", "household_id", "person").rows()
    assert kinds == [
        ("no_head", "A2", None), ("no_head", "A3", None), ("two_heads", "A1", "P1"), ("two_heads", "A1", "P2"),
        ("two_households", "A2", "P2"),
    ]  # fmt: skip


def test_one_address_is_a_hint_and_no_household() -> None:
    found = households(FAMILY, LISTS)
    assert found.hints.rows() == [
        ("上溪村12号", "a", "A1", "b", "B9"), ("上溪村12号", "b", "B8", "b", "B9"),
    ]  # fmt: skip


def test_the_order_of_rows_changes_nothing() -> None:
    one, other = households(FAMILY, LISTS), households(FAMILY.reverse(), LISTS.reverse())
    for name in ("members", "heads", "same", "conflicts", "hints"):
        assert getattr(one, name).rows() == getattr(other, name).rows()
