"""Packages on the screen: the list, what one would hold, making one, taking one in."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tuodi.platform.accounts.paging import paged
from tuodi.platform.ground.grades import Graded, grade_name, mask
from tuodi.platform.ground.pages import page
from tuodi.platform.ground.words import _
from tuodi.platform.ground.zones import EXTRANET, INSURANCE, zone_name
from tuodi.platform.packages.form import LARGEST, PackageError
from tuodi.platform.packages.keys import spoken
from tuodi.platform.packages.kinds import Kind, kinds
from tuodi.platform.packages.making import MakingError, foreseen, make, makeable
from tuodi.platform.packages.models import Package
from tuodi.platform.packages.receiving import take_in

__all__ = ["package_list", "package_make", "package_page", "package_receive"]

ZONES = frozenset({INSURANCE, EXTRANET})
_SHAPES = {"person_name": "name", "certificate": "number"}


@page(zones=ZONES, reads=("package",))
def package_list(request: HttpRequest) -> HttpResponse:
    """Packages made and received, newest first; what this one may make and whether he may take one in."""
    standing = request.standing
    rows, pager = paged(request, Package.objects.select_related("made_by").order_by("-id"))
    return render(
        request, "packages/list.html",
        {
            "rows": [(one, _name(one.kind), zone_name(one.from_zone), zone_name(one.to_zone)) for one in rows],
            "pager": pager, "receives": standing.may("receive_package"),
            "kinds": [(kind, zone_name(kind.from_zone), zone_name(kind.to_zone)) for kind in makeable(standing)],
        },
    )  # fmt: skip


def _name(code: str) -> str:
    return kinds()[code].name if code in kinds() else code


def fields_shown(kind: Kind) -> list[dict[str, str]]:
    """The listed fields with their grade."""
    return [
        {"header": one.header, "grade": grade_name(one.grade), "level": str(one.level)} for one in kind.fields
    ]  # fmt: skip


@page(zones=ZONES, writes=("package",), deed="send_package")
def package_make(request: HttpRequest, kind: str) -> HttpResponse:
    """What the package would hold; with a reason, the package itself."""
    standing = request.standing
    error = ""
    try:
        if request.method == "POST":
            made = make(standing, kind, request.POST.get("reason", ""))
            answer = HttpResponse(made.content, content_type="application/zip")
            answer["Content-Disposition"] = f'attachment; filename="{made.name}"'
            return answer
    except MakingError as refused:
        error = str(refused)
    try:
        chosen, rows = foreseen(standing, kind)
    except MakingError:
        raise Http404 from None
    samples = []
    for row in rows.rows[:5]:
        cells = []
        for value, one in zip(row, chosen.fields, strict=True):
            graded = Graded(one.grade, one.level, _SHAPES.get(one.name, "text"))
            cells.append(value if standing.sees(graded) else mask(value, graded.shape))
        samples.append(cells)
    return render(
        request, "packages/make.html",
        {
            "kind": chosen, "count": len(rows.rows), "as_of": rows.as_of, "samples": samples,
            "fields": fields_shown(chosen), "from_zone": zone_name(chosen.from_zone),
            "to_zone": zone_name(chosen.to_zone), "error": error,
        },
    )  # fmt: skip


@page(zones=ZONES, writes=("package", "intake"), deed="receive_package")
def package_receive(request: HttpRequest) -> HttpResponse:
    """Choose a package; it is verified and becomes a delivery, or is refused with the reason."""
    error = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        if file is None or file.size is None or file.size > LARGEST:
            error = _("请选择一个数据包文件（不超过 64 MB）。")
        else:
            try:
                got = take_in(request.standing, file.read())
            except PackageError as refused:
                error = str(refused)
            else:
                if got.again:
                    messages.info(request, _("这个数据包以前收过，没有任何改动。"))
                else:
                    said = _("数据包已验证，{n} 行进入接收流程，请预览后入库。")
                    messages.success(request, said.format(n=got.package.rows))
                return redirect("package", got.package.pk)
    return render(request, "packages/receive.html", {"error": error})


@page(zones=ZONES, reads=("package",))
def package_page(request: HttpRequest, number: int) -> HttpResponse:
    """The record of one package."""
    one = Package.objects.select_related("made_by").filter(pk=number).first()
    if one is None:
        raise Http404
    kind = kinds().get(one.kind)
    return render(
        request, "packages/package.html",
        {
            "one": one, "name": _name(one.kind), "from_zone": zone_name(one.from_zone),
            "to_zone": zone_name(one.to_zone), "key": spoken(one.key), "digest": spoken(one.digest),
            "fields": [(each.get("header"), each.get("grade")) for each in one.fields],
            "again": kind is not None and kind in makeable(request.standing) and one.direction == "made",
        },
    )  # fmt: skip
