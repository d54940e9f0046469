"""What ``--help`` prints: plain text in two columns, wrapped by the cells that Chinese really takes.

Enters: a command as Typer built it. Leaves: its help. Imports Typer and nothing else: Rich costs twice the time that
all of the rest of ``tuodi --help`` takes, and its frames are noise to a screen reader.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from unicodedata import east_asian_width

import typer
from typer.core import TyperCommand, TyperGroup

__all__ = ["Application", "cells", "wrapped"]

_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60"
_PIECE = re.compile(rf"(\s*)([（《“‘]*[{_WIDE}][，。；：、！？）》”’…]*|[^\s{_WIDE}]+[，。；：、！？）》”’…]*)")
_LONGEST_NAME = 30
_WIDEST_PAGE = 100


def cells(text: str) -> int:
    """How many columns of a terminal ``text`` takes."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def wrapped(text: str, width: int) -> Iterator[str]:
    """Lines of at most ``width`` cells, broken at spaces and between Chinese characters, never before a comma."""
    line = ""
    for space, piece in _PIECE.findall(text):
        gap = " " if space and line else ""
        if line and cells(line) + len(gap) + cells(piece) > width:
            yield line
            line, gap = "", ""
        line += gap + piece
    yield line


def _table(rows: list[tuple[str, str]], width: int) -> Iterator[str]:
    left = min(max((cells(name) for name, _text in rows), default=0), _LONGEST_NAME) + 4
    for name, text in rows:
        lines = list(wrapped(text, width - left))
        if cells(name) + 4 > left:
            lines.insert(0, "")
        for number, line in enumerate(lines):
            head = f"  {name}" if number == 0 else ""
            yield (head + " " * (left - cells(head)) + line).rstrip()


def _page(command: Any, context: Any, commands: Mapping[str, Any]) -> Iterator[str]:
    width = max(50, min(shutil.get_terminal_size().columns, _WIDEST_PAGE))
    usage = " ".join(["用法 / usage:", context.command_path, *command.collect_usage_pieces(context)])
    yield from wrapped(usage, width)
    yield ""
    for paragraph in (command.help or "").split("\n\n"):
        yield from wrapped(paragraph, width)
    arguments: list[tuple[str, str]] = []
    options: list[tuple[str, str]] = []
    for param in command.get_params(context):
        record = param.get_help_record(context)
        if record is not None:
            said = "显示这段说明 / show this text" if param.name == "help" else record[1]
            (options if param.param_type_name == "option" else arguments).append((record[0], said))
    told = [(name, one.help or "") for name, one in commands.items() if not one.hidden]
    for heading, rows in (("参数 / arguments", arguments), ("选项 / options", options), ("命令 / commands", told)):
        if rows:
            yield ""
            yield f"{heading}:"
            yield from _table(rows, width)
    if command.epilog:
        yield ""
        yield from wrapped(command.epilog, width)


class _Command(TyperCommand):
    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write("\n".join(_page(self, ctx, {})))


class _Group(TyperGroup):
    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write("\n".join(_page(self, ctx, self.commands)))


class Application(typer.Typer):
    """Commands whose help is ours: use it as ``typer.Typer``."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"cls": _Group, "rich_markup_mode": None, "no_args_is_help": True, **settings})

    def command(self, name: str | None = None, **settings: Any) -> Callable[[Any], Any]:
        """Register a function as a command of this name."""
        return super().command(name, **{"cls": _Command, **settings})
