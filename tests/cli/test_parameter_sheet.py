"""``tuodi packs to-xlsx`` and ``tuodi packs from-xlsx`` through the program: files, folders, exit codes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from cli.material import SUQIAN, tuodi
from tuodi.law.find import locate

CELL = "C15"
"""The rate of the second class on the sheet of the layer."""


def wrote(folder: Path, *more: str) -> Path:
    path = folder / "参数表.xlsx"
    assert tuodi("packs", "to-xlsx", SUQIAN, "--out", path, *more).code == 0
    return path


def change(path: Path, sheet: str, cell: str, value: Any) -> None:
    book = openpyxl.load_workbook(path)
    book[sheet][cell].value = value
    book.save(path)


def original() -> Any:
    return yaml.safe_load(locate(SUQIAN)[0].path.read_text("utf-8"))


@pytest.mark.req("SP11")
def test_there_and_back(tmp_path: Path) -> None:
    path = wrote(tmp_path)
    done = tuodi("packs", "from-xlsx", path, "--out", tmp_path / "mine")
    assert done.code == 0
    folder = tmp_path / "mine" / SUQIAN
    assert f"规则包 {SUQIAN} 写在 {folder}" in done.out
    assert yaml.safe_load((folder / "pack.yaml").read_text("utf-8")) == original()
    assert tuodi("packs", "check", SUQIAN, "--packs-dir", tmp_path / "mine").code == 0


def test_what_json_says(tmp_path: Path) -> None:
    made = tuodi("packs", "to-xlsx", SUQIAN, "--out", tmp_path / "a.xlsx", "--lang", "en", "--json").json
    assert made == {"pack": SUQIAN, "out": str(tmp_path / "a.xlsx"), "exit_code": 0}
    assert "Basics" in openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames
    read = tuodi("packs", "from-xlsx", tmp_path / "a.xlsx", "--out", tmp_path / SUQIAN, "--json").json
    assert read == {
        "pack": SUQIAN, "folder": str(tmp_path / SUQIAN), "files": ["pack.yaml"], "problems": [], "exit_code": 0,
    }  # fmt: skip


@pytest.mark.req("SP11")
def test_a_wrong_cell_is_sent_back_and_taken_when_corrected(tmp_path: Path) -> None:
    path = wrote(tmp_path)
    change(path, "医疗救助", CELL, "0.8")
    done = tuodi("packs", "from-xlsx", path, "--out", tmp_path / "mine")
    marked = tmp_path / "参数表.errors.xlsx"
    assert done.code == 4
    assert f"医疗救助 {CELL}：0.8 可以是 80%，也可以是 0.8%；应为：带上 % 写明：80% 或 0.8%" in done.err
    assert f"1 处要更正，没有写出规则包。标好的工作簿：{marked}" in done.err
    assert not (tmp_path / "mine").exists()
    change(marked, "医疗救助", CELL, "80%")
    assert tuodi("packs", "from-xlsx", marked, "--out", tmp_path / "mine").code == 0
    assert yaml.safe_load((tmp_path / "mine" / SUQIAN / "pack.yaml").read_text("utf-8")) == original()


def test_rules_that_are_wrong_have_the_exit_code_of_a_pack(tmp_path: Path) -> None:
    path = wrote(tmp_path)
    change(path, "医疗救助", CELL, "180%")
    made = tuodi("packs", "from-xlsx", path, "--out", tmp_path / "mine", "--json").json
    assert made == {
        "pack": SUQIAN,
        "problems": [
            {
                "sheet": "医疗救助", "cell": CELL, "found": "比例 180% 不对", "expected": "0% 到 100%，最多两位小数",
                "path": "layers.assistance.rate.dibao",
            }
        ],
        "marked": str(tmp_path / "参数表.errors.xlsx"),
        "exit_code": 5,
    }  # fmt: skip


def test_the_same_pack_may_be_written_again_and_its_cases_stay(tmp_path: Path) -> None:
    path = wrote(tmp_path)
    folder = tmp_path / "mine" / SUQIAN
    assert tuodi("packs", "from-xlsx", path, "--out", tmp_path / "mine").code == 0
    (folder / "cases").mkdir()
    change(path, "医疗救助", CELL, "85%")
    assert tuodi("packs", "from-xlsx", path, "--out", folder).code == 0
    assert (folder / "cases").is_dir()
    written = yaml.safe_load((folder / "pack.yaml").read_text("utf-8"))
    assert written["layers"]["assistance"]["rate"]["dibao"] == "85%"


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    path = wrote(tmp_path)
    folder = tmp_path / SUQIAN
    folder.mkdir(parents=True)
    (folder / "pack.yaml").write_text("pack: cn/321300/2023\n", "utf-8")
    done = tuodi("packs", "from-xlsx", path, "--out", folder)
    assert done.code == 2
    assert "不会替换；确实要写，加 --replace" in done.err
    assert (folder / "pack.yaml").read_text("utf-8") == "pack: cn/321300/2023\n"
    assert tuodi("packs", "from-xlsx", path, "--out", folder, "--replace").code == 0
    assert yaml.safe_load((folder / "pack.yaml").read_text("utf-8")) == original()


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    path = wrote(tmp_path)
    (tmp_path / "cn").write_text("", "utf-8")
    assert tuodi("packs", "from-xlsx", path, "--out", tmp_path).code != 0


@pytest.mark.parametrize(("name", "content"), [("a.xlsx", b"not a workbook"), ("a.csv", b"a,b\n")])
def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    done = tuodi("packs", "from-xlsx", tmp_path / name, "--out", tmp_path / "mine", "--lang", "en")
    assert done.code == 4
    assert "no Excel workbook" in done.err


def test_a_workbook_has_its_ending_and_a_pack_its_version(tmp_path: Path) -> None:
    assert tuodi("packs", "to-xlsx", SUQIAN, "--out", tmp_path / "a.yaml").code == 2
    several = tuodi("packs", "to-xlsx", "zz/000000", "--out", tmp_path / "a.xlsx")
    assert several.code == 5
    assert "2 versions" in several.err
    assert not (tmp_path / "a.xlsx").exists()


def test_many_problems_are_listed_in_part(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    assert tuodi("packs", "to-xlsx", "zz/000000/2024", "--out", path).code == 0
    book = openpyxl.load_workbook(path)
    for page in (book["基本医疗保险"], book["医疗救助"]):
        for row in range(4, page.max_row):
            if page.cell(row, 4).value:
                page.cell(row, 3).value = "待定"
    book.save(path)
    done = tuodi("packs", "from-xlsx", path, "--out", tmp_path / "mine")
    assert done.code == 4
    assert done.err.count("不是") == 20
    assert "…… 另有 " in done.err
