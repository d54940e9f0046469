"""Published examples to the fen, straight from the packs of this repository."""

from __future__ import annotations

from datetime import date

import pytest

from oracle.tiny import PACKS, bill, paid, rows, yuan
from tuodi.oracle import award, check_arithmetic, load, read_cases, run_case

CASES = [(path, case) for path in sorted(PACKS.rglob("cases/*.yaml")) for case in read_cases(path)]


@pytest.mark.req("SP12")
@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[f"{p.parts[-4]}-{c['case']}" for p, c in CASES])
def test_every_golden_case_of_the_packs(case: dict[str, object]) -> None:
    assert run_case(case, PACKS) == []


@pytest.mark.req("SP12")
def test_w1_chongqing_to_the_fen() -> None:
    pack = load("cn/500000-w1/2023", PACKS)
    stay = bill(
        180000, "2023-10-20", provider_level="secondary", out_of_catalogue=20000, assistance_kind="other",
        admitted_on="2023-10-01",
    )  # fmt: skip
    (row,) = rows(pack, stay, ids=["dibao"])
    assert {name: yuan(amount) for name, amount in row["pay"].items()} == {
        "basic": "125790.00", "catastrophic": "29743.68", "assistance": "17126.42", "tilt": "2687.93",
    }  # fmt: skip
    assert yuan(row["self_in_scope"]) == "4651.97"
    assert yuan(row["self_total"]) == "24651.97"
    assert row["status"] == "ok"
    assert "cap_unknown_treated_as_none" in row["reasons"]


@pytest.mark.req("SP12")
def test_w5_shandong_brackets_from_zero() -> None:
    pack = load("cn/370000/2014", PACKS)
    (row,) = rows(pack, bill(270000, "2014-06-01", out_of_catalogue=30000, paid_basic=100000))
    assert yuan(row["pay"]["catastrophic"]) == "87000.00"
    assert row["trace"]["catastrophic"]["brackets"] == [9000000, 7000000]
    assert yuan(row["self_in_scope"]) == "83000.00"


@pytest.mark.req("SP12")
@pytest.mark.parametrize(
    ("left", "sum_paid"), [(30000, 9000), (50000, 17000), (80000, 32000), (400000, 150000), (30001, "9000.40")]
)
def test_beijing_award_segments(left: int, sum_paid: object) -> None:
    pack = load("cn/110000/2023", PACKS)
    day = date(2023, 3, 1)
    # A pharmacy bill is outside every layer, so that all of it is left for the award.
    claim = {
        "claim_id": "x", "person_id": "p", "provider_level": "tertiary", "setting": "pharmacy",
        "discharged_on": day, "settled_at": day, "in_scope": (left - 1000) * 100, "first_self_pay": 100000,
        "over_limit": 0, "out_of_catalogue": 700, "total": left * 100 + 700,
    }  # fmt: skip
    request = {
        "person_id": "p", "kind": "illness_poor", "applied_on": date(2024, 2, 1), "household_id": "h",
        "other_aid_amount": 0,
    }  # fmt: skip
    (row,) = award(pack, [claim], [], [request])
    assert row["status"] == "ok"
    assert check_arithmetic(f"{row['amount']}/100 = {sum_paid}") == []


@pytest.mark.req("SP12")
@pytest.mark.parametrize(
    ("left", "aid"),
    [("2999.99", "0.00"), ("3000.00", "0.00"), ("3000.01", "0.01"), ("13000.00", "7000.00"), ("3000.02", "0.01")],
)
def test_suqian_margin_around_its_deductible(left: str, aid: str) -> None:
    pack = load("cn/321300/2024", PACKS)
    stay = bill(left, "2024-03-01", paid_basic=0, paid_catastrophic=0)
    assert paid(rows(pack, stay, ids=["dibao_margin"]), "assistance") == [aid]


@pytest.mark.req("SP12")
def test_suqian_margin_pays_its_deductible_once_and_stops_at_the_shared_cap() -> None:
    pack = load("cn/321300/2024", PACKS)
    none = {"paid_basic": 0, "paid_catastrophic": 0}
    bills = [
        bill(2000, "2024-02-01", claim_id="1", **none),
        bill(2000, "2024-03-01", claim_id="2", setting="chronic_outpatient", **none),
        bill(200000, "2024-04-01", claim_id="3", **none),
        bill(30000, "2024-05-01", claim_id="4", setting="outpatient", **none),
    ]
    # 1: under the deductible. 2: (2000 - 1000) * 70 %. 3: cut at 90000 - 700. 4: 21000, cut at 10000.
    assert paid(rows(pack, *bills, ids=["dibao_margin"]), "assistance") == [
        "0.00", "700.00", "89300.00", "10000.00",
    ]  # fmt: skip
