"""Words on a screen: Chinese in the source, English from the catalogue of the room that speaks (platform-<room>.po).

Enters: a Chinese text; the language of the present request. Leaves: the text. Imports ``tuodi.i18n``.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib.resources import files

from django.utils.translation import get_language

from tuodi.i18n import translator

__all__ = ["LANGUAGES", "N_", "_", "language", "said_in"]

LANGUAGES = (("zh-hans", "中文"), ("en", "English"))


def language() -> str:
    """``zh`` or ``en``."""
    return "en" if (get_language() or "").startswith("en") else "zh"


@cache
def _domains() -> tuple[str, ...]:
    folder = files("tuodi").joinpath("locale", "en", "LC_MESSAGES")
    return tuple(sorted(path.name[:-3] for path in folder.iterdir() if path.name.startswith("platform")))


@cache
def _english(text: str, room: str) -> str:
    own = f"platform-{room}"
    for domain in (own, *(one for one in _domains() if one != own)):
        found = translator(domain, "en")(text)
        if found != text:
            return found
    return text


def said_in(room: str, text: str) -> str:
    """The text in the language of the request, as that room's catalogue has it; else as another's has."""
    return _english(text, room) if language() == "en" else text


def _(text: str) -> str:
    """The text in the language of the request. One word may need other English in another room (人员: Who, Persons), so
    the catalogue is that of the module which asks."""
    if language() != "en":
        return text
    parts = str(sys._getframe(1).f_globals.get("__name__", "")).split(".")
    return _english(text, parts[2] if len(parts) > 2 else "")


def N_(text: str) -> str:  # noqa: N802 - the name that gettext gives it
    """The text itself, marked for the catalogues; it is looked up where it is shown."""
    return text
