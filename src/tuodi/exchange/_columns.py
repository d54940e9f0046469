"""A whole column of text → values and the cells that are wrong; clean columns at the speed of the machine.

Enters: a column of text (or of a Parquet type), what kind of value it holds. Leaves: :class:`Column`. A vectorised
pattern takes what is written plainly; only what is left goes, once per distinct text, through ``_values``.
Imports ``tuodi.tables``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from tuodi.exchange import _values as values
from tuodi.exchange._source import SourceSchema
from tuodi.exchange._values import Wrong
from tuodi.exchange._words import CodeBook, value_key
from tuodi.identity import CHECKS, WEIGHTS
from tuodi.money import MOST_DIGITS
from tuodi.tables import Schema

__all__ = ["CODED", "IDENTIFIERS", "Column", "Fault", "kind_of", "parse_column"]

CODED: Mapping[str, Mapping[str, str]] = {
    "*": {
        "provider_level": "provider_level", "setting": "setting", "purpose": "purpose", "place": "place",
        "authorisation": "authorisation", "scheme": "scheme", "person_type": "person_type",
        "settle_mode": "settle_mode", "identity_at_hospital": "identity", "identity": "identity",
        "change": "change",
    },
    "manual": {"layer": "layer"},
    "totals": {"measure": "measure"},
}  # fmt: skip
"""Column → code set; the set ``identity`` serves both identities and what the hospital recorded."""

KEPT_AS_TEXT = frozenset({"identity_at_hospital", "layer", "measure"})
"""Coded columns where a word that is not known is kept: the hospital's identity, a layer of a pack."""

IDENTIFIERS = frozenset(
    {
        "claim_id",
        "person_id",
        "stay_id",
        "provider_id",
        "reverses",
        "household_id",
        "diagnosis",
        "insured_region",
        "care_region",
        "receipt_number",
        "decision_number",
    }
)
_SPACE = " \t\r\n\u3000\xa0\ufeff\u200b"


@dataclass(frozen=True)
class Fault:
    """One wrong cell: position of the row in the table read, schema column, reason, what was found and expected."""

    position: int
    column: str
    code: str
    found: str
    expected: str = ""


@dataclass(frozen=True)
class Column:
    """Values of one column, null where empty or wrong; faults by position; values read but not verified."""

    values: pl.Series
    faults: list[Fault]
    unverified: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    """Words of a coded column that are not known and stay as they are."""


def kind_of(schema: Schema, name: str) -> str:
    """What a column holds: amount, date, instant, whole, flag, month, certificate, code, identifier or text."""
    dtype = schema.columns[name]
    if isinstance(schema, SourceSchema):
        return schema.kinds[name]
    if name in schema.money:
        return "amount"
    if dtype == pl.Date():
        return "until" if name == "to" else "date"
    if dtype.base_type() == pl.Datetime:
        return "instant"
    if dtype == pl.Int64():
        return "whole"
    if dtype == pl.Boolean():
        return "flag"
    if name == "certificate":
        return "certificate"
    if name == "month":
        return "month"
    if code_set(schema, name):
        return "code"
    return "identifier" if name in IDENTIFIERS else "text"


def code_set(schema: Schema, name: str) -> str | None:
    """The code set of a coded column."""
    if isinstance(schema, SourceSchema):
        return schema.sets.get(name)
    return CODED.get(schema.name, {}).get(name) or CODED["*"].get(name)


def parse_column(
    cells: pl.Series, kind: str, name: str, dtype: pl.DataType, book: CodeBook | None = None, digits: int = 2
) -> Column:
    """Read one column of text; nothing is dropped: a cell is a value, empty, or a fault."""
    if kind == "code":
        assert book is not None
        return _codes(cells, name, book)
    text = cells.str.strip_chars(_SPACE)
    fast, slow = _FAST[kind](text, digits)
    done = text.is_null() | (text == "") | fast.is_not_null()
    rest = (~done).arg_true()
    if not len(rest):
        return Column(fast.cast(dtype), [])
    left = text.gather(rest)
    meaning = {value: slow(value) for value in left.unique().to_list()}
    faults: list[Fault] = []
    found: list[Any] = []
    for position, value in zip(rest.to_list(), left.to_list(), strict=True):
        result = meaning[value]
        if isinstance(result, Wrong):
            faults.append(Fault(position, name, result.code, value, result.expected))
            result = None
        found.append(result)
    merged = fast.cast(dtype).scatter(rest, pl.Series(found, dtype=dtype))
    return Column(merged, faults)


def _codes(cells: pl.Series, name: str, book: CodeBook) -> Column:
    text = cells.str.strip_chars(_SPACE)
    distinct = [value for value in text.unique().to_list() if value]
    meaning: dict[str, str | None] = {}
    wrong: dict[str, Wrong] = {}
    unverified, kept = set(), []
    for value in distinct:
        key = value_key(value.removeprefix("'"))
        code = book.known.get(key)
        if code is not None:
            meaning[value] = code
            if key in book.unverified:
                unverified.add(f"{value} = {code}")
        elif value in values.BLANK_VALUES:
            continue
        elif book.keep:
            meaning[value] = value.removeprefix("'")
            kept.append(value)
        elif name in KEPT_AS_TEXT:
            meaning[value] = value
            if name == "identity_at_hospital":
                wrong[value] = Wrong("identity_text_kept", book.suggestion(value))
        elif key in book.ambiguous:
            wrong[value] = Wrong("code_ambiguous")
        else:
            hint = book.suggestion(value)
            wrong[value] = Wrong("code_unknown" if hint else "code_unknown_plain", hint)
    result = text.replace_strict(meaning, default=None, return_dtype=pl.String())
    faults = []
    if wrong:
        places = text.is_in(list(wrong)).arg_true()
        for position, value in zip(places.to_list(), text.gather(places).to_list(), strict=True):
            faults.append(Fault(position, name, wrong[value].code, value, wrong[value].expected))
    return Column(result, faults, tuple(sorted(unverified)), tuple(sorted(kept)))


Fast = Callable[[pl.Series, int], tuple[pl.Series, Callable[[str], Any]]]


def _fast_amount(text: pl.Series, digits: int) -> tuple[pl.Series, Callable[[str], Any]]:
    whole = rf"^-?[0-9]{{1,{MOST_DIGITS - digits}}}"
    pattern = f"{whole}$" if digits == 0 else rf"{whole}(\.[0-9]{{1,{digits}}}0{{0,6}})?$"
    plainly = text.set(~text.str.contains(pattern).fill_null(False), None)
    fen = plainly.cast(pl.Decimal(30, digits)).to_physical().cast(pl.Int64)
    return fen, lambda value: values.parse_amount(value, digits)


def _fast_date(text: pl.Series, digits: int) -> tuple[pl.Series, Callable[[str], Any]]:
    plainly = text.set(~text.str.contains(r"^(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}$").fill_null(False), None)
    plainly = plainly.set(plainly.str.starts_with("2099").fill_null(False), None)
    found = plainly.str.to_date("%Y-%m-%d", strict=False)
    return found, values.parse_date


def _fast_until(text: pl.Series, digits: int) -> tuple[pl.Series, Callable[[str], Any]]:
    return _fast_date(text, digits)[0], values.parse_until


def _fast_instant(text: pl.Series, digits: int) -> tuple[pl.Series, Callable[[str], Any]]:
    full = text.set(
        ~text.str.contains(r"^(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$").fill_null(False), None
    )
    day = text.set(~text.str.contains(r"^(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}$").fill_null(False), None)
    found = full.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us")
    dates = day.str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us"))
    return found.zip_with(found.is_not_null(), dates), values.parse_instant


def _fast_whole(text: pl.Series, digits: int) -> tuple[pl.Series, Callable[[str], Any]]:
    plainly = text.set(~text.str.contains(r"^-?[0-9]{1,15}$").fill_null(False), None)
    return plainly.cast(pl.Int64), values.parse_whole


def _fast_text(text: pl.Series, digits: int) -> tuple[pl.Series, Callable[[str], Any]]:
    unusual = text.str.contains(r"^'|^(null|NULL|\\N)$").fill_null(False)
    return text.set(unusual | (text == "").fill_null(False), None), values.parse_text


def _fast_name(text: pl.Series, digits: int) -> tuple[pl.Series, Callable[[str], Any]]:
    plainly = text.str.contains(r"^\p{Han}+(·\p{Han}+)*$") & ~text.is_in(list(values.BLANK_VALUES))
    return text.set(~plainly.fill_null(False), None), values.parse_name


def _fast_identifier(text: pl.Series, digits: int) -> tuple[pl.Series, Callable[[str], Any]]:
    plainly = text.str.contains(r"^[A-Za-z0-9_.:;#-]+$") & ~text.str.contains(r"^(null|NULL)$|^[0-9](\.[0-9]+)?[eE]\+")
    return text.set(~plainly.fill_null(False), None), values.parse_identifier


def _fast_certificate(text: pl.Series, digits: int) -> tuple[pl.Series, Callable[[str], Any]]:
    shaped = text.str.contains(r"^[0-9]{6}(19|20)[0-9]{9}[0-9X]$").fill_null(False)
    right = np.zeros(len(text), dtype=bool)
    places = shaped.arg_true().to_numpy()
    if len(places):
        joined = "".join(text.filter(shaped).to_list()).encode("ascii")
        signs = np.frombuffer(joined, dtype=np.uint8).reshape(-1, 18)
        sums = (signs[:, :17].astype(np.int64) - 48) @ np.array(WEIGHTS)
        wanted = np.frombuffer(CHECKS.encode(), dtype=np.uint8)[sums % 11]
        right[places] = wanted == signs[:, 17]
    births = text.str.slice(6, 8).str.to_date("%Y%m%d", strict=False).is_not_null()
    return text.set(~(pl.Series(right) & births), None), values.parse_certificate


def _no_fast(slow: Callable[[str], Any], dtype: pl.DataType) -> Fast:
    return lambda text, digits: (pl.Series([None] * len(text), dtype=dtype), slow)


_FAST: Mapping[str, Fast] = {
    "amount": _fast_amount,
    "date": _fast_date,
    "until": _fast_until,
    "instant": _fast_instant,
    "whole": _fast_whole,
    "text": _fast_text,
    "identifier": _fast_identifier,
    "certificate": _fast_certificate,
    "flag": _no_fast(values.parse_flag, pl.Boolean()),
    "month": _no_fast(values.parse_month, pl.String()),
    "month_day": _no_fast(values.parse_month_day, pl.Date()),
    "name": _fast_name,
    "phone": _no_fast(values.parse_phone, pl.String()),
    "account": _no_fast(values.parse_account, pl.String()),
    "region": _no_fast(values.parse_region, pl.String()),
    "disability": _no_fast(values.parse_disability_number, pl.String()),
}
