"""A finding in plain words: what a row of a worklist says, from its codes and dates.

Enters: a kind of finding, its detail, the reader's sight. Leaves: a sentence and the classes it speaks of, masked where
the reader may not know them. Imports the room.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tuodi import vocabulary
from tuodi.money import yuan
from tuodi.platform.ground.grades import Graded, mask
from tuodi.platform.ground.words import N_, _, language
from tuodi.platform.registry.models import Identity, Person, Settlement
from tuodi.platform.registry.person_file_basics import class_name
from tuodi.platform.registry.person_file_places import Names
from tuodi.platform.registry.person_file_sight import Sight, source_name

__all__ = ["finding"]

_LISTS = {
    "recognitions": N_("认定名册"), "flags": N_("身份标识"), "members": N_("监测家庭成员"),
    "disabilities": N_("残疾人名册"),
    "enrolments": N_("参保明细"), "subsidies": N_("资助参保"),
}  # fmt: skip


def _joined(parts: Iterable[str]) -> str:
    return _("、").join(parts)


def finding(sight: Sight, kind: str, detail: dict[str, Any], places: Names) -> tuple[str, list[str]]:
    """The sentence, and the classes by name."""
    graded = Identity.grades["identity"]
    codes = list(detail.get("identities") or ([detail["identity"]] if detail.get("identity") else []))
    classes = [sight.show(class_name(code), graded) for code in codes]
    return _MAKERS[kind](sight, detail, places, classes), classes


def _day(sight: Sight, value: Any, graded: Graded) -> str:
    return str(sight.show(str(value), graded)) if value else "—"


def _not_flagged(_sight: Sight, detail: dict[str, Any], _places: Names, classes: list[str]) -> str:
    text = _("已认定为{name}，没有有效标识。").format(name=_joined(classes))
    return text + (_("标识名单早于认定日期，待下一期核对。") if detail.get("pending") else "")


def _late_flag(sight: Sight, detail: dict[str, Any], _places: Names, classes: list[str]) -> str:
    grades = Identity.grades
    return _("{name}自 {day} 起认定，{flagged} 才标识，晚 {n} 天。").format(
        name=_joined(classes), day=_day(sight, detail["from"], grades["from_date"]),
        flagged=_day(sight, detail["flagged"], grades["flagged_on"]),
        n=detail["days"] if sight.clear(grades["from_date"]) else mask(detail["days"], "blank"),
    )  # fmt: skip


def _uninsured(_sight: Sight, detail: dict[str, Any], _places: Names, _classes: list[str]) -> str:
    text = _("{year} 年度名单记为未参保或已停保。") if detail.get("said") else _("{year} 年度参保明细中没有此人。")
    return text.format(year=detail["year"])


def _insured_twice(_sight: Sight, detail: dict[str, Any], places: Names, _classes: list[str]) -> str:
    schemes = [vocabulary.label("scheme", one, language()) for one in detail["schemes"]]
    where = [places.code(one) for one in detail["places"]]
    return _("{year} 年度：{schemes}；参保地：{places}。").format(
        year=detail["year"], schemes=_joined(schemes), places=_joined(where) or "—"
    )


def _elsewhere(_sight: Sight, detail: dict[str, Any], places: Names, _classes: list[str]) -> str:
    words = {"living": _("居住地"), "insured": _("参保地"), "registered": _("户籍地")}
    return _joined(f"{word} {places.code(detail[name]) or '—'}" for name, word in words.items() if detail.get(name))


def _value(sight: Sight, kind: str, value: str) -> str:
    if kind == "sex":
        return vocabulary.label("sex", value, language())
    if kind == "township":
        return value
    return str(sight.show(value, Person.grades["birth_date"]))


def _values(kind: str, label: str) -> Any:
    def made(sight: Sight, detail: dict[str, Any], _places: Names, _classes: list[str]) -> str:
        ordered = sorted(detail["values"], key=lambda one: (one["source"], one["value"]))
        said = [f"{source_name(one['source'])} {_value(sight, kind, one['value'])}" for one in ordered]
        return _("{label}不一致：{said}。").format(label=_(label), said=_joined(said))

    return made


def _identity(sight: Sight, detail: dict[str, Any], _places: Names, classes: list[str]) -> str:
    flags = [sight.show(class_name(code), Identity.grades["identity"]) for code in detail.get("flags") or ()]
    return _("认定为{name}，医保标识为{flags}。").format(name=_joined(classes), flags=_joined(flags))


def _alive(sight: Sight, detail: dict[str, Any], _places: Names, _classes: list[str]) -> str:
    return _("登记死亡日期 {day}，仍有有效身份。").format(day=_day(sight, detail["died_on"], Person.grades["died_on"]))


def _dead(sight: Sight, detail: dict[str, Any], _places: Names, _classes: list[str]) -> str:
    lists = [_(_LISTS[one]) for one in detail["lists"]]
    return _("登记死亡日期 {day}，仍在：{lists}。").format(
        day=_day(sight, detail["died_on"], Person.grades["died_on"]), lists=_joined(lists)
    )


def _unrecognised(sight: Sight, detail: dict[str, Any], _places: Names, _classes: list[str]) -> str:
    own = detail.get("own")
    amount = sight.show(yuan(own), Settlement.grades["own_total"]) if own is not None else "—"
    return _("{year} 年度个人负担 {amount} 元，没有有效救助身份。").format(
        year=detail.get("year") or "—", amount=amount
    )


_MAKERS: dict[str, Any] = {
    "not_flagged": _not_flagged, "late_flag": _late_flag, "uninsured": _uninsured, "insured_twice": _insured_twice,
    "elsewhere": _elsewhere, "birth_date": _values("birth_date", N_("出生日期")), "sex": _values("sex", N_("性别")),
    "township": _values("township", N_("乡镇（街道）")),
    "identity": _identity, "alive": _alive, "dead": _dead, "unrecognised": _unrecognised,
}  # fmt: skip
