"""A law taken as if it were in force: the same bills under two laws.

Enters: packs, and tables that were written for one of them. Leaves: a :class:`Law` that holds on every day, and the
tables in the words of a pack that does not know all their codes. Nothing is shifted: bills keep their days, so that
ages, counter years and the years of reference amounts stay what they were. Imports ``tuodi.law``,
``tuodi.settlement``, ``tuodi.vocabulary``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date

import polars as pl

from tuodi import vocabulary
from tuodi.law import counter_names
from tuodi.law.compile import compile_pack
from tuodi.law.model import Pack
from tuodi.settlement import Law

__all__ = ["as_if_in_force", "known_counters", "recorded_in_both", "with_known_codes"]

CODE_SETS_OF_BILLS = ("provider_level", "setting", "purpose", "place", "authorisation", "scheme", "person_type")


def as_if_in_force(pack: Pack) -> Law:
    """The law of one pack, forced, with its period widened to every day of the calendar.

    It is a supposition and is to be shown as one: outside the pack's own period nobody was settled by it.
    """
    widened = replace(pack, in_force_from=date.min, in_force_to=None)
    return Law((compile_pack(widened),), forced=True)


def recorded_in_both(before: Pack, after: Pack) -> tuple[str, ...]:
    """Layers that one of two packs takes from the record: both have to, or their difference would be no law's."""
    given = {layer.id for pack in (before, after) for layer in pack.layers if layer.given is not None}
    return tuple(dict.fromkeys(layer.id for pack in (before, after) for layer in pack.layers if layer.id in given))


def with_known_codes(frame: pl.DataFrame, pack: Pack, other: Pack, code_sets: Collection[str]) -> pl.DataFrame:
    """``frame`` in the codes of ``pack``: a code that only ``other`` has becomes the core code that stands above it.

    Where ``pack`` decides by local codes of its own, such a row is as undecided for it as any that has only the core
    code; it is never guessed.
    """
    changed = []
    for name in code_sets:
        if name in frame.columns and (above := _parents(pack, other, name)):
            changed.append(pl.col(name).replace(above))
    return frame.with_columns(changed)


def _parents(pack: Pack, other: Pack, code_set: str) -> Mapping[str, str]:
    known = {*vocabulary.codes(code_set), *pack.codes.get(code_set, {})}
    return {code: own.parent for code, own in other.codes.get(code_set, {}).items() if code not in known}


def known_counters(opening: pl.DataFrame, pack: Pack) -> pl.DataFrame:
    """The opening balances that a pack has a counter for."""
    return opening.filter(pl.col("counter").is_in(counter_names(pack)))
