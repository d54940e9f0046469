"""What no file can show: a list fixed before any bill is looked at.

An audit of files finds what files hold. Who was paid by a commercial policy, whom another person hurt, who was
recognised on paper that nobody typed in: none of that stands in them, and a tool that "finds everything" in a demo
would be lying. The list says how many of each there are and who, so that recall can be counted honestly.

Enters: draws, the county's people. Leaves: :class:`Unseen` rows. Imports ``tuodi.synth``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tuodi.synth.draw import Dice
from tuodi.synth.people import Person

__all__ = ["KINDS", "Unseen", "unseen"]

KINDS = (
    ("commercial_cover", "商业保险或惠民保已赔付一部分，结算数据中没有"),
    ("third_party_liable", "有责任第三人，费用本应由其承担"),
    ("work_injury", "应由工伤保险支付"),
    ("recognised_on_paper_only", "已经批准的低保，没有录入任何一份名单"),
    ("recognised_elsewhere", "身份由外县认定，名单不在本县"),
    ("circumstances_changed", "家庭情况已好转，应动态调出而未报"),
    ("died_before_the_bill", "持卡人在结算前已去世，他人持卡就医"),
    ("paid_elsewhere_too", "在外地重复参保并已报销同一笔费用"),
    ("never_went", "需要治疗而因钱没有就医，没有账单"),
    ("gift_received", "个人求助募得善款，已付清本次费用"),
)
"""Kind and what an officer would learn at the door."""

PER_KIND = 5
"""Of 5,000 persons."""


@dataclass(frozen=True)
class Unseen:
    """One person of whom the files do not say what matters."""

    person: Person
    kind: str
    what: str


def unseen(dice: Dice, people: Sequence[Person]) -> list[Unseen]:
    """The list, chosen by the seed alone: neither bills nor plants are looked at."""
    count = max(1, PER_KIND * len(people) // 5000)
    order = sorted(people, key=lambda person: dice.raw(person.index, "unseen"))
    return [
        Unseen(order[number * count + each], kind, what)
        for number, (kind, what) in enumerate(KINDS)
        for each in range(count)
        if number * count + each < len(order)
    ]
