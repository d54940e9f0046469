"""Bills made ready for the kernel: codes resolved, identities turned into classes, everything in the total order.

Enters: standing claims, each with its version of one structure. Leaves: :class:`Bills`. The order is (person,
counter year, settled at, discharged on, claim id); row order never matters. Imports ``tuodi.law`` and this room.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from tuodi.errors import TableError, nearest
from tuodi.law.compile import Compiled, LayerStructure, Parameters, parameters
from tuodi.law.model import Given, Layer
from tuodi.law.spaces import CODE_COLUMNS, Space
from tuodi.settlement import identity, stays
from tuodi.settlement.calendar import NO_DAY, Days, ages, counter_years, days, income_years, years_of
from tuodi.settlement.derive import derive
from tuodi.settlement.kernel import NOT_ITS_SCHEME, NOT_RECORDED
from tuodi.settlement.order import People, dense, settlement_order
from tuodi.tables import PARTS

__all__ = ["Bills", "bills_of"]

Ints = npt.NDArray[np.int64]

MAY_BE_EMPTY = frozenset({
    "paid_tilt", "paid_large_sum", "paid_civil_servant", "paid_enterprise", "paid_disabled_veteran", "paid_other",
})  # fmt: skip
"""Payers that count as 0 where empty beside another of their list that is known."""


DEFAULT_PURPOSE = "illness"
"""What an empty ``purpose`` means (SPEC-settlement section 1)."""

CODES = 1 << 22
"""Combinations are renumbered before there could be more than these."""


@dataclass(frozen=True)
class Bills:
    """Arrays in settlement order. ``order`` holds the row of each bill in the claims handed in (``unordered``), which
    may be ``in_order`` already; ``person`` its person's place among ``people``; ``version`` numbers its law;
    ``profile`` is its row in ``parameters``; ``recorded`` (L, n) what each layer is recorded to have paid,
    NOT_RECORDED or NOT_ITS_SCHEME otherwise; ``overlap`` bits of layers that a clash of stays leaves open; ``cells``
    for each version the positions of its profiles on every axis, in the order of ``parameters``."""

    order: npt.NDArray[np.intp]
    version: npt.NDArray[np.intp]
    people: People
    person: Ints
    counter_year: Ints
    begins: npt.NDArray[np.uint8]
    new_person: npt.NDArray[np.bool_]
    profile: npt.NDArray[np.intp]
    parameters: Parameters
    total: Ints
    parts: tuple[Ints, Ints, Ints, Ints]
    hospital: Ints
    stay: Ints
    stay_count: int
    overlap: Ints
    opening_missing: npt.NDArray[np.bool_]
    recorded: Ints
    classes: tuple[npt.NDArray[np.intp], ...]
    has_unknowns: bool
    unordered: pl.DataFrame
    in_order: bool
    cells: tuple[tuple[Compiled, dict[str, npt.NDArray[np.intp]]], ...]

    @property
    def height(self) -> int:
        """Number of bills."""
        return len(self.order)

    @cached_property
    def claim_ids(self) -> pl.Series:
        """The claim of each bill."""
        return self.unordered["claim_id"].gather(self.order)


def bills_of(
    versions: list[Compiled],
    version: npt.NDArray[np.intp],
    claims: pl.DataFrame,
    people: People,
    identities: tuple[pl.DataFrame, Ints],
    opening: pl.DataFrame,
    window_from: date | None,
    facts: stays.StayFacts | None = None,
) -> Bills:
    """Make bills of ``claims`` ready; ``version[i]`` is the place in ``versions`` of row i's law, ``people`` numbers
    the person of each row, ``identities`` comes with the numbers of its persons, ``facts`` is what is known of each
    row's stay (None: no layer asks).

    Raises ``TableError`` for a code that neither the core nor the row's pack knows.
    """
    structure = versions[0].structure
    layers, n = structure.layers, claims.height
    counter_year = np.full(n, NO_DAY, np.int64)
    income_year = np.full(n, NO_DAY, np.int64)
    resolved: list[_Resolved] = []
    for number, compiled in enumerate(versions):
        rows = _rows(version == number)
        own_spans = None if facts is None else (facts.first[rows], facts.last[rows])
        own = _Resolved(compiled, rows, _of(claims, rows), people.code[rows], identities, own_spans)
        resolved.append(own)
        counter_year[rows], income_year[rows] = own.counter_year, own.income_year
    found = settlement_order(people.code, counter_year, claims)
    order = np.arange(n) if found is None else found

    def put(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return values if found is None else values[order]

    person, year = put(people.code), put(counter_year)
    new_person = np.ones(n, bool)
    new_person[1:] = person[1:] != person[:-1]
    begins = new_person.copy()
    begins[1:] |= year[1:] != year[:-1]
    late = _opens_late(versions, put(version), people, person, year, opening, window_from)
    stay, stay_count, overlap, ordinal = _stays(layers, claims, order, begins, late, facts)
    back = order
    if found is not None:
        back = np.empty(n, np.intp)
        back[order] = np.arange(n)
    profile = np.zeros(n, np.intp)
    made: list[Parameters] = []
    cells: list[tuple[Compiled, dict[str, npt.NDArray[np.intp]]]] = []
    classes = [np.zeros(n, np.intp) for _ in layers]
    recorded = np.empty((len(layers), n), np.int64)  # every row is of one version
    offset = 0
    for own in resolved:
        if not own.height:
            continue
        places = back[own.rows]
        columns = own.columns(ordinal[places], places, person, year)
        for at, tables in enumerate(own.compiled.tables):
            classes[at][places] = columns[f"class:{tables.class_column}"]
        keys, profile_of = _profiles(own.compiled, columns, own.income_year)
        made.append(parameters(own.compiled, *keys))
        cells.append((own.compiled, keys[0]))
        profile[places] = profile_of + offset
        offset += len(keys[1])
        for at, layer in enumerate(own.compiled.layers):
            recorded[at, places] = _recorded(layer, own.compiled, own.claims)
    stacked = Parameters(*(np.concatenate([getattr(one, name) for one in made]) for name in Parameters.__annotations__))
    return Bills(
        order=order,
        version=put(version),
        people=people,
        person=person,
        counter_year=year,
        begins=begins.astype(np.uint8),
        new_person=new_person,
        profile=profile,
        parameters=stacked,
        total=put(claims["total"].to_numpy()),
        parts=tuple(put(claims[name].to_numpy()) for name in PARTS),  # type: ignore[arg-type]
        hospital=put(claims["paid_hospital"].fill_null(0).to_numpy()),
        stay=stay,
        stay_count=stay_count,
        overlap=overlap,
        opening_missing=late,
        recorded=recorded,
        classes=tuple(classes),
        has_unknowns=_any_unknown(stacked),
        unordered=claims,
        in_order=found is None,
        cells=tuple(cells),
    )


def _rows(which: npt.NDArray[np.bool_]) -> slice | npt.NDArray[np.intp]:
    """Rows by number; all of them without copying anything."""
    return slice(None) if which.all() else np.flatnonzero(which)


def _of(claims: pl.DataFrame, rows: slice | npt.NDArray[np.intp]) -> pl.DataFrame:
    return claims if isinstance(rows, slice) else claims[rows]


class _Resolved:
    """The claims of one version with everything that is resolved before they are ordered."""

    def __init__(
        self,
        compiled: Compiled,
        rows: slice | npt.NDArray[np.intp],
        claims: pl.DataFrame,
        person: Ints,
        identities: tuple[pl.DataFrame, Ints],
        spans: tuple[Ints, Ints] | None,
    ) -> None:
        self.compiled, self.rows, self.claims, self.height = compiled, rows, claims, claims.height
        self.days = Days(claims, compiled.stay_settings)
        dates = compiled.pack.dates
        self.pairs = identity.pair(compiled, claims, person, self.days, *identities, spans)
        self.counter_year = counter_years(claims, self.days, dates)
        moving = [one for one in compiled.class_columns if any(rule.year == "recognition" for rule in one.look_back)]
        if moving:
            days_of = [identity.moved_years(compiled, column, self.pairs, claims.height) for column in moving]
            moved = np.min([np.where(day == NO_DAY, identity.FAR, day) for day in days_of], axis=0)
            self.counter_year = np.where(moved != identity.FAR, years_of(moved, dates), self.counter_year)
        self.income_year = income_years(self.counter_year, self.days, dates)

    def columns(
        self, ordinal: npt.NDArray[np.int64], places: npt.NDArray[np.intp], person: Ints, year: Ints
    ) -> dict[str, npt.NDArray[np.intp]]:
        """Positions of every axis of the law, bill by bill; ``person`` and ``year`` in settlement order."""
        compiled, claims, height = self.compiled, self.claims, self.height
        claims = claims.with_columns(pl.col("purpose").fill_null(DEFAULT_PURPOSE))
        found = {name: _positions(claims[name], compiled.spaces[name]) for name in (*CODE_COLUMNS, "settle_mode")}
        space = compiled.spaces["stay_ordinal"]
        last = len(space.codes)
        found["stay_ordinal"] = np.where(ordinal <= 0, space.unknown, np.minimum(ordinal, last) - 1).astype(np.intp)
        for derived in compiled.pack.derived:
            value = derive(
                compiled, derived, claims, found, self._age, lambda codes: identity.in_force(self.pairs, codes, height)
            )
            if derived.name in found:
                empty = found[derived.name] == compiled.spaces[derived.name].unknown
                found[derived.name] = np.where(empty, value, found[derived.name])
            else:
                found[derived.name] = value
        for number, column in enumerate(compiled.class_columns):
            position, perhaps = identity.class_positions(compiled, column, self.pairs, height)
            if column.whole_year:
                last_bill = _last_of_year(places, person, year)
                position, perhaps = position[last_bill], perhaps[last_bill]
            found[f"class:{number}"], found[f"perhaps:{number}"] = position, perhaps
        return found

    def _age(self) -> Ints:
        return ages(days(self.claims["birth_date"]), self.days.of(self.compiled.pack.dates.age))


def _positions(column: pl.Series, space: Space) -> npt.NDArray[np.intp]:
    """Positions of codes; an empty cell is unknown. Raises ``TableError`` for a code outside the space."""
    if column.null_count() == len(column):
        return np.broadcast_to(np.intp(space.unknown), len(column))
    # Most files have one scheme and one place: what is the same on every bill is looked up once.
    same = not column.null_count() and bool((column == column[0]).all())
    codes = column[:1] if same else column
    places = codes.cast(pl.Enum(space.codes), strict=False)
    if places.null_count() != codes.null_count():
        for code in codes.drop_nulls().unique().sort():
            if code not in space.codes:
                raise TableError(f"table claims: {space.name} {code!r} is not a known code{nearest(code, space.codes)}")
    found = places.to_physical().cast(pl.Int64).fill_null(space.unknown).to_numpy().astype(np.intp, copy=False)
    return np.broadcast_to(found[0], len(column)) if same else found


def _last_of_year(places: npt.NDArray[np.intp], person: Ints, year: Ints) -> npt.NDArray[np.intp]:
    """For each of these bills the place, among them, of the last one of its person's counter year."""
    inside = np.argsort(places)
    who, when = person[places[inside]], year[places[inside]]
    ends = np.ones(len(inside), bool)
    ends[:-1] = (who[1:] != who[:-1]) | (when[1:] != when[:-1])
    result = np.empty(len(inside), np.intp)
    number = np.cumsum(ends) - ends
    result[inside] = inside[np.flatnonzero(ends)[number]]
    return result


def _opens_late(
    versions: list[Compiled],
    version: npt.NDArray[np.intp],
    people: People,
    person: Ints,
    year: Ints,
    opening: pl.DataFrame,
    window_from: date | None,
) -> npt.NDArray[np.bool_]:
    """Bills of counter years that begin before the export and have no opening balances."""
    late = np.zeros(len(person), bool)
    if window_from is None:
        return late
    years = np.unique(year)
    for number, compiled in enumerate(versions):
        month, day = compiled.pack.dates.year_starts
        # A year of the file may be one that no calendar has.
        opens = (window_from.year, window_from.month, window_from.day)
        begins = np.array([(int(one), month, day) < opens for one in years])
        late |= (version == number) & begins[np.searchsorted(years, year)]
    if late.any() and opening.height:
        known = opening.select(person=people.codes_of(opening["person_id"]), year="counter_year").unique()
        keys = pl.DataFrame({"person": person, "year": year})
        has = keys.join(known.with_columns(has=True), on=["person", "year"], how="left", maintain_order="left")["has"]
        late &= ~has.fill_null(value=False).to_numpy()
    return late


def _stays(
    layers: tuple[LayerStructure, ...],
    claims: pl.DataFrame,
    order: npt.NDArray[np.intp],
    begins: npt.NDArray[np.bool_],
    late: npt.NDArray[np.bool_],
    facts: stays.StayFacts | None,
) -> tuple[Ints, int, Ints, Ints]:
    """Stay numbers, how many, bits of layers that overlapping stays leave open, ordinals (0 where unknown)."""
    nothing = np.zeros(len(begins), np.int64)
    if facts is None or not any(layer.reads_stay for layer in layers):
        return nothing, 1, nothing, nothing
    facts, own = facts.of(order), claims["stay_ordinal"].gather(order)
    own = own.set((own < 1).fill_null(value=False), None)  # 0 says that nobody counted
    counted = stays.stay_ordinals(own, begins, facts.number, facts.inpatient)
    counted = np.where(late & own.is_null().to_numpy(), 0, counted)
    bits = sum((1 << at for at, layer in enumerate(layers) if _reads_stay(layer)), 0)
    overlap = np.where(facts.clash, bits, 0).astype(np.int64)
    return facts.number, int(facts.number.max(initial=0)) + 1, overlap, counted


def _reads_stay(layer: LayerStructure) -> bool:
    return layer.reads_stay and layer.form != "given"


def _profiles(
    compiled: Compiled, columns: dict[str, npt.NDArray[np.intp]], income_year: Ints
) -> tuple[tuple[dict[str, npt.NDArray[np.intp]], Ints], npt.NDArray[np.intp]]:
    """The distinct combinations of positions and income year, and each bill's place among them."""
    first_year = int(income_year.min())
    code, size = income_year - first_year, int(income_year.max()) - first_year + 1
    for axis in compiled.axes:
        column, width = columns[axis], compiled.size(axis)
        if (column == column[0]).all():
            continue
        if size * width > CODES:
            rows, code = dense(code, size)
            size = len(rows)
        code, size = code * width + column, size * width
    rows, place = dense(code, size)
    return ({axis: columns[axis][rows] for axis in compiled.axes}, income_year[rows]), place


def _recorded(layer: Layer, compiled: Compiled, claims: pl.DataFrame) -> Ints:
    """What the record says that a layer paid; NOT_RECORDED where it does not say, NOT_ITS_SCHEME where the layer names
    schemes and the bill's is none of them."""
    given = layer.given or Given({"": layer.recorded_as})
    if not any(given.columns.values()):
        return np.full(claims.height, NOT_RECORDED, np.int64)
    sums = {scheme: _sum(columns, claims) for scheme, columns in given.columns.items()}
    if "" in sums:
        return sums[""]
    scheme = claims["scheme"]
    result = np.full(claims.height, NOT_ITS_SCHEME, np.int64)
    one_list = len(set(given.columns.values())) == 1
    result[scheme.is_null().to_numpy()] = NOT_RECORDED
    if one_list:
        result = np.where(scheme.is_null().to_numpy(), next(iter(sums.values())), result)
    for name, amounts in reversed(sums.items()):
        own = scheme.is_in(list(compiled.spaces["scheme"].expand((name,)))).fill_null(value=False).to_numpy()
        result = np.where(own, amounts, result)
    return result


def _sum(columns: tuple[str, ...], claims: pl.DataFrame) -> Ints:
    known = np.zeros(claims.height, bool)
    missing = np.zeros(claims.height, bool)
    total = np.zeros(claims.height, np.int64)
    for column in columns:
        amounts = claims[column]
        if amounts.null_count() == claims.height:
            missing |= column not in MAY_BE_EMPTY
        elif amounts.null_count() == 0:
            known[:] = True
            total += amounts.to_numpy()
        else:
            empty = amounts.is_null().to_numpy()
            known |= ~empty
            if column not in MAY_BE_EMPTY:
                missing |= empty
            total += amounts.fill_null(0).to_numpy()
    return np.where(known & ~missing & (total >= 0), total, NOT_RECORDED)


def _any_unknown(made: Parameters) -> bool:
    """Whether any parameter that a bill might reach is unknown or undecided."""
    marks = (made.deductible, made.fixed, made.top_up, made.rate, made.bound, made.limit, made.base_over)
    return bool(any((mark == -1).any() for mark in marks) or (made.gate == 2).any() or (made.reach == 2).any())
