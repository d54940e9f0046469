"""The trail as a file: the same lines with the same masks, and on it the filters, the hour and the name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from tuodi.platform.ground import clock
from tuodi.platform.ground.pages import page
from tuodi.platform.ground.words import _
from tuodi.platform.ground.zones import EVERYWHERE, zone_name
from tuodi.platform.trail.asking import filters_of, needs_reason, said
from tuodi.platform.trail.export import MOST, as_csv, as_xlsx
from tuodi.platform.trail.reading import KINDS, bulks, changes, looks, named, table_name
from tuodi.platform.trail.views import change_rows

__all__ = ["trail_export"]

FORMS = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@page(zones=EVERYWHERE, reads=("trail", "look"), deed="read_trail")
@needs_reason
def trail_export(request: HttpRequest, what: str, form: str) -> HttpResponse:
    """``changes``, ``looks`` or ``bulk`` as CSV or workbook; the export itself is kept as a look."""
    makers = {"changes": _changes, "looks": _looks, "bulk": _bulk}
    if what not in makers or form not in FORMS:
        raise Http404
    standing = request.standing
    filters = filters_of(request)
    title, headers, rows, more = makers[what](filters, standing)
    now = timezone.localtime(clock.now())
    chosen = "；".join(f"{label}：{value}" for _name, label, value in said(filters)) or _("无")
    remarks = [
        _("筛选条件：{filters}").format(filters=chosen),
        _("导出：{name}（{role}，{office}）{time}").format(
            name=standing.user.display_name, role=standing.role.name, office=standing.grant.organisation.name,
            time=now.strftime("%Y-%m-%d %H:%M"),
        ),
        _("地区：{region}；网络：{zone}").format(region=standing.grant.region.name, zone=zone_name()),
    ]  # fmt: skip
    if more:
        remarks.append(_("只含最近的 {n} 条，其余请缩短期间再导出。").format(n=MOST))
    content = (
        as_csv(title, remarks, headers, rows) if form == "csv" else as_xlsx(title, remarks, headers, rows, now)
    )  # fmt: skip
    answer = HttpResponse(content, content_type=FORMS[form])
    answer["Content-Disposition"] = f'attachment; filename="trail-{what}-{now:%Y%m%d-%H%M}.{form}"'
    return answer


Made = tuple[str, list[str], list[list[object]], bool]


def _cut(rows: Any) -> tuple[list[Any], bool]:
    found = list(rows[: MOST + 1])
    return found[:MOST], len(found) > MOST


def _at(line: Any) -> str:
    return timezone.localtime(line.at).strftime("%Y-%m-%d %H:%M:%S")


def _changes(filters: Any, standing: Any) -> Made:
    lines, more = _cut(changes(filters))
    headers = [
        _("时间"), _("姓名"), _("岗位"), _("单位"), _("内容"), _("行"), _("人员序号"), _("操作"), _("列"), _("原值"),
        _("新值"), _("原因"),
    ]  # fmt: skip

    def rows() -> Iterator[list[object]]:
        for row in change_rows(lines, standing):
            line = row["line"]
            for value in row["values"] or [None]:
                yield [
                    _at(line), row["who"], row["role"], row["office"], row["table"], line.row_id, line.person_id,
                    row["operation"], value.column if value else "", value.old if value else "",
                    value.new if value else "", line.reason,
                ]  # fmt: skip

    return _("数据变更记录"), headers, list(rows()), more


def _looks(filters: Any, _standing: Any) -> Made:
    lines, more = _cut(looks(filters))
    names = named(lines)
    headers = [
        _("时间"),
        _("姓名"),
        _("岗位"),
        _("单位"),
        _("方式"),
        _("人员序号"),
        _("看了什么"),
        _("原因"),
        _("页面"),
    ]
    rows: list[list[object]] = [
        [
            _at(line), names.who(line), names.role(line), names.office(line), _(KINDS.get(line.kind, line.kind)),
            line.person_id, "、".join(line.fields), line.reason, line.page,
        ]
        for line in lines
    ]  # fmt: skip
    return _("查看记录"), headers, rows, more


def _bulk(filters: Any, _standing: Any) -> Made:
    lines, more = _cut(bulks(filters))
    names = named(lines)
    headers = [_("时间"), _("姓名"), _("岗位"), _("单位"), _("批次"), _("内容"), _("行数"), _("摘要")]
    rows: list[list[object]] = [
        [
            _at(line), names.who(line), names.role(line), names.office(line), line.batch, table_name(line.table_name),
            line.rows, f"{line.digest & (2**64 - 1):016x}",
        ]
        for line in lines
    ]  # fmt: skip
    return _("批量入库记录"), headers, rows, more
