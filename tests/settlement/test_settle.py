"""What ``settle`` does around the arithmetic: who is settled by which version, what is annulled, what is refused."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from settlement.agree import law_of
from settlement.invent import invent
from settlement.small import bill, claims, identities, law, minus, yuan
from tuodi.errors import TableError, UsageError
from tuodi.law import check
from tuodi.settlement import program, settle
from tuodi.settlement.kernel import EVERYTHING, REASONS
from tuodi.settlement.run import settle_with

DIBAO = identities(("dibao", "2023-01-01"))


# Layers, tiers, caps -----------------------------------------------------------------------------------


@pytest.mark.req("SP13")
def test_one_cap_logic_for_inpatient_outpatient_and_chronic_bills(tmp_path: Path) -> None:
    rows = claims(
        bill("a", 2000, "2024-01-05"),
        bill("b", 1000, "2024-02-05", setting="chronic_outpatient"),
        bill("c", 9000, "2024-03-05", setting="inpatient", admitted_on=date(2024, 3, 1)),
        bill("d", 3000, "2024-04-05", setting="inpatient", admitted_on=date(2024, 4, 1)),
        bill("e", 100, "2024-05-05"),
    )
    bills = settle(law(tmp_path), rows, DIBAO).bills
    # 1600; 400 of 800, since outpatients get 2000; 7200; 800 of 2400, since all get 10,000; nothing.
    assert yuan(bills["pay_assistance"]) == [1600, 400, 7200, 800, 0]


@pytest.mark.req("SP12")
def test_deductible_rate_and_cap_of_the_bills_own_class(tmp_path: Path) -> None:
    who = identities(("dibao_margin", "2023-01-01", "2024-03-31"), ("dibao", "2024-04-01"))
    rows = claims(bill("a", 600, "2024-02-01"), bill("b", 600, "2024-03-01"), bill("c", 600, "2024-04-01"))
    bills = settle(law(tmp_path), rows, who).bills
    # 600 of the deductible of 1000; 400 of it, then 50% of 200; as dibao there is none: 80% of 600.
    assert yuan(bills["pay_assistance"]) == [0, 100, 480]


@pytest.mark.req("NI16")
@pytest.mark.req("NI04")
def test_of_several_identities_the_best_applies_on_each_bill(tmp_path: Path) -> None:
    who = identities(("dibao_margin", "2023-01-01"), ("tekun", "2024-03-01", "2024-03-31"), ("dibao", "2024-02-01"))
    rows = claims(*(bill(f"{month}", 100, f"2024-0{month}-15") for month in (1, 2, 3, 4)))
    bills = settle(law(tmp_path), rows, who).bills
    assert yuan(bills["pay_assistance"]) == [0, 80, 100, 80]


def test_a_person_without_identities_is_outside(tmp_path: Path) -> None:
    bills = settle(law(tmp_path), claims(bill("a", 100, paid_basic=40))).bills
    assert bills.row(0, named=True) == {
        "claim_id": "a", "person_id": "p", "status": "outside", "reason": "", "pay_basic": 4000, "pay_assistance": 0,
        "self_in_scope": 6000, "self_total": 6000, "counter_year": 2024, "pack": "zz/999998/2024",
    }  # fmt: skip


# Reversals ---------------------------------------------------------------------------------------------


@pytest.mark.req("SP10")
def test_an_exact_pair_is_annulled_and_frees_the_cap(tmp_path: Path) -> None:
    first, second = bill("a", 2500, "2024-01-05"), bill("b", 1000, "2024-02-05")
    bills = settle(law(tmp_path), claims(first, second, minus(first)), DIBAO).bills
    assert bills["status"].to_list() == ["annulled", "ok", "annulled"]
    assert yuan(bills["pay_assistance"]) == [0, 800, 0]
    assert bills["self_total"].to_list() == [0, 20_000, 0]


@pytest.mark.parametrize(
    ("change", "states", "reason"),
    [
        ({"in_scope": -1}, ["quarantined", "quarantined"], "reversal_of_other_amounts"),
        ({"paid_basic": -1}, ["quarantined", "quarantined"], "reversal_of_other_amounts"),
        ({"reverses": "zzz"}, ["ok", "quarantined"], "reversal_of_nothing"),
        ({"reverses": "ar"}, ["ok", "quarantined"], "reversal_of_nothing"),
        ({"person_id": "q"}, ["ok", "quarantined"], "reversal_of_nothing"),
        ({"reverses": None}, ["ok", "quarantined"], "negative_without_reversal"),
    ],
)
def test_a_reversal_that_is_not_exact(tmp_path: Path, change: dict[str, Any], states: list[str], reason: str) -> None:
    first = bill("a", 100)
    bills = settle(law(tmp_path), claims(first, minus(first, **change)), DIBAO).bills
    assert bills["status"].to_list() == states
    assert bills["reason"][1] == reason
    assert bills["pay_assistance"][1] is None


def test_a_negative_payer_in_a_row_that_reverses_nothing(tmp_path: Path) -> None:
    bills = settle(law(tmp_path), claims(bill("a", 100, paid_tilt=-1))).bills
    assert bills.select("status", "reason").row(0) == ("quarantined", "negative_without_reversal")


@pytest.mark.parametrize("backwards", [False, True])
def test_of_several_reversals_the_first_in_settlement_order_counts(tmp_path: Path, backwards: bool) -> None:
    first = bill("a", 100)
    one = minus(first, claim_id="z")
    two = minus(first, claim_id="b", settled_at=one["settled_at"] + timedelta(days=1))
    rows = [first, two, one] if backwards else [one, first, two]
    bills = settle(law(tmp_path), claims(*rows), DIBAO).bills
    state = dict(bills.select("claim_id", "status").iter_rows())
    assert state == {"a": "annulled", "z": "annulled", "b": "quarantined"}
    assert bills.filter(pl.col("claim_id") == "b")["reason"].item() == "reversed_before"


def test_a_reversal_of_a_reversal_reverses_nothing(tmp_path: Path) -> None:
    first = bill("a", 100)
    back = minus(first)
    again = {**first, "claim_id": "c", "reverses": "ar"}
    bills = settle(law(tmp_path), claims(first, back, again), DIBAO).bills
    assert bills["status"].to_list() == ["annulled", "annulled", "quarantined"]


def test_a_pair_outside_the_version_is_annulled_all_the_same(tmp_path: Path) -> None:
    first = bill("a", 100, "2019-05-01")
    bills = settle(law(tmp_path), claims(first, minus(first))).bills
    assert bills["status"].to_list() == ["annulled", "annulled"]


def test_parts_that_do_not_add_up_are_not_settles_business(tmp_path: Path) -> None:
    row = {**bill("a", 100), "total": 12_345}
    bills = settle(law(tmp_path), claims(row), DIBAO).bills
    assert bills.select("status", "pay_assistance", "self_total").row(0) == ("ok", 8000, 4345)


# Versions ----------------------------------------------------------------------------------------------


TWO = (
    {"name": "old", "from": date(2023, 1, 1), "to": date(2024, 6, 30)},
    {"name": "new", "from": date(2024, 7, 1)},
)


def test_a_version_in_the_id_is_forced(tmp_path: Path) -> None:
    rows = claims(bill("a", 100, "2024-06-30"), bill("b", 100, "2024-07-01"))
    bills = settle(law(tmp_path, TWO[0]), rows, DIBAO).bills
    assert bills["status"].to_list() == ["ok", "quarantined"]
    assert bills["reason"].to_list() == ["", "outside_version"]


@pytest.mark.req("SP12")
def test_the_date_chooses_the_version_and_the_year_goes_on(tmp_path: Path) -> None:
    rows = claims(
        bill("z", 100, "2022-12-31"), bill("a", 1500, "2024-06-30"), bill("b", 1500, "2024-07-01"),
    )  # fmt: skip
    bills = settle(law(tmp_path, *TWO), rows, DIBAO).bills
    assert bills["reason"].to_list() == ["no_version_in_force", "", ""]
    assert bills["pack"].to_list() == ["", "zz/999998/old", "zz/999998/new"]
    assert yuan(bills["pay_assistance"]) == [None, 1200, 800]


def test_a_year_of_two_structures_is_undetermined_with_its_reason(tmp_path: Path) -> None:
    other = {**TWO[1], "hospital_part": {"reduces": ["in_scope"], "cite": "d"}}
    rows = claims(
        bill("a", 100, "2024-06-30"), bill("b", 100, "2024-07-01"), bill("c", 100, "2025-07-01"),
        bill("d", 100, "2024-07-01", person_id="q"),
    )  # fmt: skip
    bills = settle(law(tmp_path, TWO[0], other), rows, DIBAO).bills
    assert bills["status"].to_list() == ["undetermined", "undetermined", "ok", "outside"]
    assert bills["reason"][0] == "assistance:version_changes_within_year"
    assert bills["pay_basic"][0] == 0


def test_a_stay_over_two_structures_leaves_its_years_undetermined(tmp_path: Path) -> None:
    layer = {
        "title": {"zh": "层", "en": "l"}, "when": {"class": ["full", "dibao"]}, "rate": "50%", "cite": "d",
        "deductible": {"per": "stay", "amount": "300 yuan"},
    }  # fmt: skip
    old = {"name": "old", "from": date(2023, 1, 1), "to": date(2023, 12, 31), "layers": {"l": layer}, "awards": {}}
    new = {
        "name": "new", "from": date(2024, 1, 1), "layers": {"l": layer, "m": {**layer, "base": ["over_limit"]}},
        "awards": {},
    }  # fmt: skip
    stay: dict[str, Any] = {"stay_id": "s", "setting": "inpatient", "admitted_on": date(2023, 12, 20)}
    rows = claims(
        bill("a", 1000, "2023-12-31", **stay), bill("b", 1000, "2024-01-03", **stay), bill("c", 1000, "2024-08-01"),
        bill("d", 1000, "2025-08-01"),
    )  # fmt: skip
    bills = settle(law(tmp_path, old, new), rows, DIBAO).bills
    assert bills["status"].to_list() == ["undetermined", "undetermined", "undetermined", "ok"]


def test_no_counter_year_no_settlement(tmp_path: Path) -> None:
    by_admission = {"name": "2024", "from": date(2024, 1, 1), "dates": {"counter_year": {"by": "admitted_on"}}}
    rows = claims(bill("a", 100, setting="inpatient"), bill("b", 100))
    bills = settle(law(tmp_path, by_admission), rows, DIBAO).bills
    assert bills["status"].to_list() == ["quarantined", "ok"]
    assert bills["reason"].to_list() == ["counter_year_unknown", ""]


# Read from the record ----------------------------------------------------------------------------------


@pytest.mark.req("SP10")
def test_the_caps_of_a_layer_from_the_record_hold_what_was_paid(tmp_path: Path) -> None:
    text = {
        "name": "2024", "from": date(2024, 1, 1), "awards": {},
        "layers": {
            "first": {
                "title": {"zh": "一", "en": "one"}, "when": {"setting": "outpatient"}, "rate": "50%", "cite": "d",
                "caps": [{"id": "year", "per": "year", "counter": "pot", "limit": "1,000 yuan"}],
            },
            "then": {
                "title": {"zh": "二", "en": "two"}, "rate": "50%", "cite": "d",
                "caps": [{"id": "year", "per": "year", "counter": "pot", "limit": "1,500 yuan"}],
            },
        },
        "recorded_as": {"first": ["paid_assistance"]},
    }  # fmt: skip
    rows = claims(
        bill("a", 4000, "2024-01-01", paid_assistance=900),
        bill("b", 1000, "2024-02-01", setting="pharmacy", paid_assistance=300),
        bill("c", 1000, "2024-03-01", setting="inpatient", admitted_on=date(2024, 2, 28)),
        bill("d", 1000, "2024-04-01", paid_assistance=10),
    )
    bills = settle(law(tmp_path, text), rows, given=["first"]).bills
    # The pot: 900 as recorded and 600 of 1550 computed; b is outside the first layer's gate, so its 300 are not in it.
    assert yuan(bills["pay_first"]) == [900, 300, None, 10]
    assert yuan(bills["pay_then"])[:2] == [600, 0]
    assert bills["reason"][2] == "first:given_missing;then:earlier_layer_undetermined"


# Windows, opening balances -----------------------------------------------------------------------------


def test_a_window_without_opening_balances_is_undetermined_until_there_are_some(tmp_path: Path) -> None:
    county, rows = law(tmp_path), claims(bill("a", 1000), bill("b", 1000, "2025-05-01"))
    late = settle(county, rows, DIBAO, window_from=date(2024, 3, 1)).bills
    assert late["status"].to_list() == ["undetermined", "ok"]
    assert late["reason"][0] == "assistance:earlier_bill_undetermined"
    opening = pl.DataFrame(
        {"person_id": ["p"], "counter_year": [2024], "counter": ["assistance.year"], "amount": [950_000]}
    )
    known = settle(county, rows, DIBAO, opening=opening, window_from=date(2024, 3, 1)).bills
    assert yuan(known["pay_assistance"]) == [500, 800]


def test_an_unknown_counter_names_the_nearest(tmp_path: Path) -> None:
    opening = pl.DataFrame({"person_id": ["p"], "counter_year": [2024], "counter": ["assistance.yaer"], "amount": [1]})
    with pytest.raises(TableError, match=r"unknown counter 'assistance\.yaer'.*assistance\.year"):
        settle(law(tmp_path), claims(bill("a", 1)), DIBAO, opening=opening)


# What is refused ---------------------------------------------------------------------------------------


def test_a_claim_id_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="claim_id 'a' occurs more than once"):
        settle(law(tmp_path), claims(bill("a", 1), bill("a", 2)))


@pytest.mark.parametrize(
    ("column", "code", "message"),
    [
        ("setting", "inpatent", r"setting 'inpatent' is not a known code.*inpatient"),
        ("provider_level", "tertary", r"provider_level 'tertary' is not a known code.*tertiary"),
    ],
)
def test_an_unknown_code_names_the_nearest(tmp_path: Path, column: str, code: str, message: str) -> None:
    with pytest.raises(TableError, match=message):
        settle(law(tmp_path), claims(bill("a", 1, **{column: code})))


def test_an_unknown_identity_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"unknown identity 'dibo'.*dibao"):
        settle(law(tmp_path), claims(bill("a", 1)), identities(("dibo", "2024-01-01")))


def test_an_identity_that_only_another_version_knows_is_in_no_class(tmp_path: Path) -> None:
    codes = {"codes": {"identity": {"veteran": {"parent": "dibao", "zh": "老兵", "en": "veteran"}}}}
    rows = claims(bill("a", 100, "2024-06-30"), bill("b", 100, "2024-07-01"))
    bills = settle(law(tmp_path, TWO[0], {**TWO[1], **codes}), rows, identities(("veteran", "2023-01-01"))).bills
    assert yuan(bills["pay_assistance"]) == [0, 80]


def test_an_unknown_layer_in_given_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"unknown layer 'asistance'.*assistance"):
        settle(law(tmp_path), claims(bill("a", 1)), given=["asistance"])


# Bytes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ref", ["zz/000000/2024", "cn/110000/2023"])
def test_one_thread_and_four_write_the_same_bytes(ref: str) -> None:
    county = law_of(ref)
    rows, who = invent(county.packs[0], 5, persons=40)
    written = []
    for threads in (1, 4):
        for shape in (None, EVERYTHING):
            bills = settle_with(county, rows, who, None, None, None, (), False, threads, shape).bills
            into = BytesIO()
            bills.write_ipc(into)
            written.append(into.getvalue())
    assert len(set(written)) == 1


def test_no_bills_are_no_bills(tmp_path: Path) -> None:
    run = settle(law(tmp_path), claims(), DIBAO, trace=True, threads=4)
    assert run.bills.is_empty()
    assert run.bills.columns[-2:] == ["counter_year", "pack"]
    assert run.trace is not None
    assert run.trace.is_empty()


def test_the_kernels_reasons_are_words_of_their_own() -> None:
    assert len(set(REASONS)) == len(REASONS)


def test_a_cap_may_not_take_the_name_of_a_layers_own_counter() -> None:
    assert check._LAYER_COUNTERS == program.LAYER_COUNTERS
