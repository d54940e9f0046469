"""Finding people: whole numbers through their digest, names by range, within the scope, with a trace, by POST alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client

from bureau.registry_pages.rows import Rows, number_of
from tuodi.platform.ground.sealing import digest, seal
from tuodi.platform.places.models import path_of
from tuodi.platform.registry.models import OtherNumber, Person
from tuodi.platform.registry.search import MOST, exact, prefix_end
from tuodi.platform.trail.models import Look

pytestmark = pytest.mark.req("AD05", "AD15", "NI06")

BORN = date(1968, 4, 12)
NUMBER = number_of(BORN, 101)


@pytest.fixture
def person(rows: Rows) -> Person:
    return rows.person("苏青禾", BORN, phone="13900100001", account="6228009900012345678", insurer="99012126000000017")


@pytest.mark.parametrize(
    "typed",
    [
        NUMBER, f" {NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]} ", NUMBER.lower(),
        "".join(chr(ord(c) + 0xFEE0) for c in NUMBER),
        NUMBER[:6] + NUMBER[8:17], f"{NUMBER}41", "13900100001", "139-0010-0001", "+86 13900100001",
        "6228009900012345678", "6228 0099 0001 2345 678", "99012126000000017",
    ],
    ids=["plain", "blanks", "lower", "full width", "15 digits", "disability", "phone", "hyphens", "+86", "account",
         "account in fours", "insurer"],
)  # fmt: skip
def test_a_whole_number_in_any_spelling_finds_its_person(
    person: Person, signed_in: Callable[..., Client], typed: str
) -> None:
    answer = signed_in("insurance_officer").post("/search/", {"number": typed})
    assert (answer.status_code, answer["Location"]) == (302, f"/people/{person.id}/")


@pytest.mark.parametrize("typed", [NUMBER[:17], NUMBER[:6], "苏青禾", "1390010000", "0", "'; --", "x" * 60])
def test_a_part_of_a_number_finds_nobody(person: Person, signed_in: Callable[..., Client], typed: str) -> None:
    answer = signed_in("insurance_officer").post("/search/", {"number": typed})
    assert answer.status_code == 200
    assert "所辖范围内没有找到" in answer.text


def test_the_page_says_why_only_whole_numbers_are_found(signed_in: Callable[..., Client]) -> None:
    page = signed_in("insurance_officer").get("/search/").text
    assert "只能按完整号码查找：号码加密保存，不能按其中一部分查找" in page


def test_a_number_never_stands_in_an_address(person: Person, signed_in: Callable[..., Client]) -> None:
    browser = signed_in("insurance_officer")
    page = browser.get(f"/search/?number={NUMBER}").text
    assert f"/people/{person.id}/" not in page
    assert browser.get("/search/people/?name=苏青禾").status_code == 405
    assert NUMBER not in browser.post("/search/", {"number": NUMBER[:17]}).text


def test_a_former_number_finds_the_person(rows: Rows, person: Person) -> None:
    former = number_of(BORN, 555)
    OtherNumber.objects.create(
        person=person,
        kind="number",
        digest=digest("number", former),
        sealed=seal("number", former),
        places=person.places,
    )
    assert exact(former) == [person.id]


def test_a_merged_file_is_found_as_the_one_it_went_into(rows: Rows, person: Person) -> None:
    other = rows.person("苏青和", date(1970, 1, 1))
    Person.objects.filter(id=other.id).update(merged_into=person)
    assert exact(number_of(date(1970, 1, 1), 102)) == [person.id]


@pytest.mark.parametrize(("role", "county"), [("insurance_officer", "neighbour"), ("insurance_officer", "foreign")])
def test_another_county_finds_nobody(person: Person, signed_in: Callable[..., Client], role: str, county: str) -> None:
    browser = signed_in(role, county)
    assert "所辖范围内没有找到" in browser.post("/search/", {"number": NUMBER}).text
    assert f"/people/{person.id}/" not in browser.post("/search/people/", {"name": "苏青禾"}).text


def test_a_township_finds_its_own_villages_only(rows: Rows, person: Person, signed_in: Callable[..., Client]) -> None:
    far = rows.person("苏青山", date(1950, 5, 5), village="990121002001")
    browser = signed_in("township_worker")
    assert browser.post("/search/", {"number": NUMBER}).status_code == 302
    assert "所辖范围内没有找到" in browser.post("/search/", {"number": number_of(date(1950, 5, 5), 102)}).text
    page = browser.post("/search/people/", {"name": "苏青"}).text
    assert f"/people/{person.id}/" in page
    assert f"/people/{far.id}/" not in page


@pytest.mark.parametrize("role", ["list_sender", "charity_officer", "superior", "system_admin", "security_auditor"])
def test_who_reads_no_people_finds_none(person: Person, signed_in: Callable[..., Client], role: str) -> None:
    browser = signed_in(role)
    assert browser.post("/search/", {"number": NUMBER}).status_code == 403
    assert browser.post("/search/people/", {"name": "苏青禾"}).status_code == 403


def test_an_aid_desk_has_the_box_for_numbers_alone(person: Person, signed_in: Callable[..., Client]) -> None:
    browser = signed_in("hospital_desk")
    page = browser.get("/search/").text
    assert "按完整号码" in page
    assert "只有部分信息" not in page
    assert browser.post("/search/", {"number": NUMBER}).status_code == 302
    assert browser.post("/search/people/", {"name": "苏青禾"}).status_code == 403


@pytest.fixture
def people(rows: Rows) -> dict[str, Person]:
    made = {
        "a": rows.person("苏青禾", date(1968, 4, 12)),
        "b": rows.person("苏青", date(1968, 9, 1), sex="male"),
        "c": rows.person("苏青禾", date(1971, 4, 12), village="990121002001"),
        "d": rows.person("苏靖", date(1968, 4, 12)),
        "e": rows.person("郑苏青", date(1968, 4, 12)),
    }
    rows.identity(made["a"], "civil_affairs_monthly", "dibao", date(2024, 1, 1))
    rows.identity(made["c"], "civil_affairs_monthly", "dibao", date(2020, 1, 1), date(2021, 12, 31))
    return made


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"name": "苏青"}, "abc"),
        ({"name": " 苏 青 "}, "abc"),
        ({"name": "苏青", "whole": "1"}, "b"),
        ({"name": "苏青", "born": "1968"}, "ab"),
        ({"name": "苏青", "born": "1968-04-12"}, "a"),
        ({"name": "苏青", "sex": "male"}, "b"),
        ({"name": "苏青", "place": path_of("990121002000")}, "c"),
        ({"name": "苏青", "identity": "dibao"}, "a"),
        ({"name": "青禾"}, ""),
    ],
)
def test_a_name_and_what_narrows_it(
    people: dict[str, Person], signed_in: Callable[..., Client], said: dict[str, str], found: str
) -> None:
    page = signed_in("insurance_officer").post("/search/people/", said).text
    assert "".join(key for key, one in people.items() if f'"/people/{one.id}/"' in page) == found


@pytest.mark.parametrize("name", ["", "苏", " 苏 "])
def test_a_name_of_one_character_is_refused_with_advice(
    people: dict[str, Person], signed_in: Callable[..., Client], name: str
) -> None:
    page = signed_in("insurance_officer").post("/search/people/", {"name": name}).text
    assert "请至少输入姓名的前两个字" in page
    assert f"/people/{people['a'].id}/" not in page


@pytest.mark.parametrize("born", ["68", "1968-13-01", "1968/04/12", "９９９９", "0000"])
def test_a_wrong_date_is_said_where_it_stands(signed_in: Callable[..., Client], born: str) -> None:
    page = signed_in("insurance_officer").post("/search/people/", {"name": "苏青", "born": born}).text
    assert "请写成 1968 或 1968-04-12" in page


def test_too_many_are_cut_off_with_advice(rows: Rows, signed_in: Callable[..., Client]) -> None:
    path = path_of("990121001001")
    Person.objects.bulk_create(Person(name="马一二", region_path=path, places=[path]) for _ in range(MOST + 1))
    page = signed_in("insurance_officer").post("/search/people/", {"name": "马一"}).text
    assert page.count('<a href="/people/') == MOST
    assert "符合的人太多，只列出前 50 人" in page


@pytest.mark.parametrize(
    ("prefix", "end"), [("苏青", "苏靓"), ("a", "b"), ("a\U0010ffff", "b"), ("\ud7ff", "\ue000"), ("\U0010ffff", "")]
)
def test_the_end_of_a_range_of_names(prefix: str, end: str) -> None:
    assert prefix_end(prefix) == end


def test_the_range_of_names_may_be_searched_before_the_policy_and_a_pattern_may_not(rows: Rows) -> None:
    """Under row-level security an index serves leak-proof comparisons only; where names do not stand by code point,
    the search falls back on the pattern."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT proname, proleakproof FROM pg_proc WHERE proname IN ('text_ge', 'text_lt', 'textlike')")
        assert dict(cursor.fetchall()) == {"text_ge": True, "text_lt": True, "textlike": False}
        cursor.execute("SELECT datcollate FROM pg_database WHERE datname = current_database()")
        assert cursor.fetchone()[0] == "C.UTF-8"


@pytest.mark.req("AD18")
def test_who_was_found_has_a_look(people: dict[str, Person], signed_in: Callable[..., Client], standing) -> None:
    signed_in("insurance_officer").post("/search/people/", {"name": "苏青", "born": "1968"})
    standing("insurance_officer")
    looks = Look.objects.filter(kind="search").values_list("person_id", "fields")
    assert sorted(looks) == [(people["a"].id, ["name"]), (people["b"].id, ["name"])]


def test_the_last_opened_stand_first(people: dict[str, Person], signed_in: Callable[..., Client]) -> None:
    browser = signed_in("insurance_officer")
    for key in "abca":
        browser.get(f"/people/{people[key].id}/")
    browser.post("/search/people/", {"name": "苏靖"})
    page = browser.get("/search/").text
    places = {key: page.find(f'"/people/{one.id}/"') for key, one in people.items()}
    assert 0 < places["a"] < places["c"] < places["b"]
    assert places["d"] == places["e"] == -1
    assert f'"/people/{people["a"].id}/"' not in signed_in("insurance_reviewer").get("/search/").text


class TestBrowsing:
    """Everyone of a place, for a stated reason."""

    @pytest.mark.parametrize("reason", ["", "  ", "看看"])
    def test_it_takes_a_reason(self, people: dict[str, Person], signed_in: Callable[..., Client], reason: str) -> None:
        page = signed_in("insurance_officer").post("/search/browse/", {"reason": reason}).text
        assert "请写明浏览的原因" in page
        assert f"/people/{people['a'].id}/" not in page

    def test_the_reason_is_kept_with_each_person(
        self, people: dict[str, Person], signed_in: Callable[..., Client], standing
    ) -> None:
        said = {"reason": "年度抽查核对", "place": path_of("990121001000")}
        page = signed_in("insurance_officer").post("/search/browse/", said).text
        assert [key for key, one in people.items() if f'"/people/{one.id}/"' in page] == list("abde")
        standing("insurance_officer")
        looks = Look.objects.filter(kind="search", page="browse", reason="年度抽查核对")
        assert sorted(look.person_id for look in looks) == [people[key].id for key in "abde"]

    @pytest.mark.parametrize("role", ["civil_affairs_officer", "township_worker", "village_worker", "hospital_desk"])
    def test_not_every_role_browses(
        self, people: dict[str, Person], signed_in: Callable[..., Client], role: str
    ) -> None:
        browser = signed_in(role)
        assert browser.post("/search/browse/", {"reason": "年度抽查核对"}).status_code == 403
        assert "浏览全部人员" not in browser.get("/search/").text
