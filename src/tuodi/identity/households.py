"""Households as each source's lists have them, how they correspond, and where they contradict each other.

Enters: ``rows`` (``source list_date household_id person``, ``head`` and ``address`` if known) and ``lists`` as
``intervals`` takes them. Leaves: :class:`Households`. A household's number counts within its source only; the same
address is a hint, never a household. Imports the room.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from tuodi.identity._people import demand
from tuodi.identity.intervals import spells
from tuodi.identity.numbers import tidy_address

__all__ = ["Households", "households"]


@dataclass(frozen=True)
class Households:
    """What the lists say of households.

    ``members``: ``source household_id person from to ended_by left_on first_listed last_listed``, intervals as in
    ``intervals.SPELLS``. ``heads``: ``source household_id person since``, from each source's newest list.
    ``same``: ``source household_id other_source other_household_id shared size other_size``: households of two sources
    that have each other's members more than any other household has. ``conflicts``: ``conflict source household_id
    person other_source other_household_id``: ``two_households`` (one person, one list), ``two_heads``, ``no_head``,
    ``apart`` (the person stands there in another household than most of those with whom it stands here).
    ``hints``: ``address source household_id other_source other_household_id``, one address and nobody in common.
    """

    members: pl.DataFrame
    heads: pl.DataFrame
    same: pl.DataFrame
    conflicts: pl.DataFrame
    hints: pl.DataFrame


_CONFLICT = ("conflict", "source", "household_id", "person", "other_source", "other_household_id")


def households(rows: pl.DataFrame, lists: pl.DataFrame) -> Households:
    """Households of every source. Order of rows changes nothing."""
    demand(rows, "rows", "source", "list_date", "household_id", "person")
    full = rows.with_columns(
        pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in (("head", pl.Boolean()), ("address", pl.String()))
        if name not in rows.columns
    )
    found = spells(full.rename({"household_id": "identity"}).drop("head", "address"), lists).spells
    members = found.rename({"identity": "household_id"}).drop("from_declared")
    newest = lists.group_by("source").agg(list_date=pl.col("list_date").max())
    now = full.join(newest, on=["source", "list_date"], how="semi")
    people = now.select("source", "household_id", "person").unique().sort("source", "household_id", "person")
    heads = now.filter(pl.col("head").fill_null(False)).select("source", "household_id", "person", since="list_date")
    heads = heads.unique().sort("source", "household_id", "person")
    shared = _shared(people)
    same = _same(shared)
    return Households(members, heads, same, _conflicts(full, people, heads, same), _hints(now, shared))


def _shared(people: pl.DataFrame) -> pl.DataFrame:
    """Pairs of households of different sources with the number of members that they share."""
    size = people.group_by("source", "household_id").agg(size=pl.len())
    sized = people.join(size, on=["source", "household_id"])
    other = sized.rename({"source": "other_source", "household_id": "other_household_id", "size": "other_size"})
    joined = sized.join(other, on="person").filter(pl.col("source") != pl.col("other_source"))
    return joined.group_by("source", "household_id", "other_source", "other_household_id", "size", "other_size").agg(
        shared=pl.len()
    )


def _same(shared: pl.DataFrame) -> pl.DataFrame:
    """Of each household and other source the one with most members in common, if that holds from both sides."""
    one, other = ["source", "household_id", "other_source"], ["other_source", "other_household_id", "source"]
    most = shared.filter(
        (pl.col("shared") == pl.col("shared").max().over(one))
        & (pl.col("shared") == pl.col("shared").max().over(other))
    )
    alone = most.filter((pl.len().over(one) == 1) & (pl.len().over(other) == 1))
    columns = ("source", "household_id", "other_source", "other_household_id", "shared", "size", "other_size")
    return alone.filter(pl.col("source") < pl.col("other_source")).select(*columns).sort(*columns[:4])


def _conflicts(full: pl.DataFrame, people: pl.DataFrame, heads: pl.DataFrame, same: pl.DataFrame) -> pl.DataFrame:
    nothing = pl.lit(None, dtype=pl.String())
    at = ["source", "list_date", "person"]
    places = full.select(*at, "household_id").unique()
    twice = places.filter(pl.col("household_id").n_unique().over(at) > 1).sort(*at, "household_id")
    first = twice.with_columns(low=pl.col("household_id").min().over(at)).filter(pl.col("household_id") > pl.col("low"))
    two_heads = heads.filter(pl.len().over("source", "household_id") > 1)
    with_heads = heads.select("source").unique()
    headless = people.select("source", "household_id").unique().join(with_heads, on="source", how="semi")
    headless = headless.join(heads, on=["source", "household_id"], how="anti")
    both = pl.concat(
        [
            same.select("source", "household_id", "other_source", "other_household_id"),
            same.select(
                source="other_source", household_id="other_household_id", other_source="source",
                other_household_id="household_id",
            ),
        ]
    )  # fmt: skip
    # Whoever stands with this household here, but there in another one than the household's counterpart.
    elsewhere = people.rename({"source": "other_source", "household_id": "there"})
    apart = (
        people.join(both, on=["source", "household_id"])
        .join(elsewhere, on=["person", "other_source"])
        .filter(pl.col("there") != pl.col("other_household_id"))
        .with_columns(other_household_id="there")
    )
    parts = [
        first.with_columns(conflict=pl.lit("two_households"), other_source="source", other_household_id="low"),
        two_heads.with_columns(conflict=pl.lit("two_heads"), other_source=nothing, other_household_id=nothing),
        headless.with_columns(
            conflict=pl.lit("no_head"), person=nothing, other_source=nothing, other_household_id=nothing
        ),
        apart.with_columns(conflict=pl.lit("apart")),
    ]
    return pl.concat([part.select(*_CONFLICT) for part in parts]).unique().sort(*_CONFLICT)


def _hints(now: pl.DataFrame, shared: pl.DataFrame) -> pl.DataFrame:
    """Households at one address that share nobody."""
    placed = now.select("source", "household_id", address=tidy_address(now["address"])).drop_nulls().unique()
    few = placed.filter(pl.len().over("address") <= 20)  # a whole village with one address is no hint
    other = few.rename({"source": "other_source", "household_id": "other_household_id"})
    keys = ["source", "household_id", "other_source", "other_household_id"]
    same_source = pl.col("source") == pl.col("other_source")
    pairs = few.join(other, on="address").filter(
        (pl.col("source") < pl.col("other_source"))
        | (same_source & (pl.col("household_id") < pl.col("other_household_id")))
    )
    return pairs.join(shared, on=keys, how="anti").select("address", *keys).sort("address", *keys)
