"""``tuodi packs diff`` and ``tuodi packs cliff`` through the program."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.material import SUQIAN, bill, claims, identities, records, tuodi

MINE = """\
pack: cn/321300/2026
extends: cn/321300/2024
title: {zh: 宿迁市医疗救助（设想）, en: a supposition}
in_force: {from: 2026-01-01}
documents:
  plan: {recall: low, title: 设想}
layers:
  assistance:
    deductible: {per: year, full: 0, dibao: 0, margin: "2,000 yuan", cite: plan}
    rate: {full: 100%, dibao: 75%, margin: 75%, cite: plan}
"""
AFTER = "cn/321300/2026"
ONE_BILL = "total=60000,in_scope=50000,setting=inpatient,level=tertiary,paid_basic=25000,paid_catastrophic=3000"
LINES = ("--line", "dibao=710", "--line", "低保边缘家庭成员=1065")


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    folder = tmp_path / "mine" / AFTER
    folder.mkdir(parents=True)
    (folder / "pack.yaml").write_text(MINE, "utf-8")
    return tmp_path / "mine"


@pytest.fixture
def office(tmp_path: Path) -> tuple[str, ...]:
    """P1 低保, P2 特困, P3 边缘: 10,000 yuan are left for assistance on each bill; the fourth holds no identity."""
    bills = claims(tmp_path / "bills.csv", *(bill(number) for number in range(1, 5)))
    return ("--claims", str(bills), "--identities", str(identities(tmp_path / "list.csv")))


@pytest.mark.req("NI15")
@pytest.mark.req("SP12")
def test_one_call_says_where_two_counties_differ() -> None:
    done = tuodi("packs", "diff", SUQIAN, "cn/370302/2025")
    assert done.code == 0
    assert "医疗救助" in done.out
    assert "100,000.00 元〔宿迁市城市问答 2024-06-07〕 → 30,000.00 元" in done.out
    assert "〔" in done.out
    said = tuodi("packs", "diff", SUQIAN, "cn/370302/2025", "--json").json
    assert said["effect"] is None
    assert said["changes"]
    assert all(one["section"] and one["what"] for one in said["changes"])


def test_income_lines_are_part_of_what_differs() -> None:
    said = tuodi("packs", "diff", "cn/110000/2023", SUQIAN, "--json").json
    assert any("1,450.00" in one["before"] for one in said["changes"])


def test_a_pack_and_itself_do_not_differ() -> None:
    done = tuodi("packs", "diff", SUQIAN, "cn/321300")
    assert done.out.splitlines() == ["两套规则没有不同。"]


@pytest.mark.req("SD04")
def test_who_gains_and_who_loses(mine: Path, office: tuple[str, ...], tmp_path: Path) -> None:
    """Dibao 10,000 × 80 % → 75 %: 500 more. Margin (10,000 − 3,000) × 70 % → (10,000 − 2,000) × 75 %: 1,100 less."""
    call = ("packs", "diff", SUQIAN, AFTER, "--packs-dir", mine, *office, "--out", tmp_path / "page")
    done = tuodi(*call)
    assert done.code == 0
    assert "  受益 1 人，个人共少负担 1100.00 元" in done.out
    assert "  受损 1 人，个人共多负担 500.00 元" in done.out
    assert "  不变 2 人；换了对象类别 0 人" in done.out
    rows = {row["person_id"]: row["change"] for row in records(tmp_path / "page" / "persons.csv")}
    assert rows == {"P1": "-500.00", "P2": "0.00", "P3": "1100.00", "P4": "0.00"}
    said = tuodi(*call, "--json", "--lang", "en").json  # over the page of before
    assert said["effect"]["cost"] == "600.00"
    assert said["effect"]["as_if_in_force"] is True
    assert said["page"].endswith("index.html")
    assert (tmp_path / "page" / "index.zh.html").is_file()


def test_rows_to_be_corrected_lie_beside_the_page(mine: Path, tmp_path: Path) -> None:
    wrong = claims(tmp_path / "bills.csv", bill(1), bill(2, 医疗费总额="见附件"))
    done = tuodi(
        "packs", "diff", SUQIAN, AFTER, "--packs-dir", mine, "--claims", wrong, "--out", tmp_path / "page"
    )  # fmt: skip
    assert done.code == 3
    assert (tmp_path / "page" / "待更正.xlsx").is_file()
    assert "待更正" in done.out


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "mine.txt").write_text("mine", "utf-8")
    for words in (("diff", SUQIAN, SUQIAN), ("cliff", SUQIAN, "--bill", ONE_BILL, *LINES)):
        done = tuodi("packs", *words, "--out", tmp_path / "page")
        assert done.code == 2
        assert "mine.txt" in done.err
    assert [path.name for path in (tmp_path / "page").iterdir()] == ["mine.txt"]


def test_lists_without_bills_are_asked_about(tmp_path: Path) -> None:
    done = tuodi("packs", "diff", SUQIAN, SUQIAN, "--identities", identities(tmp_path / "list.csv"))
    assert done.code == 2
    assert "--claims" in done.err


def test_a_layer_that_neither_has(office: tuple[str, ...]) -> None:
    done = tuodi("packs", "diff", SUQIAN, SUQIAN, *office, "--given", "tilt")
    assert done.code == 2
    assert "assistance" in done.err


@pytest.mark.req("NI14")
def test_the_cliff(tmp_path: Path) -> None:
    call = ("packs", "cliff", SUQIAN, "--bill", ONE_BILL, *LINES, "--limit", "5000", "--out", tmp_path / "page")
    done = tuodi(*call)
    assert done.code == 0
    assert "人均月收入 0.00—709.99 元：低保对象，个人负担 14,400.00 元" in done.out
    assert "个人负担增加 4,300.00 元\n" in done.out
    assert "个人负担增加 13,300.00 元  【超过上限】" in done.out
    assert "使用者的假定" in done.out
    assert "宿迁市城市问答 2024-06-07" in done.out
    assert (tmp_path / "page" / "index.en.html").is_file()
    said = tuodi(*call, "--json", "--household", "2", "--to", "48000").json
    assert (said["household"], said["upto"]) == (2, "2000.00")
    assert [one["rise"] for one in said["steps"]] == [["4300.00"] * 2, ["13300.00"] * 2]
    assert [one["over_limit"] for one in said["steps"]] == ["", "yes"]
    assert said["stretches"][2]["outcomes"][0] == {
        "identity": None, "paid": {"basic": "25000.00", "catastrophic": "3000.00", "assistance": "0.00"},
        "self_in_scope": "22000.00", "self_total": "32000.00", "reasons": [],
    }  # fmt: skip


def test_a_cliff_with_a_line_that_the_pack_does_not_know() -> None:
    facts = "in_scope=80000,setting=住院,level=三级"
    done = tuodi("packs", "cliff", "cn/110000/2023", "--bill", facts, "--lang", "en")
    assert done.code == 0
    assert "rules of 2024-07-01" in done.out
    assert "Steps of which nobody knows where they are" in done.out
    assert "京民社救发〔2024〕80号" in done.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--bill", ONE_BILL), "没有写明"),
        (("--bill", "in_scope=100,colour=red", *LINES), "colour"),
        (("--bill", "in_scope=100,setting=palace", *LINES), "palace"),
        (("--bill", "total=60000,setting=inpatient", *LINES), "in_scope"),
        (("--bill", "total=100,in_scope=200", *LINES), "总额"),
        (("--bill", "total=100,in_scope=50,out_of_catalogue=10", *LINES), "总额"),
        (("--bill", "in_scope=0", *LINES), "都是 0"),
        (("--bill", "in_scope=-5", *LINES), "不能小于 0"),
        (("--bill", "in_scope=1.234", *LINES), "不是金额"),
        (("--bill", "in_scope=99999999999999999999", *LINES), "不是金额"),
        (("--bill", "in_scope=100,stay_ordinal=0", *LINES), "整数"),
        (("--bill", ONE_BILL, "--line", "dibao"), "名称=金额"),
        (("--bill", ONE_BILL, "--line", "dibaoo=700"), "dibaoo"),
        (("--bill", ONE_BILL, "--line", "dibao=0"), "大于 0"),
        (("--bill", ONE_BILL, *LINES, "--to", "0"), "大于 0"),
        (("--bill", ONE_BILL, *LINES, "--on", "2023-12-31"), "2024-01-01"),
    ],
)
def test_what_makes_no_sense_is_said_in_chinese(words: tuple[str, ...], said: str) -> None:
    done = tuodi("packs", "cliff", SUQIAN, *words)
    assert done.code == 2
    assert said in done.err
    assert "用法不对" in done.err
