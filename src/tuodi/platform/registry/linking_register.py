"""The part of the register that a linkage needs: who has a number, who could be meant by rows that no number decides.

Enters: keyed profiles. Leaves: candidates, and the register as ``identity.link`` takes it. Numbers and phones are
opened only for persons who share a name, a birth date, a phone, a household or a number with an undecided row: only
these are ever compared. Imports the register's ``store``, ``linking_people``.
"""

from __future__ import annotations

import polars as pl

from tuodi.platform.registry.linking_people import Context, people_here
from tuodi.platform.registry.store import name_key, opened, read, stage

__all__ = ["candidates", "decided_by_both", "for_linking", "register", "resolved"]

CANDIDATES = {
    "n": pl.UInt32(), "person": pl.Int64(), "p_name": pl.String(), "p_birth": pl.Date(), "p_digest": pl.String(),
    "soft": pl.Boolean(), "via": pl.String(),
}  # fmt: skip
REGISTER = {
    "person": pl.Int64(), "name": pl.String(), "birth": pl.Date(), "sex": pl.String(), "insurer": pl.String(),
    "digest": pl.String(), "phone_digest": pl.String(), "path": pl.String(), "provisional": pl.Boolean(),
}  # fmt: skip


def resolved(context: Context, persons: pl.Series) -> pl.Series:
    """Persons, merged ones followed to whom they were merged into."""
    pairs = read(
        context.cursor, "SELECT id, merged_into_id FROM registry_person WHERE merged_into_id IS NOT NULL",
        {"id": pl.Int64(), "into": pl.Int64()},
    )  # fmt: skip
    into = dict(pairs.rows())
    final = {}
    for one in into:
        last = one
        while last in into:
            last = into[last]
        final[one] = last
    return persons.replace(final) if final else persons


def decided_by_both(context: Context, people: pl.DataFrame) -> pl.DataFrame:
    """``n person`` where one person alone has the number and the insurer's number of a profile, under the same name.

    Most profiles of bills are such; the database says so without handing over what it compared.
    """
    wanted = people.filter(
        pl.col("digest").is_not_null(), pl.col("insurer").is_not_null(), pl.col("person_name").is_not_null()
    )
    if wanted.is_empty():
        return pl.DataFrame(schema={"n": pl.UInt32(), "person": pl.Int64()})
    here = people_here(context)
    stage(
        context.cursor, "wanted_both", wanted.select("n", "digest", "insurer", "person_name"), {"digest": "bytea"}
    )  # fmt: skip
    return read(
        context.cursor,
        "SELECT n, min(id) FROM (SELECT w.n, p.id, p.name = w.person_name AND p.merged_into_id IS NULL"
        " AND p.insurer_number = w.insurer AS good FROM pg_temp.wanted_both w"
        f" JOIN {here} p ON p.number_digest = w.digest UNION ALL"
        " SELECT w.n, p.id, coalesce(p.number_digest = w.digest, false) FROM pg_temp.wanted_both w"
        f" JOIN {here} p ON p.insurer_number = w.insurer UNION ALL"
        " SELECT w.n, o.person_id, false FROM pg_temp.wanted_both w JOIN registry_othernumber o ON o.digest = w.digest"
        ") AS met GROUP BY n HAVING bool_and(good) AND min(id) = max(id)",
        {"n": pl.UInt32(), "person": pl.Int64()},
    )


def candidates(context: Context, people: pl.DataFrame) -> pl.DataFrame:
    """Persons with the number or the insurer's number of a profile, found in one go: :data:`CANDIDATES`."""
    wanted = people.filter(pl.col("digest").is_not_null() | pl.col("insurer").is_not_null())
    if wanted.is_empty():
        return pl.DataFrame(schema=CANDIDATES)
    here = people_here(context)
    stage(context.cursor, "wanted", wanted.select("n", "digest", "insurer"), {"digest": "bytea"})
    shown = "p.name, p.birth_date, p.number_digest, p.provisional"
    found = read(
        context.cursor,
        f"SELECT w.n, p.id, {shown}, 'number' FROM pg_temp.wanted w JOIN {here} p ON p.number_digest = w.digest"
        f" UNION ALL SELECT w.n, p.id, {shown}, 'number' FROM pg_temp.wanted w JOIN registry_othernumber o"
        f" ON o.digest = w.digest AND o.kind = 'number' JOIN {here} p ON p.id = o.person_id"
        f" UNION ALL SELECT w.n, p.id, {shown}, 'insurer' FROM pg_temp.wanted w JOIN {here} p"
        " ON p.insurer_number = w.insurer AND p.insurer_number <> ''",
        CANDIDATES,
    )
    if found.is_empty():
        return found
    return found.with_columns(resolved(context, found["person"]).alias("person")).unique(maintain_order=True)


def register(context: Context) -> pl.DataFrame:
    """Everyone in scope, what lies open of him: :data:`REGISTER` with ``name_k``."""
    found = read(
        context.cursor,
        "SELECT id, name, birth_date, sex, insurer_number, number_digest, phone_digest, region_path::text,"
        " provisional"
        f" FROM {people_here(context)} WHERE merged_into_id IS NULL",
        REGISTER,
    )
    return found.with_columns(name_key(found["name"]).alias("name_k"))


def for_linking(context: Context, known: pl.DataFrame, rest: pl.DataFrame, near: pl.Series) -> pl.DataFrame:
    """``known`` as ``identity.link`` takes it; ``near``: persons that are candidates already."""
    households = _of_households(context, rest)
    compared = (
        pl.col("name_k").is_in(rest["name_k"].drop_nulls().unique().implode())
        | pl.col("birth").is_in(rest["birth"].drop_nulls().unique().implode())
        | pl.col("phone_digest").is_in(rest["phone_digest"].drop_nulls().unique().implode())
        | pl.col("person").is_in(near.unique().implode())
        | pl.col("person").is_in(households["person"].unique().implode())
    )
    blocked = known.filter(compared.fill_null(False))["person"]
    secrets = _secrets(context, blocked)
    at = context.places.named(known["path"])
    return (
        known.select(
            "person", "insurer", person_name="name", sex="sex", birth_date="birth",
        )
        .with_columns(at)
        .join(secrets, on="person", how="left", maintain_order="left")
        .join(households.unique("person"), on="person", how="left", maintain_order="left")
        .rename({"insurer": "person_id"})
        .with_columns(pl.col("person").cast(pl.String))
    )  # fmt: skip


def _secrets(context: Context, persons: pl.Series) -> pl.DataFrame:
    """Number, phone and address of the persons who are compared."""
    stage(context.cursor, "compared", persons.to_frame())
    found = read(
        context.cursor,
        "SELECT p.id, p.number_sealed, p.phone_sealed, p.address FROM registry_person p"
        " WHERE p.id = ANY (ARRAY(SELECT person FROM pg_temp.compared))",
        {"person": pl.Int64(), "certificate": pl.String(), "phone": pl.String(), "address": pl.String()},
    )
    others = read(
        context.cursor,
        "SELECT o.person_id, o.sealed FROM registry_othernumber o"
        " WHERE o.person_id = ANY (ARRAY(SELECT person FROM pg_temp.compared)) AND o.kind = 'number'",
        {"person": pl.Int64(), "certificate": pl.String()},
    )
    whole = pl.concat([found, others], how="diagonal")
    return whole.with_columns(
        opened("number", whole["certificate"]).alias("certificate"), opened("phone", whole["phone"]).alias("phone")
    )


def _of_households(context: Context, rest: pl.DataFrame) -> pl.DataFrame:
    """``person household_id`` of the households that undecided rows name, in the same source."""
    schema = {"person": pl.Int64(), "household_id": pl.String()}
    keys = rest.select("household_id").drop_nulls().unique()
    if keys.is_empty():
        return pl.DataFrame(schema=schema)
    stage(context.cursor, "households_in", keys)
    return read(
        context.cursor,
        "SELECT DISTINCT e.person_id, e.household_key FROM registry_entry e"
        " WHERE e.household_key = ANY (ARRAY(SELECT household_id FROM pg_temp.households_in)) AND e.source = %s"
        " AND e.household_key <> '' AND e.until IS NULL AND e.person_id IS NOT NULL",
        schema,
        [context.source],
    )
