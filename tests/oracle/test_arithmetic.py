"""Deductible, brackets, rate, rounding: each with its arithmetic beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from oracle.tiny import bill, law, paid, rows


def test_deductible_of_each_bill(tmp_path: Path) -> None:
    pack = law(tmp_path, "layers: {a: {rate: 50%, deductible: {per: bill, amount: 100 yuan}}}")
    settled = rows(pack, bill(300), bill(40), bill("100.01"))
    assert paid(settled) == ["100.00", "0.00", "0.01"]  # (300-100)/2; nothing; 0.005 half up
    assert [row["trace"]["a"]["deductible"] for row in settled] == [10000, 4000, 10000]


def test_deductible_of_a_stay_also_across_the_years_end(tmp_path: Path) -> None:
    pack = law(tmp_path, "layers: {a: {rate: 100%, deductible: {per: stay, amount: 500 yuan}}}")
    settled = rows(
        pack, bill(300, "2023-12-31", stay_id="s", claim_id="1"), bill(300, "2024-01-01", stay_id="s", claim_id="2"),
        bill(600, "2024-02-01", claim_id="3"),
    )  # fmt: skip
    assert paid(settled) == ["0.00", "100.00", "100.00"]


def test_deductible_of_the_year_starts_again_in_the_next(tmp_path: Path) -> None:
    pack = law(tmp_path, "layers: {a: {rate: 100%, deductible: {per: year, amount: 500 yuan}}}")
    settled = rows(pack, bill(300, "2023-02-01"), bill(300, "2023-03-01"), bill(300, "2024-01-01"))
    assert paid(settled) == ["0.00", "100.00", "0.00"]


def test_row_order_and_other_persons_change_nothing(tmp_path: Path) -> None:
    pack = law(tmp_path, "layers: {a: {rate: 100%, deductible: {per: year, amount: 500 yuan}}}")
    settled = rows(
        pack, bill(300, "2023-03-01", claim_id="late"), bill(300, "2023-02-01", claim_id="early"),
        bill(900, "2023-01-01", claim_id="other", person_id="q"),
    )  # fmt: skip
    assert paid(settled) == ["100.00", "0.00", "400.00"]


def test_deductible_after_a_change_of_class(tmp_path: Path) -> None:
    pack = law(
        tmp_path,
        """
        classes: {low: {members: [dibao]}, edge: {members: [dibao_margin]}}
        layers: {a: {rate: {low: 100%, edge: 100%}, deductible: {per: year, low: 200 yuan, edge: 500 yuan}}}
        """,
    )
    ids = [{"identity": "dibao_margin", "from": "2023-01-01"}, {"identity": "dibao", "from": "2023-02-01",
            "to": "2023-02-28"}]  # fmt: skip
    bills = (bill(300, "2023-01-10"), bill(300, "2023-02-10"), bill(300, "2023-03-10"))
    # 300 of 500; room max(0, 200-300) = 0, all paid; room 500-300 = 200.
    assert paid(rows(pack, *bills, ids=ids)) == ["0.00", "300.00", "100.00"]


def test_the_ordinal_of_the_stay(tmp_path: Path) -> None:
    pack = law(
        tmp_path,
        """
        layers:
          a:
            when: {setting: inpatient}
            rate: 100%
            deductible: {per: stay, amount: [{stay_ordinal: 1, is: 800 yuan}, {stay_ordinal: 2, is: 400 yuan},
                                             {stay_ordinal: 3+, is: 0}]}
        """,
    )
    settled = rows(
        pack, bill(1000, "2023-01-10", stay_id="x"), bill(1000, "2023-01-20", stay_id="x"),
        bill(1000, "2023-02-10", setting="outpatient"), bill(1000, "2023-02-20", stay_id="y"),
        bill(1000, "2023-03-10", stay_id="z"), bill(1000, "2023-04-10", stay_id="w", stay_ordinal=1),
        bill(1000, "2024-01-10", stay_id="v"),
    )  # fmt: skip
    assert paid(settled) == ["200.00", "1000.00", "0.00", "600.00", "1000.00", "200.00", "200.00"]


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        # 0-100 taken, 100-1000 at 50 %, then 60 %: 450 + 60*.. see below
        ("zero", ["250.00", "320.00", "600.00"]),
        ("deductible", ["250.00", "310.00", "600.00"]),
    ],
)
def test_annual_brackets_crossed_inside_a_bill(tmp_path: Path, start: str, expected: list[str]) -> None:
    pack = law(
        tmp_path,
        f"""
        layers:
          a:
            deductible: {{per: year, amount: 100 yuan}}
            brackets: {{on: year, from: {start}, upto: [1000 yuan]}}
            rate: [{{bracket: 1, is: 50%}}, {{bracket: 2, is: 60%}}]
        """,
    )
    # First bill 600: 500 * 50 % = 250.
    # Second 600, from zero: 600-1000 is 400 * 50 % + 200 * 60 % = 320; from the deductible: 500-1000 is 500 * 50 %
    # + 100 * 60 % = 310. Third 1000 * 60 %.
    settled = rows(pack, bill(600, "2023-01-10"), bill(600, "2023-02-10"), bill(1000, "2023-03-10"))
    assert paid(settled) == expected


def test_brackets_of_a_bill_and_of_a_stay(tmp_path: Path) -> None:
    pack = law(
        tmp_path,
        """
        layers:
          a: {brackets: {on: bill, upto: [100 yuan, 200 yuan]},
              rate: [{bracket: 1, is: 10%}, {bracket: 2, is: 20%}, {bracket: 3, is: 30%}]}
          b: {base: [over_limit], brackets: {on: stay, upto: [100 yuan]},
              rate: [{bracket: 1, is: 10%}, {bracket: 2, is: 20%}]}
        """,
    )
    settled = rows(
        pack, bill(250, "2023-01-10", over_limit=60, stay_id="s"), bill(250, "2023-01-11", over_limit=60, stay_id="s"),
        bill(0, "2023-01-12", over_limit=60),
    )  # fmt: skip
    assert paid(settled, "a") == ["45.00", "45.00", "0.00"]  # 10 + 20 + 15
    assert paid(settled, "b") == ["6.00", "8.00", "6.00"]  # 6; 40*10% + 20*20%; 6
    assert settled[0]["trace"]["a"]["brackets"] == [10000, 10000, 5000]


def test_rate_then_factor_then_points_then_clamp(tmp_path: Path) -> None:
    pack = law(
        tmp_path,
        """
        classes: {x: {members: [dibao]}}
        default_class: y
        layers:
          a:
            rate: 62.55%
            factor: [{authorisation: missing, is: 50%}, {otherwise: true, is: 100%}]
            points: [{class: x, is: 50%}, {class: y, is: -40%}]
        """,
    )
    bills = (bill(1000), bill(1000, authorisation="missing"))
    # y: 62.55 - 40 = 22.55 %; 31.28 (31.275 half up) - 40 < 0. x: more than 100 %; 31.28 + 50 = 81.28 %.
    assert paid(rows(pack, *bills)) == ["225.50", "0.00"]
    assert paid(rows(pack, *bills, ids=["dibao"])) == ["1000.00", "812.80"]


def test_rounding_per_bill(tmp_path: Path) -> None:
    bills = (bill("10.25", "2023-01-01"), bill("10.75", "2023-01-02"))
    made = {}
    for how in ("{to: fen}", "{to: jiao}", "{to: yuan, direction: down}", "{to: yuan, direction: up}"):
        pack = law(tmp_path, f"layers: {{a: {{rate: 10%, rounding: {how}}}}}")
        made[how] = paid(rows(pack, *bills))
    assert made == {
        "{to: fen}": ["1.03", "1.08"],  # 1.025 and 1.075
        "{to: jiao}": ["1.00", "1.10"],
        "{to: yuan, direction: down}": ["1.00", "1.00"],
        "{to: yuan, direction: up}": ["2.00", "2.00"],
    }


def test_rounding_per_year_and_the_packs_default(tmp_path: Path) -> None:
    pack = law(tmp_path, "rounding: {to: yuan, direction: down, per: year}\nlayers: {a: {rate: 50%}}")
    # Exact sums 1.5, 3.0, 4.5, 0.5: 1, 3, 4 and 0 in the next year.
    settled = rows(pack, bill(3, "2023-01-01"), bill(3, "2023-01-02"), bill(3, "2023-01-03"), bill(1, "2024-01-03"))
    assert paid(settled) == ["1.00", "2.00", "1.00", "0.00"]


def test_rounding_up_never_pays_more_than_the_base(tmp_path: Path) -> None:
    pack = law(tmp_path, "layers: {a: {rate: 90%, rounding: {to: yuan, direction: up}}}")
    assert paid(rows(pack, bill("0.55"))) == ["0.55"]


@pytest.mark.parametrize("cut", [1, 99, 100, 101, 450, 999, 1000, 1001, 1999])
def test_cutting_a_bill_changes_nothing_where_everything_is_annual(tmp_path: Path, cut: int) -> None:
    pack = law(
        tmp_path,
        """
        rounding: {per: year}
        layers:
          a:
            deductible: {per: year, amount: 1 yuan}
            brackets: {on: year, from: zero, upto: [10 yuan]}
            rate: [{bracket: 1, is: 33.33%}, {bracket: 2, is: 66.67%}]
            caps: [{per: year, limit: 9 yuan}]
        """,
    )
    (whole,) = rows(pack, bill("20.00"))
    first, second = f"{cut // 100}.{cut % 100:02d}", f"{(2000 - cut) // 100}.{(2000 - cut) % 100:02d}"
    parts = rows(pack, bill(first, "2023-01-01"), bill(second, "2023-01-02"))
    assert sum(row["pay"]["a"] for row in parts) == whole["pay"]["a"]
