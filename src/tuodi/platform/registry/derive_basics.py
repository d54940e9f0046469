"""A person's own row from what all sources say, and what each of them says, field by field.

Enters: persons. Leaves: ``Person`` brought up to the best statement of each field; every statement stays in its entry
(:func:`person_statements`). Where two sources differ the declared order decides what stands in the row, and nothing
else. Imports the register's ``store``, ``linking_people``, ``models``.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any, NamedTuple

import polars as pl

from tuodi.identity import clean_numbers, tidy_sex
from tuodi.platform.ground.sealing import open_seal
from tuodi.platform.registry.linking_people import PEOPLE, PERSON_TYPES, Context, add_numbers
from tuodi.platform.registry.models import Entry
from tuodi.platform.registry.store import (
    account_key,
    bulk,
    digest_text,
    number_key,
    opened,
    phone_key,
    read,
    seal_text,
    stage,
)  # fmt: skip

__all__ = ["LIVES", "WHO_IS", "Statement", "basics", "person_statements"]

WHO_IS = (
    "enrolment", "civil_affairs_monthly", "disabled_persons", "identity_flags", "entitled_groups", "monitored_members",
    "enrolment_check", "premium_subsidy", "premium_request", "high_cost_warning", "manual_claims", "deaths",
    "charity_ledger", "red_cross_ledger",
)  # fmt: skip
"""Whose word on number, name, sex and birth date stands in the row, the best first: who checks papers comes first."""

LIVES = (
    "monitored_members", "civil_affairs_monthly", "disabled_persons", "entitled_groups", "enrolment",
    "high_cost_warning", "enrolment_check", "premium_subsidy", "identity_flags", "manual_claims", "premium_request",
    "charity_ledger", "red_cross_ledger", "deaths",
)  # fmt: skip
"""Whose word on phone, account, address and village stands in the row: who goes to the door comes first."""

_FIELDS = {**PEOPLE, "died_on": pl.Date()}
_READ = {**_FIELDS, "disability_number": pl.String()}
_BY_WHO = ("certificate", "person_id", "person_name", "sex", "birth_date")
_BY_HOME = ("phone", "bank_account", "address")
_ENTRIES = {
    "entry": pl.Int64(), "person": pl.Int64(), "source": pl.String(), "target": pl.String(), "as_of": pl.Date(),
    "now": pl.Boolean(), "path": pl.String(), "data": pl.String(), "sealed": pl.String(),
}  # fmt: skip
_ROWS = {
    "person": pl.Int64(), "number_digest": pl.String(), "insurer_number": pl.String(), "name": pl.String(),
    "sex": pl.String(), "birth_date": pl.Date(), "phone_digest": pl.String(), "account_digest": pl.String(),
    "address": pl.String(), "region_path": pl.String(), "insured_region": pl.String(), "registered_region": pl.String(),
    "places": pl.String(), "died_on": pl.Date(),
}  # fmt: skip


class Statement(NamedTuple):
    """One field as one row of one source has it; ``until`` is empty while the row is in force."""

    field: str
    value: Any
    source: str
    as_of: date
    delivery: int
    entry: int
    until: date | None


def person_statements(person: int) -> list[Statement]:
    """What every source says of a person, the newest first; under the caller's pass. Sealed fields are opened."""
    found = []
    for entry in Entry.objects.filter(person_id=person).order_by("-as_of", "-id"):
        said = {**entry.data, **(json.loads(open_seal("row", entry.sealed)) if entry.sealed else {})}
        found += [
            Statement(name, said[name], entry.source, entry.as_of, entry.delivery_id, entry.pk, entry.until)
            for name in _FIELDS
            if said.get(name) not in (None, "")
        ]
    return found


def basics(context: Context, persons: pl.Series) -> int:
    """Bring the rows of ``persons`` up to the best statements; how many changed."""
    if persons.is_empty():
        return 0
    stage(context.cursor, "touched", persons.cast(pl.Int64).alias("person").to_frame())
    said = _said(context)
    now = read(
        context.cursor,
        "SELECT p.id, p.number_digest, p.insurer_number, p.name, p.sex, p.birth_date, p.phone_digest,"
        " p.account_digest, p.address, p.region_path, p.insured_region, p.registered_region, p.places, p.died_on"
        " FROM registry_person p WHERE p.id = ANY (ARRAY(SELECT person FROM pg_temp.touched))",
        _ROWS,
    )
    best = _best(context, said)
    whole = now.join(best, on="person", how="left", suffix="_best", maintain_order="left")
    after = _after(context, whole)
    names = [name for name in _ROWS if name != "person"]
    differs = pl.any_horizontal(pl.col(f"{name}_new").ne_missing(pl.col(name)) for name in names)
    changed = after.filter(differs)
    _write(context, changed)
    numbers = said.filter(pl.col("number").is_not_null()).select("person", "number", digest="digest")
    add_numbers(context, numbers)
    return changed.height


def _said(context: Context) -> pl.DataFrame:
    """All statements of the touched persons, a line an entry, with keys by which they are compared."""
    entries = read(
        context.cursor,
        "SELECT e.id, e.person_id, e.source, e.target, e.as_of, e.until IS NULL, e.region_path, e.data, e.sealed"
        " FROM registry_entry e WHERE e.person_id = ANY (ARRAY(SELECT person FROM pg_temp.touched))",
        _ENTRIES,
    )
    shape = pl.Struct([pl.Field(name, pl.String()) for name in _READ])
    sides = [
        text.str.json_decode(shape).struct.unnest()
        for text in (entries["data"], opened("row", entries["sealed"]).fill_null("{}"))
    ]
    values = [sides[0][name].fill_null(sides[1][name]).alias(name) for name in _READ]
    dated = [
        value.str.to_date("%Y-%m-%d", strict=False) if _READ[value.name] == pl.Date() else value for value in values
    ]
    whole = entries.drop("data", "sealed").with_columns(dated)
    holder = pl.when(pl.col("target") == "disabilities").then("disability_number")
    whole = whole.with_columns(certificate=pl.coalesce("certificate", holder))
    number = number_key(whole["certificate"])
    phone, account = phone_key(whole["phone"]), account_key(whole["bank_account"])
    return whole.with_columns(
        number=number, digest=digest_text("number", number), phone_digest=digest_text("phone", phone),
        account_digest=digest_text("account", account), sex=tidy_sex(whole["sex"]),
        born_by_number=clean_numbers(whole["certificate"])["birth_date"],
        sex_by_number=clean_numbers(whole["certificate"])["sex"],
        person_id=whole["person_id"].str.strip_chars(), person_name=whole["person_name"].str.strip_chars(),
    )  # fmt: skip


def _best(context: Context, said: pl.DataFrame) -> pl.DataFrame:
    """For each person the best value of each field: by the source's place, then the newest."""

    def ranked(order: tuple[str, ...]) -> pl.DataFrame:
        place = pl.col("source").replace_strict(
            {name: place for place, name in enumerate(order)}, default=len(order), return_dtype=pl.Int32
        )
        return said.sort("person", place, "as_of", "entry", descending=[False, False, True, True])

    def first(name: str) -> pl.Expr:
        return pl.col(name).drop_nulls().first()

    usable = pl.col("digest").is_not_null()
    who = ranked(WHO_IS).group_by("person", maintain_order=True).agg(
        number=pl.col("number").filter(usable).first(), number_digest=pl.col("digest").filter(usable).first(),
        insurer_number=first("person_id"), name=first("person_name"), sex=first("sex"), birth_date=first("birth_date"),
        born_by_number=first("born_by_number"), sex_by_number=first("sex_by_number"),
        insured_code=first("insured_region"),
        died_on=pl.col("died_on").filter((pl.col("target") == "deaths") & pl.col("now")).min(),
    )  # fmt: skip
    deep = pl.col("path").str.count_matches(".", literal=True)
    home = ranked(LIVES).group_by("person", maintain_order=True).agg(
        phone=pl.col("phone").filter(pl.col("phone_digest").is_not_null()).first(), phone_digest=first("phone_digest"),
        bank_account=pl.col("bank_account").filter(pl.col("account_digest").is_not_null()).first(),
        account_digest=first("account_digest"), address=first("address"), living_code=first("region"),
        living=pl.coalesce(
            pl.col("path").filter((deep >= 5) & pl.col("now")).first(), pl.col("path").filter(deep >= 5).first(),
            pl.col("path").filter(deep >= 4).first(),
        ),
        registered=pl.col("region").filter(pl.col("target") == "recognitions").drop_nulls().first(),
        paths=pl.col("path").filter("now").unique().sort(),
    )  # fmt: skip
    return who.join(home, on="person")


def _after(context: Context, whole: pl.DataFrame) -> pl.DataFrame:
    """``<column>_new`` beside each column of the present row."""

    def best(name: str) -> pl.Expr:
        found = f"{name}_best"
        return pl.col(found if found in whole.columns else name)

    code = whole["insured_code"].str.replace_all(r"\D", "").str.pad_end(12, "0")
    home = whole["registered"].fill_null(whole["living_code"]).str.replace_all(r"\D", "").str.pad_end(12, "0")
    code, home = (one.set((one.str.len_chars() != 12).fill_null(False), None) for one in (code, home))
    insured = code.fill_null(whole["insured_region"])
    away = context.places.anywhere(insured)
    living = whole["living"].fill_null(whole["region_path"])
    county = r"^((?:[^.]+\.){3}[^.]+)(?:\..*)?$"
    kept = (
        whole["places"]
        .str.strip_chars("{}")
        .str.split(",")
        .list.eval(pl.element().filter(pl.element().str.count_matches(".", literal=True) <= 3))
    )
    paths = whole["paths"].fill_null(pl.Series([[]], dtype=pl.List(pl.String())).new_from_index(0, whole.height))
    counties = paths.list.eval(pl.element().str.replace(county, "${1}"))
    table = pl.DataFrame({"a": paths, "b": counties, "c": kept, "d": away, "e": living}).select(
        pl.lit("{") + pl.concat_list("a", "b", "c", "d", "e").list.drop_nulls().list.unique().list.sort().list.join(",")
        + pl.lit("}")
    )  # fmt: skip
    return whole.with_columns(
        number_digest_new=pl.coalesce(best("number_digest"), "number_digest"),
        insurer_number_new=pl.coalesce(best("insurer_number").str.slice(0, 30), "insurer_number"),
        name_new=pl.coalesce(best("name").str.slice(0, 80), "name"),
        sex_new=pl.coalesce(best("sex"), "sex_by_number", "sex"),
        birth_date_new=pl.coalesce(best("birth_date"), "born_by_number", "birth_date"),
        phone_digest_new=pl.coalesce(best("phone_digest"), "phone_digest"),
        account_digest_new=pl.coalesce(best("account_digest"), "account_digest"),
        address_new=pl.coalesce(best("address").str.slice(0, 200), "address"),
        region_path_new=living, insured_region_new=insured,
        registered_region_new=home.fill_null(whole["registered_region"]),
        places_new=table.to_series(), died_on_new=best("died_on"),
    )  # fmt: skip


def _write(context: Context, changed: pl.DataFrame) -> None:
    if changed.is_empty():
        return
    names = [name for name in _ROWS if name != "person"]
    rows = changed.select("person", *(pl.col(f"{name}_new").alias(name) for name in names))
    number = changed["number"].set((changed["number_digest_new"].eq_missing(changed["number_digest"])), None)
    phone = changed["phone"].set((changed["phone_digest_new"].eq_missing(changed["phone_digest"])), None)
    account = changed["bank_account"].set((changed["account_digest_new"].eq_missing(changed["account_digest"])), None)
    rows = rows.with_columns(
        number_sealed=seal_text("number", number), phone_sealed=seal_text("phone", phone),
        account_sealed=seal_text("account", account), paper=clean_numbers(number)["kind"],
        insurer_number=pl.col("insurer_number").fill_null(""), name=pl.col("name").fill_null(""),
        sex=pl.col("sex").fill_null(""), address=pl.col("address").fill_null(""),
        insured_region=pl.col("insured_region").fill_null(""),
        registered_region=pl.col("registered_region").fill_null(""),
    )  # fmt: skip
    stage(context.cursor, "basics_in", rows, PERSON_TYPES)
    sealed = ("number", "phone", "account")
    # The number that stands in the row until now stays one by which the person is found.
    with bulk(context.cursor, context.batch):
        context.cursor.execute(
            "INSERT INTO registry_othernumber (person_id, kind, digest, sealed, places, delivery_id)"
            " SELECT p.id, 'number', p.number_digest, p.number_sealed, p.places, %s FROM pg_temp.basics_in b"
            " JOIN registry_person p ON p.id = b.person AND p.id = ANY (ARRAY(SELECT person FROM pg_temp.basics_in))"
            " WHERE b.number_sealed IS NOT NULL"
            " AND p.number_digest IS NOT NULL AND NOT EXISTS (SELECT 1 FROM registry_othernumber o"
            " WHERE o.person_id = p.id AND o.kind = 'number' AND o.digest = p.number_digest)",
            [context.delivery],
        )
    context.cursor.execute(
        "UPDATE registry_person p SET "
        + ", ".join(f"{name} = b.{name}" for name in names)
        + ", "
        + ", ".join(f"{name}_sealed = coalesce(b.{name}_sealed, p.{name}_sealed)" for name in sealed)
        + ", certificate_kind = CASE WHEN b.number_sealed IS NULL THEN p.certificate_kind ELSE b.paper END"
        " FROM pg_temp.basics_in b WHERE p.id = b.person AND p.id = ANY (ARRAY(SELECT person FROM pg_temp.basics_in))"
    )
    context.cursor.execute(
        "UPDATE registry_othernumber o SET places = b.places FROM pg_temp.basics_in b"
        " WHERE o.person_id = b.person AND o.places <> b.places"
    )
