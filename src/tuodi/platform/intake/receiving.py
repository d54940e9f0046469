"""A file is taken in: sealed, recognised, given its sender and its terms; not yet read.

Enters: a stream, who brings it, what he says of it. Leaves: a :class:`Delivery` in state ``received`` (or
``unchanged``, where the very same file has been committed). Raises ``RefusedFileError``, ``UsageError``. Imports
``store``, ``terms``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePath
from typing import IO

from django.db import transaction

from tuodi.errors import FileError, UsageError, nearest
from tuodi.exchange import Guess, SourceTemplate, recognise, source_templates
from tuodi.platform.accounts.models import Grant
from tuodi.platform.ground import clock
from tuodi.platform.ground.words import _
from tuodi.platform.intake.models import Delivery
from tuodi.platform.intake.states import OPEN, move
from tuodi.platform.intake.store import opened, take_in
from tuodi.platform.intake.terms import months_later, terms_of
from tuodi.platform.intake.wording import of_error
from tuodi.platform.places.models import KINDS, Organisation

__all__ = [
    "Brought", "choose", "committed_before", "guesses_of", "receive", "sender_name", "senders", "sure", "template_of",
    "waiting_twin",
]  # fmt: skip

SURE, LEAD = 50, 10
"""Points from which a guess is taken without asking, and by how many it must lead."""


@dataclass(frozen=True)
class Brought:
    """What is said of a file that somebody brings; an empty ``source`` is to be recognised."""

    name: str
    via: str
    source: str = ""
    organisation: Organisation | None = None
    as_of: date | None = None
    given: dict[str, str] = field(default_factory=dict)


def template_of(source: str) -> SourceTemplate:
    """The template of a source. Raises ``UsageError`` for a name that there is not."""
    known = source_templates()
    if source not in known:
        raise UsageError(
            _("没有“{source}”这个来源；可用：{known}").format(source=source, known="、".join(known))
            + nearest(source, list(known))
        )
    return known[source]


def guesses_of(digest: str, name: str) -> list[Guess]:
    """Which sources a stored file may be of, the likeliest first. Raises ``FileError`` for what is no table at all."""
    with opened(digest, name) as path:
        return recognise(path, name=name)


def sure(guesses: list[Guess]) -> bool:
    """Whether the first guess is taken without asking."""
    if not guesses or guesses[0].score < SURE:
        return False
    return len(guesses) == 1 or guesses[0].score - guesses[1].score >= LEAD


def senders(template: SourceTemplate, grant: Grant) -> list[Organisation]:
    """Whose list it may be, for somebody who works on ``grant``: the likeliest first.

    One who is confined to his own office brings its files only; the policies of the database say the same.
    """
    own = grant.organisation
    if _confined(grant):
        return [own]
    there = Organisation.objects.filter(kind=template.sender, active=True, region_path__under=str(grant.region_path))
    found = sorted(there, key=lambda one: (one.pk != own.pk, one.region_path.count("."), one.name))
    return found or [own]


def _confined(grant: Grant) -> bool:
    from tuodi.platform.accounts.roles import role

    return "intake*" in role(grant.role).writes


def receive(stream: IO[bytes], brought: Brought, grant: Grant) -> Delivery:
    """Take a file in, under the grant's pass, in the caller's transaction.

    Where the source is neither said nor sure, the delivery waits in ``received`` with an empty ``source``.
    """
    stored = take_in(stream)
    name = PurePath(brought.name.replace("\\", "/")).name[:200] or "file"
    guesses: list[Guess] = []
    source, problem = brought.source, ""
    if source:
        template_of(source)
    else:
        try:
            guesses = guesses_of(stored.digest, name)
        except FileError as error:
            problem = of_error(error)
        source = guesses[0].code if sure(guesses) else ""
    given: dict[str, object] = {"columns": dict(brought.given)}
    if brought.as_of:
        given["as_of"] = brought.as_of.isoformat()
    owner = brought.organisation or grant.organisation
    delivery = Delivery(
        file_name=name, file_digest=stored.digest, size=stored.size, via=brought.via, received_by_id=grant.user_id,
        received_at=clock.now(), guesses=[vars(one) for one in guesses], given=given, organisation=owner,
        region_path=owner.region_path, source=source, expires_on=months_later(clock.today(), 1), problem=problem,
        legal_basis="", purpose="", ordered_on=grant.pk, as_of=brought.as_of,
    )  # fmt: skip
    if source:
        template = template_of(source)
        _fill(delivery, template, brought.organisation or senders(template, grant)[0])
    with transaction.atomic():
        delivery.save(force_insert=True)
        if problem:
            move(delivery, "reading")
            move(delivery, "refused", problem=problem)
        elif source:
            _same(delivery)
    return delivery


def choose(
    delivery: Delivery, source: str, organisation: Organisation, as_of: date | None, given: dict[str, str] | None = None
) -> Delivery:
    """Say (or change) whose list a delivery is, and what its day is; it is read anew after that."""
    template = template_of(source)
    _fill(delivery, template, organisation)
    delivery.given = {
        **{name: value for name, value in delivery.given.items() if name != "as_of_rows"},
        "as_of": as_of.isoformat() if as_of else None,
        "columns": {**delivery.given.get("columns", {}), **(given or {})},
    }
    delivery.as_of = as_of
    delivery.mapping = None
    with transaction.atomic():
        delivery.save(update_fields=[
            "source", "organisation", "region_path", "legal_basis", "purpose", "agreement", "expires_on", "given",
            "as_of", "mapping",
        ])  # fmt: skip
        _same(delivery)
    return delivery


def _fill(delivery: Delivery, template: SourceTemplate, organisation: Organisation) -> None:
    terms = terms_of(template, organisation)
    delivery.source, delivery.organisation = template.code, organisation
    delivery.region_path = organisation.region_path
    delivery.legal_basis, delivery.purpose, delivery.agreement = terms.legal_basis, terms.purpose, terms.number
    delivery.expires_on = months_later(clock.today(), terms.retention_months)


def committed_before(delivery: Delivery) -> Delivery | None:
    """The committed delivery of the same bytes by the same sender for the same list, and for the same day."""
    found = Delivery.objects.filter(
        file_digest=delivery.file_digest, source=delivery.source, organisation_id=delivery.organisation_id,
        state="committed",
    ).exclude(pk=delivery.pk).order_by("-pk")  # fmt: skip
    said = delivery.given.get("as_of")
    for one in found:
        if not said or (one.as_of and one.as_of.isoformat() == said):
            return one
    return None


def waiting_twin(delivery: Delivery) -> Delivery | None:
    """Another delivery of the same bytes for the same list that is still under way."""
    return (
        Delivery.objects.filter(
            file_digest=delivery.file_digest,
            source=delivery.source,
            organisation_id=delivery.organisation_id,
            state__in=OPEN,
        )
        .exclude(pk=delivery.pk)
        .first()
    )


def _same(delivery: Delivery) -> None:
    before = committed_before(delivery)
    if before is not None:
        move(delivery, "unchanged", same_as=before, as_of=before.as_of)


def sender_name(template: SourceTemplate) -> str:
    """The word for the kind of office that sends a list."""
    return _(KINDS[template.sender])
