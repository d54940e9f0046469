"""The period that the lines above a header state: 结算日期：2024-01-01 至 2024-12-31, 数据截至 2024-12-31, 2024年3月.

Enters: title lines. Leaves: the first and the last day, each where stated. Imports nothing of Tuodi.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import date

__all__ = ["read_as_of", "read_window"]

_DAY = r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
_COMPACT = r"((?:19|20)\d{2})(\d{2})(\d{2})"
_MONTH = r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?"
_TO = r"\s*(?:至|到|—+|–|-+|~|～|~)\s*"
_OTHER = re.compile(r"制表|导出|打印|填报|生成|出表|下载|报送|查询时间")
_UNTIL = re.compile(r"(?:数据)?截[至止到]+(?:日期|时间)?\s*[:：]?\s*")


def read_window(lines: Sequence[str]) -> tuple[date | None, date | None]:
    """The stated period. When a file was printed or exported is not its period and is passed over."""
    pieces = [
        piece
        for line in lines
        for piece in re.split(r"[;；，,|]|\s{2,}|(?<=\d)\s+(?=\D{2,}[:：])|(?<=日)\s+(?=\D)", line)
        if not _OTHER.search(piece)
    ]
    for read in (_days, _months, _until, _one_month, _one_year):
        for piece in pieces:
            found = read(piece)
            if found != (None, None):
                return found
    return None, None


def read_as_of(lines: Sequence[str]) -> date | None:
    """The day up to which the data reach, where a line says so (数据截至)."""
    return next((found for line in lines if (found := _until(line)[1])), None)


Window = tuple[date | None, date | None]


def _days(text: str) -> Window:
    for day in (_DAY, _COMPACT):
        match = re.search(rf"{day}(?:\s*\d\d:\d\d(?::\d\d)?)?{_TO}{day}", text)
        if match:
            return _made(match, 1), _made(match, 4)
    return None, None


def _months(text: str) -> Window:
    match = re.search(rf"{_MONTH}{_TO}(?:(\d{{4}})\s*[-/.年]\s*)?(\d{{1,2}})\s*月?", text)
    if match and not re.search(_DAY, text):
        first, last = _month(match[1], match[2]), _month(match[3] or match[1], match[4])
        return first[0], last[1]
    return None, None


def _until(text: str) -> Window:
    match = _UNTIL.search(text)
    if match is None:
        return None, None
    rest = text[match.end() :]
    day = re.match(_DAY, rest) or re.match(_COMPACT, rest)
    if day:
        return None, _made(day, 1)
    month = re.match(_MONTH, rest)
    return (None, _month(month[1], month[2])[1]) if month else (None, None)


def _one_month(text: str) -> Window:
    match = re.search(r"(\d{4})\s*年\s*(\d{1,2})\s*月(?!\s*\d{1,2}\s*日)", text)
    match = match or re.search(
        r"(?:月份|期间|所属期|年月|费款所属期)\s*[:：]?\s*(\d{4})[-/.]?(\d{2})(?!\d|[-/.]\d)", text
    )
    return _month(match[1], match[2]) if match else (None, None)


def _one_year(text: str) -> Window:
    match = re.search(r"(?<!\d)((?:19|20)\d{2})\s*年度?(?!\s*\d{1,2}\s*月)", text)
    return (date(int(match[1]), 1, 1), date(int(match[1]), 12, 31)) if match else (None, None)


def _made(match: re.Match[str], group: int) -> date | None:
    try:
        return date(int(match[group]), int(match[group + 1]), int(match[group + 2]))
    except ValueError:
        return None


def _month(year: str, month: str) -> Window:
    if not 1 <= int(month) <= 12 or not 1900 <= int(year) <= 2100:
        return None, None
    return date(int(year), int(month), 1), date(int(year), int(month), monthrange(int(year), int(month))[1])
