"""Pages of deliveries: the list, the upload, one delivery in whatever state it is, and what is done with it.

Enters: requests. Leaves: pages and orders; the rules are in ``states``, ``receiving``, ``committing``.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST

from tuodi.errors import TuodiError, UsageError
from tuodi.exchange import SourceTemplate, source_templates
from tuodi.platform.ground import clock
from tuodi.platform.ground.pages import page
from tuodi.platform.ground.words import _, language
from tuodi.platform.intake import committing, receiving
from tuodi.platform.intake.drawing import drawn
from tuodi.platform.intake.models import STATES, Delivery
from tuodi.platform.intake.ordering import check_sender
from tuodi.platform.intake.pictured import outcome, preview
from tuodi.platform.intake.shown import source_name
from tuodi.platform.intake.states import OPEN, StateError, may
from tuodi.platform.intake.store import RefusedFileError, limit
from tuodi.platform.intake.terms import terms_of
from tuodi.platform.intake.wording import said
from tuodi.platform.places.models import Organisation

__all__ = [
    "again", "cancel", "choose", "commit", "deliveries", "delivery_of", "delivery_page", "order", "progress",
    "sources_for", "upload",
]  # fmt: skip

ZONES = Delivery.zones
_PER_PAGE = 30
_SILENT = timedelta(minutes=2)
"""Without a word of progress for so long, work can be begun anew."""
_KINDS = {
    "received": "warning", "mapping": "warning", "reading": "info", "previewed": "warning", "committing": "info",
    "committed": "success", "unchanged": "neutral", "refused": "danger", "cancelled": "neutral",
}  # fmt: skip


def delivery_of(number: int) -> Delivery:
    """One delivery within the reader's scope. Raises ``Http404``."""
    found = Delivery.objects.select_related("organisation", "mapping", "same_as").filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def sources_for(request: HttpRequest) -> list[SourceTemplate]:
    """The sources whose files the reader may bring."""
    made = []
    for template in source_templates().values():
        try:
            check_sender(request.standing.grant, template, request.standing.grant.organisation_id)
        except UsageError:
            continue
        made.append(template)
    return made


def _names(rows: list[Delivery]) -> dict[int, str]:
    from tuodi.platform.accounts.models import User

    wanted = {one.received_by_id for one in rows}
    return {user.pk: user.display_name for user in User.objects.filter(pk__in=wanted)}


@page(zones=ZONES, reads=("intake",))
def deliveries(request: HttpRequest) -> HttpResponse:
    """Every delivery within the scope, the newest first, by source, state, who and when."""
    asked = request.GET
    rows = Delivery.objects.select_related("organisation").order_by("-pk")
    chosen: list[dict[str, Any]] = []
    known = source_templates()
    if asked.get("source") in known:
        rows = rows.filter(source=asked["source"])
        chosen.append({"name": "source", "label": _("来源"), "value": source_name(known[asked["source"]])})
    counted = dict(rows.order_by().values_list("state").annotate(count=Count("pk")))
    if asked.get("state") == "open":
        rows = rows.filter(state__in=OPEN)
        chosen.append({"name": "state", "label": _("状态"), "value": _("待办")})
    elif (state := asked.get("state", "")) in STATES:
        rows = rows.filter(state=state)
        chosen.append({"name": "state", "label": _("状态"), "value": _(STATES[state])})
    if asked.get("who") == "me":
        rows = rows.filter(received_by_id=request.standing.user.pk)
        chosen.append({"name": "who", "label": _("经办"), "value": _("本人")})
    for name, label, end in (("from", _("自"), False), ("to", _("至"), True)):
        day = parse_date(asked.get(name, "") or "")
        if day:
            at = timezone.make_aware(datetime.combine(day + timedelta(days=end), datetime.min.time()))
            rows = rows.filter(received_at__lt=at) if end else rows.filter(received_at__gte=at)
            chosen.append({"name": name, "label": label, "value": day.isoformat()})
    pages = Paginator(rows, _PER_PAGE)
    at_page = pages.get_page(asked.get("page"))
    found = list(at_page)
    return drawn(request, "intake/deliveries.html", {
        "rows": found, "names": _names(found), "kinds": _KINDS, "asked": asked,
        "state_options": [(state, _(word)) for state, word in STATES.items()], "tabs": _tabs(request, counted),
        "sources": [(one.code, source_name(one)) for one in known.values()], "name_of": _name_of,
        "active": [{**one, "remove_url": _address(request, **{one["name"]: None, "page": None})} for one in chosen],
        "pager": {
            "number": at_page.number, "pages": pages.num_pages, "total": pages.count,
            "previous": _address(request, page=at_page.number - 1) if at_page.has_previous() else None,
            "next": _address(request, page=at_page.number + 1) if at_page.has_next() else None,
        },
    })  # fmt: skip


def _tabs(request: HttpRequest, counted: dict[str, int]) -> list[dict[str, Any]]:
    """All, what waits, and each way in which one can end."""
    now = request.GET.get("state", "")
    waiting = sum(count for state, count in counted.items() if state in OPEN)
    made = [("", _("全部"), sum(counted.values())), ("open", _("待办"), waiting)]
    made += [
        (state, _(STATES[state]), counted.get(state, 0)) for state in ("committed", "unchanged", "refused", "cancelled")
    ]
    return [
        {
            "title": word, "count": count, "active": now == state,
            "url": _address(request, page=None, state=state or None),
        }
        for state, word, count in made
    ]  # fmt: skip


def _address(request: HttpRequest, **changed: Any) -> str:
    query = QueryDict(mutable=True)
    query.update(request.GET.dict())
    for name, value in changed.items():
        query.pop(name, None)
        if value is not None:
            query[name] = str(value)
    return f"{request.path}?{query.urlencode()}" if query else request.path


def _name_of(delivery: Delivery) -> str:
    known = source_templates().get(delivery.source)
    return source_name(known) if known else _("来源待确认")


@page(zones=ZONES, deed="upload", writes=("intake",))
def upload(request: HttpRequest) -> HttpResponse:
    """Step 1: choose a file; its source is recognised unless it is said."""
    error = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        if file is None:
            error = _("请选择文件")
        else:
            try:
                return redirect("intake_delivery", _received(request, file).pk)
            except RefusedFileError as refused:
                error = str(refused)
            except UsageError as wrong:
                error = str(wrong)
    return drawn(request, "intake/upload.html", {
        "error": error, "sources": [(one.code, source_name(one)) for one in sources_for(request)],
        "limit": limit() >> 20, "asked": request.POST or request.GET,
    })  # fmt: skip


def _received(request: HttpRequest, file: Any) -> Delivery:
    grant = request.standing.grant
    source = request.POST.get("source", "")
    if source:
        check_sender(grant, receiving.template_of(source), grant.organisation_id)
    brought = receiving.Brought(file.name, "page", source, as_of=parse_date(request.POST.get("as_of", "") or ""))
    delivery = receiving.receive(file, brought, grant)
    if source and delivery.state == "received":
        order(request, "preview", delivery)
    return delivery


def order(request: HttpRequest, task: str, delivery: Delivery) -> None:
    """Put work into the queue on the reader's grant; it begins when this request's transaction has ended."""
    from tuodi.platform.intake import tasks

    delivery.progress = {"step": "queued", "done": 0, "total": 0, "at": clock.now().isoformat()}
    delivery.save(update_fields=["progress"])
    tasks.order(task, delivery, request.standing.grant.pk)


def _working(delivery: Delivery) -> bool:
    return delivery.state in ("reading", "committing") or delivery.progress.get("step") == "queued"


def _silent(delivery: Delivery) -> bool:
    at = delivery.progress.get("at")
    return bool(at) and clock.now() - datetime.fromisoformat(at) > _SILENT


@page(zones=ZONES, reads=("intake",))
def delivery_page(request: HttpRequest, number: int) -> HttpResponse:
    """One delivery: what it is waiting for, what it would do, what it did."""
    delivery = delivery_of(number)
    known = source_templates().get(delivery.source)
    shown: dict[str, Any] = {
        "delivery": delivery, "name": _name_of(delivery), "kind": _KINDS[delivery.state], "template": known,
        "working": _working(delivery), "silent": _silent(delivery), "problem": said(delivery.problem),
        "brings": request.standing.may("upload"), "maps": request.standing.may("map"),
        "by": _names([delivery]).get(delivery.received_by_id, ""), "may": lambda state: may(delivery, state),
        "steps": {"committing": 3, "committed": 4, "previewed": 2, "reading": 2, "mapping": 2}.get(delivery.state, 1),
    }  # fmt: skip
    if delivery.state in ("received", "mapping", "previewed", "refused") and shown["brings"]:
        shown |= _choices(request, delivery)
    if delivery.state == "previewed" and known:
        shown |= preview(delivery, known, request.standing)
        shown["obstacle"] = committing.obstacle(delivery)
    elif delivery.state == "committed" and known:
        shown |= outcome(delivery, known, request.standing)
    return drawn(request, "intake/delivery.html", shown)


def _choices(request: HttpRequest, delivery: Delivery) -> dict[str, Any]:
    known = {one.code: one for one in sources_for(request)}
    best = delivery.source or next((one["code"] for one in delivery.guesses if one["code"] in known), "")
    template = known.get(best)
    offices = receiving.senders(template, request.standing.grant) if template else []
    terms = terms_of(template, delivery.organisation) if template else None
    guesses = [
        {"name": source_name(known[one["code"]]), "score": one["score"], "why": one[f"why_{language()}"]}
        for one in delivery.guesses[:3]
        if one["code"] in known
    ]
    return {
        "sources": [(code, source_name(one)) for code, one in known.items()], "best": best, "terms": terms,
        "guesses": guesses,
        "guess_rows": [[one["name"], f"{one['score']}%", one["why"]] for one in guesses],
        "offices": [(office.pk, office.name) for office in offices],
        "office": delivery.organisation_id if delivery.source else (offices[0].pk if offices else None),
        "as_of": delivery.given.get("as_of") or (delivery.as_of.isoformat() if delivery.as_of else ""),
    }  # fmt: skip


@page(zones=ZONES, reads=("intake",))
def progress(request: HttpRequest, number: int) -> HttpResponse:
    """How far it is; when it is done the page is drawn anew."""
    delivery = delivery_of(number)
    if not _working(delivery):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return drawn(request, "intake/_progress.html", {"delivery": delivery, "silent": _silent(delivery)})


@page(zones=ZONES, deed="upload", writes=("intake",))
@require_POST
def choose(request: HttpRequest, number: int) -> HttpResponse:
    """Say whose list it is and what its day is; then it is read."""
    delivery = delivery_of(number)
    try:
        if not may(delivery, "reading") or _working(delivery):
            raise StateError(_("这份导入现在不能改"))
        template = receiving.template_of(request.POST.get("source", ""))
        office = _office(request, template)
        check_sender(request.standing.grant, template, office.pk)
        day: date | None = parse_date(request.POST.get("as_of", "") or "")
        receiving.choose(delivery, template.code, office, day)
        if delivery.state != "unchanged":
            order(request, "preview", delivery)
    except TuodiError as error:
        return _told(request, delivery, error)
    return redirect("intake_delivery", number)


def _office(request: HttpRequest, template: SourceTemplate) -> Organisation:
    offered = receiving.senders(template, request.standing.grant)
    wanted = request.POST.get("organisation", "")
    return next((one for one in offered if str(one.pk) == wanted), offered[0])


def _told(request: HttpRequest, delivery: Delivery, error: TuodiError) -> HttpResponse:
    from django.contrib import messages

    messages.error(request, str(error))
    return redirect("intake_delivery", delivery.pk)


@page(zones=ZONES, deed="upload", writes=("intake",))
@require_POST
def again(request: HttpRequest, number: int) -> HttpResponse:
    """Begin anew what a worker that died has left, or what failed."""
    delivery = delivery_of(number)
    task = "commit" if delivery.state == "committing" else "preview"
    try:
        if not may(delivery, "committing" if task == "commit" else "reading") or not delivery.source:
            raise StateError(_("这份导入现在不能重新开始"))
        if _working(delivery) and not _silent(delivery):
            raise StateError(_("正在处理，请稍候"))
        order(request, task, delivery)
    except TuodiError as error:
        return _told(request, delivery, error)
    return redirect("intake_delivery", number)


@page(zones=ZONES, deed="upload", writes=("intake",))
def commit(request: HttpRequest, number: int) -> HttpResponse:
    """Step 3: check once more, then order it."""
    delivery = delivery_of(number)
    template = receiving.template_of(delivery.source)
    if request.method == "POST":
        try:
            committing.order_commit(delivery, request.standing.grant.pk)
            if delivery.state == "committing":
                order(request, "commit", delivery)
        except TuodiError as error:
            return _told(request, delivery, error)
        return redirect("intake_delivery", number)
    counts = delivery.counts
    return drawn(request, "confirm.html", {
        "title": _("提交：{name}").format(name=source_name(template)),
        "question": _("请核对后提交。全部入库，或者一行也不入库。"),
        "facts": [
            {"label": _("文件"), "value": delivery.file_name},
            {"label": _("报送单位"), "value": delivery.organisation.name},
            {"label": _("数据截至"), "value": delivery.as_of},
            {"label": _("新增"), "value": f"{counts.get('added', 0):,}"},
            {"label": _("变更"), "value": f"{counts.get('changed', 0):,}"},
            {"label": _("动态调出"), "value": f"{counts.get('left', 0):,}"},
            {"label": _("待更正的行（不入库）"), "value": f"{counts.get('quarantined', 0):,}"},
        ],
        "action": reverse("intake_commit", args=[number]), "fields": [], "submit": _("提交入库"), "danger": False,
        "back_url": reverse("intake_delivery", args=[number]), "ask_reason": False, "reason_error": "",
    })  # fmt: skip


@page(zones=ZONES, deed="upload", writes=("intake",))
def cancel(request: HttpRequest, number: int) -> HttpResponse:
    """Do not go on with a delivery."""
    delivery = delivery_of(number)
    if request.method == "POST":
        try:
            committing.cancel(delivery)
        except TuodiError as error:
            return _told(request, delivery, error)
        return redirect("intake_deliveries")
    return drawn(request, "confirm.html", {
        "title": _("取消这次导入"), "question": _("没有任何数据入库；以后可以重新上传。"),
        "facts": [{"label": _("文件"), "value": delivery.file_name}],
        "action": reverse("intake_cancel", args=[number]), "fields": [], "submit": _("取消这次导入"), "danger": True,
        "back_url": reverse("intake_delivery", args=[number]), "ask_reason": False, "reason_error": "",
    })  # fmt: skip
