"""The page on tables says what the program does; a spelling is one column; a reason is told in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import tuodi.exchange
from tuodi import vocabulary
from tuodi.exchange import describe_error, sentence
from tuodi.exchange._header import spellings
from tuodi.exchange._reasons import FILE_REASONS, REASONS, file_error
from tuodi.exchange._reference import reference
from tuodi.exchange._reference_sources import reference_sources
from tuodi.exchange._words import header_keys, value_key
from tuodi.tables import LISTS, SCHEMAS

ROOM = Path(tuodi.exchange.__file__).parent
PAGE = Path(__file__).parents[2] / "docs/reference/tables.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == reference(), (
        "renew it: python -m tuodi.exchange._reference > docs/reference/tables.md"
    )


def test_the_public_surface() -> None:
    assert tuodi.exchange.__all__ == [
        "FINDINGS",
        "Cadence",
        "Checked",
        "Delivery",
        "Difference",
        "FileMapping",
        "Guess",
        "LegalBasis",
        "Linked",
        "Peek",
        "Quality",
        "Reading",
        "Score",
        "SourceTemplate",
        "Suggestion",
        "TemplateColumn",
        "TemplateError",
        "UnknownColumn",
        "apply_difference",
        "check_claims",
        "check_identities",
        "check_reading",
        "check_readings",
        "column_of",
        "contradictions",
        "describe_error",
        "difference",
        "expected_by",
        "fingerprint",
        "is_stale",
        "join_readings",
        "link_persons",
        "load_template",
        "peek",
        "people_set_aside",
        "quality",
        "read_delivery",
        "read_delivery_pieces",
        "read_piece",
        "read_table",
        "read_tables",
        "recognise",
        "sent_again",
        "sentence",
        "source_templates",
        "suggest_mapping",
        "tidy_names",
        "write_quarantine",
        "write_table",
    ]


@pytest.mark.parametrize("table", [*SCHEMAS, *LISTS])
def test_a_spelling_means_one_column(table: str) -> None:
    taken: dict[str, str] = {}
    for column, names in vocabulary.aliases(table).items():
        for name in names:
            key = header_keys(name)[0]
            assert taken.setdefault(key, column) == column, f"{table}: {name}"
    known = {**SCHEMAS, **LISTS}[table].columns.keys() | {"refund_flag"}
    assert {column for column, _ in spellings(table).values()} <= known


@pytest.mark.req("AD02")
@pytest.mark.parametrize("name", [*vocabulary.CODE_SETS, "change", "layer", "measure"])
def test_a_value_means_one_code(name: str) -> None:
    taken: dict[str, str] = {}
    for value, code in vocabulary.value_map(name).items():
        assert taken.setdefault(value_key(value), code) == code, f"{name}: {value}"
        assert name not in vocabulary.CODE_SETS or code in vocabulary.codes(name)
    for mark in ("unverified", "ambiguous"):
        for value in vocabulary.marked_values(mark, name):
            assert (value_key(value) in taken) == (mark == "unverified"), f"{name}: {value}"


def test_every_reason_is_used_and_said_in_both_languages() -> None:
    code_text = "\n".join(path.read_text("utf-8") for path in ROOM.glob("*.py") if path.name != "_reasons.py")
    words = {"found": "x", "expected": "y", "row": 1, "byte": 2}
    for code in [*REASONS, *FILE_REASONS]:
        assert f'"{code}"' in code_text, f"{code} is never given"
        chinese, english = sentence(code, "zh", **words), sentence(code, "en", **words)
        assert chinese != english
        assert not re.search(r"[\u4e00-\u9fff]", english.replace("是 or 否", "")), english


def test_an_error_speaks_both_languages() -> None:
    error = file_error("empty", "a.csv")
    assert str(error) == describe_error(error, "en") == "a.csv: the file is empty"
    assert describe_error(error) == "a.csv: 文件是空的"


def test_the_page_of_sources_is_up_to_date() -> None:
    page = PAGE.with_name("sources.md").read_text("utf-8")
    assert page == reference_sources(), (
        "renew it: python -m tuodi.exchange._reference_sources > docs/reference/sources.md"
    )
