"""Sheets lose nothing, whatever a pack says: packs that nobody wrote, and packs that are wrong."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given

from house.tree import ROOT
from properties.laws import chances, thorough
from properties.packs import Random, random_pack, write_pack
from tuodi.authoring.book import sheets_of
from tuodi.authoring.build import Built, build
from tuodi.authoring.labels import Labels
from tuodi.authoring.layout import HEAD_ROW
from tuodi.authoring.read import RawSheet
from tuodi.authoring.tree import Map, same, tree_of
from tuodi.authoring.write import heading
from tuodi.authoring.yaml_text import yaml_of
from tuodi.errors import PackError, Problem
from tuodi.law.source import Problems, read_yaml

BAD = sorted((ROOT / "tests/law/bad").glob("*.yaml"))


def tree_in(text: str) -> Map | None:
    """The tree of a file, if it is YAML at all."""
    problems = Problems()
    node = read_yaml(text, "pack.yaml", "", problems)
    tree = None if node is None or problems else tree_of(node)
    return tree if isinstance(tree, Map) else None


def through_sheets(tree: Map, lang: str) -> Built:
    """A tree as sheets and back, without Excel between them."""
    labels = Labels(tree)
    raw = []
    for sheet in sheets_of(tree, labels, lang):
        made = RawSheet(sheet.name)
        for place, column in enumerate(sheet.columns, 1):
            made.texts[HEAD_ROW, place] = heading(column, labels, lang)
            for number, row in enumerate(sheet.rows, HEAD_ROW + 1):
                if row.get(column.key):
                    made.texts[number, place] = row.get(column.key)
        raw.append(made)

    def nothing(ref: str) -> Map:
        raise PackError([Problem(ref, 0, "", f"there is no pack {ref!r}", "")])

    return build(raw, lang, nothing)


@pytest.mark.req("SP11")
@thorough(30)
@given(chances())
def test_any_pack_comes_back(draw: Random) -> None:
    lang = draw.choice(("zh", "en"))
    pack = random_pack(draw)
    text = _text(pack)
    tree = tree_in(text)
    assert tree is not None
    built = through_sheets(tree, lang)
    assert built.problems == []
    assert same(built.tree, tree)
    assert list(built.tree["layers"]) == list(tree["layers"])
    assert list(built.tree.get("classes", {})) == list(tree.get("classes", {}))
    again = tree_in(yaml_of(built.tree))
    assert again is not None
    assert same(again, tree)


def _text(pack: dict[str, object]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        write_pack(Path(folder), pack, "zz/1/2024")
        return Path(folder, "zz/1/2024/pack.yaml").read_text("utf-8")


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_what_is_wrong_stays_as_it_is(path: Path) -> None:
    """A wrong pack has no workbook; but no sheet may turn it into a right one."""
    tree = tree_in(path.read_text("utf-8-sig"))
    if tree is None or not isinstance(tree.get("pack"), str):
        assert through_sheets(Map({"pack": "zz/1/2024"}), "zh").tree == {"pack": "zz/1/2024"}
        return
    built = through_sheets(tree, "zh")
    assert built.problems or same(built.tree, tree)
