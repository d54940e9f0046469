"""The trail read: which lines somebody may see, and what of the values in them.

A line holds a row's columns as JSON; each column is graded by its model, and what is above the reader's grade is
masked as everywhere else. A sealed column is never shown, whoever asks. Enters: a standing, filters. Leaves: querysets
and :class:`Shown`. Imports the models of all rooms through Django's registry.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import BinaryField, QuerySet
from django.utils import timezone

from tuodi.platform.accounts.models import User
from tuodi.platform.accounts.roles import roles
from tuodi.platform.accounts.standing import Standing
from tuodi.platform.ground.grades import Graded, highly_sensitive
from tuodi.platform.ground.words import N_, _, language
from tuodi.platform.places.models import Organisation
from tuodi.platform.trail.models import BulkChange, Look, RowChange

__all__ = [
    "COLUMNS", "KINDS", "OPERATIONS", "TABLES", "Filters", "Shown", "bulks", "changes", "looks", "named",
    "shown_values", "table_name",
]  # fmt: skip

TABLES = {
    "accounts_user": N_("账号"),
    "accounts_grant": N_("岗位"),
    "places_region": N_("地区"),
    "places_organisation": N_("单位"),
    "intake_agreement": N_("数据协议"),
    "intake_mapping": N_("列的对照"),
    "intake_delivery": N_("文件接收"),
    "intake_quarantined": N_("待更正的数据行"),
    "registry_person": N_("人员"),
    "registry_othernumber": N_("人员的其他号码"),
    "registry_entry": N_("名册行"),
    "registry_identity": N_("救助身份"),
    "registry_household": N_("家庭"),
    "registry_membership": N_("家庭成员"),
    "registry_settlement": N_("医保结算"),
    "registry_reviewpair": N_("疑似同一人"),
    "registry_linkevent": N_("合并与拆分"),
    "auditing_run": N_("救助核对"),
    "packages_trustedkey": N_("外部安装的公钥"),
    "packages_package": N_("跨网数据包"),
    "api_apikey": N_("接口密钥"),
    "api_sentonce": N_("接口上传"),
}
"""Table → its word; one without a word is shown by its name."""

OPERATIONS = {"insert": N_("新增"), "update": N_("更改"), "delete": N_("删除")}

KINDS = {
    "open": N_("打开档案"),
    "reveal": N_("显示完整内容"),
    "export": N_("导出"),
    "search": N_("查找"),
    "api": N_("接口调用"),
    "trail": N_("查看操作记录"),
    "package": N_("装入数据包"),
}
"""Kind of a look → its word."""

SEALED = N_("（加密保存，不显示）")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d$")


@dataclass(frozen=True)
class Filters:
    """By what the trail is narrowed; empty: by nothing."""

    person: int | None = None
    table: str = ""
    user: int | None = None
    since: date | None = None
    until: date | None = None
    operation: str = ""
    kind: str = ""


COLUMNS = {
    "id": N_("序号"), "name": N_("姓名或名称"), "display_name": N_("姓名"), "username": N_("用户名"),
    "organisation_id": N_("单位序号"), "region_path": N_("地区路径"), "region_id": N_("地区代码"), "role": N_("岗位"),
    "user_id": N_("用户序号"), "person_id": N_("人员序号"), "is_active": N_("在用"), "active": N_("在用"),
    "is_service": N_("程序账号"), "must_change": N_("须改密码"), "codes_reset_at": N_("验证码重置时间"),
    "made_at": N_("建立时间"), "made_by_id": N_("建立人"), "confirmed_at": N_("确认时间"),
    "confirmed_by_id": N_("确认人"), "ended_at": N_("终止时间"), "ended_by_id": N_("终止人"),
    "end_reason": N_("终止原因"), "reason": N_("原因"), "valid_from": N_("起期"), "valid_to": N_("止期"),
    "kind": N_("类别"), "code": N_("代码"), "purpose": N_("用途"), "legal_basis": N_("法律依据"),
    "address": N_("住址"), "birth_date": N_("出生日期"), "sex": N_("性别"), "died_on": N_("死亡日期"),
    "places": N_("所属地区路径"), "number_sealed": N_("证件号码"), "phone_sealed": N_("电话"),
    "account_sealed": N_("银行账号"), "identity": N_("救助身份"), "from_date": N_("开始日期"),
    "to_date": N_("结束日期"), "source": N_("来源"), "state": N_("状态"), "file_name": N_("文件名"),
    "as_of": N_("数据截至"), "counts": N_("行数"), "problem": N_("问题"), "language": N_("语言"),
    "finished_at": N_("完成时间"), "progress": N_("进度"), "folder": N_("报告文件夹"), "committed_at": N_("入库时间"),
    "committed_by_id": N_("提交人"), "settled_by_id": N_("由哪次导入更正"), "reading": N_("第几次读取"),
    "mapping_id": N_("列的对照"), "given": N_("上传时填写"), "ended_as": N_("终止方式"), "until": N_("至"),
    "expires_on": N_("保存到"), "merged_into_id": N_("并入档案"),
    "decided_at": N_("决定时间"), "decided_by_id": N_("决定人"),
}  # fmt: skip
"""Column → its word; one without a word is shown by its name."""


@dataclass(frozen=True)
class Shown:
    """One column of one line, as this reader sees it."""

    column: str
    old: str
    new: str


@dataclass
class Names:
    """Names of users and offices, looked up once a page."""

    users: dict[int, str] = field(default_factory=dict)
    offices: dict[int, str] = field(default_factory=dict)

    def who(self, line: Any) -> str:
        """Who did it; the installation has no user."""
        if line.user_id is None:
            return _("安装程序")
        return self.users.get(line.user_id, f"#{line.user_id}")

    def office(self, line: Any) -> str:
        """For which office."""
        return self.offices.get(line.organisation_id, "") if line.organisation_id else ""

    @staticmethod
    def role(line: Any) -> str:
        """In which role; the installation has none."""
        if line.user_id is None:
            return ""
        return roles()[line.role].name if line.role in roles() else str(line.role)


def named(lines: Iterable[Any]) -> Names:
    """The names that lines need. A user out of the reader's sight stays a number."""
    lines = list(lines)
    people = {line.user_id for line in lines if line.user_id}
    offices = {line.organisation_id for line in lines if line.organisation_id}
    return Names(
        dict(User.objects.filter(id__in=people).values_list("id", "display_name")),
        dict(Organisation.objects.filter(id__in=offices).values_list("id", "name")),
    )


def changes(filters: Filters) -> QuerySet[RowChange]:
    """Changes of rows, newest first."""
    rows = _narrowed(RowChange.objects.all(), filters)
    if filters.table:
        rows = rows.filter(table_name=filters.table)
    if filters.operation:
        rows = rows.filter(operation=filters.operation)
    return rows.filter(person_id=filters.person) if filters.person is not None else rows


def bulks(filters: Filters) -> QuerySet[BulkChange]:
    """Bulk loads, newest first."""
    rows = _narrowed(BulkChange.objects.all(), filters)
    return rows.filter(table_name=filters.table) if filters.table else rows


def looks(filters: Filters) -> QuerySet[Look]:
    """Looks, newest first."""
    rows = _narrowed(Look.objects.all(), filters)
    if filters.kind:
        rows = rows.filter(kind=filters.kind)
    return rows.filter(person_id=filters.person) if filters.person is not None else rows


def _narrowed(rows: Any, filters: Filters) -> Any:
    if filters.user is not None:
        rows = rows.filter(user_id=filters.user)
    zone = timezone.get_current_timezone()
    if filters.since:
        rows = rows.filter(at__gte=datetime.combine(filters.since, time(), zone))
    if filters.until:
        rows = rows.filter(at__lt=datetime.combine(filters.until + timedelta(days=1), time(), zone))
    return rows.order_by("-id")


def table_name(table: str) -> str:
    """A table's word."""
    return _(TABLES[table]) if table in TABLES else table


@cache
def _columns(table: str) -> dict[str, tuple[Graded, bool]]:
    """Column → its grade and whether it is sealed; a column that no model declares is treated as sealed."""
    for model in apps.get_models():
        if model._meta.db_table == table and hasattr(model, "grades"):
            return {
                one.column: (model.grades.get(one.name, highly_sensitive("blank")), isinstance(one, BinaryField))
                for one in model._meta.concrete_fields
            }
    return {}


def shown_values(line: RowChange, standing: Standing) -> list[Shown]:
    """What changed in a row, column by column, each value as this reader may see it."""
    declared = _columns(line.table_name)
    old, new = line.old or {}, line.new or {}
    made = []
    for column in sorted(old.keys() | new.keys()):
        graded, sealed = declared.get(column, (highly_sensitive("blank"), True))
        made.append(
            Shown(
                _(COLUMNS[column]) if column in COLUMNS else column,
                *(_shown(side.get(column), graded, sealed, standing) for side in (old, new)),
            )
        )
    return made


def _shown(value: Any, graded: Graded, sealed: bool, standing: Standing) -> str:
    if value in (None, "", [], {}):
        return ""
    if sealed:
        return _(SEALED)
    return str(standing.show(_written(value), graded))


def _written(value: Any) -> str:
    """A value of the trail as it is read: moments on the office's clock, a text of two languages in the reader's."""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, str):
        if _MOMENT.match(value):
            return timezone.localtime(datetime.fromisoformat(value)).strftime("%Y-%m-%d %H:%M:%S")
        return value
    if isinstance(value, dict) and value.keys() == {"zh", "en"}:
        return str(value[language()])
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else str(value)
