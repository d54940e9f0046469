"""Every line of arithmetic in the golden cases holds in exact fractions, without the engine."""

from __future__ import annotations

from fractions import Fraction

import pytest

from golden.arithmetic import evaluate, rounded, sides
from golden.cases import CASES, Case

PARTS = ("in_scope", "first_self_pay", "over_limit", "out_of_catalogue")
WORDS = {"status", "reason", "claim_id", "person_id", "kind", "applied_on"}


@pytest.mark.req("SP12")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_every_line_holds(case: Case) -> None:
    wrong = []
    for line in case.data.get("arithmetic", ()):
        expression, value = sides(line)
        found = evaluate(expression)
        if found != evaluate(value):
            wrong.append(f"{line}: the left side is {found}")
    assert not wrong


@pytest.mark.req("SP12")
@pytest.mark.parametrize("case", [case for case in CASES if case.pack], ids=lambda case: case.id)
def test_every_amount_expected_is_worked_out_or_given(case: Case) -> None:
    """No expected amount comes from nowhere: it is 0, stands among the bills, or is a result of the arithmetic."""
    known = {Fraction(0)} | {evaluate(sides(line)[1]) for line in case.data.get("arithmetic", ())}
    for row in case.rows("claims"):
        known.update(Fraction(row[name]) for name in row if name in PARTS or name.startswith("paid_"))
    strange = [
        f"{name}: {value}"
        for row in case.rows("expect")
        for name, value in row.items()
        if name not in WORDS and value != "undetermined" and Fraction(value) not in known
    ]
    assert not strange


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(180000 - 300) * 70%", Fraction(125790)),
        ("round((54210 - 8450.50) * 65%)", Fraction("29743.68")),
        ("round(0.005)", Fraction("0.01")),
        ("round(0.0049)", Fraction(0)),
        ("round(-0.005)", Fraction("-0.01")),
        ("min(3, 2.5, 4)", Fraction("2.5")),
        ("max(0, 1 - 3)", Fraction(0)),
        ("16500 / 60%", Fraction(27500)),
        ("-2 + 2.5%", Fraction(-79, 40)),
        ("0.1 + 0.2", Fraction(3, 10)),
    ],
)
def test_the_evaluator(text: str, value: Fraction) -> None:
    assert evaluate(text) == value


@pytest.mark.parametrize(
    "text", ["2 ** 3", "1e3", "abs(1)", "x + 1", "round(1, 2)", "min()", "1 +", "__import__('os')", "7 // 2", "True"]
)
def test_the_evaluator_refuses(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        evaluate(text)


@pytest.mark.parametrize("line", ["1 + 1", "1 = 1 = 1"])
def test_a_line_has_one_equals_sign(line: str) -> None:
    with pytest.raises(ValueError, match="is not 'expression = value'"):
        sides(line)


def test_rounding_is_half_up() -> None:
    assert rounded(Fraction("29743.675")) == Fraction("29743.68")
    assert rounded(Fraction("0.125")) == Fraction("0.13")
