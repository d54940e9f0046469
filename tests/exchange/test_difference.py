"""A new list against what is known: nothing is lost, nothing is deleted, and an older list changes nothing newer."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuodi.errors import TableError, UsageError
from tuodi.exchange import Difference, apply_difference, difference

pytestmark = pytest.mark.req("NI20")

SCHEMA = {"person_id": pl.String(), "person_name": pl.String(), "year": pl.Int64(), "amount": pl.Int64()}
KEY = ("person_id", "year")
MARCH, APRIL = date(2024, 3, 31), date(2024, 4, 30)

ROW = st.tuples(
    st.sampled_from(["P1", "P2", "P3", None]), st.sampled_from(["甲", "乙", None]), st.sampled_from([2023, 2024]),
    st.integers(0, 3) | st.none(),
)  # fmt: skip
ROWS = st.lists(ROW, max_size=8)


def table(rows: list[tuple[object, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def compare(old: pl.DataFrame, new: pl.DataFrame, mode: str = "full", **options: object) -> Difference:
    return difference(old, new, KEY, mode, MARCH, **options)  # type: ignore[arg-type]


def contents(frame: pl.DataFrame) -> list[tuple[object, ...]]:
    return sorted(frame.select(list(SCHEMA)).rows(), key=repr)


@given(ROWS, ROWS)
@settings(max_examples=200, deadline=None)
def test_applied_it_gives_the_new_list(one: list[tuple[object, ...]], other: list[tuple[object, ...]]) -> None:
    old, new = table(one), table(other)
    found = compare(old, new)
    assert contents(apply_difference(old, found)) == contents(new)
    assert found.unchanged + found.changed.height + found.added.height == new.height
    assert found.unchanged + found.changed.height + found.removed.height == old.height


@given(ROWS)
@settings(deadline=None)
def test_the_same_file_twice_changes_nothing(rows: list[tuple[object, ...]]) -> None:
    for mode in ("full", "increment"):
        found = compare(table(rows), table(rows[::-1]), mode)
        assert found.empty
        assert not found.changes.height
        assert found.unchanged == len(rows)


@given(ROWS, ROWS)
@settings(deadline=None)
def test_an_increment_removes_nobody(one: list[tuple[object, ...]], other: list[tuple[object, ...]]) -> None:
    old, new = table(one), table(other)
    found = compare(old, new, "increment")
    assert not found.removed.height
    after = apply_difference(old, found)
    again = compare(after, new, "increment")
    assert not again.added.height
    assert after.height == old.height + found.added.height


@given(ROWS, ROWS)
@settings(deadline=None)
def test_an_older_list_changes_nothing(one: list[tuple[object, ...]], other: list[tuple[object, ...]]) -> None:
    old, new = table(one), table(other)
    found = difference(old, new, KEY, "full", MARCH, known_as_of=APRIL)
    assert found.stale
    assert found.empty
    assert found.older.height + found.unchanged == new.height
    assert contents(apply_difference(old, found)) == contents(old)


def test_a_change_is_told_cell_by_cell() -> None:
    old, new = (
        table([("P1", "甲", 2024, 1), ("P2", "乙", 2024, 2)]),
        table([("P1", "丙", 2024, 5), ("P2", "乙", 2024, 2)]),
    )
    found = compare(old, new)
    assert found.changes.rows() == [("P1", 2024, 0, "person_name", "甲", "丙"), ("P1", 2024, 0, "amount", "1", "5")]
    assert found.unchanged == 1


def test_who_is_missing_left_on_the_day_of_the_list() -> None:
    found = compare(table([("P1", "甲", 2024, 1), ("P2", "乙", 2024, 2)]), table([("P1", "甲", 2024, 1)]))
    assert found.removed.select("person_id", "left_list_on").rows() == [("P2", MARCH)]


def test_a_list_of_one_year_says_nothing_of_another() -> None:
    found = compare(
        table([("P1", "甲", 2023, 1), ("P2", "乙", 2024, 2)]), table([("P3", "丙", 2024, 1)]), within=["year"]
    )
    assert found.removed["person_id"].to_list() == ["P2"]


def test_who_may_stand_in_a_row_that_was_set_aside_has_not_left() -> None:
    held = pl.DataFrame(
        {"person_id": [None, "P2"], "person_name": ["甲", None]}, schema_overrides={"person_id": pl.String()}
    )
    old = table([("P1", "甲", 2024, 1), ("P2", "乙", 2024, 2), ("P3", "丙", 2024, 3)])
    found = compare(old, table([]), held=held)
    assert found.removed["person_id"].to_list() == ["P3"]
    assert found.held["person_id"].to_list() == ["P1", "P2"]
    assert apply_difference(old, found)["person_id"].to_list() == ["P1", "P2"]


def test_a_file_without_a_column_does_not_empty_it() -> None:
    old, new = table([("P1", "甲", 2024, 1)]), table([("P1", None, 2024, 2)])
    found = compare(old, new, columns=["person_id", "year", "amount"])
    assert found.changed.select(list(SCHEMA)).rows() == [("P1", "甲", 2024, 2)]
    assert found.changes["column"].to_list() == ["amount"]


def test_each_row_may_have_a_day_of_its_own() -> None:
    old = table([("P1", "甲", 2024, 1), ("P2", "乙", 2024, 2), ("P3", "丙", 2024, 2)])
    old = old.with_columns(as_of=pl.Series([APRIL, date(2024, 2, 29), APRIL]))
    found = compare(old, table([("P1", "甲", 2024, 9), ("P2", "乙", 2024, 9)]))
    assert found.changed["person_id"].to_list() == ["P2"]
    assert found.older["person_id"].to_list() == ["P1"]
    assert not found.removed.height


def test_columns_of_ours_are_carried() -> None:
    old = table([("P1", "甲", 2024, 1), ("P2", "乙", 2024, 2)]).with_columns(id=pl.Series([11, 12]))
    found = compare(old, table([("P1", "甲", 2024, 9)]), carry=["id"])
    assert (found.changed["id"].to_list(), found.removed["id"].to_list()) == ([11], [12])


def test_rows_of_one_key_are_reported_and_paired() -> None:
    old = table([("P1", "甲", 2024, 1), ("P1", "甲", 2024, 2)])
    found = compare(old, table([("P1", "甲", 2024, 2), ("P1", "甲", 2024, 1), ("P1", "甲", 2024, 3)]))
    assert (found.unchanged, found.added["amount"].to_list()) == (2, [3])
    assert found.duplicates["copies"].to_list() == [3, 3, 3]


def test_a_key_that_is_not_there() -> None:
    with pytest.raises(TableError, match="incoming: column 'year' is missing"):
        compare(table([]), table([]).drop("year"))
    with pytest.raises(UsageError, match="'full' or 'increment'"):
        compare(table([]), table([]), "part")


@pytest.mark.parametrize(
    ("held", "kept"),
    [
        ({"person_id": "P2", "person_name": "甲"}, ["P2"]),  # a number that can be read decides alone
        ({"person_name": "甲"}, ["P1", "P3"]),
        ({"person_name": "甲", "village": "丁村"}, ["P3"]),
        ({"person_name": "甲", "certificate_as_written": "990101195604120O16"}, ["P1"]),
        ({"person_name": "甲", "certificate_as_written": "99010119560412001"}, ["P1"]),
        ({"person_name": "甲", "certificate_as_written": "990101195604210016"}, ["P1"]),
        ({"person_name": "甲", "certificate_as_written": "9901011"}, []),
        ({"person_name": "戊"}, []),
    ],
)
def test_of_one_name_only_who_may_be_meant_stays(held: dict[str, str], kept: list[str]) -> None:
    names = ["person_id", "person_name", "certificate", "village", "year"]
    rows = [
        ("P1", "甲", "990101195604120016", "丙村", 2024),
        ("P2", "乙", "990101195604120024", "丙村", 2024),
        ("P3", "甲", "990101201102030053", "丁村", 2024),
    ]
    old = pl.DataFrame(rows, schema=names, orient="row")
    texts = dict.fromkeys(["person_id", "person_name", "village", "certificate_as_written"], pl.String())
    found = difference(old, old.clear(), KEY, "full", MARCH, held=pl.DataFrame([held], schema=texts))
    assert found.held["person_id"].to_list() == kept
    assert found.removed.height == 3 - len(kept)
