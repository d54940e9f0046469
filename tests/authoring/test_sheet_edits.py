"""What an officer does to the workbook becomes what the pack says, exactly and nowhere else."""

from __future__ import annotations

import copy
import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from authoring.sheets import INVENTED, SUQIAN, Office
from tuodi.authoring.cells import read_value, show_value
from tuodi.authoring.labels import Labels
from tuodi.authoring.read import shown_text
from tuodi.authoring.tree import Map
from tuodi.law.find import locate
from tuodi.law.source import Problems, read_yaml
from tuodi.law.values import Reading, amount, percent
from tuodi.money import yuan

AID = "医疗救助"
QA = "宿迁市城市问答"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path, SUQIAN)


def before(ref: str = SUQIAN) -> Any:
    return copy.deepcopy(yaml.safe_load(locate(ref)[0].path.read_text("utf-8")))


@pytest.mark.req("SP11")
def test_change_a_value(office: Office) -> None:
    office.put(AID, office.row(AID, 项目="支付比例", 对象类别="低保等"), 值="82.5%")
    expected = before()
    expected["layers"]["assistance"]["rate"]["dibao"] = "82.5%"
    assert office.pack() == expected


def test_add_a_row_with_an_article_of_its_own(office: Office) -> None:
    """A fourth class, and its rate, deductible and place within the gate; one of them under another article."""
    office.add(
        "对象分类", 项目="类别", 代号="monitored", 名称="监测对象", 英文名称="monitored", 依据文件=QA, 条款="第3条",
        包含的身份="脱贫不稳定人口、边缘易致贫人口",
    )  # fmt: skip
    gate = office.row(AID, 项目="适用范围")
    said = office.cell(AID, "对象类别", gate).value
    office.put(AID, gate, 对象类别=f"{said}；监测对象")
    office.add(AID, 项目="支付比例", 对象类别="监测对象", 值="65%", 单位="%", 依据文件=QA, 条款="第3条")
    office.add(AID, 项目="起付标准", 对象类别="监测对象", 值=3000, 单位="元", 期间="每年")
    made, expected = office.pack(), before()
    expected["classes"]["monitored"] = {
        "title": {"zh": "监测对象", "en": "monitored"},
        "members": ["unstable_exit", "margin_prone"],
        "cite": "qa 第3条",
    }  # fmt: skip
    layer = expected["layers"]["assistance"]
    layer["when"]["class"].append("monitored")
    layer["deductible"]["monitored"] = "3,000 yuan"
    layer["rate"] = [
        *({"class": name, "is": rate} for name, rate in layer["rate"].items()),
        {"class": "monitored", "is": "65%", "cite": "qa 第3条"},
    ]
    assert made == expected
    assert list(made["classes"]) == [*before()["classes"], "monitored"]


def test_delete_a_row(office: Office) -> None:
    office.delete(AID, office.row(AID, 项目="限额", 代号="outpatient"))
    expected = before()
    del expected["layers"]["assistance"]["caps"][1]
    assert office.pack() == expected


def test_fill_an_unknown_and_leave_a_remark(tmp_path: Path) -> None:
    office = Office(tmp_path, INVENTED)
    row = office.row("基本医疗保险", 项目="支付比例", 值="未知")
    office.put("基本医疗保险", row, 值="55%", 单位="%", 备注="2024年9月电话问得\n文件待寄")
    expected = before(INVENTED)
    expected["layers"]["basic"]["rate"][3]["is"] = "55%"
    assert office.pack() == expected
    assert "is: 55%}  # 2024年9月电话问得 文件待寄\n" in office.sent().files["pack.yaml"]


def test_make_a_value_unknown(office: Office) -> None:
    office.put(AID, office.row(AID, 项目="限额", 代号="year"), 值="未知，暂按不设限额", 单位=None, 备注="附件没有读到")
    expected = before()
    expected["layers"]["assistance"]["caps"][0]["limit"] = {"unknown": "附件没有读到", "treat_as": "none"}
    assert office.pack() == expected


def test_add_a_document_without_thinking_of_a_key(office: Office) -> None:
    office.add(
        "文件", 种类="政策文件", 文号或名称="宿医保发〔2024〕9号", 标题="补充通知", 原文核对="已核对原文",
        日期="2024年5月6日",
    )  # fmt: skip
    office.put(
        AID, office.row(AID, 项目="支付比例", 对象类别="低保等"), 依据文件=f"{QA}\n宿医保发〔2024〕9号", 条款="\n第二条"
    )
    expected = before()
    expected["documents"]["doc1"] = {
        "law": "宿医保发〔2024〕9号", "title": "补充通知", "date": yaml.safe_load("2024-05-06"), "verified": True,
    }  # fmt: skip
    expected["layers"]["assistance"]["rate"] = [
        {"class": "full", "is": "100%"},
        {"class": "dibao", "is": "80%", "cite": ["qa", "doc1 第二条"]},
        {"class": "margin", "is": "70%"},
    ]
    assert office.pack() == expected


@pytest.mark.req("SP11")
def test_add_a_layer_by_copying_a_sheet(office: Office) -> None:
    page = office.book.copy_worksheet(office.book[AID])
    page.title = "再救助"
    office.put("再救助", office.row("再救助", 项目="待遇代号"), 值="second")
    office.put("再救助", office.row("再救助", 项目="名称（中文）"), 值="再救助")
    office.put("再救助", office.row("再救助", 项目="名称（英文）"), 值="second assistance")
    office.book.move_sheet(page, office.book.index(office.book[AID]) - office.book.index(page) + 1)
    made, expected = office.pack(), before()
    expected["layers"]["second"] = {
        **expected["layers"]["assistance"], "title": {"zh": "再救助", "en": "second assistance"},
    }  # fmt: skip
    assert made == expected
    assert list(made["layers"]) == ["assistance", "second"]


def test_the_order_of_sheets_is_the_order_of_layers(tmp_path: Path) -> None:
    office = Office(tmp_path, INVENTED)
    office.book.move_sheet("大病保险", -1)
    assert list(office.pack()["layers"])[:3] == ["catastrophic", "basic", "large"]


def test_the_order_of_rows_is_the_order_of_classes(office: Office) -> None:
    page = office.book["对象分类"]
    first, second = (office.row("对象分类", 代号=code) for code in ("dibao", "margin"))
    for column in range(1, page.max_column + 1):
        one, other = page.cell(first, column), page.cell(second, column)
        one.value, other.value = other.value, one.value
    office.add("对象分类", 项目="次序由文件规定", 值="是", 依据文件=QA)
    made = office.pack()
    assert list(made["classes"]) == ["full", "margin", "dibao"]
    assert made["class_order"] == {"stated": True, "cite": "qa"}


def test_one_limit_for_all_becomes_one_a_class(office: Office) -> None:
    row = office.row(AID, 项目="限额", 代号="outpatient")
    office.put(AID, row, 对象类别="特困、孤儿、事实无人抚养儿童", 值="不设限额", 单位=None)
    office.add(
        AID,
        项目="限额",
        代号="outpatient",
        期间="每年",
        就医类别="普通门诊",
        其他条件="其余情况",
        值="1.2万",
        单位="元",
    )
    wrong = office.wrong()
    assert [(sheet, found) for sheet, _cell, found, _right in wrong] == [(AID, "“其余情况”旁边还有条件")]
    office.put(
        AID, office.row(AID, 值="1.2万"), 其他条件=None, 对象类别="低保等；低保边缘、支出型和临时救助大重病患者、重残"
    )
    expected = before()
    expected["layers"]["assistance"]["caps"][1]["limit"] = [
        {"class": "full", "is": "none"}, {"class": ["dibao", "margin"], "is": "12,000 yuan"},
    ]  # fmt: skip
    assert office.pack() == expected


def test_a_share_of_an_income(tmp_path: Path) -> None:
    office = Office(tmp_path, "cn/370302/2025")
    row = office.row(AID, 项目="起付标准", 值="3,000")
    office.put(AID, row, 值="10%", 单位="上年人均可支配收入的%")
    expected = before("cn/370302/2025")
    expected["layers"]["assistance"]["deductible"]["margin"] = "10% of resident_income"
    assert office.pack() == expected
    office.put(AID, row, 值=0.1, 单位="上年人均可支配收入的%（舍去到元）")
    office.cell(AID, "值", row).number_format = "0%"
    expected["layers"]["assistance"]["deductible"]["margin"] = {
        "share": "10%", "of": "resident_income", "round": {"to": "yuan", "direction": "down"},
    }  # fmt: skip
    assert office.pack() == expected


@pytest.mark.parametrize(
    ("typed", "shown_as", "unit", "expected"),
    [
        (8450.5, "General", "元", "8,450.50 yuan"),
        (3000.0, "#,##0.00", "元", "3,000 yuan"),
        ("16,901.50", "@", "元", "16,901.50 yuan"),
        ("¥ 3000 元", "@", None, "3,000 yuan"),
        ("3，000", "@", "元", "3,000 yuan"),
        ("10万元", "@", None, "100,000 yuan"),
        (1.25, "General", "万元", "12,500 yuan"),
        (0, "General", None, 0),
        (0.1 + 0.2, "General", "元", "0.30 yuan"),
    ],
)
def test_amounts_as_they_are_typed(office: Office, typed: Any, shown_as: str, unit: str | None, expected: Any) -> None:
    row = office.row(AID, 项目="起付标准", 值="3,000")
    office.put(AID, row, 值=typed, 单位=unit)
    office.cell(AID, "值", row).number_format = shown_as
    assert office.pack()["layers"]["assistance"]["deductible"]["margin"] == expected


@pytest.mark.parametrize(
    ("typed", "shown_as", "expected"),
    [("70%", "@", "70%"), (70, "General", "70%"), (0.7, "0%", "70%"), ("62.50 ％", "@", "62.5%"),
     (0.625, "0.0%", "62.5%"),
     ("0.7%", "@", "0.7%"), (0.07, "0%", "7%")],
)  # fmt: skip
def test_rates_as_they_are_typed(office: Office, typed: Any, shown_as: str, expected: str) -> None:
    row = office.row(AID, 项目="支付比例", 值="70%")
    office.put(AID, row, 值=typed)
    office.cell(AID, "值", row).number_format = shown_as
    assert office.pack()["layers"]["assistance"]["rate"]["margin"] == expected


def test_dates_that_excel_made_of_them(office: Office) -> None:
    office.put("基本信息", office.row("基本信息", 项目="施行日期"), 值=datetime.datetime(2024, 3, 1))  # noqa: DTZ001
    office.put("基本信息", office.row("基本信息", 项目="失效日期"), 值="2025/12/31")
    office.add("基本信息", 项目="待遇年度从哪天开始", 值="7月1日")
    office.delete("基本信息", office.row("基本信息", 项目="待遇年度从哪天开始", 值=""))
    made = office.pack()
    assert made["in_force"] == {"from": datetime.date(2024, 3, 1), "to": datetime.date(2025, 12, 31)}
    assert made["dates"]["counter_year"] == {"by": "settled_at", "starts": "07-01"}


def test_columns_may_be_moved_and_cells_merged(office: Office) -> None:
    """An officer's habits: an article column dragged to the front, the item written once for several rows."""
    page = office.book[AID]
    rows = [row for row in range(4, page.max_row) if page.cell(row, 1).value == "支付比例"]
    page.merge_cells(start_row=rows[0], end_row=rows[-1], start_column=1, end_column=1)
    assert office.pack() == before()
    page.unmerge_cells(start_row=rows[0], end_row=rows[-1], start_column=1, end_column=1)
    for row in rows:
        page.cell(row, 1).value = "支付比例"
    last = page.max_column + 1
    for row in range(3, page.max_row + 1):
        page.cell(row, last).value = page.cell(row, 3).value
        page.cell(row, 3).value = None
    assert office.pack() == before()


def test_english_words_in_a_chinese_workbook(office: Office) -> None:
    office.add(AID, 项目="rounding", 值="half up to fen", 期间="per bill")
    expected = before()
    expected["layers"]["assistance"]["rounding"] = {"to": "fen", "direction": "half_up", "per": "bill"}
    assert office.pack() == expected


def test_a_child_has_only_its_own_values(tmp_path: Path) -> None:
    office = Office(tmp_path, "cn/500112/2023")
    assert office.cell("基本信息", "值", office.row("基本信息", 项目="承接的规则包")).value == "cn/500000/2023"
    assert not {"基本医疗保险", "大病保险"} & set(office.book.sheetnames)
    office.put("倾斜救助", office.row("倾斜救助", 项目="支付比例", 值="60%"), 值="65%")
    office.add("其他", 位置="layers.basic.deductible", 内容="~")
    expected = before("cn/500112/2023")
    expected["layers"]["tilt"]["rate"]["margin"] = "65%"
    expected["layers"]["basic"] = {"deductible": None}
    assert office.pack() == expected


def test_premiums_and_income_lines(tmp_path: Path) -> None:
    office = Office(tmp_path, INVENTED)
    office.put("资助参保", office.row("资助参保", 项目="资助", 值="90%"), 值="全额", 单位=None)
    office.put("资助参保", office.row("资助参保", 项目="资助", 值="不低于60%"), 值="不低于 65.5%")
    office.add("资助参保", 项目="资助", 年度=2025, 身份="特困人员", 值=320, 单位="元", 依据文件="青岚医保发〔2023〕2号")
    office.add(
        "收入线",
        身份="低保边缘家庭成员",
        怎样比="低于",
        值="1,200.50",
        单位="元",
        从哪天起="2025/1/1",
        依据文件="青岚医保发〔2023〕2号",
    )
    expected = before(INVENTED)
    first, second = expected["premium_subsidy"]
    first["rows"][1]["pays"] = "full"
    first["rows"][3]["pays"] = {"at_least": "65.5%"}
    second["rows"] = [{"identities": ["tekun"], "pays": "320 yuan", "cite": "qc2"}]
    expected["income_lines"].append(
        {"identity": "dibao_margin", "under": "1,200.50 yuan", "from": datetime.date(2025, 1, 1), "cite": "qc2"}
    )
    assert office.pack() == expected


# --- nothing drifts -------------------------------------------------------------------------------------------------


@given(st.integers(0, 10**13 - 1))
def test_no_amount_drifts(fen: int) -> None:
    """An amount shown and read, typed as a number into Excel and read, means the same fen."""
    labels = Labels(Map())
    for typed in (yuan(fen), float(Fraction(fen, 100))):
        text = shown_text(typed, "General")
        node = read_yaml(f"a: {read_value(text, '元', '', 'amount', labels, 'zh')!s}", "", "", Problems())
        assert node is not None
        assert amount(Reading(Problems()), node.mapping["a"]) == fen
    shown, unit, _why = show_value(read_value(yuan(fen), "元", "", "amount", labels, "zh"), "amount", labels, "en")
    assert read_value(shown, unit, "", "amount", labels, "zh") == read_value(
        yuan(fen), "yuan", "", "amount", labels, "en"
    )


@given(st.integers(100, 10_000))
@settings(max_examples=300)
def test_no_rate_drifts(points: int) -> None:
    labels = Labels(Map())
    as_excel_keeps_it = shown_text(float(Fraction(points, 10_000)), "0.00%")
    as_a_number = shown_text(float(Fraction(points, 100)), "General")
    for text in (as_excel_keeps_it, as_a_number, f"{points // 100}.{points % 100:02d}%"):
        read = read_value(text, "%", "", "rate", labels, "zh")
        node = read_yaml(f"a: {read!s}", "", "", Problems())
        assert node is not None
        assert percent(Reading(Problems()), node.mapping["a"]) == points
