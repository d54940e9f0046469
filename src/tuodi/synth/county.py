"""The invented county: its places, its hospitals, and what differs between the two demo places.

No name here is that of a real county, township or hospital on purpose; the region 9901xx is assigned to nobody.
Leaves: constants and :class:`Setup`. Imports ``tuodi.errors``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from tuodi.errors import UsageError, nearest

__all__ = ["COUNTY", "PLACES", "REGION", "TOWNSHIPS", "VILLAGES", "Provider", "Setup", "providers", "setup_of"]

COUNTY = "岚汀县"
CITY = "澜桐市"
REGION = "990121"
CITY_REGION = "990101"

TOWNSHIPS = (
    ("鹤汀街道", 18),
    ("云杪镇", 14),
    ("枕溪镇", 12),
    ("砚池镇", 10),
    ("槐荫渡镇", 9),
    ("石篆镇", 8),
    ("听橹镇", 7),
    ("青缃乡", 6),
    ("半塘坞乡", 5),
    ("麦笠乡", 5),
    ("雪芽乡", 4),
    ("望帆岭乡", 2),
)
"""Townships with how many of the county's people live there."""

VILLAGES = (
    "上篁村",
    "下篁村",
    "渡头湾村",
    "柿子垄村",
    "磨盘坳村",
    "竹筏口村",
    "灯笼桥社区",
    "荞麦坪村",
    "老染坊村",
    "石臼村",
    "雁落村",
    "藕塘社区",
)


@dataclass(frozen=True)
class Provider:
    """One hospital: level is a core code, ``place`` and ``region`` say where it is."""

    code: str
    name: str
    level: str
    place: str = "local"
    region: str = REGION
    traits: str = ""


@cache
def providers() -> tuple[Provider, ...]:
    """Every hospital that the county's people go to."""
    clinics = tuple(
        Provider(
            f"H99012100{number:03d}",
            f"{COUNTY}{name}{'社区卫生服务中心' if name.endswith('街道') else '卫生院'}",
            "primary" if name.endswith("街道") else "township",
        )
        for number, (name, _) in enumerate(TOWNSHIPS, 21)
    )
    return (
        Provider("H99012100001", f"{COUNTY}人民医院", "secondary"),
        Provider("H99012100002", f"{COUNTY}中医院", "secondary", traits="tcm"),
        Provider("H99012100003", f"{COUNTY}妇幼保健院", "secondary"),
        Provider("H99012100011", f"{COUNTY}城关医院", "primary"),
        *clinics,
        Provider("H99010100001", f"{CITY}第一人民医院", "tertiary", region=CITY_REGION, traits="grade_a"),
        Provider("H99010100002", f"{CITY}肿瘤医院", "tertiary", region=CITY_REGION, traits="grade_a"),
        Provider("H99019900001", "本省省立医院（虚构）", "tertiary", "in_province", "990199", "grade_a"),
        Provider("H99029900001", "邻省大学附属医院（虚构）", "tertiary", "out_of_province", "990299", "grade_a"),
        Provider("H99029900002", "邻省滨江医院（虚构）", "secondary", "out_of_province", "990299"),
    )


@dataclass(frozen=True)
class Setup:
    """What a demo place decides: its pack, its year, which upstream layers are invented, local habits."""

    place: str
    pack: str
    year: int
    given: tuple[str, ...]
    """Layers that the pack takes from the record: this room invents them (see ``upstream``)."""
    long_term: str
    """The setting of long-term outpatient care."""
    dialysis: str
    """The setting of dialysis and the like."""
    employees: int
    """Persons in the employees' scheme, of 1,000."""
    observation: bool
    """Whether stays under emergency observation occur."""
    identities: tuple[tuple[str, int], ...]
    """Identity of a household, and its weight."""


PLACES: Mapping[str, Setup] = MappingProxyType(
    {
        "suqian": Setup(
            place="suqian",
            pack="cn/321300/2024",
            year=2024,
            given=("basic", "catastrophic"),
            long_term="chronic_outpatient",
            dialysis="chronic_outpatient",
            employees=30,
            observation=False,
            identities=(
                ("dibao", 440),
                ("tekun", 230),
                ("dibao_margin", 130),
                ("severe_disability", 70),
                ("unsupported_child", 12),
                ("orphan", 8),
                ("entitled_group", 30),
                ("rigid_expenditure", 30),
                ("", 50),
            ),
        ),
        "beijing": Setup(
            place="beijing",
            pack="cn/110000/2023",
            year=2023,
            given=(),
            long_term="outpatient",
            dialysis="special_outpatient",
            employees=0,
            observation=True,
            identities=(
                ("dibao", 640),
                ("tekun", 270),
                ("dibao_margin", 30),
                ("", 60),
            ),
        ),
    }
)


def setup_of(place: str) -> Setup:
    """The set-up of one demo place. Raises ``UsageError`` for another name."""
    if place not in PLACES:
        raise UsageError(f"place {place!r} is unknown{nearest(place, list(PLACES))}; use {' or '.join(PLACES)}")
    return PLACES[place]
