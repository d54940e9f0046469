"""The national frame (国家框架) as data: bounds that a local pack is held to, each with its sources.

Enters: ``packs/<country>/frame/<year>.yaml``. Leaves: :class:`Frame`. Raises ``PackError`` with all that is wrong. What
a bound means for a pack is said in :mod:`tuodi.law.frame_check`; the keys are those of
``docs/reference/national-frame.md``. Imports ``tuodi.vocabulary``, ``tuodi.money``, ``tuodi.errors``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

from tuodi import vocabulary
from tuodi.errors import PackError
from tuodi.law.find import default_roots
from tuodi.law.layers import KINDS
from tuodi.law.model import Cite, Document, Note, Origin, Pack, Title, Value
from tuodi.law.read import documents_of
from tuodi.law.schema import check_structure
from tuodi.law.source import Node, Problems, read_yaml
from tuodi.law.values import CODE_SETS, Kind, Reading, choice, cites, day, each, flag, percent, text, title, value

__all__ = ["TESTS", "Bound", "Frame", "Premium", "frame_of", "read_frame", "read_frames"]

SCHEMA_FILE = "frame.schema.json"

_SHARES: Mapping[str, Kind] = {
    "deductible_at_most": "amount",
    "deductible_about": "amount",
    "line_at_most": "amount",
}
_RATES = ("deductible_of_ordinary", "rate_at_least", "rate_above_ordinary")
_WITHOUT_VALUE = (
    "order", "income_year", "rate_below", "cap_none", "cap_shared", "as_ordinary", "settings", "base", "gate_without",
    "premium",
)  # fmt: skip

TESTS = (*_SHARES, *_RATES, *_WITHOUT_VALUE)
"""How a pack may be held to a bound; each is explained in ``docs/reference/national-frame.md``."""


@dataclass(frozen=True)
class Bound:
    """One thing that the national text lays down: for which layer and whom, which test, and against what. ``says`` is
    the text's own sentence in short; without ``identities`` it is about everybody who has none."""

    id: str
    title: Title
    says: Title
    test: str
    layer: str = ""
    identities: tuple[str, ...] = ()
    value: Value | None = None
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cites: tuple[Cite, ...] = ()
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True)
class Premium:
    """A year's personal premium and what government adds, in fen; ``at_least`` says that both are floors."""

    year: int
    personal: Value | None
    fiscal: Value | None
    at_least: bool
    cites: tuple[Cite, ...]


@dataclass(frozen=True)
class Frame:
    """A country's frame from one day on. ``reference`` names the incomes that bounds are shares of; ``judged`` is the
    ordinary case on which rates, deductibles and caps are judged; ``left_open`` what the text leaves to places."""

    id: str
    title: Title
    in_force_from: date
    in_force_to: date | None
    documents: Mapping[str, Document]
    reference: Mapping[str, Title]
    judged: Mapping[str, tuple[str, ...]]
    bounds: tuple[Bound, ...]
    premiums: tuple[Premium, ...]
    left_open: tuple[Note, ...]

    @property
    def country(self) -> str:
        """``cn``."""
        return self.id.partition("/")[0]


def frame_of(pack: Pack, roots: Sequence[Path] | None = None) -> Frame | None:
    """The frame that a pack is judged by: the latest that was in force on a day of the pack; None where none was."""
    last = pack.in_force_to or date.max
    fitting = [
        frame
        for frame in read_frames(pack.id.partition("/")[0], roots)
        if frame.in_force_from <= last and pack.in_force_from <= (frame.in_force_to or date.max)
    ]
    return fitting[-1] if fitting else None


def read_frames(country: str, roots: Sequence[Path] | None = None) -> tuple[Frame, ...]:
    """A country's frames, oldest first. A file in an earlier root hides one of the same name in a later one."""
    places: dict[str, Path] = {}
    for root in dict.fromkeys([*(roots or ()), *default_roots()]):
        for path in sorted((root / country / "frame").glob("*.yaml")):
            places.setdefault(path.name, path)
    return tuple(sorted((read_frame(path) for path in places.values()), key=lambda frame: frame.in_force_from))


def read_frame(path: Path) -> Frame:
    """One frame file."""
    name = f"{path.parents[2].name}/{path.parents[1].name}/frame/{path.name}" if len(path.parts) > 3 else path.name
    return _read(path.read_text("utf-8-sig"), name)


@lru_cache(maxsize=8)
def _read(written: str, name: str) -> Frame:
    """One text is read once: every pack of a country is held to it."""
    problems = Problems()
    node = read_yaml(written, name, "", problems)
    if node is None:
        raise PackError(problems.found)
    check_structure(node, problems, default_roots()[0] / SCHEMA_FILE)
    if problems:
        raise PackError(problems.found)
    frame = _frame(Reading(problems), node)
    if problems:
        raise PackError(problems.found)
    return frame


def _frame(reading: Reading, node: Node) -> Frame:
    documents = documents_of(reading, node.get("documents"))
    reading.documents = frozenset(documents)
    reading.codes = {name: vocabulary.codes(name) for name in CODE_SETS}
    incomes = node.get("reference")
    reference = {name: title(reading, item.get("title")) for name, item in (incomes.mapping if incomes else {}).items()}
    reading.references = tuple(reference)
    force = node.mapping["in_force"]
    ends = force.get("to")
    bounds = tuple(_bound(reading, item) for item in each(node.get("bounds")))
    seen = [bound.id for bound in bounds]
    for bound in bounds:
        if seen.count(bound.id) > 1:
            reading.problems.add(bound.origin, f"the bound {bound.id!r} more than once", "each id once")
    premiums = node.get("premiums")
    return Frame(
        id=text(reading, node.get("frame")),
        title=title(reading, node.get("title")),
        in_force_from=day(reading, force.mapping["from"]),
        in_force_to=day(reading, ends) if ends else None,
        documents=documents,
        reference=reference,
        judged=_codes(reading, node.get("judged")),
        bounds=bounds,
        premiums=tuple(_premium(reading, year, item) for year, item in (premiums.mapping if premiums else {}).items()),
        left_open=tuple(Note(title(reading, item), cites(reading, item)) for item in each(node.get("left_to_places"))),
    )


def _bound(reading: Reading, node: Node) -> Bound:
    test = choice(reading, node.get("test"), TESTS, "the test")
    written = node.get("value")
    if (written is None) != (test in _WITHOUT_VALUE):
        expected = "no 'value'" if test in _WITHOUT_VALUE else "a 'value': 70%, or 5% of resident_income"
        reading.wrong(node, f"a bound of the test {test!r}", expected)
    against: Value | None = None
    if written is not None:
        against = value(reading, written, _SHARES[test]) if test in _SHARES else percent(reading, written, "target")
    return Bound(
        id=text(reading, node.get("id")),
        title=title(reading, node.get("title")),
        says=title(reading, node.get("says")),
        test=test,
        layer=choice(reading, node.get("layer"), KINDS, "the kind of layer"),
        identities=tuple(
            reading.name(item, reading.codes["identity"], "the identity") for item in each(node.get("identities"))
        ),
        value=against,
        codes=_codes(reading, node.get("codes")),
        names=tuple(text(reading, item) for item in each(node.get("names"))),
        when=_codes(reading, node.get("when")),
        cites=cites(reading, node),
        origin=node.origin,
    )


def _codes(reading: Reading, node: Node | None) -> dict[str, tuple[str, ...]]:
    made: dict[str, tuple[str, ...]] = {}
    for column, item in (node.mapping if node else {}).items():
        known = reading.codes.get(column)
        if column not in ("part", "unpaid") and known is None:
            reading.wrong(item, f"the column {column!r}", f"one of: part, unpaid, {', '.join(reading.codes)}")
        made[column] = tuple(
            reading.name(one, known, f"the {column}") if known else text(reading, one) for one in each(item)
        )
    return made


def _premium(reading: Reading, year: str, node: Node) -> Premium:
    if not year.isdigit():
        reading.wrong(node, f"the year {year!r}", "a year such as 2025")
        year = "0"
    personal, fiscal = node.get("personal"), node.get("fiscal")
    return Premium(
        int(year),
        value(reading, personal, "amount") if personal else None,
        value(reading, fiscal, "amount") if fiscal else None,
        flag(reading, node.get("at_least")),
        cites(reading, node),
    )
