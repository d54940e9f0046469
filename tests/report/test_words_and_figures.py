"""Amounts, masks and bars: what a page is made of."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuodi.money import parse_yuan
from tuodi.report.figures import Segment, Step, bar, waterfall
from tuodi.report.words import day, grouped, mask_certificate, mask_name, percent, span


@pytest.mark.parametrize(
    ("fen", "text"),
    [(0, "0.00"), (1, "0.01"), (100_000, "1,000.00"), (-123_456_789, "−1,234,567.89"), (99_999, "999.99")],
)
def test_an_amount_has_two_decimals_and_groups(fen: int, text: str) -> None:
    assert grouped(fen) == text


def test_an_amount_that_is_not_known_is_never_zero() -> None:
    assert grouped(None) == "—"


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_what_is_shown_can_be_typed_back_in(fen: int) -> None:
    assert parse_yuan(grouped(fen).replace("−", "-")) == fen


@pytest.mark.parametrize(
    ("points", "text"), [(7000, "70 %"), (6250, "62.5 %"), (10_000, "100 %"), (333, "3.33 %"), (0, "0 %")]
)
def test_a_rate(points: int, text: str) -> None:
    assert percent(points) == text


def test_a_name_and_a_number_are_masked() -> None:
    assert mask_name("欧阳小梅") == "欧***"
    assert mask_name("王") == "王*"
    assert mask_name(None) == ""
    assert mask_certificate("990101194502030410") == "990101********0410"
    assert mask_certificate("12345678") == "******78"
    assert mask_certificate(None) == ""


def test_a_period_may_be_open() -> None:
    assert span(date(2024, 1, 1), None) == "2024-01-01 —"
    assert day(None) == ""


def test_a_waterfall_hangs_each_payment_from_what_is_left() -> None:
    lines = waterfall(
        [
            Step("总", 1000, "total"),
            Step("外", 200, "cut"),
            Step("内", 800, "sub"),
            Step("基本", 500, "pay"),
            Step("救助", 300, "aid"),
            Step("个人", 0, "self"),
        ]
    )
    assert [line.segment for line in lines] == [
        Segment(0, 10_000),
        Segment(8000, 2000),
        Segment(0, 8000),
        Segment(3000, 5000),
        Segment(0, 3000),
        Segment(0, 0),
    ]


def test_after_an_unknown_amount_nothing_is_drawn_until_a_sum_is_known() -> None:
    lines = waterfall(
        [Step("总", 1000, "total"), Step("基本", None, "pay"), Step("救助", 300, "aid"), Step("个人", 200, "own")]
    )
    assert [line.segment for line in lines] == [Segment(0, 10_000), None, None, Segment(0, 2000)]
    assert "unknown" in lines[1].svg
    assert "rect" not in lines[1].svg


def test_a_bar_is_hidden_from_a_screen_reader_and_a_thin_one_is_still_seen() -> None:
    thin = bar(Segment(5000, 3), "pay")
    assert 'aria-hidden="true"' in thin
    assert "<line" in thin
    assert "<line" not in bar(Segment(5000, 3000), "pay")
    assert "<line" not in bar(Segment(5000, 0), "pay")


def test_a_tiny_amount_is_drawn_and_nothing_is_not() -> None:
    lines = waterfall([Step("总", 10**9, "total"), Step("外", 1, "cut"), Step("超", 0, "cut")])
    assert [line.segment.width for line in lines if line.segment] == [10_000, 1, 0]


def test_the_bars_of_nothing_do_not_divide_by_zero() -> None:
    assert waterfall([Step("总", 0, "total")])[0].segment == Segment(0, 0)
