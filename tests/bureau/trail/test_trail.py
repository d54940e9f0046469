"""The trail: what it keeps, who reads it, what of it is masked, and that nobody alters it."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from django.db import connection, connections, transaction
from django.db.utils import Error

from bureau.county import OWN
from tuodi.platform.accounts.models import User
from tuodi.platform.ground.passes import signing_in
from tuodi.platform.ground.sealing import seal
from tuodi.platform.intake.models import Delivery
from tuodi.platform.places.models import Organisation, path_of
from tuodi.platform.registry.models import Entry, Person
from tuodi.platform.trail.bulk import check
from tuodi.platform.trail.looks import keep_look
from tuodi.platform.trail.models import BulkChange, Look, RowChange

pytestmark = pytest.mark.req("AD18", "EG06", "AD05")

TABLES = ("trail_rowchange", "trail_bulkchange", "trail_look")
NUMBER = "990121198001011216"


def person(name: str = "苏青禾") -> Person:
    path = path_of("990121001001")
    return Person.objects.create(
        name=name, region_path=path, places=[path], number_sealed=seal("number", NUMBER), address="上篁村 12 号",
        birth_date=date(1980, 1, 1),
    )  # fmt: skip


def delivery() -> Delivery:
    office = Organisation.objects.get(kind="civil_affairs", region_id=OWN)
    return Delivery.objects.create(
        source="civil_affairs_monthly", file_name="x.xlsx", file_digest="0" * 64, size=1, via="page",
        organisation=office, region_path=office.region_path, legal_basis="x", purpose="x", expires_on=date(2030, 1, 1),
        received_by=User.objects.get(username="insurance_officer.own"), received_at="2026-03-01T00:00:00+08:00",
    )  # fmt: skip


def reading(signed_in, role: str = "security_auditor"):
    browser = signed_in(role)
    assert browser.get("/trail/").url.startswith("/trail/reason/")
    answer = browser.post("/trail/reason/", {"reason": "例行检查 2026-3 季度", "next": "/trail/"})
    assert answer.url == "/trail/"
    return browser


def test_a_change_has_old_and_new_who_why(standing) -> None:
    standing("insurance_officer", reason="更正住址")
    one = person()
    one.address = "下篁村 3 号"
    one.save(update_fields=["address"])
    line = RowChange.objects.filter(table_name="registry_person", person_id=one.pk).first()
    assert (line.operation, line.old, line.new) == ("update", {"address": "上篁村 12 号"}, {"address": "下篁村 3 号"})
    assert (line.role, line.reason) == ("insurance_officer", "更正住址")
    assert line.user_id == User.objects.get(username="insurance_officer.own").pk


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("what", ["UPDATE {} SET reason = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize("account", ["default", "owner"])
def test_nobody_alters_it(standing, ground, table, what, account) -> None:
    standing("security_auditor")
    with (
        pytest.raises(Error, match=r"append-only|permission denied"),
        transaction.atomic(using=account),
        connections[account].cursor() as cursor,
    ):
        cursor.execute(what.format(table))


@pytest.mark.parametrize("table", TABLES)
def test_the_program_writes_no_line_itself(standing, table) -> None:
    standing("security_auditor")
    with pytest.raises(Error, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} (at, role, region_path) VALUES (now(), 'x', 'cn')")


@pytest.mark.parametrize("role", ["security_auditor", "auditor"])
def test_values_are_masked_and_sealed_ones_never_shown(standing, signed_in, role) -> None:
    standing("insurance_officer", reason="登记")
    one = person()
    browser = reading(signed_in, role)
    for address in (f"/trail/?person={one.pk}", f"/trail/export/changes.csv?person={one.pk}"):
        text = browser.get(address).content.decode()
        assert "苏青禾" not in text, address
        assert "苏＊" in text, address
        assert "上篁村 12 号" not in text
        assert "1980-01-01" not in text
        assert "加密保存，不显示" in text
        assert NUMBER not in text
        assert "登记" in text


def test_an_officer_sees_his_own_deeds_in_clear(standing, signed_in) -> None:
    standing("insurance_officer")
    one = person()
    keep_look(one.pk, "open", ["name"], "办理该事项需要", "person")
    browser = signed_in("insurance_officer")
    assert "苏青禾" in browser.get("/trail/mine/").content.decode()
    looks = browser.get("/trail/mine/?which=looks").content.decode()
    assert "打开档案" in looks
    assert "办理该事项需要" in looks
    assert browser.get("/trail/").status_code == 403
    assert "苏" not in signed_in("civil_affairs_officer").get("/trail/mine/").content.decode().replace("苏州", "")


def test_the_auditors_own_looks_are_kept_with_the_reason(standing, signed_in) -> None:
    standing("insurance_officer")
    one = person()
    browser = reading(signed_in)
    browser.get(f"/trail/?person={one.pk}")
    browser.get("/trail/export/looks.xlsx")
    signing_in()
    standing("security_auditor")
    kept = list(Look.objects.filter(user_id=User.objects.get(username="security_auditor.own").pk).order_by("id"))
    assert [(line.kind, line.person_id) for line in kept] == [("trail", one.pk), ("export", None)]
    assert {line.reason for line in kept} == {"例行检查 2026-3 季度"}


def test_a_reason_is_asked_for_and_must_say_something(signed_in) -> None:
    browser = signed_in("security_auditor")
    assert browser.post("/trail/reason/", {"reason": "看"}).status_code == 200
    assert browser.get("/trail/").status_code == 302
    assert browser.post("/trail/reason/", {"reason": "投诉 2026-14", "next": "https://x.example/"}).url == "/trail/"


def test_filters_narrow_and_nonsense_is_left_out(standing, signed_in) -> None:
    standing("insurance_officer")
    one, other = person("苏青禾"), person("陆望秋")
    browser = reading(signed_in)
    text = browser.get(f"/trail/?person={one.pk}&table=registry_person&operation=insert").content.decode()
    assert "苏＊" in text
    assert "陆＊" not in text
    assert "没有这样的记录" in browser.get("/trail/?operation=update&table=registry_person").content.decode()
    assert "没有这样的记录" in browser.get("/trail/?until=2020-01-01").content.decode()
    assert browser.get("/trail/?person=x&since=2026-13-45&table=pg_shadow&page=-1").status_code == 200
    assert other.pk != one.pk


def test_an_export_says_by_what_it_was_narrowed_by_whom_and_when(standing, signed_in) -> None:
    standing("insurance_officer")
    one = person("=1+1")
    browser = reading(signed_in)
    answer = browser.get(f"/trail/export/changes.xlsx?person={one.pk}&table=registry_person")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    head = [sheet.cell(line, 1).value for line in range(1, 5)]
    assert head[0] == "数据变更记录"
    assert head[1] == f"筛选条件：人员序号：{one.pk}；内容：人员"
    assert "security_auditor own" in head[2]
    assert "岚汀县" in head[3]
    formulas = [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert not formulas
    text = browser.get(f"/trail/export/changes.csv?person={one.pk}").content.decode("utf-8-sig")
    assert "筛选条件" in text
    assert ",=1" not in text
    assert browser.get("/trail/export/other.csv").status_code == 404
    assert browser.get("/trail/export/looks.exe").status_code == 404


def fill(one: Delivery, names: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('tuodi.bulk', %s, true)", [str(one.pk)])
    for name in names:
        Entry.objects.create(
            source="civil_affairs_monthly", target="recognitions", key_digest=name.encode(), data={"person_name": name},
            as_of=date(2026, 3, 1), delivery=one, organisation=one.organisation, region_path=one.region_path,
        )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('tuodi.bulk', '', true)")


def test_a_batch_is_counted_and_checked_again(db, standing, signed_in) -> None:
    standing("insurance_officer")
    one = delivery()
    fill(one, ["甲", "乙", "丙"])
    assert not RowChange.objects.filter(table_name="registry_entry").exists(), "bulk rows are not kept one by one"
    browser = reading(signed_in, "auditor")
    assert f'href="/trail/bulk/{one.pk}/"' in browser.get("/trail/bulk/").content.decode()
    text = browser.get(f"/trail/bulk/{one.pk}/").content.decode()
    assert "行数和摘要都一致" in text

    class Who:
        role = type("R", (), {"may_read": staticmethod(lambda _domain: True)})

    standing("insurance_officer")
    entry = Entry.objects.filter(delivery=one).first()
    entry.data = {"person_name": "丁"}
    entry.save(update_fields=["data"])
    standing("auditor")
    found = check("registry_entry", str(one.pk), Who)
    assert (found.verdict, found.rows, found.rows_now, found.changes) == ("changed", 3, 3, 1)
    assert BulkChange.objects.filter(batch=str(one.pk)).count() == 3


def test_a_security_auditor_is_told_that_he_cannot_count(standing, signed_in) -> None:
    standing("insurance_officer")
    one = delivery()
    fill(one, ["甲"])
    browser = reading(signed_in)
    assert "本岗位不能读取这些行" in browser.get(f"/trail/bulk/{one.pk}/").content.decode()
    assert browser.get("/trail/bulk/nonsense/").status_code == 404


def test_a_neighbours_auditor_sees_none_of_it(standing, signed_in) -> None:
    standing("insurance_officer")
    one = person()
    browser = signed_in("security_auditor", "neighbour")
    browser.post("/trail/reason/", {"reason": "例行检查"})
    text = browser.get(f"/trail/?person={one.pk}").content.decode()
    assert "苏" not in text
    assert "没有这样的记录" in text


def test_every_trailed_table_has_its_word() -> None:
    from django.apps import apps

    from tuodi.platform.trail.reading import TABLES as WORDS

    trailed = {
        model._meta.db_table
        for model in apps.get_models()
        if getattr(getattr(model, "protection", None), "trailed", False)
    }
    assert trailed <= WORDS.keys(), trailed - WORDS.keys()
