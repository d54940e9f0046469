"""Two packs side by side: what one decides otherwise than the other, in plain words.

Enters: two packs, of one place or of two. Leaves: :class:`Change`, a sentence's worth each, with the article of
either side. Decision tables are compared by what they decide (:mod:`tuodi.law.cells`), everything else statement by
statement (:mod:`tuodi.law.facts`). That a value rests on another article alone is no change, nor is a title.
Imports ``tuodi.i18n``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tuodi.law.cells import Fold, Side, folds
from tuodi.law.cite import cite_text
from tuodi.law.facts import facts
from tuodi.law.layer_facts import slots
from tuodi.law.model import Pack, Value
from tuodi.law.naming import common_names
from tuodi.law.spaces import Space, pack_spaces
from tuodi.law.statement import Fact, Key, Slot
from tuodi.law.words import value_words

__all__ = ["Change", "Kind", "compare"]

Kind = Literal["added", "removed", "changed"]


@dataclass(frozen=True)
class Change:
    """``section`` is a heading; ``layer`` the id of a layer or award, empty for what concerns the whole pack; ``what``
    is decided otherwise, ``before`` and ``after`` in words (empty where a pack says nothing), with each side's article.
    """

    section: str
    layer: str
    what: str
    before: str
    after: str
    cite_before: str
    cite_after: str
    kind: Kind


def compare(before: Pack, after: Pack, lang: str = "zh") -> tuple[Change, ...]:
    """Everything that ``after`` decides otherwise than ``before``, in the order of ``packs show``.

    The other way round the same changes come out with their sides exchanged: headings are always in the words of the
    pack that came into force later.
    """
    if (before.in_force_from, before.id) > (after.in_force_from, after.id):
        return tuple(_turned(change) for change in compare(after, before, lang))
    packs = (before, after)
    names = common_names(before, after, lang)
    told = [list(facts(pack, own, lang)) for pack, own in zip(packs, names, strict=True)]
    tables = [list(slots(pack, own, lang)) for pack, own in zip(packs, names, strict=True)]
    placed = [(_place(key, packs), change) for key, change in _statements(packs, told, lang)]
    placed += [(_place(key, packs), change) for key, change in _tables(packs, tables, lang)]
    return tuple(change for _, change in sorted(placed, key=lambda item: item[0]))


def _turned(change: Change) -> Change:
    kinds: dict[Kind, Kind] = {"added": "removed", "removed": "added", "changed": "changed"}
    return Change(
        change.section, change.layer, change.what, change.after, change.before, change.cite_after, change.cite_before,
        kinds[change.kind],
    )  # fmt: skip


def _statements(packs: tuple[Pack, Pack], told: Sequence[Sequence[Fact]], lang: str) -> Iterator[tuple[Key, Change]]:
    plain = [{fact.key: fact for fact in side if not fact.listed} for side in told]
    for key in _union(plain[1], plain[0]):
        pair = (plain[0].get(key), plain[1].get(key))
        yield from _told(packs, pair, lang)
    listed = [[fact for fact in side if fact.listed] for side in told]
    for key in dict.fromkeys(fact.key for side in listed for fact in side):
        sides = [{fact.same: fact for fact in side if fact.key == key} for side in listed]
        left = [[fact for same, fact in sides[at].items() if same not in sides[1 - at]] for at in (0, 1)]
        for at in range(max(map(len, left))):
            yield from _told(packs, (_at(left[0], at), _at(left[1], at)), lang)


def _at(items: Sequence[Fact], number: int) -> Fact | None:
    return items[number] if number < len(items) else None


def _told(packs: tuple[Pack, Pack], pair: tuple[Fact | None, Fact | None], lang: str) -> Iterator[tuple[Key, Change]]:
    """One statement of two packs, if they differ on it."""
    fact = pair[1] or pair[0]
    if fact is None or (pair[0] and pair[1] and pair[0].same == pair[1].same):
        return
    if fact.detail and None in pair:
        return
    cites = [cite_text(pack, item.cites if item else (), lang) for pack, item in zip(packs, pair, strict=True)]
    texts = [item.text if item else "" for item in pair]
    kind = _kind(pair[0] is not None, pair[1] is not None)
    yield fact.key, Change(fact.section, fact.layer, fact.what, texts[0], texts[1], cites[0], cites[1], kind)


def _kind(before: bool, after: bool) -> Kind:
    return "changed" if before and after else "added" if after else "removed"


def _tables(packs: tuple[Pack, Pack], tables: Sequence[Sequence[Slot]], lang: str) -> Iterator[tuple[Key, Change]]:
    spaces = (pack_spaces(packs[0]), pack_spaces(packs[1]))
    found = [{slot.key: slot for slot in side} for side in tables]
    for key in _union(found[1], found[0]):
        pair = (found[0].get(key), found[1].get(key))
        written = [slot for slot in (pair[1], pair[0]) if slot is not None and slot.table is not None]
        if not written:
            continue
        slot = written[0]
        before, after = (_side(packs[at], spaces[at], pair[at], slot) for at in (0, 1))
        for fold in folds(before, after, lang):
            yield key, _change(before, after, slot, fold, lang)


def _side(pack: Pack, spaces: Mapping[str, Space], own: Slot | None, slot: Slot) -> Side:
    layers = (*pack.layers, *(award.layer for award in pack.awards))
    layer = own.layer if own else next((layer for layer in layers if layer.id == slot.layer.id), None)
    default = slot.default if layer is not None else None
    return Side(pack, spaces, layer, own.table if own else None, own.cites if own else (), default)


def _change(before: Side, after: Side, slot: Slot, fold: Fold, lang: str) -> Change:
    what = slot.what
    if fold.where:
        what = f"{fold.where} {what}" if lang == "zh" else f"{fold.where}: {what}"
    cites = (cite_text(before.pack, fold.cites_before, lang), cite_text(after.pack, fold.cites_after, lang))
    texts = (_said(before, fold.before, slot, lang), _said(after, fold.after, slot, lang))
    kind = _kind(fold.before is not None, fold.after is not None)
    return Change(slot.section, slot.layer.id, what, *texts, *cites, kind)


def _said(side: Side, value: Value | None, slot: Slot, lang: str) -> str:
    if value is not None:
        return value_words(side.pack, value, lang, rate=slot.rate)
    return slot.absent if side.layer is not None and side.table is None else ""


def _union(first: Iterable[Key], second: Iterable[Key]) -> list[Key]:
    """The keys of both, those of the second that the first lacks behind the one they follow there."""
    made = list(first)
    known = set(made)
    at = 0
    for key in second:
        if key in known:
            at = made.index(key) + 1
        else:
            made.insert(at, key)
            at += 1
    return made


_SECTIONS = (
    "from", "to", "document", "dates", "code", "hospital", "class", "class_order", "class_order_stated",
    "default_class", "choose", "effective", "ends", "valid", "look_back", "derived", "reference", "order", "layer",
    "award", "one_stop", "late", "monitoring", "income", "premium", "departs", "note",
)  # fmt: skip
_STEPS = (
    "form", "given", "recorded", "when", "base_over", "base", "deductible", "brackets", "rate", "factor", "points",
    "fixed", "top_up", "cap", "notional", "recompute", "rounding",
)  # fmt: skip


def _place(key: Key, packs: tuple[Pack, Pack]) -> tuple[int, int, int]:
    """Where a statement stands: its section, its layer, its step in the layer."""
    layers = [layer.id for pack in packs for layer in (*pack.layers, *(award.layer for award in pack.awards))]
    section = _SECTIONS.index(key[0])
    if key[0] in ("layer", "award"):
        step = _STEPS.index(key[2]) if key[0] == "layer" else 0
        return (_SECTIONS.index("layer"), layers.index(key[1]), step)
    if key[0].startswith(("class", "choose", "default")) and key[1]:
        return (_SECTIONS.index("layer"), layers.index(key[1]), 0)
    return (section, 0, 0)
