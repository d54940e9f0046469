"""Rows to be corrected, as a workbook with their own headers and cells: corrected, it is read like any file.

Enters: readings. Leaves: an XLSX, one sheet a reading; the wrong cell is coloured, the reason stands beside the row;
and, when such rows come again, readings without the rows that they replace.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import polars as pl

from tuodi.exchange._delivery import Delivery
from tuodi.exchange._reading import Reading, texts_of
from tuodi.exchange._write import new_workbook
from tuodi.i18n import translator

__all__ = ["sent_again", "write_quarantine"]

_FILE, _ROW = ("原文件", "Source file"), ("原行号", "Source row")
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\']")


def write_quarantine(
    readings: Reading | Delivery | Sequence[Reading | Delivery], path: Path | str, *, lang: str = "zh"
) -> int:
    """Write every row to be corrected; returns how many there are. Without any, no file is written.

    All cells are text as they stood, so that nothing changes on the way; a line for the whole record comes last.
    """
    several = _several(readings)
    wanted = [reading for reading in several if reading.quarantined]
    if not wanted:
        return 0
    out = BytesIO()
    book = new_workbook(out)
    style = {
        "plain": book.add_format({"num_format": "@"}),
        "head": book.add_format({"num_format": "@", "bold": True, "bg_color": "#E7EEF7", "border": 1}),
        "bad": book.add_format({"num_format": "@", "bg_color": "#FFD9D9", "font_color": "#9C0006"}),
        "why": book.add_format({"num_format": "@", "text_wrap": True, "font_color": "#9C0006", "valign": "top"}),
    }
    taken: set[str] = set()
    for reading in wanted:
        _sheet(book, reading, _sheet_name(reading, taken), style, lang)
    book.close()
    Path(path).write_bytes(out.getvalue())
    return sum(reading.quarantined for reading in wanted)


def _several(readings: Reading | Delivery | Sequence[Reading | Delivery]) -> list[Reading]:
    given = [readings] if isinstance(readings, Reading | Delivery) else readings
    return [reading for one in given for reading in (one.readings if isinstance(one, Delivery) else [one])]


def sent_again(readings: Sequence[Reading]) -> list[Reading]:
    """The readings of one table, each without the quarantined rows that another of them brings again.

    A row sent again says where it stood, in the columns that :func:`write_quarantine` adds. It replaces that row
    whether it is right now or still wrong, so that no row is counted twice. Two files of the same name prove nothing.
    """
    known = Counter(reading.file for reading in readings)
    replaced = {place for reading in readings for place in _places(reading)}
    left = []
    for reading in readings:
        rows = [row for file, row in replaced if file == reading.file and known[file] == 1]
        gone = reading.quarantine.filter(pl.col("row").is_in(rows))
        left.append(replace(
            reading, quarantine=reading.quarantine.filter(~pl.col("row").is_in(rows)),
            dropped=reading.dropped + gone["row"].n_unique(),
        ))  # fmt: skip
    return left


def _places(reading: Reading) -> Iterator[tuple[str, int]]:
    files = [at for at, head in enumerate(reading.headers) if head in _FILE]
    rows = [at for at, head in enumerate(reading.headers) if head in _ROW]
    if not files or not rows:
        return
    good = texts_of(reading.origin.drop("row"), range(reading.origin.height))
    for cells in [*good, *reading.quarantine["cells"].to_list()]:
        for file, row in zip(files, rows, strict=False):
            number = cells[row].removesuffix(".0") if row < len(cells) else ""
            if number.isdecimal():
                yield cells[file], int(number)


def _sheet_name(reading: Reading, taken: set[str]) -> str:
    stem = Path(reading.file).stem + (f"_{reading.sheet}" if reading.sheet else "")
    base = _NOT_IN_SHEET_NAMES.sub("_", stem)[:27] or reading.schema.name
    name, number = base, 1
    while name.casefold() in taken:
        number += 1
        name = f"{base}_{number}"
    taken.add(name.casefold())
    return name


def _sheet(book: object, reading: Reading, name: str, style: dict[str, object], lang: str) -> None:
    _ = translator("exchange", lang)
    sheet = book.add_worksheet(name)  # type: ignore[attr-defined]
    own = [_("问题说明"), _("原文件"), _("原行号")]
    heads = [*reading.headers, *own]
    top = len(reading.title_lines)  # they state the unit of the amounts and the period: what is sent again needs them
    for at, title in enumerate(reading.title_lines):
        sheet.write_string(at, 0, title)
    for column, head in enumerate(heads):
        sheet.write_string(top, column, head, style["head"])
    sheet.freeze_panes(top + 1, 0)
    sheet.set_column(0, len(reading.headers) - 1, 16)
    sheet.set_column(len(reading.headers), len(reading.headers), 60)
    sheet.set_column(len(reading.headers) + 1, len(reading.headers) + 2, 14)
    groups: dict[int, list[dict[str, object]]] = {}
    for line in reading.quarantine.to_dicts():
        groups.setdefault(line["row"], []).append(line)
    for at, (row, lines) in enumerate(sorted(groups.items()), top + 1):
        bad = {line["column"] for line in lines}
        cells = list(map(str, lines[0]["cells"]))  # type: ignore[call-overload]
        for column, head in enumerate(reading.headers):
            text = cells[column] if column < len(cells) else ""
            form = style["bad"] if head in bad else style["plain"]
            if text:
                sheet.write_string(at, column, text, form)
            else:
                sheet.write_blank(at, column, None, form)
        told = "\n".join(_reason(line, lang) for line in lines)
        sheet.write_string(at, len(reading.headers), told, style["why"])
        sheet.write_string(at, len(reading.headers) + 1, reading.file, style["plain"])
        sheet.write_string(at, len(reading.headers) + 2, str(row), style["plain"])


def _reason(line: dict[str, object], lang: str) -> str:
    column = line["column"] or line["field"]
    found = f"“{line['found']}”" if line["found"] else ""
    colon = "：" if lang == "zh" else ": "
    head = f"{column}{found}" if column else ""
    return f"{head}{colon if head else ''}{line[f'reason_{lang}']}"
