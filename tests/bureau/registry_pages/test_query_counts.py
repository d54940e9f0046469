"""How many statements a page takes: committed numbers, the same for one row and for many (no statement a row)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import yaml
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bureau.registry_pages.rows import Rows, days_ago
from tuodi.platform.registry.models import Person
from tuodi.platform.registry.person_file import PARTS
from tuodi.platform.registry.worklists import LISTS

pytestmark = pytest.mark.req("AD13")

COMMITTED: dict[str, int] = (
    yaml.safe_load(Path(__file__).parents[1].joinpath("query_counts.yaml").read_text("utf-8")) or {}
)


def counted(browser: Client, path: str, said: dict[str, str] | None = None) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = browser.get(path) if said is None else browser.post(path, said)
    assert answer.status_code == 200, path
    return len(asked)


def fill(rows: Rows, many: int) -> Person:
    """A person with ``many`` of everything, and ``many`` people like that one."""
    cache.clear()
    made = [rows.person(f"苏青{place}", date(1968, 4, 12)) for place in range(many + 1)]
    for person in made:
        rows.identity(person, "civil_affairs_monthly", "dibao", date(2024, 1, 1))
    person = made[0]
    for place in range(many):
        year = 2026 - place
        rows.delivery("enrolment", date(year, 1, 1))
        rows.entry(person, "enrolment", year=year, scheme="resident", insured_region="990121")
        rows.entry(person, "charity_ledger", amount=100, paid_on=date(year, 1, 1))
        rows.household("civil_affairs_monthly", person, *((other, "son") for other in made[1:]))
        rows.bill(person, date(year, 3, 4), total=100, in_scope=100)
        rows.pair(person, rows.person("苏清"))
    rows.delivery("civil_affairs_monthly", days_ago(5))
    rows.delivery("identity_flags", days_ago(5))
    return person


def paths(person: Person) -> dict[str, tuple[str, str, dict[str, str] | None]]:
    """Page → role, address, what is posted."""
    home = person.memberships.order_by("id")[0].household_id
    found: dict[str, tuple[str, str, dict[str, str] | None]] = {
        "search": ("insurance_officer", "/search/", None),
        "search_named": ("insurance_officer", "/search/people/", {"name": "苏青"}),
        "search_browse": ("insurance_officer", "/search/browse/", {"reason": "年度抽查核对"}),
        "household": ("insurance_officer", f"/households/{home}/", None),
        "reviews": ("insurance_reviewer", "/reviews/", None),
        "reviews_past": ("insurance_reviewer", "/reviews/decided/", None),
    }
    for code in PARTS:
        end = "" if code == "basics" else f"{code}/"
        found["person" if code == "basics" else f"person_{code}"] = (
            "insurance_officer",
            f"/people/{person.id}/{end}",
            None,
        )
    for code in LISTS:
        found[f"worklist {code}"] = ("insurance_officer", f"/worklists/{code}/", None)
    return found


@pytest.mark.parametrize("many", [1, 4])
def test_each_page_takes_the_committed_number_of_statements(
    rows: Rows, signed_in: Callable[..., Client], many: int
) -> None:
    person = fill(rows, many)
    asked = paths(person)
    browsers = {role: signed_in(role) for role in {role for role, _path, _said in asked.values()}}
    for browser in browsers.values():
        # What is remembered for the process is remembered before counting.
        browser.get(f"/people/{person.id}/")
        browser.post("/search/people/", {"name": "苏青"})
    found = {}
    for name, (role, path, said) in asked.items():
        signed = browsers[role]
        found[name] = counted(signed, path, said)
    assert found == {name: COMMITTED.get(name) for name in found}
