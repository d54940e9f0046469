"""Monitoring lines (预警线): whose burden is watched, what of it, over which span, against which amount, how often.

Enters: nodes of the merged tree. Leaves: :class:`MonitoringLine`. Section 10 of ``docs/reference/pack-language.md``.
The lines are data for screening; settlement does not read them. Imports what :mod:`tuodi.law.values` imports.
"""

from __future__ import annotations

from tuodi.law.model import MonitoringLine, Unknown
from tuodi.law.source import Node
from tuodi.law.values import Reading, choice, cites, each, text, title, value

__all__ = ["CADENCES", "MEASURES", "SPANS", "monitoring_lines"]

MEASURES = ("self_in_scope", "self_total", "unknown")
SPANS = ("stay", "year", "twelve_months", "unknown")
CADENCES = ("daily", "ten_days", "monthly", "quarterly")


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
