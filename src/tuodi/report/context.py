"""What every page needs: the language, the words of the pack, and the rows of a frame by key.

Enters: an audit's meta and the packs it stood on. Leaves: :class:`Context`. Imports ``tuodi.audit``, ``tuodi.law``
and what lies below.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import polars as pl

from tuodi.audit import AuditMeta
from tuodi.i18n import translator
from tuodi.law.cite import document_text
from tuodi.law.model import Document, Pack
from tuodi.settlement.explain import reason_words
from tuodi.vocabulary import label

__all__ = ["Context", "HasPacks", "Row", "grouped_rows", "rows_of", "text_of"]

Row = Mapping[str, Any]


class HasPacks(Protocol):
    """A law as :mod:`tuodi.settlement` loads it, or anything that carries its packs."""

    @property
    def packs(self) -> tuple[Pack, ...]:
        """One pack, or the versions of a region."""
        ...


def rows_of(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as mappings."""
    return frame.to_dicts()


def grouped_rows(frame: pl.DataFrame, key: str) -> Mapping[str, list[dict[str, Any]]]:
    """The rows of a frame under each value of ``key``, in their order."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in frame.to_dicts():
        found[row[key]].append(row)
    return found


def text_of(title: Mapping[str, str], lang: str, otherwise: str) -> str:
    """A title in ``lang``, else in Chinese, else ``otherwise``."""
    return title.get(lang) or title.get("zh") or otherwise


@dataclass(frozen=True)
class Context:
    """One language of one report."""

    lang: str
    meta: AuditMeta
    packs: tuple[Pack, ...] = ()

    @cached_property
    def _(self) -> Callable[[str], str]:
        """The lookup of this room's texts."""
        return translator("report", self.lang)

    def say(self, text: str) -> str:
        """A text that stands in one of the tables of :mod:`tuodi.report.kinds`."""
        return self._(text)

    def layer(self, layer_id: str) -> str:
        """A layer's words."""
        for layer in self.meta.layers:
            if layer.id == layer_id:
                return text_of(layer.title, self.lang, layer_id)
        return layer_id

    def audited(self, layer_id: str) -> bool:
        """Whether the audit judged this layer."""
        return any(layer.id == layer_id and layer.audited for layer in self.meta.layers)

    def code(self, code_set: str, code: str | None) -> str:
        """A code's words: the pack's own ones first; of several joined by ``;`` each."""
        if not code:
            return ""
        if ";" in code:
            return self.join([self.code(code_set, part) for part in code.split(";")])
        for pack in self.packs:
            local = pack.codes.get(code_set, {}).get(code)
            if local is not None:
                return text_of(local.title, self.lang, code)
        return label(code_set, code, self.lang)

    def class_(self, name: str | None) -> str:
        """A class's words."""
        return text_of(self.meta.class_titles.get(name, {}), self.lang, name) if name else ""

    def cite(self, text: str) -> str:
        """A citation as the audit prints it, with what is no document in words: recalled, derived, an example."""
        for name, word in self._documents.items():
            if text == name or text.startswith(f"{name} "):
                return word + text[len(name) :]
        return text

    @cached_property
    def _documents(self) -> Mapping[str, str]:
        made = {
            item.name: document_text(
                Document(item.key, item.kind, item.name, item.title, item.date),  # type: ignore[arg-type]
                self.lang,
            )
            for item in self.meta.documents
            if item.kind != "law"
        }
        return dict(sorted(made.items(), key=lambda pair: -len(pair[0])))

    def join(self, texts: Sequence[str]) -> str:
        """Texts in a row, with the comma of the language."""
        return ("、" if self.lang == "zh" else ", ").join(text for text in texts if text)

    def reasons(self, text: str | None) -> tuple[str, ...]:
        """``layer:code;layer:code`` in words, each once; a code without words stays as it is."""
        found: dict[str, None] = {}
        colon = "：" if self.lang == "zh" else ": "
        for part in (text or "").split(";"):
            if not part:
                continue
            layer, _, rest = part.partition(":")
            word = self._audit_reasons.get(rest or layer) or reason_words(rest or layer, self.lang)
            found[f"{self.layer(layer)}{colon}{word}" if rest else word] = None
        return tuple(found)

    @cached_property
    def _audit_reasons(self) -> Mapping[str, str]:
        """What the audit itself leaves open, beside the reasons of settlement."""
        _ = self._
        return {
            "list_silent": _("认定部门名册没有说明当日是否在册，须补充认定和退出日期"),
            "recorded_unknown": _("结算记录没有写明本层支付金额"),
            "manual_without_bills": _("有手工支付，文件中没有该年度的结算"),
            "second_copy": _("与另一笔结算重复"),
            "claims_set_aside": _("本人有结算记录待更正，更正后再核对"),
            "identities_set_aside": _("名册中本人（或同名）的一行待更正，更正后再核对"),
            "flags_set_aside": _("身份标识中本人的一行待更正，更正后再核对"),
            "manual_set_aside": _("本人有手工支付记录待更正，更正后再核对"),
            "persons_set_aside": _("人员信息中本人的一行待更正，更正后再核对"),
            "opening_set_aside": _("本人的期初累计额待更正，更正后再核对"),
        }

    @cached_property
    def base_parts(self) -> Mapping[str, frozenset[str]]:
        """Layer → the parts of the bill that it may pay, over all versions."""
        found: dict[str, frozenset[str]] = {}
        for pack in self.packs:
            for layer in pack.layers:
                base = layer.given.base if layer.given is not None else layer.base.parts
                found[layer.id] = found.get(layer.id, frozenset()) | frozenset(base)
        return found
