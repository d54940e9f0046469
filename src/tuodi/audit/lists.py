"""Who is recognised, and what the platform knew: one list or two.

Enters: the recognising bodies' list and, where there is one, the insurance platform's list of flags. Leaves:
:class:`Lists`. Pure functions over frames; imports ``tuodi.tables``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from tuodi.audit.causes import Listed

__all__ = ["Lists", "lists_of", "rows_by_person"]


@dataclass(frozen=True)
class Lists:
    """``recognised``: what the law sees · ``flags``: what the platform saw; None where nothing is known of it.

    ``from_flags``: identities that the bodies' list never names, taken from the flags, their only source. ``snapshot``:
    the bodies' list shows no end at all, as a month's roster does; it says nothing of identities that had ended, and
    those that the flags show as ended count.
    """

    recognised: pl.DataFrame
    flags: pl.DataFrame | None
    one_list: bool
    from_flags: tuple[str, ...]
    snapshot: bool = False

    @property
    def flagged(self) -> pl.DataFrame | None:
        """The flags, each counted from the day on which it was set."""
        if self.flags is None:
            return None
        rows = self.flags.filter(pl.col("flagged_on").is_not_null()) if self.one_list else self.flags
        return rows.with_columns(pl.max_horizontal("from", "flagged_on").alias("from"))


def lists_of(identities: pl.DataFrame, flags: pl.DataFrame | None, until: date | None = None) -> Lists:
    """One list serves as both if it says when rows were flagged (or, failing that, pushed).

    ``until``: the day to which the data stand, at which a roster without ends was taken.
    """
    if flags is not None:
        named = identities["identity"].unique().to_list()
        elsewhere = ~pl.col("identity").is_in(named)
        snapshot = identities["to"].null_count() == identities.height
        ended = pl.col("to").is_not_null() & (pl.col("to") <= until if until is not None else pl.lit(True))
        extra = flags.filter(elsewhere | (ended & snapshot))
        return Lists(
            recognised=pl.concat([identities, extra]) if extra.height else identities,
            flags=flags,
            one_list=False,
            from_flags=tuple(sorted(flags.filter(elsewhere)["identity"].unique().to_list())),
            snapshot=snapshot,
        )
    if identities["flagged_on"].null_count() < identities.height:
        return Lists(identities, identities, True, ())
    if identities["pushed_on"].null_count() < identities.height:
        return Lists(identities, identities.with_columns(pl.col("pushed_on").alias("flagged_on")), True, ())
    return Lists(identities, None, True, ())


def rows_by_person(rows: pl.DataFrame) -> dict[str, tuple[Listed, ...]]:
    """Person → rows of a list, in order of their beginning."""
    found: dict[str, list[Listed]] = {}
    columns = rows.select("person_id", "identity", "from", "to").sort("person_id", "from", "identity", "to")
    for person, identity, start, end in columns.iter_rows():
        if end is None or start <= end:
            found.setdefault(person, []).append(Listed(identity, start, end))
    return {person: tuple(items) for person, items in found.items()}
