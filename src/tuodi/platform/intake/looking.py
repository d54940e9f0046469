"""A look into a file that nobody has described yet: headers and some cells, for the page that matches columns.

Enters: a path, a delivery. Leaves: :class:`Inside`. Imports ``exchange``. Raises ``FileError`` for what is no table.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuodi.exchange import SourceTemplate, fingerprint, peek

__all__ = ["Inside", "look"]

_SAMPLES = 5


@dataclass(frozen=True)
class Inside:
    """Headers as found, the first rows below them as text, and the mark under which a mapping of them is kept."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    fingerprint: str

    def samples(self, place: int) -> list[str]:
        """Some different values of one column."""
        found = dict.fromkeys(row[place].strip() for row in self.rows if place < len(row) and row[place].strip())
        return list(found)[:_SAMPLES]


def look(path: Path, name: str, template: SourceTemplate, sheets: list[dict[str, Any]] | None = None) -> Inside:
    """The first sheet that holds anything. ``sheets``: headers as they were read before, where they were: a header of
    two rows is joined there."""
    heads = [one for one in peek(path, name=name) if one.rows]
    if not heads:
        return Inside((), (), fingerprint([]))
    head = max(heads[:1] + [one for one in heads if sheets and one.sheet == sheets[0]["sheet"]], key=heads.index)
    shown, rows = head.headers, head.samples
    width = len(head.rows[0])
    if template.headerless and width == len(template.headerless) and not set(template.headerless) & set(shown):
        shown, rows = template.headerless, head.rows
    mark = fingerprint([one for one in shown if one])
    if sheets and len(sheets[0]["headers"]) == width:
        shown = tuple(sheets[0]["headers"])
    return Inside(tuple(shown), tuple(rows), mark)
