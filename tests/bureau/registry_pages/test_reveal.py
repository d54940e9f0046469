"""What is masked is shown for a stated reason, to the one who stated it, for a while, and never without a trace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client

from bureau.registry_pages.rows import Rows, number_of
from tuodi.platform.accounts.standing import Standing
from tuodi.platform.registry import person_file_sight
from tuodi.platform.registry.models import Person
from tuodi.platform.registry.person_file import as_data
from tuodi.platform.trail.models import Look

pytestmark = pytest.mark.req("AD05", "AD15", "AD18")

BORN = date(1968, 4, 12)
NUMBER = number_of(BORN, 101)


@pytest.fixture
def person(rows: Rows) -> Person:
    return rows.person("苏青禾", BORN)


def reveals(person: Person) -> list[tuple[str, list[str], str]]:
    found = Look.objects.filter(person_id=person.id, kind="reveal").order_by("id")
    return list(found.values_list("role", "fields", "reason"))


def test_a_reason_shows_it_and_is_kept(person: Person, signed_in: Callable[..., Client], standing) -> None:
    browser = signed_in("insurance_officer")
    page = f"/people/{person.id}/"
    assert NUMBER not in browser.get(page).text
    answer = browser.post(f"{page}reveal/number/?tab=identity", {"reason": "verify", "note": "本人来电"})
    assert answer["Location"] == f"{page}identity/"
    shown = browser.get(page).text
    assert NUMBER in shown
    assert "13900100001" not in shown
    standing("insurance_officer")
    assert reveals(person) == [("insurance_officer", ["number"], "核对身份：本人来电")]
    record = browser.get(f"{page}record/").text
    assert "核对身份：本人来电" in record
    assert "查看完整内容" in record


@pytest.mark.parametrize("said", [{}, {"reason": ""}, {"reason": "curious"}, {"note": "无"}])
def test_without_a_reason_nothing_is_shown_or_kept(
    person: Person, signed_in: Callable[..., Client], standing, said: dict[str, str]
) -> None:
    browser = signed_in("insurance_officer")
    assert browser.post(f"/people/{person.id}/reveal/number/", said).status_code == 302
    page = browser.get(f"/people/{person.id}/").text
    assert NUMBER not in page
    assert "请先选择查看的原因" in page
    standing("insurance_officer")
    assert reveals(person) == []


def test_it_is_shown_to_nobody_else(person: Person, signed_in: Callable[..., Client]) -> None:
    signed_in("insurance_officer").post(f"/people/{person.id}/reveal/number/", {"reason": "handling"})
    assert NUMBER not in signed_in("insurance_reviewer").get(f"/people/{person.id}/").text
    assert NUMBER in signed_in("insurance_officer").get(f"/people/{person.id}/").text


def test_it_is_shown_of_nobody_else(rows: Rows, person: Person, signed_in: Callable[..., Client]) -> None:
    other = rows.person("陆望秋", date(1971, 2, 3))
    browser = signed_in("insurance_officer")
    browser.post(f"/people/{person.id}/reveal/number/", {"reason": "handling"})
    assert number_of(date(1971, 2, 3), 102) not in browser.get(f"/people/{other.id}/").text


def test_it_ends_after_a_while(
    person: Person, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = signed_in("insurance_officer")
    browser.post(f"/people/{person.id}/reveal/number/", {"reason": "handling"})
    assert NUMBER in browser.get(f"/people/{person.id}/").text
    monkeypatch.setattr(person_file_sight, "HOLDS", timedelta(0))
    assert NUMBER not in browser.get(f"/people/{person.id}/").text


@pytest.mark.parametrize(
    ("role", "field", "status"),
    [
        ("village_worker", "number", 404), ("village_worker", "details", 404), ("hospital_desk", "number", 404),
        ("hospital_desk", "details", 302), ("auditor", "number", 302), ("township_worker", "phone", 302),
        ("insurance_officer", "details", 404), ("insurance_officer", "everything", 404),
        ("charity_officer", "number", 403),
    ],
)  # fmt: skip
def test_the_role_is_the_ceiling(
    person: Person, signed_in: Callable[..., Client], standing, role: str, field: str, status: int
) -> None:
    browser = signed_in(role)
    assert browser.post(f"/people/{person.id}/reveal/{field}/", {"reason": "audit"}).status_code == status
    standing("insurance_officer")
    assert len(reveals(person)) == (status == 302)


def test_details_show_an_auditor_names_and_identities_in_page_and_data(
    rows: Rows, person: Person, signed_in: Callable[..., Client], reader: Callable[..., Standing]
) -> None:
    rows.identity(person, "civil_affairs_monthly", "dibao", date(2024, 1, 1))
    browser = signed_in("auditor")
    assert "苏青禾" not in browser.get(f"/people/{person.id}/").text
    browser.post(f"/people/{person.id}/reveal/details/", {"reason": "audit"})
    page = browser.get(f"/people/{person.id}/").text
    assert "苏青禾" in page
    assert "低保对象" in page
    assert NUMBER not in page
    assert as_data(reader("auditor"), person)["head"]["name"] == "苏青禾"


def test_it_takes_a_post(person: Person, signed_in: Callable[..., Client]) -> None:
    assert signed_in("insurance_officer").get(f"/people/{person.id}/reveal/number/").status_code == 405
