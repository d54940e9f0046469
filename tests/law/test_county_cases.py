"""The hand cases of the invented county: arithmetic by itself, then engine and oracle."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import pytest
import yaml

from golden import tables
from golden.arithmetic import evaluate, sides
from golden.cases import PACKS, Case
from golden.test_golden import differences
from tuodi.money import parse_yuan
from tuodi.oracle import read_cases, run_case
from tuodi.settlement import Law, Settlement, load_law, settle
from tuodi.settlement.award import award

FILES = sorted((PACKS / "zz").glob("**/cases/*.yaml"))
CASES = [
    Case(path.relative_to(PACKS).as_posix(), data)
    for path in FILES
    for data in yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)
]


@cache
def law_of(pack: str) -> Law:
    return load_law(pack, [PACKS])


def settled(case: Case) -> Settlement:
    return settle(
        law_of(case.pack), tables.claims(case), tables.identities(case), tables.persons(case), tables.opening(case),
        given=tuple(case.data.get("given", ())),
    )  # fmt: skip


@pytest.mark.req("SP12")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_line_of_arithmetic_holds(case: Case) -> None:
    for line in case.data["arithmetic"]:
        expression, value = sides(line)
        assert evaluate(expression) == evaluate(value), line


@pytest.mark.req("SP12")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_amount_expected_is_worked_out(case: Case) -> None:
    known = {Fraction(0)} | {evaluate(sides(line)[1]) for line in case.data["arithmetic"]}
    known |= {Fraction(value) for row in case.rows("claims") for name, value in row.items() if name.startswith("paid_")}
    known |= {Fraction(row["in_scope"]) for row in case.rows("claims")}
    for row in case.rows("expect"):
        for name, value in row.items():
            if name not in ("claim_id", "person_id", "kind", "status", "reason") and value != "undetermined":
                assert Fraction(value) in known, f"{name}: {value}"


@pytest.mark.req("SP12")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_engine_agrees(case: Case) -> None:
    rows = {row["claim_id"]: row for row in settled(case).bills.iter_rows(named=True)}
    wanted = [row for row in case.rows("expect") if "claim_id" in row]
    assert [problem for row in wanted for problem in differences(rows[row["claim_id"]], row)] == []


@pytest.mark.req("SP12")
@pytest.mark.parametrize("case", [case for case in CASES if case.rows("awards")], ids=lambda case: case.name)
def test_the_engine_awards_alike(case: Case) -> None:
    asked = tables.awards(case)
    assert asked is not None
    made = award(law_of(case.pack), tables.claims(case), tables.identities(case), asked, tables.persons(case))
    wanted = {row["kind"]: parse_yuan(row["amount"]) for row in case.rows("expect") if "kind" in row}
    assert {row["kind"]: row["amount"] for row in made.iter_rows(named=True)} == wanted


@pytest.mark.req("SP12")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_oracle_agrees(path: object) -> None:
    found = [(case["case"], run_case(case, PACKS)) for case in read_cases(path)]  # type: ignore[arg-type]
    assert [(name, wrong) for name, wrong in found if wrong] == []
