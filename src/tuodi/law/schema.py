"""The structural check of one file by JSON Schema.

Enters: the tree of one file. Leaves: problems. Imports nothing of Tuodi but the tree.
"""

from __future__ import annotations

from tuodi.law.source import Node, Problems

__all__ = ["check_structure"]


def check_structure(node: Node, problems: Problems) -> None:
    """Note every key that is not known and every value of the wrong form."""
