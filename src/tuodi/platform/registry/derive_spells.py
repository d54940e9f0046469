"""Versions of entries as the successive lists that ``tuodi.identity`` takes.

Enters: entries with ``as_of`` and ``until``, the days of a source's lists. Leaves: rows a list. Pure but for
:func:`list_days`. Imports the register's ``store``.
"""

from __future__ import annotations

import polars as pl

from tuodi.platform.registry.linking_people import Context
from tuodi.platform.registry.store import read

__all__ = ["list_days", "listed"]


def list_days(context: Context, sources: tuple[str, ...], entries: pl.DataFrame) -> pl.DataFrame:
    """``source list_date``: every day of which a list of the sources came from this office."""
    known = read(
        context.cursor,
        "SELECT DISTINCT source, as_of FROM intake_delivery WHERE source = ANY (%s) AND organisation_id = %s"
        " AND as_of IS NOT NULL AND (state = 'committed' OR id = %s)",
        {"source": pl.String(), "list_date": pl.Date()},
        [list(sources), context.organisation, context.delivery],
    )
    own = [entries.select("source", list_date="as_of"), entries.select("source", list_date="until").drop_nulls()]
    return pl.concat([known, *own]).unique().sort("source", "list_date")


def listed(entries: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """``entries`` once for each list in which the row stood."""
    joined = entries.join(days, on="source")
    inside = (pl.col("as_of") <= pl.col("list_date")) & (
        pl.col("until").is_null() | (pl.col("until") > pl.col("list_date"))
    )
    return joined.filter(inside)
