"""Every golden case, settled by the engine and by the oracle, gives what its arithmetic gives."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from golden import tables
from golden.cases import CASES, PACKS, Case
from tuodi.money import parse_yuan
from tuodi.oracle import read_cases, run_case
from tuodi.settlement import Law, Settlement, load_law, settle
from tuodi.settlement.award import award

SETTLED = [case for case in CASES if case.pack]


@cache
def law_of(pack: str) -> Law:
    return load_law(pack, [PACKS])


@cache
def settled(case: Case, *, trace: bool = False) -> Settlement:
    return settle(
        law_of(case.pack),
        tables.claims(case),
        tables.identities(case),
        tables.persons(case),
        tables.opening(case),
        given=case.data.get("given", ()),
        trace=trace,
    )


def differences(row: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    """What a bill's result says otherwise than the case."""
    found = []
    for name, wanted in expected.items():
        if name == "claim_id":
            continue
        if name == "reason":
            if wanted not in row["reason"]:
                found.append(f"{name}: {wanted!r} is not in {row['reason']!r}")
            continue
        got = row[name if name in row else f"pay_{name}"]
        right = wanted if name == "status" else None if wanted == "undetermined" else parse_yuan(wanted)
        if got != right:
            found.append(f"{row['claim_id']}.{name}: expected {wanted}, got {got} ({row['reason']})")
    return found


@pytest.mark.req("SP12")
@pytest.mark.parametrize("case", SETTLED, ids=lambda case: case.id)
def test_the_engine_agrees(case: Case) -> None:
    rows = {row["claim_id"]: row for row in settled(case).bills.iter_rows(named=True)}
    wanted = [row for row in case.rows("expect") if "claim_id" in row]
    assert [problem for row in wanted for problem in differences(rows[row["claim_id"]], row)] == []


@pytest.mark.req("SP12")
@pytest.mark.parametrize("case", [case for case in SETTLED if case.rows("awards")], ids=lambda case: case.id)
def test_the_engine_awards_alike(case: Case) -> None:
    asked = tables.awards(case)
    assert asked is not None
    made = award(
        law_of(case.pack),
        tables.claims(case),
        tables.identities(case),
        asked,
        tables.persons(case),
        given=case.data.get("given", ()),
    )
    wanted = [row for row in case.rows("expect") if "kind" in row]
    assert wanted
    for row in wanted:
        known = {name: row[name] for name in ("person_id", "kind", "applied_on") if name in row}
        (got,) = [one for one in made.iter_rows(named=True) if all(str(one[n]) == v for n, v in known.items())]
        if "status" in row:
            assert got["status"] == row["status"]
        if "amount" in row:
            assert got["amount"] == (None if row["amount"] == "undetermined" else parse_yuan(row["amount"]))


@pytest.mark.req("SP12")
@pytest.mark.parametrize("file", sorted({case.file for case in CASES}))
def test_the_oracle_agrees(file: str) -> None:
    found = [(case["case"], run_case(case, PACKS)) for case in read_cases(PACKS / file)]
    assert [(name, wrong) for name, wrong in found if wrong] == []


@pytest.mark.req("SP12")
def test_every_case_expects_something() -> None:
    assert [case.id for case in SETTLED if not case.rows("expect")] == []
    examples = [case for case in CASES if not case.pack]
    assert [case.id for case in examples if not case.data.get("arithmetic") or case.rows("claims")] == []


@pytest.mark.req("SP12")
def test_an_example_that_does_not_add_up_says_why() -> None:
    contradictory = [case for case in CASES if case.data["kind"] == "contradictory"]
    assert {case.name for case in contradictory} >= {"W8", "bad-meihekou", "bad-240000", "bad-feicheng"}
    assert [
        case.id for case in contradictory if not (case.data["difference"]["zh"] and case.data["difference"]["en"])
    ] == []
    assert {case.name for case in CASES if case.data["kind"] == "published"} >= {"W1", "W4", "W5", "W6"}


@pytest.mark.req("SP12")
def test_w1_to_the_fen() -> None:
    (case,) = [case for case in CASES if case.name == "W1"]
    (row,) = settled(case).bills.iter_rows(named=True)
    assert (row["pay_basic"], row["pay_catastrophic"], row["pay_assistance"], row["pay_tilt"]) == (
        12_579_000, 2_974_368, 1_712_642, 268_793,
    )  # fmt: skip
    assert (row["self_in_scope"], row["self_total"]) == (465_197, 2_465_197)
    assert "cap_unknown_treated_as_none" in row["reason"]
