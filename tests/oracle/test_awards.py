"""Awards on application, worked out by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from oracle.tiny import bill, dated, law, yuan
from tuodi.oracle import OracleError, OraclePack, award
from tuodi.oracle.cases import inputs_of

RULES = """
layers:
  a: {when: {setting: inpatient}, rate: 50%, deductible: {per: bill, amount: 100 yuan}}
awards:
  poor:
    base: [in_scope, first_self_pay]
    window: {year: previous}
    less_other_aid: true
    brackets: {upto: [300 yuan, 500 yuan]}
    rate: [{bracket: 1, is: 30%}, {bracket: 2, is: 40%}, {bracket: 3, is: 50%}]
    caps: [{limit: 600 yuan}]
    once_per: year
  late: {base: [over_limit], window: {year: same}, rate: 10%, deductible: {amount: 20 yuan}}
  recent: {base: {parts: [in_scope], unpaid: [co_payment]}, window: {months: 12, before: recognised_on}, rate: 100%}
  house: {base: [over_limit], window: {months: 3, before: applied_on}, subject: household, once_per: year,
          fixed: {amount: 70 yuan}}
"""


def _awards(
    pack: OraclePack, bills: list[dict[str, Any]], *requests: dict[str, Any], **more: Any
) -> list[dict[str, Any]]:
    case = {"claims": [dated(one) for one in bills], "awards": [dated(one) for one in requests]}
    case["persons"] = [dated(one) for one in more.get("persons", ())]
    tables = inputs_of(case)
    return award(pack, tables["claims"], [], tables["awards"], tables["persons"])


def _request(kind: str, day: str = "2024-02-01", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "applied_on": day, **more}


BILLS = [
    bill(500, "2023-01-01", claim_id="1", first_self_pay=40, over_limit=50),  # left: 300 in scope
    bill(60, "2023-12-31", claim_id="2", setting="outpatient", over_limit=7),  # left: 60
    bill(900, "2022-12-31", claim_id="3", setting="outpatient"),
    bill(900, "2024-01-01", claim_id="4", setting="outpatient", over_limit=100),
]


@pytest.mark.parametrize(
    ("other", "base", "amount"),
    [
        (0, 40000, "130.00"),  # 300 + 40 + 60 = 400: 90 + 100 * 40 %
        (100, 30000, "90.00"),
        ("99.99", 30001, "90.00"),  # 90 + 0.004
        (500, 0, "0.00"),
        (None, None, None),
    ],
)
def test_last_years_remainder_less_other_aid(tmp_path: Path, other: Any, base: int | None, amount: str | None) -> None:
    (row,) = _awards(law(tmp_path, RULES), BILLS, _request("poor", other_aid_amount=other))
    assert (row["base"], yuan(row["amount"])) == (base, amount)
    assert row["status"] == ("ok" if amount else "undetermined")


def test_brackets_and_the_cap(tmp_path: Path) -> None:
    pack = law(tmp_path, RULES)
    one = [bill(1300, "2023-05-01", setting="outpatient")]
    (row,) = _awards(pack, one, _request("poor", other_aid_amount=0))
    # 90 + 80 + 800 * 50 % = 570.
    assert (row["brackets"], yuan(row["amount"]), row["cap_cut"]) == ([30000, 20000, 80000], "570.00", 0)
    one = [bill(1400, "2023-05-01", setting="outpatient")]
    (row,) = _awards(pack, one, _request("poor", other_aid_amount=0))
    assert (yuan(row["amount"]), row["cap_cut"]) == ("600.00", 2000)


def test_once_a_year(tmp_path: Path) -> None:
    requests = [
        _request("poor", "2024-06-01", other_aid_amount=0), _request("poor", "2024-02-01", other_aid_amount=0),
        _request("poor", "2025-02-01", other_aid_amount=0), _request("late", "2024-06-01"),
        _request("late", "2024-06-02"),
    ]  # fmt: skip
    made = _awards(law(tmp_path, RULES), BILLS, *requests)
    assert [row["status"] for row in made] == ["already_awarded", "ok", "ok", "ok", "ok"]
    assert made[0]["amount"] == 0
    # late: 100 over the limit in 2024, 20 deductible, 10 %.
    assert [yuan(row["amount"]) for row in made[3:]] == ["8.00", "8.00"]


def test_twelve_months_before_the_recognition(tmp_path: Path) -> None:
    pack = law(tmp_path, RULES)
    bills = [bill(300, day, claim_id=day) for day in ("2022-03-14", "2022-03-15", "2023-03-14", "2023-03-15")]
    (row,) = _awards(pack, bills, _request("recent", "2023-06-01", recognised_on="2023-03-15"))
    assert yuan(row["amount"]) == "200.00"  # the co-payment of two stays, the deductibles aside
    (row,) = _awards(pack, bills, _request("recent", "2023-06-01"))
    assert (row["status"], row["reasons"]) == ("undetermined", ["recognised_on_unknown"])


def test_a_household(tmp_path: Path) -> None:
    pack = law(tmp_path, RULES)
    bills = [
        bill(0, "2024-01-10", claim_id="1", over_limit=30),
        bill(0, "2024-01-20", claim_id="2", over_limit=25, person_id="q"),
        bill(0, "2024-01-20", claim_id="3", over_limit=99, person_id="z"),
    ]  # fmt: skip
    persons = [{"person_id": "p", "household_id": "h"}, {"person_id": "q", "household_id": "h"}]
    made = _awards(pack, bills, _request("house"), _request("house", "2024-02-02", person_id="q"), persons=persons)
    assert [(row["status"], row["base"], row["amount"]) for row in made] == [
        ("ok", 5500, 5500), ("already_awarded", None, 0),
    ]  # fmt: skip
    (row,) = _awards(pack, bills, _request("house"))
    assert row["reasons"] == ["household_unknown"]


def test_an_undetermined_bill_in_the_window(tmp_path: Path) -> None:
    pack = law(tmp_path, RULES)
    bills = [bill(100, "2024-03-01", claim_id="1", paid_hospital=1), bill(0, "2023-05-01", claim_id="2", over_limit=50)]
    made = _awards(pack, bills, _request("late", "2024-05-01"), _request("late", "2023-06-01"))
    assert [(row["status"], row["amount"]) for row in made] == [("undetermined", None), ("ok", 300)]
    assert made[0]["applied_on"] == date(2024, 5, 1)


def test_annulled_bills_are_not_in_the_window(tmp_path: Path) -> None:
    bills = [
        bill(0, "2024-03-01", claim_id="1", over_limit=90), bill(0, "2024-03-01", claim_id="2", over_limit=50),
        bill(0, "2024-03-02", claim_id="3", over_limit=-90, reverses="1"),
    ]  # fmt: skip
    (row,) = _awards(law(tmp_path, RULES), bills, _request("late", "2024-05-01"))
    assert row["base"] == 5000


def test_an_award_that_the_law_does_not_know(tmp_path: Path) -> None:
    with pytest.raises(OracleError, match="no award"):
        _awards(law(tmp_path, RULES), [], _request("gift"))
