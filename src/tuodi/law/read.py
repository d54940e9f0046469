"""Read a pack: YAML → :class:`Pack`, with ``extends`` resolved and every shorthand written out.

Enters: an id (``cn/500112/2023``), a region, a folder or a file. Leaves: typed packs in which every value knows
where it was written and what it rests on. Raises ``PackError`` with all that is wrong. Sections 1–6 and 9–10 of
``docs/reference/pack-language.md``. Imports ``tuodi.vocabulary``, ``tuodi.money``, ``tuodi.errors``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from tuodi import vocabulary
from tuodi.errors import PackError, nearest
from tuodi.law.check import consistent
from tuodi.law.classes import classes_of, identity_rules
from tuodi.law.derive import derived
from tuodi.law.find import Place, default_roots, locate
from tuodi.law.income import income_lines
from tuodi.law.layers import award, given_layer, layer, recorded_as, rounding
from tuodi.law.merge import merge
from tuodi.law.model import (
    Dates,
    Departure,
    Document,
    LocalCode,
    Note,
    OneStop,
    Origin,
    Pack,
    Reference,
    Rounding,
    Unknown,
)
from tuodi.law.monitoring import monitoring_lines
from tuodi.law.premium import premium_years
from tuodi.law.schema import check_structure
from tuodi.law.source import Node, Problems, read_yaml
from tuodi.law.values import (
    CODE_SETS,
    Reading,
    choice,
    cites,
    conditions,
    day,
    each,
    flag,
    month_day,
    text,
    title,
    value,
)
from tuodi.tables import PARTS

__all__ = ["documents_of", "gather", "read_pack", "read_versions"]

_FORMS = ("law", "page", "example", "calc", "recall")
_BY = ("admitted_on", "discharged_on", "settled_at", "benefit_year")
_YEARS = ("previous", "before_previous")

WITHOUT_LAYERS = ("monitoring", "premium_subsidy")
"""A pack that states one of these needs no layers."""


def read_pack(ref: str | Path, roots: Sequence[Path] | None = None) -> Pack:
    """The pack of an id, a folder or a file. A region with one version is that version.

    Raises ``PackError``: no such pack, several versions (:func:`read_versions` reads them all), or problems in the
    file or in one that it extends.
    """
    places = locate(str(ref), roots)
    problems = Problems()
    if len(places) > 1:
        ids = ", ".join(place.id for place in places)
        problems.add(Origin(file=str(ref)), f"{len(places)} versions: {ids}", "one of them; a date chooses among them")
        raise PackError(problems.found)
    pack = gather(places[0], roots, problems)
    if problems or pack is None:
        raise PackError(problems.found)
    return pack


def read_versions(ref: str | Path, roots: Sequence[Path] | None = None) -> tuple[Pack, ...]:
    """All packs that ``ref`` means (one for an id, every version for a region), earliest first."""
    problems = Problems()
    packs = [gather(place, roots, problems) for place in locate(str(ref), roots)]
    if problems:
        raise PackError(problems.found)
    return tuple(sorted((pack for pack in packs if pack), key=lambda pack: (pack.in_force_from, pack.id)))


def gather(place: Place, roots: Sequence[Path] | None, problems: Problems) -> Pack | None:
    """The pack at one place as far as it can be read; what is wrong is noted. None where nothing can be."""
    files: list[Node] = []
    tree = _tree(place, roots, problems, files)
    pack = None if tree is None else _pack(Reading(problems), tree, place)
    for file in files:
        check_structure(file, problems)
    if pack is not None:
        consistent(pack, problems)
    return pack


def _tree(place: Place, roots: Sequence[Path] | None, problems: Problems, files: list[Node]) -> Node | None:
    """One file over those it extends; every tree on the way, as written, is put into ``files``."""
    try:
        written = place.path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        problems.add(Origin(place.id, place.name), f"not UTF-8: byte {error.start}", "the file saved as UTF-8")
        return None
    node = read_yaml(written, place.name, place.id or place.path.stem, problems)
    if node is None:
        return None
    below = [own.text for file in files if (own := file.get("pack"))]
    files.append(node)
    own_id, extends = node.get("pack"), node.get("extends")
    if own_id is not None and place.id and own_id.text != place.id:
        problems.add(own_id.origin, f"the id {own_id.text!r}", f"{place.id!r}, as the folder says")
    _empty(node, problems, extends is not None)
    if extends is None:
        return merge(Node({}, node.origin), node)
    chain = [*below, own_id.text if own_id else place.id]
    if extends.text in chain:
        circle = " → ".join([*chain, extends.text])
        problems.add(extends.origin, f"a circle: {circle}", "a pack that does not lead back to this one")
        return None
    try:
        found = locate(extends.text, [*(roots or default_roots()), *([place.root] if place.root else ())])
    except PackError as error:
        problems.add(extends.origin, error.problems[0].found, "the id of a pack with its version: cn/500000/2023")
        return None
    if found[0].id != extends.text:
        versions = ", ".join(item.id for item in found)
        problems.add(extends.origin, f"{extends.text!r} names a region", f"a version of it: {versions}")
        return None
    parent = _tree(found[0], roots, problems, files)
    return None if parent is None else merge(parent, node)


def _empty(node: Node, problems: Problems, extends: bool) -> None:
    """A key without a value means something (removed) only in a pack that extends another; an empty item never."""
    for item in node.walk():
        for key, below in item.mapping.items():
            if below.content is None and not extends:
                problems.add(below.origin, f"nothing after {key!r}", "a value; or leave the key out")
        for below in item.items:
            if below.content is None:
                problems.add(below.origin, "an empty item of a list", "a value; or leave the item out")


def _pack(reading: Reading, tree: Node, place: Place) -> Pack:
    without = any(tree.get(key) for key in WITHOUT_LAYERS)
    for key in ("pack", "title", "in_force", "documents", "layers"):
        if tree.get(key) is None and not (without and key == "layers"):
            reading.wrong(tree, f"{key!r} is missing", "see section 1 of docs/reference/pack-language.md")
    documents = documents_of(reading, tree.get("documents"))
    reading.documents = frozenset(documents)
    local = _local_codes(reading, tree.get("codes"))
    reading.codes = {name: (*vocabulary.codes(name), *local.get(name, {})) for name in CODE_SETS}
    reference = _references(reading, tree.get("reference"))
    reading.references = tuple(reference)
    attributes = derived(reading, tree.get("derived"))
    classes = classes_of(reading, tree)
    default = rounding(reading, tree.get("rounding"), Rounding(), ())
    nodes = tree.mapping["layers"].mapping if tree.get("layers") else {}
    computed = {key: node for key, node in nodes.items() if node.get("given") is None}
    recorded = recorded_as(reading, tree.get("recorded_as"), computed)
    given = tree.get("given")
    first = [
        replace(given_layer(reading, name, item), classes=classes)
        for name, item in (given.mapping if given else {}).items()
        if name != "cite"
    ]
    for item in first:
        if item.id in nodes:
            reading.wrong(nodes[item.id], f"the layer {item.id!r} is given and computed", "one of the two")
    layers = [layer(reading, name, node, classes, default, recorded) for name, node in nodes.items()]
    awards = tree.get("awards")
    begins, ends = _in_force(reading, tree.get("in_force"))
    hospital, late = tree.get("hospital_part"), tree.get("late_repayment")
    pack_id = text(reading, tree.get("pack")) or place.id
    return Pack(
        id=pack_id if pack_id.count("/") else f"draft/{pack_id}",
        title=title(reading, tree.get("title")),
        in_force_from=begins,
        in_force_to=ends,
        documents=documents,
        dates=_dates(reading, tree.get("dates")),
        layers=(*first, *layers),
        classes=classes,
        identities=identity_rules(reading, tree.get("identities"), tuple(computed)),
        codes=local,
        reference=reference,
        derived=attributes,
        hospital_reduces=_hospital(reading, hospital),
        hospital_cites=cites(reading, hospital),
        awards=tuple(
            award(reading, name, node, classes, default) for name, node in (awards.mapping if awards else {}).items()
        ),
        one_stop=_one_stop(
            reading, tree.get("one_stop"), {*classes.names, *(name for item in layers for name in item.classes.names)}
        ),
        late_until=month_day(reading, late.get("until")) if late else None,
        late_cites=cites(reading, late),
        monitoring=monitoring_lines(reading, tree.get("monitoring"), tuple(item.id for item in (*first, *layers))),
        income_lines=income_lines(reading, tree.get("income_lines")),
        premium_subsidy=premium_years(reading, tree.get("premium_subsidy"), classes),
        departs=_departs(reading, tree.get("departs")),
        notes=tuple(Note(title(reading, item), cites(reading, item)) for item in each(tree.get("notes"))),
        extends=text(reading, tree.get("extends")),
        folder=str(place.path.parent),
    )


def documents_of(reading: Reading, node: Node | None) -> dict[str, Document]:
    """``documents``: the sources, each of exactly one form."""
    made: dict[str, Document] = {}
    for key, item in (node.mapping if node else {}).items():
        forms = [form for form in _FORMS if item.get(form) is not None]
        if len(forms) != 1:
            found = " and ".join(repr(form) for form in forms) if forms else "no source"
            reading.wrong(item, found, f"exactly one of: {', '.join(_FORMS)}")
            forms = forms or ["page"]
        form: Any = forms[0]
        verified = flag(reading, item.get("verified"))
        if verified and form != "law":
            reading.wrong(
                item.mapping["verified"], f"'verified: true' on {form!r}", "only a law's text can be verified"
            )
        name = text(reading, item.get(form))
        if form == "recall" and item.get(form):
            name = choice(reading, item.get(form), ("high", "medium", "low"), "the confidence")
        read_on = item.get("date")
        made[key] = Document(
            key=key,
            kind=form,
            name=name,
            title=text(reading, item.get("title")),
            date=day(reading, read_on) if read_on else None,
            address=text(reading, item.get("address")),
            note=text(reading, item.get("note")),
            verified=verified,
        )
    return made


def _local_codes(reading: Reading, node: Node | None) -> dict[str, dict[str, LocalCode]]:
    made: dict[str, dict[str, LocalCode]] = {}
    for name, listed in (node.mapping if node else {}).items():
        if name not in CODE_SETS:
            reading.wrong(listed, f"the code set {name!r}", f"one of: {', '.join(CODE_SETS)}{nearest(name, CODE_SETS)}")
            continue
        core = vocabulary.codes(name)
        made[name] = {}
        for code, item in listed.mapping.items():
            parent = item.get("parent")
            if code in core:
                reading.wrong(item, f"the local code {code!r}", "another name: it is a core code")
            if parent is None:
                reading.wrong(item, f"the local code {code!r} has no parent", f"parent: one of: {', '.join(core)}")
            found = reading.name(parent, core, "the parent") if parent else ""
            made[name][code] = LocalCode(code, found, title(reading, item))
    return made


def _references(reading: Reading, node: Node | None) -> dict[str, Reference]:
    made: dict[str, Reference] = {}
    for name, item in (node.mapping if node else {}).items():
        here = cites(reading, item)
        listed = item.get("values")
        values = {}
        for year, cell in (listed.mapping if listed else {}).items():
            if not (year.isdigit() and len(year) == 4):
                reading.wrong(cell, f"the year {year!r}", "a year such as 2023")
                continue
            values[int(year)] = value(reading, cell, "amount")
            if not here and not isinstance(values[int(year)], Unknown):
                reading.wrong(cell, "a value without a citation", "'cite' beside 'values'")
        if listed is None:
            reading.wrong(item, "no values", "values: {2023: 33802 yuan}")
        made[name] = Reference(
            name=name,
            title=title(reading, item.get("title")),
            values=values,
            area=text(reading, item.get("area")),
            cites=here,
            origin=item.origin,
        )
    return made


def _dates(reading: Reading, node: Node | None) -> Dates:
    if node is None:
        return Dates()
    counter, income = node.get("counter_year"), node.get("income_year")
    by, is_year = (item.get(key) if item and item.mapping else item for item, key in ((counter, "by"), (income, "is")))
    until, use = (income.get(key) if income else None for key in ("until", "use"))
    if (until is None) != (use is None) and income is not None:
        reading.wrong(income, "'until' or 'use' alone", "both: {is: previous, until: 06-30, use: before_previous}")
    on = ("on_admission", "on_discharge", "on_settlement")
    return Dates(
        version=choice(reading, node.get("version"), _BY[:3], "the date", "discharged_on"),
        counter_year_by=choice(reading, by, _BY, "the date", "settled_at"),
        year_starts=month_day(reading, counter.get("starts") if counter else None),
        identity=choice(reading, node.get("identity"), (*on, "any_day_of_stay"), "the day", "on_settlement"),
        age=choice(reading, node.get("age"), on, "the day", "on_admission"),
        income_year=choice(reading, is_year, _YEARS, "the year", "previous"),
        income_until=month_day(reading, until) if until else None,
        income_until_year=choice(reading, use, _YEARS, "the year"),
        cites=cites(reading, node),
        origin=node.origin,
    )


def _in_force(reading: Reading, node: Node | None) -> tuple[date, date | None]:
    begins = node.get("from") if node else None
    if node is None or begins is None:
        if node is not None:
            reading.wrong(node, "'from' is missing", "{from: 2024-01-01}")
        return date(1, 1, 1), None
    ends = node.get("to")
    first, last = day(reading, begins), day(reading, ends) if ends else None
    if last is not None and last < first and ends is not None:
        reading.wrong(ends, f"in force to {last}, before {first}", "a day on or after 'from'")
    return first, last


def _hospital(reading: Reading, node: Node | None) -> tuple[str, ...] | None:
    if node is None:
        return None
    return tuple(reading.name(item, PARTS, "the part") for item in each(node.get("reduces")))


def _one_stop(reading: Reading, node: Node | None, classes: set[str]) -> tuple[OneStop, ...]:
    made = []
    for item in each(node):
        pairs = {key: below for key, below in item.mapping.items() if key != "cite"}
        codes = conditions(reading, pairs, sorted(classes), ("class", "setting", "place"))
        made.append(
            OneStop(
                classes=codes.get("class", ()),
                settings=codes.get("setting", ()),
                places=codes.get("place", ()),
                cites=cites(reading, item),
                origin=item.origin,
            )
        )
    return tuple(made)


def _departs(reading: Reading, node: Node | None) -> tuple[Departure, ...]:
    made = []
    for item in each(node):
        bound, here = text(reading, item.get("bound")), cites(reading, item)
        if not bound:
            reading.wrong(item, "a departure from nothing", "bound: the id of a bound of the national frame")
        if not here:
            reading.wrong(item, "a departure without a citation", "'cite': which text of the place says otherwise")
        made.append(Departure(bound, title(reading, item.get("why")), here, item.origin))
    return tuple(made)
