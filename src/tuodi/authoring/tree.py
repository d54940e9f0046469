"""A pack's file as plain mappings, lists and words, in which each knows the workbook's cell that it came from.

Enters: nodes of ``tuodi.law.source``, or what the rows of a workbook say. Leaves: :class:`Word`, :class:`Map` and
:class:`Seq`, and the tests of sameness that a round trip is held to. Imports ``tuodi.law.source`` and ``tuodi.money``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import yaml

from tuodi.law.source import Node
from tuodi.money import parse_yuan

__all__ = [
    "SPECIAL", "Cell", "Map", "Seq", "Tree", "Word", "as_json", "at_of", "canonical", "flat", "from_json", "merged",
    "overlaid", "paths",
    "place", "plain_amount", "remarks_in", "same", "split_removed", "tree_of", "unfold",
]  # fmt: skip

SPECIAL = re.compile(r"(true|false|null|yes|no|on|off|[-+]?[0-9][0-9_,.:eE+-]*|~|=|<<|)", re.IGNORECASE)
"""What YAML would read as something else than a text, were it not in quotes."""
_STEP = re.compile(r"\[(\d+)\]|\"((?:[^\"\\]|\\.)*)\"|([^.\[\]\"]+)|\.")
_AMOUNT = re.compile(r"([0-9][0-9,]*(?:\.[0-9]{1,2})?) *yuan")


class Cell(NamedTuple):
    """A cell of the workbook: the sheet's name, row and column from 1."""

    sheet: str
    row: int
    column: int


class Word(str):
    """A scalar as it stands in the file. ``quoted``: it would be read as a number or a date without its quotes."""

    __slots__ = ("at", "quoted", "remark")
    at: Cell | None
    quoted: bool
    remark: str

    def __new__(cls, text: str, at: Cell | None = None, *, quoted: bool = False, remark: str = "") -> Word:
        """A word with its cell and the officer's remark beside it."""
        made = super().__new__(cls, text)
        made.at, made.quoted, made.remark = at, quoted, remark
        return made

    def is_special(self) -> bool:
        """Whether it needs quotes to be a text."""
        return SPECIAL.fullmatch(self) is not None


class Map(dict[str, Any]):
    """A mapping with its cell."""

    at: Cell | None = None
    remark: str = ""


class Seq(list[Any]):
    """A list with its cell."""

    at: Cell | None = None
    remark: str = ""


Tree = Mapping[str, Any] | list[Any] | str | None
"""A mapping, a list or a scalar; those made from files and rows are :class:`Map`, :class:`Seq` and :class:`Word`."""


def tree_of(node: Node, text: str = "") -> Tree:
    """The tree below a node of a file. With its text, a comment behind a value is a remark on it."""
    last = {item.origin.line: item for item in node.walk() if isinstance(item.content, str)}
    remarks = {id(last[line]): said for line, said in _comments(text).items() if line in last}

    def made(item: Node) -> Tree:
        if isinstance(item.content, dict):
            return Map({key: made(below) for key, below in item.content.items()})
        if isinstance(item.content, list):
            return Seq(made(below) for below in item.content)
        if item.content is None:
            return None
        quoted = item.quoted and SPECIAL.fullmatch(item.content) is not None
        return Word(item.content, quoted=quoted, remark=remarks.get(id(item), ""))

    return made(node)


def _comments(text: str) -> dict[int, str]:
    """Line → the comment behind what stands there."""
    ends: dict[int, int] = {}
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        mark = token.end_mark
        ends[mark.line] = max(ends.get(mark.line, 0), mark.column)
    found = {}
    for number, line in enumerate(text.splitlines()):
        behind = line[ends[number] :].strip() if ends.get(number) else ""
        if behind.startswith("#"):
            found[number + 1] = behind.lstrip("#").strip()
    return found


def remarks_in(tree: Tree) -> str:
    """The remarks on a tree and on what is in it."""
    below: Iterable[Tree] = tree.values() if isinstance(tree, Mapping) else tree if isinstance(tree, list) else ()
    said = [getattr(tree, "remark", ""), *(remarks_in(item) for item in below)]
    return "；".join(dict.fromkeys(one for one in said if one))


def at_of(tree: Tree) -> Cell | None:
    """The cell of a tree, or of the first thing in it that has one."""
    own: Cell | None = getattr(tree, "at", None)
    if own is not None:
        return own
    below: Iterable[Tree] = tree.values() if isinstance(tree, Mapping) else tree if isinstance(tree, list) else ()
    return next((found for item in below if (found := at_of(item)) is not None), None)


def same(one: Tree, other: Tree) -> bool:
    """Whether two trees are the same data: the order of keys and how an amount is spelled aside, and where a word would
    be read alike."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same(*pair) for pair in zip(one, other, strict=True))
    if isinstance(one, str) and isinstance(other, str):
        alike = getattr(one, "quoted", False) == getattr(other, "quoted", False)
        return alike and plain_amount(one) == plain_amount(other)
    return one is None and other is None


def plain_amount(text: str) -> str:
    """``3000 yuan`` → ``3,000 yuan``: one spelling for one amount; anything else as it is."""
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        return text.strip()
    try:
        fen = parse_yuan(match[1])
    except ValueError:
        return text.strip()
    whole, rest = divmod(fen, 100)
    return f"{whole:,}{f'.{rest:02d}' if rest else ''} yuan"


def canonical(value: Any) -> Any:
    """What a value means, however it is spelled: one way to write an amount, and one code or a list of one alike."""
    if isinstance(value, Mapping):
        return {key: canonical(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [canonical(item) for item in value]
    return plain_amount(value) if isinstance(value, str) else value


def as_json(tree: Tree) -> str:
    """A tree in one line, words that need their quotes marked."""

    def plain(item: Tree) -> Any:
        if isinstance(item, Mapping):
            return {key: plain(below) for key, below in item.items()}
        if isinstance(item, list):
            return [plain(below) for below in item]
        return [[str(item)]] if getattr(item, "quoted", False) else item

    return json.dumps(plain(tree), ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Tree:
    """The tree of :func:`as_json`; ``ValueError`` where the text is none."""

    def lively(item: Any) -> Tree:
        if isinstance(item, dict):
            return Map({str(key): lively(below) for key, below in item.items()})
        if isinstance(item, list):
            if len(item) == 1 and isinstance(item[0], list) and len(item[0]) == 1 and isinstance(item[0][0], str):
                return Word(item[0][0], quoted=True)
            return Seq(lively(below) for below in item)
        if item is None or isinstance(item, str):
            return None if item is None else Word(item)
        raise ValueError("no word, list or mapping")

    return lively(json.loads(text))


def _key(key: str) -> str:
    return key if re.fullmatch(r"[^.\[\]\"\s]+", key) else json.dumps(key, ensure_ascii=False)


def paths(tree: Tree, path: str = "") -> Iterator[tuple[str, Tree]]:
    """Every place in a tree, itself first, with the path that problems name (list items count from 1)."""
    yield path, tree
    if isinstance(tree, Mapping):
        for key, item in tree.items():
            yield from paths(item, f"{path}.{key}".removeprefix("."))
    elif isinstance(tree, list):
        for number, item in enumerate(tree, 1):
            yield from paths(item, f"{path}[{number}]")


def flat(tree: Tree, path: str = "") -> Iterator[tuple[str, Tree]]:
    """The leaves of a tree with their paths; an empty mapping or list is a leaf."""
    if isinstance(tree, Mapping) and tree:
        for key, item in tree.items():
            yield from flat(item, f"{path}.{_key(key)}".removeprefix("."))
    elif isinstance(tree, list) and tree:
        for number, item in enumerate(tree, 1):
            yield from flat(item, f"{path}[{number}]")
    else:
        yield path, tree


def unfold(path: str) -> list[str | int]:
    """The steps of a path of :func:`flat`: keys, and positions from 0. ``ValueError`` where it is none."""
    steps: list[str | int] = []
    at = 0
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None:
            raise ValueError(path)
        at = match.end()
        if match[1] is not None:
            if int(match[1]) < 1:
                raise ValueError(path)
            steps.append(int(match[1]) - 1)
        elif match[2] is not None:
            steps.append(str(json.loads(f'"{match[2]}"')))
        elif match[3] is not None:
            steps.append(match[3])
    if not steps or isinstance(steps[0], int):
        raise ValueError(path)
    return steps


def split_removed(tree: Tree) -> tuple[Tree, Map]:
    """A tree without the keys that are set to nothing (removed from what the pack extends), and those keys."""
    if not isinstance(tree, Mapping):
        return tree, Map()
    kept, removed = Map(), Map()
    for key, item in tree.items():
        if item is None:
            removed[key] = None
            continue
        kept[key], below = split_removed(item)
        if below:
            removed[key] = below
            if not kept[key]:
                del kept[key]
    return kept, removed


def overlaid(tree: Tree, more: Tree) -> Tree:
    """A tree with the places of another added. ``ValueError`` where both say something else of one place."""
    if not (isinstance(tree, Mapping) and isinstance(more, Mapping)):
        raise ValueError
    made = Map(tree)
    made.at, made.remark = getattr(tree, "at", None), getattr(tree, "remark", "")
    for key, item in more.items():
        made[key] = overlaid(made[key], item) if key in made else item
    return made


def place(tree: Map, steps: list[str | int], leaf: Tree) -> None:
    """Put a leaf at its place, making what lies between. ``ValueError`` where something else stands there."""
    here: Any = tree
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        made: Callable[[], Tree] = Seq if isinstance(following, int) else Map
        if isinstance(step, int):
            if not isinstance(here, Seq) or step > len(here):
                raise ValueError("a list item out of order")
            if step == len(here):
                here.append(leaf if following is None else made())
            elif following is None:
                raise ValueError("a second time")
            here = here[step]
        else:
            if not isinstance(here, Map):
                raise ValueError("a value stands there already")
            if following is None and step in here:
                raise ValueError("a second time")
            if step not in here or (following is not None and here[step] is None):
                here[step] = leaf if following is None else made()
            here = here[step]


def merged(parent: Tree, child: Tree) -> Tree:
    """``child`` over ``parent`` as far as words need it: what names something in either."""
    if not (isinstance(parent, Mapping) and isinstance(child, Mapping)):
        return child
    made = Map(parent)
    for key, item in child.items():
        if item is None:
            made.pop(key, None)
        else:
            made[key] = merged(made[key], item) if key in made else item
    return made
