"""The invented county's people: households, names, identity numbers, and who has been recognised as what.

Enters: draws, a set-up, the year. Leaves: :class:`Person` objects with the identities that the law should see
(``identities``) and those that the insurance platform had when it settled (``flags``); the two are equal here,
``plants`` parts them. Imports ``tuodi.synth``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from tuodi.synth.county import REGION, TOWNSHIPS, VILLAGES, Setup
from tuodi.synth.draw import Dice
from tuodi.synth.names import RARE_NAMES, given_name, identity_number, surname

__all__ = ["RANK", "Flag", "Interval", "Person", "people"]

RANK = (
    "tekun",
    "orphan",
    "unsupported_child",
    "dibao",
    "relapsed_poor",
    "entitled_group",
    "dibao_margin",
    "rigid_expenditure",
    "illness_poor",
    "severe_disability",
    "unstable_exit",
    "margin_prone",
    "sudden_hardship",
    "anti_poverty_target",
    "other_hardship",
)
"""The label that a hospital's screen shows of several: the first of these."""

_SIZES = (
    ("tekun", ((1, 92), (2, 8))),
    ("orphan", ((1, 1),)),
    ("unsupported_child", ((1, 80), (2, 20))),
    ("severe_disability", ((1, 1),)),
    ("entitled_group", ((1, 1),)),
)
_ANY_SIZE = ((1, 38), (2, 30), (3, 19), (4, 10), (5, 3))
_ELSEWHERE = ("990111", "990122", "990123")


@dataclass(frozen=True)
class Interval:
    """One identity of one person: in force from ``start`` to ``end``, both included; no ``end`` is open."""

    identity: str
    start: date
    end: date | None = None
    source: str = "民政"
    recognised_on: date | None = None


@dataclass(frozen=True)
class Flag:
    """One identity as the insurance platform marks it: it counted there from ``flagged_on``, and beyond the
    interval's end if it is ``still_shown``.
    """

    interval: Interval
    flagged_on: date
    still_shown: bool = False


@dataclass
class Person:
    """One invented person."""

    index: int
    person_id: str
    certificate: str
    name: str
    male: bool
    birth: date
    household_id: str
    township: str
    village: str
    scheme: str
    person_type: str
    urban: bool
    identities: list[Interval] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    note: str = ""

    def seen_at_hospital(self, day: date) -> tuple[str, ...]:
        """The identities that a hospital's screen showed on a day, the highest first."""
        found = {
            flag.interval.identity
            for flag in self.flags
            if flag.flagged_on <= day and (flag.still_shown or flag.interval.end is None or day <= flag.interval.end)
        }
        return tuple(sorted(found, key=RANK.index))


def people(dice: Dice, setup: Setup, count: int) -> list[Person]:
    """About ``count`` persons, household by household."""
    made: list[Person] = []
    taken: set[str] = set()
    household = 0
    while len(made) < count:
        household += 1
        kind = dice.weighted(setup.identities, "household", household, "kind")
        sizes = dict(_SIZES).get(kind, _ANY_SIZE)
        size = dice.weighted(sizes, "household", household, "size")
        start, end = _recognised(dice, setup, household, kind)
        for member in range(size):
            person = _person(dice, setup, len(made), household, member, kind, taken)
            if kind:
                _recognise(dice, person, Interval(kind, start, end, _source(kind), start), setup)
            made.append(person)
    for number, name in enumerate(RARE_NAMES):
        owner = made[dice.below(len(made) // len(RARE_NAMES), "rare", number) + number * (len(made) // len(RARE_NAMES))]
        owner.name = name
    return made


def _source(kind: str) -> str:
    return {"severe_disability": "残联", "entitled_group": "退役军人事务"}.get(kind, "民政")


def _recognised(dice: Dice, setup: Setup, household: int, kind: str) -> tuple[date, date | None]:
    """First and last day of a household's identity: mostly long before the year and still open."""
    key = ("household", household)
    if dice.chance(110, *key, "new"):
        start = date(setup.year, dice.between(1, 11, *key, "month"), 1)
    else:
        start = date(setup.year - dice.between(1, 9, *key, "since"), dice.between(1, 12, *key, "month"), 1)
    end = None
    if dice.chance(60, *key, "ended") and start.year < setup.year:
        month = dice.between(2, 10, *key, "last")
        end = date(setup.year, month + 1, 1) - timedelta(days=1)
    return start, end


def _recognise(dice: Dice, person: Person, interval: Interval, setup: Setup) -> None:
    """Give an identity, flagged in time; a few persons carry a second, lower one (就高不就低)."""
    given = [interval]
    if setup.place == "suqian" and interval.identity in ("dibao", "tekun") and dice.chance(60, person.index, "second"):
        since = date(setup.year - dice.between(1, 6, person.index, "second since"), 7, 1)
        given.append(Interval("severe_disability", since, None, "残联", since))
    person.identities = given
    person.flags = [Flag(each, each.start) for each in given]


def _person(dice: Dice, setup: Setup, index: int, household: int, member: int, kind: str, taken: set[str]) -> Person:
    male = dice.chance(520, index, "sex")
    age = _age(dice, index, member, kind)
    day = date(setup.year - age, 1, 1) + timedelta(days=dice.below(365, index, "birthday"))
    birth = min(day, date(setup.year - 1, 12, 28))
    region = REGION if dice.chance(930, index, "region") else dice.one(_ELSEWHERE, index, "other region")
    sequence = dice.below(499, index, "sequence") * 2 + (1 if male else 2)
    number = identity_number(region, birth, sequence)
    while number in taken:
        sequence = (sequence + 1) % 998 + 1
        number = identity_number(region, birth, sequence)
    taken.add(number)
    employee = (
        age >= 22
        and kind in ("dibao", "dibao_margin", "severe_disability", "")
        and dice.chance(setup.employees, index, "scheme")
    )
    married_in = member > 0 and age >= 22 and dice.chance(700, index, "married in")
    family = surname(dice, index) if married_in else surname(dice, "household", household)
    town = dice.weighted(TOWNSHIPS, "household", household, "town")
    return Person(
        index=index,
        person_id=f"9901210{setup.year - 2000:02d}{index + 1:08d}",
        certificate=number,
        name=family + given_name(dice, male, index),
        male=male,
        birth=birth,
        household_id=f"99012100{household:06d}",
        township=town,
        village=dice.one(VILLAGES, "household", household, "village"),
        scheme="employee" if employee else "resident",
        person_type=_person_type(age, employee),
        urban=town.endswith("街道"),
    )


def _age(dice: Dice, index: int, member: int, kind: str) -> int:
    if kind in ("orphan", "unsupported_child"):
        return dice.between(2, 17, index, "age")
    if kind == "tekun":
        return dice.between(61, 90, index, "age")
    if kind == "severe_disability":
        return dice.between(20, 78, index, "age")
    if kind == "entitled_group":
        return dice.between(62, 92, index, "age")
    if member == 0:
        return dice.weighted(
            ((dice.between(28, 59, index, "a"), 46), (dice.between(60, 88, index, "b"), 54)), index, "age"
        )
    return dice.weighted(
        (
            (dice.between(1, 17, index, "a"), 34),
            (dice.between(18, 59, index, "b"), 42),
            (dice.between(60, 88, index, "c"), 24),
        ),
        index,
        "age",
    )


def _person_type(age: int, employee: bool) -> str:
    if employee:
        return "adult"
    if age >= 60:
        return "elderly"
    if age >= 18:
        return "adult"
    return "student" if age >= 7 else "child"
