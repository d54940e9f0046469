"""数据截至: up to which day each source's data reach, and which are too old. A stale source clears nobody.

Enters: deliveries within the reader's scope. Leaves: one line a source for the foot of every page, banners for those
that are stale. Imports ``models``, ``exchange``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Max
from django.http import HttpRequest
from django.urls import reverse

from tuodi.exchange import SourceTemplate, expected_by, is_stale, source_templates
from tuodi.platform.ground import clock, zones
from tuodi.platform.ground.words import _, language
from tuodi.platform.intake.models import Delivery

__all__ = ["Fresh", "as_of_lines", "fresh", "latest", "stale_banners"]


@dataclass(frozen=True)
class Fresh:
    """One source: its day, when the next file is due, whether it is late."""

    template: SourceTemplate
    as_of: date
    due: date | None
    stale: bool

    @property
    def name(self) -> str:
        """The source's name on the screen."""
        return str(self.template.name[language()])


def latest(source: str, organisation: int) -> date | None:
    """The latest day that a committed delivery of a sender's list reaches."""
    found = Delivery.objects.filter(source=source, organisation_id=organisation, state="committed")
    day: date | None = found.aggregate(day=Max("as_of"))["day"]
    return day


def fresh() -> list[Fresh]:
    """Every source of which something is committed within the scope: where several send a list, the oldest counts."""
    known = source_templates()
    days: dict[str, date] = {}
    rows = Delivery.objects.filter(state="committed", as_of__isnull=False).order_by()
    for source, _organisation, day in rows.values_list("source", "organisation_id").annotate(day=Max("as_of")):
        days[source] = min(day, days.get(source, day))
    today = clock.today()
    return [
        Fresh(one, days[code], expected_by(one.cadence, days[code]), bool(is_stale(one.cadence, days[code], today)))
        for code, one in known.items()
        if code in days
    ]


def _of(request: HttpRequest) -> list[Fresh]:
    """Once a request, for readers who may see deliveries at all."""
    held: list[Fresh] | None = getattr(request, "_fresh", None)
    if held is None:
        standing = getattr(request, "standing", None)
        seen = standing is not None and standing.role.may_read("intake") and zones.here(Delivery.zones)
        held = fresh() if seen else []
        request._fresh = held
    return held


def as_of_lines(request: HttpRequest) -> list[dict[str, Any]]:
    """For the foot of the page."""
    return [{"source": one.name, "as_of": one.as_of.isoformat(), "stale": one.stale} for one in _of(request)]


def stale_banners(request: HttpRequest) -> list[dict[str, Any]]:
    """One banner for all stale sources: what it means and where to see them."""
    old = [one for one in _of(request) if one.stale]
    if not old:
        return []
    names = _("、").join(_("{source}（{day}）").format(source=one.name, day=one.as_of) for one in old[:3])
    more = _("等 {count} 个来源").format(count=len(old)) if len(old) > 3 else ""
    text = _("{names}{more}的数据已过期：不能据此排除任何人。").format(names=names, more=more)
    return [{"kind": "stale", "text": text, "url": reverse("intake_quality")}]
