"""An explanation is enough: every sum of every layer is done again from the printed lines and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

import pytest

from settlement.invent import invent
from tuodi.law import find_packs, read_pack
from tuodi.money import parse_yuan, round_fraction
from tuodi.settlement.explain import Explanation, Line, explanation_lines
from tuodi.settlement.kernel import EVERYTHING
from tuodi.settlement.run import Law, load_law, settle_with

AMOUNT = r"(-?[\d,]+\.\d{2}) 元"
DIRECTIONS = {"四舍五入": "half_up", "四舍六入五成双": "half_even", "进": "up", "舍": "down"}
UNITS = {"分": 1, "角": 10, "元": 100}


def fen(text: str) -> int:
    return parse_yuan(text)


def explained(law: Law, seed: int) -> Iterator[tuple[Explanation, list[Line]]]:
    pack = law.packs[0]
    claims, identities = invent(pack, seed)
    run = settle_with(law, claims, identities, None, None, None, (), True, 1, EVERYTHING)
    assert run.trace is not None
    steps = run.trace.partition_by("claim_id", as_dict=True)
    rows = {row["claim_id"]: row for row in claims.iter_rows(named=True)}
    for bill in run.bills.filter(run.bills["status"].is_in(["ok", "outside"])).iter_rows(named=True):
        own = tuple(steps[(bill["claim_id"],)].iter_rows(named=True))
        explanation = Explanation(pack, rows[bill["claim_id"]], bill, own)
        yield explanation, explanation_lines(explanation, "zh")


def one(pattern: str, lines: list[str]) -> tuple[str, ...] | None:
    found = [match.groups() for line in lines if (match := re.search(pattern, line))]
    assert len(found) <= 1, (pattern, lines)
    return found[0] if found else None


def rooms(what: str, lines: list[str]) -> list[int]:
    pattern = re.compile(rf"^每\S*?{what}(?:（.*）)?：{AMOUNT}，尚余 {AMOUNT}$")
    return [fen(match[2]) for line in lines if (match := pattern.match(line))]


def paid_again(lines: list[str]) -> int:
    """What a layer pays, from its printed lines."""
    given = one(rf"^按结算记录取数，支付：{AMOUNT}$", lines)
    if given:
        return fen(given[0])
    if any("不在本层范围内" in line for line in lines):
        return 0
    base = one(rf"^计算基数：{AMOUNT}$", lines)
    assert base is not None, lines
    within = min([fen(base[0]), *rooms("计入基数的限额", lines)])
    said = one(rf"^计入基数：{AMOUNT}$", lines)
    assert within == (fen(said[0]) if said else fen(base[0]))
    taken = 0
    deductible = one(rf"^起付标准：{AMOUNT}，此前已扣 {AMOUNT}$", lines)
    if deductible:
        left = max(0, fen(deductible[0]) - fen(deductible[1]))
        taken = min([within, left, *rooms("自付起付部分的限额", lines)])
        assert one(rf"^本次扣起付标准：{AMOUNT}$", lines) == (f"{taken // 100:,}.{taken % 100:02d}",)
    after = within - taken
    raw = min(after, _raw(lines, after))
    due = one(rf"^应付（.*）：{AMOUNT}$", lines)
    assert due is not None
    assert fen(due[0]) == raw
    return min([raw, *rooms("限额", [line for line in lines if "计入基数的" not in line and "起付部分" not in line])])


def _raw(lines: list[str], after: int) -> int:
    fixed = one(rf"^定额：{AMOUNT}，此前已付 {AMOUNT}$", lines)
    if fixed:
        return max(0, fen(fixed[0]) - fen(fixed[1]))
    how = one(r"^应付（(.*?)到(.)）", lines)
    assert how is not None
    unit, direction = UNITS[how[1]], DIRECTIONS[how[0]]

    def rounded(exact: Fraction) -> int:
        return round_fraction(exact / unit, direction) * unit

    goal = one(rf"^补足目标：([\d.]+) 元，此前各方已付 {AMOUNT}$", lines)
    if goal:
        return max(0, rounded(Fraction(goal[0]) * 100) - fen(goal[1]))
    exact, amounts = Fraction(0), 0
    start = one(rf"^分段计算，从 {AMOUNT} 起算$", lines)
    lower = 0
    for line in lines:
        match = re.search(rf"(?:（(以上不封顶|至 {AMOUNT})）：)?{AMOUNT} × (?:([\d.]+)%|比例未知)$", line)
        if match is None:
            continue
        if start is not None:
            begin = fen(start[0])
            upper = fen(match[2]) if match[2] else begin + after
            assert fen(match[3]) == max(0, min(begin + after, upper) - max(begin, lower)), line
            lower = upper
        assert match[4] or not fen(match[3]), "money at an unknown rate"
        exact += Fraction(fen(match[3])) * Fraction(match[4] or 0) / 100
        amounts += fen(match[3])
    assert amounts == after
    before = one(r"^本年此前累计（未取整）：([\d.]+) 元$", lines)
    if before:
        earlier = Fraction(before[0]) * 100
        return rounded(earlier + exact) - rounded(earlier)
    return rounded(exact)


SETTLING = [ref for ref in find_packs() if read_pack(ref).layers]
"""Packs by which something can be settled."""

NOTHING_PAID = {
    "cn/360100/2025",  # every bill reaches a deductible that is half of an income not known to the fen
}
"""Packs by which no bill that a layer pays for is determined."""


@pytest.mark.req("SP10")
@pytest.mark.parametrize("ref", SETTLING)
def test_every_result_comes_out_again_from_the_printed_lines(ref: str) -> None:
    law = load_law(ref)
    paid_layers = 0
    for seed in range(4):
        for explanation, lines in explained(law, seed):
            layers: list[list[str]] = []
            for line in lines[1:]:
                if line.depth == 0:
                    layers.append([])
                elif layers:
                    layers[-1].append(line.text)
            *layers, own = layers
            total = explanation.claim["total"] - (explanation.claim["paid_hospital"] or 0)
            for step, text in zip(explanation.steps, layers, strict=True):
                paid = paid_again(text)
                assert paid == step["paid"], (explanation.claim["claim_id"], step["layer"], text)
                printed = one(rf"^(?:只计算、不)?支付：{AMOUNT}$", text)
                assert printed is None or fen(printed[0]) == paid
                paid_layers += paid > 0
                total -= 0 if step["state"] == "notional" else paid
            assert one(rf"^个人负担合计：{AMOUNT}$", own) == (f"{total // 100:,}.{total % 100:02d}",)
    assert (paid_layers > 0) == (ref not in NOTHING_PAID), "no layer of any bill paid anything: this would show nothing"


@pytest.mark.parametrize("ref", SETTLING)
def test_every_paid_step_names_its_document(ref: str) -> None:
    law = load_law(ref)
    for explanation, lines in explained(law, 1):
        for line in lines:
            if line.text.startswith("起付标准：") or " × " in line.text or "尚余" in line.text:
                assert line.cite, (explanation.claim["claim_id"], line.text)


def test_english_says_the_same_numbers() -> None:
    law = load_law("cn/321300/2024")
    for explanation, lines in explained(law, 2):
        english = explanation_lines(explanation, "en")
        numbers = [re.findall(r"[\d,]+\.\d{2}", line.text) for line in lines]
        assert numbers == [re.findall(r"[\d,]+\.\d{2}", line.text) for line in english]
        assert not any(re.search(r"[\u4e00-\u9fff]", line.text) for line in english)
