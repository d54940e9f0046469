"""Identities as dated intervals per source, computed anew from the versions of list rows.

Enters: the people whom a delivery touches. Leaves: rows of ``Identity``; an interval that is no longer what the rows
say is superseded, not altered. Imports ``tuodi.identity`` for the intervals, the register's modules.
"""

from __future__ import annotations

import polars as pl

from tuodi.identity import spells
from tuodi.platform.registry.derive_spells import list_days, listed
from tuodi.platform.registry.linking_people import Context
from tuodi.platform.registry.store import bulk, read, stage

__all__ = ["SEVERE", "identities"]

SEVERE = frozenset({"grade_1", "grade_2"})
"""Grades that are called severe (GB/T 26341: 一级 and 二级 are 重度)."""

_TARGETS = ("recognitions", "flags", "disabilities", "members")
_ENTRY = {
    "entry": pl.Int64(), "person": pl.Int64(), "source": pl.String(), "as_of": pl.Date(), "until": pl.Date(),
    "path": pl.String(), "household": pl.String(), "identity": pl.String(), "from": pl.Date(), "to": pl.Date(),
    "recognised_on": pl.Date(), "flagged_on": pl.Date(), "grade": pl.String(),
}  # fmt: skip
_HELD = {
    "id": pl.Int64(), "person": pl.Int64(), "identity": pl.String(), "from": pl.Date(), "to": pl.Date(),
    "recognised_on": pl.Date(), "flagged_on": pl.Date(), "ended_as": pl.String(),
}  # fmt: skip
_SAME = ["person", "identity", "from", "to", "recognised_on", "flagged_on", "ended_as"]
_ENDED = {"declared": "stated", "left_list": "left"}


def _day(name: str) -> str:
    return f"(e.data ->> '{name}')::date"


def identities(context: Context, persons: pl.Series, households: pl.Series) -> int:
    """How many intervals were written. ``households``: keys whose monitoring may have changed."""
    target, source = context.target, context.source
    if target == "households":
        target, source = "members", "monitored_members"
        persons = _members_of(context, households)
    if target not in _TARGETS or persons.is_empty():
        return 0
    stage(context.cursor, "touched", persons.cast(pl.Int64).alias("person").to_frame())
    entries = read(
        context.cursor,
        "SELECT e.id, e.person_id, e.source, e.as_of, e.until, e.region_path, e.household_key, e.data ->> 'identity',"
        f" {_day('from')}, {_day('to')}, {_day('recognised_on')}, {_day('flagged_on')}, e.data ->> 'grade'"
        " FROM registry_entry e WHERE e.person_id = ANY (ARRAY(SELECT person FROM pg_temp.touched))"
        " AND e.target = %s AND e.source = %s AND e.organisation_id = %s",
        _ENTRY,
        [target, source, context.organisation],
    )
    days = list_days(context, (source,), entries)
    rows = listed(_identified(context, entries, target), days)
    made = _intervals(rows, days, apart=target == "flags")
    return _reconcile(context, source, made)


def _members_of(context: Context, households: pl.Series) -> pl.Series:
    if households.is_empty():
        return pl.Series("person", [], dtype=pl.Int64())
    stage(context.cursor, "homes", households.alias("household").to_frame())
    found = read(
        context.cursor,
        "SELECT DISTINCT e.person_id FROM registry_entry e"
        " WHERE e.household_key = ANY (ARRAY(SELECT household FROM pg_temp.homes))"
        " AND e.source = 'monitored_members' AND e.organisation_id = %s AND e.household_key <> ''"
        " AND e.person_id IS NOT NULL",
        {"person": pl.Int64()},
        [context.organisation],
    )
    return found["person"]


def _identified(context: Context, entries: pl.DataFrame, target: str) -> pl.DataFrame:
    """Entries with the identity that each stands for; those that stand for none are left out."""
    if target == "disabilities":
        issued = entries.filter(pl.col("grade").is_in(sorted(SEVERE)))
        return issued.with_columns(identity=pl.lit("severe_disability"))
    if target != "members":
        return entries.filter(pl.col("identity").is_not_null())
    homes = read(
        context.cursor,
        f"SELECT DISTINCT ON (e.household_key) e.household_key, e.data ->> 'monitored_as', {_day('monitored_on')},"
        f" {_day('cleared_on')} FROM registry_entry e WHERE e.target = 'households' AND e.organisation_id = %s"
        " ORDER BY e.household_key, e.until IS NULL DESC, e.as_of DESC, e.id DESC",
        {"household": pl.String(), "monitored": pl.String(), "since": pl.Date(), "cleared": pl.Date()},
        [context.organisation],
    )
    joined = entries.join(homes, on="household", how="inner")
    return (
        joined.with_columns(identity="monitored", **{"from": pl.col("since"), "to": pl.col("cleared")})
        .filter(pl.col("identity").is_not_null())
        .select(entries.columns)
    )


def _intervals(rows: pl.DataFrame, days: pl.DataFrame, *, apart: bool) -> pl.DataFrame:
    """``person identity from to recognised_on flagged_on ended_as entry path``, one row an interval."""
    if rows.is_empty():
        return pl.DataFrame(schema={**{name: _HELD[name] for name in _SAME}, "entry": pl.Int64(), "path": pl.String()})
    # The flags' file gives each interval a row of its own: another beginning is another interval.
    key = pl.format("{}|{}", "identity", pl.col("from").fill_null("")) if apart else pl.col("identity")
    keyed = rows.with_columns(key=key.cast(pl.String), person_text=pl.col("person").cast(pl.String))
    found = spells(
        keyed.select("source", "list_date", person="person_text", identity="key", **{"from": "from", "to": "to"}),
        days.select("source", "list_date"),
    ).spells
    last = (
        keyed.sort("entry").unique(["person_text", "key", "list_date"], keep="last", maintain_order=True)
        .select("person_text", "key", "list_date", "entry", "path", "recognised_on", "flagged_on", name="identity")
    )  # fmt: skip
    joined = found.join(
        last, left_on=["person", "identity", "last_listed"], right_on=["person_text", "key", "list_date"], how="left"
    )
    return joined.select(
        pl.col("person").cast(pl.Int64), identity="name", **{"from": pl.col("from"), "to": pl.col("to")},
        recognised_on="recognised_on", flagged_on="flagged_on",
        ended_as=pl.col("ended_by").replace_strict(_ENDED, default="", return_dtype=pl.String).fill_null(""),
        entry="entry", path="path",
    ).with_columns(
        # A list that takes back what it had said of the same day leaves an interval of one day, not of none.
        pl.when(pl.col("to") < pl.col("from")).then("from").otherwise("to").alias("to")
    )  # fmt: skip


def _reconcile(context: Context, source: str, made: pl.DataFrame) -> int:
    """Supersede what is no longer said, add what is."""
    held = read(
        context.cursor,
        "SELECT i.id, i.person_id, i.identity, i.from_date, i.to_date, i.recognised_on, i.flagged_on, i.ended_as"
        " FROM registry_identity i WHERE i.person_id = ANY (ARRAY(SELECT person FROM pg_temp.touched))"
        " AND i.source = %s AND i.organisation_id = %s AND NOT i.superseded",
        _HELD,
        [source, context.organisation],
    )
    gone = held.join(made, on=_SAME, how="anti", nulls_equal=True)
    new = made.join(held, on=_SAME, how="anti", nulls_equal=True)
    if gone.height:
        stage(context.cursor, "gone", gone.select("id"))
        context.cursor.execute(
            "UPDATE registry_identity SET superseded = true WHERE id = ANY (ARRAY(SELECT id FROM pg_temp.gone))"
        )
    if new.height:
        stage(context.cursor, "identities_in", new.rename({"from": "from_date", "to": "to_date"}), {"path": "ltree"})
        with bulk(context.cursor, context.batch):
            context.cursor.execute(
                "INSERT INTO registry_identity (organisation_id, region_path, person_id, identity, source, from_date,"
                " to_date, recognised_on, flagged_on, ended_as, entry_id, delivery_id, superseded)"
                " SELECT %s, path, person, identity, %s, from_date, to_date, recognised_on, flagged_on, ended_as,"
                " entry, %s, false FROM pg_temp.identities_in",
                [context.organisation, source, context.delivery],
            )
    return new.height
