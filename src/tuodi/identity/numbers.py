"""Columns of certificates, phones, names, sexes and addresses → columns that can be compared.

Enters: columns of text as departments send them. Leaves: tables of the same length and order. Work is done on distinct
values: four million rows with 400,000 people take seconds. Imports nothing of this program but this room.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import astuple, fields

import numpy as np
import polars as pl

from tuodi.identity._certificate import CHECKS, WEIGHTS, Certificate, read_certificate

__all__ = ["KINDS", "clean_numbers", "tidy_address", "tidy_name", "tidy_phone", "tidy_sex"]

KINDS = (
    "resident_id", "resident_permit", "foreign_permanent", "passport", "disability_certificate", "student_number",
    "other", "none",
)  # fmt: skip
"""The papers that are told apart; the names of the second to last hold no number that could be checked."""

_SCHEMA = {field.name: pl.Date() if field.name == "birth_date" else pl.String() for field in fields(Certificate)}
_PLAIN = r"^[1-9][0-9]{5}(?:19|20)[0-9]{9}[0-9X]$"
_WILD = "?"
_DOTS = re.compile(r"[·•‧∙⋅・･.。﹒]")
_UNREADABLE = re.compile(r"[?？□■〓◇◆＊*�]")
_IDEOGRAPHS = r"^[\x{4E00}-\x{9FFF}]{2,}$"
_BRACKETS = re.compile(r"[(\[【].*?[)\]】]$")
_MALE, _FEMALE = frozenset({"1", "01", "男", "男性", "male", "m"}), frozenset({"2", "02", "女", "女性", "female", "f"})


def clean_numbers(
    certificates: pl.Series, birth_dates: pl.Series | None = None, sexes: pl.Series | None = None
) -> pl.DataFrame:
    """``kind text number birth_date sex category grade problem expected contradiction`` for each certificate.

    ``number`` (18 characters, or the whole number of a passport) is null unless it can be relied upon; a disability
    certificate and a pupil's number give the identity number that they hold. ``birth_date`` and ``sex`` are what the
    number says. ``contradiction`` names the columns of their own (``birth_dates`` of dates, ``sexes`` as
    :func:`tidy_sex` gives them) that say something else: ``birth_date``, ``sex`` or both with a semicolon.
    """
    values = certificates.cast(pl.String).rename("certificate")
    distinct = values.drop_nulls().unique().sort()
    table = _distinct_numbers(distinct)
    result = (
        values.to_frame()
        .join(table, left_on="certificate", right_on="written", how="left", maintain_order="left")
        .with_columns(pl.col("kind").fill_null("none"))
        .drop("certificate")
    )
    apart = [
        pl.when(_differ(pl.col(name), own)).then(pl.lit(name))
        for name, own in (("birth_date", birth_dates), ("sex", sexes))
        if own is not None
    ]
    if not apart:
        return result.with_columns(contradiction=pl.lit(None, dtype=pl.String()))
    joined = pl.concat_str(apart, separator=";", ignore_nulls=True)
    return result.with_columns(contradiction=pl.when(joined != "").then(joined))


def _differ(said: pl.Expr, own: pl.Series) -> pl.Expr:
    return (said != pl.lit(own)).fill_null(False)


def _distinct_numbers(distinct: pl.Series) -> pl.DataFrame:
    """One row for each distinct text: what is written plainly in one go, the rest one by one."""
    plain = distinct.filter(distinct.str.contains(_PLAIN))
    fast = _plain_numbers(plain)
    slow = distinct.filter(~distinct.is_in(fast["written"].implode()))
    rows = [(text, *astuple(read_certificate(text))) for text in slow.to_list()]
    read = pl.DataFrame(rows, schema={"written": pl.String(), **_SCHEMA}, orient="row")
    return pl.concat([fast, read])


def _plain_numbers(texts: pl.Series) -> pl.DataFrame:
    """Numbers of 18 characters that are right; those that are not are left to :func:`read_certificate`."""
    if texts.is_empty():
        return pl.DataFrame(schema={"written": pl.String(), **_SCHEMA})
    signs = np.frombuffer("".join(texts.to_list()).encode("ascii"), dtype=np.uint8).reshape(-1, 18)
    sums = (signs[:, :17].astype(np.int64) - ord("0")) @ np.array(WEIGHTS)
    right = np.frombuffer(CHECKS.encode("ascii"), dtype=np.uint8)[sums % 11] == signs[:, 17]
    number = pl.col("written")
    invented, permit = number.str.starts_with("9901"), number.str.contains("^8[123]")
    kind = (
        pl.when(permit).then(pl.lit("resident_permit"))
        .when(number.str.starts_with("9") & ~invented).then(pl.lit("foreign_permanent"))
        .otherwise(pl.lit("resident_id"))
    )  # fmt: skip
    odd = number.str.slice(16, 1).cast(pl.Int32) % 2 == 1
    nothing = pl.lit(None, dtype=pl.String())
    return (
        texts.rename("written").to_frame().filter(pl.Series(right))
        .select(
            "written", kind=kind, text=number, number=number,
            birth_date=number.str.slice(6, 8).str.to_date("%Y%m%d", strict=False),
            sex=pl.when(odd).then(pl.lit("male")).otherwise(pl.lit("female")),
            category=nothing, grade=nothing, problem=nothing, expected=nothing,
        )
        .filter(pl.col("birth_date").is_not_null())
    )  # fmt: skip


def _by_value(values: pl.Series, tidy: Callable[[str], str | None]) -> pl.Series:
    """``tidy`` of each value, computed once for each distinct one."""
    text = values.cast(pl.String)
    distinct = text.drop_nulls().unique().to_list()
    made = [tidy(value) for value in distinct]
    if not distinct:
        return pl.Series(values.name, [None] * len(values), dtype=pl.String())
    return text.replace_strict(distinct, made, default=None, return_dtype=pl.String())


def _folded(text: str) -> str:
    return re.sub(r"[\s\u200b\ufeff']+", "", unicodedata.normalize("NFKC", text))


def tidy_phone(phones: pl.Series) -> pl.Series:
    """A mobile number of 11 digits, or a landline's digits; null where it can be no number.

    Country code 86, blanks and hyphens gone; of several numbers the first that can be one.
    """
    return _by_value(phones, _phone)


def _phone(text: str) -> str | None:
    for part in re.split(r"[,，、;；/|]|\s{2,}", unicodedata.normalize("NFKC", text)):
        digits = re.sub(r"[^\d]", "", part.removesuffix(".0"))
        digits = re.sub(r"^(?:00)?86(?=1[3-9]\d{9}$)", "", digits)
        mobile = re.fullmatch(r"1[3-9]\d{9}", digits)
        landline = re.fullmatch(r"0\d{9,11}|[2-9]\d{6,7}", digits)
        if (mobile or landline) and len(set(digits[3:])) > 1:  # 13800000000 and 88888888 were typed to fill a field
            return digits
    return None


def tidy_name(names: pl.Series) -> pl.Series:
    """Names to compare: no blanks, full-width forms folded, every middle dot the same, unreadable characters ``?``.

    What stands in brackets at the end (an alias, a remark) is left out.
    """
    text = names.cast(pl.String)
    # Ideographs alone, as nearly all names are, stay as they are; what else there is is looked at one by one.
    plain = text.str.contains(_IDEOGRAPHS).fill_null(False) & (text != "不详").fill_null(False)
    if plain.all():
        return text
    return text.set(~plain, None).fill_null(_by_value(text.set(plain, None), _name))


def _name(text: str) -> str | None:
    folded = _BRACKETS.sub("", _folded(text)).upper()
    folded = _UNREADABLE.sub(_WILD, _DOTS.sub("·", folded)).strip("·-_/")
    return folded if folded and folded not in {"无", "NULL", "不详", "NONE", "NAN"} and folded.strip("?") else None


def tidy_sex(sexes: pl.Series) -> pl.Series:
    """``male`` or ``female``; null for anything else (GB/T 2261.1: 1 and 2; 0 and 9 say nothing)."""
    return _by_value(sexes, _sex)


def _sex(text: str) -> str | None:
    folded = _folded(text).casefold().removesuffix(".0")
    return "male" if folded in _MALE else "female" if folded in _FEMALE else None


def tidy_address(addresses: pl.Series) -> pl.Series:
    """Addresses to compare: no blanks nor punctuation, digits of one kind, 号 and 组 kept."""
    return _by_value(addresses, _address)


def _address(text: str) -> str | None:
    folded = re.sub(r"[,，.。、;；:：()（）\-—_#]+", "", _folded(text))
    return folded or None
