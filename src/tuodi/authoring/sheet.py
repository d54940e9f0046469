"""The 政策参数表: a pack as a workbook that officials fill in, and the workbook as a pack again.

Enters: a pack's folder, file or id; a workbook. Leaves: a workbook; :class:`Authored`, the pack's YAML or everything
that is wrong, cell by cell. Imports ``tuodi.law`` and this room's book, writer and reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tuodi.authoring.book import sheets_of
from tuodi.authoring.labels import Labels
from tuodi.authoring.tree import Map, merged, tree_of
from tuodi.authoring.write import write_sheets
from tuodi.errors import PackError, Problem
from tuodi.law.find import Place, locate
from tuodi.law.read import read_pack
from tuodi.law.source import Problems, read_yaml

__all__ = ["inherited", "to_workbook", "tree_at"]


def to_workbook(ref: str | Path, path: Path, lang: str = "zh", roots: Sequence[Path] | None = None) -> str:
    """Write the workbook of one pack and return the pack's id.

    Raises ``PackError`` where the pack cannot be read: a workbook is made of a sound pack only.
    """
    pack = read_pack(ref, roots)
    tree = tree_at(locate(str(ref), roots)[0])
    labels = Labels(_with(inherited(str(tree.get("extends") or ""), roots), tree))
    title = pack.title.get(lang) or pack.title.get("zh") or pack.id
    write_sheets(path, sheets_of(tree, labels, lang), labels, lang, title, pack.id)
    return pack.id


def tree_at(place: Place) -> Map:
    """The tree of one pack's own file. Raises ``PackError`` where it is no YAML."""
    problems = Problems()
    node = read_yaml(place.path.read_text("utf-8-sig"), place.name, place.id, problems)
    tree = None if node is None else tree_of(node)
    if problems or not isinstance(tree, Map):
        raise PackError(problems.found or [Problem(place.name, 1, "", "no mapping", "a pack")])
    return tree


def inherited(ref: str, roots: Sequence[Path] | None) -> Map:
    """All that a pack takes over by ``extends``, for the words that it names."""
    if not ref:
        return Map()
    tree = tree_at(locate(ref, roots)[0])
    return _with(inherited(str(tree.get("extends") or ""), roots), tree)


def _with(parent: Map, child: Map) -> Map:
    made = merged(parent, child)
    return made if isinstance(made, Map) else child
