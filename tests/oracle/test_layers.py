"""Gates, bases, caps, and the other forms of a layer."""

from __future__ import annotations

from pathlib import Path

import pytest

from oracle.tiny import bill, law, paid, rows, states, yuan


def test_a_bill_outside_the_gate_touches_nothing(tmp_path: Path) -> None:
    pack = law(
        tmp_path,
        "layers: {a: {when: {setting: inpatient}, rate: 100%, deductible: {per: year, amount: 100 yuan}}}",
    )
    settled = rows(pack, bill(80, "2023-01-01", setting="outpatient"), bill(150, "2023-01-02"))
    assert paid(settled) == ["0.00", "50.00"]
    assert states(settled) == ["outside", "ok"]


def test_counts_lets_it_through_the_deductible_and_the_brackets(tmp_path: Path) -> None:
    pack = law(
        tmp_path,
        """
        layers:
          a:
            when: {setting: inpatient}
            counts: true
            deductible: {per: year, amount: 100 yuan}
            brackets: {on: year, from: zero, upto: [200 yuan]}
            rate: [{bracket: 1, is: 50%}, {bracket: 2, is: 100%}]
        """,
    )
    settled = rows(pack, bill(180, "2023-01-01", setting="outpatient"), bill(50, "2023-01-02"))
    assert paid(settled) == ["0.00", "40.00"]  # 180-200 at 50 %, 200-230 at 100 %
    assert states(settled) == ["outside", "ok"]


def test_gate_on_what_the_base_is_over(tmp_path: Path) -> None:
    pack = law(
        tmp_path,
        """
        classes: {x: {members: [dibao]}}
        default_class: y
        layers: {a: {when: {base_over: {x: 100 yuan, y: 200 yuan}}, rate: 10%}}
        """,
    )
    bills = (bill("100.00"), bill("100.01"), bill("200.01"))
    assert paid(rows(pack, *bills, ids=["dibao"])) == ["0.00", "10.00", "20.00"]
    assert paid(rows(pack, *bills)) == ["0.00", "0.00", "20.00"]


def test_gate_on_a_cap_that_is_used_up_the_bill_at_hand_included(tmp_path: Path) -> None:
    pack = law(
        tmp_path,
        """
        layers:
          a: {rate: 100%, caps: [{id: year, per: year, limit: 500 yuan}, {id: bill, per: bill, limit: 300 yuan}]}
          b: {when: {used_up: a.year}, rate: 50%}
        """,
    )
    settled = rows(pack, bill(400, "2023-01-01"), bill(400, "2023-01-02"), bill(400, "2023-01-03"))
    assert paid(settled, "a") == ["300.00", "200.00", "0.00"]
    assert paid(settled, "b") == ["0.00", "100.00", "200.00"]


def test_all_of_several_caps_must_be_used_up_and_none_never_is(tmp_path: Path) -> None:
    pack = law(
        tmp_path,
        """
        classes: {x: {members: [dibao]}}
        default_class: y
        layers:
          a: {rate: 50%, caps: [{id: one, per: year, limit: 50 yuan},
                                {id: two, per: year, counter: pot, limit: {x: none, y: 40 yuan}}]}
          b: {when: {used_up: [a.one, pot]}, rate: 100%}
          c: {when: {used_up: a.two}, base: [over_limit], rate: 100%}
        """,
    )
    settled = rows(pack, bill(100, "2023-01-01", over_limit=1), bill(100, "2023-01-02", over_limit=1), ids=["dibao"])
    assert (paid(settled, "b"), paid(settled, "c")) == (["0.00", "0.00"], ["0.00", "0.00"])
    settled = rows(pack, bill(100, "2023-01-01", over_limit=1), bill(100, "2023-01-02", over_limit=1))
    assert paid(settled, "a") == ["40.00", "0.00"]
    assert (paid(settled, "b"), paid(settled, "c")) == (["0.00", "0.00"], ["1.00", "1.00"])


def test_bases_are_paid_down_in_their_order(tmp_path: Path) -> None:
    pack = law(
        tmp_path,
        """
        layers:
          a: {base: {parts: [in_scope, first_self_pay], paid_down: [first_self_pay, in_scope]}, rate: 50%}
          b: {base: [first_self_pay], rate: 100%}
          c: {base: [in_scope], rate: 100%}
        """,
    )
    (row,) = rows(pack, bill(100, first_self_pay=40, over_limit=7))
    # a: 70, of it 40 out of the first self-pay and 30 in scope.
    assert {name: yuan(amount) for name, amount in row["pay"].items()} == {"a": "70.00", "b": "0.00", "c": "70.00"}
    assert (yuan(row["self_in_scope"]), yuan(row["self_total"])) == ("0.00", "7.00")


def test_unpaid_money_remembers_why(tmp_path: Path) -> None:
    layers = """
    layers:
      a: {when: {setting: inpatient}, deductible: {per: bill, amount: 100 yuan}, rate: 50%,
          caps: [{per: bill, limit: 300 yuan}]}
      b: {base: {parts: [in_scope], unpaid: [LABEL]}, rate: 100%}
    """
    made = {}
    for label in ("untouched", "deductible", "co_payment", "over_cap"):
        pack = law(tmp_path, layers.replace("LABEL", label))
        made[label] = paid(rows(pack, bill(1000), bill(10, setting="outpatient")), "b")
    # 100 under the deductible; 900 at 50 % is 450, cut to 300: 150 over the cap; the rest 450.
    assert made == {
        "untouched": ["0.00", "10.00"], "deductible": ["100.00", "0.00"],
        "co_payment": ["450.00", "0.00"], "over_cap": ["150.00", "0.00"],
    }  # fmt: skip


def test_labels_outside_a_base_stay_as_they_are(tmp_path: Path) -> None:
    pack = law(
        tmp_path,
        """
        layers:
          a: {deductible: {per: bill, amount: 100 yuan}, rate: 50%, caps: [{per: bill, limit: 300 yuan}]}
          b: {base: {parts: [in_scope], unpaid: [deductible, co_payment]}, rate: 100%,
              caps: [{per: bill, limit: 120 yuan}]}
          c: {base: {parts: [in_scope], unpaid: [over_cap]}, rate: 100%}
        """,
    )
    (row,) = rows(pack, bill(1000))
    # b has 100 + 450 and pays 120: the deductible's 100 first; 430 are then over b's cap, with a's 150.
    assert {name: yuan(amount) for name, amount in row["pay"].items()} == {"a": "300.00", "b": "120.00", "c": "580.00"}


def test_caps_of_bill_stay_and_year_the_least_room_counts(tmp_path: Path) -> None:
    pack = law(
        tmp_path,
        """
        layers: {a: {rate: 100%, caps: [{per: bill, limit: 50 yuan}, {per: stay, limit: 80 yuan},
                                        {per: year, limit: 150 yuan}]}}
        """,
    )
    settled = rows(
        pack, bill(60, "2023-01-01", stay_id="s"), bill(60, "2023-01-02", stay_id="s"),
        bill(60, "2023-01-03", stay_id="t"), bill(60, "2023-01-04"), bill(60, "2024-01-04"),
    )  # fmt: skip
    assert paid(settled) == ["50.00", "30.00", "50.00", "20.00", "50.00"]
    assert settled[3]["trace"]["a"]["cap_cut"] == 4000


def test_a_shared_cap_with_a_sub_limit_and_a_cap_shared_by_layers(tmp_path: Path) -> None:
    pack = law(
        tmp_path,
        """
        layers:
          a: {rate: 50%, caps: [{id: pot, per: year, counter: pot, limit: 100 yuan},
                                {id: out, per: year, when: {setting: outpatient}, limit: 30 yuan}]}
          b: {rate: 50%, caps: [{id: all, per: year, counter: pot, limit: 120 yuan}]}
        """,
    )
    settled = rows(
        pack, bill(100, "2023-01-01", setting="outpatient"), bill(100, "2023-01-02"), bill(100, "2023-01-03")
    )
    # 1: a 30 (its sub-limit), b (100-30)/2 = 35: pot 65. 2: a 35: pot 100; b 20 of 32.50: pot 120. 3: none.
    assert paid(settled, "a") == ["30.00", "35.00", "0.00"]
    assert paid(settled, "b") == ["35.00", "20.00", "0.00"]


def test_a_cap_after_a_change_of_class(tmp_path: Path) -> None:
    pack = law(
        tmp_path,
        """
        classes: {low: {members: [dibao]}}
        default_class: plain
        layers: {a: {rate: 100%, caps: [{per: year, limit: {low: none, plain: 100 yuan}}]}}
        """,
    )
    ids = [{"identity": "dibao", "from": "2023-02-01", "to": "2023-02-28"}]
    bills = (bill(80, "2023-01-10"), bill(80, "2023-02-10"), bill(80, "2023-03-10"))
    assert paid(rows(pack, *bills, ids=ids)) == ["80.00", "80.00", "0.00"]


def test_a_cap_on_the_base(tmp_path: Path) -> None:
    pack = law(
        tmp_path,
        """
        layers:
          a: {rate: 50%, deductible: {per: bill, amount: 10 yuan}, caps: [{per: year, counts: base, limit: 150 yuan}]}
          b: {base: {parts: [in_scope], unpaid: [over_cap]}, rate: 100%}
        """,
    )
    settled = rows(pack, bill(100, "2023-01-01"), bill(100, "2023-01-02"), bill(100, "2023-01-03"))
    assert paid(settled) == ["45.00", "20.00", "0.00"]  # 90/2; (50-10)/2
    assert paid(settled, "b") == ["0.00", "50.00", "100.00"]


def test_a_cap_on_deductibles(tmp_path: Path) -> None:
    pack = law(
        tmp_path,
        """
        layers: {a: {rate: 100%, deductible: {per: bill, amount: 40 yuan},
                     caps: [{per: year, counts: deductible, limit: 60 yuan}]}}
        """,
    )
    settled = rows(pack, *(bill(100, f"2023-01-0{day}") for day in (1, 2, 3)))
    assert paid(settled) == ["60.00", "80.00", "100.00"]


def test_an_unknown_cap_treated_as_none_is_flagged(tmp_path: Path) -> None:
    pack = law(tmp_path, "layers: {a: {rate: 50%, caps: [{per: year, limit: {unknown: not read, treat_as: none}}]}}")
    settled = rows(pack, bill(100), bill(0, over_limit=5))
    assert paid(settled) == ["50.00", "0.00"]
    assert [row["reasons"] for row in settled] == [["cap_unknown_treated_as_none"], []]
    assert states(settled) == ["ok", "ok"]


@pytest.mark.parametrize(
    ("per", "expected"),
    [
        ("bill", ["80.00", "80.00", "30.00"]),
        ("stay", ["80.00", "20.00", "30.00"]),
        ("year", ["80.00", "20.00", "0.00"]),
    ],
)
def test_a_fixed_sum(tmp_path: Path, per: str, expected: list[str]) -> None:
    pack = law(
        tmp_path, f"layers: {{a: {{fixed: {{per: {per}, amount: 100 yuan}}, caps: [{{per: bill, limit: 80 yuan}}]}}}}"
    )
    settled = rows(
        pack, bill(500, "2023-01-01", stay_id="s"), bill(500, "2023-01-02", stay_id="s"), bill(30, "2023-01-03")
    )
    assert paid(settled) == expected


def test_a_top_up_of_each_bill(tmp_path: Path) -> None:
    pack = law(
        tmp_path, "layers: {a: {rate: 50%}, b: {base: [first_self_pay, in_scope], top_up: {to: 80%, per: bill}}}"
    )
    assert paid(rows(pack, bill(100), bill(100, first_self_pay=50)), "b") == ["30.00", "30.00"]


def test_a_top_up_of_the_year(tmp_path: Path) -> None:
    pack = law(
        tmp_path,
        """
        layers:
          a: {rate: [{setting: inpatient, is: 90%}, {otherwise: true, is: 40%}]}
          b: {top_up: {to: 80%, per: year}}
        """,
    )
    bills = (bill(1000, "2023-01-01"), bill(400, "2023-01-02", setting="outpatient"), bill(100, "2023-01-03"))
    # 1: 800 - 900 < 0. 2: 80 % of 1400 = 1120, had 900 + 160: 60. 3: 1200 - (1150 + 60) < 0.
    assert paid(rows(pack, *bills), "b") == ["0.00", "60.00", "0.00"]


def test_a_notional_layer_is_subtracted_but_not_paid(tmp_path: Path) -> None:
    pack = law(tmp_path, "layers: {a: {rate: 60%, notional: true}, b: {rate: 50%}}")
    (row,) = rows(pack, bill(100))
    assert row["pay"] == {"a": 0, "b": 2000}
    assert row["trace"]["a"]["amount"] == 6000
    assert (row["self_in_scope"], row["self_total"]) == (8000, 8000)


def test_the_class_of_the_years_last_bill_for_all_of_them(tmp_path: Path) -> None:
    pack = law(
        tmp_path,
        """
        classes: {low: {members: [dibao]}}
        default_class: plain
        layers:
          a: {rate: {low: 80%, plain: 50%}, on_change: {recompute_year: true}}
          b: {base: [over_limit], rate: {low: 80%, plain: 50%}}
        """,
    )
    ids = [{"identity": "dibao", "from": "2023-06-01", "to": "2023-12-31"}]
    bills = (bill(100, "2023-01-01", over_limit=10), bill(100, "2023-07-01"), bill(100, "2024-01-01"))
    settled = rows(pack, *bills, ids=ids)
    assert paid(settled, "a") == ["80.00", "80.00", "50.00"]
    assert paid(settled, "b") == ["5.00", "0.00", "0.00"]


def test_everything_adds_up(tmp_path: Path) -> None:
    pack = law(tmp_path, "layers: {a: {rate: 37.5%}, b: {base: [out_of_catalogue, in_scope], rate: 12.5%}}")
    (row,) = rows(pack, bill("123.45", first_self_pay="6.78", out_of_catalogue="9.01", over_limit="2.34"))
    assert sum(row["pay"].values()) + row["self_total"] == 12345 + 678 + 901 + 234
