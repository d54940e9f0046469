"""Runs the examples of a document in its order, inside one folder.

A block fenced as ``console`` holds commands after ``$`` and, if wanted, lines of their output: each must be
found in order, as a part of a line; ``...`` stands for anything. A command must succeed, unless ``$ echo $?``
after it says otherwise. A block with ``file=NAME`` after its language is written to that file first. Other
blocks are not run.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

BLOCK = re.compile(r"^(?P<indent> *)```(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=indent)```\s*$", re.MULTILINE | re.DOTALL)
SECONDS = 300


@dataclass
class Command:
    """One command of a document: the line where it stands and the lines it should print."""

    line: int
    text: str
    expected: list[str] = field(default_factory=list)


@dataclass
class File:
    """One file that a document tells its reader to write."""

    line: int
    name: str
    text: str


def steps(document: str) -> Iterator[Command | File]:
    """What a reader of the document does, in order."""
    for block in BLOCK.finditer(document):
        line = document.count("\n", 0, block.start()) + 1
        indent = len(block["indent"])
        body = "".join(text[indent:] if text.strip() else "\n" for text in block["body"].splitlines(keepends=True))
        language, *options = block["info"].split() or [""]
        name = next((option.removeprefix("file=") for option in options if option.startswith("file=")), None)
        if name:
            yield File(line, name, body)
        elif language == "console":
            yield from _commands(body, line)


def _commands(body: str, line: int) -> Iterator[Command]:
    current: Command | None = None
    for number, text in enumerate(body.splitlines(), line + 1):
        if current is not None and current.text.endswith("\\"):
            current.text = f"{current.text[:-1].rstrip()} {text.removeprefix('> ').strip()}"
        elif text.startswith("$ "):
            if current is not None:
                yield current
            current = Command(number, text[2:])
        elif current is not None and text.strip() not in {"", "..."}:
            current.expected.append(text.strip())
    if current is not None:
        yield current


def missing(expected: list[str], output: str) -> str | None:
    """The first expected line that the output does not hold after the ones before it."""
    lines = iter(output.splitlines())
    for wanted in expected:
        pattern = re.compile(".*".join(re.escape(part.strip()) for part in wanted.split("...")))
        if not any(pattern.search(line) for line in lines):
            return wanted
    return None


def run(document: str, folder: Path) -> str | None:
    """Do what the document says inside ``folder``; the first thing that is not as it says, or ``None``."""
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "LC_ALL": "C.UTF-8", "COLUMNS": "120", "NO_COLOR": "1", "TERM": "dumb",
    }  # fmt: skip
    pending: tuple[Command, int, str] | None = None
    for step in steps(document):
        if isinstance(step, File):
            target = folder / step.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(step.text, "utf-8")
            continue
        if step.text == "echo $?":
            status = pending[1] if pending else 0
            if step.expected != [str(status)]:
                return f"line {step.line}: exit status {status}, not {step.expected}{_said(pending)}"
            pending = None
            continue
        if pending and pending[1]:
            break
        done = subprocess.run(
            ["bash", "-c", step.text], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip
        pending = (step, done.returncode, done.stdout)
        if (line := missing(step.expected, done.stdout)) is not None:
            return f"line {step.line}: $ {step.text}\nshould print: {line}\nprinted:\n{done.stdout}"
    if pending and pending[1]:
        return f"line {pending[0].line}: $ {pending[0].text}\nexit status {pending[1]}{_said(pending)}"
    return None


def _said(pending: tuple[Command, int, str] | None) -> str:
    return f", after printing:\n{pending[2]}" if pending else ""
