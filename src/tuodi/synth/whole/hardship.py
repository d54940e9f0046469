"""Who in the whole county is recognised as what, and what its offices have wrong about it: the planted truth of lists.

Enters: people. Leaves: :class:`Status`, arrays with one place a person. At full size 15,600 persons are in hardship,
7,513 of them through illness (48 %); other sizes are in proportion. Every share is stated in ``SHARES`` and in
docs/reference/synth.md. Imports ``tuodi.synth``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from tuodi.synth.whole.mix import Array, Draws, order_by
from tuodi.synth.whole.people import FULL, People, days
from tuodi.synth.whole.places import places

__all__ = [
    "CAUSES", "CIVIL", "HARDSHIP", "MONITORED", "SHARES", "THROUGH_ILLNESS", "Status", "first_of_month",
    "in_proportion", "status_of",
]  # fmt: skip

HARDSHIP, THROUGH_ILLNESS = 15_600, 7_513
CIVIL: Mapping[str, int] = MappingProxyType({
    "tekun": 1_340, "orphan": 60, "unsupported_child": 120, "dibao": 10_600, "dibao_margin": 1_300,
    "rigid_expenditure": 380, "illness_poor": 300,
})  # fmt: skip
"""Persons on civil affairs' list at full size."""
MONITORED: Mapping[str, int] = MappingProxyType({"unstable_exit": 500, "margin_prone": 600, "sudden_hardship": 400})
"""Persons at full size who are monitored and nothing else."""
ALSO_MONITORED = 900
"""Persons at full size who are on civil affairs' list and monitored."""
CAUSES = ("因病", "因残", "缺劳动力", "因学", "因自然灾害", "因意外事故", "因务工就业不稳")
_OTHER_CAUSES = (0, 30, 38, 10, 4, 8, 10)

SHARES: Mapping[str, int] = MappingProxyType({
    "missing_number": 200, "mistyped_number": 100, "changed_number": 50,
    "short_number": 40, "lower_case_x": 3_000, "full_width": 30, "blanks": 50, "twenty_digits": 400,
    "not_flagged": 150, "flagged_late": 200, "lower_identity": 80, "still_shown": 1_000,
    "dead_on_list": 60, "moved": 80, "wrong_birth": 40, "wrong_sex": 40,
    "uninsured": 60, "insured_elsewhere": 90, "insured_twice": 70, "registered_elsewhere": 50,
    "unpaid_aid": 60, "paid_twice": 40,
})  # fmt: skip
"""Of 10,000: what is wrong, and how often. The base of each is stated in docs/reference/synth.md."""


@dataclass
class Status:
    """What is true of each person. A day is a number since 1970; −1 is none; a kind is a place in its table."""

    listed: Array
    """In hardship at the end of the year, as the lists have it."""
    civil: Array
    civil_from: Array
    civil_to: Array
    monitored: Array
    monitored_from: Array
    cleared: Array
    cause: Array
    category: Array
    grade: Array
    issued: Array
    entitled: Array
    entitled_from: Array
    died: Array
    registered: Array
    moved_to: Array
    """The village where the person now lives; −1: where the list says."""
    wrong: dict[str, Array] = field(default_factory=dict)
    """Kind of error → whether it is planted on the person."""

    @property
    def severe(self) -> Array:
        """Holders of a certificate of grade one or two."""
        found: Array = (self.grade == 1) | (self.grade == 2)
        return found


def in_proportion(full: int, count: int) -> int:
    """A number of the county at full size, for ``count`` persons; at least one."""
    return max(1, (2 * full * count + FULL) // (2 * FULL))


def first_of_month(day: Array) -> Array:
    """The first day of each day's month."""
    return day.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def status_of(draws: Draws, people: People) -> Status:
    """Everything that the county's offices decide about its people, and their mistakes."""
    count, index = people.count, people.index
    none = np.full(count, -1, dtype=np.int64)
    civil = _civil(draws, people)
    listed = civil >= 0
    monitored = _monitored(draws, people, listed)
    listed |= monitored >= 0
    also = order_by(draws, "also monitored", np.flatnonzero(civil == list(CIVIL).index("dibao")))
    also = also[: in_proportion(ALSO_MONITORED, count)]
    monitored[also] = draws.pick((5, 6, 4), "monitored as", people.household[also])
    left = _left(draws, people, civil, monitored)
    start, end = _civil_days(draws, people, civil, left)
    since = _since(draws, people, "monitored")
    cleared = np.where((monitored >= 0) & ~listed, _month_end(people.year, draws.between(2, 11, "cleared", index)), -1)
    category, grade, issued = _disabled(draws, people, civil)
    entitled = (people.age >= 58) & draws.chance(np.where(people.male, 290, 60), "entitled", index) & (civil < 0)
    # Nobody is recognised before being born.
    born = first_of_month(people.birth + 31)
    start, since = np.maximum(start, born), np.maximum(since, born)
    status = Status(
        listed=listed,
        civil=civil,
        civil_from=np.where(civil >= 0, start, -1),
        civil_to=end,
        monitored=monitored,
        monitored_from=np.where(monitored >= 0, since + draws.below(28, "monitored day", people.household), -1),
        cleared=cleared,
        cause=_causes(draws, people, listed, civil),
        category=category,
        grade=grade,
        issued=issued,
        entitled=entitled,
        entitled_from=np.where(entitled, _since(draws, people, "entitled"), -1),
        died=none.copy(),
        registered=none.copy(),
        moved_to=none.copy(),
    )
    _mistakes(draws, people, status)
    _last_period(draws, people, status)
    return status


def _last_period(draws: Draws, people: People, status: Status) -> None:
    """Somebody joins and somebody leaves in the last month and the last ten days, in the smallest county too."""
    year, december = people.year, days(people.year, 12, 1)
    plain = ~np.any(list(status.wrong.values()), axis=0)

    def first(purpose: str, among: Array) -> Array:
        homes = order_by(draws, purpose, np.unique(people.household[among & plain]))[:1]
        found: Array = np.isin(people.household, homes) & among & plain
        return found

    status.civil_from[first("joins", status.listed & (status.civil >= 3) & (status.monitored < 0))] = december
    leaves = first("leaves", (status.civil_to >= 0) & (status.died < 0))
    status.civil_to[leaves] = december - 1
    status.monitored_from[first("joins", (status.monitored >= 0) & status.listed & (status.civil < 0))] = december + 23
    cleared = first("leaves", status.cleared >= 0)
    status.cleared[cleared] = days(year, 12, 24)


def _civil(draws: Draws, people: People) -> Array:
    """Kind of each person on civil affairs' list (place in ``CIVIL``), −1 for everybody else."""
    kind = np.full(people.count, -1, dtype=np.int64)
    size = np.bincount(people.household)[people.household]
    pools = {
        "tekun": (people.age >= 60) & (size <= 2) & (people.member == 0),
        "orphan": (people.age < 18) & (people.relation >= 6),
        "unsupported_child": (people.age < 18) & (people.relation >= 6),
    }
    for number, (name, full) in enumerate(CIVIL.items()):
        wanted = in_proportion(full, people.count)
        if name in pools:
            chosen = order_by(draws, name, np.flatnonzero(pools[name] & (kind < 0)))[:wanted]
        else:
            chosen = _by_household(draws, name, people, kind < 0, wanted)
        kind[chosen] = number
    return kind


def _by_household(draws: Draws, purpose: str, people: People, free: Array, wanted: int) -> Array:
    """``wanted`` persons, household by household; some households take part with their head alone."""
    home = people.household
    taken = np.bincount(home, ~free).astype(np.int64)[home] > 0
    alone = draws.chance(3_000, f"{purpose} alone", home) & (people.member > 0)
    able = np.flatnonzero(free & ~taken & ~alone)
    order = np.lexsort((able, home[able], draws.raw(purpose, home[able])))
    return able[order][:wanted]


def _monitored(draws: Draws, people: People, listed: Array) -> Array:
    kind = np.full(people.count, -1, dtype=np.int64)
    for number, (name, full) in enumerate(MONITORED.items()):
        free = ~listed & (kind < 0)
        kind[_by_household(draws, name, people, free, in_proportion(full, people.count))] = number
    return kind


def _left(draws: Draws, people: People, civil: Array, monitored: Array) -> Array:
    """Add persons who left a list within the year; they are not in hardship at its end. Changes both kinds."""
    free = (civil < 0) & (monitored < 0)
    gone = _by_household(draws, "left civil", people, free, in_proportion(620, people.count))
    civil[gone] = draws.pick((4, 0, 0, 80, 10, 4, 2), "left as", people.household[gone])
    free[gone] = False
    over = _by_household(draws, "left monitored", people, free, in_proportion(300, people.count))
    monitored[over] = draws.pick((5, 6, 4), "monitored as", people.household[over])
    return gone


def _since(draws: Draws, people: People, purpose: str) -> Array:
    """First day of an identity: a first of a month; in one of eight cases within the year."""
    home = people.household
    new = draws.chance(1_250, f"{purpose} new", home)
    month = draws.between(1, 12, f"{purpose} month", home)
    year = np.where(new, people.year, people.year - draws.between(1, 8, f"{purpose} year", home))
    return _first(year, month)


def _first(year: Array | int, month: Array) -> Array:
    months = (np.asarray(year) - 1970) * 12 + month - 1
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def _month_end(year: int, month: Array) -> Array:
    return _first(year, month + 1) - 1


def _civil_days(draws: Draws, people: People, civil: Array, left: Array) -> tuple[Array, Array]:
    start = _since(draws, people, "civil")
    end = np.full(people.count, -1, dtype=np.int64)
    home = people.household[left]
    end[left] = _month_end(people.year, draws.between(2, 11, "left in", home))
    last_year = _first(people.year - 1, draws.between(1, 12, "began", home))
    start[left] = np.minimum(start[left], last_year)
    return start, end


def _causes(draws: Draws, people: People, listed: Array, civil: Array) -> Array:
    """Cause of each listed person's hardship, the household's; exactly 7,513 of 15,600 through illness."""
    cause = np.where(listed, draws.pick(_OTHER_CAUSES, "cause", people.household), -1)
    who = np.flatnonzero(listed)
    ill_first = np.isin(civil[who], [list(CIVIL).index("illness_poor"), list(CIVIL).index("rigid_expenditure")])
    home = people.household[who]
    first = np.bincount(home, ill_first)[home] > 0
    order = np.lexsort((who, home, draws.raw("ill", home), ~first))
    wanted = (2 * THROUGH_ILLNESS * len(who) + HARDSHIP) // (2 * HARDSHIP)
    cause[who[order][:wanted]] = 0
    return cause


def _disabled(draws: Draws, people: People, civil: Array) -> tuple[Array, Array, Array]:
    """Category and grade of a disability certificate, 0 for none, and the day of issue."""
    index = people.index
    often = np.where(civil >= 0, 1_250, np.where(people.age >= 60, 420, np.where(people.age >= 18, 190, 60)))
    has = draws.chance(often, "disabled", index) & (people.age >= 3)
    category = np.where(has, 1 + draws.pick((13, 12, 3, 48, 8, 12, 4), "category", index), 0)
    grade = np.where(has, 1 + draws.pick((17, 27, 30, 26), "grade", index), 0)
    issued = _since(draws, people, "issued") + draws.below(27, "issued day", index)
    return category, grade, np.where(has, np.maximum(issued, people.birth + 500), -1)


def _mistakes(draws: Draws, people: People, status: Status) -> None:
    """What offices have wrong: fixed shares of the people concerned, at least one of each kind."""
    index, year = people.index, people.year
    wrong, listed = status.wrong, status.listed
    for name in ("wrong_birth", "wrong_sex", "moved", "registered_elsewhere"):
        wrong[name] = _share(draws, name, np.ones(people.count, dtype=bool) if name[0] == "r" else listed)
    insured = ("uninsured", "insured_elsewhere", "insured_twice")
    rest = listed.copy()
    for name in insured:
        wrong[name] = _share(draws, name, rest, of=int(listed.sum()))
        rest &= ~wrong[name]
    rest &= status.civil >= 0
    for name in ("dead_on_list", "flagged_late", "not_flagged", "lower_identity"):
        wrong[name] = _share(draws, name, rest & _can(status, name), of=int(listed.sum()))
        rest &= ~wrong[name]
    wrong["still_shown"] = _share(draws, "still_shown", status.civil_to >= 0)
    late = wrong["flagged_late"]
    status.civil_from[late] = _first(year, draws.between(2, 6, "late from", index))[late]
    villages = len(places().villages)
    status.moved_to[wrong["moved"]] = ((people.village + 1 + draws.below(villages - 1, "moved to", index)) % villages)[
        wrong["moved"]
    ]
    _deaths(draws, people, status)


def _can(status: Status, name: str) -> Array:
    if name == "lower_identity":
        found: Array = status.civil == list(CIVIL).index("dibao")
        return found
    return status.civil >= 0


def _share(draws: Draws, name: str, among: Array, of: int | None = None) -> Array:
    """A fixed share of ``among`` (or of another number), chosen by chance."""
    who = np.flatnonzero(among)
    wanted = max(1, round((len(who) if of is None else of) * SHARES[name] / 10_000))
    found = np.zeros(len(among), dtype=bool)
    found[order_by(draws, name, who)[:wanted]] = True
    return found


def _deaths(draws: Draws, people: People, status: Status) -> None:
    """Who died in the year: the old more often; who is still on a list; who left it by death."""
    index, age = people.index, people.age
    rate = np.select([age >= 85, age >= 75, age >= 65, age >= 50], [900, 330, 130, 45], 8)
    free = ~status.listed & (status.civil_to < 0) & (status.monitored < 0)
    died = draws.chance(rate, "dies", index) & free
    day = days(people.year) + draws.below(360, "died on", index)
    by_exit = (status.civil_to >= 0) & draws.chance(4_500, "left by death", index)
    day = np.where(by_exit, status.civil_to - draws.below(25, "days before", index), day)
    still = status.wrong["dead_on_list"]
    day = np.where(still, days(people.year) + 20 + draws.below(270, "dead on list", index), day)
    status.civil_from[still] = np.minimum(status.civil_from[still], days(people.year - 1, 6, 1))
    died |= by_exit | still
    status.died = np.where(died, day, -1)
    status.registered = np.where(died, day + 5 + draws.below(85, "registered", index), -1)
