"""A pack's tree as YAML that an official can hold beside the document: short rows, units written out.

Enters: a tree of :mod:`tuodi.authoring.tree`. Leaves: text. An officer's remarks become comments at the end of their
line. Imports ``tuodi.authoring.tree``.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping

from tuodi.authoring.tree import Map, Tree, Word, remarks_in

__all__ = ["SECTIONS", "yaml_of"]

WIDTH = 116
LONG = 60
"""A sentence longer than this stands on a line of its own."""

SECTIONS = (
    "pack", "title", "in_force", "extends", "documents", "dates", "codes", "reference", "identities", "classes",
    "default_class", "class_order", "choose", "derived", "hospital_part", "given", "recorded_as", "rounding", "layers",
    "awards", "one_stop", "late_repayment", "monitoring", "income_lines", "premium_subsidy", "departs",
)  # fmt: skip
"""The order of a pack's sections; others follow, and the notes come last."""

_LAYER = (
    "title", "kind", "when", "counts", "classes", "default_class", "class_order", "choose", "base", "window", "subject",
    "less_other_aid", "deductible", "brackets", "rate", "factor", "points", "fixed", "top_up", "notional", "given",
    "caps", "rounding", "on_change", "once_per", "cite",
)  # fmt: skip
_TOGETHER = frozenset({"title", "in_force", "extends", "default_class", "class_order", "choose", "recorded_as"})
"""Sections that stand close under the one before them."""

_ALWAYS_BLOCK = re.compile(
    r"|documents|classes|codes(\.\w+)?|reference(\.\w+)?|derived(\.\w+)?|layers(\.\w+(\.classes)?)?|awards(\.\w+)?"
)
_UNSAFE_START = re.compile(r"[\[\]{},#&*!|>'\"%@`]|[-?:]([ ]|$)")
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_MONEY = re.compile(r"[0-9]+,[0-9,.]+ *yuan")


def yaml_of(tree: Map) -> str:
    """The whole file."""
    lines: list[str] = []
    order = [*SECTIONS, *(key for key in tree if key not in SECTIONS and key != "notes"), "notes"]
    for key in order:
        if key not in tree:
            continue
        if lines and key not in _TOGETHER:
            lines.append("")
        lines += _entry(key, tree[key], 0, key)
    return "\n".join(lines) + "\n"


def _ordered(path: str, node: Mapping[str, Tree]) -> list[str]:
    if re.fullmatch(r"(layers|awards)\.\w+", path):
        return [*(key for key in _LAYER if key in node), *(key for key in node if key not in _LAYER)]
    return list(node)


def _entry(key: str, node: Tree, indent: int, path: str, dash: str = "") -> list[str]:
    """One key of a block mapping; ``dash`` stands in place of the last of the indentation."""
    lead = f"{' ' * (indent - len(dash))}{dash}{_plain_or_quoted(Word(key), flow=False)}:"
    if node is None or isinstance(node, str):
        return _scalar_entry(lead, node, indent)
    remark = remarks_in(node)
    if _flowable(node, path):
        flow = _flow(node)
        if _width(lead) + 1 + _width(flow) <= WIDTH + 2:
            return [f"{lead} {flow}{_comment(remark)}"]
        wrapped = _wrapped(node, f"{lead} ", " " * (len(lead) + 2)) if not _texty(node) else None
        if wrapped is not None and not isinstance(node, Mapping):
            return _with_comment(wrapped, remark)
    own = getattr(node, "remark", "")
    lines = [f"{lead}{_comment(own)}"]
    if isinstance(node, Mapping):
        for number, name in enumerate(_ordered(path, node)):
            if number and path in ("layers", "awards"):
                lines.append("")
            lines += _entry(name, node[name], indent + 2, f"{path}.{name}")
    else:
        for item in node:
            lines += _item(item, indent + 2)
    return lines


def _scalar_entry(lead: str, node: str | None, indent: int) -> list[str]:
    if node is None:
        return [f"{lead} ~"]
    text = _plain_or_quoted(node, flow=False)
    comment = _comment(getattr(node, "remark", ""))
    foldable = re.fullmatch(r"\S+( \S+)+", node) and not getattr(node, "quoted", False)
    if _width(lead) + 1 + _width(text) > WIDTH + 2 and foldable:
        body = textwrap.wrap(node, WIDTH - indent, break_long_words=False, break_on_hyphens=False)
        if len(body) > 1:
            return [f"{lead} >-{comment}", *(f"{' ' * (indent + 2)}{line}" for line in body)]
    return [f"{lead} {text}{comment}"]


def _item(node: Tree, indent: int) -> list[str]:
    """One item of a block list."""
    lead = f"{' ' * indent}- "
    remark = remarks_in(node)
    if node is None or isinstance(node, str):
        return [f"{lead}{_plain_or_quoted(node, flow=False)}{_comment(remark)}"]
    flow = _flow(node)
    if _flowable(node, "[]") and _width(lead) + _width(flow) <= WIDTH + 2:
        return [f"{lead}{flow}{_comment(remark)}"]
    if isinstance(node, Mapping) and _flowable(node, "[]") and not _texty(node) and _width(flow) < 3 * WIDTH:
        return _with_comment(_wrapped(node, lead, " " * (len(lead) + 1)), remark)
    if not isinstance(node, Mapping):
        return [f"{lead}{flow}{_comment(remark)}"]
    lines: list[str] = []
    for number, (key, item) in enumerate(node.items()):
        lines += _entry(key, item, indent + 2, f"[].{key}", "- " if number == 0 else "")
    return lines


def _flowable(node: Tree, path: str) -> bool:
    """Whether a mapping or list may stand in one row."""
    if isinstance(node, (Mapping, list)) and not node:
        return True
    if isinstance(node, Mapping):
        if _ALWAYS_BLOCK.fullmatch(path):
            return False
        return all(_flowable(item, "[]") or item is None or isinstance(item, str) for item in node.values())
    if isinstance(node, list):
        if all(isinstance(item, Mapping) for item in node):
            return False
        return all(_flowable(item, "[]") or item is None or isinstance(item, str) for item in node)
    return True


def _texty(node: Tree) -> bool:
    """Whether a row holds a sentence that is better off on a line of its own."""
    words = node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ()
    return any(isinstance(item, str) and _width(item) > LONG for item in words)


def _flow(node: Tree) -> str:
    if isinstance(node, Mapping):
        return "{" + ", ".join(f"{_plain_or_quoted(Word(k), flow=True)}: {_flow(v)}" for k, v in node.items()) + "}"
    if isinstance(node, list):
        return "[" + ", ".join(map(_flow, node)) + "]"
    return _plain_or_quoted(node, flow=True)


def _wrapped(node: Tree, lead: str, follow: str) -> list[str]:
    """A flow row over several lines, broken between its entries."""
    if isinstance(node, Mapping):
        parts, ends = [f"{_plain_or_quoted(Word(k), flow=True)}: {_flow(v)}" for k, v in node.items()], "{}"
    else:
        parts, ends = [_flow(item) for item in node or ()], "[]"
    lines, line = [], f"{lead}{ends[0]}"
    for number, part in enumerate(parts):
        piece = part + (ends[1] if number == len(parts) - 1 else ",")
        if number and _width(line) + 1 + _width(piece) > WIDTH + 2:
            lines.append(line)
            line = f"{follow}{piece}"
        else:
            line += piece if line.endswith(ends[0]) and number == 0 else f" {piece}"
    return [*lines, line]


def _plain_or_quoted(word: Tree, *, flow: bool) -> str:
    if word is None:
        return "~"
    text = str(word)
    plain = (
        text not in _NOTHING
        and not getattr(word, "quoted", False)
        and text == text.strip()
        and not _UNSAFE_START.match(text)
        and not re.search(r":( |$)|\s#|[\x00-\x1f\x7f\x85\u2028\u2029\ufeff]", text)
        and not (flow and re.search(r"[,\[\]{}]|:[,\[\]{}]|\?", text))
        and not _MONEY.fullmatch(text)
        and text not in ("=", "<<", "---", "...")
    )
    return text if plain else json.dumps(text, ensure_ascii=False)


def _width(text: str) -> int:
    """How wide a text is in a fixed-width font: a Chinese sign takes two places."""
    return sum(2 if sign > "\u2e7f" else 1 for sign in text)


def _comment(remark: str) -> str:
    line = " ".join(remark.split())
    return f"  # {line}" if line else ""


def _with_comment(lines: list[str], remark: str) -> list[str]:
    return [*lines[:-1], lines[-1] + _comment(remark)]
