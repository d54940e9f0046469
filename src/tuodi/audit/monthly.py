"""The file beside the platform's monthly report: person-times and amount, by month and measure.

Enters: claims as recorded, the report's totals, rows that were quarantined. Leaves: the frame ``totals``. Pure
functions over frames; imports ``tuodi.tables`` and ``tuodi.vocabulary``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

import polars as pl

from tuodi.audit.model import FRAMES
from tuodi.errors import TableError, nearest
from tuodi.money import parse_yuan
from tuodi.tables import CLAIMS
from tuodi.vocabulary import aliases

__all__ = ["agree_with_report", "set_aside"]

DECEMBER = 12


def agree_with_report(
    claims: pl.DataFrame, totals: pl.DataFrame | None, quarantined: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Each month and measure of the report beside the file and beside the quarantined rows.

    A bill counts in the month of its settlement, once where the measure is above 0 and minus once where it is below
    (a reversal takes a person-time back). Months in which the file has money and the report has no row are shown
    too. Raises ``TableError`` for a measure that is no column of amounts.
    """
    if totals is None or totals.is_empty():
        return pl.DataFrame(schema=dict(FRAMES["totals"]))
    report = _report(totals)
    measures = report["measure"].unique(maintain_order=True).to_list()
    key = ["month", "measure"]
    joined = (
        report.join(_by_month(claims, measures, "file"), on=key, how="full", coalesce=True)
        .join(_by_month(quarantined, measures, "quarantined"), on=key, how="left")
        .with_columns(
            pl.col("file_count", "file_amount", "quarantined_count", "quarantined_amount").fill_null(0),
            pl.col("reported").fill_null(False),
        )
        .filter(pl.col("reported") | (pl.col("file_amount") != 0) | (pl.col("file_count") != 0))
    )
    return (
        joined.with_columns(
            (pl.col("platform_count") - pl.col("file_count") - pl.col("quarantined_count")).alias("difference_count"),
            (pl.col("platform_amount") - pl.col("file_amount") - pl.col("quarantined_amount")).alias("difference"),
        )
        .with_columns(_state().alias("state"))
        .select(list(FRAMES["totals"]))
        .sort("measure", "month")
    )


def _state() -> pl.Expr:
    settled = (pl.col("difference").fill_null(0) == 0) & (pl.col("difference_count").fill_null(0) == 0)
    quarantined = (pl.col("quarantined_count") != 0) | (pl.col("quarantined_amount") != 0)
    return (
        pl.when(~pl.col("reported"))
        .then(pl.lit("not_in_report"))
        .when(settled & quarantined)
        .then(pl.lit("explained"))
        .when(settled)
        .then(pl.lit("equal"))
        .otherwise(pl.lit("differs"))
    )


def _report(totals: pl.DataFrame) -> pl.DataFrame:
    columns = {name: column for column, names in aliases("claims").items() for name in names}
    meant = {}
    for name in totals["measure"].unique(maintain_order=True):
        meant[name] = columns.get(name, name)
        if meant[name] not in CLAIMS.money:
            hint = nearest(name, [n for n, column in columns.items() if column in CLAIMS.money])
            raise TableError(f"table totals: column 'measure' holds {name!r}, which is no amount of a settlement{hint}")
    return (
        totals.with_columns(pl.col("measure").replace_strict(meant, return_dtype=pl.String()))
        .group_by("month", "measure", maintain_order=True)
        .agg(_sum("count", "platform_count"), _sum("amount", "platform_amount"))
        .with_columns(pl.lit(True).alias("reported"))
    )


def _sum(name: str, alias: str) -> pl.Expr:
    return pl.when(pl.col(name).null_count() == 0).then(pl.col(name).sum()).alias(alias)


def _by_month(bills: pl.DataFrame | None, measures: Sequence[str], name: str) -> pl.DataFrame:
    schema = {"month": pl.String(), "measure": pl.String(), f"{name}_count": pl.Int64(), f"{name}_amount": pl.Int64()}
    parts = [pl.DataFrame(schema=schema)]
    for measure in measures:
        if bills is None or measure not in bills.columns or "settled_at" not in bills.columns:
            continue
        month = pl.col("settled_at").dt.strftime("%Y-%m").alias("month")
        amount = pl.col(measure).fill_null(0)
        parts.append(
            bills.filter(pl.col("settled_at").is_not_null())
            .group_by(month)
            .agg(
                pl.lit(measure).alias("measure"),
                amount.sign().sum().cast(pl.Int64).alias(f"{name}_count"),
                amount.sum().alias(f"{name}_amount"),
            )
        )
    return pl.concat(parts)


def set_aside(findings: pl.DataFrame, headers: Sequence[str], header_map: Mapping[str, str]) -> pl.DataFrame:
    """What can still be read of quarantined rows: ``settled_at`` and the amounts, for the monthly comparison.

    ``findings``: ``row cells`` (one or more findings a row, the cells as they stood); ``header_map``: header →
    column. A cell that is no amount counts as nothing; a day that cannot be read leaves the row without a month.
    """
    amounts = [name for name in CLAIMS.money if name in header_map.values()]
    rows = []
    for cells in findings.unique("row", keep="first", maintain_order=True)["cells"].to_list():
        texts = {header_map[h]: text for h, text in zip(headers, cells or (), strict=False) if h in header_map}
        rows.append({"settled_at": _month(texts.get("settled_at", "")), **{n: _fen(texts.get(n, "")) for n in amounts}})
    schema = {"settled_at": pl.Datetime("us"), **dict.fromkeys(sorted(amounts), pl.Int64())}
    return pl.DataFrame(rows, schema=schema)


_DAY = re.compile(r"(\d{4})\D?(\d{2}|\d(?=\D))")
"""Year and month at the beginning of a date in any of its usual spellings."""


def _month(text: str) -> datetime | None:
    found = _DAY.match((text or "").strip())
    if found is None or not 1 <= int(found[2]) <= DECEMBER:
        return None
    return datetime(int(found[1]), int(found[2]), 1)  # noqa: DTZ001 - local time, as everywhere


def _fen(text: str) -> int | None:
    try:
        return parse_yuan(text or "")
    except ValueError:
        return None
