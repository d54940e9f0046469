"""Finding people: an exact number through its keyed digest, or a name with what else is known.

Enters: what an officer typed. Leaves: people within the reader's scope, a bounded number of them, and advice where the
question is too wide. Nothing typed is kept, logged or put into an address. Imports the room, ``identity``, ``ground``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from tuodi import vocabulary
from tuodi.identity import read_certificate
from tuodi.platform.accounts.standing import Standing
from tuodi.platform.ground import clock
from tuodi.platform.ground.sealing import digest, open_seal
from tuodi.platform.ground.words import _, language
from tuodi.platform.registry.models import Identity, OtherNumber, Person
from tuodi.platform.registry.person_file_basics import age_on, class_name, in_force
from tuodi.platform.registry.person_file_places import names_of
from tuodi.platform.registry.person_file_sight import Sight
from tuodi.platform.registry.store import account_key, phone_key
from tuodi.platform.trail.models import Look

__all__ = ["MOST", "RECENT", "Question", "advice", "browse", "exact", "named", "prefix_end", "recent", "shown"]

MOST = 50
"""People on a page of results."""
RECENT = 10
_LETTERS = 2
"""A name is searched from this many characters on."""
_LAST = 0x10FFFF


@dataclass(frozen=True)
class Question:
    """Partial data: a name or its beginning, and what narrows it."""

    name: str = ""
    whole: bool = False
    born: date | None = None
    year: int | None = None
    sex: str = ""
    place: str = ""
    identity: str = ""
    wrong: dict[str, str] = field(default_factory=dict)
    """Field → what is wrong with it, in words."""


def exact(text: str) -> list[int]:
    """Numbers of the people whose identity, insurer's, phone, account or disability number this is, whole.

    A merged file is given as the one that it was merged into. Two queries.
    """
    typed = text.replace("\0", "").encode(errors="ignore").decode().strip()
    certificate = read_certificate(typed)
    bare = "".join(typed.split()).upper()
    if not bare:
        return []
    numbers = {one for one in (certificate.number, certificate.text, bare) if one}
    found = [digest("number", one) for one in sorted(numbers)]
    import polars as pl

    said = pl.Series([typed], dtype=pl.String())
    phone, account = phone_key(said)[0], account_key(said)[0]
    wanted = Q(insurer_number=bare)
    wanted |= Q(number_digest__in=found)
    if phone:
        wanted |= Q(phone_digest=digest("phone", phone))
    if account:
        wanted |= Q(account_digest=digest("account", account))
    others = list(OtherNumber.objects.filter(digest__in=found).values_list("person_id", flat=True)[: MOST + 1])
    if others:
        wanted |= Q(id__in=others)
    rows = Person.objects.filter(wanted).order_by("id").values_list("id", "merged_into_id")[: MOST + 1]
    return list(dict.fromkeys(into or one for one, into in rows))


def advice(question: Question) -> str:
    """Why the question is not put, in words; empty where it is."""
    if question.wrong:
        return _("请先改正标出的项目。")
    if len(question.name) < _LETTERS:
        return _("请至少输入姓名的前两个字。只有一部分信息时，再加上出生日期或乡镇，可以缩小范围。")
    return ""


def prefix_end(prefix: str) -> str:
    """The first text after everything that begins with ``prefix``, in the order of code points."""
    letters = list(prefix)
    while letters and ord(letters[-1]) >= _LAST:
        letters.pop()
    if not letters:
        return ""
    following = ord(letters[-1]) + 1
    letters[-1] = chr(0xE000 if 0xD800 <= following <= 0xDFFF else following)
    return "".join(letters)


@cache
def _in_code_points() -> bool:
    """Whether this database orders texts by code point, so that a beginning is a range of the index."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT datcollate FROM pg_database WHERE datname = current_database()")
        return str(cursor.fetchone()[0]).upper().startswith(("C", "POSIX"))


def named(question: Question, today: date) -> QuerySet[Person]:
    """People of this name: a range of the index, which row-level security lets the database use; ``LIKE`` is not.

    Comparisons of texts are leak-proof in PostgreSQL, pattern matching is not, so it would be tried on rows only after
    the policy of each.
    """
    people = Person.objects.filter(merged_into__isnull=True)
    if question.whole:
        people = people.filter(name=question.name)
    elif _in_code_points():
        people = people.filter(name__gte=question.name, name__lt=prefix_end(question.name))
    else:
        people = people.filter(name__startswith=question.name)
    if question.born:
        people = people.filter(birth_date=question.born)
    elif question.year:
        people = people.filter(birth_date__gte=date(question.year, 1, 1), birth_date__lte=date(question.year, 12, 31))
    if question.sex:
        people = people.filter(sex=question.sex)
    if question.place:
        people = people.filter(region_path__under=question.place)
    if question.identity:
        held = Identity.objects.filter(
            Q(to_date__isnull=True) | Q(to_date__gte=today), identity=question.identity, superseded=False,
            from_date__lte=today,
        )  # fmt: skip
        people = people.filter(id__in=held.values("person_id"))
    return people.order_by("name", "birth_date", "id")


def browse(place: str, after: int) -> QuerySet[Person]:
    """People of a place in the order of their files, from after one of them."""
    people = Person.objects.filter(merged_into__isnull=True, id__gt=after)
    return (people.filter(region_path__under=place) if place else people).order_by("id")


def recent(standing: Standing) -> list[int]:
    """The people whose files this reader opened last, the latest first."""
    looks = (
        Look.objects.filter(user_id=standing.user.id, kind="open").order_by("-at").values_list("person_id", flat=True)
    )
    return list(dict.fromkeys(looks[:300]))[:RECENT]


def shown(standing: Standing, people: list[Person]) -> list[dict[str, Any]]:
    """Rows of a list of people, masked: name, number, sex, age, place, classes in force. Two queries."""
    sight, today = Sight(standing), clock.today()
    names = names_of([str(person.region_path) for person in people])
    classes: dict[int, set[str]] = {}
    for one in Identity.objects.filter(person_id__in=[person.id for person in people], superseded=False):
        if in_force(one.from_date, one.to_date, today):
            classes.setdefault(one.person_id, set()).add(one.identity)
    grades = Person.grades
    return [
        {
            "id": person.id, "name": sight.show(person.name, grades["name"]),
            "number": sight.show(open_seal("number", person.number_sealed), grades["number_sealed"], "number"),
            "sex": vocabulary.label("sex", person.sex, language()) if person.sex else "",
            "born": sight.show(person.birth_date, grades["birth_date"]) or "",
            "age": age_on(person.birth_date, person.died_on or today) if sight.clear(grades["birth_date"]) else None,
            "place": names.place(str(person.region_path)), "died": person.died_on is not None,
            "provisional": person.provisional,
            "classes": [sight.show(class_name(code), Identity.grades["identity"])
                        for code in sorted(classes.get(person.id, ()))],
        }
        for person in people
    ]  # fmt: skip
