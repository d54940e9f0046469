"""The pages of one person's file: a tab each, the form that reveals, the undoing of a merge.

Every opening of a tab is a look in the trail. Enters: requests. Leaves: pages, all from ``person_file``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tuodi.platform.accounts.standing import Standing
from tuodi.platform.ground import clock
from tuodi.platform.ground.pages import page
from tuodi.platform.ground.words import _
from tuodi.platform.registry.household_file import household_data
from tuodi.platform.registry.models import Household, Person
from tuodi.platform.registry.person_file import INSIDE, PARTS, File, open_parts
from tuodi.platform.registry.person_file_basics import head
from tuodi.platform.registry.person_file_money import settlements_of
from tuodi.platform.registry.person_file_sight import REASONS, REVEALS, reason_text, sight_of
from tuodi.platform.trail.looks import keep_look, keep_looks

__all__ = ["VIEWS", "household", "reveal"]


def _file(request: HttpRequest, number: int) -> File | HttpResponse:
    """The file, with the look kept; or the way to the file that this one was merged into."""
    person = get_object_or_404(Person, id=number)
    if person.merged_into_id:
        messages.info(request, _("档案 {a} 已并入本档案。").format(a=person.id))
        return redirect("person", person.merged_into_id)
    return File(request.standing, person, clock.today())


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 19 else None


def _part(code: str) -> Callable[..., HttpResponse]:
    part = PARTS[code]

    @page(zones=part.zones, reads=part.reads)
    @require_GET
    def view(request: HttpRequest, number: int) -> HttpResponse:
        if not part.open_to(request.standing):
            raise PermissionDenied
        file = _file(request, number)
        if isinstance(file, HttpResponse):
            return file
        keep_look(number, "open", [], "", f"person/{code}", str(file.person.region_path))
        if code == "settlements":
            data = settlements_of(file, _whole(request.GET.get("year")), _whole(request.GET.get("bill")))
        else:
            data = part.data(file)
        return render(request, f"registry/person_{code}.html", {**_frame(file, code), "data": data})

    view.__name__ = f"person_{code}"
    view.__doc__ = f"The tab {code} of a person's file."
    return view


def _frame(file: File, active: str) -> dict[str, Any]:
    return {
        "head": head(file),
        "reveals": {
            field: {"text": _(words), "url": _reveal_url(file, field, active)}
            for field, (_grade, words) in REVEALS.items()
        },
        "tabs": [
            {"title": _(part.title), "url": _tab_url(file.person.id, part.code), "active": part.code == active}
            for part in open_parts(file.standing)
        ],
    }


def _tab_url(number: int, code: str) -> str:
    return reverse("person", args=[number]) if code == "basics" else reverse(f"person_{code}", args=[number])


def _reveal_url(file: File, field: str, active: str) -> str:
    return f"{reverse('person_reveal', args=[file.person.id, field])}?tab={active}"


VIEWS = {code: _part(code) for code in PARTS}
"""Code of a part → its page."""


@page(zones=INSIDE, reads=("person",))
@require_POST
def reveal(request: HttpRequest, number: int, field: str) -> HttpResponse:
    """Keep why somebody wants to see a masked value; for ten minutes it is then shown to that one."""
    standing: Standing = request.standing
    person = get_object_or_404(Person, id=number, merged_into__isnull=True)
    if field not in REVEALS or not sight_of(standing, number).may_ask(field):
        raise Http404
    tab = request.GET.get("tab", "")
    back = _tab_url(number, tab if tab in PARTS else "basics")
    choice = request.POST.get("reason", "")
    if choice not in REASONS:
        messages.error(request, _("请先选择查看的原因，内容没有显示。"))
        return redirect(back)
    keep_look(number, "reveal", [field], reason_text(choice, request.POST.get("note", "")), f"person/{tab}",
              str(person.region_path))  # fmt: skip
    messages.success(request, _("已显示，10 分钟内对您有效；本次查看已记入“谁看过”。"))
    return redirect(back)


@page(zones=INSIDE, reads=("person", "household"))
@require_GET
def household(request: HttpRequest, number: int) -> HttpResponse:
    """One household with its members and what other sources say of them."""
    found = get_object_or_404(Household, id=number)
    data = household_data(request.standing, found, clock.today())
    keep_looks([(one["id"], "") for one in data["members"]], "open", ["household"], "", "household")
    return render(request, "registry/household.html", {"data": data})
