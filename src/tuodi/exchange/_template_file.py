"""Template files: read, checked with line numbers, and kept by code.

Enters: YAML files. Leaves: :class:`SourceTemplate`; ``TemplateError`` with every problem found. The structure is that
of ``template.schema.json``; what a schema cannot say (columns of the target, codes, words used twice) is checked here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from tuodi import vocabulary
from tuodi.errors import FileError, Problem, nearest
from tuodi.exchange._template import TABLES, SourceTemplate, made
from tuodi.exchange._words import header_keys
from tuodi.tables import Schema

__all__ = ["TemplateError", "load_template", "source_templates"]

Lines = Mapping[tuple[str | int, ...], int]
Found = Iterator[tuple[tuple[str | int, ...], str, str]]
"""Where in the file, what was found, what would be right."""


class TemplateError(FileError):
    """A template that cannot be used; ``problems`` holds all that was found, with lines."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))


@cache
def source_templates() -> Mapping[str, SourceTemplate]:
    """The templates that come with Tuodi, by code, in the order in which a county gets the files."""
    folder = files("tuodi.exchange").joinpath("templates")
    found = [
        _loaded(entry.read_text("utf-8"), entry.name) for entry in folder.iterdir() if entry.name.endswith(".yaml")
    ]
    ordered = sorted(found, key=lambda one: (int("".join(filter(str.isdigit, one.order))), one.order))
    return {template.code: template for template in ordered}


def load_template(path: Path | str) -> SourceTemplate:
    """The template that a file holds; it needs no Python. Raises ``TemplateError`` with every problem and its line."""
    source = Path(path)
    try:
        text = source.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateError([Problem(source.name, 0, "", f"cannot be read: {error}", "a file in UTF-8")]) from None
    return _loaded(text, source.name)


def _loaded(text: str, file: str) -> SourceTemplate:
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        tree = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        said = getattr(error, "problem", None) or str(error)
        raise TemplateError([Problem(file, mark.line + 1 if mark else 0, "", f"no YAML: {said}", "")]) from None
    lines = dict(_lines(root)) if root is not None else {}
    problems = list(_twice(root)) if root is not None else []
    problems += list(_structure(tree))
    if not problems:
        problems = list(_meaning(tree))
    if problems:
        raise TemplateError([
            Problem(file, _line(lines, where), ".".join(map(str, where)), found, expected)
            for where, found, expected in problems
        ])  # fmt: skip
    return made(tree)


def _lines(node: yaml.Node, where: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], int]]:
    yield where, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield (*where, key.value), key.start_mark.line + 1
            yield from (
                (place, line) for place, line in _lines(value, (*where, key.value)) if place != (*where, key.value)
            )
    elif isinstance(node, yaml.SequenceNode):
        for at, value in enumerate(node.value):
            yield from _lines(value, (*where, at))


def _line(lines: Lines, where: tuple[str | int, ...]) -> int:
    while where and where not in lines:
        where = where[:-1]
    return lines.get(where, 1)


def _twice(node: yaml.Node, where: tuple[str | int, ...] = ()) -> Found:
    """A key that stands twice: YAML would take the last and forget the first."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield (*where, key.value), f"{key.value!r} stands twice", "once"
            seen.add(key.value)
            yield from _twice(value, (*where, key.value))


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(files("tuodi.exchange").joinpath("template.schema.json").read_text("utf-8")))


def _structure(tree: Any) -> Found:
    for error in _validator().iter_errors(tree):
        for one in error.context or [error]:  # of a choice, what its longer branch says
            if one.validator == "type" and one.schema.get("type") == "null":
                continue
            yield from _explained(one, tuple(one.absolute_path))


def _explained(error: Any, where: tuple[str | int, ...]) -> Found:
    wanted = str(error.schema.get("description", "")) if isinstance(error.schema, dict) else ""
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        known = list(error.schema.get("properties", {}))
        for key in error.instance.keys() - set(known):
            yield (*where, key), f"the key {key!r}", f"one of: {', '.join(known)}{nearest(str(key), known)}"
    elif error.validator == "required":
        for key in error.validator_value:
            if key not in error.instance:
                yield where, f"{key!r} is missing", wanted
    else:
        shown = (
            error.instance
            if isinstance(error.instance, str | int | bool | type(None))
            else type(error.instance).__name__
        )
        yield where, f"found {shown!r}", wanted or error.message


def _meaning(tree: Mapping[str, Any]) -> Found:
    """What must hold beyond the structure."""
    bodies = vocabulary.codes("organisation")
    if tree["sender"] not in bodies:
        yield ("sender",), f"found {tree['sender']!r}", f"one of: {', '.join(bodies)}{nearest(tree['sender'], bodies)}"
    target = TABLES.get(tree["target"])
    if target is None:
        known = list(TABLES)
        yield ("target",), f"found {tree['target']!r}", f"one of: {', '.join(known)}{nearest(tree['target'], known)}"
        return
    yield from _of_target(tree, target)
    yield from _types(tree, target)
    yield from _codes(tree, target)
    yield from _spelt_twice(tree)
    if tree["mode"] == "increment" and tree.get("within"):
        yield ("within",), "an increment has no bounds", "leave it out, or mode: full"
    for name in tree.get("totals", {}).get("columns", {}):
        if name in target.columns and name not in target.money:
            yield ("totals", "columns", name), f"{name!r} is no amount", f"one of: {', '.join(sorted(target.money))}"


def _of_target(tree: Mapping[str, Any], target: Schema) -> Found:
    known = list(target.columns)
    named = [(part, name) for part in ("columns", "title", "constants") for name in tree.get(part, {})]
    named += [(part, name) for part in ("key", "within") for name in tree.get(part, ())]
    places: list[tuple[tuple[str | int, ...], str]] = [
        ((part, tree[part].index(name)) if isinstance(tree[part], list) else (part, name), name) for part, name in named
    ]
    places += [(("totals", "columns", name), name) for name in tree.get("totals", {}).get("columns", {})]
    for where, name in places:
        if name not in known:
            yield where, f"{target.name} has no column {name!r}", f"one of its columns{nearest(name, known)}"
    for name in tree.get("extra", {}):
        if name in known:
            yield ("extra", name), f"{name!r} is a column of {target.name}", "put it under columns"
    given = {*tree["columns"], *tree.get("title", {}), *tree.get("constants", {})}
    made_of = {"person_id"} if "certificate" in tree["columns"] else set()
    missing = [name for name in target.required if name not in given | made_of]
    if missing:
        yield (
            ("columns",),
            f"nothing fills {', '.join(missing)}, which {target.name} requires",
            "a column, a constant or the title",
        )


_FOR_TYPE = {
    "money": "Int64", "whole": "Int64", "date": "Date", "date_open": "Date", "month": "Date", "instant": "Datetime",
    "flag": "",
}  # fmt: skip


def _types(tree: Mapping[str, Any], target: Schema) -> Found:
    for name, said in tree["columns"].items():
        kind = (said or {}).get("type")
        if kind is None or name not in target.columns:
            continue
        wanted = _FOR_TYPE.get(kind, "String")
        found = type(target.columns[name]).__name__
        if wanted and wanted != found:
            yield ("columns", name, "type"), f"{target.name}.{name} holds {found}, not {kind}", f"a type for {found}"
        elif (kind == "money") != (name in target.money) and found == "Int64":
            yield (
                ("columns", name, "type"),
                f"{name} is {'an amount' if name in target.money else 'no amount'}",
                "money" if name in target.money else "whole",
            )
        if kind.startswith("code:") and kind[5:] not in {*vocabulary.CODE_SETS, "layer", "measure", "change"}:
            yield (
                ("columns", name, "type"),
                f"no code set {kind[5:]!r}",
                f"one of: {', '.join(vocabulary.CODE_SETS)}{nearest(kind[5:], vocabulary.CODE_SETS)}",
            )


def _codes(tree: Mapping[str, Any], target: Schema) -> Found:
    for name, said in tree["columns"].items():
        code_map = (said or {}).get("code_map")
        if not code_map or name not in target.columns:
            continue
        kind = said.get("type", vocabulary.word(target.name, name).type)
        wanted = "yes_no" if kind == "flag" else kind.removeprefix("code:") if kind.startswith("code:") else ""
        if wanted not in vocabulary.CODE_SETS:
            yield ("columns", name, "code_map"), f"{name!r} is {kind}", "code_map belongs to a column of codes"
            continue
        codes = vocabulary.codes(wanted)
        for word, code in code_map.items():
            if code not in codes:
                yield (
                    ("columns", name, "code_map", word),
                    f"no code {code!r} in {wanted}",
                    f"one of: {', '.join(codes)}{nearest(code, codes)}",
                )


def _spelt_twice(tree: Mapping[str, Any]) -> Found:
    taken: dict[str, str] = {}
    for part in ("columns", "extra"):
        for name, said in tree.get(part, {}).items():
            for at, alias in enumerate((said or {}).get("aliases", ())):
                key = next(iter(header_keys(alias)), "")
                if taken.setdefault(key, name) != name:
                    yield (part, name, "aliases", at), f"{alias!r} names {taken[key]!r} already", "one column a word"
