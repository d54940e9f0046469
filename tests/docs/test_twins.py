"""A document and its twin in the other language tell their reader to do the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.examples import Command, File, steps
from house.tree import ROOT

TWINS = [
    (ROOT / f"{name}.md", ROOT / f"{name}.zh.md")
    for name in (
        "README",
        "docs/tutorial/first-audit",
        "docs/how-to/encode-a-county-in-an-hour",
        "docs/how-to/parameters-in-excel",
    )
]


def text(path: Path) -> str:
    return path.read_text("utf-8")


@pytest.mark.parametrize(("one", "other"), TWINS, ids=lambda path: path.name)
def test_each_links_the_other(one: Path, other: Path) -> None:
    assert f"]({other.name})" in text(one)
    assert f"]({one.name})" in text(other)


@pytest.mark.parametrize(("one", "other"), TWINS, ids=lambda path: path.name)
def test_same_headings_files_and_commands(one: Path, other: Path) -> None:
    def shape(path: Path) -> list[tuple[str, ...]]:
        done: list[tuple[str, ...]] = [
            (step.name, step.text)
            if isinstance(step, File)
            else tuple(step.text.split()[: 2 if step.text.startswith("tuodi") else 1])
            for step in steps(text(path))
        ]
        return [*done, *((mark,) for mark in re.findall(r"^(#+) ", text(path), re.MULTILINE))]

    assert shape(one) == shape(other)


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_the_readme_begins_the_tutorials_files(readme: str) -> None:
    told = {
        step.name: step.text for step in steps(text(ROOT / "docs/tutorial/first-audit.md")) if isinstance(step, File)
    }
    for step in steps(text(ROOT / readme)):
        if isinstance(step, File):
            assert told[step.name].startswith(step.text), step.name
        elif isinstance(step, Command) and step.text.startswith("tuodi"):
            assert len(step.expected) >= 1, f"{step.text} shows nothing"
