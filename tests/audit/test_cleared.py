"""Hits that the law clears, each with its reason, and the third list of what cannot be judged."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from audit.made import audited, bill, by_hand, claims, listed, paid_by, unpaid
from tuodi.audit import AuditResult

DIBAO = listed(("dibao", "2020-01-01"))
MARGIN = listed(("dibao_margin", "2020-01-01"))


def cleared(result: AuditResult) -> list[tuple[Any, ...]]:
    assert result.leads.is_empty()
    return result.cleared.select("layer", "hit", "why", "bills").rows()


@pytest.mark.req("NI12")
@pytest.mark.parametrize(
    ("other", "identities", "why"),
    [
        ({}, MARGIN, "deductible_not_reached"),
        ({"setting": "pharmacy"}, DIBAO, "setting_not_covered"),
        ({"purpose": "injury"}, DIBAO, "purpose_not_covered"),
        ({"authorisation": "missing"}, DIBAO, "authorisation_missing"),
        ({"paid_basic": 400_000}, DIBAO, "nothing_left"),
        ({}, listed(("dibao", "06-01")), "identity_not_begun"),
        ({}, listed(("dibao", "2020-01-01", "2023-12-31")), "identity_ended"),
        ({}, listed(("severe_disability", "2020-01-01")), "no_class"),
    ],
)
def test_on_the_list_and_not_paid_and_rightly_so(other: Any, identities: pl.DataFrame, why: str) -> None:
    bills = claims(bill("a", "03-01", 4000, **other))
    assert cleared(audited(paid_by(bills, identities), identities)) == [("assistance", "listed_not_paid", why, 1)]


def test_a_cap_that_is_used_up() -> None:
    bills = claims(*(bill(name, f"0{at}-01", 2000, setting="outpatient") for at, name in enumerate("abc", 1)))
    result = audited(paid_by(bills, DIBAO), DIBAO)
    assert cleared(result) == [("assistance", "listed_not_paid", "cap_used_up", 2)]
    assert result.cleared["claim_ids"].to_list() == [["b", "c"]]


def test_the_rest_came_by_hand() -> None:
    bills = unpaid(paid_by(claims(bill("a", "03-01", 4000), bill("b", "06-01", 6000)), DIBAO), "b")
    result = audited(bills, DIBAO, manual=by_hand(240_000))
    assert cleared(result) == [("assistance", "paid_by_hand", "paid_by_hand", 1)]
    assert result.cleared["amount"].to_list() == [240_000]
    assert result.agree.filter(pl.col("layer") == "assistance")["paid_by_hand"].item() == 1


def test_flagged_late_with_nothing_lost() -> None:
    late = listed(("dibao_margin", "2020-01-01", None, "05-01"))
    bills = claims(bill("a", "03-01", 4000))
    assert cleared(audited(paid_by(bills, MARGIN), late)) == [
        ("assistance", "flagged_late", "deductible_not_reached", 1)
    ]


def test_bills_that_differ_and_a_year_that_does_not() -> None:
    bills = paid_by(claims(bill("a", "03-01", 4000), bill("b", "06-01", 6000)), DIBAO)
    moved = bills.with_columns(pl.Series("paid_assistance", [170_000, 230_000]))
    assert cleared(audited(moved, DIBAO)) == [("assistance", "offset_in_year", "offset_in_year", 2)]


def test_nobody_on_no_list_is_a_hit() -> None:
    assert cleared(audited(paid_by(claims(bill("a", "03-01", 4000)), listed()), listed())) == []


def test_an_unknown_record_stands_in_the_third_list() -> None:
    result = audited(claims(bill("a", "03-01", 4000), bill("b", "04-01", 2000, paid_assistance=80_000)), DIBAO)
    row = result.undetermined.filter(pl.col("layer") == "assistance").row(0, named=True)
    assert (row["reason"], row["bills"], row["claim_ids"]) == ("assistance:recorded_unknown", 1, ["a"])
    assert (row["recorded"], row["at_least"]) == (80_000, 240_000)
    assert result.leads.filter(pl.col("layer") == "assistance").is_empty()
    assert result.agree.filter(pl.col("layer") == "assistance")["undetermined"].item() == 1


def test_an_unknown_referral_stands_in_the_third_list() -> None:
    bills = claims(bill("a", "03-01", 4000, authorisation=None, paid_assistance=0))
    row = audited(bills, DIBAO).undetermined.filter(pl.col("layer") == "assistance").row(0, named=True)
    assert row["reason"] == "assistance:gate_undecided"


def test_a_window_without_opening_balances_stands_in_the_third_list() -> None:
    bills = paid_by(claims(bill("a", "08-01", 4000)), MARGIN)
    result = audited(bills, MARGIN, window_from=date(2024, 7, 1))
    assert "assistance" in result.undetermined["layer"].to_list()
    assert result.leads.is_empty()
