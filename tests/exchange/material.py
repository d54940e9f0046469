"""Invented bills and files for the tests of the exchange room."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from tuodi.identity import check_character
from tuodi.tables import CLAIMS, IDENTITIES, conform

HEAD = (
    "结算ID",
    "人员编号",
    "证件号码",
    "姓名",
    "医院等级",
    "医疗类别",
    "入院日期",
    "出院日期",
    "结算时间",
    "医疗费总额",
    "全自费金额",
    "超限价",
    "先行自付",
    "政策范围内费用",
    "医疗救助",
)


def certificate(number: int = 1, born: str = "19560412") -> str:
    digits = f"990101{born}{number:03d}"
    return digits + check_character(digits)


ANNA = certificate(1)


def bill(**changed: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "结算ID": "S1",
        "人员编号": "P1",
        "证件号码": ANNA,
        "姓名": "样例甲",
        "医院等级": "三级",
        "医疗类别": "21",
        "入院日期": "2024-03-01",
        "出院日期": "2024-03-05",
        "结算时间": "2024-03-05 10:31:00",
        "医疗费总额": "1000.00",
        "全自费金额": "100.00",
        "超限价": "20.00",
        "先行自付": "30.00",
        "政策范围内费用": "850.00",
        "医疗救助": "200.00",
    }
    assert changed.keys() <= base.keys(), changed
    return base | changed


def rows_of(*bills: dict[str, Any], head: Sequence[str] = HEAD) -> list[list[Any]]:
    return [list(head), *[[one[name] for name in head] for one in bills]]


def text_of(rows: Sequence[Sequence[Any]], separator: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def write_csv(path: Path, rows: Sequence[Sequence[Any]], encoding: str = "utf-8-sig") -> Path:
    path.write_bytes(text_of(rows).encode(encoding))
    return path


def write_xlsx(
    path: Path,
    rows: Sequence[Sequence[Any]],
    *,
    merged: Sequence[tuple[int, int, int, int, str]] = (),
    sheet: str = "明细",
    more: Sequence[tuple[str, Sequence[Sequence[Any]]]] = (),
) -> Path:
    """``=…`` cells become formulas whose cached value follows a tab: ``"=A1*2\\t12.5"``."""
    book = xlsxwriter.Workbook(path)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for name, lines in ((sheet, rows), *more):
        page = book.add_worksheet(name)
        if name == sheet:
            for top, left, bottom, right, text in merged:
                page.merge_range(top, left, bottom, right, text)
        for at, line in enumerate(lines):
            for column, value in enumerate(line):
                if value in ("", None):
                    continue
                if isinstance(value, str) and value.startswith("="):
                    formula, _, cached = value.partition("\t")
                    page.write_formula(at, column, formula, None, cached)
                elif isinstance(value, str):
                    page.write_string(at, column, value)
                elif isinstance(value, date | datetime):
                    page.write_datetime(at, column, value, day)
                else:
                    page.write_number(at, column, value)
    book.close()
    return path


def write_zip(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_dot_", "."), content)
    return path


def claims(*rows: dict[str, Any]) -> pl.DataFrame:
    """A conformed claims table from English columns, amounts in fen; what is not said is a sound bill."""
    base: dict[str, Any] = {
        "claim_id": "S1",
        "person_id": "P1",
        "provider_level": "tertiary",
        "setting": "inpatient",
        "discharged_on": date(2024, 3, 5),
        "settled_at": datetime.fromisoformat("2024-03-05 10:31"),
        "total": 100_000,
        "out_of_catalogue": 10_000,
        "over_limit": 2_000,
        "first_self_pay": 3_000,
        "in_scope": 85_000,
    }
    made = [base | row for row in rows]
    names = [name for name in CLAIMS.columns if any(name in row for row in made)]
    data = {name: pl.Series([row.get(name) for row in made], dtype=CLAIMS.columns[name]) for name in names}
    return conform(pl.DataFrame(data), CLAIMS)


def paid(**changed: int) -> dict[str, int]:
    """All payers of the sound bill of :func:`claims`, in fen; S2, S4 and S5 hold."""
    base = {
        "paid_basic": 40_000,
        "paid_civil_servant": 0,
        "paid_enterprise": 0,
        "paid_catastrophic": 5_000,
        "paid_large_sum": 0,
        "paid_assistance": 10_000,
        "paid_other": 0,
        "paid_fund_total": 55_000,
        "paid_hospital": 1_000,
        "paid_account": 4_000,
        "paid_account_shared": 0,
        "paid_cash": 40_000,
        "own_total": 44_000,
    }
    return base | changed


def negated(row: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """The exact negative of a row of :func:`claims`."""
    full = claims(row).row(0, named=True)
    turned = {
        name: -value if name in CLAIMS.money and value is not None else value
        for name, value in full.items()
        if value is not None
    }
    return turned | changed


def identities(*rows: dict[str, Any]) -> pl.DataFrame:
    base = {"person_id": "P1", "identity": "dibao", "from": date(2024, 1, 1)}
    made = [base | row for row in rows]
    names = [name for name in IDENTITIES.columns if any(name in row for row in made)]
    data = {name: pl.Series([row.get(name) for row in made], dtype=IDENTITIES.columns[name]) for name in names}
    return conform(pl.DataFrame(data), IDENTITIES)


def findings(table: pl.DataFrame) -> list[tuple[int, str, str]]:
    """(row, column, reason) of every finding."""
    return [tuple(row) for row in table.select("row", "column", "reason").rows()]
