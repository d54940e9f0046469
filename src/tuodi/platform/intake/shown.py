"""What of a file stands on a screen: words for columns and codes, amounts in yuan, and each value masked by its grade.

Enters: a template, a column, a value, the reader's standing. Leaves: text. Imports ``ground``, ``vocabulary``.
"""

from __future__ import annotations

import json
from typing import Any

from tuodi import vocabulary
from tuodi.exchange import SourceTemplate, sentence
from tuodi.money import yuan
from tuodi.platform.accounts.standing import Standing
from tuodi.platform.ground.grades import Grade, Graded, grade_name, highly_sensitive, mask
from tuodi.platform.ground.sealing import open_seal
from tuodi.platform.ground.words import N_, _, language
from tuodi.platform.intake.models import Delivery
from tuodi.platform.intake.quarantine import Row

__all__ = [
    "TYPES", "cell", "column_grade", "column_name", "graded", "reason_of", "row_line", "samples_of", "source_name",
    "text_masked", "type_name", "warning_text",
]  # fmt: skip

_SHAPES = {
    "identity_number": "number", "disability_number": "number", "phone": "phone", "account": "account",
    "name": "name", "date": "date", "date_open": "date", "text": "text",
}  # fmt: skip

TYPES = {
    "text": N_("文字"), "identifier": N_("编号"), "name": N_("姓名"), "date": N_("日期（2024-03-05）"),
    "date_open": N_("日期，可空或写“长期”"), "month": N_("月份（2024-03）"), "month_text": N_("月份（2024-03）"),
    "instant": N_("日期和时间"), "money": N_("金额（元，两位小数）"), "whole": N_("整数"),
    "identity_number": N_("证件号码（18 位，按文本格式）"), "disability_number": N_("残疾人证号（20 位，按文本格式）"),
    "phone": N_("电话号码"), "account": N_("银行账号（按文本格式）"), "region": N_("行政区划代码（6、9 或 12 位）"),
    "flag": N_("是 或 否"),
}  # fmt: skip
"""Type of a template's column → its word."""

_MEANING = frozenset({
    "certificate_check", "name_two", "number_two", "head_two", "birth_differs", "disability_person",
    "disability_differs", "certificate_two_persons", "person_two_certificates", "person_id_differs", "name_differs",
    "premium_parts", "sex_differs", "two_headers",
})  # fmt: skip
"""Reasons whose “what would be right” is itself a value of a person: masked like the value found."""


def source_name(template: SourceTemplate) -> str:
    """The source's name in the reader's language."""
    return str(template.name[language()])


def column_name(template: SourceTemplate, column: str) -> str:
    """A column's name in the reader's language; one that no template knows keeps its own."""
    if column == "rows":
        return _("行数")
    known = column.removesuffix("_as_written")
    one = template.columns.get(known)
    name = (one.en if language() == "en" else one.zh) if one else known
    return name if known == column else _("{column}（原文）").format(column=name)


def type_name(kind: str) -> str:
    """A column's type in words."""
    return _("代码或名称，见对照表") if kind.startswith("code:") else _(TYPES[kind])


def graded(template: SourceTemplate, column: str) -> Graded:
    """A column's grade with the shape of its mask; of an unknown column the highest."""
    grade, level = template.grade_of(column)
    one = template.columns.get(column)
    if one is None:
        return highly_sensitive("blank", level)
    return Graded(Grade[grade.upper()], level, _SHAPES.get(one.type, "blank"))


def column_grade(template: SourceTemplate, column: str) -> str:
    """``敏感（3 级）``: the grade in words with its level in GB/T 39725."""
    found = graded(template, column)
    return _("{grade}（{level} 级）").format(grade=grade_name(found.grade), level=found.level)


def cell(standing: Standing, template: SourceTemplate, column: str, value: Any) -> str:
    """A value of the target table as the reader may see it."""
    if value in (None, ""):
        return ""
    return str(_masked(standing, graded(template, column), _worded(template, column, value)))


def text_masked(standing: Standing, template: SourceTemplate, column: str, text: str) -> str:
    """A cell as it stood in the file, as the reader may see it."""
    return str(_masked(standing, graded(template, column), text)) if text else ""


def _masked(standing: Standing, grade: Graded, text: str) -> str:
    # Numbers stay masked on every page of a file, whatever the role: nobody needs a whole list of them to judge it.
    if grade.grade == Grade.HIGHLY_SENSITIVE:
        return mask(text, grade.shape)
    return str(standing.show(text, grade))


def _worded(template: SourceTemplate, column: str, value: Any) -> str:
    if column in template.target.money and str(value).lstrip("-").isdecimal():
        return yuan(int(value))
    one = template.columns.get(column)
    kind = one.type if one else ""
    if kind.startswith("code:") and kind.removeprefix("code:") in vocabulary.CODE_SETS:
        return vocabulary.label(kind.removeprefix("code:"), str(value), language())
    return str(value)


def samples_of(delivery: Delivery) -> dict[str, Any]:
    """The sealed first rows of a preview."""
    if not delivery.samples:
        return {}
    return dict(json.loads(open_seal("row", delivery.samples)))


def reason_of(standing: Standing, template: SourceTemplate, code: str, field: str, expected: str) -> str:
    """What would be right, in a sentence that says no more of a person than the reader may know."""
    if code in _MEANING:
        expected = cell(standing, template, field, expected)
    return sentence(code, language(), found="…", expected=expected)


def row_line(standing: Standing, template: SourceTemplate, row: Row, *, sheets: bool) -> dict[str, Any]:
    """One finding for a table: where (``sheets``: there are several), what was found, what would be right."""
    return {
        "sheet": row.sheet if sheets else "", "row": row.row, "column": row.column or column_name(template, row.field),
        "found": text_masked(standing, template, row.field, row.found),
        "right": reason_of(standing, template, row.reason, row.field, row.expected), "settled_by": row.settled_by,
    }  # fmt: skip


_WARNINGS = {
    "as_of_missing": N_("文件没有写明数据截至日期，填写后才能提交"),
    "as_of_of_rows": N_("文件没有写明数据截至日期，取其中最晚的结算日期 {day}"),
    "older": N_("这份名册截至 {day}，库中已有截至 {known} 的：不会改动更新的内容，也不会让任何人调出"),
    "as_of_ahead": N_("数据截至 {day} 晚于今天，请核对"),
    "totals_differ": N_("文件自己写的合计与逐行相加不一致，请与报送单位核对"),
    "nothing_good": N_("没有一行可用的数据"),
    "many_left": N_("有 {left} 人将调出（原有 {of} 人）：请确认这是全量名册，而不是其中一部分"),
    "corrected": N_("这是更正后重新报送的行：只新增和更正，不会让任何人调出"),
    "unknown_columns": N_("有 {count} 列不认识：内容随行保存、不参与核对，见下面的“不认识的列”"),
}


def warning_text(warning: dict[str, Any]) -> str:
    """One of a preview's warnings as a sentence."""
    if warning["code"] == "of_file":
        what = sentence(warning["reason"], language(), found=warning["found"], expected=warning["expected"])
        return _("{where}：{what}").format(where=warning["found"], what=what) if warning["found"] else what
    text = _WARNINGS[warning["code"]]
    return _(text).format(**warning)
