"""Writes a whole invented county: every department's files, the places, the calibration, and the truth apart.

Enters: a folder, a seed, a number of persons. Leaves: files and a :class:`CountyResult`. The same arguments give the
same bytes. Raises ``UsageError`` for a number that there is none of. Imports ``tuodi.synth``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tuodi.errors import UsageError
from tuodi.synth.whole import office, others
from tuodi.synth.whole.aid import YEAR, assist
from tuodi.synth.whole.bills import bills_of
from tuodi.synth.whole.calibration import measures, table
from tuodi.synth.whole.finish import finish
from tuodi.synth.whole.hardship import status_of
from tuodi.synth.whole.made import Made, month_ends, ten_days
from tuodi.synth.whole.marks import flags_of, recognised_of
from tuodi.synth.whole.mix import Draws
from tuodi.synth.whole.pay import pay_insurance
from tuodi.synth.whole.people import FULL, populate
from tuodi.synth.whole.places import COUNTY, places
from tuodi.synth.whole.platform_files import assisted, shown_identities, special_types, write_enrolment, write_messages
from tuodi.synth.whole.setl_d import write_settlements
from tuodi.synth.whole.sheets import Listing, write_listing
from tuodi.synth.whole.truth_files import write_truth, write_unseen

__all__ = ["FEWEST", "CountyResult", "invent", "write_county"]

FEWEST = 1_000
"""Persons of the smallest whole county."""
ORDER = (
    "institutions",
    "enrolment",
    "settlement_aid",
    "identity_flags",
    "high_cost_warning",
    "manual_claims",
    "premium_subsidy",
    "enrolment_check",
    "premium_request",
    "deaths",
    "civil_affairs_monthly",
    "monitored_households",
    "monitored_members",
    "disabled_persons",
    "entitled_groups",
    "charity_ledger",
    "red_cross_ledger",
    "settlements",
    "settlement_messages",
)
"""Codes of the sources, in an order in which they can be imported."""
_ABOUT = {
    "sources": "来源清单.csv",
    "regions": "区划.csv",
    "organisations": "组织机构.csv",
    "calibration": "校准.csv",
    "notice": "说明_虚构.txt",
}
_NOTICE = f"""{COUNTY}是虚构的县。

本文件夹里的人员、户、机构、乡镇、村、金额和证件号码全部虚构，由程序按种子生成，与任何真实的人、地方、单位无关。
证件号码以9901开头，该区划没有分配给任何地方。
来源清单.csv：每个文件的来源代码、数据截至日期、行数，按可以导入的先后排列。
区划.csv、组织机构.csv：虚构的行政区划和单位。
校准.csv：模拟值与公开统计数字的对照。
truth/：真相，只供检验程序用，不是任何部门的文件。

This county is invented: every person, household, place, office, amount and number. Nothing here is about anybody.
"""


@dataclass(frozen=True)
class CountyResult:
    """Where the files are and what is in them: ``files`` by source code, in order of date."""

    out: Path
    files: Mapping[str, tuple[Path, ...]]
    truth: Path
    about: Mapping[str, Path]
    """``sources regions organisations calibration notice``: what the folder says of itself."""
    counts: Mapping[str, int]


def invent(
    seed: int,
    persons: int = FULL,
    roots: Sequence[Path] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Made:
    """The county itself, before a file is written."""
    if not FEWEST <= persons <= FULL:
        raise UsageError(f"persons {persons}: a whole county has from {FEWEST} to {FULL}")
    draws = Draws(seed)
    people = populate(draws, persons, YEAR)
    status = status_of(draws, people)
    recognised = recognised_of(people, status)
    flags = flags_of(draws, people, status, recognised)
    bills = bills_of(draws, people, status)
    pay_insurance(people, status, bills)
    aid = assist(draws, people, status, bills, recognised, flags, roots, progress)
    record = finish(draws, people, bills)
    shown = shown_identities(flags, record.bills.person, record.bills.settled)
    return Made(draws, people, status, places(), recognised, flags, record, aid, shown)


def write_county(
    out: Path,
    *,
    seed: int,
    persons: int = FULL,
    months: int = 1,
    roots: Sequence[Path] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> CountyResult:
    """Invent a county and write its departments' files into ``out``.

    ``months``: how many monthly lists, and the lists of ten days of as many months; two of each at least, so that there
    is a difference. ``progress`` is called with persons settled and persons in all. Raises ``UsageError``.
    """
    if not 1 <= months <= 12:
        raise UsageError(f"months {months}: from 1 to 12")
    made = invent(seed, persons, roots, progress)
    out.mkdir(parents=True, exist_ok=True)
    truth = out / "truth"
    hidden = write_unseen(made, truth)
    listings = _listings(made, months)
    for each in listings:
        write_listing(made.draws, out, each)
    entries = [(each.code, each.file, each.as_of.isoformat(), each.height) for each in listings]
    name = "医保局/居民参保明细.csv"
    insured = write_enrolment(made, out / name)
    entries.append(("enrolment", name, made.last.isoformat(), len(insured)))
    settled = write_settlements(out / "医保局" / "医保结算明细", made.people, made.record, special_types(made.shown))
    ends = dict(enumerate(month_ends(YEAR, 12), 1))
    for path, which in settled:
        end = ends[int(path.stem[-2:])] if path.stem[7:11] == str(YEAR) else made.last
        entries.append(("settlements", str(path.relative_to(out)), end.isoformat(), len(which)))
    for _, path, which in write_messages(made, out / "医保局" / "结算报文"):
        entries.append(("settlement_messages", str(path.relative_to(out)), made.last.isoformat(), len(which)))
    write_truth(made, truth, listings, [("enrolment", name, 2, insured)])
    entries.sort(key=lambda each: (ORDER.index(each[0]), each[2], each[1]))
    _places(made, out)
    _csv(out / _ABOUT["sources"], ("code", "file", "as_of", "rows"), entries)
    pl.DataFrame(table(measures(made))).write_csv(out / _ABOUT["calibration"])
    (out / _ABOUT["notice"]).write_bytes(_NOTICE.encode())
    files: dict[str, tuple[Path, ...]] = {}
    for code, file, _, _ in entries:
        files[code] = (*files.get(code, ()), out / file)
    counts = {
        "persons": made.people.count,
        "households": int(made.people.household[-1]) + 1,
        "settlements": len(made.record.bills),
        "in_hardship": int(made.status.listed.sum()),
        "through_illness": int((made.status.cause == 0).sum()),
        "assisted_bills": int((made.record.bills.aid > 0).sum()),
        "list_rows": sum(each.height for each in listings),
        "unseen": hidden,
    }
    about = {name: out / file for name, file in _ABOUT.items()}
    return CountyResult(out, files, truth, about, counts)


def _listings(made: Made, months: int) -> list[Listing]:
    periods = max(2, 3 * months if months > 1 else 2)
    made_lists = [others.civil_affairs(made, end) for end in month_ends(YEAR, max(2, months))]
    for day in ten_days(YEAR, periods):
        made_lists += others.monitored(made, day)
    return [
        office.institutions(made),
        assisted(made),
        office.flags(made),
        office.warnings(made),
        office.manual(made),
        office.subsidies(made),
        office.checked(made),
        office.requested(made),
        others.deaths(made),
        *made_lists,
        others.disabled(made),
        others.entitled(made),
        others.charity(made),
        others.red_cross(made),
    ]


def _places(made: Made, out: Path) -> None:
    _csv(out / _ABOUT["regions"], ("code", "name", "level", "parent"), made.places.regions())
    _csv(out / _ABOUT["organisations"], ("code", "name", "kind", "region"), made.places.organisations())


def _csv(path: Path, names: Sequence[str], rows: Sequence[tuple[str | int, ...]]) -> None:
    lines = [",".join(names), *(",".join(map(str, row)) for row in rows)]
    path.write_bytes(("\n".join(lines) + "\n").encode())
