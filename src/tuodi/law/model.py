"""A pack as typed values: what the YAML says, after ``extends`` is resolved, before anything is compiled.

Every class mirrors a section of ``docs/reference/pack-language.md``. Amounts are fen, rates basis points.
Imports nothing of Tuodi.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

__all__ = [
    "NO_LIMIT", "Award", "Base", "Brackets", "Cap", "Cite", "ClassDef", "Classes", "Condition", "Dates",
    "Deductible", "Departure", "Derived", "DerivedRule", "Document", "Given", "IdentityRules", "IncomeLine", "Layer",
    "LocalCode", "LookBack", "Member", "MonitoringLine", "NoLimit", "Note", "OneStop", "Origin", "Pack", "PremiumRow",
    "PremiumYear", "Reference", "Rounding", "Row", "Share", "Table", "Title", "TopUp", "Unknown", "Value", "When",
    "Window",
]  # fmt: skip

Title = Mapping[str, str]
"""``{"zh": …, "en": …}``"""


@dataclass(frozen=True)
class Origin:
    """Where a value was written: pack id, file, line and path (``layers.assistance.rate``)."""

    pack: str = ""
    file: str = ""
    line: int = 0
    path: str = ""


@dataclass(frozen=True)
class Cite:
    """A document's key and the article in it."""

    document: str
    article: str = ""


@dataclass(frozen=True)
class Document:
    """A source: ``kind`` is law, page, example, calc or recall; ``name`` what stands behind that key."""

    key: str
    kind: Literal["law", "page", "example", "calc", "recall"]
    name: str
    title: str = ""
    date: date | None = None
    address: str = ""
    note: str = ""
    verified: bool = False


@dataclass(frozen=True)
class Unknown:
    """A value that the sources do not give. ``treat_as_none`` is allowed for limits only."""

    why: str
    treat_as_none: bool = False


@dataclass(frozen=True)
class NoLimit:
    """``none`` as a limit."""


NO_LIMIT = NoLimit()


@dataclass(frozen=True)
class Share:
    """A share of a reference amount of the income year; ``unit`` in fen to which it is rounded."""

    rate: int
    of: str
    unit: int = 1
    direction: str = "half_up"


Value = int | NoLimit | Share | Unknown
"""A cell: fen, basis points, no limit, a share of a reference amount, or unknown."""


@dataclass(frozen=True)
class Row:
    """One row of a table: all conditions hold → ``value``. ``otherwise`` takes what no other row matches."""

    when: Mapping[str, tuple[str, ...]]
    value: Value
    otherwise: bool = False
    cites: tuple[Cite, ...] = ()
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True)
class Table:
    """A decision table; a single value is a table of one row without conditions."""

    rows: tuple[Row, ...]
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True)
class When:
    """A gate or a cap's reach: code conditions, caps that must be used up, an amount that the base must exceed."""

    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    used_up: tuple[str, ...] = ()
    base_over: Table | None = None
    cites: tuple[Cite, ...] = ()
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True)
class Base:
    """Parts in the order written, the reasons of unpaid in-scope money that count, and the order of payment."""

    parts: tuple[str, ...]
    unpaid: tuple[str, ...] = ("untouched", "deductible", "co_payment", "over_cap")
    paid_down: tuple[str, ...] = ()


@dataclass(frozen=True)
class Deductible:
    """Amount by table, taken once per bill, stay or year."""

    per: Literal["bill", "stay", "year"]
    amount: Table
    cites: tuple[Cite, ...] = ()
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True)
class Brackets:
    """Upper ends of all brackets but the last, on a running base."""

    on: Literal["bill", "stay", "year"]
    start: Literal["zero", "deductible"]
    upto: tuple[Value, ...]
    cites: tuple[Cite, ...] = ()
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True)
class Cap:
    """A limit on what is paid, admitted to the base or taken as deductible; ``counter`` is its counter's name."""

    id: str
    per: Literal["bill", "stay", "year"]
    limit: Table
    counter: str
    when: When = field(default_factory=When)
    counts: Literal["paid", "base", "deductible"] = "paid"
    cites: tuple[Cite, ...] = ()
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True)
class Rounding:
    """``unit`` in fen (1, 10, 100); ``stated`` is False for the default, which nobody verified."""

    unit: int = 1
    direction: Literal["half_up", "half_even", "up", "down"] = "half_up"
    per: Literal["bill", "year"] = "bill"
    stated: bool = False
    cites: tuple[Cite, ...] = ()


@dataclass(frozen=True)
class TopUp:
    """Pays up to a share of the in-scope amount."""

    to: Table
    per: Literal["bill", "year"]


@dataclass(frozen=True)
class Given:
    """Columns whose sum a layer is recorded to have paid, for any scheme (key ``""``) or scheme by scheme."""

    columns: Mapping[str, tuple[str, ...]]
    base: tuple[str, ...] = ("in_scope",)
    cites: tuple[Cite, ...] = ()
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True)
class Member:
    """An identity that makes a class, perhaps only for one scheme."""

    identity: str
    scheme: str = ""


@dataclass(frozen=True)
class ClassDef:
    """One class: its members; the default class has none."""

    name: str
    members: tuple[Member, ...]
    title: Title = field(default_factory=dict)
    cites: tuple[Cite, ...] = ()
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True)
class Classes:
    """Classes in order, the default one last (if any); two layers with equal ``Classes`` share them."""

    order: tuple[ClassDef, ...]
    default: str = ""
    order_stated: bool = False
    order_cites: tuple[Cite, ...] = ()
    choose: tuple[str, ...] = ()
    choose_cites: tuple[Cite, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Class names, the default one last."""
        names = tuple(item.name for item in self.order)
        return names if not self.default or self.default in names else (*names, self.default)


@dataclass(frozen=True)
class Layer:
    """One layer of help. Exactly one of ``rate``, ``fixed``, ``top_up`` and ``given`` is set. ``kind`` is what the
    national frame would call it: basic, catastrophic, assistance or tilt, or nothing."""

    id: str
    title: Title
    classes: Classes
    when: When = field(default_factory=When)
    counts_outside: bool = False
    base: Base = field(default_factory=lambda: Base(("in_scope",)))
    deductible: Deductible | None = None
    brackets: Brackets | None = None
    rate: Table | None = None
    factor: Table | None = None
    points: Table | None = None
    fixed: Table | None = None
    fixed_per: Literal["bill", "stay", "year"] = "bill"
    top_up: TopUp | None = None
    given: Given | None = None
    notional: bool = False
    caps: tuple[Cap, ...] = ()
    rounding: Rounding = field(default_factory=Rounding)
    recompute_year: bool = False
    recorded_as: tuple[str, ...] = ()
    cites: tuple[Cite, ...] = ()
    origin: Origin = field(default_factory=Origin)
    kind: str = ""


@dataclass(frozen=True)
class Window:
    """``year``: previous or same calendar year of ``applied_on``; or ``months`` before the day ``before``."""

    year: Literal["", "previous", "same"] = ""
    months: int = 0
    before: Literal["", "recognised_on", "applied_on"] = ""


@dataclass(frozen=True)
class Award:
    """An award on application: a window and a layer that works on it as on one bill."""

    id: str
    title: Title
    window: Window
    layer: Layer
    subject: Literal["person", "household"] = "person"
    less_other_aid: bool = False
    once_per_year: bool = False
    cites: tuple[Cite, ...] = ()
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True)
class Condition:
    """One condition of a derived rule. Codes for a column, or bounds (inclusive, fen or years) for an amount."""

    column: str
    codes: tuple[str, ...] = ()
    at_least: int | None = None
    at_most: int | None = None


@dataclass(frozen=True)
class DerivedRule:
    """All conditions hold → ``value``. No condition: always."""

    conditions: tuple[Condition, ...]
    value: str
    cites: tuple[Cite, ...] = ()
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True)
class Derived:
    """A derived attribute: rules in order, the first that holds decides; none holds: ``none``."""

    name: str
    title: Title
    values: Mapping[str, Title]
    rules: tuple[DerivedRule, ...]
    cites: tuple[Cite, ...] = ()
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True)
class Dates:
    """Which date decides what; see section 3 of the reference."""

    version: str = "discharged_on"
    counter_year_by: str = "settled_at"
    year_starts: tuple[int, int] = (1, 1)
    identity: str = "on_settlement"
    age: str = "on_admission"
    income_year: str = "previous"
    income_until: tuple[int, int] | None = None
    income_until_year: str = ""
    cites: tuple[Cite, ...] = ()
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True)
class LocalCode:
    """A local code with its core parent."""

    code: str
    parent: str
    title: Title


@dataclass(frozen=True)
class Reference:
    """A reference amount by year, fen or unknown."""

    name: str
    title: Title
    values: Mapping[int, Value]
    area: str = ""
    cites: tuple[Cite, ...] = ()
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True)
class LookBack:
    """How far back an identity reaches, and in which layers."""

    identities: tuple[str, ...]
    months: int
    layers: tuple[str, ...]
    anchor: Literal["recognised_on", "from"] = "recognised_on"
    anchor_month_counts: bool = False
    year: Literal["bill", "recognition"] = "bill"
    cites: tuple[Cite, ...] = ()
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True)
class IdentityRules:
    """When an identity counts."""

    effective: Literal["same_day", "next_month", "by_stay"] = "same_day"
    ends: Literal["same_day", "end_of_month"] = "same_day"
    valid_months: Mapping[str, int] = field(default_factory=dict)
    look_back: tuple[LookBack, ...] = ()
    cites: tuple[Cite, ...] = ()
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True)
class OneStop:
    """Settlement at the window holds for these classes × settings × places (empty: any)."""

    classes: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    cites: tuple[Cite, ...] = ()
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True)
class MonitoringLine:
    """A line of surveillance: for these identities (empty: everyone else), what is left to the person after layer
    ``after`` (empty: after all) over a stay, a calendar year or twelve months, against ``line``; looked at every
    ``cadence``."""

    id: str
    title: Title
    measure: str
    over: str
    line: Value
    identities: tuple[str, ...] = ()
    after: str = ""
    cadence: str = "monthly"
    cites: tuple[Cite, ...] = ()
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True)
class IncomeLine:
    """Up to which income per head a household holds an identity: ``line`` fen (or a share, or unknown) of monthly or
    yearly income, the line itself inside where ``included``; from ``since`` on (None: as long as the pack holds)."""

    identity: str
    line: Value
    included: bool = False
    basis: str = "monthly"
    since: date | None = None
    cites: tuple[Cite, ...] = ()
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True)
class PremiumRow:
    """Who is helped with the premium of residents' insurance: identities or classes (none of either: everyone else).
    ``pays`` is an amount in fen, a ``Share`` of the premium (``of`` empty) or unknown; ``full`` all of it;
    ``at_least`` says that ``pays`` is only the floor."""

    pays: Value
    identities: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    full: bool = False
    at_least: bool = False
    cites: tuple[Cite, ...] = ()
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True)
class PremiumYear:
    """The personal premium of one insurance year, for everyone (key ``""``) or by type of person, and who is helped."""

    year: int
    premium: Mapping[str, Value]
    rows: tuple[PremiumRow, ...] = ()
    cites: tuple[Cite, ...] = ()
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True)
class Departure:
    """A bound of the national frame that the place leaves on purpose, and why."""

    bound: str
    why: Title
    cites: tuple[Cite, ...] = ()
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True)
class Note:
    """A choice made in reading the text."""

    text: Title
    cites: tuple[Cite, ...] = ()


@dataclass(frozen=True)
class Pack:
    """The rules of one jurisdiction for one period. ``layers`` holds given ones first, in order."""

    id: str
    title: Title
    in_force_from: date
    in_force_to: date | None
    documents: Mapping[str, Document]
    dates: Dates
    layers: tuple[Layer, ...]
    classes: Classes
    identities: IdentityRules = field(default_factory=IdentityRules)
    codes: Mapping[str, Mapping[str, LocalCode]] = field(default_factory=dict)
    reference: Mapping[str, Reference] = field(default_factory=dict)
    derived: tuple[Derived, ...] = ()
    hospital_reduces: tuple[str, ...] | None = None
    hospital_cites: tuple[Cite, ...] = ()
    awards: tuple[Award, ...] = ()
    one_stop: tuple[OneStop, ...] = ()
    late_until: tuple[int, int] | None = None
    late_cites: tuple[Cite, ...] = ()
    monitoring: tuple[MonitoringLine, ...] = ()
    income_lines: tuple[IncomeLine, ...] = ()
    premium_subsidy: tuple[PremiumYear, ...] = ()
    departs: tuple[Departure, ...] = ()
    notes: tuple[Note, ...] = ()
    extends: str = ""
    folder: str = ""

    @property
    def region(self) -> str:
        """The id without its version: ``cn/500112``."""
        return self.id.rsplit("/", 1)[0]

    @property
    def version(self) -> str:
        """The last element of the id."""
        return self.id.rsplit("/", 1)[1]

    def layer(self, layer_id: str) -> Layer:
        """The layer of that id; ``KeyError`` if there is none."""
        return next(layer for layer in self.layers if layer.id == layer_id)
