"""What a page shows, as plain values: text already in the page's language, amounts in fen.

Enters: nothing. Leaves: the dataclasses that the templates read. Imports ``tuodi.report.figures`` only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from tuodi.report.figures import Segment

__all__ = [
    "BadRow", "BillView", "Fact", "FileQuality", "IntervalView", "KindRow", "LeadView", "ListRow", "PersonView",
    "ReportPaths", "SheetLine", "TotalRow", "TownRow",
]  # fmt: skip


@dataclass(frozen=True)
class ReportPaths:
    """Where the parts of a written report lie."""

    index: Path
    index_other: Path
    leads: Path
    persons: Mapping[str, Path]
    workbook: Path
    sheets: Path
    pages: tuple[Path, ...]


@dataclass(frozen=True)
class BadRow:
    """A row that was set aside: where, what was found, why, in both languages."""

    row: int
    column: str
    found: str
    reason: Mapping[str, str]


@dataclass(frozen=True)
class FileQuality:
    """One file as it was read. ``table`` names what it holds in both languages; ``correct_in`` the file to mend."""

    name: str
    table: Mapping[str, str]
    rows: int
    good: int
    bad: tuple[BadRow, ...] = ()
    warnings: tuple[BadRow, ...] = ()
    until: date | None = None
    correct_in: str = ""
    dropped: int = 0
    """Rows that repeat another one exactly."""


@dataclass(frozen=True)
class Fact:
    """A label and its value."""

    label: str
    value: str


@dataclass(frozen=True)
class KindRow:
    """A heading of leads: people, leads, money, and how long its bar is against the largest."""

    key: str
    title: str
    meaning: str
    step: str
    grade: str
    direction: str
    people: int
    leads: int
    amount: int
    href: str


@dataclass(frozen=True)
class TownRow:
    """A township: people and money in both directions."""

    name: str
    people: int
    leads: int
    owed: int
    over: int
    href: str


@dataclass(frozen=True)
class TotalRow:
    """One month (or all) and measure: the platform's report beside the file."""

    month: str
    measure: str
    platform_count: int | None
    file_count: int | None
    platform_amount: int | None
    file_amount: int | None
    quarantined: int | None
    difference_count: int | None
    difference: int | None
    state: str
    word: str


@dataclass(frozen=True)
class LeadView:
    """One lead: a person, a layer, a counter year."""

    id: str
    anchor: str
    kind: str
    title: str
    meaning: str
    steps: tuple[str, ...]
    grade: str
    direction: str
    direction_word: str
    layer: str
    year: int
    recorded: int | None
    manual: int | None
    by_law: int | None
    by_law_chain: int | None
    difference: int
    causes: tuple[str, ...]
    notes: tuple[str, ...]
    identities: tuple[str, ...]
    claim_ids: tuple[str, ...]
    cites: tuple[str, ...]
    bills: tuple[LeadBill, ...] = ()


@dataclass(frozen=True)
class LeadBill:
    """One bill under a lead."""

    claim_id: str
    anchor: str
    day: str
    what: str
    in_scope: int | None
    recorded: int | None
    by_law: int | None
    difference: int | None
    differs: bool
    one_stop: str


@dataclass(frozen=True)
class SheetLine:
    """One line of a settlement sheet: by law beside as recorded."""

    label: str
    kind: str
    by_law: int | None
    recorded: int | None
    difference: int | None
    law_bar: Segment | None
    recorded_bar: Segment | None
    formulas: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    given: bool = False
    """Whether the layer is read from the record and not computed."""
    single: bool = False
    """Whether law and record are the same by nature (the bill's own parts)."""


@dataclass(frozen=True)
class BillView:
    """One bill with its settlement sheet."""

    claim_id: str
    anchor: str
    heading: str
    facts: tuple[Fact, ...]
    lines: tuple[SheetLine, ...]
    differs: bool
    difference: int | None
    open: bool
    """Whether its sheet stands open on the page."""
    status: str
    status_word: str
    reason: str
    pack: str


@dataclass(frozen=True)
class IntervalView:
    """One entry of a list: which list, which identity, from when to when."""

    origin: str
    identity: str
    span: str
    recognised: str
    pushed: str
    flagged: str
    source: str


@dataclass(frozen=True)
class PersonView:
    """One person's page."""

    id: str
    number: str
    name: str
    full_name: str
    certificate: str
    certificate_full: str
    town: str
    village: str
    household: str
    born: str
    identities: str
    owed: int
    over: int
    intervals: tuple[IntervalView, ...] = ()
    leads: tuple[LeadView, ...] = ()
    bills: tuple[BillView, ...] = ()
    years: tuple[tuple[int, tuple[SheetLine, ...]], ...] = ()
    """For each year with several bills the sum of their sheets."""


@dataclass(frozen=True)
class ListRow:
    """A row of the lists of cleared hits and of what could not be judged."""

    name: str
    certificate: str
    person_id: str
    town: str
    layer: str
    year: str
    what: str
    why: tuple[str, ...]
    bills: int
    claim_ids: tuple[str, ...]
    amount: int | None
    second: int | None = None
    href: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
