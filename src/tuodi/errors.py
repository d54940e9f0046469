"""The one hierarchy of errors.

::

    TuodiError
    ├── PackError          a rule pack is wrong; carries every problem found
    ├── TableError         a table handed to a function breaks its declared schema
    ├── FileError          a file cannot be read at all; nothing of it was used
    └── UsageError         the call itself makes no sense (an option, a missing argument)

Each says where, what was found and what would be right. Bad *rows* are no errors: they are quarantined
with a reason by ``tuodi.exchange`` and good rows go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

__all__ = ["FileError", "PackError", "Problem", "TableError", "TuodiError", "UsageError", "nearest"]


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in a file: where, what was found, what would be right."""

    file: str
    line: int
    path: str
    found: str
    expected: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        path = f" {self.path}" if self.path else ""
        expected = f" — {self.expected}" if self.expected else ""
        return f"{where}{path}: {self.found}{expected}"


class TuodiError(Exception):
    """Base of every error that Tuodi raises on purpose."""


class PackError(TuodiError):
    """A pack that cannot be used. ``problems`` lists all that was found, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class TableError(TuodiError):
    """A table that breaks its declared schema: table, column, what was found, what would be right."""


class FileError(TuodiError):
    """A file that cannot be read as a table: file, what was found, what would be right."""


class UsageError(TuodiError):
    """A call that makes no sense: which argument, what was found, what would be right."""


def nearest(name: str, valid: Sequence[str]) -> str:
    """``"; did you mean X?"`` for the valid name closest to ``name``, or an empty string."""
    close = get_close_matches(name, valid, n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""
