"""The demo county: three ugly files, the platform's monthly report, payments by hand, and the truth apart.

Enters: a folder, a seed, a place. Leaves: files and a :class:`SynthResult`. The same arguments give the same bytes.
Imports ``tuodi.synth``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tuodi.errors import UsageError
from tuodi.synth import truth
from tuodi.synth.bills import bills_of
from tuodi.synth.county import COUNTY, REGION, Setup, setup_of
from tuodi.synth.draw import Dice
from tuodi.synth.files import (
    FIRST_ROW,
    Line,
    write_flags,
    write_manual,
    write_roster,
    write_settlement,
    write_totals,
)
from tuodi.synth.judge import Judge
from tuodi.synth.people import Person, people
from tuodi.synth.plants import Case, plant
from tuodi.synth.spoil import BadRow, Spoilt, spoil
from tuodi.synth.unseen import unseen
from tuodi.synth.wording import ON_ROSTER
from tuodi.synth.year import Settled, computed, settle_year

__all__ = ["NAMES", "SCALES", "SynthResult", "write_demo"]

SCALES: Mapping[str, int] = {"demo": 5000}
"""How many persons each scale has."""

FEWEST = 50
"""Persons of the smallest county."""

NAMES = {
    "claims": "医疗救助结算明细.xlsx",
    "flags": "身份标识明细.xlsx",
    "roster": "民政当月发放名册.xlsx",
    "totals": "平台月报.xlsx",
    "manual": "零星报销支付明细.csv",
}

_MONTHLY = {"tekun": 105_000, "orphan": 190_000, "unsupported_child": 190_000, "dibao": 68_000}
_MEASURES = (
    ("医疗救助基金支出", "paid_assistance"),
    ("基本医疗保险统筹基金支出", "paid_basic"),
    ("居民大病保险资金支出", "paid_catastrophic"),
    ("职工大额医疗费用补助基金支出", "paid_large_sum"),
)


@dataclass(frozen=True)
class SynthResult:
    """Where the files are and what is in them."""

    out: Path
    files: Mapping[str, Path]
    """``claims flags roster totals manual``, and ``truth``: the folder of what is true."""
    counts: Mapping[str, int] = field(default_factory=dict)


def write_demo(
    out: Path,
    *,
    seed: int,
    place: str = "suqian",
    year: int | None = None,
    scale: str = "demo",
    persons: int | None = None,
    roots: Sequence[Path] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> SynthResult:
    """Invent a county and write its files into ``out``; ``persons`` makes a smaller one, for tests.

    ``progress`` is called with persons settled and persons in all. Raises ``UsageError`` for a place, scale, year
    or number of persons that there is none of.
    """
    setup = setup_of(place)
    if scale not in SCALES:
        raise UsageError(f"scale {scale!r} is unknown; use {' or '.join(SCALES)}")
    if year is not None and year != setup.year:
        raise UsageError(f"year {year} for {place!r}: the pack {setup.pack} is written for {setup.year}")
    if persons is not None and persons < FEWEST:
        raise UsageError(f"persons {persons}: a county has at least {FEWEST}")
    dice = Dice(seed)
    folk = people(dice, setup, persons or SCALES[scale])
    hidden = unseen(dice, folk)
    cases = [Case(person, bills_of(dice, setup, person)) for person in folk]
    plant(dice, setup, cases)
    settled = []
    for done in settle_year(dice, setup, Judge(setup.pack, roots), cases):
        settled.append(done)
        if progress:
            progress(done.case.person.index + 1, len(cases))
    rows, bad = spoil(dice, settled)

    out.mkdir(parents=True, exist_ok=True)
    files = {name: out / text for name, text in NAMES.items()}
    as_of = date(setup.year + 1, 1, 10)
    about = {case.person.person_id: case.person for case in cases}
    lines = [Line(_claim_line(row, about[row.bill.person_id]), dict(row.cells)) for row in rows]
    write_settlement(
        files["claims"],
        lines,
        dice=dice,
        county=COUNTY,
        first=date(setup.year, 1, 1),
        last=date(setup.year, 12, 31),
        as_of=as_of,
    )
    flags = _flag_lines(folk)
    write_flags(files["flags"], flags, dice=dice, county=COUNTY, as_of=as_of)
    roster = _roster_lines(folk, date(setup.year, 12, 31))
    write_roster(files["roster"], roster, dice=dice, county=COUNTY, month=date(setup.year, 12, 1))
    totals = _total_lines(settled, bad)
    write_totals(files["totals"], totals, dice=dice, county=COUNTY, year=setup.year, as_of=as_of)
    manual = _manual_lines(settled)
    write_manual(files["manual"], manual, county=COUNTY, as_of=as_of + timedelta(days=75))

    files["truth"] = out / "truth"
    counts = _write_truth(files["truth"], setup, settled, bad, rows) | {
        "persons": len(folk),
        "persons_with_bills": len(settled),
        "rows": len(rows),
        "flags": len(flags),
        "roster": len(roster),
        "manual": len(manual),
        "unseen": len(hidden),
        "bad_rows": len(bad),
    }
    truth.write_csv(files["truth"] / "unseen.csv", truth.unseen_rows(hidden), ("person_id", "kind", "what"))
    return SynthResult(out, files, counts)


def _claim_line(row: Spoilt, person: Person) -> dict[str, Any]:
    values = row.bill.row()
    values.update(
        person_name=person.name, certificate=person.certificate, township=person.township, insured_region=REGION
    )
    return values


def _flag_lines(folk: Sequence[Person]) -> list[Line]:
    return [
        Line(
            {
                "person_id": person.person_id,
                "certificate": person.certificate,
                "person_name": person.name,
                "identity": flag.interval.identity,
                "from": flag.interval.start,
                "to": flag.interval.end,
                "source": flag.interval.source,
                "flagged_on": flag.flagged_on,
                "township": person.township,
                "village": person.village,
            }
        )
        for person in folk
        for flag in person.flags
    ]


def _roster_lines(folk: Sequence[Person], day: date) -> list[Line]:
    """Whoever civil affairs has on its list on a day, in its own words, class by class."""
    made = []
    for identity, (town, country) in ON_ROSTER.items():
        for person in folk:
            for held in person.identities:
                if held.identity != identity or held.start > day or (held.end and held.end < day):
                    continue
                made.append(
                    Line(
                        {
                            "household_id": person.household_id,
                            "person_name": person.name,
                            "certificate": _typed(person),
                            "identity": town if person.urban else country,
                            "from": held.start,
                            "township": person.township,
                            "village": person.village,
                            "monthly": _MONTHLY.get(identity, 0),
                            "remark": "" if identity in _MONTHLY else "不发放保障金",
                        }
                    )
                )
    return made


def _typed(person: Person) -> str:
    """An identity number as it comes out of a township's spreadsheet."""
    if person.index % 41 == 0:
        return person.certificate.lower()
    return f" {person.certificate}" if person.index % 97 == 0 else person.certificate


def _total_lines(settled: Sequence[Settled], bad: Sequence[BadRow]) -> list[Line]:
    """The platform's monthly report over its own rows: net of reversals, in number and in money."""
    counted = [row for each in settled for row in each.rows]
    counted += [each.bill for each in bad if each.counted and each.bill.total < 0]
    count: dict[tuple[str, str], int] = defaultdict(int)
    amount: dict[tuple[str, str], int] = defaultdict(int)
    for row in counted:
        for word, column in _MEASURES:
            paid = getattr(row, column) or 0
            key = (f"{row.settled_at:%Y-%m}", word)
            count[key] += (paid > 0) - (paid < 0)
            amount[key] += paid
    months = sorted({month for month, _ in count})
    return [
        Line({"month": month, "measure": word, "count": count[month, word], "amount": amount[month, word]})
        for month in months
        for word, _ in _MEASURES
    ]


def _manual_lines(settled: Sequence[Settled]) -> list[Line]:
    return [
        Line(
            {
                "person_id": each.person.person_id,
                "person_name": each.person.name,
                "certificate": each.person.certificate,
                "benefit_year": case.rows[0].settled_at.year,
                "layer": "医疗救助",
                "amount": each.amount,
                "paid_on": each.paid_on,
                "reason": each.reason,
            }
        )
        for case in settled
        for each in case.case.manual
    ]


def _write_truth(
    folder: Path, setup: Setup, settled: Sequence[Settled], bad: Sequence[BadRow], rows: Sequence[Spoilt]
) -> dict[str, int]:
    folder.mkdir(exist_ok=True)
    layers = computed(setup)
    who = ("person_id", "certificate")
    found = truth.plants(settled, layers)
    truth.write_csv(
        folder / "plants.csv",
        found,
        (
            *who,
            "cause",
            "kind",
            "layer",
            "owed_to",
            "amount_fen",
            "recorded_fen",
            "by_hand_fen",
            "by_law_fen",
            "claim_ids",
            "detail",
            "needs",
        ),
    )
    right = truth.cleared(settled, layers)
    truth.write_csv(folder / "cleared.csv", right, (*who, "why", "layer", "claim_ids", "planted"))
    unknown = truth.undetermined(settled, layers)
    truth.write_csv(folder / "undetermined.csv", unknown, (*who, "layer", "claim_ids", "planted"))
    per_layer = [f"{word}_{layer}" for layer in layers for word in ("pay", "recorded", "chain")]
    truth.write_csv(
        folder / "settlement.csv",
        truth.settlement(settled, layers),
        ("claim_id", "person_id", "status", "reason", *per_layer),
    )
    last = {row.bill.claim_id: number for number, row in enumerate(rows, FIRST_ROW)}
    numbers = {at: last[each.claim_id] for at, each in enumerate(bad)}
    truth.write_csv(
        folder / "bad_rows.csv",
        truth.bad_rows(bad, numbers),
        (
            "row",
            "claim_id",
            "kind",
            "column",
            "month",
            "counted_by_platform",
            "paid_assistance_fen",
            "paid_basic_fen",
            "paid_catastrophic_fen",
        ),
    )
    return {"plants": len(found), "cleared": len(right), "undetermined": len(unknown)}
