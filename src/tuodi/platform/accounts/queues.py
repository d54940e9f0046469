"""What is waiting for somebody: the queues of the start page, each with its count and the list behind it.

Enters: a request with its standing; other rooms append to :data:`QUEUES` in their ``ready``. Leaves: dicts ``{title,
count, url, note, kind, order}``. Imports ``models``, ``people`` of this room and, where it is there, ``registry``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from tuodi.platform.accounts.models import Grant, User
from tuodi.platform.ground.words import _

__all__ = ["QUEUES", "queues"]

Queue = dict[str, Any]

QUEUES: list[Callable[[HttpRequest], list[Queue]]] = []
"""Each gives queues of a room for the role that asks; a count of 0 is shown too: nothing is waiting."""


def queues(request: HttpRequest) -> list[Queue]:
    """All queues of the role that asks, in their order."""
    from tuodi.platform.registry import worklists

    hooks = [*QUEUES, worklists.queues, _files]
    # A room may have hung in its own hook as well: one list is one queue.
    found = {queue["url"]: _filled(queue) for hook in hooks for queue in hook(request)}
    return sorted(found.values(), key=lambda queue: queue["order"])


def _filled(queue: Queue) -> Queue:
    return {"note": "", "kind": "", "order": 50, "unit": "", "value": f"{queue['count']:,}", **queue}


def _files(request: HttpRequest) -> list[Queue]:
    """Files that wait for who brings files: those that were read and those whose source nobody has said."""
    from tuodi.platform.ground.zones import here
    from tuodi.platform.intake.models import Delivery

    standing = request.standing
    if not standing.may("upload") or not here(Delivery.zones):
        return []
    waiting = Delivery.objects.filter(state="previewed").count()
    unsaid = Delivery.objects.filter(state="received", source="").count()
    return [
        {
            "title": _("待确认入库的文件"),
            "count": waiting,
            "url": "/files/?state=previewed",
            "order": 15,
            "unit": _("份"),
            "note": _("已读取，预览后入库或取消"),
            "kind": "warning" if waiting else "",
        },
        {
            "title": _("待选择来源的文件"),
            "count": unsaid,
            "url": "/files/?state=received",
            "order": 16,
            "unit": _("份"),
            "note": _("没有认出是哪个部门的名册"),
        },
    ]


def own(request: HttpRequest) -> list[Queue]:
    """Grants to confirm and accounts to let in again; for who makes them, what waits for another."""
    standing = request.standing
    if not (standing.may("confirm_grant") or standing.may("make_grant")):
        return []
    confirms = standing.may("confirm_grant")
    waiting = Grant.objects.filter(
        confirmed_at__isnull=True, ended_at__isnull=True, region_path__under=standing.region_path
    )
    shut = User.objects.filter(is_active=False, must_change=True, region_path__under=standing.region_path)
    return [
        {
            "title": _("待确认的岗位"),
            "count": waiting.count(),
            "url": "/grants/?state=waiting",
            "order": 10,
            "note": _("由您确认或退回") if confirms else _("等安全保密管理员确认"),
            "kind": "warning" if confirms else "",
        },
        {
            "title": _("重置密码后待放行的账号"),
            "count": shut.count(),
            "url": "/accounts/?state=waiting",
            "order": 11,
            "note": _("与本人核实后放行") if confirms else _("等安全保密管理员放行"),
            "kind": "warning" if confirms else "",
        },
    ]
