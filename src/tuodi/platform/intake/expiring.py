"""Files whose keeping time is over leave the store; what was taken from them into the register has terms of its own.

Enters: today's date. Leaves: how many files were removed. Works on the grants of the service accounts for imports, for
the places in their scope. Imports ``models``, ``ordering``, ``store``.
"""

from __future__ import annotations

from datetime import date

from tuodi.platform.ground import passes
from tuodi.platform.intake import store
from tuodi.platform.intake.models import Delivery
from tuodi.platform.intake.ordering import importers

__all__ = ["expire"]


def expire(today: date) -> int:
    """Remove every stored file of which no delivery has to be kept any longer; the deliveries themselves stay."""
    over: set[str] = set()
    kept: set[str] = set()
    for grant in importers():
        with passes.standing_as(grant.pk, reason="keeping time of files"):
            for digest, until in Delivery.objects.order_by().values_list("file_digest", "expires_on").distinct():
                (over if until < today else kept).add(digest)
    return sum(store.remove(digest) for digest in sorted(over - kept))
