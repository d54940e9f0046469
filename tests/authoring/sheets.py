"""A workbook of parameters in an officer's hands: find a row by what it says, change it, read the whole back."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import yaml

from tuodi.authoring.layout import HEAD_ROW
from tuodi.authoring.sheet import Authored, from_workbook, to_workbook
from tuodi.law.source import Node

SUQIAN = "cn/321300/2024"
"""One layer, three classes, caps that share and that do not."""

INVENTED = "zz/000000/2024"
"""Every feature of the pack language."""


@cache
def _workbook(ref: str, lang: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        to_workbook(ref, Path(folder, "a.xlsx"), lang)
        return Path(folder, "a.xlsx").read_bytes()


class Office:
    """One workbook: what an officer does to it, by the names on its sheets."""

    def __init__(self, folder: Path, ref: str, lang: str = "zh") -> None:
        self.path = folder / "参数表.xlsx"
        self.path.write_bytes(_workbook(ref, lang))
        self.book = openpyxl.load_workbook(self.path)

    def columns(self, sheet: str) -> dict[str, int]:
        return {str(cell.value): cell.column for cell in self.book[sheet][HEAD_ROW] if cell.value}

    def row(self, sheet: str, **said: str) -> int:
        """The first row in which these columns say these words."""
        columns = self.columns(sheet)
        for number in range(HEAD_ROW + 1, self.book[sheet].max_row + 1):
            if all((self.book[sheet].cell(number, columns[name]).value or "") == word for name, word in said.items()):
                return number
        raise AssertionError(f"{sheet}: no row says {said}")

    def cell(self, sheet: str, column: str, row: int) -> Any:
        return self.book[sheet].cell(row, self.columns(sheet)[column])

    def put(self, sheet: str, row: int, **said: Any) -> None:
        for column, word in said.items():
            self.cell(sheet, column, row).value = word

    def add(self, sheet: str, **said: Any) -> int:
        """Fill the first empty row."""
        columns = self.columns(sheet)
        number = HEAD_ROW + 1
        while any(self.book[sheet].cell(number, place).value for place in columns.values()):
            number += 1
        self.put(sheet, number, **said)
        return number

    def delete(self, sheet: str, row: int) -> None:
        self.book[sheet].delete_rows(row)

    def sent(self, lang: str = "zh") -> Authored:
        self.book.save(self.path)
        return from_workbook(self.path, lang)

    def pack(self) -> Any:
        """The YAML that comes of it, which must have no problem."""
        made = self.sent()
        assert made.problems == ()
        return yaml.safe_load(made.files["pack.yaml"])

    def wrong(self, lang: str = "zh") -> list[tuple[str, str, str, str]]:
        """What is wrong: sheet, cell, found, expected."""
        made = self.sent(lang)
        assert not made.files
        return [(item.sheet, item.cell, item.found, item.expected) for item in made.problems]


def plain(node: Node | None) -> Any:
    """A file's data as it stands, nothing read as a number or a date."""
    if node is None or isinstance(node.content, str) or node.content is None:
        return None if node is None else node.content
    if isinstance(node.content, dict):
        return {key: plain(item) for key, item in node.content.items()}
    return [plain(item) for item in node.content]
