"""The files of this repository as the checks see them."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "tuodi"


@cache
def files(*patterns: str) -> tuple[Path, ...]:
    """Every file that is tracked, or new and not ignored, and still there; ``patterns`` as git knows them."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    return tuple(sorted({ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()}))


@cache
def modules(*rooms: str) -> tuple[Path, ...]:
    """Python files under ``src/tuodi``, or of the named rooms only (a room is a module or a package)."""
    found = files("src/tuodi/**/*.py", "src/tuodi/*.py")
    return tuple(path for path in found if "migrations" not in path.parts and (not rooms or room(path) in rooms))


def room(path: Path) -> str:
    """``law/read.py`` → ``law``; ``money.py`` → ``money``; ``platform/intake/views.py`` → ``platform-intake``."""
    parts = path.relative_to(SOURCE).parts
    if parts[0] == "platform" and len(parts) > 2:
        return f"platform-{parts[1]}"
    return parts[0].removesuffix(".py")


def dotted(path: Path) -> str:
    """``src/tuodi/law/__init__.py`` → ``tuodi.law``."""
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of one Python file."""
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def at(path: Path, line: int = 0) -> str:
    """Where, for a message: ``src/tuodi/money.py:12``."""
    name = str(path.relative_to(ROOT))
    return f"{name}:{line}" if line else name
