"""Packages by page: made by who may, recorded in every person's file, received once, through intake like any file."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from bureau.county import NEIGHBOUR, OWN
from tuodi.platform.accounts.models import User
from tuodi.platform.ground import clock
from tuodi.platform.ground.passes import signing_in
from tuodi.platform.ground.sealing import digest, seal
from tuodi.platform.intake.models import Delivery
from tuodi.platform.packages.form import Trusted, unpack
from tuodi.platform.packages.keys import fingerprint, own_public
from tuodi.platform.packages.kinds import kinds
from tuodi.platform.packages.models import Package, TrustedKey
from tuodi.platform.places.models import Organisation, path_of
from tuodi.platform.registry.models import Entry, Identity, Person
from tuodi.platform.trail.models import Look

pytestmark = pytest.mark.req("EG06", "AD06", "AD18", "EO01")

NUMBER = "990121198001011216"


@pytest.fixture
def recognised(standing) -> Person:
    """Somebody whom civil affairs recognises and the insurer has not flagged."""
    standing("insurance_officer")
    office = Organisation.objects.get(kind="civil_affairs", region_id=OWN)
    path = path_of("990121001001")
    one = Person.objects.create(
        name="苏青禾", region_path=path, places=[path], number_sealed=seal("number", NUMBER),
        number_digest=digest("number", NUMBER), birth_date=date(1980, 1, 1),
    )  # fmt: skip
    got = Delivery.objects.create(
        source="civil_affairs_monthly", file_name="x.xlsx", file_digest="0" * 64, size=1, via="page", state="committed",
        organisation=office, region_path=office.region_path, legal_basis="x", purpose="x", expires_on=date(2030, 1, 1),
        received_by=User.objects.get(username="insurance_officer.own"), received_at=clock.now(), as_of=clock.today(),
    )  # fmt: skip
    Identity.objects.create(
        person=one, identity="dibao", source="civil_affairs_monthly", from_date=date(2026, 1, 1), delivery=got,
        organisation=office, region_path=path,
    )  # fmt: skip
    return one


def trust(signed_in, zone: str = "all") -> None:
    """Our own key entered and confirmed, as a demonstration of all zones does."""
    said = {"name": "演示安装", "zone": zone, "public": own_public().hex()}
    assert signed_in("system_admin").post("/packages/keys/new/", said).status_code == 302
    signing_in()
    number = TrustedKey.objects.get().pk
    assert signed_in("security_admin").post(f"/packages/keys/{number}/", {"deed": "confirm"}).status_code == 302


def packed(signed_in, role: str = "insurance_reviewer") -> bytes:
    answer = signed_in(role).post("/packages/make/hardship_check/", {"reason": "2026 年 3 月核实"})
    assert answer["Content-Type"] == "application/zip", answer.content.decode()
    return answer.content


def send(browser, content: bytes):
    return browser.post("/packages/receive/", {"file": SimpleUploadedFile("p.zip", content)})


def test_a_package_holds_the_listed_fields_and_every_file_says_so(recognised, signed_in, standing) -> None:
    browser = signed_in("insurance_reviewer")
    before = browser.get("/packages/make/hardship_check/").content.decode()
    assert NUMBER not in before
    assert "9901＊" in before
    content = packed(signed_in)
    one = unpack(content, lambda _print: Trusted(own_public(), "insurance"), "extranet", kinds())
    text = one.data.decode("utf-8-sig")
    assert text.splitlines()[0] == ",".join(kinds()["hardship_check"].headers)
    assert NUMBER in text
    assert "低保对象" in text
    assert "已认定未标识" in text
    standing("insurance_officer")
    look = Look.objects.get(person_id=recognised.pk, kind="package")
    assert look.reason == "2026 年 3 月核实"
    assert look.fields[:2] == ["year", "person_name"]
    kept = Package.objects.get()
    assert (kept.rows, kept.direction, kept.key) == (1, "made", fingerprint(own_public()))


def test_a_reason_is_needed_and_a_role_that_may(recognised, signed_in) -> None:
    answer = signed_in("insurance_reviewer").post("/packages/make/hardship_check/", {"reason": " "})
    assert "请填写原因" in answer.content.decode()
    for role in ("insurance_officer", "auditor", "township_worker"):
        assert signed_in(role).post("/packages/make/hardship_check/", {"reason": "x"}).status_code == 403, role
    assert signed_in("civil_affairs_officer").get("/packages/make/hardship_check/").status_code == 404
    assert signed_in("insurance_reviewer").get("/packages/make/aid_recipients/").status_code == 404
    assert signed_in("insurance_reviewer").get("/packages/make/bills/").status_code == 404


def test_received_once_and_handed_to_intake(recognised, signed_in, standing) -> None:
    content = packed(signed_in)
    trust(signed_in)
    browser = signed_in("insurance_officer")
    first = send(browser, content)
    assert first.status_code == 302, first.content.decode()
    standing("insurance_officer")
    got = Package.objects.get(direction="received")
    delivery = Delivery.objects.get(pk=got.delivery_id)
    assert (delivery.via, delivery.source, delivery.organisation.kind) == (
        "package",
        "enrolment_check",
        "medical_insurance",
    )
    assert "待确认" not in got.purpose
    again = browser.post("/packages/receive/", {"file": SimpleUploadedFile("p.zip", content)}, follow=True)
    assert "以前收过，没有任何改动" in again.content.decode()
    standing("insurance_officer")
    assert Delivery.objects.filter(via="package").count() == 1


def test_without_a_confirmed_key_nothing_is_taken(recognised, signed_in, standing) -> None:
    content = packed(signed_in)
    browser = signed_in("insurance_officer")
    assert "公钥不在受信任的名单里" in send(browser, content).content.decode()
    said = {"name": "演示安装", "zone": "all", "public": own_public().hex()}
    admin = signed_in("system_admin")
    admin.post("/packages/keys/new/", said)
    assert "公钥不在受信任的名单里" in send(browser, content).content.decode()
    signing_in()
    number = TrustedKey.objects.get().pk
    admin.post(f"/packages/keys/{number}/", {"deed": "confirm"})
    assert "公钥不在受信任的名单里" in send(browser, content).content.decode(), "its maker cannot confirm it"
    signed_in("security_admin").post(f"/packages/keys/{number}/", {"deed": "confirm"})
    assert send(browser, content).status_code == 302
    signed_in("security_admin").post(f"/packages/keys/{number}/", {"deed": "end"})
    assert "公钥不在受信任的名单里" in send(browser, packed(signed_in)).content.decode()


def test_the_database_lets_nobody_confirm_his_own_key(standing) -> None:
    standing("system_admin")
    me = User.objects.get(username="system_admin.own")
    said = {
        "name": "x",
        "zone": "extranet",
        "public_key": b"0" * 32,
        "fingerprint": "f" * 64,
        "region_path": path_of(OWN),
    }
    with pytest.raises(IntegrityError, match="begins unconfirmed"), transaction.atomic():
        TrustedKey.objects.create(**said, made_by=me, confirmed_by=me, confirmed_at=clock.now())
    key = TrustedKey.objects.create(**said, made_by=me)
    with pytest.raises(IntegrityError, match="confirmed once"), transaction.atomic():
        TrustedKey.objects.filter(pk=key.pk).update(confirmed_by=me, confirmed_at=clock.now())
    with pytest.raises(IntegrityError, match="not altered"), transaction.atomic():
        TrustedKey.objects.filter(pk=key.pk).update(public_key=b"1" * 32)


def test_a_neighbours_package_is_not_ours(recognised, signed_in) -> None:
    content = packed(signed_in)
    trust(signed_in)
    browser = signed_in("insurance_officer", "neighbour")
    assert "不是发到这里的" in send(browser, content).content.decode()
    assert signed_in("insurance_reviewer", "neighbour").get("/packages/").status_code == 200
    assert NEIGHBOUR != OWN


def test_what_is_no_package_is_told_in_words(recognised, signed_in) -> None:
    browser = signed_in("insurance_officer")
    assert "这不是数据包" in send(browser, b"PK\x03\x04").content.decode()
    assert "请选择" in browser.post("/packages/receive/", {}).content.decode()


def test_civil_affairs_sends_whom_it_has_on_its_list(recognised, signed_in, standing) -> None:
    standing("insurance_officer")
    got = Delivery.objects.get(source="civil_affairs_monthly")
    for name, number, until in (("苏青禾", NUMBER, None), ("陆望秋", "990121197505050027", date(2026, 2, 28))):
        Entry.objects.create(
            source="civil_affairs_monthly", target="recognitions", key_digest=name.encode(), delivery=got,
            organisation=got.organisation, region_path=path_of("990121001001"), person=recognised,
            as_of=date(2026, 3, 1), until=until, data={"person_name": name, "identity": "dibao", "from": "2026-01-01"},
            sealed=seal("row", json.dumps({"certificate": number, "bank_account": "6222000011112222"})),
        )  # fmt: skip
    browser = signed_in("civil_affairs_officer")
    answer = browser.post("/packages/make/aid_recipients/", {"reason": "交医保核对标识"})
    assert answer["Content-Type"] == "application/zip", answer.content.decode()
    one = unpack(answer.content, lambda _print: Trusted(own_public(), "extranet"), "insurance", kinds())
    lines = one.data.decode("utf-8-sig").splitlines()
    assert len(lines) == 2, "who left the list is not sent"
    assert lines[1].startswith(f"苏青禾,{NUMBER},低保对象,")
    assert "6222" not in one.data.decode("utf-8-sig")
    trust(signed_in)
    assert send(signed_in("insurance_officer"), answer.content).status_code == 302
