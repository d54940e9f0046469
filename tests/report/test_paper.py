"""What leaves the screen: the list that is filled in, and the sheet for the door."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from report.conftest import Written
from report.county import invented
from report.test_pages import Page
from tuodi.exchange import read_table
from tuodi.money import yuan
from tuodi.report import file_quality, write_report
from tuodi.report.kinds import CONCLUSIONS
from tuodi.report.quality import masked_text
from tuodi.report.workbook import HEADER_ROW
from tuodi.tables import IDENTITIES


@pytest.fixture(scope="module")
def repayments(report: Written) -> Worksheet:
    return openpyxl.load_workbook(report.paths.workbook)["补报清单"]


def columns(sheet: Worksheet) -> dict[str, int]:
    return {str(cell.value): cell.column for cell in sheet[HEADER_ROW + 1]}


def test_the_columns_that_an_officer_fills_are_there(repayments: Worksheet) -> None:
    wanted = (
        "姓名",
        "证件号",
        "镇街",
        "线索类型",
        "应救助（元）",
        "已救助（元）",
        "差额（元）",
        "依据",
        "核实结论",
        "核实人",
        "核实日期",
    )
    assert set(wanted) <= columns(repayments).keys()


@pytest.mark.req("NI12")
def test_each_lead_that_may_be_owed_is_a_row_with_its_amount(report: Written, repayments: Worksheet) -> None:
    owed = report.result.leads.filter(pl.col("direction") == "owed")
    place = columns(repayments)
    rows = list(repayments.iter_rows(min_row=HEADER_ROW + 2, max_row=HEADER_ROW + 1 + owed.height))
    found = {row[place["人员编号"] - 1].value: row[place["差额（元）"] - 1].value for row in rows}
    expected = {lead["person_id"]: lead["difference"] for lead in owed.to_dicts()}
    assert {person: round(Decimal(str(amount)) * 100) for person, amount in found.items()} == expected
    assert {row[place["证件号"] - 1].value for row in rows} == {f"WHOLE{person}" for person in expected}


def test_the_total_is_a_plain_number_and_nothing_is_a_formula(report: Written, repayments: Worksheet) -> None:
    owed = report.result.leads.filter(pl.col("direction") == "owed")
    total = repayments.cell(HEADER_ROW + 2 + owed.height, columns(repayments)["差额（元）"])
    assert total.data_type == "n"
    assert f"{total.value:.2f}" == yuan(owed["difference"].sum())
    book = openpyxl.load_workbook(report.paths.workbook)
    for sheet in book:
        assert not [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_header_is_frozen_printed_on_each_page_and_conclusions_are_chosen(repayments: Worksheet) -> None:
    assert repayments.freeze_panes == f"C{HEADER_ROW + 2}"
    assert repayments.print_title_rows == f"${HEADER_ROW + 1}:${HEADER_ROW + 1}"
    assert repayments.print_area
    assert repayments.page_setup.orientation == "landscape"
    assert repayments.page_setup.paperSize == 9
    lists = [rule.formula1 for rule in repayments.data_validations.dataValidation if rule.type == "list"]
    assert lists == ['"' + ",".join(CONCLUSIONS) + '"']


def test_the_workbooks_date_is_that_of_the_data(report: Written) -> None:
    book = openpyxl.load_workbook(report.paths.workbook)
    assert book.properties.created == datetime(2025, 1, 15)  # noqa: DTZ001


def test_what_may_be_over_stands_apart_and_asks_for_nothing_back(report: Written) -> None:
    sheet = openpyxl.load_workbook(report.paths.workbook)["重复或超标准核对"]
    over = report.result.leads.filter(pl.col("direction") == "over")
    assert over.height
    people = {
        sheet.cell(row, columns(sheet)["人员编号"]).value for row in range(HEADER_ROW + 2, HEADER_ROW + 2 + over.height)
    }
    assert people == set(over["person_id"])
    assert "核实之前不通知追回" in str(sheet.cell(2, 1).value)


def test_a_name_that_looks_like_a_formula_stays_a_text(tmp_path: Path) -> None:
    result = invented(1)
    evil = result.persons.with_columns(person_name=pl.lit('=HYPERLINK("x","y")'), township=pl.lit("+1-1"))
    paths = write_report(replace(result, persons=evil), None, tmp_path)
    sheet = openpyxl.load_workbook(paths.workbook)["补报清单"]
    cell = sheet.cell(HEADER_ROW + 2, columns(sheet)["姓名"])
    assert cell.data_type == "s"
    assert cell.value == '=HYPERLINK("x","y")'


@pytest.mark.req("AD04")
def test_the_sheet_for_the_door_asks_only_what_no_file_has(report: Written) -> None:
    said = Page(report.text("入户核查表.html")).said
    for asked in ("商业健康保险、惠民保", "工伤、交通事故", "筹款", "本人或代理人签名", "核查人签名（两人）"):
        assert asked in said
    for kept_out in ("因病致贫", "诊断", "依法计算", "结算记录", "疑似", "线索", "超标准", "房产", "银行", "收入"):
        assert kept_out not in said, kept_out


def test_no_amount_and_no_bill_stands_on_the_sheet_for_the_door(report: Written) -> None:
    text = report.text("入户核查表.html")
    assert not re.search(r"\d\.\d\d", Page(text).said)
    assert not [claim for claim in report.result.bills["claim_id"] if claim in text]
    assert "WHOLE" not in text


def test_a_household_has_one_sheet_and_every_person_is_on_one(report: Written) -> None:
    text = report.text("入户核查表.html")
    leads = report.result.persons.filter(pl.col("leads") > 0)
    assert text.count('<section class="sheet') == leads["household_id"].n_unique()
    assert leads["household_id"].n_unique() < leads.height
    assert all(name in text for name in leads["person_name"])


def test_receipts_are_asked_for_where_nothing_was_claimed_and_nowhere_else(tmp_path: Path) -> None:
    result = invented(5)
    some = replace(result, leads=result.leads.with_columns(kind=pl.lit("flagged_late")))
    assert "没有报销的就医票据" not in write_report(some, None, tmp_path / "a").sheets.read_text("utf-8")
    some = replace(result, leads=result.leads.with_columns(kind=pl.lit("away_manual_not_claimed")))
    assert "没有报销的就医票据" in write_report(some, None, tmp_path / "b").sheets.read_text("utf-8")


@pytest.mark.req("AD02", "AD04")
def test_a_file_with_bad_rows_is_shown_without_whole_identity_numbers(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "人员编号,救助身份,开始日期,证件号码\nP1,低保,2024-01-01,990101194502030418\nP2,低保,2024-02-31,\n", "utf-8"
    )
    shown = file_quality(read_table(path, IDENTITIES), "roster", correct_in="again.xlsx")
    assert shown.rows == shown.good + len({row.row for row in shown.bad})
    assert shown.table["en"] != shown.table["zh"] == "民政当月发放名册"
    assert any(row.row == 3 for row in shown.bad)
    texts = [text for row in (*shown.bad, *shown.warnings) for text in (row.found, *row.reason.values())]
    assert not any("990101194502030418" in text for text in texts)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("990101194502030418", "990101********0418"),
        ("99010119450203041X、P2", "990101********041X、P2"),
        ("990101450203041", "990101*****3041"),
        ("3202300431200020", "3202300431200020"),
        ("S20240101", "S20240101"),
    ],
)
def test_identity_numbers_in_a_message_are_masked_and_bill_numbers_are_not(text: str, shown: str) -> None:
    assert masked_text(text) == shown
