"""Who gains and who loses between two laws, on the same bills.

Enters: two packs and the tables that ``settle`` takes. Leaves: :class:`Effect`: cost by layer, persons, classes, bands
of gain and loss. Both packs are taken as law of the bills' own period; a layer that one of them takes from the record
is taken from the record in both. What cannot be determined is counted apart and is never zero. Imports ``tuodi.law``,
``tuodi.settlement``, ``tuodi.tables`` and this room.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import polars as pl

from tuodi.errors import TableError
from tuodi.law.model import Pack
from tuodi.settlement import Law, settle
from tuodi.tables import CLAIMS, IDENTITIES, OPENING, conform
from tuodi.twin.bands import band_of, upper_ends
from tuodi.twin.inforce import (
    CODE_SETS_OF_BILLS,
    as_if_in_force,
    known_counters,
    recorded_in_both,
    with_known_codes,
)

__all__ = ["LARGEST", "PERSON_COLUMNS", "Band", "Effect", "LayerCost", "Moved", "compare_laws"]

LARGEST = 10
"""How many of the largest gains and losses are named."""

AT_ONCE = 200_000
"""Bills whose steps are held in memory together."""

PERSON_COLUMNS = (
    "person_id", "class_before", "class_after", "bills", "paid_before", "paid_after", "self_before", "self_after",
    "change", "state", "open_under", "reason_before", "reason_after",
)  # fmt: skip
"""``change``: what the person has to pay less (above 0: gains) under the second law. ``state``: gain | loss | same |
open. ``open_under``: before | after | both, where the result is not determined. Amounts in fen, null where open."""


@dataclass(frozen=True)
class LayerCost:
    """What one layer pays under each law. ``before`` and ``after`` sum the bills that are determined under that law;
    ``open_before`` and ``open_after`` count the others, so each sum is at least so much. ``difference`` is over the
    bills that are determined under both; ``open`` counts the rest. None: that law has no such layer."""

    layer: str
    before: int | None
    after: int | None
    open_before: int
    open_after: int
    difference: int
    open: int


@dataclass(frozen=True)
class Moved:
    """Persons who are in one class under the first law and in one under the second; ``?`` is undecided."""

    before: str
    after: str
    gaining: int
    losing: int
    same: int
    open: int
    gained: int
    lost: int

    @property
    def persons(self) -> int:
        """All of them."""
        return self.gaining + self.losing + self.same + self.open


@dataclass(frozen=True)
class Band:
    """Persons whose gain (or loss) lies above ``low`` and not above ``high`` fen, and their sum."""

    side: str
    low: int
    high: int
    persons: int
    amount: int


@dataclass(frozen=True)
class Effect:
    """What a change of the law does to the persons of these bills."""

    before: Pack
    after: Pack
    recorded: tuple[str, ...]
    bills: int
    dropped_counters: tuple[tuple[str, ...], tuple[str, ...]]
    layers: tuple[LayerCost, ...]
    persons: pl.DataFrame
    moved: tuple[Moved, ...]
    bands: tuple[Band, ...]

    def count(self, state: str) -> int:
        """Persons in one state."""
        return self.persons.filter(pl.col("state") == state).height

    def open_under(self, which: str) -> int:
        """Persons who are undetermined under the first law alone, the second alone, or both."""
        return self.persons.filter(pl.col("open_under") == which).height

    @property
    def gained(self) -> int:
        """What those who gain have to pay less."""
        return int(self.persons.filter(pl.col("state") == "gain")["change"].sum())

    @property
    def lost(self) -> int:
        """What those who lose have to pay more."""
        return -int(self.persons.filter(pl.col("state") == "loss")["change"].sum())

    @property
    def cost(self) -> int:
        """What all layers pay more under the second law, over the persons who are determined under both."""
        known = self.persons.filter(pl.col("state") != "open")
        return int((known["paid_after"] - known["paid_before"]).sum())

    @property
    def changed_class(self) -> int:
        """Persons whose class is decided under both laws and has another name."""
        known = self.persons.filter((pl.col("class_before") != "?") & (pl.col("class_after") != "?"))
        return known.filter(pl.col("class_before") != pl.col("class_after")).height

    def largest(self, state: str, most: int = LARGEST) -> pl.DataFrame:
        """The persons with the largest gains or losses, the largest first."""
        found = self.persons.filter(pl.col("state") == state)
        return found.sort([pl.col("change").abs(), "person_id"], descending=[True, False]).head(most)


def compare_laws(
    before: Pack,
    after: Pack,
    claims: pl.DataFrame,
    identities: pl.DataFrame | None = None,
    persons: pl.DataFrame | None = None,
    opening: pl.DataFrame | None = None,
    *,
    window_from: date | None = None,
    given: Collection[str] = (),
    at_once: int = AT_ONCE,
) -> Effect:
    """Settle ``claims`` under both packs, each as if it were the law of the bills' own days.

    ``given`` names further layers to be read from the record in both; ``at_once``: about how many bills are settled at
    a time, which bounds the memory and changes nothing else. Raises what :func:`tuodi.settlement.settle` raises.
    """
    claims = conform(claims, CLAIMS)
    identities = conform(pl.DataFrame(schema=IDENTITIES.columns) if identities is None else identities, IDENTITIES)
    opening = conform(pl.DataFrame(schema=OPENING.columns) if opening is None else opening, OPENING)
    recorded = tuple(dict.fromkeys((*recorded_in_both(before, after), *given)))
    twice = claims["claim_id"].is_duplicated()
    if twice.any():
        raise TableError(f"table claims: claim_id {claims['claim_id'].filter(twice)[0]!r} occurs more than once")
    parts = _parts(claims, at_once)
    sides, dropped = [], []
    for pack, other in ((before, after), (after, before)):
        law = as_if_in_force(pack)
        balances = known_counters(opening, pack)
        dropped.append(tuple(sorted(set(opening["counter"].to_list()) - set(balances["counter"].to_list()))))
        computed = {layer.id for layer in pack.layers if layer.given is None}
        held = with_known_codes(identities, pack, other, ("identity",))
        known = None if persons is None else with_known_codes(persons, pack, other, CODE_SETS_OF_BILLS)
        runs = [
            settle(
                law, with_known_codes(part, pack, other, CODE_SETS_OF_BILLS), held, known, balances,
                window_from=window_from, given=[name for name in recorded if name in computed], trace=True,
            )
            for part in parts
        ]  # fmt: skip
        bills = pl.concat([run.bills for run in runs])
        sides.append((law, bills, pl.concat([_class_of(pack, run.trace) for run in runs])))
    (law_a, bills_a, classes_a), (law_b, bills_b, classes_b) = sides
    people = _persons(claims, _side(law_a, bills_a, classes_a), _side(law_b, bills_b, classes_b))
    return Effect(
        before, after, recorded, claims.height, (dropped[0], dropped[1]), _layers(law_a, bills_a, law_b, bills_b),
        people, _moved(people), _bands(people),
    )  # fmt: skip


def _parts(claims: pl.DataFrame, at_once: int) -> list[pl.DataFrame]:
    """The bills in parts of whole persons: nobody's result depends on another's, and the steps need room."""
    sizes = claims.group_by("person_id").len("bills").sort("person_id")
    part = ((pl.col("bills").cum_sum() - 1) // at_once).alias("part")
    numbered = claims.join(sizes.select("person_id", part), on="person_id", how="left", maintain_order="left")
    parts = numbered.partition_by("part", maintain_order=True, include_key=False)
    return parts or [claims]


def _class_of(pack: Pack, trace: pl.DataFrame | None) -> pl.DataFrame:
    """The class of each bill in the pack's own class system."""
    own = [layer for layer in pack.layers if layer.classes == pack.classes] or list(pack.layers)
    assert trace is not None
    return trace.filter(pl.col("layer") == own[0].id).select("claim_id", "class")


def _side(law: Law, bills: pl.DataFrame, classes: pl.DataFrame) -> pl.DataFrame:
    """For each bill: class, what all layers pay, what is left to the person; null where not determined."""
    pays = [pl.col(f"pay_{layer}") for layer in law.layers]
    paid = pl.sum_horizontal(pays, ignore_nulls=False) if pays else pl.lit(0)
    return bills.select(
        "claim_id", "reason", paid.cast(pl.Int64).alias("paid"), pl.col("self_total").alias("self")
    ).join(classes, on="claim_id", how="left", maintain_order="left")


def _persons(claims: pl.DataFrame, before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """One row a person: columns as :data:`PERSON_COLUMNS`, in the order of their ids."""
    order = ["settled_at", "discharged_on", "claim_id"]
    bills = claims.select("person_id", *order).sort(order)
    for name, side in (("before", before), ("after", after)):
        named = side.rename({column: f"{column}_{name}" for column in side.columns if column != "claim_id"})
        bills = bills.join(named, on="claim_id", how="left", maintain_order="left")
    grouped = bills.group_by("person_id").agg(
        pl.len().cast(pl.Int64).alias("bills"),
        *(
            pl.col(f"class_{one}").drop_nulls().last().fill_null("").alias(f"class_{one}")
            for one in ("before", "after")
        ),
        *(
            pl.when(pl.col(f"{what}_{one}").has_nulls()).then(None).otherwise(pl.col(f"{what}_{one}").sum())
            .alias(f"{what}_{one}")
            for what in ("paid", "self") for one in ("before", "after")
        ),
        *(
            pl.col(f"reason_{one}").filter(pl.col(f"self_{one}").is_null()).str.split(";").explode().unique().sort()
            .str.join(";")
            .alias(f"reason_{one}")
            for one in ("before", "after")
        ),
    )  # fmt: skip
    change = pl.col("self_before") - pl.col("self_after")
    open_before, open_after = pl.col("self_before").is_null(), pl.col("self_after").is_null()
    return (
        grouped.with_columns(
            change.alias("change"),
            pl.when(open_before & open_after).then(pl.lit("both"))
            .when(open_before).then(pl.lit("before"))
            .when(open_after).then(pl.lit("after"))
            .otherwise(pl.lit("")).alias("open_under"),
            pl.when(change.is_null()).then(pl.lit("open"))
            .when(change > 0).then(pl.lit("gain"))
            .when(change < 0).then(pl.lit("loss"))
            .otherwise(pl.lit("same")).alias("state"),
        )
        .select(PERSON_COLUMNS)
        .sort("person_id")
    )  # fmt: skip


def _layers(law_a: Law, before: pl.DataFrame, law_b: Law, after: pl.DataFrame) -> tuple[LayerCost, ...]:
    made = []
    for layer in dict.fromkeys((*law_a.layers, *law_b.layers)):
        name = f"pay_{layer}"
        one = before[name] if layer in law_a.layers else None
        two = after[name] if layer in law_b.layers else None
        first = pl.repeat(0, before.height, dtype=pl.Int64, eager=True) if one is None else one
        second = pl.repeat(0, after.height, dtype=pl.Int64, eager=True) if two is None else two
        difference = second - first
        made.append(
            LayerCost(
                layer,
                None if one is None else int(one.sum()),
                None if two is None else int(two.sum()),
                first.null_count(),
                second.null_count(),
                int(difference.sum()),
                difference.null_count(),
            )
        )
    return tuple(made)


def _moved(people: pl.DataFrame) -> tuple[Moved, ...]:
    """Classes in the order in which they hold most people."""

    def number(state: str) -> pl.Expr:
        return (pl.col("state") == state).sum().alias(state)

    def money(state: str) -> pl.Expr:
        return pl.col("change").filter(pl.col("state") == state).sum().abs().alias(f"{state}_fen")

    grouped = (
        people.group_by("class_before", "class_after")
        .agg(number("gain"), number("loss"), number("same"), number("open"), money("gain"), money("loss"), pl.len())
        .sort(["len", "class_before", "class_after"], descending=[True, False, False])
    )
    return tuple(Moved(*row[:-1]) for row in grouped.iter_rows())


def _bands(people: pl.DataFrame) -> tuple[Band, ...]:
    """From the largest loss over no change to the largest gain; empty bands between are kept."""
    sizes = {
        side: [abs(change) for change in people.filter(pl.col("state") == side)["change"].to_list()]
        for side in ("loss", "gain")
    }
    ends = upper_ends([*sizes["loss"], *sizes["gain"]])
    lows = (0, *ends)

    def bands(side: str) -> list[Band]:
        held: list[list[int]] = [[] for _ in ends]
        for size in sizes[side]:
            held[band_of(size, ends)].append(size)
        made = [Band(side, lows[n], ends[n], len(some), sum(some)) for n, some in enumerate(held)]
        while made and not made[-1].persons:
            made.pop()
        return made

    same = people.filter(pl.col("state") == "same").height
    return (*reversed(bands("loss")), Band("same", 0, 0, same, 0), *bands("gain"))
