"""Bad rows: what goes wrong between the platform and a county's spreadsheet, planted on purpose.

Enters: the rows of the settlement detail. Leaves: the same rows with some spoilt, and a list that says which, how and
what the platform counted for them, so that the difference to its monthly report is explained to the fen.
Only bills of persons with a single bill are spoilt: nothing else then hangs on them. Imports ``tuodi.synth``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from tuodi.synth.bill import Bill
from tuodi.synth.draw import Dice
from tuodi.synth.files import Formula
from tuodi.synth.year import Settled, negative

__all__ = ["BadRow", "Spoilt", "spoil"]


@dataclass(frozen=True)
class BadRow:
    """One spoilt row: the reason that a reader should give, and whether the platform counted the row."""

    claim_id: str
    kind: str
    column: str
    counted: bool
    bill: Bill


@dataclass
class Spoilt:
    """A row of the export and the cells of it that are written wrongly."""

    bill: Bill
    cells: dict[str, str | Formula]


Change = Callable[[Bill], tuple[list[Spoilt], list[BadRow]]]


def _cell(kind: str, column: str, text: Callable[[Bill], str | Formula]) -> Change:
    def change(bill: Bill) -> tuple[list[Spoilt], list[BadRow]]:
        return [Spoilt(bill, {"care" if column == "setting" else column: text(bill)})], [
            BadRow(bill.claim_id, kind, column, True, bill)
        ]

    return change


def _amount(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02d}"


def _twice(bill: Bill) -> tuple[list[Spoilt], list[BadRow]]:
    """The same row exported twice: one is kept, and the platform counted one."""
    return [Spoilt(bill, {}), Spoilt(bill, {})], [BadRow(bill.claim_id, "duplicate_dropped", "claim_id", False, bill)]


def _lost_link(bill: Bill) -> tuple[list[Spoilt], list[BadRow]]:
    """A negative row beside a good one that does not say which bill of an earlier year it reverses."""
    row = _of_last_year(bill, "4", None)
    return [Spoilt(bill, {}), Spoilt(row, {})], [BadRow(row.claim_id, "negative_amount", "total", True, row)]


def _of_nothing(bill: Bill) -> tuple[list[Spoilt], list[BadRow]]:
    """A reversal of a bill that is not in the file."""
    row = _of_last_year(bill, "5", f"3{bill.settled_at.year - 1}{bill.claim_id[5:]}")
    return [Spoilt(bill, {}), Spoilt(row, {})], [BadRow(row.claim_id, "reversal_of_nothing", "reverses", True, row)]


def _of_last_year(bill: Bill, ending: str, reverses: str | None) -> Bill:
    """The reversal of a bill of the year before, settled in the minute after ``bill``."""
    row = negative(bill, bill.claim_id[:-1] + ending, bill.settled_at + timedelta(minutes=1))
    back = timedelta(days=366)
    return replace(
        row,
        stay_id="6" + row.stay_id[1:],
        reverses=reverses,
        admitted_on=row.admitted_on - back,
        discharged_on=row.discharged_on - back,
    )


CHANGES: Sequence[Change] = (
    _cell("parts_total", "first_self_pay", lambda bill: _amount(bill.first_self_pay + 10_000)),
    _cell("parts_total", "out_of_catalogue", lambda bill: _amount(bill.out_of_catalogue + 123)),
    _cell("date_impossible", "discharged_on", lambda bill: f"{bill.discharged_on.year}-02-30"),
    _cell("code_unknown", "provider_level", lambda bill: "七级"),
    _cell("code_unknown", "setting", lambda bill: "日间托管"),
    _cell("formula", "total", lambda bill: Formula("=SUM(AA{row}:AD{row})", _amount(bill.total))),
    _cell(
        "not_amount",
        "total",
        lambda bill: _amount(bill.total).replace("0", "O", 1) if "0" in _amount(bill.total) else "见附件",
    ),
    _cell("required_empty", "in_scope", lambda bill: ""),
    _twice,
    _lost_link,
    _of_nothing,
)


def spoil(dice: Dice, settled: Sequence[Settled]) -> tuple[list[Spoilt], list[BadRow]]:
    """Every row of the export in order of settlement, some spoilt; and the list of those."""
    free = [
        each
        for each in settled
        if each.case.plant is None
        and len(each.rows) == 1
        and not each.rows[0].tags
        and each.rows[0].setting == "inpatient"
        and (each.rows[0].paid_assistance or 0) > 0
    ]
    free.sort(key=lambda each: dice.raw(each.case.person.index, "spoilt"))
    changed = {each.rows[0].claim_id: change for each, change in zip(free, CHANGES, strict=False)}
    rows: list[Spoilt] = []
    bad: list[BadRow] = []
    for bill in sorted((row for each in settled for row in each.rows), key=lambda row: (row.settled_at, row.claim_id)):
        if bill.claim_id in changed:
            made, why = changed[bill.claim_id](bill)
            rows += made
            bad += why
        else:
            rows.append(Spoilt(bill, {}))
    return rows, bad
