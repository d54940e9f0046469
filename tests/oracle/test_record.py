"""What is read from the record: given layers, the hospital's part, reversals, a frame."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from oracle.tiny import bill, law, paid, rows, states, yuan
from tuodi.oracle import settle_frame
from tuodi.oracle.cases import inputs_of

GIVEN = """
given:
  basic: [paid_basic]
  big: {resident: [paid_catastrophic], employee: [paid_large_sum, paid_other]}
layers:
  a: {rate: 50%}
  late: {given: [paid_tilt, paid_other]}
"""


def _pays(pack: Any, one: dict[str, Any]) -> dict[str, str | None]:
    (row,) = rows(pack, one)
    return {name: yuan(amount) for name, amount in row["pay"].items()}


def test_given_layers_by_scheme_and_place(tmp_path: Path) -> None:
    pack = law(tmp_path, GIVEN)
    resident = bill(100, paid_basic=40, paid_catastrophic=10, paid_large_sum=7, paid_tilt=5)
    assert _pays(pack, resident) == {"basic": "40.00", "big": "10.00", "a": "25.00", "late": "5.00"}
    employee = {**resident, "scheme": "employee"}
    assert _pays(pack, employee) == {"basic": "40.00", "big": "7.00", "a": "26.50", "late": "5.00"}
    nobody = _pays(pack, {**resident, "scheme": None})
    assert nobody == {"basic": "40.00", "big": None, "a": None, "late": None}


def test_an_empty_column(tmp_path: Path) -> None:
    pack = law(tmp_path, GIVEN)
    assert _pays(pack, bill(100, paid_catastrophic=0, paid_tilt=0))["basic"] is None
    assert _pays(pack, bill(100, paid_basic=40, paid_tilt=0))["big"] is None
    full = bill(100, paid_basic=0, paid_catastrophic=0)
    assert _pays(pack, {**full, "paid_other": 3})["late"] == "3.00"
    assert _pays(pack, full) == {"basic": "0.00", "big": "0.00", "a": "50.00", "late": None}


def test_more_than_the_base_holds(tmp_path: Path) -> None:
    (row,) = rows(law(tmp_path, GIVEN), bill(100, paid_basic="100.01", paid_catastrophic=0, paid_tilt=0))
    assert row["pay"]["basic"] is None
    assert row["reasons"][0] == "given_exceeds_base"


def test_a_given_layer_with_a_base_of_its_own(tmp_path: Path) -> None:
    pack = law(tmp_path, "layers: {g: {given: {from: [paid_other], base: [first_self_pay, in_scope]}}, a: {rate: 50%}}")
    (row,) = rows(pack, bill(100, first_self_pay=30, paid_other=50))
    assert row["pay"] == {"g": 5000, "a": 4000}
    assert (row["self_in_scope"], row["self_total"]) == (4000, 4000)


def test_what_a_given_layer_leaves_is_a_co_payment(tmp_path: Path) -> None:
    pack = law(
        tmp_path,
        """
        given: {basic: [paid_basic]}
        layers: {a: {base: {parts: [in_scope], unpaid: [untouched, deductible, over_cap]}, rate: 100%},
                 b: {base: {parts: [in_scope], unpaid: [co_payment]}, rate: 100%}}
        """,
    )
    (row,) = rows(pack, bill(100, paid_basic=60))
    assert row["pay"] == {"basic": 6000, "a": 0, "b": 4000}


def test_computed_layers_read_from_the_record_instead(tmp_path: Path) -> None:
    pack = law(
        tmp_path,
        """
        recorded_as: {other: [paid_enterprise]}
        layers:
          basic: {when: {setting: outpatient}, rate: 10%, deductible: {per: year, amount: 5 yuan}}
          catastrophic: {base: [over_limit, in_scope], rate: {unknown: not read}}
          other: {rate: 10%}
          assistance: {rate: 50%}
        """,
    )
    one = bill(100, over_limit=5, paid_basic=40, paid_catastrophic=25, paid_enterprise=10)
    settled = rows(pack, one, given=["basic", "catastrophic", "other"])
    # 5 of the 25 come out of the part over the limit: 100 - 40 - 20 - 10 = 30 are left in scope.
    assert settled[0]["pay"] == {"basic": 4000, "catastrophic": 2500, "other": 1000, "assistance": 1500}
    assert states(settled) == ["ok"]
    assert paid(rows(pack, one), "assistance") == [None]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("hospital_part: {reduces: [in_scope]}", ("40.00", "40.00", "50.00")),
        ("hospital_part: {reduces: [over_limit, in_scope]}", ("45.00", "45.00", "45.00")),
        ("", (None, None, None)),
    ],
)
def test_the_hospitals_part(tmp_path: Path, rule: str, expected: tuple[str | None, ...]) -> None:
    pack = law(tmp_path, f"{rule}\nlayers: {{a: {{rate: 50%}}}}")
    (row,) = rows(pack, bill(100, over_limit=10, paid_hospital=20))
    assert (yuan(row["pay"]["a"]), yuan(row["self_in_scope"]), yuan(row["self_total"])) == expected
    (row,) = rows(pack, bill(100, over_limit=10, paid_hospital=0))
    assert (yuan(row["pay"]["a"]), row["status"]) == ("50.00", "ok")


ANNUAL = "layers: {a: {rate: 100%, deductible: {per: year, amount: 50 yuan}}}"


def _reversal(of: str, amount: Any, day: str = "2023-03-01", **more: Any) -> dict[str, Any]:
    return bill(amount, day, claim_id=f"r{of}{amount}{day}", reverses=of, **more)


def test_a_claim_and_its_exact_negative_leave_no_trace(tmp_path: Path) -> None:
    pack = law(tmp_path, ANNUAL)
    first, second = bill(80, "2023-01-01", claim_id="1", paid_basic=3), bill(80, "2023-02-01", claim_id="2")
    settled = rows(pack, first, second, _reversal("1", -80, paid_basic=-3))
    assert states(settled) == ["annulled", "ok", "annulled"]
    assert paid(settled) == ["0.00", "30.00", "0.00"]
    assert (settled[0]["self_in_scope"], settled[2]["self_total"]) == (0, 0)


@pytest.mark.parametrize(
    ("reversal", "expected"),
    [
        (_reversal("1", -79), ["quarantined", "quarantined"]),
        (_reversal("1", -80, paid_basic=-2), ["quarantined", "quarantined"]),
        (_reversal("1", -80, over_limit=-1), ["quarantined", "quarantined"]),
        (_reversal("9", -80), ["ok", "quarantined"]),
        (_reversal("1", -80, person_id="q"), ["ok", "quarantined"]),
        (bill(-80, claim_id="x"), ["ok", "quarantined"]),
        (bill(80, claim_id="x", paid_tilt=-1), ["ok", "quarantined"]),
    ],
)
def test_rows_that_cannot_stand(tmp_path: Path, reversal: dict[str, Any], expected: list[str]) -> None:
    settled = rows(law(tmp_path, ANNUAL), bill(80, "2023-01-01", claim_id="1", paid_basic=3), reversal)
    assert states(settled) == expected
    assert paid(settled)[1] is None
    assert settled[1]["reasons"]


def test_a_claim_is_reversed_once(tmp_path: Path) -> None:
    settled = rows(
        law(tmp_path, ANNUAL), bill(80, "2023-01-01", claim_id="1"), _reversal("1", -80, "2023-03-02"),
        _reversal("1", -80, "2023-03-01"),
    )  # fmt: skip
    assert states(settled) == ["annulled", "quarantined", "annulled"]


def test_a_frame(tmp_path: Path) -> None:
    pack = law(tmp_path, "given: {basic: [paid_basic]}\nlayers: {a: {rate: 50%}}")
    case = {"claims": [bill(100, "2023-01-02", claim_id="b", paid_basic=20), bill(100, claim_id="a")]}
    for claim in case["claims"]:
        claim["discharged_on"] = date.fromisoformat(claim["discharged_on"])
    tables = inputs_of(case)
    no_identities = pl.DataFrame(schema={"person_id": pl.String, "identity": pl.String, "from": pl.Date})
    frame = settle_frame(pack, pl.DataFrame(tables["claims"]), no_identities)
    assert frame.columns == [
        "claim_id", "person_id", "status", "reason", "pay_basic", "pay_a", "self_in_scope", "self_total",
    ]  # fmt: skip
    assert frame.rows() == [
        ("b", "p", "ok", "", 2000, 4000, 4000, 4000),
        ("a", "p", "undetermined", "given_empty;base_open", None, None, None, None),
    ]
    assert frame.schema["pay_a"] == pl.Int64
