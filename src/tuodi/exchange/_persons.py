"""Identities of one file: intervals that cannot be, that overlap; and persons linked between two files.

Enters: identities, claims. Leaves: :class:`Checked`, :class:`Linked`. Imports ``tuodi.tables``.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import polars as pl

from tuodi.exchange._checks import Notes
from tuodi.exchange._reading import Checked, Finding, finding, findings_frame

__all__ = ["Linked", "check_identities", "link_persons"]

_FAR = date(9999, 12, 31)


def check_identities(frame: pl.DataFrame, *, as_of: date | None = None) -> Checked:
    """Intervals: the end not before the beginning; equal rows once; overlaps and future dates told.

    Overlaps are shown, not resolved: which of two ends is right is for the source to say.
    """
    notes = Notes(frame, "person_id")
    dropped: set[int] = set()
    seen: dict[tuple[object, ...], int] = {}
    several = _of_several(frame)
    doubled = several.filter(several.drop("place").is_duplicated())["place"].to_list()
    for place in doubled:
        row = frame.row(place)
        if row in seen:
            notes.add(place, "duplicate_dropped", "identity", frame["identity"][place], str(seen[row] + 1), soft=True)
            dropped.add(place)
        else:
            seen[row] = place
    for place in (frame["from"] > frame["to"]).fill_null(False).arg_true().to_list():
        if place not in dropped:
            notes.add(place, "from_after_to", "from", str(frame["from"][place]), str(frame["to"][place]))
    _overlaps(frame, several, notes, dropped)
    if as_of is not None:
        for place in (frame["from"] > as_of).arg_true().to_list():
            if place not in dropped:
                notes.add(place, "in_future", "from", str(frame["from"][place]), str(as_of), soft=True)
    return notes.result(frame, dropped)


def _of_several(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows of persons who have more than one, numbered: most have one, and one row contradicts nobody."""
    hashed = frame["person_id"].hash()
    ordered = hashed.sort()
    twice = ordered.filter(ordered == ordered.shift(1)).unique()
    return frame.with_row_index("place").filter(hashed.is_in(twice.implode()))


def _overlaps(frame: pl.DataFrame, several: pl.DataFrame, notes: Notes, dropped: set[int]) -> None:
    ordered = (
        several.select(
            pl.col("place"),
            pl.col("person_id"),
            pl.col("identity"),
            pl.col("source").fill_null(""),
            pl.col("from"),
            pl.col("to").fill_null(_FAR).alias("until"),
        )
        .filter(~pl.col("place").is_in(sorted(dropped | notes.bad)))
        .sort("person_id", "identity", "source", "from", "until", "place")
    )
    group = ["person_id", "identity", "source"]
    found = ordered.with_columns(
        latest=pl.col("until").cum_max().shift(1).over(group),
        first=pl.col("from").shift(1).over(group),
    ).filter(pl.col("latest") >= pl.col("from"))
    for place, begin, latest in found.select("place", "first", "latest").rows():
        other = f"{begin} – {'' if latest == _FAR else latest}"
        notes.add(place, "interval_overlap", "from", str(frame["from"][place]), other, soft=True)


class Linked(NamedTuple):
    """A table whose ``person_id`` is that of the claims; what contradicts; how many rows were given a new id."""

    frame: pl.DataFrame
    conflicts: pl.DataFrame
    linked: int


def link_persons(claims: pl.DataFrame, other: pl.DataFrame) -> Linked:
    """Give ``other`` (identities, persons, manual payments) the claims' ``person_id``, by certificate.

    Only where one side knows the certificate and nothing else: a file's own person number that differs from the claims'
    is a conflict to be shown, not to be overwritten.
    """
    known = claims.select("certificate", "person_id", "person_name").drop_nulls("certificate").unique()
    persons = known.group_by("certificate").agg(
        pl.col("person_id").unique().sort(), pl.col("person_name").drop_nulls().unique().sort().alias("names")
    )
    conflicts: list[Finding] = []
    two = known.group_by("person_id").agg(pl.col("certificate").unique().sort())
    for person, papers in two.filter(pl.col("certificate").list.len() > 1).sort("person_id").rows():
        conflicts.append(_conflict("person_two_certificates", person, person, "、".join(papers)))
    for paper, ids in (
        persons.filter(pl.col("person_id").list.len() > 1).sort("certificate").select("certificate", "person_id").rows()
    ):
        conflicts.append(_conflict("certificate_two_persons", paper, paper, "、".join(ids)))
    one = persons.filter(pl.col("person_id").list.len() == 1).select(
        "certificate", pl.col("person_id").list.first().alias("claims_id"), "names"
    )
    joined = other.select("person_id", "certificate", _name(other)).join(
        one, on="certificate", how="left", maintain_order="left"
    )
    mine, theirs = pl.col("person_id"), pl.col("claims_id")
    differs = theirs.is_not_null() & (mine != theirs)
    bare = (mine == pl.col("certificate")) | (theirs == pl.col("certificate"))
    joined = joined.with_columns(
        rewritten=(differs & bare).fill_null(False), against=(differs & ~bare).fill_null(False)
    )
    rows = joined.filter(pl.col("against")).select("certificate", "person_id", "claims_id").unique().sort("certificate")
    for paper, own, claimed in rows.rows():
        conflicts.append(_conflict("person_id_differs", paper, own, claimed))
    named = joined.filter(pl.col("names").list.len() > 0, pl.col("other_name").is_not_null())
    for paper, name, names in (
        named.filter(~pl.col("names").list.contains(pl.col("other_name")))
        .select("certificate", "other_name", "names")
        .unique()
        .sort("certificate")
        .rows()
    ):
        conflicts.append(_conflict("name_differs", paper, name, "、".join(names)))
    frame = other.with_columns(
        pl.Series(
            "person_id",
            joined.select(pl.when("rewritten").then(theirs).otherwise(mine)).to_series(),
        )
    )
    return Linked(frame, findings_frame(conflicts), int(joined["rewritten"].sum()))


def _name(other: pl.DataFrame) -> pl.Expr:
    known = "person_name" in other.columns
    return (pl.col("person_name") if known else pl.lit(None, dtype=pl.String())).alias("other_name")


def _conflict(code: str, key: str, found: str, expected: str) -> Finding:
    return finding(0, code, found, expected, field="certificate", key=key)
