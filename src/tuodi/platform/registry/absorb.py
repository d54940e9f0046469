"""From read deliveries to one person, one file: what a delivery would change, and the change itself.

Enters: a :class:`~tuodi.platform.intake.models.Delivery`, its template, the pieces that ``tuodi.exchange`` read; the
caller's transaction and pass. Leaves: :class:`Foreseen`, :class:`Absorbed`; rows of the register. All or nothing: an
error leaves the caller's transaction to be undone. Raises ``NotAllowedError`` before any work where the pass does not
reach. May import ``tuodi.exchange``, ``tuodi.identity``, ``ground``, ``places``, ``intake.models``, this room.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from django.db import connection

from tuodi.errors import UsageError
from tuodi.exchange import Delivery as Read
from tuodi.exchange import SourceTemplate
from tuodi.platform.intake.models import Delivery
from tuodi.platform.registry import absorb_lists, derive
from tuodi.platform.registry.absorb_claims import Settled, absorb_claims
from tuodi.platform.registry.absorb_places import Places
from tuodi.platform.registry.absorb_rights import NotAllowedError, demand_rights
from tuodi.platform.registry.absorb_rows import arrived, day_of
from tuodi.platform.registry.linking_people import Context
from tuodi.platform.registry.store import planned

__all__ = ["Absorbed", "Foreseen", "NotAllowedError", "absorb", "foresee"]

Progress = Callable[[int, int | None], None]
"""Called with the rows done and, where it is known, the rows in all."""

_SAMPLES = 20


@dataclass(frozen=True)
class Foreseen:
    """``counts``: added, changed, left, unchanged, older (refused: something newer is known), held.

    ``samples``: first rows of added, changed (with ``changes``: column, old, new) and left, as plain values.
    """

    counts: dict[str, int]
    samples: dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Absorbed:
    """``counts`` as :class:`Foreseen`, and persons (made), review (left for an officer), identities, households.

    ``rules``: how many profiles were linked by which rule of ``tuodi.identity``.
    """

    counts: dict[str, int]
    rules: dict[str, int] = field(default_factory=dict)


def foresee(delivery: Delivery, template: SourceTemplate, pieces: Iterable[Read]) -> Foreseen:
    """What :func:`absorb` would do; nothing of the register changes."""
    with connection.cursor() as cursor, planned(cursor):
        context, first, as_of = _begin(cursor, delivery, template, pieces)
        if template.target.name == "claims":
            done = absorb_claims(context, template, first, as_of, _silent, writing=False, samples=_SAMPLES)
            return Foreseen(done.counts, {**done.first, "left": []})
        found = absorb_lists.compare(context, template, arrived(template, first), as_of)
        return Foreseen(found.counts, absorb_lists.samples(found, _SAMPLES))


def absorb(
    delivery: Delivery, template: SourceTemplate, pieces: Iterable[Read], progress: Progress | None = None
) -> Absorbed:
    """Write a delivery into the register, find out who each row means, and derive what follows for these people."""
    tell = progress or _nobody

    def at(rows: int) -> None:
        tell(rows, None)

    with connection.cursor() as cursor, planned(cursor):
        context, first, as_of = _begin(cursor, delivery, template, pieces)
        if template.target.name == "claims":
            settled = absorb_claims(context, template, first, as_of, at, writing=True)
            return Absorbed({**settled.counts, **_made(settled)}, settled.rules)
        compared = absorb_lists.compare(context, template, arrived(template, first), as_of)
        written = absorb_lists.write(context, template, compared, as_of, at)
        derived = derive.derive(context, written.persons, written.born, written.households)
        return Absorbed({**compared.counts, **_made(written), **derived}, written.rules)


def _made(done: Settled | absorb_lists.Written) -> dict[str, int]:
    return {"persons": done.made, "review": done.review}


def _begin(
    cursor: Any, delivery: Delivery, template: SourceTemplate, pieces: Iterable[Read]
) -> tuple[Context, Iterable[Read], Any]:
    """Rights asked, the first piece looked at for its date. Raises ``UsageError`` where there is no piece."""
    if not connection.in_atomic_block:
        raise UsageError("a delivery is absorbed in one transaction: open one first (transaction.atomic)")
    target, region = template.target.name, str(delivery.region_path)
    demand_rights(cursor, target, region, delivery.organisation_id)
    rest = iter(pieces)
    head = next(rest, None)
    if head is None:
        raise UsageError(f"{template.code}: a delivery has at least one piece; none was handed over")
    places = Places(cursor, region)
    context = Context(
        cursor, delivery.source, target, delivery.pk, delivery.organisation_id, region, places,
        str(delivery.pk),
    )  # fmt: skip
    return context, chain([head], rest), day_of(delivery.as_of, head.as_of, template.code)


def _silent(rows: int) -> None:
    del rows


def _nobody(rows: int, of: int | None) -> None:
    del rows, of
