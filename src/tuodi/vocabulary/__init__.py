"""The field's words: the core code sets and the one alias table of field names.

Enters: nothing (the data files beside this module). Leaves: ordered code lists, their Chinese and English
names, and for every column the spellings that files use for it. Imports ``tuodi.errors`` only.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import yaml

__all__ = ["CODE_SETS", "Word", "aliases", "codes", "label", "marked_values", "value_map", "word"]


class Word(NamedTuple):
    """What a column is called and holds, and how it is protected (``level`` of GB/T 39725)."""

    zh: str
    en: str
    type: str
    grade: str
    level: int


@cache
def _data(name: str) -> dict[str, Any]:
    text = files(__package__).joinpath(name).read_text("utf-8")
    data: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return data


CODE_SETS: tuple[str, ...] = tuple(_data("codes.yaml"))


def codes(code_set: str) -> tuple[str, ...]:
    """The core codes of one set, in their declared order."""
    return tuple(_data("codes.yaml")[code_set])


def label(code_set: str, code: str, lang: str = "zh") -> str:
    """The word for a code on a screen; a local or unknown code is shown as it is."""
    entry = _data("codes.yaml")[code_set].get(code)
    return str(entry[lang]) if entry else code


def aliases(table: str) -> dict[str, tuple[str, ...]]:
    """For each column of ``table`` every spelling that a file may use, its own name first."""
    return {column: (column, *map(str, names or ())) for column, names in _data("aliases.yaml")[table].items()}


def value_map(code_set: str) -> dict[str, str]:
    """National and Chinese values of one code set → core code (``values.yaml``)."""
    return {str(value): code for code, values in _data("values.yaml").get(code_set, {}).items() for value in values}


def marked_values(mark: str, code_set: str) -> tuple[str, ...]:
    """Values of one code set that ``values.yaml`` marks ``unverified`` or ``ambiguous``."""
    return tuple(map(str, _data("values.yaml")[mark].get(code_set, ())))


def word(table: str, column: str) -> Word:
    """What ``columns.yaml`` says of a column. Raises ``KeyError`` for one that it does not know."""
    known = _data("columns.yaml")
    return Word(*(known.get(f"{table}.{column}") or known[column]))
