"""What the room shows to others, its words, and how well it links invented people."""

from __future__ import annotations

import subprocess
import sys

import polars as pl
import pytest

from tuodi import identity
from tuodi.errors import UsageError
from tuodi.identity import WORDS, Thresholds, evaluate, link, word


def test_the_public_surface() -> None:
    assert sorted(identity.__all__) == [
        "CHECKS", "CONFLICTS", "CONTRADICTIONS", "Certificate", "Households", "INCOMPATIBLE", "KINDS", "LINKS", "Links",
        "SPELLS", "Spells", "Thresholds", "WEIGHTS", "WORDS", "after_death", "between_sources", "check_character",
        "clean_numbers", "conflicts", "duplicates", "evaluate", "freshness", "households", "insured_twice", "link",
        "read_certificate", "spells", "tidy_address", "tidy_name", "tidy_phone", "tidy_sex", "word",
    ]  # fmt: skip


def test_splink_and_duckdb_are_loaded_only_where_a_likelihood_is_needed() -> None:
    code = "import sys, tuodi.identity; print([m for m in ('splink', 'duckdb') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(("group", "code"), [(group, code) for group, codes in WORDS.items() for code in codes])
def test_every_code_has_words_in_both_languages(group: str, code: str) -> None:
    chinese, english = word(group, code), word(group, code, "en")
    assert chinese
    assert english.isascii()


def test_a_code_without_words() -> None:
    with pytest.raises(UsageError, match="did you mean 'same_number'"):
        word("rule", "same_numbr")


LINKED = pl.DataFrame(
    {
        "record_id": ["a", "b", "c", "d", "e", "f", "g"],
        "outcome": ["linked", "linked", "review", "new", "new", "new", "new"],
        "person": ["P1", "P9", None, "new:1", "new:2", "new:2", "new:3"],
    }
)
TRUTH = pl.DataFrame(
    {
        "record_id": ["a", "b", "c", "d", "e", "f", "g"],
        "truth": ["P1", "P2", "P3", "P4", "X", "Y", "X"],
        "known": ["P1", "P2", "P3", "P4", None, None, None],
    }
)


def test_precision_and_recall_by_hand() -> None:
    row = evaluate(LINKED, TRUTH).row(0, named=True)
    assert row == {
        "group": "all", "records": 7, "known": 4, "linked": 2, "right": 1, "wrong": 1, "review": 1, "missed": 1,
        "new_mixed": 2, "new_split": 2, "precision": 0.5, "recall": 0.25,
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.req("NI06")
@pytest.mark.parametrize("insurer", [True, False])
def test_invented_people_are_found(insurer: bool) -> None:
    """The aims of the issue on 30,000 people; ``benchmarks/linkage.py`` measures 200,000 and more."""
    from benchmarks.linkage_people import county

    made = county(30_000, seed=3)
    records = made.records if insurer else made.records.drop("person_id")
    found = link(records, made.register, thresholds=Thresholds(), once=("civil_affairs", "disabled", "enrolment"))
    truth = made.truth.with_columns(usable=pl.col("kind").is_in(["right", "changed", "relative"]))
    usable, without = evaluate(found.links, truth, "usable").sort("usable", descending=True).rows(named=True)
    assert usable["precision"] >= 0.999
    assert usable["recall"] >= 0.99
    assert without["precision"] >= 0.99
    assert without["recall"] >= 0.9
