"""Invented people and list rows for the tests of these pages, written as the program itself would write them.

Leaves: :class:`Rows`, which needs the pass of somebody who may write. Dates are given or reckoned from today.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from tuodi.exchange import source_templates
from tuodi.platform.accounts.models import Grant
from tuodi.platform.ground import clock
from tuodi.platform.ground.sealing import digest, seal
from tuodi.platform.intake.models import Delivery
from tuodi.platform.places.models import path_of
from tuodi.platform.registry.models import (
    Entry,
    Household,
    Identity,
    Membership,
    Person,
    ReviewPair,
    Settlement,
)

__all__ = ["VILLAGE", "Rows", "days_ago", "number_of"]

VILLAGE = "990121001001"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def days_ago(days: int) -> date:
    """A day before today."""
    return clock.today() - timedelta(days=days)


def number_of(born: date, ordinal: int, region: str = "990121") -> str:
    """An identity number of a region that does not exist, with its check character."""
    body = f"{region}{born:%Y%m%d}{ordinal:03d}"
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, body, strict=True))
    return body + "10X98765432"[total % 11]


class Rows:
    """Makes rows in the county of a grant."""

    def __init__(self, grant: int) -> None:
        self.grant = Grant.objects.select_related("organisation").get(id=grant)
        self.made = 0
        self.deliveries: dict[str, Delivery] = {}

    def delivery(self, source: str, as_of: date | None = None, name: str = "") -> Delivery:
        """The file of a source; the same for every row until another is asked for by its day."""
        if source in self.deliveries and as_of is None:
            return self.deliveries[source]
        office = self.grant.organisation
        self.deliveries[source] = Delivery.objects.create(
            organisation=office, region_path=office.region_path, source=source, file_name=name or f"{source}.xlsx",
            file_digest=sha256(f"{source}{as_of}".encode()).hexdigest(), size=1, via="page", state="committed",
            as_of=as_of or clock.today(), legal_basis="虚构", purpose="虚构", expires_on=date(2040, 1, 1),
            received_by=self.grant.user, received_at=clock.now(), committed_by=self.grant.user,
            committed_at=clock.now(),
        )  # fmt: skip
        return self.deliveries[source]

    def person(self, name: str, born: date | None = date(1968, 4, 12), village: str = VILLAGE, **more: Any) -> Person:
        """A person with number, phone and account, living in a village."""
        self.made += 1
        path = path_of(village)
        number = more.pop("number", number_of(born, 100 + self.made) if born else "")
        phone, account = more.pop("phone", f"139001{self.made:05d}"), more.pop("account", f"62280099000{self.made:05d}")
        places = [path_of(code) for code in (more.get("insured_region"), more.get("registered_region")) if code]
        return Person.objects.create(
            name=name, birth_date=born, sex=more.pop("sex", "female"), region_path=path, places=[path, *places],
            number_digest=digest("number", number) if number else None,
            number_sealed=seal("number", number) if number else None,
            certificate_kind="resident_id" if number else "",
            insurer_number=more.pop("insurer", f"9901212600{self.made:07d}"),
            phone_digest=digest("phone", phone), phone_sealed=seal("phone", phone),
            account_digest=digest("account", account), account_sealed=seal("account", account), **more,
        )  # fmt: skip

    def entry(self, person: Person, source: str, *, sealed: dict[str, str] | None = None, **data: Any) -> Entry:
        """A row of a source's list; ``until``, ``ended_as`` and ``as_of`` are the row's own."""
        self.made += 1
        delivery = self.delivery(source)
        own = {name: data.pop(name) for name in ("until", "ended_as", "linked_by") if name in data}
        as_of = data.pop("as_of", delivery.as_of)
        said = {name: value.isoformat() if isinstance(value, date) else value for name, value in data.items()}
        return Entry.objects.create(
            organisation=delivery.organisation, region_path=person.region_path, source=source,
            target=source_templates()[source].target.name, key_digest=digest("row", f"{source}{self.made}"),
            content_digest=digest("row", f"content{self.made}"), person=person, data=said,
            sealed=seal("row", json.dumps(sealed)) if sealed else None, as_of=as_of, delivery=delivery, row=self.made,
            **{"linked_by": "same_number", **own},
        )  # fmt: skip

    def identity(
        self, person: Person, source: str, identity: str, start: date, end: date | None = None, **more: Any
    ) -> Identity:
        """An interval of a source."""
        delivery = self.delivery(source)
        return Identity.objects.create(
            organisation=delivery.organisation, region_path=person.region_path, person=person, source=source,
            identity=identity, from_date=start, to_date=end, delivery=delivery, **more,
        )  # fmt: skip

    def household(self, source: str, head: Person, *members: tuple[Person, str], **more: Any) -> Household:
        """A household of a source with its head and members."""
        self.made += 1
        delivery = self.delivery(source)
        common = {"organisation": delivery.organisation, "region_path": head.region_path, "delivery": delivery}
        made = Household.objects.create(
            source=source, key=f"H{self.made}", head_name=head.name, from_date=days_ago(400), **common, **more
        )
        for person, relation in ((head, "head"), *members):
            Membership.objects.create(
                household=made, person=person, relation=relation, from_date=days_ago(400), **common
            )
        return made

    def bill(self, person: Person, on: date, **money: Any) -> Settlement:
        """A settled bill; what is not given is nothing."""
        self.made += 1
        delivery = self.delivery("settlements")
        zero = dict.fromkeys(
            ("total", "in_scope", "first_self_pay", "over_limit", "out_of_catalogue", "paid_basic", "paid_catastrophic",
             "paid_assistance", "paid_tilt", "paid_other", "own_total"), 0)  # fmt: skip
        moment = clock.now().replace(year=on.year, month=on.month, day=on.day, hour=4)
        return Settlement.objects.create(
            organisation=delivery.organisation, region_path=person.region_path, claim_id=f"C{self.made}", person=person,
            source="settlements", benefit_year=on.year, discharged_on=on, settled_at=moment, delivery=delivery,
            **{
                **zero, "setting": "inpatient", "provider_name": "岚汀县人民医院",
                "diagnosis_name": "胃恶性肿瘤", **money,
            },
        )  # fmt: skip

    def pair(self, one: Person, other: Person, **more: Any) -> ReviewPair:
        """Two files that may be one person."""
        return ReviewPair.objects.create(
            one=one, other=other, region_path=one.region_path, **{"rule": "likely", "score": 8421, **more}
        )
