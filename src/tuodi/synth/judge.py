"""Asks the oracle: what does the law give on these bills, with these identities?

Enters: one person's bills as rows of the claims table, identity rows, the names of layers to be read from the record.
Leaves: per bill what each layer pays; ``None`` is undetermined. Imports ``tuodi.oracle``, never the engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from tuodi import oracle
from tuodi.synth.bill import Bill
from tuodi.synth.people import Interval, Person

__all__ = ["Answer", "Judge", "as_flagged", "as_recognised", "packs_root", "pay", "platform_row"]

Answer = Mapping[str, Any]
"""One bill as the oracle leaves it: status, reasons, ``pay`` by layer."""


def pay(answer: Answer, layer: str) -> int | None:
    """What one layer pays; nothing on a bill that it does not reach, ``None`` where it is undetermined."""
    if answer["status"] in ("annulled", "quarantined"):
        return 0
    found: int | None = answer["pay"].get(layer, 0)
    return found


def packs_root() -> Path:
    """``packs/`` of the checkout that this module stands in, else the copy that the wheel carries."""
    room = Path(__file__).resolve().parent
    checkout = room.parents[2] / "packs"
    return checkout if checkout.is_dir() else room.parent / "_packs"


class Judge:
    """The oracle on one pack, person by person."""

    def __init__(self, pack: str, roots: Sequence[Path] | None = None) -> None:
        self.pack = oracle.load(pack, roots or [packs_root()])

    def settle(
        self, rows: Sequence[Mapping[str, Any]], identities: Iterable[Mapping[str, Any]], given: Iterable[str] = ()
    ) -> dict[str, Answer]:
        """One person's answers by claim."""
        answers = oracle.settle(
            self.pack, [dict(row) for row in rows], [dict(row) for row in identities], given=tuple(given)
        )
        return {str(answer["claim_id"]): answer for answer in answers}


def as_recognised(person: Person) -> list[dict[str, Any]]:
    """Identity rows as the deciding bodies have them."""
    return [_row(person, each, each.start, each.end) for each in person.identities]


def as_flagged(person: Person) -> list[dict[str, Any]]:
    """Identity rows as the insurance platform had them when it settled."""
    return [
        _row(person, each.interval, each.flagged_on, None if each.still_shown else each.interval.end)
        for each in person.flags
    ]


def _row(person: Person, interval: Interval, start: date, end: date | None) -> dict[str, Any]:
    return {
        "person_id": person.person_id,
        "identity": interval.identity,
        "from": start,
        "to": end,
        "source": interval.source,
        "recognised_on": interval.recognised_on,
    }


def platform_row(bill: Bill) -> dict[str, Any]:
    """A bill as the platform saw it when it settled."""
    return {**bill.row(), **bill.platform}
