"""Medical assistance of the whole county: what the law gives and what the platform paid, both by the oracle.

Enters: bills with insurance paid, identities as recognised and as flagged. Leaves: ``aid`` on the bills, payments by
hand, and the truth beside them (:class:`Aid`). Never imports the engine. Imports ``tuodi.synth``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from tuodi.synth.judge import Judge, pay
from tuodi.synth.whole.bills import DISEASES, KINDS, LEVELS, Bills
from tuodi.synth.whole.hardship import SHARES, Status
from tuodi.synth.whole.mix import Array, Draws
from tuodi.synth.whole.people import People
from tuodi.synth.whole.places import places

__all__ = ["AIDED", "PACK", "YEAR", "Aid", "ByHand", "assist"]

PACK, YEAR = "cn/321300/2024", 2024
"""The law of the invented county, and its year."""
AIDED = ("tekun", "orphan", "unsupported_child", "dibao", "dibao_margin", "rigid_expenditure", "illness_poor",
         "severe_disability", "entitled_group")  # fmt: skip
"""Identities that the oracle is asked about: the others have no class in the pack."""
_SETTINGS = {"outpatient": "outpatient", "emergency": "emergency", "chronic": "chronic_outpatient", "stay": "inpatient"}
_FIRST = date(1970, 1, 1)


@dataclass(frozen=True)
class ByHand:
    """One payment by hand: of which bill (place), to whom, how much, when asked for and paid, and why."""

    bill: int
    person: int
    amount: int
    asked: date
    paid: date
    why: str


@dataclass
class Aid:
    """The truth: ``by_law`` and ``paid`` for each bill that was judged (places in the bills), and what went wrong."""

    judged: Array
    by_law: Array
    unpaid: Array
    by_hand: list[ByHand]


def day_of(number: int) -> date:
    """A day since 1970 as a date."""
    return _FIRST + timedelta(days=int(number))


def instant_of(seconds: int) -> datetime:
    """Seconds since 1970 as a moment of local time."""
    return datetime.combine(day_of(seconds // 86_400), time()) + timedelta(seconds=seconds % 86_400)


def assist(
    draws: Draws,
    people: People,
    status: Status,
    bills: Bills,
    recognised: pl.DataFrame,
    flags: pl.DataFrame,
    roots: Sequence[Path] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Aid:
    """Let the oracle settle everybody who may be assisted, by law and by the platform's marks; fills ``bills.aid``."""
    judge = Judge(PACK, roots)
    by_law, by_mark = _by_person(recognised, "from"), _by_person(flags, "flagged_on")
    asked = np.unique(np.array(sorted(by_law.keys() | by_mark.keys()), dtype=np.int64))
    kinds = np.isin(bills.kind, [KINDS.index(name) for name in _SETTINGS])
    judged = np.flatnonzero(kinds & np.isin(bills.person, asked))
    law, paid = np.zeros(len(judged), dtype=np.int64), np.zeros(len(judged), dtype=np.int64)
    rows = _rows(people, bills.take(judged))
    ends = np.flatnonzero(np.diff(bills.person[judged], append=-1)) + 1
    begin = 0
    for number, end in enumerate(ends.tolist()):
        person = int(bills.person[judged[begin]])
        mine = rows[begin:end]
        true, shown = by_law.get(person, []), by_mark.get(person, [])
        law[begin:end] = _settle(judge, mine, true)
        same = _same(true, shown)
        paid[begin:end] = law[begin:end] if same else _settle(judge, mine, shown)
        begin = end
        if progress and number % 200 == 0:
            progress(number, len(ends))
    unpaid = _some(draws, "unpaid_aid", paid > 0, bills.serial[judged])
    bills.aid = np.zeros(len(bills), dtype=np.int64)
    bills.aid[judged] = np.where(unpaid, 0, paid)
    own = bills.total - bills.fund
    bills.account = np.minimum(bills.account, own)
    return Aid(judged, law, judged[unpaid], _by_hand(draws, status, bills, judged, law))


def _by_person(table: pl.DataFrame, start: str) -> dict[int, list[dict[str, Any]]]:
    """Identity rows as the oracle takes them: in force from the later of the first day and ``start``."""
    made: dict[int, list[dict[str, Any]]] = {}
    found = table.filter(pl.col("identity").is_in(AIDED))
    begin = pl.max_horizontal("from", start)
    for person, identity, first, last in found.select("person", "identity", begin, "to").iter_rows():
        made.setdefault(person, []).append({
            "person_id": str(person), "identity": identity, "from": day_of(first),
            "to": None if last < 0 else day_of(last), "source": None, "recognised_on": day_of(first),
        })  # fmt: skip
    return made


def _same(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> bool:
    """Whether two sets of rows say the same of the year."""
    years = (date(YEAR, 1, 1), date(YEAR, 12, 31))

    def key(row: dict[str, Any]) -> tuple[Any, ...]:
        return row["identity"], max(row["from"], years[0]), min(row["to"] or years[1], years[1])

    return sorted(map(key, one)) == sorted(map(key, other))


def _settle(judge: Judge, rows: list[dict[str, Any]], held: list[dict[str, Any]]) -> list[int]:
    if not held:
        return [0] * len(rows)
    answers = judge.settle(rows, held)
    return [pay(answers[row["claim_id"]], "assistance") or 0 for row in rows]


def _rows(people: People, bills: Bills) -> list[dict[str, Any]]:
    """Bills as rows of the claims table, with what the pack may ask for."""
    made = []
    kinds, levels, sites = bills.kind.tolist(), bills.level.tolist(), places().institutions
    columns = ("serial", "person", "provider", "begin", "end", "settled", "disease", "total", "outside", "over",
               "first", "in_scope", "basic", "catastrophic", "large")  # fmt: skip
    worker = people.employee[bills.person].tolist()
    lists = [getattr(bills, name).tolist() for name in columns]
    for at, values in enumerate(zip(*lists, strict=True)):
        (serial, person, provider, begin, end, settled, disease, total, outside, over, first, in_scope, basic,
         catastrophic, large) = values  # fmt: skip
        made.append({
            "claim_id": str(serial), "stay_id": str(serial), "person_id": str(person),
            "provider_level": LEVELS[levels[at]], "place": sites[provider].place,
            "setting": _SETTINGS[KINDS[kinds[at]]], "purpose": purpose(disease),
            "admitted_on": day_of(begin), "discharged_on": day_of(end),
            "settled_at": instant_of(settled),
            "scheme": "employee" if worker[at] else "resident", "total": total, "out_of_catalogue": outside,
            "over_limit": over, "first_self_pay": first, "in_scope": in_scope, "paid_basic": basic,
            "paid_catastrophic": catastrophic, "paid_large_sum": large,
        })  # fmt: skip
    return made


def purpose(disease: int) -> str:
    """Illness, or injury: the place of a disease says which."""
    return "injury" if DISEASES[disease][0].startswith("S") else "illness"


def _some(draws: Draws, name: str, among: Array, serial: Array) -> Array:
    """A fixed share of the bills in ``among``, one at least."""
    who = np.flatnonzero(among)
    wanted = max(1, round(len(who) * SHARES[name] / 10_000))
    found = np.zeros(len(among), dtype=bool)
    found[who[np.argsort(draws.raw(name, serial[who]), kind="stable")][:wanted]] = True
    return found


def _by_hand(draws: Draws, status: Status, bills: Bills, judged: Array, law: Array) -> list[ByHand]:
    """Payments by hand: what was owed and is made good, and what had been paid at the window already."""
    serial = bills.serial[judged]
    aid = bills.aid[judged]
    twice = _some(draws, "paid_twice", aid > 5_000, serial)
    owed = law - aid
    repaired = (owed > 0) & draws.chance(3_500, "made good", bills.person[judged])
    made = []
    for place in np.flatnonzero(twice | repaired).tolist():
        bill, person = int(judged[place]), int(bills.person[judged[place]])
        key = serial[place : place + 1]
        asked = day_of(bills.end[bill]) + timedelta(days=int(draws.between(15, 60, "asked", key)[0]))
        paid = asked + timedelta(days=int(draws.between(12, 45, "paid", key)[0]))
        amount = int(aid[place]) if twice[place] else int(owed[place])
        why = "医疗救助补报销" if repaired[place] else "异地就诊"
        made.append(ByHand(bill, person, amount, asked, paid, why))
    return made
