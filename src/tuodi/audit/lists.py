"""Who is recognised, and what the platform knew: one list or two.

Enters: the recognising bodies' list and, where there is one, the insurance platform's list of flags. Leaves:
:class:`Lists`. Pure functions over frames; imports ``tuodi.tables``.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from tuodi.audit.altered import EARLIEST
from tuodi.audit.causes import Listed

__all__ = ["Lists", "lists_of", "rows_by_person"]


@dataclass(frozen=True)
class Lists:
    """``recognised``: what the law sees · ``flags``: what the platform saw; None where nothing is known of it.

    ``from_flags``: identities that the bodies' list never names, taken from the flags, their only source. ``snapshot``:
    the bodies' list shows no end at all, as a month's roster does; it says nothing of identities that had ended, and
    those that the flags show as ended count. ``other_readings``: what the recognised list may as well have been, where
    it is silent; a bill that it settles otherwise is undetermined.
    """

    recognised: pl.DataFrame
    flags: pl.DataFrame | None
    one_list: bool
    from_flags: tuple[str, ...]
    snapshot: bool = False
    other_readings: tuple[pl.DataFrame, ...] = ()

    @property
    def flagged(self) -> pl.DataFrame | None:
        """The flags, each counted from the day on which it was set."""
        if self.flags is None:
            return None
        rows = self.flags.filter(pl.col("flagged_on").is_not_null()) if self.one_list else self.flags
        return rows.with_columns(pl.max_horizontal("from", "flagged_on").alias("from"))


def lists_of(
    identities: pl.DataFrame,
    flags: pl.DataFrame | None,
    until: date | None = None,
    seen: pl.DataFrame | None = None,
) -> Lists:
    """One list serves as both if it says when rows were flagged (or, failing that, pushed).

    ``until``: the day to which the data stand, at which a roster without ends was taken. ``seen``: what stands on the
    bills, in the form of a list.
    """
    if flags is None:
        if identities["flagged_on"].null_count() < identities.height:
            return Lists(identities, identities, True, ())
        if identities["pushed_on"].null_count() < identities.height:
            return Lists(identities, identities.with_columns(pl.col("pushed_on").alias("flagged_on")), True, ())
    named = identities["identity"].unique().to_list()
    month = _one_month(identities)
    if month is not None:
        return _of_a_month(identities, flags, seen, named, month)
    snapshot = identities["to"].null_count() == identities.height
    extra, other = identities.clear(), identities.clear()
    if flags is not None:
        elsewhere = ~pl.col("identity").is_in(named)
        ended = pl.col("to").is_not_null() & (pl.col("to") <= until if until is not None else pl.lit(True))
        extra = flags.filter(elsewhere | (ended & snapshot))
        other = flags.filter(~elsewhere & ~ended)
    elif seen is not None:
        people = identities["person_id"].unique().implode()
        other = seen.filter(pl.col("identity").is_in(named) & ~pl.col("person_id").is_in(people))
    recognised = pl.concat([identities, extra]) if extra.height else identities
    untold = _before_the_roster(other, identities) if snapshot and identities.height else other.clear()
    return Lists(
        recognised=recognised,
        flags=flags,
        one_list=flags is None,
        from_flags=() if flags is None else _identities(flags.filter(~pl.col("identity").is_in(named))),
        snapshot=flags is not None and snapshot,
        other_readings=(pl.concat([recognised, untold]),) if untold.height else (),
    )


def _identities(rows: pl.DataFrame) -> tuple[str, ...]:
    return tuple(sorted(rows["identity"].unique().to_list()))


def _one_month(identities: pl.DataFrame) -> tuple[date, date] | None:
    """The month of a roster whose rows all are in force on just its days, as where the title names the month."""
    spans = identities.select("from", "to").unique()
    if spans.height != 1:
        return None
    start, end = spans.row(0)
    whole = (
        end is not None and start.day == 1 and end == start + timedelta(days=monthrange(start.year, start.month)[1] - 1)
    )
    return (start, end) if whole else None


def _of_a_month(
    identities: pl.DataFrame,
    flags: pl.DataFrame | None,
    seen: pl.DataFrame | None,
    named: list[str],
    month: tuple[date, date],
) -> Lists:
    """A roster that says who is on it in one month and nothing of any other day.

    What the flags (or, without them, the bills) show is taken as it stands; besides, the roster may have held since
    ever and from now on, and what it does not confirm in its own month may never have held.
    """
    shown = flags if flags is not None else seen
    if shown is None:
        shown = identities.clear()
    key = ["person_id", "identity"]
    inside = (pl.col("from") <= month[1]) & (pl.col("to").is_null() | (pl.col("to") >= month[0]))
    unconfirmed = shown.filter(inside & pl.col("identity").is_in(named)).join(identities, on=key, how="anti")
    always = identities.with_columns(
        pl.lit(EARLIEST).alias("from"),
        pl.lit(None, dtype=pl.Date).alias("to"),
        pl.lit(None, dtype=pl.Date).alias("recognised_on"),
    )
    confirmed = shown.join(unconfirmed.select(key).unique(), on=key, how="anti")
    recognised = pl.concat([identities, shown])
    return Lists(
        recognised=recognised,
        flags=flags,
        one_list=flags is None,
        from_flags=() if flags is None else _identities(flags.filter(~pl.col("identity").is_in(named))),
        snapshot=True,
        other_readings=(pl.concat([always, shown]), pl.concat([always, confirmed]), pl.concat([identities, confirmed])),
    )


def _before_the_roster(rows: pl.DataFrame, roster: pl.DataFrame) -> pl.DataFrame:
    """Rows of identities that the roster does not give the person, up to the day before it first names the person.

    An identity that it gives from a later day is left out: there the roster does say when it began.
    """
    key = ["person_id", "identity"]
    first = roster.group_by("person_id").agg(pl.col("from").min().alias("first"))
    cut = pl.col("first").dt.offset_by("-1d")
    return (
        rows.join(roster, on=key, how="anti")
        .join(first, on="person_id", how="left", maintain_order="left")
        .filter(pl.col("first").is_null() | (pl.col("from") <= cut))
        .with_columns(pl.when(cut.is_not_null()).then(pl.min_horizontal("to", cut)).otherwise("to").alias("to"))
        .drop("first")
    )


def rows_by_person(rows: pl.DataFrame) -> dict[str, tuple[Listed, ...]]:
    """Person → rows of a list, in order of their beginning."""
    found: dict[str, list[Listed]] = {}
    columns = rows.select("person_id", "identity", "from", "to").sort("person_id", "from", "identity", "to")
    for person, identity, start, end in columns.iter_rows():
        if end is None or start <= end:
            found.setdefault(person, []).append(Listed(identity, start, end))
    return {person: tuple(items) for person, items in found.items()}
