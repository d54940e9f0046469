"""The platform's year: what every bill was paid by the marks and referrals that the platform had.

Enters: cases with their plants, the judge. Leaves: the payers on every bill, the rows that stand in the export
(reversals and copies included), payments by hand. Imports ``tuodi.synth``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tuodi.synth.bill import FUNDS, MONEY, Bill
from tuodi.synth.county import Setup
from tuodi.synth.draw import Dice
from tuodi.synth.judge import Answer, Judge, as_flagged, as_recognised, pay, platform_row
from tuodi.synth.plants import Case, Manual
from tuodi.synth.upstream import pay_upstream

__all__ = ["Settled", "rows_of", "settle_year"]

COLUMNS = {"catastrophic": "paid_catastrophic", "assistance": "paid_assistance"}
"""Layers that the oracle computes for the record, and the column in which each is recorded."""


@dataclass
class Settled:
    """One person's year beside the law: ``answers`` are the oracle's on the rows as they stand in the files."""

    case: Case
    rows: list[Bill]
    answers: dict[str, Answer] = field(default_factory=dict)
    chain: dict[str, Answer] = field(default_factory=dict)
    """The answers if the earlier layers too were paid by law; only where the oracle computes more than one."""

    def recorded(self, layer: str) -> int:
        """What was paid in one layer, reversals taken off."""
        return sum(getattr(row, COLUMNS[layer]) or 0 for row in self.rows)

    def by_law(self, layer: str) -> int | None:
        """What the law gives in one layer; unknown if one bill is."""
        found = [pay(answer, layer) for answer in self.answers.values()]
        known = [each for each in found if each is not None]
        return sum(known) if len(known) == len(found) else None

    def by_hand(self, layer: str) -> int:
        """What was paid by hand in one layer."""
        return sum(each.amount for each in self.case.manual if each.layer == layer)

    def owed(self, layer: str) -> int | None:
        """Positive: owed to the person. Negative: paid beyond the law."""
        law = self.by_law(layer)
        return None if law is None else law - self.recorded(layer) - self.by_hand(layer)


def computed(setup: Setup) -> tuple[str, ...]:
    """The layers of the record that the oracle computes."""
    return tuple(layer for layer in COLUMNS if layer not in setup.given)


def settle_year(dice: Dice, setup: Setup, judge: Judge, cases: Sequence[Case]) -> Iterator[Settled]:
    """Settle one person after another, first as the platform did, then as the law says."""
    for case in cases:
        if not case.bills:
            continue
        plain = _pay(setup, judge, case)
        several = len(computed(setup)) > 1
        _finish(dice, setup, case)
        rows = rows_of(dice, case)
        done = Settled(case, rows)
        if plain is not None and len(rows) == len(case.bills) and not any(bill.tags for bill in case.bills):
            done.answers = plain
            done.chain = plain if several else {}
        else:
            _judge(setup, judge, done)
            if several:
                bills = [row.row() for row in rows if not row.copies_of]
                done.chain = judge.settle(bills, as_recognised(case.person), ("basic",))
        _by_hand(dice, done)
        yield done


def _given(setup: Setup) -> tuple[str, ...]:
    """Layers of the pack that are read from the record when each layer is judged by itself."""
    return () if setup.given else ("basic",)


def _pay(setup: Setup, judge: Judge, case: Case) -> dict[str, Answer] | None:
    """The platform's own settlement. Gives the oracle's answers back where they are also the law's."""
    person, bills = case.person, case.in_order()
    pay_upstream(person, bills)
    cause = case.plant.cause if case.plant else ""
    flagged = as_flagged(person)
    if "catastrophic" in computed(setup):
        stays = judge.settle([bill.row() for bill in bills if bill.setting == "inpatient"], flagged)
        for bill in bills:
            bill.paid_catastrophic = bill.paid_large_sum = 0
            known = pay(stays[bill.claim_id], "basic") if bill.claim_id in stays else None
            bill.paid_basic = bill.paid_basic if known is None else known
        seen = judge.settle(
            [platform_row(bill) for bill in bills], [] if cause == "tilt_missing" else flagged, _given(setup)
        )
        for bill in bills:
            bill.paid_catastrophic = pay(seen[bill.claim_id], "catastrophic") or 0
    else:
        seen = {}
    if cause == "tilt_missing" or not seen or not all(bill.at_window for bill in bills):
        given = (*_given(setup), "catastrophic") if seen else ()
        answers = judge.settle([platform_row(bill) for bill in bills if bill.at_window], flagged, given)
    else:
        answers = seen
    for bill in bills:
        answer = answers.get(bill.claim_id)
        bill.paid_assistance = (pay(answer, "assistance") or 0) if answer else 0
    for twin in case.copies:
        first = next(bill for bill in bills if bill.claim_id == twin.copies_of)
        for name in FUNDS:
            setattr(twin, name, getattr(first, name))
    return answers if case.plant is None else None


def _finish(dice: Dice, setup: Setup, case: Case) -> None:
    """What the export shows beside the payers: the mark at the hospital, accounts; here and there a gap."""
    for bill in (*case.bills, *case.copies):
        seen = case.person.seen_at_hospital(bill.settled_at.date())
        bill.identity_at_hospital = seen[0] if seen else None
        if bill.scheme == "employee":
            bill.paid_account = max(0, min(bill.own_total, 30_000)) // 2
        if (
            case.plant is None
            and "catastrophic" in setup.given
            and bill.paid_catastrophic == 0
            and dice.chance(1, bill.claim_id, "gap")
            and dice.chance(500, bill.claim_id, "gap too")
        ):
            bill.paid_catastrophic = None
            bill.tags.append("catastrophic_missing")


def rows_of(dice: Dice, case: Case) -> list[Bill]:
    """Every row of the export for one person: bills, copies, reversals with the exact negative amounts."""
    rows: list[Bill] = []
    for bill in case.in_order():
        if case.plant is None and dice.chance(8, bill.claim_id, "settled again") and bill.settle_mode == "online":
            first = replace(
                bill, claim_id=bill.claim_id[:-1] + "1", settled_at=bill.settled_at - timedelta(minutes=40), tags=[]
            )
            rows += [first, negative(first, bill.claim_id[:-1] + "2", bill.settled_at - timedelta(minutes=15))]
        rows.append(bill)
        if bill.claim_id in case.reversed_on:
            rows.append(negative(bill, bill.claim_id[:-1] + "9", case.reversed_on[bill.claim_id]))
    return sorted((*rows, *case.copies), key=lambda row: (row.settled_at, row.claim_id))


def negative(bill: Bill, claim_id: str, at: datetime) -> Bill:
    """The reversal of a bill."""
    amounts = {name: -value for name in MONEY if (value := getattr(bill, name)) is not None}
    return replace(bill, claim_id=claim_id, settled_at=at, reverses=bill.claim_id, tags=[], **amounts)


def _judge(setup: Setup, judge: Judge, done: Settled) -> None:
    """The law on the rows as they stand, layer by layer on the earlier ones as paid; copies are no bills."""
    rows = [row.row() for row in done.rows if not row.copies_of]
    recognised = as_recognised(done.case.person)
    if len(computed(setup)) == 1:
        done.answers = judge.settle(rows, recognised)
        return
    upper = judge.settle(rows, recognised, ("basic",))
    lower = judge.settle(rows, recognised, ("basic", "catastrophic"))
    done.answers = {
        claim: {
            **answer,
            "status": upper[claim]["status"],
            "pay": {**answer["pay"], "catastrophic": pay(upper[claim], "catastrophic")},
        }
        for claim, answer in lower.items()
    }


def _by_hand(dice: Dice, done: Settled) -> None:
    plant = done.case.plant
    if plant is None or not plant.by_hand:
        return
    last = max(row.settled_at for row in done.rows).date()
    paid_on = last + timedelta(days=dice.between(20, 75, done.case.person.index, "paid by hand"))
    if plant.by_hand == "settled":
        amount = done.owed("assistance") or 0
    else:
        amount = next(row.paid_assistance or 0 for row in done.rows if row.claim_id == plant.claim_ids[0])
    if amount > 0:
        done.case.manual.append(Manual(done.case.person, "assistance", amount, paid_on, "医疗救助补报销"))
