"""``tuodi audit``: from three files, or more, to a report; nothing of anybody's is lost on the way."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from cli.material import INVENTED, LOCAL, SUQIAN, Result, bill, claims, identities, tuodi
from exchange.material import write_csv
from tuodi.synth import SynthResult, write_demo

pytestmark = [pytest.mark.req("SP10"), pytest.mark.req("AD04")]

TOTALS = [["月份", "统计项目", "人次", "金额"]]


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> SynthResult:
    return write_demo(tmp_path_factory.mktemp("county"), seed=7, place="suqian", persons=300)


@pytest.fixture(scope="module")
def full(county: SynthResult, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    out = tmp_path_factory.mktemp("full") / "报告"
    files = county.files
    done = tuodi(
        "audit", "--pack", SUQIAN, "--claims", files["claims"], "--identities", files["roster"],
        "--flags", files["flags"], "--manual", files["manual"], "--totals", files["totals"], "--place", "青岚县",
        "--out", out,
    )  # fmt: skip
    return out, done


def small(folder: Path, *rows: dict[str, str]) -> tuple[str | Path, ...]:
    """P1 低保 and P2 特困; what was paid stands in the rows."""
    given = claims(folder / "结算.csv", *(rows or (bill(1, 医疗救助="0.00"), bill(2, 医疗救助="10000.00"))))
    held = identities(folder / "名册.csv", ("P1", "低保对象", "2023-01-01"), ("P2", "特困人员", "2023-01-01"))
    return ("audit", "--pack", SUQIAN, "--claims", given, "--identities", held)


def totals(folder: Path, *rows: tuple[str, ...]) -> Path:
    return write_csv(folder / "月报.csv", [*TOTALS, *rows])


def test_the_whole_county(full: tuple[Path, Result], county: SynthResult) -> None:
    out, done = full
    assert done.code == 3, done
    names = {path.name for path in out.iterdir()}
    assert {
        "index.html",
        "index.en.html",
        "leads.html",
        "入户核查表.html",
        "补报清单.xlsx",
        "待更正.xlsx",
        "persons",
    } <= names
    assert "青岚县" in (out / "index.html").read_text("utf-8")
    with (county.files["truth"] / "bad_rows.csv").open(encoding="utf-8", newline="") as file:
        wrong = {row["row"] for row in csv.DictReader(file) if row["kind"] != "duplicate_dropped"}
    assert f"待更正 {len(wrong)} 行" in done.out
    assert "不一致 0" in done.out
    assert "已认定未标识" in done.out
    assert done.out.rstrip().endswith(str(out / "index.html"))


def test_three_files_alone(county: SynthResult, tmp_path: Path) -> None:
    files = county.files
    done = tuodi(
        "audit", "--pack", SUQIAN, "--claims", files["claims"], "--flags", files["flags"],
        "--identities", files["roster"], "--out", tmp_path / "r", "--json",
    )  # fmt: skip
    assert done.code == 3
    said = done.json
    assert said["leads"] == sum(kind["leads"] for kind in said["kinds"]) > 0
    assert (said["totals_agree"], said["totals"]) == (None, [])
    assert Path(said["report"]).is_file()
    assert {one["table"] for one in said["files"]} == {"claims", "identities", "flags"}
    assert all(problem["file"] == "医疗救助结算明细.xlsx" for problem in said["problems"])


def test_the_least_that_an_audit_needs(tmp_path: Path) -> None:
    done = tuodi(*small(tmp_path), "--out", tmp_path / "r")
    assert done.code == 0, done
    assert "没有平台月报，未核对总额" in done.out
    assert "线索（待核实）1 条" in done.out
    assert "1 人，8000.00 元" in done.out
    assert not (tmp_path / "r" / "待更正.xlsx").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r", "名册.csv", "结算.csv"]


def test_totals_that_agree_and_totals_that_do_not(tmp_path: Path) -> None:
    call = (*small(tmp_path), "--out", tmp_path / "r")
    right = totals(tmp_path, ("2024-03", "医疗救助", "1", "10000.00"))
    done = tuodi(*call, "--totals", right)
    assert "一致 1，差额为待更正的行 0，不一致 0" in done.out
    wrong = totals(tmp_path, ("2024-03", "医疗救助", "2", "10,000.50"), ("2024-04", "医疗救助", "0", "0"))
    done = tuodi(*call, "--totals", wrong)
    assert done.code == 0
    assert "一致 1，差额为待更正的行 0，不一致 1" in done.out
    assert "2024-03 医疗救助支出：月报 10000.50 元，文件 10000.00 元，相差 0.50 元" in done.out
    said = tuodi(*call, "--totals", wrong, "--json").json
    assert (said["totals_agree"], said["months_that_differ"]) == (False, 1)
    assert said["totals"][0]["difference"] == "0.50"


def test_a_bill_in_two_wrong_rows_explains_the_totals_once(tmp_path: Path) -> None:
    """The platform has the bill once; its two rows say different things, and nobody knows which is right."""
    rows = (bill(1), bill(2, 医疗救助="10000.00"), bill(2, 医疗救助="10000.00", 医院等级="三级"))
    call = (*small(tmp_path, *rows), "--out", tmp_path / "r")
    done = tuodi(*call, "--totals", totals(tmp_path, ("2024-03", "医疗救助", "2", "18000.00")), "--json")
    assert done.code == 3
    [month] = done.json["totals"]
    assert (month["state"], month["quarantined_count"], month["quarantined_amount"]) == ("explained", 1, "10000.00")


def test_rows_that_cannot_be_told_apart_are_all_counted(tmp_path: Path) -> None:
    rows = (bill(1), bill(2, 结算ID=""), bill(3, 结算ID=""))
    call = (*small(tmp_path, *rows), "--out", tmp_path / "r")
    done = tuodi(*call, "--totals", totals(tmp_path, ("2024-03", "医疗救助", "3", "24000.00")), "--json")
    [month] = done.json["totals"]
    assert (month["state"], month["quarantined_count"], month["quarantined_amount"]) == ("explained", 2, "16000.00")


def test_unknown_measures_and_layers_are_set_aside(tmp_path: Path) -> None:
    manual = write_csv(
        tmp_path / "手工.csv",
        [
            ["人员编号", "年度", "支付项目", "支付金额"],
            ["P1", "2024", "医疗救助", "8000.00"],
            ["P1", "2024", "医疗救济", "1.00"],
        ],
    )
    monthly = totals(tmp_path, ("2024-03", "医疗救助", "1", "10000.00"), ("2024-03", "门诊人次", "9", "0"))
    done = tuodi(*small(tmp_path), "--manual", manual, "--totals", monthly, "--out", tmp_path / "r", "--json")
    assert done.code == 3
    assert [(one["file"], one["row"], one["cell"]) for one in done.json["problems"]] == [
        ("手工.csv", 3, "医疗救济"), ("月报.csv", 3, "门诊人次"),
    ]  # fmt: skip
    assert (done.json["leads"], done.json["totals_agree"]) == (0, True)


def test_tolerance_hides_what_it_says(tmp_path: Path) -> None:
    rows = (bill(1, 医疗救助="7999.97"), bill(2, 医疗救助="10000.00"))
    for fen, leads in (("0", 1), ("2", 1), ("3", 0)):
        done = tuodi(*small(tmp_path, *rows), "--tolerance", fen, "--out", tmp_path / "r", "--json")
        assert (done.code, done.json["leads"]) == (0, leads)
    assert tuodi(*small(tmp_path), "--tolerance", "-1", "--out", tmp_path / "r").code == 2


def test_from_the_first_layer(tmp_path: Path) -> None:
    given = claims(tmp_path / "结算.csv", bill(1, 医疗救助="0.00"))
    held = identities(tmp_path / "名册.csv", ("P9", "低保对象", "2022-01-01"))
    call = ("audit", "--pack", INVENTED, "--claims", given, "--identities", held, *LOCAL, "--out", tmp_path / "r")
    grades = {}
    for more in ((), ("--from", "basic")):
        done = tuodi(*call, *more, "--json")
        assert done.code == 0, done
        grades[more] = {kind["grade"]: kind["amount"] for kind in done.json["kinds"]}
    assert "C" not in grades[()]
    assert grades["--from", "basic"]["C"] == "5625.00"
    wrong = tuodi(*call, "--from", "basis")
    assert (wrong.code, "basic" in wrong.err) == (2, True)


def test_the_day_up_to_which_the_data_reach(tmp_path: Path) -> None:
    call = (*small(tmp_path), "--out", tmp_path / "r")
    assert tuodi(*call).code == 0
    assert "2024-03-02" in (tmp_path / "r" / "index.html").read_text("utf-8")
    assert tuodi(*call, "--as-of", "2024-07-31").code == 0
    assert "2024-07-31" in (tmp_path / "r" / "index.html").read_text("utf-8")
    nothing = (*small(tmp_path / "..", bill(1, 医院等级="四级")), "--out", tmp_path / "n")
    done = tuodi(*nothing)
    assert (done.code, "--as-of" in done.err) == (2, True)
    assert not (tmp_path / "n").exists()
    assert tuodi(*nothing, "--as-of", "2024-07-31").code == 3


def test_the_day_that_the_files_title_says(tmp_path: Path) -> None:
    call = small(tmp_path)
    given = Path(call[4])
    title = "统计期间：2024-01-01 至 2024-06-30　　数据截至：2024-07-15" + "," * 17
    given.write_text("\ufeff" + title + "\r\n" + given.read_text("utf-8-sig"), "utf-8")
    assert tuodi(*call, "--out", tmp_path / "r").code == 0
    assert "2024-07-15" in (tmp_path / "r" / "index.html").read_text("utf-8")


def test_bills_outside_the_version_are_told(tmp_path: Path) -> None:
    early = {"入院日期": "2023-03-01", "出院日期": "2023-03-02", "结算时间": "2023-03-02"}
    done = tuodi(*small(tmp_path, bill(1), bill(2, **early)), "--out", tmp_path / "r")
    assert done.code == 3
    assert "不在规则施行期内或分不清年度、未核对：1 笔" in done.out


def test_the_rules_for_reading_reach_every_file(tmp_path: Path) -> None:
    rows = (bill(1, 医疗救助="0.00", 医院等级="甲类"), bill(2, 医疗救助="10000.00", 医院等级="甲类"))
    call = (*small(tmp_path, *rows), "--out", tmp_path / "r", "--as-of", "2024-12-31")
    assert tuodi(*call).code == 3
    done = tuodi(*call, "--read", "value:provider_level:甲类=tertiary", "--json")
    assert (done.code, done.json["leads"]) == (0, 1)


def test_a_second_report_takes_the_place_of_the_first(tmp_path: Path) -> None:
    out = tmp_path / "r"
    assert tuodi(*small(tmp_path), "--out", out).code == 0
    first = {path.relative_to(out) for path in out.rglob("*")}
    assert any(path.parts[0] == "persons" and len(path.parts) > 1 for path in first)
    rows = (bill(1), bill(2, 医疗救助="10000.00"))
    assert tuodi(*small(tmp_path, *rows), "--out", out, "--lang", "en").code == 0
    second = {path.relative_to(out) for path in out.rglob("*")}
    assert not any(path.parts[0] == "persons" and len(path.parts) > 1 for path in second)
    assert "index.zh.html" in {path.name for path in second}
    assert "index.en.html" not in {path.name for path in second}
    assert tuodi(*small(tmp_path), "--out", out).code == 0
    assert {path.relative_to(out) for path in out.rglob("*")} == first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r", "名册.csv", "结算.csv"]


def test_the_same_files_give_the_same_report(tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert tuodi(*small(tmp_path), "--out", tmp_path / name).code == 0
    one, other = (
        {p.relative_to(tmp_path / n): p for p in (tmp_path / n).rglob("*") if p.is_file()} for n in ("a", "b")
    )
    assert one.keys() == other.keys()
    assert [name for name in one if one[name].read_bytes() != other[name].read_bytes()] == []


def test_only_a_report_is_replaced(tmp_path: Path) -> None:
    mine = tmp_path / "我的文件"
    mine.mkdir()
    (mine / "重要.docx").write_bytes(b"kept")
    done = tuodi(*small(tmp_path), "--out", mine)
    assert (done.code, "重要.docx" in done.err) == (2, True)
    assert [path.name for path in mine.iterdir()] == ["重要.docx"]
    assert tuodi(*small(tmp_path), "--out", tmp_path / "结算.csv").code == 2


def test_a_corrected_workbook_in_the_report_is_not_lost(tmp_path: Path) -> None:
    rows = (bill(1, 医疗救助="0.00"), bill(2, 医疗救助="10000.00"), bill(3, 医院等级="四级"))
    call = small(tmp_path, *rows)
    assert tuodi(*call, "--out", tmp_path / "r").code == 3
    book = tmp_path / "r" / "待更正.xlsx"
    kept = book.read_bytes()
    done = tuodi(*call, "--claims", book, "--out", tmp_path / "r")
    assert (done.code, "待更正.xlsx" in done.err) == (2, True)
    assert book.read_bytes() == kept


def test_a_bad_file_leaves_the_old_report(tmp_path: Path) -> None:
    out = tmp_path / "r"
    call = (*small(tmp_path), "--out", out)
    assert tuodi(*call).code == 0
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    bad = tmp_path / "坏.xlsx"
    bad.write_bytes(b"PK\x03\x04 cut")
    for option in ("--claims", "--flags", "--totals", "--manual"):
        done = tuodi(*call, option, bad)
        assert (done.code, "坏.xlsx" in done.err) == (4, True)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    assert tuodi(*call[:-1], tmp_path / "new", "--claims", bad).code == 4
    assert not (tmp_path / "new").exists()


def test_wrong_rows_of_a_bill_are_told_in_the_audit_too(tmp_path: Path) -> None:
    rows = (bill(1, 医疗救助="0.00"), bill(2, 先行自付="5000.01"))
    done = tuodi(*small(tmp_path, *rows), "--out", tmp_path / "r", "--lang", "en")
    assert done.code == 3
    assert "row 3, 医疗费总额 “30000.00”: out of catalogue, over the limit" in done.out
    assert (tmp_path / "r" / "待更正.xlsx").is_file()
