"""Who is what on a day: ages, identities in force, one class per layer.

Enters: identity rows and a bill's dates. Leaves: truth with three values, and the classes a person may be in.
Standard library only.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tuodi.oracle.conditions import Truth, View, all_of, any_of, holds
from tuodi.oracle.packs import OraclePack, listed

__all__ = ["Days", "add_months", "age_on", "classes_for", "in_force", "recognition_year"]

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Days:
    """The dates of one bill; ``admitted`` is ``None`` where it is unknown. ``stay`` spans the whole stay."""

    admitted: date | None
    discharged: date
    settled: date
    stay: tuple[date | None, date]


def add_months(day: date, months: int) -> date:
    """The same day of the month ``months`` later (earlier if negative), or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def age_on(birth: date | None, day: date | None) -> int | None:
    """Full years on a day."""
    if birth is None or day is None:
        return None
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def _by_code(pack: OraclePack, code: str, table: dict[str, Any]) -> Any:
    return table.get(code, table.get(pack.parent("identity", code) or ""))


def _look_backs(pack: OraclePack, row: dict[str, Any], layer: str) -> list[dict[str, Any]]:
    """Every look-back that the row has in a layer: the one that reaches farthest holds."""
    return [
        rule
        for rule in listed(pack.get("identities", "look_back"))
        if (rule.get("layers") is None or layer in listed(rule["layers"]))
        and pack.is_a("identity", row["identity"], listed(rule["identities"]))
    ]


def _anchor(row: dict[str, Any], rule: dict[str, Any]) -> date:
    recognised: date = row["from"]
    if rule.get("anchor", "recognised_on") == "recognised_on":
        recognised = row.get("recognised_on") or recognised
    return recognised


def _interval(pack: OraclePack, row: dict[str, Any], look_backs: list[dict[str, Any]]) -> tuple[date, date]:
    """First and last day on which an identity row counts, with look-backs."""
    rules = pack.get("identities") or {}
    start: date = row["from"]
    if rules.get("effective") == "next_month":
        start = add_months(start.replace(day=1), 1)
    end: date = row.get("to") or date.max
    if rules.get("ends") == "end_of_month" and row.get("to"):
        end = add_months(end.replace(day=1), 1) - ONE_DAY
    months = _by_code(pack, row["identity"], rules.get("valid_months") or {})
    if months is not None:
        end = min(end, add_months(row["from"], int(months)) - ONE_DAY)
    for look_back in look_backs:
        months_back = int(look_back["months"]) - (look_back.get("anchor_month") == "counted")
        start = min(start, add_months(_anchor(row, look_back).replace(day=1), -months_back))
    return start, end


def _touches(start: date, end: date, first: date | None, last: date) -> Truth:
    """Whether two intervals share a day; the second may begin on an unknown day up to its last."""
    if start > end or start > last:
        return False
    if end >= last:
        return True
    return None if first is None else end >= first


def in_force(pack: OraclePack, row: dict[str, Any], days: Days, layer: str | None) -> Truth:
    """Whether an identity row is in force for a bill in a layer (``None``: without any look-back)."""
    return _in_force(pack, row, days, _look_backs(pack, row, layer) if layer else [])


def _in_force(pack: OraclePack, row: dict[str, Any], days: Days, look_backs: list[dict[str, Any]]) -> Truth:
    start, end = _interval(pack, row, look_backs)
    rule = pack.date_rule("identity", "on_settlement")
    if rule == "any_day_of_stay":
        found = _touches(start, end, days.admitted, days.discharged)
    elif rule == "on_admission":
        if days.admitted is not None:
            found = start <= days.admitted <= end
        else:
            found = None if start <= min(end, days.discharged) else False
    else:
        day = days.discharged if rule == "on_discharge" else days.settled
        found = start <= day <= end
    if pack.get("identities", "effective") == "by_stay":
        return any_of([found, _touches(start, end, *days.stay)])
    return found


# Classes ---------------------------------------------------------------------------------------------


def _member_in_force(
    pack: OraclePack,
    member: Any,
    rows: list[dict[str, Any]],
    view: View,
    days: Days,
    layer: str,
    named: set[str],
) -> tuple[Truth, bool]:
    """Whether a member of a class holds, and whether a row of it in force was chosen."""
    conditions = dict(member) if isinstance(member, dict) else {"identity": member}
    wanted = listed(conditions.pop("identity", None))
    mine = [row for row in rows if row["identity"] in wanted or _through_parent(pack, row, wanted, named)]
    loose = [row for row in rows if _only_the_core(pack, row["identity"], wanted, named)]
    perhaps: Truth = None if any(in_force(pack, row, days, layer) is not False for row in loose) else False
    if not mine:
        return perhaps, False
    states = [(in_force(pack, row, days, layer), row) for row in mine]
    rest = holds(view, conditions)
    chosen = rest is not False and any(state and row.get("chosen") for state, row in states)
    return any_of([all_of([any_of(state for state, _ in states), rest]), perhaps]), chosen


def _only_the_core(pack: OraclePack, identity: str, wanted: list[str], named: set[str]) -> bool:
    """Whether a list says only the core identity of a local one that is wanted, and no class names the core one."""
    return identity not in named and any(pack.parent("identity", code) == identity for code in wanted)


def _through_parent(pack: OraclePack, row: dict[str, Any], wanted: list[str], named: set[str]) -> bool:
    """A local identity is what its parent is, unless some class names the local one itself."""
    return row["identity"] not in named and pack.parent("identity", row["identity"]) in wanted


def _members(entry: Any) -> list[Any]:
    return listed(entry.get("members") if isinstance(entry, dict) else entry)


def _own(pack: OraclePack, layer: str, key: str) -> Any:
    own = pack.get("layers", layer, key)
    return pack.get(key) if own is None else own


def _first(states: list[tuple[str, Truth]], default: str | None, without: str | None) -> list[str | None]:
    """Every class that may be the first in force, the class ``without`` left aside."""
    found: list[str | None] = []
    for name, state in states:
        if name != without and state is not False:
            found.append(name)
            if state:
                return found
    return [*found, default]


def classes_for(
    pack: OraclePack, rows: list[dict[str, Any]], view: View, days: Days, layer: str, look_back: bool = True
) -> tuple[str | None, ...]:
    """The classes that the person may be in for a bill in a layer: one where it is decided."""
    table = _own(pack, layer, "classes")
    if not table:
        return ("everyone",)
    default = _own(pack, layer, "default_class")
    if not rows:
        return (default,)
    named = {
        str(code)
        for entry in table.values()
        for member in _members(entry)
        for code in (listed(member.get("identity")) if isinstance(member, dict) else [member])
    }
    states: list[tuple[str, Truth]] = []
    chose: set[str] = set()
    for name, entry in table.items():
        if name == default or name == "cite":
            continue
        found = [
            _member_in_force(pack, member, rows, view, days, layer if look_back else "", named)
            for member in _members(entry)
        ]
        states.append((name, any_of(state for state, _ in found)))
        if any(chosen for _, chosen in found):
            chose.add(name)
    truth = dict(states)
    # A choice is between classes of the pack, not between those of a layer's own system.
    for rule in listed(pack.get("choose")) if table is pack.get("classes") else []:
        pair = list(rule["between"])
        if all(truth.get(name) for name in pair):
            made = [name for name in pair if name in chose]
            if len(made) == 1:
                states = [(name, state) for name, state in states if name not in pair or name in made]
            else:
                either = [*_first(states, default, pair[0]), *_first(states, default, pair[1])]
                return tuple(dict.fromkeys(either))
    return tuple(dict.fromkeys(_first(states, default, None)))


def recognition_year(
    pack: OraclePack,
    rows: list[dict[str, Any]],
    view: View,
    days: Days,
    layers: list[str],
    year_of: Callable[[date], int],
) -> int | None:
    """The counter year into which look-back moves a bill that only look-back reaches, if any does."""
    years = []
    for layer in layers:
        for row in rows:
            for rule in _look_backs(pack, row, layer):
                if rule.get("year") != "recognition":
                    continue
                if _in_force(pack, row, days, [rule]) and not in_force(pack, row, days, None):
                    with_it = classes_for(pack, rows, view, days, layer)
                    if set(with_it) != set(classes_for(pack, rows, view, days, layer, look_back=False)):
                        years.append(year_of(_anchor(row, rule)))
    return min(years) if years else None
