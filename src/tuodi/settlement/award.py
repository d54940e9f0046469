"""Awards on application: what all layers left over a window, once more through one layer of its own.

Enters: a law, claims, identities, requests (``tables.AWARDS``). Leaves: one row a request; bills are not touched. The
means test belongs to casework: an award takes its result. Source: SPEC-settlement section 5,
docs/reference/pack-language.md section 8. Imports this room and ``tuodi.law``.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

from tuodi.errors import TableError, nearest
from tuodi.law.compile import BUCKETS, IN_SCOPE, compile_award
from tuodi.law.model import Award, Pack
from tuodi.settlement.calendar import add_months, days
from tuodi.settlement.kernel import EVERYTHING
from tuodi.settlement.run import Law, settle_with
from tuodi.tables import AWARDS, CLAIMS, DATE, FEN, IDENTITIES, PERSONS, TEXT, conform

__all__ = ["AWARDED", "award"]

AWARDED = {
    "person_id": TEXT, "household_id": TEXT, "kind": TEXT, "applied_on": DATE, "status": TEXT, "reason": TEXT,
    "window_from": DATE, "window_to": DATE, "left": FEN, "other_aid": FEN, "base": FEN, "amount": FEN,
}  # fmt: skip
"""``left``: what the layers left in the window; ``base``: that less other aid; ``amount``: the award. Fen. ``status``:
ok | undetermined | already_awarded."""


class _UndeterminedError(Exception):
    """The request cannot be decided; the message is the reason."""


def award(
    law: Law,
    claims: pl.DataFrame,
    identities: pl.DataFrame | None,
    awards: pl.DataFrame,
    persons: pl.DataFrame | None = None,
    opening: pl.DataFrame | None = None,
    *,
    window_from: date | None = None,
    given: Collection[str] = (),
) -> pl.DataFrame:
    """Decide each request of ``awards``; rows in the order given, columns of ``AWARDED``. ``given``: as in ``settle``.

    Raises ``TableError`` for a table that breaks its schema or an award that no version of the law has.
    """
    awards = conform(awards, AWARDS)
    identities = conform(pl.DataFrame(schema=IDENTITIES.columns) if identities is None else identities, IDENTITIES)
    persons = conform(pl.DataFrame(schema=PERSONS.columns) if persons is None else persons, PERSONS)
    households = _households(awards, identities, persons)
    wanted = {person for request in awards.iter_rows(named=True) for person in _subjects(request, households)}
    wanted |= set(awards["person_id"])
    concerned = claims.filter(pl.col("person_id").is_in(list(wanted)))
    run = settle_with(law, concerned, identities, persons, opening, window_from, given, True, 1, EVERYTHING)
    dated = concerned.select("claim_id", "discharged_on")
    bills = run.bills.join(dated, on="claim_id", maintain_order="left").filter(pl.col("status") != "annulled")
    if run.left is not None:
        bills = bills.join(run.left, on="claim_id", how="left", maintain_order="left")
    rows: dict[int, dict[str, Any]] = {}
    seen: dict[tuple[str, str, int], bool] = {}
    requests = awards.with_row_index("row").sort("applied_on", "person_id", maintain_order=True)
    for request in requests.iter_rows(named=True):
        pack, rule = _rule(law, request)
        row: dict[str, Any] = {name: request[name] for name in ("person_id", "household_id", "kind", "applied_on")}
        row |= {"status": "ok", "reason": "", "other_aid": request["other_aid_amount"]}
        rows[request["row"]] = row
        try:
            subject = request["person_id"]
            if rule.subject == "household":
                subject = _household_of(request, households)
            period = (request["kind"], subject, request["applied_on"].year)
            if rule.once_per_year and seen.get(period):
                row |= {"status": "already_awarded", "amount": 0}
                continue
            if rule.once_per_year and period in seen:
                raise _UndeterminedError("earlier_request_undetermined")
            seen[period] = False
            _decide(pack, rule, request, bills, households, identities, row)
            seen[period] = True
        except _UndeterminedError as why:
            row |= {"status": "undetermined", "reason": str(why), "amount": None}
    return pl.DataFrame([rows[number] for number in range(awards.height)], schema=AWARDED)


def _rule(law: Law, request: dict[str, Any]) -> tuple[Pack, Award]:
    """The award's rule: of the version in force on the last day of its window, else of the latest that has it."""
    found = [(pack, rule) for pack in law.packs for rule in pack.awards if rule.id == request["kind"]]
    if not found:
        known = sorted({rule.id for pack in law.packs for rule in pack.awards})
        raise TableError(
            f"table awards: kind {request['kind']!r} is no award of {law.packs[-1].id}{nearest(request['kind'], known)}"
        )
    for pack, rule in found:
        if rule.window.year:
            last = _window(rule, request)[1]
            if pack.in_force_from <= last <= (pack.in_force_to or date.max):
                return pack, rule
    return found[-1]


def _window(rule: Award, request: dict[str, Any]) -> tuple[date, date]:
    """First and last day of discharge of the bills that count."""
    applied: date = request["applied_on"]
    if rule.window.year:
        year = applied.year - (rule.window.year == "previous")
        return date(year, 1, 1), date(year + 1, 1, 1) - timedelta(days=1)
    before: date | None = request[rule.window.before]
    if before is None:
        raise _UndeterminedError("recognised_on_unknown")
    first = int(add_months(days(pl.Series([before])), -rule.window.months)[0])
    return date.fromordinal(date(1970, 1, 1).toordinal() + first), before - timedelta(days=1)


def _households(awards: pl.DataFrame, identities: pl.DataFrame, persons: pl.DataFrame) -> dict[str, set[str]]:
    """Members of each household, from every table that names it."""
    both = [frame.select("person_id", "household_id").drop_nulls() for frame in (persons, identities, awards)]
    members: dict[str, set[str]] = {}
    for person, household in pl.concat(both).iter_rows():
        members.setdefault(household, set()).add(person)
    return members


def _household_of(request: dict[str, Any], households: dict[str, set[str]]) -> str:
    if request["household_id"] is not None:
        return str(request["household_id"])
    own = [name for name, members in households.items() if request["person_id"] in members]
    if len(own) != 1:
        raise _UndeterminedError("household_unknown")
    return own[0]


def _subjects(request: dict[str, Any], households: dict[str, set[str]]) -> set[str]:
    try:
        return households.get(_household_of(request, households), set()) | {request["person_id"]}
    except _UndeterminedError:
        return {request["person_id"]}


def _decide(
    pack: Pack,
    rule: Award,
    request: dict[str, Any],
    bills: pl.DataFrame,
    households: dict[str, set[str]],
    identities: pl.DataFrame,
    row: dict[str, Any],
) -> None:
    first, last = _window(rule, request)
    row |= {"window_from": first, "window_to": last}
    subjects = _subjects(request, households) if rule.subject == "household" else {request["person_id"]}
    counted = bills.filter(pl.col("person_id").is_in(list(subjects)) & pl.col("discharged_on").is_between(first, last))
    if counted["status"].is_in(["undetermined", "quarantined"]).any():
        raise _UndeterminedError("bill_undetermined")
    names = [BUCKETS[bucket] for bucket in _buckets(rule)]
    left = int(sum(counted[name].sum() for name in names)) if counted.height else 0
    row["left"] = left
    base = left
    if rule.less_other_aid and left:
        if request["other_aid_amount"] is None:
            raise _UndeterminedError("other_aid_unknown")
        base = max(0, left - request["other_aid_amount"])
    row["base"] = base
    paid = _as_one_bill(pack, rule, request, base, identities)
    if paid.item(0, f"pay_{rule.layer.id}") is None:
        raise _UndeterminedError(paid.item(0, "reason"))
    row["amount"] = paid.item(0, f"pay_{rule.layer.id}")


def _buckets(rule: Award) -> tuple[int, ...]:
    base = rule.layer.base
    inside = tuple(number for number in IN_SCOPE if BUCKETS[number] in base.unpaid) if "in_scope" in base.parts else ()
    return (*inside, *(BUCKETS.index(part) for part in base.parts if part != "in_scope"))


def _as_one_bill(pack: Pack, rule: Award, request: dict[str, Any], base: int, identities: pl.DataFrame) -> pl.DataFrame:
    """The base settled as one bill of one layer on the day of the application."""
    applied = request["applied_on"]
    claim = conform(
        pl.DataFrame(
            {
                "claim_id": ["award"], "person_id": [request["person_id"]], "provider_level": ["ungraded"],
                "setting": ["outpatient"], "discharged_on": [applied],
                "settled_at": [datetime(applied.year, applied.month, applied.day, tzinfo=UTC).replace(tzinfo=None)],
                "total": [base], "in_scope": [base], "first_self_pay": [0], "over_limit": [0], "out_of_catalogue": [0],
            },
        ),
        CLAIMS,
    )  # fmt: skip
    law = Law((compile_award(pack, rule.id),), forced=True)
    own = identities.filter(pl.col("person_id") == request["person_id"])
    return settle_with(law, claim, own, None, None, None, (), False, 1, EVERYTHING).bills
