"""The rows of packages: for each name in ``kinds.yaml`` a function that reads them under the maker's pass.

Enters: a standing. Leaves: rows as dicts of texts by field, the persons concerned and the day up to which the data
reach. A field that a kind does not list is never read into a row's text. Imports ``registry``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from tuodi import vocabulary
from tuodi.platform.accounts.standing import Standing
from tuodi.platform.ground import clock
from tuodi.platform.ground.sealing import open_seal
from tuodi.platform.packages.kinds import Kind
from tuodi.platform.registry.models import Entry, Identity, Person
from tuodi.platform.registry.person_file_places import names_of
from tuodi.platform.registry.worklists import Filters, rows_of

__all__ = ["SOURCES", "Found", "found"]


@dataclass(frozen=True)
class Found:
    """What goes into a package: rows by the kind's fields, whom they concern (number, path), data up to when."""

    rows: list[list[str]]
    people: list[tuple[int, str]]
    as_of: date


def found(standing: Standing, kind: Kind) -> Found:
    """The rows of a kind for who asks. Raises ``PermissionError`` where his role does not open the list."""
    rows, people, as_of = SOURCES[kind.rows](standing)
    return Found([[_text(row.get(one.name)) for one in kind.fields] for row in rows], people, as_of)


Read = tuple[list[dict[str, Any]], list[tuple[int, str]], date]


def _text(value: Any) -> str:
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)


def _hardship(standing: Standing) -> Read:
    """People in hardship who are not insured, or whom the insurer has not flagged; each once."""
    why: dict[int, list[str]] = {}
    day = clock.today()
    for code, words in (("uninsured", "未参保"), ("not_flagged", "已认定未标识")):
        result = rows_of(standing, code, Filters(), everything=True)
        day = min(day, result.day)
        for row in result.rows:
            why.setdefault(row["id"], []).append(words)
    people = list(Person.objects.filter(id__in=why).order_by("region_path", "id"))
    places = names_of([str(one.region_path) for one in people])
    classes: dict[int, set[str]] = {}
    for person, identity in (
        Identity.objects.filter(person__in=why, superseded=False, from_date__lte=day)
        .exclude(to_date__lt=day)
        .values_list("person_id", "identity")
    ):
        classes.setdefault(person, set()).add(vocabulary.label("identity", identity, "zh"))
    rows = [
        {
            "year": day.year, "person_name": one.name, "certificate": open_seal("number", one.number_sealed),
            "township": places.town(str(one.region_path)), "village": places.village(str(one.region_path)),
            "status": "未参保" if "未参保" in why[one.id] else "",
            "identity": "、".join(sorted(classes.get(one.id, ()))), "remark": "；".join(why[one.id]),
        }
        for one in people
    ]  # fmt: skip
    return rows, [(one.id, str(one.region_path)) for one in people], day


def _recipients(standing: Standing) -> Read:
    """Whom civil affairs has on its list now, as the list says it."""
    entries = list(
        Entry.objects.filter(
            source="civil_affairs_monthly", until__isnull=True, region_path__under=standing.region_path
        ).order_by("id")
    )
    places = names_of([str(one.region_path) for one in entries])
    rows = []
    for one in entries:
        said = {**one.data, **(json.loads(open_seal("row", one.sealed)) if one.sealed else {})}
        path = str(one.region_path)
        rows.append(
            {
                **said,
                "identity": vocabulary.label("identity", said.get("identity", ""), "zh"),
                "township": said.get("township") or places.town(path),
                "village": said.get("village") or places.village(path),
            }
        )
    day = max((one.as_of for one in entries), default=clock.today())
    people = {one.person_id: str(one.region_path) for one in entries if one.person_id}
    return rows, sorted(people.items()), day


SOURCES: dict[str, Callable[[Standing], Read]] = {"hardship": _hardship, "recipients": _recipients}
"""Name in ``kinds.yaml`` → the function that reads the rows."""
