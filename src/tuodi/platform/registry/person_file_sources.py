"""How far each source's data reach, and which of them are late (数据截至): what every finding states beside itself.

Enters: deliveries under the reader's pass, the templates' cadence. Leaves: :class:`Source` a source. A late source
clears nobody. May import ``intake.models`` and ``tuodi.exchange``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.db.models import Max

from tuodi.exchange import is_stale, source_templates
from tuodi.platform.intake.models import Delivery
from tuodi.platform.registry.person_file_sight import source_name

__all__ = ["Source", "known_day", "senders", "sources"]

STANDING = ("committed",)
"""States of a delivery whose list counts."""


@dataclass(frozen=True)
class Source:
    """One source as of today; ``as_of`` empty where nothing has come in, or the reader may not see what did."""

    code: str
    as_of: date | None
    stale: bool

    @property
    def name(self) -> str:
        """Its name on the screen."""
        return source_name(self.code)


def sources(today: date) -> dict[str, Source]:
    """Every source of which something came in; of several senders of one list the oldest counts. One query."""
    rows = Delivery.objects.filter(state__in=STANDING, as_of__isnull=False).order_by()
    days: dict[str, date] = {}
    for code, _office, last in rows.values_list("source", "organisation_id").annotate(last=Max("as_of")):
        days[code] = min(last, days.get(code, last))
    templates = source_templates()
    return {
        code: Source(code, last, bool(code in templates and is_stale(templates[code].cadence, last, today)))
        for code, last in days.items()
    }


def known_day(known: Mapping[str, Source], today: date, codes: Iterable[str] = ()) -> date:
    """The last day of which these sources (all, if none are named) say something; today where none is dated."""
    wanted = set(codes)
    days = [one.as_of for one in known.values() if one.as_of and (not wanted or one.code in wanted)]
    return min(max(days, default=today), today)


@cache
def senders(*kinds: str) -> tuple[str, ...]:
    """Sources whose senders are of these kinds, in the templates' order."""
    return tuple(code for code, template in source_templates().items() if template.sender in kinds)
