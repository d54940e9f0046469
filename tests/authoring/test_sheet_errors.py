"""What is wrong comes back as marked cells with reasons, and never as a pack."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from authoring.sheets import INVENTED, SUQIAN, Office
from tuodi.authoring.book import items_of
from tuodi.authoring.labels import Labels, static
from tuodi.authoring.layout import FORMS, header, item_word
from tuodi.authoring.marks import mark_workbook, marked_name
from tuodi.authoring.sheet import from_workbook
from tuodi.authoring.tree import Map
from tuodi.errors import FileError

AID = "医疗救助"
QA = "宿迁市城市问答"
MARK = "FFF8B4B4"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path, SUQIAN)


def at(office: Office, sheet: str, row: int, column: str) -> str:
    return str(office.cell(sheet, column, row).coordinate)


Edit = Callable[[Office], tuple[str, int, str]]
"""Makes one mistake; says in which sheet, row and column it must be found."""


def _put(sheet: str, find: dict[str, str], column: str, **said: object) -> Edit:
    def edit(office: Office) -> tuple[str, int, str]:
        row = office.row(sheet, **find)
        office.put(sheet, row, **said)
        return sheet, row, column

    return edit


def _add(sheet: str, column: str, **said: object) -> Edit:
    return lambda office: (sheet, office.add(sheet, **said), column)


RATE = {"项目": "支付比例", "对象类别": "低保等"}
DEDUCTIBLE = {"项目": "起付标准", "值": "3,000"}

WRONG_CELLS: dict[str, tuple[Edit, str]] = {
    "a rate that could be two": (_put(AID, RATE, "值", 值=0.7), "0.7 可以是 70%，也可以是 0.7%"),
    "a rate without a unit": (_put(AID, RATE, "值", 值=70, 单位=None), "70，没有写 %"),
    "a rate in words": (_put(AID, RATE, "值", 值="七成"), "“七成”不是比例"),
    "a rate too fine": (_put(AID, RATE, "值", 值="66.667%"), "66.667%"),
    "a rate in yuan": (_put(AID, RATE, "单位", 单位="元"), "元"),
    "no value": (_put(AID, RATE, "值", 值=None), "没有写值"),
    "an amount in words": (_put(AID, DEDUCTIBLE, "值", 值="三千元"), "“三千元”不是金额"),
    "an amount below nothing": (_put(AID, DEDUCTIBLE, "值", 值=-3000), "“-3000”不是金额"),
    "a third of a fen": (_put(AID, DEDUCTIBLE, "值", 值="3000.005"), "“3000.005”不是金额"),
    "an amount without a unit": (_put(AID, DEDUCTIBLE, "单位", 单位=None), "没有写单位"),
    "a share of nothing": (_put(AID, DEDUCTIBLE, "单位", 值="25%", 单位=None), "25%，没有写是什么的百分之几"),
    "a unit of another place": (_put(AID, DEDUCTIBLE, "单位", 值="25%", 单位="全省收入的%"), "全省收入的%"),
    "a deductible without limit": (_put(AID, DEDUCTIBLE, "值", 值="不设限额"), "不设限额"),
    "unknown without a reason": (_put(AID, RATE, "备注", 值="未知", 单位=None), "未知的值没有写原因"),
    "a formula": (_put(AID, RATE, "值", 值="=1-0.3"), "=1-0.3"),
    "a class that is not there": (_put(AID, RATE, "对象类别", 对象类别="低保户"), "“低保户”不是这一栏的词"),
    "a setting that is not there": (
        _put(AID, {"项目": "适用范围"}, "就医类别", 就医类别="住院、互联网门诊"),
        "“互联网门诊”不是这一栏的词",
    ),
    "an item that is not there": (_add(AID, "项目", 项目="报销比例", 值="70%"), "“报销比例”不是这张表的项目"),
    "no item": (_add(AID, "项目", 值="70%", 单位="%"), "没有写项目"),
    "a document that is not there": (
        _put(AID, RATE, "依据文件", 依据文件="苏医保发〔2024〕1号"),
        "没有“苏医保发〔2024〕1号”这份文件",
    ),
    "an article without a document": (_put(AID, RATE, "依据文件", 依据文件=None, 条款="第五条"), "有条款，没有写文件"),
    "more articles than documents": (
        _put(AID, RATE, "条款", 依据文件=f"{QA}\n{QA}", 条款="一\n二\n三"),
        "2 份文件，3 行条款",
    ),
    "a bracket in words": (_put(AID, RATE, "费用段", 费用段="头一段"), "头一段"),
    "a condition in no form": (_put(AID, RATE, "其他条件", 其他条件="住院满三天"), "住院满三天"),
    "a condition of no column": (_put(AID, RATE, "其他条件", 其他条件="床位=单间"), "“床位”不是这一栏的词"),
    "an age against money": (_put(AID, RATE, "其他条件", 其他条件="年龄>300 元"), "300 元"),
    "a rest with conditions": (_put(AID, RATE, "其他条件", 其他条件="其余情况"), "“其余情况”旁边还有条件"),
    "two spans": (_put(AID, DEDUCTIBLE, "期间", 期间="每次住院"), "与同一项目的其他行不一样"),
    "no such span": (_put(AID, DEDUCTIBLE, "期间", 期间="每月"), "“每月”不是这一栏的词"),
    "a date in words": (_put("基本信息", {"项目": "施行日期"}, "值", 值="明年起"), "“明年起”不是日期"),
    "no day of the year": (_put("基本信息", {"项目": "待遇年度从哪天开始"}, "值", 值="年初"), "“年初”不是月和日"),
    "a choice not in the list": (
        _put("基本信息", {"项目": "身份看哪一天"}, "值", 值="随时"),
        "“随时”不是这一栏的词",
    ),
    "an identity that is not there": (
        _put("对象分类", {"代号": "dibao"}, "包含的身份", 包含的身份="低保对象、困难职工"),
        "“困难职工”不是这一栏的词",
    ),
    "a class without a code": (
        _add("对象分类", "代号", 项目="类别", 名称="监测对象", 包含的身份="边缘易致贫人口"),
        "没有写代号",
    ),
    "a class twice": (
        _add("对象分类", "代号", 项目="类别", 代号="full", 包含的身份="孤儿", 依据文件=QA),
        "同一项写了两次",
    ),
    "a document without a name": (_add("文件", "文号或名称", 种类="网页", 标题="问答"), "没有写"),
    "a path that leads nowhere": (
        _add("其他", "位置", 位置="layers[2]..x[0]", 内容="1"),
        "位置“layers[2]..x[0]”写不到那里，或者写了两次",
    ),
    "a place said twice": (
        _add("其他", "内容", 位置="default_class", 内容="ordinary"),
        "“其他”表里的 default_class 与专门的表说的是同一处",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_CELLS)
@pytest.mark.req("SP11")
def test_a_cell_that_cannot_be_read(office: Office, name: str) -> None:
    edit, found = WRONG_CELLS[name]
    sheet, row, column = edit(office)
    wrong = office.wrong()
    assert [(item[0], item[1], item[2]) for item in wrong] == [(sheet, at(office, sheet, row, column), found)]
    assert wrong[0][3]
    assert office.sent().in_cells


WRONG_RULES: dict[str, tuple[Edit, str]] = {
    "a gap": (
        lambda office: (AID, office.row(AID, **RATE), "项目"),
        "有空缺：对象类别=低保等 没有一行管到（共 1 种组合）",
    ),
    "a double match": (
        _add(AID, "", 项目="支付比例", 对象类别="低保等", 就医类别="住院", 值="85%", 单位="%"),
        "有重叠：对象类别=低保等，就医类别=住院 有两行都管到（共 1 种组合）",
    ),
    "a rate of more than all": (_put(AID, RATE, "值", 值="120%"), "比例 120% 不对"),
    "an order that is not the best first": (
        _put(AID, {"项目": "支付比例", "对象类别": "特困、孤儿、事实无人抚养儿童"}, "待遇代号", 值="60%"),
        "“特困、孤儿、事实无人抚养儿童”排在“低保等”前面，但它的支付比例不是处处不低",
    ),
    "a bracket that is not there": (_put(AID, RATE, "项目", 费用段="2"), "有第 2 段的比例，没有分段"),
    "a counter that is not there": (
        _add(AID, "值", 项目="前提：额度已用完", 值="basic.year"),
        "额度“basic.year”在前面的待遇里没有",
    ),
    "no form of payment": (_put(AID, {"项目": "只算不付？"}, ""), "没有写怎样支付"),
    "a version that ends before it begins": (
        _put("基本信息", {"项目": "失效日期"}, "值", 值="2023-12-31"), "施行日期：to 2023-12-31, before 2024-01-01",
    ),
    "a day that no calendar has": (
        _put("基本信息", {"项目": "施行日期"}, "值", 值="2024-02-31"),
        "日期 2024-02-31 不对",
    ),
    "a page that was verified": (
        _put("文件", {"文号或名称": QA}, "原文核对", 原文核对="已核对原文"),
        "只有政策文件能写“已核对原文”",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_RULES)
@pytest.mark.req("SP11")
def test_rules_that_the_check_refuses(office: Office, name: str) -> None:
    edit, found = WRONG_RULES[name]
    if name == "no form of payment":
        while (row := _any_row(office, "支付比例")) is not None:
            office.delete(AID, row)
        sheet, row, column = AID, office.row(AID, 项目="待遇代号"), "值"
    else:
        sheet, row, column = edit(office)
    if name == "a gap":
        office.delete(sheet, row)
        row, column = office.row(AID, 项目="支付比例"), "项目"
    elif name == "a double match":
        row, column = office.row(AID, 项目="支付比例"), "项目"
    elif name == "an order that is not the best first":
        row, column = office.row(AID, 项目="待遇代号"), "值"
    wrong = office.wrong()
    assert [(item[0], item[2]) for item in wrong] == [(sheet, found)]
    assert wrong[0][1] == at(office, sheet, row, column)
    assert wrong[0][3]
    assert not office.sent().in_cells


def _any_row(office: Office, item: str) -> int | None:
    try:
        return office.row(AID, 项目=item)
    except AssertionError:
        return None


def test_all_that_is_wrong_is_told_at_once(office: Office) -> None:
    office.put(AID, office.row(AID, **RATE), 值=0.8)
    office.put(AID, office.row(AID, **DEDUCTIBLE), 值="三千")
    office.put("基本信息", office.row("基本信息", 项目="施行日期"), 值="今年")
    assert [item[0] for item in office.wrong()] == ["基本信息", AID, AID]


def test_without_a_source_a_value_is_refused(office: Office) -> None:
    office.delete(AID, office.row(AID, 项目="本待遇的依据"))
    row = office.row(AID, **RATE)
    office.put(AID, row, 依据文件=None, 条款=None)
    assert (AID, at(office, AID, row, "依据文件"), "这个数没有依据") in [item[:3] for item in office.wrong()]


def test_in_english_it_says_so_in_english(office: Office) -> None:
    office.put(AID, office.row(AID, **RATE), 值=0.7)
    assert [item[2:] for item in office.wrong("en")] == [("0.7 could be 70% or 0.7%", "with its sign: 70% or 0.7%")]


def test_an_id_never_leads_out_of_its_folder(office: Office) -> None:
    row = office.row("基本信息", 项目="规则包编号")
    office.put("基本信息", row, 值="../../../x")
    assert [item[:3] for item in office.wrong()] == [
        ("基本信息", at(office, "基本信息", row, "值"), "规则包编号 ../../../x 不对")
    ]


def test_a_renamed_class_is_missed_where_it_was_used(office: Office) -> None:
    """Its code may change, since sheets say classes by their names; its name may not, unless everywhere."""
    row = office.row("对象分类", 代号="margin")
    office.put("对象分类", row, 代号="edge")
    assert office.sent().problems == ()
    office.put("对象分类", row, 名称="边缘")
    wrong = office.wrong()
    assert {item[0] for item in wrong} == {AID}
    assert {item[2] for item in wrong} == {"“低保边缘、支出型和临时救助大重病患者、重残”不是这一栏的词"}


def test_a_document_by_its_short_name_or_its_own(office: Office) -> None:
    office.put("文件", office.row("文件", 代号="qa"), **{"简称（依据栏用）": "问答"})
    office.put(AID, office.row(AID, **RATE), 依据文件="问答", 条款="第二问")
    assert office.pack()["layers"]["assistance"]["rate"][1]["cite"] == "qa 第二问"


# --- sheets and headers ---------------------------------------------------------------------------------------------


def test_a_sheet_of_something_else(office: Office) -> None:
    page = office.book.create_sheet("通讯录")
    page.append(["姓名", "电话"])
    assert [item[:3] for item in office.wrong()] == [("通讯录", "A1", "这张表没有认得出的表头")]


def test_an_empty_sheet_is_nothing(office: Office) -> None:
    office.book.create_sheet("Sheet1")
    assert office.sent().problems == ()


def test_a_value_far_below_is_not_lost(office: Office) -> None:
    office.book[AID].cell(20_000, 3).value = "70%"
    office.book[AID].cell(900_000, 3).value = " "
    assert [item[:3] for item in office.wrong()] == [(AID, "A20000", "没有写项目")]


def test_a_chart_sheet_without_a_chart(office: Office) -> None:
    office.book.create_chartsheet("图")
    with pytest.raises(FileError, match="不是 Excel 工作簿"):
        office.sent()


def test_a_header_that_was_changed(office: Office) -> None:
    cell = office.cell(AID, "依据文件", 3)
    cell.value = "出处"
    found = [item[:3] for item in office.wrong()]
    assert (AID, cell.coordinate, "栏目“出处”不认识，或者有两栏") in found
    assert (AID, "A3", "缺少栏目：依据文件") in found


def test_a_layer_twice(office: Office) -> None:
    office.book.copy_worksheet(office.book[AID]).title = "再救助"
    wrong = office.wrong()
    row = office.row("再救助", 项目="待遇代号")
    assert [item[:3] for item in wrong] == [
        ("再救助", at(office, "再救助", row, "值"), f"待遇代号 assistance 在“{AID}”表用过了")
    ]


def test_a_layer_without_a_code(office: Office) -> None:
    row = office.row(AID, 项目="待遇代号")
    office.put(AID, row, 值=None)
    assert (AID, at(office, AID, row, "值"), "没有待遇代号") in [item[:3] for item in office.wrong()]


def test_a_parent_that_is_not_there(tmp_path: Path) -> None:
    office = Office(tmp_path, "cn/500112/2023")
    row = office.row("基本信息", 项目="承接的规则包")
    office.put("基本信息", row, 值="cn/500000/2099")
    wrong = office.wrong()
    assert wrong[0][:2] == ("基本信息", at(office, "基本信息", row, "值"))
    assert wrong[0][2].startswith("承接的规则包读不到：")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", "规则".encode("gb18030")])
def test_a_file_that_is_no_workbook(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.xlsx").write_bytes(content)
    with pytest.raises(FileError, match="不是 Excel 工作簿"):
        from_workbook(tmp_path / "a.xlsx")


def test_another_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["姓名"])  # type: ignore[union-attr]
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(FileError, match="没有“基本信息”表"):
        from_workbook(tmp_path / "a.xlsx")


# --- what goes back -------------------------------------------------------------------------------------------------


@pytest.mark.req("SP11")
def test_the_marked_workbook_is_the_persons_own_and_accepted_when_corrected(office: Office, tmp_path: Path) -> None:
    row = office.row(AID, **RATE)
    cell = at(office, AID, row, "值")
    office.put(AID, row, 值=0.7)
    office.put("基本信息", office.row("基本信息", 项目="施行日期"), 值="今年")
    made = office.sent()
    marked = marked_name(office.path)
    assert marked.name == "参数表.errors.xlsx"
    mark_workbook(office.path, marked, made.problems, "zh")

    book = openpyxl.load_workbook(marked)
    assert book.sheetnames[0] == "需更正"
    listed = [[item.value for item in line] for line in book["需更正"].iter_rows(min_row=3)]
    assert [line[:3] for line in listed] == [[1, "基本信息", "B7"], [2, AID, cell]]
    assert [line[3] for line in listed] == ["今年", "0.7"]
    assert listed[1][5] == "带上 % 写明：70% 或 0.7%"
    assert book["需更正"]["C4"].hyperlink.location == f"'{AID}'!{cell}"
    wrong = book[AID][cell]
    assert wrong.fill.start_color.rgb == MARK
    assert "0.7 可以是 70%，也可以是 0.7%" in wrong.comment.text
    assert wrong.value == 0.7

    wrong.value = "70%"
    book["基本信息"]["B7"].value = "2024-01-01"
    book.save(marked)
    assert from_workbook(marked).problems == ()


def test_marked_again_only_what_is_still_wrong_is_marked(office: Office, tmp_path: Path) -> None:
    row = office.row(AID, **RATE)
    cell, other = at(office, AID, row, "值"), office.row(AID, **DEDUCTIBLE)
    office.put(AID, row, 值=0.7)
    office.put(AID, other, 值="三千")
    first = marked_name(office.path)
    mark_workbook(office.path, first, office.sent().problems, "zh")
    book = openpyxl.load_workbook(first)
    book[AID][cell].value = "70%"
    book.save(first)
    second = marked_name(first)
    assert second.name == "参数表.errors-2.xlsx"
    mark_workbook(first, second, from_workbook(first).problems, "zh")
    again = openpyxl.load_workbook(second)
    assert again.sheetnames.count("需更正") == 1
    assert again[AID][cell].comment is None
    assert again[AID][cell].fill.start_color.rgb != MARK
    assert again[AID][at(office, AID, other, "值")].comment is not None


def test_the_same_problems_give_the_same_bytes(office: Office, tmp_path: Path) -> None:
    office.put(AID, office.row(AID, **RATE), 值=0.7)
    problems = office.sent().problems
    for name in ("a.xlsx", "b.xlsx"):
        mark_workbook(office.path, tmp_path / name, problems, "zh")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


# --- words ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_two_things_have_one_word(lang: str) -> None:
    """Columns of a sheet, items of a sheet and words of a list can be told apart in either language."""
    for form in FORMS:
        heads = [header(column.key, lang).casefold() for column in form.columns if not column.key.startswith("when")]
        assert len(set(heads)) == len(heads), form.key
        for award in (False, True):
            items = [item_word(item, lang).casefold() for item in items_of(form.key, award)]
            assert len(set(items)) == len(items), form.key
    labels = Labels(Map())
    for name in ("column", "per", "payer", "unpaid", "counts", "identity", "setting", "part", "version_date"):
        words = [labels.show(name, code, lang) for code in labels.codes(name)]
        assert len(set(words)) == len(words), name
        assert all(
            "（" not in word or word in {pair[0] for pair in static("column").values()} or name in ("part",)
            for word in words
        ), name


def test_every_feature_survives_a_spoiled_and_mended_workbook(tmp_path: Path) -> None:
    """Spoil every value of one layer: each is told, none is guessed."""
    office = Office(tmp_path, INVENTED)
    rows = [row for row in range(4, office.book["倾斜救助"].max_row) if office.cell("倾斜救助", "单位", row).value]
    for row in rows:
        office.put("倾斜救助", row, 值="待定")
    assert len(office.wrong()) == len(rows)
