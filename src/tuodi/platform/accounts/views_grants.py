"""Grants on the screen: made by one, confirmed by another; the list of all, waiting, in force and ended."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tuodi.platform.accounts import people
from tuodi.platform.accounts.forms import GrantForm, errors_of
from tuodi.platform.accounts.models import Grant
from tuodi.platform.accounts.paging import paged
from tuodi.platform.accounts.role_words import described
from tuodi.platform.accounts.roles import roles
from tuodi.platform.accounts.views_accounts import found
from tuodi.platform.ground import clock
from tuodi.platform.ground.pages import page
from tuodi.platform.ground.words import _
from tuodi.platform.ground.zones import EVERYWHERE
from tuodi.platform.places.models import Organisation, Region

__all__ = ["grant", "grant_list", "grant_new"]


def _state(one: Grant) -> tuple[str, str]:
    """Look and word of a grant's state today."""
    today = clock.today()
    if one.ended_at:
        return ("neutral", _("已终止")) if one.confirmed_at else ("neutral", _("已退回"))
    if not one.confirmed_at:
        return "warning", _("待确认")
    if one.valid_to and one.valid_to < today:
        return "neutral", _("已到期")
    return ("info", _("未到起期")) if one.valid_from > today else ("success", _("生效"))


@page(zones=EVERYWHERE, reads=("accounts",), deed="make_grant|confirm_grant|read_trail")
def grant_list(request: HttpRequest) -> HttpResponse:
    """Grants of the region by state."""
    standing = request.standing
    today = clock.today()
    rows = Grant.objects.filter(region_path__under=standing.region_path)
    over = Q(ended_at__isnull=False) | Q(valid_to__lt=today)
    cut = {
        "waiting": rows.filter(confirmed_at__isnull=True, ended_at__isnull=True),
        "force": rows.filter(confirmed_at__isnull=False).exclude(over),
        "ended": rows.filter(over),
    }
    state = request.GET.get("state", "force")
    if state not in cut:
        state = "force"
    chosen = cut[state].select_related("user", "region", "organisation", "made_by", "confirmed_by", "ended_by")
    role = request.GET.get("role", "")
    if role in roles():
        chosen = chosen.filter(role=role)
    shown, pager = paged(request, chosen.order_by("-id"))
    names = {"waiting": _("待确认"), "force": _("生效"), "ended": _("已终止或退回")}
    return render(
        request, "accounts/grants.html",
        {
            "grants": [(one, *_state(one)) for one in shown], "pager": pager, "state": state, "role": role,
            "roles": [(one.code, one.name) for one in roles().values()],
            "tabs": [
                {"title": names[key], "url": f"?state={key}", "active": key == state, "count": rows.count()}
                for key, rows in cut.items()
            ],
            "me_id": standing.user.id, "confirms": standing.may("confirm_grant"),
        },
    )  # fmt: skip


@page(zones=EVERYWHERE, writes=("accounts",), deed="make_grant")
def grant_new(request: HttpRequest, user: int) -> HttpResponse:
    """Give a role to an account; it counts once the security administrator has confirmed it."""
    standing, person = request.standing, found(user)
    form = GrantForm(request.POST or None, doer=standing, user=person)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            people.make_grant(
                standing,
                people.NewGrant(
                    person, said["role"], Region.objects.get(code=said["region"]),
                    Organisation.objects.get(id=said["organisation"]), said["valid_from"], said["valid_to"],
                    said["reason"],
                ),
            )  # fmt: skip
        except people.RefusedError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已授予，等安全保密管理员确认后生效。"))
            return redirect("account", person.id)
    return render(
        request,
        "accounts/grant_form.html",
        {"form": form, "errors": errors_of(form) if form.is_bound else [], "person": person},
    )


@page(zones=EVERYWHERE, reads=("accounts",), deed="make_grant|confirm_grant|read_trail")
def grant(request: HttpRequest, number: int) -> HttpResponse:
    """One grant: what it would allow, who made it; confirm it, refuse it or end it."""
    standing = request.standing
    one = (
        Grant.objects.select_related(
            "user__organisation", "region", "organisation", "made_by", "confirmed_by", "ended_by"
        )
        .filter(id=number, region_path__under=standing.region_path)
        .first()
    )
    if one is None:
        raise Http404
    error = ""
    if request.method == "POST":
        try:
            return _decided(request, one)
        except people.RefusedError as refused:
            error = str(refused)
    own = standing.user.id in {one.made_by_id, one.user_id}
    look, word = _state(one)
    context: dict[str, Any] = {
        "one": one, "look": look, "word": word, "error": error,
        "role": described(roles()[one.role]) if one.role in roles() else None,
        "may_confirm": standing.may("confirm_grant") and not one.confirmed_at and not one.ended_at and not own,
        "own": own, "waits": not one.confirmed_at and not one.ended_at,
        "may_end": (standing.may("make_grant") or standing.may("confirm_grant"))
        and not one.ended_at and one.user_id != standing.user.id,
    }  # fmt: skip
    return render(request, "accounts/grant.html", context)


def _decided(request: HttpRequest, one: Grant) -> HttpResponse:
    standing = request.standing
    if request.POST.get("deed") == "confirm":
        people.confirm_grant(standing, one)
        messages.success(request, _("岗位已确认，即刻生效。"))
    else:
        if not (standing.may("make_grant") or standing.may("confirm_grant")):
            raise Http404
        waited = not one.confirmed_at
        people.end_grant(standing, one, request.POST.get("reason", "").strip()[:200])
        messages.success(request, _("岗位已退回。") if waited else _("岗位已终止。"))
    return redirect("/grants/?state=waiting" if standing.may("confirm_grant") else f"/accounts/{one.user_id}/")
