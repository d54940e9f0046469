"""Ten invented persons of Suqian with settled bills: what was paid comes from the oracle, never from the engine.

Eight were paid by the pack. One was paid at the rate of the class below, one under a lower cap: the oracle settles
them by a copy of the pack in which just that stands otherwise.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from exchange.material import certificate, write_csv
from tuodi.law.find import default_roots
from tuodi.money import yuan
from tuodi.oracle import load, settle
from tuodi.tables import CLAIMS, IDENTITIES, conform

PACK = "cn/321300/2024"
RATE, CAP = "P05", "P08"
"""Who was paid otherwise: at the rate of the margin; under a cap of 40,000 yuan."""
HEAD = (
    "结算ID", "人员编号", "证件号码", "姓名", "医院等级", "医疗类别", "险种", "入院日期", "出院日期", "结算时间",
    "医疗费总额", "全自费金额", "超限价", "先行自付", "政策范围内费用", "基本报销", "大病", "医疗救助",
)  # fmt: skip
WHO = (
    ("tekun", 1), ("tekun", 2), ("orphan", 1), ("dibao", 2), ("dibao", 3), ("dibao", 1), ("dibao_margin", 3),
    ("dibao", 2), ("illness_poor", 1), ("severe_disability", 2),
)  # fmt: skip
"""Identity and number of bills of each person."""
NAMES = ("甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸")


def bills() -> list[dict[str, Any]]:
    """The bills without what assistance paid; amounts in fen, uneven enough that rounding shows."""
    made = []
    for place, (_identity, count) in enumerate(WHO):
        for n in range(count):
            day = date(2024, 1 + 3 * n, 5 + place)
            scope = 2_345_67 * (place + 3) * (n + 2) + (6_000_000 if f"P{place + 1:02d}" == CAP else 0)
            made.append({
                "claim_id": f"S{place + 1:02d}{n}", "person_id": f"P{place + 1:02d}", "provider_level": "secondary",
                "setting": "outpatient" if n == 2 else "inpatient", "scheme": "resident", "purpose": "illness",
                "admitted_on": day - timedelta(days=4 if n != 2 else 0), "discharged_on": day,
                "settled_at": datetime.combine(day, time(10)),
                "total": scope + 123_400, "out_of_catalogue": 100_000, "over_limit": 0, "first_self_pay": 23_400,
                "in_scope": scope, "paid_basic": scope * 45 // 100, "paid_catastrophic": scope // 20,
                "person_name": f"样例{NAMES[place]}", "place": "local", "authorisation": "none_needed",
            })  # fmt: skip
    return made


def identities() -> list[dict[str, Any]]:
    return [
        {"person_id": f"P{place:02d}", "identity": identity, "from": date(2023, 1, 1)}
        for place, (identity, _count) in enumerate(WHO, 1)
    ]


def paid(folder: Path) -> list[dict[str, Any]]:
    """The bills with what was paid: by the pack, or by its altered copies under ``folder``."""
    text = (default_roots()[0] / PACK / "pack.yaml").read_text("utf-8")
    otherwise = {
        RATE: text.replace("dibao: 80%", "dibao: 70%"),
        CAP: text.replace('limit: "90,000 yuan"', 'limit: "40,000 yuan"'),
    }
    found: dict[str, int] = {}
    for person in [f"P{place:02d}" for place in range(1, len(WHO) + 1)]:
        root = default_roots()[0]
        if person in otherwise:
            assert otherwise[person] != text
            root = folder / person
            (root / PACK).mkdir(parents=True)
            (root / PACK / "pack.yaml").write_text(otherwise[person], "utf-8")
        own = [bill for bill in bills() if bill["person_id"] == person]
        rows = settle(load(PACK, root), own, [one for one in identities() if one["person_id"] == person])
        found |= {row["claim_id"]: row["pay"]["assistance"] for row in rows}
    return [{**bill, "paid_assistance": found[bill["claim_id"]]} for bill in bills()]


def claims_of(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return conform(pl.DataFrame(rows, infer_schema_length=None), CLAIMS)


def list_of() -> pl.DataFrame:
    return conform(pl.DataFrame(identities()), IDENTITIES)


def files(folder: Path, rows: list[dict[str, Any]]) -> tuple[Path, Path]:
    """The same as a settlement file and a list, with Chinese headers."""
    words = {"inpatient": "住院", "outpatient": "普通门诊"}
    table = [list(HEAD)]
    for row in rows:
        amounts = [
            row[name]
            for name in ("total", "out_of_catalogue", "over_limit", "first_self_pay", "in_scope", "paid_basic",
                         "paid_catastrophic", "paid_assistance")
        ]  # fmt: skip
        table.append([
            row["claim_id"], row["person_id"], certificate(int(row["person_id"][1:])), row["person_name"], "二级",
            words[row["setting"]], "城乡居民医保", row["admitted_on"].isoformat(), row["discharged_on"].isoformat(),
            row["settled_at"].isoformat(sep=" "), *("" if one is None else yuan(one) for one in amounts),
        ])  # fmt: skip
    held = [["人员编号", "救助身份", "开始日期"]]
    held += [[one["person_id"], one["identity"], one["from"].isoformat()] for one in identities()]
    return write_csv(folder / "结算明细.csv", table, "utf-8-sig"), write_csv(folder / "名册.csv", held, "utf-8-sig")
