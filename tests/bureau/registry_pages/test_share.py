"""The share of hardship through illness: 15,600 people, 7,513 of them by illness, print 48 % (NI07)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from bureau.registry_pages.rows import Rows, days_ago
from tuodi.platform.places.models import path_of
from tuodi.platform.registry.models import Entry, Person
from tuodi.platform.registry.worklists_share import Share, illness_share

pytestmark = pytest.mark.req("NI07")

PEOPLE, ILL = 15_600, 7_513


def many(rows: Rows, causes: list[str]) -> None:
    """A person a cause on civil affairs' list."""
    delivery = rows.delivery("civil_affairs_monthly", days_ago(5))
    path = path_of("990121001001")
    people = Person.objects.bulk_create([Person(name="甲乙", region_path=path, places=[path]) for _ in causes], 4000)
    Entry.objects.bulk_create(
        [
            Entry(
                organisation=delivery.organisation, region_path=path, source="civil_affairs_monthly",
                target="recognitions", key_digest=place.to_bytes(8, "big"), content_digest=b"", person=person,
                data={"cause": cause} if cause else {}, as_of=delivery.as_of, delivery=delivery,
            )
            for place, (person, cause) in enumerate(zip(people, causes, strict=True))
        ],
        4000,
    )  # fmt: skip


def test_the_published_share(rows: Rows, signed_in: Callable[..., Client], standing) -> None:
    rest = PEOPLE - ILL
    many(rows, [*["因病"] * ILL, *["因残"] * (rest // 2), *["缺劳动力"] * (rest - rest // 2)])
    share = illness_share()
    assert share == Share(PEOPLE, ILL, 0)
    assert (share.percent, share.points) == ("48 %", 4816)
    page = signed_in("insurance_officer").get("/worklists/").text
    assert "48 %" in page
    assert "15,600" in page
    assert "7,513" in page


def test_the_household_s_risk_stands_in_where_civil_affairs_say_nothing(rows: Rows) -> None:
    many(rows, ["因病", "因残", ""])
    rows.delivery("monitored_households", days_ago(5))
    head, both = rows.person("监一"), rows.person("监二")
    entry = rows.entry(head, "monitored_households", household_id="H1", risk="illness")
    rows.household("monitored_households", head, (both, "son"), monitored_as="sudden_hardship", entry=entry)
    rows.entry(both, "civil_affairs_monthly", identity="dibao", cause="因学")
    rows.household("civil_affairs_monthly", rows.person("不算"))
    assert illness_share() == Share(5, 2, 1)


def test_the_dead_the_merged_and_those_who_left_do_not_count(rows: Rows) -> None:
    many(rows, ["因病", "因残"])
    dead, left = rows.person("故一", died_on=days_ago(3)), rows.person("出二")
    rows.entry(dead, "civil_affairs_monthly", identity="dibao", cause="因病")
    rows.entry(left, "civil_affairs_monthly", identity="dibao", cause="因病", until=days_ago(5), ended_as="left")
    assert illness_share() == Share(2, 1, 0)


def test_another_county_counts_its_own(rows: Rows, reader) -> None:
    many(rows, ["因病"])
    reader("insurance_officer", "neighbour")
    assert (illness_share(), illness_share().percent) == (Share(0, 0, 0), "—")


@pytest.mark.parametrize(
    ("people", "ill", "percent"), [(200, 1, "1 %"), (1000, 4, "0 %"), (3, 2, "67 %"), (8, 1, "13 %")]
)
def test_rounding_is_half_up(people: int, ill: int, percent: str) -> None:
    assert Share(people, ill, 0).percent == percent
