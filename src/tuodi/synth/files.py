"""Writes the county's files as its systems would export them: correct inside, ugly outside.

Enters: rows of the claims, identities, manual and totals tables, and cells to spoil. Leaves: workbooks with title
rows, merged headers in two levels, amounts and dates in mixed forms, a footer; one CSV in GB18030. The same rows
and dice always give the same bytes. Imports ``tuodi.synth``, ``tuodi.money``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import xlsxwriter

from tuodi.money import yuan
from tuodi.synth.draw import Dice
from tuodi.synth.wording import AT_HOSPITAL, ON_PLATFORM, kind_of_care, word

__all__ = [
    "FIRST_ROW",
    "SETTLEMENT",
    "Column",
    "Formula",
    "Line",
    "write_book",
    "write_flags",
    "write_manual",
    "write_roster",
    "write_settlement",
    "write_totals",
]

FIRST_ROW = 5
"""Row of the workbook, counted from 1, in which the first settlement stands."""


@dataclass(frozen=True)
class Column:
    """One column of a file: its header, the group above it, where its value comes from and how it is written."""

    header: str
    name: str
    form: str = "text"  # text | money | date | instant | whole
    group: str = ""
    width: int = 12


@dataclass(frozen=True)
class Formula:
    """A cell that holds a formula with the value that was shown last."""

    text: str
    shown: str


@dataclass
class Line:
    """One row of a file: a value for each column name, and cells that are written otherwise than they should be."""

    values: dict[str, Any]
    spoilt: dict[str, str | Formula] = field(default_factory=dict)


SETTLEMENT = (
    Column("序号", "number", "whole", width=6),
    Column("结算ID", "claim_id", width=22),
    Column("认定地", "county"),
    Column("镇街", "township"),
    Column("参保地", "insured_region"),
    Column("险种", "scheme"),
    Column("身份证号", "certificate", width=21),
    Column("姓名", "person_name"),
    Column("人员编号", "person_id", width=20),
    Column("人员类别", "person_type"),
    Column("救助身份", "identity_at_hospital", width=16),
    Column("就诊ID", "stay_id", width=22, group="就诊信息"),
    Column("就医地", "care_region", group="就诊信息"),
    Column("就医地类别", "place", group="就诊信息"),
    Column("机构", "provider_name", width=24, group="就诊信息"),
    Column("机构编号", "provider_id", width=14, group="就诊信息"),
    Column("医院等级", "provider_level", group="就诊信息"),
    Column("就医类别", "care", group="就诊信息"),
    Column("转诊备案情况", "authorisation", width=14, group="就诊信息"),
    Column("病种编码", "diagnosis", group="就诊信息"),
    Column("病种", "diagnosis_name", width=20, group="就诊信息"),
    Column("入院日期", "admitted_on", "date", group="就诊信息"),
    Column("出院日期", "discharged_on", "date", group="就诊信息"),
    Column("结算时间", "settled_at", "instant", width=20),
    Column("结算方式", "settle_mode"),
    Column("总费用\n（元）", "total", "money"),
    Column("全自费", "out_of_catalogue", "money", "费用构成（元）"),
    Column("超限价", "over_limit", "money", "费用构成（元）"),
    Column("先行自付", "first_self_pay", "money", "费用构成（元）"),
    Column("符合报销", "in_scope", "money", "费用构成（元）"),
    Column("基本报销", "paid_basic", "money", "基金支付（元）"),
    Column("大病", "paid_catastrophic", "money", "基金支付（元）"),
    Column("大额", "paid_large_sum", "money", "基金支付（元）"),
    Column("医疗救助", "paid_assistance", "money", "基金支付（元）"),
    Column("倾斜救助", "paid_tilt", "money", "基金支付（元）"),
    Column("其他支出", "paid_other", "money", "基金支付（元）"),
    Column("基金支付总额", "paid_fund_total", "money", "基金支付（元）", 14),
    Column("医院负担金额", "paid_hospital", "money", width=14),
    Column("个人账户", "paid_account", "money", "个人负担（元）"),
    Column("个人现金", "paid_cash", "money", "个人负担（元）"),
    Column("个人负担总金额", "own_total", "money", "个人负担（元）", 16),
    Column("原结算ID", "reverses", width=22),
    Column("退费结算标志", "refund_flag", width=14),
)
"""The settlement detail: Chongqing practice and SETL_D in Chinese headers (reference/nhsa_interface.md 2.15 and 7)."""

FLAGS = (
    Column("序号", "number", "whole", width=6),
    Column("人员编号", "person_id", width=20),
    Column("姓名", "person_name"),
    Column("证件号码", "certificate", width=21),
    Column("医疗救助身份", "identity", width=20),
    Column("开始日期", "from", "date"),
    Column("结束日期", "to", "date"),
    Column("数据来源", "source"),
    Column("标识日期", "flagged_on", "date"),
    Column("镇街", "township"),
    Column("村居", "village"),
)
ROSTER = (
    Column("序号", "number", "whole", width=6),
    Column("户编号", "household_id", width=16),
    Column("姓名", "person_name"),
    Column("身份证号", "certificate", width=21),
    Column("救助类别", "identity", width=18),
    Column("批准日期", "from", "date"),
    Column("镇街", "township"),
    Column("村（居）", "village"),
    Column("月保障金额\n（元）", "monthly", "money"),
    Column("备注", "remark"),
)
TOTALS = (
    Column("结算月份", "month"),
    Column("统计项目", "measure", width=28),
    Column("结算人次", "count", "whole"),
    Column("金额（元）", "amount", "money", width=16),
)
MANUAL = (
    Column("序号", "number"),
    Column("人员编号", "person_id"),
    Column("姓名", "person_name"),
    Column("身份证号", "certificate"),
    Column("待遇年度", "benefit_year"),
    Column("支付项目", "layer"),
    Column("支付金额", "amount"),
    Column("支付日期", "paid_on"),
    Column("零星报销原因", "reason"),
)


def write_settlement(
    path: Path, lines: Sequence[Line], *, dice: Dice, county: str, first: date, last: date, as_of: date
) -> None:
    """医疗救助结算明细: ``lines`` hold rows of the claims table, with ``township`` beside them."""
    rows = []
    for number, line in enumerate(lines, 1):
        values = line.values
        rows.append(
            Line(
                {
                    **values,
                    "number": number,
                    "county": county,
                    "care": kind_of_care(values["setting"], values["purpose"]),
                    **{
                        name: word(name, values[name])
                        for name in ("scheme", "person_type", "place", "authorisation", "settle_mode", "provider_level")
                    },
                    "identity_at_hospital": AT_HOSPITAL.get(
                        values["identity_at_hospital"] or "", values["identity_at_hospital"]
                    ),
                    "refund_flag": "是" if values["reverses"] else "否",
                },
                line.spoilt,
            )
        )
    totals = {
        column.name: sum(line.values[column.name] or 0 for line in lines)
        for column in SETTLEMENT
        if column.form == "money"
    }
    write_book(
        path,
        SETTLEMENT,
        rows,
        dice=dice,
        key=lambda values: str(values["claim_id"]),
        sheet="医疗救助结算明细",
        title=f"{county}医疗救助费用结算明细表",
        totals=totals,
        under=f"统计期间：{first:%Y-%m-%d} 至 {last:%Y-%m-%d}　　数据截至：{as_of:%Y-%m-%d}　　金额单位：元",
    )


def write_flags(path: Path, lines: Sequence[Line], *, dice: Dice, county: str, as_of: date) -> None:
    """身份标识明细: the insurance platform's marks, one interval a row."""
    rows = [
        Line(
            {
                **line.values,
                "number": number,
                "identity": ON_PLATFORM.get(line.values["identity"], line.values["identity"]),
            },
            line.spoilt,
        )
        for number, line in enumerate(lines, 1)
    ]
    write_book(
        path,
        FLAGS,
        rows,
        dice=dice,
        key=lambda values: f"flag {values['person_id']} {values['identity']}",
        sheet="身份标识",
        title=f"{county}医疗救助对象身份标识明细",
        under=f"数据截至：{as_of:%Y-%m-%d}",
    )


def write_roster(path: Path, lines: Sequence[Line], *, dice: Dice, county: str, month: date) -> None:
    """民政当月发放名册: who was paid this month, by class; persons only by identity number."""
    rows = [Line({**line.values, "number": number}, line.spoilt) for number, line in enumerate(lines, 1)]
    write_book(
        path,
        ROSTER,
        rows,
        dice=dice,
        key=lambda values: f"roster {values['certificate']} {values['identity']}",
        sheet="发放名册",
        title=f"{county}{month.year}年{month.month}月社会救助资金发放名册",
        under=f"发放月份：{month:%Y-%m}　　填报单位：{county}民政局　　金额单位：元",
        totals={"monthly": sum(line.values["monthly"] or 0 for line in lines)},
    )


def write_totals(path: Path, lines: Sequence[Line], *, dice: Dice, county: str, year: int, as_of: date) -> None:
    """平台月报: per month and measure the net number of payments and their sum."""
    write_book(
        path,
        TOTALS,
        lines,
        dice=dice,
        key=lambda values: f"totals {values['month']} {values['measure']}",
        sheet="月报",
        title=f"{county}{year}年医疗救助对象医保基金支出月报",
        under=f"数据截至：{as_of:%Y-%m-%d}　　金额单位：元",
    )


def write_manual(path: Path, lines: Sequence[Line], *, county: str, as_of: date) -> None:
    """零星报销支付明细: payments by hand, a CSV in GB18030 with a title line."""
    width = len(MANUAL)
    out = [
        f"{county}医疗救助零星报销支付明细" + "," * (width - 1),
        f"数据截至：{as_of:%Y-%m-%d}，金额单位：元".replace("，", "　") + "," * (width - 1),
    ]
    out.append(",".join(column.header for column in MANUAL))
    for number, line in enumerate(lines, 1):
        values = {
            **line.values,
            "number": number,
            "amount": yuan(line.values["amount"]),
            "paid_on": line.values["paid_on"].isoformat(),
        }
        out.append(",".join(str(values[column.name]) for column in MANUAL))
    path.write_bytes(("\r\n".join(out) + "\r\n").encode("gb18030"))


def write_book(
    path: Path,
    columns: Sequence[Column],
    lines: Sequence[Line],
    *,
    dice: Dice,
    key: Any,
    sheet: str,
    title: str,
    under: str,
    totals: Mapping[str, int] | None = None,
) -> None:
    """One workbook with one sheet. ``key`` names a row to the dice, so that its cells look the same anywhere."""
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"})
    book.set_properties({"title": title, "created": datetime.combine(date(2000, 1, 1), time())})
    page = book.add_worksheet(sheet)
    centred = book.add_format({"bold": True, "align": "center", "valign": "vcenter", "text_wrap": True, "border": 1})
    heading = book.add_format({"bold": True, "font_size": 16, "align": "center"})
    forms = {
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "instant": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
    }
    last = len(columns) - 1
    page.merge_range(0, 0, 0, last, title, heading)
    page.merge_range(1, 0, 1, last, under)
    top = _headers(page, columns, centred)
    for at, line in enumerate(lines, top):
        name = key(line.values)
        for place, column in enumerate(columns):
            spoilt = line.spoilt.get(column.name)
            if isinstance(spoilt, Formula):
                page.write_formula(at, place, spoilt.text.format(row=at + 1), None, spoilt.shown)
            elif spoilt is not None:
                page.write_string(at, place, spoilt)
            else:
                _cell(page, at, place, column, line.values.get(column.name), dice, name, forms)
    bottom = top + len(lines)
    if totals is not None:
        page.write_string(bottom, 0, "合计")
        for place, column in enumerate(columns):
            if column.name in totals:
                page.write_string(bottom, place, _thousands(totals[column.name]))
        page.write_string(bottom + 1, 0, "制表人：（虚构）　　审核人：（虚构）　　本表人员、机构、地名均为虚构")
    for place, column in enumerate(columns):
        page.set_column(place, place, column.width)
    page.freeze_panes(top, 0)
    book.close()


def _headers(page: Any, columns: Sequence[Column], form: Any) -> int:
    """Write the header in one or two levels; give the first row under it."""
    if not any(column.group for column in columns):
        for place, column in enumerate(columns):
            page.write_string(2, place, column.header, form)
        return 3
    place = 0
    while place < len(columns):
        end = place
        while columns[place].group and end + 1 < len(columns) and columns[end + 1].group == columns[place].group:
            end += 1
        if columns[place].group:
            page.merge_range(2, place, 2, end, columns[place].group, form)
            for inner in range(place, end + 1):
                page.write_string(3, inner, columns[inner].header, form)
        else:
            page.merge_range(2, place, 3, place, columns[place].header, form)
        place = end + 1
    return 4


def _cell(
    page: Any, at: int, place: int, column: Column, value: Any, dice: Dice, name: str, forms: Mapping[str, Any]
) -> None:
    if value is None or value == "":
        return
    look = dice.below(100, "look", name, column.name)
    if column.form == "money":
        if look < 68:
            page.write_string(at, place, _thousands(value))
        elif look < 90:
            page.write_number(at, place, float(yuan(value)))
        else:
            page.write_string(at, place, yuan(value) + (" " if look > 95 else ""))
    elif column.form == "date":
        if look < 60:
            page.write_string(at, place, value.isoformat())
        elif look < 74:
            page.write_datetime(at, place, value, forms["day"])
        elif look < 86:
            page.write_string(at, place, f"{value.year}/{value.month}/{value.day}")
        elif look < 94:
            page.write_string(at, place, f"{value:%Y%m%d}")
        else:
            page.write_string(at, place, f"{value.year}年{value.month}月{value.day}日")
    elif column.form == "instant":
        if look < 70:
            page.write_string(at, place, f"{value:%Y-%m-%d %H:%M:%S}")
        elif look < 85:
            page.write_datetime(at, place, value, forms["instant"])
        else:
            page.write_string(at, place, f"{value.year}/{value.month}/{value.day} {value:%H:%M:%S}")
    elif column.form == "whole":
        page.write_number(at, place, value)
    else:
        page.write_string(at, place, str(value))


def _thousands(fen: int) -> str:
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"
