"""Undetermined is a value of its own: what reaches an unknown, what leaves what open, and what does not."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from oracle.tiny import bill, law, paid, rows, states

pytestmark = pytest.mark.req("SP10")


def _one(tmp_path: Path, layers: str, *bills: dict[str, Any], **how: Any) -> list[str | None]:
    return paid(rows(law(tmp_path, "layers:\n" + layers), *bills, **how))


UNKNOWN = "{unknown: not read}"


def test_an_unknown_deductible_is_reached_by_any_base(tmp_path: Path) -> None:
    layer = f" a: {{rate: 50%, deductible: {{per: bill, amount: {UNKNOWN}}}}}"
    assert _one(tmp_path, layer, bill("0.01"), bill(0, over_limit=9)) == [None, "0.00"]


def test_an_unknown_rate_is_reached_by_money_in_its_bracket(tmp_path: Path) -> None:
    layer = f"""
 a: {{deductible: {{per: bill, amount: 10 yuan}}, brackets: {{on: bill, upto: [100 yuan]}},
     rate: [{{bracket: 1, is: 50%}}, {{bracket: 2, is: {UNKNOWN}}}]}}"""
    bills = (bill(5), bill(100), bill("100.01"), bill(20))
    assert _one(tmp_path, layer, *bills) == ["0.00", "45.00", None, "5.00"]


@pytest.mark.parametrize("what", ["factor", "points"])
def test_an_unknown_factor_or_points(tmp_path: Path, what: str) -> None:
    layer = f" a: {{rate: 50%, deductible: {{per: bill, amount: 10 yuan}}, {what}: {UNKNOWN}}}"
    assert _one(tmp_path, layer, bill(10), bill(11)) == ["0.00", None]


def test_an_unknown_bracket_end_stops_money_beyond_the_last_known_one(tmp_path: Path) -> None:
    layer = f"""
 a: {{brackets: {{on: year, upto: [100 yuan, {UNKNOWN}]}},
     rate: [{{bracket: 1, is: 50%}}, {{bracket: 2, is: 60%}}, {{bracket: 3, is: 70%}}]}}"""
    settled = _one(tmp_path, layer, bill(60, "2023-01-01"), bill(40, "2023-01-02"), bill(1, "2023-01-03"))
    assert settled == ["30.00", "20.00", None]


def test_an_unknown_limit_is_reached_by_a_payment(tmp_path: Path) -> None:
    layer = f" a: {{rate: 50%, deductible: {{per: bill, amount: 10 yuan}}, caps: [{{per: year, limit: {UNKNOWN}}}]}}"
    assert _one(tmp_path, layer, bill(10), bill(11)) == ["0.00", None]


def test_an_unknown_limit_on_the_base_is_reached_by_a_base(tmp_path: Path) -> None:
    layer = f" a: {{rate: 0%, caps: [{{per: year, counts: base, limit: {UNKNOWN}}}]}}"
    assert _one(tmp_path, layer, bill(1), bill(0, over_limit=1)) == [None, "0.00"]


def test_an_unknown_limit_on_deductibles_is_reached_by_a_deductible(tmp_path: Path) -> None:
    layer = f"""
 a: {{rate: 10%, deductible: {{per: year, amount: 50 yuan}},
     caps: [{{per: year, counts: deductible, limit: {UNKNOWN}}}]}}"""
    assert _one(tmp_path, layer, bill(1)) == [None]
    opening = [{"counter_year": 2023, "counter": "a.deductible", "amount": "50"}]
    assert _one(tmp_path, layer, bill(10), opening=opening) == ["1.00"]


def test_an_unknown_sum_or_target(tmp_path: Path) -> None:
    assert _one(tmp_path, f" a: {{fixed: {{per: bill, amount: {UNKNOWN}}}}}", bill(1), bill(0)) == [None, "0.00"]
    assert _one(tmp_path, f" a: {{top_up: {{to: {UNKNOWN}, per: bill}}}}", bill(1), bill(0)) == [None, "0.00"]


def test_a_later_layer_on_an_open_base_and_one_beside_it(tmp_path: Path) -> None:
    pack = law(
        tmp_path,
        f"""
        layers:
          a: {{base: [in_scope, over_limit], rate: {UNKNOWN}}}
          b: {{rate: 50%}}
          c: {{base: [over_limit], rate: 50%}}
          d: {{base: [first_self_pay], rate: 50%}}
          e: {{when: {{setting: outpatient}}, rate: 50%}}
        """,
    )
    (row,) = rows(pack, bill(100, over_limit=10, first_self_pay=8))
    assert row["pay"] == {"a": None, "b": None, "c": None, "d": 400, "e": 0}
    assert (row["status"], row["self_in_scope"], row["self_total"]) == ("undetermined", None, None)
    assert row["reasons"] == ["unknown_value", "base_open"]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("rate: RATE, deductible: {per: year, amount: 10 yuan}", None),
        ("rate: RATE, deductible: {per: year, amount: 0}", "50.00"),
        ("rate: RATE, deductible: {per: bill, amount: 10 yuan}", "45.00"),
        ("rate: RATE, deductible: {per: stay, amount: 10 yuan}", "45.00"),
        ("rate: RATE, caps: [{per: year, limit: 900 yuan}]", None),
        ("rate: RATE, caps: [{per: year, limit: none}]", "50.00"),
        ("rate: RATE, caps: [{per: bill, limit: 900 yuan}]", "50.00"),
        ("rate: RATE, caps: [{per: year, when: {setting: emergency}, limit: 900 yuan}]", "50.00"),
        ("rate: RATE, caps: [{per: year, when: {setting: outpatient}, limit: 900 yuan}]", "50.00"),
        ("rate: RATE, rounding: {per: year}", None),
        ("rate: RATE, brackets: {on: year, upto: [10 yuan]}", "50.00"),
        ("rate: BRACKETS, brackets: {on: year, upto: [10 yuan]}", None),
        ("rate: BRACKETS, brackets: {on: bill, upto: [10 yuan]}", "47.00"),
    ],
)
def test_which_counters_an_undetermined_bill_leaves_open(tmp_path: Path, rule: str, expected: str | None) -> None:
    """The first bill's rate is unknown; the second, inpatient, asks for the counter or does not."""
    plain = f"[{{setting: inpatient, is: 50%}}, {{otherwise: true, is: {UNKNOWN}}}]"
    by_bracket = f"""[{{setting: inpatient, bracket: 1, is: 20%}}, {{setting: inpatient, bracket: 2, is: 50%}},
        {{otherwise: true, is: {UNKNOWN}}}]"""
    layer = " a: {" + rule.replace("RATE", plain).replace("BRACKETS", by_bracket) + "}"
    first, second = bill(100, "2023-01-01", setting="outpatient"), bill(100, "2023-01-02")
    assert _one(tmp_path, layer, first, second) == [None, expected]
    # The next year, another person, and a bill that came earlier do not know of it.
    assert _one(tmp_path, layer, first, bill(100, "2024-01-02"))[1] is not None
    assert _one(tmp_path, layer, first, bill(100, "2023-01-02", person_id="q"))[1] is not None
    assert _one(tmp_path, layer, bill(100, "2022-12-31"), first)[0] is not None


def test_a_counter_that_others_read(tmp_path: Path) -> None:
    pack = law(
        tmp_path,
        f"""
        layers:
          a: {{when: {{setting: [outpatient, inpatient]}}, base: [over_limit],
               rate: [{{setting: outpatient, is: {UNKNOWN}}}, {{otherwise: true, is: 50%}}],
               caps: [{{id: x, per: year, counter: pot, limit: 90 yuan}}]}}
          b: {{when: {{used_up: pot}}, rate: 50%}}
          c: {{base: [out_of_catalogue], rate: 50%, caps: [{{per: year, counter: pot, limit: 90 yuan}}]}}
        """,
    )
    first = bill(0, "2023-01-01", setting="outpatient", over_limit=10)
    (_, row) = rows(pack, first, bill(10, "2023-01-02", out_of_catalogue=10))
    assert row["pay"] == {"a": 0, "b": None, "c": None}


def test_a_fixed_sum_and_a_top_up_of_the_year(tmp_path: Path) -> None:
    for form in ("fixed: {per: year, amount: 30 yuan}", "top_up: {to: 50%, per: year}"):
        layer = f" a: {{{form}, deductible: {{per: bill, amount: [{{setting: outpatient, is: {UNKNOWN}}}, "
        layer += "{otherwise: true, is: 0}]}}"
        first = bill(100, "2023-01-01", setting="outpatient")
        assert _one(tmp_path, layer, first, bill(100, "2023-01-02")) == [None, None]


def test_a_base_of_nothing_leaves_nothing_open(tmp_path: Path) -> None:
    layer = f" a: {{rate: 50%, deductible: {{per: year, amount: [{{setting: outpatient, is: {UNKNOWN}}},"
    layer += " {otherwise: true, is: 10 yuan}]}}"
    first = bill(0, "2023-01-01", setting="outpatient", over_limit=5)
    assert _one(tmp_path, layer, first, bill(100, "2023-01-02")) == ["0.00", "45.00"]


def test_an_unknown_code_at_a_gate(tmp_path: Path) -> None:
    layer = " a: {when: {place: local, setting: inpatient}, rate: 50%, caps: [{per: year, limit: 90 yuan}]}"
    bills = (
        bill(100, "2023-01-01", place=None, setting="outpatient"), bill(100, "2023-01-02", place="in_province"),
        bill(100, "2023-01-03"), bill(100, "2023-01-04", place=None), bill(100, "2023-01-05"),
    )  # fmt: skip
    assert _one(tmp_path, layer, *bills) == ["0.00", "0.00", "50.00", None, None]


def test_an_unknown_code_at_a_caps_when(tmp_path: Path) -> None:
    layer = """
 a: {rate: [{purpose: maternity, is: 0%}, {otherwise: true, is: 50%}],
     caps: [{per: year, when: {place: local}, limit: 90 yuan}]}"""
    bills = (bill(100, place=None), bill(100, place=None, purpose="maternity", day="2023-06-01"))
    assert _one(tmp_path, layer, *bills) == [None, "0.00"]


def test_overlapping_stays(tmp_path: Path) -> None:
    pack = law(
        tmp_path,
        """
        layers:
          a: {rate: 50%, deductible: {per: stay, amount: 10 yuan}}
          b: {base: [over_limit], rate: 50%}
        """,
    )
    stays = (
        bill(100, "2023-01-10", admitted_on="2023-01-01", over_limit=2),
        bill(100, "2023-01-20", admitted_on="2023-01-10", over_limit=2),  # the day of transfer
        bill(100, "2023-01-30", admitted_on="2023-01-19", over_limit=2),  # two days in common
        bill(100, "2023-01-19", setting="outpatient"),
    )
    settled = rows(pack, *stays)
    assert paid(settled, "a") == ["45.00", None, None, "45.00"]
    assert paid(settled, "b") == ["1.00", "1.00", "1.00", "0.00"]
    # Bills of one stay may lie side by side.
    assert paid(rows(pack, *({**stay, "stay_id": "s"} for stay in stays[1:3]))) == ["45.00", "50.00"]


ANNUAL = " a: {rate: 50%, deductible: {per: year, amount: 10 yuan}, caps: [{id: year, per: year, limit: 60 yuan}]}"


def test_a_window_without_opening_balances(tmp_path: Path) -> None:
    bills = (bill(100, "2023-05-01"), bill(100, "2024-05-01"))
    since = date(2023, 3, 1)
    assert _one(tmp_path, ANNUAL, *bills, window_from=since) == [None, "45.00"]
    assert _one(tmp_path, ANNUAL, *bills, window_from=date(2023, 1, 1)) == ["45.00", "45.00"]
    opening = [{"counter_year": 2023, "counter": "a.deductible", "amount": "4"},
               {"counter_year": 2023, "counter": "a.year", "amount": "30"}]  # fmt: skip
    assert _one(tmp_path, ANNUAL, *bills, window_from=since, opening=opening) == ["30.00", "45.00"]
    # One row is enough to say that the balances are known; the others begin at 0.
    assert _one(tmp_path, ANNUAL, *bills, window_from=since, opening=opening[:1]) == ["47.00", "45.00"]


def test_an_ordinal_that_nobody_can_count(tmp_path: Path) -> None:
    layer = """
 a: {rate: 100%, deductible: {per: bill, amount: [{stay_ordinal: 1, is: 80 yuan}, {stay_ordinal: 2+, is: 40 yuan}]}}"""
    bills = (bill(100, "2023-05-01"), bill(100, "2023-06-01", stay_ordinal=3))
    assert _one(tmp_path, layer, *bills, window_from=date(2023, 3, 1)) == [None, "60.00"]
    assert _one(tmp_path, layer, *bills) == ["20.00", "60.00"]


def test_an_opening_balance_of_an_exact_sum(tmp_path: Path) -> None:
    layer = " a: {rate: 50%, rounding: {to: yuan, direction: down, per: year}}"
    # 1.50 yuan exactly, in fen times basis points; the case format writes amounts in yuan.
    opening = [{"counter_year": 2023, "counter": "a.exact", "amount": 15000}]
    assert _one(tmp_path, layer, bill(3), opening=opening) == ["2.00"]
    assert _one(tmp_path, layer, bill(3)) == ["1.00"]


def test_an_unknown_admission_only_matters_where_it_decides(tmp_path: Path) -> None:
    pack = law(
        tmp_path,
        """
        dates: {identity: any_day_of_stay}
        classes: {low: {members: [dibao]}}
        default_class: plain
        layers: {a: {rate: {low: 80%, plain: 10%}}, b: {base: [over_limit], rate: 50%}}
        """,
    )
    stay = bill(100, "2023-05-10", over_limit=2)

    def made(start: str, end: str | None) -> list[str | None]:
        return paid(rows(pack, stay, ids=[{"identity": "dibao", "from": start, "to": end}]))

    assert made("2023-05-10", None) == ["80.00"]
    assert made("2023-05-11", None) == ["10.00"]
    assert made("2023-05-01", "2023-05-09") == [None]
    settled = rows(pack, stay, ids=[{"identity": "dibao", "from": "2023-05-01", "to": "2023-05-09"}])
    assert paid(settled, "b") == ["1.00"]
    assert states(settled) == ["undetermined"]
