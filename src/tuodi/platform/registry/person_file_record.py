"""Where a file comes from and who was in it: list rows and files, looks, changes, merges.

Enters: a :class:`File`. Leaves: plain data. Names of colleagues stand only where the reader's role may see accounts;
office and role stand always. Imports the room, ``trail`` and ``accounts``.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max, Q
from django.utils import timezone

from tuodi.identity import WORDS, word
from tuodi.platform.accounts.models import User
from tuodi.platform.accounts.roles import roles
from tuodi.platform.ground.words import N_, _, language
from tuodi.platform.intake.models import Delivery
from tuodi.platform.places.models import Organisation
from tuodi.platform.registry.models import LinkEvent, Person, Settlement
from tuodi.platform.registry.person_file_core import File
from tuodi.platform.registry.person_file_money import sees_bills
from tuodi.platform.registry.person_file_sight import REVEALS, source_name
from tuodi.platform.trail.models import Look, RowChange

__all__ = ["KINDS", "documents_of", "record_of", "rule_name"]

LINES = 100
"""Looks and changes on a page, the latest first."""

KINDS = {
    "open": N_("打开档案"), "reveal": N_("查看完整内容"), "export": N_("导出清单"), "search": N_("查找结果中列出"),
    "api": N_("接口调用"), "package": N_("跨网数据包"),
}  # fmt: skip
EVENTS = {"merge": N_("合并"), "split": N_("拆分"), "undo": N_("撤销")}
STATES = {"": N_("在册"), "left": N_("动态调出")}


def rule_name(code: str) -> str:
    """By what a row was linked, in words."""
    if code == "officer":
        return _("人工判断")
    return word("rule", code, language()) if code in WORDS["rule"] else code


def documents_of(file: File) -> dict[str, Any]:
    """Every list row that stands behind the file, and the settlement files, with batch, file name and date."""
    rows = []
    for entry in file.entries:
        delivery = file.deliveries.get(entry.delivery_id)
        state = STATES["left" if entry.until else ""]
        rows.append({
            "source": source_name(entry.source), "file": delivery.file_name if delivery else "",
            "batch": entry.delivery_id, "row": entry.row or "", "from": entry.as_of, "to": entry.until or "",
            "rule": rule_name(entry.linked_by),
            "state": _(state), "left": entry.until is not None,
            "stale": file.stale(entry.source) and entry.until is None,
        })  # fmt: skip
    return {"rows": rows, "bills": _bill_files(file) if sees_bills(file) else []}


def _bill_files(file: File) -> list[dict[str, Any]]:
    found = list(
        Settlement.objects.filter(person_id=file.person.id).order_by().values("delivery_id", "source")
        .annotate(bills=Count("id"), last=Max("settled_at")).order_by("-last")
    )  # fmt: skip
    known = Delivery.objects.in_bulk([row["delivery_id"] for row in found])
    return [
        {
            "source": source_name(row["source"]), "batch": row["delivery_id"], "bills": row["bills"],
            "file": known[row["delivery_id"]].file_name if row["delivery_id"] in known else "",
            "as_of": (known[row["delivery_id"]].as_of if row["delivery_id"] in known else None) or "",
        }
        for row in found
    ]  # fmt: skip


def record_of(file: File) -> dict[str, Any]:
    """``looks``, ``changes`` and ``events``; who may not read the trail of looks sees his own alone."""
    person = file.person.id
    looks = list(Look.objects.filter(person_id=person).order_by("-at", "-id")[:LINES])
    changes = list(
        RowChange.objects.filter(table_name=Person._meta.db_table, row_id=str(person)).order_by("-id")[:LINES]
    )
    events = list(
        LinkEvent.objects.filter(Q(source_person_id=person) | Q(into_person_id=person)).order_by("-id")[:LINES]
    )
    undone = set(LinkEvent.objects.filter(undoes__in=[one.id for one in events]).values_list("undoes_id", flat=True))
    users = {one.user_id for one in (*looks, *changes)} | {one.by_id for one in events}
    names = dict(User.objects.filter(id__in=[one for one in users if one]).values_list("id", "display_name"))
    where = {one.organisation_id for one in (*looks, *changes) if one.organisation_id}
    offices = dict(Organisation.objects.filter(id__in=where).values_list("id", "name"))
    may_undo = file.standing.may("undo_links")
    return {
        "all_looks": file.standing.role.may_read("look"),
        "looks": [_look(one, names, offices) for one in looks],
        "changes": [line for one in changes for line in _changes(file, one, names, offices)],
        "events": [
            {
                "id": one.id, "kind": _(EVENTS.get(one.kind, one.kind)), "at": one.at, "who": _who(one.by_id, names),
                "reason": one.reason,
                "other": one.into_person_id if one.source_person_id == person else one.source_person_id,
                "into": one.into_person_id, "undone": one.id in undone,
                "may_undo": may_undo and one.kind in ("merge", "split") and one.id not in undone,
            }
            for one in events
        ],
    }  # fmt: skip


def _who(user: int | None, names: dict[int, str]) -> str:
    return names.get(user or 0) or (_("人员 {n}").format(n=user) if user else _("系统"))


def role_name(code: str) -> str:
    """The role's name; a database account that no role has is shown as it is."""
    return roles()[code].name if code in roles() else code


def _look(one: Look, names: dict[int, str], offices: dict[int, str]) -> dict[str, Any]:
    return {
        "at": one.at, "who": _who(one.user_id, names), "role": role_name(one.role),
        "office": offices.get(one.organisation_id or 0, ""), "what": _(KINDS.get(one.kind, one.kind)),
        "fields": _("、").join(_looked_at(name) for name in one.fields),
        "reason": one.reason,
    }  # fmt: skip


_LOOKED_AT = {"name": N_("姓名"), "number": N_("号码"), "browse": N_("浏览"), "list": N_("清单")}


def _looked_at(name: str) -> str:
    word = REVEALS[name][1] if name in REVEALS else _LOOKED_AT.get(name, "")
    return _(word) if word else name


_SHOWN = {
    "name": N_("姓名"), "sex": N_("性别"), "birth_date": N_("出生日期"), "address": N_("住址"),
    "died_on": N_("死亡时间"),
    "number_sealed": N_("证件号码"), "phone_sealed": N_("联系电话"), "account_sealed": N_("银行账号"),
    "insurer_number": N_("医保人员编号"), "insured_region": N_("参保地"), "registered_region": N_("户籍地"),
    "region_path": N_("居住地"), "merged_into_id": N_("并入档案"),
}  # fmt: skip


def _changes(file: File, one: RowChange, names: dict[int, str], offices: dict[int, str]) -> list[dict[str, Any]]:
    if one.operation == "insert":
        pairs = [(_("建立档案"), "", "")]
    else:
        new, old = one.new or {}, one.old or {}
        pairs = [
            (_(label), _before(file, column, old.get(column)), _before(file, column, new.get(column)))
            for column, label in _SHOWN.items()
            if column in new or column in old
        ]
    return [
        {
            "at": timezone.localtime(one.at).strftime("%Y-%m-%d %H:%M"), "who": _who(one.user_id, names),
            "role": role_name(one.role), "office": offices.get(one.organisation_id or 0, ""), "what": what,
            "old": old_value, "new": new_value,
            "reason": one.reason, "device": "",
        }
        for what, old_value, new_value in pairs
    ]  # fmt: skip


def _before(file: File, column: str, value: Any) -> str:
    """A former value under the grade of its column; a sealed one stays sealed."""
    if value in (None, ""):
        return ""
    if column.endswith("_sealed"):
        return _("（已加密）")
    name = column.removesuffix("_id")
    return str(file.show(name, value)) if name in Person.grades else str(value)
