"""Lists of the insurance bureau and of the tax office: flags, warnings, payments by hand, premiums, institutions.

Enters: a county. Leaves: :class:`Listing` objects. What the platform exports itself (flags, warnings, payments by hand)
has clean numbers; the office's own sheets (附件3–5) are typed by hand. Imports ``tuodi.synth``.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl

from tuodi.synth.whole.aid import day_of
from tuodi.synth.whole.bills import DISEASES, KINDS
from tuodi.synth.whole.dirt import numbers
from tuodi.synth.whole.made import Made, day_list, names_of
from tuodi.synth.whole.marks import SOURCES
from tuodi.synth.whole.mix import Array
from tuodi.synth.whole.people import days
from tuodi.synth.whole.places import COUNTY, NEIGHBOURS, REGION
from tuodi.synth.whole.sheets import Head, Listing

__all__ = [
    "PREMIUM",
    "WORDS",
    "checked",
    "flags",
    "institutions",
    "manual",
    "requested",
    "subsidies",
    "subsidised",
    "warnings",
]

PREMIUM = 38_000
"""A resident's premium of the year, in fen."""
_SUBSIDY = {
    "tekun": 38_000,
    "orphan": 38_000,
    "unsupported_child": 38_000,
    "dibao": 19_000,
    "unstable_exit": 19_000,
    "margin_prone": 19_000,
    "sudden_hardship": 19_000,
    "dibao_margin": 15_200,
    "severe_disability": 19_000,
}
_LINE = 2_000_000
"""Own cost of a year in fen from which the platform warns: a setting, the law of no place."""
WORDS = {
    "tekun": "特困人员",
    "orphan": "孤儿",
    "unsupported_child": "事实无人抚养儿童",
    "dibao": "城乡低保对象",
    "dibao_margin": "低保边缘家庭成员",
    "rigid_expenditure": "刚性支出困难家庭成员",
    "illness_poor": "因病致贫重病患者",
    "unstable_exit": "脱贫不稳定人口",
    "margin_prone": "边缘易致贫人口",
    "sudden_hardship": "突发严重困难人口",
    "severe_disability": "重度残疾人员",
    "entitled_group": "优抚对象",
}
_TAX = {
    "tekun": "特困人员代缴",
    "orphan": "孤儿",
    "unsupported_child": "事实无人抚养儿童",
    "dibao": "低保对象代缴",
    "dibao_margin": "低保边缘户",
    "unstable_exit": "监测对象代缴",
    "margin_prone": "监测对象代缴",
    "sudden_hardship": "监测对象代缴",
    "severe_disability": "重度残疾人员",
}


def _rows(count: int) -> list[Any]:
    return list(range(1, count + 1))


def flags(made: Made) -> Listing:
    """医保身份标识明细: one identity of one person a row."""
    people, table = made.people, made.flags
    who = table["person"].to_numpy()
    town, village, _ = made.home(who, moved=True)
    on = table["flagged_on"].to_numpy()
    return Listing(
        "identity_flags",
        "医保局/医保身份标识明细.xlsx",
        f"{COUNTY}医疗救助对象身份标识明细",
        f"数据截至：{made.last:%Y-%m-%d}",
        (
            Head("序号", "whole"),
            Head("人员编号"),
            Head("姓名"),
            Head("证件号码"),
            Head("医疗救助身份"),
            Head("开始日期", "day"),
            Head("结束日期", "day"),
            Head("数据来源"),
            Head("推送日期", "day"),
            Head("标识日期", "day"),
            Head("镇街"),
            Head("村居"),
        ),
        [
            _rows(len(who)),
            people.person_id.gather(who).to_list(),
            people.name.gather(who).to_list(),
            people.certificate.gather(who).to_list(),
            [WORDS[each] for each in table["identity"]],
            day_list(table["from"].to_numpy()),
            day_list(table["to"].to_numpy()),
            names_of(SOURCES, table["source"].to_numpy()),
            day_list(on - made.draws.between(0, 3, "pushed", who)),
            day_list(on),
            town,
            village,
        ],
        who,
        [""] * len(who),
        made.last,
        "身份标识",
    )


def warnings(made: Made) -> Listing:
    """高额费用预警名单: one row a person with the year's running totals."""
    people, bills = made.people, made.record.bills
    count = people.count

    def total(amount: Array) -> Array:
        return np.bincount(bills.person, amount, minlength=count).astype(np.int64)

    own = total(bills.total - bills.fund)
    who = np.flatnonzero(own >= _LINE)
    stay = bills.kind == KINDS.index("stay")
    stays = total(np.where(stay, np.sign(bills.total), 0))
    illness = np.zeros(count, dtype=np.int64)
    illness[bills.person[stay]] = bills.disease[stay]
    illness[bills.person[bills.disease >= 18]] = bills.disease[bills.disease >= 18]
    town, village, _ = made.home(who, moved=True)
    sums = [
        total(each)[who].tolist()
        for each in (
            bills.total,
            bills.in_scope,
            bills.in_scope - bills.fund,
            bills.total - bills.fund,
            bills.fund,
            bills.aid,
        )
    ]
    return Listing(
        "high_cost_warning",
        "医保局/高额费用预警名单.xlsx",
        f"{COUNTY}{people.year}年高额医疗费用患者预警名单",
        f"数据截至：{made.last:%Y-%m-%d}　　金额单位：元",
        (
            Head("序号", "whole"),
            Head("年度", "whole"),
            Head("人员编号"),
            Head("姓名"),
            Head("身份证号"),
            Head("联系电话"),
            Head("镇街"),
            Head("村居"),
            Head("住院次数", "whole"),
            Head("医疗费总额", "money"),
            Head("政策范围内费用", "money"),
            Head("政策范围内个人负担", "money"),
            Head("个人负担总金额", "money"),
            Head("基金支付总额", "money"),
            Head("医疗救助支付", "money"),
            Head("主要病种"),
            Head("预警日期", "day"),
        ),
        [
            _rows(len(who)),
            [people.year] * len(who),
            people.person_id.gather(who).to_list(),
            people.name.gather(who).to_list(),
            people.certificate.gather(who).to_list(),
            people.phone.gather(who).to_list(),
            town,
            village,
            stays[who].tolist(),
            *sums,
            [DISEASES[each][1] or None for each in illness[who].tolist()],
            [made.last] * len(who),
        ],
        who,
        [""] * len(who),
        made.last,
        "预警名单",
    )


def manual(made: Made) -> Listing:
    """零星报销受理支付明细: from receipt to payment, a CSV in GB18030."""
    people, record = made.people, made.record
    # The last row of a bill is the one that stands, whatever was taken back before it.
    stands = np.empty(int(record.origin.max()) + 1, dtype=np.int64)
    stands[record.origin] = np.arange(len(record.origin))
    kept = [each for each in made.aid.by_hand if each.paid <= date(people.year + 1, 6, 30)]
    who = np.array([each.person for each in kept], dtype=np.int64)
    rows = stands[[each.bill for each in kept]] if kept else np.empty(0, dtype=np.int64)
    done = [each.paid <= made.last for each in kept]
    return Listing(
        "manual_claims",
        "医保局/零星报销受理支付明细.csv",
        f"{COUNTY}医疗救助零星报销受理支付明细",
        f"数据截至：{made.last:%Y-%m-%d}　金额单位：元",
        (
            Head("受理编号"),
            Head("人员编号"),
            Head("姓名"),
            Head("身份证号"),
            Head("申请日期"),
            Head("受理日期"),
            Head("支付日期"),
            Head("待遇年度"),
            Head("支付项目"),
            Head("结算ID"),
            Head("费用总额", "money"),
            Head("支付金额", "money"),
            Head("办理状态"),
            Head("零星报销原因"),
        ),
        [
            [f"LX{people.year}{each:06d}" for each in _rows(len(kept))],
            people.person_id.gather(who).to_list(),
            people.name.gather(who).to_list(),
            people.certificate.gather(who).to_list(),
            [each.asked for each in kept],
            [each.asked for each in kept],
            [each.paid if paid else None for each, paid in zip(kept, done, strict=True)],
            [people.year] * len(kept),
            ["医疗救助"] * len(kept),
            record.claim_id.gather(rows).to_list(),
            record.bills.total[rows].tolist(),
            [each.amount for each in kept],
            ["已支付" if each else "已受理" for each in done],
            [each.why for each in kept],
        ],
        who,
        [""] * len(kept),
        made.last,
    )


def subsidised(made: Made) -> tuple[Array, list[str], list[int]]:
    """Who is subsidised, as what, and with how many fen: the most that any office knows of the person."""
    year = days(made.people.year)
    order = list(_SUBSIDY)
    known = made.recognised.filter(
        pl.col("identity").is_in(order)
        & (pl.col("from") < year + 60)
        & ((pl.col("to") < 0) | (pl.col("to") > year + 59))
    ).with_columns(pl.col("identity").replace_strict(order, list(range(len(order)))).alias("rank"))
    best = known.group_by("person").agg(pl.col("rank").min()).sort("person")
    who = best["person"].to_numpy()
    keep = ~made.people.employee[who] & ~made.status.wrong["insured_elsewhere"][who]
    kinds = [order[each] for each in best["rank"].to_numpy()[keep].tolist()]
    return who[keep], kinds, [_SUBSIDY[each] for each in kinds]


def subsidies(made: Made) -> Listing:
    """附件3 资助参保对象全量明细."""
    people = made.people
    who, kinds, amount = subsidised(made)
    texts, marks = numbers(made.draws, "premium_subsidy", people, who)
    town, village, _ = made.home(who)
    paid = days(people.year - 1, 10, 1) + made.draws.below(90, "premium paid", who)
    return Listing(
        "premium_subsidy",
        "医保局/附件3_资助参保对象全量明细.xlsx",
        f"附件3　{COUNTY}{people.year}年度资助参保对象全量明细表",
        f"填报单位：{COUNTY}医疗保障局　　数据截至：{made.last:%Y-%m-%d}　　金额单位：元",
        (
            Head("序号", "whole"),
            Head("身份证号"),
            Head("姓名"),
            Head("医疗救助身份"),
            Head("镇街"),
            Head("村居"),
            Head("年度", "whole"),
            Head("资助金额", "money"),
            Head("个人缴费金额", "money"),
            Head("纳入资助时间", "day"),
            Head("缴费时间", "day"),
        ),
        [
            _rows(len(who)),
            texts,
            people.name.gather(who).to_list(),
            [WORDS[each] for each in kinds],
            town,
            village,
            [people.year] * len(who),
            amount,
            [PREMIUM - each for each in amount],
            day_list(paid - 20),
            day_list(np.where(made.status.wrong["uninsured"][who], -1, paid)),
        ],
        who,
        marks,
        made.last,
        "资助参保",
    )


def checked(made: Made) -> Listing:
    """附件4 困难人员参保核实: where everybody in hardship is insured, if anywhere."""
    people, wrong = made.people, made.status.wrong
    who = np.flatnonzero(made.status.listed)
    texts, marks = numbers(made.draws, "enrolment_check", people, who)
    out, twice, none = (wrong[name][who] for name in ("insured_elsewhere", "insured_twice", "uninsured"))
    worker = people.employee[who] & ~none
    resident = (~people.employee[who] | twice) & ~none
    where = np.where(out, 1 + made.draws.below(len(NEIGHBOURS), "insured in", who), 0)
    regions = (REGION, *NEIGHBOURS)
    also = worker | twice
    kinds = _best(made)
    amount = np.array([_SUBSIDY.get(kinds.get(each, ""), 0) for each in who.tolist()]) * (resident & ~out)
    yes = [["是" if each else "否" for each in flag.tolist()] for flag in (also, resident)]
    state = [
        ["正常参保" if each else "未参保" for each in flag.tolist()] for flag in (resident, np.zeros(len(who)), also)
    ]
    return Listing(
        "enrolment_check",
        "医保局/附件4_困难人员参保核实.xlsx",
        f"附件4　{COUNTY}{people.year}年困难人员参保情况核实表",
        f"填报单位：{COUNTY}医疗保障局　　数据截至：{made.last:%Y-%m-%d}　　金额单位：元",
        (
            Head("序号", "whole"),
            Head("姓名"),
            Head("身份证号"),
            Head("居民医保所属区划"),
            Head("职工医保所属区划"),
            Head("资助金额", "money"),
            Head("个人缴费金额", "money"),
            Head("是否参保职工"),
            Head("是否参保居民"),
            Head("参保类型"),
            Head("金保号"),
            Head("参保年度", "whole"),
            Head("居民参保状态"),
            Head("大学生参保状态"),
            Head("职工参保状态"),
            Head("特殊人员身份类别"),
        ),
        [
            _rows(len(who)),
            people.name.gather(who).to_list(),
            texts,
            [regions[at] if on else None for at, on in zip(where.tolist(), resident.tolist(), strict=True)],
            [REGION if on else None for on in also.tolist()],
            amount.tolist(),
            np.where(resident & ~out, PREMIUM - amount, 0).tolist(),
            *yes,
            names_of(("职工", "居民"), (resident | none).astype(np.int64)),
            people.person_id.gather(who).to_list(),
            [people.year] * len(who),
            *state,
            [WORDS[kinds[each]] if each in kinds else None for each in who.tolist()],
        ],
        who,
        marks,
        made.last,
        "参保核实",
    )


def _best(made: Made) -> dict[int, str]:
    """The platform's first identity of each person, in the order of ``WORDS``."""
    order = list(WORDS)
    found: dict[int, str] = {}
    for person, identity in made.flags.select("person", "identity").iter_rows():
        if person not in found or order.index(identity) < order.index(found[person]):
            found[person] = identity
    return found


def requested(made: Made) -> Listing:
    """附件5 税务请款明细: what the tax office asks the aid fund for."""
    people = made.people
    who, kinds, _ = subsidised(made)
    keep = np.flatnonzero(~made.status.wrong["uninsured"][who])
    who, kinds = who[keep], [kinds[each] for each in keep.tolist()]
    texts, marks = numbers(made.draws, "premium_request", people, who)
    town, _, _ = made.home(who)
    amount = [_SUBSIDY[each] for each in kinds]
    batch = 1 + made.draws.below(3, "batch", who)
    return Listing(
        "premium_request",
        "税务局/附件5_税务请款明细.xlsx",
        f"附件5　{COUNTY}{people.year}年资助参保税务请款明细表",
        f"填报单位：{COUNTY}税务局　　数据截至：{made.last:%Y-%m-%d}　　金额单位：元",
        (
            Head("序号", "whole"),
            Head("年度", "whole"),
            Head("镇街"),
            Head("姓名"),
            Head("身份证号码"),
            Head("人员编号"),
            Head("代缴类别"),
            Head("参保类别"),
            Head("代缴金额", "money"),
            Head("个人缴费金额", "money"),
            Head("缴费总额", "money"),
            Head("请款批次"),
        ),
        [
            _rows(len(who)),
            [people.year] * len(who),
            town,
            people.name.gather(who).to_list(),
            texts,
            people.person_id.gather(who).to_list(),
            [_TAX[each] for each in kinds],
            ["城乡居民"] * len(who),
            amount,
            [PREMIUM - each for each in amount],
            [PREMIUM] * len(who),
            [f"{people.year}年第{each}批" for each in batch.tolist()],
        ],
        who,
        marks,
        made.last,
        "请款明细",
    )


def institutions(made: Made) -> Listing:
    """定点医药机构名录."""
    sites = made.places.institutions
    return Listing(
        "institutions",
        "医保局/定点医药机构名录.xlsx",
        f"{COUNTY}参保人员就医定点医药机构名录",
        f"数据截至：{made.last:%Y-%m-%d}",
        (
            Head("序号", "whole"),
            Head("定点医药机构编号"),
            Head("定点医药机构名称"),
            Head("机构类型"),
            Head("医院等级"),
            Head("所属区划"),
            Head("乡镇"),
            Head("开始日期", "day"),
        ),
        [
            _rows(len(sites)),
            [each.code for each in sites],
            [each.name for each in sites],
            [each.kind for each in sites],
            [each.level_name for each in sites],
            [each.region for each in sites],
            [made.places.towns[each.town].name if each.town >= 0 else None for each in sites],
            [day_of(days(2020))] * len(sites),
        ],
        np.full(len(sites), -1, dtype=np.int64),
        [""] * len(sites),
        made.last,
        "机构名录",
    )
