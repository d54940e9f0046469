"""What stands before and after the layers, as rows: basics, documents, codes, reference amounts, the record, lists.

Enters: sections of a pack's tree, or lines. Leaves: lines, or sections. Imports this room's lines, cells and trees.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tuodi.authoring.cells import UnfitError
from tuodi.authoring.layer_rows import GIVEN, ROUNDING, TITLE
from tuodi.authoring.lines import (
    Group,
    Line,
    Note,
    cite_tree,
    cites_of,
    pick,
    text_of,
    texts_of,
)
from tuodi.authoring.list_rows import LISTS
from tuodi.authoring.parts import by_name, line_at, map_of, mapping_in, once_each, put, put_title, title_in
from tuodi.authoring.people_rows import DERIVED, IDENTITIES
from tuodi.authoring.tree import Map, Tree, Word

__all__ = ["SECTION_GROUPS"]

Above = tuple[str, ...]
FORMS = ("law", "page", "example", "calc", "recall")


# --- basics ---------------------------------------------------------------------------------------------------------


def _scalar(key: str) -> Group:
    return Group(
        key,
        (key,),
        lambda node, above: [Line(key, {"value": text_of(node)}, sources=[node])],
        lambda lines, above, note: lines[0].word("value"),
    )


def _pairs(key: str, items: Mapping[str, str], cite: str = "") -> Group:
    """A mapping of single words, each a row; ``items``: key (``a.b`` below ``a``) → item; ``cite``: its row's item."""

    def expand(node: Tree, above: Above) -> list[Line]:
        lines: list[Line] = []
        left = Map(pick(node, [*{path.split(".")[0] for path in items}, *(["cite"] if cite else [])]))
        for path, item in items.items():
            first, _dot, second = path.partition(".")
            found = left.get(first)
            if second:
                found = found.get(second) if isinstance(found, Mapping) else found if second in ("by", "is") else None
            elif isinstance(found, Mapping):
                raise UnfitError
            if found is not None:
                lines.append(Line(item, {"value": text_of(found)}, sources=[found]))
        if cite and "cite" in left:
            lines.append(Line(cite, {}, cites_of(left["cite"])))
        return lines

    def compress(lines: Sequence[Line], above: Above, note: Note) -> Tree:
        made = Map()
        by_item = {line.item: line for line in lines}
        for path, item in items.items():
            word = by_item[item].word("value") if item in by_item else None
            if word is None:
                continue
            first, _dot, second = path.partition(".")
            if second:
                made.setdefault(first, Map())[second] = word
            else:
                made[first] = word
        if cite in by_item and by_item[cite].cite:
            made["cite"] = cite_tree(by_item[cite].cite or (), by_item[cite].at.get("doc"))
        return made or None

    return Group(key, (*items.values(), *([cite] if cite else [])), expand, compress)


_DATES = {
    "version": "version", "counter_year.by": "year_by", "counter_year.starts": "year_starts",
    "identity": "identity_day", "age": "age_day", "income_year.is": "income_is",
    "income_year.until": "income_until", "income_year.use": "income_use",
}  # fmt: skip


def _hospital_lines(node: Tree, above: Above) -> list[Line]:
    pairs = pick(node, ("reduces", "cite"))
    return [
        Line(
            "hospital_part",
            {"value": texts_of(pairs.get("reduces"))},
            cites_of(pairs["cite"]) if "cite" in pairs else (),
        )
    ]


def _hospital_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    made = Map({"reduces": lines[0].words("value")})
    made.at = line_at(lines[0], "value")
    if lines[0].cite:
        made["cite"] = cite_tree(lines[0].cite, lines[0].at.get("doc"))
    return made


def _late_lines(node: Tree, above: Above) -> list[Line]:
    pairs = pick(node, ("until", "cite"))
    return [
        Line(
            "late_repayment", {"value": text_of(pairs.get("until"))}, cites_of(pairs["cite"]) if "cite" in pairs else ()
        )
    ]


def _late_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    made = Map({"until": lines[0].word("value")})
    if lines[0].cite:
        made["cite"] = cite_tree(lines[0].cite, lines[0].at.get("doc"))
    return made


# --- documents, codes, reference amounts ----------------------------------------------------------------------------


def _document_lines(node: Tree, above: Above) -> list[Line]:
    lines = []
    for key, item in mapping_in(node).items():
        pairs = pick(item, (*FORMS, "title", "date", "address", "note", "verified"))
        forms = [form for form in FORMS if form in pairs]
        if len(forms) != 1:
            raise UnfitError
        says = {"id": Word(key), "form": forms[0], "name": text_of(pairs[forms[0]])}
        says |= {name: text_of(said) for name, said in pairs.items() if name not in FORMS}
        lines.append(Line("document", says, sources=[item]))
    return lines


def _document_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    made = Map()
    for line in lines:
        if not line.says.get("id"):
            # An officer need not think of a key: the first that is free.
            taken = {str(other.says.get("id")) for other in lines}
            line.says["id"] = next(name for n in range(1, len(lines) + 2) if (name := f"doc{n}") not in taken)
    for key, line in once_each(by_name(lines, note), note):
        item = map_of(line)
        form = str(line.says.get("form") or "")
        if not form or not line.says.get("name"):
            note(line, "name" if form else "form", "empty", "document")
            continue
        item[form] = line.word("name")
        for name in ("title", "date", "address", "note", "verified"):
            put(item, name, line.word(name))
        made[key] = item
    return made


def _code_lines(node: Tree, above: Above) -> list[Line]:
    lines = []
    for name, listed in mapping_in(node).items():
        for code, item in mapping_in(listed).items():
            pairs = pick(item, ("parent", "zh", "en"))
            says = {"set": name, "id": Word(code), **{key: text_of(said) for key, said in pairs.items()}}
            lines.append(Line("code", says, sources=[item]))
    return lines


def _code_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    made = Map()
    for line in lines:
        name, code = str(line.says.get("set") or ""), str(line.says.get("id") or "")
        if not name or not code:
            note(line, "id" if name else "set", "empty", "code")
            continue
        if code in made.setdefault(name, Map()):
            note(line, "id", "twice", "once")
        item = map_of(line)
        for key in ("parent", "zh", "en"):
            put(item, key, line.word(key))
        made[name][code] = item
    return made


def _reference_lines(node: Tree, above: Above) -> list[Line]:
    lines = []
    for key, item in mapping_in(node).items():
        pairs = pick(item, ("title", "area", "values", "cite"))
        here = cites_of(pairs["cite"]) if "cite" in pairs else ()
        says: dict[str, Any] = {"id": Word(key), **title_in(pairs)}
        if "area" in pairs:
            says["area"] = text_of(pairs["area"])
        lines.append(Line("reference", says, here, sources=[item]))
        for year, value in mapping_in(pairs.get("values")).items():
            lines.append(Line("year", {"id": Word(key), "year": year, "value": value}, here, sources=[value]))
    return lines


def _reference_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    made = Map()
    named = by_name(lines, note)
    for key, rows in named.items():
        heads = [line for line in rows if line.item == "reference"]
        if len(heads) != 1:
            note(rows[0] if not heads else heads[1], "id", "no_reference" if not heads else "twice", "reference")
        item = map_of((heads or rows)[0])
        if heads:
            put_title(item, heads[0])
            put(item, "area", heads[0].word("area"))
        values = Map()
        for line in rows:
            if line.item == "year":
                year = str(line.says.get("year") or "")
                if not year or year in values:
                    note(line, "year", "twice" if year else "empty", "year")
                values[year] = line.value()
        if values:
            item["values"] = values
        cited = next((line for line in rows if line.cite), None)
        if cited is not None:
            item["cite"] = cite_tree(cited.cite or (), cited.at.get("doc"))
            for other in rows:
                if other.cite and other.cite != cited.cite:
                    note(other, "doc", "differs", "alike")
        made[key] = item
    return made


# --- the record, and lists ------------------------------------------------------------------------------------------


def _record_lines(node: Tree, above: Above) -> list[Line]:
    lines = []
    for name, item in mapping_in(node).items():
        if name == "cite":
            raise UnfitError
        for line in GIVEN.expand(item, above):
            line.says["id"] = Word(name)
            lines.append(line)
    return lines


def _record_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    return Map({name: GIVEN.compress(rows, above, note) for name, rows in by_name(lines, note).items()})


def _recorded_lines(node: Tree, above: Above) -> list[Line]:
    return [
        Line("recorded_as", {"id": Word(name), "value": texts_of(item)}, sources=[item])
        for name, item in mapping_in(node).items()
    ]


def _recorded_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    return Map({name: line.words("value") for name, line in once_each(by_name(lines, note), note)})


SECTION_GROUPS: Mapping[str, tuple[Group, ...]] = {
    "basic": (
        _scalar("pack"), TITLE, _pairs("in_force", {"from": "in_force_from", "to": "in_force_to"}), _scalar("extends"),
        _pairs("dates", _DATES, "dates_cite"), ROUNDING,
        Group("late_repayment", ("late_repayment",), _late_lines, _late_tree),
    ),
    "documents": (Group("documents", ("document",), _document_lines, _document_tree),),
    "codes": (Group("codes", ("code",), _code_lines, _code_tree),),
    "reference": (Group("reference", ("reference", "year"), _reference_lines, _reference_tree),),
    "identities": (IDENTITIES,),
    "derived": (DERIVED,),
    "record": (
        Group("hospital_part", ("hospital_part",), _hospital_lines, _hospital_tree),
        Group("given", ("given", "given_base"), _record_lines, _record_tree),
        Group("recorded_as", ("recorded_as",), _recorded_lines, _recorded_tree),
    ),
    **LISTS,
}  # fmt: skip
"""The sheets before and after the layers, each with its groups of rows."""
