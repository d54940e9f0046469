"""The structural check of one file by the JSON Schema that editors use (``packs/pack.schema.json`` and its like).

Enters: the tree of one file. Leaves: problems, each at the line of the value that is wrong. Imports ``tuodi.errors``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuodi.errors import nearest
from tuodi.law.find import schema_file
from tuodi.law.source import Node, Problems

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

__all__ = ["check_structure"]


@cache
def _validator(schema: Path) -> Draft202012Validator:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(schema.read_text("utf-8")))


def check_structure(tree: Node, problems: Problems, schema: Path | None = None) -> None:
    """Note every key that is not known and every value of the wrong form; without ``schema``, of a pack.

    A place where a problem is noted already is left alone: what was said there knows more of the language.
    """
    for error in _validator(schema or schema_file()).iter_errors(tree.plain()):
        node = _at(tree, list(error.absolute_path))
        for place, found, expected in _explain(node, error):
            if not problems.knows(place.origin):
                problems.add(place.origin, found, expected)


def _at(node: Node, path: Sequence[str | int]) -> Node:
    for step in path:
        node = node.items[step] if isinstance(step, int) else node.mapping[step]
    return node


def _explain(node: Node, error: ValidationError) -> Iterator[tuple[Node, str, str]]:
    schema: dict[str, Any] = error.schema  # type: ignore[assignment]
    value: Any = error.validator_value
    wanted = str(schema.get("description", ""))
    if error.validator == "additionalProperties":
        known = list(schema.get("properties", {}))
        for key, below in node.mapping.items():
            if key not in known:
                yield below, f"the key {key!r}", f"one of: {', '.join(known)}{nearest(key, known)}"
    elif error.validator == "required":
        missing = [key for key in value if key not in node.mapping]
        yield node, f"{' and '.join(map(repr, missing))} missing", wanted
    elif error.validator == "enum":
        known = [str(item) for item in value if item is not None]
        yield node, f"found {node.kind}", f"one of: {', '.join(known)}{nearest(node.text, known)}"
    else:
        yield node, f"found {node.kind}", wanted or "at least one"
