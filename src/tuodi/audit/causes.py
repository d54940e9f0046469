"""From the scenarios that reproduce a record to the causes that a lead shows.

A scenario says "as if nobody had known the identity"; what the lists say of the person tells whether that means
never flagged, flagged late, or flagged and not used. Nothing is named that the lists contradict.

Enters: one case's bills, the scenarios proved for it, what the lists say. Leaves: :class:`Cause` objects in the
order of ``CAUSES``. Pure Python; imports :mod:`tuodi.audit.model` only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tuodi.audit.model import CAUSES

__all__ = ["Bill", "Case", "Cause", "Listed", "causes_of"]


@dataclass(frozen=True)
class Listed:
    """One row of a list: from when to when an identity counts there."""

    identity: str
    start: date
    end: date | None = None

    def holds(self, day: date) -> bool:
        """Whether the row is in force on a day."""
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True)
class Bill:
    """A bill that differs: the day on which identity counts, what the hospital saw, where it was."""

    claim_id: str
    day: date
    at_hospital: str | None
    local: bool


@dataclass(frozen=True)
class Case:
    """What is known of one person, layer and counter year.

    ``bills`` are those that differ; none do where the record agrees and a payment by hand came on top. ``flagged``
    is None where nothing is known of flags; ``hospital_known`` says whether the file tells at all what
    hospitals saw. ``class_of`` gives the class that one identity makes in this layer, ``rank_of`` its place: 0 is best.
    """

    direction: str
    grade: str
    bills: tuple[Bill, ...]
    recognised: tuple[Listed, ...]
    flagged: tuple[Listed, ...] | None
    hospital_known: bool
    class_of: Callable[[str], str]
    rank_of: Callable[[str], int]
    manual: int = 0
    not_asked: tuple[Bill, ...] = ()
    reversed_ids: tuple[str, ...] = ()
    copy_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cause:
    """One proved cause; ``detail`` and ``since`` as in the frame ``causes``."""

    code: str
    detail: str = ""
    since: date | None = None


def causes_of(case: Case, proved: Mapping[str, Sequence[str]]) -> tuple[Cause, ...]:
    """All causes that the proved scenarios (family → details) mean for this case, each once."""
    if not case.bills:
        again = case.manual > 0 and case.direction == "over"
        return (Cause("paid_again_by_hand"),) if again else ()
    found: list[Cause] = []
    found += _identity_owed(case, proved) if case.direction == "owed" else _identity_over(case, proved)
    found += _other(case, proved)
    first = {cause.code: cause for cause in reversed(found)}
    return tuple(first[code] for code in CAUSES if code in first)


def _identity_owed(case: Case, proved: Mapping[str, Sequence[str]]) -> list[Cause]:
    found: list[Cause] = []
    if case.grade == "B" and "no_identity" in proved:
        found.append(Cause("tilt_missing"))
    if "as_flagged" in proved and case.flagged is not None:
        found += _by_flags(case, case.flagged)
    elif "no_identity" in proved:
        found += _as_nobody(case)
    elif "at_hospital" in proved:
        found += _by_hospital(case)
    if "no_identity" not in proved:
        found += _by_label(case, proved, "lower_identity")
    if "no_look_back" in proved and not found:
        found.append(Cause("look_back_not_applied"))
    return found


def _by_flags(case: Case, flagged: Sequence[Listed]) -> list[Cause]:
    """The platform's own list explains the record: nothing on it, too late, or an identity of a lower class."""
    best = min((case.rank_of(identity) for identity in _wanted(case)), default=0)
    lower: set[str] = set()
    unseen = False
    for bill in case.bills:
        active = {row.identity for row in flagged if row.holds(bill.day)}
        unseen |= not active
        if active and min(map(case.rank_of, active)) > best:
            lower |= active
    late = _late(case, flagged, best)
    found = [late] if late is not None else []
    if unseen and late is None:
        found.append(Cause("not_flagged"))
    if lower:
        found.append(Cause("lower_identity", ";".join(sorted(lower))))
    return found


def _late(case: Case, flagged: Sequence[Listed], best: int) -> Cause | None:
    """The flag that gives the class the person has by law, if it began after a bill or after the recognition."""
    starts = [row.start for row in flagged if case.rank_of(row.identity) == best]
    begun = [row.start for row in case.recognised if case.rank_of(row.identity) == best]
    if not starts:
        return None
    after_bill = min(starts) > min(bill.day for bill in case.bills)
    after_list = bool(begun) and min(starts) > min(begun)
    return Cause("flagged_late", since=min(starts)) if after_bill or after_list else None


def _wanted(case: Case) -> set[str]:
    """Identities in force by the list; where only a look-back reaches the bills, all that the person has."""
    days = [bill.day for bill in case.bills]
    in_force = {row.identity for row in case.recognised if any(row.holds(day) for day in days)}
    return in_force or {row.identity for row in case.recognised}


def _as_nobody(case: Case) -> list[Cause]:
    """Settled as for somebody on no list; the lists say whether anybody could have known."""
    seen = {bill.at_hospital for bill in case.bills if bill.at_hospital}
    if case.flagged is not None:
        active = {row.identity for row in case.flagged if any(row.holds(bill.day) for bill in case.bills)}
        if active:
            return [] if case.grade == "B" else [Cause("identity_not_used", ";".join(sorted(active)))]
        later = [row.start for row in case.flagged if row.start > min(bill.day for bill in case.bills)]
        return [Cause("flagged_late", since=min(later))] if later else [Cause("not_flagged")]
    if case.hospital_known and not seen:
        return [Cause("not_flagged")]
    if case.grade == "B":
        return []
    return [Cause("identity_not_used", ";".join(sorted(seen)))] if seen else [Cause("not_flagged")]


def _by_hospital(case: Case) -> list[Cause]:
    """What stands on the bills explains the record."""
    seen = {bill.at_hospital for bill in case.bills if bill.at_hospital}
    if not seen:
        return _as_nobody(case)
    wanted = _wanted(case)
    return [] if seen <= wanted and len(wanted) == len(seen) else [Cause("lower_identity", ";".join(sorted(seen)))]


def _by_label(case: Case, proved: Mapping[str, Sequence[str]], code: str) -> list[Cause]:
    """Under one other identity, if what hospitals and flags show does not speak against its class."""
    labels = dict.fromkeys([*proved.get("relabelled", ()), *proved.get("always", ())])
    if case.hospital_known:
        shown = {case.class_of(bill.at_hospital) for bill in case.bills if bill.at_hospital}
    elif case.flagged is not None:
        shown = {case.class_of(row.identity) for row in case.flagged if any(row.holds(bill.day) for bill in case.bills)}
    else:
        return [Cause(code, label) for label in labels][:1]
    fitting = [label for label in labels if case.class_of(label) in shown]
    return [Cause(code, ";".join(fitting))] if fitting else []


def _identity_over(case: Case, proved: Mapping[str, Sequence[str]]) -> list[Cause]:
    """More than the law gives: an identity that no list has, one that had ended or not begun, a higher one."""
    families = {"as_flagged", "at_hospital", "relabelled", "always", "never_ended", "begun_early"}
    if not families & proved.keys():
        return []
    used = sorted({bill.at_hospital for bill in case.bills if bill.at_hospital})
    if not used and case.flagged is not None:
        used = sorted({row.identity for row in case.flagged if any(row.holds(bill.day) for bill in case.bills)})
    detail = ";".join(used)
    if not case.recognised:
        return [Cause("identity_unlisted", detail)]
    if any(row.holds(bill.day) for row in case.recognised for bill in case.bills):
        if "begun_early" in proved:
            return [Cause("identity_early", detail, min(row.start for row in case.recognised))]
        if "never_ended" in proved:
            return [Cause("identity_ended", detail, _last_end(case))]
        return [Cause("higher_identity", detail)] if used else _by_label(case, proved, "higher_identity")
    if all(row.start > bill.day for row in case.recognised for bill in case.bills):
        return [Cause("identity_early", detail, min(row.start for row in case.recognised))]
    return [Cause("identity_ended", detail, _last_end(case))]


def _last_end(case: Case) -> date | None:
    return max((row.end for row in case.recognised if row.end is not None), default=None)


def _other(case: Case, proved: Mapping[str, Sequence[str]]) -> list[Cause]:
    found: list[Cause] = []
    owed = case.direction == "owed"
    if "not_asked" in proved and owed:
        away = bool(case.not_asked) and not any(bill.local for bill in case.not_asked)
        ids = ";".join(bill.claim_id for bill in case.not_asked)
        found.append(Cause("away_not_claimed" if away else "not_one_stop", ids))
    taken = list(dict.fromkeys(proved.get("authorisation", ())))
    if taken and owed and "missing" in taken:
        found.append(Cause("referral_taken_as_missing"))
    if taken and not owed and set(taken) - {"missing"}:
        found.append(Cause("referral_not_asked", ";".join(code for code in taken if code != "missing")))
    if "reversals_unknown" in proved:
        found.append(Cause("reversal_kept", ";".join(case.reversed_ids)))
    found += [Cause("other_version", detail) for detail in proved.get("version", ())[:1]]
    if "wider_caps" in proved and owed:
        found.append(Cause("cap_counted_twice"))
    if "no_caps" in proved and not owed:
        found.append(Cause("cap_not_applied"))
    if "no_deductible" in proved and not owed:
        found.append(Cause("deductible_not_applied"))
    if "copies_counted" in proved:
        found.append(Cause("same_bill_twice", ";".join(case.copy_ids)))
    return found
