"""YAML text as a tree that remembers where everything was written.

Enters: the text of a file. Leaves: :class:`Node`, in which every scalar is the string that stands in the file:
``no``, ``01-01`` and ``2024-01-01`` mean what they say, and nothing becomes a float on the way. Problems go into
:class:`Problems`. Imports ``tuodi.errors`` and the model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from tuodi.errors import Problem
from tuodi.law.model import Origin

__all__ = ["Node", "Problems", "read_yaml"]

Content = str | dict[str, "Node"] | list["Node"] | None

_EMPTY = frozenset({"", "~", "null", "Null", "NULL"})
_WHOLE = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_STANDARD_TAG = "tag:yaml.org,2002:"
_BEFORE_COMMA = re.compile(r"[0-9]{1,3}(,[0-9]{3})*")
_AFTER_COMMA = re.compile(r"[0-9]{3}(\.[0-9]+)?( *(yuan|元))?")


@dataclass(frozen=True)
class Node:
    """A scalar (its text, or None where nothing stands), a list or a mapping, and where it was written."""

    content: Content
    origin: Origin
    quoted: bool = False

    @property
    def mapping(self) -> dict[str, Node]:
        """The keys, or none where this is no mapping."""
        return self.content if isinstance(self.content, dict) else {}

    @property
    def items(self) -> list[Node]:
        """The items of a list, or none where this is no list."""
        return self.content if isinstance(self.content, list) else []

    @property
    def text(self) -> str:
        """The scalar's text, or an empty string where this is none."""
        return self.content if isinstance(self.content, str) else ""

    def get(self, key: str) -> Node | None:
        """The value of a key that is there and not empty."""
        found = self.mapping.get(key)
        return None if found is None or found.content is None else found

    @property
    def kind(self) -> str:
        """What a reader would call it, for messages."""
        if isinstance(self.content, dict):
            return "a mapping"
        if isinstance(self.content, list):
            return "a list" if self.content else "an empty list"
        return "nothing" if self.content is None else repr(self.content)

    def plain(self) -> object:
        """The value as an editor with the JSON Schema sees it (YAML 1.2: no dates, ``no`` is a word)."""
        if isinstance(self.content, dict):
            return {key: node.plain() for key, node in self.content.items()}
        if isinstance(self.content, list):
            return [node.plain() for node in self.content]
        if self.content is None or self.quoted:
            return self.content
        if self.content in ("true", "false"):
            return self.content == "true"
        if _WHOLE.fullmatch(self.content):
            return int(self.content)
        # Only its being a number matters to the schema, which allows none; the amount itself is never used.
        return float(self.content) if _FLOAT.fullmatch(self.content) else self.content

    def walk(self) -> Iterator[Node]:
        """This node and all below it."""
        yield self
        for node in (*self.mapping.values(), *self.items):
            yield from node.walk()


class Problems:
    """Collects all that is wrong, so that a pack's author sees it in one go."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def __bool__(self) -> bool:
        return bool(self.found)

    def add(self, origin: Origin, found: str, expected: str = "") -> None:
        """Note a problem, once."""
        problem = Problem(origin.file, origin.line, origin.path, found, expected)
        if problem not in self.found:
            self.found.append(problem)

    def knows(self, origin: Origin) -> bool:
        """Whether a problem is noted at this very place."""
        return any((item.file, item.line, item.path) == (origin.file, origin.line, origin.path) for item in self.found)


def read_yaml(text: str, file: str, pack: str, problems: Problems) -> Node | None:
    """The tree of one file, or None where it has no content or cannot be parsed; problems are noted."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        what = " ".join(part for part in (error.context, error.problem) if part)
        problems.add(Origin(pack, file, line), f"not YAML: {what}", _advice(text, line, what))
        return None
    except yaml.YAMLError as error:
        problems.add(Origin(pack, file, 1), f"not YAML: {str(error).splitlines()[0]}", "plain text in UTF-8")
        return None
    if root is None:
        problems.add(Origin(pack, file, 1), "the file is empty", "a mapping that begins with 'pack:'")
        return None
    node = _convert(root, Origin(pack, file, 1), problems, set())
    if not isinstance(node.content, dict):
        problems.add(Origin(pack, file, 1), f"the file holds {node.kind}", "a mapping that begins with 'pack:'")
        return None
    return node


def _advice(text: str, line: int, what: str) -> str:
    lines = text.splitlines()
    if "single document" in what:
        return "one document a file: no line '---' in its middle"
    if 0 < line <= len(lines) and lines[line - 1][: len(lines[line - 1]) - len(lines[line - 1].lstrip())].count("\t"):
        return "indent with spaces, never with tabs"
    return "see the line and the one before it: a missing space after ':', a bracket left open, a stray quote"


def _convert(source: yaml.Node, origin: Origin, problems: Problems, seen: set[int]) -> Node:
    if id(source) in seen:
        problems.add(origin, "an alias (*name)", "the value itself, written out where it holds")
        return Node("", origin, quoted=True)
    seen.add(id(source))
    if not source.tag.startswith(_STANDARD_TAG):
        problems.add(origin, f"the tag {source.tag!r}", "no tags: a value is what it says")
    if isinstance(source, yaml.MappingNode):
        return Node(_pairs(source, origin, problems, seen), origin)
    if isinstance(source, yaml.SequenceNode):
        return Node(_items(source, origin, problems, seen), origin)
    quoted = getattr(source, "style", None) is not None
    return Node(None if not quoted and source.value in _EMPTY else source.value, origin, quoted)


def _items(source: yaml.SequenceNode, origin: Origin, problems: Problems, seen: set[int]) -> list[Node]:
    items: list[Node] = []
    torn: set[int] = set()
    for item in source.value:
        before = items[-1] if items else None
        if source.flow_style and before is not None and _torn(before, item) and _is_rest(item, source.value):
            items[-1] = Node(f"{before.text},{item.value}", before.origin)
            torn.add(len(items) - 1)
            continue
        items.append(_convert(item, _below(origin, f"[{len(items) + 1}]", item.start_mark.line + 1), problems, seen))
    for number in sorted(torn):
        _tell_torn(items[number], problems)
    return items


def _is_rest(item: yaml.ScalarNode, items: list[yaml.Node]) -> bool:
    """Whether a three-digit item of a list is the rest of an amount: it, or one that follows it, has the unit."""
    after = [str(other.value) for other in items[items.index(item) :]]
    for text in after:
        if not _AFTER_COMMA.fullmatch(text):
            return False
        if text.endswith(("yuan", "元")):
            return True
    return False


def _torn(before: Node, rest: yaml.Node) -> bool:
    """Whether a comma inside an amount without quotes cut it in two: ``10`` and ``000 yuan``."""
    return (
        isinstance(rest, yaml.ScalarNode)
        and rest.style is None
        and not before.quoted
        and _BEFORE_COMMA.fullmatch(before.text) is not None
        and _AFTER_COMMA.fullmatch(rest.value) is not None
    )


def _tell_torn(whole: Node, problems: Problems) -> None:
    """Say it once, of the amount put together again, so that nothing is said of its halves."""
    right = whole.text if whole.text.endswith(("yuan", "元")) else f"{whole.text} yuan"
    plain = right.replace(",", "")
    found = f"the amount {whole.text} without quotes: inside {{ }} and [ ] its comma begins the next entry"
    problems.add(whole.origin, found, f'in quotes: "{right}", or without the comma: {plain}')


def _pairs(source: yaml.MappingNode, origin: Origin, problems: Problems, seen: set[int]) -> dict[str, Node]:
    pairs: dict[str, Node] = {}
    last, torn = "", set[str]()
    for key, value in source.value:
        line = key.start_mark.line + 1
        empty = isinstance(value, yaml.ScalarNode) and value.style is None and value.value in _EMPTY
        if source.flow_style and empty and last and _torn(pairs[last], key):
            pairs[last] = Node(f"{pairs[last].text},{key.value}", pairs[last].origin)
            torn.add(last)
            continue
        if not isinstance(key, yaml.ScalarNode) or (key.style is None and key.value in _EMPTY):
            problems.add(_below(origin, ".?", line), "a key that is no word", "one word before the colon")
            continue
        place = _below(origin, f".{key.value}", line)
        if key.value in pairs:
            first = pairs[key.value].origin.line
            problems.add(place, f"the key {key.value!r} a second time", f"once only; it stands in line {first}")
            continue
        pairs[key.value] = _convert(value, place, problems, seen)
        last = key.value
    for name in sorted(torn):
        _tell_torn(pairs[name], problems)
    return pairs


def _below(origin: Origin, step: str, line: int) -> Origin:
    return Origin(origin.pack, origin.file, line, f"{origin.path}{step}".removeprefix("."))
