"""Keys of programs on the screen: made by one, confirmed by another, ended by either."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date

from tuodi.platform.accounts.models import Grant
from tuodi.platform.accounts.paging import paged
from tuodi.platform.accounts.people import ADMINS, RefusedError
from tuodi.platform.api import keys
from tuodi.platform.api.models import ApiKey
from tuodi.platform.ground import clock
from tuodi.platform.ground.pages import page
from tuodi.platform.ground.words import _
from tuodi.platform.ground.zones import EVERYWHERE
from tuodi.platform.trail.models import Look

__all__ = ["key_list", "key_new", "key_page"]


@page(zones=EVERYWHERE, reads=("accounts",), deed="make_grant|confirm_grant|read_trail")
def key_list(request: HttpRequest) -> HttpResponse:
    """Keys of the region."""
    standing = request.standing
    rows = ApiKey.objects.filter(region_path__under=standing.region_path)
    shown, pager = paged(request, rows.select_related("grant__user", "made_by", "confirmed_by").order_by("-id"))
    return render(
        request, "api/keys.html",
        {"rows": shown, "pager": pager, "makes": standing.may("make_grant"), "today": clock.today()},
    )  # fmt: skip


def _grants(request: HttpRequest) -> list[tuple[int, str]]:
    standing = request.standing
    today = clock.today()
    rows = Grant.objects.filter(
        region_path__under=standing.region_path, confirmed_at__isnull=False, ended_at__isnull=True
    ).exclude(role__in=[*ADMINS, "importer"])
    return [
        (one.id, f"{one.user.display_name} · {one.role_name} · {one.region.name}")
        for one in rows.select_related("user", "region").order_by("user__username")
        if one.in_force(today) and one.user_id != standing.user.id
    ]


@page(zones=EVERYWHERE, writes=("accounts",), deed="make_grant")
def key_new(request: HttpRequest) -> HttpResponse:
    """Make a key; its text is shown once."""
    names = ("grant", "name", "purpose", "legal_basis", "expires_on", "a_minute")
    said = {name: request.POST.get(name, "").strip() for name in names}
    said["a_minute"] = said["a_minute"] or "60"
    said["expires_on"] = said["expires_on"] or (clock.today() + timedelta(days=180)).isoformat()
    choices = _grants(request)
    error = ""
    if request.method == "POST":
        offered = said["grant"] in {str(number) for number, _name in choices}
        grant = Grant.objects.filter(id=said["grant"]).first() if offered else None
        try:
            if grant is None:
                raise RefusedError(_("请选择在哪个岗位上使用。"))
            try:
                until = parse_date(said["expires_on"])
            except ValueError:
                until = None
            a_minute = int(said["a_minute"]) if said["a_minute"].isdecimal() and len(said["a_minute"]) < 6 else None
            wish = keys.Wish(grant, said["name"], said["purpose"], said["legal_basis"], until, a_minute)
            key, text = keys.make(request.standing, wish)
        except RefusedError as refused:
            error = str(refused)
        else:
            return render(request, "api/key_made.html", {"key": key, "text": text})
    return render(request, "api/key_form.html", {"said": said, "choices": choices, "error": error})


@page(zones=EVERYWHERE, reads=("accounts",), deed="make_grant|confirm_grant|read_trail")
def key_page(request: HttpRequest, number: int) -> HttpResponse:
    """One key: for what, on whose grant, how often used; confirm it or end it."""
    standing = request.standing
    one = (
        ApiKey.objects.select_related("grant__user", "grant__region", "grant__organisation", "made_by", "confirmed_by")
        .filter(pk=number, region_path__under=standing.region_path)
        .first()
    )
    if one is None:
        raise Http404
    error = ""
    if request.method == "POST":
        try:
            if request.POST.get("deed") == "confirm":
                keys.confirm(standing, one)
                messages.success(request, _("密钥已确认，即刻可用。"))
            elif standing.may("make_grant") or standing.may("confirm_grant"):
                keys.end(standing, one)
                messages.success(request, _("密钥已停用。"))
            return redirect("api_keys")
        except RefusedError as refused:
            error = str(refused)
    own = standing.user.id in {one.made_by_id, one.grant.user_id}
    calls = (
        Look.objects.filter(grant_id=one.grant_id, kind="api", page__endswith=f"#{one.pk}").count()
        if standing.role.may_read("look")
        else None
    )
    return render(
        request, "api/key.html",
        {
            "one": one, "error": error, "own": own, "calls": calls, "today": clock.today(),
            "may_confirm": standing.may("confirm_grant") and not own and not one.confirmed_at and not one.ended_at,
            "may_end": (standing.may("make_grant") or standing.may("confirm_grant")) and not one.ended_at,
        },
    )  # fmt: skip
