"""The 政策参数表: sheets as an Excel workbook with drop-down lists, frozen headers and a printed page of A4.

Enters: sheets of :mod:`tuodi.authoring.book`, labels, a language. Leaves: a file whose bytes depend on its contents
only. Every cell is text: what is typed is what is read. Imports this room's book, layout and labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from tuodi.authoring.book import Sheet
from tuodi.authoring.cells import RATES, listed_units, show_rounding
from tuodi.authoring.help_text import help_lines, remark_of
from tuodi.authoring.labels import Labels
from tuodi.authoring.layout import HEAD_ROW, Column, header, item_kind, item_word, sheet_name
from tuodi.authoring.rows import Row
from tuodi.authoring.tree import Map, Word
from tuodi.i18n import translator

__all__ = ["heading", "write_sheets"]

SPARE = 20
"""Empty rows below the last that have lists and frames too."""

_FONT = {"font_name": "宋体", "font_size": 10, "valign": "top", "num_format": "@", "text_wrap": True}
_UNKNOWN = "#FCE4D6"
_LINE = {"border": 1, "border_color": "#BFBFBF"}
_STYLES: Mapping[str, Mapping[str, Any]] = {
    "title": {**_FONT, "bold": True, "font_size": 16, "text_wrap": False, "valign": "vcenter"},
    "remark": {**_FONT, "font_color": "#404040"},
    "head": {**_FONT, "bold": True, "bg_color": "#DDE7F0", "border": 1, "valign": "vcenter", "align": "center"},
    "cell": {**_FONT, **_LINE},
    "item": {**_FONT, **_LINE, "bg_color": "#F3F6F9"},
    "fill": {**_FONT, **_LINE, "bg_color": "#FFFBEA"},
    "shown": {**_FONT, **_LINE, "font_color": "#6B6B6B", "italic": True},
    "unknown": {**_FONT, **_LINE, "bold": True, "bg_color": _UNKNOWN, "font_color": "#9C3A00"},
    "plain": {**_FONT, "text_wrap": True},
}
_FREE = ("text", "name", "members", "article", "remark", "docname", "other")


class _Lists:
    """The lists behind the drop-downs, each a column of the sheet 词表."""

    def __init__(self, labels: Labels, lang: str) -> None:
        self.labels, self.lang = labels, lang
        self.columns: dict[tuple[str, ...], str] = {}
        self.sheet = sheet_name("words", lang)

    def of(self, words: Sequence[str], name: str) -> str:
        """The formula for a list of words."""
        key = tuple(words)
        self.columns.setdefault(key, name)
        column = xl_col_to_name(list(self.columns).index(key))
        return f"='{self.sheet}'!${column}$2:${column}${len(key) + 1}"

    def codes(self, name: str) -> str:
        """The formula for a set of codes, or an empty text where it has none."""
        words = [self.labels.show(name, code, self.lang) for code in self.labels.codes(name)]
        return self.of(words, name) if words else ""


def write_sheets(path: Path, sheets: Sequence[Sheet], labels: Labels, lang: str, title: str, region: str) -> None:
    """Write the workbook; ``title`` names the pack on every sheet, ``region`` its id."""
    _ = translator("authoring", lang)
    book = xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"title": title, "subject": region, "created": datetime.combine(date(2000, 1, 1), time())})
    styles = {name: book.add_format(dict(style)) for name, style in _STYLES.items()}
    lists = _Lists(labels, lang)
    _help_sheet(book, styles, title, lang)
    documents = next((sheet for sheet in sheets if sheet.form == "documents"), None)
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        _fill(page, sheet, styles, title, lists, documents, lang)
    _list_sheet(book, styles, lists, lang)
    book.close()


def _help_sheet(book: Any, styles: Mapping[str, Any], title: str, lang: str) -> None:
    page = book.add_worksheet(sheet_name("help", lang))
    page.set_column(0, 0, 24, styles["plain"])
    page.set_column(1, 1, 96, styles["plain"])
    page.write_string(0, 0, title, styles["title"])
    page.set_row(0, 28)
    for number, (word, text, style) in enumerate(help_lines(lang), 2):
        page.write_string(number, 0, word, styles[style or "item"])
        page.write_string(number, 1, text, styles["cell"])
        page.set_row(number, 15 * _lines(text, 96))
    _print(page, sheet_name("help", lang), lang)


def _fill(
    page: Any, sheet: Sheet, styles: Mapping[str, Any], title: str, lists: _Lists, documents: Sheet | None, lang: str
) -> None:
    columns = sheet.columns
    for place, column in enumerate(columns):
        hidden = {"hidden": True} if column.kind == "hint" else {}
        page.set_column(place, place, column.width, styles["plain"], hidden)
    visible = [place for place, column in enumerate(columns) if column.kind != "hint"]
    page.write_string(0, 0, f"{title} · {sheet.name}", styles["title"])
    page.set_row(0, 26)
    remark = remark_of(sheet.form, sheet.award, lang)
    span = min(len(visible), 8)
    if span > 1:
        page.merge_range(1, 0, 1, span - 1, remark, styles["remark"])
    else:
        page.write_string(1, 0, remark, styles["remark"])
    page.set_row(1, 15 * _lines(remark, sum(column.width for column in columns[:span])))
    for place, column in enumerate(columns):
        page.write_string(HEAD_ROW - 1, place, heading(column, lists.labels, lang), styles["head"])
    page.set_row(HEAD_ROW - 1, 30)
    for number, row in enumerate(sheet.rows, HEAD_ROW):
        _row(page, number, row, columns, styles)
        _value_lists(page, number, row, sheet, lists, lang)
    last = HEAD_ROW + len(sheet.rows) + SPARE - 1
    for number in range(HEAD_ROW + len(sheet.rows), last + 1):
        for place in visible:
            page.write_blank(number, place, None, styles["shown" if columns[place].kind == "shown" else "fill"])
    _column_lists(page, sheet, lists, documents, last, lang)
    page.freeze_panes(HEAD_ROW, 1 if columns[0].kind == "item" else 0)
    page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    _print(page, sheet.name, lang)
    page.repeat_rows(0, HEAD_ROW - 1)
    page.print_area(0, 0, HEAD_ROW + len(sheet.rows) - 1 + (3 if not sheet.rows else 0), visible[-1])


def heading(column: Column, labels: Labels, lang: str) -> str:
    """The name of a column as it stands in the header."""
    word = (
        labels.show("column", column.key.removeprefix("when."), lang)
        if column.kind == "when"
        else header(column.key, lang)
    )
    return word[:1].upper() + word[1:]


def _row(page: Any, number: int, row: Row, columns: Sequence[Column], styles: Mapping[str, Any]) -> None:
    unknown = bool(row.get("value")) and not row.get("unit") and bool(row.get("remark")) and row.get("item") != ""
    unknown = unknown and any(column.key == "unit" for column in columns)
    height = 1
    for place, column in enumerate(columns):
        text = row.get(column.key)
        style = {"item": "item", "shown": "shown"}.get(column.kind, "cell")
        if unknown and column.key in ("value", "remark"):
            style = "unknown"
        if text:
            page.write_string(number, place, text, styles[style])
        elif column.kind != "hint":
            page.write_blank(number, place, None, styles[style])
        if column.kind != "hint":
            height = max(height, _lines(text, column.width))
    if height > 1:
        page.set_row(number, min(15 * height, 400))


def _lines(text: str, width: int) -> int:
    """How many lines a text takes in a column; a Chinese sign is as wide as two letters."""
    return sum(
        max(1, -(-sum(2 if sign > "\u2e7f" else 1 for sign in line) // max(width - 1, 1))) for line in text.split("\n")
    )


# --- drop-down lists ------------------------------------------------------------------------------------------------


def _column_lists(page: Any, sheet: Sheet, lists: _Lists, documents: Sheet | None, last: int, lang: str) -> None:
    for place, column in enumerate(sheet.columns):
        source, strict = _column_source(column, sheet, lists, documents, lang)
        if source:
            _list(page, HEAD_ROW, place, last, source, strict, lang)
    empty = HEAD_ROW + len(sheet.rows)
    places = {column.key: place for place, column in enumerate(sheet.columns)}
    if sheet.form == "layers" and "unit" in places:
        units = lists.of(["%", *listed_units("amount", lists.labels, lang)], "unit")
        _list(page, empty, places["unit"], last, units, False, lang)


def _column_source(column: Column, sheet: Sheet, lists: _Lists, documents: Sheet | None, lang: str) -> tuple[str, bool]:
    """The list of one column, and whether only its words may stand there."""
    what, _colon, name = column.kind.partition(":")
    if what == "item" and sheet.items:
        return lists.of([item_word(item, lang) for item in sheet.items], f"item {sheet.form} {sheet.award}"), True
    if what == "word":
        if name == "column":  # the code sets that a pack may extend
            words = [
                lists.labels.show("column", code, lang)
                for code in (
                    "provider_level",
                    "setting",
                    "purpose",
                    "place",
                    "authorisation",
                    "scheme",
                    "person_type",
                    "identity",
                )
            ]
            return lists.of(words, "code sets"), True
        return lists.codes(name), name != "layer"
    if what in ("words", "members"):
        return lists.codes(name or "identity"), False
    if what == "when":
        code = column.key.removeprefix("when.")
        if code == "class":
            return lists.codes(f"class:{sheet.layer}" if sheet.layer else "class"), False
        if code in ("stay_ordinal", "bracket"):
            return lists.of(
                ["1", "2", "3", "1+", "2+"] if code == "stay_ordinal" else ["1", "2", "3", "4"], code
            ), False
        return lists.codes(f"if:{code}"), False
    if what == "doc" and documents is not None:
        column_name = xl_col_to_name(next(place for place, item in enumerate(documents.columns) if item.key == "short"))
        end = HEAD_ROW + len(documents.rows) + SPARE
        return f"='{documents.name}'!${column_name}${HEAD_ROW + 1}:${column_name}${end}", False
    return "", False


def _value_lists(page: Any, number: int, row: Row, sheet: Sheet, lists: _Lists, lang: str) -> None:
    item = next((item for item in (sheet.items or ()) if item_word(item, lang) == row.get("item")), "")
    kind = item_kind(item) if item else "amount" if sheet.form in ("monitoring", "income_lines") else ""
    places = {column.key: place for place, column in enumerate(sheet.columns)}
    what, _colon, name = kind.partition(":")
    source = ""
    if kind == "flag":
        source = lists.codes("flag")
    elif what in ("word", "words"):
        source = lists.codes(f"class:{sheet.layer}" if name == "class" and sheet.layer else name)
    elif kind == "rounding":
        labels = Labels(Map())
        known = [
            show_rounding(Map({"to": Word(to), "direction": Word(way)}), lang)
            for to in labels.codes("to") for way in labels.codes("direction")
        ]  # fmt: skip
        source = lists.of(known, "rounding")
    if source and "value" in places:
        _list(page, number, places["value"], number, source, what == "word" or kind in ("flag", "rounding"), lang)
    if kind in (*RATES, "amount", "limit", "pays") and "unit" in places:
        units = lists.of(listed_units(kind, lists.labels, lang), f"unit {kind}")
        _list(page, number, places["unit"], number, units, False, lang)


def _list(page: Any, first: int, place: int, last: int, source: str, strict: bool, lang: str) -> None:
    _ = translator("authoring", lang)
    page.data_validation(first, place, last, place, {
        "validate": "list", "source": source, "show_error": strict, "error_title": _("不在列表中"),
        "error_message": _("请从下拉列表中选择。"),
    })  # fmt: skip


def _list_sheet(book: Any, styles: Mapping[str, Any], lists: _Lists, lang: str) -> None:
    page = book.add_worksheet(lists.sheet)
    for place, (words, name) in enumerate(lists.columns.items()):
        page.write_string(0, place, name, styles["head"])
        page.set_column(place, place, 18)
        for number, word in enumerate(words, 1):
            page.write_string(number, place, word, styles["shown"])
    page.freeze_panes(1, 0)


def _print(page: Any, name: str, lang: str) -> None:
    _ = translator("authoring", lang)
    page.set_landscape()
    page.set_paper(9)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page.fit_to_pages(1, 0)
    page.set_footer(f"&L{name.replace('&', '&&')}&C{_('第 &P 页，共 &N 页')}")
