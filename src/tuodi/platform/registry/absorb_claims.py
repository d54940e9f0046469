"""Settled bills into the register: piece by piece, by COPY into a temporary table and INSERT … SELECT under policy.

Enters: a delivery of ``claims``, the caller's transaction and pass. Leaves: rows of ``Settlement``; one that is
corrected is superseded, never altered. The same settlement may come in several files: the whole export counts before
messages, these before the list of aid recipients; a file of lower standing only fills what the better one leaves
empty. Bills are linked a person at a time, not a row at a time. Imports the register's modules, ``tuodi.exchange``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from tuodi.exchange import Delivery, SourceTemplate
from tuodi.platform.registry import linking
from tuodi.platform.registry.absorb_rows import beside, packed, without_nulls
from tuodi.platform.registry.linking_people import Context, people_of
from tuodi.platform.registry.models import MONEY, TEXTS
from tuodi.platform.registry.store import bulk, content_text, read, stage
from tuodi.tables import CLAIMS

__all__ = ["STANDING", "Settled", "absorb_claims"]

STANDING = ("settlements", "settlement_messages", "settlement_aid")
"""Sources of settlements, the best first; any other comes last."""

_DATES = ("admitted_on", "discharged_on")
_WHOLE = ("stay_ordinal", "benefit_year")
COLUMNS = ("claim_id", *TEXTS, *_WHOLE, *_DATES, "settled_at", *MONEY)
_WHO = (
    "person_id", "certificate", "person_name", "birth_date", "sex", "insured_region", "township", "village", "region",
)  # fmt: skip
_HELD = 300_000
"""So many rows of people yet unknown wait for the end of the file before they are looked up together."""


@dataclass
class Settled:
    """Counts and first rows of what was, or would be, done."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    older: int = 0
    made: int = 0
    review: int = 0
    rules: dict[str, int] = field(default_factory=dict)
    first: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {"added": [], "changed": []})
    persons: list[pl.Series] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """added, changed, left (never any), unchanged, older, held."""
        return {
            "added": self.added, "changed": self.changed, "left": 0, "unchanged": self.unchanged, "older": self.older,
            "held": 0,
        }  # fmt: skip


def absorb_claims(
    context: Context, template: SourceTemplate, pieces: Iterable[Delivery], as_of: date,
    progress: Callable[[int], None], *, writing: bool, samples: int = 0,
) -> Settled:  # fmt: skip
    """All pieces, one after the other; nothing is written unless ``writing``."""
    done = Settled()
    waiting: list[pl.DataFrame] = []
    hospitals = _hospitals(context)
    rows_done = 0
    for piece in pieces:
        rows = _rows(piece, template)
        fresh, again = _apart(context, rows, as_of, {*piece.columns, *piece.extra.columns}, done)
        _sample(done, rows, fresh, again, template, samples)
        rows_done += rows.height
        if writing:
            changed = again.drop("old_id", "changes")
            _supersede(context, again["old_id"])
            ready = pl.concat([fresh, changed.select(fresh.columns)]) if changed.height else fresh
            waiting.append(_known(context, ready, hospitals, done))
            if sum(part.height for part in waiting) > _HELD:
                waiting = _settle(context, waiting, hospitals, done)
        progress(rows_done)
    if writing:
        _settle(context, waiting, hospitals, done)
    return done


def _rows(piece: Delivery, template: SourceTemplate) -> pl.DataFrame:
    """Rows with the columns of ``Settlement``, of who it is, and what lies beyond the table as JSON."""
    whole = beside(piece)
    beyond = [
        name for name in whole.columns
        if name not in CLAIMS.columns and name not in ("row", *_WHO, "certificate_kind")
    ]  # fmt: skip
    made = whole.select(
        *COLUMNS,
        *(pl.col(name) for name in _WHO if name in whole.columns and name not in COLUMNS),
        *(pl.lit(None, dtype=pl.String()).alias(name) for name in _WHO if name not in whole.columns),
    )
    plain = [name for name in beyond if template.grade_of(name)[0] != "highly_sensitive"]
    empty = pl.Series([None], dtype=pl.String()).new_from_index(0, whole.height)
    texts = without_nulls(content_text(whole, plain)) if plain else empty
    secret = [name for name in beyond if name not in plain]
    sealed = packed(whole.select(secret), template)["sealed"] if secret else empty
    return made.with_columns(
        extra=texts.set((texts == "{}").fill_null(True), None), sealed=sealed,
        n=pl.int_range(whole.height, dtype=pl.Int64()),
    )  # fmt: skip


def _hospitals(context: Context) -> pl.DataFrame:
    """The offices of hospitals by the code under which bills name them."""
    return read(
        context.cursor,
        "SELECT code, min(id) FROM places_organisation WHERE kind = 'hospital' AND code <> '' GROUP BY code",
        {"provider_id": pl.String(), "organisation_id": pl.Int64()},
    )


def _stored(context: Context, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows in force with the same claim_id, beside ``n``."""
    stage(context.cursor, "claim_ids", rows.select("claim_id"))
    schema: dict[str, Any] = {
        "claim_id": pl.String(), "old_id": pl.Int64(), "old_source": pl.String(), "old_as_of": pl.Date(),
        **{name: pl.String() for name in TEXTS}, **{name: pl.Int64() for name in (*_WHOLE, *MONEY)},
        **dict.fromkeys(_DATES, pl.Date()), "settled_at": pl.String(), "extra": pl.String(), "sealed": pl.String(),
    }  # fmt: skip
    chosen = [
        f"(s.{name} AT TIME ZONE 'Asia/Shanghai')" if name == "settled_at" else f"s.{name}" for name in list(schema)[4:]
    ]
    found = read(
        context.cursor,
        f"SELECT s.claim_id, s.id, s.source, d.as_of, {', '.join(chosen)} FROM registry_settlement s"
        " JOIN intake_delivery d ON d.id = s.delivery_id"
        " WHERE s.claim_id = ANY (ARRAY(SELECT claim_id FROM pg_temp.claim_ids)) AND s.superseded_by_id IS NULL",
        schema,
    )
    beside_ = rows.select("n", "claim_id").join(found, on="claim_id").drop("claim_id")
    return beside_.with_columns(pl.col("settled_at").str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us"))


def _standing(source: str) -> int:
    return STANDING.index(source) if source in STANDING else len(STANDING)


def _apart(
    context: Context, rows: pl.DataFrame, as_of: date, has: set[str], done: Settled
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows never seen, and rows as they shall be where a stored one changes (``old_id``, ``changes``)."""
    stored = _stored(context, rows)
    fresh = rows.join(stored, on="n", how="anti", maintain_order="left")
    done.added += fresh.height
    if stored.is_empty():
        return fresh, rows.clear().with_columns(
            old_id=pl.lit(None, pl.Int64()), changes=pl.lit(None, pl.List(pl.Null()))
        )
    names = [name for name in COLUMNS if name != "claim_id"]
    both = rows.join(stored, on="n", suffix="\x00", maintain_order="left")
    ours = _standing(context.source)
    theirs = both["old_source"].replace_strict(
        {name: place for place, name in enumerate(STANDING)}, default=len(STANDING), return_dtype=pl.Int64()
    )
    both = both.with_columns(theirs.alias("theirs"))
    lower, equal = pl.col("theirs") < ours, pl.col("theirs") == ours
    made = {}
    for name in names:
        new, old = pl.col(name), pl.col(f"{name}\x00")
        said = new if name in has else old
        made[name] = pl.when(lower).then(pl.coalesce(old, new)).when(equal).then(said).otherwise(pl.coalesce(new, old))
    older = equal & (pl.col("old_as_of") > as_of)
    result = both.with_columns(
        *(made[name].alias(f"{name}\x01") for name in names),
        pl.when(lower)
        .then(pl.coalesce("extra\x00", "extra"))
        .otherwise(pl.coalesce("extra", "extra\x00"))
        .alias("extra\x01"),
        pl.when(lower)
        .then(pl.coalesce("sealed\x00", "sealed"))
        .otherwise(pl.coalesce("sealed", "sealed\x00"))
        .alias("sealed\x01"),
    )
    differs = [pl.col(f"{name}\x01").ne_missing(pl.col(f"{name}\x00")) for name in names]
    # What lies beyond the table may be written in another order of members; it is compared by what is new in it.
    gained = pl.col("extra\x00").is_null() & pl.col("extra\x01").is_not_null()
    contradicted = pl.any_horizontal(
        (pl.col(name).is_not_null() & pl.col(name).ne_missing(pl.col(f"{name}\x01"))) for name in names if name in has
    )
    told = result.with_columns(
        change=pl.any_horizontal(*differs, gained & ~lower),
        against=contradicted,
        changes=pl.concat_list(
            pl.when(test).then(
                pl.struct(
                    column=pl.lit(name),
                    old=pl.col(f"{name}\x00").cast(pl.String),
                    new=pl.col(f"{name}\x01").cast(pl.String),
                )
            )
            for name, test in zip(names, differs, strict=True)
        ).list.drop_nulls(),
        old_one=older,
    )
    done.older += told.filter(pl.col("change") & pl.col("old_one") | (~pl.col("change") & pl.col("against"))).height
    done.unchanged += told.filter(~pl.col("change") & ~pl.col("against")).height
    again = told.filter(pl.col("change") & ~pl.col("old_one"))
    done.changed += again.height
    return fresh, again.with_columns(
        *(pl.col(f"{name}\x01").alias(name) for name in (*names, "extra", "sealed"))
    ).select(*rows.columns, "old_id", "changes")


def _sample(
    done: Settled, rows: pl.DataFrame, fresh: pl.DataFrame, again: pl.DataFrame, template: SourceTemplate, samples: int
) -> None:
    if not samples:
        return
    shown = [name for name in template.columns if name in rows.columns]
    room = samples - len(done.first["added"])
    if room > 0:
        done.first["added"] += fresh.select(shown).head(room).to_dicts()
    room = samples - len(done.first["changed"])
    if room > 0:
        for line in again.head(room).to_dicts():
            changes = [[one["column"], one["old"], one["new"]] for one in line["changes"]]
            done.first["changed"].append({**{name: line[name] for name in shown}, "changes": changes})


def _supersede(context: Context, entries: pl.Series) -> None:
    if entries.is_empty():
        return
    stage(context.cursor, "superseded", entries.alias("id").to_frame())
    context.cursor.execute(
        "UPDATE registry_settlement SET superseded_by_id = %s"
        " WHERE id = ANY (ARRAY(SELECT id FROM pg_temp.superseded))",
        [context.delivery],
    )


def _known(context: Context, rows: pl.DataFrame, hospitals: pl.DataFrame, done: Settled) -> pl.DataFrame:
    """Write the rows whose person is certain; give back the others."""
    profiles, of = people_of(rows.select(_WHO))
    sure = linking.sure(context, profiles)
    beside_ = rows.with_columns(of.alias("of")).join(
        sure.select("n", person="person"), left_on="of", right_on="n", how="left", maintain_order="left"
    )
    _insert(context, beside_.filter(pl.col("person").is_not_null()).drop("of"), hospitals)
    for rule, count in sure["rule"].value_counts().rows():
        done.rules[rule] = done.rules.get(rule, 0) + count
    done.persons.append(sure["person"].unique())
    return beside_.filter(pl.col("person").is_null()).drop("of", "person")


def _settle(
    context: Context, waiting: list[pl.DataFrame], hospitals: pl.DataFrame, done: Settled
) -> list[pl.DataFrame]:
    """Find out together who the waiting rows mean, and write them."""
    rows = pl.concat(waiting) if waiting else None
    if rows is None or rows.is_empty():
        return []
    profiles, of = people_of(rows.select(_WHO))
    found = linking.find(context, profiles)
    done.made += found.made
    done.review += found.review
    for rule, count in found.rules.items():
        done.rules[rule] = done.rules.get(rule, 0) + count
    joined = rows.with_columns(of.alias("of")).join(
        found.links.select("n", "person"), left_on="of", right_on="n", how="left", maintain_order="left"
    )
    _insert(context, joined.drop("of"), hospitals)
    done.persons.append(found.links.filter(~pl.col("new"))["person"].unique())
    return []


def _insert(context: Context, rows: pl.DataFrame, hospitals: pl.DataFrame) -> None:
    if rows.is_empty():
        return
    whole = rows.join(hospitals, on="provider_id", how="left", maintain_order="left")
    columns = [*COLUMNS, "person", "organisation_id", "extra", "sealed"]
    stage(context.cursor, "claims_in", whole.select(columns), {"extra": "jsonb", "sealed": "bytea"}, plan=False)
    same = [name for name in COLUMNS if name != "settled_at"]
    with bulk(context.cursor, context.batch):
        context.cursor.execute(
            f"INSERT INTO registry_settlement ({', '.join(same)}, settled_at, person_id, organisation_id, region_path,"
            f" source, delivery_id, extra, sealed) SELECT {', '.join(same)}, settled_at AT TIME ZONE 'Asia/Shanghai',"
            " person, coalesce(organisation_id, %s), %s::ltree, %s, %s, extra, sealed FROM pg_temp.claims_in",
            [context.organisation, context.top, context.source, context.delivery],
        )
