"""Lists of the other departments: civil affairs, agriculture, the disabled, veterans, charity and the Red Cross.

Enters: a county. Leaves: :class:`Listing` objects, with what is wrong in each row. Numbers are typed by hand in all of
them (see ``dirt``). Imports ``tuodi.synth``.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from tuodi.synth.whole.aid import day_of
from tuodi.synth.whole.bills import DISEASES
from tuodi.synth.whole.dirt import numbers
from tuodi.synth.whole.hardship import CAUSES, CIVIL
from tuodi.synth.whole.made import Made, day_list, names_of
from tuodi.synth.whole.mix import Array
from tuodi.synth.whole.people import RELATIONS, days
from tuodi.synth.whole.places import COUNTY
from tuodi.synth.whole.sheets import Head, Listing

__all__ = ["charity", "civil_affairs", "deaths", "disabled", "entitled", "monitored", "red_cross"]

_RURAL = {"tekun": "农村特困人员", "dibao": "农村低保", "orphan": "散居孤儿"}
_CIVIL = {
    "tekun": "城市特困人员",
    "orphan": "孤儿",
    "unsupported_child": "事实无人抚养儿童",
    "dibao": "城市低保",
    "dibao_margin": "低保边缘家庭",
    "rigid_expenditure": "刚性支出困难家庭",
    "illness_poor": "因病致贫家庭",
}
_MONTHLY = {"tekun": 105_000, "orphan": 190_000, "unsupported_child": 190_000, "dibao": 52_000}
_WATCHED = ("脱贫不稳定户", "边缘易致贫户", "突发严重困难户")
_CATEGORIES = ("视力", "听力", "言语", "肢体", "智力", "精神", "多重")
_GRADES = ("一级", "二级", "三级", "四级")
_FEWEST = 5
"""Rows of a giver's ledger in the smallest county."""
_HEALTH = ("健康", "长期慢性病", "患有大病", "残疾")


def _number(day: date) -> int:
    return days(day.year, day.month, day.day)


def _sexes(made: Made, persons: Array, wrong: bool) -> list[Any]:
    male = made.people.male[persons] ^ (made.status.wrong["wrong_sex"][persons] & wrong)
    return ["男" if each else "女" for each in male.tolist()]


def _births(made: Made, persons: Array, wrong: bool) -> list[Any]:
    """Birth dates; a wrong one is of another year."""
    born = made.people.birth[persons]
    told = np.where(made.status.wrong["wrong_birth"][persons] & wrong, born - 366, born)
    return [day_of(each) for each in told.tolist()]


def _count(rows: Array) -> list[Any]:
    return list(range(1, len(rows) + 1))


def civil_affairs(made: Made, month_end: date) -> Listing:
    """民政当月资金发放名册: who is on the list of one month, by class; the dead among them too."""
    status, people = made.status, made.people
    first, last = _number(month_end.replace(day=1)), _number(month_end)
    on = (status.civil >= 0) & (status.civil_from <= last) & ((status.civil_to < 0) | (status.civil_to >= first))
    who = np.flatnonzero(on)
    who = who[np.lexsort((who, people.household[who], status.civil[who]))]
    texts, marks = numbers(made.draws, "civil_affairs_monthly", people, who, _twenty(made, who))
    heads_texts, _ = numbers(made.draws, "civil_affairs_head", people, people.head[who])
    town, village, code = made.home(who)
    kinds = [list(CIVIL)[each] for each in status.civil[who].tolist()]
    size = np.bincount(people.household[who], minlength=people.household[-1] + 1)[people.household[who]]
    words = [
        (_RURAL if each.endswith("村") else {}).get(kind, _CIVIL[kind])
        for kind, each in zip(kinds, village, strict=True)
    ]
    cause = np.where(status.cause[who] >= 0, status.cause[who], 2)
    heads = (
        Head("序号", "whole"),
        Head("户编号", group="户主信息"),
        Head("户主姓名", group="户主信息"),
        Head("户主身份证号", group="户主信息"),
        Head("姓名", group="对象信息"),
        Head("身份证号", group="对象信息"),
        Head("与户主关系", group="对象信息"),
        Head("性别", group="对象信息"),
        Head("出生日期", "day", "对象信息"),
        Head("救助类别", group="救助信息"),
        Head("批准日期", "day", "救助信息"),
        Head("保障人数", "whole", "救助信息"),
        Head("月保障金额（元）", "money", "救助信息"),
        Head("致困原因", group="救助信息"),
        Head("镇街", group="居住信息"),
        Head("村（居）", group="居住信息"),
        Head("行政区划", group="居住信息"),
        Head("联系电话", group="居住信息"),
        Head("开户账号"),
    )
    values: list[list[Any]] = [
        _count(who),
        [f"99012100{each:06d}" for each in people.household[who].tolist()],
        people.name.gather(people.head[who]).to_list(),
        heads_texts,
        people.name.gather(who).to_list(),
        texts,
        names_of(RELATIONS, people.relation[who]),
        _sexes(made, who, True),
        _births(made, who, True),
        words,
        day_list(status.civil_from[who]),
        size.tolist(),
        [_MONTHLY.get(kind, 0) for kind in kinds],
        names_of(CAUSES, cause),
        town,
        village,
        code,
        people.phone.gather(who).to_list(),
        made.account(who),
    ]
    return Listing(
        "civil_affairs_monthly",
        f"民政局/民政当月资金发放名册_{month_end:%Y-%m}.xlsx",
        f"{COUNTY}{month_end.year}年{month_end.month}月社会救助资金发放名册",
        f"发放月份：{month_end:%Y-%m}　　填报单位：{COUNTY}民政局　　金额单位：元　　数据截至：{month_end:%Y-%m-%d}",
        heads,
        values,
        who,
        marks,
        month_end,
        "发放名册",
    )


def _twenty(made: Made, persons: Array) -> Array:
    """Two digits of a disability number for who has one."""
    return made.status.category[persons] * 10 + made.status.grade[persons]


def monitored(made: Made, day: date) -> tuple[Listing, Listing]:
    """防返贫监测户 and 防返贫监测家庭成员 as of one day."""
    status, people, draws = made.status, made.people, made.draws
    today = _number(day)
    on = (status.monitored >= 0) & (status.monitored_from <= today)
    who = np.flatnonzero(on)
    homes, first = np.unique(people.household[who], return_index=True)
    one = who[first]
    head = people.head[one]
    texts, marks = numbers(draws, "monitored_households", people, head)
    town, village, code = made.home(head)
    cleared = (status.cleared[one] >= 0) & (status.cleared[one] <= today)
    income = draws.between(600_000, 1_450_000, "income each", homes)
    size = np.bincount(people.household, minlength=people.household[-1] + 1)[homes]
    own = np.bincount(
        people.household[made.record.bills.person],
        made.record.bills.total - made.record.bills.fund,
        minlength=people.household[-1] + 1,
    )[homes].astype(np.int64)
    cause = np.where(status.cause[one] >= 0, status.cause[one], 0)
    under = f"填报单位：{COUNTY}农业农村局　　数据截至：{day:%Y-%m-%d}　　金额单位：元"
    ids = [f"99012199{each:06d}" for each in homes.tolist()]
    households = Listing(
        "monitored_households",
        f"农业农村局/防返贫监测户_{day:%Y%m%d}.xlsx",
        f"{COUNTY}防止返贫监测对象户信息表",
        under,
        (
            Head("序号", "whole"),
            Head("户编号"),
            Head("户主姓名"),
            Head("户主证件号码"),
            Head("联系电话"),
            Head("乡镇"),
            Head("行政村"),
            Head("行政区划"),
            Head("户类型"),
            Head("监测对象类别"),
            Head("家庭人口数", "whole"),
            Head("致贫返贫风险1"),
            Head("识别监测时间", "day"),
            Head("风险是否已消除"),
            Head("消除监测时间", "day"),
            Head("帮扶措施"),
            Head("家庭纯收入", "money"),
            Head("人均纯收入", "money"),
            Head("合规自付支出", "money"),
        ),
        [
            _count(one),
            ids,
            people.name.gather(head).to_list(),
            texts,
            people.phone.gather(head).to_list(),
            town,
            village,
            code,
            names_of(("脱贫户", "一般农户"), (status.monitored[one] > 0).astype(np.int64)),
            names_of(_WATCHED, status.monitored[one]),
            size.tolist(),
            names_of(CAUSES, cause),
            day_list(status.monitored_from[one]),
            ["是" if each else "否" for each in cleared.tolist()],
            day_list(np.where(cleared, status.cleared[one], -1)),
            names_of(("健康帮扶", "综合保障", "产业帮扶", "公益岗位"), draws.below(4, "measure", homes)),
            (income * size).tolist(),
            income.tolist(),
            own.tolist(),
        ],
        head,
        marks,
        day,
        "监测户",
    )
    texts, marks = numbers(draws, "monitored_members", people, who, _twenty(made, who))
    health = np.where(
        status.category[who] > 0, 3, np.where(status.cause[who] == 0, 1 + draws.below(2, "health", who), 0)
    )
    dibao, tekun = (status.civil[who] == list(CIVIL).index(each) for each in ("dibao", "tekun"))
    insured = ~(status.wrong["uninsured"][who] | status.wrong["insured_elsewhere"][who])
    aided = np.isin(who, np.unique(made.record.bills.person[made.record.bills.aid > 0]))
    yes = [["是" if each else "否" for each in flag.tolist()] for flag in (insured, insured, dibao, tekun, aided)]
    members = Listing(
        "monitored_members",
        f"农业农村局/防返贫监测家庭成员_{day:%Y%m%d}.xlsx",
        f"{COUNTY}防止返贫监测对象家庭成员信息表",
        under,
        (
            Head("序号", "whole"),
            Head("户编号"),
            Head("姓名"),
            Head("证件号码"),
            Head("性别"),
            Head("出生日期", "day"),
            Head("与户主关系"),
            Head("健康状况"),
            Head("是否参加城乡居民基本医疗保险"),
            Head("是否参加大病保险"),
            Head("是否享受低保"),
            Head("是否特困供养"),
            Head("是否接受医疗救助"),
        ),
        [
            _count(who),
            [f"99012199{each:06d}" for each in people.household[who].tolist()],
            people.name.gather(who).to_list(),
            texts,
            _sexes(made, who, False),
            _births(made, who, False),
            names_of(RELATIONS, people.relation[who]),
            names_of(_HEALTH, health),
            *yes,
        ],
        who,
        marks,
        day,
        "家庭成员",
    )
    return households, members


def disabled(made: Made) -> Listing:
    """持证残疾人名册: twenty digits, of which the first eighteen are the identity number."""
    status, people = made.status, made.people
    who = np.flatnonzero((status.grade > 0) & (status.issued <= _number(made.last)))
    texts, marks = numbers(made.draws, "disabled_persons", people, who, missing=False)
    again = made.draws.chance(200, "issued again", who).tolist()
    full = []
    for at, (text, two) in enumerate(zip(texts, _twenty(made, who).tolist(), strict=True)):
        if marks[at] == "short_number":
            text, marks[at] = people.certificate[int(who[at])], ""
        full.append(f"{text}{two}{'B1' if again[at] else ''}")
    town, village, _ = made.home(who)
    guardian = np.where(people.age[who] < 18, people.head[who], -1)
    return Listing(
        "disabled_persons",
        "残联/持证残疾人名册.xlsx",
        f"{COUNTY}持证残疾人名册",
        f"填报单位：{COUNTY}残疾人联合会　　数据截至：{made.last:%Y-%m-%d}",
        (
            Head("序号", "whole"),
            Head("姓名"),
            Head("残疾人证号"),
            Head("性别"),
            Head("出生日期", "day"),
            Head("残疾类别"),
            Head("残疾等级"),
            Head("发证日期", "day"),
            Head("有效期至", "day"),
            Head("监护人"),
            Head("联系电话"),
            Head("镇街"),
            Head("村居"),
        ),
        [
            _count(who),
            people.name.gather(who).to_list(),
            list(full),
            _sexes(made, who, False),
            _births(made, who, False),
            names_of(_CATEGORIES, status.category[who] - 1),
            names_of(_GRADES, status.grade[who] - 1),
            day_list(status.issued[who]),
            day_list(status.issued[who] + 3_652),
            [None if each < 0 else people.name[each] for each in guardian.tolist()],
            people.phone.gather(who).to_list(),
            town,
            village,
        ],
        who,
        marks,
        made.last,
        "持证残疾人",
    )


def entitled(made: Made) -> Listing:
    """优抚对象名册."""
    status, people = made.status, made.people
    who = np.flatnonzero(status.entitled)
    texts, marks = numbers(made.draws, "entitled_groups", people, who)
    town, village, _ = made.home(who)
    kinds = ("在乡老复员军人", "烈士遗属", "病故军人遗属", "重点优抚对象")
    return Listing(
        "entitled_groups",
        "退役军人事务局/优抚对象名册.xlsx",
        f"{COUNTY}重点优抚对象名册",
        f"填报单位：{COUNTY}退役军人事务局　　数据截至：{made.last:%Y-%m-%d}　　金额单位：元",
        (
            Head("序号", "whole"),
            Head("姓名"),
            Head("身份证号"),
            Head("性别"),
            Head("优抚对象类别"),
            Head("批准日期", "day"),
            Head("镇街"),
            Head("村居"),
            Head("联系电话"),
            Head("月抚恤补助金额", "money"),
        ),
        [
            _count(who),
            people.name.gather(who).to_list(),
            texts,
            _sexes(made, who, False),
            names_of(kinds, made.draws.below(4, "veteran", who)),
            day_list(status.entitled_from[who]),
            town,
            village,
            people.phone.gather(who).to_list(),
            (made.draws.between(9, 32, "pension", who) * 10_000).tolist(),
        ],
        who,
        marks,
        made.last,
        "优抚对象",
    )


def deaths(made: Made) -> Listing:
    """死亡人员名单 (附件6): who had been registered by the end of the year; registration comes late."""
    status, people = made.status, made.people
    who = np.flatnonzero((status.died >= 0) & (status.registered <= _number(made.last)))
    who = who[np.lexsort((who, status.registered[who]))]
    texts, marks = numbers(made.draws, "deaths", people, who)
    town, village, _ = made.home(who)
    return Listing(
        "deaths",
        "民政局/死亡人员名单.xlsx",
        f"{COUNTY}{people.year}年死亡人员名单",
        f"填报单位：{COUNTY}民政局　　数据截至：{made.last:%Y-%m-%d}",
        (
            Head("序号", "whole"),
            Head("姓名"),
            Head("身份证号码"),
            Head("死亡时间", "day"),
            Head("登记日期", "day"),
            Head("镇街"),
            Head("村居"),
            Head("备注"),
        ),
        [
            _count(who),
            people.name.gather(who).to_list(),
            texts,
            day_list(status.died[who]),
            day_list(status.registered[who]),
            town,
            village,
            names_of(("火化", "户籍注销", ""), made.draws.below(3, "registered as", who)),
        ],
        who,
        marks,
        made.last,
        "死亡名单",
    )


def _chosen(made: Made, purpose: str, share: int, poor: int, least: int) -> tuple[Array, Array]:
    """Persons whom a giver helped, with their illness: of those whose own cost of the year is above ``least`` yuan."""
    bills = made.record.bills
    own = np.bincount(bills.person, bills.total - bills.fund, minlength=made.people.count)
    listed = made.status.listed
    who = np.flatnonzero(
        ((own > least * 100) & made.draws.chance(share, purpose, made.people.index))
        | (listed & (own > 200_000) & made.draws.chance(poor, f"{purpose} poor", made.people.index))
    )
    if len(who) < _FEWEST:
        who = np.sort(np.lexsort((made.people.index, -own))[:_FEWEST])
    illness = np.zeros(made.people.count, dtype=np.int64)
    illness[bills.person] = bills.disease
    return who, illness[who]


def charity(made: Made) -> Listing:
    """慈善总会救助台账."""
    people, draws = made.people, made.draws
    who, illness = _chosen(made, "charity", 700, 900, 15_000)
    texts, marks = numbers(draws, "charity_ledger", people, who)
    town, village, _ = made.home(who)
    given = days(people.year) + 30 + draws.below(330, "given", who)
    return Listing(
        "charity_ledger",
        "慈善总会/慈善总会救助台账.xlsx",
        f"{COUNTY}慈善总会{people.year}年大病救助台账",
        f"数据截至：{made.last:%Y-%m-%d}　　金额单位：元",
        (
            Head("序号", "whole"),
            Head("票据号"),
            Head("姓名"),
            Head("身份证号"),
            Head("镇街"),
            Head("村居"),
            Head("救助项目"),
            Head("病种"),
            Head("救助金额（元）", "money"),
            Head("审批日期", "day"),
            Head("发放日期", "day"),
            Head("联系电话"),
        ),
        [
            _count(who),
            [f"CS{people.year}{each:06d}" for each in _count(who)],
            people.name.gather(who).to_list(),
            texts,
            town,
            village,
            names_of(("大病救助", "暖冬行动", "重残帮扶"), draws.below(3, "project", who)),
            [DISEASES[each][1] or None for each in illness.tolist()],
            (draws.between(2, 20, "gift", who) * 50_000).tolist(),
            day_list(given - 9),
            day_list(given),
            people.phone.gather(who).to_list(),
        ],
        who,
        marks,
        made.last,
        "救助台账",
    )


def red_cross(made: Made) -> Listing:
    """红十字会救助台账: a CSV in GB18030."""
    people, draws = made.people, made.draws
    who, illness = _chosen(made, "red cross", 220, 180, 25_000)
    texts, marks = numbers(draws, "red_cross_ledger", people, who)
    paid = days(people.year) + 40 + draws.below(300, "red cross paid", who)
    return Listing(
        "red_cross_ledger",
        "红十字会/红十字会救助台账.csv",
        f"{COUNTY}红十字会{people.year}年人道救助台账",
        f"数据截至：{made.last:%Y-%m-%d}　金额单位：元",
        (
            Head("编号"),
            Head("受助人"),
            Head("证件号码"),
            Head("项目名称"),
            Head("疾病名称"),
            Head("资助金额", "money"),
            Head("拨付日期", "day"),
            Head("联系电话"),
        ),
        [
            [f"HS{people.year}{each:05d}" for each in _count(who)],
            people.name.gather(who).to_list(),
            texts,
            names_of(("人道救助金", "小天使基金", "大病救助金"), draws.below(3, "red cross project", who)),
            [DISEASES[each][1] or None for each in illness.tolist()],
            (draws.between(1, 15, "red cross gift", who) * 100_000).tolist(),
            day_list(paid),
            people.phone.gather(who).to_list(),
        ],
        who,
        marks,
        made.last,
    )
