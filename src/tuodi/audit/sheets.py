"""What stands on a person's page: who it is, what each list says, the bills, and the waterfall of each bill.

Enters: the leads, claims, lists, traces and the packs. Leaves: the frames ``persons``, ``intervals``, ``bills`` and
``waterfalls``. Pure functions over frames; imports ``tuodi.law`` and ``tuodi.tables``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from tuodi.audit.model import FRAMES
from tuodi.law.cell import cap_cites, cell_of, deductible_cites, layer_cites, rate_cites
from tuodi.law.model import Cite, Layer, Pack

__all__ = ["bills_frame", "citations", "intervals_frame", "masked", "persons_frame", "waterfalls_frame"]

SHOWN_FIRST, SHOWN_LAST = 6, 4


def masked(column: str) -> pl.Expr:
    """An identity number with its region and last four characters; a shorter one keeps its last two."""
    number = pl.col(column)
    size = number.str.len_chars()
    stars = pl.lit("*").repeat_by((size - SHOWN_FIRST - SHOWN_LAST).clip(0)).list.join("")
    long = pl.concat_str(number.str.slice(0, SHOWN_FIRST), stars, number.str.tail(SHOWN_LAST))
    short = pl.concat_str(pl.lit("*").repeat_by((size.cast(pl.Int64) - 2).clip(1)).list.join(""), number.str.tail(2))
    return pl.when(size >= SHOWN_FIRST + SHOWN_LAST + 2).then(long).otherwise(short).alias(column)


def persons_frame(people: pl.Series, leads: pl.DataFrame, sources: Sequence[pl.DataFrame | None]) -> pl.DataFrame:
    """Who the people are: each field from the first source that knows it."""
    wanted = ("person_name", "certificate", "birth_date", "household_id", "township", "village")
    result = pl.DataFrame({"person_id": people.unique().sort()})
    for name in wanted:
        known = [
            source.select("person_id", name)
            .filter(pl.col(name).is_not_null())
            .unique("person_id", keep="first", maintain_order=True)
            for source in sources
            if source is not None and name in source.columns
        ]
        dtype = FRAMES["persons"][name]
        empty = pl.DataFrame(schema={"person_id": pl.String(), name: dtype})
        first = pl.concat([empty, *known]).unique("person_id", keep="first", maintain_order=True)
        result = result.join(first, on="person_id", how="left", maintain_order="left")
    money = leads.group_by("person_id").agg(
        pl.len().cast(pl.Int64).alias("leads"),
        pl.col("difference").filter(pl.col("difference") > 0).sum().alias("owed"),
        (-pl.col("difference").filter(pl.col("difference") < 0).sum()).alias("over"),
    )
    return (
        result.join(money, on="person_id", how="left", maintain_order="left")
        .with_columns(masked("certificate"), pl.col("leads", "owed", "over").fill_null(0))
        .select(list(FRAMES["persons"]))
    )


def intervals_frame(
    people: pl.Series, recognised: pl.DataFrame, flags: pl.DataFrame | None, claims: pl.DataFrame
) -> pl.DataFrame:
    """The rows of each list for these people, and what stands on their bills."""
    columns = FRAMES["intervals"]

    def rows(frame: pl.DataFrame, origin: str) -> pl.DataFrame:
        missing = [pl.lit(None, dtype=kind).alias(name) for name, kind in columns.items() if name not in frame.columns]
        named = frame.with_columns(
            pl.lit(origin).alias("origin"), *(m for m in missing if m.meta.output_name() != "origin")
        )
        return named.filter(pl.col("person_id").is_in(people.implode())).select(list(columns))

    seen = claims.filter(pl.col("identity_at_hospital").is_not_null()).select(
        "person_id",
        pl.col("identity_at_hospital").alias("identity"),
        pl.coalesce("admitted_on", "discharged_on").alias("from"),
        pl.col("discharged_on").alias("to"),
        "claim_id",
    )
    parts = [rows(recognised, "recognised"), rows(seen, "hospital")]
    if flags is not None:
        parts.insert(1, rows(flags, "flagged"))
    rank = {"recognised": 0, "flagged": 1, "hospital": 2}
    return pl.concat(parts).sort(
        "person_id", pl.col("origin").replace_strict(rank, return_dtype=pl.Int64()), "from", "identity", "claim_id"
    )


def bills_frame(claims: pl.DataFrame, settled: pl.DataFrame, years: pl.DataFrame) -> pl.DataFrame:
    """All bills of these persons and counter years; ``settled``: ``claim_id counter_year status reason pack``."""
    return (
        claims.join(settled.select("claim_id", "counter_year", "status", "reason", "pack"), on="claim_id")
        .join(years.select("person_id", "counter_year").unique(), on=["person_id", "counter_year"], how="semi")
        .select(list(FRAMES["bills"]))
        .sort("person_id", "counter_year", "settled_at", "discharged_on", "claim_id")
    )


def waterfalls_frame(
    packs: Sequence[Pack],
    bills: pl.DataFrame,
    traces: Mapping[str, pl.DataFrame],
    amounts: pl.DataFrame,
) -> pl.DataFrame:
    """The settlement sheet of every bill of ``bills``, layer after layer.

    ``traces``: for every layer the trace of the run that judges it; ``amounts``: ``claim_id layer own chain
    recorded`` of the audited layers.
    """
    schema = FRAMES["waterfalls"]
    order = bills.with_row_index("at").select("at", "claim_id", "person_id", "pack")
    audited = set(amounts["layer"].unique())
    parts = [pl.DataFrame(schema={**schema, "at": pl.UInt32()})]
    for step, layer in enumerate(packs[0].layers):
        trace = traces.get(layer.id)
        if trace is None:
            continue
        rows = order.join(_sheet_rows(trace, layer.id), on="claim_id", how="inner")
        judged = amounts.filter(pl.col("layer") == layer.id).select("claim_id", "own", "chain", "recorded")
        rows = rows.join(judged, on="claim_id", how="left", maintain_order="left")
        is_audited = layer.id in audited
        by_law = pl.col("own") if is_audited else pl.lit(None, dtype=pl.Int64)
        recorded = pl.col("recorded") if is_audited else pl.col("paid")
        parts.append(
            rows.with_columns(
                pl.lit(step, dtype=pl.Int64).alias("step"),
                pl.lit(is_audited).alias("audited"),
                by_law.alias("by_law"),
                (pl.col("chain") if is_audited else pl.lit(None, dtype=pl.Int64)).alias("by_law_chain"),
                recorded.alias("recorded"),
                (by_law - recorded).alias("difference"),
                _citation_column(packs, rows, layer.id),
            ).select([*schema, "at"])
        )
    return pl.concat(parts).sort("at", "step").drop("at")


def _sheet_rows(trace: pl.DataFrame, layer: str) -> pl.DataFrame:
    rows = trace.filter(pl.col("layer") == layer)
    found = [_of_cap(*each) for each in rows.select("cap", "caps", "limits", "rooms").iter_rows()]
    return rows.select(
        "claim_id", "layer", "state", "class", "base", pl.col("deductible").alias("deductible_limit"),
        "deductible_used", "deductible_taken", "cell", pl.col("amounts").alias("bracket_amounts"),
        pl.col("rates").alias("bracket_rates"), "raw", "cap", "cap_cut", "paid", "reason",
        pl.Series("cap_limit", [limit for limit, _ in found], dtype=pl.Int64),
        pl.Series("cap_room", [room for _, room in found], dtype=pl.Int64),
    )  # fmt: skip


def _of_cap(
    cap: str, caps: list[str], limits: list[int | None], rooms: list[int | None]
) -> tuple[int | None, int | None]:
    """Limit and room of the cap that cut, or of the only one that reached the bill."""
    if cap in caps:
        at = caps.index(cap)
        return limits[at], rooms[at]
    return (limits[0], rooms[0]) if len(caps) == 1 else (None, None)


def _citation_column(packs: Sequence[Pack], rows: pl.DataFrame, layer: str) -> pl.Series:
    by_id = {pack.id: pack for pack in packs}
    made: dict[tuple[object, ...], list[str]] = {}
    found = []
    steps = rows.select("pack", "cell", "cap", "deductible_taken", "bracket_amounts")
    for pack_id, cell, cap, taken, amounts in steps.iter_rows():
        reached = tuple(at for at, amount in enumerate(amounts or (), 1) if amount)
        key = (pack_id, cell, cap, bool(taken), reached)
        if key not in made:
            pack = by_id.get(pack_id or "", packs[0])
            made[key] = citations(pack, pack.layer(layer), cell_of(cell or ""), cap, bool(taken), reached)
        found.append(made[key])
    return pl.Series("citations", found, dtype=pl.List(pl.String()))


def citations(
    pack: Pack, layer: Layer, cell: Mapping[str, str], cap: str | None, deductible: bool, brackets: Sequence[int]
) -> list[str]:
    """Document and article of the very rows that decided a bill: class and gate, deductible, rates, cap.

    ``cell``: the bill's codes; ``brackets``: those that hold money of the bill, from 1.
    """
    cites: list[Cite] = [*layer_cites(layer, cell)]
    if deductible:
        cites += deductible_cites(pack, layer, cell)
    for bracket in brackets or ((1,) if layer.fixed is not None or layer.top_up is not None else ()):
        cites += rate_cites(pack, layer, cell, bracket)
    for limit in layer.caps:
        if cap in (limit.id, limit.counter):
            cites += cap_cites(pack, layer, limit, cell)
    return list(dict.fromkeys(_printed(pack, cite) for cite in cites))


def _printed(pack: Pack, cite: Cite) -> str:
    """The document's own name; a page in another language says in its words what is no document."""
    document = pack.documents.get(cite.document)
    name = document.name if document is not None else cite.document
    return f"{name} {cite.article}".strip()
