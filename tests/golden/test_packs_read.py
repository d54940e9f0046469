"""Every published pack reads, compiles, and says where each of its values comes from."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from golden.cases import CASES, PACKS
from tuodi.errors import PackError
from tuodi.law import check_pack, find_packs, read_pack
from tuodi.law.compile import compile_award, compile_pack
from tuodi.law.model import Pack, Table, Unknown
from tuodi.law.spaces import layer_tables

PUBLISHED = [name for name in find_packs([PACKS]) if name.startswith("cn/")]
FIRM_LAWS = {
    "京医保发〔2022〕37号",
    "京医保发〔2023〕9号",
    "北京市城乡居民基本医疗保险办法实施细则",
    "京发改〔2013〕2827号",
}
"""The texts that were read in full from an official publication; every other source is unverified."""

WITHOUT_LAYERS = [name for name in PUBLISHED if not read_pack(name, [PACKS]).layers]
"""Packs that state monitoring lines or premium subsidy and nothing to settle by."""

ROOT = Path(__file__).resolve().parents[2]


@cache
def pack_of(name: str) -> Pack:
    """The pack, read once."""
    return read_pack(name, [PACKS])


@pytest.mark.req("NS19")
def test_the_places_of_the_issue_are_there() -> None:
    assert set(PUBLISHED) >= {
        "cn/110000/2023", "cn/500000/2023", "cn/500112/2023", "cn/500000-w1/2023", "cn/330100/2023",
        "cn/321300/2024", "cn/370302/2025", "cn/230800/2018", "cn/370000/2014",
        "cn/610700/2022", "cn/610700/2015", "cn/360100/2025", "cn/350000/2023", "cn/350400/2025",
        "cn/440000/2024", "cn/440300/2024", "cn/420500/2025", "cn/120000/2021", "cn/310000/2023",
    }  # fmt: skip


@pytest.mark.req("SP10")
@pytest.mark.parametrize("name", PUBLISHED)
def test_a_pack_checks_clean_and_compiles(name: str) -> None:
    assert check_pack(name, [PACKS]) == []
    pack = pack_of(name)
    if name in WITHOUT_LAYERS:
        assert pack.monitoring or pack.premium_subsidy
        with pytest.raises(PackError, match="nothing can be settled by a pack without layers"):
            compile_pack(pack)
        return
    compiled = compile_pack(pack)
    assert compiled.structure.layers
    for award in pack.awards:
        assert compile_award(pack, award.id).structure.layers


@pytest.mark.req("NI15")
@pytest.mark.parametrize("name", PUBLISHED)
def test_only_laws_that_were_read_are_verified(name: str) -> None:
    documents = pack_of(name).documents.values()
    verified = {document.name for document in documents if document.verified}
    assert verified <= FIRM_LAWS
    assert all(document.kind == "law" for document in documents if document.verified)


@pytest.mark.req("EG08")
@pytest.mark.req("NI15")
@pytest.mark.parametrize("name", PUBLISHED)
def test_every_value_is_cited_or_unknown(name: str) -> None:
    pack = pack_of(name)
    bare: list[str] = []

    def look(table: Table) -> None:
        bare.extend(row.origin.path for row in table.rows if not row.cites and not isinstance(row.value, Unknown))

    for layer in (*pack.layers, *(award.layer for award in pack.awards)):
        for table in layer_tables(layer):
            look(table)
    assert not bare


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_document_is_cited_somewhere(name: str) -> None:
    text = (PACKS / name / "pack.yaml").read_text("utf-8")
    parent = pack_of(name).extends
    if parent:
        text += (PACKS / parent / "pack.yaml").read_text("utf-8")
    body = text.replace("documents:", "", 1)
    unused = [key for key in pack_of(name).documents if body.count(key) < 2]
    assert not unused


@pytest.mark.req("SP12")
@pytest.mark.parametrize("name", PUBLISHED)
def test_notes_are_in_both_languages_with_a_source(name: str) -> None:
    notes = pack_of(name).notes
    assert notes
    assert all(note.text.get("zh") and note.text.get("en") and note.cites for note in notes)


@pytest.mark.req("SP12")
def test_every_case_names_a_pack_that_is_there_and_a_source_of_it() -> None:
    wrong = []
    for case in CASES:
        if not case.pack:
            if case.data["kind"] == "hand" or "page" not in case.data["source"]:
                wrong.append(f"{case.id}: an example without a pack is published somewhere")
            continue
        documents = pack_of(case.pack).documents
        cites = case.data["source"]["cite"]
        for cite in [cites] if isinstance(cites, str) else cites:
            if cite.split()[0] not in documents:
                wrong.append(f"{case.id}: {cite}")
    assert not wrong


@pytest.mark.req("SP12")
def test_case_names_are_unique() -> None:
    names = [case.name for case in CASES]
    assert not sorted({name for name in names if names.count(name) > 1})


def test_the_page_on_places_lists_every_pack() -> None:
    text = (ROOT / "docs/reference/packs.md").read_text("utf-8")
    assert [name for name in PUBLISHED if f"`{name}`" not in text] == []
