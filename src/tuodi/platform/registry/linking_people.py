"""What rows say of a person in the form in which the register looks it up, and the making of new persons.

Enters: tables with columns of ``tables.WHO`` and ``household_id``. Leaves: keyed tables; rows of ``registry_person``.
Imports the register's ``store`` and ``absorb_places``, ``tuodi.identity``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from tuodi.identity import clean_numbers, tidy_sex
from tuodi.platform.registry.absorb_places import Places
from tuodi.platform.registry.store import (
    account_key,
    bulk,
    digest_text,
    name_key,
    new_ids,
    number_key,
    phone_key,
    seal_text,
    stage,
)  # fmt: skip
from tuodi.tables import WHO

__all__ = ["PEOPLE", "Context", "keyed", "make_persons", "people_of"]

PEOPLE = {**WHO, "household_id": pl.String(), "insured_region": pl.String()}
"""What may be known of a person from a row."""


@dataclass(frozen=True)
class Context:
    """For which delivery the work is done."""

    cursor: Any
    source: str
    target: str
    delivery: int
    organisation: int
    top: str
    places: Places
    batch: str
    """Under which name rows that come in bulk stand in the trail; empty: each row has a line of its own."""

    @classmethod
    def of_entry(cls, cursor: Any, entry: Any) -> Context:
        """For work that no delivery asks for, on the footing of the one that brought a row."""
        top = str(entry.delivery.region_path)
        return cls(
            cursor, entry.source, entry.target, entry.delivery_id, entry.organisation_id, top, Places(cursor, top), ""
        )


def people_of(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    """Distinct profiles of ``frame``, numbered by ``n``, with :data:`PEOPLE`, and each row's ``n``."""
    full = frame.select(
        pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in PEOPLE.items()
    )
    distinct = full.unique(maintain_order=True).with_row_index("n")
    beside = full.join(distinct, on=list(PEOPLE), how="left", nulls_equal=True, maintain_order="left")
    return distinct, beside["n"]


def keyed(people: pl.DataFrame) -> pl.DataFrame:
    """``people`` with ``number digest insurer name_k birth sex_k phone_k phone_digest firm``."""
    numbers = clean_numbers(people["certificate"])
    weak = (numbers["kind"] == "other") & numbers["number"].str.contains(r"^(.)(?:.?)\w{0,3}$").fill_null(False)
    number = numbers["number"].set(weak, None)
    insurer = people["person_id"].str.strip_chars()
    phone = phone_key(people["phone"])
    return people.with_columns(
        number=number, digest=digest_text("number", number),
        insurer=insurer.set((insurer == "").fill_null(False), None), name_k=name_key(people["person_name"]),
        birth=people["birth_date"].fill_null(numbers["birth_date"]),
        sex_k=tidy_sex(people["sex"]).fill_null(numbers["sex"]),
        phone_k=phone, phone_digest=digest_text("phone", phone),
        firm=(number.str.len_chars() == 18).fill_null(False), paper=numbers["kind"],
    )  # fmt: skip


def people_here(context: Context) -> str:
    """The name of a temporary table with everyone in scope, made once a delivery.

    Whether a person is in scope is asked for each row; asked once, it is not what a linkage waits for.
    """
    name = f"people_here_{context.delivery}"
    context.cursor.execute("SELECT to_regclass(%s)", [f"pg_temp.{name}"])
    if context.cursor.fetchone()[0] is None:
        context.cursor.execute(
            f"CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS SELECT {_HERE}, merged_into_id FROM registry_person"
        )
        context.cursor.execute(f"ANALYZE pg_temp.{name}")
    return f"pg_temp.{name}"


_HERE = "id, name, birth_date, sex, insurer_number, number_digest, phone_digest, region_path, provisional"


def make_persons(context: Context, people: pl.DataFrame) -> pl.DataFrame:
    """New persons, one for each distinct ``new``; ``new person`` gives their numbers.

    ``people``: keyed rows with ``new`` and ``provisional``. Of several rows the first that says something counts.
    """
    if people.is_empty():
        return pl.DataFrame(schema={"new": pl.String(), "person": pl.Int64()})
    usable = people.sort(pl.col("number").is_null(), "n", maintain_order=True)
    merged = usable.group_by("new", maintain_order=True).agg(
        pl.exclude("new", "provisional").drop_nulls().first(), pl.col("provisional").all()
    )
    with bulk(context.cursor, context.batch):
        ids = new_ids(context.cursor, "registry_person", merged.height)
        rows = person_rows(context, merged).with_columns(id=ids)
        insert_persons(context, rows)
        made = merged.select("new").with_columns(person=ids)
        others = people.join(made, on="new").join(merged.select("new", first="digest"), on="new")
        add_numbers(context, others.filter(pl.col("digest").is_not_null() & (pl.col("digest") != pl.col("first"))))
    return made


def person_rows(context: Context, people: pl.DataFrame) -> pl.DataFrame:
    """Columns of ``registry_person`` from keyed rows."""
    typed = people["certificate"].str.strip_chars()
    account = account_key(people["bank_account"])
    paths = context.places.paths(people)
    away = context.places.anywhere(people["region"])
    living = pl.DataFrame({"near": paths, "away": away}).select(
        pl.when((pl.col("near") == context.top) & pl.col("away").is_not_null()).then("away").otherwise("near")
    ).to_series()  # fmt: skip
    insured = people["insured_region"].str.replace_all(r"\D", "").str.pad_end(12, "0")
    registered = people["region"].str.replace_all(r"\D", "").str.pad_end(12, "0")
    known = insured.str.len_chars() == 12
    insured = insured.set((~known).fill_null(True), "")
    return pl.DataFrame(
        {
            "number_digest": people["digest"],
            "number_sealed": seal_text("number", people["number"].fill_null(typed)),
            "certificate_kind": people["paper"].fill_null("none"),
            "insurer_number": people["insurer"].fill_null("").str.slice(0, 30),
            "name": people["person_name"].fill_null("").str.strip_chars().str.slice(0, 80),
            "sex": people["sex_k"].fill_null(""),
            "birth_date": people["birth"],
            "phone_digest": people["phone_digest"],
            "phone_sealed": seal_text("phone", people["phone"].str.strip_chars()),
            "account_digest": digest_text("account", account),
            "account_sealed": seal_text("account", people["bank_account"].str.strip_chars()),
            "address": people["address"].fill_null("").str.slice(0, 200),
            "region_path": living,
            "insured_region": insured.fill_null(""),
            "registered_region": registered.set((registered.str.len_chars() != 12).fill_null(True), "").fill_null(""),
            "places": places_text(living, context.places.anywhere(insured), paths, context.top),
            "provisional": people["provisional"],
        }
    )


def places_text(living: pl.Series, insured: pl.Series, near: pl.Series, top: str) -> pl.Series:
    """Where a person is at home, insured or on a list, as an array; the delivery's region always among them."""
    wide = pl.DataFrame({"a": living, "b": insured, "c": near}).with_columns(d=pl.lit(top))
    return wide.select(
        pl.lit("{")
        + pl.concat_list("a", "b", "c", "d").list.drop_nulls().list.unique().list.sort().list.join(",")
        + pl.lit("}")
    ).to_series()


PERSON_TYPES = {
    "number_digest": "bytea", "number_sealed": "bytea", "phone_digest": "bytea", "phone_sealed": "bytea",
    "account_digest": "bytea", "account_sealed": "bytea", "region_path": "ltree", "places": "ltree[]",
}  # fmt: skip


def insert_persons(context: Context, rows: pl.DataFrame) -> None:
    """Into ``registry_person`` by way of a temporary table."""
    here = people_here(context)
    stage(context.cursor, "persons_in", rows, PERSON_TYPES, plan=False)
    names = ", ".join(rows.columns)
    context.cursor.execute(
        f"INSERT INTO registry_person ({names}, first_delivery_id, made_at)"
        f" SELECT {names}, %s, now() FROM pg_temp.persons_in",
        [context.delivery],
    )
    context.cursor.execute(f"INSERT INTO {here} ({_HERE}) SELECT {_HERE} FROM pg_temp.persons_in")


def add_numbers(context: Context, people: pl.DataFrame) -> None:
    """Further numbers of persons: ``person number digest``, each once; nothing where the register has it."""
    if people.is_empty():
        return
    distinct = people.select("person", "number", "digest").unique(["person", "digest"], maintain_order=True)
    rows = distinct.select("person", "digest").with_columns(sealed=seal_text("number", distinct["number"]))
    stage(context.cursor, "numbers_in", rows, {"digest": "bytea", "sealed": "bytea"})
    context.cursor.execute(
        "INSERT INTO registry_othernumber (person_id, kind, digest, sealed, places, delivery_id)"
        " SELECT i.person, 'number', i.digest, i.sealed, p.places, %s FROM pg_temp.numbers_in i"
        " JOIN registry_person p ON p.id = i.person WHERE p.number_digest IS DISTINCT FROM i.digest AND NOT EXISTS ("
        "SELECT 1 FROM registry_othernumber o WHERE o.person_id = i.person AND o.digest = i.digest"
        " AND o.kind = 'number')",
        [context.delivery],
    )


def numbers(values: pl.Series) -> pl.Series:
    """Usable numbers."""
    return number_key(values)
