"""Looks at persons, kept by the database under the name that the pass gives.

Enters: whom, what was seen, why. Leaves: a line of ``trail_look``. Imports Django only.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

__all__ = ["keep_look"]


def keep_look(person: int, kind: str, fields: Sequence[str], reason: str, page: str, path: str = "") -> int:
    """Keep that somebody looked: ``kind`` is open, reveal, export, search or api; ``path`` where the person lives.

    Returns the line's number. Raises ``ProgrammingError`` without a pass that carries a grant.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tuodi.keep_look(%s, %s, %s, %s, %s, %s::ltree)",
            [person, kind, list(fields), reason, page, path or None],
        )
        return int(cursor.fetchone()[0])
