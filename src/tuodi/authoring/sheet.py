"""The 政策参数表: a pack as a workbook that officials fill in, and the workbook as a pack again.

Enters: a pack's folder, file or id; a workbook. Leaves: a workbook; :class:`Authored`, the pack's YAML or everything
that is wrong, cell by cell. Imports ``tuodi.law`` and this room's book, writer and reader.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tuodi.authoring.book import sheets_of
from tuodi.authoring.build import Built, CellProblem, build
from tuodi.authoring.judge import judged
from tuodi.authoring.labels import Labels
from tuodi.authoring.read import read_sheets
from tuodi.authoring.tree import Map, merged, tree_of
from tuodi.authoring.write import write_sheets
from tuodi.authoring.yaml_text import yaml_of
from tuodi.errors import PackError, Problem
from tuodi.law.find import Place, locate
from tuodi.law.read import read_pack
from tuodi.law.source import Problems, read_yaml

__all__ = ["Authored", "CellProblem", "from_workbook", "inherited", "to_workbook", "tree_at"]


@dataclass(frozen=True)
class Authored:
    """What a workbook says: the files of a pack's folder, or the problems for which there are none."""

    pack: str
    files: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[CellProblem, ...] = ()
    in_cells: bool = False
    """True where cells could not be read; False where they could, and the pack that they make is wrong."""


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


def from_workbook(path: Path, lang: str = "zh", roots: Sequence[Path] | None = None) -> Authored:
    """The pack that a workbook says, checked as ``tuodi packs check`` does; with any problem there are no files.

    Raises ``FileError`` where the file is no such workbook.
    """
    built = build(read_sheets(path, lang), lang, lambda ref: inherited(ref, roots))
    pack = str(built.tree.get("pack") or "")
    if built.problems:
        return Authored(pack, {}, tuple(built.problems), in_cells=True)
    text = yaml_of(built.tree)
    found = judged(text, built, _labels(built, roots), lang, roots)
    return Authored(pack, {} if found else {"pack.yaml": text}, tuple(found))


def _labels(built: Built, roots: Sequence[Path] | None) -> Labels:
    return Labels(_with(inherited(str(built.tree.get("extends") or ""), roots), built.tree))


def tree_at(place: Place) -> Map:
    """The tree of one pack's own file. Raises ``PackError`` where it is no YAML."""
    problems = Problems()
    text = place.path.read_text("utf-8-sig")
    node = read_yaml(text, place.name, place.id, problems)
    tree = None if node is None else tree_of(node, text)
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
