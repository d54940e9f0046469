"""补报清单.xlsx: the list that an officer fills in, signs off and sends back.

Enters: the persons' views. Leaves: a workbook whose bytes depend on its contents and ``as_of`` only. Amounts are
plain numbers with two decimals, no formulas, so that what is printed can be typed and read back in.
Imports this room's views and words, and ``tuodi.money``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from tuodi.money import yuan
from tuodi.report.kinds import CONCLUSIONS
from tuodi.report.views import LeadView, PersonView

__all__ = ["HEADER_ROW", "write_workbook"]

HEADER_ROW = 2
"""Zero-based row of the column names: a title and a line of remarks stand above, as in the field's own lists."""

_FONT = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
_HEAD = {**_FONT, "bold": True, "border": 1, "bg_color": "#EEF0F3", "text_wrap": True, "align": "center"}


def _columns(_: Callable[[str], str], owed: bool) -> list[tuple[str, int, str]]:
    """Name, width and format of each column."""
    return [
        (_("序号"), 5, "text"),
        (_("姓名"), 9, "text"),
        (_("证件号"), 20, "text"),
        (_("人员编号"), 16, "text"),
        (_("镇街"), 11, "text"),
        (_("村（社区）"), 11, "text"),
        (_("身份"), 13, "wrap"),
        (_("待遇年度"), 7, "text"),
        (_("待遇"), 10, "wrap"),
        (_("线索类型"), 13, "wrap"),
        (_("应救助（元）") if owed else _("依法计算（元）"), 13, "money"),
        (_("已救助（元）") if owed else _("已支付（元）"), 13, "money"),
        (_("差额（元）"), 13, "money"),
        (_("全链条依法计算（元）"), 13, "money"),
        (_("可能原因"), 28, "wrap"),
        (_("依据"), 26, "wrap"),
        (_("结算编号"), 18, "wrap"),
        (_("核实结论"), 13, "fill"),
        (_("核实人"), 9, "fill"),
        (_("核实日期"), 11, "date"),
        (_("备注"), 14, "fill"),
    ]


def write_workbook(
    path: Path, people: Sequence[PersonView], _: Callable[[str], str], *, title: str, as_of: date
) -> None:
    """Writes two sheets: what may be owed, to be filled in and paid; what may be over, to be checked."""
    book = xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"title": title, "created": datetime.combine(as_of, time())})
    formats = {
        "title": book.add_format({**_FONT, "bold": True, "font_size": 16, "align": "center"}),
        "remark": book.add_format({**_FONT, "font_color": "#444444", "text_wrap": True}),
        "head": book.add_format(_HEAD),
        "text": book.add_format({**_FONT, "border": 1, "num_format": "@"}),
        "wrap": book.add_format({**_FONT, "border": 1, "num_format": "@", "text_wrap": True}),
        "money": book.add_format({**_FONT, "border": 1, "num_format": "#,##0.00"}),
        "fill": book.add_format({**_FONT, "border": 1, "bg_color": "#FFF9E8"}),
        "date": book.add_format({**_FONT, "border": 1, "bg_color": "#FFF9E8", "num_format": "yyyy-mm-dd"}),
        "sum": book.add_format({**_FONT, "border": 1, "bold": True, "num_format": "#,##0.00"}),
    }  # fmt: skip
    pairs = [(person, lead) for person in people for lead in person.leads]
    for owed, name, remark in (
        (
            True,
            _("补报清单"),
            _(
                "线索待核实。请填黄色各栏；核实结论从下拉列表中选择。金额为线索金额，补付以审批为准。"
                "一人有几项待遇的，各项差额不能相加，以“全链条依法计算”为准。"
            ),
        ),
        (False, _("重复或超标准核对"), _("线索待核实。核实之前不通知追回、不停发待遇。请填黄色各栏。")),
    ):
        rows = [(person, lead) for person, lead in pairs if (lead.direction == "owed") is owed]
        heading = f"{title} · {name}"
        _sheet(
            book, name, heading, f"{remark} {_('数据截至 {day}').format(day=as_of.isoformat())}", rows, owed, formats, _
        )
    book.close()


def _sums(
    page: Any, line: int, first_money: int, last: int, leads: Sequence[LeadView], formats: dict[str, Any]
) -> None:
    """The money of one layer's leads; amounts of several layers are never added."""
    chains = [lead.by_law_chain for lead in leads]
    sums = (
        sum(lead.by_law or 0 for lead in leads),
        sum((lead.recorded or 0) + (lead.manual or 0) for lead in leads),
        sum(lead.difference for lead in leads),
        None if None in chains else sum(chain or 0 for chain in chains),
    )
    for offset, amount in enumerate(sums):
        if amount is None:
            page.write_blank(line, first_money + offset, None, formats["sum"])
        else:
            page.write_number(line, first_money + offset, Decimal(yuan(amount)), formats["sum"])
    for place in range(first_money + len(sums), last + 1):
        page.write_blank(line, place, None, formats["text"])


def _sheet(
    book: Any,
    name: str,
    heading: str,
    remark: str,
    rows: Sequence[tuple[PersonView, LeadView]],
    owed: bool,
    formats: dict[str, Any],
    _: Callable[[str], str],
) -> None:
    page = book.add_worksheet(name)
    columns = _columns(_, owed)
    last = len(columns) - 1
    page.merge_range(0, 0, 0, last, heading, formats["title"])
    page.merge_range(1, 0, 1, last, remark, formats["remark"])
    page.set_row(0, 26)
    page.set_row(1, 18)
    page.set_row(HEADER_ROW, 30)
    for place, (word, width, _kind) in enumerate(columns):
        page.set_column(place, place, width)
        page.write_string(HEADER_ROW, place, word, formats["head"])
    comma = "；" if _("是") == "是" else "; "
    for number, (person, lead) in enumerate(rows, 1):
        paid = (lead.recorded or 0) + (lead.manual or 0)
        cells: list[Any] = [
            str(number), person.full_name, person.certificate_full or person.certificate, person.id, person.town,
            person.village, comma.join(lead.identities), str(lead.year), lead.layer, lead.title,
            lead.by_law, paid, lead.difference, lead.by_law_chain,
            comma.join(lead.causes) or _("原因未明"), comma.join(lead.cites), comma.join(lead.claim_ids),
            None, None, None, comma.join(lead.notes),
        ]  # fmt: skip
        line = HEADER_ROW + number
        for place, (value, (_word, _width, kind)) in enumerate(zip(cells, columns, strict=True)):
            if value is None or value == "":
                page.write_blank(line, place, None, formats[kind])
            elif kind == "money":
                page.write_number(line, place, Decimal(yuan(value)), formats[kind])
            else:
                page.write_string(line, place, value, formats[kind])
    end = HEADER_ROW + len(rows) + 1
    first_money = next(place for place, column in enumerate(columns) if column[2] == "money")
    layers = list(dict.fromkeys(lead.layer for _person, lead in rows))
    for place, layer in enumerate(layers if len(layers) > 1 else [""]):
        leads = [lead for _person, lead in rows if layer in ("", lead.layer)]
        word = _("合计（{n} 条）") if not layer else _("{layer}合计（{n} 条）")
        page.merge_range(
            end + place, 0, end + place, first_money - 1, word.format(n=len(leads), layer=layer), formats["head"]
        )
        _sums(page, end + place, first_money, last, leads, formats)
    bottom = end + max(len(layers), 1) - 1
    if rows:
        words = [place for place, column in enumerate(columns) if column[2] in {"fill", "date"}]
        page.data_validation(HEADER_ROW + 1, words[0], end - 1, words[0], {
            "validate": "list", "source": [_(word) for word in CONCLUSIONS],
            "error_title": _("核实结论"), "error_message": _("请从下拉列表中选择。"),
        })  # fmt: skip
        page.data_validation(HEADER_ROW + 1, words[2], end - 1, words[2], {
            "validate": "date", "criteria": ">=", "value": date(2000, 1, 1),
            "error_title": _("核实日期"), "error_message": _("请写成 2024-03-05 的样子。"),
        })  # fmt: skip
        page.autofilter(HEADER_ROW, 0, end - 1, last)
    page.freeze_panes(HEADER_ROW + 1, 2)
    page.set_landscape()
    page.set_paper(9)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page.fit_to_pages(1, 0)
    page.repeat_rows(HEADER_ROW)
    page.print_area(0, 0, bottom, last)
    pages, signatures = _("第 &P 页，共 &N 页"), _("初审：　　　复核：　　　审批：　　　")
    page.set_footer(f"&L{name}&C{pages}&R{signatures}")
