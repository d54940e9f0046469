"""Rows of departments and of the register in one cleaned form, in which they can be compared.

Enters: tables with columns of ``tables.WHO`` (any may be absent) and ``household_id``. Leaves: one row a row, with
``number digits insurer name birth birth_own sex phone region town village address household``. Imports
``tuodi.tables``, ``tuodi.errors``.
"""

from __future__ import annotations

import polars as pl

from tuodi.errors import TableError
from tuodi.identity.numbers import clean_numbers, tidy_address, tidy_name, tidy_phone, tidy_sex
from tuodi.tables import WHO

__all__ = ["FIELDS", "cleaned", "demand"]

FIELDS = (
    "number", "digits", "insurer", "name", "birth", "birth_own", "sex", "phone", "region", "town", "village",
    "address", "household",
)  # fmt: skip

_TOWN_ENDS = r"(?:街道办事处|街道办|街道|镇人民政府|乡人民政府|镇|乡)$"
_VILLAGE_ENDS = r"(?:村民委员会|居民委员会|村委会|居委会|社区|行政村|村)$"
_FIRM = 18


def demand(frame: pl.DataFrame, table: str, *names: str) -> None:
    """Raise ``TableError`` unless the named columns are there and never null."""
    for name in names:
        if name not in frame.columns:
            raise TableError(f"table {table}: column {name!r} is missing; it is required")
        if frame[name].null_count():
            raise TableError(f"table {table}: column {name!r} is empty in {frame[name].null_count()} rows")


def cleaned(frame: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """``keys`` of ``frame`` and :data:`FIELDS`, row by row.

    ``number`` can be relied upon; ``digits`` is what stood there if not (mistyped, masked). ``birth`` and ``sex`` are
    the row's own, else the number's; ``birth_own`` only the row's own. ``firm`` says whether the number is one of 18
    characters whose check digit is right: such a row is never compared by likeness with another firm one.
    """
    wanted = {**WHO, "household_id": pl.String()}
    full = frame.with_columns(
        pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in wanted.items()
    )
    numbers = clean_numbers(full["certificate"])
    weak = numbers["kind"].is_in(["other"]) & numbers["number"].str.contains(r"^(.)(?:.?)\w{0,3}$").fill_null(False)
    number = numbers["number"].set(weak, None)
    region = full["region"].str.replace_all(r"\D", "")
    own_sex = tidy_sex(full["sex"])
    hidden_birth = numbers["text"].str.slice(6, 8).str.to_date("%Y%m%d", strict=False)
    made = {
        "number": number,
        "digits": numbers["text"].set(number.is_not_null(), None),
        "insurer": _text(full["person_id"]),
        "name": tidy_name(full["person_name"]).str.replace_all("·", "", literal=True).str.replace_all("某", "?"),
        "birth": full["birth_date"].fill_null(numbers["birth_date"]).fill_null(hidden_birth),
        "birth_own": full["birth_date"],
        "sex": own_sex.fill_null(numbers["sex"]),
        "phone": tidy_phone(full["phone"]),
        "region": region.set(~region.str.contains(r"^\d{12}$").fill_null(False), None),
        "town": _place(full["township"], _TOWN_ENDS),
        "village": _place(full["village"], _VILLAGE_ENDS),
        "address": tidy_address(full["address"]),
        "household": _text(full["household_id"]),
    }
    return (
        frame.select(keys)
        .with_columns(**{name: made[name].rename(name) for name in FIELDS})
        .with_columns(
            firm=(pl.col("number").str.len_chars() == _FIRM).fill_null(False),
            region=pl.when(~pl.col("region").str.ends_with("000")).then("region"),
            zone=pl.col("region").str.slice(0, 9),
        )
    )


def _text(values: pl.Series) -> pl.Series:
    stripped = values.str.strip_chars()
    return stripped.set((stripped == "").fill_null(False), None)


def _place(values: pl.Series, ends: str) -> pl.Series:
    """A town or a village by the part of its name that everybody writes."""
    short = _text(values).str.replace_all(r"\s", "")
    bare = short.str.replace(ends, "")
    return bare.set((bare.str.len_chars() < 2).fill_null(False), None).fill_null(short)
