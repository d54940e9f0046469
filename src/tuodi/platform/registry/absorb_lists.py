"""A list against what is known of its source: added, changed, left, unchanged; and into the register.

Enters: a delivery, its template, its pieces, the caller's transaction and pass. Leaves: :class:`Compared`; versions of
``Entry``: nothing is overwritten, whoever left a full list is ended (动态调出), an older list changes nothing newer.
Imports ``tuodi.exchange`` for the difference, the register's modules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from tuodi.errors import TableError
from tuodi.exchange import Difference, SourceTemplate, difference
from tuodi.platform.registry import linking
from tuodi.platform.registry.absorb_rows import Arrived, contents, key_digests, packed, said, unpacked
from tuodi.platform.registry.linking_people import PEOPLE, Context, people_of
from tuodi.platform.registry.store import bulk, digest_text, new_ids, read, stage

__all__ = ["PERSONLESS", "Compared", "Written", "compare", "write"]

PERSONLESS = frozenset({"households", "institutions"})
"""Lists whose rows are no person."""

_CURRENT = {"entry": pl.Int64(), "key_digest": pl.String(), "content_digest": pl.String(), "as_of": pl.Date()}
_STORED = {
    "entry": pl.Int64(), "key_digest": pl.String(), "as_of": pl.Date(), "person": pl.Int64(), "linked_by": pl.String(),
    "data": pl.String(), "sealed": pl.String(),
}  # fmt: skip
_CARRY = ["entry", "key_digest", "person", "linked_by"]


@dataclass(frozen=True)
class Compared:
    """``found`` is about the rows that are not plainly the same; ``same`` counts those that are."""

    found: Difference
    same: int
    old: pl.DataFrame
    """The stored rows that were looked into, by ``entry``."""
    rest: pl.DataFrame
    """The rows of the file that are not plainly the same, by ``place``."""
    in_force: pl.Series
    """Keys' hashes of all rows in force."""

    @property
    def counts(self) -> dict[str, int]:
        """added, changed, left, unchanged, older, held."""
        found = self.found
        return {
            "added": found.added.height, "changed": found.changed.height, "left": found.removed.height,
            "unchanged": found.unchanged + self.same, "older": found.older.height, "held": found.held.height,
        }  # fmt: skip


@dataclass(frozen=True)
class Written:
    """What :func:`write` did: the people touched, households touched, and how rows were linked."""

    persons: pl.Series
    """Persons known before."""
    born: pl.Series
    """Persons made."""
    households: pl.Series
    made: int
    review: int
    rules: dict[str, int]


def compare(context: Context, template: SourceTemplate, list_: Arrived, as_of: date) -> Compared:
    """The difference; only rows whose contents' hashes differ are opened."""
    new = list_.frame.with_columns(
        key_digests(list_.frame, template).alias("key_digest"), contents(list_.frame).alias("content_digest"),
        place=pl.int_range(list_.frame.height, dtype=pl.Int64()),
    )  # fmt: skip
    now = _now(context, template, new, list_.mode)
    same = new.join(now, on=["key_digest", "content_digest"], how="semi")
    rest = new.join(same, on="key_digest", how="anti", maintain_order="left")
    open_ = now.join(same, on="key_digest", how="anti", maintain_order="left")
    if list_.mode == "increment":
        # Compared by the key itself, since rows of one key are told apart by their contents' order.
        open_ = open_.join(rest, on="key_digest", how="semi", maintain_order="left")
    schema = {name: dtype for name, dtype in rest.schema.items() if name in said(rest)}
    old = unpacked(_stored(context, open_), schema).with_columns(place=pl.lit(None, dtype=pl.Int64()))
    found = difference(
        old, rest.drop("row", "key_digest", "content_digest"), template.key, list_.mode, as_of,
        known_as_of=_known(context) if now.height else None, columns=list_.columns, carry=_CARRY, held=list_.held,
    )  # fmt: skip
    return Compared(found, same.height, old, rest, now["key_digest"])


def _now(context: Context, template: SourceTemplate, new: pl.DataFrame, mode: str) -> pl.DataFrame:
    """Entries in force of this source and sender; a list that is full within a year is compared with that year's."""
    query = (
        "SELECT id, key_digest, content_digest, as_of FROM registry_entry"
        " WHERE source = %s AND target = %s AND organisation_id = %s AND until IS NULL"
    )
    values: list[Any] = [context.source, context.target, context.organisation]
    for name in template.within if mode == "full" else ():
        query += " AND data ->> %s = ANY (%s)"
        values += [name, new[name].drop_nulls().unique().cast(pl.String).to_list()]
    return read(context.cursor, query, _CURRENT, values)


def _stored(context: Context, entries: pl.DataFrame) -> pl.DataFrame:
    if entries.is_empty():
        return pl.DataFrame(schema=_STORED)
    stage(context.cursor, "looked_into", entries.select("entry"))
    return read(
        context.cursor,
        "SELECT e.id, e.key_digest, e.as_of, e.person_id, e.linked_by, e.data, e.sealed FROM registry_entry e"
        " WHERE e.id = ANY (ARRAY(SELECT entry FROM pg_temp.looked_into)) ORDER BY e.id",
        _STORED,
    )


def _known(context: Context) -> date | None:
    """The day of the newest list of this source and sender that was absorbed."""
    context.cursor.execute(
        "SELECT max(as_of) FROM intake_delivery WHERE source = %s AND organisation_id = %s AND id <> %s"
        " AND state = 'committed'",
        [context.source, context.organisation, context.delivery],
    )
    found: date | None = context.cursor.fetchone()[0]
    return found


def write(
    context: Context, template: SourceTemplate, compared: Compared, as_of: date, progress: Callable[[int], None]
) -> Written:
    """End what changed or left, add what is new; who each new row means is found here."""
    found, rest = compared.found, compared.rest
    _end(context, found.changed["entry"], "changed", as_of)
    _end(context, found.removed["entry"], "left", as_of)
    fresh = pl.concat(
        [
            _added(found, rest, compared.in_force),
            _changed(found, rest, template),
        ],
        how="diagonal",
    )
    at = _placed(context, fresh)
    persons, households = [found.removed["person"], found.changed["person"]], [_keys(found.removed), _keys(fresh)]
    made, review, rules = 0, 0, dict[str, int]()
    linked = fresh.select("person", "linked_by").with_columns(new=pl.lit(False))
    if template.target.name not in PERSONLESS and fresh.height:
        linked, made, review, rules = _linked(context, fresh, at, compared)
        persons.append(linked.filter(~pl.col("new"))["person"])
    progress(fresh.height // 2)
    _insert(context, template, fresh, linked, at, as_of)
    progress(fresh.height)
    touched = pl.concat([part.cast(pl.Int64) for part in persons]).drop_nulls().unique().sort()
    born = linked.filter("new")["person"].drop_nulls().unique().sort()
    return Written(touched, born, pl.concat(households).drop_nulls().unique(), made, review, rules)


def _keys(rows: pl.DataFrame) -> pl.Series:
    return rows["household_id"] if "household_id" in rows.columns else pl.Series("household_id", [], dtype=pl.String())


def _end(context: Context, entries: pl.Series, how: str, as_of: date) -> None:
    if entries.is_empty():
        return
    stage(context.cursor, "ended", entries.cast(pl.Int64).alias("entry").to_frame())
    context.cursor.execute(
        "UPDATE registry_entry SET until = %s, ended_as = %s, ended_by_id = %s"
        " WHERE id = ANY (ARRAY(SELECT entry FROM pg_temp.ended)) AND until IS NULL",
        [as_of, how, context.delivery],
    )
    if context.cursor.rowcount != entries.len():
        raise TableError(f"{context.source}: {entries.len()} rows should end as {how}, {context.cursor.rowcount} did")


def _added(found: Difference, rest: pl.DataFrame, in_force: pl.Series) -> pl.DataFrame:
    """New rows with their place in the file and a key's hash that no row in force has."""
    own = rest.select("place", "row", "key_digest")
    added = found.added.join(own, on="place", how="left", maintain_order="left")
    ended = pl.concat([found.removed["key_digest"], found.changed["key_digest"]])
    taken = in_force.filter(~in_force.is_in(ended.implode()))
    twice = added["key_digest"].is_in(taken.implode())
    if not twice.any():
        return added
    # A row of a key that has several: any hash will do that is not in use, and the same one each time.
    other = digest_text("entry", added.select(pl.format("{}\x1e{}", "key_digest", "place")).to_series())
    return added.with_columns(pl.when(twice).then(other).otherwise("key_digest").alias("key_digest"))


def _changed(found: Difference, rest: pl.DataFrame, template: SourceTemplate) -> pl.DataFrame:
    rows = rest.select(*template.key, "row").unique(list(template.key), keep="first", maintain_order=True)
    return found.changed.join(rows, on=list(template.key), how="left", nulls_equal=True, maintain_order="left")


def _placed(context: Context, fresh: pl.DataFrame) -> pl.DataFrame:
    """Where each row lies; a member without a place of its own lies where its household does."""
    where = fresh.select(
        pl.col(name).cast(pl.String) if name in fresh.columns else pl.lit(None, dtype=pl.String()).alias(name)
        for name in ("region", "township", "village", "household_id")
    )
    if context.target != "members":
        return where
    homes = read(
        context.cursor,
        "SELECT DISTINCT ON (household_key) household_key, region_path::text FROM registry_entry"
        " WHERE target = 'households' AND organisation_id = %s AND household_key <> '' ORDER BY household_key, id DESC",
        {"household_id": pl.String(), "home": pl.String()},
        [context.organisation],
    )
    named = homes.with_columns(context.places.named(homes["home"]).select(home_code="region"))
    joined = where.join(named, on="household_id", how="left", maintain_order="left")
    nowhere = pl.all_horizontal(pl.col("region", "township", "village").is_null())
    return joined.select(
        pl.when(nowhere).then("home_code").otherwise("region").alias("region"), "township", "village", "household_id"
    )


def _linked(
    context: Context, fresh: pl.DataFrame, at: pl.DataFrame, compared: Compared
) -> tuple[pl.DataFrame, int, int, dict[str, int]]:
    """``person linked_by new`` of each row: a row that still says the same of who it is keeps its person."""
    who = [name for name in PEOPLE if name in fresh.columns]
    old = compared.old.select("entry", *(pl.col(name).alias(f"{name}\x00") for name in who))
    beside = fresh.select("entry", *who).join(old, on="entry", how="left", maintain_order="left")
    same = beside.select(
        pl.col("entry").is_not_null()
        & pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}\x00")) for name in who)
    ).to_series()
    kept = same & fresh["person"].is_not_null()
    rows = fresh.with_columns(at["region"], number=pl.int_range(fresh.height))
    if "disability_number" in rows.columns and context.target == "disabilities":
        # The number of a disability certificate begins with the holder's own.
        rows = rows.with_columns(certificate=pl.coalesce("certificate", "disability_number"))
    profiles, of = people_of(rows.filter(~kept))
    found = linking.find(context, profiles)
    told = (
        pl.DataFrame({"number": rows.filter(~kept)["number"], "n": of})
        .join(found.links, on="n", how="left")
        .select("number", found="person", rule="rule", new="new")
    )
    whole = rows.select("number", "person", "linked_by").join(told, on="number", how="left", maintain_order="left")
    linked = whole.select(
        person=pl.coalesce("found", "person"), linked_by=pl.coalesce("rule", "linked_by"),
        new=pl.col("new").fill_null(False),
    )  # fmt: skip
    return linked, found.made, found.review, found.rules


def _insert(
    context: Context, template: SourceTemplate, fresh: pl.DataFrame, linked: pl.DataFrame, at: pl.DataFrame, as_of: date
) -> None:
    if fresh.is_empty():
        return
    rows = packed(fresh, template).with_columns(
        key_digest=fresh["key_digest"], content_digest=contents(fresh), person_id=linked["person"],
        linked_by=linked["linked_by"].fill_null(""), household_key=_keys_or_empty(fresh),
        region_path=context.places.paths(at), row=fresh["row"].fill_null(0),
    )  # fmt: skip
    rows = rows.with_columns(id=new_ids(context.cursor, "registry_entry", rows.height))
    types = dict.fromkeys(("key_digest", "content_digest", "sealed"), "bytea")
    types |= {"data": "jsonb", "region_path": "ltree"}
    stage(context.cursor, "entries_in", rows, types, plan=False)
    names = ", ".join(f'"{name}"' for name in rows.columns)
    with bulk(context.cursor, context.batch):
        context.cursor.execute(
            f"INSERT INTO registry_entry ({names}, organisation_id, source, target, as_of, delivery_id, ended_as)"
            f" SELECT {names}, %s, %s, %s, %s, %s, '' FROM pg_temp.entries_in",
            [context.organisation, context.source, context.target, as_of, context.delivery],
        )


def _keys_or_empty(fresh: pl.DataFrame) -> pl.Series:
    if "household_id" not in fresh.columns:
        return pl.Series([""], dtype=pl.String()).new_from_index(0, fresh.height)
    return fresh["household_id"].fill_null("").str.slice(0, 100)


def samples(compared: Compared, most: int) -> dict[str, list[dict[str, Any]]]:
    """First rows that would be added, changed (``changes``: column, old, new) and left."""
    found, ours = compared.found, (*_CARRY, "place", "occurrence", "left_list_on", "as_of")

    def plain(rows: pl.DataFrame) -> list[dict[str, Any]]:
        return rows.head(most).drop(ours, strict=False).to_dicts()

    keys = [*found.key, "occurrence"]
    changed = []
    for line in found.changed.head(most).iter_rows(named=True):
        one = pl.DataFrame(
            [{name: line[name] for name in keys}], schema={name: found.changed.schema[name] for name in keys}
        )
        cells = found.changes.join(one, on=keys, how="semi", nulls_equal=True).select("column", "old", "new").rows()
        changed.append({**{k: v for k, v in line.items() if k not in ours}, "changes": [list(cell) for cell in cells]})
    return {"added": plain(found.added), "changed": changed, "left": plain(found.removed)}
