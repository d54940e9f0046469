"""What somebody below a value's grade sees of it, and what a log line keeps."""

from __future__ import annotations

from datetime import date

import pytest

from tuodi.platform.ground.grades import Grade, grade_name, mask
from tuodi.platform.ground.logs import masked

pytestmark = pytest.mark.req("AD05")


@pytest.mark.parametrize(
    ("value", "shape", "seen"),
    [
        ("苏青禾", "name", "苏＊＊"),
        ("李", "name", "李＊"),
        ("990121195803120123", "number", "9901＊＊＊＊＊＊＊＊＊＊＊＊23"),
        ("12345", "number", "＊＊＊＊＊"),
        ("13800001234", "phone", "138＊＊＊＊34"),
        ("6217001234567890123", "account", "＊＊＊＊＊＊0123"),
        (date(1958, 3, 12), "date", "1958-＊＊-＊＊"),
        ("鹤汀街道上篁村十二号", "text", "鹤汀街道上篁＊＊＊"),
        (123456, "blank", "＊＊＊"),
        (None, "number", ""),
        ("", "name", ""),
    ],
)
def test_masks(value, shape, seen) -> None:
    assert mask(value, shape) == seen


def test_grades_have_an_order_and_words() -> None:
    assert Grade.PUBLIC < Grade.INTERNAL < Grade.SENSITIVE < Grade.HIGHLY_SENSITIVE
    assert grade_name(Grade.SENSITIVE) == "敏感"


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("number 990121195803120123 is wrong", "number 9901************** is wrong"),
        ("99012119580312012X", "9901**************"),
        ("phone=13800001234,", "phone=1380*******,"),
        ("row 1234 of 2024-12-31", "row 1234 of 2024-12-31"),
    ],
)
def test_a_log_line_carries_no_number(line, kept) -> None:
    assert masked(line) == kept
