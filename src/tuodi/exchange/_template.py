"""A source template: what a department's file is called, who sends it, when, by what right, and what its columns hold.

Enters: the checked tree of one template file. Leaves: :class:`SourceTemplate` and the schema under which its files are
read. A template is data: a new one is a file beside the others, or anywhere (``load_template``). Imports
``tuodi.tables`` and ``tuodi.vocabulary``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import polars as pl

from tuodi import vocabulary
from tuodi.exchange._columns import IDENTIFIERS
from tuodi.exchange._header import spellings
from tuodi.exchange._source import SourceSchema
from tuodi.exchange._words import header_keys
from tuodi.tables import LISTS, SCHEMAS, TEXT, Schema

__all__ = ["TABLES", "UNKNOWN_GRADE", "Cadence", "LegalBasis", "SourceTemplate", "TemplateColumn", "made"]

TABLES: Mapping[str, Schema] = {**SCHEMAS, **LISTS}
"""Every table that a template may fill."""

UNKNOWN_GRADE = ("highly_sensitive", 4)
"""Grade and level of a column that nobody has looked at yet: it may hold anything."""

_KINDS = {
    "text": "text", "identifier": "identifier", "name": "name", "date": "date", "date_open": "until",
    "month": "month_day", "month_text": "month", "instant": "instant", "money": "amount", "whole": "whole",
    "identity_number": "certificate", "disability_number": "disability", "phone": "phone", "account": "account",
    "region": "region",
}  # fmt: skip
_LENIENT = frozenset({"phone", "account", "region", "identity_number"})
"""Types of which a wrong value says nothing against the rest of its row: who is meant may be clear all the same."""


@dataclass(frozen=True)
class Cadence:
    """How often a file is due (``every``), how many days late it may come, and from when it may be used."""

    every: str
    grace_days: int
    usable: str = "arrival"


@dataclass(frozen=True)
class LegalBasis:
    """By what right the file is processed; ``citation`` names law and article. A county's own text goes before it."""

    zh: str
    en: str
    citation: str


@dataclass(frozen=True)
class TemplateColumn:
    """One column of the target, or one kept as text only (``extra``); ``type`` as in the schema of the file."""

    name: str
    zh: str
    en: str
    type: str
    required: bool
    grade: str
    gbt39725: int
    aliases: tuple[str, ...] = ()
    faulty: str = "set_aside"
    unknown: str = "set_aside"
    code_map: Mapping[str, str] = field(default_factory=dict)
    listed: bool = True
    """Whether the template names it; other columns of the target are read where a file has them all the same."""
    extra: bool = False


@dataclass(frozen=True)
class SourceTemplate:
    """One source. ``columns`` holds every column of the target and then the extra ones."""

    code: str
    order: str
    name: Mapping[str, str]
    sender: str
    target: Schema
    mode: str
    within: tuple[str, ...]
    key: tuple[str, ...]
    cadence: Cadence
    legal_basis: LegalBasis
    purpose: Mapping[str, str]
    retention_months: int
    columns: Mapping[str, TemplateColumn]
    title: Mapping[str, str]
    constants: Mapping[str, str]
    unused: tuple[str, ...]
    headerless: tuple[str, ...]
    total_counts: tuple[str, ...]
    total_words: Mapping[str, tuple[str, ...]]
    title_words: tuple[str, ...]
    own_headers: tuple[str, ...]

    def grade_of(self, column: str) -> tuple[str, int]:
        """Grade and GB/T 39725 level of a column; of one that no template knows, the highest grade."""
        known = self.columns.get(column)
        return (known.grade, known.gbt39725) if known else UNKNOWN_GRADE

    @cached_property
    def schema(self) -> SourceSchema:
        """The target with this source's words, and its extra columns as texts."""
        return _schema(self)

    @cached_property
    def lenient(self) -> frozenset[str]:
        """Columns whose wrong cells leave the row in place."""
        return frozenset(one.name for one in self.columns.values() if one.faulty == "keep")


def made(tree: Mapping[str, Any]) -> SourceTemplate:
    """The template of a tree that :mod:`tuodi.exchange._template_file` found right."""
    target = TABLES[tree["target"]]
    totals, recognise = tree.get("totals", {}), tree.get("recognise", {})
    return SourceTemplate(
        code=tree["code"], order=tree["order"], name=tree["name"], sender=tree["sender"], target=target,
        mode=tree["mode"], within=tuple(tree.get("within", ())), key=tuple(tree["key"]),
        cadence=Cadence(**tree["cadence"]), legal_basis=LegalBasis(**tree["legal_basis"]), purpose=tree["purpose"],
        retention_months=tree["retention_months"], columns=_columns(tree, target), title=tree.get("title", {}),
        constants=tree.get("constants", {}), unused=tuple(tree.get("unused", ())),
        headerless=tuple(tree.get("headerless", ())), total_counts=tuple(totals.get("count", ())),
        total_words={name: tuple(words) for name, words in totals.get("columns", {}).items()},
        title_words=tuple(recognise.get("words", ())), own_headers=tuple(recognise.get("headers", ())),
    )  # fmt: skip


def _columns(tree: Mapping[str, Any], target: Schema) -> dict[str, TemplateColumn]:
    found = {}
    for name in target.columns:
        said = tree["columns"].get(name) or {}
        word = vocabulary.word(target.name, name)
        kind = said.get("type", word.type)
        required = said.get("required", name in target.required)
        lenient = not required and kind in _LENIENT
        found[name] = TemplateColumn(
            name, word.zh, word.en, kind, required, said.get("grade", word.grade), said.get("gbt39725", word.level),
            tuple(said.get("aliases", ())), said.get("faulty", "keep" if lenient else "set_aside"),
            said.get("unknown", "set_aside"), said.get("code_map", {}), name in tree["columns"],
        )  # fmt: skip
    for name, said in tree.get("extra", {}).items():
        found[name] = TemplateColumn(
            name, said["zh"], said["en"], "text", False, said["grade"], said["gbt39725"],
            tuple(said.get("aliases", ())), extra=True,
        )  # fmt: skip
    return found


def _schema(template: SourceTemplate) -> SourceSchema:
    target, columns = template.target, template.columns
    required = {name for name, one in columns.items() if one.required}
    types = {**target.columns, **{one.name: TEXT for one in columns.values() if one.extra}}
    kinds = {name: _kind(one, types[name]) for name, one in columns.items()}
    sets = {name: one.type.removeprefix("code:") for name, one in columns.items() if one.type.startswith("code:")}
    sets |= {name: "yes_no" for name, one in columns.items() if one.type == "flag" and types[name] == TEXT}
    kept = {name for name, one in columns.items() if one.unknown == "keep"}
    return SourceSchema(
        name=target.name,
        required={name: dtype for name, dtype in types.items() if name in required},
        optional={name: dtype for name, dtype in types.items() if name not in required},
        money=target.money,
        key=template.key,
        spellings=_spellings(template),
        kinds=kinds,
        sets=sets,
        kept=frozenset(kept),
        headerless=template.headerless,
    )


def _kind(one: TemplateColumn, dtype: pl.DataType) -> str:
    if one.type.startswith("code:"):
        return "code"
    if one.type == "flag":
        return "flag" if dtype == pl.Boolean() else "code"
    kind = _KINDS[one.type]
    return "identifier" if kind == "text" and one.name in IDENTIFIERS else kind


def _spellings(template: SourceTemplate) -> dict[str, tuple[str, int]]:
    """The template's words first, ranked before the common ones; then the alias table of the target."""
    found: dict[str, tuple[str, int]] = {}
    for one in template.columns.values():
        for rank, alias in enumerate([*one.aliases, *([one.name, one.zh] if one.extra else [])]):
            for key in header_keys(alias)[:1]:
                found.setdefault(key, (one.name, rank - len(one.aliases) if not one.extra else rank))
    for key, place in spellings(template.target.name).items():
        found.setdefault(key, place)
    if template.target.name == "claims":
        return found
    return {key: place for key, place in found.items() if place[0] in template.columns}
