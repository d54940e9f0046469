"""Files of invented departments for the tests of intake: small, written as the departments write them."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import xlsxwriter

from tuodi.identity import check_character

__all__ = ["charity", "civil_affairs", "deaths", "number", "workbook"]

NAMES = ("苏青禾", "陆望秋", "沈听澜", "顾南枝", "温砚池", "江晚舟", "叶知秋", "宋微雨", "季云归", "秦素问")


def number(place: int, born: str = "19600315") -> str:
    """A valid identity number of the invented county."""
    digits = f"990121{born}{place:03d}"
    return digits + check_character(digits)


def workbook(rows: Sequence[Sequence[Any]], sheet: str = "Sheet1") -> BytesIO:
    """Rows as an XLSX, all cells as they are."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet(sheet)
    for at, row in enumerate(rows):
        for place, cell in enumerate(row):
            page.write(at, place, cell)
    book.close()
    out.seek(0)
    return out


HEAD = ("序号", "姓名", "身份证号码", "发放类别", "家庭户号", "发放金额", "乡镇", "村")


def civil_affairs(
    month: str = "2026年10月", count: int = 6, *, wrong: int = 0, start: int = 1, extra: Sequence[str] = (),
    total: str = "", amount: str = "500.00",
) -> BytesIO:  # fmt: skip
    """民政当月名册: ``count`` right rows from number ``start`` on, then ``wrong`` ones with a broken class of aid."""
    rows: list[list[Any]] = [[f"岚汀县{month}民政资金发放名册"], [*HEAD, *extra]]
    for place in range(start, start + count + wrong):
        kind = "低保" if place < start + count else "不知何类"
        rows.append([
            place, NAMES[place % len(NAMES)], number(place), kind, f"H{place:04d}", amount, "鹤汀街道", "上篁村",
            *(f"{name}{place}" for name in extra),
        ])  # fmt: skip
    if total:
        rows.append(["合计", "", "", "", "", total])
    return workbook(rows)


def deaths(*places: int, day: str = "2026-09-01") -> BytesIO:
    """死亡人员名单."""
    rows: list[list[Any]] = [["死亡人员名单（截至2026-10-31）"], ["姓名", "身份证号码", "死亡日期"]]
    rows += [[NAMES[place % len(NAMES)], number(place), day] for place in places]
    return workbook(rows)


def charity(count: int = 3) -> bytes:
    """红十字会台账, in GB18030."""
    lines = ["姓名,身份证号,救助金额,发放日期,救助项目"]
    lines += [
        f"{NAMES[place % len(NAMES)]},{number(place)},{1000 + place}.00,2026-10-{place:02d},博爱送万家"
        for place in range(1, count + 1)
    ]
    return "\r\n".join(lines).encode("gb18030")
