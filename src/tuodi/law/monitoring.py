"""Monitoring lines (预警线): whose burden is watched, what of it, over which span, against which amount, how often.

Enters: nodes of the merged tree; later a pack and a day. Leaves: :class:`MonitoringLine`, and :class:`WatchLine` with
the amount that holds on the day. Section 10 of ``docs/reference/pack-language.md``. The lines are data for screening;
settlement does not read them. Imports what :mod:`tuodi.law.values` imports.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from tuodi.law.model import Cite, MonitoringLine, Pack, Share, Title, Unknown, Value
from tuodi.law.on_day import amount_on, income_year
from tuodi.law.source import Node
from tuodi.law.values import Reading, choice, cites, each, text, title, value

if TYPE_CHECKING:
    from tuodi.law.frame import Frame

__all__ = ["CADENCES", "MEASURES", "SPANS", "WatchLine", "lines", "monitoring_lines"]

MEASURES = ("self_in_scope", "self_total", "unknown")
SPANS = ("stay", "year", "twelve_months", "unknown")
CADENCES = ("daily", "ten_days", "monthly", "quarterly", "unknown")


@dataclass(frozen=True)
class WatchLine:
    """A line as it stands on a day. ``identities`` are those named, their local codes among them; without any it is
    for everyone whom no other line names (``but``). ``measure``, ``over`` and ``cadence`` may be ``unknown``. ``after``
    is a layer's id, empty: after all layers. ``amount`` is in fen, None where it is not known, and ``why`` says why.
    ``of`` is the pack or the national frame that states it; ``cites`` are keys of its documents."""

    id: str
    title: Title
    identities: tuple[str, ...]
    but: tuple[str, ...]
    measure: str
    after: str
    over: str
    cadence: str
    amount: int | None
    why: str
    of: str
    cites: tuple[Cite, ...]


def lines(pack: Pack, on: date, frame: Frame | None = None) -> tuple[WatchLine, ...]:
    """The lines that a pack sets on a day. A pack that sets none is watched by the lines of ``frame``, if that is
    given: shares of the pack's own incomes, with what the national text does not say left ``unknown``."""
    if pack.monitoring or frame is None:
        return _finished(pack, [_line(pack, item, on) for item in pack.monitoring])
    made = [
        WatchLine(
            bound.id, bound.title, bound.identities, (), "unknown", "", bound.names[0], "unknown",
            *_amount(pack, bound.value, on), frame.id, bound.cites,
        )
        for bound in frame.bounds
        if bound.test == "line_at_most" and bound.value is not None
    ]  # fmt: skip
    return _finished(pack, made)


def _line(pack: Pack, item: MonitoringLine, on: date) -> WatchLine:
    return WatchLine(
        item.id, item.title, item.identities, (), item.measure, item.after, item.over, item.cadence,
        *_amount(pack, item.line, on), pack.id, item.cites,
    )  # fmt: skip


def _amount(pack: Pack, value: Value | None, on: date) -> tuple[int | None, str]:
    """Fen, or None with the reason."""
    if value is None or isinstance(value, Unknown):
        return None, value.why if value else ""
    fen = amount_on(pack, value, on)
    return fen, "" if fen is not None or not isinstance(value, Share) else f"{value.of}:{income_year(pack.dates, on)}"


def _finished(pack: Pack, made: list[WatchLine]) -> tuple[WatchLine, ...]:
    """Local codes under the identities named, and for a line of all others whom the rest name."""
    local = pack.codes.get("identity", {})

    def under(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*names, *(code.code for code in local.values() if code.parent in names)]))

    named = tuple(dict.fromkeys(name for line in made for name in under(line.identities)))
    return tuple(
        replace(line, identities=under(line.identities), but=() if line.identities else named) for line in made
    )


def monitoring_lines(reading: Reading, node: Node | None, layers: tuple[str, ...]) -> tuple[MonitoringLine, ...]:
    """The lines of a pack, in order; two of one id are a problem."""
    made: list[MonitoringLine] = []
    for item in each(node):
        name = text(reading, item.get("id"))
        if name in {line.id for line in made}:
            reading.wrong(item, f"the monitoring line {name!r} a second time", "each id once")
        after, line = item.get("after"), item.get("line")
        against = value(reading, line, "amount") if line is not None else 0
        if not cites(reading, item) and not isinstance(against, Unknown):
            reading.wrong(item, "a value without a citation", "'cite' beside it or at a mapping above")
        made.append(
            MonitoringLine(
                id=name,
                title=title(reading, item.get("title")),
                identities=tuple(
                    reading.name(one, reading.codes["identity"], "the identity") for one in each(item.get("identities"))
                ),
                measure=choice(reading, item.get("measure"), MEASURES, "the measure"),
                after=reading.name(after, layers, "the layer") if after is not None else "",
                over=choice(reading, item.get("over"), SPANS, "the span"),
                line=against,
                cadence=choice(reading, item.get("cadence"), CADENCES, "the cadence", "monthly"),
                cites=cites(reading, item),
                origin=item.origin,
            )
        )
    return tuple(made)
