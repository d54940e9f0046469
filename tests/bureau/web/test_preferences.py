"""Language and size of type: the cookies, and where the answer leads."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from tuodi.platform.web.preferences import preferences


def answered(**fields: str):
    return preferences(RequestFactory().post("/preferences/", fields))


@pytest.mark.req("EQ03")
@pytest.mark.parametrize(("name", "value"), [("lang", "en"), ("lang", "zh"), ("type", "large"), ("type", "normal")])
def test_a_choice_is_kept(name: str, value: str) -> None:
    answer = answered(**{name: value, "next": "/person/3?tab=2"})
    assert answer.status_code == 302
    assert answer["Location"] == "/person/3?tab=2"
    assert answer.cookies[name].value == value
    assert answer.cookies[name]["samesite"] == "Lax"


@pytest.mark.parametrize("fields", [{"lang": "fr"}, {"type": "huge"}, {"sessionid": "x"}])
def test_any_other_value_is_left_out(fields: dict[str, str]) -> None:
    assert not answered(**fields).cookies


@pytest.mark.parametrize("address", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_the_answer_never_leads_elsewhere(address: str) -> None:
    assert answered(lang="en", next=address)["Location"] == "/"


def test_a_link_cannot_choose() -> None:
    assert preferences(RequestFactory().get("/preferences/?lang=en")).status_code == 405
