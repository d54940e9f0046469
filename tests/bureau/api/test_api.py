"""The API: the same rights and masks as the pages; keys by four eyes; purpose, limits and one shape of error."""

from __future__ import annotations

import json
from datetime import date, timedelta
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import get_resolver

from bureau.county import OWN
from tuodi.platform.accounts.models import Grant, User
from tuodi.platform.accounts.people import RefusedError
from tuodi.platform.accounts.roles import roles
from tuodi.platform.accounts.standing import Standing
from tuodi.platform.api import keys
from tuodi.platform.api.calling import OPERATIONS, api
from tuodi.platform.api.models import ApiKey
from tuodi.platform.ground import clock
from tuodi.platform.ground.passes import signing_in
from tuodi.platform.ground.sealing import digest, seal
from tuodi.platform.intake.models import Delivery
from tuodi.platform.places.models import path_of
from tuodi.platform.registry.models import Person
from tuodi.platform.trail.models import Look

pytestmark = pytest.mark.req("AD05", "AD06", "AD18", "EG06")

NUMBER = "990121198001011216"
PURPOSE = "每月核对身份标识"
SHAPE = {"code", "message", "where", "expected"}


def stand(db, standing, role: str, county: str = "own") -> Standing:
    standing(role, county)
    grant = Grant.objects.select_related("user", "region", "organisation").get(id=db[role, county])
    return Standing(grant, grant.user)


@pytest.fixture
def key(db, standing):
    """``key("insurance_officer")``: a program's key in force on that grant."""

    def make(role: str, county: str = "own", a_minute: int = 60, confirmed: bool = True) -> str:
        doer = stand(db, standing, "system_admin", county)
        grant = Grant.objects.get(id=db[role, county])
        until = clock.today() + timedelta(days=30)
        made, text = keys.make(doer, keys.Wish(grant, "对接系统", PURPOSE, "协议 2026-7", until, a_minute))
        if confirmed:
            keys.confirm(stand(db, standing, "security_admin", county), made)
        signing_in()
        return text

    return make


def call(text: str, method: str, path: str, purpose: str = PURPOSE, language: str = "zh", **more):
    headers = {"Authorization": f"Bearer {text}", "Accept-Language": language}
    if purpose:
        headers["Tuodi-Purpose"] = quote(purpose)
    headers |= more.pop("headers", {})
    return Client(enforce_csrf_checks=True).generic(
        method, f"/api{path}", headers=headers, **({"content_type": "application/json"} | more)
    )


def person(standing) -> Person:
    standing("insurance_officer")
    path = path_of("990121001001")
    return Person.objects.create(
        name="苏青禾", region_path=path, places=[path], number_sealed=seal("number", NUMBER),
        number_digest=digest("number", NUMBER), birth_date=date(1980, 1, 1), address="上篁村 12 号",
    )  # fmt: skip


def find(text: str, number: str = NUMBER, **more):
    return call(text, "POST", "/persons/find", data=json.dumps({"number": number}), **more)


def test_a_key_opens_what_its_role_may_and_masks_the_rest(key, standing) -> None:
    one = person(standing)
    got = find(key("insurance_officer")).json()
    assert got["total"] == 1
    assert got["rows"][0]["id"] == one.pk
    text = json.dumps(got, ensure_ascii=False)
    assert "苏青禾" in text
    assert NUMBER not in text
    text = find(key("auditor")).content.decode()
    assert "苏青禾" not in text
    assert "苏＊" in text
    for path in (f"/persons/{one.pk}", f"/persons/{one.pk}?parts=basics"):
        said = call(key("auditor"), "GET", path).content.decode()
        assert "苏青禾" not in said
        assert "1980-01-01" not in said
        assert NUMBER not in said


def test_the_file_is_the_page_s(key, standing, db) -> None:
    from tuodi.platform.registry.person_file import as_data

    one = person(standing)
    got = call(key("insurance_officer"), "GET", f"/persons/{one.pk}").json()
    here = as_data(stand(db, standing, "insurance_officer"), Person.objects.get(pk=one.pk))
    assert got["head"] == json.loads(json.dumps(here["head"]))
    assert got["parts"].keys() == here["parts"].keys()


def test_another_county_finds_nobody(key, standing) -> None:
    one = person(standing)
    text = key("insurance_officer", "neighbour")
    assert find(text).json() == {"total": 0, "rows": []}
    answer = call(text, "GET", f"/persons/{one.pk}")
    assert answer.status_code == 404
    assert answer.json().keys() == SHAPE


def test_part_of_a_number_finds_nobody(key, standing) -> None:
    person(standing)
    assert find(key("insurance_officer"), NUMBER[:12]).json()["total"] == 0


@pytest.mark.parametrize("what", ["none", "wrong", "unconfirmed", "ended", "expired", "grant ended", "user out of use"])
def test_a_key_out_of_force_opens_nothing(key, db, standing, what) -> None:
    text = key("insurance_officer", confirmed=what != "unconfirmed")
    made = ApiKey.objects.order_by("-id").first()
    if what == "none":
        answer = Client().get("/api/me")
    else:
        if what == "wrong":
            text = text[:-1] + ("a" if text[-1] != "a" else "b")
        elif what == "ended":
            keys.end(stand(db, standing, "security_admin"), made)
        elif what == "expired":
            from django.db import connection

            standing("system_admin")
            with pytest.raises(IntegrityError, match="not altered"), transaction.atomic():
                ApiKey.objects.filter(pk=made.pk).update(expires_on="2020-01-01")
            assert connection.in_atomic_block
            made.expires_on = date(2020, 1, 1)
            made.confirmed_at = clock.now()
            assert not made.in_force
            return
        elif what == "grant ended":
            standing("system_admin")
            me = User.objects.get(username="system_admin.own")
            Grant.objects.filter(id=db["insurance_officer", "own"]).update(ended_by=me, ended_at=clock.now())
        elif what == "user out of use":
            standing("system_admin")
            User.objects.filter(username="insurance_officer.own").update(is_active=False)
        signing_in()
        answer = call(text, "GET", "/me")
    assert answer.status_code == 401
    assert answer.json().keys() == SHAPE
    assert answer.json()["code"] == "unauthorised"


def test_a_key_opens_no_page(key) -> None:
    text = key("insurance_officer")
    answer = Client().get("/", headers={"Authorization": f"Bearer {text}"})
    assert answer.url.startswith("/account/login/")


def test_a_key_does_not_ride_on_somebody_s_session(key, signed_in) -> None:
    browser = signed_in("auditor")
    answer = browser.get("/api/me", headers={"Authorization": "Bearer tdk_nothing", "Tuodi-Purpose": "xx"})
    assert answer.status_code == 401


def test_each_call_says_what_for_and_is_kept(key, standing) -> None:
    one = person(standing)
    text = key("insurance_officer")
    assert call(text, "GET", "/me", purpose="").json()["code"] == "no_purpose"
    other = call(text, "GET", "/me", purpose="商业保险营销")
    assert (other.status_code, other.json()["code"]) == (403, "other_purpose")
    assert call(text, "GET", f"/persons/{one.pk}").status_code == 200
    standing("security_auditor")
    lines = Look.objects.filter(kind="api").order_by("id")
    kept = [(line.person_id, line.reason, tuple(line.fields)[:1]) for line in lines]
    assert kept[0] == (None, "商业保险营销", ("refused:purpose",))
    assert kept[1] == (None, PURPOSE, ("person",))
    assert kept[2][:2] == (one.pk, PURPOSE)


def test_calls_are_limited(key) -> None:
    text = key("insurance_officer", a_minute=3)
    answers = [call(text, "GET", "/me").status_code for _n in range(5)]
    assert answers == [200, 200, 200, 429, 429]
    assert call(text, "GET", "/me")["Retry-After"] == "60"
    assert call(key("auditor"), "GET", "/me").status_code == 200


def test_errors_have_one_shape_in_both_languages(key) -> None:
    text = key("village_worker")
    zh, en = (call(text, "GET", "/deliveries", language=language).json() for language in ("zh", "en-GB"))
    assert zh.keys() == en.keys() == SHAPE
    assert zh["message"] != en["message"]
    assert en["message"].isascii()
    assert call(text, "GET", "/nothing").json()["code"] == "not_found"
    bad = call(key("insurance_officer"), "POST", "/persons/find", data="{}")
    assert (bad.status_code, bad.json()["code"]) == (400, "invalid")
    assert "number" in bad.json()["where"]
    assert NUMBER not in bad.content.decode()


def test_a_session_may_call_too_and_its_writes_need_the_token(signed_in) -> None:
    browser = signed_in("insurance_officer")
    assert browser.get("/api/me", headers={"Tuodi-Purpose": "xx"}).json()["region"] == OWN
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser.cookies
    answer = strict.post("/api/persons/find", {"number": NUMBER}, "application/json", headers={"Tuodi-Purpose": "xx"})
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")


def upload(text: str, content: bytes = b"a,b\n1,2\n", mark: str = "mark-0001", **said):
    file = SimpleUploadedFile("名册.csv", content)
    from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

    data = encode_multipart(BOUNDARY, {"file": file, **said})
    return call(text, "POST", "/deliveries/upload", data=data, content_type=MULTIPART_CONTENT,
                headers={"Idempotency-Key": mark})  # fmt: skip


ROSTER = "姓名,证件号码,救助身份,开始日期,月保障金额\n苏青禾,990121198001011216,低保对象,2026-01-01,500.00\n".encode()


def test_an_upload_becomes_a_delivery_once(key, standing) -> None:
    text = key("insurance_officer")
    first = upload(text, ROSTER, source="civil_affairs_monthly", as_of="2026-03-31")
    assert first.status_code == 200, first.content.decode()
    again = upload(text, ROSTER, source="civil_affairs_monthly", as_of="2026-03-31").json()
    assert (again["id"], again["again"]) == (first.json()["id"], True)
    other = upload(text, ROSTER + b"x", source="civil_affairs_monthly")
    assert (other.status_code, other.json()["code"]) == (409, "mark_used")
    standing("insurance_officer")
    assert list(Delivery.objects.values_list("via", "source")) == [("api", "civil_affairs_monthly")]
    listed = call(text, "GET", "/deliveries").json()
    assert listed["total"] == 1
    assert call(text, "GET", f"/deliveries/{first.json()['id']}").json()["legal_basis"]
    wrong = upload(text, ROSTER, mark="mark-0002", source="no_such_source")
    assert wrong.status_code == 400
    assert wrong.json().keys() == SHAPE
    assert upload(key("auditor"), ROSTER).status_code == 403


def test_places_sources_worklists(key) -> None:
    text = key("insurance_officer")
    own = call(text, "GET", "/regions").json()
    assert [one["code"] for one in own] == [OWN]
    assert len(call(text, "GET", f"/regions?parent={OWN}").json()) == 2
    assert any(one["kind"] == "civil_affairs" for one in call(text, "GET", "/organisations").json())
    assert call(text, "GET", "/sources").status_code == 200
    lists = call(text, "GET", "/worklists").json()
    assert {"not_flagged", "uninsured"} <= {one["code"] for one in lists}
    assert call(text, "GET", "/worklists/not_flagged").json()["rows"] == []
    assert call(text, "GET", "/worklists/nothing").status_code == 404
    assert call(text, "GET", "/worklists/not_flagged?page=0").status_code == 400


def test_the_description_names_every_operation_with_its_rights(key) -> None:
    text = key("village_worker")
    made = call(text, "GET", "/openapi.json").json()
    said = {one["operationId"]: one for path in made["paths"].values() for one in path.values()}
    assert said.keys() == OPERATIONS.keys() - {"openapi-json"}
    assert said["upload"]["x-deed"] == "upload"
    assert all(one["x-zones"] for one in said.values())
    assert Client().get("/api/openapi.json").status_code == 401
    assert call(text, "GET", "/").status_code == 404


def test_every_address_of_the_api_is_declared() -> None:
    """None is there without zones; one address serves one method, so that one declaration holds for it."""
    patterns = next(one for one in get_resolver().url_patterns if str(one.pattern) == "api/").url_patterns
    assert {one.name for one in patterns} == OPERATIONS.keys() | {"api-root"}
    for one in patterns:
        assert one.name == "api-root" or one.callback.page.zones, one.name
    for router in (prefix_router[1] for prefix_router in api._routers):
        for view in router.path_operations.values():
            assert sum(len(operation.methods) for operation in view.operations) == 1


CELLS = {
    "persons_find": ("POST", "/persons/find"), "person": ("GET", "/persons/1"),
    "worklist_counts": ("GET", "/worklists"),
    "worklist_rows": ("GET", "/worklists/not_flagged"), "deliveries": ("GET", "/deliveries"),
    "delivery": ("GET", "/deliveries/1"), "upload": ("POST", "/deliveries/upload"), "sources": ("GET", "/sources"),
    "regions": ("GET", "/regions"), "organisations": ("GET", "/organisations"), "me": ("GET", "/me"),
}  # fmt: skip


@pytest.mark.parametrize("role", [role for role in roles() if role != "importer"])
def test_a_role_reaches_exactly_what_is_declared(role, signed_in) -> None:
    browser = signed_in(role)
    assert OPERATIONS.keys() == CELLS.keys() | {"openapi-json"}
    for name, (method, path) in CELLS.items():
        page, held = OPERATIONS[name], roles()[role]
        may = (
            (not page.deed or held.may(page.deed))
            and all(held.may_read(one) for one in page.reads)
            and all(held.may_write(one) for one in page.writes)
        )
        status = browser.generic(method, f"/api{path}", headers={"Tuodi-Purpose": "matrix"}).status_code
        assert (status != 403) is may, (role, name, status)


@pytest.mark.parametrize(
    ("role", "said"),
    [
        ("security_admin", {}), ("importer", {}), ("insurance_officer", {"purpose": " "}),
        ("insurance_officer", {"expires_on": None}), ("insurance_officer", {"expires_on": date(2099, 1, 1)}),
        ("insurance_officer", {"a_minute": 0}), ("insurance_officer", {"legal_basis": ""}),
    ],
)  # fmt: skip
def test_keys_that_are_not_given(db, standing, role, said) -> None:
    doer = stand(db, standing, "system_admin")
    asked = {"name": "x", "purpose": "y", "legal_basis": "z", "expires_on": clock.today() + timedelta(days=9),
             "a_minute": 5} | said  # fmt: skip
    with pytest.raises(RefusedError):
        keys.make(doer, keys.Wish(Grant.objects.get(id=db[role, "own"]), **asked))


def test_nobody_confirms_the_key_that_he_made(db, standing, key) -> None:
    key("insurance_officer", confirmed=False)
    doer = stand(db, standing, "system_admin")
    made = ApiKey.objects.order_by("-id").first()
    with pytest.raises(RefusedError):
        keys.confirm(doer, made)
    with pytest.raises(IntegrityError, match="confirmed once"), transaction.atomic():
        ApiKey.objects.filter(pk=made.pk).update(confirmed_by=doer.user, confirmed_at=clock.now())


def test_by_page(db, signed_in, standing) -> None:
    admin = signed_in("system_admin")
    said = {"grant": str(db["insurance_officer", "own"]), "name": "省平台对接", "purpose": PURPOSE,
            "legal_basis": "协议 2026-7", "a_minute": "30",
            "expires_on": (clock.today() + timedelta(days=9)).isoformat()}  # fmt: skip
    assert "请填写名称" in admin.post("/keys/new/", {**said, "name": ""}).content.decode()
    made = admin.post("/keys/new/", said).content.decode()
    text = made.split("<dd>tdk_")[1].split("<")[0]
    assert call(f"tdk_{text}", "GET", "/me").status_code == 401
    number = ApiKey.objects.order_by("-id").first().pk if signing_in() is None else 0
    assert "须由另一人确认" in admin.get(f"/keys/{number}/").content.decode()
    security = signed_in("security_admin")
    assert "待确认的接口密钥" in security.get("/").content.decode()
    assert security.post(f"/keys/{number}/", {"deed": "confirm"}).status_code == 302
    assert call(f"tdk_{text}", "GET", "/me").status_code == 200
    assert security.post(f"/keys/{number}/", {"deed": "end"}).status_code == 302
    assert call(f"tdk_{text}", "GET", "/me").status_code == 401
    assert text not in admin.get("/keys/").content.decode()
