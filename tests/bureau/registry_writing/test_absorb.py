"""Deliveries in: versions of rows, who has left, settlements, regions, rights, the trail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import transaction

from bureau.county import OWN
from bureau.registry_writing.lists import DECEMBER, JANUARY, LI, TEMPLATES, WANG, ZHAO, Files, dibao, enrolled, settled
from tuodi.platform.ground.sealing import digest
from tuodi.platform.places.models import Organisation
from tuodi.platform.registry.absorb import NotAllowedError, absorb, foresee
from tuodi.platform.registry.models import Entry, Household, Identity, Membership, Person, Settlement
from tuodi.platform.trail.models import BulkChange


@pytest.mark.req("NI05", "AD02", "AD03")
def test_a_list_becomes_people_rows_and_identities(files: Files) -> None:
    done = files.absorb("civil_affairs_monthly", dibao(LI, WANG))
    assert (done.counts["added"], done.counts["persons"], done.counts["identities"]) == (2, 2, 2)
    li = Person.objects.get(number_digest=digest("number", LI["证件号码"]))
    assert (li.name, li.sex, li.birth_date) == ("李行霜", "female", date(1961, 2, 24))
    assert li.region_path == "cn.99.9901.990121.990121001.990121001001"
    entry = Entry.objects.get(person=li)
    assert entry.region_path == li.region_path
    assert entry.data["identity"] == "dibao"
    assert "certificate" not in entry.data, "an identity number must not lie open"
    spell = Identity.objects.get(person=li)
    assert (spell.identity, spell.from_date, spell.to_date) == ("dibao", date(2023, 3, 1), None)


@pytest.mark.req("AD04")
def test_who_is_missing_from_the_next_list_has_left_and_is_not_deleted(files: Files) -> None:
    files.absorb("civil_affairs_monthly", dibao(LI, WANG))
    done = files.absorb("civil_affairs_monthly", dibao(LI), JANUARY)
    assert (done.counts["left"], done.counts["unchanged"], done.counts["added"]) == (1, 1, 0)
    gone = Entry.objects.get(person__name="王雨桐")
    assert (gone.until, gone.ended_as) == (JANUARY, "left")
    ends = Identity.objects.filter(person__name="王雨桐", superseded=False).values_list("to_date", "ended_as")
    assert list(ends) == [(date(2025, 1, 30), "left")]


@pytest.mark.req("NI05")
def test_the_same_content_again_changes_nothing(files: Files) -> None:
    files.absorb("civil_affairs_monthly", dibao(LI, WANG))
    before = list(Entry.objects.values_list("id", "until").order_by("id"))
    read = files.read("civil_affairs_monthly", dibao(WANG, LI), JANUARY)
    delivery = files.delivery("civil_affairs_monthly", JANUARY)
    assert foresee(delivery, TEMPLATES["civil_affairs_monthly"], iter([read])).counts["unchanged"] == 2
    done = absorb(delivery, TEMPLATES["civil_affairs_monthly"], iter([read]))
    changed = {name: done.counts[name] for name in ("added", "changed", "left", "persons", "identities")}
    assert set(changed.values()) == {0}
    assert list(Entry.objects.values_list("id", "until").order_by("id")) == before


@pytest.mark.req("NI05")
def test_a_row_that_changes_is_ended_and_followed(files: Files) -> None:
    files.absorb("civil_affairs_monthly", dibao(LI))
    read = files.read("civil_affairs_monthly", dibao(LI, 月保障金额="650.00"), JANUARY)
    delivery = files.delivery("civil_affairs_monthly", JANUARY)
    foreseen = foresee(delivery, TEMPLATES["civil_affairs_monthly"], iter([read]))
    assert foreseen.samples["changed"][0]["changes"] == [["monthly_amount", "60000", "65000"]]
    absorb(delivery, TEMPLATES["civil_affairs_monthly"], iter([read]))
    old, new = Entry.objects.order_by("id")
    assert (old.ended_as, old.until, new.until) == ("changed", JANUARY, None)
    assert (old.data["monthly_amount"], new.data["monthly_amount"]) == (60000, 65000)
    assert old.person_id == new.person_id


@pytest.mark.req("NI05")
def test_an_older_list_changes_nothing_newer(files: Files) -> None:
    files.absorb("civil_affairs_monthly", dibao(LI, 月保障金额="650.00"), JANUARY)
    done = files.absorb("civil_affairs_monthly", dibao(LI, WANG), DECEMBER)
    assert (done.counts["older"], done.counts["left"], done.counts["added"]) == (2, 0, 0)
    assert Entry.objects.get().data["monthly_amount"] == 65000


@pytest.mark.req("AD02")
def test_an_error_midway_leaves_nothing(files: Files) -> None:
    read = files.read("civil_affairs_monthly", dibao(LI, WANG), DECEMBER)
    delivery = files.delivery("civil_affairs_monthly")

    def breaks(done: int, of: int | None) -> None:
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"), transaction.atomic():
        absorb(delivery, TEMPLATES["civil_affairs_monthly"], iter([read]), progress=breaks)
    assert (Person.objects.count(), Entry.objects.count(), BulkChange.objects.count()) == (0, 0, 0)


@pytest.mark.req("AD14")
def test_a_grant_that_may_not_write_settlements_is_refused_before_work_begins(
    files: Files, standing: Callable[..., None]
) -> None:
    read = files.read("settlement_aid", [settled("S1", LI)], DECEMBER)
    delivery = files.delivery("settlement_aid")
    standing("civil_affairs_officer", reason="test")

    def untouched() -> object:
        raise AssertionError("a piece was asked for before the rights were known")
        yield read

    with pytest.raises(NotAllowedError, match="settlement"):
        absorb(delivery, TEMPLATES["settlement_aid"], untouched())  # type: ignore[arg-type]


@pytest.mark.req("AD14")
def test_nothing_is_written_for_a_county_out_of_reach(files: Files, standing: Callable[..., None]) -> None:
    read = files.read("civil_affairs_monthly", dibao(LI), DECEMBER)
    delivery = files.delivery("civil_affairs_monthly")
    standing("importer", "neighbour", reason="test")
    with pytest.raises(NotAllowedError, match="990121"):
        absorb(delivery, TEMPLATES["civil_affairs_monthly"], iter([read]))


@pytest.mark.req("AD16")
def test_rows_in_bulk_are_lines_of_the_trail_with_their_count(files: Files, standing: Callable[..., None]) -> None:
    files.absorb("civil_affairs_monthly", dibao(LI, WANG))
    batch = str(Entry.objects.values_list("delivery_id", flat=True)[0])
    standing("security_auditor")
    kept = dict(BulkChange.objects.filter(batch=batch).values_list("table_name", "rows"))
    assert kept == {"registry_person": 2, "registry_entry": 2, "registry_identity": 2}


@pytest.mark.req("NI06")
def test_settlements_are_linked_and_corrected_by_superseding(files: Files) -> None:
    files.absorb("enrolment", enrolled(LI, WANG))
    files.absorb("settlement_aid", [settled("S1", LI), settled("S2", LI), settled("S3", WANG)])
    again = files.absorb(
        "settlement_aid",
        [
            settled("S1", LI),
            settled("S2", LI, 医疗救助="90.00", 基金支付总额="890.00", 个人负担="110.00", 现金支付金额="110.00"),
        ],
        JANUARY,
    )
    assert (again.counts["unchanged"], again.counts["changed"], again.counts["left"]) == (1, 1, 0)
    rows = Settlement.objects.filter(claim_id="S2").order_by("id")
    assert [row.paid_assistance for row in rows] == [10000, 9000]
    assert rows[0].superseded_by_id == rows[1].delivery_id
    assert {row.person.name for row in rows} == {"李行霜"}
    assert Person.objects.count() == 2


@pytest.mark.req("NI06")
def test_the_whole_export_counts_before_the_list_of_aid_in_either_order(files: Files) -> None:
    aid, whole = settled("S1", LI, 医疗机构等级="二级"), settled("S1", LI, 医疗机构等级="三级", 人员类别="老年居民")
    for first, second in (("settlement_aid", "settlements"), ("settlements", "settlement_aid")):
        with transaction.atomic():
            for source in (first, second):
                files.absorb(source, [aid if source == "settlement_aid" else whole])
            row = Settlement.objects.get(superseded_by__isnull=True)
            assert (row.source, row.provider_level) == ("settlements", "tertiary")
            transaction.set_rollback(True)


@pytest.mark.req("NI06")
def test_a_refund_is_a_row_of_its_own(files: Files) -> None:
    negative = {
        name: f"-{value}" for name, value in settled("S1", LI).items() if value.endswith(".00") and value != "0.00"
    }
    files.absorb("settlement_aid", [settled("S1", LI), {**settled("S2", LI), **negative, "原结算ID": "S1"}])
    assert list(Settlement.objects.order_by("claim_id").values_list("claim_id", "total")) == [
        ("S1", 100000),
        ("S2", -100000),
    ]


@pytest.mark.req("NI05")
def test_monitored_people_have_their_households_category(files: Files) -> None:
    home = {
        "户编号": "H1",
        "户主姓名": "王雨桐",
        "乡镇": "云杪镇",
        "村": "渡头湾村",
        "监测对象类别": "突发严重困难户",
        "识别监测时间": "2024-03-02",
        "风险是否已消除": "否",
    }
    members = [
        {"户编号": "H1", "姓名": one["姓名"], "证件号码": one["证件号码"], "与户主关系": kin}
        for one, kin in ((WANG, "户主"), (ZHAO, "女儿"))
    ]
    for order in (("monitored_households", "monitored_members"), ("monitored_members", "monitored_households")):
        with transaction.atomic():
            for source in order:
                files.absorb(source, [home] if source == "monitored_households" else members)
            found = Identity.objects.filter(superseded=False).values_list("identity", "from_date", "source")
            assert list(found) == [("sudden_hardship", date(2024, 3, 2), "monitored_members")] * 2
            one = Household.objects.get()
            assert (one.key, one.head_name, one.monitored_as) == ("H1", "王雨桐", "sudden_hardship")
            assert Membership.objects.filter(household=one, to_date__isnull=True).count() == 2
            transaction.set_rollback(True)


@pytest.mark.req("NI05")
def test_a_death_is_on_the_persons_row_whatever_came_first(files: Files) -> None:
    dead = {"姓名": "李行霜", "证件号码": LI["证件号码"], "死亡日期": "2024-10-02"}
    files.absorb("deaths", [dead])
    files.absorb("enrolment", enrolled(LI))
    assert Person.objects.get().died_on == date(2024, 10, 2)


TARGETS = {
    "identity_flags": [
        {"人员编号": "990024030", **LI, "救助身份": "低保对象", "开始日期": "2023-04-01", "标识日期": "2023-04-05"}
    ],
    "high_cost_warning": [{**LI, "年度": "2024", "个人负担总金额": "20000.00"}],
    "manual_claims": [{**LI, "金额": "300.00", "受理编号": "R1"}],
    "premium_subsidy": [{**LI, "年度": "2024", "救助身份": "低保对象", "资助金额": "200.00"}],
    "disabled_persons": [
        {"姓名": "李行霜", "残疾人证号": LI["证件号码"] + "43", "残疾类别": "肢体", "残疾等级": "二级"}
    ],
    "charity_ledger": [{**LI, "救助金额": "500.00", "发放日期": "2024-06-01", "凭证号": "C1"}],
}


@pytest.mark.req("NI05")
def test_every_list_finds_the_same_person(files: Files) -> None:
    files.absorb("enrolment", enrolled(LI))
    for source, rows in TARGETS.items():
        done = files.absorb(source, rows)
        assert (source, done.counts["added"], done.counts["persons"]) == (source, 1, 0)
    assert Person.objects.count() == 1
    assert Entry.objects.filter(person=Person.objects.get()).count() == 1 + len(TARGETS)
    assert set(Identity.objects.values_list("identity", flat=True)) == {"dibao", "severe_disability"}


@pytest.mark.req("NI06", "AD14")
def test_bills_belong_to_the_hospital_that_they_name_and_lie_in_the_county(
    files: Files, standing: Callable[..., None]
) -> None:
    standing("system_admin")
    hospital = Organisation.objects.get(kind="hospital", region_id=OWN)
    Organisation.objects.filter(pk=hospital.pk).update(code="H9901")
    standing("importer")
    bills = [settled("S1", LI, 定点医药机构编号="H9901"), settled("S2", LI, 定点医药机构编号="H0000")]
    files.absorb("settlement_aid", bills)
    one, other = Settlement.objects.order_by("claim_id")
    assert one.organisation_id == hospital.pk
    assert other.organisation_id == Organisation.objects.get(kind="medical_insurance", region_id=OWN).pk
    assert {str(row.region_path) for row in (one, other)} == {"cn.99.9901.990121"}
    standing("hospital_desk")
    assert list(Settlement.objects.values_list("claim_id", flat=True)) == ["S1"]


@pytest.mark.req("AD04")
def test_who_may_be_meant_by_a_row_set_aside_has_not_left(files: Files) -> None:
    files.absorb("civil_affairs_monthly", dibao(LI, WANG))
    wrong = {**dibao(WANG)[0], "批准日期": "2023-13-41"}
    done = files.absorb("civil_affairs_monthly", [*dibao(LI), wrong], JANUARY)
    assert (done.counts["left"], done.counts["held"]) == (0, 1)


@pytest.mark.req("NI05")
def test_a_list_full_within_a_year_says_nothing_of_another(files: Files) -> None:
    files.absorb("enrolment", enrolled(LI, WANG))
    done = files.absorb("enrolment", enrolled(LI, 年度="2025"), date(2025, 12, 31))
    assert (done.counts["added"], done.counts["left"]) == (1, 0)
    done = files.absorb("enrolment", enrolled(LI), JANUARY)
    assert (done.counts["left"], done.counts["unchanged"]) == (0, 1)
