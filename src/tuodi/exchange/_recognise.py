"""Which source is a file from? Its headers, its title and its name, against every template.

Enters: a path. Leaves: guesses, the likeliest first, each with its reason in both languages. Imports this room.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tuodi.exchange._header import match_headers
from tuodi.exchange._peek import Peek, peek
from tuodi.exchange._template import SourceTemplate
from tuodi.exchange._template_file import source_templates
from tuodi.exchange._words import header_keys
from tuodi.i18n import translator

__all__ = ["Guess", "recognise"]

_ = translator("exchange", "zh")
_LEAST = 25


@dataclass(frozen=True)
class Guess:
    """A template that a file may belong to: how sure (0 to 100) and why."""

    code: str
    score: int
    why_zh: str
    why_en: str


def recognise(
    path: Path | str, templates: Mapping[str, SourceTemplate] | None = None, *, name: str | None = None
) -> list[Guess]:
    """Every template that may fit, the likeliest first; an empty list where none does. ``name``: the sender's.

    Raises ``FileError`` where the file cannot be opened at all.
    """
    found = [
        guess
        for head in peek(path, name=name)
        for template in (source_templates() if templates is None else templates).values()
        if (guess := _of(head, template))
    ]
    best: dict[str, Guess] = {}
    for guess in found:
        if guess.code not in best or guess.score > best[guess.code].score:
            best[guess.code] = guess
    return sorted(best.values(), key=lambda guess: (-guess.score, guess.code))


def _of(head: Peek, template: SourceTemplate) -> Guess | None:
    found = head.under(template.schema)
    return _guess(head, found[0], found[1], template) if found else None


def _guess(head: Peek, names: Sequence[str], first: int, template: SourceTemplate) -> Guess | None:
    """60 points for columns that are needed, known and listed, 40 for headers and words that only this source has."""
    match = match_headers(head.file, names, template.schema, {})
    headers = [header for header in names if header]
    if not headers:
        return None
    listed = [one.name for one in template.columns.values() if one.listed or one.required]
    needed = [name for name, one in template.columns.items() if one.required]
    given = {*match.columns, *template.title, *template.constants}
    if "certificate" in match.columns:
        given.add("person_id")
    passed = {key for header in template.unused for key in header_keys(header)[:1]}
    known = sum(
        1
        for header in headers
        if header not in match.unknown or (header_keys(header)[:1] and header_keys(header)[0] in passed)
    )
    own = {key for header in template.own_headers for key in header_keys(header)[:1]}
    marks = own & {key for header in headers for key in header_keys(header)[:1]}
    words = [word for word in template.title_words if any(word in text for text in _texts(head, first))]
    have = sum(name in given for name in needed)
    score = 30 * have // max(1, len(needed)) + 15 * known // len(headers)
    score += 15 * sum(name in match.columns for name in listed) // max(1, len(listed))
    score += min(20, 10 * len(marks)) + min(20, 12 * len(words))
    if have < len(needed):
        score //= 2
    if names is template.headerless:
        score = max(score, 60)
    if score < _LEAST:
        return None
    told = {
        "have": have,
        "needed": len(needed),
        "known": known,
        "all": len(headers),
        "words": "、".join([*words, *sorted(marks)]) or "–",
    }
    text = _("必需列 {have}/{needed}，已知列 {known}/{all}，特征：{words}")
    return Guess(
        template.code, min(score, 100), text.format_map(told), translator("exchange", "en")(text).format_map(told)
    )


def _texts(head: Peek, first: int) -> Iterator[str]:
    yield head.file
    yield head.sheet
    yield from (cell for row in head.rows[:first] for cell in row)
