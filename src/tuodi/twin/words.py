"""The laboratory's results in words, for the terminal and for pages.

Enters: results of this room. Leaves: phrases in Chinese or English. Imports ``tuodi.law``, ``tuodi.settlement``,
``tuodi.i18n`` and this room.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tuodi.i18n import translator
from tuodi.law.cite import cite_text
from tuodi.law.income import income_words
from tuodi.law.model import NO_LIMIT, Cite, IncomeLine, Pack, Unknown
from tuodi.law.words import (
    amount_words,
    cap_title,
    class_words,
    code_words,
    percent_words,
    title_words,
    value_words,
)
from tuodi.settlement.explain import reason_words
from tuodi.twin.cliff import Step
from tuodi.twin.rows import Difference

__all__ = [
    "Said", "class_name", "difference_words", "identity_name", "layer_name", "line_source", "line_words",
    "reasons_words",
]  # fmt: skip

UNDECIDED = "?"


@dataclass(frozen=True)
class Said:
    """One rule on two sides: what it is, its values, and what each rests on."""

    what: str
    before: str
    after: str
    cite_before: str
    cite_after: str

    @property
    def cite(self) -> str:
        """Both sides' articles; one where they are the same."""
        return " → ".join(dict.fromkeys(one for one in (self.cite_before, self.cite_after) if one))


def layer_name(packs: Iterable[Pack], layer: str, lang: str) -> str:
    """A layer's title in the first of the packs that has it."""
    for pack in packs:
        for item in pack.layers:
            if item.id == layer:
                return title_words(item.title, lang, layer)
    return layer


def class_name(pack: Pack, name: str, lang: str) -> str:
    """A class of the pack's own system; a person in none, or of whom nobody can say."""
    _ = translator("twin", lang)
    if name == UNDECIDED:
        return _("类别无法判定")
    return class_words(pack, pack.classes, name, lang) if name else _("不属任何一类")


def identity_name(pack: Pack, identity: str, lang: str) -> str:
    """The identity that a household holds by its income."""
    _ = translator("twin", lang)
    return code_words(pack, "identity", identity, lang) if identity else _("不在任何收入线以内")


def line_words(pack: Pack, item: IncomeLine, lang: str) -> str:
    """An income line as a sentence."""
    return income_words(pack, item, lang)


def line_source(pack: Pack, step: Step, lang: str) -> str:
    """What a line rests on: an article, or the supposition of whoever asked."""
    _ = translator("twin", lang)
    if step.assumed:
        return _("使用者的假定，不是文件的规定")
    if isinstance(step.line.line, Unknown) and not step.line.cites:
        return _("规则包没有写明")
    return cite_text(pack, step.line.cites, lang)


def difference_words(pack: Pack, found: Difference, lang: str) -> Said:
    """A rule that differs, as a row of a table."""
    _ = translator("twin", lang)
    layer = pack.layer(found.layer)
    name = title_words(layer.title, lang, layer.id)

    def value(number: int | None) -> str:
        if found.what == "gate":
            return _("在范围内") if number else _("不在范围内")
        if number is None:
            return value_words(pack, NO_LIMIT, lang) if found.what == "cap" else _("未知")
        return percent_words(number) if found.what == "rate" else amount_words(number, lang)

    cap = next((cap for cap in layer.caps if cap.id == found.detail), None)
    kinds = {
        "gate": _("是否适用"),
        "deductible": _("起付标准"),
        "rate": _("支付比例（第 {number} 段）").format(number=found.detail) if found.detail else _("支付比例"),
        "fixed": _("定额"),
        "top_up": _("补足到"),
        "cap": cap_title(pack, layer, cap, lang) if cap is not None else "",
    }

    def source(cites: tuple[Cite, ...]) -> str:
        return cite_text(pack, cites, lang)

    return Said(
        _("{layer} · {what}").format(layer=name, what=kinds[found.what]),
        value(found.before), value(found.after), source(found.cites_before), source(found.cites_after),
    )  # fmt: skip


def reasons_words(packs: Iterable[Pack], codes: Iterable[str], lang: str) -> tuple[str, ...]:
    """Why something is not determined, each reason once."""
    _ = translator("twin", lang)
    every = tuple(packs)
    said: dict[str, None] = {}
    for code in codes:
        layer, colon, _rest = code.partition(":")
        why = reason_words(code, lang)
        said[_("{layer}：{why}").format(layer=layer_name(every, layer, lang), why=why) if colon else why] = None
    return tuple(said)
