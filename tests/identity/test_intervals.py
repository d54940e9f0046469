"""Successive lists as dated intervals; what sources say that cannot be true together."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from tuodi.errors import TableError
from tuodi.identity import CONFLICTS, SPELLS, conflicts, freshness, spells

JAN, FEB, MAR, APR = (date(2025, month, 5) for month in (1, 2, 3, 4))


def lists(*dates: tuple[str, date]) -> pl.DataFrame:
    return pl.DataFrame(dates, schema={"source": pl.String(), "list_date": pl.Date()}, orient="row")


def rows(*given: tuple[object, ...]) -> pl.DataFrame:
    """Source, date of the list, person, identity, declared beginning, declared end."""
    schema = {
        "source": pl.String(), "list_date": pl.Date(), "person": pl.String(), "identity": pl.String(),
        "from": pl.Date(), "to": pl.Date(),
    }  # fmt: skip
    return pl.DataFrame([(*row, *[None] * (6 - len(row))) for row in given], schema=schema, orient="row")


MONTHLY = lists(("ca", JAN), ("ca", FEB), ("ca", MAR))


@pytest.mark.req("NI20")
def test_who_is_missing_from_the_next_list_has_left_at_its_date() -> None:
    found = spells(rows(("ca", JAN, "P", "dibao"), ("ca", FEB, "P", "dibao")), MONTHLY)
    assert found.spells.select("from", "to", "ended_by", "left_on", "first_listed", "last_listed").rows() == [
        (JAN, date(2025, 3, 4), "left_list", MAR, JAN, FEB)
    ]
    assert found.notes.select("note", "from").rows() == [("left", MAR)]
    assert dict(found.spells.schema) == SPELLS


def test_an_empty_list_is_a_list() -> None:
    found = spells(rows(("ca", JAN, "P", "dibao")), lists(("ca", JAN), ("ca", FEB)))
    assert found.spells["left_on"].to_list() == [FEB]


def test_who_stands_on_the_newest_list_is_open() -> None:
    found = spells(
        rows(("ca", FEB, "P", "dibao", date(2024, 7, 1)), ("ca", MAR, "P", "dibao", date(2024, 7, 1))), MONTHLY
    )
    assert found.spells.select("from", "to", "ended_by", "from_declared").rows() == [
        (date(2024, 7, 1), None, None, True)
    ]
    # Recognised from July on, yet the list of January did not have the person.
    assert found.notes.select("note", "from", "to").rows() == [("backward", date(2024, 7, 1), JAN)]


def test_a_declared_end_before_the_next_list_stands() -> None:
    found = spells(rows(("ca", JAN, "P", "dibao", None, date(2025, 1, 20))), MONTHLY)
    assert found.spells.select("to", "ended_by").rows() == [(date(2025, 1, 20), "declared")]
    later = spells(rows(("ca", JAN, "P", "dibao", None, date(2025, 12, 31))), MONTHLY)
    assert later.spells.select("to", "ended_by").rows() == [(date(2025, 2, 4), "left_list")]


def test_a_gap_and_an_overlap_are_two_intervals_and_told() -> None:
    back = rows(("ca", JAN, "P", "dibao"), ("ca", MAR, "P", "dibao"))
    found = spells(back, MONTHLY)
    assert found.spells.select("from", "to").rows() == [(JAN, date(2025, 2, 4)), (MAR, None)]
    assert ("gap", FEB, date(2025, 3, 4)) in found.notes.select("note", "from", "to").rows()
    backdated = spells(rows(("ca", JAN, "P", "dibao"), ("ca", MAR, "P", "dibao", date(2025, 1, 10))), MONTHLY)
    assert ("overlap", date(2025, 1, 10), date(2025, 2, 4)) in backdated.notes.select("note", "from", "to").rows()


def test_other_beginnings_and_rows_twice_are_told() -> None:
    given = rows(
        ("ca", FEB, "P", "dibao", date(2025, 2, 1)),
        ("ca", MAR, "P", "dibao", date(2025, 3, 1)),
        ("ca", MAR, "P", "dibao"),
    )
    found = spells(given, MONTHLY)
    assert found.spells["from"].to_list() == [date(2025, 2, 1)]
    assert {"from_changed", "twice_in_list"} <= set(found.notes["note"])


def test_sources_and_identities_are_apart_and_order_changes_nothing() -> None:
    given = rows(
        ("ca", JAN, "P", "dibao"), ("ca", MAR, "P", "dibao"), ("ca", FEB, "P", "tekun"), ("flags", FEB, "P", "dibao"),
        ("ca", JAN, "Q", "dibao"), ("ca", FEB, "Q", "dibao"), ("ca", MAR, "Q", "dibao"),
    )  # fmt: skip
    dates = pl.concat([MONTHLY, lists(("flags", FEB))])
    found = spells(given, dates)
    assert len(found.spells) == 5
    again = spells(given.reverse(), dates.reverse())
    assert again.spells.rows() == found.spells.rows()
    assert again.notes.rows() == found.notes.rows()


def test_rows_of_a_list_that_nobody_received() -> None:
    with pytest.raises(TableError, match="ca of 2025-04-05 is missing"):
        spells(rows(("ca", APR, "P", "dibao")), MONTHLY)


CADENCE = {"ca": (31, 10), "flags": (31, 10), "vets": (92, 30)}


def test_freshness_by_each_sources_own_rhythm() -> None:
    dates = lists(("ca", JAN), ("ca", MAR), ("flags", JAN), ("ca", APR))
    found = freshness(dates, CADENCE, as_of=date(2025, 3, 20))
    assert found.rows() == [
        ("ca", MAR, date(2025, 4, 15), False), ("flags", JAN, date(2025, 2, 15), True), ("vets", None, None, True),
    ]  # fmt: skip


DEATHS = pl.DataFrame(
    {"person": ["D"], "died_on": [date(2025, 2, 1)], "source": ["deaths"]},
    schema={"person": pl.String(), "died_on": pl.Date(), "source": pl.String()},
)


def told(given: pl.DataFrame, dates: pl.DataFrame, as_of: date) -> list[tuple[object, ...]]:
    found = conflicts(
        spells(given, dates).spells,
        DEATHS,
        freshness(dates, CADENCE, as_of=as_of),
        as_of=as_of,
        follows={"flags": ("ca", 31)},
    )
    assert dict(found.schema) == CONFLICTS
    return found.select("person", "conflict", "identity", "source", "other_source", "unconfirmed").rows()


BOTH = lists(("ca", JAN), ("ca", FEB), ("ca", MAR), ("flags", MAR))
SOON = date(2025, 3, 10)


@pytest.mark.req("AD03")
def test_identities_that_exclude_each_other() -> None:
    given = rows(
        ("ca", MAR, "P", "dibao"), ("flags", MAR, "P", "tekun"), ("ca", MAR, "Q", "tekun"), ("flags", MAR, "Q", "tekun")
    )
    assert ("P", "incompatible", "dibao", "ca", "flags", False) in told(given, BOTH, SOON)
    assert not [row for row in told(given, BOTH, SOON) if row[0] == "Q"]


def test_the_dead_on_a_list() -> None:
    given = rows(
        ("ca", JAN, "D", "dibao"), ("ca", FEB, "D", "dibao"), ("ca", MAR, "D", "dibao"), ("flags", MAR, "D", "dibao")
    )
    assert ("D", "recognised_but_dead", "dibao", "ca", "deaths", False) in told(given, BOTH, SOON)
    before = rows(("ca", JAN, "D", "dibao"))
    assert told(before, BOTH, SOON) == [], "left the list in time"


def test_recognised_but_not_flagged_and_the_reverse() -> None:
    given = rows(
        ("ca", JAN, "P", "dibao"), ("ca", FEB, "P", "dibao"), ("ca", MAR, "P", "dibao"),
        ("ca", MAR, "NEW", "dibao"), ("flags", MAR, "OLD", "dibao"),
    )  # fmt: skip
    assert told(given, BOTH, SOON) == [
        ("OLD", "not_recognised", "dibao", "flags", "ca", False), ("P", "not_followed", "dibao", "ca", "flags", False),
    ]  # fmt: skip


@pytest.mark.req("AD03")
def test_a_late_source_clears_nobody_and_accuses_nobody() -> None:
    """In June both lists are old: the silent one proves nothing, and what stands is marked as not confirmed."""
    given = rows(
        ("ca", JAN, "P", "dibao"), ("ca", FEB, "P", "dibao"), ("ca", MAR, "P", "dibao"), ("flags", MAR, "OLD", "dibao")
    )
    assert told(given, BOTH, date(2025, 6, 30)) == []
    clash = rows(("ca", MAR, "P", "dibao"), ("flags", MAR, "P", "tekun"))
    assert told(clash, BOTH, date(2025, 6, 30)) == [("P", "incompatible", "dibao", "ca", "flags", True)]
