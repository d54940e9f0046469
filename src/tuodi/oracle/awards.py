"""Awards on application: what all layers left over a window, once more through one layer of its own.

Enters: packs, claims, identities and requests as dictionaries. Leaves: one row a request. Standard library only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from tuodi.oracle.bills import Bill
from tuodi.oracle.layers import Undetermined, apply_alone
from tuodi.oracle.packs import LABELS, Layer, OraclePack, listed
from tuodi.oracle.people import Days, add_months, classes_for
from tuodi.oracle.settle import Settled, run
from tuodi.oracle.values import OracleError

__all__ = ["award"]

ALIKE = ("deductible", "rate", "factor", "points", "rounding", "fixed")
"""What an award shares with a layer, word for word."""

Rows = Sequence[dict[str, Any]]


def _window(rule: dict[str, Any], request: dict[str, Any]) -> tuple[date, date]:
    """First and last day of discharge of the bills that a request covers."""
    applied: date = request["applied_on"]
    if "year" in rule:
        year = applied.year - {"previous": 1, "same": 0}[rule["year"]]
        return date(year, 1, 1), date(year, 12, 31)
    before: date | None = request.get(rule["before"])
    if before is None:
        raise Undetermined("recognised_on_unknown")
    return add_months(before, -int(rule["months"])), before - timedelta(days=1)


def _household(request: dict[str, Any], requests: Rows, persons: Rows, identities: Rows) -> str:
    if request.get("household_id") is not None:
        return str(request["household_id"])
    named = {
        str(row["household_id"])
        for row in (*persons, *identities, *requests)
        if str(row["person_id"]) == str(request["person_id"]) and row.get("household_id") is not None
    }
    if len(named) != 1:
        raise Undetermined("household_unknown")
    return named.pop()


def _members(household: str, requests: Rows, persons: Rows, identities: Rows) -> set[str]:
    return {
        str(row["person_id"])
        for row in (*persons, *identities, *requests)
        if row.get("household_id") is not None and str(row["household_id"]) == household
    }


def _left(bills: list[Settled], entry: dict[str, Any]) -> int:
    """The unpaid parts of the bills; a bill that is undetermined leaves the award so."""
    base = entry.get("base", ["in_scope"])
    labels: tuple[str, ...] = LABELS
    if isinstance(base, dict):
        labels = tuple(base.get("unpaid") or LABELS)
        base = base["parts"]
    total = 0
    for settled in bills:
        if settled.status in ("undetermined", "quarantined") or settled.purse is None:
            raise Undetermined("bill_undetermined")
        total += settled.purse.held(tuple(listed(base)), labels)
    return total


def _as_bill(pack: OraclePack, request: dict[str, Any], amount: int, identities: Rows) -> Bill:
    """The sum as one bill on the day of the request."""
    day: date = request["applied_on"]
    claim = {
        "claim_id": f"award {day}", "person_id": request["person_id"], "setting": "outpatient",
        "discharged_on": day, "settled_at": datetime(day.year, day.month, day.day),  # noqa: DTZ001
        "total": amount, "in_scope": amount, "first_self_pay": 0, "over_limit": 0, "out_of_catalogue": 0,
    }  # fmt: skip
    bill = Bill(claim, pack)
    bill.year = pack.year_of(day)
    bill.days = Days(day, day, day, (day, day))
    bill.identities = [row for row in identities if str(row["person_id"]) == bill.person]
    bill.classes[""] = classes_for(pack, bill.identities, bill.view(), bill.days, "")
    return bill


def _decide(
    pack: OraclePack, entry: dict[str, Any], request: dict[str, Any], done: list[Settled], persons: Rows,
    identities: Rows, requests: Rows,
) -> dict[str, Any]:  # fmt: skip
    first, last = _window(entry["window"], request)
    subjects = {str(request["person_id"])}
    if entry.get("subject") == "household":
        household = _household(request, requests, persons, identities)
        subjects |= _members(household, requests, persons, identities)
    bills = [
        one
        for one in done
        if one.bill.person in subjects and one.status != "annulled" and first <= one.bill.claim["discharged_on"] <= last
    ]
    amount = _left(bills, entry)
    if entry.get("less_other_aid") and amount:
        if request.get("other_aid_amount") is None:
            raise Undetermined("other_aid_unknown")
        amount = max(0, amount - int(request["other_aid_amount"]))
    bill = _as_bill(pack, request, amount, identities)
    one_bill = {key: value for key, value in entry.items() if key in ALIKE}
    if "brackets" in entry:
        one_bill["brackets"] = {**entry["brackets"], "on": "bill"}
    one_bill["caps"] = [{**cap, "per": "bill"} for cap in entry.get("caps") or []]
    outcome = apply_alone(bill, Layer("", one_bill, ("in_scope",), LABELS, ("in_scope",)))
    return {
        "status": "ok" if outcome.pay is not None else "undetermined", "reasons": outcome.reasons,
        "base": amount, "deductible": outcome.deductible, "brackets": outcome.brackets,
        "cap_cut": outcome.cap_cut, "amount": outcome.pay,
    }  # fmt: skip


def award(
    pack: OraclePack,
    claims: Rows,
    identities: Rows,
    awards: Rows,
    persons: Rows | None = None,
    opening: Rows | None = None,
    window_from: date | None = None,
    given: Iterable[str] = (),
) -> list[dict[str, Any]]:
    """One row a request, in the order given.

    person_id, kind, applied_on, status (ok | undetermined | already_awarded), reasons, base (after other aid),
    deductible, brackets, cap_cut, amount (fen, ``None`` unless it is known; 0 where refused).
    """
    done = run(pack, claims, identities, persons, opening, window_from, given)
    about = list(persons or ())
    rows: dict[int, dict[str, Any]] = {}
    seen: dict[tuple[Any, ...], str] = {}
    nothing = {"base": None, "deductible": None, "brackets": None, "cap_cut": None}
    for index in sorted(range(len(awards)), key=lambda i: (awards[i]["applied_on"], str(awards[i]["person_id"]))):
        request = awards[index]
        entry = pack.get("awards", str(request["kind"]))
        if entry is None:
            raise OracleError(f"{pack.id}: no award {request['kind']!r}")
        head = {key: request[key] for key in ("person_id", "kind", "applied_on")}
        try:
            subject = str(request["person_id"])
            if entry.get("subject") == "household":
                subject = _household(request, awards, about, identities)
            period = (request["kind"], subject, request["applied_on"].year)
            if entry.get("once_per") == "year" and seen.get(period) == "ok":
                rows[index] = {**head, "status": "already_awarded", "reasons": [], **nothing, "amount": 0}
                continue
            if entry.get("once_per") == "year" and period in seen:
                raise Undetermined("earlier_request_undetermined")
            seen[period] = "undetermined"
            rows[index] = head | _decide(pack, entry, request, done, about, identities, awards)
            seen[period] = rows[index]["status"]
        except Undetermined as why:
            rows[index] = {**head, "status": "undetermined", "reasons": [str(why)], **nothing, "amount": None}
    return [rows[index] for index in range(len(awards))]
