"""What follows from the rows of lists for the people whom a delivery touches: basics, death, identities, households.

Enters: a :class:`Context`, persons known before and persons just made, households named. Leaves: rows of ``Person``,
``Identity``, ``Household``, ``Membership``, and how many of them. Everything is computed anew from the versions of
entries, so the order in which files came does not matter. Imports the register's ``derive_*`` modules.
"""

from __future__ import annotations

import polars as pl

from tuodi.platform.registry.linking_people import Context

__all__ = ["derive"]


def derive(context: Context, known: pl.Series, born: pl.Series, households: pl.Series) -> dict[str, int]:
    """``identities``, ``households``: how many intervals and memberships were written."""
    from tuodi.platform.registry.derive_basics import basics
    from tuodi.platform.registry.derive_households import memberships
    from tuodi.platform.registry.derive_identities import identities

    everyone = pl.concat([known, born]).unique().sort()
    basics(context, known if context.target != "deaths" else everyone)
    return {
        "identities": identities(context, everyone, households),
        "households": memberships(context, everyone, households),
    }
