"""The same case with one thing otherwise: lists, bills and packs as the platform may have seen them.

Enters: identities, flags, claims or a pack. Leaves: the same with a single fact altered. Every function is pure and
alters nothing else; what settlement makes of it is for :mod:`tuodi.audit.prove`. Imports ``tuodi.law`` and
``tuodi.tables``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date

import polars as pl

from tuodi.law.model import Cap, IdentityRules, Layer, Pack, When
from tuodi.tables import IDENTITIES

__all__ = [
    "EARLIEST",
    "always",
    "as_flagged",
    "at_hospital",
    "begun_early",
    "identity_day",
    "never_ended",
    "nobody",
    "plain_rules",
    "relabelled",
    "reversals_unknown",
    "valid_at_all_times",
    "wider_caps",
    "with_authorisation",
    "without",
    "without_caps",
    "without_deductible",
    "without_look_back",
]  # fmt: skip

EARLIEST = date(1900, 1, 1)


def identity_day(by: str) -> pl.Expr:
    """The day on which a bill asks who the person is (``dates.identity`` of a pack); the last day of a stay."""
    if by == "on_settlement":
        return pl.col("settled_at").dt.date()
    if by == "on_admission":
        return pl.coalesce("admitted_on", "discharged_on")
    return pl.col("discharged_on")


def nobody(identities: pl.DataFrame) -> pl.DataFrame:
    """A list without anybody on it."""
    return identities.clear()


def as_flagged(flags: pl.DataFrame, start: str, *, drop_unflagged: bool) -> pl.DataFrame:
    """The list as the platform had it: the rows of ``flags``.

    ``start``: ``as_dated`` (their own beginning), ``from_flag`` (not before the day of the flag) or ``on_flag`` (the
    day of the flag, also where that lies before the beginning). ``drop_unflagged``: a row without a day of flagging
    was never flagged (one list that serves as both).
    """
    rows = flags.filter(pl.col("flagged_on").is_not_null()) if drop_unflagged else flags
    if start == "as_dated":
        return rows
    begun = pl.max_horizontal("from", "flagged_on") if start == "from_flag" else pl.coalesce("flagged_on", "from")
    return rows.with_columns(begun.alias("from"), pl.lit(None, dtype=pl.Date).alias("recognised_on")).filter(
        pl.col("to").is_null() | (pl.col("from") <= pl.col("to"))
    )


def at_hospital(claims: pl.DataFrame, by: str, known: Collection[str]) -> pl.DataFrame:
    """One row a bill for the identity that stands on it, in force on that bill's day only."""
    day = identity_day(by)
    rows = claims.filter(pl.col("identity_at_hospital").is_in(list(known))).select(
        "person_id", pl.col("identity_at_hospital").alias("identity"), day.alias("from"), day.alias("to")
    )
    return _as_list(rows.unique(maintain_order=True))


def relabelled(identities: pl.DataFrame, identity: str) -> pl.DataFrame:
    """Every interval of the list under one other identity."""
    return identities.with_columns(pl.lit(identity).alias("identity"))


def always(people: pl.Series, identity: str) -> pl.DataFrame:
    """One identity for everybody at all times."""
    return _as_list(
        pl.DataFrame({"person_id": people}).select(
            "person_id", pl.lit(identity).alias("identity"), pl.lit(EARLIEST).alias("from")
        )
    )


def never_ended(identities: pl.DataFrame) -> pl.DataFrame:
    """The list with every interval left open at its end."""
    return identities.with_columns(pl.lit(None, dtype=pl.Date).alias("to"))


def begun_early(identities: pl.DataFrame) -> pl.DataFrame:
    """The list with every interval in force since ever."""
    return identities.with_columns(pl.lit(EARLIEST).alias("from"))


def _as_list(rows: pl.DataFrame) -> pl.DataFrame:
    missing = [
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in IDENTITIES.columns.items() if name not in rows.columns
    ]
    return rows.with_columns(missing).select(list(IDENTITIES.columns))


def reversals_unknown(claims: pl.DataFrame, annulled: Collection[str]) -> pl.DataFrame:
    """The bills as if no reversal had come: of annulled pairs the negative bill is left out."""
    return claims.filter(~(pl.col("claim_id").is_in(list(annulled)) & (pl.col("total") < 0)))


def without(claims: pl.DataFrame, claim_ids: Collection[str]) -> pl.DataFrame:
    """The bills without some of them."""
    return claims.filter(~pl.col("claim_id").is_in(list(claim_ids)))


def with_authorisation(claims: pl.DataFrame, claim_ids: Collection[str], code: str) -> pl.DataFrame:
    """The bills with another authorisation on some of them."""
    chosen = pl.col("claim_id").is_in(list(claim_ids))
    return claims.with_columns(
        pl.when(chosen).then(pl.lit(code)).otherwise(pl.col("authorisation")).alias("authorisation")
    )


def plain_rules(pack: Pack) -> Pack:
    """An identity counts on exactly the days of its interval: no later effect, no look-back, no expiry."""
    return replace(pack, identities=IdentityRules())


def without_look_back(pack: Pack) -> Pack:
    """Identities reach no bill before their beginning."""
    return replace(pack, identities=replace(pack.identities, look_back=()))


def valid_at_all_times(pack: Pack) -> Pack:
    """The pack in force for every bill: the version settles what another should have settled."""
    return replace(pack, in_force_from=EARLIEST, in_force_to=None)


def without_caps(pack: Pack, layer_id: str) -> Pack:
    """No limit on what a layer pays."""
    return _with_layer(pack, layer_id, lambda layer: replace(layer, caps=()))


def wider_caps(pack: Pack, layer_id: str) -> Pack:
    """Every cap of a layer counts every bill of the layer: a sub-limit used for more than it is meant for."""

    def widen(layer: Layer) -> Layer:
        return replace(layer, caps=tuple(_everywhere(cap) for cap in layer.caps))

    return _with_layer(pack, layer_id, widen)


def _everywhere(cap: Cap) -> Cap:
    return replace(cap, when=When(origin=cap.when.origin))


def without_deductible(pack: Pack, layer_id: str) -> Pack:
    """A layer pays from the first yuan."""
    return _with_layer(pack, layer_id, lambda layer: replace(layer, deductible=None))


def _with_layer(pack: Pack, layer_id: str, change: Callable[[Layer], Layer]) -> Pack:
    return replace(pack, layers=tuple(change(layer) if layer.id == layer_id else layer for layer in pack.layers))
