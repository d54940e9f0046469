"""How near the invented county comes to published figures: each measure, published and simulated.

Enters: a county. Leaves: rows for a table. The published figures are those of reference/policies.md section 4; no law
stands here. Imports ``tuodi.synth``.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from tuodi.synth.whole.bills import KINDS, LEVELS
from tuodi.synth.whole.hardship import HARDSHIP, THROUGH_ILLNESS
from tuodi.synth.whole.made import Made
from tuodi.synth.whole.mix import Array
from tuodi.synth.whole.office import subsidised

__all__ = ["Measure", "measures", "table"]


@dataclass(frozen=True)
class Measure:
    """One figure: its name, unit, what was published where, what came out, and how far apart they may be (per cent)."""

    name: str
    unit: str
    published: Fraction
    source: str
    simulated: Fraction
    allowed: int

    @property
    def apart(self) -> Fraction:
        """How far the simulated figure is from the published one, in per cent of it."""
        return 100 * (self.simulated - self.published) / self.published


def _share(part: Array | int, whole: Array | int, times: int = 100) -> Fraction:
    below = int(np.sum(whole))
    return Fraction(times * int(np.sum(part)), below) if below else Fraction(0)


def measures(made: Made) -> list[Measure]:
    """Every measure, from the record as it is exported (reversed rows net themselves out)."""
    bills, people = made.record.bills, made.people
    resident = ~people.employee
    mine = resident[bills.person]
    sign = np.sign(bills.total)
    stay = mine & (bills.kind == KINDS.index("stay"))
    insured = int((resident & ~made.status.wrong["uninsured"] & ~made.status.wrong["insured_elsewhere"]).sum())
    level, fund = bills.level, bills.basic + bills.catastrophic
    relief = np.bincount(bills.person[mine], bills.catastrophic[mine], minlength=people.count).astype(np.int64)
    reached = int((relief > 0).sum())
    found: list[tuple[str, str, Fraction, str, Fraction, int]] = [
        ("居民住院率", "%", Fraction(207, 10), "2023", _share(sign[stay], insured), 5),
        ("次均住院费用", "元", Fraction(7_674), "2023", _share(bills.total[stay], sign[stay], 1) / 100, 5),
    ]
    for word, which, mean, share in (
        ("三级", level == LEVELS.index("tertiary"), 13_942, 632),
        ("二级", level == LEVELS.index("secondary"), 6_626, 724),
        ("一级及以下", level >= LEVELS.index("primary"), 3_623, 808),
    ):
        at = stay & which
        found.append(
            (f"次均住院费用（{word}）", "元", Fraction(mean), "2021", _share(bills.total[at], sign[at], 1) / 100, 6)
        )
        found.append(
            (
                f"政策范围内住院基金支付比例（{word}）",
                "%",
                Fraction(share, 10),
                "2023",
                _share(fund[at], bills.in_scope[at]),
                4,
            )
        )
    found.append(
        ("政策范围内住院基金支付比例", "%", Fraction(681, 10), "2023", _share(fund[stay], bills.in_scope[stay]), 4)
    )
    found.append(("达到大病保险起付线的居民", "%", Fraction(12, 10), "2023", _share(reached, insured), 12))
    found.append(
        ("大病保险人均减负", "元", Fraction(7_924), "2023", Fraction(int(relief.sum()), 100 * max(1, reached)), 10)
    )
    found += _aid(made)
    return [Measure(*each) for each in found]


def _aid(made: Made) -> list[tuple[str, str, Fraction, str, Fraction, int]]:
    bills, status = made.record.bills, made.status
    stay = bills.kind == KINDS.index("stay")
    paid = np.sign(bills.aid)
    listed = int(status.listed.sum())
    who, _, amount = subsidised(made)
    return [
        ("住院次均救助", "元", Fraction(1_074), "2021", _share(bills.aid[stay], paid[stay], 1) / 100, 25),
        ("门诊次均救助", "元", Fraction(88), "2021", _share(bills.aid[~stay], paid[~stay], 1) / 100, 15),
        ("救助人次／资助对象", "人次", Fraction(20_000, 7_916), "2024", _share(paid, len(who), 1), 20),
        (
            "人均资助参保金额",
            "元",
            Fraction(1_538_000, 7_308),
            "2023",
            Fraction(sum(amount), 100 * max(1, len(who))),
            12,
        ),
        (
            "困难人口中因病的占比",
            "%",
            Fraction(100 * THROUGH_ILLNESS, HARDSHIP),
            "NI07",
            _share(status.cause == 0, listed),
            2,
        ),
        ("前五大姓占比", "%", Fraction(30), "全国", _top_five(made), 4),
    ]


def _top_five(made: Made) -> Fraction:
    first = made.people.name.str.slice(0, 1).value_counts(sort=True)["count"].head(5)
    return Fraction(100 * int(first.sum()), made.people.count)


def table(found: list[Measure]) -> list[dict[str, str]]:
    """Rows as they are written."""
    return [
        {
            "measure": each.name,
            "unit": each.unit,
            "published": f"{float(each.published):.2f}",
            "year": each.source,
            "simulated": f"{float(each.simulated):.2f}",
            "apart_per_cent": f"{float(each.apart):+.1f}",
            "allowed_per_cent": str(each.allowed),
        }
        for each in found
    ]
