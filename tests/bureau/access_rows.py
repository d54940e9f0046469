"""One row of everything that an address can name, in the own county: what the access matrix is walked on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings

from bureau.registry_pages.rows import Rows
from tuodi.platform.accounts.models import Grant, User
from tuodi.platform.api.models import ApiKey
from tuodi.platform.auditing.models import AuditRun
from tuodi.platform.ground import clock
from tuodi.platform.ground.passes import enter
from tuodi.platform.intake.models import Delivery
from tuodi.platform.packages.models import Package, TrustedKey
from tuodi.platform.places.models import Organisation
from tuodi.platform.registry.models import LinkEvent, ReviewPair

__all__ = ["Stage", "staged"]


@dataclass(frozen=True)
class Stage:
    """The rows' numbers, by the names that stand in the table."""

    numbers: dict[str, Any]


def staged(seats: Any) -> Stage:
    """Make the rows, each as somebody who may."""
    enter(seats["insurance_officer", "own"])
    rows = Rows(seats["insurance_officer", "own"])
    one, other = rows.person("苏青禾"), rows.person("苏青和")
    rows.entry(one, "civil_affairs_monthly", identity="dibao")
    rows.identity(one, "civil_affairs_monthly", "dibao", date(2024, 1, 1))
    household = rows.household("civil_affairs_monthly", one, (other, "spouse"))
    rows.bill(one, date(2024, 5, 1), total=100000)
    delivery = rows.delivery("civil_affairs_monthly")
    waiting = Delivery.objects.get(pk=rows.delivery("identity_flags", date(2024, 12, 1)).pk)
    Delivery.objects.filter(pk=waiting.pk).update(state="previewed", committed_at=None, committed_by=None)
    pair = ReviewPair.objects.create(one=one, other=other, region_path=one.region_path, rule="likely", score=8000)
    run = AuditRun.objects.create(
        organisation=delivery.organisation, region_path=delivery.region_path, pack="cn/321300/2024",
        as_of=date(2024, 12, 31), state="done", folder="matrix", made_by=rows.grant.user, made_at=clock.now(),
        counts={"persons": 1, "bills": 1, "leads": 0, "cleared": 0, "undetermined": 0, "kinds": []},
    )  # fmt: skip
    folder = settings.TUODI_HOME / "audits" / "matrix"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.html").write_text("<!doctype html><title>x</title>", "utf-8")
    (folder / "persons.json").write_text("{}", "utf-8")
    enter(seats["insurance_reviewer", "own"])
    event = LinkEvent.objects.create(
        kind="merge", source_person=other, into_person=one, region_path=one.region_path, by=rows.grant.user,
        at=clock.now(), reason="虚构",
    )  # fmt: skip
    enter(seats["system_admin", "own"])
    office = Organisation.objects.get(kind="civil_affairs", region_id="990121000000")
    account = User.objects.create_user("matrix", "invented-Words-1", display_name="矩阵", organisation=office)
    admin = Grant.objects.select_related("user").get(pk=seats["system_admin", "own"])
    grant = Grant.objects.create(
        user=account, role="civil_affairs_officer", region=office.region, region_path=office.region_path,
        organisation=office, valid_from=clock.today(), reason="虚构", made_by=admin.user,
    )  # fmt: skip
    key = ApiKey.objects.create(
        name="虚构", grant_id=seats["insurance_officer", "own"], region_path=office.region_path, digest=b"x" * 16,
        head="x", purpose="虚构", legal_basis="虚构", expires_on=date(2040, 1, 1), made_by=admin.user,
    )  # fmt: skip
    trusted = TrustedKey.objects.create(
        name="虚构", zone="extranet", fingerprint="x", public_key=b"x" * 32, region_path=office.region_path,
        made_by=admin.user,
    )  # fmt: skip
    enter(seats["insurance_reviewer", "own"])
    package = Package.objects.create(
        direction="made", kind="hardship_check", from_zone="insurance", to_zone="extranet", fields=[], rows=0,
        digest="x", key="x", purpose="虚构", office="虚构", as_of=date(2024, 12, 31), packed_at=clock.now(),
        made_by=rows.grant.user, made_at=clock.now(), region_path=office.region_path,
    )  # fmt: skip
    return Stage({
        "key": key.pk, "trusted": trusted.pk, "package": package.pk, "person": one.pk, "household": household.pk,
        "delivery": delivery.pk, "waiting": waiting.pk, "pair": pair.pk, "event": event.pk, "run": run.pk,
        "user": account.pk, "grant": grant.pk, "office": office.pk, "batch": str(delivery.pk),
    })  # fmt: skip
