"""Every module says what it is for, every public name exists and says what it does, no module is too long."""

from __future__ import annotations

import ast
import importlib
import inspect
from pathlib import Path
from types import ModuleType

import django
import pytest

from house.tree import ROOT, at, dotted, files, modules, tree_of

LONGEST = 600
"""Lines; about 400 is the aim, more than this is two modules in one."""

LONGER = {
    # One loop over the layers of a bill, compiled whole; its parts share too many counters to be told apart.
    "src/tuodi/settlement/kernel.py": 700,
}
"""Module → how long it may be, with the reason above each line."""


def _loaded() -> list[ModuleType]:
    django.setup()  # the platform's models are classes of a project that has been set up
    return [importlib.import_module(dotted(path)) for path in modules() if path.stem != "__main__"]


@pytest.mark.parametrize("path", modules(), ids=dotted)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    text = ast.get_docstring(tree_of(path))
    assert text, f"{at(path)} has no docstring"
    assert len(text.split()) > 4, f"{at(path)}: {text!r} says too little"


def test_every_public_name_exists_and_says_what_it_does() -> None:
    for module in _loaded():
        names = getattr(module, "__all__", ())
        for name in names:
            assert hasattr(module, name), f"{module.__name__}.__all__ names {name!r}, which is not there"
            value = getattr(module, name)
            if inspect.isroutine(value) or inspect.isclass(value):
                assert inspect.getdoc(value), f"{module.__name__}.{name} has no docstring"


def test_every_room_has_a_short_public_list() -> None:
    without = [at(path) for path in modules() if path.stem == "__init__" and "__all__" not in path.read_text("utf-8")]
    assert not without


def test_no_module_is_two_modules() -> None:
    lengths = {at(path): len(path.read_text("utf-8").splitlines()) for path in files("*.py")}
    long = {name: lines for name, lines in lengths.items() if lines > LONGER.get(name, LONGEST)}
    assert not long
    assert all(lengths[name] > LONGEST for name in LONGER), "an exception that is not needed any more"


def test_the_two_commands_stand_on_the_readmes_first_screen() -> None:
    for name in ("README.md", "README.zh.md"):
        top = (ROOT / name).read_text("utf-8").splitlines()[:40]
        for command in ("make demo", "make test"):
            assert any(command in line for line in top), f"{name}: {command!r} is not in the first 40 lines"
