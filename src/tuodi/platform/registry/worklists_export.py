"""A worklist as a workbook that says by itself what it is: filters, 数据截至, who exported it and when, line by line.

Enters: a list, filters, a standing. Leaves: bytes of an XLSX. What the exporter may not see is masked in it as on the
page; each person in it gets a look of kind ``export``. Imports the room; ``openpyxl``.
"""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO
from typing import Any

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side

from tuodi.platform.accounts.standing import Standing
from tuodi.platform.ground import clock
from tuodi.platform.ground.words import _
from tuodi.platform.registry.worklists import Filters, Result, Worklist, rows_of
from tuodi.platform.trail.looks import keep_looks

__all__ = ["exported"]

_LINE = Side("thin", color="BFC6CE")
_LINES = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_FORMULA = ("=", "+", "-", "@", "\t")


def exported(standing: Standing, worklist: Worklist, filters: Filters, said: list[tuple[str, str]]) -> bytes:
    """The whole list under these filters. ``said``: the filters in words. Keeps the looks."""
    result = rows_of(standing, worklist.code, filters, everything=True)
    at = timezone.localtime(clock.now())
    keep_looks(
        [(one, "") for one in dict.fromkeys(row["id"] for row in result.rows)], "export", ["list"],
        _export_reason(worklist, said), f"worklist/{worklist.code}",
    )  # fmt: skip
    return _workbook(standing, worklist, result, said, at)


def _export_reason(worklist: Worklist, said: list[tuple[str, str]]) -> str:
    return "；".join([worklist.title, *(f"{label} {value}" for label, value in said)])[:500]


def _mark(standing: Standing, at: datetime) -> str:
    """Who has this copy: it stands above the table, below it and in the foot of every printed page."""
    return _("仅供 {office} {name} 办理业务使用，{at} 导出，请勿外传。").format(
        office=standing.grant.organisation.name, name=standing.user.display_name, at=f"{at:%Y-%m-%d %H:%M}"
    )


def _workbook(
    standing: Standing, worklist: Worklist, result: Result, said: list[tuple[str, str]], at: datetime
) -> bytes:
    book = Workbook()
    sheet: Any = book.active
    sheet.title = _(worklist.title).replace("/", "、")[:31]
    mark = _mark(standing, at)
    head = [
        (_("清单"), _(worklist.title)), (_("说明"), _(worklist.help)),
        (_("筛选条件"), "；".join(f"{label}：{value}" for label, value in said) or _("无")),
        (_("数据截至"), "；".join(_as_of(one) for one in result.sources) or "—"),
        (_("比对日"), result.day.isoformat()), (_("行数"), str(result.total)),
        (_("导出人"), f"{standing.user.display_name}（{standing.role.name}，{standing.grant.organisation.name}）"),
        (_("导出时间"), f"{at:%Y-%m-%d %H:%M:%S}"), (_("使用提示"), mark),
    ]  # fmt: skip
    for label, value in head:
        sheet.append([label, _safe(value)])
        sheet.cell(sheet.max_row, 1).font = Font(bold=True)
    sheet.append([])
    titles = [
        _("姓名"),
        _("证件号码"),
        _("性别"),
        _("年龄"),
        _("地点"),
        _("身份类别"),
        _("情况"),
        _("起始日期"),
        _("来源"),
        _("备注"),
    ]
    sheet.append(titles)
    for cell in sheet[sheet.max_row]:
        cell.font = Font(bold=True)
        cell.border = _LINES
    sheet.print_title_rows = f"{sheet.max_row}:{sheet.max_row}"
    sheet.freeze_panes = f"A{sheet.max_row + 1}"
    for row in result.rows:
        sheet.append([_safe(value) for value in _cells(row)])
        for cell in sheet[sheet.max_row]:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.border = _LINES
    sheet.append([])
    sheet.append([mark])
    for letter, width in zip("ABCDEFGHIJ", (14, 22, 7, 7, 22, 18, 52, 12, 26, 24), strict=True):
        sheet.column_dimensions[letter].width = width
    for line in range(1, len(head) + 1):
        sheet.cell(line, 2).alignment = Alignment(wrap_text=False)
    # "&" begins a code in a printed page's foot.
    sheet.oddFooter.center.text = mark.replace("&", "&&")
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    made = BytesIO()
    book.save(made)
    return made.getvalue()


def _as_of(one: Any) -> str:
    return f"{one.name} {one.as_of}" + (_("（已过期）") if one.stale else "")


def _cells(row: dict[str, Any]) -> list[Any]:
    return [
        row["name"], row["number"], row["sex"], row["age"], row["place"], _("、").join(row["classes"]), row["finding"],
        row["since"], _("、").join(row["sources"]), _("来源已过期，不能据此排除") if row["unconfirmed"] else "",
    ]  # fmt: skip


def _safe(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula gets a mark before it."""
    if isinstance(value, date):
        return value.isoformat()
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
