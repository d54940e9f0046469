"""The reference of the commands and the command line say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from house.tree import ROOT
from tuodi.cli.app import app
from tuodi.cli.common import EXIT
from tuodi.settlement.award import AWARDED
from tuodi.settlement.kernel import REASONS
from tuodi.settlement.resettle import DIFFERENCES

PAGE = (ROOT / "docs/reference/commands.md").read_text("utf-8")
SHARED = "Options of many commands"


def commands(group: Any, name: str = "tuodi") -> Iterator[tuple[str, Any]]:
    for word, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{name} {word}")
        else:
            yield f"{name} {word}", command


COMMANDS = dict(commands(typer.main.get_command(app)))


def sections() -> dict[str, str]:
    parts = re.split(r"^## (.+)$", PAGE, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def options(text: str) -> dict[str, list[str]]:
    """Option → the other cells of its row."""
    rows = re.findall(r"^\| `(--[a-z-]+)` \|(.*)\|$", text, flags=re.MULTILINE)
    assert len(rows) == len({name for name, _cells in rows}), "an option stands twice"
    return {name: [cell.strip() for cell in cells.split("|")] for name, cells in rows}


def real(command: Any) -> dict[str, Any]:
    return {
        name: param for param in command.params for name in param.opts if name.startswith("--") and name != "--help"
    }


def test_the_commands_are_the_sections() -> None:
    assert {name for name in sections() if name.startswith("tuodi ")} == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_options_are_the_rows(name: str) -> None:
    told, there = options(sections()[name]), real(COMMANDS[name])
    assert set(told) == set(there)
    assert {one for one, cells in told.items() if cells[0] == "yes"} == {
        one for one, param in there.items() if param.required
    }


@pytest.mark.parametrize("name", COMMANDS)
def test_a_default_is_told(name: str) -> None:
    for one, cells in options(sections()[name]).items():
        default = real(COMMANDS[name])[one].default
        if isinstance(default, str | int) and not isinstance(default, bool) and default != "" and one != "--scale":
            assert re.search(rf"default `?{default}`?|`{default}` \(default\)", cells[1]), f"{one}: default {default}"


def test_shared_options_belong_to_many_commands() -> None:
    for one in options(sections()[SHARED]):
        assert sum(one in real(command) for command in COMMANDS.values()) > 1, one


def test_every_option_named_anywhere_exists() -> None:
    known = {one for command in COMMANDS.values() for one in real(command)} | {"--help"}
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("**/*.md")]:
        text = path.read_text("utf-8")
        for call in re.findall(r"tuodi [a-z].*(?:\\\n.*)*", text):
            assert set(re.findall(r"(?<!\S)--[a-z][a-z-]*", call)) <= known, f"{path.name}: {call}"


def test_the_exit_codes() -> None:
    told = re.findall(r"^\| (\d+) \|", sections()["Exit codes"], flags=re.MULTILINE)
    assert [int(code) for code in told] == sorted(EXIT.values())


def test_the_reasons_and_columns() -> None:
    words = set(re.findall(r"`([a-z_]+)`", sections()["tuodi settle"]))
    assert set(filter(None, REASONS)) <= words
    assert set(AWARDED) <= set(re.findall(r"`([a-z_]+)`", sections()["tuodi award"]))
    assert set(DIFFERENCES) <= set(re.findall(r"`([a-z_]+)`", sections()["tuodi resettle"]))
