"""How many people are in hardship, and of how many illness is the cause (NI07).

Enters: list rows in force under the reader's pass. Leaves: :class:`Share`. A cause is what civil affairs' list says of
a person; where it says nothing, what the household's risk is in the list of monitored households. Imports the room.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from tuodi.money import FULL_RATE
from tuodi.platform.registry.worklists_settings import settings_of

__all__ = ["Share", "illness_share"]

_QUERY = """
WITH named AS (
  SELECT e.person_id, max(e.data ->> 'cause') FILTER (WHERE e.data ->> 'cause' <> '') AS cause
    FROM registry_entry e
   WHERE e.target = 'recognitions' AND e.until IS NULL AND e.source = ANY (%(recognisers)s) AND e.person_id IS NOT NULL
   GROUP BY e.person_id
),
monitored AS (
  SELECT m.person_id, max(r.data ->> 'risk') AS cause
    FROM registry_membership m JOIN registry_household h ON h.id = m.household_id AND h.to_date IS NULL
    LEFT JOIN registry_entry r ON r.id = h.entry_id
   WHERE m.to_date IS NULL AND h.monitored_as <> '' GROUP BY m.person_id
),
people AS (
  SELECT coalesce(n.person_id, m.person_id) AS person_id, coalesce(n.cause, m.cause, '') AS cause
    FROM named n FULL JOIN monitored m ON m.person_id = n.person_id
)
SELECT count(*),
       count(*) FILTER (WHERE EXISTS (SELECT 1 FROM unnest(%(illness)s::text[]) w WHERE starts_with(p.cause, w))),
       count(*) FILTER (WHERE p.cause = '')
  FROM people p
 WHERE p.person_id NOT IN (SELECT id FROM registry_person WHERE merged_into_id IS NOT NULL OR died_on IS NOT NULL)
"""


@dataclass(frozen=True)
class Share:
    """``people`` in hardship, ``by_illness`` of them, ``unknown``: those of whom no list names a cause."""

    people: int
    by_illness: int
    unknown: int

    @property
    def points(self) -> int | None:
        """The share in basis points, rounded half up; none where there is nobody."""
        return (self.by_illness * FULL_RATE * 2 + self.people) // (2 * self.people) if self.people else None

    @property
    def percent(self) -> str:
        """The share as a whole per cent, rounded half up: ``48 %``."""
        return f"{(self.by_illness * 200 + self.people) // (2 * self.people)} %" if self.people else "—"


def illness_share() -> Share:
    """Of the people within the reader's scope. One query."""
    rules = settings_of()
    with connection.cursor() as cursor:
        cursor.execute(_QUERY, {"recognisers": list(rules.recognisers), "illness": list(rules.illness_causes)})
        return Share(*(int(one) for one in cursor.fetchone()))
