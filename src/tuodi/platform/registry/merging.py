"""Two files become one, one becomes two, and either can be undone: events with a reason, nothing deleted.

Enters: persons or a :class:`ReviewPair`, a reason, the officer; the caller's transaction and pass. Leaves: rows that
point to the other person, a :class:`LinkEvent` that names each of them, the decision on the pair. Persons are locked in
the order of their numbers, so that two officers cannot decide at cross purposes. Imports the register's ``models`` and
``ground.clock``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl
from django.db import connection

from tuodi.errors import UsageError
from tuodi.platform.accounts.models import User
from tuodi.platform.ground import clock
from tuodi.platform.ground.words import _
from tuodi.platform.registry.models import (
    Entry,
    Identity,
    LinkEvent,
    Membership,
    OtherNumber,
    Person,
    ReviewPair,
    Settlement,
)  # fmt: skip

__all__ = ["MergeError", "differ", "merge", "split", "undo"]

_MOVED: dict[str, Any] = {
    "entry": Entry, "identity": Identity, "membership": Membership, "settlement": Settlement, "number": OtherNumber,
}  # fmt: skip
"""Kind of row → its table; all of them point to a person."""

_FILLED = (
    "number_digest", "number_sealed", "certificate_kind", "insurer_number", "sex", "birth_date", "phone_digest",
    "phone_sealed", "account_digest", "account_sealed", "address", "insured_region", "registered_region", "died_on",
)  # fmt: skip
"""What the file that stays takes over where it has nothing itself."""

_TOGETHER = (("number_digest", "number_sealed", "certificate_kind"), ("phone_digest", "phone_sealed"),
             ("account_digest", "account_sealed"))  # fmt: skip


class MergeError(UsageError):
    """What was asked cannot be done: decided already, merged already, or the same file twice."""


def merge(
    one: ReviewPair | Person, other: Person | None = None, *, reason: str, user: User, pair: ReviewPair | None = None
) -> LinkEvent:
    """``other`` becomes part of ``one``: its rows point there, its own row stays and says so.

    Given a pair alone, ``pair.other`` becomes part of ``pair.one``. Raises :class:`MergeError`.
    """
    if isinstance(one, ReviewPair):
        pair, one, other = one, _final(one.one), _final(one.other)
    if other is None:
        raise MergeError("merge: two persons, or a pair, are needed; one person was given")
    _demand(reason)
    if pair is not None:
        pair = _open_pair(pair)
    into, source = _locked(one.pk, other.pk)
    if into.pk == source.pk:
        raise MergeError(_("两份档案是同一份"))
    for person in (into, source):
        if person.merged_into_id:
            raise MergeError(
                _("档案 {number} 已并入 {into}，请先撤销").format(number=person.pk, into=person.merged_into_id)
            )
    before = {"into": _state(into), "source": _state(source)}
    moved = {kind: _repoint(kind, source.pk, into.pk) for kind in _MOVED}
    _take_over(into, source)
    source.merged_into_id = into.pk
    source.save(update_fields=["merged_into"])
    settled = _close(pair, into.pk, source.pk, reason, user)
    return LinkEvent.objects.create(
        kind="merge", source_person=source, into_person=into, region_path=into.region_path,
        moved={"rows": moved, "before": before, "after": _state(into), "pairs": settled}, pair=pair, by=user,
        at=clock.now(), reason=reason,
    )  # fmt: skip


def differ(pair: ReviewPair, *, reason: str, user: User) -> ReviewPair:
    """The two are different people; the file that was made provisionally is one of its own. Raises ``MergeError``."""
    _demand(reason)
    found = _open_pair(pair)
    _decide(found, "different", reason, user)
    if not ReviewPair.objects.filter(other_id=found.other_id, state="open").exists():
        Person.objects.filter(pk=found.other_id, provisional=True).update(provisional=False)
    return found


def split(person: Person, entries: Iterable[int], *, reason: str, user: User) -> LinkEvent:
    """The named rows of lists, and what was derived of them, go to a new file. Raises ``MergeError`` for others' rows.

    Settlements stay: they say nothing of which list's row they belong to.
    """
    _demand(reason)
    wanted = sorted(set(entries))
    (source,) = _locked(person.pk)
    if source.merged_into_id:
        raise MergeError(
            _("档案 {number} 已并入 {into}，请先撤销").format(number=source.pk, into=source.merged_into_id)
        )
    rows = list(Entry.objects.filter(pk__in=wanted, person_id=source.pk).order_by("pk"))
    if not wanted or len(rows) != len(wanted):
        raise MergeError(_("所选的行不都在这份档案中，请重新打开再办"))
    if not Entry.objects.filter(person_id=source.pk).exclude(pk__in=wanted).exists():
        raise MergeError(_("不能把全部名册行都拆出去：原档案会成为空的"))
    before = {"source": _state(source)}
    made = Person.objects.create(
        name=source.name, region_path=source.region_path, places=_places(source), provisional=False,
        first_delivery_id=rows[0].delivery_id,
    )  # fmt: skip
    moved = {
        "entry": _repoint("entry", source.pk, made.pk, "pk", wanted),
        "identity": _repoint("identity", source.pk, made.pk, "entry_id", wanted),
        "membership": _repoint("membership", source.pk, made.pk, "entry_id", wanted),
    }
    _from_entries(source, made)
    if made.number_digest:
        # A number of the rows that go is no longer one of the file from which they go.
        moved["number"] = _repoint("number", source.pk, made.pk, "digest", [bytes(made.number_digest)])
    return LinkEvent.objects.create(
        kind="split", source_person=source, into_person=made, region_path=source.region_path,
        moved={"rows": moved, "before": before, "after": _state(source)}, by=user, at=clock.now(), reason=reason,
    )  # fmt: skip


def undo(event: LinkEvent, *, reason: str, user: User) -> LinkEvent:
    """Everything that a merge or split moved goes back, with the versions that have followed since.

    What the file that stays had taken over is given back unless it was changed since. Raises ``MergeError`` where the
    event was undone already, is an undoing itself, or a later event stands in the way.
    """
    _demand(reason)
    source, into = _locked(event.source_person_id, event.into_person_id)
    event = LinkEvent.objects.get(pk=event.pk)
    if event.kind not in ("merge", "split"):
        raise MergeError(_("只有合并与拆分可以撤销"))
    if LinkEvent.objects.filter(undoes=event).exists():
        raise MergeError(_("此次合并或拆分已经撤销"))
    later = (
        LinkEvent.objects.filter(pk__gt=event.pk, kind__in=("merge", "split"), undone__isnull=True)
        .filter(_touching(source.pk, into.pk))
        .order_by("pk")
        .first()
    )
    if later is not None:
        raise MergeError(_("此后还有一次合并或拆分（{number}），请先撤销那一次").format(number=later.pk))
    rows = _with_followers(event.moved["rows"], into.pk)
    moved = {kind: _repoint(kind, into.pk, source.pk, "pk", numbers) for kind, numbers in rows.items()}
    before, after = event.moved["before"], event.moved["after"]
    if event.kind == "merge":
        _give_back(into, before["into"], after)
        _give_back(source, before["source"], None)
        ReviewPair.objects.filter(pk__in=event.moved["pairs"]).update(
            state="open", decided_by=None, decided_at=None, reason=""
        )
    else:
        _give_back(source, before["source"], after)
        into.merged_into_id = source.pk
        into.save(update_fields=["merged_into"])
    return LinkEvent.objects.create(
        kind="undo", source_person=into, into_person=source, region_path=source.region_path,
        moved={"rows": moved}, pair_id=event.pair_id, undoes=event, by=user, at=clock.now(), reason=reason,
    )  # fmt: skip


def _final(person: Person) -> Person:
    """Whom a file has become part of."""
    while person.merged_into_id:
        person = Person.objects.get(pk=person.merged_into_id)
    return person


def _close(pair: ReviewPair | None, into: int, source: int, reason: str, user: User) -> list[int]:
    """Every open question whether the two are one is answered; the numbers of the pairs."""
    closed = []
    open_ = ReviewPair.objects.select_for_update().filter(
        state="open", one_id__in=(into, source), other_id__in=(into, source)
    )
    for one in [*open_.order_by("pk"), *([pair] if pair is not None else [])]:
        if one.pk not in closed:
            _decide(one, "same", reason, user)
            closed.append(one.pk)
    return sorted(closed)


def _demand(reason: str) -> None:
    if not reason.strip():
        raise MergeError(_("请写明理由。"))
    if not connection.in_atomic_block:
        raise MergeError("a merge is done in one transaction: open one first (transaction.atomic)")


def _open_pair(pair: ReviewPair) -> ReviewPair:
    """The pair, locked. Whoever comes second learns what the first decided."""
    found = ReviewPair.objects.select_for_update().get(pk=pair.pk)
    if found.state != "open":
        raise MergeError(_("没有保存：另一人刚刚处理了这一对。"))
    return found


def _decide(pair: ReviewPair, state: str, reason: str, user: User) -> None:
    pair.state, pair.reason, pair.decided_by, pair.decided_at = state, reason, user, clock.now()
    pair.save(update_fields=["state", "reason", "decided_by", "decided_at"])


def _locked(*numbers: int) -> tuple[Person, ...]:
    """Persons in the order asked for, locked in the order of their numbers. Raises ``MergeError`` for one not seen."""
    found = {person.pk: person for person in Person.objects.select_for_update().filter(pk__in=numbers).order_by("pk")}
    missing = [number for number in numbers if number not in found]
    if missing:
        raise MergeError(_("找不到档案 {number}，或不在本岗位的范围内").format(number=missing[0]))
    return tuple(found[number] for number in numbers)


def _repoint(kind: str, old: int, new: int, by: str = "", values: Iterable[Any] = ()) -> list[int]:
    """Rows of ``old`` now point to ``new``; their numbers."""
    rows = _MOVED[kind].objects.filter(person_id=old)
    if by:
        rows = rows.filter(**{f"{by}__in": list(values)})
    if kind == "number":
        # The same number twice for one person says nothing.
        have = set(OtherNumber.objects.filter(person_id=new).values_list("kind", "digest"))
        same = [row.pk for row in rows if (row.kind, row.digest) in {(k, bytes(d)) for k, d in have}]
        rows = rows.exclude(pk__in=same)
    numbers = sorted(rows.values_list("pk", flat=True))
    _MOVED[kind].objects.filter(pk__in=numbers).update(person_id=new)
    return numbers


def _with_followers(rows: dict[str, list[int]], now: int) -> dict[str, list[int]]:
    """What was moved, and the versions that later files made of the same list rows."""
    found = {kind: list(numbers) for kind, numbers in rows.items()}
    keys = set(
        Entry.objects.filter(pk__in=found.get("entry", [])).values_list("source", "organisation_id", "key_digest")
    )
    wanted = {(source, office, bytes(key)) for source, office, key in keys}
    more = [
        entry.pk
        for entry in Entry.objects.filter(person_id=now, source__in={key[0] for key in wanted})
        if (entry.source, entry.organisation_id, bytes(entry.key_digest)) in wanted
    ]
    found["entry"] = sorted({*found.get("entry", []), *more})
    for kind in ("identity", "membership"):
        later = _MOVED[kind].objects.filter(person_id=now, entry_id__in=found["entry"]).values_list("pk", flat=True)
        found[kind] = sorted({*found.get(kind, []), *later})
    return found


def _touching(*numbers: int) -> Any:
    from django.db.models import Q

    return Q(source_person_id__in=numbers) | Q(into_person_id__in=numbers)


_STATE = (*_FILLED, "name", "region_path", "places", "provisional")


def _state(person: Person) -> dict[str, Any]:
    """A person's own row as JSON; what is sealed stays sealed."""
    person.refresh_from_db(fields=list(_STATE))
    made: dict[str, Any] = {}
    for name in _STATE:
        value = getattr(person, name)
        if isinstance(value, bytes | memoryview):
            made[name] = {"bytes": bytes(value).hex()}
        elif name in ("birth_date", "died_on"):
            made[name] = value.isoformat() if value else None
        elif name == "places":
            made[name] = _places(person)
        else:
            made[name] = value if isinstance(value, bool) or value is None else str(value)
    return made


def _give_back(person: Person, before: dict[str, Any], after: dict[str, Any] | None) -> None:
    """``before`` again, but for what a file has changed since ``after``."""
    now = _state(person)
    person.merged_into_id = None
    for name in _STATE:
        if after is not None and now[name] != after[name]:
            continue
        setattr(person, name, _value(name, before[name]))
    person.save(update_fields=[*_STATE, "merged_into"])
    _number_places(person)


def _value(name: str, said: Any) -> Any:
    from datetime import date

    if isinstance(said, dict):
        return bytes.fromhex(said["bytes"])
    return date.fromisoformat(said) if name in ("birth_date", "died_on") and said else said


def _take_over(into: Person, source: Person) -> None:
    """What ``source`` knows and ``into`` does not, and the places of both."""
    for names in _TOGETHER:
        if not getattr(into, names[0]):
            for name in names:
                setattr(into, name, getattr(source, name))
    for name in _FILLED:
        if not any(name in names for names in _TOGETHER) and not getattr(into, name):
            setattr(into, name, getattr(source, name))
    into.places = sorted({*_places(into), *_places(source)})
    into.save(update_fields=[*_FILLED, "places"])
    _number_places(into)


def _number_places(person: Person) -> None:
    """A person's further numbers are seen by whoever sees the person."""
    places = _places(person)
    for row in OtherNumber.objects.filter(person_id=person.pk):
        if _places(row) != places:
            row.places = places
            row.save(update_fields=["places"])


def _places(row: Person | OtherNumber) -> list[str]:
    """Paths as a list; the driver gives an array of them as a text."""
    found = row.places
    if isinstance(found, str):
        return [one for one in found.strip("{}").split(",") if one]
    return [str(one) for one in found]


def _from_entries(*persons: Person) -> None:
    """Bring persons up to what their own rows say."""
    from tuodi.platform.registry.derive_basics import basics
    from tuodi.platform.registry.linking_people import Context

    for person in persons:
        entry = Entry.objects.filter(person_id=person.pk).order_by("-pk").first()
        if entry is None:
            continue
        with connection.cursor() as cursor:
            basics(Context.of_entry(cursor, entry), pl.Series("person", [person.pk], dtype=pl.Int64()))
        person.refresh_from_db()
