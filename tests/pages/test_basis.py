"""The register of legal bases, the comparison of places, and the tables of a layer."""

from __future__ import annotations

from collections import Counter

import pytest

from pages.conftest import Written, pack
from tuodi.law import find_packs
from tuodi.law.differences import answers
from tuodi.law.model import Cite
from tuodi.law.rules import layer_tables as law_tables
from tuodi.site.basis import STANDINGS, bases, standing, standing_words
from tuodi.site.tables import award_tables, layer_tables

PACKS = find_packs()


@pytest.mark.req("EG08")
@pytest.mark.parametrize("pack_id", PACKS)
def test_every_value_is_in_the_register_with_its_basis_or_as_missing(written: Written, pack_id: str) -> None:
    own = pack(pack_id)
    register = list(bases(own, "zh"))
    rows = [row for layer in (*own.layers, *(award.layer for award in own.awards))
            for _what, table in law_tables(own, layer, "zh") for row in table.rows]  # fmt: skip
    assert len(register) >= len(rows)
    for basis in register:
        assert basis.standing in STANDINGS
        assert (basis.standing == "missing") <= (not basis.cite)
        assert basis.value
    text = written.page("register.html").words
    part = (
        written.page("register.html").raw.split(f'<section id="{pack_id.replace("/", "-")}"')[1].split("</section>")[0]
    )
    counts = Counter(basis.standing for basis in register)
    for key, number in counts.items():
        assert f"{standing_words('zh')[key]}</span> {number}" in part
    listed = part.split("没有注明依据的")[1].split("<details>")[0]
    assert listed.count("<li>") == counts["missing"]
    for basis in register:
        assert " ".join(basis.what.split()) in text


@pytest.mark.req("NS19")
def test_at_least_two_provinces_are_data_with_articles() -> None:
    provinces = [pack_id for pack_id in PACKS if pack_id.startswith("cn/") and pack_id.split("/")[1].endswith("0000")]
    cited = [
        pack_id
        for pack_id in provinces
        if sum(basis.standing in ("verified", "law", "page") for basis in bases(pack(pack_id), "zh")) >= 20
    ]
    assert len(cited) >= 2


def test_a_value_is_as_firm_as_its_weakest_source() -> None:
    own = pack("zz/000000/2024")
    assert standing(own, [Cite("qc1", "第一条")]) == "verified"
    assert standing(own, [Cite("qc2")]) == "law"
    assert standing(own, [Cite("qc1"), Cite("faq")]) == "page"
    assert standing(own, [Cite("faq"), Cite("half"), Cite("ex1")]) == "calc"
    assert standing(own, [Cite("qc1"), Cite("known")]) == "recall"
    assert standing(own, []) == "missing"
    assert standing(own, [Cite("qc1")], unknown=True) == "unknown"


def test_a_default_that_no_document_states_is_missing_a_basis() -> None:
    found = {(basis.section, basis.what): basis for basis in bases(pack("zz/000000/2024"), "zh")}
    assert found["倾斜救助", "取整"].standing == "missing"
    assert found["医疗救助", "取整"].cite == "青岚医保发〔2023〕2号 第八条"


@pytest.mark.req("NI15")
def test_one_page_shows_where_two_counties_differ(written: Written) -> None:
    page = written.page("differences.html")
    sections = page.raw.split('<section class="question"')[1:]
    assert len(sections) == 14
    one, other = pack("cn/500112/2023"), pack("cn/321300/2024")
    for section, mine, theirs in zip(sections, answers(one, "zh"), answers(other, "zh"), strict=True):
        rows = [
            row for row in section.split("<tr>")[2:] if f'data-id="{one.id}"' in row or f'data-id="{other.id}"' in row
        ]
        assert (len(rows) == 1) is (mine.answer == theirs.answer)


def test_a_layer_as_a_table() -> None:
    table = layer_tables(pack("cn/321300/2024"), "zh")[-1]
    assert table.axis == "对象"
    assert [row.sentence for row in table.rows] == [
        "付 100%，每年最多 100,000.00 元",
        "付 80%，每年最多 100,000.00 元",
        "先自付 3,000.00 元，付 70%，每年最多 100,000.00 元",
    ]
    deductible, rate, caps = table.rows[2].cells
    assert [(item.value, item.cite, item.standing) for item in deductible] == [
        ("3,000.00 元", "宿迁市城市问答 2024-06-07", "page")
    ]
    assert [item.value for item in rate] == ["70%"]
    assert [item.value for item in caps] == ["100,000.00 元", "10,000.00 元", "90,000.00 元"]


def test_a_layer_that_asks_for_no_class_has_its_levels_as_rows() -> None:
    tables = {table.id: table for table in layer_tables(pack("zz/000000/2024"), "zh")}
    basic = tables["basic"]
    assert basic.axis == "机构等级"
    assert [row.who for row in basic.rows] == ["三级甲等", "三级乙等", "二级", "其他机构等级"]
    first = [(item.where, item.value) for item in basic.rows[0].cells[0]]
    assert ("住院，第1次住院", "1,000.00 元") in first
    assert ("其余情形", "150.00 元") in first
    unknown = [item for item in basic.rows[2].cells[1] if item.standing == "unknown"]
    assert len(unknown) == 1
    assert basic.rows[0].sentence == ""


def test_a_cap_that_does_not_reach_a_class_is_not_in_its_row() -> None:
    tables = {table.id: table for table in layer_tables(pack("zz/000000/2024"), "zh")}
    grant = tables["grant"].rows[-1]
    assert grant.who == "低保边缘和支出型"
    assert [(item.where, item.value) for item in grant.cells[1]] == [("定额（每次住院）", "500.00 元")]
    assert tables["large"].rows[0].who == "所有费用"


def test_awards_are_tables_too() -> None:
    awards = award_tables(pack("zz/000000/2024"), "zh")
    assert [(table.id, table.rows[0].cells[0][0].value) for table in awards] == [
        ("illness_poor", "5,000.00 元"), ("household_relief", "3,000.00 元")
    ]  # fmt: skip


def test_unknown_rates_are_said_to_be_unknown() -> None:
    tables = {table.id: table for table in layer_tables(pack("cn/500112/2023"), "zh")}
    assert tables["tilt"].rows[0].sentence == "比例未知"
    assert tables["assistance"].rows[0].sentence == "大额费用救助付 75%，其余情形的比例未知"
