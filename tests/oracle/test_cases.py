"""The runner of golden cases: it finds what differs, and its arithmetic is its own."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from oracle.tiny import write
from tuodi.oracle import check_arithmetic, read_cases, run_case


@pytest.mark.parametrize(
    "line",
    [
        "(180000 - 300) * 70% = 125790.00",
        "round((54210 - 8450.5) * 65%) = 29743.68",
        "min(3, max(1, 2)) + 0.1 + 0.2 = 2.3",
        "-5 + 2 × 3 ÷ 4 = -3.5",
        "(100000 − 10000) * 50 % = 45000 = 9 * 5000",
        "round(0.005) = 0.01",
        "1 / 3 * 3 = 1",
    ],
)
def test_arithmetic_that_holds(line: str) -> None:
    assert check_arithmetic(line) == []


@pytest.mark.parametrize(
    "line", ["1 + 1 = 3", "0.1 + 0.2 = 0.30000000000000004", "1 = 1 = 2", "12", "abs(1) = 1", "2 ** 3 = 8", "1 / 0 = 1",
             "round(1, 2) = 1", "x = 1", "(1 = 1"],
)  # fmt: skip
def test_arithmetic_that_does_not(line: str) -> None:
    assert len(check_arithmetic(line)) == 1


LAW = "layers: {a: {rate: 50%}}\nawards: {gift: {base: [in_scope], window: {year: same}, rate: 10%}}"
CASE = """
case: one
kind: hand
pack: t/1/2023
claims:
  - {claim_id: x, discharged_on: 2023-05-01, in_scope: 100.10, first_self_pay: 2}
  - {claim_id: y, discharged_on: 2023-05-02, in_scope: 10, paid_hospital: 1}
awards: [{kind: gift, applied_on: 2023-04-01}]
arithmetic: ["100.10 * 50% = 50.05"]
expect:
  - {claim_id: x, a: 50.05, self_in_scope: 50.05, self_total: 52.05, status: ok}
  - {claim_id: y, a: undetermined, status: undetermined, reason: hospital_part_undecided}
  - {award: undetermined, kind: gift, status: undetermined}
"""


def _run(tmp_path: Path, text: str) -> list[str]:
    write(tmp_path, LAW)
    (tmp_path / "case.yaml").write_text(dedent(text), "utf-8")
    return [problem for case in read_cases(tmp_path / "case.yaml") for problem in run_case(case, [tmp_path])]


def test_a_case_that_agrees(tmp_path: Path) -> None:
    assert _run(tmp_path, CASE) == []
    assert (
        _run(
            tmp_path,
            "".join(f"- {line}\n" if n == 0 else f"  {line}\n" for n, line in enumerate(CASE.strip().split("\n"))),
        )
        == []
    )


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (("a: 50.05", "a: 50.06"), "x.a: expected 50.06, got 50.05"),
        (("a: 50.05", "a: undetermined"), "x.a: expected undetermined"),
        (("a: undetermined", "a: 5"), "y.a: expected 5, got undetermined"),
        (("status: ok", "status: outside"), "x.status: expected outside, got ok"),
        (("a: 50.05", "b: 50.05"), "x.b: no such layer"),
        (("claim_id: x, a", "claim_id: z, a"), "z: expected, but the case has no such claim"),
        (("hospital_part_undecided", "given_empty"), "y.reason: 'given_empty' is not among"),
        (("= 50.05", "= 50.06"), "does not hold"),
        (("award: undetermined", "award: 3"), "expected 3, got undetermined"),
        (("award: undetermined, kind: gift", "award: 3, kind: other"), "0 requests match"),
    ],
)  # fmt: skip
def test_a_case_that_differs_says_where(tmp_path: Path, wrong: tuple[str, str], says: str) -> None:
    assert wrong[0] in CASE
    found = _run(tmp_path, CASE.replace(*wrong, 1))
    assert len(found) == 1
    assert says in found[0]


def test_more_than_two_decimals_are_no_amount(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="more than two decimals"):
        _run(tmp_path, CASE.replace("100.10,", "100.105,"))
