"""Words on the screen in Chinese or English, through gettext.

The source text is Chinese; ``locale/<lang>/LC_MESSAGES/<domain>.po`` holds the other languages, one domain a
room. Catalogues are read straight from the ``.po`` file, so nothing compiled is kept in the tree.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO

__all__ = ["LANGUAGES", "translator"]

LANGUAGES = ("zh", "en")


@cache
def _catalogue(domain: str, lang: str) -> NullTranslations:
    source = files("tuodi").joinpath("locale", lang, "LC_MESSAGES", f"{domain}.po")
    if lang == "zh" or not source.is_file():
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(source.read_bytes()), locale=lang))
    compiled.seek(0)
    return GNUTranslations(compiled)


def translator(domain: str, lang: str) -> Callable[[str], str]:
    """The lookup for one room's texts: Chinese in, ``lang`` out; an untranslated text stays Chinese."""
    return _catalogue(domain, lang).gettext
