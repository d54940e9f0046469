"""What no person types: zero bytes, half a surrogate, a place of thousands of letters: never a fault."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest
from django.test import Client

from bureau.registry_pages.rows import Rows
from tuodi.platform.trail.models import Look

pytestmark = pytest.mark.req("AD05", "NI06")


@pytest.mark.parametrize("address", ["/api/deliveries?source=%00", "/api/regions?parent=%00", "/files/?source=%00"])
def test_a_zero_byte_in_an_address_finds_nothing(signed_in: Callable[..., Client], address: str) -> None:
    answer = signed_in("insurance_officer").get(address, headers={"Tuodi-Purpose": "test"})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("address", "said"),
    [("/search/", {"number": "1\0"}), ("/search/people/", {"name": "张\0三"}), ("/standing/", {"grant": "\0"})],
)
def test_a_zero_byte_in_a_form_finds_nothing(signed_in: Callable[..., Client], address: str, said: dict) -> None:
    assert signed_in("insurance_officer").post(address, said).status_code == 404


def test_a_place_of_thousands_of_letters_narrows_nothing(signed_in: Callable[..., Client]) -> None:
    browser = signed_in("insurance_officer")
    assert browser.get("/worklists/uninsured/", {"place": "a" * 6000}).status_code == 200
    answer = browser.post("/search/people/", {"name": "张三", "place": "a" * 6000})
    assert "请先改正标出的项目" in answer.text


@pytest.mark.parametrize("number", [r"\u0000", r"\ud800", r"9901\u0000"])
def test_the_api_takes_a_number_that_is_none(signed_in: Callable[..., Client], number: str) -> None:
    answer = signed_in("insurance_officer").post(
        "/api/persons/find", f'{{"number": "{number}"}}', "application/json",
        headers={"Tuodi-Purpose": quote("核对\0")},
    )  # fmt: skip
    assert (answer.status_code, answer.json()["total"]) == (200, 0)


def test_opening_a_household_is_a_look_at_each_member(
    rows: Rows, signed_in: Callable[..., Client], standing: Callable[..., None]
) -> None:
    one, other = rows.person("苏青禾"), rows.person("林知秋")
    made = rows.household("civil_affairs_monthly", one, (other, "spouse"))
    assert signed_in("insurance_officer").get(f"/households/{made.pk}/").status_code == 200
    standing("insurance_officer")
    seen = Look.objects.filter(page="household", kind="open").values_list("person_id", flat=True)
    assert sorted(seen) == sorted([one.pk, other.pk])
