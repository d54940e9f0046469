"""The library takes dates and seeds as arguments: it reads no clock and draws no global random number. The platform
asks for the time in one place, and draws keys and nonces from the system."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from house.tree import at, modules, room, tree_of

CLOCKS = {
    *("datetime.now", "datetime.today", "datetime.utcnow", "date.today"),
    *("time.time", "time.time_ns", "time.localtime", "time.gmtime", "os.urandom", "uuid.uuid1", "uuid.uuid4"),
}


def impure(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and name of every reading of a clock, draw of ordered chance and way to the network."""
    for node in ast.walk(tree):
        # The import contracts see whole packages only; urllib.parse reaches no network, urllib.request does.
        if isinstance(node, ast.ImportFrom | ast.Import) and "urllib.request" in ast.unparse(node):
            yield node.lineno, "urllib.request"
        if not isinstance(node, ast.Attribute):
            continue
        owner = node.value
        name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
        if f"{name}.{node.attr}" in CLOCKS or (name == "random" and isinstance(owner, ast.Attribute)):
            yield node.lineno, f"{name}.{node.attr}"


ABOVE = ("cli", "platform")
TIMES = {"datetime.now", "datetime.today", "date.today", "time.time", "timezone.now", "timezone.localdate"}


def above(path: Path) -> bool:
    """Whether a module stands above the library."""
    return room(path).startswith(ABOVE)


@pytest.mark.parametrize("path", [path for path in modules() if not above(path)], ids=at)
def test_no_clock_and_no_chance(path: Path) -> None:
    found = [f"{at(path, line)}: {what}" for line, what in impure(tree_of(path))]
    assert not found, "dates and seeds are arguments; only the command line may look at the clock:\n" + "\n".join(found)


def test_the_platform_has_one_clock() -> None:
    found = [
        f"{at(path, node.lineno)}: {ast.unparse(node)}"
        for path in modules()
        if room(path).startswith("platform") and path.name != "clock.py"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in TIMES
    ]
    assert not found, "ground.clock says what time it is:\n" + "\n".join(found)


@pytest.mark.parametrize(
    "code",
    [
        "datetime.now()",
        "datetime.datetime.now()",
        "date.today()",
        "time.time()",
        "np.random.rand(3)",
        "import urllib.request",
    ],
)
def test_the_rule_can_fail(code: str) -> None:
    assert list(impure(ast.parse(code)))
