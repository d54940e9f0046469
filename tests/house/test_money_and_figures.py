"""No float near money, and no figure of a rule in code: both are looked for in the syntax tree.

The rooms that compute money are ``money``, ``law``, ``settlement``, ``audit``, ``oracle`` and ``twin``. A float in
them is an error that tests with round amounts do not see. A number like 9000 or 0.7 in them is a rule that
belongs in a pack.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from house.tree import ROOT, at, modules, tree_of

ROOMS = ("money", "law", "settlement", "audit", "oracle", "twin")

FLOATS_ALLOWED: dict[str, str] = {
    "src/tuodi/law/source.py": "the schema must see that a value is a fraction in order to refuse it",
}
"""Module → why a float may stand there."""

STRUCTURAL = frozenset({*range(-4, 17), 32, 64, 100, 10_000})
"""Counts and positions, widths of integers, and the units: 100 fen in a yuan, 10,000 basis points."""

CALENDAR = frozenset({31, 99, 366, 1970})
"""Ends of months and years and the first day of all arrays: what a date is, not what a rule says."""

NOT_A_RULE = ("range", "date")
"""Calls whose arguments are no rule: how many names are numbered, and days of the calendar."""

FIGURES_ALLOWED: dict[str, frozenset[int]] = {
    # Bounds of what a pack may say: a factor of ten, points up to a thousand per cent.
    "src/tuodi/law/values.py": frozenset({100_000}),
    # Bits that all indices of one bill may take together.
    # The number of a bit.
    "src/tuodi/settlement/kernel.py": frozenset({62}),
}
"""Module → the numbers that may stand there, with the reason above each line."""


def floats(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and kind of every float constant, float type or call, and true division."""
    may_divide = _may_divide(tree)
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=float() as value):
                yield node.lineno, f"the float {value}"
            case ast.Name(id="float"):
                yield node.lineno, "the name float"
            case ast.Attribute(attr="float32" | "float64" | "Float32" | "Float64" as name):
                yield node.lineno, name
            case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()) if not may_divide:
                yield node.lineno, "true division; use // or Fraction"


def _may_divide(tree: ast.Module) -> bool:
    """A module that handles files joins paths with ``/``; one that imports ``Fraction`` divides exactly."""
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return not imported.isdisjoint({"pathlib", "importlib.resources", "fractions"})


def figures(tree: ast.Module) -> Iterator[tuple[int, int]]:
    """Line and value of every integer that is neither structure nor calendar, nor the width of a shift."""
    allowed = STRUCTURAL | CALENDAR
    exempt: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.BinOp(op=ast.LShift() | ast.RShift(), right=width):
                exempt.add(id(width))
            case ast.Call(func=ast.Name(id=name), args=arguments) if name in NOT_A_RULE:
                exempt.update(map(id, arguments))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or type(node.value) is not int:
            continue
        if node.value not in allowed and id(node) not in exempt:
            yield node.lineno, node.value


@pytest.mark.parametrize("path", modules(*ROOMS), ids=at)
def test_no_float_near_money(path: Path) -> None:
    found = [f"{at(path, line)}: {what}" for line, what in floats(tree_of(path))]
    assert not found or at(path) in FLOATS_ALLOWED, "\n".join(found)


@pytest.mark.parametrize("path", modules("law", "settlement", "audit", "oracle"), ids=at)
def test_no_figure_of_a_rule_stands_in_code(path: Path) -> None:
    allowed = FIGURES_ALLOWED.get(at(path), frozenset())
    found = [f"{at(path, line)}: {value}" for line, value in figures(tree_of(path)) if value not in allowed]
    assert not found, "a figure of a rule belongs in a pack; a bound of the program in FIGURES_ALLOWED:\n" + "\n".join(
        found
    )


def test_every_exception_is_still_needed() -> None:
    for name in FLOATS_ALLOWED:
        assert list(floats(tree_of(ROOT / name))), f"{name} holds no float any more"
    for name, allowed in FIGURES_ALLOWED.items():
        assert allowed <= {value for _, value in figures(tree_of(ROOT / name))}, f"{name} needs fewer exceptions"


@pytest.mark.parametrize("code", ["x = 0.7", "float(x)", "pl.Float64", "a / b", "total /= n", "def f(x: float): ..."])
def test_a_float_is_found(code: str) -> None:
    assert list(floats(ast.parse(code)))


def test_joining_paths_is_no_division() -> None:
    assert not list(floats(ast.parse("from pathlib import Path\nfolder / name")))


@pytest.mark.parametrize("code", ["cap = 90000", "rate = 7_000", "if age >= 60: ..."])
def test_a_figure_is_found(code: str) -> None:
    assert list(figures(ast.parse(code)))
