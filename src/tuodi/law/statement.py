"""A statement of a pack under a key that means the same in another pack.

Enters: nothing. Leaves: :class:`Names`, :class:`Fact`, :class:`Slot`, which :mod:`tuodi.law.facts` and
:mod:`tuodi.law.layer_facts` make and :mod:`tuodi.law.compare` lays side by side. Imports ``tuodi.law.model`` only.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from tuodi.law.model import Cite, Layer, Table, Value

__all__ = ["Fact", "Key", "Names", "Slot"]

Key = tuple[str, ...]


@dataclass(frozen=True)
class Names:
    """Under which number a class of a system (``""``: the pack's; else a layer's id) and under which name a cap of a
    layer stands in both packs; ``common`` holds the layers that both have, ``titles`` what layers are called."""

    classes: Mapping[str, Mapping[str, int]]
    common_classes: Mapping[str, frozenset[int]]
    caps: Mapping[tuple[str, str], str]
    common: frozenset[str]
    titles: Mapping[str, str]


@dataclass(frozen=True)
class Fact:
    """A statement: two packs agree on it if ``same`` is equal. ``detail``: worth telling only where both packs have
    it. ``listed``: one of several under one key, matched by what they say and then in order."""

    key: Key
    section: str
    layer: str
    what: str
    text: str
    same: Hashable
    cites: tuple[Cite, ...] = ()
    detail: bool = False
    listed: bool = False


@dataclass(frozen=True)
class Slot:
    """A decision table of a layer; ``absent`` says what its absence means."""

    key: Key
    section: str
    layer: Layer
    what: str
    table: Table | None
    cites: tuple[Cite, ...] = ()
    rate: bool = False
    absent: str = ""
    default: Value | None = None
    """What holds where the layer has no such table: no deductible is one of 0, no cap one without limit."""
