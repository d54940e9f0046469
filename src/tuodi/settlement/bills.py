"""Bills made ready for the kernel: codes resolved, identities turned into classes, everything in the total order.

Enters: standing claims, each with its version of one structure. Leaves: :class:`Bills`. The order is (person,
counter year, settled at, discharged on, claim id); row order never matters. Imports ``tuodi.law`` and this room.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

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

__all__ = ["Bills", "bills_of"]

Ints = npt.NDArray[np.int64]

MAY_BE_EMPTY = frozenset({
    "paid_tilt", "paid_large_sum", "paid_civil_servant", "paid_enterprise", "paid_disabled_veteran", "paid_other",
})  # fmt: skip
"""Payers that count as 0 where empty beside another of their list that is known."""


DEFAULT_PURPOSE = "illness"
"""What an empty ``purpose`` means (SPEC-settlement section 1)."""

CODE_BITS = 52
"""Combinations are renumbered before their codes could leave an int64."""


@dataclass(frozen=True)
class Bills:
    """Arrays in settlement order. ``order`` holds the row of each bill in the claims handed in; ``version`` numbers
    its law; ``profile`` is its row in ``parameters``; ``recorded`` (L, n) what each layer is recorded to have paid,
    NOT_RECORDED or NOT_ITS_SCHEME otherwise; ``overlap`` bits of layers that a clash of stays leaves open; ``cells``
    for each version the positions of its profiles on every axis, in the order of ``parameters``."""

    order: npt.NDArray[np.intp]
    version: npt.NDArray[np.intp]
    person: npt.NDArray[np.object_]
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
    claims: pl.DataFrame
    cells: tuple[tuple[Compiled, dict[str, npt.NDArray[np.intp]]], ...]

    @property
    def height(self) -> int:
        """Number of bills."""
        return len(self.order)


def bills_of(
    versions: list[Compiled],
    version: npt.NDArray[np.intp],
    claims: pl.DataFrame,
    identities: pl.DataFrame,
    opening: pl.DataFrame,
    window_from: date | None,
    facts: stays.StayFacts | None = None,
) -> Bills:
    """Make bills of ``claims`` ready; ``version[i]`` is the place in ``versions`` of row i's law, ``facts`` what is
    known of each row's stay (None: no layer asks).

    Raises ``TableError`` for a code that neither the core nor the row's pack knows.
    """
    structure = versions[0].structure
    counter_year = np.full(claims.height, NO_DAY, np.int64)
    income_year = np.full(claims.height, NO_DAY, np.int64)
    resolved: list[_Resolved] = []
    for number, compiled in enumerate(versions):
        rows = np.flatnonzero(version == number)
        own_spans = None if facts is None else (facts.first[rows], facts.last[rows])
        own = _Resolved(compiled, rows, claims[rows], identities, own_spans)
        resolved.append(own)
        counter_year[rows], income_year[rows] = own.counter_year, own.income_year
    order = _order(claims, counter_year)
    ordered = claims[order]
    person = ordered["person_id"].to_numpy()
    year = counter_year[order]
    new_person = np.ones(len(order), bool)
    new_person[1:] = person[1:] != person[:-1]
    begins = new_person.copy()
    begins[1:] |= year[1:] != year[:-1]
    late = _opens_late(versions, version[order], ordered, year, opening, window_from)
    stay, stay_count, overlap, ordinal = _stays(
        versions[0].structure.layers, ordered, year, late, None if facts is None else facts.of(order)
    )
    back = np.empty(len(order), np.intp)
    back[order] = np.arange(len(order))
    profile = np.zeros(len(order), np.intp)
    made: list[Parameters] = []
    cells: list[tuple[Compiled, dict[str, npt.NDArray[np.intp]]]] = []
    classes = [np.zeros(len(order), np.intp) for _ in structure.layers]
    offset = 0
    for own in resolved:
        if not len(own.rows):
            continue
        places = back[own.rows]
        columns = own.columns(ordinal[places], places, person, year)
        for at, tables in enumerate(own.compiled.tables):
            axis = f"class:{tables.class_column}"
            classes[at][places] = columns[axis]
        keys, profile_of = _profiles(own.compiled, columns, income_year[own.rows])
        made.append(parameters(own.compiled, *keys))
        cells.append((own.compiled, keys[0]))
        profile[places] = profile_of + offset
        offset += len(keys[1])
    stacked = Parameters(*(np.concatenate([getattr(one, name) for one in made]) for name in Parameters.__annotations__))
    recorded = np.full((len(structure.layers), len(order)), NOT_RECORDED, np.int64)
    for own in resolved:
        for at, layer in enumerate(own.compiled.layers):
            recorded[at, back[own.rows]] = _recorded(layer, own.compiled, claims[own.rows])
    return Bills(
        order=order,
        version=version[order],
        person=person,
        counter_year=year,
        begins=begins.astype(np.uint8),
        new_person=new_person,
        profile=profile,
        parameters=stacked,
        total=ordered["total"].to_numpy(),
        parts=tuple(
            ordered[name].to_numpy() for name in ("in_scope", "first_self_pay", "over_limit", "out_of_catalogue")
        ),  # type: ignore[arg-type]
        hospital=ordered["paid_hospital"].fill_null(0).to_numpy(),
        stay=stay,
        stay_count=stay_count,
        overlap=overlap,
        opening_missing=late,
        recorded=recorded,
        classes=tuple(classes),
        has_unknowns=_any_unknown(stacked),
        claims=ordered,
        cells=tuple(cells),
    )


class _Resolved:
    """The claims of one version with everything that is resolved before they are ordered."""

    def __init__(
        self,
        compiled: Compiled,
        rows: npt.NDArray[np.intp],
        claims: pl.DataFrame,
        identities: pl.DataFrame,
        spans: tuple[Ints, Ints] | None,
    ) -> None:
        self.compiled, self.rows, self.claims = compiled, rows, claims
        self.days = Days(claims, compiled.stay_settings)
        dates = compiled.pack.dates
        self.pairs = identity.pair(compiled, claims, self.days, identities, spans)
        self.counter_year = counter_years(claims, self.days, dates)
        moved = np.full(claims.height, NO_DAY, np.int64)
        for column in compiled.class_columns:
            day = identity.moved_years(compiled, column, self.pairs, claims.height)
            moved = np.where((moved == NO_DAY) | ((day != NO_DAY) & (day < moved)), day, moved)
        self.counter_year = np.where(moved != NO_DAY, years_of(moved, dates), self.counter_year)
        self.income_year = income_years(self.counter_year, self.days, dates)

    def columns(
        self,
        ordinal: npt.NDArray[np.int64],
        places: npt.NDArray[np.intp],
        person: npt.NDArray[np.object_],
        year: Ints,
    ) -> dict[str, npt.NDArray[np.intp]]:
        """Positions of every axis of the law, bill by bill."""
        compiled, claims = self.compiled, self.claims
        claims = claims.with_columns(pl.col("purpose").fill_null(DEFAULT_PURPOSE))
        found = {name: _positions(claims[name], compiled.spaces[name]) for name in (*CODE_COLUMNS, "settle_mode")}
        space = compiled.spaces["stay_ordinal"]
        found["stay_ordinal"] = np.where(ordinal <= 0, space.unknown, np.minimum(ordinal, len(space.codes)) - 1).astype(
            np.intp
        )
        age = ages(days(claims["birth_date"]), self.days.of(compiled.pack.dates.age))
        for derived in compiled.pack.derived:
            value = derive(
                compiled, derived, claims, found, age, lambda codes: identity.in_force(self.pairs, codes, claims.height)
            )
            if derived.name in found:
                empty = found[derived.name] == compiled.spaces[derived.name].unknown
                found[derived.name] = np.where(empty, value, found[derived.name])
            else:
                found[derived.name] = value
        for number, column in enumerate(compiled.class_columns):
            position, perhaps = identity.class_positions(compiled, column, self.pairs, claims.height)
            if column.whole_year:
                position = _of_last_bill(position, places, person, year)
                perhaps = _of_last_bill(perhaps, places, person, year)
            found[f"class:{number}"], found[f"perhaps:{number}"] = position, perhaps
        return found


def _positions(column: pl.Series, space: Space) -> npt.NDArray[np.intp]:
    """Positions of codes; an empty cell is unknown. Raises ``TableError`` for a code outside the space."""
    place = {code: number for number, code in enumerate(space.codes)}
    strange = column.drop_nulls().unique().sort()
    for code in strange:
        if code not in place:
            raise TableError(f"table claims: {space.name} {code!r} is not a known code{nearest(code, space.codes)}")
    if column.null_count() == len(column):
        return np.full(len(column), space.unknown, np.intp)
    return (
        column.replace_strict(place, default=space.unknown, return_dtype=pl.Int64).fill_null(space.unknown).to_numpy()
    )


def _of_last_bill(
    position: npt.NDArray[np.intp], places: npt.NDArray[np.intp], person: npt.NDArray[np.object_], year: Ints
) -> npt.NDArray[np.intp]:
    """The class of each person's last bill of the counter year, for all bills of that year."""
    frame = pl.DataFrame(
        {"person": person[places], "year": year[places], "place": places, "class": position},
        schema_overrides={"person": pl.String},
    )
    last = pl.col("class").sort_by("place").last().over("person", "year")
    return frame.select(last).to_series().to_numpy()


def _order(claims: pl.DataFrame, counter_year: Ints) -> npt.NDArray[np.intp]:
    """Rows in the total order (person, counter year, settled at, discharged on, claim id)."""
    keys = claims.select(
        "person_id", pl.Series("counter_year", counter_year), "settled_at", "discharged_on", "claim_id"
    )
    return keys.with_row_index("row").sort(keys.columns)["row"].to_numpy().astype(np.intp)


def _opens_late(
    versions: list[Compiled],
    version: npt.NDArray[np.intp],
    ordered: pl.DataFrame,
    year: Ints,
    opening: pl.DataFrame,
    window_from: date | None,
) -> npt.NDArray[np.bool_]:
    """Bills of counter years that begin before the export and have no opening balances."""
    late = np.zeros(ordered.height, bool)
    if window_from is None:
        return late
    for number, compiled in enumerate(versions):
        month, day = compiled.pack.dates.year_starts
        begins = np.array([date(int(one), month, day) < window_from for one in np.unique(year)])
        late |= (version == number) & begins[np.searchsorted(np.unique(year), year)]
    known = opening.select("person_id", "counter_year").unique().with_columns(known=True)
    keys = ordered.select("person_id", pl.Series("counter_year", year))
    has = keys.join(known, on=["person_id", "counter_year"], how="left", maintain_order="left")["known"]
    return np.asarray(late & ~has.fill_null(value=False).to_numpy(), bool)


def _stays(
    layers: tuple[LayerStructure, ...],
    ordered: pl.DataFrame,
    year: Ints,
    late: npt.NDArray[np.bool_],
    facts: stays.StayFacts | None,
) -> tuple[Ints, int, Ints, Ints]:
    """Stay numbers, how many, bits of layers that overlapping stays leave open, ordinals (0 where unknown)."""
    nothing = np.zeros(ordered.height, np.int64)
    if facts is None or not any(layer.reads_stay for layer in layers):
        return nothing, 1, nothing, nothing
    ordinal = stays.stay_ordinals(ordered.with_columns(counter_year=year), facts.number, facts.inpatient)
    counted = ordinal.fill_null(0).to_numpy().astype(np.int64)
    own = ordered["stay_ordinal"].is_not_null().to_numpy()
    counted = np.where(late & ~own, 0, counted)
    bits = sum((1 << at for at, layer in enumerate(layers) if _reads_stay(layer)), 0)
    overlap = np.where(facts.clash, bits, 0).astype(np.int64)
    return facts.number, int(facts.number.max(initial=0)) + 1, overlap, counted


def _reads_stay(layer: LayerStructure) -> bool:
    return layer.reads_stay and layer.form != "given"


def _profiles(
    compiled: Compiled, columns: dict[str, npt.NDArray[np.intp]], income_year: Ints
) -> tuple[tuple[dict[str, npt.NDArray[np.intp]], Ints], npt.NDArray[np.intp]]:
    """The distinct combinations of positions and income year, and each bill's place among them."""
    axes = compiled.axes
    code = np.unique(income_year, return_inverse=True)[1].astype(np.int64)
    for axis in axes:
        code = code * compiled.size(axis) + columns[axis]
        if code.max(initial=0) >> CODE_BITS:
            code = np.unique(code, return_inverse=True)[1].astype(np.int64)
    _, first, place = np.unique(code, return_index=True, return_inverse=True)
    return ({axis: columns[axis][first] for axis in axes}, income_year[first]), place


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
        empty = claims[column].is_null().to_numpy()
        known |= ~empty
        if column not in MAY_BE_EMPTY:
            missing |= empty
        total += claims[column].fill_null(0).to_numpy()
    negative = total < 0
    return np.where(known & ~missing & ~negative, total, NOT_RECORDED)


def _any_unknown(made: Parameters) -> bool:
    """Whether any parameter that a bill might reach is unknown or undecided."""
    marks = (made.deductible, made.fixed, made.top_up, made.rate, made.bound, made.limit, made.base_over)
    return bool(any((mark == -1).any() for mark in marks) or (made.gate == 2).any() or (made.reach == 2).any())
