"""After a change the year is settled again, and every difference has its cause. Suqian: dibao 80 %, no deductible."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from settlement.agree import law_of
from settlement.invent import frame
from tuodi import tables
from tuodi.errors import TableError
from tuodi.settlement import resettle, settle

LAW = law_of("cn/321300/2024")


def claim(name: str, in_scope: int, month: int, person: str = "p", **more: Any) -> dict[str, Any]:
    day = date(2024, month, 10)
    return {
        "claim_id": name, "person_id": person, "provider_level": "secondary", "setting": "inpatient",
        "admitted_on": day - timedelta(days=3), "discharged_on": day, "settled_at": datetime(2024, month, 10),  # noqa: DTZ001
        "in_scope": in_scope, "first_self_pay": 0, "over_limit": 0, "out_of_catalogue": 0, "total": in_scope,
        "scheme": "resident", "purpose": "illness", "paid_basic": 0, "paid_catastrophic": 0, **more,
    }  # fmt: skip


CLAIMS = frame([claim("a", 100_000, 2), claim("b", 200_000, 6)], tables.CLAIMS)
NOBODY = frame([], tables.IDENTITIES)
DIBAO = frame([{"person_id": "p", "identity": "dibao", "from": date(2020, 1, 1)}], tables.IDENTITIES)


def changed(*rows: dict[str, Any], claims: pl.DataFrame = CLAIMS, identities: pl.DataFrame = NOBODY) -> list[Any]:
    found = resettle(LAW, claims, identities, frame(list(rows), tables.CHANGES))
    return found.select("claim_id", "layer", "before", "after", "difference", "owed_to", "cause").rows()


def test_an_identity_granted_backwards_is_owed_from_its_first_day() -> None:
    grant = {"change": "grant_identity", "person_id": "p", "identity": "dibao", "from": date(2024, 5, 1)}
    assert changed(grant) == [("b", "assistance", 0, 160_000, 160_000, "person", "grant_identity dibao")]


def test_without_a_first_day_the_recognition_counts() -> None:
    grant = {"change": "grant_identity", "person_id": "p", "identity": "dibao", "recognised_on": date(2024, 1, 31)}
    assert [row[:5] for row in changed(grant)] == [
        ("a", "assistance", 0, 80_000, 80_000),
        ("b", "assistance", 0, 160_000, 160_000),
    ]


def test_an_identity_that_ended_is_owed_to_the_fund() -> None:
    end = {"change": "end_identity", "person_id": "p", "identity": "dibao", "to": date(2024, 3, 31)}
    assert changed(end, identities=DIBAO) == [("b", "assistance", 160_000, 0, -160_000, "fund", "end_identity dibao")]


def test_a_reversed_bill_takes_back_every_layer_and_gives_room_to_later_ones() -> None:
    # The margin's deductible of 3,000 yuan was taken by the first bill; without it the second one bears it.
    claims = frame([claim("a", 400_000, 2, paid_basic=50_000), claim("b", 500_000, 6)], tables.CLAIMS)
    margin = DIBAO.with_columns(identity=pl.lit("dibao_margin"))
    assert changed({"change": "reverse", "claim_id": "a"}, claims=claims, identities=margin) == [
        ("a", "basic", 50_000, 0, -50_000, "fund", "reverse a"),
        ("a", "assistance", 35_000, 0, -35_000, "fund", "reverse a"),
        ("b", "assistance", 350_000, 140_000, -210_000, "fund", "reverse a"),
    ]


def test_a_corrected_bill() -> None:
    correct = {"change": "correct", "claim_id": "a", "in_scope": 150_000, "total": 150_000}
    assert changed(correct, identities=DIBAO) == [("a", "assistance", 80_000, 120_000, 40_000, "person", "correct a")]


def test_a_bill_that_came_late() -> None:
    assert changed({"change": "add", **claim("c", 50_000, 3)}, identities=DIBAO) == [
        ("c", "assistance", 0, 40_000, 40_000, "person", "add c")
    ]


def test_several_changes_of_one_person_add_up_to_the_whole() -> None:
    rows = (
        {"change": "grant_identity", "person_id": "p", "identity": "dibao", "from": date(2024, 1, 1)},
        {"change": "correct", "claim_id": "b", "in_scope": 300_000, "total": 300_000},
        {"change": "reverse", "claim_id": "a"},
    )
    found = changed(*rows)
    assert {row[-1] for row in found} == {"grant_identity dibao", "correct b", "reverse a"}
    after = settle(LAW, frame([claim("b", 300_000, 6)], tables.CLAIMS), DIBAO).bills["pay_assistance"].sum()
    assert sum(row[4] for row in found) == after - 0


def test_other_persons_are_not_settled_again() -> None:
    claims = frame([claim("a", 100_000, 2), claim("x", 100_000, 2, person="q")], tables.CLAIMS)
    grant = {"change": "grant_identity", "person_id": "p", "identity": "dibao", "from": date(2024, 1, 1)}
    assert {row[0] for row in changed(grant, claims=claims)} == {"a"}


def test_an_undetermined_side_is_no_difference_of_zero() -> None:
    claims = frame([claim("a", 100_000, 2, paid_basic=None)], tables.CLAIMS)
    correct = {"change": "correct", "claim_id": "a", "paid_basic": 0}
    rows = changed(correct, claims=claims, identities=DIBAO)
    assert ("a", "assistance", None, 80_000, None, "undetermined", "correct a") in rows


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"change": "revers", "claim_id": "a"}, "row 1: change 'revers'.*did you mean 'reverse'"),
        ({"change": "reverse", "claim_id": "zz"}, "row 1: claim_id 'zz' is not in the claims"),
        ({"change": "correct", "claim_id": "zz", "person_id": "p"}, "row 1: correct: claim_id 'zz' is not"),
        ({"change": "add", **claim("a", 1, 1)}, "row 1: add needs a claim_id that is not there yet; found 'a'"),
        ({"change": "add", "claim_id": "n", "person_id": "p"}, "row 1: add: column 'provider_level' is empty"),
        ({"change": "grant_identity", "person_id": "p"}, "row 1: grant_identity needs an identity"),
        ({"change": "grant_identity", "person_id": "p", "identity": "dibao"}, "needs from, effective_on or recog"),
        ({"change": "end_identity", "person_id": "p", "identity": "dibao"}, "row 1: end_identity needs to"),
        (
            {"change": "end_identity", "person_id": "p", "identity": "dibao", "to": date(2024, 1, 1)},
            "'p' holds no 'dibao' after 2024-01-01",
        ),
    ],
)
def test_a_change_that_makes_no_sense_says_which_and_why(row: dict[str, Any], message: str) -> None:
    with pytest.raises(TableError, match=message):
        changed(row)
