"""Small things that every group of rows outside a layer's sheet needs: names, titles, cells, mappings without a hole.

Enters: lines, or pieces of a tree. Leaves: the same, checked. Imports this room's lines and trees.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tuodi.authoring.cells import UnfitError
from tuodi.authoring.lines import Line, Note, pick, text_of
from tuodi.authoring.tree import Cell, Map, Tree

__all__ = [
    "by_name", "line_at", "list_in", "map_of", "mapping_in", "once_each", "put", "put_title", "title_in",
]  # fmt: skip


def line_at(line: Line, key: str = "item") -> Cell | None:
    """The cell of a column in a line, or the nearest thing to it."""
    return line.at.get(key) or line.at.get("item") or next(iter(line.at.values()), None)


def map_of(line: Line) -> Map:
    """An empty mapping at the cell of a line."""
    made = Map()
    made.at = line_at(line, "id")
    return made


def put(made: Map, key: str, found: Tree) -> None:
    """Set a key where there is something to set."""
    if found is not None and found != "":
        made[key] = found


def put_title(made: Map, line: Line) -> None:
    """Set the title that a line says."""
    title = Map()
    put(title, "zh", line.word("zh"))
    put(title, "en", line.word("en"))
    if title:
        made["title"] = title


def title_in(node: Mapping[str, Tree]) -> dict[str, Any]:
    """What a line says of a title."""
    if "title" not in node:
        return {}
    return {key: text_of(item) for key, item in pick(node["title"], ("zh", "en")).items()}


def by_name(lines: Sequence[Line], note: Note, column: str = "id") -> dict[str, list[Line]]:
    """Lines by name, each of which must have one."""
    made: dict[str, list[Line]] = {}
    for line in lines:
        name = str(line.says.get(column) or "")
        if not name:
            note(line, column, "no_name", "name")
        else:
            made.setdefault(name, []).append(line)
    return made


def once_each(named: Mapping[str, list[Line]], note: Note, column: str = "id") -> list[tuple[str, Line]]:
    """The first line of each name; another is noted."""
    for rows in named.values():
        for again in rows[1:]:
            note(again, column, "twice", "once")
    return [(name, rows[0]) for name, rows in named.items()]


def mapping_in(node: Tree) -> Mapping[str, Tree]:
    """A mapping with something in it, and in each of its keys."""
    if not isinstance(node, Mapping) or not node or None in node.values():
        raise UnfitError
    return node


def list_in(node: Tree) -> list[Tree]:
    """A list with something in it."""
    if not isinstance(node, list) or not node or None in node:
        raise UnfitError
    return list(node)
