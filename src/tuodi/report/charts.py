"""Charts with two axes, as inline SVG: the cliff, and what a change is to each person.

Enters: integers (fen, counts). Leaves: SVG markup. A chart is drawn three times, for a desk, a tablet and a phone, and
the page shows the one that fits, so that its words are never shrunk. Each has a text that says what it shows; the
figures stand in a table beside it. Kinds are told apart by hatching, dashes, signs and numbers besides colour. All
coordinates are whole numbers. Imports ``tuodi.report.words``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from markupsafe import Markup, escape

from tuodi.report.words import grouped

__all__ = [
    "DEFS", "Bin", "Curve", "Mark", "Scale", "curve_chart", "diverging_bar", "histogram", "nice_ticks",
]  # fmt: skip

FEN = 100
"""Fen in a yuan."""

SIZES = (("wide", 960, 430), ("mid", 640, 400), ("small", 340, 360))
"""Class, width and height of the three drawings."""

DEFS = Markup(
    '<svg width="0" height="0" class="defs" aria-hidden="true" focusable="false"><defs>'
    '<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect class="h-ground" width="6" height="6"/><line class="h-line" x1="0" y1="0" x2="0" y2="6"/></pattern>'
    '<pattern id="dots" width="8" height="8" patternUnits="userSpaceOnUse">'
    '<rect class="d-ground" width="8" height="8"/><circle class="d-dot" cx="3" cy="3" r="1.5"/></pattern>'
    '<pattern id="lost" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">'
    '<rect class="l-ground" width="6" height="6"/><line class="l-line" x1="0" y1="0" x2="0" y2="6"/></pattern>'
    "</defs></svg>"
)
"""Patterns that all drawings of a page share."""


@dataclass(frozen=True)
class Bin:
    """One bar of the histogram: ``side`` is loss or gain, ``edge`` its outer end in fen."""

    side: str
    edge: int
    count: int


@dataclass(frozen=True)
class Curve:
    """A stretch: from ``start`` to ``stop`` on the x axis; ``low`` and ``high`` its values at both ends (equal where
    the value is certain); None where it is not determined. ``part``: how much of it is another colour, from zero
    up."""

    start: int
    stop: int
    low: tuple[int, int] | None
    high: tuple[int, int] | None
    part: int | None = None


@dataclass(frozen=True)
class Mark:
    """A step at ``at``: its number, what stands beside it, whether it is larger than it should be, and up to where the
    household has less left than just below it. ``height``: the step is somewhere around, its badge hangs there."""

    at: int
    number: str
    text: str
    over: bool = False
    until: int | None = None
    height: int | None = None


@dataclass(frozen=True)
class Scale:
    """One axis: its largest and least value and the ticks, in fen; ``also`` says a second number under each tick."""

    most: int
    least: int = 0
    ticks: tuple[int, ...] = field(default=())
    title: str = ""
    also: Callable[[int], str] | None = None


def nice_ticks(most: int, least: int = 0, count: int = 5) -> tuple[int, ...]:
    """Round sums of yuan, about ``count`` of them, 0 among them, none outside ``least`` to ``most``."""
    step = FEN
    while (most - least) // step > count:
        leading = int(str(step)[0])
        step = step * 5 // 2 if leading == 2 else step * 2
    return tuple(range(-(-least // step) * step, most + 1, step))


def _yuan(fen: int) -> str:
    whole = grouped(fen)
    return whole.removesuffix(".00")


def diverging_bar(lost: int, gained: int, most: int) -> Markup:
    """Loss to the left of the middle, gain to the right, on one scale; hidden from a screen reader, which has the
    numbers."""
    if most <= 0:
        return Markup("")
    left, right = (amount * 5_000 // most for amount in (lost, gained))
    left, right = max(left, int(lost > 0) * 40), max(right, int(gained > 0) * 40)

    def percent(points: int) -> str:
        return f"{points // 100}.{points % 100:02d}%"

    return Markup(
        '<svg class="bar two" aria-hidden="true" focusable="false">'
        '<rect class="track" x="0" y="0" width="100%" height="100%"/>'
        f'<rect class="c-loss" x="{percent(5_000 - left)}" y="0" width="{percent(left)}" height="100%"/>'
        f'<rect class="c-gain" x="50%" y="0" width="{percent(right)}" height="100%"/>'
        '<line class="c-zero" x1="50%" x2="50%" y1="0" y2="100%"/></svg>'
    )


def histogram(bins: Sequence[Bin], label: str, words: tuple[str, str, str]) -> Markup:
    """Persons by band: losses left of the middle, gains right. ``words``: over the losses, over the gains, the axis."""
    if not any(one.count for one in bins):
        return Markup("")
    return Markup("").join(_histogram(size, width, height - 90, bins, label, words) for size, width, height in SIZES)


def _histogram(
    size: str, width: int, height: int, bins: Sequence[Bin], label: str, words: tuple[str, str, str]
) -> Markup:
    losses = [one for one in bins if one.side == "loss"]
    gains = [one for one in bins if one.side == "gain"]
    left, right, top, bottom, middle = 14, 14, 56, 74, 26
    slot = (width - left - right - middle) // max(1, len(losses) + len(gains))
    slot = min(slot, 76)
    begin = (width - slot * (len(losses) + len(gains)) - middle) // 2
    zero = begin + slot * len(losses)
    floor = height - bottom
    most = max(one.count for one in bins)
    flat = slot >= 50
    out = [_open(size, width, height, label)]
    for side, at, anchor in ((0, zero, "end"), (1, zero + middle, "start")):
        own = (losses, gains)[side]
        sign = "− " if side == 0 else "+ "
        text = sign + words[side]
        if own or len(bins) == 0:
            x = at if flat or len(own) * slot > 150 else (width - right if side else left)
            hold = anchor if flat or len(own) * slot > 150 else ("end" if side else "start")
            out.append(_text("t-head", x, 20, text, hold))
    out.append(f'<line class="axis" x1="{begin}" x2="{zero + middle + slot * len(gains)}" y1="{floor}" y2="{floor}"/>')
    for place, one in enumerate([*losses, *gains]):
        x = begin + slot * place + (middle if place >= len(losses) else 0)
        tall = one.count * (floor - top) // most if most else 0
        tall = max(tall, 3) if one.count else 0
        kind = "c-loss" if one.side == "loss" else "c-gain"
        out.append(f'<rect class="{kind}" x="{x + 2}" y="{floor - tall}" width="{slot - 4}" height="{tall}"/>')
        said = f"{one.count:,}"
        if len(said) * 7 < slot or one.count == most:  # the table has every number
            kind = "t-value" if one.count else "t-none"
            out.append(_text(kind, x + slot // 2, floor - tall - 6, said, "middle"))
        edge = x if one.side == "loss" else x + slot
        said = ("−" if one.side == "loss" else "+") + _yuan(one.edge)
        out.append(f'<line class="axis" x1="{edge}" x2="{edge}" y1="{floor}" y2="{floor + 5}"/>')
        if flat:
            out.append(_text("t-tick", edge, floor + 20, said, "middle"))
        else:
            out.append(_text("t-tick", edge + 4, floor + 10, said, "end", turn=True))
    out.append(_text("t-tick", zero + middle // 2, floor + 20, "0", "middle"))
    out.append(_text("t-axis", width // 2, height - 8, words[2], "middle"))
    return Markup("".join(out) + "</svg></div>")


def curve_chart(
    curves: Sequence[Curve], marks: Sequence[Mark], x: Scale, y: Scale, label: str, *, filled: bool = True
) -> Markup:
    """A line over stretches with steps between them, each step with a numbered badge."""
    return Markup("").join(
        _curve_chart(size, width, height, curves, marks, x, y, label, filled=filled) for size, width, height in SIZES
    )


def _curve_chart(
    size: str, width: int, height: int, curves: Sequence[Curve], marks: Sequence[Mark], x: Scale, y: Scale, label: str,
    *, filled: bool,
) -> Markup:  # fmt: skip
    left, right, top, bottom = (78 if size != "small" else 62), 22, 96, (74 if x.also else 54)
    floor, plot_w, plot_h = height - bottom, width - left - right, height - bottom - top
    y_span = max(y.most - y.least, 1)

    def at_x(value: int) -> int:
        return left + min(value, x.most) * plot_w // max(x.most, 1)

    def at_y(value: int) -> int:
        return floor - (value - y.least) * plot_h // y_span

    out = [_open(size, width, height, label)]
    for tick in y.ticks:
        out.append(f'<line class="grid" x1="{left}" x2="{width - right}" y1="{at_y(tick)}" y2="{at_y(tick)}"/>')
        out.append(_text("t-tick", left - 8, at_y(tick) + 4, _yuan(tick), "end"))
    out.append(_text("t-axis", 2, 16, y.title, "start"))
    step = 2 if size == "small" and len(x.ticks) > 4 else 1
    for tick in x.ticks[::step]:
        out.append(f'<line class="axis" x1="{at_x(tick)}" x2="{at_x(tick)}" y1="{floor}" y2="{floor + 5}"/>')
        out.append(_text("t-tick", at_x(tick), floor + 20, _yuan(tick), "middle"))
        if x.also:
            out.append(_text("t-also", at_x(tick), floor + 37, x.also(tick), "middle"))
    out.append(_text("t-axis", width - right, height - 6, x.title, "end"))
    for mark in marks:
        if mark.until is not None and mark.until > mark.at:
            a, b = at_x(mark.at), at_x(mark.until)
            out.append(f'<rect class="c-less" x="{a}" y="{top}" width="{max(b - a, 2)}" height="{plot_h}"/>')
    for curve in curves:
        out += _stretch(curve, at_x, at_y, (top, floor), filled=filled)
    out += _risers(curves, at_x, at_y)
    zero = at_y(max(y.least, 0))
    out.append(f'<line class="axis" x1="{left}" x2="{width - right}" y1="{zero}" y2="{zero}"/>')
    if zero != floor:
        out.append(f'<line class="grid" x1="{left}" x2="{width - right}" y1="{floor}" y2="{floor}"/>')
    for mark in marks:
        at = at_x(mark.at)
        if mark.height is None:
            out.append(f'<line class="guide" x1="{at}" x2="{at}" y1="{top - 12}" y2="{floor}"/>')
    taken: list[tuple[int, int, int]] = []
    for mark in marks:
        at = at_x(mark.at)
        if mark.height is not None:
            out.append(_badge(at, at_y(mark.height), mark.number, over=mark.over))
            continue
        out.append(_badge(at, top - 24, mark.number, over=mark.over))
        half = len(mark.text) * 4 + 4
        middle = min(max(at, half), width - half)
        place = _free(taken, middle - half, middle + half, top)
        if mark.text and place is not None:
            out.append(_text("t-step over" if mark.over else "t-step", middle, place, mark.text, "middle"))
    return Markup("".join(out) + "</svg></div>")


def _free(taken: list[tuple[int, int, int]], start: int, end: int, top: int) -> int | None:
    """The height at which a step's words find room among those before it; None where there is none."""
    for row in (top - 42, top - 58):
        if all(other != row or end <= left or start >= right for left, right, other in taken):
            taken.append((start, end, row))
            return row
    return None


def _stretch(
    curve: Curve, at_x: Callable[[int], int], at_y: Callable[[int], int], span: tuple[int, int], *, filled: bool
) -> list[str]:
    top, floor = span
    a, b = at_x(curve.start), at_x(curve.stop)
    if curve.low is None or curve.high is None:
        return [f'<rect class="c-open" x="{a}" y="{top}" width="{max(b - a, 1)}" height="{floor - top}"/>']
    low, high = [(at_y(one), at_y(two)) for one, two in (curve.low, curve.high)]
    made = []
    if filled:
        made.append(f'<path class="c-whole" d="M{a} {floor}V{low[0]}L{b} {low[1]}V{floor}Z"/>')
        if curve.part is not None:
            made.append(f'<path class="c-part" d="M{a} {floor}V{at_y(curve.part)}H{b}V{floor}Z"/>')
    if curve.low != curve.high:
        made.append(f'<path class="c-band" d="M{a} {low[0]}L{b} {low[1]}V{high[1]}L{a} {high[0]}Z"/>')
        made.append(f'<path class="c-line maybe" d="M{a} {high[0]}L{b} {high[1]}"/>')
        made.append(f'<path class="c-line maybe" d="M{a} {low[0]}L{b} {low[1]}"/>')
    else:
        made.append(f'<path class="c-line" d="M{a} {low[0]}L{b} {low[1]}"/>')
    return made


def _risers(curves: Sequence[Curve], at_x: Callable[[int], int], at_y: Callable[[int], int]) -> list[str]:
    """What joins one stretch to the next."""
    made = []
    for one, other in pairwise(curves):
        if one.high is None or other.low is None or one.low is None or other.high is None:
            continue
        x, start, end = at_x(other.start), at_y(one.high[1]), at_y(other.low[0])
        made.append(f'<path class="c-rise" d="M{x} {start}V{end}"/>')
    return made


def _badge(x: int, y: int, number: str, *, over: bool) -> str:
    kind = "badge over" if over else "badge"
    return (
        f'<g class="{kind}"><circle cx="{x}" cy="{y}" r="11"/>'
        f'<text x="{x}" y="{y + 5}" text-anchor="middle">{escape(number)}</text></g>'
    )


def _text(kind: str, x: int, y: int, text: str, anchor: str, *, turn: bool = False) -> str:
    turned = f' transform="rotate(-60 {x} {y})"' if turn else ""
    return f'<text class="{kind}" x="{x}" y="{y}" text-anchor="{anchor}"{turned}>{escape(text)}</text>'


def _open(size: str, width: int, height: int, label: str) -> str:
    return (
        f'<div class="chart {size}"><svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}" '
        'focusable="false">'
    )
