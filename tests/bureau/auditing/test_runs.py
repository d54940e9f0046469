"""Audits on the platform: begun, told of, failed in words; a report whose pages lead nowhere else.

That it finds what was planted, to the fen, is shown on a whole invented county in ``bureau/whole``.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from bureau.registry_pages.rows import Rows
from tuodi.errors import UsageError
from tuodi.platform.auditing.models import AuditRun
from tuodi.platform.auditing.rows import audited_rows
from tuodi.platform.ground import clock
from tuodi.platform.ground.orders import checked

PACK = "cn/321300/2024"


def started(db, standing) -> AuditRun:
    standing("insurance_officer")
    rows = Rows(db["insurance_officer", "own"])
    return AuditRun.objects.create(
        organisation=rows.grant.organisation, region_path=rows.grant.region_path, pack=PACK, as_of=date(2024, 12, 31),
        made_by=rows.grant.user, made_at=clock.now(),
    )  # fmt: skip


@pytest.mark.parametrize("said", [{}, {"pack": PACK}, {"pack": "cn/nowhere", "as_of": "2024-12-31"}, {"as_of": "x"}])
def test_a_run_needs_rules_and_a_day(signed_in, said) -> None:
    answer = signed_in("insurance_officer").post("/audits/new/", said)
    assert answer.status_code == 422
    assert "请选择规则" in answer.content.decode()
    assert not AuditRun.objects.exists()


def test_an_order_carries_the_grant_of_who_gave_it(db, signed_in) -> None:
    answer = signed_in("insurance_officer").post("/audits/new/", {"pack": PACK, "as_of": "2024-12-31"})
    assert answer.status_code == 302
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = 'auditing.audit'")
        arguments = cursor.fetchone()[0]
    order = checked("auditing.audit", json.loads(arguments))
    assert order["grant"] == db["insurance_officer", "own"]


def test_where_there_is_nothing_to_audit_it_says_what_is_missing(db, standing) -> None:
    standing("insurance_officer")
    with pytest.raises(UsageError, match="医疗救助结算明细"):
        audited_rows(date(2024, 12, 31))


def test_rows_become_the_librarys_tables(db, standing) -> None:
    standing("insurance_officer")
    rows = Rows(db["insurance_officer", "own"])
    person = rows.person("苏青禾", date(1958, 3, 12))
    rows.identity(person, "civil_affairs_monthly", "dibao", date(2022, 1, 1))
    rows.identity(person, "identity_flags", "dibao", date(2022, 1, 1), flagged_on=date(2022, 1, 5))
    rows.bill(
        person, date(2024, 5, 1), total=1000, in_scope=1000, paid_basic=600, provider_level="secondary",
        scheme="resident",
    )  # fmt: skip
    rows.entry(person, "manual_claims", amount=100, layer="assistance", benefit_year=2024, paid_on=date(2024, 6, 1))
    rows.entry(person, "manual_claims", amount=900, layer="assistance", benefit_year=2024)
    found = audited_rows(date(2024, 12, 31))
    assert found.claims.select("person_id", "total", "paid_basic").rows() == [(str(person.pk), 1000, 600)]
    assert found.recognised["identity"].to_list() == ["dibao"]
    assert found.flags is not None
    assert found.flags["flagged_on"].to_list() == [date(2022, 1, 5)]
    assert found.manual is not None
    assert found.manual["amount"].to_list() == [100], "received and not yet paid is no payment"


@pytest.mark.parametrize(
    "name", ["../../keys/master.key", "..%2f..%2fkeys/master.key", "leads.json", "persons.json", "x.html"]
)
def test_a_report_gives_out_its_own_pages_only(db, standing, signed_in, name) -> None:
    run = started(db, standing)
    folder = Path(settings.TUODI_HOME) / "audits" / "tried"
    folder.mkdir(parents=True, exist_ok=True)
    for file in ("leads.json", "persons.json", "index.html"):
        (folder / file).write_text("{}", "utf-8")
    AuditRun.objects.filter(pk=run.pk).update(state="done", folder="tried")
    client = signed_in("insurance_officer")
    assert client.get(f"/audits/{run.pk}/report/{name}").status_code == 404
    assert client.get(f"/audits/{run.pk}/report/index.html").status_code == 200


def test_a_page_of_the_report_allows_its_own_style_and_script_only(db, standing, signed_in) -> None:
    run = started(db, standing)
    folder = Path(settings.TUODI_HOME) / "audits" / "styled"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "persons.json").write_text("{}", "utf-8")
    (folder / "index.html").write_text("<style>p { color: red }</style><p>x<script>1</script>", "utf-8")
    AuditRun.objects.filter(pk=run.pk).update(state="done", folder="styled")
    policy = (
        signed_in("insurance_officer").get(f"/audits/{run.pk}/report/index.html").headers["Content-Security-Policy"]
    )
    assert policy.count("'sha256-") == 2
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'")
