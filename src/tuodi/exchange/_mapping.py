"""A file never seen before: which of its columns is which, as an officer says it once and Tuodi keeps it.

Enters: headers, sample cells, a template. Leaves: best guesses with their reasons, a :class:`FileMapping` that can be
kept as JSON, and a fingerprint under which to keep it. Imports ``tuodi.vocabulary`` and the words of this room.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from hashlib import sha256
from typing import Any

from tuodi.exchange import _values as values
from tuodi.exchange._template import SourceTemplate, TemplateColumn
from tuodi.exchange._values import Wrong
from tuodi.exchange._words import code_book, header_keys
from tuodi.i18n import translator

__all__ = ["FileMapping", "Suggestion", "fingerprint", "suggest_mapping"]

_ = translator("exchange", "zh")  # marks the texts; English is looked up by whoever shows them
_CLOSE = 60
"""Least likeness, in per cent, of two headers that may mean one column."""


@dataclass(frozen=True)
class FileMapping:
    """What was said of a file: header → column, column → (word → code), column → the text that stands for all rows."""

    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, kept: FileMapping | Mapping[str, Any] | None) -> FileMapping:
        """The mapping that :meth:`kept` gave, or an empty one."""
        if kept is None:
            return cls()
        if isinstance(kept, FileMapping):
            return kept
        return cls(
            dict(kept.get("columns", {})),
            {name: dict(words) for name, words in kept.get("values", {}).items()},
            dict(kept.get("constants", {})),
        )

    def kept(self) -> dict[str, Any]:
        """As plain dicts of text, for JSON."""
        return {
            "columns": dict(self.columns),
            "values": {name: dict(words) for name, words in self.values.items()},
            "constants": dict(self.constants),
        }


@dataclass(frozen=True)
class Suggestion:
    """What a header may mean: the column (nothing where none fits), how sure (0 to 100) and why, in both languages."""

    header: str
    column: str | None
    score: int
    why_zh: str
    why_en: str


def fingerprint(headers: Sequence[str]) -> str:
    """16 hexadecimal digits for a set of headers; their order, spaces, brackets and case change nothing."""
    keys = sorted({header_keys(header)[0] for header in headers if header_keys(header)})
    return sha256("\n".join(keys).encode()).hexdigest()[:16]


def suggest_mapping(
    headers: Sequence[str], samples: Sequence[Sequence[str]], template: SourceTemplate
) -> list[Suggestion]:
    """One suggestion a header, in their order; ``samples`` holds rows of the file. No column is suggested twice.

    A known word is sure; a similar word, and cells that can only be one thing, are guesses for an officer to confirm.
    """
    guesses = sorted(_guesses(headers, samples, template), key=lambda guess: (-guess[0], guess[1]))
    taken: set[str] = set()
    found: dict[int, Suggestion] = {}
    for score, place, column, why in guesses:
        if place not in found and column not in taken:
            taken.add(column)
            found[place] = Suggestion(headers[place], column, score, _said(why, "zh"), _said(why, "en"))
    nothing: Why = (_("没有相近的列，将按原文保留"), {})
    return [
        found.get(place) or Suggestion(header, None, 0, _said(nothing, "zh"), _said(nothing, "en"))
        for place, header in enumerate(headers)
    ]


Why = tuple[str, Mapping[str, Any]]


def _said(why: Why, lang: str) -> str:
    text, words = why
    shown = {name: word[lang] if isinstance(word, Mapping) else word for name, word in words.items()}
    return translator("exchange", lang)(text).format_map(shown)


def _guesses(
    headers: Sequence[str], samples: Sequence[Sequence[str]], template: SourceTemplate
) -> Iterator[tuple[int, int, str, Why]]:
    spellings = template.schema.spellings
    for place, header in enumerate(headers):
        keys = header_keys(header)
        known = next((spellings[key] for key in keys if key in spellings), None)
        cells = [row[place].strip() for row in samples if place < len(row) and row[place].strip()]
        if known is not None and known[0] in template.columns:
            yield 100, place, known[0], (_("列名在别名表中"), {})
            continue
        for name, (score, alias) in _similar(keys[-1] if keys else "", spellings).items():
            if name in template.columns and _possible(template.columns[name], cells):
                yield score, place, name, (_("列名与“{alias}”相近"), {"alias": alias})
        for name, one in template.columns.items():
            fit = _fit(one, cells)
            if fit:
                yield fit, place, name, (_("内容像“{column}”"), {"column": {"zh": one.zh, "en": one.en}})


def _similar(key: str, spellings: Mapping[str, tuple[str, int]]) -> dict[str, tuple[int, str]]:
    found: dict[str, tuple[int, str]] = {}
    if not key:
        return found
    for alias, (name, _rank) in spellings.items():
        score = int(SequenceMatcher(None, key, alias).ratio() * 100)
        if len(alias) >= 2 and not alias.isascii() and (alias in key or key in alias):
            score = max(score, 70 + 20 * min(len(key), len(alias)) // max(len(key), len(alias)))
        if score >= _CLOSE and score > found.get(name, (0, ""))[0]:
            found[name] = (min(score, 95), alias)
    return found


_READERS: Mapping[str, Callable[[str], Any]] = {
    "identity_number": values.parse_certificate, "disability_number": values.parse_disability_number,
    "phone": values.parse_phone, "account": values.parse_account, "date": values.parse_date,
    "date_open": values.parse_until, "month": values.parse_month_day, "month_text": values.parse_month,
    "money": values.parse_amount, "whole": values.parse_whole, "region": values.parse_region,
    "instant": values.parse_instant,
}  # fmt: skip
_TELLING = {"identity_number": 90, "disability_number": 92, "phone": 55, "account": 50}
"""Types whose values are like no other's."""


def _possible(one: TemplateColumn, cells: Sequence[str]) -> bool:
    """Whether most sample cells can be values of the column."""
    reader = _READERS.get(one.type)
    if reader is None or not cells:
        return True
    return 2 * sum(not isinstance(reader(cell), Wrong) for cell in cells) >= len(cells)


def _fit(one: TemplateColumn, cells: Sequence[str]) -> int:
    """How much the sample cells look like this column and no other; 0 for not at all."""
    if len(cells) < 2:
        return 0
    if one.type in _TELLING:
        plausible = [cell for cell in cells if _shape(one.type, cell)]
        return _TELLING[one.type] if 2 * len(plausible) > len(cells) else 0
    if one.type.startswith("code:") and not one.extra:
        book = code_book(one.type.removeprefix("code:"), one.code_map)
        words = [cell for cell in cells if not cell.isdigit()]
        known = [cell for cell in words if book.find(cell)]
        return 60 if words and 3 * len(known) > 2 * len(words) else 0
    return 0


def _shape(kind: str, cell: str) -> bool:
    if kind == "identity_number" and re.match(r"^\d{17}[\dXx]$", cell) is None:
        return False
    if kind == "phone" and re.match(r"^1\d{10}$", cell) is None:
        return False
    if kind == "account" and re.match(r"^\d{16,19}$", cell) is None:
        return False
    found = _READERS[kind](cell)
    return found is not None and not isinstance(found, Wrong)
