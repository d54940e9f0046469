"""The way in: password, one-time code, recovery code, lock-out, a password that must be changed, sign-out."""

from __future__ import annotations

import re
import time
from base64 import b32decode

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from bureau.county import PASSWORD
from tuodi.platform.accounts.models import User
from tuodi.platform.ground.passes import signing_in

pytestmark = pytest.mark.req("EG06", "AD05")

LOGIN = "/account/login/"


@pytest.fixture(autouse=True)
def _fresh_codes() -> None:
    """A code that one test used may be used by the next."""
    cache.clear()


def sign_in(name: str = "auditor.own", password: str = PASSWORD, browser: Client | None = None, **more):
    browser = browser or Client()
    return browser, browser.post(LOGIN, {"login": name, "password": password, **more})


def code(secret: str, later: int = 0) -> str:
    """RFC 6238 by another's hand."""
    key = b32decode(secret + "=" * (-len(secret) % 8))
    return TOTP(key, 6, SHA1(), 30, enforce_key_length=False).generate(int(time.time()) + later).decode()


def with_codes(db, standing, name: str = "auditor.own") -> tuple[str, list[str]]:
    """Activate the second factor in a browser: the secret and the recovery codes."""
    browser, _answer = sign_in(name)
    page = browser.get("/account/codes/activate/")
    if page.status_code == 302:
        browser.post(page.url, {"password": PASSWORD})
        page = browser.get("/account/codes/activate/")
    text = page.content.decode()
    assert 'src="data:image/svg+xml;base64,' in text
    secret = re.search(r'<strong class="secret">([A-Z2-7]+)</strong>', text).group(1)
    wrong = browser.post("/account/codes/activate/", {"code": "000000"})
    assert "验证码不对" in wrong.content.decode()
    done = browser.post("/account/codes/activate/", {"code": code(secret)})
    assert done.status_code == 302, done.content.decode()
    codes = re.findall(r"<li><strong>(\w+)</strong>", browser.get("/account/codes/recovery/").content.decode())
    assert len(codes) == 10
    cache.clear()
    return secret, codes


def test_the_page_of_sign_in_is_chinese_and_english(db) -> None:
    browser = Client()
    assert "忘记密码请联系系统管理员重置" in browser.get(LOGIN).content.decode()
    browser.cookies["lang"] = "en"
    assert "Sign in" in browser.get(LOGIN).content.decode()


def test_a_right_password_opens_and_the_session_is_a_new_one(db) -> None:
    browser = Client()
    browser.get(LOGIN)
    session = browser.session
    session["before"] = "1"
    session.save()
    before = session.session_key
    _browser, answer = sign_in(browser=browser)
    assert answer.status_code == 302
    assert answer.url == "/"
    assert browser.session.session_key != before
    assert browser.get("/").status_code == 200


@pytest.mark.parametrize(
    ("name", "password"), [("auditor.own", "wrong-Words-1"), ("nobody.here", PASSWORD), ("importer.own", "x")]
)
def test_wrong_is_wrong_in_the_same_words(db, name, password) -> None:
    _browser, answer = sign_in(name, password)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "用户名或密码不对。" in text
    assert "停用" not in text


def test_an_account_out_of_use_is_told_as_a_wrong_password(db) -> None:
    signing_in()
    User.objects.filter(username="auditor.own").update(is_active=False)
    _browser, answer = sign_in()
    assert "用户名或密码不对。" in answer.content.decode()


@pytest.mark.parametrize(
    ("wanted", "there"), [("/roles/", "/roles/"), ("https://elsewhere.example/x", "/"), ("//elsewhere.example", "/")]
)
def test_the_way_on_stays_here(db, wanted, there) -> None:
    _browser, answer = sign_in(next=wanted)
    assert answer.url == there


def test_a_page_asks_to_sign_in_and_comes_back(db) -> None:
    answer = Client().get("/roles/?x=1")
    assert answer.url == f"{LOGIN}?next=%2Froles%2F%3Fx%3D1"


def test_five_wrong_passwords_lock_even_the_right_one(db) -> None:
    browser = Client()
    for _n in range(5):
        _same, answer = sign_in(password="wrong-Words-1", browser=browser)
    assert answer.status_code == 429
    assert "30 分钟后可以再试" in answer.content.decode()
    assert sign_in(browser=browser)[1].status_code == 429
    assert sign_in("security_admin.own", browser=Client(REMOTE_ADDR="10.1.1.1"))[1].status_code == 302
    unknown = Client()
    for _n in range(5):
        _same, other = sign_in("nobody.here", "x", browser=unknown)
    assert (other.status_code, other.content) != (200, b"")
    assert other.status_code == 429


def test_the_second_factor_is_asked_for(db, standing) -> None:
    secret, _codes = with_codes(db, standing)
    browser, answer = sign_in()
    assert answer.url == reverse("mfa_authenticate")
    assert browser.get("/").status_code == 302, "the password alone opens nothing"
    wrong = browser.post("/account/code/", {"code": "123456"})
    assert "验证码不对" in wrong.content.decode()
    assert browser.post("/account/code/", {"code": code(secret)}).url == "/"
    assert browser.get("/").status_code == 200


def test_a_code_serves_once(db, standing) -> None:
    secret, _codes = with_codes(db, standing)
    now = code(secret)
    first, _answer = sign_in()
    assert first.post("/account/code/", {"code": now}).status_code == 302
    second, _answer = sign_in()
    assert "验证码不对" in second.post("/account/code/", {"code": now}).content.decode()


def test_an_old_code_does_not_serve(db, standing) -> None:
    secret, _codes = with_codes(db, standing)
    browser, _answer = sign_in()
    assert browser.post("/account/code/", {"code": code(secret, -120)}).status_code == 200


def test_a_recovery_code_serves_once(db, standing) -> None:
    _secret, codes = with_codes(db, standing)
    browser, _answer = sign_in()
    assert browser.post("/account/code/", {"code": codes[0]}).status_code == 302
    again, _answer = sign_in()
    assert again.post("/account/code/", {"code": codes[0]}).status_code == 200


def test_codes_cannot_be_guessed(db, standing) -> None:
    secret, _codes = with_codes(db, standing)
    browser, _answer = sign_in()
    answers = [browser.post("/account/code/", {"code": f"{n:06}"}).status_code for n in range(5)]
    assert answers[-1] == 429
    assert browser.post("/account/code/", {"code": code(secret)}).status_code != 302
    assert browser.get("/").status_code == 302


def test_where_it_is_compulsory_nothing_opens_without_it(db, settings_with) -> None:
    settings_with(TUODI_SECOND_FACTOR=True)
    browser, _answer = sign_in()
    assert browser.get("/").url == reverse("mfa_activate_totp")
    assert browser.get("/roles/").url == reverse("mfa_activate_totp")


def test_where_it_is_compulsory_it_cannot_be_given_up(db, standing, settings_with) -> None:
    secret, _codes = with_codes(db, standing)
    settings_with(TUODI_SECOND_FACTOR=True)
    browser, _answer = sign_in()
    browser.post("/account/code/", {"code": code(secret)})
    assert browser.get("/").status_code == 200
    page = browser.get("/account/codes/deactivate/", follow=True)
    if page.redirect_chain:
        browser.post(page.redirect_chain[-1][0], {"password": PASSWORD}, follow=True)
    answer = browser.post("/account/codes/deactivate/")
    assert answer.status_code == 200
    assert "不能停用" in answer.content.decode()


def test_the_secret_is_sealed(db, standing) -> None:
    from allauth.mfa.models import Authenticator

    secret, codes = with_codes(db, standing)
    signing_in()
    kept = " ".join(str(one.data) for one in Authenticator.objects.all())
    assert secret not in kept
    assert codes[0] not in kept


def test_a_password_set_by_another_must_be_changed(db) -> None:
    signing_in()
    User.objects.filter(username="auditor.own").update(must_change=True)
    browser, _answer = sign_in()
    assert browser.get("/").url == reverse("account_change_password")
    words = {"oldpassword": PASSWORD, "password1": "short", "password2": "short"}
    assert browser.post("/account/password/", words).status_code == 200
    words |= {"password1": "quiet-Harbour-77", "password2": "quiet-Harbour-77"}
    assert browser.post("/account/password/", words).status_code == 302
    assert browser.get("/").status_code == 200
    assert sign_in(password="quiet-Harbour-77")[1].status_code == 302
    assert sign_in()[1].status_code == 200


def test_signing_out_ends_the_session(db) -> None:
    browser, _answer = sign_in()
    assert browser.get("/account/logout/").status_code == 200, "asks first"
    assert browser.get("/").status_code == 200
    browser.post("/account/logout/")
    assert browser.get("/").status_code == 302


def test_nobody_signs_up(db) -> None:
    assert Client().get("/account/signup/").status_code == 404


def test_a_programs_account_does_not_sign_in(db) -> None:
    signing_in()
    program = User.objects.get(username="importer.own")
    browser = Client()
    browser.force_login(program, "allauth.account.auth_backends.AuthenticationBackend")
    assert browser.get("/roles/").url == "/no-role/"


def test_the_present_password_is_guessed_no_oftener_in_an_open_session(db) -> None:
    browser, _answer = sign_in()
    said = {"password1": "Invented-Words-77", "password2": "Invented-Words-77"}
    for number in range(5):
        browser.post("/account/password/", {"oldpassword": f"wrong-{number}", **said})
    answer = browser.post("/account/password/", {"oldpassword": PASSWORD, **said})
    assert answer.status_code == 429
    signing_in()
    assert User.objects.get(username="auditor.own").check_password(PASSWORD)
