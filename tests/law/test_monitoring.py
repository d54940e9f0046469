"""Monitoring lines on a day: whom, what, how much; the nation's where a pack sets none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tuodi.law import read_pack
from tuodi.law.frame import frame_of
from tuodi.law.model import Dates, Pack
from tuodi.law.monitoring import lines
from tuodi.law.on_day import amount_on, income_year


@pytest.fixture(scope="module")
def county() -> Pack:
    return read_pack("zz/000000/2024")


def test_an_amount_a_share_and_what_is_not_known(county: Pack) -> None:
    # Until 30 June the year before last holds: half of 18,000.00 of 2022; then 2023, which was not published.
    relapse, fall, stay = lines(county, date(2024, 6, 30))
    assert (relapse.amount, relapse.why) == (900_000, "")
    assert (relapse.measure, relapse.after, relapse.over, relapse.cadence) == (
        "self_in_scope", "catastrophic", "year", "ten_days",
    )  # fmt: skip
    assert (fall.amount, fall.over, fall.cadence) == (2_000_000, "twelve_months", "monthly")
    assert (stay.amount, stay.why) == (None, "附件没有读到")
    later = lines(county, date(2024, 7, 1))[0]
    assert (later.amount, later.why) == (None, "rural_income:2023")
    assert {line.of for line in lines(county, date(2024, 7, 1))} == {county.id}


def test_everyone_whom_no_other_line_names(county: Pack) -> None:
    relapse, fall, _stay = lines(county, date(2024, 1, 1))
    assert relapse.identities == ("unstable_exit", "margin_prone")
    assert (fall.identities, fall.but) == ((), ("unstable_exit", "margin_prone"))


def test_a_local_identity_is_watched_with_its_parent(county: Pack) -> None:
    line = replace(county.monitoring[0], identities=("unsupported_child",))
    (found,) = lines(replace(county, monitoring=(line,)), date(2024, 1, 1))
    assert found.identities == ("unsupported_child", "hardship_child")


def test_a_pack_without_lines_is_watched_by_the_nations() -> None:
    pack = read_pack("cn/321300/2024")
    frame = frame_of(pack)
    assert lines(pack, date(2024, 5, 1)) == ()
    relapse, fall = lines(pack, date(2024, 5, 1), frame)
    assert (relapse.id, relapse.of, relapse.amount, relapse.over) == ("monitoring_relapse", "cn/2021", None, "year")
    assert (relapse.measure, relapse.cadence) == ("unknown", "unknown")
    assert fall.but == relapse.identities == ("unstable_exit", "margin_prone", "sudden_hardship")
    income = read_pack("zz/000000/2024").reference["rural_income"]
    known = replace(pack, reference={"rural_income": income})
    assert [line.amount for line in lines(known, date(2023, 5, 1), frame)] == [900_000, 1_800_000]


@pytest.mark.parametrize(
    ("dates", "on", "year"),
    [
        (Dates(), date(2024, 1, 1), 2023),
        (Dates(income_year="before_previous"), date(2024, 12, 31), 2022),
        (Dates(year_starts=(4, 1)), date(2024, 3, 31), 2022),
        (Dates(year_starts=(4, 1)), date(2024, 4, 1), 2023),
        (Dates(income_until=(6, 30), income_until_year="before_previous"), date(2024, 6, 30), 2022),
        (Dates(income_until=(6, 30), income_until_year="before_previous"), date(2024, 7, 1), 2023),
        # The first 1 March on or after the beginning of the counter year lies in the next calendar year.
        (Dates(year_starts=(4, 1), income_until=(3, 1), income_until_year="before_previous"), date(2025, 3, 1), 2022),
        (Dates(year_starts=(4, 1), income_until=(3, 1), income_until_year="before_previous"), date(2025, 3, 2), 2023),
    ],
)
def test_the_year_of_the_income(dates: Dates, on: date, year: int) -> None:
    assert income_year(dates, on) == year


def test_no_limit_is_no_amount(county: Pack) -> None:
    from tuodi.law.model import NO_LIMIT, Share

    assert amount_on(county, NO_LIMIT, date(2024, 1, 1)) is None
    assert amount_on(county, Share(5000, "nobodys_income"), date(2024, 1, 1)) is None
    assert amount_on(county, 5, date(2024, 1, 1)) == 5
