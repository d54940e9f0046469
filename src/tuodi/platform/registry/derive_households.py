"""Households and who belongs to them, per source, from the versions of list rows.

Enters: the people and the households' keys that a delivery touches. Leaves: rows of ``Household`` and ``Membership``.
The two files of monitoring (households, members) speak of the same households. Imports ``tuodi.identity`` for the
intervals, the register's modules.
"""

from __future__ import annotations

import polars as pl

from tuodi.identity import spells
from tuodi.platform.registry.derive_spells import list_days, listed
from tuodi.platform.registry.linking_people import Context
from tuodi.platform.registry.store import bulk, new_ids, read, stage

__all__ = ["memberships"]

_ENTRY = {
    "entry": pl.Int64(), "person": pl.Int64(), "source": pl.String(), "as_of": pl.Date(), "until": pl.Date(),
    "path": pl.String(), "household": pl.String(), "relation": pl.String(),
}  # fmt: skip
_HOME = {
    "key": pl.String(), "head_name": pl.String(), "kind": pl.String(), "monitored_as": pl.String(),
    "path": pl.String(), "first": pl.Date(), "last": pl.Date(), "entry": pl.Int64(),
}  # fmt: skip
_MONITORING = {"monitored_members": "monitored_households", "monitored_households": "monitored_households"}


def memberships(context: Context, persons: pl.Series, households: pl.Series) -> int:
    """How many memberships were written or ended."""
    source = _MONITORING.get(context.source, context.source)
    keys = pl.concat([households, _former(context, source, persons)]).drop_nulls().unique()
    keys = keys.filter(keys != "")
    if keys.is_empty():
        return 0
    homes = _homes(context, source, keys.str.slice(0, 100).alias("key"))
    if context.target == "households" or persons.is_empty():
        return 0
    stage(context.cursor, "touched", persons.cast(pl.Int64).alias("person").to_frame())
    entries = read(
        context.cursor,
        "SELECT e.id, e.person_id, e.source, e.as_of, e.until, e.region_path, e.household_key, e.data ->> 'relation'"
        " FROM registry_entry e WHERE e.person_id = ANY (ARRAY(SELECT person FROM pg_temp.touched))"
        " AND e.source = %s AND e.organisation_id = %s AND e.household_key <> ''",
        _ENTRY,
        [context.source, context.organisation],
    )
    return _reconcile(context, source, _intervals(context, entries), homes)


def _former(context: Context, source: str, persons: pl.Series) -> pl.Series:
    """Households to which the people belong so far."""
    nothing = pl.Series("household_id", [], dtype=pl.String())
    if persons.is_empty():
        return nothing
    stage(context.cursor, "touched", persons.cast(pl.Int64).alias("person").to_frame())
    found = read(
        context.cursor,
        "SELECT DISTINCT h.key FROM registry_membership m JOIN registry_household h ON h.id = m.household_id"
        " WHERE m.person_id = ANY (ARRAY(SELECT person FROM pg_temp.touched))"
        " AND h.source = %s AND h.organisation_id = %s",
        {"household_id": pl.String()},
        [source, context.organisation],
    )
    return pl.concat([nothing, found["household_id"]])


def _homes(context: Context, source: str, keys: pl.Series) -> pl.DataFrame:
    """``key home`` of every household named, made or brought up to date from its rows."""
    stage(context.cursor, "homes", keys.unique().to_frame())
    sources = [name for name, one in _MONITORING.items() if one == source] or [source]
    said = read(
        context.cursor,
        "WITH rows AS (SELECT e.* FROM registry_entry e"
        " WHERE e.household_key = ANY (ARRAY(SELECT key FROM pg_temp.homes))"
        " AND e.source = ANY (%s) AND e.organisation_id = %s AND e.household_key <> ''),"
        " span AS (SELECT household_key, min(as_of) AS first,"
        " CASE WHEN bool_or(until IS NULL) THEN NULL ELSE max(until) END AS last FROM rows GROUP BY household_key)"
        " SELECT DISTINCT ON (r.household_key) r.household_key, coalesce(r.data ->> 'head_name',"
        " CASE WHEN r.data ->> 'relation' = 'head' THEN r.data ->> 'person_name' END),"
        " r.data ->> 'household_kind', r.data ->> 'monitored_as', r.region_path, s.first, s.last, r.id"
        " FROM rows r JOIN span s USING (household_key)"
        " ORDER BY r.household_key, (r.target = 'households') DESC, r.until IS NULL DESC,"
        " (r.data ->> 'head_name') IS NULL, (r.data ->> 'relation' = 'head') DESC NULLS LAST, r.as_of DESC, r.id DESC",
        _HOME,
        [sources, context.organisation],
    ).with_columns(
        pl.col("head_name").fill_null("").str.slice(0, 80), pl.col("kind").fill_null("").str.slice(0, 40),
        pl.col("monitored_as").fill_null("").str.slice(0, 40),
        pl.when(pl.col("last").is_not_null()).then(pl.col("last").dt.offset_by("-1d")).alias("last"),
    )  # fmt: skip
    stage(context.cursor, "homes_in", said, {"path": "ltree"})
    own = [source, context.organisation]
    # One that has come back is a household of its own time; its former row stays as it was.
    context.cursor.execute(
        "UPDATE registry_household h SET head_name = i.head_name, kind = i.kind, monitored_as = i.monitored_as,"
        " to_date = i.last, entry_id = i.entry, region_path = i.path FROM pg_temp.homes_in i WHERE h.key = i.key"
        " AND h.source = %s AND h.organisation_id = %s AND h.to_date IS NULL AND (h.head_name, h.kind, h.monitored_as,"
        " h.to_date, h.region_path) IS DISTINCT FROM (i.head_name, i.kind, i.monitored_as, i.last, i.path)",
        own,
    )
    have = read(
        context.cursor,
        "SELECT DISTINCT ON (h.key) h.key, h.id, h.to_date IS NULL FROM pg_temp.homes_in i JOIN registry_household h"
        " ON h.key = i.key WHERE h.source = %s AND h.organisation_id = %s"
        " ORDER BY h.key, h.to_date IS NULL DESC, h.id DESC",
        {"key": pl.String(), "home": pl.Int64(), "open": pl.Boolean()},
        own,
    )
    beside = said.join(have, on="key", how="left", maintain_order="left")
    new = beside.filter(pl.col("home").is_null() | (~pl.col("open") & pl.col("last").is_null()))
    if new.height:
        new = new.with_columns(id=new_ids(context.cursor, "registry_household", new.height)).drop("home", "open")
        stage(context.cursor, "homes_new", new, {"path": "ltree"})
        with bulk(context.cursor, context.batch):
            context.cursor.execute(
                "INSERT INTO registry_household (id, organisation_id, region_path, source, key, head_name, kind,"
                " monitored_as, from_date, to_date, entry_id, delivery_id) SELECT id, %s, path, %s, key, head_name,"
                " kind, monitored_as, first, last, entry, %s FROM pg_temp.homes_new",
                [context.organisation, source, context.delivery],
            )
    made = new.select("key", home="id") if new.height else have.clear().select("key", "home")
    return pl.concat([have.join(made, on="key", how="anti").select("key", "home"), made])


def _intervals(context: Context, entries: pl.DataFrame) -> pl.DataFrame:
    """``person household from to relation entry path``."""
    days = list_days(context, (context.source,), entries)
    if entries.is_empty():
        return pl.DataFrame(
            schema={
                "person": pl.Int64(), "household": pl.String(), "from": pl.Date(), "to": pl.Date(),
                "relation": pl.String(), "entry": pl.Int64(), "path": pl.String(),
            }
        )  # fmt: skip
    rows = listed(entries, days).with_columns(person_text=pl.col("person").cast(pl.String))
    found = spells(
        rows.select("source", "list_date", person="person_text", identity="household"),
        days.select("source", "list_date"),
    ).spells
    last = rows.sort("entry").unique(["person_text", "household", "list_date"], keep="last", maintain_order=True)
    joined = found.join(
        last.select("person_text", "household", "list_date", "entry", "path", "relation"),
        left_on=["person", "identity", "last_listed"], right_on=["person_text", "household", "list_date"], how="left",
    )  # fmt: skip
    return joined.select(
        pl.col("person").cast(pl.Int64), household="identity", **{"from": pl.col("from"), "to": pl.col("to")},
        relation=pl.col("relation").fill_null("").str.slice(0, 20), entry="entry", path="path",
    )  # fmt: skip


def _reconcile(context: Context, source: str, made: pl.DataFrame, homes: pl.DataFrame) -> int:
    held = read(
        context.cursor,
        "SELECT m.id, m.person_id, h.key, m.from_date, m.to_date, m.relation FROM registry_membership m"
        " JOIN registry_household h ON h.id = m.household_id"
        " WHERE m.person_id = ANY (ARRAY(SELECT person FROM pg_temp.touched))"
        " AND h.source = %s AND h.organisation_id = %s",
        {
            "id": pl.Int64(), "person": pl.Int64(), "household": pl.String(), "from": pl.Date(), "held_to": pl.Date(),
            "held_relation": pl.String(),
        },
        [source, context.organisation],
    )  # fmt: skip
    on = ["person", "household", "from"]
    known = held.join(made, on=on, how="left")
    lost = pl.col("entry").is_null()
    end = pl.when(lost).then(pl.coalesce("held_to", "from")).otherwise("to")
    told = known.with_columns(end=end, kind=pl.when(lost).then("held_relation").otherwise("relation"))
    late = told.filter(pl.col("end").ne_missing(pl.col("held_to")) | pl.col("kind").ne_missing(pl.col("held_relation")))
    if late.height:
        stage(context.cursor, "members_late", late.select("id", "end", "kind"))
        context.cursor.execute(
            'UPDATE registry_membership m SET to_date = l."end", relation = l.kind FROM pg_temp.members_late l'
            " WHERE m.id = l.id"
        )
    new = made.join(held, on=on, how="anti").join(homes, left_on="household", right_on="key")
    if new.height:
        stage(context.cursor, "members_in", new.rename({"from": "from_date", "to": "to_date"}), {"path": "ltree"})
        with bulk(context.cursor, context.batch):
            context.cursor.execute(
                "INSERT INTO registry_membership (organisation_id, region_path, household_id, person_id, relation,"
                " from_date, to_date, entry_id, delivery_id) SELECT %s, path, home, person, relation, from_date,"
                " to_date, entry, %s FROM pg_temp.members_in",
                [context.organisation, context.delivery],
            )
    return new.height + late.height
