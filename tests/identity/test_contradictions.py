"""What sources say differently of one person."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from identity.material import number
from tuodi.identity import CONTRADICTIONS, after_death, between_sources, insured_twice

OLD, NEW = date(2025, 1, 5), date(2025, 2, 5)
WANG = number("19560412", 101)


def said(*rows: dict[str, object]) -> pl.DataFrame:
    schema = {
        "person": pl.String(), "source": pl.String(), "as_of": pl.Date(), "certificate": pl.String(),
        "person_name": pl.String(), "birth_date": pl.Date(), "sex": pl.String(), "region": pl.String(),
        "died_on": pl.Date(),
    }  # fmt: skip
    whole = [{"person": "P", "as_of": NEW, **row} for row in rows]
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in whole], schema=schema)


@pytest.mark.req("AD03")
def test_each_value_with_source_and_date() -> None:
    found = between_sources(
        said(
            {"source": "ca", "birth_date": date(1956, 4, 12), "sex": "男"},
            {"source": "dpf", "birth_date": date(1956, 4, 21), "sex": "1"},
        )
    )
    assert found.rows() == [
        ("P", "differs", "birth_date", "1956-04-12", "ca", NEW),
        ("P", "differs", "birth_date", "1956-04-21", "dpf", NEW),
    ]  # fmt: skip
    assert dict(found.schema) == CONTRADICTIONS


def test_the_same_written_otherwise_is_no_contradiction() -> None:
    found = between_sources(
        said(
            {"source": "a", "certificate": WANG, "person_name": "王 德福", "sex": "男"},
            {"source": "b", "certificate": WANG.lower() + "43", "person_name": "王德福", "sex": "1"},
        )
    )
    assert found.is_empty()


def test_names_that_a_slip_explains_are_alike() -> None:
    alike = between_sources(said({"source": "a", "person_name": "王德福"}, {"source": "b", "person_name": "王徳福"}))
    other = between_sources(said({"source": "a", "person_name": "王德福"}, {"source": "b", "person_name": "李秀兰"}))
    assert set(alike["contradiction"]) == {"alike"}
    assert set(other["contradiction"]) == {"differs"}


def test_only_the_newest_of_a_source_counts() -> None:
    found = between_sources(
        said(
            {"source": "a", "person_name": "王德富", "as_of": OLD},
            {"source": "a", "person_name": "王德福"},
            {"source": "b", "person_name": "王德福"},
        )
    )
    assert found.is_empty()


def test_what_the_number_says_against_its_own_row() -> None:
    found = between_sources(said({"source": "a", "certificate": WANG, "birth_date": date(1956, 12, 4), "sex": "女"}))
    assert found.rows() == [
        ("P", "number_says", "birth_date", "1956-04-12", "a", NEW), ("P", "number_says", "sex", "male", "a", NEW),
    ]  # fmt: skip


def enrolled(*rows: tuple[object, ...]) -> pl.DataFrame:
    schema = {
        "person": pl.String(), "source": pl.String(), "year": pl.Int64(), "scheme": pl.String(),
        "insured_region": pl.String(), "paused_on": pl.Date(),
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


@pytest.mark.req("AD03")
def test_two_running_insurances() -> None:
    found = insured_twice(
        enrolled(
            ("P", "a", 2025, "resident", "990121", None), ("P", "b", 2025, "employee", "990100", None),
            ("Q", "a", 2025, "resident", "990121", OLD), ("Q", "b", 2025, "employee", "990100", None),
            ("R", "a", 2024, "resident", "990121", None), ("R", "b", 2025, "employee", "990100", None),
        ),
        as_of=NEW,
    )  # fmt: skip
    assert found.select("person", "value", "source").rows() == [
        ("P", "2025 employee 990100", "b"), ("P", "2025 resident 990121", "a"),
    ]  # fmt: skip


def test_life_after_death() -> None:
    deaths = pl.DataFrame(
        {"person": ["P", "P", "Q"], "source": ["d", "e", "d"], "died_on": [OLD, NEW, OLD]},
        schema_overrides={"died_on": pl.Date()},
    )
    events = pl.DataFrame(
        {
            "person": ["P", "P", "Q"],
            "source": ["ca", "ca", "ca"],
            "on": [NEW, OLD, OLD],
            "what": ["paid", "paid", "paid"],
        }
    )
    assert after_death(deaths, events).rows() == [
        ("P", "after_death", "died_on", "2025-01-05", "d", OLD), ("P", "after_death", "paid", "2025-02-05", "ca", NEW),
    ]  # fmt: skip
