"""What an audit leaves: declared frames, so that a report can be written from them without a rule in mind.

Enters: nothing. Leaves: :class:`AuditResult`, the schema of each of its frames (:data:`FRAMES`), the ids of
kinds, causes, hits, reasons and notes. Money is ``Int64`` fen, dates are ``Date``. Imports ``tuodi.tables``.

Two words are kept apart. A *kind* says under which heading a lead stands in the report; a *cause* is a single
counterfactual that, settled again, gives the recorded payments to the fen. A lead without any has the kind
``unexplained``. ``direction`` says which way the money lies: ``owed`` (the law gives more than was paid) or
``over``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from tuodi.tables import DATE, FEN, TEXT, WHOLE

__all__ = [
    "CAUSES", "CLEARED_WHY", "FRAMES", "GRADES", "HITS", "KINDS", "NOTES", "TOTALS_STATES", "AuditMeta",
    "AuditResult", "LayerMeta", "SourceDocument", "empty",
]  # fmt: skip

TEXTS = pl.List(pl.String())
FENS = pl.List(pl.Int64())

GRADES = ("A", "B", "C")
"""A assistance and tilt aid, B catastrophic insurance, C basic insurance (only on request)."""

KINDS = (
    "recognised_not_flagged", "flagged_late", "lower_class_used", "tilt_missing", "not_one_stop",
    "away_manual_not_claimed", "referral_unclear", "reversal_not_resettled", "other_version", "cap_used_up",
    "owed_not_paid", "over_paid", "unexplained",
)  # fmt: skip
"""Headings of leads, in the order in which they stand in the report. ``owed_not_paid`` and ``over_paid`` take
what has a proved cause but none of the other headings; ``unexplained`` what no single cause reproduces."""

CAUSES: Mapping[str, str] = {
    "not_flagged": "recognised_not_flagged",
    "flagged_late": "flagged_late",
    "lower_identity": "lower_class_used",
    "tilt_missing": "tilt_missing",
    "not_one_stop": "not_one_stop",
    "away_not_claimed": "away_manual_not_claimed",
    "referral_taken_as_missing": "referral_unclear",
    "referral_not_asked": "referral_unclear",
    "reversal_kept": "reversal_not_resettled",
    "other_version": "other_version",
    "cap_counted_twice": "cap_used_up",
    "identity_not_used": "owed_not_paid",
    "look_back_not_applied": "owed_not_paid",
    "identity_unlisted": "over_paid",
    "identity_ended": "over_paid",
    "identity_early": "over_paid",
    "higher_identity": "over_paid",
    "cap_not_applied": "over_paid",
    "deductible_not_applied": "over_paid",
    "same_bill_twice": "over_paid",
    "paid_again_by_hand": "over_paid",
}
"""Cause → kind. Each cause is one counterfactual (``docs/reference/audit.md`` says which)."""

NOTES = ("maybe_repaid_elsewhere", "chain_differs", "cap_unknown_treated_as_none")
"""Remarks that a lead may carry: the export ends before late repayments can be seen · the whole chain by law
gives another amount than the layer by itself · an unknown cap was read as none."""

HITS = ("listed_not_paid", "listed_not_flagged", "flagged_late", "paid_by_hand", "offset_in_year")
"""What comparing lists alone would have reported. ``listed_not_paid``: on the list, a bill without payment ·
``listed_not_flagged``: on the list, the hospital saw no identity · ``flagged_late``: marked after a bill ·
``paid_by_hand``: the rest came by hand · ``offset_in_year``: bills differ, the year does not."""

CLEARED_WHY = (
    "deductible_not_reached", "cap_used_up", "identity_not_begun", "identity_ended", "no_class",
    "setting_not_covered", "purpose_not_covered", "place_not_covered", "authorisation_missing",
    "scheme_not_covered", "gate_not_met", "nothing_left", "rate_zero", "reversed", "paid_by_hand",
    "same_amount_by_law", "offset_in_year",
)  # fmt: skip
"""Why a hit is no lead."""

TOTALS_STATES = ("equal", "explained", "differs", "not_in_report")
"""``explained``: quarantined rows make up the difference · ``not_in_report``: the report lacks the month."""

FRAMES: Mapping[str, Mapping[str, pl.DataType]] = {
    # One row a grade, direction and kind.
    "summary": {
        "grade": TEXT, "direction": TEXT, "kind": TEXT, "leads": WHOLE, "people": WHOLE, "bills": WHOLE,
        "amount": FEN,  # ≥ 0: what would have to be paid (owed) or checked (over)
    },
    # One row a person, layer and counter year in which the law and the record differ.
    "leads": {
        "lead_id": TEXT,      # stable: the same person, layer and year give the same id in every run
        "person_id": TEXT, "layer": TEXT, "grade": TEXT, "counter_year": WHOLE,
        "direction": TEXT,    # owed | over
        "kind": TEXT,         # KINDS
        "recorded": FEN,      # paid at the window by the record, reversals taken off
        "manual": FEN,        # paid by hand
        "by_law": FEN,        # the layer by law on the earlier layers as paid (own error: the headline)
        "by_law_chain": FEN,  # the whole chain by law; null where it is undetermined
        "difference": FEN,    # by_law − recorded − manual, less what the tolerance hides; > 0 owed, < 0 over
        "causes": TEXTS,      # all that reproduce the record, in the order of CAUSES; empty: unexplained
        "claim_ids": TEXTS,   # bills that differ, in order of settlement
        "identities": TEXTS,  # identities on the list that made the class of those bills
        "notes": TEXTS,       # NOTES
        "pack": TEXT,         # id of the pack version(s) used, joined by ";"
    },
    # One row a lead and proved cause.
    "causes": {
        "lead_id": TEXT, "cause": TEXT, "kind": TEXT,
        "detail": TEXT,       # an identity, a pack id, claim ids joined by ";": what the cause names
        "since": DATE,        # flagged_late: the day of the flag; otherwise null
    },
    # One row a lead and bill of that person, layer and year (also bills that agree).
    "lead_bills": {
        "lead_id": TEXT, "claim_id": TEXT, "settled_at": pl.Datetime("us"), "status": TEXT,
        "recorded": FEN, "by_law_own": FEN, "by_law_chain": FEN, "difference": FEN, "differs": pl.Boolean(),
        "one_stop": pl.Boolean(),  # does the pack settle such a bill at the window? null: it does not say
    },
    # One row a person, layer, year, hit and reason.
    "cleared": {
        "person_id": TEXT, "layer": TEXT, "counter_year": WHOLE, "hit": TEXT, "why": TEXT,
        "claim_ids": TEXTS, "bills": WHOLE,
        "amount": FEN,        # in-scope money left on these bills before the layer, or what was paid by hand
    },
    # One row a person, layer and year that cannot be judged. Never counted as agreeing.
    "undetermined": {
        "person_id": TEXT, "layer": TEXT, "counter_year": WHOLE,
        "reason": TEXT,       # codes of settlement joined by ";"
        "bills": WHOLE,       # bills of the year that are undetermined in this layer
        "claim_ids": TEXTS,
        "recorded": FEN, "manual": FEN,
        "at_least": FEN,      # by law on the bills that could be computed
    },
    # One row a layer: how the persons × years divide. The counts of a layer add up to ``cases``.
    "agree": {
        "layer": TEXT, "grade": TEXT, "cases": WHOLE,
        "agree": WHOLE,             # to the fen
        "within_tolerance": WHOLE,  # differ by no more than the tolerance on every bill
        "offset": WHOLE,            # bills differ, the year's sum agrees
        "paid_by_hand": WHOLE,      # agree after payments by hand
        "leads": WHOLE, "undetermined": WHOLE,
        "hidden_bills": WHOLE, "hidden_amount": FEN,  # hidden by the tolerance: sum of absolute differences
    },
    # One row a month and measure of the platform's monthly report.
    "totals": {
        "month": TEXT, "measure": TEXT,
        "platform_count": WHOLE, "platform_amount": FEN,
        "file_count": WHOLE, "file_amount": FEN,
        "quarantined_count": WHOLE, "quarantined_amount": FEN,
        "difference_count": WHOLE, "difference": FEN,  # platform − file − quarantined
        "state": TEXT,        # equal | explained (by quarantined rows) | differs | not_in_report
    },
    # One row a person with a lead or undetermined.
    "persons": {
        "person_id": TEXT, "person_name": TEXT,
        "certificate": TEXT,  # masked: first six and last four characters
        "birth_date": DATE, "household_id": TEXT, "township": TEXT, "village": TEXT,
        "leads": WHOLE, "owed": FEN, "over": FEN,  # both ≥ 0
    },
    # What each list says of these persons.
    "intervals": {
        "person_id": TEXT,
        "origin": TEXT,       # recognised | flagged | hospital
        "identity": TEXT, "from": DATE, "to": DATE,
        "recognised_on": DATE, "pushed_on": DATE, "flagged_on": DATE, "source": TEXT,
        "claim_id": TEXT,     # hospital only: the bill on which it stands
    },
    # All bills of the persons with leads, in the counter years of their leads, in order of settlement.
    "bills": {
        "person_id": TEXT, "counter_year": WHOLE, "claim_id": TEXT, "stay_id": TEXT, "setting": TEXT,
        "provider_name": TEXT, "provider_level": TEXT, "place": TEXT, "authorisation": TEXT, "scheme": TEXT,
        "purpose": TEXT, "settle_mode": TEXT, "identity_at_hospital": TEXT,
        "admitted_on": DATE, "discharged_on": DATE, "settled_at": pl.Datetime("us"),
        "total": FEN, "in_scope": FEN, "first_self_pay": FEN, "over_limit": FEN, "out_of_catalogue": FEN,
        "paid_hospital": FEN, "status": TEXT, "reason": TEXT, "pack": TEXT,
    },
    # The settlement sheet of these bills: one row a bill and layer, in the order of the layers.
    "waterfalls": {
        "person_id": TEXT, "claim_id": TEXT, "step": WHOLE, "layer": TEXT,
        "state": TEXT,        # paid | outside | given | notional | undetermined
        "audited": pl.Boolean(), "class": TEXT,
        "base": FEN,
        "deductible_limit": FEN, "deductible_used": FEN, "deductible_taken": FEN,  # used: by earlier bills
        "bracket_amounts": FENS,            # amounts in each bracket
        "bracket_rates": pl.List(pl.Int64()),  # basis points
        "raw": FEN,           # before caps
        "cap": TEXT, "cap_cut": FEN,  # the cap that cut, and by how much
        "cap_limit": FEN, "cap_room": FEN,  # of that cap, or of the only one that reaches the bill
        "by_law": FEN, "recorded": FEN, "difference": FEN,
        "by_law_chain": FEN,  # with the audited layers before it by law as well; null where that is not known
        "citations": TEXTS,   # document, number and article, ready to print
        "reason": TEXT,
    },
}  # fmt: skip
"""Frame → column → type. A comment stands where the name does not say it all."""


@dataclass(frozen=True)
class SourceDocument:
    """A document that the pack cites."""

    key: str
    kind: str
    name: str
    title: str
    date: date | None
    address: str
    verified: bool


@dataclass(frozen=True)
class LayerMeta:
    """A layer of the pack: its words and whether it was audited."""

    id: str
    title: Mapping[str, str]
    grade: str
    audited: bool
    given: bool


@dataclass(frozen=True)
class AuditMeta:
    """On what the audit stands."""

    packs: tuple[str, ...]
    title: Mapping[str, str]
    documents: tuple[SourceDocument, ...]
    layers: tuple[LayerMeta, ...]
    class_titles: Mapping[str, Mapping[str, str]]
    window_from: date | None
    window_to: date | None
    as_of: date | None
    late_until: tuple[int, int] | None
    claims: int
    claims_people: int
    annulled: int
    quarantined: int
    identities: int
    flags: int | None
    manual: int
    sources_until: Mapping[str, date | None]
    tolerance: int
    hidden_bills: int
    hidden_amount: int
    hidden_people: int
    identities_from_one_list: bool
    identities_from_flags: tuple[str, ...] = ()
    """Identities that the recognising bodies' list never names: the flags are the only source, and count."""
    list_is_snapshot: bool = False
    """That list shows no end at all: identities that the flags show as ended count as recognised until then."""


def empty(name: str) -> pl.DataFrame:
    """The frame of that name without rows."""
    return pl.DataFrame(schema=dict(FRAMES[name]))


@dataclass(frozen=True)
class AuditResult:
    """Leads to verify, what was cleared, what could not be judged, and what lies beneath. Never a verdict."""

    meta: AuditMeta
    summary: pl.DataFrame
    leads: pl.DataFrame
    causes: pl.DataFrame
    lead_bills: pl.DataFrame
    cleared: pl.DataFrame
    undetermined: pl.DataFrame
    agree: pl.DataFrame
    totals: pl.DataFrame
    persons: pl.DataFrame
    intervals: pl.DataFrame
    bills: pl.DataFrame
    waterfalls: pl.DataFrame

    @property
    def headline(self) -> pl.DataFrame:
        """One row a grade and direction: ``grade direction leads people bills amount``, grade A first."""
        return (
            self.leads.group_by("grade", "direction")
            .agg(
                pl.len().cast(pl.Int64).alias("leads"),
                pl.col("person_id").n_unique().cast(pl.Int64).alias("people"),
                pl.col("claim_ids").list.len().sum().cast(pl.Int64).alias("bills"),
                pl.col("difference").sum().abs().alias("amount"),
            )
            .sort("grade", pl.col("direction") == "over")
        )

    @property
    def owed(self) -> pl.DataFrame:
        """Leads in which the law gives more than was paid."""
        return self.leads.filter(pl.col("direction") == "owed")

    @property
    def over(self) -> pl.DataFrame:
        """Leads in which more was paid than the law gives."""
        return self.leads.filter(pl.col("direction") == "over")

    @property
    def totals_agree(self) -> bool | None:
        """Whether the file agrees with the platform's monthly report to the fen; None without a report."""
        if self.totals.is_empty():
            return None
        return bool(self.totals["state"].is_in(["equal", "explained"]).all())

    def of_person(self, person_id: str) -> AuditResult:
        """The same result with the rows of one person only."""
        kept = self.leads.filter(pl.col("person_id") == person_id)["lead_id"]
        frames = {}
        for name in FRAMES:
            frame: pl.DataFrame = getattr(self, name)
            if "person_id" in frame.columns:
                frames[name] = frame.filter(pl.col("person_id") == person_id)
            elif "lead_id" in frame.columns:
                frames[name] = frame.filter(pl.col("lead_id").is_in(kept.implode()))
            else:
                frames[name] = frame
        return AuditResult(meta=self.meta, **frames)
