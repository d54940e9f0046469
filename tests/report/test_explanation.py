"""One bill explained: text and page say the same numbers, in both languages, with the article of each step."""

from __future__ import annotations

from datetime import date, datetime, time

import polars as pl
import pytest

from report.test_pages import Page
from tuodi.report import render_explanation
from tuodi.settlement import Explanation, explain, load_law


@pytest.fixture(scope="module")
def explanation() -> Explanation:
    """A stay under Suqian's law: 低保, 20,000 in scope, 11,000 and 2,000 paid before assistance."""
    day = date(2024, 8, 5)
    claims = pl.DataFrame(
        {
            "claim_id": ["S1"],
            "person_id": ["P1"],
            "provider_level": ["secondary"],
            "setting": ["inpatient"],
            "purpose": ["illness"],
            "scheme": ["resident"],
            "discharged_on": [day],
            "settled_at": [datetime.combine(day, time(9))],
            "total": [2_500_000],
            "out_of_catalogue": [300_000],
            "over_limit": [0],
            "first_self_pay": [200_000],
            "in_scope": [2_000_000],
            "paid_basic": [1_100_000],
            "paid_catastrophic": [200_000],
        },
        schema_overrides={"settled_at": pl.Datetime("us")},
    )
    listed = pl.DataFrame({"person_id": ["P1"], "identity": ["dibao"], "from": [date(2023, 1, 1)]})
    return explain(load_law("cn/321300/2024"), claims, listed, "S1")


@pytest.mark.req("SP10", "EG08")
def test_the_page_shows_each_amount_with_its_arithmetic_and_article(explanation: Explanation) -> None:
    page = Page(render_explanation(explanation, "zh", "html"))
    assert not page.wrong
    assert page.bare_headers == 0
    for amount in ("25,000.00", "20,000.00", "11,000.00", "2,000.00", "5,600.00", "1,400.00", "6,400.00"):
        assert amount in page.said, amount
    assert "80%" in page.said.replace(" ", "")
    assert "宿迁市城市问答" in page.said


def test_text_and_page_hold_the_same_lines(explanation: Explanation) -> None:
    for lang in ("zh", "en"):
        said = Page(render_explanation(explanation, lang, "html")).said
        text = render_explanation(explanation, lang)
        arithmetic = [line.split("〔")[0].strip() for line in text.splitlines() if "×" in line]
        assert arithmetic
        assert all(line in said for line in arithmetic)


def test_the_english_page_is_english(explanation: Explanation) -> None:
    html = render_explanation(explanation, "en", "html")
    assert '<html lang="en">' in html
    assert "In scope" in html or "in scope" in html
    assert "政策范围内" not in html


def test_the_same_bill_gives_the_same_bytes(explanation: Explanation) -> None:
    assert render_explanation(explanation, "zh", "html") == render_explanation(explanation, "zh", "html")
