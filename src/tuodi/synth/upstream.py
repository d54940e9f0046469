"""Basic and catastrophic insurance where a pack takes them from the record: invented, and not the law of any place.

The demo of Suqian computes assistance on *given* upstream layers, because the source has assistance only. What those
layers paid has to come from somewhere; the schedule below is made up to look plausible, and nothing follows from it.

Enters: one person's bills in order of settlement. Leaves: ``paid_basic``, ``paid_catastrophic`` and
``paid_large_sum`` on each. Imports ``tuodi.synth`` and ``tuodi.money``.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tuodi.money import round_fraction
from tuodi.synth.bill import Bill
from tuodi.synth.people import Person

__all__ = ["pay_upstream"]

_DEDUCTIBLE = {"tertiary": 90_000, "secondary": 50_000, "primary": 20_000, "township": 15_000}
_RATE = {"tertiary": 62, "secondary": 76, "primary": 85, "township": 90}
_FAR = {"local": 0, "in_province": 8, "out_of_province": 15}
_UNREFERRED = 15
_BASIC_CAP = 25_000_000
_VISIT_CAP = 60_000
_LINE = 1_800_000
_STEPS = ((0, 60), (5_000_000, 65), (10_000_000, 70))
_TILTED = frozenset({"tekun", "orphan", "unsupported_child", "dibao", "relapsed_poor"})


def pay_upstream(person: Person, bills: Sequence[Bill]) -> None:
    """Fill in the upstream payments of one person's bills, which must be in order of settlement."""
    basic = visits = left = relieved = 0
    stays: set[str] = set()
    for bill in bills:
        if bill.setting in ("inpatient", "emergency_observation"):
            base = bill.in_scope if bill.stay_id in stays else max(0, bill.in_scope - _line(bill, bool(stays)))
            stays.add(bill.stay_id)
            rate = _RATE[bill.provider.level] - _FAR[bill.provider.place]
            rate -= _UNREFERRED if bill.authorisation == "missing" else 0
            paid = min(_percent(base, rate), max(0, _BASIC_CAP - basic))
        elif bill.setting in ("chronic_outpatient", "special_outpatient"):
            paid = min(_percent(bill.in_scope, 80 if bill.in_scope > 150_000 else 65), max(0, _BASIC_CAP - basic))
        else:
            paid = min(_percent(bill.in_scope, 50), _VISIT_CAP - visits)
            visits += paid
        basic += paid
        bill.paid_basic = paid
        left += bill.in_scope - paid
        tilted = bool(_TILTED.intersection(person.seen_at_hospital(bill.settled_at.date())))
        due = min(_relief(left, tilted) - relieved, bill.in_scope - paid)
        due = max(0, due)
        relieved += due
        bill.paid_catastrophic, bill.paid_large_sum = (0, due) if bill.scheme == "employee" else (due, 0)


def _line(bill: Bill, later: bool) -> int:
    line = _DEDUCTIBLE[bill.provider.level]
    return line // 2 if later else line


def _relief(left: int, tilted: bool) -> int:
    """Catastrophic insurance on a year's in-scope own share."""
    line = _LINE // 2 if tilted else _LINE
    total = 0
    for number, (start, rate) in enumerate(_STEPS):
        end = _STEPS[number + 1][0] if number + 1 < len(_STEPS) else left
        low, high = max(start, line), min(end, left)
        total += _percent(max(0, high - low), rate + (5 if tilted else 0))
    return total


def _percent(amount: int, rate: int) -> int:
    return round_fraction(Fraction(amount * rate, 100))
