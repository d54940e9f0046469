"""Identities over time: the intervals of every source, and in plain words what does not fit together.

Enters: a :class:`File`. Leaves: rows, lanes for the drawing, findings. Nothing is resolved here: which source is right
is for the deciding body to say. Imports the room.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations, pairwise
from typing import Any

from tuodi.identity import INCOMPATIBLE
from tuodi.platform.ground.words import N_, _
from tuodi.platform.registry import charts
from tuodi.platform.registry.models import Identity
from tuodi.platform.registry.person_file_basics import class_name, in_force
from tuodi.platform.registry.person_file_core import File
from tuodi.platform.registry.person_file_sight import source_name
from tuodi.platform.registry.worklists_settings import settings_of

__all__ = ["identities_of"]

ENDED = {"stated": N_("来源载明结束"), "left": N_("动态调出")}


def identities_of(file: File) -> dict[str, Any]:
    """``rows`` (one an interval), ``timeline`` (as the drawing takes it), ``findings`` (texts with a kind)."""
    sight = file.sight
    clear = sight.clear(Identity.grades["identity"]) and sight.clear(Identity.grades["from_date"])
    rows = [_row(file, one) for one in file.identities]
    spans = [
        charts.Interval(source_name(one.source), class_name(one.identity), one.from_date, one.to_date, row["note"])
        for one, row in zip(file.identities, rows, strict=True)
    ]
    return {
        "rows": rows,
        "timeline": charts.timeline(spans, file.today) if clear and spans else None,
        "findings": _findings(file) if clear else [],
        "clear": clear,
    }


def _row(file: File, one: Identity) -> dict[str, Any]:
    grades, sight = Identity.grades, file.sight
    known = file.sources.get(one.source)
    note = _(ENDED[one.ended_as]) if one.ended_as in ENDED else ""
    late = _late(one)
    if late:
        note = "；".join(part for part in (note, _("标识晚于认定 {n} 天").format(n=late)) if part)
    return {
        "source": source_name(one.source),
        "identity": sight.show(class_name(one.identity), grades["identity"]),
        "from": sight.show(one.from_date, grades["from_date"]),
        "to": sight.show(one.to_date, grades["to_date"]) or "",
        "recognised_on": sight.show(one.recognised_on, grades["recognised_on"]) or "",
        "flagged_on": sight.show(one.flagged_on, grades["flagged_on"]) or "",
        "as_of": known.as_of if known and known.as_of else "",
        "stale": bool(known and known.stale),
        "note": note if sight.clear(grades["flagged_on"]) else "",
    }


def _late(one: Identity) -> int:
    """Days by which a flag was set after it should hold."""
    return max((one.flagged_on - one.from_date).days, 0) if one.flagged_on else 0


def _finding(kind: str, text: str, stale: bool = False) -> dict[str, Any]:
    return {"kind": kind, "text": text, "stale": stale}


def _findings(file: File) -> list[dict[str, Any]]:
    rules = settings_of()
    now = [one for one in file.identities if in_force(one.from_date, one.to_date, file.today)]
    deciding = [one for one in now if one.source in rules.recognisers]
    flags = [one for one in now if one.source in rules.flaggers]
    found = [
        *_unflagged(file, deciding, flags),
        *_lagging(file, rules.late_flag_days),
        *_unrecognised(file, deciding, flags),
    ]
    for one, other in combinations(sorted(now, key=lambda row: (row.identity, row.source)), 2):
        pair = {one.identity, other.identity}
        if any(pair == set(both) for both in INCOMPATIBLE):
            found.append(_finding("warning", _("{a}（{source_a}）与{b}（{source_b}）不能同时有效。").format(
                a=class_name(one.identity), source_a=source_name(one.source), b=class_name(other.identity),
                source_b=source_name(other.source)), file.stale(one.source) or file.stale(other.source)))  # fmt: skip
    found += _gaps(file.identities)
    died = file.person.died_on
    if died and deciding and died <= file.today:
        found.append(_finding("danger", _("登记死亡日期为 {day}，仍在{source}中。").format(
            day=died, source=source_name(deciding[0].source))))  # fmt: skip
    return found


def _unflagged(file: File, deciding: list[Identity], flags: list[Identity]) -> list[dict[str, Any]]:
    held = {one.identity for one in flags}
    found = []
    for one in deciding:
        if one.identity in held:
            continue
        text = (
            _("{source}自 {day} 起认定为{name}，医保标识为{other}。")
            if held
            else _("{source}自 {day} 起认定为{name}，医保没有有效标识。")
        )
        found.append(_finding("warning", text.format(
            source=source_name(one.source), day=one.from_date, name=class_name(one.identity),
            other=_("、").join(class_name(code) for code in sorted(held))),
            any(file.stale(code) for code in (one.source, *(flag.source for flag in flags)))))  # fmt: skip
    return found


def _unrecognised(file: File, deciding: list[Identity], flags: list[Identity]) -> list[dict[str, Any]]:
    """Flags of classes that civil affairs or agriculture decide, without their list."""
    rules = settings_of()
    held = {one.identity for one in deciding}
    return [
        _finding("info", _("医保标识为{name}，认定部门的名册中没有。").format(name=class_name(one.identity)),
                 any(file.stale(code) for code in rules.recognisers))
        for one in flags
        if one.identity in rules.recognised_classes and one.identity not in held
    ]  # fmt: skip


def _lagging(file: File, days: int) -> list[dict[str, Any]]:
    rules = settings_of()
    found = []
    for one in file.identities:
        if one.source not in rules.recognisers:
            continue
        marks = [
            flag for flag in file.identities
            if flag.source in rules.flaggers and flag.identity == one.identity and flag.flagged_on
            and (flag.to_date is None or flag.to_date >= one.from_date)
        ]  # fmt: skip
        first: date | None = min((flag.flagged_on for flag in marks), default=None)
        if first and (first - one.from_date).days > days:
            found.append(_finding("warning", _("{name}自 {day} 起认定，{flagged} 才标识，晚 {n} 天。").format(
                name=class_name(one.identity), day=one.from_date, flagged=first,
                n=(first - one.from_date).days)))  # fmt: skip
    return found


def _gaps(rows: list[Identity]) -> list[dict[str, Any]]:
    by_key: dict[tuple[str, str], list[Identity]] = {}
    for one in rows:
        by_key.setdefault((one.source, one.identity), []).append(one)
    found = []
    for (source, identity), spans in by_key.items():
        for one, following in pairwise(spans):
            if one.to_date and following.from_date > one.to_date + timedelta(days=1):
                found.append(_finding("info", _("{source}：{name}在 {a} 至 {b} 之间中断。").format(
                    source=source_name(source), name=class_name(identity), a=one.to_date + timedelta(days=1),
                    b=following.from_date - timedelta(days=1))))  # fmt: skip
            elif one.to_date is None or following.from_date <= one.to_date:
                found.append(_finding("info", _("{source}：{name}的两段有重叠（自 {day} 起）。").format(
                    source=source_name(source), name=class_name(identity), day=following.from_date)))  # fmt: skip
    return found
