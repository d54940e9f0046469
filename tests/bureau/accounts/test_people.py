"""Accounts and grants: made by one, confirmed by another, never wider than one's own; the database refuses too."""

from __future__ import annotations

import re

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import ProgrammingError
from django.test import Client

from bureau.county import FOREIGN, NEIGHBOUR, OWN
from tuodi.platform.accounts import people
from tuodi.platform.accounts.models import Grant, User
from tuodi.platform.accounts.people import NewGrant, RefusedError
from tuodi.platform.accounts.standing import Standing
from tuodi.platform.ground import clock
from tuodi.platform.ground.passes import enter, signing_in
from tuodi.platform.places.models import Organisation, Region, path_of
from tuodi.platform.trail.models import RowChange

pytestmark = pytest.mark.req("EO01", "EO02", "EG06")


@pytest.fixture
def stand(db, standing):
    """``stand("system_admin")``: the pass is entered, and the standing is given."""

    def take(role: str, county: str = "own") -> Standing:
        standing(role, county)
        grant = Grant.objects.select_related("region", "organisation", "user").get(id=db[role, county])
        return Standing(grant, grant.user)

    return take


def office(kind: str = "medical_insurance", county: str = OWN) -> Organisation:
    return Organisation.objects.get(kind=kind, region_id=county)


def wish(user: User, role: str = "insurance_officer", region: str = OWN, **more) -> NewGrant:
    place = Region.objects.get(code=region)
    return NewGrant(user, role, place, more.pop("organisation", user.organisation), clock.today(), None, "任命")


def new_user(doer: Standing, name: str = "lin.zhiqiu") -> User:
    return people.make_user(doer, name, "林知秋", office())[0]


def test_one_makes_and_another_confirms(stand) -> None:
    doer = stand("system_admin")
    user, password = people.make_user(doer, "lin.zhiqiu", "林知秋", office())
    assert user.check_password(password)
    assert user.must_change
    grant = people.make_grant(doer, wish(user))
    with pytest.raises(RefusedError, match="安全保密管理员"):
        people.confirm_grant(doer, grant)
    other = stand("security_admin")
    people.confirm_grant(other, grant)
    grant.refresh_from_db()
    assert grant.in_force(clock.today())
    assert grant.confirmed_by_id == other.user.id


@pytest.mark.parametrize("region", [NEIGHBOUR, FOREIGN, "990100000000", "000000000000"])
def test_no_grant_reaches_beyond_the_makers_region(stand, region) -> None:
    doer = stand("system_admin")
    user = new_user(doer)
    with pytest.raises(RefusedError):
        people.make_grant(doer, wish(user, region=region))


@pytest.mark.parametrize("role", ["superior", "civil_affairs_officer", "township_worker", "nobody", "importer"])
def test_no_grant_of_a_role_that_the_office_does_not_hold(stand, role) -> None:
    doer = stand("system_admin")
    user = new_user(doer)
    with pytest.raises(RefusedError, match="不能授予"):
        people.make_grant(doer, wish(user, role=role))


def test_nobody_grants_to_himself_or_beyond_his_office(stand) -> None:
    doer = stand("system_admin")
    with pytest.raises(RefusedError, match="给自己"):
        people.make_grant(doer, wish(doer.user))
    neighbour = Organisation.objects.get(kind="medical_insurance", region_id=NEIGHBOUR)
    with pytest.raises(RefusedError):
        people.make_user(doer, "somebody", "某人", neighbour)


def test_the_three_administrators_are_three(stand) -> None:
    doer = stand("system_admin")
    user = new_user(doer)
    people.make_grant(doer, wish(user, "security_admin"))
    for other in ("security_auditor", "system_admin", "insurance_officer"):
        with pytest.raises(RefusedError, match="三员"):
            people.make_grant(doer, wish(user, other))


def put(user: User, doer: Standing, **changed) -> Grant:
    said = {
        "user": user, "role": "insurance_officer", "region_id": OWN, "region_path": path_of(OWN),
        "organisation": user.organisation, "valid_from": clock.today(), "made_by": doer.user, **changed,
    }  # fmt: skip
    with transaction.atomic():
        return Grant.objects.create(**said)


def test_the_database_refuses_what_the_page_would(stand) -> None:
    """A mistake in the program gains nothing: a wide region behind a narrow path, another's name, a grant confirmed."""
    doer = stand("system_admin")
    user = new_user(doer)
    with pytest.raises(IntegrityError, match="of one's own"):
        put(user, doer, region_id="990100000000")
    with pytest.raises(ProgrammingError, match="row-level security"):
        put(user, doer, region_id="990100000000", region_path=path_of("990100000000"))
    with pytest.raises(IntegrityError, match="of one's own"):
        put(user, doer, organisation=office(county=NEIGHBOUR))
    with pytest.raises(IntegrityError, match="begins unconfirmed"):
        put(user, doer, made_by=user)
    with pytest.raises(IntegrityError, match="begins unconfirmed"):
        put(user, doer, confirmed_by=user, confirmed_at=clock.now())
    with pytest.raises(IntegrityError, match="to himself"):
        put(doer.user, doer)
    grant = put(user, doer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.filter(id=grant.id).update(confirmed_by=doer.user, confirmed_at=clock.now())
    with pytest.raises(IntegrityError, match="not altered"), transaction.atomic():
        Grant.objects.filter(id=grant.id).update(role="insurance_reviewer")


def test_a_security_administrator_makes_none(stand) -> None:
    maker = stand("system_admin")
    user = new_user(maker)
    doer = stand("security_admin")
    with pytest.raises(ProgrammingError, match="row-level security"):
        put(user, doer)


def test_a_neighbours_administrators_reach_nothing(stand) -> None:
    doer = stand("system_admin")
    user = new_user(doer)
    grant = people.make_grant(doer, wish(user))
    other = stand("security_admin", "neighbour")
    with pytest.raises(RefusedError, match="所辖"):
        people.confirm_grant(other, grant)
    assert not Grant.objects.filter(id=grant.id).exists()
    with pytest.raises(RefusedError):
        people.stop_user(stand("system_admin", "neighbour"), user, "x 原因")


def test_an_ended_grant_opens_nothing_at_once(stand, db, signed_in) -> None:
    browser = signed_in("insurance_officer")
    assert browser.get("/roles/").status_code == 200
    doer = stand("system_admin")
    grant = Grant.objects.get(id=db["insurance_officer", "own"])
    people.end_grant(doer, grant, "调离")
    assert browser.get("/roles/").url == "/no-role/"
    enter(grant.id)
    assert not Organisation.objects.exists()


def test_taking_over_an_account_needs_two(stand, db) -> None:
    """Who resets the password does not let the account in again, and does not reset the second factor."""
    doer = stand("system_admin")
    user = User.objects.get(username=db.user("insurance_officer"))
    password = people.reset_password(doer, user, "忘记密码")
    signing_in()
    browser = Client()
    said = {"login": user.username, "password": password}
    assert browser.post("/account/login/", said).status_code == 200
    for deed in (people.release_user, people.reset_codes):
        with pytest.raises(RefusedError, match="安全保密管理员"):
            deed(stand("system_admin"), user, "x 原因")
    people.release_user(stand("security_admin"), user, "已电话核实")
    signing_in()
    assert browser.post("/account/login/", said).status_code == 302
    assert browser.get("/").url == "/account/password/"


def test_moving_to_another_office_ends_what_was_held(stand, db) -> None:
    doer = stand("system_admin")
    user = User.objects.get(username=db.user("insurance_officer"))
    assert people.move_user(doer, user, "新名", office("civil_affairs"), "调动") == 1
    grant = Grant.objects.get(id=db["insurance_officer", "own"])
    assert grant.end_reason == "调动"


def test_the_trail_has_it_with_the_reason_and_without_the_hash(stand, db) -> None:
    doer = stand("system_admin")
    user = User.objects.get(username=db.user("insurance_officer"))
    people.reset_password(doer, user, "忘记密码")
    stand("security_auditor")
    line = RowChange.objects.filter(table_name="accounts_user", row_id=str(user.id)).first()
    assert line.reason == "忘记密码"
    assert line.new == {"is_active": False, "must_change": True}
    assert line.user_id == doer.user.id


def test_usernames_do_not_differ_by_case_alone(stand) -> None:
    doer = stand("system_admin")
    new_user(doer)
    with pytest.raises(RefusedError, match="已有人"):
        new_user(doer, "LIN.zhiqiu")


def test_by_page_from_account_to_work(db, signed_in) -> None:
    admin = signed_in("system_admin")
    page = admin.get("/accounts/new/").content.decode()
    chosen = re.search(r'<option value="(\d+)">岚汀县医保局', page).group(1)
    made = admin.post("/accounts/new/", {"username": "Wen.Lan", "display_name": "闻岚", "organisation": chosen})
    text = made.content.decode()
    password = re.search(r"一次性密码</dt><dd>([A-Za-z0-9]{14})<", text).group(1)
    number = re.search(r"/accounts/(\d+)/grants/new/", text).group(1)
    form = {"organisation": chosen, "role": "insurance_officer", "region": OWN, "valid_from": clock.today().isoformat(),
            "valid_to": "", "reason": "任命文件 2026-11"}  # fmt: skip
    wrong = admin.post(f"/accounts/{number}/grants/new/", {**form, "region": FOREIGN, "role": "superior"})
    assert wrong.status_code == 200
    assert "请从列表中选择" in wrong.content.decode()
    assert admin.post(f"/accounts/{number}/grants/new/", form).status_code == 302
    security = signed_in("security_admin")
    waiting = security.get("/grants/?state=waiting").content.decode()
    grant = re.search(r'href="/grants/(\d+)/">闻岚', waiting).group(1)
    assert "任命文件 2026-11" in waiting
    assert "岗位由安全保密管理员确认" in admin.post(f"/grants/{grant}/", {"deed": "confirm"}).content.decode()
    assert security.post(f"/grants/{grant}/", {"deed": "confirm"}).status_code == 302
    signing_in()
    browser = Client()
    assert browser.post("/account/login/", {"login": "wen.lan", "password": password}).status_code == 302
    new = "quiet-Harbour-7"
    browser.post("/account/password/", {"oldpassword": password, "password1": new, "password2": new})
    home = browser.get("/").content.decode()
    assert "闻岚" in home
    assert "医保经办人员" in home


def test_several_grants_and_the_choice_among_them(db, signed_in) -> None:
    signing_in()
    user = User.objects.get(username=db.user("insurance_officer"))
    admin = signed_in("system_admin")
    form = {"organisation": user.organisation_id, "role": "insurance_reviewer", "region": OWN,
            "valid_from": clock.today().isoformat(), "valid_to": "", "reason": "兼任"}  # fmt: skip
    assert admin.post(f"/accounts/{user.id}/grants/new/", form).status_code == 302
    signing_in()
    grant = Grant.objects.filter(user=user, role="insurance_reviewer").get()
    assert signed_in("security_admin").post(f"/grants/{grant.id}/", {"deed": "confirm"}).status_code == 302
    browser = signed_in("insurance_officer")
    assert "选择岗位" in browser.get("/").content.decode()
    assert browser.post("/standing/", {"grant": grant.id}).status_code == 302
    assert '<span class="me-role">医保复核人员' in browser.get("/").content.decode()
    signing_in()
    foreign = Grant.objects.exclude(user=user).first()
    browser.post("/standing/", {"grant": foreign.id})
    assert '<span class="me-role">医保复核人员' in browser.get("/").content.decode()


@pytest.mark.parametrize("role", ["insurance_officer", "village_worker", "superior", "hospital_desk", "auditor"])
def test_others_do_not_administer(db, signed_in, role) -> None:
    browser = signed_in(role)
    for address in ("/accounts/new/", f"/places/{OWN}/offices/new/", "/keys/new/", "/packages/keys/new/"):
        assert browser.get(address).status_code == 403, address
    assert browser.get("/").status_code == 200


def test_offices_are_added_in_ones_own_region_only(db, signed_in) -> None:
    admin = signed_in("system_admin")
    said = {"name": "云杪镇中心卫生院", "kind": "hospital", "code": "H99012100201", "active": "on"}
    assert admin.post("/places/990121002000/offices/new/", said).status_code == 302
    assert "云杪镇中心卫生院" in admin.get("/places/990121002000/").content.decode()
    twice = admin.post("/places/990121002000/offices/new/", said)
    assert "已有同名" in twice.content.decode()
    assert admin.post(f"/places/{NEIGHBOUR}/offices/new/", said).status_code == 404
    signing_in()
    other = Organisation.objects.filter(region_id=NEIGHBOUR).first()
    assert admin.post(f"/offices/{other.pk}/", {"name": "改名", "active": "on"}).status_code == 404


def test_every_deed_and_domain_has_its_word() -> None:
    from tuodi.platform.accounts.role_words import DEEDS, DOMAINS
    from tuodi.platform.accounts.roles import roles

    used = {name.rstrip("*") for role in roles().values() for name in (*role.reads, *role.writes)}
    assert used <= DOMAINS.keys()
    assert {deed for role in roles().values() for deed in role.does} <= DEEDS.keys()


def test_what_waits_is_counted_and_led_to(db, signed_in, stand) -> None:
    doer = stand("system_admin")
    user = new_user(doer)
    people.make_grant(doer, wish(user))
    people.reset_password(doer, User.objects.get(username=db.user("insurance_officer")), "忘记密码")
    home = signed_in("security_admin").get("/").content.decode()
    queues = {"待确认的岗位": "/grants/?state=waiting", "重置密码后待放行的账号": "/accounts/?state=waiting"}
    for title, address in queues.items():
        assert f'<a href="{address}"><span class="visually-hidden">{title} </span>1</a>' in home
    assert "这是您自己的账号" not in signed_in("system_admin").get(f"/accounts/{user.id}/").content.decode()
    me = User.objects.get(username=db.user("system_admin"))
    assert "这是您自己的账号" in signed_in("system_admin").get(f"/accounts/{me.id}/").content.decode()
    role = signed_in("system_admin").get("/roles/insurance_officer/").content.decode()
    assert "built-in" not in role
    assert "高度敏感" in role


def test_the_database_lets_nobody_but_the_security_administrator_confirm_and_nothing_else_be_altered(stand) -> None:
    """Two system administrators together put no grant in force; a day of its own is not moved afterwards."""
    doer = stand("system_admin")
    grant = people.make_grant(doer, wish(new_user(doer)))
    second = people.make_user(doer, "second.admin", "第二人", office())[0]
    other = people.make_grant(doer, wish(second, "system_admin"))
    people.confirm_grant(stand("security_admin"), other)
    enter(other.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.filter(id=grant.id).update(confirmed_by=second, confirmed_at=clock.now())
    people.confirm_grant(stand("security_admin"), grant)
    stand("system_admin")
    for changed in ({"valid_to": clock.today()}, {"reason": "另一个原因"}, {"region_path": f"{grant.region_path}.x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Grant.objects.filter(id=grant.id).update(**changed)
    people.end_grant(stand("system_admin"), grant, "到期")
