"""The review queue: pairs that wait, one pair, the decision with its reason, what was decided, undoing it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tuodi.errors import TuodiError
from tuodi.platform.accounts.standing import Standing
from tuodi.platform.ground import passes
from tuodi.platform.ground.pages import page
from tuodi.platform.ground.words import _
from tuodi.platform.registry.models import LinkEvent, ReviewPair
from tuodi.platform.registry.person_file import INSIDE
from tuodi.platform.registry.person_file_sight import REASONS, REVEALS, reason_text, sight_of
from tuodi.platform.registry.worklists_reviews import CHOICES, compared, decided, pairs_open
from tuodi.platform.trail.looks import keep_look

__all__ = ["decide", "past", "review", "review_reveal", "reviews", "undo"]

_PAGE = 50
_SHORTEST = 2
"""A reason has at least so many characters."""


@page(zones=INSIDE, deed="review_links", reads=("person", "link"))
@require_GET
def reviews(request: HttpRequest) -> HttpResponse:
    """Pairs that wait for a decision."""
    said = request.GET.get("page", "1")
    number = max(int(said), 1) if said.isascii() and said.isdecimal() and len(said) < 7 else 1
    standing: Standing = request.standing
    pairs, total = pairs_open(standing, (number - 1) * _PAGE, _PAGE)
    pages = max((total + _PAGE - 1) // _PAGE, 1)
    here = reverse("reviews")
    return render(request, "registry/reviews.html", {"pairs": pairs, "pager": {
        "number": number, "pages": pages, "total": total,
        "previous": f"{here}?page={number - 1}" if number > 1 else "",
        "next": f"{here}?page={number + 1}" if number < pages else ""}})  # fmt: skip


def _show(request: HttpRequest, pair: ReviewPair, **more: Any) -> HttpResponse:
    try:
        data = compared(request.standing, pair)
    except LookupError:
        raise Http404 from None
    return render(request, "registry/review.html", {
        "data": data, "choices": [(code, _(text)) for code, text in CHOICES.items()], "choice": "", "reason": "",
        "errors": {}, "reasons": [(code, _(text)) for code, text in REASONS.items()],
        "fields": [(field, _(REVEALS[field][1])) for field in data["asks"]], **more})  # fmt: skip


@page(zones=INSIDE, deed="review_links", reads=("person", "link"))
@require_GET
def review(request: HttpRequest, number: int) -> HttpResponse:
    """One pair, both sides; a look at both."""
    pair = get_object_or_404(ReviewPair, id=number)
    answer = _show(request, pair)
    for one in (pair.one_id, pair.other_id):
        keep_look(one, "open", [], "", "review", str(pair.region_path))
    return answer


@page(zones=INSIDE, deed="review_links", reads=("person", "link"))
@require_POST
def review_reveal(request: HttpRequest, number: int) -> HttpResponse:
    """Show the numbers of both sides for a reason: a line in the trail of each."""
    pair = get_object_or_404(ReviewPair, id=number)
    choice, field = request.POST.get("reason", ""), request.POST.get("field", "")
    if choice not in REASONS or field not in REVEALS:
        messages.error(request, _("请先选择查看的原因，内容没有显示。"))
        return redirect("review", number)
    for one in (pair.one_id, pair.other_id):
        if sight_of(request.standing, one).may_ask(field):
            keep_look(
                one,
                "reveal",
                [field],
                reason_text(choice, request.POST.get("note", "")),
                "review",
                str(pair.region_path),
            )
    messages.success(request, _("已显示，10 分钟内对您有效；本次查看已记入“谁看过”。"))
    return redirect("review", number)


@page(zones=INSIDE, deed="review_links", reads=("person", "link"), writes=("link",))
@require_POST
def decide(request: HttpRequest, number: int) -> HttpResponse:
    """Same, different or later, with a reason."""
    from tuodi.platform.registry import merging

    standing: Standing = request.standing
    pair = get_object_or_404(ReviewPair.objects.select_for_update(), id=number)
    choice, reason = request.POST.get("choice", ""), request.POST.get("reason", "").strip()[:500]
    errors = {}
    if choice not in CHOICES:
        errors["choice"] = _("请选择判断结果。")
    if len(reason) < _SHORTEST:
        errors["reason"] = _("请写明理由。")
    if errors:
        return _show(request, pair, choice=choice, reason=reason, errors=errors)
    if pair.state != "open":
        messages.error(request, _("没有保存：另一人刚刚处理了这一对。"))
        return redirect("review", number)
    passes.enter(standing.grant.id, reason=reason, request=getattr(request, "number", ""))
    try:
        if choice == "same":
            merging.merge(pair, reason=reason, user=standing.user)
            messages.success(request, _("已合并；在“已判断”中可以撤销。"))
        elif choice == "different":
            merging.differ(pair, reason=reason, user=standing.user)
            messages.success(request, _("已记为不是同一人。"))
        else:
            pair.reason = reason
            pair.save(update_fields=["reason"])
            messages.info(request, _("已暂缓，排在队列最后。"))
    except TuodiError as error:
        messages.error(request, str(error))
        return redirect("review", number)
    return redirect("reviews")


@page(zones=INSIDE, deed="review_links|undo_links", reads=("person", "link"))
@require_GET
def past(request: HttpRequest) -> HttpResponse:
    """What was decided, and what of it can be undone."""
    return render(request, "registry/reviews_past.html", {"pairs": decided(request.standing, 200)})


@page(zones=INSIDE, deed="undo_links", reads=("person", "link"), writes=("link",))
def undo(request: HttpRequest, event: int) -> HttpResponse:
    """GET asks, POST undoes a merge or a split, with a reason."""
    from tuodi.platform.registry import merging

    standing: Standing = request.standing
    found = get_object_or_404(LinkEvent, id=event)
    if found.kind not in ("merge", "split") or LinkEvent.objects.filter(undoes=found).exists():
        raise Http404
    reason = request.POST.get("reason", "").strip()[:500]
    if request.method == "POST" and len(reason) >= _SHORTEST:
        passes.enter(standing.grant.id, reason=reason, request=getattr(request, "number", ""))
        try:
            merging.undo(found, reason=reason, user=standing.user)
            messages.success(request, _("已撤销，两份档案恢复为原来的样子。"))
        except TuodiError as error:
            messages.error(request, str(error))
        return redirect("reviews_past")
    return render(request, "confirm.html", {
        "title": _("撤销合并"), "question": _("撤销后，两份档案各自恢复，此前的合并仍留在记录中。"),
        "facts": [{"label": _("合并理由"), "value": found.reason, "source": "", "as_of": "", "stale": False},
                  {"label": _("档案"), "value": f"{found.source_person_id} → {found.into_person_id}", "source": "",
                   "as_of": "", "stale": False}],
        "action": reverse("review_undo", args=[event]), "fields": [], "submit": _("撤销合并"), "danger": True,
        "back_url": reverse("reviews_past"), "ask_reason": True,
        "reason_error": _("请写明理由。") if request.method == "POST" else ""})  # fmt: skip
