"""Words made comparable: headers and values without case, spaces, full-width forms and units in brackets.

Enters: text as a file writes it. Leaves: keys to compare, units, the code a value stands for. Imports
``tuodi.vocabulary``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType

from tuodi import vocabulary

__all__ = ["CodeBook", "code_book", "header_keys", "header_unit", "plain", "value_key"]

_BRACKETED = re.compile(r"[(\[【〔{<《]([^)\]】〕}>》]*)[)\]】〕}>》]")
_NOISE = re.compile(r"[\s_\-*'\"“”‘’:：;；,，、.。·/\\()\[\]【】〔〕]+")
_UNITS = {"元": "元", "人民币元": "元", "rmb": "元", "¥": "元", "分": "分", "万元": "万元", "万": "万元"}
_UNIT_PREFIX = re.compile(r"^(?:金额)?单位(?:为|是)?|^人民币")
_TAIL_UNIT = re.compile(r"单位[:为]?\s*(万元|元|分)(?![\u4e00-\u9fff])")


def plain(text: str) -> str:
    """Full-width forms folded and every kind of outer white space gone."""
    return unicodedata.normalize("NFKC", text).strip(" \t\r\n\u200b\ufeff")


def _key(text: str) -> str:
    return _NOISE.sub("", text).casefold()


@cache
def header_keys(header: str) -> tuple[str, ...]:
    """The keys under which a header is looked for: whole first, then without what stands in brackets."""
    text = plain(header)
    keys = [_key(text), _key(_BRACKETED.sub("", text))]
    return tuple(dict.fromkeys(key for key in keys if key))


def header_unit(header: str) -> str | None:
    """元, 分 or 万元 when the header or a title line states it."""
    text = plain(header)
    for inside in [*_BRACKETED.findall(text), *_TAIL_UNIT.findall(text)]:
        unit = _UNITS.get(_UNIT_PREFIX.sub("", _key(inside)))
        if unit:
            return unit
    return None


def value_key(value: str) -> str:
    """The key under which a code or its name is looked for."""
    return re.sub(r"\s+", "", plain(value)).casefold()


@dataclass(frozen=True)
class CodeBook:
    """What values of one code set mean in one file: value key → code, and which are doubtful."""

    name: str
    known: Mapping[str, str]
    unverified: frozenset[str] = frozenset()
    ambiguous: frozenset[str] = frozenset()
    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    keep: bool = False
    """A word that is not known stays as it is, instead of being wrong."""

    def find(self, value: str) -> str | None:
        """The code for a value, or nothing."""
        return self.known.get(value_key(value))

    def suggestion(self, value: str) -> str:
        """``低保对象 = dibao`` for the known word nearest to ``value``; else an empty string."""
        key = value_key(value)
        close = get_close_matches(key, list(self.known), n=1, cutoff=0.5)
        if not close:  # 农村低保三类对象 holds 低保
            inside = [word for word in self.known if len(word) >= 2 and not word.isascii() and word in key]
            close = [max(inside, key=len)] if inside else []
        return f"{self.labels.get(close[0], close[0])} = {self.known[close[0]]}" if close else ""


def code_book(
    code_set: str, extra: Mapping[str, str] | None = None, local: Mapping[str, str] | None = None
) -> CodeBook:
    """The book of one code set; ``extra`` and ``local`` values come before the common ones."""
    base = _common(code_set)
    own = {value_key(str(value)): code for value, code in {**(local or {}), **(extra or {})}.items()}
    own |= {value_key(code): code for code in [*(local or {}).values(), *(extra or {}).values()]}
    if not own:
        return base
    return CodeBook(
        code_set,
        {**base.known, **own},
        base.unverified - own.keys(),
        base.ambiguous - own.keys(),
        base.labels,
    )


@cache
def _common(code_set: str) -> CodeBook:
    known: dict[str, str] = {}
    labels: dict[str, str] = {}
    values = vocabulary.value_map(code_set)
    names = list(vocabulary.codes(code_set)) if code_set in vocabulary.CODE_SETS else sorted(set(values.values()))
    words = [(word, code) for word, code in values.items()]
    words += [(code, code) for code in names]
    if code_set in vocabulary.CODE_SETS:
        words += [(vocabulary.label(code_set, code, lang), code) for code in names for lang in ("zh", "en")]
    for word, code in words:
        known[value_key(word)] = code
        labels[value_key(word)] = word
    return CodeBook(
        code_set,
        known,
        frozenset(map(value_key, vocabulary.marked_values("unverified", code_set))),
        frozenset(map(value_key, vocabulary.marked_values("ambiguous", code_set))),
        labels,
    )
