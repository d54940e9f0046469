"""From rows of claims to bills in order: what is annulled, what is quarantined, stays, ordinals, classes.

Enters: claims and identities as dictionaries, money in fen. Leaves: one ``Bill`` a claim. Standard library only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tuodi.oracle.conditions import CODES, Truth, View, any_of, holds
from tuodi.oracle.packs import PARTS, OraclePack
from tuodi.oracle.people import Days, age_on, classes_for, in_force, recognition_year

__all__ = ["Bill", "opening_rows", "prepare", "settled_bills", "year_is_open"]

RECORDED = (
    "paid_basic", "paid_civil_servant", "paid_enterprise", "paid_catastrophic", "paid_large_sum",
    "paid_disabled_veteran", "paid_assistance", "paid_tilt", "paid_other", "paid_fund_total", "paid_hospital",
    "paid_account", "paid_account_shared", "paid_cash", "own_total", "deductible_recorded",
)  # fmt: skip
IN_BED = ("inpatient", "emergency_observation")


@dataclass
class Bill:
    """One claim on its way: under which pack, in which year, and who the person is for each layer."""

    claim: dict[str, Any]
    pack: OraclePack | None = None
    status: str | None = None
    reasons: list[str] = field(default_factory=list)
    year: int = 0
    ordinal: int | None = None
    overlapping: bool = False
    days: Days | None = None
    codes: dict[str, str | None] = field(default_factory=dict)
    classes: dict[str, tuple[str | None, ...]] = field(default_factory=dict)
    identities: list[dict[str, Any]] = field(default_factory=list)
    age: int | None = None

    @property
    def id(self) -> str:
        """The claim's id."""
        return str(self.claim["claim_id"])

    @property
    def person(self) -> str:
        """The person's id."""
        return str(self.claim["person_id"])

    @property
    def stay(self) -> str:
        """The stay; a bill without one is a stay of its own."""
        return str(self.claim.get("stay_id") or self.claim["claim_id"])

    @property
    def settled(self) -> date:
        """The day of settlement."""
        moment = self.claim["settled_at"]
        return moment.date() if isinstance(moment, datetime) else moment

    @property
    def order(self) -> tuple[Any, ...]:
        """The total order of one person's bills."""
        moment = self.claim["settled_at"]
        if not isinstance(moment, datetime):
            moment = datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001 local time, as in the files
        return (self.year, moment, self.claim["discharged_on"], self.id)

    @property
    def inpatient(self) -> bool:
        """Whether this is a bill of an inpatient stay."""
        assert self.pack is not None
        return self.pack.is_a("setting", str(self.claim["setting"]), ["inpatient"])

    def day(self, name: str) -> date | None:
        """A date of the bill by the word that packs use for it; ``None`` where it is unknown."""
        if name == "settled_at":
            return self.settled
        if name == "admitted_on":
            found: date | None = self.claim.get("admitted_on")
            setting = str(self.claim["setting"])
            assert self.pack is not None
            if found is None and not self.pack.is_a("setting", setting, IN_BED):
                return self.day("discharged_on")
            return found
        named: date = self.claim[name]
        return named

    def view(self, layer: str = "", bracket: int | None = None) -> View:
        """What conditions can see of this bill in a layer."""
        assert self.pack is not None
        claim, pack, days = self.claim, self.pack, self.days
        traits = claim.get("provider_traits")
        if isinstance(traits, str):
            traits = [trait.strip() for trait in traits.split(";") if trait.strip()]

        def identity(code: str) -> Truth:
            assert days is not None
            rows = [row for row in self.identities if pack.is_a("identity", row["identity"], [code])]
            return any_of(in_force(pack, row, days, None) for row in rows)

        return View(
            pack, self.codes, self.classes.get(layer, (None,)), self.ordinal, bracket,
            {name: int(claim[name]) for name in ("total", *PARTS)},
            claim.get("diagnosis"), None if traits is None else frozenset(traits), self.age, identity,
        )  # fmt: skip


# Annulled and quarantined ------------------------------------------------------------------------------


def _is_negative_of(reversal: dict[str, Any], original: dict[str, Any]) -> bool:
    if any(reversal[name] != -original[name] for name in ("total", *PARTS)):
        return False
    both = [(reversal.get(name), original.get(name)) for name in RECORDED]
    return all(one == -two for one, two in both if one is not None and two is not None)


def _annul(bills: list[Bill]) -> None:
    by_id = {bill.id: bill for bill in bills}
    for bill in bills:
        claim = bill.claim
        if not claim.get("reverses") and any((claim.get(name) or 0) < 0 for name in ("total", *PARTS, *RECORDED)):
            _quarantine(bill, "negative_amount")
    for bill in sorted(bills, key=lambda bill: bill.order):
        if not bill.claim.get("reverses") or bill.status is not None:
            continue
        original = by_id.get(str(bill.claim["reverses"]))
        if original is None or original.claim.get("reverses") or original.person != bill.person:
            _quarantine(bill, "reversal_of_nothing")
        elif original.status is not None:
            _quarantine(bill, "reversed_before")
        elif not _is_negative_of(bill.claim, original.claim):
            # Nobody can say what of the original still stands.
            _quarantine(bill, "reversal_unequal")
            _quarantine(original, "reversal_unequal")
        else:
            bill.status = original.status = "annulled"


def _quarantine(bill: Bill, reason: str) -> None:
    bill.status = "quarantined"
    bill.reasons.append(reason)


def _choose_version(bill: Bill, packs: Sequence[OraclePack]) -> None:
    for pack in packs:
        bill.pack = pack
        day = bill.day(pack.date_rule("version", "discharged_on"))
        first, last = pack.in_force
        if day is not None and first <= day <= last:
            return
    bill.pack = packs[0]
    if bill.status is not None:
        return
    _quarantine(bill, "outside_version")


def _choose_year(bill: Bill) -> None:
    assert bill.pack is not None
    by, _ = bill.pack.counter_year
    if by == "benefit_year":
        named = bill.claim.get("benefit_year")
        if named is None:
            _quarantine(bill, "counter_year_unknown")
        else:
            bill.year = int(named)
        return
    day = bill.day(by)
    if day is None:
        _quarantine(bill, "counter_year_unknown")
    else:
        bill.year = bill.pack.year_of(day)


# Stays -------------------------------------------------------------------------------------------------


def _span(bills: list[Bill]) -> tuple[date | None, date]:
    starts = [bill.day("admitted_on") for bill in bills]
    known = [day for day in starts if day is not None]
    ends: list[date] = [bill.claim["discharged_on"] for bill in bills]
    return (min(known) if len(known) == len(starts) else None), max(ends)


def _overlaps(one: tuple[date | None, date], two: tuple[date | None, date]) -> bool:
    """More than the day of transfer in common. A stay of unknown beginning is taken as its last day."""
    first = max(one[0] or one[1], two[0] or two[1])
    last = min(one[1], two[1])
    return (last - first).days >= 1


def _stays(person: list[Bill]) -> None:
    """Dates of each bill with its whole stay, and which inpatient stays overlap."""
    by_stay: dict[str, list[Bill]] = {}
    for bill in person:
        by_stay.setdefault(bill.stay, []).append(bill)
    beds: dict[str, tuple[date | None, date]] = {}
    for stay, bills in by_stay.items():
        span = _span(bills)
        for bill in bills:
            bill.days = Days(bill.day("admitted_on"), bill.claim["discharged_on"], bill.settled, span)
        inpatient = [bill for bill in bills if bill.inpatient]
        if inpatient:
            known = [bill for bill in inpatient if bill.day("admitted_on") is not None]
            beds[stay] = (_span(known)[0] if known else None, _span(inpatient)[1])
    for stay, span in beds.items():
        if any(other != stay and _overlaps(span, two) for other, two in beds.items()):
            for bill in by_stay[stay]:
                bill.overlapping = bill.inpatient


def _ordinals(person: list[Bill], stays_before: dict[int, int | None]) -> None:
    """The column; where it is empty, the rank of the stay among the year's inpatient stays so far known."""
    for bill in person:
        if (bill.claim.get("stay_ordinal") or 0) > 0:
            bill.ordinal = int(bill.claim["stay_ordinal"])
            continue
        before = stays_before.get(bill.year, 0)
        if not bill.inpatient or before is None:
            continue
        in_year = [other for other in sorted(person, key=lambda b: b.order) if other.year == bill.year]
        ranked = list(dict.fromkeys(other.stay for other in in_year if other.inpatient))
        bill.ordinal = before + ranked.index(bill.stay) + 1


# Derived attributes ------------------------------------------------------------------------------------


def _derive(bill: Bill) -> None:
    assert bill.pack is not None
    for name, entry in (bill.pack.get("derived") or {}).items():
        if name == "person_type" and bill.codes.get(name) is not None:
            continue
        value: str | None = "none"
        for rule in entry["rules"]:
            met = True if rule.get("otherwise") else holds(bill.view(), rule.get("when"))
            if met is not False:
                value = str(rule["is"]) if met else None
                break
        bill.codes[name] = value


def _codes(bill: Bill, person: dict[str, Any]) -> None:
    assert bill.pack is not None
    for name in CODES:
        code = bill.claim.get(name)
        if code is None and name == "purpose":
            code = "illness"
        if code is None and name == "person_type":
            code = person.get("person_type")
        known = name == "assistance_kind" or code in bill.pack.all_codes(name)
        bill.codes[name] = str(code) if code is not None and known else None


# All of it ---------------------------------------------------------------------------------------------


def settled_bills(bills: list[Bill]) -> list[Bill]:
    """The bills that the law is applied to: neither quarantined nor annulled."""
    return [bill for bill in bills if bill.status is None]


def prepare(
    packs: Sequence[OraclePack],
    claims: Sequence[dict[str, Any]],
    identities: Sequence[dict[str, Any]],
    persons: Sequence[dict[str, Any]],
    opening: Sequence[dict[str, Any]],
    window_from: date | None,
    computed: dict[str, list[str]],
) -> list[Bill]:
    """Every claim as a bill, in the order given. ``computed``: names of the computed layers of each pack."""
    bills = [Bill(dict(claim)) for claim in claims]
    _annul(bills)
    for bill in bills:
        _choose_version(bill, packs)
        if bill.status is None:
            _choose_year(bill)
    about = {str(row["person_id"]): row for row in persons}
    by_person: dict[str, list[Bill]] = {}
    for bill in settled_bills(bills):
        by_person.setdefault(bill.person, []).append(bill)
    rows_of: dict[str, list[dict[str, Any]]] = {}
    for row in identities:
        rows_of.setdefault(str(row["person_id"]), []).append(row)
    for name, mine in by_person.items():
        person = about.get(name, {})
        rows = rows_of.get(name, [])
        _stays(mine)
        for bill in mine:
            _codes(bill, person)
            _identify(bill, rows, person, computed)
        _ordinals(mine, _stays_before(mine, opening, window_from))
        for bill in mine:
            _derive(bill)
        _recompute(mine, computed)
    return bills


def _identify(bill: Bill, rows: list[dict[str, Any]], person: dict[str, Any], computed: dict[str, list[str]]) -> None:
    """Age, classes by layer, and the counter year into which look-back may move the bill."""
    pack, days = bill.pack, bill.days
    assert pack is not None
    assert days is not None
    bill.identities = rows
    birth = bill.claim.get("birth_date") or person.get("birth_date")
    word = pack.date_rule("age", "on_admission")
    bill.age = age_on(
        birth,
        {"on_admission": days.admitted, "on_discharge": days.discharged, "on_settlement": days.settled}[word],
    )
    names = computed[pack.id]
    for layer in names:
        bill.classes[layer] = classes_for(pack, rows, bill.view(), days, layer)
    moved = recognition_year(pack, rows, bill.view(), days, names, pack.year_of)
    if moved is not None:
        bill.year = moved


def _stays_before(
    person: list[Bill], opening: Sequence[dict[str, Any]], window_from: date | None
) -> dict[int, int | None]:
    """Inpatient stays of each year before the first bill of the file; ``None`` where nobody knows."""
    return {bill.year: None if year_is_open(bill, opening, window_from) else 0 for bill in person}


def opening_rows(bill: Bill, opening: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The opening balances of the bill's person and counter year."""
    return [row for row in opening if str(row["person_id"]) == bill.person and int(row["counter_year"]) == bill.year]


def year_is_open(bill: Bill, opening: Sequence[dict[str, Any]], window_from: date | None) -> bool:
    """Whether the bill's counter year began before the export does, with no opening balance at all."""
    assert bill.pack is not None
    began_before = window_from is not None and bill.pack.year_begins(bill.year) < window_from
    return began_before and not opening_rows(bill, opening)


def _recompute(person: list[Bill], computed: dict[str, list[str]]) -> None:
    """``on_change: recompute_year``: the class of the year's last bill for all of them."""
    for bill in person:
        assert bill.pack is not None
        for layer in computed[bill.pack.id]:
            rule = bill.pack.get("layers", layer, "on_change")
            if rule and (rule == "recompute_year" or rule.get("recompute_year")):
                same = [b for b in person if b.year == bill.year and b.pack is bill.pack]
                last = max(same, key=lambda b: b.order)
                bill.classes[layer] = last.classes.get(layer, bill.classes[layer])
