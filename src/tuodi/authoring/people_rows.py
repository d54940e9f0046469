"""Who is what, as rows: how long identities count, the classes in order, attributes derived from a bill.

Enters: sections of a pack's tree, or lines. Leaves: lines, or sections. Imports this room's lines, parts and trees.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tuodi.authoring.cells import UnfitError
from tuodi.authoring.lines import Group, Line, Note, cite_tree, cites_of, own_cites, pick, text_of, texts_of, when_of
from tuodi.authoring.parts import by_name, line_at, list_in, map_of, mapping_in, once_each, put, put_title, title_in
from tuodi.authoring.tree import Map, Seq, Tree, Word

__all__ = ["CLASS_KEYS", "DERIVED", "IDENTITIES", "class_group"]

Above = tuple[str, ...]
CLASS_KEYS = ("classes", "default_class", "class_order", "choose")
"""The keys of a pack or a layer that the sheet of classes holds."""


_LOOK = ("months", "anchor", "anchor_month", "year")


def _identity_lines(node: Tree, above: Above) -> list[Line]:
    pairs = pick(node, ("effective", "ends", "valid_months", "look_back", "cite"))
    here = cites_of(pairs["cite"]) if "cite" in pairs else ()
    lines = [
        Line(key, {"value": text_of(pairs[key])}, sources=[pairs[key]]) for key in ("effective", "ends") if key in pairs
    ]
    if "cite" in pairs:
        lines.append(Line("identities_cite", {}, here))
    for identity, months in (mapping_in(pairs["valid_months"]) if "valid_months" in pairs else {}).items():
        if identity == "cite":
            raise UnfitError
        lines.append(Line("valid_months", {"identities": [identity], "months": text_of(months)}, sources=[months]))
    rows = pairs.get("look_back", Seq())
    if not isinstance(rows, list):
        raise UnfitError
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
            put(made, line.item, line.word("value"))
        elif line.item == "valid_months":
            for identity in line.says.get("identities") or [""]:
                if not identity or identity in months:
                    note(line, "identities", "twice" if identity else "empty", "once")
                put(months, identity, line.word("months"))
        elif line.item == "look_back":
            row = map_of(line)
            put(row, "identities", line.words("identities"))
            for key in ("months", "anchor", "anchor_month"):
                put(row, key, line.word(key))
            put(row, "layers", line.words("layers"))
            put(row, "year", line.word("year"))
            put(row, "cite", own_cites(line, here))
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
        listed = mapping_in(pairs["classes"]) if "classes" in pairs else Map()
        here = cites_of(listed["cite"]) if "cite" in listed else above
        for name, item in listed.items():
            if name == "cite":
                continue
            found = pick(item, ("title", "members", "cite"))
            says: dict[str, Any] = {"scope": scope, "id": Word(name), **title_in(found)}
            if "members" in found:
                says["members"] = [_member(one) for one in list_in(found["members"])]
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
        for name, line in once_each(by_name([line for line in lines if line.item == "class"], note), note):
            item = map_of(line)
            put_title(item, line)
            members = [_member_tree(one, line) for one in line.says.get("members") or ()]
            if members:
                item["members"] = Seq(members)
                item["members"].at = line.at.get("members")
            put(item, "cite", own_cites(line, above))
            classes[name] = item
        if classes:
            made["classes"] = classes
        for line in lines:
            if line.item == "default_class":
                put(made, "default_class", line.word("id"))
            elif line.item in ("class_order", "choose"):
                item = map_of(line)
                put(item, "stated", line.word("value") if line.item == "class_order" else None)
                put(item, "between", line.words("value") if line.item == "choose" else None)
                if line.cite:
                    item["cite"] = cite_tree(line.cite, line.at.get("doc"))
                made[line.item] = item
        return made

    return Group("classes", ("class", "default_class", "class_order", "choose"), expand, compress)


def _member(node: Tree) -> Tree:
    """A member as one word: the identity, or ``identity@scheme``."""
    if isinstance(node, str):
        return node
    pairs = pick(node, ("identity", "scheme"))
    if pairs.keys() != {"identity", "scheme"}:
        raise UnfitError
    return Word(f"{text_of(pairs['identity'])}@{text_of(pairs['scheme'])}")


def _member_tree(said: str, line: Line) -> Tree:
    identity, _at, scheme = said.partition("@")
    cell = line.at.get("members")
    return Map({"identity": Word(identity, cell), "scheme": Word(scheme, cell)}) if scheme else Word(identity, cell)


# --- derived attributes ---------------------------------------------------------------------------------------------


def _derived_lines(node: Tree, above: Above) -> list[Line]:
    lines = []
    for name, item in mapping_in(node).items():
        pairs = pick(item, ("title", "values", "rules", "cite"))
        here = cites_of(pairs["cite"]) if "cite" in pairs else ()
        lines.append(Line("derived", {"attribute": Word(name), **title_in(pairs)}, here, sources=[item]))
        for code, words in mapping_in(pairs.get("values")).items():
            says = {key: text_of(said) for key, said in pick(words, ("zh", "en")).items()}
            lines.append(Line("derived_value", {"attribute": Word(name), "id": Word(code), **says}, sources=[words]))
        for rule in list_in(pairs.get("rules")):
            found = pick(rule, ("when", "otherwise", "is", "cite"))
            if ("when" in found) == ("otherwise" in found) or found.get("otherwise", "true") != "true":
                raise UnfitError
            when = when_of(mapping_in(found["when"])) if "when" in found else {}
            ruled = {
                "attribute": Word(name),
                "when": when,
                "rest": "otherwise" in found,
                "is": text_of(found.get("is")),
            }
            cites = cites_of(found["cite"]) if "cite" in found else here
            lines.append(Line("derived_rule", ruled, cites, sources=[rule]))
    return lines


def _derived_tree(lines: Sequence[Line], above: Above, note: Note) -> Tree:
    made = Map()
    for name, rows in by_name(lines, note, "attribute").items():
        heads = [line for line in rows if line.item == "derived"]
        for again in heads[1:]:
            note(again, "attribute", "twice", "once")
        item = map_of(rows[0])
        item.at = line_at(rows[0], "attribute")
        here: Above = ()
        if heads:
            put_title(item, heads[0])
            here = heads[0].cite or ()
        values, rules = Map(), Seq()
        for line in rows:
            if line.item == "derived_value":
                words = map_of(line)
                put(words, "zh", line.word("zh"))
                put(words, "en", line.word("en"))
                if not line.says.get("id") or line.says["id"] in values:
                    note(line, "id", "twice" if line.says.get("id") else "no_name", "once")
                values[str(line.says.get("id"))] = words
            elif line.item == "derived_rule":
                rule = map_of(line)
                rule.at = line_at(line)
                if line.says.get("rest"):
                    rule["otherwise"] = Word("true", line.at.get("other"))
                else:
                    rule["when"] = line.conditions()
                    rule["when"].at = line_at(line)
                put(rule, "is", line.word("is"))
                put(rule, "cite", own_cites(line, here))
                rules.append(rule)
        if values:
            item["values"] = values
        if rules:
            item["rules"] = rules
        if here:
            item["cite"] = cite_tree(here, heads[0].at.get("doc"))
        made[name] = item
    return made


IDENTITIES = Group(
    "identities",
    ("effective", "ends", "identities_cite", "valid_months", "look_back"),
    _identity_lines,
    _identity_tree,
)
DERIVED = Group("derived", ("derived", "derived_value", "derived_rule"), _derived_lines, _derived_tree, ordered=True)
