"""A roster of one month is silent on every other: nobody is accused, and nobody cleared, on its silence."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from audit.made import audited, bill, claims, listed, paid_by, unpaid
from tuodi.audit import AuditResult

NOBODY = listed()
SINCE = ("dibao", "2020-01-01")
OTHERS = listed(SINCE, person="somebody else")
DECEMBER = ("12-01", "12-31")
OPEN = listed((*SINCE, None, "2020-01-05"))


def stays(**other: Any) -> pl.DataFrame:
    return claims(bill("a", "03-01", 4000, **other), bill("b", "12-10", 6000, **other))


def assistance(result: AuditResult) -> dict[str, Any]:
    return result.agree.row(by_predicate=pl.col("layer") == "assistance", named=True)


def reasons(result: AuditResult) -> list[Any]:
    return result.undetermined.filter(pl.col("layer") == "assistance").select("reason", "claim_ids").rows()


@pytest.mark.req("NI12")
def test_who_is_no_longer_on_the_roster_may_have_been_on_it() -> None:
    result = audited(paid_by(stays(), OPEN), OTHERS, flags=OPEN)
    assert result.leads.is_empty()
    assert reasons(result) == [("assistance:list_silent", ["a", "b"])]


def test_without_flags_what_the_hospital_saw_counts_as_much() -> None:
    result = audited(paid_by(stays(identity_at_hospital="dibao"), OPEN), OTHERS)
    assert result.leads.is_empty()
    assert reasons(result) == [("assistance:list_silent", ["a", "b"])]


def test_another_identity_now_says_nothing_of_the_time_before() -> None:
    flags = pl.concat([OPEN, listed(("dibao_margin", "09-01", None, "09-01"))])
    seen = listed((*SINCE, "08-31"), ("dibao_margin", "09-01"))
    result = audited(paid_by(stays(), seen), pl.concat([OTHERS, listed(("dibao_margin", "09-01"))]), flags=flags)
    assert result.leads.is_empty()
    assert reasons(result) == [("assistance:list_silent", ["a"])]


def test_where_the_roster_says_since_when_it_is_believed() -> None:
    flags = listed(("dibao", "2020-01-01", None, "2020-01-05"))
    result = audited(paid_by(stays(), OPEN), listed(("dibao", "06-01")), flags=flags)
    [lead] = result.leads.filter(pl.col("layer") == "assistance").to_dicts()
    assert (lead["kind"], lead["causes"], lead["claim_ids"]) == ("over_paid", ["identity_early"], ["a"])


@pytest.mark.req("NI12", "SP10")
def test_a_roster_without_days_accuses_nobody_who_was_flagged() -> None:
    result = audited(paid_by(stays(), OPEN), listed(("dibao", *DECEMBER)), flags=OPEN)
    assert (assistance(result)["agree"], result.leads.height, result.undetermined.height) == (1, 0, 0)
    assert result.meta.list_is_snapshot


def test_a_roster_without_days_and_no_flag_leaves_the_earlier_bill_open() -> None:
    paid = unpaid(paid_by(stays(), OPEN), "a", "b")
    result = audited(paid, listed(("dibao", *DECEMBER)), flags=NOBODY)
    assert reasons(result) == [("assistance:list_silent", ["a"])]
    assert result.undetermined["at_least"].to_list()[0] == 240_000  # 80 % of the 3,000 of the December bill


def test_a_bill_within_the_months_roster_is_judged() -> None:
    bills = claims(bill("b", "12-10", 6000))
    result = audited(paid_by(bills, NOBODY), listed(("dibao", *DECEMBER)), flags=NOBODY)
    [lead] = result.leads.to_dicts()
    assert (lead["kind"], lead["difference"]) == ("recognised_not_flagged", 240_000)


def test_who_is_flagged_and_not_on_the_months_roster_is_not_cleared_either() -> None:
    others = listed(("dibao", *DECEMBER), person="somebody else")
    result = audited(paid_by(stays(), OPEN), others, flags=OPEN)
    assert result.leads.is_empty()
    assert reasons(result) == [("assistance:list_silent", ["a", "b"])]
