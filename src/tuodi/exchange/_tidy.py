"""Rows of a typed file that need no reading: every cell is already what the table wants, every sum holds.

Reading a file cell by cell costs more than settling it. A Parquet file with the table's own column names and types is
therefore looked over column by column, and only rows in which anything at all is unusual go the long way through
``_assemble`` and ``_checks``. What passes here would pass there unchanged; tests hold the two together. Enters: a frame
as the file stores it. Leaves: the conformed rows and which ones are doubtful. Imports ``tuodi.tables``.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

from tuodi.exchange._checks import unusual_rows
from tuodi.exchange._columns import code_set, kind_of
from tuodi.exchange._values import parse_identifier
from tuodi.exchange._words import code_book, value_key
from tuodi.money import MOST_DIGITS
from tuodi.tables import Schema

__all__ = ["doubtful_rows", "in_fen", "is_typed", "tidy_names"]

Doubts = npt.NDArray[np.bool_]

_PLAIN = np.zeros(256, bool)
_PLAIN[list(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:;#-")] = True
"""What a plain identifier is made of; anything else is looked at one by one (``parse_identifier``)."""


def is_typed(found: Mapping[str, pl.DataType], schema: Schema) -> bool:
    """Whether a file has the table's own names and types, so that its cells can be taken as they are."""
    if "certificate" in found or any(name not in found for name in schema.required):
        return False
    return all(name in schema.columns and _fits(dtype, schema, name) for name, dtype in found.items())


def _fits(found: pl.DataType, schema: Schema, name: str) -> bool:
    if name in schema.money:
        return isinstance(found, pl.Decimal) and found.scale == 2
    return found == schema.columns[name]


def in_fen(frame: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """A typed file's rows with amounts in fen; one that is too large for any table becomes null."""
    return frame.with_columns(
        frame[name].to_physical().cast(pl.Int64, strict=False) for name in frame.columns if name in schema.money
    )


def doubtful_rows(
    cells: pl.DataFrame, fen: pl.DataFrame, schema: Schema, local_codes: Mapping[str, Mapping[str, str]]
) -> Doubts:
    """Which rows of a typed claims file (``is_typed``) must be read the long way; ``fen``: see :func:`in_fen`."""
    doubts = unusual_rows(fen)
    for name in fen.columns:
        column, kind = fen[name], kind_of(schema, name)
        if column.null_count():
            if name in schema.required:
                doubts |= column.is_null().to_numpy()
            if column.null_count() != cells[name].null_count():
                doubts |= (column.is_null() & cells[name].is_not_null()).to_numpy()
            if column.null_count() == fen.height:
                continue
        if name == "reverses":
            doubts |= column.is_not_null().to_numpy()
        elif kind == "amount":
            if column.min() < 0 or column.max() >= 10**MOST_DIGITS:  # type: ignore[operator]
                doubts |= ((column < 0) | (column >= 10**MOST_DIGITS)).fill_null(value=False).to_numpy()
        elif kind == "identifier":
            doubts |= _unusual_names(column)
        elif kind == "text":
            doubts |= (column != column.str.strip_chars()).fill_null(value=False).to_numpy() | _none_at_all(column)
        elif kind == "code":
            doubts |= _unusual_codes(column, schema, name, local_codes)
    return doubts


def _none_at_all(column: pl.Series) -> Doubts:
    found = (column == "") | (column == "null") | (column == "NULL") | (column == "\\N")
    return found.fill_null(value=False).to_numpy()


def _unusual_names(column: pl.Series) -> Doubts:
    """Identifiers with anything but plain signs in them, or that stand for nothing."""
    texts = column.to_arrow(compat_level=pl.CompatLevel.oldest())
    data = np.frombuffer(texts.buffers()[2], np.uint8) if texts.buffers()[2] is not None else np.zeros(0, np.uint8)
    doubts = _none_at_all(column)
    if not _all_plain(data):
        doubts = doubts | ~column.str.contains(r"^[A-Za-z0-9_.:;#-]+$").fill_null(value=True).to_numpy()
    return doubts


def tidy_names(column: pl.Series) -> pl.Series:
    """Identifiers as reading leaves them; one that cannot be read stays as it is, and is set aside elsewhere."""
    texts = column.cast(pl.String())
    unusual = pl.Series(_unusual_names(texts)) & texts.is_not_null()
    if not unusual.any():
        return texts
    strange = texts.filter(unusual).unique().to_list()
    read = {text: parse_identifier(text) for text in strange}
    plain = {text: found if found is None or isinstance(found, str) else text for text, found in read.items()}
    return texts.replace_strict(plain, default=texts, return_dtype=pl.String())


def _all_plain(data: npt.NDArray[np.uint8]) -> bool:
    """Whether there are only plain signs; letters and digits, of which most names consist, are asked for first."""
    usual = ((data - ord("0")) < 10) | (((data | 32) - ord("a")) < 26)
    return bool(usual.all()) or bool(_PLAIN[data[~usual]].all())


def _unusual_codes(
    column: pl.Series, schema: Schema, name: str, local_codes: Mapping[str, Mapping[str, str]]
) -> Doubts:
    wanted = code_set(schema, name)
    assert wanted is not None
    book = code_book(wanted, {}, {**local_codes.get(wanted, {}), **local_codes.get(name, {})})
    if not column.null_count() and (column == column[0]).all():
        column = column[:1]  # the same on every row
    strange = [
        word
        for word in column.unique().drop_nulls().to_list()
        if book.known.get(value_key(word)) != word or value_key(word) in book.unverified
    ]
    if not strange:
        return np.zeros(1, bool)
    return column.is_in(strange).fill_null(value=False).to_numpy()
