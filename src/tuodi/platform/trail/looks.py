"""Looks at persons, kept by the database under the name that the pass gives.

Enters: whom, what was seen, why. Leaves: a line of ``trail_look``. Imports Django only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection

__all__ = ["keep_look", "keep_looks"]


def keep_look(person: int | None, kind: str, fields: Sequence[str], reason: str, page: str, path: str = "") -> int:
    """Keep that somebody looked: ``kind`` as in :class:`trail.models.Look`; ``path`` where the person lives.

    Without a person: at a list or at the trail itself. Returns the line's number. Raises ``ProgrammingError`` without
    a pass that carries a grant.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tuodi.keep_look(%s, %s, %s, %s, %s, %s::ltree)",
            [person, kind, [one[:60] for one in fields], reason, page[:80], path or None],
        )
        return int(cursor.fetchone()[0])


def keep_looks(
    people: Iterable[tuple[int, str]], kind: str, fields: Sequence[str], reason: str, page: str
) -> int:  # fmt: skip
    """Keep a look at each of many persons, given as (number, path of where he lives); how many there were."""
    people = list(people)
    if people:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(tuodi.keep_look(p.id, %s, %s, %s, %s, nullif(p.path, '')::ltree))"
                " FROM unnest(%s::bigint[], %s::text[]) AS p(id, path)",
                [
                    kind, [one[:60] for one in fields], reason, page[:80],
                    [one for one, _path in people], [path for _one, path in people],
                ],
            )  # fmt: skip
    return len(people)
