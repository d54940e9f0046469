"""A pack compiled: a fixed structure, and dense tables from which the parameters of any bill are read.

Enters: a ``Pack``. Leaves: ``Compiled`` with the ``Structure`` that the kernel runs (what does not depend on the
bill) and, through :func:`parameters`, integer arrays with one row for each combination of codes that occurs
(what does). Raises ``PackError`` with every gap, double match and undominated class. Imports ``tuodi.law``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from tuodi.errors import PackError, Problem
from tuodi.law.dense import NO_LIMIT_FEN, NOT_COVERED, UNKNOWN, Dense, lay_out, numbers
from tuodi.law.dominance import dominance_problems
from tuodi.law.model import Classes, IdentityRules, Layer, LookBack, Pack, Table, Unknown, When
from tuodi.law.spaces import (
    FALSE,
    TRUE,
    UNDECIDED,
    Space,
    class_space,
    layer_tables,
    layer_whens,
    pack_spaces,
)
from tuodi.money import FULL_RATE

__all__ = [
    "BUCKETS", "IN_SCOPE", "NO_CONDITION", "CapStructure", "ClassColumn", "Compiled", "LayerStructure", "LayerTables",
    "Parameters", "Structure", "compile_award", "compile_pack", "parameters",
]  # fmt: skip

BUCKETS = (
    "untouched", "deductible", "co_payment", "over_cap", "first_self_pay", "over_limit", "out_of_catalogue",
)  # fmt: skip
"""Where unpaid money lies: in-scope money by the reason why it is unpaid, then the three other parts."""

IN_SCOPE = (0, 1, 2, 3)
"""The buckets of in-scope money."""

NO_CONDITION = -3
"""No ``base_over`` in the gate."""

SCOPES = {"": 0, "bill": 1, "stay": 2, "year": 3}
DIRECTIONS = {"half_up": 0, "half_even": 1, "up": 2, "down": 3}
COUNTS = {"paid": 0, "base": 1, "deductible": 2}
FORMS = ("rate", "fixed", "top_up", "given")


@dataclass(frozen=True)
class CapStructure:
    """A cap of a layer: scope, what it counts, and its place among the counters."""

    layer: int
    id: str
    scope: int
    counts: int
    counter: int


@dataclass(frozen=True)
class LayerStructure:
    """What the kernel must know of a layer before it sees a bill."""

    id: str
    form: str
    notional: bool
    buckets: tuple[int, ...]
    pay_order: tuple[int, ...]
    deductible_scope: int
    bracket_scope: int
    from_zero: bool
    brackets: int
    fixed_scope: int
    top_up_scope: int
    unit: int
    direction: int
    round_year: bool
    counts_outside: bool
    used_up: tuple[tuple[int, ...], ...]
    has_base_over: bool
    reads_stay: bool


@dataclass(frozen=True)
class Structure:
    """Two packs of equal structure can be settled in one run."""

    layers: tuple[LayerStructure, ...]
    caps: tuple[CapStructure, ...]
    counters: tuple[str, ...]
    hospital_order: tuple[int, ...] | None


@dataclass(frozen=True)
class ClassColumn:
    """One resolution of identities to classes: a class system, the look-backs that reach it, and whether the
    class of the year's last bill holds for the whole counter year."""

    classes: Classes
    look_back: tuple[LookBack, ...]
    whole_year: bool = False


@dataclass(frozen=True)
class LayerTables:
    """The dense tables of one layer, and how its bills find their class."""

    class_column: int
    reads_class: bool
    deductible: Dense | None
    rate: Dense | None
    factor: Dense | None
    points: Dense | None
    fixed: Dense | None
    top_up: Dense | None
    base_over: Dense | None
    limits: tuple[Dense, ...]


@dataclass(frozen=True)
class Compiled:
    """One version of one jurisdiction's law, ready to settle bills."""

    pack: Pack
    layers: tuple[Layer, ...]
    structure: Structure
    spaces: Mapping[str, Space]
    class_columns: tuple[ClassColumn, ...]
    tables: tuple[LayerTables, ...]
    identities: IdentityRules

    @property
    def stay_settings(self) -> frozenset[str]:
        """Settings with an admission: there a missing admission day is not known."""
        return frozenset(self.spaces["setting"].expand(("inpatient", "emergency_observation")))

    @property
    def axes(self) -> tuple[str, ...]:
        """Columns whose codes decide a bill's parameters; ``class:<n>`` is the n-th class column and
        ``perhaps:<n>`` the bits of the classes that it may be where it is not decided."""
        names: dict[str, None] = {}
        for layer, tables in zip(self.layers, self.tables, strict=True):
            for when in layer_whens(layer):
                names.update(dict.fromkeys(self.axis(name, tables) for name in when.codes))
            for table in layer_tables(layer):
                for row in table.rows:
                    names.update(dict.fromkeys(self.axis(name, tables) for name in row.when if name != "bracket"))
            if tables.reads_class:
                names[self.axis("class", tables)] = None
                names[f"perhaps:{tables.class_column}"] = None
        return tuple(names)

    def axis(self, name: str, tables: LayerTables) -> str:
        """The column behind a condition's name in one layer."""
        return f"class:{tables.class_column}" if name == "class" else name

    def size(self, axis: str) -> int:
        """Number of positions on an axis."""
        if axis.startswith("perhaps:"):
            return 2 << len(self.space(f"class:{axis[8:]}").codes)
        return self.space(axis).size

    def space(self, axis: str) -> Space:
        """The space of an axis."""
        if axis.startswith("class:"):
            return class_space(self.class_columns[int(axis[6:])].classes)
        return self.spaces[axis]


@dataclass(frozen=True)
class Parameters:
    """Integer parameters, one row a profile (a combination of codes and income year that occurs).

    ``gate`` (P, L) FALSE | TRUE | UNDECIDED · ``counted`` (P, L) likewise: whether a bill outside the gate may count,
    which one of a person in no class does not where the layer reads the class · ``deductible`` ``base_over`` ``fixed``
    ``top_up`` (P, L) · ``rate`` ``bound`` (P, L, K) · ``limit`` ``reach`` ``waived`` (P, Q): limit in fen, whether the
    cap reaches the bill, whether an unknown limit was read as none. UNKNOWN stands for what the law does not say.
    """

    gate: npt.NDArray[np.uint8]
    counted: npt.NDArray[np.uint8]
    deductible: npt.NDArray[np.int64]
    base_over: npt.NDArray[np.int64]
    fixed: npt.NDArray[np.int64]
    top_up: npt.NDArray[np.int64]
    rate: npt.NDArray[np.int64]
    bound: npt.NDArray[np.int64]
    limit: npt.NDArray[np.int64]
    reach: npt.NDArray[np.uint8]
    waived: npt.NDArray[np.uint8]


def compile_pack(pack: Pack) -> Compiled:
    """Compile ``pack``. Raises ``PackError`` naming every gap, double match and class that is not dominated."""
    if not pack.layers:
        expected = "a pack with 'layers': this one states monitoring lines or premium subsidy only"
        raise PackError([Problem(pack.id, 0, "", "nothing can be settled by a pack without layers", expected)])
    spaces = pack_spaces(pack)
    columns: list[ClassColumn] = []
    tables: list[LayerTables] = []
    problems: list[Problem] = []
    for layer in pack.layers:
        reaching = tuple(rule for rule in pack.identities.look_back if layer.id in rule.layers)
        column = ClassColumn(layer.classes, reaching, layer.recompute_year)
        if column not in columns:
            columns.append(column)
        made, wrong = _layer_tables(layer, spaces, columns.index(column))
        tables.append(made)
        problems += wrong
    if not problems:
        for layer, made in zip(pack.layers, tables, strict=True):
            problems += dominance_problems(pack, layer, made, spaces)
    if problems:
        raise PackError(problems)
    return Compiled(
        pack, pack.layers, _structure(pack, pack.layers), spaces, tuple(columns), tuple(tables), pack.identities
    )


def compile_award(pack: Pack, award_id: str) -> Compiled:
    """The layer of an award as a law of its own, in force on any day: one bill of one layer."""
    award = next(award for award in pack.awards if award.id == award_id)
    identities = replace(pack.identities, look_back=())
    dates = replace(pack.dates, version="discharged_on", counter_year_by="settled_at")
    alone = replace(
        pack,
        layers=(award.layer,),
        identities=identities,
        dates=dates,
        in_force_from=date.min,
        in_force_to=None,
        awards=(),
    )
    return compile_pack(alone)


def parameters(
    compiled: Compiled, columns: Mapping[str, npt.NDArray[np.intp]], income_year: npt.NDArray[np.int64]
) -> Parameters:
    """Parameters of profiles: ``columns`` gives each axis's positions, one entry a profile."""
    structure = compiled.structure
    profiles, layers, caps = len(income_year), len(structure.layers), len(structure.caps)
    widest = max((layer.brackets for layer in structure.layers), default=1)
    made = Parameters(
        gate=np.zeros((profiles, layers), np.uint8),
        counted=np.full((profiles, layers), TRUE, np.uint8),
        deductible=np.zeros((profiles, layers), np.int64),
        base_over=np.full((profiles, layers), NO_CONDITION, np.int64),
        fixed=np.zeros((profiles, layers), np.int64),
        top_up=np.zeros((profiles, layers), np.int64),
        rate=np.zeros((profiles, layers, widest), np.int64),
        bound=np.full((profiles, layers, widest), NO_LIMIT_FEN, np.int64),
        limit=np.full((profiles, caps), NO_LIMIT_FEN, np.int64),
        reach=np.full((profiles, caps), TRUE, np.uint8),
        waived=np.zeros((profiles, caps), np.uint8),
    )
    cap_at = 0
    for at, (layer, tables) in enumerate(zip(compiled.layers, compiled.tables, strict=True)):
        reader = _Reader(compiled, tables, columns, income_year)
        if layer.given is not None:
            made.gate[:, at] = TRUE
            continue
        made.gate[:, at] = reader.gate(layer.when)
        made.counted[:, at] = reader.counted()
        if tables.deductible is not None:
            made.deductible[:, at] = reader.read(tables.deductible)
        if tables.base_over is not None:
            made.base_over[:, at] = reader.read(tables.base_over)
        if tables.fixed is not None:
            made.fixed[:, at] = reader.read(tables.fixed)
        if tables.top_up is not None:
            made.top_up[:, at] = reader.read(tables.top_up)
        for bracket in range(structure.layers[at].brackets):
            made.rate[:, at, bracket] = reader.rate(bracket)
            if layer.brackets is not None and bracket < len(layer.brackets.upto):
                made.bound[:, at, bracket] = reader.value(layer.brackets.upto[bracket])
        for cap, limit in zip(layer.caps, tables.limits, strict=True):
            made.limit[:, cap_at] = reader.read(limit)
            made.waived[:, cap_at] = reader.waived(limit)
            made.reach[:, cap_at] = reader.reach(cap.when)
            cap_at += 1
    return made


class _Reader:
    """Reads dense tables for all profiles at once; remembers the positions of one layer's axes."""

    def __init__(
        self,
        compiled: Compiled,
        tables: LayerTables,
        columns: Mapping[str, npt.NDArray[np.intp]],
        income_year: npt.NDArray[np.int64],
    ) -> None:
        self.compiled, self.tables, self.columns = compiled, tables, columns
        self.years, self.year_at = np.unique(income_year, return_inverse=True)

    def positions(self, name: str) -> npt.NDArray[np.intp]:
        return self.columns[self.compiled.axis(name, self.tables)]

    def truth(self, name: str, named: tuple[str, ...]) -> npt.NDArray[np.uint8]:
        space = self.compiled.space(self.compiled.axis(name, self.tables))
        truth = np.asarray(space.holds(named)[self.positions(name)], np.uint8)
        if name == "class":
            perhaps = self.perhaps()
            meant = sum(1 << space.codes.index(code) for code in space.expand(named))
            truth[(perhaps != 0) & (perhaps & ~meant == 0)] = TRUE
            truth[(perhaps != 0) & (perhaps & meant == 0)] = FALSE
        return truth

    def perhaps(self) -> npt.NDArray[np.intp]:
        """Bits of the classes that each bill may be in, 0 where its class is decided."""
        return self.columns[f"perhaps:{self.tables.class_column}"]

    def reach(self, when: When) -> npt.NDArray[np.uint8]:
        result = np.full(len(self.year_at), TRUE, np.uint8)
        for name, named in when.codes.items():
            truth = self.truth(name, named)
            result = np.where((result == FALSE) | (truth == FALSE), FALSE, np.maximum(result, truth)).astype(np.uint8)
        return result

    def gate(self, when: When) -> npt.NDArray[np.uint8]:
        result = self.reach(when)
        if self.tables.reads_class:
            space = self.compiled.space(self.compiled.axis("class", self.tables))
            held = self.positions("class")
            result[(held == space.unknown) & (result == TRUE)] = UNDECIDED
            result[held == space.none] = FALSE
        return result

    def counted(self) -> npt.NDArray[np.uint8]:
        result = np.full(len(self.year_at), TRUE, np.uint8)
        if self.tables.reads_class:
            space = self.compiled.space(self.compiled.axis("class", self.tables))
            result[(self.perhaps() >> len(space.codes) & 1) != 0] = UNDECIDED
            result[self.positions("class") == space.none] = FALSE
        return result

    def ids(self, dense: Dense, bracket: int = 0) -> npt.NDArray[np.int32]:
        index = tuple(
            np.full(len(self.year_at), bracket) if name == "bracket" else self.positions(name) for name in dense.axes
        )
        return np.broadcast_to(dense.cells[index] if index else dense.cells[()], len(self.year_at))

    def read(self, dense: Dense, bracket: int = 0) -> npt.NDArray[np.int64]:
        ids = self.ids(dense, bracket)
        by_year = np.stack([numbers(dense.values, self.compiled.pack.reference, int(year)) for year in self.years])
        return np.where(ids == NOT_COVERED, NOT_COVERED, by_year[self.year_at, np.maximum(ids, 0)])

    def value(self, value: object) -> npt.NDArray[np.int64]:
        reference = self.compiled.pack.reference
        by_year = np.array([numbers((value,), reference, int(year))[0] for year in self.years])  # type: ignore[arg-type]
        return np.asarray(by_year[self.year_at], np.int64)

    def waived(self, dense: Dense) -> npt.NDArray[np.uint8]:
        marks = np.array([isinstance(value, Unknown) and value.treat_as_none for value in dense.values], np.uint8)
        ids = self.ids(dense)
        return np.where(ids == NOT_COVERED, 0, marks[np.maximum(ids, 0)]).astype(np.uint8)

    def rate(self, bracket: int) -> npt.NDArray[np.int64]:
        """Table → factor → points → clamp, each half-up to the basis point."""
        if self.tables.rate is None:
            return np.zeros(len(self.year_at), np.int64)
        rate = self.read(self.tables.rate, bracket)
        known = rate >= 0
        if self.tables.factor is not None:
            factor = self.read(self.tables.factor)
            known &= factor >= 0
            rate = (2 * rate * factor + FULL_RATE) // (2 * FULL_RATE)
        if self.tables.points is not None:
            points = self.read(self.tables.points)
            dense, ids = self.tables.points, self.ids(self.tables.points)
            unknown = np.array([isinstance(value, Unknown) for value in dense.values])
            known &= (ids != NOT_COVERED) & ~unknown[np.maximum(ids, 0)]
            rate = rate + points
        return np.where(known, np.clip(rate, 0, FULL_RATE), UNKNOWN)


def _layer_tables(layer: Layer, spaces: Mapping[str, Space], column: int) -> tuple[LayerTables, list[Problem]]:
    local = {**spaces, "class": class_space(layer.classes)}
    problems: list[Problem] = []
    brackets = 1 if layer.brackets is None else len(layer.brackets.upto) + 1

    def make(table: Table | None, gate: When = layer.when, allow: int = 0) -> Dense | None:
        if table is None:
            return None
        dense, found = lay_out(table, local, gate, allow)
        problems.extend(found)
        return dense

    anywhere = When() if layer.counts_outside else layer.when
    limits = []
    for cap in layer.caps:
        within = When({**layer.when.codes, **_narrow(layer.when, cap.when, local)})
        dense, found = lay_out(cap.limit, local, within)
        problems.extend(found)
        limits.append(dense)
    named = {name for when in layer_whens(layer) for name in when.codes}
    named |= {name for table in layer_tables(layer) for row in table.rows for name in row.when}
    return (
        LayerTables(
            class_column=column,
            reads_class="class" in named,
            deductible=make(layer.deductible.amount if layer.deductible else None, anywhere),
            rate=make(layer.rate, allow=brackets),
            factor=make(layer.factor),
            points=make(layer.points),
            fixed=make(layer.fixed),
            top_up=make(layer.top_up.to if layer.top_up else None),
            base_over=make(layer.when.base_over),
            limits=tuple(limits),
        ),
        problems,
    )


def _narrow(gate: When, reach: When, spaces: Mapping[str, Space]) -> dict[str, tuple[str, ...]]:
    """A cap's reach within the gate: where both name codes, those that both name."""
    narrowed = {}
    for name, named in reach.codes.items():
        wanted = spaces[name].expand(named)
        if name in gate.codes:
            admitted = spaces[name].expand(gate.codes[name])
            wanted = tuple(code for code in wanted if code in admitted)
        narrowed[name] = wanted
    return narrowed


def _structure(pack: Pack, layers: tuple[Layer, ...]) -> Structure:
    counters: list[str] = []
    caps: list[CapStructure] = []
    for at, layer in enumerate(layers):
        for cap in layer.caps:
            if cap.counter not in counters:
                counters.append(cap.counter)
            caps.append(CapStructure(at, cap.id, SCOPES[cap.per], COUNTS[cap.counts], counters.index(cap.counter)))
    cap_numbers = {(layers[cap.layer].id, cap.id): number for number, cap in enumerate(caps)}
    by_ordinal = _reading_ordinals(pack)
    made = tuple(_layer_structure(layer, layers, cap_numbers, by_ordinal) for layer in layers)
    hospital = None
    if pack.hospital_reduces is not None:
        hospital = tuple(number for part in pack.hospital_reduces for number in _bucket_numbers(part))
    return Structure(made, tuple(caps), tuple(counters), hospital)


def _layer_structure(
    layer: Layer,
    layers: tuple[Layer, ...],
    cap_numbers: Mapping[tuple[str, str], int],
    by_ordinal: frozenset[str],
) -> LayerStructure:
    form = next(
        name
        for name, present in zip(FORMS, (layer.rate, layer.fixed, layer.top_up, layer.given), strict=True)
        if present is not None
    )
    base = layer.base
    parts = layer.given.base if layer.given is not None else base.parts
    order = layer.given.base if layer.given is not None else (base.paid_down or base.parts)
    counted = set(base.unpaid)
    used_up = tuple(_caps_named(name, layers, cap_numbers) for name in layer.when.used_up)

    def numbers_of(names: tuple[str, ...]) -> tuple[int, ...]:
        return tuple(
            number
            for part in names
            for number in _bucket_numbers(part)
            if part != "in_scope" or layer.given is not None or BUCKETS[number] in counted
        )

    stays = [layer.deductible.per if layer.deductible else "", layer.brackets.on if layer.brackets else ""]
    stays += [layer.fixed_per if layer.fixed else "", *(cap.per for cap in layer.caps)]
    named = {name for when in layer_whens(layer) for name in when.codes}
    named |= {name for table in layer_tables(layer) for row in table.rows for name in row.when}
    return LayerStructure(
        id=layer.id,
        form=form,
        notional=layer.notional,
        buckets=numbers_of(parts),
        pay_order=numbers_of(order),
        deductible_scope=SCOPES[layer.deductible.per if layer.deductible else ""],
        bracket_scope=SCOPES[layer.brackets.on if layer.brackets else ""],
        from_zero=layer.brackets is not None and layer.brackets.start == "zero",
        brackets=1 if layer.brackets is None else len(layer.brackets.upto) + 1,
        fixed_scope=SCOPES[layer.fixed_per if layer.fixed else ""],
        top_up_scope=SCOPES[layer.top_up.per if layer.top_up else ""],
        unit=layer.rounding.unit,
        direction=DIRECTIONS[layer.rounding.direction],
        round_year=layer.rounding.per == "year",
        counts_outside=layer.counts_outside,
        used_up=used_up,
        has_base_over=layer.when.base_over is not None,
        reads_stay="stay" in stays or bool(named & by_ordinal),
    )


def _reading_ordinals(pack: Pack) -> frozenset[str]:
    """The ordinal of the stay, and every derived attribute that reads it."""
    names = {"stay_ordinal"}
    for derived in pack.derived:
        if any(condition.column in names for rule in derived.rules for condition in rule.conditions):
            names.add(derived.name)
    return frozenset(names)


def _caps_named(name: str, layers: tuple[Layer, ...], cap_numbers: Mapping[tuple[str, str], int]) -> tuple[int, ...]:
    """The cap ``layer.id``, or all that feed the counter of that name."""
    caps = [(layer, cap) for layer in layers for cap in layer.caps]
    return tuple(cap_numbers[layer.id, cap.id] for layer, cap in caps if name in (f"{layer.id}.{cap.id}", cap.counter))


def _bucket_numbers(part: str) -> tuple[int, ...]:
    return IN_SCOPE if part == "in_scope" else (BUCKETS.index(part),)
