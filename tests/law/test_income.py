"""Income lines: who is inside to the fen, which line holds on a day, what a share comes to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tuodi.law import read_pack
from tuodi.law.income import last_admitted, lines_on
from tuodi.law.model import IncomeLine, Pack, Share, Unknown


@pytest.fixture(scope="module")
def qinglan() -> Pack:
    return read_pack("zz/000000/2024")


JULY = date(2024, 7, 1)


@pytest.mark.req("NI15")
@pytest.mark.parametrize(
    ("line", "last"),
    [
        (IncomeLine("dibao", 80_000), 79_999),  # under 800 yuan: 799.99 is inside, 800.00 is not
        (IncomeLine("dibao", 80_000, included=True), 80_000),
        (IncomeLine("dibao", 960_000, basis="yearly"), 79_999),  # under 9,600 a year
        (IncomeLine("dibao", 960_001, basis="yearly"), 80_000),  # 800.00 × 12 = 9,600.00 is under 9,600.01
        (IncomeLine("dibao", 960_011, included=True, basis="yearly"), 80_000),
        (IncomeLine("dibao", 960_012, included=True, basis="yearly"), 80_001),
        (IncomeLine("dibao", Unknown("not read")), None),
    ],
)
def test_the_last_fen_inside(qinglan: Pack, line: IncomeLine, last: int | None) -> None:
    assert last_admitted(qinglan, line, JULY) == last


def test_a_share_takes_the_year_that_the_pack_names(qinglan: Pack) -> None:
    """Up to 30 June the year before last: 30,001.50 is 2022's figure, 32,002.30 is 2023's."""
    half = IncomeLine("dibao_margin", Share(5_000, "resident_income"), included=True, basis="yearly")
    assert last_admitted(qinglan, half, date(2024, 6, 30)) == 1_500_075 // 12
    assert last_admitted(qinglan, half, JULY) == 1_600_115 // 12
    to_the_yuan = replace(half, line=Share(5_000, "resident_income", 100, "down"), basis="monthly")
    assert last_admitted(qinglan, to_the_yuan, JULY) == 1_600_100
    assert (
        last_admitted(qinglan, replace(half, line=Share(5_000, "rural_income")), JULY) is None
    )  # 2023 is not published


def test_of_several_lines_the_latest_that_has_come_holds(qinglan: Pack) -> None:
    def dibao(on: date) -> int | None:
        [line] = [one for one in lines_on(qinglan, on) if one.identity == "dibao"]
        return last_admitted(qinglan, line, on)

    assert dibao(date(2024, 6, 30)) == 79_999
    assert dibao(JULY) == 89_999
    assert [one.identity for one in lines_on(qinglan, JULY)] == ["tekun", "dibao", "dibao_margin", "other_hardship"]


@pytest.mark.req("NI15")
def test_before_the_first_line_begins_it_is_unknown() -> None:
    beijing = read_pack("cn/110000/2023")
    [dibao, low_income] = lines_on(beijing, date(2024, 6, 30))
    assert last_admitted(beijing, dibao, date(2024, 6, 30)) is None
    assert last_admitted(beijing, lines_on(beijing, JULY)[0], JULY) == 144_999
    assert isinstance(low_income.line, Unknown)
