"""The operations: each reads or writes through the same functions as the page beside it.

Enters: typed parameters. Leaves: JSON; money in fen, dates as ISO texts, masked values as their masks. Imports
``registry``, ``intake``, ``places`` as their pages do.
"""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from typing import Annotated, Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from ninja import File, Form, Header, Query, Schema
from ninja.files import UploadedFile

from tuodi.platform.accounts.role_words import described
from tuodi.platform.api.calling import ApiError, operation
from tuodi.platform.api.models import SentOnce
from tuodi.platform.ground import clock
from tuodi.platform.ground.pages import Page
from tuodi.platform.ground.words import _
from tuodi.platform.ground.zones import EVERYWHERE, EXTRANET, INSURANCE, zone_name
from tuodi.platform.intake import receiving
from tuodi.platform.intake.freshness import fresh
from tuodi.platform.intake.models import Delivery
from tuodi.platform.intake.ordering import check_sender
from tuodi.platform.places.models import Organisation, Region
from tuodi.platform.registry import search, worklists
from tuodi.platform.registry.models import Person
from tuodi.platform.registry.person_file import PARTS, as_data, plain
from tuodi.platform.trail.looks import keep_look, keep_looks

__all__: list[str] = []

INSIDE = frozenset({INSURANCE, EXTRANET})


class Number(Schema):
    """A whole number: identity, phone, account or the insurer's."""

    number: str


class Answer(Schema):
    """A list and how long it is in all."""

    total: int
    rows: list[dict[str, Any]]


@operation("GET", "/me", Page(EVERYWHERE), summary="当前身份与岗位权限", response=dict[str, Any], tags="me")
def me(request: HttpRequest) -> dict[str, Any]:
    """On whose grant this call works, and what the role may see and do."""
    standing = request.standing
    return {
        **standing.shown(), "user": standing.user.username, "region": standing.grant.region_id,
        "zone": zone_name(), "role": described(standing.role),
    }  # fmt: skip


@operation(
    "POST", "/persons/find", Page(INSIDE, deed="search", reads=("person",)), summary="按完整号码查找", response=Answer,
    tags="persons",
)  # fmt: skip
def persons_find(request: HttpRequest, body: Number) -> dict[str, Any]:
    """People with exactly this number: numbers are kept sealed, a part of one finds nobody."""
    standing = request.standing
    ids = search.exact(body.number)
    people = list(Person.objects.filter(id__in=ids))
    rows = search.shown(standing, people)
    keep_looks([(one.pk, str(one.region_path)) for one in people], "search", [], _purpose(request), "api/persons_find")
    return {"total": len(rows), "rows": [plain(row) for row in rows]}


@operation(
    "GET",
    "/persons/{int:number}",
    Page(INSIDE, deed="search", reads=("person",)),
    summary="一个人的档案",
    tags="persons",
)
def person(request: HttpRequest, number: int, parts: Annotated[str, Query()] = "") -> dict[str, Any]:
    """The file of one person: all parts that are open to the role, or those named (``parts=basics,identity``)."""
    standing = request.standing
    found = Person.objects.filter(pk=number).first()
    if found is None:
        raise ApiError(404, "not_found", _("没有这个人，或者不在您所辖的地区。"), "number")
    wanted = [part for part in parts.split(",") if part]
    wrong = [part for part in wanted if part not in PARTS]
    if wrong:
        raise ApiError(400, "invalid", _("没有这部分内容。"), f"parts={wrong[0]}", "、".join(PARTS))
    data = as_data(standing, found, wanted)
    keep_look(found.pk, "api", list(data["parts"]), _purpose(request), "api/person", str(found.region_path))
    return data


@operation(
    "GET", "/worklists", Page(INSIDE, deed="worklists", reads=("person",)), summary="核对清单与人数",
    response=list[dict[str, Any]], tags="worklists",
)  # fmt: skip
def worklist_counts(request: HttpRequest) -> list[dict[str, Any]]:
    """The standing worklists of the role, with how many rows each has."""
    standing = request.standing
    return [
        {"code": one.code, "title": _(one.title), "help": _(one.help), "count": worklists.count_of(standing, one)}
        for one in worklists.open_lists(standing)
    ]


@operation(
    "GET", "/worklists/{slug:code}", Page(INSIDE, deed="worklists", reads=("person",)), summary="核对清单的行",
    tags="worklists",
)  # fmt: skip
def worklist_rows(request: HttpRequest, code: str, page: Annotated[int, Query(ge=1, le=100_000)] = 1) -> dict[str, Any]:
    """One page of a worklist, masked for the role, with how far each source reaches."""
    standing = request.standing
    if code not in worklists.LISTS:
        raise ApiError(404, "not_found", _("没有这份清单。"), "code", "、".join(worklists.LISTS))
    result = worklists.rows_of(standing, code, worklists.Filters(page=page))
    return {
        "total": result.total, "page": page, "day": result.day.isoformat(), "missing": result.missing,
        "sources": [
            {
                "code": one.code, "name": one.name, "as_of": one.as_of.isoformat() if one.as_of else None,
                "stale": one.stale,
            }
            for one in result.sources
        ],
        "rows": [plain(row) for row in result.rows],
    }  # fmt: skip


def _delivery(one: Delivery) -> dict[str, Any]:
    return {
        "id": one.pk, "source": one.source, "organisation": one.organisation_id, "file_name": one.file_name,
        "state": one.state, "state_name": one.state_name, "via": one.via,
        "as_of": one.as_of.isoformat() if one.as_of else None, "received_at": one.received_at.isoformat(),
        "committed_at": one.committed_at.isoformat() if one.committed_at else None, "counts": one.counts,
        "problem": one.problem,
    }  # fmt: skip


@operation(
    "GET", "/deliveries", Page(INSIDE, reads=("intake",)), summary="文件接收记录", response=Answer, tags="deliveries"
)
def deliveries(
    request: HttpRequest,
    source: Annotated[str, Query()] = "",
    state: Annotated[str, Query()] = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> dict[str, Any]:
    """Deliveries, newest first, fifty a page."""
    del request
    rows = Delivery.objects.all()
    rows = rows.filter(source=source) if source else rows
    rows = rows.filter(state=state) if state else rows
    return {
        "total": rows.count(),
        "rows": [_delivery(one) for one in rows.order_by("-id")[(page - 1) * 50 : page * 50]],
    }


@operation(
    "GET", "/deliveries/{int:number}", Page(INSIDE, reads=("intake",)), summary="一份文件的接收情况", tags="deliveries"
)
def delivery(request: HttpRequest, number: int) -> dict[str, Any]:
    """One delivery: state, counts, totals beside the sender's, quality, unknown columns."""
    del request
    one = Delivery.objects.filter(pk=number).first()
    if one is None:
        raise ApiError(404, "not_found", _("没有这份文件，或者不在您所辖的地区。"), "number")
    return {
        **_delivery(one), "totals": one.totals, "quality": one.quality, "unknown_columns": one.unknown_columns,
        "warnings": one.warnings, "legal_basis": one.legal_basis, "purpose": one.purpose, "agreement": one.agreement,
        "expires_on": one.expires_on.isoformat(),
    }  # fmt: skip


class Sent(Schema):
    """What is said of a file."""

    source: str = ""
    as_of: date | None = None


@operation(
    "POST", "/deliveries/upload", Page(INSIDE, deed="upload", writes=("intake",)), summary="上传一份文件",
    tags="deliveries",
)  # fmt: skip
def upload(
    request: HttpRequest,
    file: Annotated[UploadedFile, File()],
    said: Annotated[Sent, Form()],
    idempotency_key: Annotated[str, Header(alias="Idempotency-Key", min_length=8, max_length=100)],
) -> dict[str, Any]:
    """Take a file in for preview, as the page does; nothing is committed. The same ``Idempotency-Key`` sent again is
    answered with the first delivery; with another file it is refused."""
    standing = request.standing
    content = sha256()
    for chunk in file.chunks():
        content.update(chunk)
    file.seek(0)
    before = SentOnce.objects.select_related("delivery").filter(user=standing.user, mark=idempotency_key).first()
    if before is not None:
        if before.content != content.hexdigest():
            raise ApiError(409, "mark_used", _("这个标记已用于另一个文件。"), "header Idempotency-Key")
        return {**_delivery(before.delivery), "again": True}
    grant = standing.grant
    if said.source:
        check_sender(grant, receiving.template_of(said.source), grant.organisation_id)
    try:
        with transaction.atomic():
            made = receiving.receive(
                file, receiving.Brought(file.name or "file", "api", said.source, as_of=said.as_of), grant
            )
            SentOnce.objects.create(
                organisation=made.organisation, region_path=made.region_path, mark=idempotency_key, user=standing.user,
                content=content.hexdigest(), delivery=made,
            )  # fmt: skip
            _order(made, grant.pk)
    except IntegrityError:
        raise ApiError(409, "mark_used", _("同样的上传正在进行。"), "header Idempotency-Key") from None
    return {**_delivery(made), "again": False}


def _order(made: Delivery, grant: int) -> None:
    if made.state != "received" or not made.source:
        return
    from tuodi.platform.intake.tasks import order

    made.progress = {"step": "queued", "done": 0, "total": 0, "at": clock.now().isoformat()}
    made.save(update_fields=["progress"])
    order("preview", made, grant)


@operation(
    "GET", "/sources", Page(INSIDE, reads=("intake",)), summary="来源与数据截至", response=list[dict[str, Any]],
    tags="sources",
)  # fmt: skip
def sources(request: HttpRequest) -> list[dict[str, Any]]:
    """Up to which day each source's data reach, and which are late."""
    del request
    return [
        plain({
            "code": one.template.code, "name": one.name, "as_of": one.as_of, "due": one.due, "stale": one.stale,
        })
        for one in fresh()
    ]  # fmt: skip


@operation(
    "GET", "/regions", Page(EVERYWHERE, reads=("places",)), summary="地区", response=list[dict[str, Any]], tags="places"
)
def regions(request: HttpRequest, parent: Annotated[str, Query(max_length=12)] = "") -> list[dict[str, Any]]:
    """The regions in one region; without ``parent``, the caller's own."""
    own = request.standing.grant.region_id
    rows = Region.objects.filter(parent_id=parent) if parent else Region.objects.filter(code=own)
    return [
        {"code": one.code, "name": one.name, "level": one.level, "parent": one.parent_id, "invented": one.invented}
        for one in rows.order_by("code")
    ]


@operation(
    "GET", "/organisations", Page(EVERYWHERE, reads=("places",)), summary="单位", response=list[dict[str, Any]],
    tags="places",
)  # fmt: skip
def organisations(request: HttpRequest, region: Annotated[str, Query(max_length=12)] = "") -> list[dict[str, Any]]:
    """The offices of a region; without ``region``, of the caller's own."""
    where = region or request.standing.grant.region_id
    return [
        {
            "id": one.pk,
            "name": one.name,
            "kind": one.kind,
            "region": one.region_id,
            "code": one.code,
            "active": one.active,
        }
        for one in Organisation.objects.filter(region_id=where).order_by("kind", "name")
    ]


def _purpose(request: HttpRequest) -> str:
    from urllib.parse import unquote

    from tuodi.platform.api.calling import PURPOSE

    return unquote(request.headers.get(PURPOSE, "")).replace("\0", "")[:200]
