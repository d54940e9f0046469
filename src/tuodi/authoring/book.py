"""A pack's tree as the sheets of its workbook.

Enters: a tree, its labels, a language. Leaves: :class:`Sheet` after sheet. Every group of rows is read back before
it is taken: what would not come back as it was goes to the sheet 其他, place by place. Imports this
room's rows and groups.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tuodi.authoring.cells import UnfitError
from tuodi.authoring.labels import Labels, WrongError, normal
from tuodi.authoring.layer_rows import AWARD_GROUPS, LAYER_GROUPS
from tuodi.authoring.layout import (
    COMMON_CONDITIONS,
    CONDITIONS,
    FORMS,
    Column,
    SheetForm,
    form_of,
    item_word,
    reserved_names,
    sheet_name,
)
from tuodi.authoring.lines import Group, Line
from tuodi.authoring.people_rows import CLASS_KEYS, class_group
from tuodi.authoring.rows import Context, Row, line_of, row_of, verified_word
from tuodi.authoring.section_rows import SECTION_GROUPS
from tuodi.authoring.tree import Map, Seq, Tree, Word, as_json, flat, overlaid, same, split_removed

__all__ = [
    "LAYER_ITEMS",
    "Sheet",
    "class_node",
    "groups_of",
    "items_of",
    "leaf_text",
    "leaf_tree",
    "physical",
    "sheets_of",
]

LAYER_ITEMS = ("table", "id")
"""The rows with which a layer's sheet begins: what kind of sheet it is, and the layer's id."""

LONGEST_CELL = 32_000
"""Signs; Excel takes a little more."""

_ALWAYS = {
    "basic": (
        "pack", "zh", "en", "in_force_from", "in_force_to", "extends", "version", "year_by", "year_starts",
        "identity_day", "age_day", "income_is", "late_repayment",
    ),
    "identities": ("effective", "ends"),
}  # fmt: skip
"""Items that have a row even where the pack says nothing, so that an officer sees that they can be filled."""


@dataclass
class Sheet:
    """One sheet: its kind, its name, its columns as they stand, its rows."""

    form: str
    name: str
    columns: list[Column]
    rows: list[Row]
    layer: str = ""
    items: tuple[str, ...] = field(default_factory=tuple)
    award: bool = False


def groups_of(form: str, award: bool = False) -> tuple[Group, ...]:
    """The groups of one kind of sheet."""
    if form == "layers":
        return AWARD_GROUPS if award else LAYER_GROUPS
    return (class_group(),) if form == "classes" else SECTION_GROUPS.get(form, ())


def items_of(form: str, award: bool = False) -> tuple[str, ...]:
    """The items that may stand in one kind of sheet, in order."""
    own = tuple(item for group in groups_of(form, award) for item in group.items)
    return (*LAYER_ITEMS, *own) if form == "layers" else own


def class_node(tree: Mapping[str, Tree]) -> Map:
    """The keys about classes of a pack or a layer."""
    return Map({key: tree[key] for key in CLASS_KEYS if key in tree})


_WIDTHS = {"class": 24, "setting": 20, "bracket": 9, "stay_ordinal": 9, "place": 14, "scheme": 14}


def physical(form: SheetForm, conditions: Sequence[str]) -> list[Column]:
    """The columns of a sheet, those of conditions written out."""
    made: list[Column] = []
    for column in form.columns:
        if column.key == "when":
            made += [Column(f"when.{name}", "when", _WIDTHS.get(name, column.width)) for name in conditions]
        else:
            made.append(column)
    return made


def leaf_text(leaf: Tree) -> str:
    """A leaf of the sheet 其他 as text."""
    if leaf is None:
        return "~"
    if isinstance(leaf, (Map, Seq)):
        return "{}" if isinstance(leaf, Map) else "[]"
    text = str(leaf)
    plain = text == text.strip() and text[:1] not in ("", '"', "~", "{", "[") and "\n" not in text
    return text if plain and not getattr(leaf, "quoted", False) else json.dumps(text, ensure_ascii=False)


def leaf_tree(text: str) -> Tree:
    """The leaf of such a text. ``ValueError`` where quotes are left open."""
    if text in ("~", "{}", "[]"):
        return {"~": None, "{}": Map(), "[]": Seq()}[text]
    if text.startswith('"'):
        said = json.loads(text)
        if not isinstance(said, str):
            raise ValueError(text)
        return Word(said, quoted=Word(said).is_special())
    return Word(text)


# --- the sheets -----------------------------------------------------------------------------------------------------


def sheets_of(tree: Map, labels: Labels, lang: str) -> list[Sheet]:
    """Every sheet of a pack, in order."""
    kept, left = split_removed(tree)
    tree = kept if isinstance(kept, Map) else Map()
    made: list[Sheet] = []
    for form in FORMS:
        if form.key == "rest":
            continue
        if form.key == "layers":
            made += _layer_sheets(tree, labels, lang, left, [sheet.name for sheet in made])
        elif form.key == "classes":
            made.append(_class_sheet(tree, labels, lang, left))
        else:
            made.append(_section_sheet(form, tree, labels, lang, left))
    known = {group.key for form in SECTION_GROUPS for group in SECTION_GROUPS[form]} | {"layers", "awards", *CLASS_KEYS}
    for key, item in tree.items():
        if key not in known:
            _leave(left, key, item)
    return [*made, _rest_sheet(left, lang)]


def _leave(left: Map, key: str, node: Tree) -> None:
    """Leave a value to the sheet 其他, beside what may be left there of it already."""
    left[key] = overlaid(left[key], node) if isinstance(left.get(key), Mapping) else node


def _context(labels: Labels, lang: str, layer: str, form: str) -> Context:
    return Context(labels, lang, layer, form in ("one_stop", "premium"))


def _fitted(
    group: Group, node: Tree, above: tuple[str, ...], form: SheetForm, context: Context
) -> list[tuple[Line, Row]] | None:
    """The rows of one value, or None where they would not be read back as the same."""
    try:
        lines = group.lines(node, above)
        rows = [row_of(line, form, context) for line in lines]

        def wrong(*what: object) -> None:
            raise UnfitError(str(what))

        back = [line_of(row, form, group.items, context, wrong) for row in rows]
        if any(line is None for line in back):
            return None
        again = group.tree([line for line in back if line is not None], above, lambda *what: wrong(*what))
    except (UnfitError, WrongError):
        return None
    if group.ordered and as_json(again) != as_json(node) and len(as_json(node)) < LONGEST_CELL:
        rows[0].texts["hint"] = as_json(node)
    longest = max((len(text) for row in rows for text in row.texts.values()), default=0)
    return list(zip(lines, rows, strict=True)) if same(again, node) and longest < LONGEST_CELL else None


def _section_sheet(form: SheetForm, tree: Map, labels: Labels, lang: str, left: Map) -> Sheet:
    wide = _all_conditions(labels)
    full = SheetForm(form.key, tuple(physical(form, wide)))
    context = _context(labels, lang, "", form.key)
    rows: list[Row] = []
    for group in SECTION_GROUPS[form.key]:
        fitted = _fitted(group, tree[group.key], (), full, context) if group.key in tree else []
        if fitted is None:
            _leave(left, group.key, tree[group.key])
            continue
        if form.key == "documents":
            for line, row in fitted:
                row.texts["short"] = labels.show("document", str(line.says["id"]), lang)
        found = dict.fromkeys(group.items, False) | {line.item: True for line, _row in fitted}
        always = [item for item in group.items if not found[item] and item in _ALWAYS.get(form.key, ())]
        pairs = [*fitted, *((Line(item), Row({"item": item_word(item, lang)})) for item in always)]
        if always:
            pairs.sort(key=lambda pair: group.items.index(pair[0].item))
        rows += _verified(pairs, labels, lang)
    conditions = [name for name in wide if any(row.get(f"when.{name}") for row in rows)]
    if form.key == "one_stop":
        conditions = ["class", "setting", "place"]
    elif form.key == "premium":
        conditions = ["class", "person_type"]
    elif form.key == "derived":
        conditions = [
            *("setting", "provider_level"),
            *(name for name in conditions if name not in ("setting", "provider_level")),
        ]
    return Sheet(form.key, sheet_name(form.key, lang), physical(form, conditions), rows, items=items_of(form.key))


def _verified(pairs: Sequence[tuple[Line, Row]], labels: Labels, lang: str) -> list[Row]:
    for line, row in pairs:
        word = verified_word(line.cite, labels, lang)
        if word:
            row.texts["verified_shown"] = word
    return [row for _line, row in pairs]


def _all_conditions(labels: Labels) -> list[str]:
    own = labels.tree.get("derived", {})
    return [*CONDITIONS, *(name for name in own if name not in CONDITIONS)]


def _class_sheet(tree: Map, labels: Labels, lang: str, left: Map) -> Sheet:
    form = form_of("classes")
    rows: list[Row] = []
    layers = tree.get("layers", {})
    for scope in ("", *(layers if isinstance(layers, Mapping) else ())):
        source = layers[scope] if scope else tree
        node = class_node(source) if isinstance(source, Mapping) else Map()
        if not node:
            continue
        above = _own_cites(source) if scope else ()
        context = _context(labels, lang, scope, form.key)
        fitted = _fitted(class_group(scope), node, above, form, context)
        if fitted is None:
            place = left.setdefault("layers", Map()).setdefault(scope, Map()) if scope else left
            for key, item in node.items():
                _leave(place, key, item)
        else:
            rows += _verified(fitted, labels, lang)
    return Sheet("classes", sheet_name("classes", lang), list(form.columns), rows, items=items_of("classes"))


def _own_cites(node: Mapping[str, Tree]) -> tuple[str, ...]:
    cite = node.get("cite")
    found = [cite] if isinstance(cite, str) else cite if isinstance(cite, list) else []
    return tuple(" ".join(str(item).split(maxsplit=1)) for item in found)


def _layer_sheets(tree: Map, labels: Labels, lang: str, left: Map, names: list[str]) -> Iterator[Sheet]:
    form = form_of("layers")
    taken = {normal(name) for name in names} | reserved_names()
    for section in ("layers", "awards"):
        nodes = tree.get(section, Map())
        if not isinstance(nodes, Mapping):
            _leave(left, section, nodes)
            continue
        for name, node in nodes.items():
            if not isinstance(node, Mapping):
                _leave(left.setdefault(section, Map()), name, node)
                continue
            award = section == "awards"
            rest = Map()
            sheet = _layer_sheet(name, node, labels, lang, rest, form, award)
            if rest:
                _leave(left.setdefault(section, Map()), name, rest)
            title = labels.show("layer", name, lang) if not award else _award_title(name, node, lang)
            sheet.name = _tab(title, name, taken)
            taken.add(normal(sheet.name))
            yield sheet


def _award_title(name: str, node: Mapping[str, Tree], lang: str) -> str:
    title = node.get("title")
    return str(title.get(lang) or title.get("zh") or name) if isinstance(title, Mapping) else name


def _tab(title: str, name: str, taken: set[str]) -> str:
    """A sheet's name as Excel allows it: 31 signs, none of ``[]:*?/\\``, no other sheet's."""
    plain = re.sub(r"[\[\]:*?/\\']", " ", title).strip()[:31] or name
    number = 1
    made = plain
    while normal(made) in taken:
        number += 1
        end = f"({name})" if number == 2 else f"({number})"
        made = f"{plain[: 31 - len(end)]}{end}"
    return made


def _layer_sheet(
    name: str, node: Mapping[str, Tree], labels: Labels, lang: str, left: Map, form: SheetForm, award: bool
) -> Sheet:
    wide = _all_conditions(labels)
    full = SheetForm(form.key, tuple(physical(form, wide)))
    context = _context(labels, lang, "" if award else name, form.key)
    above = _own_cites(node)
    heads = [
        Line("table", {"value": Word("awards" if award else "layers")}),
        Line("id", {"value": Word(name)}),
    ]
    rows = [row_of(line, full, context) for line in heads]
    groups = groups_of("layers", award)
    for group in groups:
        if group.key not in node:
            continue
        fitted = _fitted(group, node[group.key], () if group.key == "cite" else above, full, context)
        if fitted is None:
            left[group.key] = node[group.key]
        else:
            rows += _verified(fitted, labels, lang)
    known = {group.key for group in groups} | (set() if award else set(CLASS_KEYS))
    left.update({key: item for key, item in node.items() if key not in known})
    usual = ("bracket",) if award else COMMON_CONDITIONS
    conditions = [column for column in wide if column in usual or any(row.get(f"when.{column}") for row in rows)]
    return Sheet("layers", name, physical(form, conditions), rows, name, items_of("layers", award), award)


def _rest_sheet(left: Map, lang: str) -> Sheet:
    rows = [Row({"path": path, "said": leaf_text(leaf)}) for path, leaf in flat(left) if path]
    return Sheet("rest", sheet_name("rest", lang), list(form_of("rest").columns), rows)
