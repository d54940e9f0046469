"""Pairs that may be one person: both sides, a decision with its reason, undoing it, and who may do which."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from bureau.registry_pages.rows import Rows, days_ago, number_of
from tuodi.platform.registry.models import LinkEvent, Person, ReviewPair
from tuodi.platform.trail.models import Look, RowChange

pytestmark = pytest.mark.req("AD05", "AD15", "NI06")

BORN = date(1968, 4, 12)


@pytest.fixture
def pair(rows: Rows) -> ReviewPair:
    one = rows.person("苏青禾", BORN, phone="13900100001")
    other = rows.person("苏青和", BORN, number=number_of(BORN, 102), phone="13900100001", provisional=True)
    rows.entry(one, "enrolment", year=2026, scheme="resident")
    rows.entry(other, "civil_affairs_monthly", identity="dibao")
    rows.identity(other, "civil_affairs_monthly", "dibao", days_ago(90))
    told = [{"field": "name", "left": "苏青禾", "right": "苏青和", "agreement": "alike"}]
    return rows.pair(one, other, evidence=told)


def test_both_sides_stand_beside_each_other(pair: ReviewPair, signed_in: Callable[..., Client], standing) -> None:
    browser = signed_in("insurance_reviewer")
    assert "苏青禾 / 苏青和" in browser.get("/reviews/").text
    page = browser.get(f"/reviews/{pair.id}/").text
    assert "相似度 84.21 %" in page
    assert "按姓名、出生日期、住址、电话等比对" in page
    for word in ("苏青禾", "苏青和", "相近", "1968-04-12", "居民参保明细", "民政当月资金发放名册", "低保对象"):
        assert word in page
    standing("insurance_reviewer")
    looks = Look.objects.filter(kind="open", page="review").values_list("person_id", flat=True)
    assert sorted(looks) == [pair.one_id, pair.other_id]


def test_numbers_are_told_as_same_or_different_though_their_masks_are_alike(
    pair: ReviewPair, signed_in: Callable[..., Client]
) -> None:
    import re

    page = signed_in("insurance_reviewer").get(f"/reviews/{pair.id}/").text
    rows = re.findall(
        r'<tr class="[a-z]+"><th.*?>(.*?)</th>.*?<span class="verdict">(.*?)</span></td>', page, re.DOTALL
    )
    told = {re.sub(r"<[^>]+>|\s", "", label): re.sub(r"<[^>]+>|\s", "", verdict) for label, verdict in rows}
    assert told["证件号码"].endswith("不同")
    assert told["联系电话"].endswith("相同")
    assert told["姓名"].endswith("相近")
    assert told["出生日期"].endswith("相同")
    assert told["救助身份"].endswith("一方没有")
    assert "住址" not in told
    assert number_of(BORN, 102) not in page
    assert "13900100001" not in page


def test_numbers_of_both_are_shown_for_a_reason(pair: ReviewPair, signed_in: Callable[..., Client], standing) -> None:
    browser = signed_in("insurance_reviewer")
    browser.post(f"/reviews/{pair.id}/reveal/", {"field": "number"})
    assert number_of(BORN, 102) not in browser.get(f"/reviews/{pair.id}/").text
    browser.post(f"/reviews/{pair.id}/reveal/", {"field": "number", "reason": "verify"})
    page = browser.get(f"/reviews/{pair.id}/").text
    assert number_of(BORN, 101) in page
    assert number_of(BORN, 102) in page
    standing("insurance_reviewer")
    looks = Look.objects.filter(kind="reveal").values_list("person_id", "reason")
    assert sorted(looks) == [(pair.one_id, "核对身份"), (pair.other_id, "核对身份")]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"choice": "same"}, "请写明理由"), ({"reason": "姓名相同"}, "请选择判断结果"),
        ({"choice": "both", "reason": "姓名相同"}, "请选择判断结果"), ({"choice": "same", "reason": " "}, "请写明理由"),
    ],
)  # fmt: skip
def test_a_decision_needs_a_result_and_a_reason(
    pair: ReviewPair, signed_in: Callable[..., Client], standing, said: dict[str, str], told: str
) -> None:
    answer = signed_in("insurance_reviewer").post(f"/reviews/{pair.id}/decide/", said)
    assert answer.status_code == 200
    assert told in answer.text
    standing("insurance_reviewer")
    pair.refresh_from_db()
    assert pair.state == "open"


def test_the_same_person_becomes_one_file_and_it_can_be_undone(
    pair: ReviewPair, signed_in: Callable[..., Client], standing
) -> None:
    browser = signed_in("insurance_reviewer")
    answer = browser.post(f"/reviews/{pair.id}/decide/", {"choice": "same", "reason": "本人到场核实"})
    assert (answer.status_code, answer["Location"]) == (302, "/reviews/")
    standing("insurance_reviewer")
    pair.refresh_from_db()
    assert (pair.state, pair.reason) == ("same", "本人到场核实")
    event = LinkEvent.objects.get(kind="merge")
    gone, stays = event.source_person_id, event.into_person_id
    assert browser.get(f"/people/{gone}/")["Location"] == f"/people/{stays}/"
    page = browser.get(f"/people/{stays}/record/").text
    assert "本人到场核实" in page
    assert f"/reviews/undo/{event.id}/" in page
    assert f"/reviews/undo/{event.id}/" in browser.get("/reviews/decided/").text

    asked = browser.get(f"/reviews/undo/{event.id}/")
    assert asked.status_code == 200
    assert "本人到场核实" in asked.text
    assert "请写明理由" in browser.post(f"/reviews/undo/{event.id}/", {}).text
    browser.post(f"/reviews/undo/{event.id}/", {"reason": "认错人"})
    standing("insurance_reviewer")
    assert Person.objects.get(id=gone).merged_into_id is None
    assert LinkEvent.objects.get(kind="undo").reason == "认错人"
    assert browser.get(f"/reviews/undo/{event.id}/").status_code == 404


def test_two_persons_stay_two(pair: ReviewPair, signed_in: Callable[..., Client], standing) -> None:
    browser = signed_in("insurance_reviewer")
    browser.post(f"/reviews/{pair.id}/decide/", {"choice": "different", "reason": "两人都来过"})
    standing("insurance_reviewer")
    pair.refresh_from_db()
    assert (pair.state, pair.reason) == ("different", "两人都来过")
    assert not LinkEvent.objects.exists()
    assert "苏青禾 / 苏青和" not in browser.get("/reviews/").text
    assert "两人都来过" in browser.get("/reviews/decided/").text
    again = browser.post(f"/reviews/{pair.id}/decide/", {"choice": "same", "reason": "再想一想"})
    assert "另一人刚刚处理了这一对" in browser.get(again["Location"]).text


def test_later_keeps_the_reason_and_goes_last(
    rows: Rows, pair: ReviewPair, signed_in: Callable[..., Client], standing
) -> None:
    second = rows.pair(rows.person("陆望秋"), rows.person("陆望秋"))
    browser = signed_in("insurance_reviewer")
    browser.post(f"/reviews/{pair.id}/decide/", {"choice": "later", "reason": "等村里核实"})
    page = browser.get("/reviews/").text
    assert page.find(f"/reviews/{second.id}/") < page.find(f"/reviews/{pair.id}/")
    assert "已暂缓" in page
    assert "等村里核实" in browser.get(f"/reviews/{pair.id}/").text
    standing("auditor")
    changes = RowChange.objects.filter(table_name="registry_reviewpair", row_id=str(pair.id), operation="update")
    assert [change.reason for change in changes] == ["等村里核实"]


@pytest.mark.parametrize(
    "role", ["insurance_officer", "civil_affairs_officer", "township_worker", "auditor", "hospital_desk"]
)
def test_only_a_reviewer_decides(pair: ReviewPair, signed_in: Callable[..., Client], standing, role: str) -> None:
    browser = signed_in(role)
    assert browser.get(f"/reviews/{pair.id}/").status_code == 403
    assert browser.post(f"/reviews/{pair.id}/decide/", {"choice": "same", "reason": "试一试"}).status_code == 403
    assert browser.post("/reviews/undo/1/", {"reason": "试一试"}).status_code == 403
    standing("insurance_reviewer")
    pair.refresh_from_db()
    assert pair.state == "open"


def test_another_county_has_no_such_pair(pair: ReviewPair, signed_in: Callable[..., Client]) -> None:
    browser = signed_in("insurance_reviewer", "neighbour")
    assert browser.get(f"/reviews/{pair.id}/").status_code == 404
    assert browser.post(f"/reviews/{pair.id}/decide/", {"choice": "same", "reason": "试一试"}).status_code == 404
