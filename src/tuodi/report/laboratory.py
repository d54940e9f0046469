"""The pages of the policy laboratory: two laws compared, and the cliff.

Enters: an :class:`~tuodi.twin.Effect` or a :class:`~tuodi.twin.Cliff`. Leaves: a folder with ``index.html`` in both
languages, and for an effect the list of persons. Imports ``tuodi.twin``, ``tuodi.law``, ``tuodi.exchange`` and this
room.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tuodi.exchange import write_table
from tuodi.i18n import LANGUAGES
from tuodi.law.compare import compare
from tuodi.law.model import Pack
from tuodi.law.words import title_words
from tuodi.report import cliff_view, effect_view
from tuodi.report.charts import DEFS
from tuodi.report.pages import HTML_LANG, LANGUAGE_NAMES, standalone, static
from tuodi.report.words import span
from tuodi.tables import Schema
from tuodi.twin import Cliff, Effect

__all__ = ["FILES", "write_change", "write_cliff"]

FILES = ("index.html", "index.zh.html", "index.en.html", "persons.csv", "persons.xlsx")
"""What these reports may leave in their folder."""

MONEY = ("paid_before", "paid_after", "self_before", "self_after", "change")


def write_change(out: Path, before: Pack, after: Pack, effect: Effect | None = None, *, lang: str = "zh") -> Path:
    """Write the comparison of two packs into ``out``: the pages, and the list of persons if bills were given."""
    if effect is not None:
        schema = Schema("persons", {}, dict(effect.persons.schema), money=frozenset(MONEY))
        out.mkdir(parents=True, exist_ok=True)
        for name in ("persons.csv", "persons.xlsx"):
            write_table(effect.persons, out / name, schema, empty_columns=True)

    def page(one: str) -> dict[str, Any]:
        return {
            "before": _about(before, one),
            "after": _about(after, one),
            "changes": compare(before, after, one),
            "effect": None if effect is None else effect_view.view(effect, one),
        }

    return _write(out, "change.html", page, lang)


def write_cliff(out: Path, cliff: Cliff, *, lang: str = "zh") -> Path:
    """Write the page of the cliff into ``out``."""
    return _write(
        out, "cliff.html", lambda one: {"about": _about(cliff.pack, one), **cliff_view.view(cliff, one)}, lang
    )


def _about(pack: Pack, lang: str) -> dict[str, str]:
    title = title_words(pack.title, lang, pack.id)
    return {"id": pack.id, "title": title, "span": span(pack.in_force_from, pack.in_force_to)}


def _write(out: Path, template: str, page: Callable[[str], dict[str, Any]], first: str) -> Path:
    out.mkdir(parents=True, exist_ok=True)
    for one in LANGUAGES:
        other = _other(one)
        text = standalone(
            template, one, defs=DEFS, lab_css=static("laboratory.css"), other=_name(other, first),
            other_html_lang=HTML_LANG[other], other_name=LANGUAGE_NAMES[other], **page(one),
        )  # fmt: skip
        (out / _name(one, first)).write_bytes(text.encode())
    return out / _name(first, first)


def _other(lang: str) -> str:
    others: Sequence[str] = [one for one in LANGUAGES if one != lang]
    return others[0]


def _name(lang: str, first: str) -> str:
    return "index.html" if lang == first else f"index.{lang}.html"
