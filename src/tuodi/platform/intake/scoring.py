"""The scoreboard: for each source how complete, valid, consistent and timely its data are, with the counts behind it.

Enters: what is committed within the reader's scope. Leaves: one :class:`Line` a source. Imports ``models``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Count, ExpressionWrapper, Q

from tuodi.exchange import SourceTemplate, expected_by, is_stale, source_templates
from tuodi.platform.ground import clock
from tuodi.platform.intake.models import Delivery

__all__ = ["Line", "after_death", "scoreboard", "scores_of"]

DIMENSIONS = ("completeness", "validity", "consistency", "timeliness")


@dataclass
class Line:
    """One source of one sender."""

    template: SourceTemplate
    organisation: str
    last: Delivery
    deliveries: int
    as_of: date | None
    due: date | None
    stale: bool | None
    scores: dict[str, dict[str, Any]]
    open_rows: int = 0
    contradictions: int | None = None
    """Persons of the list whom another source knows to have died before its day; none where none are seen."""


def scores_of(delivery: Delivery) -> dict[str, dict[str, Any]]:
    """The four scores of one delivery: basis points (none where nothing can be said), good, counted."""
    found = delivery.quality.get("scores", {})
    return {name: found.get(name, {"points": None, "good": 0, "counted": 0}) for name in DIMENSIONS}


def scoreboard(*, persons: bool) -> list[Line]:
    """Every source and sender with something committed; ``persons``: whether the reader may see the register."""
    known, today = source_templates(), clock.today()
    counted = {
        (source, organisation): count
        for source, organisation, count in Delivery.objects.filter(state="committed").order_by()
        .values_list("source", "organisation_id").annotate(count=Count("pk"))
    }  # fmt: skip
    # Corrected rows sent again are not the list: a sender's score is that of his last whole delivery.
    partly = ExpressionWrapper(Q(warnings__contains=[{"code": "corrected"}]), BooleanField())
    rows = Delivery.objects.filter(state="committed").select_related("organisation").annotate(partly=partly)
    last: dict[tuple[str, int], Delivery] = {}
    order = ("source", "organisation_id", "partly", "-as_of", "-pk")
    for one in rows.order_by(*order).distinct("source", "organisation_id"):
        last[one.source, one.organisation_id] = one
    waiting = _waiting()
    dead = after_death() if persons else {}
    made = []
    for code, template in known.items():
        for (source, organisation), one in last.items():
            if source != code:
                continue
            made.append(Line(
                template, one.organisation.name, one, counted[source, organisation], one.as_of,
                expected_by(template.cadence, one.as_of), is_stale(template.cadence, one.as_of, today),
                _as_of_today(scores_of(one), template, one.as_of, today), waiting.get((source, organisation), 0),
                dead.get((source, organisation), 0) if persons else None,
            ))  # fmt: skip
    return made


def _as_of_today(
    scores: dict[str, dict[str, Any]], template: SourceTemplate, as_of: date | None, today: date
) -> dict[str, dict[str, Any]]:
    """Timeliness is judged today, not on the day of the delivery: days allowed of days passed."""
    due = expected_by(template.cadence, as_of)
    if as_of is None or due is None:
        return {**scores, "timeliness": {"points": None, "good": 0, "counted": 0}}
    allowed, age = (due - as_of).days, max((today - as_of).days, 1)
    good = min(allowed, age)
    return {**scores, "timeliness": {"points": good * 10_000 // age, "good": good, "counted": age}}


def _waiting() -> dict[tuple[str, int], int]:
    """Rows still to be corrected, by source and sender."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.source, d.organisation_id, count(DISTINCT (q.delivery_id, q.sheet, q.row))"
            " FROM intake_quarantined q JOIN intake_delivery d ON d.id = q.delivery_id AND d.reading = q.reading"
            " WHERE d.state = 'committed' AND q.settled_by_id IS NULL GROUP BY 1, 2"
        )
        return {(source, organisation): count for source, organisation, count in cursor.fetchall()}


def after_death() -> dict[tuple[str, int], int]:
    """Persons on a list in force whom the register knows to have died before the list's day, by source and sender."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.source, e.organisation_id, count(DISTINCT p.id) FROM registry_entry e"
            " JOIN registry_person p ON p.id = e.person_id"
            " WHERE e.until IS NULL AND e.target <> 'deaths' AND p.died_on IS NOT NULL AND p.died_on < e.as_of"
            " GROUP BY 1, 2"
        )
        return {(source, organisation): count for source, organisation, count in cursor.fetchall()}
