"""``extends``: a pack laid over its parent, each value keeping the place where it was written.

Enters and leaves: trees of :mod:`tuodi.law.source`. Imports nothing else of Tuodi.
"""

from __future__ import annotations

from tuodi.law.source import Node

__all__ = ["NOT_INHERITED", "merge"]

NOT_INHERITED = ("pack", "title")
"""What belongs to one pack alone."""

_WHOLE = ("in_force",)
"""Inherited or replaced as one: a child that gives ``from`` alone is open-ended, whatever its parent was."""

_ONE_VALUE = frozenset({"unknown", "share"})
"""A mapping with one of these keys is a value, and values are replaced."""


def merge(parent: Node, child: Node) -> Node:
    """``child`` over ``parent``: mappings key by key, lists and values replaced, a key set to ``~`` removed."""
    kept = {key: node for key, node in parent.mapping.items() if key not in NOT_INHERITED}
    return Node({**_over(kept, child.mapping)}, child.origin)


def _over(parent: dict[str, Node], child: dict[str, Node]) -> dict[str, Node]:
    merged = dict(parent)
    for key, node in child.items():
        if node.content is None:
            merged.pop(key, None)
        elif key in merged and _mixes(key, merged[key], node):
            merged[key] = Node(_over(merged[key].mapping, node.mapping), node.origin)
        else:
            merged[key] = _without_removed(node)
    return merged


def _mixes(key: str, parent: Node, child: Node) -> bool:
    if key in _WHOLE or not (isinstance(parent.content, dict) and isinstance(child.content, dict)):
        return False
    return not (_ONE_VALUE & (parent.mapping.keys() | child.mapping.keys()))


def _without_removed(node: Node) -> Node:
    if not isinstance(node.content, dict):
        return node
    kept = {key: _without_removed(item) for key, item in node.content.items() if item.content is not None}
    return Node(kept, node.origin, node.quoted)
