"""What a new list changes in what is known: added, changed, left, and what it must not touch.

Enters: two tables with the same columns. Leaves: :class:`Difference`, and ``apply_difference`` to carry it out. Pure:
tables and dates only. A list of an earlier day changes nothing that is newer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from tuodi.errors import TableError, UsageError
from tuodi.exchange._held import may_be_meant

__all__ = ["Difference", "apply_difference", "difference"]

_COPY = "occurrence"
"""Tells rows of one key apart: 0 for the first in the order of their contents."""


@dataclass(frozen=True)
class Difference:
    """``occurrence`` beside a key counts rows of the same key from 0. Nothing is ever deleted: ``removed`` rows end."""

    key: tuple[str, ...]
    mode: str
    as_of: date | None
    columns: tuple[str, ...]
    """Columns that were compared beside the key."""
    added: pl.DataFrame
    """Whole new rows."""
    changed: pl.DataFrame
    """The rows that change, as they shall be, with the columns of ``carry`` of the rows that they replace."""
    changes: pl.DataFrame
    """Key, ``occurrence``, ``column``, ``old``, ``new``: one line a changed cell, as text."""
    removed: pl.DataFrame
    """Rows of a full list that left it (动态调出), with ``left_list_on``; never any for an increment."""
    held: pl.DataFrame
    """Rows of a full list that are missing but may be meant by a row that could not be taken: they stay."""
    older: pl.DataFrame
    """Incoming rows that would change something newer, or bring back who has left since: nothing is done with them."""
    duplicates: pl.DataFrame
    """Incoming rows that share their key with another, with ``copies``."""
    unchanged: int
    stale: bool
    """The list is of an earlier day than what is known."""

    @property
    def empty(self) -> bool:
        """Whether nothing changes."""
        return not (self.added.height or self.changed.height or self.removed.height)


def difference(
    current: pl.DataFrame,
    incoming: pl.DataFrame,
    key: Sequence[str],
    mode: str,
    as_of: date | None,
    *,
    known_as_of: date | None = None,
    columns: Sequence[str] | None = None,
    within: Sequence[str] = (),
    carry: Sequence[str] = (),
    held: pl.DataFrame | None = None,
) -> Difference:
    """Compare ``incoming`` (a delivery's rows) with ``current`` (the rows of the source that are in force).

    ``mode``: ``full`` or ``increment``. ``known_as_of``: the day of ``current``; where ``current`` has a column
    ``as_of``, each row's own. ``columns``: what the file really has (``Delivery.columns``); others are not compared,
    so that a file without a column does not empty it. ``within``: columns within whose values a list is full (a list of
    2024 says nothing of 2023). ``carry``: columns of ``current`` only, given back with changed and removed rows.
    ``held``: ``Delivery.held``. Raises ``TableError`` where a key column is missing, ``UsageError`` for another mode.
    """
    if mode not in ("full", "increment"):
        raise UsageError(f"mode {mode!r}; it is 'full' or 'increment'")
    own = [name for name in current.columns if name not in {*carry, "as_of"}]
    for name in (*key, *within):
        for where, frame in (("current", current), ("incoming", incoming)):
            if name not in frame.columns:
                raise TableError(f"{where}: column {name!r} is missing; the key is {', '.join(key)}")
    shared = [name for name in own if name in incoming.columns]
    compared = tuple(name for name in shared if name not in key and (columns is None or name in columns))
    new = _numbered(incoming.select(shared), key, compared)
    old = _numbered(current, key, compared)
    duplicates = _duplicates(incoming, key)
    joined = old.rename({name: f"{name}\x00old" for name in old.columns if name not in (*key, _COPY)})
    both = new.join(joined, on=[*key, _COPY], how="inner", nulls_equal=True, maintain_order="left")
    fresh = new.join(old, on=[*key, _COPY], how="anti", nulls_equal=True, maintain_order="left")
    gone = old.join(new, on=[*key, _COPY], how="anti", nulls_equal=True, maintain_order="left")
    differs = [pl.col(name).ne_missing(pl.col(f"{name}\x00old")) for name in compared]
    differ = both.filter(pl.any_horizontal(differs)) if differs else both.clear()
    unchanged = both.height - differ.height
    stale = as_of is not None and known_as_of is not None and as_of < known_as_of
    back = _newer(differ, as_of, stale)
    older = [differ.filter(back).select(shared)]
    differ = differ.filter(~back)
    added = fresh.select(shared)
    removed = held_rows = gone.clear()
    if mode == "full":
        if stale:
            older.append(added)
            added = added.clear()
        else:
            gone = _inside(gone, incoming, within)
            mark = may_be_meant(gone, held)
            removed, held_rows = gone.filter(~mark), gone.filter(mark)
            late = _newer(removed, as_of, stale, suffix="")
            removed = removed.filter(~late)
    changed = differ.select(
        *shared, _COPY, *(pl.col(f"{name}\x00old").alias(name) for name in carry),
        *(pl.col(f"{name}\x00old").alias(name) for name in own if name not in shared),
    )  # fmt: skip
    changed = changed.with_columns(
        differ[f"{name}\x00old"].alias(name) for name in shared if name not in (*key, *compared)
    )
    return Difference(
        key=tuple(key), mode=mode, as_of=as_of, columns=compared, added=added, changed=changed,
        changes=_changes(differ, key, compared),
        removed=removed.select(*own, *carry, _COPY).with_columns(left_list_on=pl.lit(as_of, dtype=pl.Date())),
        held=held_rows.select(*own, *carry, _COPY), older=pl.concat(older), duplicates=duplicates,
        unchanged=unchanged, stale=stale,
    )  # fmt: skip


def apply_difference(current: pl.DataFrame, found: Difference) -> pl.DataFrame:
    """``current`` after the difference: removed rows gone, changed ones replaced, added ones behind."""
    names = current.columns
    old = _numbered(current, found.key, found.columns)
    on = [*found.key, _COPY]
    kept = old.join(found.removed, on=on, how="anti", nulls_equal=True, maintain_order="left")
    kept = kept.join(found.changed, on=on, how="anti", nulls_equal=True, maintain_order="left")
    parts = [kept, found.changed, found.added]
    return pl.concat(
        [
            part.select(
                pl.col(name) if name in part.columns else pl.lit(None, dtype=current.schema[name]).alias(name)
                for name in names
            )
            for part in parts
        ]
    )


def _numbered(frame: pl.DataFrame, key: Sequence[str], compared: Sequence[str]) -> pl.DataFrame:
    """Rows of one key counted in the order of their contents, so that equal lists pair equal rows."""
    doubled = (
        frame.select(pl.struct(key).is_duplicated()).to_series() if frame.height else pl.Series([], dtype=pl.Boolean())
    )
    if not doubled.any():
        return frame.with_columns(pl.lit(0, dtype=pl.Int64()).alias(_COPY))
    ordered = frame.with_row_index("\x00place").sort([*key, *compared, "\x00place"], nulls_last=True)
    counted = ordered.with_columns(pl.int_range(pl.len()).over(list(key)).cast(pl.Int64()).alias(_COPY))
    return counted.sort("\x00place").drop("\x00place")


def _duplicates(incoming: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    copies = pl.len().over(list(key)).cast(pl.Int64()).alias("copies")
    return (
        incoming.with_columns(copies).filter(pl.col("copies") > 1)
        if incoming.height
        else incoming.with_columns(pl.lit(0, dtype=pl.Int64()).alias("copies"))
    )


def _newer(rows: pl.DataFrame, as_of: date | None, stale: bool, suffix: str = "\x00old") -> pl.Series:
    """Rows whose known side is of a later day than the list."""
    name = f"as_of{suffix}"
    if as_of is not None and name in rows.columns:
        return (rows[name] > as_of).fill_null(value=False)
    return pl.Series([stale]).new_from_index(0, rows.height) if rows.height else pl.Series([], dtype=pl.Boolean())


def _inside(gone: pl.DataFrame, incoming: pl.DataFrame, within: Sequence[str]) -> pl.DataFrame:
    if not within:
        return gone
    return gone.join(
        incoming.select(within).unique(), on=list(within), how="semi", nulls_equal=True, maintain_order="left"
    )


def _changes(differ: pl.DataFrame, key: Sequence[str], compared: Sequence[str]) -> pl.DataFrame:
    schema = {**{name: differ.schema[name] for name in key}, _COPY: pl.Int64()}
    lines = [pl.DataFrame(schema={**schema, "column": pl.String(), "old": pl.String(), "new": pl.String()})]
    for name in compared:
        cells = differ.filter(pl.col(name).ne_missing(pl.col(f"{name}\x00old")))
        if cells.height:
            lines.append(
                cells.select(
                    *key,
                    _COPY,
                    pl.lit(name).alias("column"),
                    pl.col(f"{name}\x00old").cast(pl.String()).alias("old"),
                    pl.col(name).cast(pl.String()).alias("new"),
                )
            )
    return pl.concat(lines)
