"""Sentences that are kept in both languages, since who reads them later may read another.

Enters: a marked text with its words. Leaves: JSON text with zh and en, and the one to be shown. Imports ``words``.
"""

from __future__ import annotations

import json
from typing import Any

from django.utils import translation

from tuodi.errors import FileError
from tuodi.exchange import describe_error
from tuodi.platform.ground.words import _, language

__all__ = ["of_error", "said", "told"]


def told(text: str, **words: Any) -> str:
    """A sentence to be kept; ``text`` is marked with ``N_`` where it is written."""
    made = {}
    for lang, chosen in (("zh", "zh-hans"), ("en", "en")):
        with translation.override(chosen):
            made[lang] = _(text).format(**words)
    return json.dumps(made, ensure_ascii=False)


def of_error(error: FileError) -> str:
    """What is wrong with a file, to be kept."""
    return json.dumps({lang: describe_error(error, lang) for lang in ("zh", "en")}, ensure_ascii=False)


def said(kept: str) -> str:
    """A kept sentence in the reader's language."""
    if not kept.startswith("{"):
        return kept
    return str(json.loads(kept)[language()])
