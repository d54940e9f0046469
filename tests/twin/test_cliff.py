"""The cliff: sums by hand, lines to the fen, unknown lines, and the oracle's word for every stretch."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from settlement.agree import PACKS
from tuodi import oracle, tables
from tuodi.errors import UsageError
from tuodi.law import read_pack
from tuodi.law.model import Pack, Unknown
from tuodi.twin import Cliff, cliff_of, default_day
from tuodi.twin.words import difference_words

FACTS: dict[str, Any] = {
    "setting": "inpatient", "provider_level": "tertiary", "scheme": "resident", "person_type": "adult",
    "purpose": "illness", "place": "local", "authorisation": "none_needed",
}  # fmt: skip
BILL = {**FACTS, "in_scope": 5_000_000, "out_of_catalogue": 1_000_000, "paid_basic": 2_500_000,
        "paid_catastrophic": 300_000}  # fmt: skip
LARGE = {**FACTS, "in_scope": 8_000_000, "out_of_catalogue": 1_000_000}


@pytest.fixture(scope="module")
def suqian() -> Cliff:
    pack = read_pack("cn/321300/2024", [PACKS])
    lines = {"dibao": 71_000, "dibao_margin": 106_500}
    return cliff_of(pack, [BILL], date(2024, 6, 1), assumed=lines, limit=500_000)


@pytest.fixture(scope="module")
def beijing() -> Cliff:
    return cliff_of(read_pack("cn/110000/2023", [PACKS]), [LARGE], date(2024, 7, 1))


@pytest.fixture(scope="module")
def qinglan() -> Cliff:
    bill = {**LARGE, "provider_level": "grade_3a", "birth_date": date(1980, 1, 1), "diagnosis": "C50"}
    return cliff_of(read_pack("zz/000000/2024", [PACKS]), [bill], date(2024, 7, 1), limit=1_000_000)


@pytest.mark.req("NI14")
def test_suqian_by_hand(suqian: Cliff) -> None:
    """After 25,000 and 3,000 in-scope 22,000 are left. Dibao: 4,400 of them; margin: 22,000 − (22,000 − 3,000) × 70 %
    = 8,700; everyone else 22,000. With the 10,000 outside the catalogue 14,400, 18,700 and 32,000."""
    found = [(one.low, one.high, one.outcomes[0].identity, one.burden()) for one in suqian.stretches]
    assert found == [
        (0, 70_999, "dibao", (1_440_000, 1_440_000)),
        (71_000, 106_499, "dibao_margin", (1_870_000, 1_870_000)),
        (106_500, None, "", (3_200_000, 3_200_000)),
    ]
    assert [one.outcomes[0].self_in_scope for one in suqian.stretches] == [440_000, 870_000, 2_200_000]
    first, second = suqian.steps
    assert (first.last, first.rise, first.over_limit, first.assumed) == (70_999, (430_000, 430_000), "", True)
    assert (second.last, second.rise, second.over_limit) == (106_499, (1_330_000, 1_330_000), "yes")
    assert suqian.largest == 1_330_000


@pytest.mark.req("NI14")
def test_how_far_income_must_rise_to_catch_up(suqian: Cliff) -> None:
    """4,300 ÷ (12 × 3) = 119.444… per head and month: 119.45 more leave as much as the line does, 119.44 less."""
    step = suqian.steps[0]
    assert step.catch_up == 11_945
    assert step.last is not None

    def left(income: int) -> int:
        burden = next(one for one in suqian.stretches if one.high is None or income <= one.high).burden()
        assert burden is not None
        return income * 12 * 3 - burden[0]

    assert left(step.last + step.catch_up) >= left(step.last)
    assert left(step.last + step.catch_up - 1) < left(step.last)


def test_the_rules_that_make_a_step(suqian: Cliff) -> None:
    said = [difference_words(suqian.pack, one, "en") for one in suqian.steps[0].rows]
    assert [(one.what, one.before, one.after) for one in said] == [
        ("medical assistance: deductible", "0.00 yuan", "3,000.00 yuan"),
        ("medical assistance: rate", "80%", "70%"),
    ]
    assert all("2024-06-07" in one.cite for one in said)
    [gate] = suqian.steps[1].rows
    assert (gate.what, gate.before, gate.after) == ("gate", 1, 0)


@pytest.mark.req("NI14")
def test_every_step_of_the_invented_county_with_its_article(qinglan: Cliff) -> None:
    found = {
        step.line.identity: {(one.layer, one.what, one.detail): (one.before, one.after) for one in step.rows}
        for step in qinglan.steps
    }
    assert found["dibao"]["assistance", "deductible", ""] == (0, 150_000)
    assert found["dibao"]["catastrophic", "deductible", ""] == (800_000, 1_600_115)  # 25 % down to the yuan; 50 %
    assert found["dibao"]["catastrophic", "rate", "1"] == (6_500, 6_000)
    assert found["dibao"]["tilt", "cap", "year"] == (7_000_000, 4_500_000)
    assert found["tekun"]["guarantee", "gate", ""] == (1, 0)
    assert found["dibao_margin"] == {("assistance", "gate", ""): (1, 0), ("tilt", "gate", ""): (1, 0)}
    for step in qinglan.steps:
        assert all(one.cites_before for one in step.rows)


def test_the_margin_of_the_invented_county_is_half_of_a_yearly_income(qinglan: Cliff) -> None:
    """Half of 32,002.30 is 16,001.15 a year, the line itself inside: 1,333.42 × 12 = 16,001.04; a fen more is over."""
    ends = [one.high for one in qinglan.stretches]
    assert ends == [29_999, 89_999, 133_342, None]


def test_an_unknown_line_leaves_both_outcomes_open(beijing: Cliff) -> None:
    """Who is a low-income family in Beijing was not read: above 1,450 yuan it is that or nothing."""
    inside, above = beijing.stretches
    assert (inside.low, inside.high) == (0, 144_999)
    assert [one.identity for one in above.outcomes] == ["low_income", ""]
    assert above.burden() == (1_258_338, 3_097_500)
    known, unknown = beijing.steps
    assert (known.last, known.rise, known.rows, known.catch_up) == (144_999, (0, 1_839_162), (), None)
    assert unknown.last is None
    assert isinstance(unknown.line.line, Unknown)
    assert unknown.rise == (1_839_162, 1_839_162)
    assert {(one.layer, one.what) for one in unknown.rows} >= {("assistance", "gate"), ("catastrophic", "deductible")}
    assert beijing.steps[0].over_limit == ""


def test_a_limit_between_what_may_be_is_perhaps_exceeded() -> None:
    pack = read_pack("cn/110000/2023", [PACKS])
    made = cliff_of(pack, [LARGE], date(2024, 7, 1), limit=1_000_000)
    assert [step.over_limit for step in made.steps] == ["maybe", "yes"]


def test_a_supposed_line_closes_what_was_open() -> None:
    pack = read_pack("cn/110000/2023", [PACKS])
    made = cliff_of(pack, [LARGE], date(2024, 7, 1), assumed={"low_income": 200_000})
    assert [(one.high, len(one.outcomes)) for one in made.stretches] == [(144_999, 1), (199_999, 1), (None, 1)]
    assert [(step.assumed, step.rise) for step in made.steps] == [(False, (0, 0)), (True, (1_839_162, 1_839_162))]


@pytest.mark.req("NI14")
@pytest.mark.parametrize("name", ["suqian", "beijing", "qinglan"])
def test_the_oracle_comes_to_the_same_burden(name: str, request: pytest.FixtureRequest) -> None:
    cliff: Cliff = request.getfixturevalue(name)
    pack = oracle.load(cliff.pack.id, PACKS)
    for outcome in {one.identity: one for stretch in cliff.stretches for one in stretch.outcomes}.values():
        claims = cliff.bills.with_columns(pl.lit("p").alias("person_id"))
        held = pl.DataFrame(
            [{"person_id": "p", "identity": outcome.identity, "from": date(2024, 4, 1)}] if outcome.identity else [],
            schema={"person_id": pl.String, "identity": pl.String, "from": pl.Date},
        )
        [row] = oracle.settle_frame(
            pack, claims, tables.conform(held, tables.IDENTITIES), None, None, None, ()
        ).iter_rows(named=True)
        assert row["self_total"] == outcome.self_total
        assert row["self_in_scope"] == outcome.self_in_scope
        assert {layer: row[f"pay_{layer}"] for layer in outcome.paid} == dict(outcome.paid)


def test_what_is_undetermined_is_no_number() -> None:
    """Employees' insurance in Beijing was not read: no burden, no rise, no largest step."""
    pack = read_pack("cn/110000/2023", [PACKS])
    made = cliff_of(pack, [{**LARGE, "scheme": "employee"}], date(2024, 7, 1))
    assert all(one.burden() is None for one in made.stretches)
    assert all(step.rise is None and step.catch_up is None for step in made.steps)
    assert made.largest is None


def test_several_bills_of_a_year_are_settled_in_order(suqian: Cliff) -> None:
    """Margin, two bills that leave 22,000 each: the deductible of 3,000 is taken once."""
    made = cliff_of(suqian.pack, [BILL, BILL], date(2024, 6, 1), assumed={"dibao_margin": 106_500})
    [inside, _outside] = made.stretches
    assert inside.outcomes[0].paid["assistance"] == (4_400_000 - 300_000) * 70 // 100


def test_a_new_line_stands_before_the_first_larger_one(suqian: Cliff) -> None:
    lines = {"dibao_margin": 106_500, "tekun": 30_000, "dibao": 71_000}
    made = cliff_of(suqian.pack, [BILL], date(2024, 6, 1), assumed=lines)
    assert [step.line.identity for step in made.steps] == ["tekun", "dibao", "dibao_margin"]


def test_the_share_of_the_years_income(suqian: Cliff) -> None:
    assert suqian.share(1_440_000, 70_999) == 5_634  # 14,400 ÷ (709.99 × 36) = 56.338… %
    assert suqian.share(1_440_000, 0) is None


@pytest.mark.parametrize(
    ("pack", "bills", "on", "words"),
    [
        ("cn/321300/2024", [BILL], date(2024, 6, 1), "no income lines"),
        ("cn/321300/2024", [], date(2024, 6, 1), "no income lines"),
        ("cn/110000/2023", [LARGE], date(2024, 6, 30), "no income line is known"),
        ("cn/110000/2023", [LARGE], date(2022, 12, 31), "in force from 2023-01-01"),
        ("cn/110000/2023", [], date(2024, 7, 1), "at least one"),
        ("cn/110000/2023", [{**LARGE, "in_scope": -1}], date(2024, 7, 1), "0 or more"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(pack: str, bills: list[dict[str, Any]], on: date, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        cliff_of(read_pack(pack, [PACKS]), bills, on)


def test_the_day_on_which_all_lines_have_begun() -> None:
    def first(ref: str) -> date:
        pack: Pack = read_pack(ref, [PACKS])
        return default_day(pack)

    assert first("cn/110000/2023") == date(2024, 7, 1)
    assert first("cn/321300/2024") == date(2024, 1, 1)
