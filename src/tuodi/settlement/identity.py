"""Who is what on each bill: identities in force resolved to one class (就高不就低), before the kernel.

Enters: bills with their days, the identities table, a compiled law. Leaves: for each class column the position of
the bill's class, which identities are in force, and bills that a look-back moves to another counter year.
Source: docs/reference/pack-language.md section 4. Imports ``tuodi.law`` and ``tuodi.settlement.calendar``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from tuodi.errors import TableError, nearest
from tuodi.law.compile import ClassColumn, Compiled
from tuodi.law.model import ClassDef, Classes, LookBack, Pack
from tuodi.law.spaces import FALSE, TRUE, UNDECIDED, class_space
from tuodi.settlement.calendar import NO_DAY, Days, add_months, days, month_start
from tuodi.vocabulary import codes

__all__ = ["Pairs", "check_identities", "class_positions", "moved_years", "pair"]

FAR = np.iinfo(np.int32).max
"""The end of an interval that is open."""

Ints = npt.NDArray[np.int64]


class Names(NamedTuple):
    """A column of texts that repeat: the place of each among ``words``."""

    at: npt.NDArray[np.intp]
    words: tuple[str, ...]

    def among(self, wanted: Collection[str]) -> npt.NDArray[np.bool_]:
        """Which entries are one of these texts."""
        return np.array([word in wanted for word in self.words], bool)[self.at]

    def of(self, rows: npt.NDArray[np.intp]) -> Names:
        """The entries of some rows."""
        return Names(self.at[rows], self.words)


def _names(column: pl.Series) -> Names:
    column = column.fill_null("")
    words = column.unique().sort()
    if not len(words):
        return Names(np.zeros(0, np.intp), ("",))
    return Names(column.cast(pl.Enum(words)).to_physical().to_numpy().astype(np.intp), tuple(words))


@dataclass(frozen=True)
class Pairs:
    """Every bill with every identity row of its person.

    ``bill`` numbers bills, ``low`` and ``high`` are the days on which the identity must be in force (``low`` is
    NO_DAY where the admission is not known; ``high`` then is the discharge, and ``only_admission`` says that the day
    of admission alone decides), ``start`` and ``end`` the days on which it is. ``stay`` is the first and the last day
    of the whole stay, where any of its days is enough too.
    """

    bill: npt.NDArray[np.intp]
    identity: Names
    scheme: Names | None
    chosen: npt.NDArray[np.bool_]
    low: Ints
    high: Ints
    only_admission: bool
    start: Ints
    end: Ints
    begun: Ints
    recognised: Ints
    stay: tuple[Ints, Ints] | None

    def held(self, start: Ints | None = None) -> npt.NDArray[np.uint8]:
        """FALSE, TRUE or UNDECIDED for each pair, with the interval beginning at ``start``."""
        begin = self.start if start is None else start
        found = self._touches(begin, self.low, self.high, only_first=self.only_admission)
        if self.stay is None:
            return found
        other = self._touches(begin, *self.stay, only_first=False)
        both = np.maximum(found, other)
        return np.where((found == TRUE) | (other == TRUE), TRUE, both).astype(np.uint8)

    def _touches(self, begin: Ints, low: Ints, high: Ints, *, only_first: bool) -> npt.NDArray[np.uint8]:
        begins_in_time = (begin <= high) & (begin <= self.end)
        holds = begins_in_time & (self.end >= low)
        unsure = begins_in_time & ((self.end < high) | only_first)
        return np.where((low == NO_DAY) & unsure, UNDECIDED, np.where(holds, TRUE, FALSE)).astype(np.uint8)


def check_identities(packs: Sequence[Pack], identities: pl.DataFrame) -> None:
    """Raise ``TableError`` for an identity that is neither in the core nor among the local codes of any version."""
    local = (code for pack in packs for code in pack.codes.get("identity", {}))
    known = tuple(dict.fromkeys((*codes("identity"), *local)))
    for name in identities["identity"].unique().sort():
        if name not in known:
            raise TableError(
                f"table identities: unknown identity {name!r} for {', '.join(pack.id for pack in packs)}"
                f"{nearest(name, known)}"
            )


def pair(
    compiled: Compiled,
    bills: pl.DataFrame,
    person: Ints,
    bill_days: Days,
    identities: pl.DataFrame,
    holder: Ints,
    spans: tuple[Ints, Ints] | None = None,
) -> Pairs:
    """Join bills (in their order) to the identity rows of their persons, with the days on which each counts.

    ``person`` and ``holder`` number the persons of ``bills`` and ``identities`` alike (-1: somebody without bills).
    ``spans``: the first and the last day of each bill's whole stay, read where identities count ``by_stay``.
    """
    rules = compiled.pack.identities
    any_day = compiled.pack.dates.identity == "any_day_of_stay"
    bill, row = _matches(person, holder)
    discharged = bill_days.discharged[bill]
    if any_day:
        low, high = bill_days.admitted[bill], discharged
    else:
        low = bill_days.of(compiled.pack.dates.identity)[bill]
        high = np.where(low == NO_DAY, discharged, low)
    begun, until = days(identities["from"]), days(identities["to"])
    end = np.where(until == NO_DAY, FAR, until)
    start = month_start(begun, 1) if rules.effective == "next_month" else begun
    if rules.ends == "end_of_month":
        end = np.where(end == FAR, FAR, month_start(np.where(end == FAR, 0, end), 1) - 1)
    names = _names(identities["identity"])
    for identity, months in rules.valid_months.items():
        meant = names.among(
            [code for code in _heirs(compiled, (identity,)) if code == identity or code not in rules.valid_months]
        )
        end = np.where(meant, np.minimum(end, add_months(begun, months) - 1), end)
    recognised = days(identities["recognised_on"])
    return Pairs(
        bill=bill,
        identity=names.of(row),
        scheme=_names(bills["scheme"]).of(bill) if _asks_for_schemes(compiled) else None,
        chosen=identities["chosen"].fill_null(value=False).to_numpy().astype(bool)[row],
        low=low,
        high=high,
        only_admission=not any_day,
        start=start[row],
        end=end[row],
        begun=begun[row],
        recognised=np.where(recognised == NO_DAY, begun, recognised)[row],
        stay=(spans[0][bill], spans[1][bill]) if spans is not None and rules.effective == "by_stay" else None,
    )


def _matches(person: Ints, holder: Ints) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Every bill with every row of its person, bills in order and the rows of each in theirs."""
    people = int(person.max(initial=-1)) + 1
    own = np.flatnonzero(holder >= 0)
    rows = own[np.argsort(holder[own], kind="stable")]
    count = np.bincount(holder[own], minlength=people)
    first = np.cumsum(count) - count
    times = count[person]
    bill = np.repeat(np.arange(len(person)), times)
    begins = np.cumsum(times) - times
    return bill, rows[first[person][bill] + np.arange(len(bill)) - begins[bill]]


def _heirs(compiled: Compiled, identities: tuple[str, ...]) -> tuple[str, ...]:
    """Identities and the local codes under them."""
    local = compiled.pack.codes.get("identity", {})
    return (*identities, *(code for code, own in local.items() if own.parent in identities))


def class_positions(
    compiled: Compiled, column: ClassColumn, pairs: Pairs, bills: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The position of each bill's class in the column's class space, and the classes that it may be.

    A class that is not decided has the position ``unknown``. The second array has bit *n* for the n-th class and, last,
    a bit for no class; it is 0 where the class is decided.
    """
    classes = column.classes
    space = class_space(classes)
    nobody = len(space.codes)
    fallback = space.codes.index(classes.default) if classes.default else nobody
    having, at = _distinct(pairs.bill)
    sure = np.zeros((len(having), len(classes.order)), bool)
    perhaps, chosen = sure.copy(), sure.copy()
    in_force = pairs.held(_starts(compiled, column.look_back, pairs))
    for number, definition in enumerate(classes.order):
        for scheme, identities in _members(compiled, classes, definition.name).items():
            rows = pairs.identity.among(identities) & (in_force != FALSE)
            certain = rows & (in_force == TRUE)
            if scheme:
                truth = _of_scheme(compiled, pairs, scheme)
                rows &= truth != FALSE
                certain &= truth == TRUE
            sure[at[certain], number] = True
            perhaps[at[rows & ~certain], number] = True
            chosen[at[rows & (in_force == TRUE) & pairs.chosen], number] = True
        parents = _undecided_parents(compiled, classes, definition)
        perhaps[at[pairs.identity.among(parents) & (in_force != FALSE)], number] = True
    possible = _first(sure, perhaps, fallback)
    if len(classes.choose) == 2:
        one, other = (space.codes.index(name) for name in classes.choose)
        without_one = _first(sure, perhaps, fallback, leave_out=one)
        without_other = _first(sure, perhaps, fallback, leave_out=other)
        both = sure[:, one] & sure[:, other]
        made = np.where(chosen[:, one], without_other, without_one)
        undecided = chosen[:, one] == chosen[:, other]
        possible = np.where(both, np.where(undecided, without_one | without_other, made), possible)
    positions = np.full(bills, fallback if classes.default else space.none, np.intp)
    masks = np.zeros(bills, np.intp)
    single = (possible & (possible - 1)) == 0
    decided = np.zeros(len(having), np.intp)
    for bit in range(nobody + 1):
        decided[possible == 1 << bit] = bit if bit < nobody else space.none
    positions[having] = np.where(single, decided, space.unknown)
    masks[having] = np.where(single, 0, possible)
    return positions, masks


def _distinct(bill: npt.NDArray[np.intp]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The distinct bills of pairs, which lie in their order, and the place of each pair's bill among them."""
    begins = np.ones(len(bill), bool)
    begins[1:] = bill[1:] != bill[:-1]
    return bill[begins], np.cumsum(begins) - 1


def _of_scheme(compiled: Compiled, pairs: Pairs, scheme: str) -> npt.NDArray[np.uint8]:
    """Whether each pair's bill is of a scheme; UNDECIDED where the bill does not say."""
    space = compiled.spaces["scheme"]
    holds = dict(zip(space.codes, space.holds((scheme,)), strict=False))
    assert pairs.scheme is not None
    return np.array([holds.get(code, UNDECIDED) for code in pairs.scheme.words], np.uint8)[pairs.scheme.at]


def _asks_for_schemes(compiled: Compiled) -> bool:
    """Whether an identity makes a class only under one scheme."""
    return any(
        member.scheme for column in compiled.class_columns for one in column.classes.order for member in one.members
    )


def _first(
    sure: npt.NDArray[np.bool_], perhaps: npt.NDArray[np.bool_], fallback: int, leave_out: int = -1
) -> npt.NDArray[np.intp]:
    """Bits of the classes of which any may be the first that holds; the last bit is no class."""
    possible = np.zeros(len(sure), np.intp)
    alive = np.ones(len(sure), bool)
    for number in range(sure.shape[1]):
        if number == leave_out:
            continue
        possible[alive & (sure[:, number] | perhaps[:, number])] |= 1 << number
        alive &= ~sure[:, number]
    possible[alive] |= 1 << fallback
    return possible


def moved_years(compiled: Compiled, column: ClassColumn, pairs: Pairs, bills: int) -> Ints:
    """The earliest day of recognition where only a look-back with ``year: recognition`` reaches a bill and gives it
    another class than it has without look-back; else NO_DAY."""
    result = np.full(bills, NO_DAY, np.int64)
    earliest = np.full(bills, FAR, np.int64)
    for rule in column.look_back:
        if rule.year != "recognition":
            continue
        named = pairs.identity.among(_heirs(compiled, rule.identities))
        reached = named & (pairs.held(_starts(compiled, (rule,), pairs)) == TRUE)
        only = reached & (pairs.held() != TRUE)
        anchor = _anchor(rule, pairs)
        np.minimum.at(earliest, pairs.bill[only], anchor[only])
    if (earliest != FAR).any():
        with_it = class_positions(compiled, column, pairs, bills)
        without = class_positions(compiled, replace(column, look_back=()), pairs, bills)
        another = (with_it[0] != without[0]) | (with_it[1] != without[1])
        result = np.where((earliest != FAR) & another, earliest, result)
    return result


def in_force(pairs: Pairs, identities: tuple[str, ...], bills: int) -> npt.NDArray[np.uint8]:
    """Whether one of these identities is in force on each bill, look-backs aside."""
    truth = np.where(pairs.identity.among(identities), pairs.held(), FALSE)
    order = np.array([0, 2, 1], np.uint8)  # FALSE < UNDECIDED < TRUE
    ranked = np.zeros(bills, np.uint8)
    np.maximum.at(ranked, pairs.bill, order[truth])
    return order[ranked]


def _anchor(rule: LookBack, pairs: Pairs) -> Ints:
    return pairs.recognised if rule.anchor == "recognised_on" else pairs.begun


def _starts(compiled: Compiled, look_back: tuple[LookBack, ...], pairs: Pairs) -> Ints:
    start = pairs.start
    for rule in look_back:
        back = rule.months - 1 if rule.anchor_month_counts else rule.months
        earlier = month_start(_anchor(rule, pairs), -back)
        start = np.where(pairs.identity.among(_heirs(compiled, rule.identities)), np.minimum(start, earlier), start)
    return start


def _undecided_parents(compiled: Compiled, classes: Classes, definition: ClassDef) -> list[str]:
    """Core identities that no class names while ``definition`` names a local code of theirs: who carries only the
    core identity may be what the local code stands for, or not."""
    local = compiled.pack.codes.get("identity", {})
    named = {member.identity for item in classes.order for member in item.members}
    parents = {local[member.identity].parent for member in definition.members if member.identity in local}
    return sorted(parents - named)


def _members(compiled: Compiled, classes: Classes, name: str) -> Mapping[str, tuple[str, ...]]:
    """Identity codes of a class by scheme. A local code that a class names belongs to no other through its parent."""
    local = compiled.pack.codes.get("identity", {})
    named = {member.identity for item in classes.order for member in item.members}
    found: dict[str, tuple[str, ...]] = {}
    for item in classes.order:
        if item.name != name:
            continue
        for member in item.members:
            heirs = tuple(code for code, own in local.items() if own.parent == member.identity and code not in named)
            found[member.scheme] = (*found.get(member.scheme, ()), member.identity, *heirs)
    return found
