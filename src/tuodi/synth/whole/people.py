"""The whole county's people and households: ages, names, numbers, where they live, how they are insured.

Enters: draws, a number of persons, the year. Leaves: :class:`People`, arrays with one place a person. Surnames are as
common as in life (the first five about 30 %); identity numbers are of region 9901xx, which is assigned to nobody.
Imports ``tuodi.synth``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from tuodi.synth.county import REGION
from tuodi.synth.names import SURNAMES
from tuodi.synth.whole.mix import Array, Draws
from tuodi.synth.whole.places import NEIGHBOURS, places

__all__ = ["FULL", "HOUSEHOLDS", "RELATIONS", "People", "days", "populate", "with_check_digit"]

FULL, HOUSEHOLDS = 400_000, 145_000
"""Persons and households of the county at full size."""
RELATIONS = ("户主", "配偶", "之子", "之女", "之父", "之母", "之孙子", "之孙女")
_SIZES = (20, 29, 23, 16, 8, 4)
"""Households of one to six, of a hundred."""
_TAIL = (
    "毛邵万钱黎常武贺赖龚文施庞殷颜倪严牛温芦季俞章鲁葛伍申尤毕聂焦向柳邢岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟卜路詹关苗凌费纪靳盛童欧"
    "甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强丛华车冉房边净阴闫佘党宫"
)
"""Rarer surnames, two of 1,000 each."""
_MALE = "伟强磊军洋勇杰涛明超刚平辉鹏华飞鑫波斌宇浩凯健俊帆帅旭宁龙林海峰建国志文松柏川岩泽润淮砚锦钧朗晖岳嵩诺谨厚秉恒"
_FEMALE = "芳娜敏静丽艳娟秀英霞燕玲桂兰红梅莉萍洁婷雪倩颖琳晶云凤珍慧蕙芷蔓棠杏荷絮岚雯虹霜晴珂瑶绮素婉柔娴禾穗"
_SHARED = "安平和宁远清明文德庆余丰年有春夏秋冬归望思念知行乐金玉"
_WEIGHTS = np.array((7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), dtype=np.int64)
_CHECK = np.frombuffer(b"10X98765432", dtype=np.uint8)


@dataclass
class People:
    """Arrays with one place a person; a date is a number of days since 1970, a place an index into ``places()``."""

    year: int
    household: Array
    member: Array
    relation: Array
    male: Array
    age: Array
    birth: Array
    village: Array
    employee: Array
    name: pl.Series
    certificate: pl.Series
    former: pl.Series
    """The number that a person had before it was changed; elsewhere the same as ``certificate``."""
    changed: Array
    phone: pl.Series
    head: Array
    """The person who heads the household."""

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.household)

    @property
    def index(self) -> Array:
        """0, 1, 2 … as keys of draws."""
        return np.arange(self.count, dtype=np.int64)

    @property
    def town(self) -> Array:
        """Each person's town."""
        return np.array([each.town for each in places().villages])[self.village]

    def number(self, prefix: str, width: int, which: Array | None = None, of: Array | None = None) -> pl.Series:
        """``prefix`` and the person's (or household's) place in ``width`` digits."""
        source = self.index if of is None else of
        return numbered(prefix, width, source if which is None else source[which])

    @property
    def person_id(self) -> pl.Series:
        """The insurer's number of each person."""
        return numbered(f"{REGION}0{self.year - 2000:02d}", 8, self.index + 1)


def numbered(prefix: str, width: int, values: Array) -> pl.Series:
    """Numbers as text: a prefix and ``width`` digits."""
    return (
        pl.Series(values)
        .cast(pl.String)
        .str.zfill(width)
        .to_frame("n")
        .select(pl.lit(prefix) + pl.col("n"))
        .to_series()
    )


def days(year: int, month: int = 1, day: int = 1) -> int:
    """Days since 1970."""
    return int(np.datetime64(f"{year:04d}-{month:02d}-{day:02d}", "D").astype(np.int64))


def populate(draws: Draws, count: int, year: int) -> People:
    """``count`` persons in households, 145,000 of 400,000."""
    household, member, size = _households(draws, count)
    index = np.arange(count, dtype=np.int64)
    age, relation, male = _ages(draws, household, member, size)
    birth = days(year) - 4 - draws.below(361, "birthday", index) - age * 365 - age // 4
    region = np.where(
        draws.chance(9_300, "region", index), int(REGION), np.array([int(each) for each in NEIGHBOURS])[
            draws.below(len(NEIGHBOURS), "other region", index)]
    )  # fmt: skip
    changed = draws.chance(50, "changed number", index)
    certificate, former = _numbers(draws, region, birth, male, changed)
    first = np.flatnonzero(member == 0)
    return People(
        year=year,
        household=household,
        member=member,
        relation=relation,
        male=male,
        age=age,
        birth=birth,
        village=_villages(draws, int(household[-1]) + 1)[household],
        employee=(age >= 22) & draws.chance(np.where(age < 60, 170, 110) * 10, "employee", index),
        name=_names(draws, household, member, relation, male),
        certificate=certificate,
        former=former,
        changed=changed,
        phone=numbered("100", 8, draws.below(100_000_000, "phone", household)),
        head=first[household],
    )


def _households(draws: Draws, count: int) -> tuple[Array, Array, Array]:
    """Household, place in it and its size for each person; exactly ``count`` persons."""
    homes = np.arange(max(1, round(count * HOUSEHOLDS / FULL)), dtype=np.int64)
    size = 1 + draws.pick(_SIZES, "size", homes)
    order = np.argsort(draws.raw("grow", homes), kind="stable")
    while (missing := count - int(size.sum())) != 0:
        able = order[size[order] < 6] if missing > 0 else order[size[order] > 1]
        size[able[: abs(missing)]] += 1 if missing > 0 else -1
    household = np.repeat(homes, size)
    starts = np.cumsum(size) - size
    return household, np.arange(count) - starts[household], size[household]


def _ages(draws: Draws, household: Array, member: Array, size: Array) -> tuple[Array, Array, Array]:
    """Age, relation to the head (place in ``RELATIONS``) and sex."""
    index = np.arange(len(household), dtype=np.int64)
    alone = draws.chance(620, "alone and old", household)
    young = draws.between(27, 58, "head", household)
    old = draws.between(59, 88, "old head", household)
    of_head = np.where((size == 1) & ~alone | (size == 2) & draws.chance(5_600, "old couple", household)
                       | (size > 2) & draws.chance(1_500, "old head of many", household), old, young)  # fmt: skip
    head_male = draws.chance(7_400, "head male", household)
    spouse = np.clip(of_head + draws.between(-5, 4, "spouse", household), 20, 92)
    child = of_head - draws.between(23, 33, "child", household, member)
    parent = of_head + draws.between(21, 30, "parent", household, member)
    grandchild = np.maximum(0, of_head - draws.between(47, 60, "grandchild", household, member))
    male = np.where(member == 0, head_male, np.where(member == 1, ~head_male, draws.chance(5_200, "sex", index)))
    is_child = (member >= 2) & (child >= 0) & (child < 36) & (member <= 3)
    is_parent = (member >= 2) & ~is_child & (parent < 96) & (of_head < 60) & (member >= 3)
    age = np.select([member == 0, member == 1, is_child, is_parent], [of_head, spouse, child, parent], grandchild)
    relation = np.select(
        [member == 0, member == 1, is_child, is_parent], [np.int64(0), np.int64(1), 2 + ~male, 4 + ~male], 6 + ~male
    )
    return age, relation.astype(np.int64), male


def _villages(draws: Draws, homes: int) -> Array:
    """The village of each household: by the weight of the town, then by that of the village."""
    made = places()
    within = np.bincount([each.town for each in made.villages])
    index = np.arange(len(made.villages), dtype=np.int64)
    large = draws.between(60, 200, "village", index)
    weights = [
        made.towns[each.town].weight * int(large[at]) * 100 // int(within[each.town])
        for at, each in enumerate(made.villages)
    ]
    return draws.pick(weights, "lives in", np.arange(homes, dtype=np.int64))


def _names(draws: Draws, household: Array, member: Array, relation: Array, male: Array) -> pl.Series:
    """Surname of the household, of the own family for who married in, and a given name."""
    index = np.arange(len(household), dtype=np.int64)
    families = [name for name, _ in SURNAMES] + list(_TAIL)
    weights = [weight for _, weight in SURNAMES] + [2] * len(_TAIL)
    married_in = (relation == 1) | (relation == 5)
    family = np.where(married_in, draws.pick(weights, "own family", index),
                      draws.pick(weights, "family", household))  # fmt: skip
    parts = [pl.Series(families, dtype=pl.String).gather(family)]
    for number in (1, 2):
        pools = [_MALE + _SHARED, _FEMALE + _SHARED]
        drawn = [pl.Series(list(pool)).gather(draws.below(len(pool), f"given {number}", index)) for pool in pools]
        parts.append(drawn[0].zip_with(pl.Series(male), drawn[1]))
    frame = pl.DataFrame({"family": parts[0], "one": parts[1], "two": parts[2],
                          "short": draws.chance(1_300, "one character", index)})  # fmt: skip
    given = pl.when(pl.col("short")).then(pl.col("one")).otherwise(pl.col("one") + pl.col("two"))
    return frame.select(pl.col("family") + given).to_series()


def _numbers(draws: Draws, region: Array, birth: Array, male: Array, changed: Array) -> tuple[pl.Series, pl.Series]:
    """Identity numbers, each once, and those that some had before."""
    index = np.arange(len(birth), dtype=np.int64)
    group = ((region * 100_000 + birth + 50_000) * 2 + male).astype(np.int64)
    order = np.lexsort((index, group))
    ranked = group[order]
    starts = np.flatnonzero(np.concatenate(([True], ranked[1:] != ranked[:-1])))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    if rank.max() >= _HALF:
        raise AssertionError("more persons of one sex born on one day than there are numbers")
    # The upper half of the sequence numbers is kept for numbers that were changed since: they meet nobody's.
    place = (draws.below(_HALF, "sequence", group) + rank) % _HALF
    now = _compose(region, birth, place * 2 + 2 - male)
    before = _compose(region, birth, (place + _HALF) * 2 + 2 - male)
    was = pl.Series(changed)
    return now, before.zip_with(was, now)


_HALF = 249


def _compose(region: Array, birth: Array, sequence: Array) -> pl.Series:
    when = birth.astype("datetime64[D]")
    months = when.astype("datetime64[M]").astype(np.int64)
    year, month = 1970 + months // 12, 1 + months % 12
    day = 1 + (birth - months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64))
    return with_check_digit(((region * 10_000 + year) * 100 + month) * 100 + day, sequence)


def with_check_digit(fourteen: Array, sequence: Array) -> pl.Series:
    """Identity numbers of eighteen characters from the first fourteen digits and the sequence number."""
    value = fourteen * 1000 + sequence
    digits = (value[:, None] // 10 ** np.arange(16, -1, -1, dtype=np.int64)) % 10
    check = _CHECK[(digits @ _WEIGHTS) % 11]
    text = np.concatenate(((digits + ord("0")).astype(np.uint8), check[:, None]), axis=1)
    return pl.Series(np.ascontiguousarray(text).view("S18").ravel().astype(str).tolist(), dtype=pl.String)
