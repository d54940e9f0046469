"""Where nothing changes over the year, the year's payments are one function of the year's total."""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from random import Random

import pytest

from oracle.tiny import bill, law, rows

BP = Fraction(1, 10_000)


@pytest.mark.parametrize("seed", range(12))
def test_payments_are_differences_of_one_function(tmp_path: Path, seed: int) -> None:
    draw = Random(seed)
    deductible, first, width, cap = (draw.randrange(1, 60_000) for _ in range(4))
    second = first + width
    rates = sorted(draw.randrange(0, 10_001) for _ in range(3))
    start = draw.choice(["zero", "deductible"])
    unit = draw.choice([1, 10, 100])
    table = ", ".join(f"{{bracket: {n}, is: {rate // 100}.{rate % 100:02d}%}}" for n, rate in enumerate(rates, 1))
    pack = law(
        tmp_path,
        f"""
        rounding: {{to: {({1: "fen", 10: "jiao", 100: "yuan"})[unit]}, direction: down, per: year}}
        layers:
          a:
            deductible: {{per: year, amount: {_yuan(deductible)}}}
            brackets: {{on: year, from: {start}, upto: [{_yuan(first)}, {_yuan(second)}]}}
            rate: [{table}]
            caps: [{{per: year, limit: {_yuan(cap)}}}]
        """,
    )

    def owed(total: int) -> int:
        """All that the year's total is owed: the money beyond the deductible, bracket by bracket, then the cap."""
        low = deductible if start == "zero" else 0
        high = total if start == "zero" else max(0, total - deductible)
        ends = [0, first, second, 10**12]
        exact = sum(max(0, min(high, ends[n + 1]) - max(low, ends[n])) * rates[n] * BP for n in range(3))
        return min(int(exact // unit) * unit, cap)

    amounts = [draw.randrange(0, 40_000) for _ in range(10)]
    bills = [bill(_yuan(amount).removesuffix(" yuan"), f"2023-01-{day:02d}") for day, amount in enumerate(amounts, 1)]
    totals = list(accumulate(amounts))
    in_order = rows(pack, *bills)
    paid = list(accumulate(row["pay"]["a"] for row in in_order))
    assert paid == [owed(total) for total in totals]
    shuffled = rows(pack, *draw.sample(bills, len(bills)))
    assert sum(row["pay"]["a"] for row in shuffled) == owed(totals[-1])


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d} yuan"
