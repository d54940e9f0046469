"""The command line in process, and the files of a small invented office."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl

from exchange.material import certificate, rows_of, write_csv
from tuodi.cli.app import run

SUQIAN = "cn/321300/2024"
"""Takes basic and catastrophic insurance as given; assistance: 特困 100 %, 低保 80 %, 边缘 70 % over 3,000 yuan."""

INVENTED = "zz/000000/2024"
"""The fictional county: every layer is computed."""

LOCAL = ("--read", "default:place=local", "--read", "default:authorisation=none_needed")
"""What the files do not say and the fictional county asks for."""

HEAD = (
    "结算ID", "人员编号", "证件号码", "姓名", "医院等级", "医疗类别", "险种", "入院日期", "出院日期", "结算时间",
    "医疗费总额", "全自费金额", "超限价", "先行自付", "政策范围内费用", "基本报销", "大病", "医疗救助",
)  # fmt: skip
COLUMNS = [
    "claim_id", "person_id", "status", "reason", "pay_basic", "pay_catastrophic", "pay_assistance", "self_in_scope",
    "self_total",
]  # fmt: skip


@dataclass(frozen=True)
class Result:
    """What a call left: its exit code and both outputs."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        found = json.loads(self.out)
        assert isinstance(found, dict)
        assert found["exit_code"] == self.code
        return found


def tuodi(*words: str | Path) -> Result:
    """Run one command in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run([str(word) for word in words])
    return Result(code, out.getvalue(), err.getvalue())


def bill(number: int = 1, **changed: Any) -> dict[str, Any]:
    """A sound bill of 30,000 yuan: in scope 20,000, of which 10,000 are left for assistance."""
    base: dict[str, Any] = {
        "结算ID": f"S{number}", "人员编号": f"P{number}", "证件号码": certificate(number), "姓名": "样例甲",
        "医院等级": "二级", "医疗类别": "住院", "险种": "城乡居民医保", "入院日期": "2024-03-01",
        "出院日期": f"2024-03-{number:02d}", "结算时间": f"2024-03-{number:02d} 10:31:00", "医疗费总额": "30000.00",
        "全自费金额": "3000.00", "超限价": "2000.00", "先行自付": "5000.00", "政策范围内费用": "20000.00",
        "基本报销": "9000.00", "大病": "1000.00", "医疗救助": "8000.00",
    }  # fmt: skip
    assert changed.keys() <= base.keys(), changed
    return base | changed


def taken_back(row: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """The exact negative of a bill; it has no number of its own until ``结算ID`` is given."""
    amounts = {name: f"-{row[name]}" for name in HEAD[10:]}
    return row | amounts | changed


def table(rows: Sequence[dict[str, Any]]) -> list[list[Any]]:
    return rows_of(*rows, head=HEAD)


def claims(path: Path, *rows: dict[str, Any], encoding: str = "utf-8-sig") -> Path:
    return write_csv(path, table(rows), encoding)


def identities(path: Path, *rows: tuple[str, ...]) -> Path:
    """Who holds which identity: P1 低保, P2 特困, P3 低保边缘, unless other rows are given."""
    held = rows or (
        ("P1", "低保对象", "2023-01-01"),
        ("P2", "特困人员", "2023-01-01"),
        ("P3", "低保边缘", "2023-01-01"),
    )
    return write_csv(path, [["人员编号", "救助类别", "开始日期"], *held])


def records(path: Path) -> list[dict[str, str]]:
    """A CSV as it stands."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def columns_of(path: Path) -> list[str]:
    if path.suffix == ".csv":
        return path.read_text("utf-8-sig").splitlines()[0].split(",")
    if path.suffix == ".parquet":
        return pl.read_parquet(path).columns
    return [str(cell.value) for cell in openpyxl.load_workbook(path).active[1]]
