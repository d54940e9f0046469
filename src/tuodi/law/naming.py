"""What the classes and caps of two packs are called in common, so that their statements meet under one key.

Enters: two packs (or one, twice). Leaves: :class:`~tuodi.law.statement.Names` for each. Imports ``tuodi.law``.
"""

from __future__ import annotations

from tuodi.law.cells import aligned
from tuodi.law.model import Cap, Classes, Pack
from tuodi.law.statement import Names
from tuodi.law.words import title_words

__all__ = ["common_names"]


def common_names(before: Pack, after: Pack, lang: str) -> tuple[Names, Names]:
    """Under which number or name the classes and caps of each pack stand in both; layers as ``after`` calls them."""
    titles: dict[str, str] = {}
    for pack in (after, before):
        for layer in (*pack.layers, *(award.layer for award in pack.awards)):
            titles.setdefault(layer.id, title_words(layer.title, lang, layer.id))
    systems = [_systems(pack) for pack in (before, after)]
    classes: tuple[dict[str, dict[str, int]], dict[str, dict[str, int]]] = ({}, {})
    common: dict[str, frozenset[int]] = {}
    for system in dict.fromkeys([*systems[0], *systems[1]]):
        pairs = aligned(*(side.get(system, side[""]) for side in systems))
        for at in (0, 1):
            classes[at][system] = {name: number for number, pair in enumerate(pairs) if (name := pair[at]) is not None}
        common[system] = frozenset(number for number, pair in enumerate(pairs) if None not in pair)
    caps = _cap_names(before, after)
    shared = frozenset(layer.id for layer in before.layers) & frozenset(layer.id for layer in after.layers)
    return Names(classes[0], common, caps[0], shared, titles), Names(classes[1], common, caps[1], shared, titles)


def _systems(pack: Pack) -> dict[str, Classes]:
    own = {layer.id: layer.classes for layer in pack.layers if layer.given is None and layer.classes != pack.classes}
    return {"": pack.classes, **own}


def _cap_names(before: Pack, after: Pack) -> tuple[dict[tuple[str, str], str], dict[tuple[str, str], str]]:
    """Caps of one id are one cap; of the others, those that limit the same money over the same span."""
    names: tuple[dict[tuple[str, str], str], dict[tuple[str, str], str]] = ({}, {})
    theirs = {layer.id: layer.caps for layer in (*after.layers, *(award.layer for award in after.awards))}
    for layer in (*before.layers, *(award.layer for award in before.awards)):
        left = {cap.id: cap for cap in theirs.get(layer.id, ())}
        alone = [cap for cap in layer.caps if cap.id not in left]
        for cap in layer.caps:
            left.pop(cap.id, None)
        for cap in alone:
            match = next((item for item in left.values() if _alike(cap, item)), None)
            if match is not None:
                left.pop(match.id)
                names[1][layer.id, match.id] = cap.id
    return names


def _alike(one: Cap, other: Cap) -> bool:
    return (one.per, one.counts, dict(one.when.codes)) == (other.per, other.counts, dict(other.when.codes))
