"""Who each row of a delivery means: numbers first and all at once, likelihood for the few that no number decides.

Enters: profiles (``linking_people.people_of``) and a :class:`Context`. Leaves: a person for every profile, new persons
made where nobody is meant, and doubtful ones with a provisional person and pairs for an officer to decide. The rules
are those of ``tuodi.identity``; what is decided here without it (:func:`_decided`, :func:`_plainly_new`) is what its
first rules would say. Imports ``tuodi.identity`` and the register's own modules.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import polars as pl

from tuodi import identity
from tuodi.platform.registry.linking_people import Context, add_numbers, keyed, make_persons
from tuodi.platform.registry.linking_register import REGISTER, candidates, decided_by_both, for_linking, register
from tuodi.platform.registry.store import bulk, stage

__all__ = ["Found", "find", "sure"]

FOUND = {"n": pl.UInt32(), "person": pl.Int64(), "rule": pl.String(), "new": pl.Boolean()}
_ONCE = frozenset({"disabilities", "deaths", "warnings", "enrolments"})
"""Lists in which a person stands one time: likelihood alone does not give somebody a second row."""
_HIDDEN = frozenset({"number", "phone"})
"""Fields of which a pair shows only how they compare."""


@dataclass
class Found:
    """``links``: ``n person rule new``, a line for each profile; ``rules``: how many by which rule."""

    links: pl.DataFrame
    made: int = 0
    review: int = 0
    rules: dict[str, int] = field(default_factory=dict)


def sure(context: Context, people: pl.DataFrame) -> pl.DataFrame:
    """``n person rule`` of the profiles that numbers decide at once; further numbers of persons are kept."""
    return _sure(context, keyed(people))[0]


def _sure(context: Context, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    plain = decided_by_both(context, rows)
    others = rows.join(plain, on="n", how="anti")
    near = candidates(context, others)
    told = _decided(others, near)
    have = near.select("n", "person", "p_digest").unique(["n", "person"])
    further = others.join(told, on="n").join(have, on=["n", "person"])
    add_numbers(context, further.filter((pl.col("digest") != pl.col("p_digest")).fill_null(True) & pl.col("firm")))
    return pl.concat([plain.select("n", "person", rule=pl.lit("same_number")), told]), near


def find(context: Context, people: pl.DataFrame) -> Found:
    """The person of each profile. Order of profiles changes nothing but the numbers of new persons."""
    rows = keyed(people)
    told, near = _sure(context, rows)
    parts = [told.with_columns(new=pl.lit(False)).select(*FOUND)]
    open_ = rows.join(told, on="n", how="anti")
    made = review = 0
    if open_.height:
        known = register(context)
        plain = _plainly_new(open_.join(near, on="n", how="anti"), known)
        fresh = make_persons(context, plain.with_columns(provisional=pl.lit(False)))
        settled = plain.join(fresh, on="new").select("n", "person", rule=pl.lit("same_number"), new=pl.lit(True))
        parts.append(settled.select(*FOUND))
        made += fresh.height
        rest = open_.join(plain, on="n", how="anti")
        if rest.height:
            meant = pl.col("person").is_in(near["person"].unique().implode())
            everyone = pl.concat([known.filter(~pl.col("provisional") | meant), _as_known(plain.join(fresh, on="new"))])
            linked, more, review = _by_library(context, rest, everyone, near)
            parts.append(linked)
            made += more
    links = pl.concat(parts)
    return Found(links, made, review, dict(links["rule"].value_counts().rows()))


def _decided(rows: pl.DataFrame, near: pl.DataFrame) -> pl.DataFrame:
    """``n person rule`` where number and insurer's number say one and the same person, of the same name."""
    both = near.join(rows.select("n", "name_k", "birth", "digest"), on="n")
    both = both.with_columns(identity.tidy_name(both["p_name"]).alias("p_name_k"))
    alike = pl.col("name_k").is_null() | pl.col("p_name_k").is_null() | (pl.col("name_k") == pl.col("p_name_k"))
    # A provisional file counts only where no other is meant: whose it is has still to be decided.
    firm = ~pl.col("soft")
    both = both.filter(firm | ~firm.any().over("n") | ~alike)
    by_number = pl.col("via") == "number"
    kept = (
        pl.col("digest").is_null() | pl.col("p_digest").is_null() | (pl.col("digest") == pl.col("p_digest"))
        | ((pl.col("birth") == pl.col("p_birth")).fill_null(False) & pl.col("name_k").is_not_null())
    )  # fmt: skip
    told = both.with_columns(
        good=by_number & alike, insured=~by_number & alike & kept, odd=~by_number & ~(alike & kept)
    ).group_by("n").agg(
        by_number=pl.col("person").filter(pl.col("good")).unique(),
        strange=(by_number & ~pl.col("good")).any(),
        by_insurer=pl.col("person").filter(pl.col("insured")).unique(),
        all_insurer=pl.col("person").filter(~by_number).unique(),
        odd=pl.col("odd").any(),
    )  # fmt: skip
    first = pl.col("by_number").list.first()
    numbered = (pl.col("by_number").list.len() == 1) & (
        (pl.col("all_insurer").list.len() == 0)
        | ((pl.col("all_insurer").list.len() == 1) & (pl.col("all_insurer").list.first() == first))
    )
    insured = (
        (pl.col("by_number").list.len() == 0) & ~pl.col("strange") & ~pl.col("odd")
        & (pl.col("by_insurer").list.len() == 1)
    )  # fmt: skip
    return told.select(
        "n",
        person=pl.when(numbered).then(first).when(insured).then(pl.col("by_insurer").list.first()),
        rule=pl.when(numbered).then(pl.lit("same_number")).otherwise(pl.lit("same_insurer_id")),
    ).drop_nulls("person")


def _plainly_new(rows: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Rows with a right number that nobody has and with nobody known who is like them; ``new`` names the person.

    Whoever shares name and birth date with a known person, or anything with a known person without a number, is not
    plain; nor is a number under which two names or two insurer's numbers stand.
    """
    firm = rows.filter(pl.col("firm") & pl.col("name_k").is_not_null())
    soft = known.filter(pl.col("digest").is_null())
    for left, right, people in (
        (["name_k", "birth"], ["name_k", "birth"], known),
        (["name_k"], ["name_k"], soft),
        (["birth"], ["birth"], soft),
        (["phone_digest"], ["phone_digest"], soft),
    ):
        firm = firm.join(people.select(right).drop_nulls().unique(), left_on=left, right_on=right, how="anti")
    one = (
        (pl.col("name_k").n_unique().over("number") == 1)
        & (pl.col("insurer").drop_nulls().n_unique().over("number") <= 1)
        & (pl.col("insurer").is_null() | (pl.col("number").n_unique().over("insurer") == 1))
    )
    return firm.filter(one).with_columns(new=pl.lit("n:") + pl.col("number"))


def _as_known(plain: pl.DataFrame) -> pl.DataFrame:
    """Persons just made, as the register would give them."""
    return plain.unique("person", keep="first", maintain_order=True).select(
        "person", name="person_name", birth="birth", sex="sex_k", insurer="insurer", digest="digest",
        phone_digest="phone_digest", path=pl.lit(None, dtype=pl.String()), provisional=pl.lit(False), name_k="name_k",
    ).select(*REGISTER, "name_k")  # fmt: skip


def _by_library(
    context: Context, rest: pl.DataFrame, known: pl.DataFrame, near: pl.DataFrame
) -> tuple[pl.DataFrame, int, int]:
    """The rest by ``identity.link``: links, how many persons were made, how many profiles wait for an officer."""
    records = rest.select(
        record_id=pl.col("n").cast(pl.String), source=pl.lit(context.source), person_id="person_id",
        certificate="certificate", person_name="person_name", sex="sex", birth_date="birth_date", phone="phone",
        region="region", township="township", village="village", address="address", household_id="household_id",
    )  # fmt: skip
    once = (context.source,) if context.target in _ONCE else ()
    people = for_linking(context, known, rest, near.join(rest, on="n", how="semi")["person"])
    found = identity.link(records, people, once=once)
    links = found.links.with_columns(pl.col("record_id").cast(pl.UInt32).alias("n"))
    told = links.filter(pl.col("outcome") == "linked").select(
        "n", pl.col("person").cast(pl.Int64), "rule", new=pl.lit(False)
    )
    add_numbers(context, rest.join(told, on="n").filter(pl.col("digest").is_not_null()))
    new = links.filter(pl.col("outcome") == "new").select("n", new="person", provisional=pl.lit(False))
    doubtful = links.filter(pl.col("outcome") == "review").select(
        "n", new=pl.lit("doubt:") + pl.col("record_id"), provisional=pl.lit(True)
    )
    fresh = make_persons(context, rest.join(pl.concat([new, doubtful]), on="n"))
    named = pl.concat([new, doubtful]).join(fresh, on="new")
    rules = links.select("n", "rule")
    made = named.join(rules, on="n").select("n", "person", "rule", new=pl.lit(True))
    if doubtful.height:
        _ask(context, found, doubtful.join(fresh, on="new").select("n", "person"), fresh)
    return pl.concat([told.select(*FOUND), made.select(*FOUND)]), fresh.height, doubtful.height


def _ask(context: Context, found: identity.Links, doubtful: pl.DataFrame, fresh: pl.DataFrame) -> None:
    """A pair for each person who may be meant: the known one, and the one made of the row."""
    keys = fresh.filter(pl.col("new").str.starts_with("new:")).select(key="new", made="person")
    review = (
        found.review.with_columns(n=pl.col("record_id").cast(pl.UInt32))
        .join(keys, left_on="person", right_on="key", how="left")
        .with_columns(one=pl.coalesce("made", pl.col("person").cast(pl.Int64, strict=False)))
        .join(doubtful.rename({"person": "other"}), on="n")
        .unique(["one", "other"], keep="first", maintain_order=True)
    )
    evidence: dict[tuple[str, str], list[dict[str, str | None]]] = {}
    for line in found.comparisons.iter_rows(named=True):
        hidden = line["field"] in _HIDDEN
        evidence.setdefault((line["record_id"], line["person"]), []).append(
            {
                "field": line["field"], "agreement": line["agreement"],
                "left": None if hidden else line["left"], "right": None if hidden else line["right"],
            }
        )  # fmt: skip
    texts = [
        json.dumps(evidence.get((record, person), []), ensure_ascii=False)
        for record, person in review.select("record_id", "person").iter_rows()
    ]
    rows = review.select(
        "one", "other", "rule", score=(pl.col("score") * 10_000).round().cast(pl.Int64)
    ).with_columns(evidence=pl.Series(texts, dtype=pl.String()))  # fmt: skip
    stage(context.cursor, "pairs_in", rows, {"evidence": "jsonb"})
    with bulk(context.cursor, context.batch):
        context.cursor.execute(
            "INSERT INTO registry_reviewpair (one_id, other_id, region_path, rule, score, evidence, state, delivery_id,"
            " made_at, reason) SELECT one, other, %s::ltree, rule, score, evidence, 'open', %s, now(), ''"
            " FROM pg_temp.pairs_in",
            [context.top, context.delivery],
        )
