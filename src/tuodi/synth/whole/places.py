"""The whole county's places: 18 towns, 256 villages, its hospitals, clinics and pharmacies, its offices. All invented.

The region 9901xx is assigned to nobody; no name here is that of a real place on purpose. Leaves: :class:`Places`.
Imports ``tuodi.synth``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from tuodi.synth.county import CITY, CITY_REGION, COUNTY, REGION, TOWNSHIPS

__all__ = ["CITY", "COUNTY", "NEIGHBOURS", "REGION", "Institution", "Places", "Town", "Village", "places"]

PROVINCE = "澜江省"
TOWNS = (
    *TOWNSHIPS,
    ("柳浪街道", 15),
    ("衔山镇", 11),
    ("苇塘镇", 9),
    ("雁回镇", 8),
    ("稻香岗镇", 7),
    ("竹喧乡", 4),
)
"""Towns with how many of the county's people live there."""
VILLAGES = 256
NEIGHBOURS = ("990111", "990122", "990123")
"""Regions beside the county, as invented as the county."""
_FIRST = "上下东西南北前后大小新老高长双"
_SECOND = (
    "篁",
    "渡头",
    "柿垄",
    "磨盘",
    "竹筏",
    "灯桥",
    "荞坪",
    "染坊",
    "石臼",
    "雁落",
    "藕塘",
    "梅坞",
    "枫岭",
    "樟坑",
    "泉口",
    "桑园",
    "鹭洲",
    "茶亭",
)
_LEVELS = {
    "tertiary": ("02", "三级甲等"),
    "secondary": ("05", "二级甲等"),
    "primary": ("08", "一级甲等"),
    "township": ("10", "乡镇卫生院"),
    "ungraded": ("11", "未定级"),
}


@dataclass(frozen=True)
class Town:
    """One town: its code of 12 digits, name, weight."""

    code: str
    name: str
    weight: int


@dataclass(frozen=True)
class Village:
    """One village: its code of 12 digits, name, the place of its town."""

    code: str
    name: str
    town: int


@dataclass(frozen=True)
class Institution:
    """One hospital, clinic or pharmacy; ``level`` is a core code, ``kind`` a word, ``place`` as in claims."""

    code: str
    name: str
    level: str
    kind: str
    region: str = REGION
    place: str = "local"
    town: int = -1

    @property
    def level_code(self) -> str:
        """``hosp_lv`` of the settlement record."""
        return _LEVELS[self.level][0]

    @property
    def level_name(self) -> str:
        """The level in words, as in a list of institutions."""
        return _LEVELS[self.level][1]


@dataclass(frozen=True)
class Places:
    """Everything of the county that stands still."""

    towns: tuple[Town, ...]
    villages: tuple[Village, ...]
    institutions: tuple[Institution, ...]

    def regions(self) -> list[tuple[str, str, str, str]]:
        """Code, name, level and parent's code of every region, from the province down."""
        province, city, county = "990000000000", "990100000000", f"{REGION}000000"
        rows = [
            (province, f"{PROVINCE}（虚构）", "province", ""),
            (city, f"{CITY}（虚构）", "city", province),
            (county, f"{COUNTY}（虚构）", "county", city),
        ]
        rows += [(town.code, town.name, "township", county) for town in self.towns]
        return rows + [(each.code, each.name, "village", self.towns[each.town].code) for each in self.villages]

    def organisations(self) -> list[tuple[str, str, str, str]]:
        """Code, name, kind and region of every office that takes part."""
        county, city, province = f"{REGION}000000", "990100000000", "990000000000"
        rows = [(f"{REGION}-{kind}", f"{COUNTY}{name}", kind, county) for kind, name in _OFFICES]
        rows.append((f"{CITY_REGION}-city_bureau", f"{CITY}医疗保障局", "city_bureau", city))
        rows.append(("990000-province_bureau", f"{PROVINCE}医疗保障局", "province_bureau", province))
        rows += [
            (each.code, each.name, "hospital", county)
            for each in self.institutions
            if each.region == REGION and each.kind == "医院"
        ]
        rows += [
            (each.code, f"{each.name}{'办事处' if each.name.endswith('街道') else '人民政府'}", "township", each.code)
            for each in self.towns
        ]
        return rows + [
            (each.code, f"{each.name}{'居民' if each.name.endswith('社区') else '村民'}委员会", "village", each.code)
            for each in self.villages
        ]


_OFFICES = (
    ("medical_insurance", "医疗保障局"),
    ("civil_affairs", "民政局"),
    ("agriculture", "农业农村局"),
    ("disabled_federation", "残疾人联合会"),
    ("veterans_affairs", "退役军人事务局"),
    ("health", "卫生健康局"),
    ("tax", "税务局"),
    ("finance", "财政局"),
    ("audit", "审计局"),
    ("charity", "慈善总会"),
    ("red_cross", "红十字会"),
    ("union", "总工会"),
)


@cache
def places() -> Places:
    """The county, always the same."""
    towns = _towns()
    villages = _villages(towns)
    return Places(towns, villages, _institutions(towns, villages))


def _towns() -> tuple[Town, ...]:
    counters = {"街道": 1, "镇": 100, "乡": 200}
    made = []
    for name, weight in TOWNS:
        kind = next(each for each in counters if name.endswith(each))
        made.append(Town(f"{REGION}{counters[kind]:03d}000", name, weight))
        counters[kind] += 1
    return tuple(made)


def _villages(towns: tuple[Town, ...]) -> tuple[Village, ...]:
    """256 names, each once, dealt out by the weight of the towns; some are urban communities."""
    whole = sum(town.weight for town in towns)
    ends = [round(VILLAGES * sum(each.weight for each in towns[: at + 1]) / whole) for at in range(len(towns))]
    names = [first + second for second in _SECOND for first in _FIRST]
    made = []
    for number in range(VILLAGES):
        town = next(at for at, end in enumerate(ends) if number < end)
        within = number - (ends[town - 1] if town else 0)
        urban = towns[town].name.endswith("街道") or within == 0
        code = f"{towns[town].code[:9]}{within + 1 if urban else within + 200:03d}"
        made.append(Village(code, names[number * 37 % len(names)] + ("社区" if urban else "村"), town))
    return tuple(made)


def _institutions(towns: tuple[Town, ...], villages: tuple[Village, ...]) -> tuple[Institution, ...]:
    own = [
        Institution(f"H{REGION}{number:05d}", f"{COUNTY}{name}", level, "医院", town=0)
        for number, (name, level) in enumerate(
            (
                ("人民医院", "secondary"),
                ("中医院", "secondary"),
                ("妇幼保健院", "secondary"),
                ("第二人民医院", "secondary"),
                ("城关医院", "primary"),
                ("康复医院", "primary"),
            ),
            1,
        )
    ]
    clinics = [
        Institution(
            f"H{REGION}{at + 21:05d}",
            f"{COUNTY}{town.name}{'社区卫生服务中心' if town.name.endswith('街道') else '卫生院'}",
            "primary" if town.name.endswith("街道") else "township",
            "基层医疗卫生机构",
            town=at,
        )
        for at, town in enumerate(towns)
    ]
    rooms = [
        Institution(
            f"H{REGION}{at + 101:05d}",
            f"{towns[village.town].name}{village.name}卫生{'站' if village.name.endswith('社区') else '室'}",
            "ungraded",
            "村卫生室",
            town=village.town,
        )
        for at, village in enumerate(villages)
    ]
    shops = [
        Institution(
            f"P{REGION}{at + 1:05d}",
            f"{towns[at % len(towns)].name}{'百济仁和安康'[at // len(towns)]}草大药房",
            "ungraded",
            "零售药店",
            town=at % len(towns),
        )
        for at in range(3 * len(towns))
    ]
    away = [
        Institution(f"H{CITY_REGION}00001", f"{CITY}第一人民医院", "tertiary", "医院", CITY_REGION),
        Institution(f"H{CITY_REGION}00002", f"{CITY}肿瘤医院", "tertiary", "医院", CITY_REGION),
        Institution(f"H{CITY_REGION}00003", f"{CITY}中心医院", "tertiary", "医院", CITY_REGION),
        Institution("H99019900001", "本省省立医院（虚构）", "tertiary", "医院", "990199", "in_province"),
        Institution("H99019900002", "本省肿瘤医院（虚构）", "tertiary", "医院", "990199", "in_province"),
        Institution("H99029900001", "邻省大学附属医院（虚构）", "tertiary", "医院", "990299", "out_of_province"),
        Institution("H99029900002", "邻省滨江医院（虚构）", "secondary", "医院", "990299", "out_of_province"),
    ]
    return (*own, *clinics, *rooms, *shops, *away)
