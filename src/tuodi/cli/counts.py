"""How many bills of each status and, where one could not be settled, of each reason: one tally for every way to settle.

Enters: groups of equal status and reason with their size. Leaves: what the summary prints. Imports nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["tally"]

OPEN = ("undetermined", "quarantined")
"""Statuses of which the reasons are told."""


def tally(groups: Iterable[tuple[str, str | None, int]]) -> tuple[dict[str, int], dict[str, dict[str, int]]]:
    """Status → how many; status → reason code → how many. Groups of no bills leave no trace."""
    statuses: dict[str, int] = {}
    reasons: dict[str, dict[str, int]] = {}
    for status, reason, count in groups:
        if not count:
            continue
        statuses[status] = statuses.get(status, 0) + count
        if status in OPEN:
            for code in filter(None, (reason or "").split(";")):
                own = reasons.setdefault(status, {})
                own[code] = own.get(code, 0) + count
    return (
        dict(sorted(statuses.items())),
        {status: dict(sorted(own.items())) for status, own in sorted(reasons.items())},
    )
