"""What is accepted: encodings, separators, title rows, merged headers, text numbers, footers, sheets, ZIP, Parquet."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from exchange.material import (
    ANNA,
    HEAD,
    bill,
    certificate,
    findings,
    rows_of,
    text_of,
    write_csv,
    write_xlsx,
    write_zip,
)
from tuodi.errors import FileError
from tuodi.exchange import describe_error, read_table, read_tables
from tuodi.tables import CLAIMS, IDENTITIES, MANUAL, PERSONS, TOTALS, Schema

pytestmark = pytest.mark.req("AD02")

TITLE = ["宿迁市医疗救助结算明细", "结算日期：2024-01-01 至 2024-12-31　导出时间：2025-01-05 08:00:00"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_encodings_and_separators(tmp_path: Path, encoding: str, separator: str) -> None:
    path = tmp_path / "明细.txt"
    path.write_bytes(text_of([[TITLE[0]], *rows_of(bill(姓名="㐀甲"))], separator).encode(encoding))
    reading = read_table(path, CLAIMS)
    assert reading.frame["person_name"].to_list() == ["㐀甲"]
    assert reading.encoding == encoding
    assert reading.title_lines == (TITLE[0],)
    assert reading.quarantine.is_empty()


def test_gb18030_whose_bytes_could_be_utf8(tmp_path: Path) -> None:
    rows = rows_of(*[bill(结算ID=f"S{i}", 姓名="联通") for i in range(20)], bill(结算ID="S20", 姓名="样例"))
    reading = read_table(write_csv(tmp_path / "a.csv", rows, "gb18030"), CLAIMS)
    assert reading.encoding == "gb18030"
    assert reading.frame["person_name"].to_list() == ["联通"] * 20 + ["样例"]


def test_ugly_workbook(tmp_path: Path) -> None:
    """Two title rows, a two-level merged header, text numbers, full-width digits, a blank row, totals, a signature."""
    rows: list[list[object]] = [
        [TITLE[0]],
        [TITLE[1], "", "", "", "单位：元"],
        ["结算ID", "证件号码", "姓名", "医疗机构", "", "就医", "", "", "医疗费用", "", "", "", "", "各项支付", ""],
        [
            "",
            "",
            "",
            "等级",
            "名称",
            "医疗类别",
            "出院日期",
            "结算时间",
            "总费用",
            "全自费",
            "超限价",
            "先行自付",
            "政策范围内",
            "医疗救助",
            "倾斜救助",
        ],
        [
            "S1",
            f"'{ANNA.lower()}",
            "样例甲",
            "三级甲等",
            "示例医院",
            "普通住院",
            date(2024, 3, 5),
            datetime.fromisoformat("2024-03-05 10:31"),
            "'1,234.50",
            "￥34.50",
            "０",
            "100 元",
            1100,
            "１００．００",
            "",
        ],
        [],
        [
            "S2",
            f" {certificate(2)} ",
            "样例乙",
            "乡镇卫生院",
            "示例卫生院",
            "外伤住院",
            "2024年3月6日",
            45357.5,
            0.1 + 0.2,
            0,
            0,
            0.3,
            0,
            "-",
            0,
        ],
        ["合计", "", "", "", "", "", "", "", 1234.8, "", "", "", "", 100, 0],
        ["制表人：某某", "", "审核人："],
    ]
    merged = [
        (2, 3, 2, 4, "医疗机构"),
        (2, 5, 2, 7, "就医"),
        (2, 8, 2, 12, "医疗费用"),
        (2, 13, 2, 14, "各项支付"),
        (2, 0, 3, 0, "结算ID"),
        (2, 1, 3, 1, "证件号码"),
        (2, 2, 3, 2, "姓名"),
        (0, 0, 0, 14, TITLE[0]),
    ]
    reading = read_table(write_xlsx(tmp_path / "a.xlsx", rows, merged=merged), CLAIMS)
    assert reading.quarantine.is_empty(), reading.quarantine
    frame = reading.frame
    assert frame["total"].to_list() == [123_450, 30]
    assert frame["out_of_catalogue"].to_list() == [3_450, 0]
    assert frame["first_self_pay"].to_list() == [10_000, 30]
    assert frame["paid_assistance"].to_list() == [10_000, None]
    assert frame["paid_tilt"].to_list() == [None, 0]
    assert frame["provider_level"].to_list() == ["tertiary", "township"]
    assert frame["provider_name"].to_list() == ["示例医院", "示例卫生院"]
    assert frame["setting"].to_list() == ["inpatient", "inpatient"]
    assert frame["purpose"].to_list() == [None, "injury"]
    assert frame["discharged_on"].to_list() == [date(2024, 3, 5), date(2024, 3, 6)]
    assert frame["settled_at"].to_list() == [
        datetime.fromisoformat("2024-03-05 10:31"),
        datetime.fromisoformat("2024-03-06 12:00"),
    ]
    assert frame["person_id"].to_list() == frame["certificate"].to_list() == [ANNA, certificate(2)]
    assert frame["birth_date"].to_list() == [date(1956, 4, 12)] * 2
    assert (reading.window_from, reading.window_to) == (date(2024, 1, 1), date(2024, 12, 31))
    assert reading.footer_lines == ("合计 1234.8 100 0", "制表人：某某 审核人：")
    assert reading.origin["row"].to_list() == [5, 7]
    assert (reading.rows_read, reading.sheet) == (2, "明细")


def test_two_level_header_in_a_text_file(tmp_path: Path) -> None:
    head = [*HEAD[:9], "医疗费用", "", "", "", "", "医疗救助"]
    lower = [*[""] * 9, "总费用", "全自费", "超限价", "先行自付", "政策范围内", "支付"]
    rows = [head, lower, *rows_of(bill())[1:]]
    reading = read_table(write_csv(tmp_path / "a.csv", rows), CLAIMS)
    assert reading.frame["total"].to_list() == [100_000]
    assert reading.frame["paid_assistance"].to_list() == [20_000]


@pytest.mark.parametrize(
    ("line", "begin", "end"),
    [
        ("结算日期：2024-01-01 至 2024-12-31", date(2024, 1, 1), date(2024, 12, 31)),
        ("统计期间：20240101-20241231", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024年1月1日—2024年6月30日 单位：元", date(2024, 1, 1), date(2024, 6, 30)),
        ("2024年1月至6月", date(2024, 1, 1), date(2024, 6, 30)),
        ("数据截至2024年2月", None, date(2024, 2, 29)),
        ("数据截至：2024-11-30", None, date(2024, 11, 30)),
        ("统计期间：2024-01-01 至 2024-06-30　　数据截至：2024-11-30", date(2024, 1, 1), date(2024, 6, 30)),
        ("2024年3月城乡低保资金发放名册", date(2024, 3, 1), date(2024, 3, 31)),
        ("2024年度医疗救助结算明细", date(2024, 1, 1), date(2024, 12, 31)),
        ("制表日期：2024-11-30", None, None),
        ("医疗救助结算明细", None, None),
    ],
)
def test_the_period_in_the_title(tmp_path: Path, line: str, begin: date | None, end: date | None) -> None:
    reading = read_table(write_csv(tmp_path / "a.csv", [[line], *rows_of(bill())]), CLAIMS)
    assert (reading.window_from, reading.window_to) == (begin, end)
    assert reading.as_of == (date(2024, 11, 30) if "数据截至：" in line else end if "截至" in line else None)


def test_header_must_stand_in_the_first_ten_rows(tmp_path: Path) -> None:
    nine = [[f"说明{i}"] for i in range(9)]
    assert read_table(write_csv(tmp_path / "a.csv", [*nine, *rows_of(bill())]), CLAIMS).frame.height == 1
    with pytest.raises(FileError, match="no header within the first 10 rows"):
        read_table(write_csv(tmp_path / "b.csv", [*nine, ["又一行"], *rows_of(bill())]), CLAIMS)


@pytest.mark.parametrize(
    ("unit", "text", "fen", "warned"),
    [
        ("（元）", "12.3", 1230, []),
        ("(分)", "1230", 1230, []),
        ("（万元）", "0.0123", 12300, ["unit_wan"]),
        ("（单位：元）", "12.30", 1230, []),
    ],
)
def test_unit_in_a_header(tmp_path: Path, unit: str, text: str, fen: int, warned: list[str]) -> None:
    rows = rows_of(bill(医疗救助=text))
    rows[0][-1] += unit
    reading = read_table(write_csv(tmp_path / "a.csv", rows), CLAIMS)
    assert reading.frame["paid_assistance"].to_list() == [fen]
    assert reading.warnings["reason"].to_list() == warned


def test_unit_in_the_title_holds_for_every_amount(tmp_path: Path) -> None:
    amounts = {
        "医疗费总额": "0.1",
        "全自费金额": "0",
        "超限价": "0",
        "先行自付": "0",
        "政策范围内费用": "0.1",
        "医疗救助": "0.000001",
    }
    rows = [["结算明细"], ["单位：万元"], *rows_of(bill(**amounts))]
    frame = read_table(write_csv(tmp_path / "a.csv", rows), CLAIMS).frame
    assert (frame["total"][0], frame["paid_assistance"][0]) == (100_000, 1)


@pytest.mark.parametrize("line", ["填报单位：分宜县医疗保障局", "填报单位：元氏县医疗保障局", "报送单位：万元镇"])
def test_the_name_of_an_office_is_no_unit(tmp_path: Path, line: str) -> None:
    assert read_table(write_csv(tmp_path / "a.csv", [[line], *rows_of(bill())]), CLAIMS).frame["total"][0] == 100_000


def test_fractions_of_a_fen_are_refused_in_each_unit(tmp_path: Path) -> None:
    rows = rows_of(bill(医疗救助="12.5"))
    rows[0][-1] += "（分）"
    assert findings(read_table(write_csv(tmp_path / "a.csv", rows), CLAIMS).quarantine) == [
        (2, "医疗救助（分）", "amount_decimals")
    ]


def test_headers_in_the_platforms_names(tmp_path: Path) -> None:
    names = {
        "结算ID": "SETL_ID",
        "人员编号": "PSN_NO",
        "证件号码": "CERTNO",
        "姓名": "PSN_NAME",
        "医院等级": "HOSP_LV",
        "医疗类别": "MED_TYPE",
        "入院日期": "BEGNDATE",
        "出院日期": "ENDDATE",
        "结算时间": "SETL_TIME",
        "医疗费总额": "MEDFEE_SUMAMT",
        "全自费金额": "FULAMT_OWNPAY_AMT",
        "超限价": "OVERLMT_SELFPAY",
        "先行自付": "PRESELFPAY_AMT",
        "政策范围内费用": "INSCP_AMT",
        "医疗救助": "MAF_PAY",
    }
    rows = rows_of(bill(医院等级="03"))
    rows[0] = [names[name] for name in rows[0]] + ["DEDC_HOSP_LV", "INSUTYPE", "PAY_LOC", "SETL_TYPE", "MEMO"]
    rows[1] += ["05", "390", "2", "2", "备注"]
    reading = read_table(write_csv(tmp_path / "a.csv", rows), CLAIMS)
    row = reading.frame.row(0, named=True)
    assert (row["provider_level"], row["scheme"], row["settle_mode"]) == ("tertiary", "resident", "online")
    assert reading.unknown_columns == ("MEMO",)
    assert reading.header_map["INSCP_AMT"] == "in_scope"
    told = reading.warnings.select("column", "reason").rows()
    assert ("DEDC_HOSP_LV", "second_header") in told
    assert ("HOSP_LV", "values_unverified") in told


def test_headers_and_values_ignore_case_space_and_width(tmp_path: Path) -> None:
    rows = rows_of(bill(医院等级="三 级", 医疗类别="２１"))
    rows[0][0], rows[0][9] = " 结算 ＩＤ *", "医疗费总额\n（元）"
    reading = read_table(write_csv(tmp_path / "a.csv", rows), CLAIMS)
    assert reading.frame.select("claim_id", "provider_level", "setting", "total").rows() == [
        ("S1", "tertiary", "inpatient", 100_000)
    ]


@pytest.mark.parametrize(
    ("code", "setting", "purpose"),
    [
        ("11", "outpatient", None),
        ("13", "emergency", None),
        ("14", "chronic_outpatient", None),
        ("19", "outpatient", "injury"),
        ("21", "inpatient", None),
        ("22", "inpatient", "injury"),
        ("41", "pharmacy", None),
        ("51", "outpatient", "maternity"),
        ("52", "inpatient", "maternity"),
        ("急诊留观", "emergency_observation", None),
        ("special_drug", "special_drug", None),
        ("门诊特殊病", "special_outpatient", None),
    ],
)
def test_med_type_gives_setting_and_purpose(tmp_path: Path, code: str, setting: str, purpose: str | None) -> None:
    frame = read_table(write_csv(tmp_path / "a.csv", rows_of(bill(医疗类别=code))), CLAIMS).frame
    assert frame.select("setting", "purpose").row(0) == (setting, purpose)


def test_a_purpose_of_its_own_comes_first(tmp_path: Path) -> None:
    rows = rows_of(bill(医疗类别="22"), bill(结算ID="S2", 医疗类别="22"))
    rows[0].append("就医原因")
    rows[1].append("疾病")
    rows[2].append("")
    frame = read_table(write_csv(tmp_path / "a.csv", rows), CLAIMS).frame
    assert frame["purpose"].to_list() == ["illness", "injury"]


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("特困人员", "tekun"),
        ("1", "tekun"),
        ("4", "other_hardship"),
        ("7019", "dibao"),
        ("7203", "unstable_exit"),
        ("农村低保对象", "dibao"),
        ("低保边缘家庭", "dibao_margin"),
        ("孤儿", "orphan"),
        ("监测对象", "anti_poverty_target"),
        ("因病致贫重病患者", "illness_poor"),
        ("severe_disability", "severe_disability"),
    ],
)
def test_words_and_codes_of_identities(tmp_path: Path, word: str, code: str) -> None:
    rows = [["人员编号", "救助身份", "开始日期", "结束日期"], ["P1", word, "2024-01-01", "9999-12-31"]]
    frame = read_table(write_csv(tmp_path / "a.csv", rows), IDENTITIES).frame
    assert frame.select("identity", "to").row(0) == (code, None)


def test_local_codes_of_a_pack(tmp_path: Path) -> None:
    rows = [["人员编号", "救助身份", "开始日期"], ["P1", "困境儿童", "2024-01-01"]]
    path = write_csv(tmp_path / "a.csv", rows)
    assert read_table(path, IDENTITIES).frame.is_empty()
    local = {"identity": {"困境儿童": "hardship_child"}}
    assert read_table(path, IDENTITIES, local_codes=local).frame["identity"].to_list() == ["hardship_child"]
    rows[1][1] = "hardship_child"
    again = read_table(write_csv(path, rows), IDENTITIES, local_codes=local)
    assert again.frame["identity"].to_list() == ["hardship_child"]


def test_month_list_takes_its_interval_from_the_title(tmp_path: Path) -> None:
    rows = [
        ["2024年3月城乡低保金发放名册"],
        ["序号", "成员姓名", "公民身份号码", "救助类别", "月保障金额"],
        ["1", "样例甲", ANNA, "城市低保", "800"],
    ]
    reading = read_table(write_csv(tmp_path / "名册.csv", rows, "gb18030"), IDENTITIES)
    assert reading.frame.select("person_id", "identity", "from", "to").rows() == [
        (ANNA, "dibao", date(2024, 3, 1), date(2024, 3, 31))
    ]
    assert reading.warnings["reason"].to_list() == ["from_of_title"]
    assert reading.unknown_columns == ("序号", "月保障金额")


def test_identity_numbers_are_normalised_alike_in_every_table(tmp_path: Path) -> None:
    old = ANNA[:6] + ANNA[8:17]
    for schema, more in (
        (PERSONS, {}),
        (MANUAL, {"待遇年度": "2024年", "支付项目": "医疗救助", "支付金额": "1.5"}),
        (IDENTITIES, {"救助身份": "低保", "开始日期": "2024-01-01"}),
    ):
        for written in (old, f"'{ANNA.lower()}", f"G{ANNA}", " ".join(ANNA), f"{ANNA}43", f"{ANNA}43B1"):
            path = write_csv(tmp_path / "a.csv", [["身份证号", *more], [written, *more.values()]])
            frame = read_table(path, schema).frame
            assert frame.select("person_id", "certificate").rows() == [(ANNA, ANNA)], (schema.name, written)
    manual = read_table(write_csv(tmp_path / "m.csv", [["身份证号", *more], [ANNA, *more.values()]]), IDENTITIES)
    assert manual.frame.height == 1


def test_manual_payments_and_totals(tmp_path: Path) -> None:
    rows = [
        ["人员编号", "待遇年度", "支付项目", "支付金额", "支付日期"],
        ["P1", "2024", "倾斜救助", "10", "2025-01-31"],
        ["P1", "2024", "扶贫济困", "10", ""],
    ]
    frame = read_table(write_csv(tmp_path / "a.csv", rows), MANUAL).frame
    assert frame.select("benefit_year", "layer", "amount").rows() == [(2024, "tilt", 1000), (2024, "扶贫济困", 1000)]
    totals = [
        ["月份", "人次", "医疗救助支出"],
        ["2024年1月", "12", "345.60"],
        ["202402", "3", "1"],
        ["合计", "15", "346.60"],
    ]
    reading = read_table(write_csv(tmp_path / "b.csv", totals), TOTALS)
    assert reading.frame.rows() == [("2024-01", "paid_assistance", 12, 34_560), ("2024-02", "paid_assistance", 3, 100)]
    assert reading.footer_lines == ("合计 15 346.60",)


@pytest.mark.parametrize("schema", [PERSONS, MANUAL, IDENTITIES], ids=lambda schema: schema.name)
def test_a_wrong_check_character_is_told_in_every_table(tmp_path: Path, schema: Schema) -> None:
    more = {"待遇年度": "2024", "支付项目": "医疗救助", "支付金额": "1", "救助身份": "低保", "开始日期": "2024-01-01"}
    wrong = ANNA[:17] + ("1" if ANNA[17] != "1" else "2")
    reading = read_table(write_csv(tmp_path / "a.csv", [["身份证号", *more], [wrong, *more.values()]]), schema)
    assert findings(reading.quarantine) == [(2, "身份证号", "certificate_check")]
    assert reading.quarantine["expected"].to_list() == [ANNA[17]]


def test_other_papers_than_identity_cards_pass(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [["身份证号"], ["H1234567890"], ["E12345678"]])
    assert read_table(path, PERSONS).frame["person_id"].to_list() == ["H1234567890", "E12345678"]


def test_subtotals_and_repeated_headers_are_no_rows(tmp_path: Path) -> None:
    rows = rows_of(bill(), bill(结算ID="S2"))
    empty = [""] * len(HEAD)
    path = write_csv(
        tmp_path / "a.csv",
        [rows[0], rows[1], ["小计", *empty[1:]], empty, rows[0], rows[2], ["总计", *empty[1:]], ["第1页"]],
    )
    reading = read_table(path, CLAIMS)
    assert (reading.rows_read, reading.quarantined) == (2, 0)
    assert reading.footer_lines == ("小计", "总计", "第1页")
    assert reading.origin["row"].to_list() == [2, 6]


def test_several_sheets(tmp_path: Path) -> None:
    first, second = rows_of(bill()), rows_of(bill(结算ID="S2"))
    path = write_xlsx(tmp_path / "a.xlsx", first, sheet="一季度", more=[("二季度", second), ("说明", [["只是说明"]])])
    with pytest.raises(FileError, match="several sheets") as caught:
        read_table(path, CLAIMS)
    assert "一季度、二季度" in describe_error(caught.value)
    assert read_table(path, CLAIMS, sheet="二季度").frame["claim_id"].to_list() == ["S2"]
    assert read_table(path, CLAIMS, sheet=1).frame["claim_id"].to_list() == ["S1"]
    assert [reading.sheet for reading in read_tables(path, CLAIMS)] == ["一季度", "二季度"]
    with pytest.raises(FileError, match="there is no sheet"):
        read_table(path, CLAIMS, sheet="三季度")


def test_zip_with_one_table(tmp_path: Path) -> None:
    data = text_of(rows_of(bill())).encode("gb18030")
    path = write_zip(tmp_path / "a.zip", 明细_dot_csv=data)
    reading = read_table(path, CLAIMS)
    assert reading.frame.height == 1
    assert reading.file == "a.zip/明细.csv"
    with pytest.raises(FileError, match="the archive should hold one table"):
        read_table(write_zip(tmp_path / "b.zip", a_dot_csv=data, b_dot_csv=data), CLAIMS)


def test_parquet_money_is_decimal_or_refused(tmp_path: Path) -> None:
    frame = pl.DataFrame(rows_of(bill())[1:], schema=list(HEAD), orient="row")
    money = ["医疗费总额", "全自费金额", "超限价", "先行自付", "政策范围内费用", "医疗救助"]
    path = tmp_path / "a.parquet"
    frame.with_columns(
        pl.col(money).cast(pl.Decimal(18, 2)), pl.col("出院日期").str.to_date(), pl.col("结算时间").str.to_datetime()
    ).write_parquet(path)
    reading = read_table(path, CLAIMS)
    assert reading.frame.select("total", "discharged_on").row(0) == (100_000, date(2024, 3, 5))
    assert (reading.rows_read, reading.encoding) == (1, "parquet")
    frame.with_columns(pl.col("医疗救助").cast(pl.Float64)).write_parquet(path)
    with pytest.raises(FileError, match="医疗救助: money is a float"):
        read_table(path, CLAIMS)
    frame.with_columns(pl.lit(200).alias("医疗救助")).write_parquet(path)
    with pytest.raises(FileError, match="whole number without a unit"):
        read_table(path, CLAIMS)
    frame.with_columns(pl.lit(Decimal("100000000000.00")).alias("医疗救助")).write_parquet(path)
    [fault] = read_table(path, CLAIMS).quarantine.to_dicts()
    assert (fault["column"], fault["reason"]) == ("医疗救助", "amount_large")
    frame.with_columns(pl.lit(Decimal("200.001")).alias("医疗救助")).write_parquet(path)
    assert findings(read_table(path, CLAIMS).quarantine) == [(1, "医疗救助", "amount_decimals")]


def test_cells_with_line_breaks_count_as_one_row(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", rows_of(bill(姓名="样\n例"), bill(结算ID="S2", 医疗类别="??")))
    reading = read_table(path, CLAIMS)
    assert reading.frame["person_name"].to_list() == ["样\n例"]
    assert findings(reading.quarantine) == [(3, "医疗类别", "code_unknown_plain")]


def test_header_without_rows(tmp_path: Path) -> None:
    reading = read_table(write_csv(tmp_path / "a.csv", rows_of()), CLAIMS)
    assert (reading.rows_read, reading.frame.height) == (0, 0)
    assert reading.warnings["reason"].to_list() == ["no_rows"]


def test_progress_reaches_the_end(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    path = write_csv(tmp_path / "a.csv", rows_of(*[bill(结算ID=f"S{i}") for i in range(20)]))
    read_table(path, CLAIMS, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (20, 20)
    assert told == sorted(told)


def test_defaults_fill_columns_that_a_file_lacks(tmp_path: Path) -> None:
    head = [name for name in HEAD if name not in ("超限价", "医院等级")]
    path = write_csv(tmp_path / "a.csv", rows_of(bill(), head=head))
    frame = read_table(path, CLAIMS, defaults={"over_limit": "20.00", "provider_level": "三级"}).frame
    assert frame.select("over_limit", "provider_level").row(0) == (2_000, "tertiary")
