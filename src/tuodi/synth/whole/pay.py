"""Basic and catastrophic insurance of the whole county, bill by bill: an invented schedule, law of no place.

The pack of the county takes both layers from the record, so something has to have paid them. The schedule is chosen so
that shares and means come near the published ones (see ``calibration``). Enters: bills in order of person and
settlement. Leaves: payers on every bill, in whole fen. Imports ``tuodi.synth``.
"""

from __future__ import annotations

import numpy as np

from tuodi.synth.whole.bills import KINDS, Bills
from tuodi.synth.whole.hardship import CIVIL, Status
from tuodi.synth.whole.mix import Array
from tuodi.synth.whole.people import People, days
from tuodi.synth.whole.places import places

__all__ = ["LINE", "pay_insurance", "running"]

_DEDUCTIBLE = np.array((80_000, 40_000, 20_000, 15_000, 0), dtype=np.int64)
# Of 100, by level: residents, employees.
_RATE = np.array(((59, 76, 84, 85, 100), (82, 86, 90, 92, 100)), dtype=np.int64)
_FAR = {"local": 0, "in_province": 10, "out_of_province": 17}
_CHRONIC, _DEAR, _VISIT = 65, 72, 50
_DEAR_FROM = 200_000
_CAP = 25_000_000
LINE = 920_000
"""Own in-scope cost of a year above which catastrophic insurance pays, in fen."""
_STEPS = ((0, 60), (5_000_000, 65), (10_000_000, 70))


def running(person: Array, amount: Array) -> Array:
    """The sum of each person's amounts up to and with each row; rows are in order of person."""
    total = np.cumsum(amount)
    starts = np.flatnonzero(np.concatenate(([True], person[1:] != person[:-1])))
    before = np.concatenate(([0], total))[starts]
    found: Array = total - np.repeat(before, np.diff(np.append(starts, len(person))))
    return found


def _per_cent(amount: Array, rate: Array | int) -> Array:
    return (amount * rate + 50) // 100


def pay_insurance(people: People, status: Status, bills: Bills) -> None:
    """Fill in ``deductible``, ``basic``, ``catastrophic`` (residents), ``large`` (employees) and ``account``."""
    kind, person = bills.kind, bills.person
    if not len(person):
        return
    level = bills.level
    worker = people.employee[person]
    stay = kind == KINDS.index("stay")
    place = np.array([_FAR[each.place] for each in places().institutions])[bills.provider]
    later = running(person, stay.astype(np.int64)) > 1
    line = np.where(later, _DEDUCTIBLE[level] // 2, _DEDUCTIBLE[level])
    bills.deductible = np.where(stay, np.minimum(line, bills.in_scope), 0)
    stay_pay = _per_cent(bills.in_scope - bills.deductible, _RATE[worker.astype(np.int64), level] - place)
    chronic = _per_cent(bills.in_scope, np.where(bills.total >= _DEAR_FROM, _DEAR, _CHRONIC))
    visit = _per_cent(bills.in_scope, _VISIT)
    paid = np.select(
        [stay, kind == KINDS.index("chronic"), kind == KINDS.index("village"), kind == KINDS.index("pharmacy")],
        [stay_pay, chronic, bills.in_scope, np.int64(0)],
        visit,
    )
    upto = np.minimum(running(person, paid), _CAP)
    bills.basic = np.diff(upto, prepend=0)
    first = np.concatenate(([True], person[1:] != person[:-1]))
    bills.basic[first] = upto[first]
    counts = stay | (kind == KINDS.index("chronic"))
    left = running(person, np.where(counts, bills.in_scope - bills.basic, 0))
    relief = _relief(left, _tilted(people, status)[person])
    due = np.diff(relief, prepend=0)
    due[first] = relief[first]
    bills.catastrophic, bills.large = np.where(worker, 0, due), np.where(worker, due, 0)
    own = bills.total - bills.basic - due
    bills.account = np.where(worker, np.minimum(own, 30_000), 0)


def _tilted(people: People, status: Status) -> Array:
    """Who is flagged, since before the year, as one for whom catastrophic insurance pays more."""
    kinds = [list(CIVIL).index(name) for name in ("tekun", "orphan", "unsupported_child", "dibao")]
    known = ~status.wrong["not_flagged"] & ~status.wrong["flagged_late"] & ~status.wrong["lower_identity"]
    return np.isin(status.civil, kinds) & known & (status.civil_from < days(people.year)) & (status.civil_to < 0)


def _relief(left: Array, tilted: Array) -> Array:
    """Catastrophic insurance on a year's own in-scope cost so far."""
    line = np.where(tilted, LINE // 2, LINE)
    total = np.zeros(len(left), dtype=np.int64)
    for number, (start, rate) in enumerate(_STEPS):
        low = np.maximum(start, line)
        high = left if number + 1 == len(_STEPS) else np.minimum(left, _STEPS[number + 1][0])
        total += _per_cent(np.maximum(0, high - low), rate + np.where(tilted, 5, 0))
    return total
