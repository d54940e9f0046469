"""Drawings: the bars of a waterfall and of a comparison, as small inline SVG.

Enters: amounts in fen. Leaves: SVG markup whose positions are shares of the width, so that text beside a bar keeps
its size on a phone and under zoom, and a bar needs no chart library. A drawing never carries a number of its own:
the amount stands beside it as text, and the bar is hidden from a screen reader.
Imports ``tuodi.money`` only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

__all__ = ["Bar", "Kind", "Segment", "Step", "bar", "compare_bar", "waterfall"]

Kind = Literal["total", "cut", "sub", "pay", "aid", "self", "own"]
"""What a line of a waterfall is: the whole, what falls outside, what is left so far, a payer, assistance,
the person's in-scope share, the person's whole share."""

LEFTWARD: frozenset[str] = frozenset({"cut", "pay", "aid"})
"""Kinds that take from what is left; the others stand from zero."""


@dataclass(frozen=True)
class Step:
    """One line of a waterfall; an amount that is not known is ``None`` and is never drawn as zero."""

    label: str
    amount: int | None
    kind: Kind
    note: str = ""


@dataclass(frozen=True)
class Segment:
    """Where a bar begins and ends, in ten-thousandths of the width."""

    start: int
    width: int


@dataclass(frozen=True)
class Bar:
    """A line of a waterfall with its place."""

    step: Step
    segment: Segment | None

    @property
    def svg(self) -> Markup:
        """The bar as markup."""
        return bar(self.segment, self.step.kind)


_THIN = 40
"""Narrower than this a bar gets a line, so that it is seen."""


def _share(amount: int, whole: int) -> int:
    return 0 if whole <= 0 else max(0, min(10_000, (amount * 10_000 + whole // 2) // whole))


def _segment(start: int, width: int, amount: int) -> Segment:
    """Where an amount stands; one that is not zero is never without width."""
    return Segment(start, width or int(amount != 0))


def _percent(points: int) -> str:
    return f"{points // 100}.{points % 100:02d}%"


def waterfall(steps: Sequence[Step]) -> tuple[Bar, ...]:
    """Places each step: a subtraction hangs from what is left before it, anything else stands from zero.

    After an amount that is not known nothing more can be placed until a line that stands from zero.
    """
    whole = max((step.amount or 0 for step in steps), default=0)
    left: int | None = None
    placed: list[Bar] = []
    for step in steps:
        if step.amount is None:
            segment = None
            left = None
        elif step.kind in LEFTWARD:
            if left is None:
                segment = None
            else:
                end = _share(left, whole)
                start = _share(left - step.amount, whole)
                segment = _segment(start, end - start, step.amount)
                left -= step.amount
        else:
            segment = _segment(0, _share(step.amount, whole), step.amount)
            left = step.amount
        placed.append(Bar(step, segment))
    return tuple(placed)


def bar(segment: Segment | None, kind: str) -> Markup:
    """One bar on its track; a bar too thin to see becomes a line; an unknown amount becomes a dotted track."""
    if segment is None:
        return Markup(  # no text from outside enters
            '<svg class="bar" aria-hidden="true" focusable="false">'
            '<line class="unknown" x1="0" x2="100%" y1="50%" y2="50%"/></svg>'
        )
    x, width = _percent(segment.start), _percent(segment.width)
    thin = f'<line class="b-{kind}" x1="{x}" x2="{x}" y1="0" y2="100%"/>' if 0 < segment.width < _THIN else ""
    return Markup(
        '<svg class="bar" aria-hidden="true" focusable="false">'
        '<rect class="track" x="0" y="0" width="100%" height="100%"/>'
        f'<rect class="b-{kind}" x="{x}" y="0" width="{width}" height="100%"/>{thin}</svg>'
    )


def compare_bar(amount: int, most: int, kind: str = "pay") -> Markup:
    """A bar from zero, for lists in which rows are compared with each other."""
    return bar(_segment(0, _share(amount, most), amount), kind)
