"""The workbook that goes back to the person who filled it: their own, its wrong cells marked and listed.

Enters: the workbook and its problems. Leaves: a copy in which each wrong cell has a colour and a note with the reason,
and a sheet 需更正 in front that lists them. Sent again, the marks are not read. Imports openpyxl.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties

from tuodi.authoring.build import CellProblem
from tuodi.authoring.layout import find_sheet, sheet_name
from tuodi.authoring.read import shown_text
from tuodi.i18n import translator

__all__ = ["mark_workbook", "marked_name"]

AUTHOR = "tuodi"
_COLOUR = "FFF8B4B4"
_WRONG = PatternFill("solid", start_color=_COLOUR, end_color=_COLOUR)
_EDGE = Side(style="medium", color="FFB00020")
_HEAD = PatternFill("solid", start_color="FFDDE7F0", end_color="FFDDE7F0")


def marked_name(path: Path) -> Path:
    """Where the marked copy goes: beside the workbook, and never over one that was sent in."""
    stem = re.sub(r"\.errors(-\d+)?$", "", path.stem)
    made, number = path.with_name(f"{stem}.errors.xlsx"), 1
    while made == path:
        number += 1
        made = path.with_name(f"{stem}.errors-{number}.xlsx")
    return made


def mark_workbook(source: Path, target: Path, problems: Sequence[CellProblem], lang: str) -> None:
    """Write the marked copy."""
    _ = translator("authoring", lang)
    book = openpyxl.load_workbook(source)
    for page in list(book.worksheets):
        if find_sheet(page.title) == "errors":
            book.remove(page)
        else:
            _unmark(page)
    by_cell: dict[tuple[str, str], list[CellProblem]] = {}
    for problem in problems:
        by_cell.setdefault((problem.sheet, problem.cell), []).append(problem)
    listed: list[tuple[CellProblem, str]] = []
    for (name, where), found in by_cell.items():
        cell = _anchor(book[name], where)
        said = shown_text(cell.value, str(cell.number_format or ""))
        listed += [(problem, said) for problem in found]
        cell.fill = _WRONG
        cell.border = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)
        text = "\n".join(_("{found}。应为：{expected}").format(found=one.found, expected=one.expected) for one in found)
        before = cell.comment.text if cell.comment is not None else ""
        cell.comment = Comment("\n".join(part for part in (before, text) if part), AUTHOR, height=120, width=320)
    _list_sheet(book, listed, lang)
    buffer = BytesIO()
    book.save(buffer)
    target.write_bytes(_settled(buffer.getvalue()))


def _anchor(page: Any, where: str) -> Any:
    """The cell, or the first of the merged cells that it is part of."""
    cell = page[where]
    if not isinstance(cell, MergedCell):
        return cell
    merged = next(area for area in page.merged_cells.ranges if where in area)
    return page.cell(merged.min_row, merged.min_col)


def _unmark(page: Any) -> None:
    """Take away what an earlier marking left."""
    for row in page.iter_rows():
        for cell in row:
            if cell.comment is not None and cell.comment.author == AUTHOR:
                cell.comment = None
                if cell.fill.start_color.rgb == _COLOUR:
                    cell.fill = PatternFill()
                    thin = Side(style="thin", color="FFBFBFBF")
                    cell.border = Border(left=thin, right=thin, top=thin, bottom=thin)


def _list_sheet(book: Any, listed: Sequence[tuple[CellProblem, str]], lang: str) -> None:
    _ = translator("authoring", lang)
    page = book.create_sheet(sheet_name("errors", lang), 0)
    page.append([_("要更正的有 {n} 处；改好后用同样的命令再送这个文件。").format(n=len(listed))])
    page.append([_("序号"), _("工作表"), _("单元格"), _("现在写的"), _("问题"), _("怎样改")])
    wrap = Alignment(wrap_text=True, vertical="top")
    for number, (problem, said) in enumerate(listed, 1):
        page.append([number, problem.sheet, problem.cell, said, problem.found, problem.expected])
        link = page.cell(number + 2, 3)
        quoted = problem.sheet.replace("'", "''")
        link.hyperlink = Hyperlink(ref=link.coordinate, location=f"'{quoted}'!{problem.cell}")
        link.font = Font(name="宋体", color="FF0B57D0", underline="single")
    for column, width in enumerate((6, 20, 10, 26, 52, 52), 1):
        page.column_dimensions[get_column_letter(column)].width = width
        head = page.cell(2, column)
        head.font, head.fill = Font(name="宋体", bold=True), _HEAD
    for row in page.iter_rows(min_row=3):
        for cell in row:
            cell.alignment = wrap
            cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type
            if cell.column != 3:
                cell.font = Font(name="宋体")
    page.cell(1, 1).font = Font(name="宋体", bold=True, size=13)
    page.freeze_panes = "A3"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", 9
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    book.active = 0
    for other in book.worksheets[1:]:
        other.sheet_view.tabSelected = False


def _settled(data: bytes) -> bytes:
    """The same workbook without the time at which it was written: the same problems give the same bytes."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            body = source.read(name)
            if name == "docProps/core.xml":
                body = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", body)
            target.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), body, zipfile.ZIP_DEFLATED)
    return made.getvalue()
