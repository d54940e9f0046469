"""Differences, tolerance, netting and outcomes on small frames, and what the record says at all."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from audit.made import bill, by_hand, claims, law
from tuodi.audit.compare import agreement, cases_of, differences, lead_id
from tuodi.audit.record import grade_of, manual_by_case, recorded_payments, second_copies
from tuodi.errors import TableError

LAYERS = [law().packs[0].layer(name) for name in ("catastrophic", "assistance", "tilt")]
NO_MANUAL = manual_by_case(None, LAYERS)


def rows(*pairs: tuple[int | None, int | None], person: str = "p") -> pl.DataFrame:
    """Bills of one case: (by law, recorded)."""
    return pl.DataFrame(
        [
            {
                "person_id": person,
                "layer": "assistance",
                "counter_year": 2024,
                "claim_id": f"{person}{at}",
                "own": own,
                "chain": own,
                "recorded": recorded,
            }
            for at, (own, recorded) in enumerate(pairs)
        ],
        schema={
            **dict.fromkeys(("person_id", "layer"), pl.String),
            "counter_year": pl.Int64,
            "claim_id": pl.String,
            **dict.fromkeys(("own", "chain", "recorded"), pl.Int64),
        },
    )


def case(*pairs: tuple[int | None, int | None], manual: int = 0, tolerance: int = 1) -> dict[str, Any]:
    paid = manual_by_case(by_hand(manual), LAYERS) if manual else NO_MANUAL
    found = cases_of(differences(rows(*pairs), tolerance), paid, tolerance)
    assert found.height == 1
    return found.row(0, named=True)


def test_the_same_to_the_fen_agrees() -> None:
    assert case((100, 100), (0, 0))["outcome"] == "agree"


@pytest.mark.req("NI12")
@pytest.mark.parametrize(
    ("pairs", "outcome", "difference"),
    [
        (((100, 99),), "within_tolerance", 0),
        (((100, 101),), "within_tolerance", 0),
        (((100, 98),), "lead", 2),
        (((100, 102),), "lead", -2),
        (((100, 99), (100, 99), (100, 99)), "within_tolerance", 0),
        (((100, 50), (100, 99)), "lead", 50),
        (((100, 50), (100, 150)), "offset", 0),
    ],
)
def test_the_tolerance_is_a_bills(pairs: Any, outcome: str, difference: int) -> None:
    found = case(*pairs)
    assert (found["outcome"], found["difference"]) == (outcome, difference)


def test_what_the_tolerance_hides_is_counted() -> None:
    found = case((100, 99), (100, 101), (100, 50))
    assert (found["hidden_bills"], found["hidden_amount"], found["difference"]) == (2, 2, 50)
    assert case((100, 99), tolerance=0)["difference"] == 1


def test_an_unknown_amount_never_agrees() -> None:
    assert case((100, 100), (None, 0))["outcome"] == "undetermined"
    assert case((100, 100), (5, None))["outcome"] == "undetermined"
    assert case((100, 100), (None, 0))["by_law"] == 100
    assert case((100, 100), (None, 0))["by_law_chain"] is None


@pytest.mark.req("NI12")
def test_payments_by_hand_are_netted() -> None:
    assert case((100, 40), manual=60)["outcome"] == "paid_by_hand"
    part = case((100, 40), manual=50)
    assert (part["outcome"], part["difference"], part["direction"]) == ("lead", 10, "owed")
    again = case((100, 100), manual=60)
    assert (again["outcome"], again["difference"], again["direction"]) == ("lead", -60, "over")


def test_a_payment_by_hand_without_any_bill_cannot_be_judged() -> None:
    found = cases_of(differences(rows(), 1), manual_by_case(by_hand(60), LAYERS), 1)
    assert found["outcome"].to_list() == ["undetermined"]


def test_the_counts_of_a_layer_add_up() -> None:
    bills = pl.concat([rows((1, 1), person="a"), rows((9, 1), person="b"), rows((None, 1), person="c")])
    found = cases_of(differences(bills, 1), NO_MANUAL, 1)
    counts = agreement(found, {"assistance": "A", "tilt": "A"}).row(0, named=True)
    assert counts["cases"] == 3
    names = ("agree", "within_tolerance", "offset", "paid_by_hand", "leads", "undetermined")
    assert sum(counts[name] for name in names) == 3


def test_a_lead_has_the_same_number_in_every_run_and_nobody_elses() -> None:
    assert lead_id("A", "p", "assistance", 2024) == "A-2024-827eb9bf8b"
    numbers = {lead_id("A", f"p{n}", layer, 2024) for n in range(2000) for layer in ("assistance", "tilt")}
    assert len(numbers) == 4000


def test_an_empty_cell_is_unknown_and_not_zero() -> None:
    one = claims(bill("a", "03-01", 10, paid_tilt=None, paid_other=7, paid_assistance=None))
    found = recorded_payments(one, LAYERS)
    assert found.rows() == [("a", "catastrophic", 0), ("a", "assistance", None), ("a", "tilt", None)]


def test_grades_follow_the_column_in_which_a_layer_is_recorded() -> None:
    assert [grade_of(layer) for layer in LAYERS] == ["B", "A", "A"]


@pytest.mark.parametrize("name", ["assistance", "医疗救助", "paid_assistance", "maf_pay", "医疗救助支付"])
def test_a_payment_by_hand_may_name_its_layer_in_any_of_the_fields_words(name: str) -> None:
    assert manual_by_case(by_hand(5, name), LAYERS)["layer"].to_list() == ["assistance"]


def test_a_payment_by_hand_for_a_layer_that_is_not_audited_is_left_out() -> None:
    assert manual_by_case(by_hand(5, "basic"), LAYERS).is_empty()
    with pytest.raises(TableError, match=r"'asistance'.*did you mean"):
        manual_by_case(by_hand(5, "asistance"), LAYERS)


@pytest.mark.req("NI12")
def test_a_second_copy_is_the_same_stay_under_another_number() -> None:
    first, second = bill("a", "03-01", 40, provider_id="h"), bill("b", "03-01", 40, provider_id="h")
    assert second_copies(claims(first, second)).rows() == [("b", "a")]
    assert second_copies(claims(first, {**second, "provider_id": "g"})).is_empty()
    assert second_copies(claims(first, {**second, "person_id": "q"})).is_empty()
    assert second_copies(claims(first, {**second, "in_scope": 3999, "first_self_pay": 1})).is_empty()


def test_two_equal_pharmacy_bills_of_one_day_are_no_copies() -> None:
    day = [bill(name, "03-01", 40, setting="pharmacy", provider_id="h") for name in ("a", "b")]
    assert second_copies(claims(*day)).is_empty()
    assert second_copies(claims(*({**one, "stay_id": "s"} for one in day))).rows() == [("b", "a")]
