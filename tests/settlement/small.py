"""A small law on disk and bills in yuan, for tests that say by hand what must come out."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from settlement.invent import frame
from tuodi import tables
from tuodi.settlement import Law, load_law

COUNTY = """
title: {zh: 小县, en: a small county}
documents: {d: {law: 小县一号}}
dates: {version: discharged_on, counter_year: {by: settled_at}, identity: on_discharge}
classes:
  full: {members: [tekun], cite: d}
  dibao: {members: [dibao], cite: d}
  margin: {members: [dibao_margin], cite: d}
given: {basic: [paid_basic]}
layers:
  assistance:
    title: {zh: 救助, en: assistance}
    when: {class: [full, dibao, margin], setting: [inpatient, outpatient, chronic_outpatient]}
    deductible: {per: year, full: 0, dibao: 0, margin: "1,000 yuan"}
    rate: {full: 100%, dibao: 80%, margin: 50%}
    caps:
      - {id: year, per: year, limit: "10,000 yuan"}
      - {id: outpatient, per: year, when: {setting: [outpatient, chronic_outpatient]}, limit: "2,000 yuan"}
    cite: d
awards:
  relief:
    title: {zh: 一次性救助, en: relief}
    window: {year: previous}
    less_other_aid: true
    deductible: {amount: "1,000 yuan"}
    rate: 50%
    once_per: year
    cite: d
  family:
    title: {zh: 家庭救助, en: family relief}
    window: {months: 6, before: recognised_on}
    subject: household
    fixed: {amount: "500 yuan"}
    cite: d
"""
"""One cap over inpatient, outpatient and chronic bills, one within it for outpatients."""


class Plain(yaml.SafeDumper):
    """No aliases: packs do not know them."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def law(root: Path, *versions: dict[str, Any], region: str = "zz/999998", text: str = COUNTY) -> Law:
    """The small county's law; each of ``versions`` changes keys and names itself with ``name``, ``from`` and ``to``."""
    for version in versions or ({"name": "2024", "from": date(2024, 1, 1)},):
        tree = yaml.safe_load(text) | {key: item for key, item in version.items() if key not in ("name", "from", "to")}
        folder = root / region / str(version["name"])
        folder.mkdir(parents=True)
        head = {
            "pack": f"{region}/{version['name']}",
            "in_force": {key: version[key] for key in ("from", "to") if key in version},
        }
        (folder / "pack.yaml").write_text(
            yaml.dump(head | tree, Dumper=Plain, allow_unicode=True, sort_keys=False), "utf-8"
        )
    return load_law(region if len(versions) > 1 else f"{region}/{(versions or ({'name': '2024'},))[0]['name']}", [root])


def bill(name: str, in_scope: int, day: str = "2024-05-01", **more: Any) -> dict[str, Any]:
    """An outpatient bill of person ``p``; amounts in yuan."""
    on = date.fromisoformat(day)
    row: dict[str, Any] = {
        "claim_id": name, "person_id": "p", "provider_level": "secondary", "setting": "outpatient",
        "discharged_on": on, "settled_at": datetime(on.year, on.month, on.day),  # noqa: DTZ001 local time
        "in_scope": in_scope, "first_self_pay": 0, "over_limit": 0, "out_of_catalogue": 0, "paid_basic": 0,
    }  # fmt: skip
    row |= more
    for column in tables.CLAIMS.money & row.keys():
        row[column] = None if row[column] is None else row[column] * 100
    return {**row, "total": row.get("total", sum(row[part] for part in tables.PARTS))}


def claims(*rows: dict[str, Any]) -> pl.DataFrame:
    return frame(list(rows), tables.CLAIMS)


def identities(*rows: tuple[str, str] | tuple[str, str, str], person: str = "p", **more: Any) -> pl.DataFrame:
    """Identities as (code, from) or (code, from, to)."""
    made = [
        {
            "person_id": person,
            "identity": row[0],
            "from": date.fromisoformat(row[1]),
            "to": date.fromisoformat(row[2]) if len(row) > 2 else None,
            **more,
        }
        for row in rows
    ]
    return frame(made, tables.IDENTITIES)


def minus(row: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The exact reversal of a bill, a day later."""
    negative = {name: -value if name in tables.CLAIMS.money else value for name, value in row.items()}
    name = row["claim_id"]
    later = row["settled_at"] + timedelta(days=1)
    return {**negative, "claim_id": f"{name}r", "reverses": name, "settled_at": later, **more}


def yuan(amounts: pl.Series) -> list[float | None]:
    """Fen as yuan, for reading; exact in the tests that use it, which are about whole yuan."""
    return [None if fen is None else fen / 100 for fen in amounts]
