"""Plants known deviations into the invented county: who is marked wrongly, which bill is never claimed.

Enters: the cases of a county, draws. Leaves: the same cases changed (marks, bills, reversals), each with at most one
:class:`Plant` that names the cause. Amounts are not known here; the oracle finds them in ``truth``.
Causes and kinds have the names that the audit's documents use. Imports ``tuodi.synth``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from tuodi.synth.bill import Bill
from tuodi.synth.county import Setup
from tuodi.synth.draw import Dice
from tuodi.synth.people import Flag, Interval, Person
from tuodi.synth.wording import ON_ROSTER

__all__ = ["Case", "Manual", "Plant", "plant"]


@dataclass
class Plant:
    """One known deviation of one person."""

    cause: str
    kind: str
    detail: str = ""
    needs: str = "claims;identities;flags"
    """The files without which nobody can find it."""
    claim_ids: list[str] = field(default_factory=list)
    by_hand: str = ""
    """``again``: paid a second time by hand. ``settled``: the rest came by hand, so that nothing is owed."""


@dataclass(frozen=True)
class Manual:
    """One payment by hand."""

    person: Person
    layer: str
    amount: int
    paid_on: date
    reason: str


@dataclass
class Case:
    """One person with the year's bills; ``copies`` were settled twice, ``reversed_on`` says which bill fell away."""

    person: Person
    bills: list[Bill]
    plant: Plant | None = None
    copies: list[Bill] = field(default_factory=list)
    reversed_on: dict[str, datetime] = field(default_factory=dict)
    manual: list[Manual] = field(default_factory=list)

    def in_order(self) -> list[Bill]:
        """The bills in order of settlement."""
        return sorted(self.bills, key=lambda bill: (bill.settled_at, bill.discharged_on, bill.claim_id))

    def entitled(self, bill: Bill) -> bool:
        """Whether some identity is in force on the day of settlement."""
        day = bill.settled_at.date()
        return any(each.start <= day and (each.end is None or day <= each.end) for each in self.person.identities)


def _serious(case: Case) -> list[Bill]:
    """Bills that would be noticed: an illness, not small, an identity in force."""
    return [
        bill
        for bill in case.in_order()
        if bill.in_scope >= 150_000
        and bill.purpose == "illness"
        and bill.authorisation in _GOOD
        and case.entitled(bill)
    ]


_GOOD = ("none_needed", "referred", "registered", "emergency")
_STRONG = ("tekun", "dibao", "orphan", "unsupported_child")


def _listed(case: Case, *, open_end: bool = True) -> bool:
    """One identity only, of civil affairs, still in force: so that its list of the month shows it."""
    held = case.person.identities
    return len(held) == 1 and held[0].identity in ON_ROSTER and (held[0].end is None) == open_end


def _year_end(moment: datetime) -> datetime:
    """The last moment of a year in which the counter is open."""
    return datetime.combine(date(moment.year, 12, 30), time(16, 30, moment.second))


# One pair of functions a cause: can it be planted here, and plant it.


def _can_be_unflagged(case: Case) -> bool:
    return _listed(case) and bool(_serious(case))


def _unflag(dice: Dice, case: Case) -> Plant:
    case.person.flags = []
    return Plant("not_flagged", "recognised_not_flagged", case.person.identities[0].identity)


def _can_be_late(case: Case) -> bool:
    return _listed(case) and len(_serious(case)) > 0 and len(case.bills) > 1


def _flag_late(dice: Dice, case: Case) -> Plant:
    serious = _serious(case)
    bill = serious[dice.below(len(serious), case.person.index, "late after")]
    day = bill.settled_at.date() + timedelta(days=dice.between(9, 40, case.person.index, "late by"))
    day = min(day, date(bill.settled_at.year + 1, 1, 5))
    case.person.flags = [Flag(case.person.identities[0], day)]
    return Plant("flagged_late", "flagged_late", day.isoformat())


def _can_be_lower(case: Case) -> bool:
    return _listed(case) and case.person.identities[0].identity in ("tekun", "dibao") and bool(_serious(case))


_BELOW = {"tekun": "dibao", "dibao": "dibao_margin"}


def _lower(setup: Setup) -> Callable[[Dice, Case], Plant]:
    def apply(dice: Dice, case: Case) -> Plant:
        """Marked by a lower identity: an old one that was never updated, or one from another body's list."""
        held = case.person.identities[0]
        since = date(setup.year - dice.between(1, 4, case.person.index, "lower since"), 3, 1)
        if setup.place == "suqian" and dice.chance(400, case.person.index, "lower by another body"):
            lower = Interval("severe_disability", since, None, "残联", since)
            case.person.identities = [held, lower]
        else:
            if setup.place == "beijing":
                held = replace(held, identity="tekun")
                case.person.identities = [held]
            lower = Interval(_BELOW[held.identity], held.start, None, "民政", held.start)
        case.person.flags = [Flag(lower, lower.start)]
        return Plant("lower_identity", "lower_class_used", lower.identity)

    return apply


def _can_have_ended(case: Case) -> bool:
    held = case.person.identities
    return len(held) == 1 and held[0].start.year < case.bills[-1].settled_at.year and bool(_serious(case))


def _end(dice: Dice, case: Case) -> Plant:
    """The identity ended before a serious bill; the hospital's screen went on showing it."""
    serious = _serious(case)
    bill = serious[dice.below(len(serious), case.person.index, "ended before")]
    first = min(bill.admitted_on, bill.settled_at.date())
    ends = first.replace(day=1) - timedelta(days=1)
    held = replace(case.person.identities[0], end=ends)
    case.person.identities = [held]
    case.person.flags = [Flag(held, held.start, still_shown=True)]
    return Plant("identity_ended", "over_paid", ends.isoformat())


def _can_be_early(case: Case) -> bool:
    return _listed(case) and bool(_serious(case)) and _serious(case)[-1].settled_at.month < 11


def _flag_early(dice: Dice, case: Case) -> Plant:
    """Marked before it was recognised: recognised only after a serious bill."""
    last = _serious(case)[-1].settled_at.date()
    begins = (last.replace(day=1) + timedelta(days=62)).replace(day=1)
    held = replace(case.person.identities[0], start=begins, recognised_on=begins)
    case.person.identities = [held]
    case.person.flags = [Flag(held, date(last.year, 1, 1))]
    return Plant("identity_early", "over_paid", begins.isoformat())


def _can_go_away(case: Case) -> bool:
    return any(bill.provider.place != "local" and not bill.copies_of for bill in _serious(case))


def _away(dice: Dice, case: Case) -> Plant:
    """Treated far away, reimbursed by hand, and the aid was never asked for."""
    found = []
    for bill in _serious(case):
        if bill.provider.place != "local":
            later = bill.settled_at + timedelta(days=dice.between(12, 45, case.person.index, "by hand", bill.claim_id))
            bill.settled_at = min(later, _year_end(bill.settled_at))
            bill.settle_mode, bill.at_window = "manual", False
            bill.authorisation = "registered" if bill.authorisation == "missing" else bill.authorisation
            found.append(bill.claim_id)
    return Plant("away_not_claimed", "away_manual_not_claimed", claim_ids=found)


def _can_be_reversed(case: Case) -> bool:
    serious = _serious(case)
    return (
        _listed(case)
        and case.person.identities[0].identity == "dibao_margin"
        and len(serious) > 1
        and (serious[0].in_scope >= 500_000)
    )


def _reverse(dice: Dice, case: Case) -> Plant:
    """The year's first serious bill is reversed at the end; what was settled after it is not settled again."""
    serious = _serious(case)
    last = max(bill.settled_at for bill in case.bills)
    at = min(last + timedelta(days=5), _year_end(last))
    case.reversed_on[serious[0].claim_id] = at
    return Plant("reversal_kept", "reversal_not_resettled", claim_ids=[serious[0].claim_id])


def _can_be_paid_again(case: Case) -> bool:
    return _listed(case) and case.person.identities[0].identity in _STRONG and bool(_serious(case))


def _pay_again(dice: Dice, case: Case) -> Plant:
    return Plant(
        "paid_again_by_hand",
        "over_paid",
        needs="claims;identities;manual",
        by_hand="again",
        claim_ids=[_serious(case)[0].claim_id],
    )


def _copy(dice: Dice, case: Case) -> Plant:
    """One stay settled at the hospital and again by hand."""
    bill = _serious(case)[0]
    at = min(
        bill.settled_at + timedelta(days=dice.between(20, 50, case.person.index, "copied after")),
        _year_end(bill.settled_at),
    )
    twin = replace(
        bill, claim_id=bill.claim_id[:-1] + "7", settled_at=at, settle_mode="manual", copies_of=bill.claim_id
    )
    case.copies.append(twin)
    return Plant("same_bill_twice", "over_paid", needs="claims;identities", claim_ids=[bill.claim_id, twin.claim_id])


def _settled_by_hand(dice: Dice, case: Case) -> Plant:
    made = _unflag(dice, case)
    made.by_hand, made.needs = "settled", "claims;identities;flags;manual"
    return made


def _can_lack_tilt(case: Case) -> bool:
    return _listed(case) and sum(bill.in_scope for bill in _serious(case)) > 6_000_000


def _lack_tilt(dice: Dice, case: Case) -> Plant:
    return Plant("tilt_missing", "tilt_missing", needs="claims;identities")


def _was_sent(case: Case) -> bool:
    return _listed(case) and any(bill.provider.place != "local" for bill in _serious(case))


def _misread(cause: str, in_file: str | None, taken: str) -> Callable[[Dice, Case], Plant]:
    """The file says one thing of the referral, the platform took another."""

    def apply(dice: Dice, case: Case) -> Plant:
        found = []
        for bill in _serious(case):
            if bill.provider.place != "local":
                bill.authorisation, bill.platform = in_file, {"authorisation": taken}
                found.append(bill.claim_id)
        return Plant(cause, "referral_unclear", needs="claims;identities", claim_ids=found)

    return apply


Step = tuple[int, Callable[[Case], bool], Callable[[Dice, Case], Plant]]


def _steps(setup: Setup) -> Sequence[Step]:
    """How many of 5,000 persons, whether it can be planted, and how."""
    common: list[Step] = [
        (8, _can_be_reversed, _reverse) if setup.place == "suqian" else (0, _can_be_reversed, _reverse),
        (14, _can_go_away, _away),
        (24, _can_be_unflagged, _unflag),
        (34, _can_be_late, _flag_late),
        (14, _can_be_lower, _lower(setup)),
        (10, _can_have_ended, _end),
        (5, _can_be_early, _flag_early),
        (8, _can_be_paid_again, _pay_again),
        (4, _can_be_paid_again, _copy),
        (9, _can_be_unflagged, _settled_by_hand),
    ]
    if setup.place == "beijing":
        return [
            (14, _can_lack_tilt, _lack_tilt),
            (6, _was_sent, _misread("referral_taken_as_missing", "referred", "missing")),
            (4, _was_sent, _misread("referral_not_asked", "missing", "referred")),
            (5, _was_sent, _misread("referral_unknown", None, "referred")),
            *common,
        ]
    return common


def plant(dice: Dice, setup: Setup, cases: Sequence[Case]) -> None:
    """Plant every kind; which persons get one hangs on the seed and on what happened to them."""
    for number, (count, can, apply) in enumerate(_steps(setup)):
        wanted = max(1, count * len(cases) // 5000) if count else 0
        free = [case for case in cases if case.plant is None and case.bills and can(case)]
        for case in sorted(free, key=lambda each: dice.raw(each.person.index, "plant", number))[:wanted]:
            case.plant = apply(dice, case)
