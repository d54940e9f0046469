"""The pages of a report: nothing outside its folder, a look for each person, a reason from whom such values are masked
to elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from bureau.auditing.conftest import Report
from tuodi.platform.trail.models import Look

pytestmark = pytest.mark.req("AD05", "EG06")


def kept(standing: Callable[..., None], role: str) -> list[tuple[int | None, str, str]]:
    standing(role)
    return list(Look.objects.filter(page="audit_report").order_by("id").values_list("person_id", "kind", "reason"))


@pytest.mark.parametrize("way", ["persons/001.html", "x/../persons/001.html", "../pages/persons/001.html"])
def test_whatever_the_way_to_a_persons_page_the_look_is_kept(
    report: Report, signed_in: Callable[..., Client], standing: Callable[..., None], way: str
) -> None:
    assert signed_in("insurance_officer").get(report.url + way).status_code == 200
    assert kept(standing, "insurance_officer") == [(report.people[0], "open", "")]


@pytest.mark.parametrize("way", ["persons.json", "../../keys/master.key", "../matrix/../../keys/pass.key", "a%00.html"])
def test_nothing_else_is_given(report: Report, signed_in: Callable[..., Client], way: str) -> None:
    assert signed_in("insurance_officer").get(report.url + way).status_code == 404


def test_a_workbook_is_kept_as_an_export_of_everybody_in_the_report(
    report: Report, signed_in: Callable[..., Client], standing: Callable[..., None]
) -> None:
    assert signed_in("insurance_officer").get(report.url + "补报清单.xlsx").status_code == 200
    assert kept(standing, "insurance_officer") == [(one, "export", "") for one in sorted(report.people)]


def test_an_auditor_to_whom_names_are_masked_states_a_reason_first(
    report: Report, signed_in: Callable[..., Client], standing: Callable[..., None]
) -> None:
    browser = signed_in("auditor")
    assert browser.get(report.url + "index.html").status_code == 200
    for name in ("leads.html", "persons/001.html", "补报清单.xlsx"):
        answer = browser.get(report.url + name)
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/trail/reason/"), name
    assert kept(standing, "auditor") == []
    browser.post("/trail/reason/", {"reason": "年度专项核查", "next": report.url + "persons/001.html"})
    assert browser.get(report.url + "persons/001.html").status_code == 200
    assert kept(standing, "auditor") == [(report.people[0], "open", "年度专项核查")]
