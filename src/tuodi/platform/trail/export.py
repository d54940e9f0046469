"""The trail as a workbook or a CSV, with the filters, the hour and the name of who made it printed on it.

Enters: a title, remarks, headers, rows of texts. Leaves: bytes. Imports xlsxwriter; knows no table.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime

import xlsxwriter

__all__ = ["MOST", "as_csv", "as_xlsx"]

MOST = 50_000
"""Lines that one file holds: more is asked for by a narrower period."""

_RISKY = ("=", "+", "-", "@", "\t", "\r")


def _plain(value: object) -> str:
    """A text that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_RISKY) and not text.lstrip("+-").replace(".", "").isdigit() else text


def as_csv(title: str, remarks: Sequence[str], headers: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """UTF-8 with a byte-order mark: title, remarks, headers, rows."""
    text = io.StringIO(newline="")
    out = csv.writer(text)
    out.writerow([title])
    out.writerows([remark] for remark in remarks)
    out.writerow(headers)
    out.writerows([_plain(value) for value in row] for row in rows)
    return ("\ufeff" + text.getvalue()).encode()


def as_xlsx(
    title: str, remarks: Sequence[str], headers: Sequence[str], rows: Iterable[Sequence[object]], made: datetime
) -> bytes:
    """One sheet; every cell is text, nothing in it is computed."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"title": title, "created": made.replace(tzinfo=None)})
    head = book.add_format({"bold": True, "bg_color": "#EEF0F3", "border": 1})
    sheet = book.add_worksheet(title[:31])
    sheet.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 14}))
    line = 1
    for line, remark in enumerate(remarks, 1):
        sheet.write_string(line, 0, remark)
    line += 1
    for column, header in enumerate(headers):
        sheet.write_string(line, column, header, head)
        sheet.set_column(column, column, 18)
    sheet.freeze_panes(line + 1, 0)
    for number, row in enumerate(rows, line + 1):
        for column, value in enumerate(row):
            sheet.write_string(number, column, "" if value is None else str(value))
    book.close()
    return out.getvalue()
