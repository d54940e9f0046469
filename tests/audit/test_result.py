"""What every result keeps to: declared frames, one order, numbers that add up, pages that can be read."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

import tuodi.audit
from audit.made import audited, bill, claims, law, listed, paid_by, unpaid
from tuodi.audit import CAUSES, FRAMES, KINDS, AuditResult, audited_layers
from tuodi.audit.sheets import citations
from tuodi.errors import UsageError
from tuodi.settlement import load_law
from tuodi.tables import PERSONS, conform

PEOPLE = {"p": "990101198001010110", "q": "990101198001010129", "r": "990101198001010137", "s": "990101198001010145"}
"""Nobody: a region that does not exist, a right check digit."""


def county() -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Four people: one never flagged, one late, one right, one whose deductible was not reached."""
    bills = claims(
        *(
            bill(f"{who}{at}", f"0{at}-1{at}", 3000 + 500 * at, person_id=who, certificate=PEOPLE[who])
            for who in PEOPLE
            for at in (2, 5, 8)
        )
    )
    lists = pl.concat(
        [
            listed(("dibao", "2020-01-01"), person="p"),
            listed(("dibao", "2020-01-01"), person="q"),
            listed(("tekun", "2020-01-01"), person="r"),
            listed(("dibao_margin", "2020-01-01"), person="s"),
        ]
    )
    flags = pl.concat(
        [
            listed(("dibao", "2020-01-01", None, "04-01"), person="q"),
            listed(("tekun", "2020-01-01", None, "2020-02-01"), person="r"),
            listed(("dibao_margin", "2020-01-01", None, "2020-02-01"), person="s"),
        ]
    )
    seen = flags.with_columns(pl.max_horizontal("from", "flagged_on").alias("from"))
    return paid_by(bills, seen), lists, flags


def result(**other: Any) -> AuditResult:
    bills, lists, flags = county()
    return audited(bills, lists, flags=flags, **other)


@pytest.fixture(scope="module")
def found() -> AuditResult:
    return result()


def test_every_frame_has_its_declared_columns(found: AuditResult) -> None:
    for name, schema in FRAMES.items():
        assert dict(getattr(found, name).schema) == dict(schema), name
        assert getattr(audited(*empty_input()), name).schema == pl.Schema(schema), name


def empty_input() -> tuple[pl.DataFrame, pl.DataFrame]:
    return claims(bill("a", "01-01", 1)).clear(), listed()


def test_the_order_of_rows_changes_nothing(found: AuditResult) -> None:
    bills, lists, flags = county()
    other = audited(bills.reverse(), lists.reverse(), flags=flags.reverse())
    for name in FRAMES:
        assert getattr(other, name).equals(getattr(found, name)), name


def test_other_persons_change_nothing(found: AuditResult) -> None:
    bills, lists, flags = county()
    alone = audited(*(frame.filter(pl.col("person_id") == "q") for frame in (bills, lists)), flags=flags)
    assert alone.leads.equals(found.of_person("q").leads)
    assert alone.waterfalls.equals(found.of_person("q").waterfalls)
    assert found.of_person("q").lead_bills.height == found.of_person("q").leads.height * 3


def test_the_summary_adds_up_to_the_leads(found: AuditResult) -> None:
    assert found.summary["leads"].sum() == found.leads.height > 0
    assert found.summary["amount"].sum() == found.leads["difference"].abs().sum()
    assert found.headline["amount"].sum() == found.leads["difference"].abs().sum()
    assert found.headline["grade"].to_list() == sorted(found.headline["grade"].to_list())
    assert found.agree["cases"].to_list() == [len(PEOPLE)] * 3
    assert set(found.leads["kind"]) <= set(KINDS)
    assert set(found.causes["cause"]) <= set(CAUSES)


def test_a_leads_bills_add_up_to_it(found: AuditResult) -> None:
    bills = found.lead_bills.group_by("lead_id").agg(
        pl.col("recorded", "by_law_own").sum(), pl.col("difference").filter("differs").sum()
    )
    joined = found.leads.join(bills, on="lead_id", suffix="_bills")
    assert joined.height == found.leads.height
    assert (joined["recorded"] == joined["recorded_bills"]).all()
    assert (joined["by_law"] == joined["by_law_own"]).all()
    assert (joined["difference"] == joined["difference_bills"]).all()


@pytest.mark.req("SP10")
def test_the_waterfall_leads_from_the_bill_to_the_lead(found: AuditResult) -> None:
    sheet = found.waterfalls.filter(pl.col("claim_id") == "p2")
    assert sheet["layer"].to_list() == ["basic", "catastrophic", "assistance", "tilt"]
    assert sheet["state"].to_list()[0] == "given"
    assert sheet["audited"].to_list() == [False, True, True, True]
    step = sheet.row(2, named=True)
    assert (step["class"], step["base"], step["deductible_taken"]) == ("dibao", 200_000, 0)
    assert (step["bracket_amounts"], step["bracket_rates"]) == ([200_000], [8000])
    assert (step["by_law"], step["recorded"], step["difference"]) == (160_000, 0, 160_000)
    assert step["citations"] == ["虚构〔2024〕1号 §5", "虚构〔2024〕1号 §3", "虚构〔2024〕1号 §6"]
    assert set(found.waterfalls["claim_id"]) == set(found.bills["claim_id"])


def test_a_page_shows_who_it_is_and_what_each_list_says(found: AuditResult) -> None:
    assert found.persons["person_id"].to_list() == ["p", "q"]
    assert found.persons["certificate"].to_list() == ["990101********0110", "990101********0129"]
    assert found.persons["owed"].sum() == found.leads.filter(pl.col("difference") > 0)["difference"].sum()
    said = found.intervals.filter(pl.col("person_id") == "q")
    assert said["origin"].to_list() == ["recognised", "flagged"]
    assert [str(day) for day in said["flagged_on"]] == ["None", "2024-04-01"]


def test_names_and_villages_come_from_the_first_source_that_has_them() -> None:
    about = conform(
        pl.DataFrame({"person_id": ["p"], "person_name": ["甲某"], "village": ["东村"], "certificate": ["1234567"]}),
        PERSONS,
    )
    page = result(persons=about).persons.row(0, named=True)
    assert (page["person_name"], page["village"], page["certificate"]) == ("甲某", "东村", "*****67")


def test_grades_and_layers() -> None:
    assert audited_layers(law()) == {"catastrophic": "B", "assistance": "A", "tilt": "A"}
    assert audited_layers(law(), "assistance") == {"assistance": "A", "tilt": "A"}
    with pytest.raises(UsageError, match="'basic' is no computed layer"):
        audited_layers(law(), "basic")
    with pytest.raises(UsageError, match="tolerance"):
        result(tolerance=-1)


def test_the_meta_data_say_on_what_the_audit_stands(found: AuditResult) -> None:
    meta = found.meta
    assert meta.packs == ("zz/990000/2024",)
    assert [document.name for document in meta.documents] == ["虚构〔2024〕1号"]
    assert (meta.claims, meta.claims_people, meta.flags, meta.manual) == (12, 4, 3, 0)
    assert [(layer.id, layer.grade, layer.audited) for layer in meta.layers] == [
        ("basic", "C", False), ("catastrophic", "B", True), ("assistance", "A", True), ("tilt", "A", True),
    ]  # fmt: skip
    assert (meta.tolerance, meta.hidden_bills, meta.list_is_snapshot) == (1, 0, True)


def test_what_the_tolerance_hides_is_told() -> None:
    bills, lists, flags = county()
    off = bills.with_columns(
        pl.when(pl.col("claim_id") == "r2")
        .then(pl.col("paid_assistance") - 1)
        .otherwise("paid_assistance")
        .alias("paid_assistance")
    )
    meta = audited(off, lists, flags=flags).meta
    assert (meta.hidden_bills, meta.hidden_amount, meta.hidden_people) == (1, 1, 1)


def test_each_step_is_told_by_name() -> None:
    told: list[str] = []
    result(progress=told.append)
    assert told == ["settle", "prove", "clear", "write"]


def test_a_rosters_silence_on_what_had_ended_and_on_whom_it_never_names() -> None:
    bills = claims(bill("a", "03-01", 4000), bill("b", "09-01", 4000), bill("c", "03-01", 4000, person_id="q"))
    flags = pl.concat(
        [listed(("dibao", "2020-01-01", "06-30", "2020-01-01")), listed(("tekun", "2020-01-01"), person="q")]
    )
    roster = listed(("dibao", "2020-01-01"), person="somebody else")
    result = audited(paid_by(bills, flags), roster, flags=flags)
    assert result.leads.is_empty()
    assert result.meta.identities_from_flags == ("tekun",)


def test_the_public_names_are_these() -> None:
    names = {"CAUSES", "FRAMES", "KINDS", "AuditMeta", "AuditResult", "audit", "audited_layers", "set_aside"}
    assert set(tuodi.audit.__all__) == names


@pytest.mark.req("NI12")
@pytest.mark.parametrize("table", ["claims", "identities", "manual"])
def test_nobody_of_whom_a_row_was_set_aside_is_judged(table: str) -> None:
    dibao = listed(("dibao", "2020-01-01"))
    bills = unpaid(paid_by(claims(bill("a", "03-01", 4000), bill("b", "06-01", 6000)), dibao), "b")
    missing = pl.DataFrame({"person_id": ["p"], "table": [table]})
    result = audited(bills, dibao, incomplete=missing)
    assert result.leads.is_empty()
    assert result.undetermined["reason"].to_list() == [f"{table}_set_aside"] * 3
    assert result.agree["agree"].to_list() == [0, 0, 0]
    assert audited(bills, dibao, incomplete=missing.clear()).leads.height == 1


def test_only_the_row_that_decided_is_cited() -> None:
    pack = load_law("cn/110000/2023").packs[0]
    cell = {"class": "relief", "setting": "outpatient", "authorisation": "none_needed"}
    number = "京医保发〔2022〕37号"
    assert citations(pack, pack.layer("assistance"), cell, "outpatient", False, [1]) == [
        f"{number} {article}" for article in ("§六", "§七", "§十(三)", "§一(一)3-4", "§六(一)3", "§六(一)")
    ]
    inpatient = citations(pack, pack.layer("assistance"), {**cell, "setting": "inpatient"}, None, False, [1])
    assert f"{number} §六(二)3" in inpatient
    assert f"{number} §六(一)3" not in inpatient
