"""Rows of a list as the register keeps them: keys and contents as keyed hashes, what must not lie open sealed.

Enters: pieces of a delivery, a template. Leaves: one table, digests, JSON texts; stored entries as tables again.
Imports ``tuodi.exchange``, the register's ``store``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from tuodi.errors import UsageError
from tuodi.exchange import Delivery, SourceTemplate
from tuodi.platform.registry.store import content_text, digest_text, opened, seal_text
from tuodi.tables import conform

__all__ = [
    "Arrived",
    "arrived",
    "beside",
    "contents",
    "day_of",
    "key_digests",
    "packed",
    "said",
    "unpacked",
    "without_nulls",
]


_OURS = frozenset(
    {"row", "entry", "as_of", "key_digest", "content_digest", "person", "linked_by", "occurrence", "place"}
)
"""Columns of ours beside what a row says; no template has one of these names."""


@dataclass(frozen=True)
class Arrived:
    """A whole list: ``frame`` with the target's columns and those beyond it, ``row``; which of them the file has."""

    frame: pl.DataFrame
    columns: tuple[str, ...]
    held: pl.DataFrame
    mode: str


def arrived(template: SourceTemplate, pieces: Iterable[Delivery]) -> Arrived:
    """All pieces as one. Raises ``UsageError`` where there is none."""
    frames, columns, held, mode = [], dict[str, None](), [], ""
    for piece in pieces:
        frames.append(beside(piece))
        columns |= dict.fromkeys((*piece.columns, *piece.extra.columns))
        held.append(piece.held)
        mode = mode or piece.mode
    if not frames:
        raise UsageError(f"{template.code}: a delivery has at least one piece; none was handed over")
    return Arrived(pl.concat(frames, how="diagonal"), tuple(columns), pl.concat(held), mode)


def beside(piece: Delivery) -> pl.DataFrame:
    """Good rows with the columns beyond the target and with ``row``, their place in the file."""
    extra = piece.extra.rename(
        {name: f"{name}（）" for name in piece.extra.columns if name in _OURS or name in piece.frame.columns}
    )
    whole = (
        pl.concat([conform(piece.frame, piece.template.target), extra], how="horizontal")
        if extra.width
        else piece.frame
    )
    return whole.with_columns(piece.places["row"].alias("row"))


def said(frame: pl.DataFrame) -> list[str]:
    """The columns of a row that are its contents."""
    return [name for name in frame.columns if name not in _OURS]


def key_digests(frame: pl.DataFrame, template: SourceTemplate) -> pl.Series:
    """A keyed hash of each row's key; rows of one key are told apart by their place among them, in contents' order."""
    names = said(frame)
    key = pl.concat_str([pl.col(name).cast(pl.String).fill_null("\x00") for name in template.key], separator="\x1f")
    texts = frame.select(key=key).with_columns(content=content_text(frame, names))
    if texts["key"].is_duplicated().any():
        place = pl.col("content").rank("ordinal").over("key")
        texts = texts.with_columns(key=pl.when(place > 1).then(pl.format("{}\x1e{}", "key", place)).otherwise("key"))
    return digest_text("entry", texts["key"])


def without_nulls(texts: pl.Series) -> pl.Series:
    """JSON objects without their empty members; quotation marks within values are escaped: none is hit."""
    return texts.str.replace_all(r'"[^"\\]+":null,?', "").str.replace(",}", "}", literal=True)


def contents(frame: pl.DataFrame) -> pl.Series:
    """A keyed hash of all that each row says; empty columns say nothing, so that a column more changes no hash."""
    names = [name for name in said(frame) if frame[name].null_count() < frame.height]
    return digest_text("content", without_nulls(content_text(frame, names)))


def packed(frame: pl.DataFrame, template: SourceTemplate) -> pl.DataFrame:
    """``data`` (JSON text of what lies open) and ``sealed`` (the rest, sealed; null where it is empty)."""
    names = said(frame)
    secret = [name for name in names if template.grade_of(name)[0] == "highly_sensitive"]
    plain = [name for name in names if name not in secret]
    data = without_nulls(content_text(frame, plain))
    secrets = without_nulls(content_text(frame, secret))
    return pl.DataFrame({"data": data, "sealed": seal_text("row", secrets.set(secrets == "{}", None))})


def unpacked(stored: pl.DataFrame, schema: Mapping[str, Any]) -> pl.DataFrame:
    """Stored entries (``data sealed`` and whatever else) with the columns of ``schema`` and any others."""
    secrets = opened("row", stored["sealed"]).fill_null("{}")
    texts = pl.concat([stored["data"], secrets])
    found = texts.str.extract_all(r'"[^"\\]+":').explode().drop_nulls().unique().str.slice(1).str.head(-2)
    taken = set(stored.columns)
    whole = {**schema, **{name: pl.String() for name in sorted(found) if name not in schema and name not in taken}}
    shape = pl.Struct(
        [pl.Field(name, pl.Int64() if dtype == pl.Int64() else pl.String()) for name, dtype in whole.items()]
    )
    sides = [text.str.json_decode(shape).struct.unnest() for text in (stored["data"], secrets)]
    made = [_typed(sides[0][name].fill_null(sides[1][name]), dtype).alias(name) for name, dtype in whole.items()]
    return stored.drop("data", "sealed").with_columns(made)


def _typed(column: pl.Series, dtype: Any) -> pl.Series:
    return column.str.to_date("%Y-%m-%d", strict=False) if dtype == pl.Date() else column.cast(dtype)


def day_of(found: date | None, pieces: date | None, code: str) -> date:
    """数据截至 of a delivery. Raises ``UsageError`` where nobody said it."""
    day = found or pieces
    if day is None:
        raise UsageError(f"{code}: the delivery has no as_of date (数据截至); state it before it is absorbed")
    return day
