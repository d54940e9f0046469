"""One person, one file: persons, the list rows behind them, identities, households, settlements, doubtful links.

Nothing that concerns a person is overwritten: a list row that changes is ended and followed by another, a corrected
settlement is superseded, a merge is an event that can be undone.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex
from django.db import models

from tuodi.platform.accounts.models import User
from tuodi.platform.ground.grades import Graded, highly_sensitive, internal, sensitive
from tuodi.platform.ground.models import LtreeField
from tuodi.platform.ground.protection import Protection
from tuodi.platform.intake.models import Delivery, Held
from tuodi.platform.places.models import Organisation
from tuodi.tables import PARTS, PAYERS

__all__ = [
    "MONEY", "TEXTS", "Entry", "Household", "Identity", "LinkEvent", "Membership", "OtherNumber", "Person",
    "ReviewPair",
    "Settlement",
]  # fmt: skip

INSIDE = frozenset({"insurance", "extranet"})
ONLY_INSURANCE = frozenset({"insurance"})
_HELD = {"id": internal(), "organisation": internal(), "region_path": internal()}


class Person(models.Model):
    """One person. ``places``: the paths of where insured, living and registered; any of them in scope shows the row."""

    id = models.BigAutoField(primary_key=True)
    number_digest = models.BinaryField(null=True)
    """Of a number that can be relied upon; empty where ``number_sealed`` holds what was typed and cannot be right."""
    number_sealed = models.BinaryField(null=True)
    certificate_kind = models.CharField(max_length=30, blank=True)
    insurer_number = models.CharField(max_length=30, blank=True)
    name = models.CharField(max_length=80)
    sex = models.CharField(max_length=10, blank=True)
    birth_date = models.DateField(null=True)
    phone_digest = models.BinaryField(null=True)
    phone_sealed = models.BinaryField(null=True)
    account_digest = models.BinaryField(null=True)
    account_sealed = models.BinaryField(null=True)
    address = models.CharField(max_length=200, blank=True)
    region_path = LtreeField()
    """Where the person lives, to the village where that is known."""
    insured_region = models.CharField(max_length=12, blank=True)
    registered_region = models.CharField(max_length=12, blank=True)
    places = ArrayField(LtreeField())
    died_on = models.DateField(null=True)
    provisional = models.BooleanField(default=False)
    """Made of a row that may mean somebody else: an officer has still to decide (``ReviewPair``)."""
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")
    first_delivery = models.ForeignKey(Delivery, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    zones = INSIDE
    protection = Protection(domain="person", region="places", organisation="", bulk=True)
    grades: dict[str, Graded] = {
        "id": internal(), "certificate_kind": internal(), "insurer_number": sensitive("number"),
        "number_digest": highly_sensitive("blank"), "number_sealed": highly_sensitive("number"),
        "phone_digest": highly_sensitive("blank"), "phone_sealed": highly_sensitive("phone"),
        "account_digest": highly_sensitive("blank"), "account_sealed": highly_sensitive("account"),
        "name": sensitive("name"), "sex": internal(), "birth_date": sensitive("date"), "address": sensitive("text"),
        "region_path": internal(), "insured_region": internal(), "registered_region": internal(),
        "places": internal(), "died_on": sensitive("date"), "provisional": internal(),
        "merged_into": internal(), "first_delivery": internal(),
        "made_at": internal(),
    }  # fmt: skip

    class Meta:
        db_table = "registry_person"
        indexes = (
            models.Index(fields=["number_digest"], name="person_by_number"),
            models.Index(fields=["insurer_number"], name="person_by_insurer_number"),
            models.Index(fields=["phone_digest"], name="person_by_phone"),
            models.Index(fields=["account_digest"], name="person_by_account"),
            models.Index(fields=["name", "birth_date"], name="person_by_name"),
            GistIndex(fields=["places"], name="person_by_places"),
        )

    def __str__(self) -> str:
        return f"person {self.pk}"


class OtherNumber(models.Model):
    """A further number by which a person is found: a former identity number, an insurer's number of another place."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="other_numbers")
    kind = models.CharField(max_length=10)
    """number or insurer."""
    digest = models.BinaryField()
    sealed = models.BinaryField()
    places = ArrayField(LtreeField())
    """The person's, so that both are seen by the same people."""
    delivery = models.ForeignKey(Delivery, models.PROTECT, null=True, related_name="+")
    zones = INSIDE
    protection = Protection(domain="person", region="places", organisation="", bulk=True)
    grades: dict[str, Graded] = {
        "id": internal(), "person": internal(), "kind": internal(), "digest": highly_sensitive("blank"),
        "sealed": highly_sensitive("number"), "places": internal(), "delivery": internal(),
    }  # fmt: skip

    class Meta:
        db_table = "registry_othernumber"
        indexes = (models.Index(fields=["digest"], name="other_by_digest"),)
        constraints = (models.UniqueConstraint(fields=["person", "kind", "digest"], name="one_other_number_once"),)


class Entry(Held):
    """A row of a department's list, as one version: it holds from ``as_of`` until ``until``.

    ``data`` holds the columns of the target table that lie open, ``sealed`` those that must not (a JSON text); which is
    which says the source's template, with a grade for each column.
    """

    id = models.BigAutoField(primary_key=True)
    source = models.CharField(max_length=60)
    target = models.CharField(max_length=30)
    key_digest = models.BinaryField()
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="entries", db_index=False)
    linked_by = models.CharField(max_length=40, blank=True)
    """The rule by which it is this person: a name of ``tuodi.identity``, or ``officer``."""
    household_key = models.CharField(max_length=100, blank=True)
    content_digest = models.BinaryField()
    """Keyed hash of all that the row says: the same row sent again is seen without opening anything."""
    data = models.JSONField(default=dict)
    sealed = models.BinaryField(null=True)
    as_of = models.DateField()
    until = models.DateField(null=True)
    ended_as = models.CharField(max_length=10, blank=True)
    """left (动态调出), changed, or withdrawn."""
    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="+")
    ended_by = models.ForeignKey(Delivery, models.PROTECT, null=True, related_name="+")
    row = models.PositiveIntegerField(default=0)
    zones = INSIDE
    protection = Protection(domain="entry", target="target", bulk=True)
    grades: dict[str, Graded] = {
        **_HELD, "source": internal(), "target": internal(), "key_digest": highly_sensitive("blank"),
        "content_digest": highly_sensitive("blank"), "person": internal(), "linked_by": internal(),
        "household_key": internal(), "data": sensitive("text"),
        "sealed": highly_sensitive("blank"), "as_of": internal(), "until": internal(), "ended_as": internal(),
        "delivery": internal(), "ended_by": internal(), "row": internal(),
    }  # fmt: skip

    class Meta:
        db_table = "registry_entry"
        indexes = (
            models.Index(fields=["person", "target"], name="entries_of_a_person"),
            models.Index(fields=["target", "source"], name="entries_now", condition=models.Q(until__isnull=True)),
            models.Index(
                fields=["source", "household_key"], name="entries_of_a_household", condition=~models.Q(household_key="")
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["source", "organisation", "key_digest"], condition=models.Q(until__isnull=True),
                name="one_entry_a_key_now",
            ),
        )  # fmt: skip


class Identity(Held):
    """An identity as one source gives it: a dated interval, both ends included; no end is open."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="identities")
    identity = models.CharField(max_length=30)
    source = models.CharField(max_length=60)
    from_date = models.DateField()
    to_date = models.DateField(null=True)
    recognised_on = models.DateField(null=True)
    flagged_on = models.DateField(null=True)
    ended_as = models.CharField(max_length=12, blank=True)
    """stated (the source gives an end), left (it was missing from a later list), or empty."""
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+")
    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="+")
    superseded = models.BooleanField(default=False)
    """A later version of the same interval stands beside it; kept, not shown."""
    zones = INSIDE
    protection = Protection(domain="identity", bulk=True)
    grades: dict[str, Graded] = {
        **_HELD, "person": internal(), "identity": sensitive("blank"), "source": internal(),
        "from_date": sensitive("date"),
        "to_date": sensitive("date"), "recognised_on": sensitive("date"), "flagged_on": sensitive("date"),
        "ended_as": internal(), "entry": internal(), "delivery": internal(), "superseded": internal(),
    }  # fmt: skip

    class Meta:
        db_table = "registry_identity"
        indexes = (
            models.Index(fields=["source", "identity"], name="identities_now", condition=models.Q(superseded=False)),
        )


class Household(Held):
    """A household as one source knows it."""

    id = models.BigAutoField(primary_key=True)
    source = models.CharField(max_length=60)
    key = models.CharField(max_length=100)
    head_name = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=40, blank=True)
    monitored_as = models.CharField(max_length=40, blank=True)
    from_date = models.DateField()
    to_date = models.DateField(null=True)
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+")
    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="+")
    zones = INSIDE
    protection = Protection(domain="household", bulk=True)
    grades: dict[str, Graded] = {
        **_HELD, "source": internal(), "key": internal(), "head_name": sensitive("name"), "kind": sensitive("blank"),
        "monitored_as": sensitive("blank"), "from_date": internal(), "to_date": internal(), "entry": internal(),
        "delivery": internal(),
    }  # fmt: skip

    class Meta:
        db_table = "registry_household"
        constraints = (
            models.UniqueConstraint(
                fields=["source", "organisation", "key"], condition=models.Q(to_date__isnull=True),
                name="one_household_a_key_now",
            ),
        )  # fmt: skip


class Membership(Held):
    """Who belongs to a household, from when until when, by which source."""

    id = models.BigAutoField(primary_key=True)
    household = models.ForeignKey(Household, models.PROTECT, related_name="memberships")
    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    relation = models.CharField(max_length=20, blank=True)
    from_date = models.DateField()
    to_date = models.DateField(null=True)
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+")
    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="+")
    zones = INSIDE
    protection = Protection(domain="household", bulk=True)
    grades: dict[str, Graded] = {
        **_HELD, "household": internal(), "person": internal(), "relation": sensitive("blank"),
        "from_date": internal(), "to_date": internal(), "entry": internal(), "delivery": internal(),
    }  # fmt: skip

    class Meta:
        db_table = "registry_membership"


MONEY = (
    "total", *PARTS, *PAYERS, "paid_fund_total", "paid_hospital", "paid_account", "paid_account_shared", "paid_cash",
    "own_total", "deductible_recorded",
)  # fmt: skip
"""Columns of a settlement in fen."""

TEXTS = (
    "stay_id", "provider_id", "provider_name", "provider_level", "provider_traits", "setting", "purpose", "place",
    "authorisation", "scheme", "person_type", "diagnosis", "diagnosis_name", "assistance_kind", "insured_region",
    "care_region", "settle_mode", "identity_at_hospital", "reverses",
)  # fmt: skip
"""Text columns of a settlement."""


class Settlement(Held):
    """A settled bill, as the platform's record has it: names and units as ``tuodi.tables.CLAIMS``."""

    id = models.BigAutoField(primary_key=True)
    claim_id = models.CharField(max_length=100)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="settlements", db_index=False)
    source = models.CharField(max_length=60)
    stay_ordinal = models.IntegerField(null=True)
    benefit_year = models.SmallIntegerField(null=True)
    admitted_on = models.DateField(null=True)
    discharged_on = models.DateField()
    settled_at = models.DateTimeField()
    # The database looks up the person of each of four million rows, not the office and the file: a statement writes
    # one file's rows, offices come from their table in that same statement, and nobody may delete either.
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_constraint=False)
    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    superseded_by = models.ForeignKey(Delivery, models.PROTECT, null=True, related_name="+", db_index=False)
    """The delivery that corrected this row; empty while it holds."""
    extra = models.JSONField(null=True)
    """What the source's file says beyond the table's columns."""
    sealed = models.BinaryField(null=True)
    """The part of it that must not lie open: columns that nobody knows (a JSON text)."""
    zones = ONLY_INSURANCE
    protection = Protection(domain="settlement", bulk=True)
    grades: dict[str, Graded] = {
        **_HELD, "claim_id": internal(), "person": internal(), "source": internal(),
        **{name: internal() for name in TEXTS},
        "provider_id": sensitive("blank"), "provider_name": sensitive("text"), "diagnosis": sensitive("blank", level=4),
        "diagnosis_name": sensitive("blank", level=4), "identity_at_hospital": sensitive("blank"),
        "stay_ordinal": internal(), "benefit_year": internal(), "admitted_on": sensitive("date"),
        "discharged_on": sensitive("date"), "settled_at": sensitive("date"),
        **{name: sensitive("blank") for name in MONEY},
        "delivery": internal(), "superseded_by": internal(), "extra": sensitive("text"),
        "sealed": highly_sensitive("blank"),
    }  # fmt: skip

    class Meta:
        db_table = "registry_settlement"
        indexes = (models.Index(fields=["person", "settled_at"], name="settlements_of_a_person"),)
        constraints = (
            models.UniqueConstraint(
                fields=["claim_id"], condition=models.Q(superseded_by__isnull=True), name="one_settlement_an_id_now"
            ),
        )


for _name in TEXTS:
    Settlement.add_to_class(_name, models.TextField(null=True))
for _name in MONEY:
    Settlement.add_to_class(_name, models.BigIntegerField(null=True))


class ReviewPair(models.Model):
    """Two files that may be one person; an officer decides, with a reason."""

    id = models.BigAutoField(primary_key=True)
    one = models.ForeignKey(Person, models.PROTECT, related_name="+")
    other = models.ForeignKey(Person, models.PROTECT, related_name="+")
    region_path = LtreeField()
    rule = models.CharField(max_length=40)
    score = models.PositiveIntegerField(null=True)
    """Basis points of probability, where the linkage model gave one."""
    evidence = models.JSONField(default=list)
    """Field by field: both values and how they compare; sealed fields as same or different only."""
    state = models.CharField(max_length=10, default="open")
    """open, same or different."""
    delivery = models.ForeignKey(Delivery, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    zones = INSIDE
    protection = Protection(domain="link", organisation="", bulk=True)
    grades: dict[str, Graded] = {
        "id": internal(), "one": internal(), "other": internal(), "region_path": internal(), "rule": internal(),
        "score": internal(), "evidence": sensitive("text"), "state": internal(), "delivery": internal(),
        "made_at": internal(), "decided_by": internal(), "decided_at": internal(), "reason": internal(),
    }  # fmt: skip

    class Meta:
        db_table = "registry_reviewpair"
        constraints = (models.UniqueConstraint(fields=["one", "other"], name="one_review_a_pair"),)
        indexes = (models.Index(fields=["state", "id"], name="pairs_open"),)


class LinkEvent(models.Model):
    """A merge, a split, or the undoing of one; ``moved`` says which rows went where, so that it can be undone."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=10)
    """merge, split or undo."""
    source_person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    into_person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    region_path = LtreeField()
    moved = models.JSONField(default=dict)
    pair = models.ForeignKey(ReviewPair, models.PROTECT, null=True, related_name="events")
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField()
    zones = INSIDE
    protection = Protection(domain="link", organisation="", changes=False)
    grades: dict[str, Graded] = {
        name: internal()
        for name in (
            "id", "kind", "source_person", "into_person", "region_path", "moved", "pair", "undoes", "by", "at",
            "reason",
        )
    }  # fmt: skip

    class Meta:
        db_table = "registry_linkevent"
        ordering = ("-id",)
