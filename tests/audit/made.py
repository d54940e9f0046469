"""Bills, lists and a law for tests of the audit: a few lines make a case."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from tuodi.audit import AuditResult, audit
from tuodi.law import read_pack
from tuodi.law.compile import compile_pack
from tuodi.settlement import Law, settle
from tuodi.tables import CLAIMS, IDENTITIES, MANUAL, TOTALS, conform

ROOT = Path(__file__).parent / "packs"
YEAR = 2024


@cache
def law(version: str = "2024") -> Law:
    return Law((compile_pack(read_pack(f"zz/990000/{version}", [ROOT])),), forced=True)


def day(text: str) -> date:
    return date.fromisoformat(text if len(text) > 5 else f"{YEAR}-{text}")


def bill(claim: str, on: str, in_scope: int, **other: Any) -> dict[str, Any]:
    """A stay that ends and is settled on a day; amounts in yuan; basic insurance paid half unless it is said."""
    amounts = {"paid_basic": in_scope * 50, **{k: v for k, v in other.items() if k.startswith("paid_")}}
    rest = {k: v for k, v in other.items() if not k.startswith("paid_")}
    return {
        "claim_id": claim,
        "person_id": "p",
        "provider_level": "secondary",
        "setting": "inpatient",
        "admitted_on": day(on),
        "discharged_on": day(on),
        "settled_at": datetime.combine(day(on), datetime.min.time()),
        "total": in_scope * 100,
        "out_of_catalogue": 0,
        "over_limit": 0,
        "first_self_pay": 0,
        "in_scope": in_scope * 100,
        "purpose": "illness",
        "place": "local",
        "authorisation": "none_needed",
        "scheme": "resident",
        "settle_mode": "online",
        "paid_catastrophic": 0,
        "paid_tilt": 0,
        "paid_assistance": None,
        **amounts,
        **rest,
    }


def claims(*bills: dict[str, Any]) -> pl.DataFrame:
    return conform(pl.DataFrame(list(bills), infer_schema_length=None), CLAIMS)


def listed(*rows: tuple[Any, ...], person: str = "p") -> pl.DataFrame:
    """Rows ``(identity, from, to?, flagged_on?)``; days as ``mm-dd`` of the year or in full."""
    made = [
        {
            "person_id": person,
            "identity": row[0],
            "from": day(row[1]),
            "to": day(row[2]) if len(row) > 2 and row[2] else None,
            "flagged_on": day(row[3]) if len(row) > 3 and row[3] else None,
        }
        for row in rows
    ]
    schema = {name: IDENTITIES.columns[name] for name in ("person_id", "identity", "from", "to", "flagged_on")}
    return conform(pl.DataFrame(made, schema=schema), IDENTITIES)


def paid_by(
    bills: pl.DataFrame,
    identities: pl.DataFrame,
    under: Law | None = None,
    layers: tuple[str, ...] = ("catastrophic", "assistance", "tilt"),
) -> pl.DataFrame:
    """The bills with what a platform would have recorded that saw these identities: layer by layer as it paid."""
    under = under or law()
    columns = {"catastrophic": "paid_catastrophic", "assistance": "paid_assistance", "tilt": "paid_tilt"}
    run = settle(under, bills, identities).bills
    joined = bills.join(run, on="claim_id", how="left", maintain_order="left")
    return joined.with_columns(pl.col(f"pay_{layer}").alias(columns[layer]) for layer in layers).select(bills.columns)


def unpaid(bills: pl.DataFrame, *claim_ids: str, column: str = "paid_assistance") -> pl.DataFrame:
    chosen = pl.col("claim_id").is_in(list(claim_ids))
    return bills.with_columns(pl.when(chosen).then(0).otherwise(column).alias(column))


def by_hand(amount: int, layer: str = "assistance", person: str = "p", year: int = YEAR) -> pl.DataFrame:
    return conform(
        pl.DataFrame({"person_id": [person], "benefit_year": [year], "layer": [layer], "amount": [amount]}), MANUAL
    )


def monthly(*rows: tuple[str, str, int | None, int | None]) -> pl.DataFrame:
    frame = pl.DataFrame(list(rows), schema=["month", "measure", "count", "amount"], orient="row")
    return conform(frame, TOTALS)


def audited(bills: pl.DataFrame, identities: pl.DataFrame, **other: Any) -> AuditResult:
    return audit(other.pop("under", law()), bills, identities, **{"versions": (), **other})
