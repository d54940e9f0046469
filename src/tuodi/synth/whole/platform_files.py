"""What the insurance platform exports by itself: assistance settlements, who is insured, settlement messages.

Enters: a county. Leaves: a :class:`Listing`, a CSV and JSON messages. Imports ``tuodi.synth``.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from tuodi.money import yuan
from tuodi.synth.files import SETTLEMENT
from tuodi.synth.whole.aid import instant_of
from tuodi.synth.whole.bills import DISEASES, KINDS
from tuodi.synth.whole.made import Made, day_list
from tuodi.synth.whole.mix import Array
from tuodi.synth.whole.office import PREMIUM, WORDS
from tuodi.synth.whole.people import days
from tuodi.synth.whole.places import COUNTY, NEIGHBOURS, REGION
from tuodi.synth.whole.setl_d import SPECIAL, money, person_type, rows_of
from tuodi.synth.whole.sheets import Head, Listing

__all__ = ["assisted", "shown_identities", "special_types", "write_enrolment", "write_messages"]

_PLACES = {"local": "统筹区内", "in_province": "省内异地", "out_of_province": "跨省异地"}
_CARE = {
    "village": "普通门诊",
    "pharmacy": "定点药店购药",
    "outpatient": "普通门诊",
    "emergency": "急诊",
    "chronic": "门诊慢特病",
    "stay": "普通住院",
}


def shown_identities(flags: pl.DataFrame, person: Array, settled: Array) -> pl.Series:
    """The identity that the platform showed for each settled row: the first of those in force; null for none."""
    order = list(WORDS)
    rows = pl.DataFrame({"row": np.arange(len(person)), "person": person, "day": settled // 86_400})
    marks = flags.select("person", "identity", pl.max_horizontal("from", "flagged_on").alias("first"), "to")
    held = rows.join(marks, on="person").filter(
        (pl.col("first") <= pl.col("day")) & ((pl.col("to") < 0) | (pl.col("to") >= pl.col("day")))
    )
    ranked = held.with_columns(pl.col("identity").replace_strict(order, list(range(len(order)))).alias("rank"))
    best = ranked.group_by("row").agg(pl.col("rank").min())
    place = np.full(len(person), -1, dtype=np.int64)
    place[best["row"].to_numpy()] = best["rank"].to_numpy()
    return pl.Series([*order, None], dtype=pl.String).gather(np.where(place < 0, len(order), place))


def special_types(shown: pl.Series) -> pl.Series:
    """SP_PSN_TYPE for each row."""
    return shown.replace_strict(list(SPECIAL), list(SPECIAL.values()), default=None)


def assisted(made: Made) -> Listing:
    """医疗救助结算明细: aid paid, and every stay and long-term care of whom the platform showed as such."""
    people, bills, record = made.people, made.record.bills, made.record
    wide = np.isin(bills.kind, [KINDS.index("stay"), KINDS.index("chronic")])
    shown = made.shown.is_not_null().to_numpy()
    which = np.flatnonzero(((bills.aid != 0) | (wide & shown)) & ~record.by_message)
    some, sites = bills.take(which), made.places.institutions
    person, provider = some.person, some.provider.tolist()
    kinds = [KINDS[each] for each in some.kind.tolist()]
    town, _, _ = made.home(person, moved=True)
    injury = [DISEASES[each][0].startswith("S") for each in some.disease.tolist()]
    age = people.age[person]
    values: dict[str, list[Any]] = {
        "number": list(range(1, len(which) + 1)),
        "claim_id": record.claim_id.gather(which).to_list(),
        "county": [COUNTY] * len(which),
        "township": town,
        "insured_region": [REGION] * len(which),
        "scheme": ["职工医保" if each else "城乡居民医保" for each in people.employee[person].tolist()],
        "certificate": people.certificate.gather(person).to_list(),
        "person_name": people.name.gather(person).to_list(),
        "person_id": people.person_id.gather(person).to_list(),
        "person_type": np.where(
            age >= 60, "老年人", np.where(age >= 18, "成年居民", np.where(age >= 7, "学生", "儿童"))
        ).tolist(),
        "identity_at_hospital": [WORDS[each] if each else None for each in made.shown.gather(which)],
        "stay_id": record.stay_id.gather(which).to_list(),
        "care_region": [sites[each].region for each in provider],
        "place": [_PLACES[sites[each].place] for each in provider],
        "provider_name": [sites[each].name for each in provider],
        "provider_id": [sites[each].code for each in provider],
        "provider_level": [sites[each].level_name for each in provider],
        "care": [
            "外伤住院" if hurt and kind == "stay" else _CARE[kind] for kind, hurt in zip(kinds, injury, strict=True)
        ],
        "authorisation": ["无需转诊" if sites[each].place == "local" else "规范转诊" for each in provider],
        "diagnosis": [DISEASES[each][0] or None for each in some.disease.tolist()],
        "diagnosis_name": [DISEASES[each][1] or None for each in some.disease.tolist()],
        "admitted_on": day_list(some.begin),
        "discharged_on": day_list(some.end),
        "settled_at": [instant_of(each) for each in some.settled.tolist()],
        "settle_mode": ["手工（零星）报销" if each else "联网" for each in some.manual.tolist()],
        "total": some.total.tolist(),
        "out_of_catalogue": some.outside.tolist(),
        "over_limit": some.over.tolist(),
        "first_self_pay": some.first.tolist(),
        "in_scope": some.in_scope.tolist(),
        "paid_basic": some.basic.tolist(),
        "paid_catastrophic": some.catastrophic.tolist(),
        "paid_large_sum": some.large.tolist(),
        "paid_assistance": some.aid.tolist(),
        "paid_tilt": [0] * len(which),
        "paid_other": [0] * len(which),
        "paid_fund_total": some.fund.tolist(),
        "paid_hospital": [0] * len(which),
        "paid_account": some.account.tolist(),
        "paid_cash": (some.total - some.fund - some.account).tolist(),
        "own_total": (some.total - some.fund).tolist(),
        "reverses": record.reverses.gather(which).to_list(),
        "refund_flag": ["是" if each >= 0 else "否" for each in some.reverses.tolist()],
    }
    forms = {"date": "day"}
    return Listing(
        "settlement_aid",
        "医保局/医疗救助结算明细.xlsx",
        f"{COUNTY}医疗救助费用结算明细表",
        f"统计期间：{people.year}-01-01 至 {people.year}-12-31　　数据截至：{made.last:%Y-%m-%d}　　金额单位：元",
        tuple(Head(each.header, forms.get(each.form, each.form), each.group) for each in SETTLEMENT),
        [values[each.name] for each in SETTLEMENT],
        person,
        [""] * len(which),
        made.last,
        "医疗救助结算明细",
    )


def write_enrolment(made: Made, path: Path) -> Array:
    """居民（及职工）参保明细: everybody insured in the county; gives the person of each row.

    Half of the doubly insured stand in it twice, the others are insured a second time in a neighbouring county.
    """
    people, wrong = made.people, made.status.wrong
    who = np.flatnonzero(~wrong["uninsured"] & ~wrong["insured_elsewhere"])
    twice = np.flatnonzero(wrong["insured_twice"] & (people.index % 2 == 0))
    persons = np.concatenate((who, twice))
    second = np.arange(len(persons)) >= len(who)
    order = np.lexsort((second, persons))
    persons, second = persons[order], second[order]
    worker = people.employee[persons] ^ second
    registered = np.where(
        wrong["registered_elsewhere"][persons],
        np.array([f"{NEIGHBOURS[1]}000000"])[np.zeros(len(persons), dtype=np.int64)],
        np.array([each.code for each in made.places.villages])[made.village(persons, moved=True)],
    )
    town, village, _ = made.home(persons, moved=True)
    since = days(people.year - 1, 9, 1) + made.draws.below(110, "enrolled", persons)
    path.parent.mkdir(parents=True, exist_ok=True)
    pl.DataFrame(
        {
            "人员编号": people.person_id.gather(persons),
            "证件号码": people.certificate.gather(persons),
            "姓名": people.name.gather(persons),
            "性别": ["男" if each else "女" for each in people.male[persons].tolist()],
            "出生日期": pl.Series(people.birth[persons]).cast(pl.Int32).cast(pl.Date),
            "年度": np.full(len(persons), people.year),
            "险种类型": ["职工基本医疗保险" if each else "城乡居民基本医疗保险" for each in worker.tolist()],
            "人员类别": person_type(people)[persons],
            "参保状态": ["正常参保"] * len(persons),
            "参保地": [REGION] * len(persons),
            "参保日期": pl.Series(since).cast(pl.Int32).cast(pl.Date),
            "个人缴费金额": money(np.where(worker, 0, PREMIUM)),
            "属地区划": registered.tolist(),
            "镇街": town,
            "村居": village,
            "联系电话": people.phone.gather(persons),
        }
    ).write_csv(path)
    return persons


def write_messages(made: Made, folder: Path) -> list[tuple[str, Path, Array]]:
    """The last settlements of the year, which came as messages: 2304 for stays, 5203 for outpatients."""
    folder.mkdir(parents=True, exist_ok=True)
    stay = made.record.bills.kind == KINDS.index("stay")
    written = []
    for number, chosen in (("2304", stay), ("5203", ~stay)):
        which = np.flatnonzero(made.record.by_message & chosen)
        if not len(which):
            continue
        rows = rows_of(made.people, made.record, special_types(made.shown), which).to_dicts()
        path = folder / f"结算报文_{number}.json"
        text = json.dumps([_message(number, at, row) for at, row in enumerate(rows, 1)], ensure_ascii=False, indent=1)
        path.write_bytes((text + "\n").encode())
        written.append((number, path, which))
    return written


_NAMES = {
    "INSCP_AMT": "inscp_scp_amt",
    "OTHFUND_PAY": "oth_pay",
    "PSN_PAY": "psn_part_amt",
    "CASH_PAYAMT": "psn_cash_pay",
    "OWNPAY_HOSP_PART": "hosp_part_amt",
}
_LEFT_OUT = ("INIT_SETL_ID", "INSU_ADMDVS", "PAY_LOC", "REFD_SETL_FLAG", "YEAR", "VALI_FLAG", "SP_PSN_TYPE")


def _message(number: str, at: int, row: dict[str, Any]) -> dict[str, Any]:
    """Request and reply of one settlement; amounts as text, as half of the field sends them."""
    setl: dict[str, Any] = {}
    for name, value in row.items():
        if name in _LEFT_OUT or value is None:
            continue
        told = f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else value
        setl[_NAMES.get(name, name.lower())] = told if isinstance(told, str) else str(told)
    stamp = f"{row['SETL_TIME']:%Y%m%d%H%M%S}"
    request = {
        "infno": number,
        "msgid": f"{row['FIXMEDINS_CODE']}{stamp}{at:04d}",
        "mdtrtarea_admvs": row["FIX_BLNG_ADMDVS"],
        "insuplc_admdvs": row["INSU_ADMDVS"],
        "fixmedins_code": row["FIXMEDINS_CODE"],
        "fixmedins_name": row["FIXMEDINS_NAME"],
        "infver": "V1.0",
        "input": {"data": {"psn_no": row["PSN_NO"], "mdtrt_id": row["MDTRT_ID"], "setl_id": row["SETL_ID"]}},
    }
    details = [
        {"fund_pay_type": kind, "fund_payamt": yuan(int(row[name] * 100))}
        for kind, name in (
            ("390100" if row["INSUTYPE"] == 390 else "310100", "HIFP_PAY"),
            ("390200", "HIFMI_PAY"),
            ("330100", "HIFOB_PAY"),
            ("610100", "MAF_PAY"),
        )
        if row[name]
    ]
    reply = {
        "infcode": 0,
        "inf_refmsgid": f"{REGION}{stamp}{at:010d}",
        "err_msg": "",
        "output": {"setlinfo": setl, "setldetail": details},
    }
    return {"request": request, "reply": reply}
