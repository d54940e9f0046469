"""Reading a pack: values, ``extends``, tables, codes."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from oracle.tiny import bill, law, paid, rows, states, write
from tuodi.oracle import OracleError, load, load_region
from tuodi.oracle.values import fen, points, rounded


@pytest.mark.parametrize(
    ("text", "amount"), [("3000 yuan", 300000), ("16,901.50 yuan", 1690150), (0, 0), ("0.01 yuan", 1)]
)
def test_an_amount(text: object, amount: int) -> None:
    assert fen(text) == amount


@pytest.mark.parametrize("text", ["3000", "1.005 yuan", "x yuan", "70%"])
def test_not_an_amount(text: str) -> None:
    with pytest.raises(OracleError):
        fen(text)


def test_a_rate() -> None:
    assert points("62.5%") == 6250
    with pytest.raises(OracleError):
        points("62.555%")


@pytest.mark.parametrize(
    ("direction", "made"),
    [("half_up", [1, 2, 3, 1]), ("half_even", [0, 2, 2, 1]), ("up", [1, 2, 3, 1]), ("down", [0, 1, 2, 0])],
)
def test_rounding_of_halves(direction: str, made: list[int]) -> None:
    halves = [Fraction(1, 2), Fraction(3, 2), Fraction(5, 2), Fraction(51, 100)]
    assert [rounded(half, "fen", direction) for half in halves] == made


def test_rounding_to_jiao_and_yuan() -> None:
    assert rounded(Fraction(12345), "jiao") == 12350
    assert rounded(Fraction(12344), "jiao") == 12340
    assert rounded(Fraction(12350), "yuan", "half_even") == 12400
    assert rounded(Fraction(12450), "yuan", "half_even") == 12400


def test_on_is_a_key_and_no_number_is_a_float(tmp_path: Path) -> None:
    pack = law(tmp_path, "layers: {a: {brackets: {on: year}, x: 1.10, y: true, z: off}}")
    assert pack.get("layers", "a", "brackets") == {"on": "year"}
    assert pack.get("layers", "a", "x") == "1.10"
    assert pack.get("layers", "a", "y") is True
    assert pack.get("layers", "a", "z") == "off"


PARENT = """
pack: t/1/2023
title: {zh: 甲, en: one}
in_force: {from: 2023-01-01, to: 2023-12-31}
classes: {full: {members: [tekun]}, dibao: {members: [dibao]}}
layers:
  a: {rate: {full: 90%, dibao: 50%}, deductible: {per: bill, full: 0, dibao: 100 yuan}}
  b: {rate: 10%}
"""


def test_extends_merges_key_by_key_and_removes(tmp_path: Path) -> None:
    write(tmp_path, PARENT, head="")
    child = "pack: t/2/2023\nextends: t/1/2023\nlayers: {a: {rate: {dibao: 60%}, deductible: ~}, b: ~, c: {rate: 20%}}"
    write(tmp_path, child, "t/2/2023", head="")
    pack = load("t/2/2023", tmp_path)
    assert [layer.name for layer in pack.layers()] == ["a", "c"]
    assert pack.in_force == (date(2023, 1, 1), date(2023, 12, 31))
    assert pack.get("title") is None
    settled = rows(pack, bill(1000), ids=["dibao"])
    assert paid(settled, "a") == ["600.00"]
    assert paid(settled, "c") == ["80.00"]


def test_an_unknown_replaces_a_mapping_and_a_mapping_an_unknown(tmp_path: Path) -> None:
    write(tmp_path, PARENT, head="")
    first = "pack: t/2/2023\nextends: t/1/2023\nlayers: {a: {rate: {unknown: not read}}}"
    again = "pack: t/3/2023\nextends: t/2/2023\nlayers: {a: {rate: {full: 80%, dibao: 70%}}}"
    write(tmp_path, first, "t/2/2023", head="")
    write(tmp_path, again, "t/3/2023", head="")
    assert paid(rows(load("t/2/2023", tmp_path), bill(100), ids=["tekun"])) == [None]
    assert paid(rows(load("t/3/2023", tmp_path), bill(100), ids=["tekun"])) == ["80.00"]


def test_a_pack_that_extends_itself_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "pack: t/1/2023\nextends: t/1/2023", head="")
    with pytest.raises(OracleError, match="extends itself"):
        load("t/1/2023", tmp_path)


def test_gap_and_double_match_are_errors(tmp_path: Path) -> None:
    gap = law(tmp_path, "layers: {a: {rate: [{setting: outpatient, is: 50%}]}}")
    with pytest.raises(OracleError, match="gap"):
        rows(gap, bill(100))
    double = law(tmp_path, "layers: {a: {rate: [{setting: inpatient, is: 50%}, {place: local, is: 60%}]}}")
    with pytest.raises(OracleError, match="double"):
        rows(double, bill(100))


def test_otherwise_takes_what_no_other_row_matches(tmp_path: Path) -> None:
    pack = law(tmp_path, "layers: {a: {rate: [{otherwise: true, is: 10%}, {setting: inpatient, is: 50%}]}}")
    assert paid(rows(pack, bill(100), bill(100, setting="outpatient"))) == ["50.00", "10.00"]


def test_a_parent_code_in_a_condition_holds_for_its_local_codes(tmp_path: Path) -> None:
    pack = law(
        tmp_path,
        """
        codes: {provider_level: {grade_3a: {parent: tertiary}, grade_3b: {parent: tertiary}}}
        layers:
          a: {rate: [{provider_level: tertiary, is: 50%}, {otherwise: true, is: 80%}]}
          b:
            rate:
              - {provider_level: grade_3a, is: 10%}
              - {provider_level: grade_3b, is: 20%}
              - {otherwise: true, is: 30%}
        """,
    )
    settled = rows(
        pack, *(bill(100, provider_level=level) for level in ("grade_3a", "grade_3b", "tertiary", "secondary"))
    )
    assert paid(settled, "a") == ["50.00", "50.00", "50.00", "80.00"]
    assert paid(settled, "b") == ["5.00", "10.00", None, "6.00"]


def test_an_unknown_code_where_every_code_gives_the_same(tmp_path: Path) -> None:
    pack = law(
        tmp_path,
        """
        layers:
          a: {rate: [{place: [local, in_province], is: 50%}, {otherwise: true, is: 50%}]}
          b: {rate: [{place: local, is: 50%}, {otherwise: true, is: 40%}]}
        """,
    )
    (row,) = rows(pack, bill(100, place=None))
    assert row["pay"] == {"a": 5000, "b": None}
    assert states([row]) == ["undetermined"]


def test_shares_of_a_reference_amount(tmp_path: Path) -> None:
    pack = law(
        tmp_path,
        """
        dates: {income_year: {is: previous, until: 06-30, use: before_previous}}
        reference: {income: {values: {2021: "28,000.70 yuan", 2022: "30,001.50 yuan"}}}
        layers:
          a: {rate: 100%, deductible: {per: bill, amount: 25% of income}}
          b: {base: [over_limit], rate: 100%,
              deductible: {per: bill, amount: {share: 25%, of: income, round: {to: yuan, direction: down}}}}
        """,
    )
    # 28,000.70 * 25 % = 7000.175 -> 7000.18; down to the yuan 7000. 30,001.50 * 25 % = 7500.375 -> 7500.38.
    settled = rows(
        pack, bill(10000, "2023-06-30", over_limit=10000), bill(10000, "2023-07-01", over_limit=10000),
        bill(1, "2026-07-01"),
    )  # fmt: skip
    assert paid(settled, "a") == ["2999.82", "2499.62", None]
    assert paid(settled, "b") == ["3000.00", "2500.00", "0.00"]


def test_the_date_chooses_the_version_and_counters_go_on(tmp_path: Path) -> None:
    text = """
    pack: {0}
    in_force: {{from: {1}, to: {2}}}
    layers: {{a: {{rate: {3}, deductible: {{per: year, amount: 100 yuan}}}}}}
    """
    write(tmp_path, text.format("t/1/a", "2023-01-01", "2023-06-30", "50%"), "t/1/a", head="")
    write(tmp_path, text.format("t/1/b", "2023-07-01", "2023-12-31", "80%"), "t/1/b", head="")
    bills = (bill(60, "2023-06-30"), bill(100, "2023-07-01"), bill(100, "2024-01-01"))
    settled = rows(load_region("t/1", tmp_path), *bills)
    assert paid(settled) == ["0.00", "48.00", None]
    assert states(settled) == ["ok", "ok", "quarantined"]
    forced = rows(load("t/1/a", tmp_path), *bills)
    assert states(forced) == ["ok", "quarantined", "quarantined"]
    assert forced[1]["reasons"] == ["outside_version"]
