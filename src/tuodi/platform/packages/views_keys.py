"""Keys on the screen: our own to be passed on by paper, those of others entered by one and confirmed by another."""

from __future__ import annotations

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tuodi.errors import UsageError
from tuodi.platform.ground import clock, zones
from tuodi.platform.ground.pages import page
from tuodi.platform.ground.words import _
from tuodi.platform.ground.zones import EXTRANET, INSURANCE, ZONES, zone_name
from tuodi.platform.packages.keys import fingerprint, own_public, public_of, spoken
from tuodi.platform.packages.models import TrustedKey

__all__ = ["key_list", "key_new", "key_page"]

WHERE = frozenset({INSURANCE, EXTRANET})


def _choices() -> list[tuple[str, str]]:
    return [(zone, zone_name(zone)) for zone in (*ZONES, *(("all",) if zones.invented_only() else ()))]


@page(zones=WHERE, deed="make_grant|confirm_grant|read_trail|send_package|receive_package")
def key_list(request: HttpRequest) -> HttpResponse:
    """Our own key and its fingerprint; the keys that are trusted, waiting or ended."""
    standing = request.standing
    public = own_public()
    rows = TrustedKey.objects.select_related("made_by", "confirmed_by", "ended_by").order_by("-id")
    return render(
        request, "packages/keys.html",
        {
            "public": spoken(public.hex()), "fingerprint": spoken(fingerprint(public)),
            "makes": standing.may("make_grant"),
            "rows": [(one, zone_name(one.zone), spoken(one.fingerprint)) for one in rows],
        },
    )  # fmt: skip


@page(zones=WHERE, writes=("places",), deed="make_grant")
def key_new(request: HttpRequest) -> HttpResponse:
    """Enter another installation's public key."""
    standing = request.standing
    said = {name: request.POST.get(name, "").strip() for name in ("name", "zone", "public")}
    errors: list[dict[str, str]] = []
    if request.method == "POST":
        if not said["name"]:
            errors.append({"name": "name", "text": _("请填写对方安装的名称。")})
        if said["zone"] not in dict(_choices()):
            errors.append({"name": "zone", "text": _("请选择对方所在的网络。")})
        public = b""
        try:
            public = public_of(said["public"])
        except UsageError:
            errors.append({"name": "public", "text": _("公钥是 64 位十六进制数字，请对照对方提供的纸面核对。")})
        if not errors:
            try:
                with transaction.atomic():
                    TrustedKey.objects.create(
                        name=said["name"][:100], zone=said["zone"], public_key=public, fingerprint=fingerprint(public),
                        region_path=standing.grant.region_path, made_by=standing.user,
                    )  # fmt: skip
            except IntegrityError:
                errors.append({"name": "public", "text": _("这个公钥已经登记过。")})
            else:
                messages.success(request, _("已登记，等安全保密管理员与对方核对指纹后确认。"))
                return redirect("package_keys")
    return render(request, "packages/key_form.html", {"said": said, "errors": errors, "zones": _choices()})


@page(zones=WHERE, deed="make_grant|confirm_grant")
def key_page(request: HttpRequest, number: int) -> HttpResponse:
    """Confirm a key after comparing its fingerprint, or end it."""
    standing = request.standing
    one = TrustedKey.objects.select_related("made_by", "confirmed_by", "ended_by").filter(pk=number).first()
    if one is None:
        raise Http404
    own = one.made_by_id == standing.user.id
    may_confirm = standing.may("confirm_grant") and not own and not one.confirmed_at and not one.ended_at
    if request.method == "POST":
        if request.POST.get("deed") == "confirm" and may_confirm:
            one.confirmed_by, one.confirmed_at = standing.user, clock.now()
            one.save(update_fields=["confirmed_by", "confirmed_at"])
            messages.success(request, _("公钥已确认，今后接收它签名的数据包。"))
        elif request.POST.get("deed") == "end" and not one.ended_at:
            one.ended_by, one.ended_at = standing.user, clock.now()
            one.save(update_fields=["ended_by", "ended_at"])
            messages.success(request, _("公钥已停用，不再接收它签名的数据包。"))
        else:
            messages.error(request, _("登记人不能确认，须由安全保密管理员确认。"))
        return redirect("package_keys")
    return render(
        request, "packages/key.html",
        {
            "one": one, "zone": zone_name(one.zone), "print": spoken(one.fingerprint), "own": own,
            "may_confirm": may_confirm,
        },
    )  # fmt: skip
