"""Households: by source, with their members; and one household with what is known of each of its members.

Enters: a file, or a household and its reader. Leaves: plain data, masked. Members outside the reader's scope are
counted, not named. Imports the room.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Q, Sum

from tuodi import vocabulary
from tuodi.platform.accounts.standing import Standing
from tuodi.platform.ground.words import language
from tuodi.platform.ground.zones import here
from tuodi.platform.registry.models import Household, Identity, Membership, Person, Settlement
from tuodi.platform.registry.person_file_basics import age_on, class_name, in_force
from tuodi.platform.registry.person_file_core import File
from tuodi.platform.registry.person_file_places import names_of
from tuodi.platform.registry.person_file_sight import Sight, source_name
from tuodi.platform.registry.person_file_sources import sources

__all__ = ["household_data", "households_of"]


def households_of(file: File) -> list[dict[str, Any]]:
    """Every household in which a source has the person, the present ones first, each with its members."""
    mine = {one.household_id: one for one in file.memberships}
    members = list(Membership.objects.filter(household_id__in=mine).order_by("id"))
    people = Person.objects.in_bulk(sorted({one.person_id for one in members}))
    by_household: dict[int, list[Membership]] = {}
    for one in members:
        by_household.setdefault(one.household_id, []).append(one)
    found = []
    for one in sorted(mine.values(), key=lambda row: (row.to_date is not None, -row.from_date.toordinal())):
        rows = by_household.get(one.household_id, [])
        found.append({**_about(one.household, Sight(file.standing), file.sources),
                      "hidden": sum(row.person_id not in people for row in rows),
                      "members": [_member(row, people[row.person_id], Sight(file.standing), file.today, {})
                                  for row in rows if row.person_id in people]})  # fmt: skip
    return found


def household_data(standing: Standing, household: Household, today: date) -> dict[str, Any]:
    """One household: what its source says, members with identities and, where the reader may, settlement totals."""
    every = list(Membership.objects.filter(household=household).order_by("-to_date", "id"))
    found = Person.objects.in_bulk(sorted({row.person_id for row in every}))
    rows = [row for row in every if row.person_id in found]
    people = [row.person_id for row in rows]
    known = sources(today)
    identities: dict[int, set[str]] = {}
    for one in Identity.objects.filter(person_id__in=people, superseded=False):
        if in_force(one.from_date, one.to_date, today):
            identities.setdefault(one.person_id, set()).add(one.identity)
    money = _money(standing, people)
    beside = Membership.objects.filter(person_id__in=people).exclude(household=household).select_related("household")
    others: dict[int, dict[str, Any]] = {}
    for other in beside.order_by("household__source", "id"):
        about = others.setdefault(
            other.household_id, {**_about(other.household, Sight(standing), known), "people": set()}
        )
        about["people"].add(other.person_id)
    sight = Sight(standing)
    names = names_of([str(household.region_path), *(str(one.region_path) for one in found.values())])
    members = []
    for row in rows:
        member = _member(row, found[row.person_id], sight, today, identities)
        member["place"] = names.place(str(found[row.person_id].region_path))
        member["money"] = money.get(row.person_id) if money is not None else None
        members.append(member)
    totals = None
    if money is not None:
        totals = {key: sum(one[key] or 0 for one in money.values()) for key in ("bills", "total", "aid", "own")}
    return {
        **_about(household, sight, known), "place": names.place(str(household.region_path)), "members": members,
        "hidden": len(every) - len(rows), "sees_money": money is not None, "totals": totals,
        "others": [
            {**one, "people": None, "same": len(one["people"]), "of": len(set(people))} for one in others.values()
        ],
    }  # fmt: skip


def _about(household: Household, sight: Sight, known: Any) -> dict[str, Any]:
    graded = Household.grades
    source = known.get(household.source)
    kind, monitored = household.kind, household.monitored_as
    return {
        "id": household.id, "source": source_name(household.source), "key": household.key,
        "head": sight.show(household.head_name, graded["head_name"]),
        "kind": sight.show(vocabulary.label("household_kind", kind, language()), graded["kind"]) if kind else "",
        "monitored": sight.show(class_name(monitored), graded["monitored_as"]) if monitored else "",
        "from": household.from_date, "to": household.to_date or "",
        "as_of": source.as_of if source and source.as_of else "", "stale": bool(source and source.stale),
    }  # fmt: skip


def _member(
    row: Membership, person: Person, sight: Sight, today: date, identities: dict[int, set[str]]
) -> dict[str, Any]:
    years = age_on(person.birth_date, person.died_on or today)
    clear = sight.clear(Person.grades["birth_date"])
    relation = vocabulary.label("relation", row.relation, language()) if row.relation else ""
    return {
        "id": person.id, "name": sight.show(person.name, Person.grades["name"]),
        "relation": sight.show(relation, Membership.grades["relation"]),
        "sex": vocabulary.label("sex", person.sex, language()) if person.sex else "",
        "age": years if clear else None, "died": person.died_on is not None,
        "from": row.from_date, "to": row.to_date or "",
        "classes": [sight.show(class_name(code), Identity.grades["identity"])
                    for code in sorted(identities.get(person.id, ()))],
    }  # fmt: skip


def _money(standing: Standing, people: list[int]) -> dict[int, dict[str, Any]] | None:
    """Totals by person, or nothing where the reader may not see bills, or this network must not hold them."""
    if not (
        here(Settlement.zones) and standing.role.may_read("settlement") and standing.sees(Settlement.grades["total"])
    ):
        return None
    rows = (
        Settlement.objects.filter(person_id__in=people, superseded_by__isnull=True)
        .order_by().values("person_id")
        .annotate(
            bills=Count("id"), all=Sum("total"), helped=Sum("paid_assistance"), tilt=Sum("paid_tilt"),
            own=Sum("own_total"), stays=Count("id", filter=Q(setting="inpatient")),
        )
    )  # fmt: skip
    return {
        row["person_id"]: {
            "bills": row["bills"], "stays": row["stays"], "total": row["all"] or 0,
            "aid": (row["helped"] or 0) + (row["tilt"] or 0), "own": row["own"] or 0,
        }
        for row in rows
    }  # fmt: skip
