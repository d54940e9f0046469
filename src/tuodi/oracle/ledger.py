"""What earlier bills did, as a list to be summed; and what is left unpaid of one bill.

No running counters: a state is the sum over the entries of earlier bills in the same scope. Standard library only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from tuodi.oracle.bills import Bill, opening_rows, year_is_open
from tuodi.oracle.packs import LABELS, PARTS

__all__ = ["Entry", "Ledger", "Purse"]

Scope = tuple[str, object]
UNIT = {"exact": 10_000, "target": 10_000}
"""Opening balances of exact sums are written in fen × basis points."""


@dataclass(frozen=True)
class Entry:
    """One bill's addition to a counter; ``None``: nobody can say how much, so the counter is open."""

    counter: str
    scope: Scope
    amount: Fraction | None


@dataclass
class Ledger:
    """All entries of one person so far, and the opening balances."""

    opening: list[dict[str, object]]
    window_from: object = None
    entries: list[Entry] = field(default_factory=list)

    def add(self, counter: str, scope: Scope, amount: Fraction | int | None) -> None:
        """Write down what the bill at hand adds."""
        self.entries.append(Entry(counter, scope, None if amount is None else Fraction(amount)))

    def consumed(self, bill: Bill, counter: str, scope: Scope) -> Fraction | None:
        """What earlier bills in the scope added, with the opening balance; ``None`` if that is open."""
        amounts = [entry.amount for entry in self.entries if (entry.counter, entry.scope) == (counter, scope)]
        if scope[0] == "year":
            if year_is_open(bill, self.opening, self.window_from):  # type: ignore[arg-type]
                return None
            amounts += [
                Fraction(int(str(row["amount"])), UNIT.get(counter.rpartition(".")[2], 1))
                for row in opening_rows(bill, self.opening)
                if row["counter"] == counter
            ]
        return None if None in amounts else sum((a for a in amounts if a is not None), Fraction(0))


def scope_of(bill: Bill, per: str) -> Scope:
    """The scope of a ``per:`` or ``on:`` for a bill."""
    return {"bill": ("bill", bill.id), "stay": ("stay", bill.stay), "year": ("year", bill.year)}[per]


class Purse:
    """The unpaid parts of one bill; in-scope money by the reason why it is unpaid."""

    def __init__(self, claim: dict[str, int]) -> None:
        self.in_scope = dict.fromkeys(LABELS, 0)
        self.in_scope["untouched"] = claim["in_scope"]
        self.other = {part: claim[part] for part in PARTS if part != "in_scope"}
        self.open: set[str] = set()
        self.in_scope_paid = 0
        """In-scope money that is paid as later layers see it, a notional layer's too."""
        self.really_paid = 0
        self.in_scope_really_paid = 0

    def held(self, parts: tuple[str, ...], labels: tuple[str, ...]) -> int:
        """The unpaid money of a base."""
        return sum(
            sum(self.in_scope[label] for label in labels) if part == "in_scope" else self.other[part] for part in parts
        )

    def take(self, amount: int, parts: tuple[str, ...], labels: tuple[str, ...], real: bool) -> None:
        """Pay ``amount`` out of the parts in order; in-scope money in the order of its labels."""
        left = amount
        for part in parts:
            if part == "in_scope":
                for label in LABELS:
                    if label in labels:
                        step = min(left, self.in_scope[label])
                        self.in_scope[label] -= step
                        left -= step
                        self.in_scope_paid += step
                        self.in_scope_really_paid += step if real else 0
            else:
                step = min(left, self.other[part])
                self.other[part] -= step
                left -= step
        assert left == 0, "a layer paid more than its base holds"
        self.really_paid += amount if real else 0

    def relabel(self, labels: tuple[str, ...], deductible: int, over_cap: int) -> None:
        """Say why the in-scope money of a base stays unpaid."""
        left = sum(self.in_scope[label] for label in labels)
        for label in labels:
            self.in_scope[label] = 0
        under = min(left, deductible)
        over = min(left - under, over_cap)
        self.in_scope["deductible"] += under
        self.in_scope["over_cap"] += over
        self.in_scope["co_payment"] += left - under - over
