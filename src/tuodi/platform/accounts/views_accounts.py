"""Accounts on the screen: the list, one account, and what administrators do with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from tuodi.platform.accounts import people
from tuodi.platform.accounts.forms import PersonForm, errors_of
from tuodi.platform.accounts.models import Grant, User
from tuodi.platform.accounts.paging import paged
from tuodi.platform.ground.pages import page
from tuodi.platform.ground.words import _
from tuodi.platform.ground.zones import EVERYWHERE
from tuodi.platform.places.models import Organisation

__all__ = ["account", "account_change", "account_deed", "account_list", "account_new"]


def found(number: int) -> User:
    """The account, if it lies within the reader's region."""
    user = User.objects.select_related("organisation__region").filter(id=number).first()
    if user is None:
        raise Http404
    return user


@page(zones=EVERYWHERE, reads=("accounts",), deed="make_grant|confirm_grant|read_trail")
def account_list(request: HttpRequest) -> HttpResponse:
    """Accounts of the region, found by name, office or state."""
    standing = request.standing
    rows = User.objects.filter(region_path__under=standing.region_path).select_related("organisation")
    word, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    if word:
        rows = rows.filter(
            Q(username__icontains=word) | Q(display_name__icontains=word) | Q(organisation__name__icontains=word)
        )
    if state == "waiting":
        rows = rows.filter(is_active=False, must_change=True)
    elif state in {"active", "stopped"}:
        rows = rows.filter(is_active=state == "active")
    elif state == "without":
        rows = rows.exclude(grants__ended_at__isnull=True, grants__confirmed_at__isnull=False)
    shown, pager = paged(request, rows.order_by("region_path", "organisation__name", "username"))
    grants: dict[int, list[str]] = {}
    for grant in Grant.objects.filter(user__in=shown, ended_at__isnull=True, confirmed_at__isnull=False):
        grants.setdefault(grant.user_id, []).append(grant.role_name)
    states = [
        ("active", _("在用")), ("stopped", _("停用")), ("waiting", _("重置密码后待放行")),
        ("without", _("没有生效的岗位")),
    ]  # fmt: skip
    return render(
        request, "accounts/accounts.html",
        {
            "people": [(user, "、".join(grants.get(user.id, []))) for user in shown], "pager": pager, "q": word,
            "state": state, "states": states, "may_make": standing.may("make_grant"),
        },
    )  # fmt: skip


@page(zones=EVERYWHERE, reads=("accounts",), deed="make_grant|confirm_grant|read_trail")
def account(request: HttpRequest, number: int) -> HttpResponse:
    """One account: state, roles now and before, and what may be done with it."""
    from allauth.mfa.models import Authenticator

    user = found(number)
    standing = request.standing
    grants = list(
        Grant.objects.filter(user=user)
        .select_related("region", "organisation", "made_by", "confirmed_by", "ended_by")
        .order_by("-id")
    )
    other = user.id != standing.user.id
    return render(
        request, "accounts/account.html",
        {
            "person": user, "grants": grants, "makes": standing.may("make_grant") and other,
            "confirms": standing.may("confirm_grant") and other, "own": not other,
            # Only the security administrator's policy reaches the rows of other people's second factors.
            "codes": Authenticator.objects.filter(user=user, type="totp").exists()
            if standing.may("confirm_grant") else None,
        },
    )  # fmt: skip


@page(zones=EVERYWHERE, writes=("accounts",), deed="make_grant")
def account_new(request: HttpRequest) -> HttpResponse:
    """Make an account; its one-time password is shown once."""
    standing = request.standing
    form = PersonForm(request.POST or None, doer=standing)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            user, password = people.make_user(
                standing, said["username"], said["display_name"],
                Organisation.objects.get(id=said["organisation"]), service=said["service"],
            )  # fmt: skip
        except people.RefusedError as error:
            form.add_error(None, str(error))
        else:
            return _password_page(request, user, password, made=True)
    return render(
        request, "accounts/account_form.html",
        {"form": form, "errors": errors_of(form) if form.is_bound else [], "person": None, "back": reverse("accounts")},
    )  # fmt: skip


@page(zones=EVERYWHERE, writes=("accounts",), deed="make_grant")
def account_change(request: HttpRequest, number: int) -> HttpResponse:
    """Another name or office."""
    standing, user = request.standing, found(number)
    form = PersonForm(
        request.POST or None, doer=standing, changed=True,
        initial={"display_name": user.display_name, "organisation": user.organisation_id},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            ended = people.move_user(
                standing, user, said["display_name"], Organisation.objects.get(id=said["organisation"]), said["reason"]
            )
        except people.RefusedError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已保存。因调离原单位终止的岗位：{n} 个。").format(n=ended))
            return redirect("account", user.id)
    return render(
        request, "accounts/account_form.html",
        {
            "form": form, "errors": errors_of(form) if form.is_bound else [], "person": user,
            "back": reverse("account", args=[user.id]),
        },
    )  # fmt: skip


@page(zones=EVERYWHERE, reads=("accounts",), deed="make_grant|confirm_grant")
def account_deed(request: HttpRequest, number: int, deed: str) -> HttpResponse:
    """Ask, with a reason, and do: ``password``, ``stop`` (system administrator); ``release``, ``codes`` (security)."""
    standing, user = request.standing, found(number)
    asked = _asked(deed, user)
    if not standing.may(asked["needs"]):
        raise Http404
    error = ""
    if request.method == "POST":
        reason = request.POST.get("reason", "").strip()[:200]
        try:
            if deed == "password":
                return _password_page(request, user, people.reset_password(standing, user, reason), made=False)
            if deed == "stop":
                people.stop_user(standing, user, reason)
            elif deed == "release":
                people.release_user(standing, user, reason)
            else:
                people.reset_codes(standing, user, reason)
        except people.RefusedError as refused:
            error = str(refused)
        else:
            messages.success(request, asked["done"])
            return redirect("account", user.id)
    return render(
        request, "confirm.html",
        {
            "title": asked["title"], "question": asked["question"], "submit": asked["title"],
            "danger": deed != "release",
            "facts": [
                {"label": _("姓名"), "value": user.display_name}, {"label": _("用户名"), "value": user.username},
                {"label": _("单位"), "value": user.organisation.name},
            ],
            "action": request.path, "back_url": reverse("account", args=[user.id]), "ask_reason": True,
            "reason_error": error, "fields": [],
        },
    )  # fmt: skip


def _asked(deed: str, user: User) -> dict[str, str]:
    name = user.display_name
    deeds: dict[str, dict[str, str]] = {
        "password": {
            "needs": "make_grant", "title": _("重置密码"), "done": "",
            "question": _("为 {name} 生成一次性密码。账号有岗位的，须经安全保密管理员放行才能登录。").format(name=name),
        },
        "stop": {
            "needs": "make_grant", "title": _("停用账号"), "done": _("账号已停用。"),
            "question": _("停用后 {name} 立即不能登录，岗位一并失效；原有记录不变。").format(name=name),
        },
        "release": {
            "needs": "confirm_grant", "title": _("放行账号"), "done": _("账号已放行。"),
            "question": _("请先与 {name} 本人当面或电话核实，再放行账号。").format(name=name),
        },
        "codes": {
            "needs": "confirm_grant", "title": _("重置验证码"), "done": _("验证码已重置，本人下次登录时重新设置。"),
            "question": _("{name} 的验证码和恢复码立即失效。请先与本人核实。").format(name=name),
        },
    }  # fmt: skip
    if deed not in deeds:
        raise Http404
    return deeds[deed]


def _password_page(request: HttpRequest, user: User, password: str, *, made: bool) -> HttpResponse:
    """The outcome, with the password that nobody can see again."""
    context: dict[str, Any] = {"person": user, "password": password, "made": made}
    return render(request, "accounts/account_made.html", context)
