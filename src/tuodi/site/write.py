"""Writes the site: an index, a page a pack, the register of bases, what differs between places, published examples.

Enters: ids of packs and the folders they lie in. Leaves: files; the same packs give the same bytes. Imports this room,
``tuodi.authoring`` (the workbook), ``tuodi.report``, ``tuodi.settlement`` and ``tuodi.law``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

from markupsafe import Markup

from tuodi.authoring.sheet import to_workbook
from tuodi.i18n import LANGUAGES, translator
from tuodi.law import find_packs, read_pack, show_pack, versions_of
from tuodi.law.cite import cite_text
from tuodi.law.compare import Change, compare
from tuodi.law.compile import compile_pack
from tuodi.law.differences import answers
from tuodi.law.find import PACK_FILE, default_roots, locate
from tuodi.law.frame_check import check_frame
from tuodi.law.model import Pack
from tuodi.law.words import title_words
from tuodi.report.explain import explained_steps
from tuodi.report.pages import HTML_LANG, LANGUAGE_NAMES, environment, file_name, static, tidy
from tuodi.settlement import Explanation, Law
from tuodi.site.assets import asset
from tuodi.site.basis import STANDINGS, Basis, bases, standing_words
from tuodi.site.cases import Case, case_view, drawn_example, read_cases
from tuodi.site.tables import award_tables, layer_tables

__all__ = ["MANIFEST", "Site", "write_site"]

INVENTED = "zz"
"""The country of invented places."""

MANIFEST = "files.txt"
"""Names every file of the site, so that writing it again knows what may go."""

EXAMPLES = "examples"
"""The folder of a country that holds published examples without a pack."""


@dataclass(frozen=True)
class Site:
    """Where the parts of a written site lie."""

    index: Path
    packs: Mapping[str, Path]
    pages: tuple[Path, ...]


@dataclass(frozen=True)
class _Place:
    """A pack with what is told beside it."""

    pack: Pack
    folder: Path
    earlier: Pack | None
    relation: str
    cases: tuple[Case, ...]
    drawn: tuple[Case, Explanation] | None

    @property
    def page(self) -> str:
        """The name of its page, without language and ending."""
        return self.pack.id.replace("/", "-")


def write_site(out: Path, refs: Sequence[str] = (), roots: Sequence[Path] | None = None, *, lang: str = "zh") -> Site:
    """Write the pages of some packs (of all without ``refs``) into ``out``; ``lang`` is the one that opens first.

    Raises ``PackError`` for a pack that cannot be read; then nothing is written.
    """
    ids = refs or _real(find_packs(roots))
    folders = dict.fromkeys(found.path.parent for ref in ids for found in locate(ref, roots))
    places = [_place(folder, roots) for folder in folders]
    examples = _examples(places, roots)
    files: dict[str, bytes] = {}
    for one in LANGUAGES:
        for name, text in _pages(places, examples, roots, one, lang):
            files[name] = text.encode()
    for place in places:
        files[f"{place.page}.yaml"] = (place.folder / PACK_FILE).read_bytes()
    out.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (out / name).write_bytes(content)
    sheets = [f"{place.page}.xlsx" for place in places]
    for place, name in zip(places, sheets, strict=True):
        to_workbook(place.folder, out / name, lang, roots)
    (out / MANIFEST).write_text("".join(f"{name}\n" for name in sorted((*files, *sheets, MANIFEST))), "utf-8")
    pages = tuple(out / name for name in files if name.endswith(".html"))
    own = {place.pack.id: out / file_name(place.page, lang, lang) for place in places}
    return Site(out / file_name("index", lang, lang), own, pages)


def _real(ids: Sequence[str]) -> Sequence[str]:
    """Invented places serve tests; nobody should read them as a place's rules, unless there are no others."""
    return [pack_id for pack_id in ids if pack_id.partition("/")[0] != INVENTED] or ids


def _span(pack: Pack, lang: str) -> str:
    _ = translator("site", lang)
    if pack.in_force_to is None:
        return _("{begins} 起").format(begins=pack.in_force_from)
    return _("{begins} 至 {ends}").format(begins=pack.in_force_from, ends=pack.in_force_to)


def _place(folder: Path, roots: Sequence[Path] | None) -> _Place:
    pack = read_pack(folder, roots)
    earlier, relation = _earlier(pack, roots)
    cases = tuple(read_cases(folder / "cases"))
    law = Law((compile_pack(pack),), forced=True) if pack.layers and cases else None
    drawn = None if law is None else drawn_example(law, pack, cases)
    return _Place(pack, folder, earlier, relation, cases, drawn)


def _earlier(pack: Pack, roots: Sequence[Path] | None) -> tuple[Pack | None, str]:
    """What a pack is compared with: its place's version before, else the pack that it extends."""
    known = [read_pack(item, roots) for item in versions_of(pack.region, roots) if item != pack.id]
    before = [item for item in known if item.in_force_from < pack.in_force_from]
    if before:
        return max(before, key=_begins), "version"
    return (read_pack(pack.extends, roots), "parent") if pack.extends else (None, "none")


def _begins(pack: Pack) -> tuple[date, str]:
    return pack.in_force_from, pack.id


def _examples(places: Sequence[_Place], roots: Sequence[Path] | None) -> list[Case]:
    """Published examples without a pack, of the countries that the site shows."""
    countries = dict.fromkeys(place.pack.id.partition("/")[0] for place in places)
    folders = (root / country / EXAMPLES / "cases" for country in countries for root in (roots or default_roots()))
    return [case for folder in folders for case in read_cases(folder)]


def _pages(
    places: Sequence[_Place], examples: Sequence[Case], roots: Sequence[Path] | None, lang: str, first: str
) -> Iterator[tuple[str, str]]:
    """Every page of one language: file name and text."""
    _ = translator("site", lang)
    other = next(one for one in LANGUAGES if one != lang)
    made = environment(lang, "site")
    menu = [("index", _("各地规则")), ("differences", _("各地不同之处")), ("register", _("依据清单"))]
    menu += [("examples", _("公开的例子"))] if examples else []
    made.globals.update(
        css=Markup("{}\n{}").format(static("report.css"), asset("site.css")), js=asset("site.js"), menu=menu,
        other_html_lang=HTML_LANG[other], other_name=LANGUAGE_NAMES[other],
        href=lambda page: file_name(page, lang, first), standing_words=standing_words(lang), standings=STANDINGS,
    )  # fmt: skip
    registers = {place.pack.id: list(bases(place.pack, lang)) for place in places}
    rows = [_summary(place, registers[place.pack.id], lang) for place in places]

    def page(name: str, template: str, here: str, **values: Any) -> tuple[str, str]:
        text = made.get_template(template).render(here=here, other=file_name(name, other, first), **values)
        return file_name(name, lang, first), tidy(text)

    yield page("index", "index.html", "index", places=rows)
    for place, row in zip(places, rows, strict=True):
        yield page(place.page, "pack.html", "", place=row, **_pack_values(place, places, roots, lang))
    settling = [place for place in places if place.pack.layers]
    asked = [row for place, row in zip(places, rows, strict=True) if place.pack.layers]
    questions = _questions(settling, lang)
    yield page("differences", "differences.html", "differences", places=asked, questions=questions)
    by_pack = [(row, _by_section(registers[place.pack.id])) for place, row in zip(places, rows, strict=True)]
    yield page("register", "register.html", "register", packs=by_pack)
    if examples:
        views = [case_view(case, None, lang) for case in examples]
        yield page("examples", "examples.html", "examples", cases=views)


def _summary(place: _Place, register: Sequence[Basis], lang: str) -> dict[str, Any]:
    pack = place.pack
    return {
        "id": pack.id, "title": title_words(pack.title, lang, pack.id), "page": place.page,
        "span": _span(pack, lang), "counts": Counter(basis.standing for basis in register),
        "cases": Counter(case.kind for case in place.cases),
    }  # fmt: skip


def _pack_values(place: _Place, places: Sequence[_Place], roots: Sequence[Path] | None, lang: str) -> dict[str, Any]:
    """What the page of one pack shows."""
    pack = place.pack
    shown = show_pack(pack, lang)
    sections = {section.key: section for section in shown.sections}
    drawn = None
    if place.drawn is not None:
        drawn = {"case": case_view(place.drawn[0], pack, lang), "rows": explained_steps(place.drawn[1], lang)}
    earlier = None
    if place.earlier is not None:
        listed = {item.pack.id: item.page for item in places}
        earlier = {
            "id": place.earlier.id, "title": title_words(place.earlier.title, lang, place.earlier.id),
            "span": _span(place.earlier, lang),
            "page": listed.get(place.earlier.id, ""), "relation": place.relation,
            "changes": _by_section(_changes(place, lang)),
        }  # fmt: skip
    return {
        "unknown": sections["unknowns"].lines if "unknowns" in sections else (),
        "rules": {key.partition("-")[2]: section.lines for key, section in sections.items() if "-" in key},
        "layers": layer_tables(pack, lang),
        "awards": award_tables(pack, lang),
        "drawn": drawn,
        "cases": [case_view(case, pack, lang) for case in place.cases],
        "earlier": earlier,
        "differences": [
            {"what": item.what, "answer": item.answer, "cite": cite_text(pack, item.cites, lang)}
            for item in answers(pack, lang)
        ],
        "nation": check_frame(pack, roots, lang),
        "sections": [section for section in shown.sections if section.key not in ("unknowns", "differences", "notes")],
        "notes": sections["notes"].lines if "notes" in sections else (),
        "parent": pack.extends,
        "parent_page": next((item.page for item in places if item.pack.id == pack.extends), ""),
    }


def _changes(place: _Place, lang: str) -> list[Change]:
    """What differs from the earlier rules; a parent's notes, which its child replaces by its own, are no change."""
    if place.earlier is None:
        return []
    found = compare(place.earlier, place.pack, lang)
    if place.relation == "version":
        return list(found)
    notes = {section.title for section in show_pack(place.earlier, lang).sections if section.key == "notes"}
    return [change for change in found if change.section not in notes]


def _by_section(items: Sequence[Any]) -> list[tuple[str, list[Any]]]:
    """Changes or bases under their headings, in order."""
    return [(section, list(group)) for section, group in groupby(items, key=_section)]


def _section(item: Change | Basis) -> str:
    return item.section


def _questions(places: Sequence[_Place], lang: str) -> list[dict[str, Any]]:
    """Each of the fourteen questions: every answer that a place gives, with the places that give it."""
    made: dict[str, dict[str, list[dict[str, str]]]] = {}
    for place in places:
        title = title_words(place.pack.title, lang, place.pack.id)
        for item in answers(place.pack, lang):
            cite = cite_text(place.pack, item.cites, lang)
            entry = {"id": place.pack.id, "page": place.page, "title": title, "cite": cite}
            made.setdefault(item.what, {}).setdefault(item.answer, []).append(entry)
    return [{"what": what, "answers": list(given.items()), "kinds": len(given)} for what, given in made.items()]
