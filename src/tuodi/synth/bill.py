"""One bill of the invented county.

Leaves: :class:`Bill`, a row of the claims table with what the platform took for true beside it. Imports
``tuodi.synth`` and ``tuodi.tables``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

from tuodi.synth.county import Provider
from tuodi.tables import CLAIMS

__all__ = ["FUNDS", "MONEY", "Bill"]


@dataclass
class Bill:
    """One bill; field names are those of the claims table, ``provider`` and ``tags`` aside."""

    claim_id: str
    person_id: str
    stay_id: str
    setting: str
    purpose: str
    provider: Provider
    authorisation: str | None
    admitted_on: date
    discharged_on: date
    settled_at: datetime
    diagnosis: str
    diagnosis_name: str
    scheme: str
    person_type: str
    total: int
    out_of_catalogue: int
    over_limit: int
    first_self_pay: int
    in_scope: int
    settle_mode: str = "online"
    reverses: str | None = None
    identity_at_hospital: str | None = None
    paid_basic: int | None = 0
    paid_catastrophic: int | None = 0
    paid_large_sum: int | None = 0
    paid_assistance: int | None = 0
    paid_tilt: int | None = 0
    paid_other: int | None = 0
    paid_hospital: int = 0
    paid_account: int = 0
    copies_of: str | None = None
    """The bill that this one settles a second time."""
    at_window: bool = True
    """Whether the bill went through the aid window at all; one that did not was paid no aid."""
    platform: dict[str, Any] = field(default_factory=dict)
    """What the platform took for a column, where that is not what the file says."""
    tags: list[str] = field(default_factory=list)

    @property
    def fund_total(self) -> int:
        """All funds together, without the person's own account and the hospital's part."""
        return sum(getattr(self, name) or 0 for name in FUNDS)

    @property
    def own_total(self) -> int:
        """What is left to the person, account money included."""
        return self.total - self.fund_total - self.paid_hospital

    @property
    def paid_cash(self) -> int:
        """The person's part that no account paid."""
        return self.own_total - self.paid_account

    def row(self) -> dict[str, Any]:
        """The bill as a row of the claims table; unknown is ``None``."""
        row: dict[str, Any] = dict.fromkeys(CLAIMS.columns)
        row.update({name: getattr(self, name) for name in _SHARED})
        row.update(
            provider_id=self.provider.code,
            provider_name=self.provider.name,
            provider_level=self.provider.level,
            provider_traits=self.provider.traits or None,
            place=self.provider.place,
            care_region=self.provider.region,
            paid_fund_total=self.fund_total,
            own_total=self.own_total,
            paid_cash=self.paid_cash,
        )
        return row


FUNDS = ("paid_basic", "paid_catastrophic", "paid_large_sum", "paid_assistance", "paid_tilt", "paid_other")
MONEY = (
    "total",
    "out_of_catalogue",
    "over_limit",
    "first_self_pay",
    "in_scope",
    *FUNDS,
    "paid_hospital",
    "paid_account",
)
"""The money fields of a bill; a reversal negates them all."""
_SHARED = tuple(each.name for each in fields(Bill) if each.name in CLAIMS.columns)
