"""Conditions and tables: does a bill meet a condition, and which row of a table is its own.

Answers have three values: true, false, and ``None`` where the bill does not carry what decides. Enters: YAML
fragments and a ``View`` of one bill in one layer. Leaves: truth, or the value of a cell. Standard library only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import product
from typing import Any

from tuodi.oracle.packs import OraclePack, listed
from tuodi.oracle.values import GapError, OracleError, Unknown, fen

__all__ = ["Truth", "View", "all_of", "any_of", "holds", "lookup", "names_class", "uses"]

Truth = bool | None

CODES = (
    "provider_level", "setting", "purpose", "place", "authorisation", "scheme", "person_type",
    "settle_mode", "assistance_kind",
)  # fmt: skip
AMOUNTS = ("total", "in_scope", "first_self_pay", "over_limit", "out_of_catalogue")
NOT_CONDITIONS = {"is", "cite", "note", "otherwise"}


def all_of(truths: Iterable[Truth]) -> Truth:
    """False if any is false, else unknown if any is unknown, else true."""
    found = list(truths)
    return False if False in found else None if None in found else True


def any_of(truths: Iterable[Truth]) -> Truth:
    """True if any is true, else unknown if any is unknown, else false."""
    found = list(truths)
    return True if True in found else None if None in found else False


@dataclass(frozen=True)
class View:
    """What conditions can see of one bill in one layer.

    ``classes`` holds every class that the person may be in: one where it is known; ``None`` is no class.
    """

    pack: OraclePack
    codes: dict[str, str | None]
    classes: tuple[str | None, ...] = (None,)
    ordinal: int | None = None
    bracket: int | None = None
    amounts: dict[str, int] | None = None
    diagnosis: str | None = None
    traits: frozenset[str] | None = None
    age: int | None = None
    identity: Callable[[str], Truth] = lambda code: False


def _ordinal_is(number: int, wanted: Any) -> bool:
    for one in listed(wanted):
        text = str(one).strip()
        if number >= int(text[:-1]) if text.endswith("+") else number == int(text):
            return True
    return False


def _code_is(view: View, name: str, wanted: Any) -> Truth:
    names = [str(one) for one in listed(wanted)]
    code = view.codes.get(name)
    if code is None:
        return None
    if view.pack.is_a(name, code, names):
        return True
    undecided = any(local in names for local in view.pack.locals_of(name, code))
    return None if undecided else False


def _amount_is(amount: int, bounds: dict[str, Any]) -> bool:
    tests = {
        "over": lambda line: amount > line,
        "at_least": lambda line: amount >= line,
        "under": lambda line: amount < line,
        "at_most": lambda line: amount <= line,
    }
    return all(tests[name](fen(line)) for name, line in bounds.items() if name not in NOT_CONDITIONS)


def _diagnosis_is(code: str, wanted: Any) -> bool:
    return any(code.startswith(str(one)[:-1]) if str(one).endswith("*") else code == str(one) for one in listed(wanted))


def _condition(view: View, name: str, wanted: Any) -> Truth:
    if name == "class":
        found = {one in listed(wanted) for one in view.classes}
        return found.pop() if len(found) == 1 else None
    if name == "stay_ordinal":
        return None if view.ordinal is None else _ordinal_is(view.ordinal, wanted)
    if name in AMOUNTS:
        assert view.amounts is not None
        return _amount_is(view.amounts[name], wanted)
    if name == "diagnosis":
        return None if view.diagnosis is None else _diagnosis_is(view.diagnosis, wanted)
    if name == "provider_traits":
        return None if view.traits is None else not view.traits.isdisjoint(map(str, listed(wanted)))
    if name == "age":
        if view.age is None:
            return None
        return bool(wanted.get("from", 0) <= view.age <= wanted.get("to", view.age))
    if name == "identity":
        return any_of(view.identity(str(one)) for one in listed(wanted))
    if name in CODES or view.pack.get("derived", name) is not None:
        return _code_is(view, name, wanted)
    raise OracleError(f"{view.pack.id}: {name!r} is no condition")


def holds(view: View, when: dict[str, Any] | None, leave_out: Iterable[str] = ()) -> Truth:
    """Whether every condition of ``when`` holds. No condition: true."""
    skip = NOT_CONDITIONS | set(leave_out)
    return all_of(_condition(view, name, wanted) for name, wanted in (when or {}).items() if name not in skip)


# Tables ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Row:
    when: dict[str, Any]
    value: Any
    otherwise: bool = False


def _rows(table: Any) -> list[_Row]:
    if isinstance(table, list):
        return [_row(entry) for entry in table]
    if isinstance(table, dict) and not ("unknown" in table or "share" in table):
        if "is" in table:
            return [_row(table)]
        return [_Row({"class": name}, value) for name, value in table.items() if name not in NOT_CONDITIONS]
    return [_Row({}, table)]


def _row(entry: dict[str, Any]) -> _Row:
    when = {name: wanted for name, wanted in entry.items() if name not in NOT_CONDITIONS}
    return _Row(when, entry["is"], bool(entry.get("otherwise")))


def names_class(table: Any) -> bool:
    """Whether any row of a table asks for the class."""
    return table is not None and any("class" in row.when for row in _rows(table))


_OFF = object()
"""A combination that no bill can stand on: a parent code where the pack's rows know only its local codes."""


def _candidates(view: View, name: str, rows: list[_Row]) -> list[tuple[Any, bool]]:
    """What the bill's value may be, each with whether it may be left out when no row takes it."""
    if name == "class":
        return [(one, len(view.classes) > 1) for one in view.classes]
    if name == "bracket":
        return [(view.bracket, False)]
    if name == "stay_ordinal":
        if view.ordinal is not None:
            return [(view.ordinal, False)]
        named = [str(one) for row in rows for one in listed(row.when.get(name))]
        return [(number, False) for number in range(1, max(int(text.rstrip("+")) for text in named) + 2)]
    named_here = {str(one) for row in rows for one in listed(row.when.get(name))}

    def is_split(code: str) -> bool:
        """Whether the table decides by local codes of ``code``, so that the code alone says nothing."""
        return any(local in named_here for local in view.pack.locals_of(name, code))

    code = view.codes.get(name)
    if code is None:
        return [(one, one == "none") for one in view.pack.all_codes(name) if not is_split(one)]
    if is_split(code):
        return [(local, False) for local in view.pack.locals_of(name, code)]
    return [(code, False)]


def _matches(view: View, row: _Row, place: dict[str, Any]) -> bool:
    for name, wanted in row.when.items():
        value = place[name]
        if name in ("stay_ordinal", "bracket"):
            fits = value is not None and _ordinal_is(value, wanted)
        elif name == "class":
            fits = value in listed(wanted)
        else:
            fits = view.pack.is_a(name, value, [str(one) for one in listed(wanted)])
        if not fits:
            return False
    return True


def _scan(view: View, rows: list[_Row], place: dict[str, Any], optional: bool) -> Any:
    hits = [row for row in rows if not row.otherwise and _matches(view, row, place)]
    if len(hits) > 1:
        raise OracleError(f"{view.pack.id}: double match at {place}: {[hit.when for hit in hits]}")
    hits = hits or [row for row in rows if row.otherwise]
    if hits:
        return hits[0].value
    if optional:
        return _OFF
    raise GapError(f"{view.pack.id}: gap at {place}: no row matches")


def lookup(view: View, table: Any, read: Callable[[Any], Any]) -> Any:
    """The value of the bill's own cell, by scanning every row; ``Unknown`` where the bill cannot tell.

    Where the bill does not carry a code that the table asks for, every code that it may be is tried: one and
    the same value for all of them is that value.
    """
    rows = _rows(table)
    names = list(dict.fromkeys(name for row in rows for name in row.when))
    choices = [_candidates(view, name, rows) for name in names]
    many = any(len(choice) > 1 for choice in choices)
    found = []
    for combination in product(*choices):
        place = {name: value for name, (value, _) in zip(names, combination, strict=True)}
        loose = many and any(optional for _, optional in combination)
        no_class = many and place.get("class", "") is None
        value = _scan(view, rows, place, loose or no_class)
        if value is not _OFF:
            found.append(read(value))
        elif no_class:
            found.append(Unknown("whether the person is in any class"))
    if not found:
        raise GapError(f"{view.pack.id}: gap: no row for {names}")
    if all(value == found[0] for value in found):
        return found[0]
    return Unknown(f"undecided: {', '.join(name for name, c in zip(names, choices, strict=True) if len(c) > 1)}")


def uses(tree: Any, names: Iterable[str]) -> bool:
    """Whether any mapping below ``tree`` has one of ``names`` as a key."""
    wanted = set(names)
    if isinstance(tree, dict):
        return any(key in wanted or uses(value, wanted) for key, value in tree.items())
    if isinstance(tree, list):
        return any(uses(value, wanted) for value in tree)
    return False
