"""One certificate as somebody typed it → which paper it is, its number, and what the number itself says.

Enters: the text of one cell. Leaves: :class:`Certificate`. ``numbers`` does the same for whole columns, and tests hold
the two together. Sources: GB 11643 (identity numbers), reference/nhsa_interface.md section 7 (residence permits,
permanent residence cards, numbers of disability certificates and of pupils). Imports nothing of this program.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

__all__ = ["CHECKS", "WEIGHTS", "Certificate", "check_character", "read_certificate", "to_eighteen"]

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
FIRST_YEAR, LAST_YEAR = 1880, 2100

_NOISE = re.compile(r"[\s'‘’“”`\"\-\u200b\ufeff]+")
_SIGNS_OF_TEN = re.compile(r"[Х×✕](?=$|[0-9]{2}(?:B|$))")  # a Cyrillic letter, a sign of multiplication
_BLANK = frozenset({"", "NULL", "\\N", "/", "无", "—", "——", "空", "NAN", "NONE", "N/A", "不详", "未知"})
_DIGITS_LOST = re.compile(r"^\d(?:\.\d+)?E\+\d+$", re.ASCII)
_EIGHTEEN = re.compile(r"^\d{17}[\dX]$", re.ASCII)
_FIFTEEN = re.compile(r"^\d{15}$", re.ASCII)
_DISABILITY = re.compile(r"^(\d{17}[\dX])(\d)(\d)(?:B\d*)?$", re.ASCII)
_PUPIL = re.compile(r"^G(\d{17}[\dX])$", re.ASCII)
_MASKED = re.compile(r"^[\dX]+\*+[\dX*]*$|^\*+[\dX]+$", re.ASCII)
_DIGITS_ONLY = re.compile(r"^[\dX]+$|^\d{15}", re.ASCII)
_OLD_RESIDENCE = re.compile(r"^[A-Z]{3}\d{12}$", re.ASCII)
_TRAVEL_PERMIT = re.compile(r"^[HM]\d{8}(?:\d{2})?$", re.ASCII)
_PASSPORT = re.compile(r"^(?:[A-Z]{1,2}\d{6,8}|[A-Z]\d{8,9})$", re.ASCII)
_OTHER = re.compile(r"^[A-Z0-9()/]{5,30}$", re.ASCII)
_PERMITS = ("81", "82", "83")
_INVENTED = "9901"


@dataclass(frozen=True)
class Certificate:
    """What one certificate says.

    ``number`` is there only if it can be relied upon; ``text`` is what was typed, without noise. ``problem`` is
    ``digits_lost``, ``masked``, ``length``, ``birth`` or ``check`` (``expected``: the right last character);
    ``disability_digits`` stands beside a number that can be used.
    """

    kind: str
    text: str | None = None
    number: str | None = None
    birth_date: date | None = None
    sex: str | None = None
    category: str | None = None
    grade: str | None = None
    problem: str | None = None
    expected: str | None = None


def check_character(digits: str) -> str:
    """The 18th character that GB 11643 asks for after 17 digits."""
    return CHECKS[sum(weight * int(digit) for weight, digit in zip(WEIGHTS, digits, strict=True)) % 11]


def to_eighteen(fifteen: str) -> str:
    """An old number of 15 digits as one of 18: all its holders were born in the 1900s."""
    seventeen = f"{fifteen[:6]}19{fifteen[6:]}"
    return seventeen + check_character(seventeen)


def read_certificate(text: str | None) -> Certificate:
    """Which paper ``text`` is the number of, and what it says. Never raises: what is wrong is a ``problem``."""
    cleaned = _NOISE.sub("", unicodedata.normalize("NFKC", text or "")).upper()
    if cleaned in _BLANK:
        return Certificate("none")
    if _DIGITS_LOST.match(cleaned):
        return Certificate("other", cleaned, problem="digits_lost")
    if len(cleaned) >= 18 and re.match(r"^G?\d{17}\D", cleaned, re.ASCII):
        cleaned = _SIGNS_OF_TEN.sub("X", cleaned)
    pupil = _PUPIL.match(cleaned)
    if pupil:
        return _eighteen(pupil[1], "student_number", cleaned)
    disability = _DISABILITY.match(cleaned)
    if disability:
        category, grade = disability[2], disability[3]
        right = category in "1234567" and grade in "1234"
        return _eighteen(disability[1], "disability_certificate", cleaned, category, grade, right)
    if _FIFTEEN.match(cleaned):
        return _eighteen(to_eighteen(cleaned), "resident_id", cleaned)
    if _EIGHTEEN.match(cleaned):
        return _eighteen(cleaned, kind_of_eighteen(cleaned), cleaned)
    if _MASKED.match(cleaned):
        return Certificate("other", cleaned, problem="masked")
    if _DIGITS_ONLY.match(cleaned) or not _OTHER.match(cleaned):
        return Certificate("other", cleaned, problem="length")
    if _OLD_RESIDENCE.match(cleaned):
        return Certificate("foreign_permanent", cleaned, cleaned)
    passport = _PASSPORT.match(cleaned) and not _TRAVEL_PERMIT.match(cleaned)
    return Certificate("passport" if passport else "other", cleaned, cleaned)


def kind_of_eighteen(number: str) -> str:
    """Resident's identity card, residence permit (港澳台) or permanent residence card of 2023.

    Numbers of region 9901 are invented (no province has the digits 90): they stand for resident identity numbers.
    """
    if number.startswith(_PERMITS):
        return "resident_permit"
    return "foreign_permanent" if number[0] == "9" and not number.startswith(_INVENTED) else "resident_id"


def _eighteen(
    number: str, kind: str, text: str, category: str | None = None, grade: str | None = None, digits_right: bool = True
) -> Certificate:
    """The paper that carries these 18 characters, with what they say or what is wrong with them."""
    try:
        birth = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        birth = None
    if birth is None or not FIRST_YEAR <= birth.year <= LAST_YEAR:
        return Certificate(kind, text, category=category, grade=grade, problem="birth")
    right = check_character(number[:17])
    if number[17] != right:
        return Certificate(kind, text, category=category, grade=grade, problem="check", expected=right)
    sex = "male" if int(number[16]) % 2 else "female"
    problem = None if digits_right else "disability_digits"
    return Certificate(kind, text, number, birth, sex, category, grade, problem)
