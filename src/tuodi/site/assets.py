"""The site's own style sheet and script, to stand inside each page.

Enters: a file's name. Leaves: markup. Imports nothing of Tuodi.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from markupsafe import Markup

__all__ = ["asset"]


@cache
def asset(name: str) -> Markup:
    """A file of this room's ``static`` folder."""
    return Markup(files(__package__).joinpath("static", name).read_text("utf-8"))  # our own file
