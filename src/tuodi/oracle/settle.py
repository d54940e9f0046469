"""Settlement by the oracle: claims and identities in, one row a claim out.

Enters: packs, claims, identities, optionally persons and opening balances, as dictionaries; money in fen.
Leaves: rows in the order of the claims. Imports the standard library, and Polars only to convert tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from tuodi.oracle.bills import Bill, prepare
from tuodi.oracle.layers import Outcome, settle_layer
from tuodi.oracle.ledger import Ledger, Purse
from tuodi.oracle.packs import LABELS, Layer, OraclePack, listed

__all__ = ["Settled", "run", "settle", "settle_frame"]

Rows = Sequence[dict[str, Any]]


@dataclass
class Settled:
    """A bill with everything that the layers did to it."""

    bill: Bill
    layers: list[Layer]
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    purse: Purse | None = None
    hospital: int = 0
    hospital_in_scope: int = 0
    status: str = "ok"
    reasons: list[str] = field(default_factory=list)


def _packs(pack: OraclePack | Sequence[OraclePack]) -> list[OraclePack]:
    return [pack] if isinstance(pack, OraclePack) else list(pack)


def run(
    pack: OraclePack | Sequence[OraclePack],
    claims: Rows,
    identities: Rows,
    persons: Rows | None = None,
    opening: Rows | None = None,
    window_from: date | None = None,
    given: Iterable[str] = (),
) -> list[Settled]:
    """Settle every claim and keep what is needed to explain it or to compute an award from it."""
    packs = _packs(pack)
    from_record = tuple(given)
    layers = {one.id: one.layers(from_record) for one in packs}
    computed = {name: [layer.name for layer in each if not layer.given] for name, each in layers.items()}
    # A layer read from the record keeps its class: caps of other layers may ask for it.
    classed = {one.id: list(one.get("layers") or {}) for one in packs}
    openings = list(opening or ())
    bills = prepare(packs, claims, identities, persons or (), openings, window_from, classed)
    done = []
    for bill in bills:
        assert bill.pack is not None
        done.append(Settled(bill, layers[bill.pack.id], status=bill.status or "ok", reasons=list(bill.reasons)))
    by_person: dict[str, list[Settled]] = {}
    for settled in done:
        if settled.bill.status is None:
            by_person.setdefault(settled.bill.person, []).append(settled)
    for mine in by_person.values():
        ledger = Ledger(openings, window_from)
        for settled in sorted(mine, key=lambda one: one.bill.order):
            assert settled.bill.pack is not None
            _settle_bill(settled, ledger, computed[settled.bill.pack.id])
    return done


def _settle_bill(settled: Settled, ledger: Ledger, computed: list[str]) -> None:
    bill = settled.bill
    purse = settled.purse = Purse(bill.claim)
    reasons = settled.reasons
    hospital = _hospital(settled, purse)
    if hospital is not None:
        reasons.append(hospital)
    for layer in settled.layers:
        outcome = settled.outcomes[layer.name] = settle_layer(bill, layer, purse, ledger)
        reasons += outcome.reasons
    settled.reasons = list(dict.fromkeys(reasons))
    if hospital is not None or any(outcome.pay is None for outcome in settled.outcomes.values()):
        settled.status = "undetermined"
    elif not any(settled.outcomes[name].admitted for name in computed):
        settled.status = "outside"


def _hospital(settled: Settled, purse: Purse) -> str | None:
    """Take the hospital's part off the bill; why it cannot be done, if it cannot."""
    pack, amount = settled.bill.pack, int(settled.bill.claim.get("paid_hospital") or 0)
    assert pack is not None
    settled.hospital = amount
    if amount == 0:
        return None
    rule = pack.get("hospital_part")
    parts = tuple(listed(rule.get("reduces") if isinstance(rule, dict) else rule))
    if not parts or amount > purse.held(parts, LABELS):
        purse.open |= {"in_scope", *purse.other}
        return "hospital_part_exceeds_parts" if parts else "hospital_part_undecided"
    purse.take(amount, parts, LABELS, real=False)
    settled.hospital_in_scope = purse.in_scope_paid
    return None


# Rows ------------------------------------------------------------------------------------------------


def _row(settled: Settled) -> dict[str, Any]:
    bill = settled.bill
    names = [layer.name for layer in settled.layers]
    row: dict[str, Any] = {
        "claim_id": bill.claim["claim_id"], "person_id": bill.claim["person_id"],
        "status": settled.status, "reasons": settled.reasons,
    }  # fmt: skip
    if settled.status in ("annulled", "quarantined"):
        nothing = 0 if settled.status == "annulled" else None
        return {
            **row, "pay": dict.fromkeys(names, nothing), "self_in_scope": nothing, "self_total": nothing,
            "trace": {},
        }  # fmt: skip
    purse = settled.purse
    assert purse is not None
    known = settled.status != "undetermined"
    own_in_scope = bill.claim["in_scope"] - purse.in_scope_really_paid - settled.hospital_in_scope
    own_total = bill.claim["total"] - purse.really_paid - settled.hospital
    return {
        **row,
        "pay": {name: settled.outcomes[name].pay for name in names},
        "self_in_scope": own_in_scope if known else None,
        "self_total": own_total if known else None,
        "trace": {name: _trace(settled.outcomes[name]) for name in names},
    }


def _trace(outcome: Outcome) -> dict[str, Any]:
    return {
        "admitted": outcome.admitted, "base": outcome.base, "deductible": outcome.deductible,
        "brackets": outcome.brackets, "cap_cut": outcome.cap_cut, "amount": outcome.amount,
        "reasons": outcome.reasons,
    }  # fmt: skip


def settle(
    pack: OraclePack | Sequence[OraclePack],
    claims: Rows,
    identities: Rows,
    persons: Rows | None = None,
    opening: Rows | None = None,
    window_from: date | None = None,
    given: Iterable[str] = (),
) -> list[dict[str, Any]]:
    """One row a claim, in the order given.

    ``pack`` may be a list of versions of one region: then the date chooses. ``given`` names computed layers that
    are read from the record instead. Columns of the claims are those of the declared table; missing is ``None``.
    Each row: claim_id, person_id, status, reasons, pay (layer → fen, ``None`` where undetermined),
    self_in_scope, self_total, trace (layer → base, deductible, brackets, cap_cut, amount, reasons).
    """
    return [_row(one) for one in run(pack, claims, identities, persons, opening, window_from, given)]


def settle_frame(
    pack: OraclePack | Sequence[OraclePack],
    claims: pl.DataFrame,
    identities: pl.DataFrame,
    persons: pl.DataFrame | None = None,
    opening: pl.DataFrame | None = None,
    window_from: date | None = None,
    given: Iterable[str] = (),
) -> pl.DataFrame:
    """The same over tables: claim_id person_id status reason pay_<layer>… self_in_scope self_total.

    ``reason`` joins the reasons with ``;`` (empty if there is none); money is Int64 fen, null where undetermined.
    """
    from_record = tuple(given)
    names = list(dict.fromkeys(layer.name for one in _packs(pack) for layer in one.layers(from_record)))
    rows = settle(
        pack, claims.to_dicts(), identities.to_dicts(),
        None if persons is None else persons.to_dicts(), None if opening is None else opening.to_dicts(),
        window_from, from_record,
    )  # fmt: skip
    money = [*(f"pay_{name}" for name in names), "self_in_scope", "self_total"]
    flat = [
        {
            **{key: row[key] for key in ("claim_id", "person_id", "status")},
            "reason": ";".join(row["reasons"]),
            # A layer that the bill's version does not have pays nothing.
            **{f"pay_{name}": row["pay"].get(name, None if row["status"] == "quarantined" else 0) for name in names},
            "self_in_scope": row["self_in_scope"],
            "self_total": row["self_total"],
        }
        for row in rows
    ]
    schema: dict[str, Any] = dict.fromkeys(("claim_id", "person_id", "status", "reason"), pl.String())
    return pl.DataFrame(flat, schema={**schema, **dict.fromkeys(money, pl.Int64())})
