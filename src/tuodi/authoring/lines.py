"""One row of a sheet before it has words, and decision tables as such rows.

Enters: pieces of a pack's tree. Leaves: :class:`Line`, and from lines the piece again. A piece that a table of rows
cannot hold raises ``UnfitError``. Imports this room's cells and trees.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tuodi.authoring.cells import UnfitError
from tuodi.authoring.tree import Cell, Map, Seq, Tree, Word, as_json, canonical, from_json, same

__all__ = ["Group", "Line", "Note", "cite_tree", "common_cite", "compress_table", "expand_table", "own_cites", "pick"]

Note = Callable[["Line", str, str, str], None]
"""Reports what is wrong in a line: the column, what was found, what would be right."""


@dataclass
class Line:
    """One row: its item and what it says by column. ``cite`` is None where the row leaves it to the one above."""

    item: str
    says: dict[str, Any] = field(default_factory=dict)
    cite: tuple[str, ...] | None = None
    at: dict[str, Cell] = field(default_factory=dict)
    remark: str = ""
    hint: str = ""
    sources: list[Tree] = field(default_factory=list)
    """What in the tree this row was made from, so that a problem there leads back to the row."""

    def word(self, key: str) -> Word | None:
        """One of its words with its cell, or None where nothing stands."""
        said = self.says.get(key)
        if not isinstance(said, str) or not said:
            return None
        return Word(said, self.at.get(key) or self.at.get("item"), quoted=getattr(said, "quoted", False))

    def words(self, key: str) -> Seq | None:
        """One of its lists."""
        said = self.says.get(key)
        if not said:
            return None
        made = Seq(Word(str(code), self.at.get(key), quoted=getattr(code, "quoted", False)) for code in said)
        made.at = self.at.get(key)
        return made

    def value(self) -> Tree:
        """Its value with its cell and remark."""
        return _placed(self.says.get("value"), self.at.get("value") or self.at.get("item"), self.remark)

    def conditions(self) -> Map:
        """Its conditions: one code as a word, several as a list."""
        made = Map()
        for column, codes in self.says.get("when", {}).items():
            cell = self.at.get(f"when.{column}") or self.at.get("other") or self.at.get("item")
            if isinstance(codes, Mapping):
                made[column] = _placed(codes, cell)
            elif len(codes) == 1:
                made[column] = Word(codes[0], cell)
            else:
                made[column] = Seq(Word(code, cell) for code in codes)
                made[column].at = cell
        return made

    def meaning(self) -> Any:
        """What it says, however it is spelled."""
        said = {key: value for key, value in self.says.items() if value not in (None, "", [], {}, False)}
        return self.item, canonical(said), list(self.cite or ())


def _placed(tree: Tree, cell: Cell | None, remark: str = "") -> Tree:
    if isinstance(tree, Mapping):
        made = Map({key: _placed(item, cell) for key, item in tree.items()})
        made.at, made.remark = cell, remark
        return made
    if isinstance(tree, list):
        return Seq(_placed(item, cell) for item in tree)
    return None if tree is None else Word(tree, cell, quoted=getattr(tree, "quoted", False), remark=remark)


def pick(node: Tree, known: Sequence[str]) -> Mapping[str, Tree]:
    """A mapping that has no other keys than these, each with something in it."""
    if not isinstance(node, Mapping) or not node or not node.keys() <= set(known) or None in node.values():
        raise UnfitError
    return node


def text_of(node: Tree) -> str:
    """A scalar as it is."""
    if not isinstance(node, str):
        raise UnfitError
    return node


def texts_of(node: Tree) -> list[str]:
    """A list of scalars, or one."""
    found = [node] if isinstance(node, str) else node
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise UnfitError
    return list(found)


def cites_of(node: Tree) -> tuple[str, ...]:
    """The citations of a ``cite``."""
    return tuple(" ".join(str(cite).split(maxsplit=1)) for cite in texts_of(node))


def cite_tree(cites: Sequence[str], cell: Cell | None = None) -> Tree:
    """Citations as a ``cite``: one as a word, several as a list."""
    if len(cites) == 1:
        return Word(cites[0], cell)
    made = Seq(Word(cite, cell) for cite in cites)
    made.at = cell
    return made


def own_cites(line: Line, above: tuple[str, ...]) -> Tree:
    """The ``cite`` that a row writes itself, or None where it rests on what stands above."""
    return None if not line.cite or line.cite == above else cite_tree(line.cite, line.at.get("doc"))


def common_cite(lines: Sequence[Line], above: tuple[str, ...]) -> Tree:
    """The one citation of all lines where it is not the one above; None where they differ or rest on that."""
    found = {line.cite or above for line in lines}
    if len(found) != 1 or found == {above}:
        return None
    return cite_tree(next(iter(found)), next((line.at.get("doc") for line in lines if line.cite), None))


def codes_of(node: Tree) -> tuple[str, ...] | Mapping[str, Tree]:
    """The codes of one condition."""
    if isinstance(node, Mapping):
        return node
    return tuple(texts_of(node))


def when_of(pairs: Mapping[str, Tree]) -> dict[str, Any]:
    """Conditions as a line says them."""
    made = {}
    for column, node in pairs.items():
        made[column] = codes_of(node)
        if not made[column]:
            raise UnfitError
    return made


# --- decision tables ------------------------------------------------------------------------------------------------


def _is_value(node: Tree) -> bool:
    return isinstance(node, str) or (isinstance(node, Mapping) and bool({"unknown", "share"} & node.keys()))


def expand_table(
    item: str, node: Tree, above: tuple[str, ...], shared: Mapping[str, Any] | None = None, beside: Sequence[str] = ()
) -> list[Line]:
    """The rows of a table: one value, class → value, or a list of rows. ``shared`` stands in every row."""
    common = dict(shared or {})
    if _is_value(node):
        return [Line(item, {**common, "value": node}, above, sources=[node])]
    if isinstance(node, Mapping):
        here = cites_of(node["cite"]) if "cite" in node else above
        pairs = [(key, cell) for key, cell in node.items() if key not in ("cite", *beside)]
        if not pairs or not all(_is_value(cell) for _key, cell in pairs):
            raise UnfitError
        return [
            Line(item, {**common, "when": {"class": (key,)}, "value": cell}, here, sources=[cell])
            for key, cell in pairs
        ]
    if not isinstance(node, list) or not node:
        raise UnfitError
    lines = []
    for row in node:
        if not isinstance(row, Mapping) or not _is_value(row.get("is")):
            raise UnfitError
        pairs_of = {key: cell for key, cell in row.items() if key not in ("is", "cite", "otherwise")}
        rest = row.get("otherwise")
        if rest not in (None, "true") or (rest and pairs_of):
            raise UnfitError
        says = {**common, "when": when_of(pairs_of), "rest": bool(rest), "value": row["is"]}
        lines.append(Line(item, says, cites_of(row["cite"]) if "cite" in row else above, sources=[row, row["is"]]))
    return lines


def compress_table(lines: Sequence[Line], above: tuple[str, ...]) -> tuple[Tree, Tree]:
    """The table that lines make, and the citation that belongs beside it (None where it stands in the rows)."""
    cite = common_cite(lines, above)
    if len(lines) == 1 and not lines[0].says.get("when") and not lines[0].says.get("rest"):
        return lines[0].value(), cite
    by_class = [line.says.get("when", {}) for line in lines]
    single = all(when.keys() == {"class"} and len(when["class"]) == 1 for when in by_class)
    names = [when["class"][0] for when in by_class] if single else []
    if (
        single
        and len(set(names)) == len(names)
        and (cite is not None or len({line.cite or above for line in lines}) == 1)
    ):
        made = Map({name: line.value() for name, line in zip(names, lines, strict=True)})
        made.at = lines[0].at.get("item")
        return made, cite
    rows = Seq()
    rows.at = lines[0].at.get("item")
    for line in lines:
        row = Map(line.conditions())
        if line.says.get("rest"):
            row["otherwise"] = Word("true", line.at.get("other"))
        row["is"] = line.value()
        own = own_cites(line, above)
        if own is not None:
            row["cite"] = own
        row.at = line.at.get("item")
        rows.append(row)
    return rows, None


# --- groups ---------------------------------------------------------------------------------------------------------

Expand = Callable[[Tree, tuple[str, ...]], list[Line]]
Compress = Callable[[Sequence[Line], tuple[str, ...], Note], Tree]


@dataclass(frozen=True)
class Group:
    """What one key of the pack becomes: its rows, and its value from them."""

    key: str
    items: tuple[str, ...]
    expand: Expand
    compress: Compress
    ordered: bool = False
    """Whether the order of conditions in a row is kept too: compiled tables have their axes in it."""

    def lines(self, node: Tree, above: tuple[str, ...]) -> list[Line]:
        """The rows of a value; the first carries the value's own spelling where it is not the usual one."""
        made = self.expand(node, above)
        if not made:
            raise UnfitError
        back = self.compress(made, above, _nothing_wrong)
        if not same(back, node):
            made[0].hint = as_json(node)
            if not self._means(made, node, above):
                raise UnfitError
        return made

    def tree(self, lines: Sequence[Line], above: tuple[str, ...], note: Note) -> Tree:
        """The value of rows; in its old spelling where they still say the same."""
        hint = next((line.hint for line in lines if line.hint), "")
        if hint:
            try:
                node = from_json(hint)
                if self._means(lines, node, above):
                    return self._traced(lines, node, above)
            except (ValueError, UnfitError):
                pass
        return self.compress(lines, above, note)

    def _means(self, lines: Sequence[Line], node: Tree, above: tuple[str, ...]) -> bool:
        def meanings(rows: Sequence[Line]) -> list[Any]:
            return [Line(row.item, row.says, row.cite or above).meaning() for row in rows]

        return meanings(lines) == meanings(self.expand(node, above))

    def _traced(self, lines: Sequence[Line], node: Tree, above: tuple[str, ...]) -> Tree:
        for line, made in zip(lines, self.expand(node, above), strict=True):
            for source in made.sources:
                if isinstance(source, (Map, Seq)):
                    source.at = line.at.get("item")
                elif isinstance(source, Word):
                    source.at = line.at.get("value") or line.at.get("item")
            if line.remark and made.sources and isinstance(made.sources[-1], (Word, Map)):
                made.sources[-1].remark = line.remark
        return node


def _nothing_wrong(line: Line, column: str, found: str, expected: str) -> None:
    raise UnfitError(found)
