"""XLS: read through the values reader, its formulas seen all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from exchange.material import bill, findings, rows_of
from exchange.old_workbook import xls
from tuodi.errors import FileError
from tuodi.exchange import read_table
from tuodi.tables import CLAIMS

pytestmark = pytest.mark.req("AD02")


@pytest.mark.parametrize("small", [False, True])
def test_old_workbook_with_a_formula(tmp_path: Path, small: bool) -> None:
    rows = rows_of(bill(医疗费总额=1000.0), bill(结算ID="S2", 医疗救助="=200.0"))
    path = tmp_path / "a.xls"
    path.write_bytes(xls([("说明", [["说明"]]), ("明细", rows)], small=small))
    reading = read_table(path, CLAIMS)
    assert reading.sheet == "明细"
    assert reading.frame.select("claim_id", "total").rows() == [("S1", 100_000)]
    assert findings(reading.quarantine) == [(3, "医疗救助", "formula")]
    assert reading.quarantine["expected"].to_list() == ["200"]


def test_old_workbook_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(xls([("明细", rows_of(bill()))])[:1200])
    with pytest.raises(FileError, match=r"a\.xls: the workbook is damaged or cut off"):
        read_table(path, CLAIMS)
