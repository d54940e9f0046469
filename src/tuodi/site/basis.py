"""The register of legal bases: what each value of a pack rests on, and which values rest on nothing.

Enters: a pack. Leaves: :class:`Basis`, one a value. What the pack language gives no place to cite for (period, local
codes, the order of layers, titles) is not in the register. Imports ``tuodi.law`` and ``tuodi.i18n``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from tuodi.i18n import translator
from tuodi.law.cite import cite_text, is_verified
from tuodi.law.facts import facts
from tuodi.law.layer_facts import slots
from tuodi.law.model import Cite, Pack, Unknown
from tuodi.law.naming import common_names
from tuodi.law.words import conditions_words, value_words

__all__ = ["STANDINGS", "Basis", "Standing", "bases", "standing", "standing_words"]

Standing = Literal["verified", "law", "page", "example", "calc", "recall", "missing", "unknown"]
STANDINGS: tuple[Standing, ...] = ("verified", "law", "page", "example", "calc", "recall", "missing", "unknown")
"""From the firmest to none: a value with several sources is as firm as the weakest."""

UNCITED = frozenset({"from", "to", "document", "code", "order", "class_order", "class_order_stated", "default_class",
                     "departs", "recorded", "note"})  # fmt: skip


@dataclass(frozen=True)
class Basis:
    """A value and what it rests on; ``anchor`` is the section of the pack's page that tells it."""

    section: str
    what: str
    value: str
    cite: str
    standing: Standing


def standing(pack: Pack, cites: Iterable[Cite], *, unknown: bool = False) -> Standing:
    """How firm a value is."""
    cites = tuple(cites)
    if unknown:
        return "unknown"
    if not cites:
        return "missing"
    if is_verified(pack, cites):
        return "verified"
    kinds = [found.kind for cite in cites if (found := pack.documents.get(cite.document))]
    weakest = max((STANDINGS.index(kind) for kind in kinds), default=STANDINGS.index("missing"))
    return STANDINGS[weakest]


def standing_words(lang: str) -> Mapping[Standing, str]:
    """What a screen says of each standing."""
    _ = translator("site", lang)
    return {
        "verified": _("已与原文核对"),
        "law": _("有文件，未核对"),
        "page": _("网页所述，未核对"),
        "example": _("由公开案例得出"),
        "calc": _("推算"),
        "recall": _("凭了解，未核对"),
        "missing": _("没有注明依据"),
        "unknown": _("未知，没有猜"),
    }


def bases(pack: Pack, lang: str) -> Iterator[Basis]:
    """Every value of the pack: what concerns all of it, then layer by layer, tables row by row."""
    names, _same = common_names(pack, pack, lang)
    for fact in facts(pack, names, lang):
        if fact.key[0] in UNCITED or fact.key[-1] in UNCITED:
            continue
        firm = standing(pack, fact.cites, unknown=_says_unknown(fact.same))
        yield Basis(fact.section, fact.what, fact.text, cite_text(pack, fact.cites, lang), firm)
    _ = translator("site", lang)
    for slot in slots(pack, names, lang):
        for row in slot.table.rows if slot.table else ():
            where = conditions_words(pack, slot.layer, slot.layer.classes, row.when, lang)
            where = _("其余情形") if row.otherwise else where
            what = _("{what}：{where}").format(what=slot.what, where=where) if where else slot.what
            cites = row.cites or slot.cites
            firm = standing(pack, cites, unknown=isinstance(row.value, Unknown))
            value = value_words(pack, row.value, lang, rate=slot.rate)
            yield Basis(slot.section, what, value, cite_text(pack, cites, lang), firm)


def _says_unknown(same: object) -> bool:
    """Whether a statement's meaning holds an unknown value."""
    if isinstance(same, tuple):
        return same[:1] == ("unknown",) or any(_says_unknown(item) for item in same)
    return False
