"""One cell's text → its value: amounts, dates, whole numbers, flags, months, identity numbers.

Enters: the text of one cell. Leaves: the value, or a :class:`Wrong` with a reason code and what would be right.
These functions define what is accepted; ``_columns`` does the same for whole clean columns at once, and tests hold
the two together. Imports the words of this room, ``tuodi.identity`` and ``tuodi.money``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from tuodi.exchange._words import plain
from tuodi.identity import read_certificate
from tuodi.money import MOST_DIGITS

__all__ = [
    "BLANK_TEXTS", "BLANK_VALUES", "UNIT_DIGITS", "Wrong", "parse_account", "parse_amount", "parse_certificate",
    "parse_date", "parse_disability_number", "parse_flag", "parse_identifier", "parse_instant", "parse_month",
    "parse_month_day", "parse_name", "parse_phone", "parse_region", "parse_text", "parse_until", "parse_whole",
]  # fmt: skip

BLANK_TEXTS = frozenset({"", "null", "NULL", "\\N"})
"""Written for *nothing* in any column; the platform's files write ``null``."""

BLANK_VALUES = BLANK_TEXTS | {"-", "--", "—", "——", "/", "无", "nan", "NaN", "None", "N/A", "空"}
"""Written for *nothing* where a number, a date or a code is expected."""

UNIT_DIGITS = {"分": 0, "元": 2, "万元": 6}
"""Decimal digits of one fen in each unit."""

_MOST_FEN = 10**MOST_DIGITS
_AMOUNT_NOISE = re.compile(r"[\s,']|^(?:人民币|rmb|cny)", re.IGNORECASE)
_AMOUNT_MARKS = re.compile(r"^[￥¥$]|元$")
_NUMBER = re.compile(r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE](?P<sign>[+-]?)\d+)?$", re.ASCII)
_GROUPED = re.compile(r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$")
_FIRST_YEAR, _LAST_YEAR = 1880, 2100
_DATE = re.compile(
    r"^(\d{4})\s*(?:[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})|年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日?|(\d{2})(\d{2}))"
    r"(?:[\sT]*(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})(?:[.,](\d{1,9}))?秒?)?分?|(\d{2})(\d{2})(\d{2}))?$"
)
_SERIAL = re.compile(r"^(\d{5})(?:\.(\d+))?$")
_SERIAL_FIRST, _SERIAL_LAST = 10_000, 80_000
_SHORT_YEAR = re.compile(r"^\d{1,2}[-/.年]\d{1,2}[-/.月]\d{1,4}日?(?:\s.*)?$")
_MONTH = re.compile(r"^(\d{4})\s*(?:[-/.]\s*(\d{1,2})|年\s*(\d{1,2})\s*月?|(\d{2}))$")
_SCIENTIFIC = re.compile(r"^\d(?:\.\d+)?[eE]\+\d+$")
_OPEN_ENDS = frozenset({"长期", "至今", "永久", "长期有效", "无限期"})
_CERTIFICATE_PROBLEMS = {
    "digits_lost": "digits_lost",
    "length": "certificate_length",
    "masked": "certificate_length",
    "birth": "certificate_birth",
    "check": "certificate_check",
}
_YES = frozenset({"是", "1", "true", "y", "yes", "√", "有"})
_NO = frozenset({"否", "0", "false", "n", "no", "×"})


@dataclass(frozen=True)
class Wrong:
    """Why a cell was refused, and what would be right where that can be said."""

    code: str
    expected: str = ""


def parse_text(text: str) -> str | Wrong | None:
    """Outer white space and one leading text mark (') gone."""
    stripped = text.strip(" \t\r\n\u3000\xa0\ufeff\u200b")
    stripped = stripped.removeprefix("'").strip(" \t\r\n\u3000\xa0\ufeff\u200b")
    return None if stripped in BLANK_TEXTS else stripped


def parse_identifier(text: str) -> str | Wrong | None:
    """A number that names something; what a spreadsheet rounded cannot be used."""
    stripped = parse_text(plain(text))
    if isinstance(stripped, str) and _SCIENTIFIC.match(stripped):
        return Wrong("digits_lost")
    return stripped


def parse_amount(text: str, digits: int = 2) -> int | Wrong | None:
    """Fen from an amount whose unit has ``digits`` decimals of one fen (yuan: 2). No float on the way."""
    cleaned = plain(text).strip("'").replace("−", "-").replace("—", "-").replace("–", "-")
    if cleaned in BLANK_VALUES:
        return None
    negative = cleaned.startswith("(") and cleaned.endswith(")")
    if negative:
        cleaned = cleaned[1:-1]
    cleaned = _AMOUNT_MARKS.sub("", _AMOUNT_MARKS.sub("", cleaned.strip()).strip()).strip()
    if "," in cleaned and not _GROUPED.match(cleaned):
        return Wrong("not_amount")
    cleaned = _AMOUNT_NOISE.sub("", cleaned)
    number = _NUMBER.match(cleaned)
    if number is None or (negative and cleaned[0] in "+-"):
        return Wrong("not_amount")
    try:
        amount = Decimal(cleaned)
    except InvalidOperation:  # an exponent beyond any number
        return Wrong("amount_large")
    if amount and amount.adjusted() > 20:
        return Wrong("amount_large")
    if amount and amount.adjusted() < -20:
        return Wrong("amount_decimals")
    fen = amount.scaleb(digits)
    if fen != fen.to_integral_value():
        return Wrong("amount_decimals")
    if abs(fen) >= _MOST_FEN:
        return Wrong("amount_large")
    if number["sign"] == "+":  # 1.23E+05 is what a narrow cell shows; its other digits are gone
        return Wrong("not_amount")
    return -int(fen) if negative else int(fen)


def parse_instant(text: str) -> datetime | Wrong | None:
    """A date, with or without a time, in any of the field's ways; an Excel serial number too."""
    cleaned = plain(text).strip("'")
    if cleaned in BLANK_VALUES:
        return None
    match = _DATE.match(cleaned)
    if match is None:
        return _serial(cleaned)
    year = int(match[1])
    month, day = (int(match[i] or match[i + 2] or match[i + 4]) for i in (2, 3))
    clock = [int(match[i] or match[j] or 0) for i, j in ((8, 12), (9, 13), (10, 14))]
    micro = int((match[11] or "0").ljust(6, "0")[:6])
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return Wrong("date_impossible")
    if clock == [24, 0, 0]:  # the end of a day, as some platforms write it
        clock = [23, 59, 59]
    try:
        hour, minute, second = clock
        return datetime(year, month, day, hour, minute, second, micro)  # noqa: DTZ001 - local time has no zone here
    except ValueError:
        return Wrong("date_impossible")


def _serial(text: str) -> datetime | Wrong:
    match = _SERIAL.match(text)
    if match and _SERIAL_FIRST <= int(match[1]) <= _SERIAL_LAST:
        seconds = round(Decimal(f"0.{match[2] or 0}") * 86_400)
        return datetime(1899, 12, 30) + timedelta(days=int(match[1]), seconds=seconds)  # noqa: DTZ001
    return Wrong("date_ambiguous" if _SHORT_YEAR.match(text) else "date_unreadable")


def parse_date(text: str) -> date | Wrong | None:
    """As :func:`parse_instant`, without the time."""
    found = parse_instant(text)
    return found.date() if isinstance(found, datetime) else found


def parse_until(text: str) -> date | Wrong | None:
    """The end of an interval: 长期 and years from 2099 mean an open end."""
    cleaned = plain(text)
    if cleaned in _OPEN_ENDS or re.match(r"^(?:2099|[3-9]\d{3})\D?(?:12\D?31|0?1\D?0?1)", cleaned):
        return None
    return parse_date(cleaned)


def parse_whole(text: str) -> int | Wrong | None:
    """A whole number; ``2024年``, ``3次`` and ``2.0`` are read as the field means them."""
    cleaned = re.sub(r"[\s年次度月]+$", "", plain(text).strip("'"))
    if cleaned in BLANK_VALUES:
        return None
    match = re.match(r"^([+-]?\d{1,15})(?:\.0*)?$", cleaned)
    return int(match[1]) if match and cleaned.isascii() else Wrong("not_whole")


def parse_flag(text: str) -> bool | Wrong | None:
    """是 or 否."""
    cleaned = plain(text).strip("'").casefold()
    if cleaned in _YES or cleaned in _NO:
        return cleaned in _YES
    return None if cleaned in BLANK_VALUES else Wrong("not_flag")


def parse_month(text: str) -> str | Wrong | None:
    """``yyyy-mm`` from any of the field's ways."""
    cleaned = plain(text).strip("'")
    if cleaned in BLANK_VALUES:
        return None
    match = _MONTH.match(cleaned)
    if match:
        month = int(match[2] or match[3] or match[4])
        return f"{match[1]}-{month:02d}" if 1 <= month <= 12 else Wrong("month_unreadable")
    found = parse_instant(cleaned)  # a spreadsheet turns 2024-03 into the first of March
    return f"{found:%Y-%m}" if isinstance(found, datetime) and found.day == 1 else Wrong("month_unreadable")


def parse_certificate(text: str) -> str | Wrong | None:
    """An identity number: normalised, 15 → 18, the check character proved. Other papers pass as they are.

    A disability certificate (20 characters) begins with the identity number, which is what is kept.
    """
    read = read_certificate(text)
    if read.problem in _CERTIFICATE_PROBLEMS:
        return Wrong(_CERTIFICATE_PROBLEMS[read.problem], read.expected or "")
    return read.number


def parse_month_day(text: str) -> date | Wrong | None:
    """The first day of a month written as a month (消除监测时间 is yyyyMM); a full date stays what it is."""
    found = parse_date(text)
    if found is None or isinstance(found, date):
        return found
    month = parse_month(text)
    if month is None or isinstance(month, Wrong):
        return month
    return date(int(month[:4]), int(month[5:]), 1)


def parse_name(text: str) -> str | Wrong | None:
    """A person's name: spaces between Chinese characters and the many forms of the middle dot made one."""
    found = parse_text(plain(text))
    if not isinstance(found, str) or found in BLANK_VALUES:
        return None if isinstance(found, str) else found
    dotted = re.sub(r"\s*[·•・‧∙.．]\s*(?=[\u3400-\u9fff])", "·", found)
    return re.sub(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])", "", dotted)


def parse_phone(text: str) -> str | Wrong | None:
    """A telephone number: 11 digits of a mobile, or a landline with its area code; the first where several stand."""
    cleaned = plain(text).strip("'")
    if cleaned in BLANK_VALUES:
        return None
    first = re.split(r"[/、,;，；]|\s{2,}", cleaned)[0]
    if _SCIENTIFIC.match(first):
        return Wrong("digits_lost")
    digits = re.sub(r"[\s()-]+", "", first).removesuffix(".0")
    digits = re.sub(r"^(?:\+?86|0086)(?=1\d{10}$)", "", digits)
    return digits if re.match(r"^(?:1\d{10}|0\d{9,11}|\d{7,8})$", digits, re.ASCII) else Wrong("not_phone")


def parse_account(text: str) -> str | Wrong | None:
    """A bank account: digits only, spaces gone; what a spreadsheet rounded cannot be used."""
    cleaned = plain(text).strip("'")
    if cleaned in BLANK_VALUES:
        return None
    if _SCIENTIFIC.match(cleaned):
        return Wrong("digits_lost")
    digits = re.sub(r"[\s-]+", "", cleaned)
    if re.match(r"^\d{16,}$", digits) and digits.endswith("0000") and set(digits[15:]) == {"0"}:
        return Wrong("digits_lost")
    return digits if re.match(r"^\d{8,32}$", digits, re.ASCII) else Wrong("not_account")


def parse_region(text: str) -> str | Wrong | None:
    """A region code, 6 to 12 digits, filled with zeros to 12."""
    cleaned = plain(text).strip("'").removesuffix(".0")
    if cleaned in BLANK_VALUES:
        return None
    if re.match(r"^\d{6}(?:\d{3}){0,2}$", cleaned, re.ASCII):
        return cleaned.ljust(12, "0")
    return Wrong("not_region")


def parse_disability_number(text: str) -> str | Wrong | None:
    """A disability certificate: identity number, category 1-7, grade 1-4, and B with a digit where it was reissued."""
    cleaned = re.sub(r"[\s'‘’\"-]+", "", plain(text)).upper()
    if cleaned in {"", "NULL", "\\N", "/", "无", "—"}:
        return None
    if re.match(r"^\d(?:\.\d+)?E\+\d+$", cleaned):
        return Wrong("digits_lost")
    if not re.match(r"^\d{17}[\dX]\d\d(?:B\d{1,2})?$", cleaned):
        return Wrong("disability_length")
    number = parse_certificate(cleaned[:18])
    if isinstance(number, Wrong):
        return number
    if cleaned[18] not in "1234567" or cleaned[19] not in "1234":
        return Wrong("disability_digits")
    return cleaned
