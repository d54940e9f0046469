"""One line of a pack in words.

Enters: a sentence with its citations and origin. Leaves: :class:`Line`. Imports ``tuodi.i18n``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tuodi.i18n import translator
from tuodi.law.cite import cite_text, is_recalled, is_verified
from tuodi.law.model import Cite, Origin, Pack

__all__ = ["Line", "line_of", "unmarked"]


@dataclass(frozen=True)
class Line:
    """A sentence; what it rests on; the pack and line it was inherited from; marks such as 已核对; its depth."""

    text: str
    cite: str = ""
    origin: str = ""
    marks: tuple[str, ...] = ()
    level: int = 1

    def text_with_source(self, lang: str = "zh") -> str:
        """The line as a terminal shows it."""
        _ = translator("law", lang)
        tail = _("；").join(part for part in (self.cite, self.origin) if part)
        source = _("（{source}）").format(source=tail) if tail else ""
        marks = "".join(_("【{mark}】").format(mark=mark) for mark in self.marks)
        return f"{'  ' * self.level}{self.text}{source}{marks}"


def line_of(pack: Pack, text: str, cites: Iterable[Cite], origin: Origin | None, lang: str, level: int = 1) -> Line:
    """A line with its citation in words, and its origin where another pack wrote it."""
    _ = translator("law", lang)
    cites = tuple(cites)
    inherited = origin is not None and origin.line > 0 and origin.pack not in ("", pack.id)
    marks = []
    if is_recalled(pack, cites):
        marks.append(_("凭了解，未核对"))
    elif is_verified(pack, cites):
        marks.append(_("已核对"))
    source = _("见 {pack}:{line}").format(pack=origin.pack, line=origin.line) if inherited and origin else ""
    return Line(text, cite_text(pack, cites, lang), source, tuple(marks), level)


def unmarked(line: Line) -> Line:
    """The line of an unknown value, which can be neither verified nor recalled."""
    return replace(line, marks=())
