"""Every pack goes through Excel and comes back as it was, but for its comments."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
import yaml

from authoring.sheets import INVENTED, plain
from tuodi.authoring.book import sheets_of
from tuodi.authoring.labels import Labels
from tuodi.authoring.sheet import from_workbook, to_workbook
from tuodi.authoring.tree import Map, tree_of
from tuodi.authoring.yaml_text import yaml_of
from tuodi.law import Pack, find_packs, read_pack
from tuodi.law.compile import compile_pack
from tuodi.law.find import default_roots, locate
from tuodi.law.model import Origin
from tuodi.law.source import Problems, read_yaml

PACKS = find_packs()


def data(text: str) -> Any:
    """A file's data in which also the order of keys is compared where it means something."""
    read = plain(read_yaml(text, "pack.yaml", "", Problems()))
    ordered = {
        key: list(read[key]) for key in ("classes", "derived", "given", "awards") if isinstance(read.get(key), dict)
    }
    layers = [key for key, layer in (read.get("layers") or {}).items() if layer is not None]
    return read, ordered, layers


def without_places(value: Any) -> Any:
    """A pack without the lines where things stand and the folder that it was read from."""
    if isinstance(value, Origin):
        return None
    if isinstance(value, Pack):
        value = dataclasses.replace(value, folder="")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: without_places(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return type(value).__name__, fields
    if isinstance(value, dict):
        return {key: without_places(item) for key, item in value.items()}
    return [without_places(item) for item in value] if isinstance(value, (list, tuple)) else value


def arrays(value: Any) -> Any:
    """All arrays and numbers of a compiled pack."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, Pack):
        return None
    return without_places_of(value)


def without_places_of(value: Any) -> Any:
    if isinstance(value, Origin):
        return None
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: arrays(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {key: arrays(item) for key, item in value.items()}
    return [arrays(item) for item in value] if isinstance(value, (list, tuple)) else value


@pytest.mark.parametrize("ref", PACKS)
@pytest.mark.req("SP11")
def test_a_pack_comes_back_as_it_was(ref: str, tmp_path: Path) -> None:
    to_workbook(ref, tmp_path / "a.xlsx")
    made = from_workbook(tmp_path / "a.xlsx")
    assert made.problems == ()
    assert made.pack == ref
    source = locate(ref)[0].path.read_text("utf-8")
    assert data(made.files["pack.yaml"]) == data(source)
    assert yaml.safe_load(made.files["pack.yaml"]) == yaml.safe_load(source)

    folder = tmp_path / "packs" / ref
    folder.mkdir(parents=True)
    (folder / "pack.yaml").write_text(made.files["pack.yaml"], "utf-8")
    again, before = read_pack(folder, default_roots()), read_pack(ref)
    assert without_places(again) == without_places(before)
    if before.layers:
        assert arrays(compile_pack(again)) == arrays(compile_pack(before))


@pytest.mark.parametrize("ref", PACKS)
def test_in_english_too_whatever_the_language_it_is_read_in(ref: str, tmp_path: Path) -> None:
    to_workbook(ref, tmp_path / "a.xlsx", "en")
    made = from_workbook(tmp_path / "a.xlsx", "zh")
    assert made.problems == ()
    assert data(made.files["pack.yaml"]) == data(locate(ref)[0].path.read_text("utf-8"))


def test_the_same_pack_gives_the_same_bytes(tmp_path: Path) -> None:
    to_workbook(INVENTED, tmp_path / "a.xlsx")
    to_workbook(INVENTED, tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_what_has_no_sheet_of_its_own_is_listed_place_by_place(tmp_path: Path) -> None:
    """A section that is not known yet, keys removed, texts that look like numbers: all survive in 其他."""
    text = yaml_of_text(
        'pack: zz/1/2\nnew_section: {rows: [{a: "0123", b: [x, {c: ~}], "odd key.": {}}], empty: []}\n'
        'layers: {gone: ~, odd: {title: {zh: "12"}, rate: {a: {b: {c: 1}}}, deductible: ~}}\n'
        'notes: [{zh: "是"}, {zh: "true", en: "a: b # c"}]\n'
    )
    sheets = sheets_of(text, Labels(text), "zh")
    assert [row.texts["path"] for row in sheets[-1].rows] == [
        "layers.gone", "layers.odd.deductible", "layers.odd.rate.a.b.c", "new_section.rows[1].a",
        "new_section.rows[1].b[1]", "new_section.rows[1].b[2].c", 'new_section.rows[1]."odd key."',
        "new_section.empty",
    ]  # fmt: skip


def yaml_of_text(text: str) -> Map:
    node = read_yaml(text, "pack.yaml", "", Problems())
    assert node is not None
    tree = tree_of(node)
    assert isinstance(tree, Map)
    return tree


@pytest.mark.parametrize("ref", PACKS)
def test_the_yaml_is_laid_out_for_a_reader(ref: str) -> None:
    """Sections in order, rows that fit a page, and the same data as before."""
    source = locate(ref)[0].path.read_text("utf-8")
    text = yaml_of(yaml_of_text(source))
    assert yaml.safe_load(text) == yaml.safe_load(source)
    assert max(len(line) for line in text.splitlines()) < 200
    assert text.startswith(f"pack: {ref}\ntitle:")


def test_every_sheet_can_be_filled_and_printed(tmp_path: Path) -> None:
    to_workbook(INVENTED, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames[:8] == [
        "说明", "基本信息", "文件", "本地代码", "收入基数", "身份时效", "对象分类", "情形判定",
    ]  # fmt: skip
    assert book.sheetnames[-8:] == [
        "一站式", "预警线", "收入线", "资助参保", "与国家框架不同", "读文说明", "其他", "词表",
    ]  # fmt: skip
    layers = ["基本医疗保险", "大病保险", "职工大额补充（只算不付）", "医疗救助", "倾斜救助", "门诊慢病补助"]
    assert [name for name in book.sheetnames if name in layers] == layers
    for page in book.worksheets:
        if page.title in ("说明", "词表"):
            continue
        assert page.freeze_panes is not None
        assert page.page_setup.orientation == "landscape"
        assert str(page.page_setup.paperSize) == "9"
        lists = page.data_validations.dataValidation
        assert page.title == "其他" or lists
    page = book["医疗救助"]
    head = {cell.value: cell.column_letter for cell in page[3]}
    assert {
        "项目",
        "值",
        "单位",
        "对象类别",
        "机构级别",
        "就医类别",
        "依据文件",
        "条款",
        "是否核实",
        "备注",
    } <= head.keys()
    assert page.column_dimensions[head["写法（程序用）"]].hidden


def test_of_the_sections_only_what_removes_something_has_no_sheet_of_its_own(tmp_path: Path) -> None:
    """A section that falls to 其他 is legible to nobody: of all packs only removals (``~``) stand there."""
    for ref in PACKS:
        to_workbook(ref, tmp_path / "a.xlsx")
        page = openpyxl.load_workbook(tmp_path / "a.xlsx", read_only=True)["其他"]
        said = {row[1] for row in page.iter_rows(min_row=4, max_col=2, values_only=True) if row[0]}
        assert said <= {"~"}, ref


def test_an_unknown_value_says_so_in_words_and_in_colour(tmp_path: Path) -> None:
    to_workbook(INVENTED, tmp_path / "a.xlsx")
    page = openpyxl.load_workbook(tmp_path / "a.xlsx")["基本医疗保险"]
    marked = [cell for row in page.iter_rows(min_row=4) for cell in row if cell.fill.start_color.rgb == "FFFCE4D6"]
    assert [cell.value for cell in marked] == ["未知", "特药支付比例的附件没有读到"]


def test_comments_behind_values_are_remarks(tmp_path: Path) -> None:
    """What a line says of itself stands beside the value on the sheet, and in the YAML that comes back."""
    to_workbook("cn/110000/2023", tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    told = {cell.value for page in book.worksheets for row in page.iter_rows() for cell in row}
    assert "2018 年文本为 20 万元，此后提高" in told
    assert "未按规定转诊的原则上不纳入" in told
    text = from_workbook(tmp_path / "a.xlsx").files["pack.yaml"]
    (line,) = [line for line in text.splitlines() if '"250,000 yuan"' in line]
    assert line.endswith("  # 2018 年文本为 20 万元，此后提高")
