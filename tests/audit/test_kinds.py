"""Each kind of lead: bills and lists with exactly that cause give exactly that lead."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from audit.made import audited, bill, by_hand, claims, law, listed, paid_by, unpaid
from tuodi.audit import AuditResult
from tuodi.tables import CLAIMS

NOBODY = listed()
DIBAO = listed(("dibao", "2020-01-01"))


def only_lead(result: AuditResult, layer: str = "assistance") -> dict[str, Any]:
    leads = result.leads.filter(pl.col("layer") == layer)
    assert leads.height == 1, leads
    return leads.row(0, named=True)


def stays(**other: Any) -> pl.DataFrame:
    return claims(bill("a", "03-01", 4000, **other), bill("b", "06-01", 6000, **other))


def test_what_agrees_is_no_lead() -> None:
    result = audited(paid_by(stays(), DIBAO), DIBAO)
    assert result.leads.is_empty()
    assert result.agree["agree"].to_list() == [1, 1, 1]


@pytest.mark.req("NI12", "SP10")
def test_recognised_and_never_flagged() -> None:
    lead = only_lead(audited(paid_by(stays(), NOBODY), DIBAO, flags=NOBODY))
    assert lead["kind"] == "recognised_not_flagged"
    assert lead["causes"] == ["not_flagged"]
    assert lead["direction"] == "owed"
    # (2,000 + 3,000) × 80 %, nothing being over a deductible of the catastrophic layer
    assert (lead["recorded"], lead["by_law"], lead["difference"]) == (0, 400_000, 400_000)
    assert lead["claim_ids"] == ["a", "b"]
    assert lead["identities"] == ["dibao"]


def test_the_hospital_saw_nothing_and_no_list_of_flags_is_there() -> None:
    bills = claims(bill("a", "03-01", 4000), bill("b", "06-01", 6000, identity_at_hospital="dibao"))
    seen = paid_by(bills, listed(("dibao", "05-01")))
    lead = only_lead(audited(seen, DIBAO))
    assert (lead["kind"], lead["causes"], lead["difference"]) == ("recognised_not_flagged", ["not_flagged"], 160_000)


@pytest.mark.req("NI12")
def test_flagged_late() -> None:
    flags = listed(("dibao", "2020-01-01", None, "05-01"))
    result = audited(paid_by(stays(), listed(("dibao", "05-01"))), DIBAO, flags=flags)
    lead = only_lead(result)
    assert (lead["kind"], lead["causes"], lead["claim_ids"]) == ("flagged_late", ["flagged_late"], ["a"])
    assert lead["difference"] == 160_000
    assert result.causes["since"][0].isoformat() == "2024-05-01"


def test_one_list_serves_as_both() -> None:
    one = listed(("dibao", "2020-01-01", None, "05-01"))
    lead = only_lead(audited(paid_by(stays(), listed(("dibao", "05-01"))), one))
    assert (lead["kind"], lead["causes"]) == ("flagged_late", ["flagged_late"])


def test_flagged_and_yet_settled_as_nobody() -> None:
    flags = listed(("dibao", "2020-01-01", None, "2020-01-05"))
    lead = only_lead(audited(paid_by(stays(), NOBODY), DIBAO, flags=flags))
    assert (lead["kind"], lead["causes"]) == ("owed_not_paid", ["identity_not_used"])


@pytest.mark.req("NI16")
def test_the_lower_of_two_identities_was_used() -> None:
    both = listed(("dibao", "2020-01-01"), ("tekun", "2020-01-01"))
    bills = paid_by(stays(identity_at_hospital="dibao"), DIBAO)
    lead = only_lead(audited(bills, both))
    assert (lead["kind"], lead["causes"]) == ("lower_class_used", ["lower_identity"])
    assert lead["difference"] == 100_000  # 20 % of 5,000
    assert lead["identities"] == ["dibao", "tekun"]


def test_the_tilt_of_catastrophic_insurance_is_missing() -> None:
    bills = claims(bill("a", "03-01", 30000, identity_at_hospital="dibao"))
    as_ordinary = paid_by(bills, NOBODY, layers=("catastrophic",))
    # of the 12,000 that 3,000 of catastrophic insurance left, 80 %; the 2,400 after that are under the tilt's line
    paid = as_ordinary.with_columns(paid_assistance=pl.lit(960_000), paid_tilt=pl.lit(0))
    result = audited(paid, DIBAO)
    lead = only_lead(result, "catastrophic")
    # 15,000 left: (15,000 − 5,000) × 65 % = 6,500 by law, (15,000 − 10,000) × 60 % = 3,000 paid
    assert (lead["by_law"], lead["recorded"], lead["grade"]) == (650_000, 300_000, "B")
    assert (lead["kind"], lead["causes"]) == ("tilt_missing", ["tilt_missing"])
    assert result.lead_bills["one_stop"].to_list() == [None]  # what a pack says of the window concerns assistance
    assert result.leads.height == 1  # assistance was right on what had been paid before it


@pytest.mark.req("SP10")
def test_each_layer_is_judged_on_the_earlier_ones_as_paid_and_the_chain_stands_beside() -> None:
    bills = claims(bill("a", "03-01", 30000, identity_at_hospital="dibao"))
    as_ordinary = paid_by(bills, NOBODY, layers=("catastrophic",)).with_columns(paid_assistance=pl.lit(0))
    lead = only_lead(audited(as_ordinary, DIBAO))
    # own error: 80 % of the 12,000 that were left by 3,000 of catastrophic insurance; the chain: 80 % of 8,500
    assert (lead["by_law"], lead["by_law_chain"]) == (960_000, 680_000)
    assert "chain_differs" in lead["notes"]
    sheet = audited(as_ordinary, DIBAO).waterfalls.filter(pl.col("layer") == "assistance")
    assert sheet.select("by_law", "by_law_chain", "recorded").row(0) == (960_000, 680_000, 0)


def test_care_elsewhere_that_nobody_claimed_for() -> None:
    bills = claims(
        bill("a", "03-01", 4000),
        bill("b", "06-01", 6000, place="out_of_province"),
    ).with_columns(identity_at_hospital=pl.lit("dibao"))
    lead = only_lead(audited(unpaid(paid_by(bills, DIBAO), "b"), DIBAO))
    assert (lead["kind"], lead["causes"]) == ("away_manual_not_claimed", ["away_not_claimed"])
    assert lead["claim_ids"] == ["b"]


def test_a_bill_paid_on_application_for_which_nobody_applied() -> None:
    bills = claims(bill("a", "03-01", 4000), bill("b", "06-01", 6000, settle_mode="manual"))
    bills = bills.with_columns(identity_at_hospital=pl.lit("dibao"))
    lead = only_lead(audited(unpaid(paid_by(bills, DIBAO), "b"), DIBAO))
    assert (lead["kind"], lead["causes"]) == ("not_one_stop", ["not_one_stop"])


def test_a_referral_that_the_platform_took_as_missing() -> None:
    bills = stays(authorisation="referred", identity_at_hospital="dibao")
    without = bills.with_columns(authorisation=pl.lit("missing"))
    paid = paid_by(without, DIBAO).with_columns(authorisation=pl.lit("referred"))
    lead = only_lead(audited(paid, DIBAO))
    assert (lead["kind"], lead["causes"]) == ("referral_unclear", ["referral_taken_as_missing", "identity_not_used"])


def test_settled_by_another_version() -> None:
    bills = stays(identity_at_hospital="dibao")
    old = compile_at_all_times("2023")
    lead = only_lead(audited(paid_by(bills, DIBAO, old), DIBAO, versions=(law("2023"),)))
    assert (lead["kind"], lead["causes"]) == ("other_version", ["other_version"])
    assert lead["difference"] == 100_000  # 80 % instead of 60 % of 5,000


def compile_at_all_times(version: str) -> Any:
    from tuodi.audit.altered import valid_at_all_times
    from tuodi.law.compile import compile_pack
    from tuodi.settlement import Law

    return Law((compile_pack(valid_at_all_times(law(version).packs[0])),), forced=True)


def test_a_reversal_after_which_nothing_was_settled_again() -> None:
    seen = listed(("tekun", "2020-01-01"))
    before = paid_by(claims(bill("a", "03-01", 80000), bill("b", "06-01", 20000)), seen)
    before = before.with_columns(identity_at_hospital=pl.lit("tekun"))
    result = audited(pl.concat([before, reversal_of(before, "a")]), seen)
    lead = only_lead(result)
    # 17,250 of the 20,000 were used up by the first bill; it was reversed: the second gets 3,500 and not 2,750
    assert (lead["by_law"], lead["recorded"]) == (350_000, 275_000)
    assert (lead["kind"], lead["causes"]) == ("reversal_not_resettled", ["reversal_kept"])
    assert result.causes["detail"].to_list()[0] == "a;a-"
    assert result.meta.annulled == 2


def test_a_reversal_before_later_bills_leaves_those_in_between() -> None:
    seen = listed(("dibao_margin", "2020-01-01"))
    days = (("a", "02-01", 6000), ("b", "03-01", 5000), ("c", "05-01", 4000))
    bills = claims(*(bill(*each, identity_at_hospital="dibao_margin") for each in days))
    until = paid_by(bills.filter(pl.col("claim_id") != "c"), seen)
    last = bills.filter(pl.col("claim_id") == "c").with_columns(paid_assistance=pl.lit(0, dtype=pl.Int64))
    gone = reversal_of(until, "a").with_columns(settled_at=pl.lit(bills["settled_at"][1]).dt.offset_by("20d"))
    lead = only_lead(audited(pl.concat([until, last, gone]), seen))
    # "a" bore the deductible of 3,000, so "b" got 2,500 × 70 %; once "a" was gone the platform took 2,000 from "c".
    # By law "b" bears 2,500 of it and "c" 500: 1,500 × 70 %
    assert (lead["recorded"], lead["by_law"], lead["difference"]) == (175_000, 105_000, -70_000)
    assert (lead["kind"], lead["causes"]) == ("reversal_not_resettled", ["reversal_kept"])


def reversal_of(bills: pl.DataFrame, claim: str) -> pl.DataFrame:
    return bills.filter(pl.col("claim_id") == claim).with_columns(
        *(-pl.col(name) for name in CLAIMS.money),
        pl.lit(f"{claim}-").alias("claim_id"),
        pl.lit(claim).alias("reverses"),
        pl.col("settled_at").dt.offset_by("200d"),
    )


def test_a_sub_limit_counted_for_more_than_it_is_meant_for() -> None:
    bills = stays(identity_at_hospital="dibao")
    paid = bills.with_columns(pl.Series("paid_assistance", [100_000, 0]))
    lead = only_lead(audited(paid, DIBAO))
    assert (lead["kind"], lead["causes"]) == ("cap_used_up", ["cap_counted_twice"])


@pytest.mark.req("NI12")
def test_an_identity_that_no_list_has() -> None:
    flags = listed(("dibao", "2020-01-01", None, "2020-01-05"))
    others = listed(("dibao", "2020-01-01"), ("dibao", "2019-01-01", "2019-12-31"), person="somebody else")
    lead = only_lead(audited(paid_by(stays(), DIBAO), others, flags=flags))
    assert (lead["direction"], lead["kind"], lead["causes"]) == ("over", "over_paid", ["identity_unlisted"])
    assert lead["difference"] == -400_000


def test_an_identity_that_had_ended() -> None:
    ended = listed(("dibao", "2020-01-01", "04-30"))
    flags = listed(("dibao", "2020-01-01", None, "2020-01-05"))
    lead = only_lead(audited(paid_by(stays(), DIBAO), ended, flags=flags))
    assert (lead["kind"], lead["causes"], lead["claim_ids"]) == ("over_paid", ["identity_ended"], ["b"])


def test_an_identity_that_had_not_begun() -> None:
    lead = only_lead(audited(paid_by(stays(), DIBAO), listed(("dibao", "04-01"))))
    assert (lead["kind"], lead["causes"], lead["claim_ids"]) == ("over_paid", ["identity_early"], ["a"])


def test_a_cap_that_was_not_applied() -> None:
    bills = claims(bill("a", "03-01", 1000), bill("b", "06-01", 4000)).with_columns(setting=pl.lit("outpatient"))
    paid = bills.with_columns(pl.Series("paid_assistance", [40_000, 160_000]))
    lead = only_lead(audited(paid, DIBAO))
    assert (lead["kind"], lead["causes"], lead["difference"]) == ("over_paid", ["cap_not_applied"], -100_000)


def test_a_deductible_that_was_not_applied() -> None:
    margin = listed(("dibao_margin", "2020-01-01"))
    paid = stays(identity_at_hospital="dibao_margin").with_columns(pl.Series("paid_assistance", [140_000, 210_000]))
    lead = only_lead(audited(paid, margin))
    assert (lead["kind"], lead["causes"]) == ("over_paid", ["deductible_not_applied"])
    assert lead["difference"] == -210_000  # 70 % of the 3,000


@pytest.mark.req("NI12")
def test_the_same_stay_twice() -> None:
    bills = stays(provider_id="h", identity_at_hospital="dibao")
    twice = pl.concat([bills, bills.filter(pl.col("claim_id") == "b").with_columns(claim_id=pl.lit("b2"))])
    result = audited(paid_by(twice, DIBAO), DIBAO)
    lead = only_lead(result)
    assert (lead["kind"], lead["causes"], lead["claim_ids"]) == ("over_paid", ["same_bill_twice"], ["b2"])
    # the copy was settled over the deductible of the catastrophic layer: 80 % of what that left of 3,000
    assert lead["difference"] == -84_000


@pytest.mark.req("NI12")
def test_paid_at_the_window_and_again_by_hand() -> None:
    lead = only_lead(audited(paid_by(stays(), DIBAO), DIBAO, manual=by_hand(240_000)))
    assert (lead["kind"], lead["causes"]) == ("over_paid", ["paid_again_by_hand"])
    assert (lead["manual"], lead["difference"]) == (240_000, -240_000)


@pytest.mark.req("NI12")
def test_two_causes_that_both_reproduce_the_record_are_both_shown() -> None:
    bills = stays(place="out_of_province", authorisation="registered")
    lead = only_lead(audited(paid_by(bills, NOBODY), DIBAO, flags=NOBODY))
    assert lead["causes"] == ["not_flagged", "away_not_claimed", "referral_taken_as_missing"]
    assert lead["kind"] == "recognised_not_flagged"


def test_what_no_cause_reproduces_is_unexplained() -> None:
    paid = stays(identity_at_hospital="dibao").with_columns(pl.Series("paid_assistance", [123_45, 678_90]))
    result = audited(paid, DIBAO)
    lead = only_lead(result)
    assert (lead["kind"], lead["causes"]) == ("unexplained", [])
    assert lead["difference"] == 400_000 - 123_45 - 678_90


def test_one_fen_beside_the_record_is_not_reproduced() -> None:
    off = paid_by(stays(), NOBODY).with_columns(pl.Series("paid_assistance", [2, 0]))
    assert only_lead(audited(off, DIBAO, flags=NOBODY))["causes"] == []


def test_a_lead_says_that_the_money_may_still_have_come() -> None:
    bills = paid_by(stays(), NOBODY)
    early = audited(bills, DIBAO, flags=NOBODY).leads["notes"].to_list()
    late = audited(bills, DIBAO, flags=NOBODY, as_of=law().packs[0].in_force_from.replace(year=2025, month=6, day=30))
    assert "maybe_repaid_elsewhere" in early[0]
    assert "maybe_repaid_elsewhere" not in late.leads["notes"].to_list()[0]
