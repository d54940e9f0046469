"""The whole county's year of care: visits, purchases, long-term care and stays, before anybody has paid anything.

Enters: people, their status. Leaves: :class:`Bills`, arrays with one place a bill, whose four parts add up to the total
to the fen, in order of person and settlement. Calibrated to reference/policies.md 4.1 (see ``calibration``). Imports
``tuodi.synth``.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from tuodi.synth.draw import NARROW, ONE, WIDE
from tuodi.synth.whole.hardship import Status
from tuodi.synth.whole.mix import Array, Draws
from tuodi.synth.whole.people import People, days
from tuodi.synth.whole.places import places

__all__ = ["DISEASES", "KINDS", "LEVELS", "MONEY", "Bills", "bills_of"]

KINDS = ("village", "pharmacy", "outpatient", "emergency", "chronic", "stay")
LEVELS = ("tertiary", "secondary", "primary", "township", "ungraded")
DISEASES = (
    ("J06.900", "急性上呼吸道感染"),
    ("M54.500", "腰痛"),
    ("K29.700", "胃炎"),
    ("L30.900", "皮炎"),
    ("", ""),
    ("I10.x00", "原发性高血压"),
    ("E11.900", "2型糖尿病"),
    ("I25.103", "冠状动脉粥样硬化性心脏病"),
    ("J44.900", "慢性阻塞性肺疾病"),
    ("F20.900", "精神分裂症"),
    ("I63.900", "脑梗死"),
    ("J18.900", "肺炎"),
    ("I50.900", "心力衰竭"),
    ("K80.200", "胆囊结石"),
    ("M51.202", "腰椎间盘突出"),
    ("N20.000", "肾结石"),
    ("H25.900", "老年性白内障"),
    ("S82.900", "小腿骨折"),
    ("C34.900", "肺恶性肿瘤"),
    ("C16.900", "胃恶性肿瘤"),
    ("C50.900", "乳腺恶性肿瘤"),
    ("N18.001", "尿毒症"),
    ("D61.900", "再生障碍性贫血"),
    ("I21.900", "急性心肌梗死"),
)
_FRACTURE = 17
MONEY = (
    "total",
    "outside",
    "over",
    "first",
    "in_scope",
    "basic",
    "catastrophic",
    "large",
    "aid",
    "account",
    "deductible",
)

# Bills of a person and year in ten-thousandths, by age: under 15, to 59, from 60.
_OFTEN = {
    "village": (18_000, 22_000, 62_000),
    "pharmacy": (14_000, 44_000, 75_000),
    "outpatient": (13_000, 11_000, 21_000),
    "emergency": (700, 400, 700),
}
_STAYS = (1_320, 1_100, 3_800)
_SPELLS = (0, 700, 3_600)
_MEAN = {"village": 5_600, "pharmacy": 7_400, "outpatient": 21_000, "emergency": 42_000}
_STAY_MEAN = np.array((815_000, 608_000, 373_000, 373_000), dtype=np.int64)
# Of 1,000: outside the catalogue, over a price limit, first self-pay; by level, ungraded last.
_PARTS = np.array(((92, 8, 70), (58, 6, 42), (34, 3, 24), (24, 2, 18), (10, 0, 8)), dtype=np.int64)
_CHRONIC_MEAN = {5: 19_000, 6: 32_000, 7: 38_000, 8: 41_000, 9: 36_000}
_GRAVE = (("cancer", 105), ("dialysis", 14), ("grave", 34))
"""Grave illnesses of a year, of 10,000 persons over eighteen."""


@dataclass
class Bills:
    """Arrays with one place a bill; amounts in fen, ``begin`` and ``end`` days, ``settled`` seconds since 1970."""

    person: Array
    kind: Array
    provider: Array
    begin: Array
    end: Array
    settled: Array
    disease: Array
    total: Array
    outside: Array
    over: Array
    first: Array
    in_scope: Array
    serial: Array
    manual: Array
    reverses: Array
    basic: Array
    catastrophic: Array
    large: Array
    aid: Array
    account: Array
    deductible: Array

    def __len__(self) -> int:
        return len(self.person)

    def take(self, which: Array) -> Bills:
        """Some of the bills, in the order asked for."""
        return Bills(**{each.name: getattr(self, each.name)[which] for each in fields(self)})

    def and_also(self, *others: Bills) -> Bills:
        """These bills and others behind them."""
        return Bills(
            **{each.name: np.concatenate([getattr(one, each.name) for one in (self, *others)]) for each in fields(self)}
        )

    def negated(self) -> Bills:
        """The same bills with every amount below zero."""
        return replace(self, **{name: -getattr(self, name) for name in MONEY})

    @property
    def level(self) -> Array:
        """Place of each bill's hospital in ``LEVELS``."""
        return _levels()[self.provider]

    @property
    def fund(self) -> Array:
        """All funds together."""
        return self.basic + self.catastrophic + self.large + self.aid


def _levels() -> Array:
    return np.array([LEVELS.index(each.level) for each in places().institutions])


def _kind(name: str) -> int:
    return KINDS.index(name)


def bills_of(draws: Draws, people: People, status: Status, factor: int = ONE) -> Bills:
    """One year's bills of everybody; ``factor`` of 10,000 lessens visits and purchases."""
    old = np.where(people.age < 15, 0, np.where(people.age < 60, 1, 2))
    weak = 1 + status.listed.astype(np.int64)
    grave = np.where(people.age >= 18, draws.below(10_000, "grave", people.index), 10_000)
    ends = np.cumsum([share for _, share in _GRAVE])
    likely = np.where(status.cause == 0, 2, 1)
    sick = np.where(grave < ends[-1] * likely, np.searchsorted(ends, grave // likely, side="right"), len(_GRAVE))
    poor = status.listed | status.severe | status.entitled
    parts = [_visits(draws, people, old, weak, name, factor) for name in _OFTEN]
    parts += [_stays(draws, people, old, weak, sick, poor), _chronic(draws, people, old, sick)]
    made = parts[0].and_also(*parts[1:])
    out = status.wrong["uninsured"] | status.wrong["insured_elsewhere"]
    last = np.where(status.died >= 0, status.died, days(people.year + 1))
    made = made.take(np.flatnonzero(~out[made.person] & (made.end < last[made.person])))
    made = made.take(np.lexsort((made.kind, made.settled, made.person)))
    made.serial = np.arange(len(made), dtype=np.int64)
    return made


def _count(draws: Draws, name: str, mean: Array, index: Array) -> Array:
    """How many, around ``mean`` ten-thousandths: most few, some many."""
    return (draws.spread(mean, WIDE, f"{name} often", index) + draws.below(ONE, f"{name} count", index)) // ONE


def _repeat(count: Array, index: Array) -> tuple[Array, Array]:
    person = np.repeat(index, count)
    starts = np.cumsum(count) - count
    return person, np.arange(len(person)) - np.repeat(starts, count)


def _made(
    draws: Draws,
    name: str,
    keys: tuple[Array, Array],
    provider: Array,
    begin: Array,
    end: Array,
    disease: Array,
    total: Array,
) -> Bills:
    """Bills with their parts and the moment of settlement."""
    shares = _PARTS[_levels()[provider]]
    cut = [
        draws.spread(total * shares[:, at] // 1_000, NARROW, f"{name} {part}", *keys)
        for at, part in enumerate(("outside", "over", "first"))
    ]
    cut = [
        np.where(draws.chance(chance, f"{name} has {at}", *keys), each * ONE // chance, 0) if name != "stay" else each
        for at, (each, chance) in enumerate(zip(cut, (2_500, 500, 5_000), strict=True))
    ]
    in_scope = total - cut[0] - cut[1] - cut[2]
    short = in_scope < 0
    cut = [np.where(short, 0, each) for each in cut]
    in_scope = np.where(short, total, in_scope)
    zero = np.zeros(len(total), dtype=np.int64)
    settled = end * 86_400 + 28_800 + draws.below(34_200, f"{name} time", *keys)
    kind = np.full(len(total), _kind(name), dtype=np.int8)
    return Bills(
        person=keys[0],
        kind=kind,
        provider=provider.astype(np.int16),
        begin=begin.astype(np.int32),
        end=end.astype(np.int32),
        settled=settled,
        disease=disease.astype(np.int8),
        total=total,
        outside=cut[0],
        over=cut[1],
        first=cut[2],
        in_scope=in_scope,
        serial=zero,
        manual=np.zeros(len(total), dtype=bool),
        reverses=np.full(len(total), -1, dtype=np.int64),
        basic=zero,
        catastrophic=zero,
        large=zero,
        aid=zero,
        account=zero,
        deductible=zero,
    )


def _visits(draws: Draws, people: People, old: Array, weak: Array, name: str, factor: int) -> Bills:
    mean = np.array(_OFTEN[name], dtype=np.int64)[old] * (4 + weak) // 5 * factor // ONE
    keys = _repeat(_count(draws, name, mean, people.index), people.index)
    person = keys[0]
    day = days(people.year) + draws.below(366, f"{name} day", *keys)
    total = np.maximum(300, draws.spread(np.full(len(person), _MEAN[name]), WIDE, f"{name} cost", *keys))
    disease = np.full(len(person), 4) if name == "pharmacy" else draws.pick((46, 22, 18, 14), f"{name} of", *keys)
    return _made(draws, name, keys, _near(draws, people, name, keys), day, day, disease, total)


def _near(draws: Draws, people: People, name: str, keys: tuple[Array, Array]) -> Array:
    """Where a visit goes: the village's room, a pharmacy of the town, the town's clinic or a county hospital."""
    made = places()
    towns = len(made.towns)
    rooms, shops = 6 + towns, 6 + towns + len(made.villages)
    person = keys[0]
    if name == "village":
        return rooms + people.village[person]
    if name == "pharmacy":
        found: Array = shops + people.town[person] + towns * draws.below(3, "which pharmacy", *keys)
        return found
    far = draws.chance(4_600, f"{name} at the county's", *keys)
    return np.where(far, draws.pick((40, 24, 10, 16, 6, 4), f"{name} where", *keys), 6 + people.town[person])


def _stays(draws: Draws, people: People, old: Array, weak: Array, sick: Array, poor: Array) -> Bills:
    """Stays, one after another; who is in hardship goes to the town's clinic more often than others."""
    index = people.index
    grave = sick < len(_GRAVE)
    mean = np.array(_STAYS, dtype=np.int64)[old] * (3 + weak) // 4
    count = _count(draws, "stay", mean, index)
    count = np.minimum(6, count + np.where(grave, draws.between(1, 3, "stays of the grave", index), 0))
    keys = _repeat(count, index)
    person, number = keys
    ill = grave[person]
    usual = np.where(
        poor[person], draws.pick((4, 25, 8, 63), "stay level", *keys), draws.pick((19, 53, 5, 23), "stay level", *keys)
    )
    level = np.where(ill, draws.pick((66, 34), "grave level", *keys), usual)
    length = np.where(level <= 1, draws.between(4, 15, "days", *keys), draws.between(3, 9, "days", *keys))
    slot = 350 // count[person]
    begin = days(people.year) + number * slot + draws.below(slot - length - 1, "stay day", *keys)
    disease = np.where(
        ill,
        np.choose(
            np.minimum(sick[person], 2),
            [18 + draws.below(3, "cancer", person), np.full(len(person), 21), 22 + draws.below(2, "grave of", person)],
        ),
        np.array((10, 11, 12, 13, 14, 15, 16, _FRACTURE))[draws.pick((16, 22, 12, 10, 14, 8, 12, 5), "stay of", *keys)],
    )
    mean = _STAY_MEAN[level] * np.where(ill, np.where(level == 0, 310, 230), 100) // 100
    total = np.maximum(40_000, draws.spread(mean, WIDE, "stay cost", *keys))
    provider = _hospital(draws, people, level, ill, keys)
    made = _made(draws, "stay", keys, provider, begin, begin + length, disease, total)
    far = np.array([each.place != "local" for each in places().institutions])[provider]
    made.manual = far & draws.chance(800, "by hand", *keys) & (made.end < days(people.year, 10, 20))
    made.settled += np.where(made.manual, 86_400 * draws.between(12, 60, "handed in", *keys), 0)
    return made


def _hospital(draws: Draws, people: People, level: Array, ill: Array, keys: tuple[Array, Array]) -> Array:
    made = places().institutions
    away = len(made) - 7
    tertiary = away + np.where(
        ill,
        draws.pick((26, 34, 10, 10, 12, 8), "tertiary for the grave", *keys),
        draws.pick((48, 8, 30, 6, 2, 6), "tertiary", *keys),
    )
    secondary = draws.pick((48, 22, 8, 22), "secondary", *keys)
    primary = 4 + draws.below(2, "primary", *keys)
    return np.choose(level, [tertiary, secondary, primary, 6 + people.town[keys[0]]])


def _chronic(draws: Draws, people: People, old: Array, sick: Array) -> Bills:
    """Long-term outpatient care month by month; dialysis and chemotherapy are dear, the rest is not."""
    index = people.index
    grave = sick < 2
    has = draws.chance(np.array(_SPELLS, dtype=np.int64)[old], "long-term", index) | grave
    months = np.where(has, np.where(sick == 1, 12, draws.between(1, 6, "months", index)), 0)
    keys = _repeat(months, index)
    person, number = keys
    step = 12 // months[person]
    month = np.minimum(11, number * step + draws.below(step, "month", *keys))
    first = (np.int64((people.year - 1970) * 12) + month).astype("datetime64[M]").astype("datetime64[D]")
    day = first.astype(np.int64) + draws.below(28, "long-term day", *keys)
    usual = 5 + draws.pick((42, 27, 14, 11, 6), "long-term of", person)
    means = np.array([_CHRONIC_MEAN.get(each, 0) for each in range(len(DISEASES))], dtype=np.int64)[usual]
    dialysis, cancer = sick[person] == 1, sick[person] == 0
    disease = np.where(dialysis, 21, np.where(cancer, 18 + draws.below(3, "cancer", person), usual))
    mean = np.where(dialysis, 560_000, np.where(cancer, 480_000, means))
    total = np.maximum(2_000, draws.spread(mean, NARROW, "long-term cost", *keys))
    at = np.where(
        dialysis | cancer, draws.pick((60, 10, 0, 30), "grave at", *keys), _near(draws, people, "chronic", keys)
    )
    return _made(draws, "chronic", keys, at, day, day, disease, total)
