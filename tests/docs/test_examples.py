"""Every example of the documents runs as printed; the runner itself finds what is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.examples import BLOCK, Command, File, run, steps
from house.tree import ROOT, at, files

DOCUMENTS = [path for path in files("*.md") if path.parent == ROOT or path.is_relative_to(ROOT / "docs")]


@pytest.mark.parametrize("path", DOCUMENTS, ids=at)
def test_examples_run(path: Path, tmp_path: Path) -> None:
    wrong = run(path.read_text("utf-8"), tmp_path)
    assert wrong is None, f"{at(path)}, {wrong}"


RUN_ELSEWHERE = ("tuodi platform ", "tuodi import ", "tuodi watch ")
"""Calls that need an installation with a database: ``tests/bureau`` runs these commands, and their options are held to
the command line by ``test_commands``."""


@pytest.mark.parametrize("path", DOCUMENTS, ids=at)
def test_every_call_of_tuodi_is_run(path: Path) -> None:
    """A call in a block that is not run would go stale unseen."""
    for block in BLOCK.finditer(path.read_text("utf-8")):
        language = (block["info"].split() or [""])[0]
        if language != "console":
            calls = re.findall(r"^\s*(?:\$ |\.venv/bin/)?(tuodi [a-z].*)$", block["body"], re.MULTILINE)
            calls = [call for call in calls if not f"{call} ".startswith(RUN_ELSEWHERE)]
            assert not calls, f"{at(path)}: in a ```console block this would be run: {calls[0]}"


def test_a_document_is_read_in_order() -> None:
    text = "```csv file=a/x.csv\n1,2\n```\ntext\n- item\n"
    text += "  ```console\n  $ cat \\\n  >   a/x.csv\n  1,2\n\n  $ true\n  ```\n```sh\n$ never\n```\n"
    assert list(steps(text)) == [
        File(1, "a/x.csv", "1,2\n"),
        Command(7, "cat a/x.csv", ["1,2"]),
        Command(11, "true"),
    ]


@pytest.mark.parametrize(
    "document",
    [
        "```csv file=x.csv\na,b\n```\n```console\n$ cat x.csv\na,b\n```\n",
        "```console\n$ printf 'one\\ntwo\\nthree\\n'\none\n...\nth...e\n```\n",
        "```console\n$ (exit 3)\n$ echo $?\n3\n$ true\n```\n",
    ],
)
def test_what_is_right_passes(document: str, tmp_path: Path) -> None:
    assert run(document, tmp_path) is None


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("```console\n$ false\n```\n", "exit status 1"),
        ("```console\n$ false\n$ true\n```\n", "exit status 1"),
        ("```console\n$ false\n$ echo $?\n0\n```\n", "exit status 1, not"),
        ("```console\n$ echo one\ntwo\n```\n", "should print: two"),
        ("```console\n$ printf 'two\\none\\n'\none\ntwo\n```\n", "should print: two"),
        ("```console\n$ no-such-command\n```\n", "exit status 127"),
    ],
)
def test_what_is_wrong_is_found(document: str, message: str, tmp_path: Path) -> None:
    assert message in str(run(document, tmp_path))
