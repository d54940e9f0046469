"""An empty workbook for a source: the columns that its template reads, and on a second sheet what each must hold.

Enters: a template. Leaves: XLSX bytes. Imports ``exchange``, ``xlsxwriter``.
"""

from __future__ import annotations

from io import BytesIO

import xlsxwriter

from tuodi import vocabulary
from tuodi.exchange import SourceTemplate, suggest_mapping
from tuodi.platform.ground.words import _, language
from tuodi.platform.intake.shown import column_grade, column_name, source_name, type_name

__all__ = ["empty_form", "header_of"]

_AS_TEXT = {"identity_number", "disability_number", "phone", "account", "identifier", "region"}


def header_of(template: SourceTemplate, column: str) -> str:
    """The Chinese header under which a column is surely found again."""
    one = template.columns[column]
    known = () if one.extra else vocabulary.aliases(template.target.name).get(column, ())
    spellings = [one.zh, *one.aliases, *(word for word in known if not word.isascii()), column]
    for word in spellings:
        found = suggest_mapping([word], [], template)[0]
        if found.column == column and found.score == 100:
            return word
    return column


def empty_form(template: SourceTemplate) -> bytes:
    """The workbook; numbers are text cells, so that nothing is lost."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    head = book.add_format({"bold": True, "bg_color": "#E7EEF7", "border": 1})
    must = book.add_format({"bold": True, "bg_color": "#F7E7C8", "border": 1})
    text, wrap = book.add_format({"num_format": "@"}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet(source_name(template)[:31].replace("/", "_"))
    names = [name for name, one in template.columns.items() if one.listed or one.required]
    for place, name in enumerate(names):
        one = template.columns[name]
        sheet.write_string(0, place, header_of(template, name), must if one.required else head)
        sheet.set_column(place, place, 18, text if one.type in _AS_TEXT else None)
    sheet.freeze_panes(1, 0)
    about = book.add_worksheet(_("填写说明"))
    titles = (_("列"), _("内容"), _("必填"), _("分级"), _("也可写作"))
    for place, title in enumerate(titles):
        about.write_string(0, place, title, head)
    for line, name in enumerate(names, 1):
        one = template.columns[name]
        cells = (
            column_name(template, name), _kind(one.type), _("是") if one.required else "",
            column_grade(template, name), _("、").join(one.aliases),
        )  # fmt: skip
        for place, content in enumerate(cells):
            about.write_string(line, place, content, wrap)
    about.set_column(0, 0, 22)
    about.set_column(1, 1, 40)
    about.set_column(4, 4, 50)
    book.close()
    return out.getvalue()


def _kind(kind: str) -> str:
    """A column's type; of a code the words that are known."""
    name = kind.removeprefix("code:")
    if kind.startswith("code:") and name in vocabulary.CODE_SETS:
        words = [vocabulary.label(name, code, language()) for code in vocabulary.codes(name)]
        return _("、").join(words[:20])
    return type_name(kind)
