"""Named rules that decide whether a row and a known person are one, without any likelihood.

Enters: cleaned rows (``row`` numbers them) and cleaned rows of known persons (``known`` numbers them, ``person``).
Leaves: pairs ``row known person rule rank certain``; ``certain`` false means: for a person to decide. Imports the room.
"""

from __future__ import annotations

import polars as pl

from tuodi.identity import _names
from tuodi.identity._names import DIFFERENT, SAME

__all__ = ["PAIRS", "RULES", "by_insurer", "by_number", "by_slip", "by_traits"]

RULES = (
    "same_number", "same_number_other_name", "same_insurer_id", "same_insurer_id_other_name",
    "same_insurer_id_other_number", "number_changed", "number_mistyped", "same_name_birth_phone",
    "same_name_birth_village", "number_differs",
)  # fmt: skip
"""In their order: the first that holds says why."""

_WHERE = ("phone", "region", "village", "town")

PAIRS = {
    "row": pl.UInt32(), "known": pl.UInt32(), "person": pl.String(), "rule": pl.String(), "certain": pl.Boolean(),
}  # fmt: skip


def _beside(rows: pl.DataFrame, known: pl.DataFrame, *on: str) -> pl.DataFrame:
    """Rows and known rows that agree in ``on``, the known ones' columns with ``_right``."""
    left = rows.drop_nulls(list(on))
    right = known.drop_nulls(list(on)).rename({name: f"{name}_right" for name in known.columns if name in rows.columns})
    joined = left.join(right, left_on=list(on), right_on=[f"{name}_right" for name in on], how="inner", coalesce=False)
    return joined.with_columns(_names.relations(joined["name"], joined["name_right"]))


def _apart(name: str) -> pl.Expr:
    """Both sides say something, and not the same."""
    return (pl.col(name) != pl.col(f"{name}_right")).fill_null(False)


def _equal(name: str) -> pl.Expr:
    return (pl.col(name) == pl.col(f"{name}_right")).fill_null(False)


def _village() -> pl.Expr:
    return _equal("region") | (_equal("village") & ~_apart("town") & ~_apart("zone"))


def _nothing_else() -> pl.Expr:
    """Neither phone nor place can be compared."""
    known = [pl.col(name).is_not_null() & pl.col(f"{name}_right").is_not_null() for name in _WHERE]
    return ~pl.any_horizontal(known)


def _pairs(joined: pl.DataFrame, rule: pl.Expr, certain: pl.Expr) -> pl.DataFrame:
    return joined.select(
        pl.col("row").cast(pl.UInt32), pl.col("known").cast(pl.UInt32), "person", rule=rule, certain=certain
    ).cast(PAIRS)  # type: ignore[arg-type]


def by_number(rows: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """The same usable number. Another name, or a name that is only alike with another birth date, is for a person."""
    joined = _beside(rows, known, "number")
    relation = pl.col("name_relation")
    other = (relation == DIFFERENT).fill_null(False)
    alike = (relation != SAME).fill_null(False)
    apart = (pl.col("birth_own") != pl.coalesce("birth_own_right", "birth_right")).fill_null(False)
    doubtful = other | (alike & apart)
    return _pairs(
        joined,
        pl.when(doubtful).then(pl.lit("same_number_other_name")).otherwise(pl.lit("same_number")),
        ~doubtful,
    )


def by_insurer(rows: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """The same number of the insurer. Another name, or another identity number and birth date, is for a person."""
    joined = _beside(rows, known, "insurer")
    other = (pl.col("name_relation") == DIFFERENT).fill_null(False)
    changed = _apart("number") & pl.col("firm") & pl.col("firm_right") & (_apart("birth") | pl.col("name").is_null())
    rule = (
        pl.when(other).then(pl.lit("same_insurer_id_other_name"))
        .when(changed).then(pl.lit("same_insurer_id_other_number"))
        .otherwise(pl.lit("same_insurer_id"))
    )  # fmt: skip
    return _pairs(joined, rule, ~(other | changed))


def by_slip(rows: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """The same name, and numbers of which one is wrong and differs from the other by one slip of a finger.

    One slip: a digit typed wrongly, left out, doubled, or two neighbours exchanged. Two right numbers never differ so:
    the check digit catches it. Another sex or birth date of their own makes it a question.
    """
    wrong, right = rows.filter(pl.col("digits").is_not_null()), known.filter(pl.col("digits").is_not_null())
    joined = pl.concat(
        [
            _beside(wrong.filter(~pl.col("firm")), known.filter(pl.col("firm")), "name"),
            _beside(rows.filter(pl.col("firm")), right.filter(~pl.col("firm")), "name"),
            _beside(wrong, right, "name"),
        ]
    )
    left = joined.select(pl.coalesce("digits", "number")).to_series()
    other = joined.select(pl.coalesce("digits_right", "number_right")).to_series()
    near = [one_slip(a, b) for a, b in zip(left.to_list(), other.to_list(), strict=True)]
    joined = joined.filter(pl.Series(near, dtype=pl.Boolean()))
    own = (pl.col("birth_own") != pl.coalesce("birth_own_right", "birth_right")).fill_null(False)
    return _pairs(joined, pl.lit("number_mistyped"), ~(_apart("sex") & own))


def one_slip(left: str, right: str) -> bool:
    """Whether two numbers are equal or differ by one digit wrong, left out, doubled or two neighbours exchanged."""
    if left == right:
        return True
    short, long = sorted((left, right), key=len)
    if len(long) - len(short) > 1 or len(short) < 15:
        return False
    first = next((place for place, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return long[first + 1 :] == short[first:]
    if long[first + 1 :] == short[first + 1 :]:
        return True
    exchanged = long[:first] + long[first : first + 2][::-1] + long[first + 2 :]
    return exchanged == short


def by_traits(rows: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """The same name and birth date, and the same phone or village.

    With two right and different numbers the same phone means that the number was changed; the same village, or nothing
    at all on phone and place, is for a person to decide.
    """
    joined = _beside(rows, known, "name", "birth")
    both = pl.col("firm") & pl.col("firm_right")
    same_both = both & _equal("number")
    phone, village = _equal("phone"), _village()
    joined = joined.filter(~same_both & (phone | village | (both & _nothing_else())))
    rule = (
        pl.when(both & phone).then(pl.lit("number_changed"))
        .when(both).then(pl.lit("number_differs"))
        .when(phone).then(pl.lit("same_name_birth_phone"))
        .otherwise(pl.lit("same_name_birth_village"))
    )  # fmt: skip
    insurer = _apart("insurer")
    return _pairs(joined, rule, ~_apart("sex") & ~insurer & (~both | phone))
