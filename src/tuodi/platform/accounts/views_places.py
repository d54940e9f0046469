"""Places on the screen: regions level by level, the offices in them; a system administrator keeps the offices."""

from __future__ import annotations

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from tuodi.platform.accounts.forms import OfficeForm, errors_of
from tuodi.platform.accounts.people import under
from tuodi.platform.ground.pages import page
from tuodi.platform.ground.words import _
from tuodi.platform.ground.zones import EVERYWHERE
from tuodi.platform.places.models import Organisation, Region

__all__ = ["office_change", "office_new", "place", "places"]


@page(zones=EVERYWHERE, reads=("places",))
def places(request: HttpRequest) -> HttpResponse:
    """The reader's own region."""
    return redirect("place", request.standing.grant.region_id)


@page(zones=EVERYWHERE, reads=("places",))
def place(request: HttpRequest, code: str) -> HttpResponse:
    """One region: the way up, what lies in it, its offices."""
    standing = request.standing
    region = Region.objects.filter(code=code).first()
    if region is None:
        raise Http404
    labels = str(region.path).split(".")
    above = list(Region.objects.filter(path__in=[".".join(labels[:n]) for n in range(1, len(labels))]).order_by("path"))
    below = (
        Region.objects.filter(parent=region)
        .annotate(inside=Count("children", distinct=True), offices=Count("organisations", distinct=True))
        .order_by("code")
    )
    offices = Organisation.objects.filter(region=region).annotate(
        accounts=Count("users", filter=Q(users__is_active=True))
    )
    return render(
        request, "accounts/place.html",
        {
            "region": region, "above": above, "below": list(below), "offices": list(offices),
            "may_add": standing.role.may_write("places") and under(str(region.path), standing.region_path),
            "sees_accounts": standing.role.may_read("accounts"), "own": standing.grant.region_id,
        },
    )  # fmt: skip


@page(zones=EVERYWHERE, writes=("places",), deed="make_grant")
def office_new(request: HttpRequest, code: str) -> HttpResponse:
    """A new office in a region."""
    standing = request.standing
    region = Region.objects.filter(code=code).first()
    if region is None or not under(str(region.path), standing.region_path):
        raise Http404
    form = OfficeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            with transaction.atomic():
                Organisation.objects.create(
                    name=said["name"], kind=said["kind"], code=said["code"], active=said["active"], region=region,
                    region_path=region.path,
                )  # fmt: skip
        except IntegrityError:
            form.add_error("name", _("这一地区已有同名的同类单位。"))
        else:
            messages.success(request, _("单位已添加。"))
            return redirect("place", region.code)
    return _form(request, form, region, None)


@page(zones=EVERYWHERE, writes=("places",), deed="make_grant")
def office_change(request: HttpRequest, number: int) -> HttpResponse:
    """Another name or code for an office, or out of use."""
    standing = request.standing
    office = Organisation.objects.select_related("region").filter(id=number).first()
    if office is None or not under(str(office.region_path), standing.region_path):
        raise Http404
    form = OfficeForm(
        request.POST or None, changed=True,
        initial={"name": office.name, "code": office.code, "active": office.active},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        office.name, office.code, office.active = (form.cleaned_data[name] for name in ("name", "code", "active"))
        try:
            with transaction.atomic():
                office.save(update_fields=["name", "code", "active"])
        except IntegrityError:
            form.add_error("name", _("这一地区已有同名的同类单位。"))
        else:
            messages.success(request, _("已保存。"))
            return redirect("place", office.region_id)
    return _form(request, form, office.region, office)


def _form(request: HttpRequest, form: OfficeForm, region: Region, office: Organisation | None) -> HttpResponse:
    return render(
        request, "accounts/office_form.html",
        {
            "form": form, "errors": errors_of(form) if form.is_bound else [], "region": region, "office": office,
            "back": reverse("place", args=[region.code]),
        },
    )  # fmt: skip
