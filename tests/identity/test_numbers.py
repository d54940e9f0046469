"""Certificates, phones, names, sexes and addresses as they are typed."""

from __future__ import annotations

from dataclasses import astuple
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.material import number
from tuodi.identity import (
    KINDS,
    check_character,
    clean_numbers,
    read_certificate,
    tidy_address,
    tidy_name,
    tidy_phone,
    tidy_sex,
)

RIGHT = number("19560412", 101)
DATES = st.dates(date(1900, 1, 1), date(1999, 12, 31))


@st.composite
def numbers(draw: st.DrawFn) -> str:
    return number(f"{draw(st.dates(date(1900, 1, 1), date(2026, 1, 1))):%Y%m%d}", draw(st.integers(0, 999)))


def test_the_standards_own_weights() -> None:
    # GB 11643-1999, the example in its annex with the area digits of the invented region:
    # 9·7 + 9·9 + 0·10 + 1·5 + 2·8 + 1·4 + 1·2 + 9·1 + 5·6 + 6·3 + 0·7 + 4·9 + 1·10 + 2·5 + 1·8 + 0·4 + 1·2 = 294
    # 294 mod 11 = 8, the ninth of 1 0 X 9 8 7 6 5 4 3 2 is 4
    assert check_character("99012119560412101") == "4"


@pytest.mark.req("AD03")
@pytest.mark.parametrize(
    ("typed", "kind", "found"),
    [
        (RIGHT, "resident_id", RIGHT),
        (f" {RIGHT[:6]} {RIGHT[6:14]} {RIGHT[14:]} ", "resident_id", RIGHT),
        (f"'{RIGHT}", "resident_id", RIGHT),
        (RIGHT.translate({ord(str(d)): chr(0xFF10 + d) for d in range(10)}), "resident_id", RIGHT),
        ("990121560412101", "resident_id", RIGHT),
        ("99012119560412105x", "resident_id", None),
        ("G" + RIGHT, "student_number", RIGHT),
        (RIGHT + "43", "disability_certificate", RIGHT),
        (RIGHT + "43B1", "disability_certificate", RIGHT),
        (RIGHT + "b", "other", None),
        ("E12345678", "passport", "E12345678"),
        ("ea1234567", "passport", "EA1234567"),
        ("H1234567890", "other", "H1234567890"),
        ("军字第0012345号", "other", None),
        ("", "none", None),
        ("  无 ", "none", None),
        (None, "none", None),
        ("9.90121195604121E+17", "other", None),
        ("990121********1014", "other", None),
        (RIGHT[:17], "other", None),
    ],
)
def test_each_kind_as_it_is_typed(typed: str | None, kind: str, found: str | None) -> None:
    read = read_certificate(typed)
    assert (read.kind, read.number) == (kind, found)
    assert kind in KINDS


def _eighteen(start: str) -> str:
    body = start + "19800102001"
    return body + check_character(body)


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        ("810000", "resident_permit"),
        ("820000", "resident_permit"),
        ("830000", "resident_permit"),
        ("931156", "foreign_permanent"),
        ("990121", "resident_id"),
        ("990199", "resident_id"),
    ],
)
def test_permits_foreigners_and_invented_people_are_told_apart(start: str, kind: str) -> None:
    assert read_certificate(_eighteen(start)).kind == kind
    assert clean_numbers(pl.Series([_eighteen(start)]))["kind"].item() == kind


def test_what_a_number_says() -> None:
    read = read_certificate(RIGHT + "43B2")
    assert (read.birth_date, read.sex, read.category, read.grade) == (date(1956, 4, 12), "male", "4", "3")
    assert read_certificate(number("20010203", 102)).sex == "female"


@pytest.mark.parametrize(
    ("typed", "problem", "expected"),
    [
        (RIGHT[:17] + "5", "check", RIGHT[17]),
        ("990121195602300018", "birth", None),
        ("990121186602010018", "birth", None),
        (RIGHT[:17], "length", None),
        (RIGHT + "1", "length", None),
        ("9.90121195604121E+17", "digits_lost", None),
        ("990121********1014", "masked", None),
        (RIGHT + "91", "disability_digits", None),
    ],
)
def test_what_is_wrong_is_said(typed: str, problem: str, expected: str | None) -> None:
    read = read_certificate(typed)
    assert (read.problem, read.expected) == (problem, expected)
    assert (read.number is None) == (problem != "disability_digits")


@pytest.mark.req("AD03")
@given(DATES, st.integers(0, 999))
def test_fifteen_digits_become_the_eighteen_of_the_same_person(born: date, sequence: int) -> None:
    new = number(f"{born:%Y%m%d}", sequence)
    old = new[:6] + new[8:17]
    assert read_certificate(old).number == new
    assert read_certificate(new).birth_date == born


@pytest.mark.req("AD03")
@given(numbers(), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_one_wrong_digit_is_always_caught(right: str, place: int, other: str) -> None:
    typed = right[:place] + other + right[place + 1 :]
    assert (read_certificate(typed).number == typed) == (typed == right)


@given(numbers(), st.integers(0, 15))
def test_two_neighbours_exchanged_are_always_caught(right: str, place: int) -> None:
    typed = right[:place] + right[place + 1] + right[place] + right[place + 2 :]
    assert (read_certificate(typed).number == typed) == (typed == right)


TYPED = st.one_of(
    numbers(), numbers().map(str.lower), numbers().map(lambda n: n + "71"), numbers().map(lambda n: "G" + n),
    numbers().map(lambda n: n[:6] + n[8:17]), numbers().map(lambda n: n[:17] + "0"),
    st.from_regex(r"[1-9][0-9]{16}[0-9Xx]", fullmatch=True), st.text(max_size=22), st.none(),
)  # fmt: skip


@given(st.lists(TYPED, max_size=12))
def test_a_column_is_read_as_its_cells_are(typed: list[str | None]) -> None:
    column = clean_numbers(pl.Series("c", typed, dtype=pl.String()))
    assert [row[:-1] for row in column.rows()] == [astuple(read_certificate(text)) for text in typed]


def test_columns_of_their_own_are_held_against_the_number() -> None:
    found = clean_numbers(
        pl.Series([RIGHT, RIGHT, RIGHT, None]),
        pl.Series([date(1956, 4, 12), date(1956, 4, 21), None, date(1956, 4, 12)]),
        pl.Series(["male", "female", None, "male"]),
    )
    assert found["contradiction"].to_list() == [None, "birth_date;sex", None, None]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("13912345678", "13912345678"),
        ("+86 139-1234-5678", "13912345678"),
        ("008613912345678", "13912345678"),
        ("１３９１２３４５６７８", "13912345678"),
        ("13912345678.0", "13912345678"),
        ("13912345678、13700001111", "13912345678"),
        ("无/13912345678", "13912345678"),
        ("0578-3123456", "05783123456"),
        ("139123456", None),
        ("13800000000", None),
        ("1391234567890", None),
        ("", None),
    ],
)
def test_phones(typed: str, found: str | None) -> None:
    assert tidy_phone(pl.Series([typed])).item() == found


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (" 王　伟 ", "王伟"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽．买买提", "阿依古丽·买买提"),
        ("王□", "王?"),
        ("王伟（已迁出）", "王伟"),
        ("王㛃", "王㛃"),
        ("无", None),
        ("??", None),
    ],
)
def test_names(typed: str, found: str | None) -> None:
    assert tidy_name(pl.Series([typed])).item() == found


def test_sexes_and_addresses() -> None:
    assert tidy_sex(pl.Series(["男", "2", "１", "0", "9", None, "女性"])).to_list() == [
        "male", "female", "male", None, None, None, "female",
    ]  # fmt: skip
    assert tidy_address(pl.Series([" 青禾镇，上溪村 １２号", "青禾镇上溪村12号", ""])).to_list() == [
        "青禾镇上溪村12号", "青禾镇上溪村12号", None,
    ]  # fmt: skip


def test_an_empty_column() -> None:
    assert clean_numbers(pl.Series([], dtype=pl.String())).is_empty()
    assert clean_numbers(pl.Series([None, None], dtype=pl.String()))["kind"].to_list() == ["none", "none"]
