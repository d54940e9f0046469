"""One person's file as it is read: the rows behind it, each loaded once, whatever part of the file asks for them.

Enters: a standing, a person, today. Leaves: :class:`File`. No row outside the reader's scope can come in: every query
runs under the reader's pass. May import the models of ``registry`` and ``intake``, ``ground`` and ``places``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from tuodi.platform.accounts.standing import Standing
from tuodi.platform.ground.grades import Graded
from tuodi.platform.ground.sealing import open_seal
from tuodi.platform.intake.models import Delivery
from tuodi.platform.registry.models import Entry, Identity, Membership, Person
from tuodi.platform.registry.person_file_places import Names, names_of
from tuodi.platform.registry.person_file_sight import Sight, sight_of
from tuodi.platform.registry.person_file_sources import Source, sources

__all__ = ["ENTRIES", "File", "as_day", "values_of"]

ENTRIES = 400
"""How many rows of lists a page reads; a person has some dozens."""


def as_day(value: Any) -> date | None:
    """A date of a list's row, which JSON keeps as text; none where it is none."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None


def values_of(entry: Entry) -> dict[str, Any]:
    """A row's open columns; those that no template knew lie under ``extra``."""
    data = dict(entry.data)
    extra = data.pop("extra", None)
    return {**data, **extra} if isinstance(extra, Mapping) else data


@dataclass(frozen=True)
class File:
    """One person, for one reader, on one day."""

    standing: Standing
    person: Person
    today: date

    @cached_property
    def sight(self) -> Sight:
        """What is shown and what is masked."""
        return sight_of(self.standing, self.person.id)

    @cached_property
    def sources(self) -> dict[str, Source]:
        """How far each source reaches."""
        return sources(self.today)

    @cached_property
    def entries(self) -> list[Entry]:
        """Rows of lists, the newest first; versions that a later one replaced are left out."""
        rows = Entry.objects.filter(person_id=self.person.id).exclude(ended_as__in=("changed", "withdrawn"))
        return list(rows.order_by("-as_of", "-id")[:ENTRIES])

    @cached_property
    def identities(self) -> list[Identity]:
        """Intervals of every source, in their order in time."""
        rows = Identity.objects.filter(person_id=self.person.id, superseded=False)
        return list(rows.order_by("from_date", "id"))

    @cached_property
    def memberships(self) -> list[Membership]:
        """Where the person belongs to a household, by source."""
        rows = Membership.objects.filter(person_id=self.person.id).select_related("household")
        return list(rows.order_by("-from_date", "-id"))

    @cached_property
    def deliveries(self) -> dict[int, Delivery]:
        """The files behind the rows, as far as the reader may see them."""
        wanted = {entry.delivery_id for entry in self.entries} | {one.delivery_id for one in self.identities}
        return Delivery.objects.in_bulk(sorted(wanted))

    @cached_property
    def names(self) -> Names:
        """Names of the places in the file."""
        codes = [self.person.insured_region, self.person.registered_region]
        codes += [
            str(values_of(entry).get(name) or "") for entry in self.entries for name in ("insured_region", "region")
        ]
        return names_of([str(self.person.region_path)], codes)

    def sealed(self, entry: Entry) -> dict[str, str]:
        """The columns of a row that lie sealed. Raises ``SealError`` where no key opens them."""
        return dict(json.loads(open_seal("row", entry.sealed))) if entry.sealed else {}

    def as_of(self, source: str, own: date | None) -> date | None:
        """Up to when a row is known to hold: the source's last list, or the row's own day."""
        known = self.sources.get(source)
        return known.as_of if known and known.as_of and (own is None or known.as_of > own) else own

    def stale(self, source: str) -> bool:
        """Whether the source is late."""
        known = self.sources.get(source)
        return bool(known and known.stale)

    def show(self, column: str, value: Any, field: str = "details") -> Any:
        """A column of the person's own row, or its mask."""
        return self.sight.show(value, Person.grades[column], field)

    def graded(self, column: str) -> Graded:
        """The grade of a column of the person's own row."""
        return Person.grades[column]
