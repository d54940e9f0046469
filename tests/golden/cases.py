"""The golden cases beside the packs, as plain dictionaries of text.

Leaves: cases with their file, every scalar as the text that stands there, so that no amount passes through a float.
Imports PyYAML and the standard library only: the cases are read without the engine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

__all__ = ["CASES", "PACKS", "Case", "cases_of", "empty", "golden_cases"]

PACKS = Path(__file__).resolve().parents[2] / "packs"
EMPTY = frozenset({"", "~", "null"})


@dataclass(frozen=True, eq=False)
class Case:
    """One case: its file within ``packs``, and what stands in it."""

    file: str
    data: dict[str, Any]

    @property
    def name(self) -> str:
        """The case's own name."""
        return str(self.data["case"])

    @property
    def pack(self) -> str:
        """The id of its pack, empty for a published example that no pack covers."""
        return str(self.data.get("pack", ""))

    @property
    def id(self) -> str:
        """For messages and parametrised tests."""
        return f"{self.file.removesuffix('.yaml').replace('/cases/', '/')}:{self.name}"

    def rows(self, key: str) -> list[dict[str, Any]]:
        """A list of rows such as ``claims``."""
        return list(self.data.get(key) or ())


def empty(value: Any) -> bool:
    """Whether a scalar says nothing."""
    return value is None or value in EMPTY


def golden_cases(*countries: str) -> Iterator[Case]:
    """Every case of the packs of these countries, in the order of their files."""
    for path in sorted(path for country in countries for path in (PACKS / country).glob("**/cases/*.yaml")):
        content = yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)
        for data in content if isinstance(content, list) else [content]:
            yield Case(path.relative_to(PACKS).as_posix(), data)


@cache
def _all() -> tuple[Case, ...]:
    return tuple(golden_cases("cn"))


CASES = _all()


def cases_of(pack: str) -> tuple[Case, ...]:
    """The cases settled under one pack."""
    return tuple(case for case in CASES if case.pack == pack)
