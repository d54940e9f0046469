"""A table as one source's files write it: the target's columns with that source's own words, types and codes.

Enters: nothing (built by ``_template``). Leaves: :class:`SourceSchema`, which every reader of this room takes for a
schema. Imports ``tuodi.tables``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from tuodi.tables import Schema

__all__ = ["SourceSchema"]

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class SourceSchema(Schema):
    """A target table seen by a template; ``optional`` holds the source's extra columns too."""

    spellings: Mapping[str, tuple[str, int]] = field(default_factory=lambda: MappingProxyType({}))
    """Header key → (column, rank among its spellings), the template's own spellings first."""
    kinds: Mapping[str, str] = field(default_factory=lambda: _NONE)
    """Column → kind of value, as ``_columns.parse_column`` knows it."""
    sets: Mapping[str, str] = field(default_factory=lambda: _NONE)
    """Coded column → code set."""
    kept: frozenset[str] = frozenset()
    """Coded columns where a word that is not known is kept as it stands."""
    headerless: tuple[str, ...] = ()
    """Names of the columns of a file without a header, in their order."""
