"""On what footing a file comes in: the agreement in force with its sender, else what the source's template says.

Enters: a source, an organisation, a day. Leaves: :class:`Terms`, which each delivery copies. Imports ``models``.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from tuodi.exchange import SourceTemplate
from tuodi.platform.ground import clock
from tuodi.platform.intake.models import Agreement
from tuodi.platform.places.models import Organisation

__all__ = ["Terms", "agree", "in_force", "months_later", "terms_of"]


@dataclass(frozen=True)
class Terms:
    """By what right, for what, under which number, for how long; ``own``: a county's agreement says so."""

    legal_basis: str
    purpose: str
    number: str
    retention_months: int
    own: bool


def in_force(source: str, organisation: Organisation) -> Agreement | None:
    """The agreement with a sender about one of his lists."""
    return Agreement.objects.filter(source=source, organisation=organisation, ended_at__isnull=True).first()


def terms_of(template: SourceTemplate, organisation: Organisation) -> Terms:
    """What counts for the next file."""
    found = in_force(template.code, organisation)
    if found is not None:
        return Terms(found.legal_basis, found.purpose, found.number, found.retention_months, own=True)
    basis = template.legal_basis
    return Terms(f"{basis.zh}（{basis.citation}）", template.purpose["zh"], "", template.retention_months, own=False)


def months_later(day: date, months: int) -> date:
    """The same day so many months on, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@transaction.atomic
def agree(
    source: str, organisation: Organisation, *, legal_basis: str, purpose: str, number: str, retention_months: int
) -> Agreement:
    """Put a new agreement in force; the one before it ends and is kept. What has come in keeps its terms."""
    Agreement.objects.filter(source=source, organisation=organisation, ended_at__isnull=True).update(
        ended_at=clock.now()
    )
    return Agreement.objects.create(
        source=source, organisation=organisation, region_path=organisation.region_path, legal_basis=legal_basis,
        purpose=purpose, number=number, retention_months=retention_months,
    )  # fmt: skip
