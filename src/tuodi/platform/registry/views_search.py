"""The page on which a person is found: numbers and names come by POST alone, so that no address holds them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from tuodi import vocabulary
from tuodi.platform.accounts.standing import Standing
from tuodi.platform.ground import clock
from tuodi.platform.ground.pages import page
from tuodi.platform.ground.words import _, language
from tuodi.platform.registry import search as find
from tuodi.platform.registry.models import Person
from tuodi.platform.registry.person_file import INSIDE
from tuodi.platform.registry.person_file_places import towns_under
from tuodi.platform.trail.looks import keep_looks

__all__ = ["browse", "named", "search"]

NAMES = "search_names"
"""The deed of searching by partial data; an aid desk in a hospital has only the number before it."""


def _frame(request: HttpRequest, **more: Any) -> dict[str, Any]:
    standing: Standing = request.standing
    last = find.recent(standing)
    people = {person.id: person for person in Person.objects.filter(id__in=last, merged_into__isnull=True)}
    by_name = standing.may(NAMES)
    return {
        "by_name": by_name, "may_browse": standing.may("browse"),
        "recent": find.shown(standing, [people[one] for one in last if one in people]),
        "towns": towns_under(standing.region_path) if by_name else [],
        "classes": [(code, vocabulary.label("identity", code, language())) for code in vocabulary.codes("identity")],
        "sexes": [(code, vocabulary.label("sex", code, language())) for code in ("male", "female")],
        "people": None, "more": False, "advice": "", "question": find.Question(), "title": "", "number_error": "",
        "browsing": None, **more,
    }  # fmt: skip


@page(zones=INSIDE, deed="search", reads=("person",))
def search(request: HttpRequest) -> HttpResponse:
    """GET: the forms, and whom this reader opened last. POST: the one box for whole numbers."""
    if request.method != "POST":
        return render(request, "registry/search.html", _frame(request))
    typed = request.POST.get("number", "")[:60]
    if not typed.strip():
        return render(request, "registry/search.html", _frame(request, number_error=_("请输入完整的号码。")))
    found = find.exact(typed)
    if found:
        keep_looks([(one, "") for one in found[: find.MOST]], "search", ["number"], "", "search")
    if len(found) == 1:
        return redirect("person", found[0])
    people = list(Person.objects.filter(id__in=found[: find.MOST]).order_by("id"))
    return render(request, "registry/search.html", _frame(
        request, people=find.shown(request.standing, people), more=len(found) > find.MOST,
        title=_("号码查找结果")))  # fmt: skip


def _question(request: HttpRequest) -> find.Question:
    said, wrong = request.POST, {}
    born = year = None
    text = said.get("born", "").strip()
    if text:
        try:
            if len(text) == 4 and text.isascii() and text.isdecimal():
                year = date(int(text), 1, 1).year
            else:
                born = date.fromisoformat(text)
        except ValueError:
            wrong["born"] = _("请写成 1968 或 1968-04-12。")
    place = said.get("place", "")
    if place and not (len(place) < 200 and all(part.isascii() and part.isalnum() for part in place.split("."))):
        wrong["place"] = _("请从列表中选择。")
    sex, identity = said.get("sex", ""), said.get("identity", "")
    return find.Question(
        name="".join(said.get("name", "").split())[:40], whole=said.get("whole") == "1", born=born, year=year,
        sex=sex if sex in ("male", "female") else "", place=place if not wrong.get("place") else "",
        identity=identity if identity in vocabulary.codes("identity") else "", wrong=wrong,
    )  # fmt: skip


@page(zones=INSIDE, deed=NAMES, reads=("person",))
@require_POST
def named(request: HttpRequest) -> HttpResponse:
    """People by a name and what else is known."""
    standing: Standing = request.standing
    question = _question(request)
    told = find.advice(question)
    if told:
        return render(request, "registry/search.html", _frame(request, advice=told, question=question))
    if question.identity and not standing.role.may_read("identity"):
        raise PermissionDenied
    people = list(find.named(question, clock.today())[: find.MOST + 1])
    more, people = len(people) > find.MOST, people[: find.MOST]
    if people:
        keep_looks([(person.id, str(person.region_path)) for person in people], "search", ["name"], "", "search")
    return render(request, "registry/search.html", _frame(
        request, people=find.shown(standing, people), more=more, question=question,
        title=_("姓名查找结果")))  # fmt: skip


@page(zones=INSIDE, deed="browse", reads=("person",))
@require_POST
def browse(request: HttpRequest) -> HttpResponse:
    """Everyone in a place, page by page, for a stated reason that the trail keeps beside each person shown."""
    standing: Standing = request.standing
    reason = request.POST.get("reason", "").strip()[:200]
    if len(reason) < 4:
        told = _("请写明浏览的原因，至少四个字。")
        asked = {"reason": reason, "error": told, "place": "", "after": 0}
        return render(request, "registry/search.html", _frame(request, browsing=asked))
    place = _question(request).place
    after = request.POST.get("after", "0")
    people = list(find.browse(place, int(after) if after.isdecimal() else 0)[: find.MOST + 1])
    more, people = len(people) > find.MOST, people[: find.MOST]
    if people:
        keep_looks([(person.id, str(person.region_path)) for person in people], "search", ["browse"], reason, "browse")
    return render(request, "registry/search.html", _frame(
        request, people=find.shown(standing, people), title=_("浏览"),
        browsing={"reason": reason, "error": "", "place": place, "after": people[-1].id if more else 0}))  # fmt: skip
