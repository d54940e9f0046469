"""The head of a person's file and its basics: each field with source and date, and where sources disagree.

Enters: a :class:`File`. Leaves: plain data, masked for its reader. Imports the room.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from tuodi import vocabulary
from tuodi.identity import read_certificate, word
from tuodi.platform.ground.grades import mask
from tuodi.platform.ground.sealing import open_seal
from tuodi.platform.ground.words import N_, _, language
from tuodi.platform.registry.models import Entry
from tuodi.platform.registry.person_file_core import File, as_day, values_of
from tuodi.platform.registry.person_file_sight import REVEALS, source_name

__all__ = ["age_on", "basics", "class_name", "head", "in_force"]

FIELDS: tuple[tuple[str, str, str, str], ...] = (
    ("name", N_("姓名"), "person_name", "name"),
    ("number", N_("证件号码"), "certificate", "number_sealed"),
    ("sex", N_("性别"), "sex", "sex"),
    ("birth_date", N_("出生日期"), "birth_date", "birth_date"),
    ("phone", N_("联系电话"), "phone", "phone_sealed"),
    ("account", N_("银行账号"), "bank_account", "account_sealed"),
    ("address", N_("住址"), "address", "address"),
)
"""Field, label, column of a list, column of the person."""

_SEALED = ("number", "phone", "account")
_LISTED = ("recognitions", "flags", "members", "households")
_FURTHER = (
    ("identity", N_("救助身份"), _LISTED), ("cause", N_("致困原因"), ()), ("risk", N_("返贫致贫风险"), ()),
    ("health", N_("健康状况"), ()), ("illness", N_("病种"), ()), ("category", N_("残疾类别"), ()),
    ("grade", N_("残疾等级"), ()), ("status", N_("参保状态"), ("enrolments",)), ("schooling", N_("在校生状况"), ()),
    ("work", N_("务工情况"), ()), ("monthly_amount", N_("月保障金额"), ()),
)  # fmt: skip
"""What only one department knows of a person, in the order of the page; the lists that mean it so, if not all do."""


def age_on(born: date | None, day: date) -> int | None:
    """Completed years of life."""
    return None if born is None else day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def class_name(code: str) -> str:
    """An identity's word."""
    return vocabulary.label("identity", code, language())


def in_force(start: date, end: date | None, day: date) -> bool:
    """Whether an interval holds on a day, both ends included."""
    return start <= day and (end is None or end >= day)


def age_text(file: File) -> str:
    """Years where the birth date may be seen, ten years otherwise."""
    years = age_on(file.person.birth_date, file.person.died_on or file.today)
    if years is None:
        return ""
    if file.sight.clear(file.graded("birth_date")):
        return _("{n} 岁").format(n=years)
    return _("{low}–{high} 岁").format(low=years // 10 * 10, high=years // 10 * 10 + 9)


def number_of(file: File, field: str) -> str:
    """A sealed number of the person, or its mask."""
    kind = {"number": "number", "phone": "phone", "account": "account"}[field]
    return str(file.show(f"{field}_sealed", open_seal(kind, getattr(file.person, f"{field}_sealed")), field))


def head(file: File) -> dict[str, Any]:
    """Name, masked number, age, village, classes in force, marks. ``asks``: what a reason would show."""
    person, sight = file.person, file.sight
    now = [one for one in file.identities if in_force(one.from_date, one.to_date, file.today)]
    graded = now[0].grades["identity"] if now else None
    classes = sorted({one.identity for one in now})
    return {
        "id": person.id,
        "name": file.show("name", person.name),
        "number": number_of(file, "number"),
        "certificate_kind": _kind(person.certificate_kind),
        "phone": number_of(file, "phone"),
        "sex": vocabulary.label("sex", person.sex, language()) if person.sex else "",
        "age": age_text(file),
        "place": file.names.place(str(person.region_path)),
        "classes": [sight.show(class_name(code), graded) for code in classes] if graded else [],
        "monitored": any(one.household.monitored_as and not one.household.to_date for one in file.memberships),
        "died_on": file.show("died_on", person.died_on),
        "asks": [field for field in REVEALS if sight.may_ask(field)],
        "revealed": sorted(sight.revealed),
    }


def _kind(code: str) -> str:
    return word("kind", code, language()) if code else ""


def basics(file: File) -> dict[str, Any]:
    """``fields``: what several sources say; ``further``: what one department knows; ``residence``: the three places."""
    return {"fields": [_field(file, *one) for one in FIELDS], "further": _further(file), "residence": _residence(file)}


def _field(file: File, field: str, label: str, column: str, own: str) -> dict[str, Any]:
    clean = _CLEAN[field]
    if field in _SEALED:
        held = open_seal(field, getattr(file.person, own))
    else:
        value = getattr(file.person, own)
        held = value.isoformat() if isinstance(value, date) else str(value or "")
    said = list(_said(file, column, field in _SEALED))
    same = [(entry, value) for entry, value in said if clean(value) == clean(held)] if held else said[:1]
    others = [(entry, value) for entry, value in said if clean(value) != clean(held or (same[0][1] if same else ""))]
    source = same[0][0] if same else None
    shown = held or (same[0][1] if same else "")
    return {
        "key": field,
        "label": _(label),
        "value": _shown(file, field, own, shown),
        **_origin(file, source),
        "ask": field if field in _SEALED and shown and file.sight.may_ask(field) else "",
        "others": [{"value": _shown(file, field, own, value), **_origin(file, entry)} for entry, value in others],
        "confirmed_by": sorted({source_name(entry.source) for entry, _value in same}),
    }


def _said(file: File, column: str, sealed: bool) -> Iterator[tuple[Entry, str]]:
    """What each source's newest row says of a column."""
    seen = set()
    for entry in file.entries:
        if entry.source in seen:
            continue
        value = (file.sealed(entry) if sealed else values_of(entry)).get(column)
        if value not in (None, ""):
            seen.add(entry.source)
            yield entry, str(value)


def _shown(file: File, field: str, own: str, value: str) -> str:
    if not value:
        return ""
    if field == "sex":
        return vocabulary.label("sex", value, language())
    if field in _SEALED:
        graded = file.graded(own)
        return value if file.sight.clear(graded, field) else mask(value, graded.shape)
    return str(file.show(own, value))


def _origin(file: File, entry: Entry | None) -> dict[str, Any]:
    if entry is None:
        return {"source": "", "as_of": "", "stale": False, "left": False}
    as_of = file.as_of(entry.source, entry.as_of) if entry.until is None else entry.as_of
    return {
        "source": source_name(entry.source), "as_of": as_of or "", "stale": file.stale(entry.source),
        "left": entry.until is not None,
    }  # fmt: skip


def _number(text: str) -> str:
    found = read_certificate(text)
    return found.number or found.text or ""


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())


_CLEAN: dict[str, Callable[[str], str]] = {
    "name": lambda text: "".join(text.split()), "number": _number, "sex": str.strip,
    "birth_date": lambda text: text[:10],
    "phone": _digits, "account": _digits, "address": lambda text: "".join(text.split()),
}  # fmt: skip


def _further(file: File) -> list[dict[str, Any]]:
    """A line for each column and source that has it, rows of lists in force only."""
    lines = []
    for column, label, targets in _FURTHER:
        seen = set()
        for entry in file.entries:
            value = values_of(entry).get(column)
            if targets and entry.target not in targets:
                continue
            if entry.until is not None or value in (None, "") or (entry.source, str(value)) in seen:
                continue
            seen.add((entry.source, str(value)))
            shown = file.sight.column(entry.source, column, value)
            lines.append({
                "key": column, "label": _(label), "value": shown,
                "money": column == "monthly_amount" and isinstance(shown, int), **_origin(file, entry),
            })  # fmt: skip
    return lines


def _residence(file: File) -> list[dict[str, Any]]:
    person = file.person
    places = (
        (N_("居住地"), file.names.place(str(person.region_path))),
        (N_("参保地"), file.names.code(person.insured_region)),
        (N_("户籍地"), file.names.code(person.registered_region)),
    )
    first = next((day for day in (as_day(entry.as_of) for entry in reversed(file.entries)) if day), None)
    return [{"label": _(label), "value": value} for label, value in places] + [
        {"label": _("首次出现于"), "value": first or ""}
    ]
