"""The JSON Schema that editors use: it takes every good pack and refuses a key that nobody knows, anywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tuodi.law import check_pack, find_packs
from tuodi.law.find import default_roots, schema_file
from tuodi.law.source import Node, Problems, read_yaml

HERE = Path(__file__).parent
SCHEMA = json.loads(schema_file().read_text("utf-8"))
REFERENCE = default_roots()[0].parent / "docs/reference/pack-language.md"


def tree(path: Path) -> Node:
    problems = Problems()
    node = read_yaml(path.read_text("utf-8"), path.name, "x", problems)
    assert node
    assert not problems
    return node


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("pack_id", find_packs())
def test_a_good_pack_passes_in_an_editor(pack_id: str) -> None:
    plain = tree(default_roots()[0] / pack_id / "pack.yaml").plain()
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(plain)] == []


def keys(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for value in schema.values():
            yield from keys(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from keys(value)


def test_every_key_of_the_schema_stands_in_the_reference() -> None:
    words = set(re.findall(r"\w+", REFERENCE.read_text("utf-8")))
    assert sorted(set(keys(SCHEMA)) - words) == []


def mappings(node: Node) -> Iterator[Node]:
    return (item for item in node.walk() if isinstance(item.content, dict))


def shape(path: str) -> str:
    """Places of one kind are tried once."""
    return re.sub(r"\[\d+\]", "[]", re.sub(r"^(layers|awards|derived|classes|documents)\.\w+", r"\1.*", path))


def places() -> dict[str, int]:
    lines: dict[str, int] = {}
    for node in mappings(tree(HERE / "good.yaml")):
        lines.setdefault(shape(node.origin.path), node.origin.line)
    return lines


@pytest.mark.parametrize("place", sorted(places()))
def test_a_key_that_nobody_knows_is_found_wherever_it_stands(place: str, tmp_path: Path) -> None:
    node = next(item for item in mappings(tree(HERE / "good.yaml")) if shape(item.origin.path) == place)
    assert isinstance(node.content, dict)
    node.content["zzz"] = Node("zzz", node.origin)
    path = tmp_path / "draft.yaml"
    # JSON is YAML: the changed tree goes to the reader as one line.
    root = tree(HERE / "good.yaml")
    replaced = _with(root, node.origin.path, node)
    path.write_text(json.dumps(replaced.plain(), ensure_ascii=False), "utf-8")
    found = [problem for problem in check_pack(path) if problem.path.startswith(node.origin.path)]
    assert found, f"nothing was said of 'zzz' in {node.origin.path or 'the pack'}"


def _with(node: Node, path: str, new: Node) -> Node:
    if node.origin.path == path:
        return new
    if isinstance(node.content, dict):
        return Node({key: _with(item, path, new) for key, item in node.content.items()}, node.origin)
    if isinstance(node.content, list):
        return Node([_with(item, path, new) for item in node.content], node.origin)
    return node
