"""The two pages: what they say, in both languages, from the figures behind them; the list of persons."""

from __future__ import annotations

import csv
import re
from datetime import date
from html import unescape
from pathlib import Path

import openpyxl
import pytest

from settlement.agree import PACKS
from tuodi.law import read_pack
from tuodi.report.laboratory import FILES, write_change, write_cliff
from tuodi.report.words import grouped
from tuodi.twin import cliff_of
from twin.conftest import FACTS, Pages


def words(path: Path) -> str:
    """A page as it is read: no markup, no styles."""
    text = re.sub(r"<(style|script)>.*?</\1>", "", path.read_text("utf-8"), flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))


@pytest.mark.req("SD04")
def test_the_comparison_says_what_came_out(pages: Pages) -> None:
    effect, said = pages.effect, words(pages.change / "index.html")
    assert effect.count("gain")
    assert effect.count("loss")
    assert f"共少负担 {grouped(effect.gained)} 元" in said
    assert f"共多负担 {grouped(effect.lost)} 元" in said
    assert grouped(effect.cost) in said.replace("+", "")
    assert "仅前者算不出 0 人，仅后者算不出 0 人，两者都算不出 1 人" in said
    assert "至少" in said
    for row in effect.largest("loss").iter_rows(named=True):
        assert row["person_id"] in said
        assert grouped(row["change"]) in said
    for what in ("3,000.00", "1,000.00 元", "400.00 元", "80%", "70%"):
        assert (what in said) == (what != "3,000.00")


def test_the_comparison_without_bills_says_what_changed_only(pages: Pages, tmp_path: Path) -> None:
    write_change(tmp_path, pages.effect.before, pages.effect.after, lang="en")
    said = words(tmp_path / "index.html")
    assert "What changed" in said
    assert "Who gains" not in said
    assert {path.name for path in tmp_path.iterdir()} == {"index.html", "index.zh.html"}


def test_every_person_stands_in_the_list(pages: Pages) -> None:
    with (pages.change / "persons.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == pages.effect.persons.height
    [open_one] = [row for row in rows if row["state"] == "open"]
    assert (open_one["change"], open_one["self_before"]) == ("", "")
    known = [row for row in rows if row["state"] != "open"]
    assert sum(round(float(row["change"]) * 100) for row in known) == pages.effect.cost
    sheet = openpyxl.load_workbook(pages.change / "persons.xlsx").active
    assert sheet.max_row == len(rows) + 1


@pytest.mark.req("NI14")
def test_the_cliff_says_every_step_with_its_article(pages: Pages) -> None:
    said = words(pages.cliff / "index.html")
    for step in pages.picture.steps:
        assert step.rise is not None
        assert grouped(step.rise[1]) in said
    assert "低保对象：家庭人均月收入低于 900.00 元（自 2024-07-01）" in said
    assert "青岚医保发〔2023〕2号 第二十一条" in said
    assert "超过上限" in said
    assert "这些身份的收入线规则包没有写明" not in said, (
        "the line of other hardship is unknown, and nothing hangs on it"
    )
    assert "线在哪里不知道" in said


@pytest.mark.req("NI14")
def test_an_unknown_line_on_which_something_hangs_is_named_first(tmp_path: Path) -> None:
    beijing = read_pack("cn/110000/2023", [PACKS])
    facts = {**FACTS, "provider_level": "tertiary"}
    write_cliff(tmp_path / "open", cliff_of(beijing, [facts], date(2024, 7, 1)))
    said = words(tmp_path / "open" / "index.html")
    assert "这些身份的收入线规则包没有写明：城乡低收入家庭救助人员" in said
    assert "12,583.38 — 30,975.00" in said
    write_cliff(tmp_path / "none", cliff_of(beijing, [{**facts, "scheme": "employee"}], date(2024, 7, 1)))
    said = words(tmp_path / "none" / "index.html")
    assert "无法判定" in said
    assert "起付标准未知" in said


@pytest.mark.parametrize("name", ["change", "cliff"])
def test_both_languages_lead_to_each_other_and_need_nothing_else(pages: Pages, name: str) -> None:
    folder: Path = getattr(pages, name)
    assert {path.name for path in folder.iterdir()} <= set(FILES)
    chinese, english = ((folder / one).read_text("utf-8") for one in ("index.html", "index.en.html"))
    assert 'href="index.en.html"' in chinese
    assert 'href="index.html"' in english
    assert '<html lang="zh-CN">' in chinese
    assert '<html lang="en">' in english
    for text in (chinese, english):
        assert not re.search(r'(?:src|href)="(?!index|#|data:)', text)
        assert "http" not in re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)
        drawings = re.findall(r'<svg viewBox[^>]*role="img" aria-label="([^"]+)"', text)
        assert len(drawings) == (3 if name == "change" else 6), "each chart for a desk, a tablet and a phone"
        assert all(drawings)


def test_the_same_results_give_the_same_bytes(pages: Pages, tmp_path: Path) -> None:
    write_change(tmp_path / "change", pages.effect.before, pages.effect.after, pages.effect)
    write_cliff(tmp_path / "cliff", pages.picture)
    for name in ("change", "cliff"):
        for path in (tmp_path / name).iterdir():
            assert path.read_bytes() == (getattr(pages, name) / path.name).read_bytes(), path.name
