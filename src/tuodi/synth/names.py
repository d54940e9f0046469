"""Invented people's names and identity numbers.

Enters: draws. Leaves: names (surnames as common as in life, given names put together by chance) and identity
numbers of the unassigned region 9901xx with the right check digit (GB 11643). Imports ``tuodi.synth.draw``.
"""

from __future__ import annotations

from datetime import date

from tuodi.synth.draw import Dice

__all__ = ["RARE_NAMES", "SURNAMES", "check_digit", "given_name", "identity_number", "surname"]

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

# Per 1,000 persons, rounded: the shares of the common surnames in the whole country.
SURNAMES = (
    ("王", 72),
    ("李", 72),
    ("张", 68),
    ("刘", 52),
    ("陈", 50),
    ("杨", 33),
    ("黄", 26),
    ("赵", 23),
    ("吴", 22),
    ("周", 21),
    ("徐", 17),
    ("孙", 16),
    ("马", 15),
    ("朱", 15),
    ("胡", 14),
    ("郭", 13),
    ("何", 13),
    ("林", 12),
    ("高", 11),
    ("罗", 10),
    ("郑", 10),
    ("梁", 9),
    ("谢", 8),
    ("宋", 8),
    ("唐", 8),
    ("许", 7),
    ("邓", 7),
    ("冯", 6),
    ("韩", 6),
    ("曹", 6),
    ("曾", 6),
    ("彭", 6),
    ("萧", 5),
    ("蔡", 5),
    ("潘", 5),
    ("田", 5),
    ("董", 5),
    ("袁", 5),
    ("于", 5),
    ("余", 5),
    ("叶", 5),
    ("蒋", 5),
    ("杜", 4),
    ("苏", 4),
    ("魏", 4),
    ("程", 4),
    ("吕", 4),
    ("丁", 4),
    ("沈", 4),
    ("任", 4),
    ("姚", 4),
    ("卢", 4),
    ("傅", 3),
    ("钟", 3),
    ("姜", 3),
    ("崔", 3),
    ("谭", 3),
    ("廖", 3),
    ("范", 3),
    ("汪", 3),
    ("陆", 3),
    ("金", 3),
    ("石", 3),
    ("戴", 3),
    ("贾", 3),
    ("韦", 3),
    ("夏", 3),
    ("邱", 2),
    ("方", 2),
    ("侯", 2),
    ("邹", 2),
    ("熊", 2),
    ("孟", 2),
    ("秦", 2),
    ("白", 2),
    ("江", 2),
    ("阎", 2),
    ("薛", 2),
    ("尹", 2),
    ("段", 2),
    ("雷", 2),
    ("欧阳", 1),
    ("上官", 1),
    ("仇", 1),
    ("冼", 1),
)
_MALE = "松柏川岩泉溪石耕牧樵岭峰澄泽润淮汶沂浦洲砚墨砺锦铭铸锋钧朗昀晖晓旭昶屹岳崧嵩默诺谨言信义厚实稳秉持守恒定"
_FEMALE = "禾穗苗蕙兰芷苓芍蔓葵棠梨杏桃莲荷菱萍絮岚雯霁虹霞云露霜雪月星晴暖珂琅琼瑶璎珞绫绮纨素静婉柔娴"
_SHARED = "安平和宁远清明文德庆余丰年有来春夏秋冬归望思念知行乐"

RARE_NAMES = ("王㛃", "张䶮", "刘𫖯", "陈䒟", "李㙦", "杨𬍛", "赵䴖", "黄𬱖")
"""Names with characters that GB18030 has and GB2312 and GBK lack, in part or in whole."""


def check_digit(seventeen: str) -> str:
    """The eighteenth character of an identity number."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, seventeen, strict=True))
    return "10X98765432"[total % 11]


def identity_number(region: str, birth: date, sequence: int) -> str:
    """An identity number; an odd ``sequence`` is a man's."""
    seventeen = f"{region}{birth:%Y%m%d}{sequence:03d}"
    return seventeen + check_digit(seventeen)


def surname(dice: Dice, *keys: int | str) -> str:
    """A surname, as common as in life."""
    return dice.weighted(SURNAMES, *keys, "surname")


def given_name(dice: Dice, male: bool, person: int) -> str:
    """A given name of one or two characters."""
    pool = (_MALE if male else _FEMALE) + _SHARED
    first = dice.one(pool, person, "given", 1)
    if not dice.chance(780, person, "two characters"):
        return first
    second = dice.one(pool, person, "given", 2)
    return first + (second if second != first else dice.one("生林华英", person, "given", 3))
