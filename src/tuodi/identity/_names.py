"""Two names: the same, alike, or different.

Enters: names as ``tidy_name`` gives them. Leaves: ``same``, ``alike``, ``different`` or nothing where one is missing.
Imports nothing of this program.
"""

from __future__ import annotations

import polars as pl

__all__ = ["ALIKE", "DIFFERENT", "SAME", "relation", "relations"]

SAME, ALIKE, DIFFERENT = "same", "alike", "different"
_LONG = 3
_PREFIX = 4


def relation(left: str, right: str) -> str:
    """How two names stand to each other.

    Alike: characters that could not be read (``?``) hide the difference; or names of three characters and more differ
    by one character typed wrongly, left out, doubled or by two exchanged; or a long name is the beginning of the other.
    Two short names with one other character are different: 王伟 and 王芳 are brother and sister.
    """
    left, right = left.replace("·", ""), right.replace("·", "")
    if left == right:
        return SAME
    if len(left) == len(right) and "?" in left + right:
        return ALIKE if all(a == b or "?" in (a, b) for a, b in zip(left, right, strict=True)) else DIFFERENT
    short, long = sorted((left, right), key=len)
    if len(short) >= _PREFIX and long.startswith(short):
        return ALIKE
    return ALIKE if len(long) >= _LONG and len(short) >= _LONG - 1 and _one_slip(short, long) else DIFFERENT


def _one_slip(short: str, long: str) -> bool:
    if len(short) == len(long):
        places = [place for place, (a, b) in enumerate(zip(short, long, strict=True)) if a != b]
        if len(places) == 1:
            return True
        return len(places) == 2 and places[1] == places[0] + 1 and sorted(short) == sorted(long)
    if len(long) != len(short) + 1 or len(short) < _LONG - 1:
        return False
    return any(long[:place] + long[place + 1 :] == short for place in range(len(long)))


def relations(left: pl.Series, right: pl.Series) -> pl.Series:
    """:func:`relation` for each row; null where a name is missing. Only distinct unequal pairs are looked at."""
    pairs = pl.DataFrame({"left": left, "right": right})
    unequal = pairs.filter(pl.col("left") != pl.col("right")).unique()
    found = unequal.with_columns(
        relation=pl.Series(
            [relation(a, b) for a, b in zip(unequal["left"].to_list(), unequal["right"].to_list(), strict=True)],
            dtype=pl.String(),
        )
    )
    joined = pairs.join(found, on=["left", "right"], how="left", maintain_order="left")
    equal = pl.when(pl.col("left") == pl.col("right")).then(pl.lit(SAME))
    return joined.select(pl.coalesce("relation", equal)).to_series().rename("name_relation")
