"""The declared schema of every table that crosses a module's door.

A table is a Polars DataFrame. Money is ``Int64`` fen, a date ``Date``, an instant ``Datetime('us')`` in local
time, a code a string of ``tuodi.vocabulary`` (or a local one that a pack declares). ``required`` columns are
present and never null; optional ones are added as null where a file lacks them: absent means *unknown*.

Source: SPEC-settlement section 1; reference/nhsa_interface.md 2.8 and 2.15 for the payers.
Raises ``TableError`` from :func:`conform`. Imports ``tuodi.errors``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import polars as pl

from tuodi.errors import TableError, nearest

__all__ = [
    "AID", "AWARDS", "CHANGES", "CLAIMS", "DEATHS", "DISABILITIES", "ENROLMENTS", "FLAGS", "HOUSEHOLDS", "IDENTITIES",
    "INSTITUTIONS", "LISTS", "MANUAL", "MEMBERS", "OPENING", "PARTS", "PAYERS", "PERSONS", "RECEIVED", "RECOGNITIONS",
    "SCHEMAS", "SUBSIDIES", "TOTALS", "WARNINGS", "WHO", "Schema", "conform",
]  # fmt: skip

TEXT, FEN, DATE, WHOLE = pl.String(), pl.Int64(), pl.Date(), pl.Int64()
INSTANT = pl.Datetime("us")

PARTS = ("in_scope", "first_self_pay", "over_limit", "out_of_catalogue")
"""The four parts of a bill; they add up to ``total``."""

PAYERS = (
    "paid_basic", "paid_civil_servant", "paid_enterprise", "paid_catastrophic", "paid_large_sum",
    "paid_disabled_veteran", "paid_assistance", "paid_tilt", "paid_other",
)  # fmt: skip
"""The payers as recorded, each apart; neither the hospital nor the person's own money is among them."""


@dataclass(frozen=True)
class Schema:
    """Columns of one table: name → type; ``money`` names those in fen; ``key`` identifies a row."""

    name: str
    required: Mapping[str, pl.DataType]
    optional: Mapping[str, pl.DataType] = field(default_factory=lambda: MappingProxyType({}))
    money: frozenset[str] = frozenset()
    key: tuple[str, ...] = ()

    @property
    def columns(self) -> dict[str, pl.DataType]:
        """Every declared column with its type, required ones first."""
        return {**self.required, **self.optional}


CLAIMS = Schema(
    name="claims",
    required={
        "claim_id": TEXT, "person_id": TEXT, "provider_level": TEXT, "setting": TEXT,
        "discharged_on": DATE, "settled_at": INSTANT,
        "total": FEN, "out_of_catalogue": FEN, "over_limit": FEN, "first_self_pay": FEN, "in_scope": FEN,
    },
    optional={
        "stay_id": TEXT, "stay_ordinal": WHOLE, "admitted_on": DATE, "provider_id": TEXT,
        "provider_name": TEXT, "provider_traits": TEXT, "purpose": TEXT, "place": TEXT,
        "authorisation": TEXT, "scheme": TEXT, "person_type": TEXT, "birth_date": DATE, "diagnosis": TEXT,
        "diagnosis_name": TEXT, "assistance_kind": TEXT, "insured_region": TEXT, "care_region": TEXT,
        "settle_mode": TEXT, "identity_at_hospital": TEXT, "reverses": TEXT, "benefit_year": WHOLE,
        "certificate": TEXT, "person_name": TEXT,
        **dict.fromkeys(PAYERS, FEN),
        "paid_fund_total": FEN, "paid_hospital": FEN, "paid_account": FEN, "paid_account_shared": FEN,
        "paid_cash": FEN, "own_total": FEN, "deductible_recorded": FEN,
    },
    money=frozenset({
        "total", *PARTS, *PAYERS, "paid_fund_total", "paid_hospital", "paid_account",
        "paid_account_shared", "paid_cash", "own_total", "deductible_recorded",
    }),
    key=("claim_id",),
)  # fmt: skip
"""One settled bill a row. ``provider_traits`` holds traits separated by ``;``."""

IDENTITIES = Schema(
    name="identities",
    required={"person_id": TEXT, "identity": TEXT, "from": DATE},
    optional={
        "to": DATE, "source": TEXT, "recognised_on": DATE, "pushed_on": DATE, "flagged_on": DATE,
        "chosen": pl.Boolean(), "certificate": TEXT, "person_name": TEXT, "household_id": TEXT,
        "township": TEXT, "village": TEXT,
    },
    key=("person_id", "identity", "from", "source"),
)  # fmt: skip
"""Dated intervals, inclusive at both ends; an empty ``to`` is open. ``chosen``: see a pack's ``choose``."""

PERSONS = Schema(
    name="persons",
    required={"person_id": TEXT},
    optional={
        "birth_date": DATE, "person_type": TEXT, "household_id": TEXT, "participation_years": WHOLE,
        "certificate": TEXT, "person_name": TEXT, "township": TEXT, "village": TEXT,
    },
    key=("person_id",),
)  # fmt: skip

OPENING = Schema(
    name="opening",
    required={"person_id": TEXT, "counter_year": WHOLE, "counter": TEXT, "amount": FEN},
    money=frozenset({"amount"}),
    key=("person_id", "counter_year", "counter"),
)
"""Counters consumed before the first bill of the file: names as ``tuodi packs show`` prints them."""

AWARDS = Schema(
    name="awards",
    required={"person_id": TEXT, "kind": TEXT, "applied_on": DATE},
    optional={"household_id": TEXT, "recognised_on": DATE, "other_aid_amount": FEN},
    money=frozenset({"other_aid_amount"}),
    key=("person_id", "kind", "applied_on"),
)

CHANGES = Schema(
    name="changes",
    required={"change": TEXT},
    optional={
        **{name: dtype for name, dtype in CLAIMS.columns.items() if name != "person_id"},
        "person_id": TEXT, "identity": TEXT, "from": DATE, "to": DATE, "recognised_on": DATE,
        "effective_on": DATE,
    },
    money=CLAIMS.money,
)  # fmt: skip
"""``change`` is add, reverse, correct (claim columns follow), grant_identity or end_identity."""

MANUAL = Schema(
    name="manual",
    required={"person_id": TEXT, "benefit_year": WHOLE, "layer": TEXT, "amount": FEN},
    optional={"paid_on": DATE, "reason": TEXT, "certificate": TEXT},
    money=frozenset({"amount"}),
)

TOTALS = Schema(
    name="totals",
    required={"month": TEXT, "measure": TEXT},
    optional={"count": WHOLE, "amount": FEN},
    money=frozenset({"amount"}),
    key=("month", "measure"),
)
"""The platform's own monthly report: month ``yyyy-mm``, measure (a payer column), person-times and amount."""

WHO = {
    "person_id": TEXT, "certificate": TEXT, "certificate_kind": TEXT, "person_name": TEXT, "sex": TEXT,
    "birth_date": DATE, "phone": TEXT, "bank_account": TEXT, "address": TEXT, "township": TEXT, "village": TEXT,
    "region": TEXT,
}  # fmt: skip
"""How a department's row says whom it means. Any of it may be missing: ``tuodi.identity`` finds out who it is.
``person_id`` is the insurer's number; ``region`` a code of 12 digits down to the village."""

_HOUSEHOLD = {"household_id": TEXT, "head_name": TEXT, "head_certificate": TEXT, "relation": TEXT}

RECOGNITIONS = Schema(
    name="recognitions",
    required={"person_name": TEXT, "identity": TEXT},
    optional={
        **{name: dtype for name, dtype in WHO.items() if name != "person_name"}, **_HOUSEHOLD,
        "from": DATE, "to": DATE, "recognised_on": DATE, "household_size": WHOLE, "monthly_amount": FEN,
        "cause": TEXT, "illness": TEXT, "decision_number": TEXT,
    },
    money=frozenset({"monthly_amount"}),
    key=("certificate", "person_name", "identity"),
)  # fmt: skip
"""Who is recognised as what by the body that decides it: the lists of civil affairs, of veterans' affairs."""

FLAGS = Schema(
    name="flags",
    required={"identity": TEXT, "from": DATE},
    optional={**WHO, "to": DATE, "flagged_on": DATE, "pushed_on": DATE, "source": TEXT},
    key=("person_id", "identity", "from"),
)
"""Whom the insurance platform holds for what (身份标识)."""

ENROLMENTS = Schema(
    name="enrolments",
    required={"year": WHOLE, "scheme": TEXT},
    optional={
        **WHO, "person_type": TEXT, "status": TEXT, "insured_region": TEXT, "enrolled_on": DATE, "paused_on": DATE,
        "own_premium": FEN, "subsidy": FEN, "employer": TEXT,
    },
    money=frozenset({"own_premium", "subsidy"}),
    key=("person_id", "year", "scheme", "insured_region"),
)  # fmt: skip
"""Who is insured where, one row a person, year, scheme and region: two rows of a person may be double insurance."""

SUBSIDIES = Schema(
    name="subsidies",
    required={"year": WHOLE, "identity": TEXT},
    optional={
        **WHO, "scheme": TEXT, "included_on": DATE, "paid_on": DATE, "subsidy": FEN, "own_premium": FEN,
        "premium": FEN, "batch": TEXT,
    },
    money=frozenset({"subsidy", "own_premium", "premium"}),
    key=("certificate", "year", "identity"),
)  # fmt: skip
"""Whose premium the aid fund paid (资助参保)."""

WARNINGS = Schema(
    name="warnings",
    required={"year": WHOLE, "own_total": FEN},
    optional={
        **WHO, "stays": WHOLE, "total": FEN, "in_scope": FEN, "in_scope_own": FEN, "paid_fund_total": FEN,
        "paid_assistance": FEN, "diagnosis_name": TEXT, "warned_on": DATE, "household_id": TEXT,
    },
    money=frozenset({"own_total", "total", "in_scope", "in_scope_own", "paid_fund_total", "paid_assistance"}),
    key=("person_id", "year"),
)  # fmt: skip
"""High-cost people (高额费用预警), one row a person with running totals of the year."""

RECEIVED = Schema(
    name="received",
    required={"amount": FEN},
    optional={
        **WHO, "applied_on": DATE, "accepted_on": DATE, "paid_on": DATE, "benefit_year": WHOLE, "layer": TEXT,
        "claim_id": TEXT, "total": FEN, "status": TEXT, "reason": TEXT, "receipt_number": TEXT,
    },
    money=frozenset({"amount", "total"}),
    key=("receipt_number",),
)  # fmt: skip
"""Claims by hand, from receipt to payment (零星报销受理、支付)."""

AID = Schema(
    name="aid",
    required={"amount": FEN, "paid_on": DATE},
    optional={
        **WHO, "giver": TEXT, "project": TEXT, "illness": TEXT, "purpose": TEXT, "household_id": TEXT,
        "approved_on": DATE, "receipt_number": TEXT, "kind": TEXT,
    },
    money=frozenset({"amount"}),
    key=("receipt_number",),
)  # fmt: skip
"""What charity, the Red Cross, unions and others gave to a person."""

HOUSEHOLDS = Schema(
    name="households",
    required={"household_id": TEXT, "head_name": TEXT},
    optional={
        "head_certificate": TEXT, "phone": TEXT, "township": TEXT, "village": TEXT, "region": TEXT, "address": TEXT,
        "household_kind": TEXT, "monitored_as": TEXT, "household_size": WHOLE, "risk": TEXT, "monitored_on": DATE,
        "cleared_on": DATE, "cleared": TEXT, "measures": TEXT, "net_income": FEN, "net_income_each": FEN,
        "medical_own": FEN,
    },
    money=frozenset({"net_income", "net_income_each", "medical_own"}),
    key=("household_id",),
)  # fmt: skip
"""Monitored households (防返贫监测户)."""

MEMBERS = Schema(
    name="members",
    required={"household_id": TEXT, "person_name": TEXT},
    optional={
        **{name: dtype for name, dtype in WHO.items() if name != "person_name"}, "relation": TEXT, "health": TEXT,
        "schooling": TEXT, "work": TEXT, "insured": TEXT, "catastrophic_insured": TEXT, "dibao": TEXT, "tekun": TEXT,
        "assisted": TEXT, "disability_number": TEXT, "joined_on": DATE, "left_on": DATE,
    },
    key=("household_id", "certificate", "person_name"),
)  # fmt: skip
"""Members of monitored households."""

DISABILITIES = Schema(
    name="disabilities",
    required={"disability_number": TEXT},
    optional={**WHO, "category": TEXT, "grade": TEXT, "issued_on": DATE, "valid_to": DATE, "guardian": TEXT},
    key=("disability_number",),
)
"""Holders of a disability certificate (残疾人证): category 1–7, grade 1–4 as its last digits say."""

DEATHS = Schema(
    name="deaths",
    required={"person_name": TEXT, "died_on": DATE},
    optional={
        **{name: dtype for name, dtype in WHO.items() if name != "person_name"}, "registered_on": DATE, "note": TEXT,
    },
    key=("certificate", "person_name"),
)  # fmt: skip

INSTITUTIONS = Schema(
    name="institutions",
    required={"provider_id": TEXT, "provider_name": TEXT},
    optional={
        "provider_level": TEXT, "provider_kind": TEXT, "region": TEXT, "township": TEXT, "traits": TEXT,
        "from": DATE, "to": DATE,
    },
    key=("provider_id",),
)  # fmt: skip
"""Hospitals, clinics and pharmacies with their level."""

SCHEMAS = {schema.name: schema for schema in (CLAIMS, IDENTITIES, PERSONS, OPENING, AWARDS, CHANGES, MANUAL, TOTALS)}
"""The tables that are settled and audited."""

LISTS = {
    schema.name: schema
    for schema in (
        RECOGNITIONS, FLAGS, ENROLMENTS, SUBSIDIES, WARNINGS, RECEIVED, AID, HOUSEHOLDS, MEMBERS, DISABILITIES,
        DEATHS, INSTITUTIONS,
    )
}  # fmt: skip
"""What departments' files become before it is known who is meant: see ``tuodi.exchange.templates``."""


def conform(frame: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """``frame`` with exactly the schema's columns in its order; optional ones that are absent become null.

    Raises ``TableError`` for an unknown or missing column, a type that cannot be the declared one without
    loss, or a null in a required column.
    """
    columns, present = schema.columns, frame.schema
    for name in present:
        if name not in columns:
            raise TableError(f"table {schema.name}: unknown column {name!r}{nearest(name, list(columns))}")
    for name in schema.required:
        if name not in present:
            raise TableError(f"table {schema.name}: column {name!r} is missing; it is required")
    if list(present.items()) == list(columns.items()):
        return _complete(frame, schema)
    made = []
    for name, dtype in columns.items():
        if name not in present:
            made.append(pl.lit(None, dtype=dtype).alias(name))
            continue
        found = present[name]
        if name in schema.money and found.is_float():
            raise TableError(f"table {schema.name}: column {name!r} is {found}; money is Int64 fen, never a float")
        made.append(pl.col(name) if found == dtype else pl.col(name).cast(dtype, strict=True))
    try:
        result = frame.select(made)
    except pl.exceptions.PolarsError as error:
        raise TableError(f"table {schema.name}: {error}") from error
    return _complete(result, schema)


def _complete(frame: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """``frame``, in whose required columns there is no null."""
    for name in schema.required:
        nulls = frame[name].null_count()
        if nulls:
            row = frame[name].is_null().arg_max()
            raise TableError(f"table {schema.name}: column {name!r} is empty in {nulls} rows, first in row {row}")
    return frame
