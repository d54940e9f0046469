"""Renders the report's pages: one file a page and language, each complete in itself.

Enters: the views of one language. Leaves: HTML text by file name. No asset comes from outside: styles and the small
script stand inside each page. Imports this room's own modules and ``jinja2``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from tuodi.i18n import translator
from tuodi.report.context import Context
from tuodi.report.figures import bar, compare_bar
from tuodi.report.views import PersonView
from tuodi.report.words import grouped

__all__ = [
    "HTML_LANG", "LANGUAGE_NAMES", "NAMES", "Pages", "environment", "file_name", "standalone", "static", "tidy",
]  # fmt: skip

NAMES: Mapping[str, str] = {
    "index": "index",
    "leads": "leads",
    "cleared": "cleared",
    "undetermined": "undetermined",
    "data": "data",
    "method": "method",
    "sheets": "入户核查表",
}
"""Page → name of its file without the language and ending."""

HTML_LANG: Mapping[str, str] = {"zh": "zh-CN", "en": "en"}
LANGUAGE_NAMES: Mapping[str, str] = {"zh": "中文", "en": "English"}


def file_name(page: str, lang: str, first: str) -> str:
    """``index.html`` in the report's first language, ``index.en.html`` in the other."""
    return f"{NAMES.get(page, page)}.html" if lang == first else f"{NAMES.get(page, page)}.{lang}.html"


@cache
def static(name: str) -> Markup:
    """A file of this room's ``static`` folder, to stand inside a page."""
    return Markup(files(__package__).joinpath("static", name).read_text("utf-8"))  # our own file


def _count(number: int | None) -> str:
    return "—" if number is None else f"{number:,}"


def environment(lang: str, room: str = "report") -> Environment:
    """The templates of a room with what every page may use in one language."""
    made = Environment(
        loader=PackageLoader(f"tuodi.{room}"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        _=translator(room, lang),
        say=translator(room, lang),
        lang=lang,
        html_lang=HTML_LANG[lang],
        bar=bar,
        compare_bar=compare_bar,
        comma="、" if lang == "zh" else ", ",
        count=_count,
        grouped=grouped,
        css=static("report.css"),
        js=static("report.js"),
        sheet_css=static("sheets.css"),
    )
    return made


def tidy(text: str) -> str:
    """A page without blank lines and trailing spaces."""
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip()) + "\n"


def standalone(template: str, lang: str, **values: Any) -> str:
    """One page that belongs to no report."""
    return tidy(environment(lang).get_template(template).render(**values))


class Pages:
    """The templates in one language, and where each page of a report lies."""

    def __init__(self, context: Context, *, first: str, other: str, shared: Mapping[str, Any]) -> None:
        self._context = context
        self._first = first
        self._other = other
        self._environment = environment(context.lang)
        self._environment.globals.update(
            other_html_lang=HTML_LANG[other], other_name=LANGUAGE_NAMES[other], meta=context.meta, **shared
        )

    def name(self, page: str, lang: str = "") -> str:
        """The file of a page, relative to the report's folder."""
        return file_name(page, lang or self._context.lang, self._first)

    def person(self, person: PersonView, lang: str = "") -> str:
        """The file of a person's page, relative to the report's folder."""
        return f"persons/{file_name(person.number, lang or self._context.lang, self._first)}"

    def render(self, page: str, template: str = "", **values: Any) -> str:
        """One page as text. ``page`` is a name of :data:`NAMES` or a person's number with its own template."""
        inside = page not in NAMES
        up = "../" if inside else ""
        _ = self._context._
        menu = [
            (key, word, up + self.name(key))
            for key, word in (
                ("index", _("总览")),
                ("leads", _("线索清单")),
                ("undetermined", _("无法判定")),
                ("cleared", _("已排除")),
                ("data", _("数据质量")),
                ("sheets", _("入户核查表")),
                ("method", _("核对方法")),
            )
        ]
        text = self._environment.get_template(template or f"{page}.html").render(
            menu=menu,
            here="leads" if inside else page,
            other=file_name(page, self._other, self._first),
            page=lambda key: up + self.name(key),
            person_href=lambda person: self.person(person).removeprefix("persons/" if inside else ""),
            self_href=self.name(page),
            **values,
        )
        return tidy(text)
