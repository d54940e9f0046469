"""Words on a screen: Chinese in the source, English from the catalogues of all apps (``platform-*.po``).

Enters: a Chinese text; the language of the present request. Leaves: the text. Imports ``tuodi.i18n``.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from django.utils.translation import get_language

from tuodi.i18n import translator

__all__ = ["LANGUAGES", "N_", "_", "language"]

LANGUAGES = (("zh-hans", "中文"), ("en", "English"))


def language() -> str:
    """``zh`` or ``en``."""
    return "en" if (get_language() or "").startswith("en") else "zh"


@cache
def _domains() -> tuple[str, ...]:
    folder = files("tuodi").joinpath("locale", "en", "LC_MESSAGES")
    return tuple(sorted(path.name[:-3] for path in folder.iterdir() if path.name.startswith("platform")))


@cache
def _english(text: str) -> str:
    for domain in _domains():
        found = translator(domain, "en")(text)
        if found != text:
            return found
    return text


def _(text: str) -> str:
    """The text in the language of the request."""
    return _english(text) if language() == "en" else text


def N_(text: str) -> str:  # noqa: N802 - the name that gettext gives it
    """The text itself, marked for the catalogues; it is looked up where it is shown."""
    return text
