"""What a template may leave out: a key of a dict handed to a piece, and nothing else.

Enters: Jinja's question for a name it cannot find. Leaves: an empty value, or an error. Imports Jinja only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import StrictUndefined, Undefined
from jinja2.utils import missing

__all__ = ["OptionalKeys"]


class OptionalKeys(Undefined):
    """For ``Environment(undefined=…)``: an absent key of a mapping is empty; any other absent name is an error."""

    def __new__(cls, hint: str | None = None, obj: Any = missing, *rest: Any, **named: Any) -> Any:
        """Give the kind of undefined value that the owner of the name deserves."""
        kind = Undefined if isinstance(obj, Mapping) else StrictUndefined
        return kind(hint, obj, *rest, **named)
