"""Successive full lists of a source → dated intervals of who was recognised as what, and what does not fit together.

Enters: ``rows`` (``source list_date person identity``, ``from`` and ``to`` if the list declares them) and ``lists``
(``source list_date`` of every full list received, the empty ones too). Leaves: :class:`Spells`, and tables of
conflicts between sources. Whoever is missing from the next list has left at its date (动态调出); nothing is deleted and
nothing resolved. A source that is late clears nobody and accuses nobody. Imports the room.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from tuodi.errors import TableError
from tuodi.identity._people import demand

__all__ = ["CONFLICTS", "INCOMPATIBLE", "SPELLS", "Spells", "conflicts", "freshness", "spells"]

SPELLS = {
    "source": pl.String(), "person": pl.String(), "identity": pl.String(), "from": pl.Date(), "to": pl.Date(),
    "ended_by": pl.String(), "left_on": pl.Date(), "first_listed": pl.Date(), "last_listed": pl.Date(),
    "from_declared": pl.Boolean(),
}  # fmt: skip
"""``from`` and ``to`` inclusive; an empty ``to`` is open. ``ended_by``: ``declared``, ``left_list`` or nothing.
``left_on``: date of the first list without the person."""

NOTES = {
    "source": pl.String(), "person": pl.String(), "identity": pl.String(), "note": pl.String(),
    "from": pl.Date(), "to": pl.Date(),
}  # fmt: skip
"""``note``: ``left`` (from: the list's date), ``gap`` and ``overlap`` (from … to: between two spells of one source),
``backward`` (from: the declared beginning, to: the earlier list that lacked the person), ``from_changed`` (from … to:
the earliest and latest beginning declared), ``twice_in_list`` (from: the list's date)."""

CONFLICTS = {
    "person": pl.String(), "conflict": pl.String(), "identity": pl.String(), "source": pl.String(), "since": pl.Date(),
    "other_identity": pl.String(), "other_source": pl.String(), "other_since": pl.Date(), "unconfirmed": pl.Boolean(),
}  # fmt: skip
"""``unconfirmed``: one of the two sources is late, so what it says may have changed since."""

INCOMPATIBLE = (
    ("tekun", "dibao"), ("tekun", "dibao_margin"), ("tekun", "rigid_expenditure"), ("dibao", "dibao_margin"),
    ("dibao", "rigid_expenditure"), ("dibao_margin", "rigid_expenditure"), ("orphan", "unsupported_child"),
)  # fmt: skip
"""Identities of which a person can have one at a time, by what the words mean; a caller may pass others."""


@dataclass(frozen=True)
class Spells:
    """``spells``: one row an interval (:data:`SPELLS`); ``notes``: what an officer should know of them."""

    spells: pl.DataFrame
    notes: pl.DataFrame


def spells(rows: pl.DataFrame, lists: pl.DataFrame) -> Spells:
    """Intervals per source, person and identity. Order of rows changes nothing.

    Raises ``TableError`` if a row's list is not among ``lists``: without it nobody can tell who has left.
    """
    demand(rows, "rows", "source", "list_date", "person", "identity")
    demand(lists, "lists", "source", "list_date")
    whole = rows.with_columns(
        pl.lit(None, dtype=pl.Date()).alias(name) for name in ("from", "to") if name not in rows.columns
    ).select("source", "list_date", "person", "identity", "from", "to")
    dates = (
        lists.select("source", "list_date").unique().sort("source", "list_date")
        .with_columns(
            place=pl.int_range(pl.len()).over("source"), next=pl.col("list_date").shift(-1).over("source"),
            earlier=pl.col("list_date").shift(1).over("source"),
        )
    )  # fmt: skip
    stray = whole.join(dates, on=["source", "list_date"], how="anti").sort("source", "list_date")
    if len(stray):
        where = stray.row(0, named=True)
        raise TableError(f"table lists: {where['source']} of {where['list_date']} is missing, but rows are of it")
    key = ["source", "person", "identity"]
    once = (
        whole.join(dates, on=["source", "list_date"])
        .group_by(*key, "place", "list_date", "next", "earlier")
        .agg(pl.col("from").min(), pl.col("to").max(), rows=pl.len())
        .sort(*key, "place")
        .with_columns(begins=(pl.col("place") != pl.col("place").shift(1).over(key) + 1).fill_null(True))
        .with_columns(spell=pl.col("begins").cum_sum().over(key))
    )
    made = (
        once.group_by(*key, "spell").agg(
            declared=pl.col("from").min(), latest=pl.col("from").max(), end=pl.col("to").last(),
            first_listed=pl.col("list_date").first(), last_listed=pl.col("list_date").last(),
            left_on=pl.col("next").last(), earlier=pl.col("earlier").first(),
        ).sort(*key, "spell")
    )  # fmt: skip
    gone = pl.col("left_on").dt.offset_by("-1d")
    declared_first = pl.col("end").is_not_null() & (gone.is_null() | (pl.col("end") <= gone))
    done = made.with_columns(
        pl.coalesce("declared", "first_listed").alias("from"),
        pl.min_horizontal("end", gone).alias("to"),
        from_declared=pl.col("declared").is_not_null(),
        ended_by=pl.when(declared_first).then(pl.lit("declared")).when(gone.is_not_null()).then(pl.lit("left_list")),
    )
    return Spells(done.select(*SPELLS), _notes(done, once, key))


def _notes(done: pl.DataFrame, once: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    former = pl.col("to").shift(1).over(key)
    between = done.with_columns(former=former).filter(pl.col("former").is_not_null())
    gap = pl.col("from") > pl.col("former").dt.offset_by("1d")
    parts = [
        done.filter(pl.col("ended_by") == "left_list").select(*key, note=pl.lit("left"), a="left_on", b=None),
        between.filter(gap).select(
            *key, note=pl.lit("gap"), a=pl.col("former").dt.offset_by("1d"), b=pl.col("from").dt.offset_by("-1d")
        ),
        between.filter(pl.col("from") <= pl.col("former")).select(*key, note=pl.lit("overlap"), a="from", b="former"),
        done.filter(pl.col("declared") <= pl.col("earlier")).select(
            *key, note=pl.lit("backward"), a="declared", b="earlier"
        ),
        done.filter(pl.col("declared") < pl.col("latest")).select(
            *key, note=pl.lit("from_changed"), a="declared", b="latest"
        ),
        once.filter(pl.col("rows") > 1).select(*key, note=pl.lit("twice_in_list"), a="list_date", b=None),
    ]
    dated = [part.with_columns(pl.col("a").cast(pl.Date()), pl.col("b").cast(pl.Date())) for part in parts]
    notes = pl.concat(dated).rename({"a": "from", "b": "to"}).select(*NOTES)
    return notes.sort(*key, "from", "note")


def freshness(lists: pl.DataFrame, cadence: Mapping[str, tuple[int, int]], *, as_of: date) -> pl.DataFrame:
    """``source last_list due_on stale`` for each source of ``cadence`` (days between lists, days of allowed delay).

    A source that has sent nothing yet is stale and has no dates.
    """
    last = lists.filter(pl.col("list_date") <= as_of).group_by("source").agg(last_list=pl.col("list_date").max())
    rhythm = pl.DataFrame(
        [(source, days + delay) for source, (days, delay) in sorted(cadence.items())],
        schema={"source": pl.String(), "days": pl.Int64()},
        orient="row",
    )
    joined = rhythm.join(last, on="source", how="left", maintain_order="left")
    due = joined.with_columns(due_on=pl.col("last_list") + pl.duration(days=pl.col("days")))
    return due.select("source", "last_list", "due_on", stale=(pl.col("due_on") < as_of).fill_null(True))


def conflicts(
    found: pl.DataFrame,
    deaths: pl.DataFrame,
    fresh: pl.DataFrame,
    *,
    as_of: date,
    incompatible: Iterable[tuple[str, str]] = INCOMPATIBLE,
    follows: Mapping[str, tuple[str, int]] | None = None,
) -> pl.DataFrame:
    """What cannot be true together on ``as_of``, as :data:`CONFLICTS`; shown, never resolved.

    ``found``: intervals as :data:`SPELLS`. ``deaths``: ``person died_on`` and ``source``. ``fresh``: as
    :func:`freshness` gives it. ``follows``: source → the source that decides, and within how many days the first should
    say the same (the insurer's flags follow civil affairs). ``conflict`` is ``incompatible``, ``recognised_but_dead``
    (the death beside it), ``not_followed`` (recognised, but the follower says nothing) or ``not_recognised`` (the
    follower says what the deciding source does not). The last two are told only where the silent source has sent a
    list late enough to know.
    """
    stale = fresh.filter("stale")["source"].to_list()
    on = found.filter((pl.col("from") <= as_of) & (pl.col("to").is_null() | (pl.col("to") >= as_of)))
    on = on.select("person", "identity", "source", since="from").unique()
    pairs = pl.DataFrame(
        sorted(pair for one, other in incompatible for pair in ((one, other), (other, one))),
        schema={"identity": pl.String(), "other_identity": pl.String()},
        orient="row",
    ).unique()
    other = on.rename({"identity": "other_identity", "source": "other_source", "since": "other_since"})
    both = on.join(pairs, on="identity").join(other, on=["person", "other_identity"])
    same_source = pl.col("source") == pl.col("other_source")
    first = (pl.col("source") < pl.col("other_source")) | (
        same_source & (pl.col("identity") < pl.col("other_identity"))
    )
    parts = [both.filter(first).with_columns(conflict=pl.lit("incompatible"))]
    dead = deaths.filter(pl.col("died_on") <= as_of).select(
        "person", other_since="died_on", other_identity=pl.lit("dead"), other_source="source"
    )
    after = found.filter((pl.col("from") <= as_of) & (pl.col("last_listed") <= as_of)).join(dead, on="person")
    after = after.filter(pl.col("to").is_null() | (pl.col("to") > pl.col("other_since")))
    after = after.filter(pl.col("last_listed") > pl.col("other_since"))
    parts.append(after.with_columns(since="from", conflict=pl.lit("recognised_but_dead")))
    for follower, (leader, days) in sorted((follows or {}).items()):
        parts.append(_silent(on, leader, follower, fresh, days, "not_followed"))
        parts.append(_silent(on, follower, leader, fresh, 0, "not_recognised"))
    told = [
        part.with_columns(
            unconfirmed=pl.col("source").is_in(stale) | pl.col("other_source").is_in(stale).fill_null(False)
        ).select(*CONFLICTS)
        for part in parts
    ]
    return pl.concat(told).unique().sort("person", "conflict", "source", "identity", "other_source", "other_identity")


def _silent(
    on: pl.DataFrame, speaking: str, silent: str, fresh: pl.DataFrame, days: int, conflict: str
) -> pl.DataFrame:
    """What ``speaking`` says and ``silent`` does not, although its last list is late enough to say it."""
    said = on.filter(pl.col("source") == speaking)
    heard = on.filter(pl.col("source") == silent).select("person", "identity")
    able = fresh.filter((pl.col("source") == silent) & ~pl.col("stale"))
    last = able["last_list"][0] if len(able) else None
    missing = said.join(heard, on=["person", "identity"], how="anti")
    missing = missing.filter(pl.lit(last, dtype=pl.Date()) >= pl.col("since") + pl.duration(days=days))
    return missing.with_columns(
        conflict=pl.lit(conflict), other_identity=pl.lit(None, dtype=pl.String()), other_source=pl.lit(silent),
        other_since=pl.lit(None, dtype=pl.Date()),
    )  # fmt: skip
