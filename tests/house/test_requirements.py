"""Marks name requirements that exist, and no test is switched off."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from house.tree import ROOT, at, files, tree_of

IDS = frozenset((ROOT / "tests/house/requirement_ids.txt").read_text("utf-8").split())
OFF = {"skip", "skipif", "xfail", "importorskip", "skipTest"}


def marks(path: Path) -> Iterator[tuple[int, ast.Call]]:
    """Every ``pytest.mark.req(…)`` of one file."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "req":
            yield node.lineno, node


def test_the_catalogue_is_whole() -> None:
    assert len(IDS) == 150
    assert all(re.fullmatch(r"[A-Z]{2}\d{2}", name) for name in IDS)


def test_every_mark_names_requirements_of_the_catalogue() -> None:
    for path in files("tests/**/*.py"):
        for line, call in marks(path):
            names = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
            assert names, f"{at(path, line)}: the mark names no requirement"
            assert set(names) <= IDS, f"{at(path, line)}: {set(names) - IDS} is not in requirement_ids.txt"


def test_no_test_is_switched_off() -> None:
    off = [
        f"{at(path, node.lineno)}: {node.attr}"
        for path in files("tests/**/*.py")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr in OFF
    ]
    assert not off, "a test runs or is removed:\n" + "\n".join(off)


def test_nothing_of_ours_is_mocked() -> None:
    mocked = [
        f"{at(path, node.lineno)}"
        for path in files("tests/**/*.py")
        for node in ast.walk(tree_of(path))
        if (isinstance(node, ast.ImportFrom) and node.module in {"unittest.mock", "mock"})
        or (isinstance(node, ast.Import) and any(alias.name in {"unittest.mock", "mock"} for alias in node.names))
    ]
    assert not mocked
