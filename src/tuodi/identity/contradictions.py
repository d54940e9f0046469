"""What sources say differently of one person, with source and date of each value.

Enters: tables of what each source says of a linked ``person``. Leaves: :data:`CONTRADICTIONS`, one row a value. Nothing
is decided: which value is right is for the sources to say. Imports the room.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from tuodi.identity import _names
from tuodi.identity._people import demand
from tuodi.identity.numbers import clean_numbers, tidy_name, tidy_sex

__all__ = ["CONTRADICTIONS", "after_death", "between_sources", "insured_twice"]

CONTRADICTIONS = {
    "person": pl.String(), "contradiction": pl.String(), "field": pl.String(), "value": pl.String(),
    "source": pl.String(), "as_of": pl.Date(),
}  # fmt: skip
"""``contradiction``: ``differs``, ``alike`` (names that one slip could explain), ``number_says`` (a source's own number
says another birth date or sex than its own column), ``insured_twice``, ``after_death``."""

_FIELDS = ("certificate", "person_name", "birth_date", "sex", "region", "died_on")


def between_sources(said: pl.DataFrame) -> pl.DataFrame:
    """Fields of which two sources (or two rows of one) say different things, as :data:`CONTRADICTIONS`.

    ``said``: ``person source as_of`` and any of certificate, person_name, birth_date, sex, region, died_on. Of each
    source the newest value counts; values are compared cleaned and shown as sent.
    """
    demand(said, "said", "person", "source", "as_of")
    numbers = clean_numbers(_column(said, "certificate"))
    clean = {
        "certificate": pl.coalesce(pl.lit(numbers["number"]), pl.lit(numbers["text"])),
        "person_name": pl.lit(tidy_name(_column(said, "person_name"))),
        "sex": pl.lit(tidy_sex(_column(said, "sex"))),
    }
    parts = [
        said.select(
            "person", "source", "as_of", field=pl.lit(name), value=pl.col(name).cast(pl.String),
            key=clean.get(name, pl.col(name).cast(pl.String)),
        )
        for name in _FIELDS
        if name in said.columns
    ]  # fmt: skip
    parts.append(pl.DataFrame(schema={**dict.fromkeys(("person", "source"), pl.String()), "as_of": pl.Date(),
                                      **dict.fromkeys(("field", "value", "key"), pl.String())}))  # fmt: skip
    values = pl.concat(parts).drop_nulls("key")
    newest = values.filter(pl.col("as_of") == pl.col("as_of").max().over("person", "source", "field"))
    group = ["person", "field"]
    told = newest.filter(pl.col("key").n_unique().over(group) > 1).unique().sort(*group, "source", "value")
    alike = _alike(told)
    rows = told.with_columns(
        contradiction=pl.when(pl.struct("person", "field").is_in(alike.implode()))
        .then(pl.lit("alike"))
        .otherwise(pl.lit("differs"))
    )
    return pl.concat([rows.select(*CONTRADICTIONS), _number_says(said)]).sort(
        "person", "field", "contradiction", "source", "as_of", "value"
    )


def _alike(told: pl.DataFrame) -> pl.Series:
    """Persons whose names differ by a slip only."""
    names = told.filter(pl.col("field") == "person_name").group_by("person", "field").agg(pl.col("key").unique().sort())
    same = [all(_names.relation(keys[0], key) == _names.ALIKE for key in keys[1:]) for keys in names["key"].to_list()]
    return names.filter(pl.Series(same, dtype=pl.Boolean())).select(pl.struct("person", "field")).to_series()


def _column(frame: pl.DataFrame, name: str) -> pl.Series:
    return frame[name].cast(pl.String) if name in frame.columns else pl.Series(name, [None] * len(frame), pl.String())


def _number_says(said: pl.DataFrame) -> pl.DataFrame:
    births = said["birth_date"] if "birth_date" in said.columns else None
    numbers = clean_numbers(_column(said, "certificate"), births, tidy_sex(_column(said, "sex")))
    found = said.select("person", "source", "as_of").with_columns(
        numbers.select("contradiction", "birth_date", number_sex="sex")
    )
    parts = []
    for field, value in (("birth_date", pl.col("birth_date").cast(pl.String)), ("sex", pl.col("number_sex"))):
        against = found.filter(pl.col("contradiction").str.contains(field, literal=True).fill_null(False))
        parts.append(
            against.select(
                "person", "source", "as_of", contradiction=pl.lit("number_says"), field=pl.lit(field), value=value
            )
        )
    return pl.concat(parts).unique().select(*CONTRADICTIONS)


def insured_twice(enrolments: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """Persons with two running insurances of one year: another scheme or another region.

    ``enrolments``: ``person source year scheme insured_region`` and ``paused_on`` if there; ``as_of`` is also the date
    of the rows that are given back.
    """
    demand(enrolments, "enrolments", "person", "year", "scheme", "source")
    empty = [name for name in ("insured_region", "paused_on") if name not in enrolments.columns]
    full = enrolments.with_columns(
        pl.lit(None, dtype=pl.Date() if name == "paused_on" else pl.String()).alias(name) for name in empty
    )
    running = full.filter(pl.col("paused_on").is_null() | (pl.col("paused_on") > as_of))
    named = running.select(
        "person", "source", "year", as_of=pl.lit(as_of), contradiction=pl.lit("insured_twice"), field=pl.lit("insured"),
        value=pl.concat_str(["year", "scheme", "insured_region"], separator=" ", ignore_nulls=True),
    ).unique()  # fmt: skip
    twice = named.filter(pl.col("value").n_unique().over("person", "year") > 1)
    return twice.select(*CONTRADICTIONS).sort("person", "value", "source")


def after_death(deaths: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """What happened to a person after the day on which a source says that the person died.

    ``deaths``: ``person source died_on``; ``events``: ``person source on what`` (enrolled, listed, settled, paid). A
    death is given too, so that both sides stand in the table; the earliest date of death counts.
    """
    demand(deaths, "deaths", "person", "source", "died_on")
    demand(events, "events", "person", "source", "on", "what")
    died = deaths.sort("person", "died_on", "source").unique("person", keep="first", maintain_order=True)
    later = events.join(died.select("person", "died_on"), on="person").filter(pl.col("on") > pl.col("died_on"))
    common = {"contradiction": pl.lit("after_death")}
    rows = [
        later.select("person", "source", as_of="on", field="what", value=pl.col("on").cast(pl.String), **common),
        died.join(later, on="person", how="semi").select(
            "person",
            "source",
            as_of="died_on",
            field=pl.lit("died_on"),
            value=pl.col("died_on").cast(pl.String),
            **common,
        ),
    ]
    return pl.concat([row.select(*CONTRADICTIONS) for row in rows]).unique().sort("person", "as_of", "source", "field")
