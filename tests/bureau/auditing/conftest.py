"""A finished run of an audit with a report of three files, for the tests of its pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from django.conf import settings

from bureau.conftest import Seats
from bureau.registry_pages.rows import Rows
from tuodi.platform.auditing.models import AuditRun
from tuodi.platform.ground import clock


@dataclass(frozen=True)
class Report:
    """Where it is, and whom it concerns."""

    url: str
    people: list[int]


@pytest.fixture
def report(db: Seats, standing: Callable[..., None]) -> Report:
    """Two people's pages, a list, a workbook and the front page."""
    standing("insurance_officer")
    rows = Rows(db["insurance_officer", "own"])
    people = [rows.person("苏青禾"), rows.person("林知秋", date(1970, 3, 18))]
    folder = settings.TUODI_HOME / "audits" / "pages"
    (folder / "persons").mkdir(parents=True, exist_ok=True)
    for name in ("index.html", "leads.html", "persons/001.html", "persons/002.html"):
        (folder / name).write_text("<!doctype html><title>x</title>", "utf-8")
    (folder / "补报清单.xlsx").write_bytes(b"PK")
    (folder / "persons.json").write_text(json.dumps({"001": people[0].pk, "002": people[1].pk}), "utf-8")
    run = AuditRun.objects.create(
        organisation=rows.grant.organisation, region_path=people[0].region_path, pack="cn/321300/2024",
        as_of=date(2024, 12, 31), state="done", folder="pages", made_by=rows.grant.user, made_at=clock.now(),
        counts={"persons": 2, "bills": 1, "leads": 0, "cleared": 0, "undetermined": 0, "kinds": []},
    )  # fmt: skip
    return Report(f"/audits/{run.pk}/report/", [one.pk for one in people])
