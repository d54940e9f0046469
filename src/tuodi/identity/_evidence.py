"""What agrees and what does not between a row and a known person, field by field.

Enters: pairs of cleaned rows. Leaves: comparisons in codes; :func:`words` puts them into words. Imports the room.
"""

from __future__ import annotations

import polars as pl

from tuodi.identity import _names

__all__ = ["SHOWN", "agreements", "compared"]

SHOWN = ("number", "insurer", "name", "birth", "sex", "phone", "town", "village", "address", "household")
"""The fields that a person sees side by side."""


def _sides(pairs: pl.DataFrame, rows: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """``pairs`` with ``left_<field>`` and ``right_<field>`` as text; a number that cannot be used is shown too."""

    def shown(people: pl.DataFrame, key: str, side: str) -> pl.DataFrame:
        made = {name: pl.col(name) for name in SHOWN} | {
            "number": pl.coalesce("number", "digits"),
            "birth": pl.coalesce("birth_own", "birth").dt.to_string("%Y-%m-%d"),
            "village": pl.coalesce("village", "region"),
        }
        return people.select(key, **{f"{side}_{name}": column for name, column in made.items()}).with_columns(
            people["region"].alias(f"{side}_region"), people["village"].alias(f"{side}_named")
        )

    left = pairs.join(shown(rows, "row", "left"), on="row", how="left", maintain_order="left")
    return left.join(shown(known, "known", "right"), on="known", how="left", maintain_order="left")


def agreements(pairs: pl.DataFrame, rows: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """``pairs`` with a column of codes a field: ``same``, ``alike``, ``different``; null where one side is empty."""
    sides = _sides(pairs, rows, known)
    made = {}
    for name in SHOWN:
        left, right = pl.col(f"left_{name}"), pl.col(f"right_{name}")
        equal = left == right
        if name == "village":  # a code tells a village better than its name; a code and a name tell nothing
            equal = pl.coalesce(
                pl.col("left_region") == pl.col("right_region"), pl.col("left_named") == pl.col("right_named")
            )
        made[name] = pl.when(equal).then(pl.lit("same")).when(~equal).then(pl.lit("different"))
    relation = _names.relations(sides["left_name"], sides["right_name"])
    return sides.with_columns(**made).with_columns(relation.alias("name"))


def compared(pairs: pl.DataFrame, rows: pl.DataFrame, known: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """One row a pair and field: ``keys field left right agreement``; fields empty on both sides are left out."""
    wide = agreements(pairs, rows, known)
    parts = [
        wide.select(
            *keys, field=pl.lit(name), left=f"left_{name}", right=f"right_{name}",
            agreement=pl.col(name).fill_null("missing"), _place=pl.lit(place),
        )
        for place, name in enumerate(SHOWN)
    ]  # fmt: skip
    joined = pl.concat(parts).filter(pl.col("left").is_not_null() | pl.col("right").is_not_null())
    return joined.sort(*keys, "_place").drop("_place")
