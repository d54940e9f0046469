"""Rows of one list that stand in it twice: an equal one is dropped and said; one that differs is kept and said.

Enters: a reading under a template. Leaves: the reading without equal rows. Imports this room.
"""

from __future__ import annotations

import polars as pl

from tuodi.exchange._reading import Checked, Reading, finding, findings_frame
from tuodi.exchange._template import SourceTemplate

__all__ = ["without_doubles"]


_NUMBERS = frozenset({"person_id", "certificate", "receipt_number", "disability_number", "provider_id"})
"""Parts of a key that belong to one person or one record only."""


def without_doubles(reading: Reading, template: SourceTemplate) -> Reading:
    """Equal rows are one record only where a number says which: two people may share a name."""
    frame = reading.frame
    keys = [name for name in template.key if name in frame.columns]
    if not keys or frame.height < 2:
        return reading
    numbers = [name for name in keys if name in _NUMBERS] or keys
    sure = frame.select(pl.any_horizontal(pl.col(name).is_not_null() for name in numbers)).to_series()
    doubled = frame.select(pl.struct(keys).is_duplicated()).to_series() & sure
    if not doubled.any():
        return reading
    places = doubled.arg_true().to_list()
    rows = reading.origin["row"].to_list()
    first: dict[tuple[object, ...], dict[tuple[object, ...], int]] = {}
    dropped, lines = set(), []
    for place, key, cells in zip(places, frame[places].select(keys).rows(), frame[places].rows(), strict=True):
        known = first.setdefault(key, {})
        shown = " ".join(map(str, key))
        if cells in known:
            other = str(rows[known[cells]])
            lines.append(finding(place + 1, "duplicate_dropped", shown, other, field=keys[0], key=shown))
            dropped.add(place)
        elif known:
            other = str(rows[next(iter(known.values()))])
            lines.append(finding(place + 1, "key_repeated", shown, other, field=keys[0], key=shown))
        known.setdefault(cells, place)
    good = frame.filter(~pl.int_range(frame.height, eager=True).is_in(sorted(dropped))) if dropped else frame
    return reading.after(Checked(good, findings_frame([]), findings_frame(lines)))
