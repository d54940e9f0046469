"""Every way to get a pack wrong, each with its file and its message.

``bad/<what>.yaml`` is ``good.yaml`` with one thing wrong, named in its first line; ``bad/trees/<what>/`` holds packs
that are wrong together. ``<what>.txt`` beside it is what ``check_pack`` says. After a change of the messages::

    .venv/bin/python -m law.test_bad        # in tests/, writes the expected texts again; read the diff

writes them again.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from tuodi.errors import PackError, Problem
from tuodi.law import check_pack, find_packs, read_pack

HERE = Path(__file__).parent
BAD = HERE / "bad"
FILES = sorted(BAD.glob("*.yaml"))
TREES = sorted(path for path in (BAD / "trees").iterdir() if path.is_dir())


@cache
def problems_of(path: Path) -> tuple[Problem, ...]:
    return tuple(check_pack(path))


def said_of_file(path: Path) -> str:
    return "".join(f"{problem}\n" for problem in problems_of(path))


def said_of_tree(root: Path) -> str:
    problems = {str(problem): None for pack_id in find_packs([root]) for problem in check_pack(pack_id, [root])}
    return "".join(f"{problem}\n" for problem in problems)


def test_the_pack_from_which_all_are_made_is_good() -> None:
    assert check_pack(HERE / "good.yaml") == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_wrong_file(path: Path) -> None:
    assert said_of_file(path) == path.with_suffix(".txt").read_text("utf-8")


@pytest.mark.parametrize("root", TREES, ids=lambda path: path.name)
def test_packs_that_are_wrong_together(root: Path) -> None:
    assert said_of_tree(root) == root.with_suffix(".txt").read_text("utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_message_says_where_what_and_what_would_be_right(path: Path) -> None:
    problems = problems_of(path)
    assert problems
    for problem in problems:
        assert problem.file == path.name
        assert problem.line > 0
        assert problem.found
        assert problem.expected


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_wrong_file_says_first_what_is_wrong_with_it(path: Path) -> None:
    assert path.read_text("utf-8").startswith("# Wrong: ")


def test_reading_a_wrong_file_raises_all_problems_at_once() -> None:
    path = BAD / "missing_keys.yaml"
    with pytest.raises(PackError) as raised:
        read_pack(path)
    assert [str(problem) for problem in raised.value.problems] == [str(item) for item in check_pack(path)]
    assert len(raised.value.problems) > 1


def test_no_expected_text_is_left_over() -> None:
    made = {path.with_suffix(".txt") for path in (*FILES, *TREES)}
    assert set(BAD.rglob("*.txt")) == made


def regenerate() -> None:
    """Write every expected text again."""
    for path in FILES:
        path.with_suffix(".txt").write_text(said_of_file(path), "utf-8")
    for root in TREES:
        root.with_suffix(".txt").write_text(said_of_tree(root), "utf-8")


if __name__ == "__main__":
    regenerate()
