"""What stands before and after the layers, as rows: basics, documents, codes, classes, derived attributes, lists.

Enters: sections of a pack's tree, or lines. Leaves: lines, or sections. Imports this room's lines, cells and trees.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tuodi.authoring.cells import Unfit
from tuodi.authoring.layer_rows import GIVEN, ROUNDING, TITLE
from tuodi.authoring.lines import (
    Group,
    Line,
    Note,
    cite_tree,
    cites_of,
    own_cites,
    pick,
    text_of,
    texts_of,
    when_of,
)
from tuodi.authoring.tree import Cell, Map, Seq, Tree, Word

__all__ = ["CLASS_KEYS", "SECTION_GROUPS", "class_group"]

Above = tuple[str, ...]
FORMS = ("law", "page", "example", "calc", "recall")
CLASS_KEYS = ("classes", "default_class", "class_order", "choose")


def _line_at(line: Line, key: str = "item") -> Cell | None:
    return line.at.get(key) or line.at.get("item") or next(iter(line.at.values()), None)


def _map(line: Line) -> Map:
    made = Map()
    made.at = _line_at(line, "id")
    return made


def _put(made: Map, key: str, found: Tree) -> None:
    if found is not None and found != "":
        made[key] = found


def _titled(made: Map, line: Line) -> None:
    title = Map()
    _put(title, "zh", line.word("zh"))
    _put(title, "en", line.word("en"))
    if title:
        made["title"] = title


def _said_title(node: Mapping[str, Tree]) -> dict[str, Any]:
    if "title" not in node:
        return {}
    return {key: text_of(item) for key, item in pick(node["title"], ("zh", "en")).items()}


def _named(lines: Sequence[Line], note: Note, column: str = "id") -> dict[str, list[Line]]:
    """Lines by name, each of which must have one."""
    made: dict[str, list[Line]] = {}
    for line in lines:
        name = str(line.says.get(column) or "")
        if not name:
            note(line, column, "no_name", "name")
        else:
            made.setdefault(name, []).append(line)
    return made


def _once(named: Mapping[str, list[Line]], note: Note, column: str = "id") -> list[tuple[str, Line]]:
    for rows in named.values():
        for again in rows[1:]:
            note(again, column, "twice", "once")
    return [(name, rows[0]) for name, rows in named.items()]


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
                raise Unfit
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
    "version": "version", "counter_year.by": "year_by", "counter_year.starts": "year_starts", "identity": "identity_day",
    "age": "age_day", "income_year.is": "income_is", "income_year.until": "income_until", "income_year.use": "income_use",
}  # fmt: skip


def _hospital_lines(node: Tree, above: Above) -> list[Line]:
    pairs = pick(node, ("reduces", "cite"))
    return [Line("hospital_part", {"value": texts_of(pairs.get("reduces"))}, cites_of(pairs["cite"]) if "cite" in pairs else ())]


def _hospital_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    made = Map({"reduces": lines[0].words("value")})
    made.at = _line_at(lines[0], "value")
    if lines[0].cite:
        made["cite"] = cite_tree(lines[0].cite, lines[0].at.get("doc"))
    return made


def _late_lines(node: Tree, above: Above) -> list[Line]:
    pairs = pick(node, ("until", "cite"))
    return [Line("late_repayment", {"value": text_of(pairs.get("until"))}, cites_of(pairs["cite"]) if "cite" in pairs else ())]


def _late_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    made = Map({"until": lines[0].word("value")})
    if lines[0].cite:
        made["cite"] = cite_tree(lines[0].cite, lines[0].at.get("doc"))
    return made


# --- documents, codes, reference amounts ----------------------------------------------------------------------------


def _document_lines(node: Tree, above: Above) -> list[Line]:
    lines = []
    for key, item in _mapping(node).items():
        pairs = pick(item, (*FORMS, "title", "date", "address", "note", "verified"))
        forms = [form for form in FORMS if form in pairs]
        if len(forms) != 1:
            raise Unfit
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
    for key, line in _once(_named(lines, note), note):
        item = _map(line)
        form = str(line.says.get("form") or "")
        if not form or not line.says.get("name"):
            note(line, "name" if form else "form", "empty", "document")
            continue
        item[form] = line.word("name")
        for name in ("title", "date", "address", "note", "verified"):
            _put(item, name, line.word(name))
        made[key] = item
    return made


def _mapping(node: Tree) -> Mapping[str, Tree]:
    if not isinstance(node, Mapping) or not node or None in node.values():
        raise Unfit
    return node


def _code_lines(node: Tree, above: Above) -> list[Line]:
    lines = []
    for name, listed in _mapping(node).items():
        for code, item in _mapping(listed).items():
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
        item = _map(line)
        for key in ("parent", "zh", "en"):
            _put(item, key, line.word(key))
        made[name][code] = item
    return made


def _reference_lines(node: Tree, above: Above) -> list[Line]:
    lines = []
    for key, item in _mapping(node).items():
        pairs = pick(item, ("title", "area", "values", "cite"))
        here = cites_of(pairs["cite"]) if "cite" in pairs else ()
        says: dict[str, Any] = {"id": Word(key), **_said_title(pairs)}
        if "area" in pairs:
            says["area"] = text_of(pairs["area"])
        lines.append(Line("reference", says, here, sources=[item]))
        for year, value in _mapping(pairs.get("values")).items():
            lines.append(Line("year", {"id": Word(key), "year": year, "value": value}, here, sources=[value]))
    return lines


def _reference_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    made = Map()
    named = _named(lines, note)
    for key, rows in named.items():
        heads = [line for line in rows if line.item == "reference"]
        if len(heads) != 1:
            note(rows[0] if not heads else heads[1], "id", "no_reference" if not heads else "twice", "reference")
        item = _map((heads or rows)[0])
        if heads:
            _titled(item, heads[0])
            _put(item, "area", heads[0].word("area"))
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


# --- identities and classes -----------------------------------------------------------------------------------------

_LOOK = ("months", "anchor", "anchor_month", "year")


def _identity_lines(node: Tree, above: Above) -> list[Line]:
    pairs = pick(node, ("effective", "ends", "valid_months", "look_back", "cite"))
    here = cites_of(pairs["cite"]) if "cite" in pairs else ()
    lines = [Line(key, {"value": text_of(pairs[key])}, sources=[pairs[key]]) for key in ("effective", "ends") if key in pairs]
    if "cite" in pairs:
        lines.append(Line("identities_cite", {}, here))
    for identity, months in (_mapping(pairs["valid_months"]) if "valid_months" in pairs else {}).items():
        if identity == "cite":
            raise Unfit
        lines.append(Line("valid_months", {"identities": [identity], "months": text_of(months)}, sources=[months]))
    rows = pairs.get("look_back", Seq())
    if not isinstance(rows, list):
        raise Unfit
    for row in rows:
        found = pick(row, ("identities", "layers", "cite", *_LOOK))
        says: dict[str, Any] = {key: text_of(found[key]) for key in _LOOK if key in found}
        says |= {key: texts_of(found[key]) for key in ("identities", "layers") if key in found}
        lines.append(Line("look_back", says, cites_of(found["cite"]) if "cite" in found else here, sources=[row]))
    return lines


def _identity_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    made = Map()
    cited = next((line for line in lines if line.item == "identities_cite" and line.cite), None)
    here = (cited.cite or ()) if cited is not None else ()
    months, looks = Map(), Seq()
    for line in lines:
        if line.item in ("effective", "ends"):
            _put(made, line.item, line.word("value"))
        elif line.item == "valid_months":
            for identity in line.says.get("identities") or [""]:
                if not identity or identity in months:
                    note(line, "identities", "twice" if identity else "empty", "once")
                _put(months, identity, line.word("months"))
        elif line.item == "look_back":
            row = _map(line)
            _put(row, "identities", line.words("identities"))
            for key in ("months", "anchor", "anchor_month"):
                _put(row, key, line.word(key))
            _put(row, "layers", line.words("layers"))
            _put(row, "year", line.word("year"))
            _put(row, "cite", own_cites(line, here))
            looks.append(row)
    if months:
        made["valid_months"] = months
    if looks:
        made["look_back"] = looks
    if cited is not None:
        made["cite"] = cite_tree(here, cited.at.get("doc"))
    return made or None


def class_group(scope: str = "") -> Group:
    """The classes of the pack, or of one layer: ``classes default_class class_order choose`` as one mapping."""

    def expand(node: Tree, above: Above) -> list[Line]:
        pairs = pick(node, CLASS_KEYS)
        lines: list[Line] = []
        listed = _mapping(pairs["classes"]) if "classes" in pairs else Map()
        here = cites_of(listed["cite"]) if "cite" in listed else above
        for name, item in listed.items():
            if name == "cite":
                continue
            found = pick(item, ("title", "members", "cite"))
            says: dict[str, Any] = {"scope": scope, "id": Word(name), **_said_title(found)}
            if "members" in found:
                says["members"] = [_member(one) for one in _list(found["members"])]
            lines.append(Line("class", says, cites_of(found["cite"]) if "cite" in found else here, sources=[item]))
        if "default_class" in pairs:
            lines.append(Line("default_class", {"scope": scope, "id": text_of(pairs["default_class"])}))
        if "class_order" in pairs:
            order = pick(pairs["class_order"], ("stated", "cite"))
            cites = cites_of(order["cite"]) if "cite" in order else ()
            says = {"scope": scope, "value": text_of(order.get("stated"))}
            lines.append(Line("class_order", says, cites, sources=[order]))
        if "choose" in pairs:
            choice = pick(pairs["choose"], ("between", "cite"))
            says = {"scope": scope, "value": texts_of(choice.get("between"))}
            lines.append(Line("choose", says, cites_of(choice["cite"]) if "cite" in choice else (), sources=[choice]))
        return lines

    def compress(lines: Sequence[Line], above: Above, note: Note) -> Tree:
        made = Map()
        for key in ("default_class", "class_order", "choose"):
            for again in [line for line in lines if line.item == key][1:]:
                note(again, "item", "twice", "once")
        classes = Map()
        for name, line in _once(_named([line for line in lines if line.item == "class"], note), note):
            item = _map(line)
            _titled(item, line)
            members = [_member_tree(one, line) for one in line.says.get("members") or ()]
            if members:
                item["members"] = Seq(members)
                item["members"].at = line.at.get("members")
            _put(item, "cite", own_cites(line, above))
            classes[name] = item
        if classes:
            made["classes"] = classes
        for line in lines:
            if line.item == "default_class":
                _put(made, "default_class", line.word("id"))
            elif line.item in ("class_order", "choose"):
                item = _map(line)
                _put(item, "stated", line.word("value") if line.item == "class_order" else None)
                _put(item, "between", line.words("value") if line.item == "choose" else None)
                if line.cite:
                    item["cite"] = cite_tree(line.cite, line.at.get("doc"))
                made[line.item] = item
        return made

    return Group("classes", ("class", "default_class", "class_order", "choose"), expand, compress)


def _list(node: Tree) -> list[Tree]:
    if not isinstance(node, list) or not node or None in node:
        raise Unfit
    return list(node)


def _member(node: Tree) -> Tree:
    """A member as one word: the identity, or ``identity@scheme``."""
    if isinstance(node, str):
        return node
    pairs = pick(node, ("identity", "scheme"))
    if pairs.keys() != {"identity", "scheme"}:
        raise Unfit
    return Word(f"{text_of(pairs['identity'])}@{text_of(pairs['scheme'])}")


def _member_tree(said: str, line: Line) -> Tree:
    identity, _at, scheme = said.partition("@")
    cell = line.at.get("members")
    return Map({"identity": Word(identity, cell), "scheme": Word(scheme, cell)}) if scheme else Word(identity, cell)


# --- derived attributes ---------------------------------------------------------------------------------------------


def _derived_lines(node: Tree, above: Above) -> list[Line]:
    lines = []
    for name, item in _mapping(node).items():
        pairs = pick(item, ("title", "values", "rules", "cite"))
        here = cites_of(pairs["cite"]) if "cite" in pairs else ()
        lines.append(Line("derived", {"attribute": Word(name), **_said_title(pairs)}, here, sources=[item]))
        for code, words in _mapping(pairs.get("values")).items():
            says = {key: text_of(said) for key, said in pick(words, ("zh", "en")).items()}
            lines.append(Line("derived_value", {"attribute": Word(name), "id": Word(code), **says}, sources=[words]))
        for rule in _list(pairs.get("rules")):
            found = pick(rule, ("when", "otherwise", "is", "cite"))
            if ("when" in found) == ("otherwise" in found) or found.get("otherwise", "true") != "true":
                raise Unfit
            when = when_of(_mapping(found["when"])) if "when" in found else {}
            says = {"attribute": Word(name), "when": when, "rest": "otherwise" in found, "is": text_of(found.get("is"))}
            cites = cites_of(found["cite"]) if "cite" in found else here
            lines.append(Line("derived_rule", says, cites, sources=[rule]))
    return lines


def _derived_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    made = Map()
    for name, rows in _named(lines, note, "attribute").items():
        heads = [line for line in rows if line.item == "derived"]
        for again in heads[1:]:
            note(again, "attribute", "twice", "once")
        item = _map(rows[0])
        item.at = _line_at(rows[0], "attribute")
        here: Above = ()
        if heads:
            _titled(item, heads[0])
            here = heads[0].cite or ()
        values, rules = Map(), Seq()
        for line in rows:
            if line.item == "derived_value":
                words = _map(line)
                _put(words, "zh", line.word("zh"))
                _put(words, "en", line.word("en"))
                if not line.says.get("id") or line.says["id"] in values:
                    note(line, "id", "twice" if line.says.get("id") else "no_name", "once")
                values[str(line.says.get("id"))] = words
            elif line.item == "derived_rule":
                rule = _map(line)
                rule.at = _line_at(line)
                if line.says.get("rest"):
                    rule["otherwise"] = Word("true", line.at.get("other"))
                else:
                    rule["when"] = line.conditions()
                    rule["when"].at = _line_at(line)
                _put(rule, "is", line.word("is"))
                _put(rule, "cite", own_cites(line, here))
                rules.append(rule)
        if values:
            item["values"] = values
        if rules:
            item["rules"] = rules
        if here:
            item["cite"] = cite_tree(here, heads[0].at.get("doc"))
        made[name] = item
    return made


# --- the record, and lists ------------------------------------------------------------------------------------------


def _record_lines(node: Tree, above: Above) -> list[Line]:
    lines = []
    for name, item in _mapping(node).items():
        if name == "cite":
            raise Unfit
        for line in GIVEN.expand(item, above):
            line.says["id"] = Word(name)
            lines.append(line)
    return lines


def _record_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    return Map({name: GIVEN.compress(rows, above, note) for name, rows in _named(lines, note).items()})


def _recorded_lines(node: Tree, above: Above) -> list[Line]:
    return [
        Line("recorded_as", {"id": Word(name), "value": texts_of(item)}, sources=[item])
        for name, item in _mapping(node).items()
    ]


def _recorded_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    return Map({name: line.words("value") for name, line in _once(_named(lines, note), note)})


def _one_stop_lines(node: Tree, above: Above) -> list[Line]:
    lines = []
    for row in _list(node):
        pairs = pick(row, ("class", "setting", "place", "cite"))
        when = when_of({key: item for key, item in pairs.items() if key != "cite"})
        lines.append(Line("one_stop", {"when": when}, cites_of(pairs["cite"]) if "cite" in pairs else (), sources=[row]))
    return lines


def _one_stop_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    made = Seq()
    for line in lines:
        row = Map(line.conditions())
        row.at = _line_at(line)
        if line.cite:
            row["cite"] = cite_tree(line.cite, line.at.get("doc"))
        made.append(row)
    return made


_LINE_WORDS = ("measure", "after", "over", "cadence")


def _monitoring_lines(node: Tree, above: Above) -> list[Line]:
    lines = []
    for row in _list(node):
        pairs = pick(row, ("id", "title", "identities", "line", "cite", *_LINE_WORDS))
        says: dict[str, Any] = {key: text_of(pairs[key]) for key in ("id", *_LINE_WORDS) if key in pairs}
        says |= _said_title(pairs)
        if "identities" in pairs:
            says["identities"] = texts_of(pairs["identities"])
        if "line" not in pairs:
            raise Unfit
        says["value"] = pairs["line"]
        cites = cites_of(pairs["cite"]) if "cite" in pairs else ()
        lines.append(Line("monitoring", says, cites, sources=[row, pairs["line"]]))
    return lines


def _monitoring_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    made = Seq()
    for line in lines:
        row = _map(line)
        _put(row, "id", line.word("id"))
        _titled(row, line)
        _put(row, "identities", line.words("identities"))
        for key in ("measure", "after", "over"):
            _put(row, key, line.word(key))
        _put(row, "line", line.value())
        _put(row, "cadence", line.word("cadence"))
        if line.cite:
            row["cite"] = cite_tree(line.cite, line.at.get("doc"))
        made.append(row)
    return made


def _note_lines(node: Tree, above: Above) -> list[Line]:
    lines = []
    for row in _list(node):
        pairs = pick(row, ("zh", "en", "cite"))
        says = {key: text_of(pairs[key]) for key in ("zh", "en") if key in pairs}
        lines.append(Line("note", says, cites_of(pairs["cite"]) if "cite" in pairs else (), sources=[row]))
    return lines


def _note_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    made = Seq()
    for line in lines:
        row = Map()
        row.at = _line_at(line, "zh")
        _put(row, "zh", line.word("zh"))
        _put(row, "en", line.word("en"))
        if line.cite:
            row["cite"] = cite_tree(line.cite, line.at.get("doc"))
        made.append(row)
    return made


SECTION_GROUPS: Mapping[str, tuple[Group, ...]] = {
    "basic": (
        _scalar("pack"), TITLE, _pairs("in_force", {"from": "in_force_from", "to": "in_force_to"}), _scalar("extends"),
        _pairs("dates", _DATES, "dates_cite"), ROUNDING,
        Group("late_repayment", ("late_repayment",), _late_lines, _late_tree),
    ),
    "documents": (Group("documents", ("document",), _document_lines, _document_tree),),
    "codes": (Group("codes", ("code",), _code_lines, _code_tree),),
    "reference": (Group("reference", ("reference", "year"), _reference_lines, _reference_tree),),
    "identities": (
        Group(
            "identities", ("effective", "ends", "identities_cite", "valid_months", "look_back"),
            _identity_lines, _identity_tree,
        ),
    ),
    "derived": (
        Group("derived", ("derived", "derived_value", "derived_rule"), _derived_lines, _derived_tree, ordered=True),
    ),
    "record": (
        Group("hospital_part", ("hospital_part",), _hospital_lines, _hospital_tree),
        Group("given", ("given", "given_base"), _record_lines, _record_tree),
        Group("recorded_as", ("recorded_as",), _recorded_lines, _recorded_tree),
    ),
    "one_stop": (Group("one_stop", ("one_stop",), _one_stop_lines, _one_stop_tree),),
    "monitoring": (Group("monitoring", ("monitoring",), _monitoring_lines, _monitoring_tree),),
    "notes": (Group("notes", ("note",), _note_lines, _note_tree),),
}  # fmt: skip
"""The sheets before and after the layers, each with its groups of rows."""
