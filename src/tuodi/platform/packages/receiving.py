"""A package received: verified, recorded once, and handed to intake as a file like any other.

Enters: bytes, a standing. Leaves: :class:`Received`; the rows go through preview, quarantine and commit as every
delivery does. Raises ``PackageError`` for one that is not taken. Imports ``intake.receiving``.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from tuodi.platform.accounts.people import under
from tuodi.platform.accounts.standing import Standing
from tuodi.platform.ground import clock
from tuodi.platform.intake.models import Delivery
from tuodi.platform.intake.receiving import Brought, receive, template_of
from tuodi.platform.intake.tasks import order
from tuodi.platform.packages.form import Opened, PackageError, Trusted, unpack
from tuodi.platform.packages.kinds import kinds
from tuodi.platform.packages.models import Package, TrustedKey
from tuodi.platform.places.models import Organisation, Region

__all__ = ["Received", "opened", "take_in", "trusted"]


@dataclass(frozen=True)
class Received:
    """The record and the delivery; ``again``: the same package had come before, and nothing was done."""

    package: Package
    delivery: Delivery | None
    again: bool


def trusted(print_of: str) -> Trusted | None:
    """The key of a fingerprint, if it is confirmed and not ended."""
    key = TrustedKey.objects.filter(
        fingerprint=print_of, confirmed_at__isnull=False, ended_at__isnull=True
    ).first()  # fmt: skip
    return Trusted(bytes(key.public_key), key.zone, key.name) if key else None


def opened(content: bytes) -> Opened:
    """The package verified against the keys of this installation."""
    return unpack(content, trusted, settings.TUODI_ZONE, kinds())


@transaction.atomic
def take_in(standing: Standing, content: bytes) -> Received:
    """Take a package in. Another region's is refused as one of another zone is."""
    package = opened(content)
    said = package.manifest
    region = Region.objects.filter(code=said.region).first()
    if region is None or not under(str(region.path), standing.region_path):
        raise PackageError("wrong_zone", said.region[:12])
    before = Package.objects.filter(direction="received", digest=package.digest).first()
    if before is not None:
        return Received(before, Delivery.objects.filter(pk=before.delivery_id).first(), True)
    template = template_of(package.kind.source)
    sender = Organisation.objects.filter(region=region, kind=template.sender, active=True).order_by("id").first()
    name = f"{package.kind.code}-{said.as_of}-{package.digest[:8]}.csv"
    delivery = receive(
        io.BytesIO(package.data),
        Brought(name, "package", package.kind.source, sender, date.fromisoformat(said.as_of)),
        standing.grant,
    )
    if delivery.state == "received":
        delivery.progress = {"step": "queued", "done": 0, "total": 0, "at": clock.now().isoformat()}
        delivery.save(update_fields=["progress"])
        order("preview", delivery, standing.grant.pk)
    kept = Package.objects.create(
        direction="received", kind=said.kind, from_zone=said.from_zone, to_zone=said.to_zone, region_path=region.path,
        fields=said.fields, rows=said.rows, digest=package.digest, key=said.key, purpose=said.purpose,
        office=said.office, as_of=said.as_of, packed_at=datetime.fromisoformat(said.packed_at),
        made_by=standing.user, made_at=clock.now(), delivery_id=delivery.pk,
    )  # fmt: skip
    return Received(kept, delivery, False)
