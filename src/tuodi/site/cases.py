"""Golden cases as a page tells them: the bill, its arithmetic line by line, what is expected; one of them drawn.

Enters: the case files beside a pack (section 11 of the pack language). Leaves: :class:`CaseView`, and the explanation
of one bill. Imports ``tuodi.settlement``, ``tuodi.report``, ``tuodi.law``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from tuodi import vocabulary
from tuodi.i18n import translator
from tuodi.law.cite import document_text
from tuodi.law.model import Pack
from tuodi.law.words import code_words, title_words
from tuodi.money import parse_yuan
from tuodi.report.words import grouped
from tuodi.settlement import Explanation, Law, explain
from tuodi.tables import CLAIMS, DATE, FEN, IDENTITIES, INSTANT, OPENING, PARTS, PERSONS, Schema

__all__ = ["Case", "CaseView", "case_view", "drawn_example", "read_cases"]

DEFAULTS = {
    "person_id": "p", "scheme": "resident", "place": "local", "purpose": "illness", "authorisation": "none_needed",
    "person_type": "adult", "setting": "inpatient", "provider_level": "secondary",
}  # fmt: skip
EMPTY = ("", "~", "null")
KINDS = ("published", "contradictory", "hand")


@dataclass(frozen=True)
class Case:
    """One case as it stands in its file, every scalar as text."""

    file: str
    data: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The case's own name."""
        return str(self.data["case"])

    @property
    def kind(self) -> str:
        """``published``, ``hand`` or ``contradictory``."""
        return str(self.data.get("kind", "hand"))

    def rows(self, key: str) -> list[Mapping[str, str]]:
        """A list of rows such as ``claims``."""
        return list(self.data.get(key) or ())


@dataclass(frozen=True)
class CaseView:
    """A case in words."""

    name: str
    title: str
    kind: str
    kind_word: str
    source: str
    address: str
    bills: tuple[str, ...]
    identities: str
    arithmetic: tuple[str, ...]
    expected: tuple[str, ...]
    difference: str


def read_cases(folder: Path) -> list[Case]:
    """The cases of a folder, published ones first, then those that contradict themselves, then by file."""
    found = []
    for path in sorted(folder.glob("*.yaml")):
        content = yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)
        found += [Case(path.name, data) for data in (content if isinstance(content, list) else [content])]
    return sorted(found, key=lambda case: KINDS.index(case.kind))


def case_view(case: Case, pack: Pack | None, lang: str) -> CaseView:
    """A case in one language; ``pack`` is the one it is settled under, if there is one."""
    _ = translator("site", lang)
    words = {
        "published": _("公布的例子"),
        "contradictory": _("自相矛盾的公开例子"),
        "hand": _("手算案例"),
    }
    source, address = _source(case, pack, lang)
    difference = case.data.get("difference") or ""
    return CaseView(
        name=case.name,
        title=title_words(case.data.get("title") or {}, lang, case.name),
        kind=case.kind,
        kind_word=words[case.kind],
        source=source,
        address=address,
        bills=tuple(_bill(row, pack, lang) for row in case.rows("claims")),
        identities=_identities(case, pack, lang),
        arithmetic=tuple(map(_sum, case.data.get("arithmetic") or ())),
        expected=tuple(_expected(row, pack, lang) for row in case.rows("expect")),
        difference=difference if isinstance(difference, str) else title_words(difference, lang),
    )


def _sum(line: str) -> str:
    """A line of arithmetic with the signs that people write."""
    return line.replace("*", "×").replace(" / ", " ÷ ").replace(" - ", " − ")


def _source(case: Case, pack: Pack | None, lang: str) -> tuple[str, str]:
    """What a case was taken from, and where that lies."""
    source = case.data.get("source") or {}
    if "cite" not in source:
        said = next((str(value) for key, value in source.items() if key != "address"), "")
        return said, str(source.get("address", ""))
    names, address = [], ""
    cites = source["cite"] if isinstance(source["cite"], list) else [source["cite"]]
    for cite in cites:
        key, _space, article = str(cite).partition(" ")
        document = pack.documents.get(key) if pack else None
        names.append(f"{document_text(document, lang) if document else key} {article}".strip())
        address = address or (document.address if document else "")
    return translator("site", lang)("；").join(names), address


def _word(pack: Pack | None, column: str, code: str, lang: str) -> str:
    if pack is not None:
        return code_words(pack, column, code, lang)
    return vocabulary.label(column, code, lang) if column in vocabulary.CODE_SETS else code


def _bill(row: Mapping[str, str], pack: Pack | None, lang: str) -> str:
    _ = translator("site", lang)
    full = {**DEFAULTS, **row}
    what = [_word(pack, column, full[column], lang) for column in ("setting", "provider_level")]
    for column in ("purpose", "place", "authorisation", "scheme", "person_type"):
        if column in row and row[column] not in EMPTY:
            what.append(_word(pack, column, row[column], lang))
    amounts = [
        _("{part} {amount} 元").format(part=vocabulary.label("part", part, lang), amount=grouped(parse_yuan(row[part])))
        for part in ("in_scope", *(part for part in PARTS if part != "in_scope"))
        if row.get(part) not in (None, *EMPTY) and parse_yuan(row[part])
    ]
    day = row.get("discharged_on", "")
    text = _("{day} {what}：{amounts}").format(day=day, what=_("，").join(what), amounts=_("；").join(amounts))
    return f"{row['claim_id']}  {text}" if row.get("claim_id") else text


def _identities(case: Case, pack: Pack | None, lang: str) -> str:
    _ = translator("site", lang)
    held = dict.fromkeys(_word(pack, "identity", row["identity"], lang) for row in case.rows("identities"))
    return _("、").join(held)


def _expected(row: Mapping[str, str], pack: Pack | None, lang: str) -> str:
    _ = translator("site", lang)
    words = {"self_in_scope": _("政策范围内个人负担"), "self_total": _("个人负担合计"), "amount": _("救助金额")}
    if pack is not None:
        words |= {layer.id: title_words(layer.title, lang, layer.id) for layer in pack.layers}
    said = []
    for key, value in row.items():
        if key in words:
            amount = _("无法判定") if value == "undetermined" else _("{amount} 元").format(amount=_yuan(value))
            said.append(_("{what} {amount}").format(what=words[key], amount=amount))
        elif key == "status" and value in vocabulary.codes("status"):
            said.append(vocabulary.label("status", value, lang))
    who = row.get("claim_id") or row.get("applied_on") or ""
    return (f"{who}  " if who else "") + _("；").join(said)


def _yuan(value: str) -> str:
    try:
        return grouped(parse_yuan(value))
    except ValueError:
        return value


def drawn_example(law: Law, pack: Pack, cases: Sequence[Case]) -> tuple[Case, Explanation] | None:
    """The case to draw: a published one if there is, and of these the one in which most layers pay."""
    fit = [
        case
        for case in cases
        if case.data.get("pack") == pack.id and case.kind != "contradictory" and len(case.rows("claims")) == 1
    ]
    layers = {layer.id for layer in pack.layers}
    for case in sorted(fit, key=lambda case: (case.kind != "published", -_paying(case, layers))):
        found = explain(
            law, _claims(case), _frame(case, "identities", IDENTITIES), _claim_id(case),
            _frame(case, "persons", PERSONS), _frame(case, "opening", OPENING), given=case.data.get("given") or (),
        )  # fmt: skip
        if found.bill["status"] == "ok":
            return case, found
    return None


def _paying(case: Case, layers: Collection[str]) -> int:
    """How many layers the case expects to pay."""
    return sum(
        1
        for row in case.rows("expect")
        for name, amount in row.items()
        if name in layers and amount not in ("0", "0.00", "undetermined", *EMPTY)
    )


def _claim_id(case: Case) -> str:
    return str(case.rows("claims")[0].get("claim_id", "c1"))


def _claims(case: Case) -> pl.DataFrame:
    rows = []
    for number, row in enumerate(case.rows("claims"), 1):
        made = {"claim_id": f"c{number}", **DEFAULTS, "settled_at": row["discharged_on"], **dict.fromkeys(PARTS, "0")}
        made |= row
        fen = sum(parse_yuan(made[part]) for part in PARTS)
        made.setdefault("total", f"{fen // 100}.{fen % 100:02d}")
        rows.append(made)
    return _table(CLAIMS, rows)


def _frame(case: Case, key: str, schema: Schema) -> pl.DataFrame | None:
    rows = [{"person_id": "p", **row} for row in case.rows(key)]
    return _table(schema, rows) if rows else None


def _table(schema: Schema, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    names = dict.fromkeys(name for row in rows for name in row)
    return pl.DataFrame(
        {name: [_cell(schema, name, row.get(name)) for row in rows] for name in names},
        schema={name: schema.columns[name] for name in names},
    )


def _cell(schema: Schema, name: str, value: Any) -> Any:
    """A scalar of a case as its column holds it."""
    if value is None or value in EMPTY:
        return None
    if name in schema.money:
        return parse_yuan(value)
    dtype = schema.columns[name]
    if dtype == DATE:
        return date.fromisoformat(value)
    if dtype == INSTANT:
        return datetime.fromisoformat(value)
    if dtype == pl.Boolean():
        return value == "true"
    return int(value) if dtype == FEN else value
