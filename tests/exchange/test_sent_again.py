"""Rows that come again after a correction replace the rows that were wrong."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from exchange.material import bill, rows_of, write_csv
from tuodi.exchange import Reading, check_reading, read_table, read_tables, sent_again, write_quarantine
from tuodi.tables import CLAIMS, IDENTITIES

pytestmark = pytest.mark.req("AD02")


def read(path: Path) -> Reading:
    return check_reading(read_table(path, CLAIMS))


def first_try(folder: Path) -> Reading:
    """Rows 3 and 4 of 结算.csv are wrong."""
    rows = rows_of(bill(), bill(结算ID="S2", 先行自付="30.01"), bill(结算ID="S3", 医院等级="四级"))
    return read(write_csv(folder / "结算.csv", rows))


def change(path: Path, where: str, text: str) -> Path:
    book = openpyxl.load_workbook(path)
    book.worksheets[0][where] = text
    book.save(path)
    return path


def counts(reading: Reading) -> tuple[int, int, int, int]:
    return reading.rows_read, reading.frame.height, reading.quarantined, reading.dropped


def test_right_and_wrong_rows_replace_theirs(tmp_path: Path) -> None:
    first = first_try(tmp_path)
    assert counts(first) == (3, 1, 2, 0)
    write_quarantine(first, tmp_path / "待更正.xlsx")
    again = read(change(tmp_path / "待更正.xlsx", "M2", "30.00"))
    assert counts(again) == (2, 1, 1, 0)
    left, later = sent_again([first, again])
    assert counts(left) == (3, 1, 0, 2)
    assert later.quarantine.equals(again.quarantine)
    assert counts(later) == counts(again)


def test_a_second_correction_replaces_both_earlier_ones(tmp_path: Path) -> None:
    first = first_try(tmp_path)
    write_quarantine(first, tmp_path / "一.xlsx")
    again = read(change(tmp_path / "一.xlsx", "M2", "30.00"))
    write_quarantine(again, tmp_path / "二.xlsx", lang="en")
    last = read(change(tmp_path / "二.xlsx", "E2", "三级"))
    assert [counts(one) for one in sent_again([first, again, last])] == [(3, 1, 0, 2), (2, 1, 0, 1), (1, 1, 0, 0)]
    assert [counts(one)[2] for one in sent_again([first, last])] == [1, 0]


def test_two_files_of_one_name_are_left_alone(tmp_path: Path) -> None:
    first = first_try(tmp_path)
    (tmp_path / "b").mkdir()
    other = first_try(tmp_path / "b")
    write_quarantine(first, tmp_path / "待更正.xlsx")
    again = read(change(tmp_path / "待更正.xlsx", "M2", "30.00"))
    assert [one.quarantined for one in sent_again([first, other, again])] == [2, 2, 1]


def test_a_workbook_of_two_tables_is_read_for_each(tmp_path: Path) -> None:
    people = write_csv(tmp_path / "名册.csv", [["身份证号", "救助类别", "认定日期"], ["990101", "低保", "2024-01-01"]])
    lists = read_table(people, IDENTITIES)
    assert lists.quarantined == 1
    write_quarantine([first_try(tmp_path), lists], tmp_path / "待更正.xlsx")
    assert [one.sheet for one in read_tables(tmp_path / "待更正.xlsx", CLAIMS)] == ["结算"]
    assert [one.sheet for one in read_tables(tmp_path / "待更正.xlsx", IDENTITIES)] == ["名册"]
