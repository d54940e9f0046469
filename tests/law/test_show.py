"""A pack in words: unknowns first, articles, origins, marks, both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tuodi.law import cite_text, counter_names, find_packs, read_pack, render_text, show_pack
from tuodi.law.compile import compile_pack
from tuodi.law.model import Cite, Pack, Unknown
from tuodi.law.rules import grouped, layer_tables
from tuodi.law.show import Line, unknowns
from tuodi.law.words import amount_words, percent_words

HAN = re.compile(r"[\u4e00-\u9fff]")
EXPECTED = Path(__file__).parent / "shown"
SHOWN = [("zz/000000/2024", "zh"), ("zz/000000/2024", "en"), ("zz/000001/2024", "zh"), ("zz/000000/2023", "zh")]


@pytest.fixture(scope="module")
def town() -> Pack:
    return read_pack("zz/000001/2024")


def expected_file(pack_id: str, lang: str) -> Path:
    return EXPECTED / f"{pack_id.replace('/', '-')}.{lang}.txt"


@pytest.mark.req("SP10")
@pytest.mark.parametrize(("pack_id", "lang"), SHOWN)
def test_the_invented_county_in_words(pack_id: str, lang: str) -> None:
    """Written again by ``python -m law.test_show`` in ``tests/``; read the difference."""
    assert render_text(show_pack(read_pack(pack_id), lang)) == expected_file(pack_id, lang).read_text("utf-8")


def all_unknown(pack: Pack) -> int:
    values = [
        row.value
        for layer in (*pack.layers, *(award.layer for award in pack.awards))
        for _, table in layer_tables(pack, layer, "zh")
        for row in table.rows
    ]
    values += [value for reference in pack.reference.values() for value in reference.values.values()]
    values += [line.line for line in pack.monitoring]
    values += [line.line for line in pack.income_lines]
    values += [premium for one in pack.premium_subsidy for premium in one.premium.values()]
    values += [row.pays for one in pack.premium_subsidy for row in one.rows]
    values += [end for layer in pack.layers if layer.brackets for end in layer.brackets.upto]
    return sum(isinstance(value, Unknown) for value in values)


@pytest.mark.req("SP10")
@pytest.mark.parametrize("pack_id", find_packs())
def test_unknowns_stand_first_and_all_of_them(pack_id: str) -> None:
    pack = read_pack(pack_id)
    shown = show_pack(pack)
    assert shown.unknown == len(unknowns(pack)) == all_unknown(pack)
    assert (shown.sections[0].key == "unknowns") is (shown.unknown > 0)


@pytest.mark.parametrize("pack_id", find_packs())
def test_every_layer_award_and_difference_is_shown(pack_id: str) -> None:
    pack = read_pack(pack_id)
    sections = {section.key: section for section in show_pack(pack, "en").sections}
    assert {f"layer-{layer.id}" for layer in pack.layers} <= sections.keys()
    assert {f"award-{award.id}" for award in pack.awards} <= sections.keys()
    if pack.layers:
        assert len(sections["differences"].lines) == 14
    else:  # nothing to settle: only lines or premiums
        assert sections.keys() & {"monitoring", "premium"}
        assert not sections.keys() & {"differences", "identities", "dates", "counters"}


@pytest.mark.parametrize("pack_id", find_packs())
def test_every_amount_and_rate_of_a_layer_is_in_the_text(pack_id: str) -> None:
    pack = read_pack(pack_id)
    sections = {section.key: section for section in show_pack(pack).sections}
    for layer in pack.layers:
        text = "\n".join(line.text for line in sections[f"layer-{layer.id}"].lines)
        for what, table in layer_tables(pack, layer, "zh"):
            for row in table.rows:
                if isinstance(row.value, int):
                    words = percent_words(row.value), amount_words(row.value, "zh")
                    assert any(word in text for word in words), f"{layer.id} {what}: {row.value}"


def test_english_has_no_chinese_of_its_own(town: Pack) -> None:
    """Only names of documents, reasons and notes, which are the pack's, may be Chinese."""
    for section in show_pack(town, "en").sections:
        assert not HAN.search(section.title)
        if section.key not in ("unknowns", "documents", "differences", "reference", "notes"):
            for line in section.lines:
                assert not HAN.search(re.sub(r"unknown \(.*\)", "", line.text)), line.text


def test_an_inherited_value_says_where_it_was_written(town: Pack) -> None:
    lines = {section.key: section.lines for section in show_pack(town).sections}
    origins = {line.origin for line in lines["layer-basic"] if line.origin}
    assert origins
    assert all(origin.startswith("见 zz/000000/2024:") for origin in origins)
    rate = next(line for line in lines["layer-assistance"] if line.text.startswith("支付比例"))
    assert (rate.origin, rate.cite) == ("", "云台政发〔2024〕3号 第二条")


def test_a_pack_that_extends_nothing_shows_no_origins() -> None:
    shown = show_pack(read_pack("zz/000000/2024"))
    assert not [line for section in shown.sections for line in section.lines if line.origin]


def test_verified_and_recalled_are_marked(town: Pack) -> None:
    lines = [line for section in show_pack(town).sections for line in section.lines]
    assert {mark for line in lines for mark in line.marks} >= {"已核对", "未核对", "已与原文核对"}
    beijing = [line for section in show_pack(read_pack("cn/110000/2023")).sections for line in section.lines]
    assert any("凭了解，未核对" in line.marks for line in beijing)
    assert not any(line.marks for line in unknowns(town))


def test_a_line_puts_its_source_behind_it() -> None:
    line = Line("起付标准：3,000.00 元", "甲 第一条", "见 p:3", ("已核对",))
    assert line.text_with_source() == "  起付标准：3,000.00 元（甲 第一条；见 p:3）【已核对】"
    assert Line("x", "a 1", "", ("verified",), 2).text_with_source("en") == "    x (a 1) [verified]"


@pytest.mark.parametrize(
    ("cites", "lang", "expected"),
    [
        ([Cite("qc1", "第六条")], "zh", "青岚医保发〔2023〕1号 第六条"),
        ([Cite("qc1", "第六条"), Cite("qc2")], "zh", "青岚医保发〔2023〕1号 第六条；青岚医保发〔2023〕2号"),
        ([Cite("qc1"), Cite("qc1")], "zh", "青岚医保发〔2023〕1号"),
        ([Cite("faq", "第2问")], "en", "青岚县政策问答（虚构） 2023-12-20 第2问"),
        ([Cite("ex1")], "zh", "公开案例 青岚例一"),
        ([Cite("half")], "en", "worked out: 居民人均可支配收入 × 50 %"),
        ([Cite("known")], "zh", "一般了解，未核对文本（把握：低）"),
        ([], "zh", ""),
    ],
)
def test_citations_in_words(town: Pack, cites: list[Cite], lang: str, expected: str) -> None:
    assert cite_text(town, cites, lang) == expected


def test_beijings_article_reads_as_the_field_cites_it() -> None:
    assert cite_text(read_pack("cn/110000/2023"), [Cite("bj37", "§六(一)3")]) == "京医保发〔2022〕37号 §六(一)3"


@pytest.mark.parametrize("pack_id", find_packs())
def test_the_counters_shown_are_the_compilers(pack_id: str) -> None:
    pack = read_pack(pack_id)
    yearly = {cap.counter for layer in pack.layers for cap in layer.caps if cap.per == "year"}
    known = set(compile_pack(pack).structure.counters) if pack.layers else set()
    assert yearly <= known
    assert yearly <= set(counter_names(pack))


def test_rows_of_one_value_are_put_together(town: Pack) -> None:
    rate = town.layer("basic").rate
    limit = town.layer("assistance").caps[0].limit
    assert rate
    assert len(grouped(rate.rows)) == len(rate.rows)
    assert [row.when for row in grouped(limit.rows)] == [
        {"class": ("full", "child")}, {"class": ("dibao",)}, {"class": ("margin",)},
    ]  # fmt: skip


def regenerate() -> None:
    """Write every expected text again."""
    EXPECTED.mkdir(exist_ok=True)
    for pack_id, lang in SHOWN:
        expected_file(pack_id, lang).write_text(render_text(show_pack(read_pack(pack_id), lang)), "utf-8")


if __name__ == "__main__":
    regenerate()
