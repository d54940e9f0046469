"""Settle by law, set the record beside it, and set aside what the law counts only once.

Enters: a :class:`Stand` with all claims of the file. Leaves: :class:`Judged`. Imports ``tuodi.settlement`` and this
room.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from tuodi.audit.prove import Stand, by_layer, settle_layers
from tuodi.audit.record import recorded_payments, second_copies
from tuodi.errors import UsageError
from tuodi.law.model import Layer

__all__ = ["LIST_SILENT", "SECOND_COPY", "Judged", "judge", "of_people", "traces_of"]

SECOND_COPY = "second_copy"
"""The reason of a bill that repeats another one."""
LIST_SILENT = "list_silent"
"""The reason of a bill on whose day the recognised list says nothing of the person."""


@dataclass(frozen=True)
class Judged:
    """What the law says beside what was paid.

    ``bills``: ``claim_id person_id layer counter_year status reason pack own chain recorded settled_at
    discharged_on``, one row a bill and audited layer, quarantined ones left out · ``settled``: one row a bill ·
    ``stand``: what the law counts, without second copies · ``claims``: with them · ``copies``: ``claim_id first``.
    """

    bills: pl.DataFrame
    settled: pl.DataFrame
    stand: Stand
    claims: pl.DataFrame
    annulled: tuple[str, ...]
    quarantined: int
    copies: pl.DataFrame


def judge(stand: Stand, layers: Sequence[Layer], other_readings: Sequence[pl.DataFrame] = ()) -> Judged:
    """Settle each audited layer on the earlier ones as paid, and the chain by law beside it.

    ``other_readings``: lists that the recognised one may as well have been; a bill whose amount hangs on the choice
    is undetermined.
    """
    if not stand.layers:
        raise UsageError("the law computes no layer of grade A or B; name the layer with which the audit begins")
    own = settle_layers(stand)
    first = own[stand.layers[0]].bills
    standing = first.filter(pl.col("status").is_in(["ok", "undetermined", "outside"]))
    copies = second_copies(stand.claims.join(standing.select("claim_id"), on="claim_id", how="semi"))
    counted = stand
    if copies.height:
        counted = replace(
            stand, claims=stand.claims.join(copies.select("claim_id"), on="claim_id", how="anti", maintain_order="left")
        )
        own = settle_layers(counted)
    chain = settle_layers(counted, own=False) if len(stand.layers) > 1 else own
    parts = []
    for layer in stand.layers:
        whole = chain[layer].bills.select("claim_id", pl.col(f"pay_{layer}").alias("chain"))
        rows = (
            own[layer]
            .bills.select(
                "claim_id",
                "person_id",
                pl.lit(layer).alias("layer"),
                "counter_year",
                "status",
                "reason",
                "pack",
                pl.col(f"pay_{layer}").alias("own"),
            )
            .join(whole, on="claim_id", how="left", maintain_order="left")
        )
        parts += [rows, _copies_of(rows, copies)]
    days = stand.claims.select("claim_id", "settled_at", "discharged_on")
    bills = (
        pl.concat(parts)
        .filter(pl.col("status") != "quarantined")
        .join(recorded_payments(stand.claims, layers), on=["claim_id", "layer"], how="left", maintain_order="left")
        .join(days, on="claim_id", how="left", maintain_order="left")
        .with_columns(
            pl.coalesce("counter_year", pl.col("settled_at").dt.year().cast(pl.Int64)).alias("counter_year"),
            pl.when(pl.col("status") == "annulled").then(0).otherwise("recorded").alias("recorded"),
        )
    )
    bills = _open_where_silent(bills, counted, other_readings)
    return Judged(
        bills=bills,
        settled=bills.filter(pl.col("layer") == stand.layers[-1]).drop("layer", "own", "chain", "recorded"),
        stand=counted,
        claims=stand.claims,
        annulled=tuple(first.filter(pl.col("status") == "annulled")["claim_id"]),
        quarantined=first.filter(pl.col("status") == "quarantined").height,
        copies=copies,
    )


def _open_where_silent(bills: pl.DataFrame, stand: Stand, other_readings: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """No amount by law where another reading of the list gives another one."""
    key = ["claim_id", "layer"]
    apart = [bills.select(key).clear()]
    for reading in other_readings:
        told = ["person_id", "identity", "from", "to", "recognised_on"]
        changed = pl.concat([
            reading.join(stand.identities, on=told, how="anti", nulls_equal=True),
            stand.identities.join(reading, on=told, how="anti", nulls_equal=True),
        ])  # fmt: skip
        people = changed["person_id"].unique()
        if not people.is_empty():
            again = by_layer(settle_layers(of_people(replace(stand, identities=reading), people)))
            both = bills.join(again, on=key, how="inner")
            apart.append(both.filter(pl.col("own").ne_missing(pl.col("pay")) & pl.col("own").is_not_null()).select(key))
    silent = pl.concat(apart).unique().with_columns(pl.lit(True).alias("silent"))
    if silent.is_empty():
        return bills
    marked = bills.join(silent, on=key, how="left", maintain_order="left").with_columns(
        pl.col("silent").fill_null(False)
    )
    nothing = pl.lit(None, dtype=pl.Int64)
    why = pl.concat_str("layer", pl.lit(f":{LIST_SILENT}"))
    return marked.with_columns(
        *(pl.when("silent").then(nothing).otherwise(name).alias(name) for name in ("own", "chain")),
        pl.when("silent").then(why).otherwise("reason").alias("reason"),
    ).drop("silent")


def _copies_of(rows: pl.DataFrame, copies: pl.DataFrame) -> pl.DataFrame:
    """Second copies are owed nothing: they stand beside their first bill, in its year, with 0 by law."""
    zero = pl.lit(0, dtype=pl.Int64)
    return (
        copies.rename({"claim_id": "copy"})
        .join(rows, left_on="first", right_on="claim_id", how="inner", maintain_order="left")
        .with_columns(
            pl.col("copy").alias("claim_id"),
            pl.lit("ok").alias("status"),
            pl.lit(SECOND_COPY).alias("reason"),
            zero.alias("own"),
            zero.alias("chain"),
        )
        .select(rows.columns)
    )


def of_people(stand: Stand, people: pl.Series) -> Stand:
    """The stand with the bills and list rows of some persons."""
    wanted = pl.col("person_id").is_in(people.implode())
    return replace(stand, claims=stand.claims.filter(wanted), identities=stand.identities.filter(wanted))


def traces_of(stand: Stand) -> dict[str, pl.DataFrame]:
    """For every layer the trace of the run that judges it; layers before the first audited from that one's run."""
    runs = settle_layers(stand, trace=True)
    found: dict[str, pl.DataFrame] = {}
    for layer in stand.law.layers:
        trace = runs.get(layer, runs[stand.layers[0]]).trace
        if trace is not None:
            found[layer] = trace.filter(pl.col("layer") == layer)
    return found
