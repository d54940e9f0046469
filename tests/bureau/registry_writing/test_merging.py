"""Merges, splits, undoing, doubtful links and what officers decide on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bureau.registry_writing.lists import JANUARY, LI, WANG, ZHAO, Files, dibao, enrolled, number, settled
from tuodi.platform.accounts.models import User
from tuodi.platform.ground.sealing import digest
from tuodi.platform.registry.derive_basics import person_statements
from tuodi.platform.registry.merging import MergeError, differ, merge, split, undo
from tuodi.platform.registry.models import (
    Entry,
    Identity,
    LinkEvent,
    Membership,
    OtherNumber,
    Person,
    ReviewPair,
    Settlement,
)

# The same name, birth date and village, and another right number: a question for an officer.
TWIN = {**LI, "证件号码": number("19610224", 85)}
_TABLES = (Person, Entry, Identity, Membership, Settlement, OtherNumber, ReviewPair)


def everything() -> dict[str, list[Any]]:
    """Every row of every table that a merge may touch."""
    return {
        table.__name__: [
            tuple(bytes(one) if isinstance(one, memoryview) else one for one in row)
            for row in table.objects.order_by("pk").values_list()
        ]
        for table in _TABLES
    }


def officer(files: Files, role: str = "insurance_reviewer") -> User:
    """Who decides."""
    return User.objects.get(username=files.seats.user(role))


@pytest.fixture
def doubtful(files: Files, standing: Callable[..., None]) -> ReviewPair:
    """Somebody known, and a row that may mean him."""
    files.absorb("enrolment", enrolled(LI, WANG))
    files.absorb("settlement_aid", [settled("S1", LI)])
    files.absorb("civil_affairs_monthly", dibao(TWIN, ZHAO, 户编号="H7"))
    standing("insurance_reviewer", reason="核对")
    return ReviewPair.objects.get()


@pytest.mark.req("NI05", "AD16")
def test_a_doubtful_row_waits_with_its_evidence_and_without_numbers(doubtful: ReviewPair) -> None:
    assert (doubtful.state, doubtful.rule) == ("open", "number_differs")
    assert (doubtful.one.provisional, doubtful.other.provisional) == (False, True)
    fields = {line["field"]: line for line in doubtful.evidence}
    assert (fields["number"]["agreement"], fields["number"]["left"]) == ("different", None)
    assert fields["name"]["agreement"] == "same"
    assert LI["证件号码"] not in str(doubtful.evidence)


@pytest.mark.req("NI05", "AD16")
def test_a_merge_undone_leaves_everything_as_it_was(files: Files, doubtful: ReviewPair) -> None:
    before = everything()
    event = merge(doubtful, reason="同村同名，电话核实", user=officer(files))
    one = doubtful.one
    assert {row.person_id for row in Entry.objects.filter(source="civil_affairs_monthly")} == {
        one.pk,
        Person.objects.get(name="赵慕青").pk,
    }
    assert ReviewPair.objects.get().state == "same"
    undo(event, reason="并错了", user=officer(files))
    assert everything() == before
    with pytest.raises(MergeError):
        undo(event, reason="再撤一次", user=officer(files))


@pytest.mark.req("NI05")
def test_a_file_finds_the_person_that_stayed(files: Files, doubtful: ReviewPair, standing: Callable[..., None]) -> None:
    merge(doubtful, reason="同一人", user=officer(files))
    standing("importer")
    files.absorb(
        "premium_request", [{**TWIN, "年度": "2024", "救助身份": "低保对象", "资助金额": "200.00", "请款批次": "1"}]
    )
    assert Entry.objects.get(source="premium_request").person_id == doubtful.one_id


@pytest.mark.req("NI05")
def test_what_came_after_a_merge_goes_back_with_its_row(
    files: Files, doubtful: ReviewPair, standing: Callable[..., None]
) -> None:
    event = merge(doubtful, reason="同一人", user=officer(files))
    standing("importer")
    files.absorb("civil_affairs_monthly", dibao(TWIN, ZHAO, 户编号="H7", 月保障金额="700.00"), JANUARY)
    standing("insurance_reviewer", reason="核对")
    undo(event, reason="并错了", user=officer(files))
    rows = Entry.objects.filter(source="civil_affairs_monthly", person__name="李行霜")
    assert {row.person_id for row in rows} == {doubtful.other_id}
    assert rows.count() == 2


@pytest.mark.req("AD16")
def test_the_second_officer_learns_that_it_was_decided(files: Files, doubtful: ReviewPair) -> None:
    stale = ReviewPair.objects.get()
    differ(doubtful, reason="两个人", user=officer(files))
    assert not Person.objects.get(pk=doubtful.other_id).provisional
    with pytest.raises(MergeError):
        merge(stale, reason="同一人", user=officer(files))
    assert (LinkEvent.objects.count(), ReviewPair.objects.get().state) == (0, "different")


@pytest.mark.req("NI05", "AD16")
def test_a_split_takes_rows_and_what_followed_from_them(files: Files, standing: Callable[..., None]) -> None:
    files.absorb("enrolment", enrolled(LI))
    files.absorb("civil_affairs_monthly", dibao(LI, 户编号="H7"))
    standing("insurance_reviewer", reason="核对")
    before = everything()
    (entry,) = Entry.objects.filter(source="civil_affairs_monthly")
    event = split(entry.person, [entry.pk], reason="是另一个人", user=officer(files))
    entry.refresh_from_db()
    assert entry.person_id == event.into_person_id != event.source_person_id
    assert Identity.objects.get(superseded=False).person_id == event.into_person_id
    assert event.into_person.name == "李行霜"
    undo(event, reason="拆错了", user=officer(files))
    after = everything()
    left = {row[0] for row in before["Person"]}
    after["Person"] = [row for row in after["Person"] if row[0] in left]
    assert after == before


@pytest.mark.req("NI05")
def test_a_merge_needs_a_reason_and_two_files(files: Files, doubtful: ReviewPair) -> None:
    with pytest.raises(MergeError):
        merge(doubtful, reason="  ", user=officer(files))
    with pytest.raises(MergeError):
        merge(doubtful.one, doubtful.one, reason="同一人", user=officer(files))


@pytest.mark.req("NI05")
def test_each_field_keeps_what_every_source_said(files: Files) -> None:
    files.absorb("enrolment", enrolled(LI))
    files.absorb("civil_affairs_monthly", dibao({**LI, "姓名": "李行箱"}))
    said = person_statements(Person.objects.get(number_digest=digest("number", LI["证件号码"]), provisional=False).pk)
    names = {(one.value, one.source) for one in said if one.field == "person_name"}
    assert ("李行霜", "enrolment") in names
    assert all(one.as_of for one in said)


@pytest.mark.req("NI05")
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(
    order=st.permutations(
        ["enrolment", "civil_affairs_monthly", "identity_flags", "settlement_aid", "disabled_persons"]
    )
)
def test_the_order_of_files_changes_nothing(files: Files, order: list[str]) -> None:
    from django.db import transaction

    rows = {
        "enrolment": enrolled(LI, WANG, ZHAO),
        "civil_affairs_monthly": dibao(LI, {**ZHAO, "联系电话": "13912345678"}),
        "identity_flags": [
            {"人员编号": enrolled(one)[0]["人员编号"], **one, "救助身份": "低保对象", "开始日期": "2023-04-01"}
            for one in (LI, ZHAO)
        ],
        "settlement_aid": [settled("S1", WANG), settled("S2", ZHAO)],
        "disabled_persons": [
            {"姓名": "王雨桐", "残疾人证号": WANG["证件号码"] + "43", "残疾类别": "肢体", "残疾等级": "二级"}
        ],
    }
    with transaction.atomic():
        for source in order:
            files.absorb(source, rows[source])
        people = sorted(
            (
                bytes(p.number_digest),
                p.name,
                p.sex,
                p.birth_date,
                p.insurer_number,
                p.region_path,
                p.insured_region,
                tuple(map(str, p.places)),
                bytes(p.phone_digest or b""),
            )
            for p in Person.objects.all()
        )
        spells = sorted(
            Identity.objects.filter(superseded=False).values_list("person__name", "identity", "from_date", "source")
        )
        bills = sorted(Settlement.objects.values_list("claim_id", "person__name"))
        transaction.set_rollback(True)
    found = (people, spells, bills)
    first = _SEEN.setdefault("first", found)
    assert found == first


_SEEN: dict[str, Any] = {}
