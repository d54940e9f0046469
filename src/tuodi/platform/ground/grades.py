"""How sensitive a column is, and what of a value somebody below its grade sees.

Enters: values, a ceiling. Leaves: the value or its mask. Grades follow the classification of health data in
GB/T 39725-2020 (levels 1–5) under the three grades of the requirements (AD05), the top one split in two.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from tuodi.platform.ground.words import N_, _

__all__ = ["Grade", "Graded", "grade_name", "highly_sensitive", "internal", "mask", "public", "sensitive"]


class Grade(IntEnum):
    """Higher is more sensitive."""

    PUBLIC = 1
    INTERNAL = 2
    SENSITIVE = 3
    HIGHLY_SENSITIVE = 4


_NAMES = {
    Grade.PUBLIC: N_("公开"),
    Grade.INTERNAL: N_("内部"),
    Grade.SENSITIVE: N_("敏感"),
    Grade.HIGHLY_SENSITIVE: N_("高度敏感"),
}


def grade_name(grade: Grade) -> str:
    """The grade's word on the screen."""
    return _(_NAMES[grade])


@dataclass(frozen=True)
class Graded:
    """A column's grade, its level in GB/T 39725 and how its mask looks."""

    grade: Grade
    level: int
    shape: str = "blank"


def public() -> Graded:
    """May be shown to anyone."""
    return Graded(Grade.PUBLIC, 1)


def internal(shape: str = "blank") -> Graded:
    """For staff."""
    return Graded(Grade.INTERNAL, 2, shape)


def sensitive(shape: str = "blank", level: int = 3) -> Graded:
    """About one person."""
    return Graded(Grade.SENSITIVE, level, shape)


def highly_sensitive(shape: str = "number", level: int = 4) -> Graded:
    """Identity number, phone, account: sealed at rest, shown for a reason only."""
    return Graded(Grade.HIGHLY_SENSITIVE, level, shape)


def mask(value: object, shape: str) -> str:
    """What stands on the screen instead of a value: ``shape`` is name, number, phone, account, date, text or blank."""
    if value is None or value == "":
        return ""
    text = value.isoformat() if isinstance(value, date) else str(value)
    if shape == "name":
        return text[0] + "＊" * max(len(text) - 1, 1)
    if shape == "number":
        return text[:4] + "＊" * max(len(text) - 6, 4) + text[-2:] if len(text) > 8 else "＊" * len(text)
    if shape == "phone":
        return text[:3] + "＊" * 4 + text[-2:] if len(text) > 7 else "＊" * len(text)
    if shape == "account":
        return "＊" * 6 + text[-4:] if len(text) > 8 else "＊" * len(text)
    if shape == "date":
        return text[:4] + "-＊＊-＊＊"
    if shape == "text":
        return text[:6] + "＊＊＊" if len(text) > 8 else "＊＊＊"
    return "＊＊＊"
