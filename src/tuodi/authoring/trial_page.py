"""The page of a trial: agreements and differences, to be printed and taken to the person who knows the rule.

Enters: a :class:`~tuodi.authoring.trial.Trial`. Leaves: one HTML file a language, complete in itself. The look is the
report's. Imports ``tuodi.report``, ``tuodi.i18n``, ``jinja2`` and this room.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from tuodi.authoring.told import view_of
from tuodi.authoring.trial import AGREES, DIFFERS, OPEN, UNRECORDED, Trial
from tuodi.i18n import LANGUAGES, translator
from tuodi.report.figures import compare_bar
from tuodi.report.pages import HTML_LANG, LANGUAGE_NAMES
from tuodi.report.words import grouped

__all__ = ["page_name", "trial_html", "write_trial"]


def page_name(lang: str, first: str) -> str:
    """``index.html`` in the first language, ``index.en.html`` in the other."""
    return "index.html" if lang == first else f"index.{lang}.html"


def trial_html(trial: Trial, lang: str, *, first: str, read: Sequence[str], set_aside: int) -> str:
    """The page in ``lang``; ``read``: names of the files tried."""
    other = next(one for one in LANGUAGES if one != lang)
    view = view_of(trial, lang)
    environment = Environment(
        loader=PackageLoader("tuodi.authoring"), autoescape=select_autoescape(default=True), undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    text = environment.get_template("trial.html").render(
        _=translator("authoring", lang), html_lang=HTML_LANG[lang], other_html_lang=HTML_LANG[other],
        other_name=LANGUAGE_NAMES[other], other=page_name(other, first),
        css=Markup(files("tuodi.report").joinpath("static", "report.css").read_text("utf-8")),  # our own file
        grouped=grouped, compare=compare_bar, signed=_signed, comma="、" if lang == "zh" else ", ",
        view=view, whole=len(view.cases), files=("、" if lang == "zh" else ", ").join(read), set_aside=set_aside,
        differing=[case for case in view.cases if case.state == DIFFERS],
        silent=[case for case in view.cases if case.state in (OPEN, UNRECORDED)],
        agreeing=[case for case in view.cases if case.state == AGREES],
    )  # fmt: skip
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip()) + "\n"


def _signed(fen: int | None) -> str:
    return grouped(fen) if fen is None or fen <= 0 else f"+{grouped(fen)}"


def write_trial(trial: Trial, folder: Path, *, lang: str, read: Sequence[str], set_aside: int = 0) -> Path:
    """Write the page in both languages, ``lang`` as ``index.html``; returns that file."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in LANGUAGES:
        text = trial_html(trial, one, first=lang, read=read, set_aside=set_aside)
        (folder / page_name(one, lang)).write_text(text, "utf-8")
    return folder / page_name(lang, lang)
