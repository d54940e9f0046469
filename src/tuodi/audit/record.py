"""What the files say was paid: by layer and bill, by hand, and which bills stand in the file twice.

Enters: claims, payments by hand, the layers of a pack. Leaves: frames of amounts in fen. Imports ``tuodi.law`` and
``tuodi.tables``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from tuodi.errors import TableError, nearest
from tuodi.law.model import Layer
from tuodi.tables import PARTS, TEXT
from tuodi.vocabulary import aliases

__all__ = ["grade_of", "manual_by_case", "recorded_columns", "recorded_payments", "second_copies"]

DEFAULT_RECORDED: Mapping[str, tuple[str, ...]] = {
    "basic": ("paid_basic",),
    "catastrophic": ("paid_catastrophic", "paid_large_sum"),
    "assistance": ("paid_assistance",),
    "tilt": ("paid_tilt", "paid_other"),
}
OFTEN_EMPTY = frozenset({
    "paid_tilt", "paid_large_sum", "paid_civil_servant", "paid_enterprise", "paid_disabled_veteran", "paid_other",
})  # fmt: skip
"""Columns in which an empty cell counts as 0 as soon as another column of the same layer is known."""

ASSISTANCE_COLUMNS = frozenset({"paid_assistance", "paid_tilt", "paid_other"})
CATASTROPHIC_COLUMNS = frozenset({"paid_catastrophic", "paid_large_sum"})
STAYS = ("inpatient", "emergency_observation")


def recorded_columns(layer: Layer) -> tuple[str, ...]:
    """The claim columns in which a layer's payment stands."""
    return layer.recorded_as or DEFAULT_RECORDED.get(layer.id, ())


def grade_of(layer: Layer) -> str:
    """A where the money is assistance, B catastrophic insurance, C everything before it."""
    columns = recorded_columns(layer)
    if ASSISTANCE_COLUMNS.intersection(columns):
        return "A"
    return "B" if CATASTROPHIC_COLUMNS.intersection(columns) else "C"


def recorded_payments(claims: pl.DataFrame, layers: Sequence[Layer]) -> pl.DataFrame:
    """``claim_id layer recorded``: one row a claim and layer; null where the record does not say.

    An empty cell is unknown, never 0, save in columns that most files leave empty (``OFTEN_EMPTY``) beside one that
    is known.
    """
    parts = [
        claims.select("claim_id", pl.lit(layer.id).alias("layer"), _recorded(recorded_columns(layer)))
        for layer in layers
    ]
    schema = {"claim_id": TEXT, "layer": TEXT, "recorded": pl.Int64()}
    return pl.concat(parts) if parts else pl.DataFrame(schema=schema)


def _recorded(columns: Sequence[str]) -> pl.Expr:
    if not columns:
        return pl.lit(None, dtype=pl.Int64).alias("recorded")
    known = pl.any_horizontal(*(pl.col(name).is_not_null() for name in columns))
    for name in columns:
        if name not in OFTEN_EMPTY:
            known &= pl.col(name).is_not_null()
    total = pl.sum_horizontal(*(pl.col(name).fill_null(0) for name in columns))
    return pl.when(known).then(total).otherwise(None).alias("recorded")


def manual_by_case(manual: pl.DataFrame | None, layers: Sequence[Layer]) -> pl.DataFrame:
    """``person_id layer counter_year manual``: payments by hand summed; layers that are not audited are left out.

    ``layer`` in the file may be the layer's id, its title, or a payer's column by any of its spellings. Raises
    ``TableError`` for anything else.
    """
    schema = {"person_id": TEXT, "layer": TEXT, "counter_year": pl.Int64(), "manual": pl.Int64()}
    if manual is None or manual.is_empty():
        return pl.DataFrame(schema=schema)
    names = _layer_names(layers)
    spellings = {name: column for column, names_ in aliases("claims").items() for name in names_}
    meant = {}
    for name in manual["layer"].unique(maintain_order=True):
        if name in names:
            meant[name] = names[name]
        elif name in spellings:
            meant[name] = names.get(spellings[name], "")
        elif name in DEFAULT_RECORDED:
            meant[name] = ""
        else:
            hint = nearest(name, [*names, *spellings])
            raise TableError(f"table manual: column 'layer' holds {name!r}, which is no layer of the pack{hint}")
    return (
        manual.with_columns(pl.col("layer").replace_strict(meant, return_dtype=pl.String()))
        .filter(pl.col("layer") != "")
        .group_by("person_id", "layer", pl.col("benefit_year").alias("counter_year"), maintain_order=True)
        .agg(pl.col("amount").sum().alias("manual"))
        .cast(schema)  # type: ignore[arg-type]
    )


def _layer_names(layers: Sequence[Layer]) -> dict[str, str]:
    names: dict[str, str] = {}
    for layer in layers:
        for name in (layer.id, *layer.title.values(), *recorded_columns(layer)):
            names.setdefault(name, layer.id)
    return names


def second_copies(claims: pl.DataFrame) -> pl.DataFrame:
    """``claim_id first``: bills that repeat an earlier bill of the same person under another number.

    Same provider, days, setting, total and parts; outside a stay only with the same ``stay_id``, because two equal
    pharmacy bills on one day are nothing rare. Negative bills are no copies. ``claims`` holds no annulled bill.
    """
    same = ["person_id", "setting", "provider_key", "admitted_on", "discharged_on", "total", *PARTS]
    bills = claims.filter(pl.col("total") > 0).with_columns(
        pl.coalesce("provider_id", "provider_name", pl.lit("")).alias("provider_key")
    )
    ordered = bills.sort("person_id", "settled_at", "discharged_on", "claim_id")
    stays = ordered.filter(pl.col("setting").is_in(STAYS) & pl.col("admitted_on").is_not_null())
    others = ordered.filter(~pl.col("setting").is_in(STAYS) & pl.col("stay_id").is_not_null())
    found = []
    for part, key in ((stays, same), (others, [*same, "stay_id"])):
        first = pl.col("claim_id").first().over(key).alias("first")
        found.append(part.select("claim_id", first).filter(pl.col("claim_id") != pl.col("first")))
    return pl.concat(found)
