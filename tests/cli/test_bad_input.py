"""Bad input end to end: file, row, column and reason are told, good rows go on, a corrected row counts as if it had
always been right, and a bad file changes nothing."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cli.material import HEAD, SUQIAN, Result, bill, claims, identities, records, table, taken_back, tuodi
from exchange.material import certificate, text_of, write_csv, write_xlsx
from exchange.test_messages import F3, F8, reply
from tuodi.exchange import read_table, write_table
from tuodi.tables import CLAIMS

pytestmark = [pytest.mark.req("AD02"), pytest.mark.req("AD04")]

EXTRA = ("基金支付总额", "个人负担总金额", "医院负担金额", "个人现金支出", "个人账户支出", "冲正原结算ID", "救助身份")


def wide(row: dict[str, Any], **more: str) -> dict[str, Any]:
    """A bill with the columns that tie the payers together: 18,000 + 12,000 + 0 = 30,000."""
    return {
        **row, "基金支付总额": "18000.00", "个人负担总金额": "12000.00", "医院负担金额": "0.00",
        "个人现金支出": "12000.00", "个人账户支出": "0.00", "冲正原结算ID": "", "救助身份": "", **more,
    }  # fmt: skip


def written(path: Path, *rows: dict[str, Any]) -> Path:
    head = (*HEAD, *(name for name in EXTRA if any(name in row for row in rows)))
    lines = [list(head), *[[row.get(name, "") for name in head] for row in rows]]
    return write_xlsx(path, lines) if path.suffix == ".xlsx" else write_csv(path, lines)


def settle(given: Path, out: Path, *more: str | Path) -> Result:
    held = out.parent / "名册.csv"
    if not held.exists():
        identities(held)
    return tuodi("settle", "--pack", SUQIAN, "--claims", given, "--identities", held, "--out", out, *more)


def change(book: Path, column: str, text: str | None, row: int = 2) -> Path:
    """What the officer does: type over the red cell and save."""
    file = openpyxl.load_workbook(book)
    sheet = file.worksheets[0]
    place = [cell.value for cell in sheet[1]].index(column) + 1
    sheet.cell(row, place).value = text
    file.save(book)
    return book


WRONG: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "parts": ({"先行自付": "5000.01"}, "医疗费总额", "四项之和为 30000.01，不等于医疗费总额 30000.00", "先行自付"),
    "payers": (
        {"医疗救助": "8000.01"}, "基金支付总额", "各基金支出之和为 18000.01，不等于基金支付总额 18000.00", "医疗救助",
    ),
    "shares": (
        {"医院负担金额": "0.01"}, "医疗费总额", "基金、个人与医院负担之和为 30000.01，不等于医疗费总额 30000.00",
        "医院负担金额",
    ),
    "own share": (
        {"个人现金支出": "11999.99"}, "个人负担总金额", "个人账户与现金之和为 11999.99，不等于个人负担总金额 12000.00",
        "个人现金支出",
    ),
    "level": ({"医院等级": "四级"}, "医院等级", "编码或名称不在对照表中", "医院等级"),
    "code": ({"医疗类别": "日间托管"}, "医疗类别", "编码或名称不在对照表中", "医疗类别"),
    "date": ({"出院日期": "2024-02-30"}, "出院日期", "日期不存在", "出院日期"),
    "order of dates": ({"入院日期": "2024-03-09"}, "入院日期", "入院日期晚于出院日期 2024-03-02", "入院日期"),
    "amount": ({"基本报销": "九千"}, "基本报销", "不是金额", "基本报销"),
    "fen": ({"政策范围内费用": "20000.001"}, "政策范围内费用", "金额超过两位小数", "政策范围内费用"),
    "empty": ({"政策范围内费用": ""}, "政策范围内费用", "必填项为空", "政策范围内费用"),
    "certificate": ({"证件号码": "990101195604120010"}, "证件号码", "证件号码校验位错误", "证件号码"),
    "negative": (
        {"先行自付": "-5000.00", "政策范围内费用": "30000.00"}, "先行自付", "负金额只能出现在冲正记录中", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_row_is_told_set_aside_corrected_and_counts(tmp_path: Path, kind: str) -> None:
    changed, column, reason, cell = WRONG[kind]
    right = wide(bill(2))
    given = written(tmp_path / "结算明细.csv", wide(bill(1)), {**right, **changed}, wide(bill(3)))
    out = tmp_path / "out.csv"
    done = settle(given, out, "--json")
    assert done.code == 3, done
    assert [row["claim_id"] for row in records(out)] == ["S1", "S3"]
    told = [one for one in done.json["problems"] if one["column"] == column]
    assert [(one["file"], one["row"], one["key"]) for one in told] == [("结算明细.csv", 3, "S2")]
    assert reason in told[0]["message"]
    spoken = settle(given, out).out
    assert f"第 3 行，{column}" in spoken
    assert reason in spoken

    book = tmp_path / "out.quarantine.xlsx"
    assert f"待更正的行及原因：{book}" in spoken
    for name in {cell or "政策范围内费用", *changed}:
        change(book, name, right[name])
    again = tmp_path / "again.csv"
    assert settle(given, again, "--claims", book).code == 0
    sound = tmp_path / "sound.csv"
    assert settle(written(tmp_path / "好.csv", wide(bill(1)), right, wide(bill(3))), sound).code == 0
    assert sorted(records(again), key=str) == sorted(records(sound), key=str)


def test_broken_sums_of_manual_and_out_of_area_bills_are_told_and_used(tmp_path: Path) -> None:
    row = {**wide(bill(1)), "先行自付": "5000.01"}
    lines = [[*HEAD, *EXTRA, "结算方式"], [*(row.get(name, "") for name in (*HEAD, *EXTRA)), "手工报销"]]
    done = settle(write_csv(tmp_path / "a.csv", lines), tmp_path / "out.csv", "--json")
    assert done.code == 0, done
    assert [one["reason"] for one in done.json["warnings"]] == ["parts_total"]
    assert done.json["problems"] == []


def test_a_broken_sum_of_a_national_message_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "2304.jsonl"
    wrong = F3.replace('"hosp_part_amt":0', '"hosp_part_amt":0.01').replace("S990001", "S990009")
    path.write_text("\n".join([reply(F3), reply(wrong), F8]), "utf-8")
    lacking = ("--read", "default:provider_level=三级", "--read", "default:discharged_on=2026-11-22")
    done = settle(path, tmp_path / "out.csv", *lacking, "--json")
    assert done.code == 3
    assert [(one["row"], one["reason"]) for one in done.json["problems"]] == [(2, "shares_total"), (3, "reply_failed")]


def test_reversals(tmp_path: Path) -> None:
    first, second = wide(bill(1)), wide(bill(2))
    back = taken_back(first, 结算ID="R1", 冲正原结算ID="S1")
    back |= {name: f"-{back[name]}" for name in EXTRA[:2]} | {"个人现金支出": "-12000.00"}
    nothing = taken_back(second, 结算ID="R2", 冲正原结算ID="S9")
    nothing |= {name: f"-{nothing[name]}" for name in EXTRA[:2]} | {"个人现金支出": "-12000.00"}
    given = written(tmp_path / "a.csv", first, second, back, nothing)
    out = tmp_path / "out.csv"
    done = settle(given, out, "--json")
    assert done.code == 3, done
    [problem] = done.json["problems"]
    assert (problem["row"], problem["column"], problem["reason"], problem["cell"]) == (
        5, "冲正原结算ID", "reversal_of_nothing", "S9",
    )  # fmt: skip
    status = {row["claim_id"]: (row["status"], row["pay_assistance"]) for row in records(out)}
    assert status == {"S1": ("annulled", "0.00"), "S2": ("ok", "10000.00"), "R1": ("annulled", "0.00")}
    change(tmp_path / "out.quarantine.xlsx", "冲正原结算ID", "S2")
    again = tmp_path / "again.csv"
    assert settle(given, again, "--claims", tmp_path / "out.quarantine.xlsx").code == 0
    assert {row["status"] for row in records(again)} == {"annulled"}


def test_two_bills_of_one_number(tmp_path: Path) -> None:
    given = claims(tmp_path / "a.csv", bill(1), bill(2), bill(2), bill(3), bill(3, 基本报销="8000.00"))
    out = tmp_path / "out.csv"
    done = settle(given, out, "--json")
    assert done.code == 3
    assert [(one["row"], one["reason"]) for one in done.json["problems"]] == [(5, "duplicate_id"), (6, "duplicate_id")]
    assert [(one["row"], one["reason"], one["expected"]) for one in done.json["warnings"]] == [
        (4, "duplicate_dropped", "3")
    ]
    assert [row["claim_id"] for row in records(out)] == ["S1", "S2"]
    change(tmp_path / "out.quarantine.xlsx", "结算ID", "S4", row=3)
    again = tmp_path / "again.csv"
    done = settle(given, again, "--claims", tmp_path / "out.quarantine.xlsx", "--json")
    assert done.code == 0, done
    assert {row["claim_id"]: row["pay_basic"] for row in records(again)} == {
        "S1": "9000.00", "S2": "9000.00", "S3": "9000.00", "S4": "8000.00",
    }  # fmt: skip


def test_unknown_identity(tmp_path: Path) -> None:
    held = identities(tmp_path / "民政.csv", ("P1", "低保对像", "2023-01-01"), ("P2", "特困人员", "2023-01-01"))
    given = claims(tmp_path / "a.csv", bill(1), bill(2))
    out = tmp_path / "out.csv"
    call = ("settle", "--pack", SUQIAN, "--claims", given, "--identities", held, "--out", out)
    done = tuodi(*call)
    assert done.code == 3
    assert "民政.csv：读入 2 行，可用 1 行，待更正 1 行" in done.out
    assert "第 2 行，救助类别“低保对像”：编码或名称不在对照表中（最接近：低保对象 = dibao）" in done.out
    assert [row["status"] for row in records(out)] == ["outside", "ok"]
    change(tmp_path / "out.quarantine.xlsx", "救助类别", "低保对象")
    assert tuodi(*call, "--identities", tmp_path / "out.quarantine.xlsx").code == 0
    assert [row["pay_assistance"] for row in records(out)] == ["8000.00", "10000.00"]


def test_a_formula_in_a_cell(tmp_path: Path) -> None:
    given = written(tmp_path / "a.xlsx", bill(1), bill(2, 政策范围内费用="=10000+10000\t20000"))
    out = tmp_path / "out.csv"
    done = settle(given, out)
    assert done.code == 3
    assert "第 3 行，政策范围内费用" in done.out
    assert "单元格是公式而不是数值，请改为数值（当前显示 20000）" in done.out
    change(tmp_path / "out.quarantine.xlsx", "政策范围内费用", "20000.00")
    assert settle(given, out, "--claims", tmp_path / "out.quarantine.xlsx").code == 0
    assert [row["pay_assistance"] for row in records(out)] == ["8000.00", "10000.00"]


def test_a_cut_text_file_loses_its_last_row_only(tmp_path: Path) -> None:
    whole = text_of(table([bill(1), bill(2)]))
    given = tmp_path / "a.csv"
    given.write_bytes(whole[: whole.rindex(",2024-03-02,")].encode())
    out = tmp_path / "out.csv"
    done = settle(given, out)
    assert done.code == 3
    assert "第 3 行，本行只有 8 个单元格，表头有 18 个：文件可能被截断" in done.out
    assert [row["claim_id"] for row in records(out)] == ["S1"]


def test_many_problems_are_counted_and_all_stand_in_json(tmp_path: Path) -> None:
    given = claims(tmp_path / "a.csv", *(bill(n, 医院等级="四级") for n in range(1, 13)), bill(13))
    out = tmp_path / "out.csv"
    done = settle(given, out)
    assert done.code == 3
    assert [line.split("，")[0].strip() for line in done.out.splitlines() if "四级" in line] == [
        f"第 {row} 行" for row in range(2, 7)
    ]
    assert "…… a.csv 另有 7 处" in done.out
    assert "… 7 more in a.csv" in settle(given, out, "--lang", "en").out
    assert len(settle(given, out, "--json").json["problems"]) == 12


def test_a_bill_in_one_file_and_its_reversal_in_the_next(tmp_path: Path) -> None:
    january = claims(tmp_path / "一月.csv", bill(1), bill(2))
    head = [*HEAD, "冲正原结算ID"]
    back = taken_back(bill(1), 结算ID="R1", 冲正原结算ID="S1")
    february = write_csv(tmp_path / "二月.csv", [head, [back[name] for name in head]])
    out = tmp_path / "out.csv"
    assert settle(january, out, "--claims", february).code == 0
    assert {row["claim_id"]: row["status"] for row in records(out)} == {"S1": "annulled", "S2": "ok", "R1": "annulled"}


def test_files_that_disagree_are_told(tmp_path: Path) -> None:
    given = claims(tmp_path / "a.csv", bill(1))
    held = write_csv(
        tmp_path / "名册二.csv",
        [["身份证号", "姓名", "救助类别", "开始日期"], [certificate(1), "样例乙", "低保对象", "2023-01-01"]],
    )
    out = tmp_path / "out.csv"
    call = ("settle", "--pack", SUQIAN, "--claims", given, "--identities", held, "--out", out)
    done = tuodi(*call)
    assert done.code == 0
    assert "文件之间有出入" in done.out
    assert "姓名不同" in done.out
    assert certificate(1) not in done.out
    [conflict] = tuodi(*call, "--json").json["conflicts"]
    assert (conflict["reason"], conflict["found"]) == ("name_differs", "样例乙")
    assert records(out)[0]["pay_assistance"] == "8000.00"


def test_identity_numbers_are_masked_on_the_screen_and_whole_in_the_workbook(tmp_path: Path) -> None:
    wrong = "990101195604120010"
    given = claims(tmp_path / "a.csv", bill(1, 证件号码=wrong))
    for more in ((), ("--json",)):
        done = settle(given, tmp_path / "out.csv", *more)
        assert wrong not in done.out + done.err
        assert "990101" in done.out
    sheet = openpyxl.load_workbook(tmp_path / "out.quarantine.xlsx").worksheets[0]
    assert wrong in [cell.value for cell in sheet[2]]


def bad_file(folder: Path, kind: str) -> Path:
    good = claims(folder / "good.csv", bill(1), bill(2))
    match kind:
        case "truncated xlsx":
            path = written(folder / "坏.xlsx", *(bill(n) for n in range(1, 20)))
            path.write_bytes(path.read_bytes()[:-400])
        case "truncated parquet":
            path = folder / "坏.parquet"
            write_table(read_table(good, CLAIMS).frame, path, CLAIMS)
            path.write_bytes(path.read_bytes()[:-100])
        case "truncated zip":
            path = folder / "坏.zip"
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("a.csv", text_of(table([bill(1)])) * 50)
            path.write_bytes(path.read_bytes()[:-60])
        case "truncated json":
            path = folder / "坏.json"
            path.write_text(reply(F3)[:-40], "utf-8")
        case "wrong encoding":
            path = folder / "坏.csv"
            path.write_bytes(text_of(table([bill(1)])).encode("utf-8") + "样例乙".encode("gb18030") + b"\r\n")
        case "html":
            path = folder / "坏.xls"
            path.write_text("<html><body><table><tr><td>结算ID</td></tr></table></body></html>", "utf-8")
        case "empty":
            path = folder / "坏.csv"
            path.write_bytes(b"")
        case "no table":
            path = folder / "坏.csv"
            path.write_text("今天天气很好\r\n没有表\r\n", "utf-8")
        case "picture":
            path = folder / "坏.xlsx"
            path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
        case "directory":
            path = folder / "坏"
            path.mkdir()
        case "columns":
            path = write_csv(folder / "坏.csv", [["结算ID", "姓名"], ["S1", "样例甲"]])
        case "money as floats":
            path = folder / "坏.parquet"
            read_table(good, CLAIMS).frame.with_columns(total=300.0).write_parquet(path)
        case _:
            path = folder / "没有.csv"
    return path


BAD_FILES = (
    "truncated xlsx", "truncated parquet", "truncated zip", "truncated json", "wrong encoding", "html", "empty",
    "no table", "picture", "directory", "columns", "money as floats", "missing",
)  # fmt: skip


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_bad_file_changes_nothing(tmp_path: Path, kind: str) -> None:
    path = bad_file(tmp_path, kind)
    outs = tmp_path / "结果"
    outs.mkdir()
    identities(outs / "名册.csv")
    before = sorted(outs.iterdir())
    done = settle(path, outs / "新.csv", "--claims", tmp_path / "good.csv")
    assert done.code == 4, done
    assert path.name in done.err
    assert "没有写出任何结果" in done.err
    assert done.out == ""
    assert sorted(outs.iterdir()) == before
    (outs / "旧.csv").write_bytes(b"as it was")
    (outs / "旧.quarantine.xlsx").write_bytes(b"this too")
    assert settle(tmp_path / "good.csv", outs / "旧.csv", "--claims", path).code == 4
    assert (outs / "旧.csv").read_bytes() == b"as it was"
    assert (outs / "旧.quarantine.xlsx").read_bytes() == b"this too"


def test_a_bad_file_in_json(tmp_path: Path) -> None:
    done = settle(bad_file(tmp_path, "html"), tmp_path / "out.csv", "--json", "--lang", "en")
    assert done.code == 4
    assert "web page" in done.json["error"]


def test_a_corrected_workbook_is_never_overwritten(tmp_path: Path) -> None:
    given = claims(tmp_path / "a.csv", bill(1), bill(2, 医院等级="四级"), bill(3, 医院等级="五级"))
    out = tmp_path / "out.csv"
    assert settle(given, out).code == 3
    book = change(tmp_path / "out.quarantine.xlsx", "医院等级", "二级")
    kept = book.read_bytes()
    done = settle(given, out, "--claims", book, "--json")
    assert done.code == 3
    assert [row["claim_id"] for row in records(out)] == ["S1", "S2"]
    assert book.read_bytes() == kept
    assert done.json["quarantine"] == str(tmp_path / "out.quarantine-2.xlsx")
    last = change(tmp_path / "out.quarantine-2.xlsx", "医院等级", "二级")
    assert settle(given, out, "--claims", book, "--claims", last).code == 0
    assert sorted(row["claim_id"] for row in records(out)) == ["S1", "S2", "S3"]


def test_the_result_never_takes_the_place_of_an_input(tmp_path: Path) -> None:
    given = claims(tmp_path / "a.csv", bill(1))
    before = given.read_bytes()
    done = settle(given, given)
    assert (done.code, given.read_bytes()) == (2, before)
