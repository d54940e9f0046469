"""Claims that come in several files are checked as one table; findings keep their own file and row."""

from __future__ import annotations

from pathlib import Path

import pytest

from exchange.material import bill, findings, rows_of, write_csv
from tuodi.exchange import Reading, check_reading, check_readings, read_table
from tuodi.tables import CLAIMS

pytestmark = pytest.mark.req("AD02")
PARTS = ("医疗费总额", "全自费金额", "超限价", "先行自付", "政策范围内费用", "医疗救助")


def taken_back(**changed: str) -> dict[str, str]:
    """The exact negative of the bill S1, told by its number."""
    row = bill()
    return {**row, **{name: f"-{row[name]}" for name in PARTS}, "结算ID": "R1", "冲正原结算ID": "S1", **changed}


def read(path: Path, *rows: dict[str, str]) -> Reading:
    head = list(dict.fromkeys(name for row in rows for name in row))
    return read_table(write_csv(path, rows_of(*({n: row.get(n, "") for n in head} for row in rows), head=head)), CLAIMS)


def test_a_bill_in_one_file_and_its_reversal_in_the_next(tmp_path: Path) -> None:
    first = read(tmp_path / "一月.csv", bill(), bill(结算ID="S2"))
    second = read(tmp_path / "二月.csv", taken_back())
    assert check_reading(second).quarantine["reason"].to_list() == ["reversal_of_nothing"]
    one, other = check_readings([first, second])
    assert (one.quarantined, other.quarantined) == (0, 0)
    assert other.frame.select("claim_id", "reverses").rows() == [("R1", "S1")]


def test_half_a_reversal_holds_back_the_bill_in_the_other_file(tmp_path: Path) -> None:
    first = read(tmp_path / "一月.csv", bill(结算ID="S2"), bill())
    second = read(tmp_path / "二月.csv", taken_back(先行自付="-30.01"))
    one, other = check_readings([first, second])
    assert one.frame["claim_id"].to_list() == ["S2"]
    assert {line["row"] for line in one.quarantine.to_dicts()} == {3}
    assert {line["file"] for line in one.quarantine.to_dicts()} == {"一月.csv"}
    assert "parts_total" in other.quarantine["reason"].to_list()
    assert other.quarantine["cells"][0].to_list()[0] == "R1"


def test_one_bill_in_two_files(tmp_path: Path) -> None:
    first = read(tmp_path / "一月.csv", bill(结算ID="S2"), bill())
    second = read(tmp_path / "二月.csv", bill(), bill(结算ID="S3"), bill(结算ID="S2", 医疗救助="0.00"))
    one, other = check_readings([first, second])
    assert one.frame["claim_id"].to_list() == ["S1"]
    assert other.frame["claim_id"].to_list() == ["S3"]
    assert findings(one.quarantine) == [(2, "结算ID", "duplicate_id")]
    assert findings(other.quarantine) == [(4, "结算ID", "duplicate_id")]
    assert other.warnings["reason_zh"].to_list() == ["与第 3 (一月.csv) 行完全相同，只保留一行"]
    for reading in (one, other):
        assert reading.rows_read == reading.frame.height + reading.quarantined + reading.dropped


def test_a_double_names_the_row_that_the_spreadsheet_shows(tmp_path: Path) -> None:
    reading = check_reading(read(tmp_path / "a.csv", bill(结算ID="S2"), bill(), bill()))
    assert findings(reading.warnings) == [(4, "结算ID", "duplicate_dropped")]
    assert reading.warnings["expected"].to_list() == ["3"]


def test_rows_left_out_are_counted(tmp_path: Path) -> None:
    reading = read(tmp_path / "a.csv", bill(结算ID="S2"), bill(), bill(结算ID="S3", 医院等级="四级"))
    left = reading.without({2, 4})
    assert left.frame["claim_id"].to_list() == ["S1"]
    assert left.origin["row"].to_list() == [3]
    assert left.rows_read == left.frame.height + left.quarantined + left.dropped == 3


def test_nothing_to_check() -> None:
    assert check_readings([]) == []
