"""The site tells every rule beside its article, in both languages, and leads nowhere that is not there."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from urllib.parse import unquote

import pytest

from pages.conftest import Page, Written, pack, shown
from tuodi.law import find_packs
from tuodi.law.compare import compare
from tuodi.law.frame_check import check_frame
from tuodi.site import MANIFEST, write_site
from tuodi.site.cases import read_cases

PACKS = find_packs()
REAL = [pack_id for pack_id in PACKS if not pack_id.startswith("zz/")]
LANGUAGES = ("zh", "en")


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("pack_id", PACKS)
def test_every_rule_stands_on_its_page_with_its_article(written: Written, pack_id: str, lang: str) -> None:
    page = written.of(pack_id, lang)
    told = shown(pack_id, lang)
    assert f'<html lang="{"zh-CN" if lang == "zh" else "en"}">' in page.raw
    assert words(told.title) in page.words
    for section in told.sections:
        for line in section.lines:
            if section.key == "differences":
                line_text = line.text.split(". ", 1)[1]
                what = line_text.split("：" if lang == "zh" else ": ")[0]
                assert words(what) in page.words
            else:
                assert words(f"{line.text}{line.cite}") in page.words


@pytest.mark.parametrize("pack_id", PACKS)
def test_what_is_not_known_stands_first_and_plainly(written: Written, pack_id: str) -> None:
    page, told = written.of(pack_id), shown(pack_id, "zh")
    headings = [part.split('"')[1] for part in page.raw.split("<h2 ")[1:]]
    assert headings[0] == "unknown"
    if told.unknown:
        assert f"下面 {told.unknown} 项我们不知道，没有猜。" in page.words
    else:
        assert "本规则没有未知的数" in page.words


def test_links_lead_to_what_is_there_and_nothing_comes_from_outside(written: Written) -> None:
    pages = {path.name: written.page(path.name) for path in written.site.pages}
    for name, page in pages.items():
        assert not page.loads or page.loads == ["data:,"], name
        assert len(page.ids) == len(set(page.ids)), name
        for link in page.links:
            file, _hash, anchor = unquote(link).partition("#")
            assert (written.folder / (file or name)).is_file(), (name, link)
            if anchor:
                assert anchor in pages[file or name].ids, (name, link)


def test_each_page_leads_to_the_other_language(written: Written) -> None:
    for path in written.site.pages:
        other = (
            path.name.replace(".en.html", ".html") if ".en." in path.name else path.name.replace(".html", ".en.html")
        )
        assert other in written.page(path.name).links


@pytest.mark.req("OF09")
@pytest.mark.parametrize("pack_id", REAL)
def test_the_rules_can_be_taken_along(written: Written, pack_id: str) -> None:
    source = Path(__file__).parents[2] / "packs" / pack_id / "pack.yaml"
    name = pack_id.replace("/", "-")
    assert (written.folder / f"{name}.yaml").read_bytes() == source.read_bytes()
    assert (written.folder / f"{name}.xlsx").read_bytes()[:2] == b"PK"
    assert {f"{name}.yaml", f"{name}.xlsx"} <= set(written.of(pack_id).links)


@pytest.mark.parametrize("pack_id", PACKS)
def test_every_case_stands_there_with_every_sum(written: Written, pack_id: str) -> None:
    page = written.of(pack_id)
    for case in read_cases(Path(__file__).parents[2] / "packs" / pack_id / "cases"):
        assert words(f"编号 {case.name}") in page.words
        for line in case.data.get("arithmetic") or ():
            written_out = line.replace("*", "×").replace(" / ", " ÷ ").replace(" - ", " − ")
            assert words(written_out) in page.words


def test_published_examples_that_do_not_hold_say_why(written: Written) -> None:
    page = written.page("examples.html")
    for case in read_cases(Path(__file__).parents[2] / "packs/cn/examples/cases"):
        assert case.name in page.words
        if case.kind == "contradictory":
            assert words("为什么不成立：" + case.data["difference"]["zh"]) in page.words


def test_one_case_is_drawn_layer_by_layer(written: Written) -> None:
    page = written.of("cn/500000-w1/2023")
    drawn = page.raw.split('id="steps"')[1].split('id="rules"')[0]
    assert drawn.count("<svg") == 11
    for text in ("125,790.00", "29,743.68", "17,126.42", "2,687.93", "4,651.97", "179,700.00 元 × 70%", "公布的例子"):
        assert text in drawn


@pytest.mark.parametrize(("earlier", "pack_id", "said"), [
    ("zz/000000/2023", "zz/000000/2024", "前一版："),
    ("cn/500000/2023", "cn/500112/2023", "与它所依据的规则比较："),
])  # fmt: skip
def test_changes_from_the_version_before_or_the_parent(written: Written, earlier: str, pack_id: str, said: str) -> None:
    page = written.of(pack_id)
    assert said in page.words
    part = Page(page.raw.split('<h2 id="changes">')[1].split('<h2 id="notes">')[0]).words
    told = [one for one in compare(pack(earlier), pack(pack_id)) if one.section != "解读时的选择" or "前一版" in said]
    for change in told:
        assert words(change.what) in part
        assert words(change.after + change.cite_after) in part
    assert earlier.replace("/", "-") + ".html" in page.links


def test_a_page_says_where_its_place_leaves_the_national_frame(written: Written) -> None:
    for pack_id in ("cn/370302/2025", "cn/110000/2023"):
        part = Page(written.of(pack_id).raw.split('<h2 id="nation">')[1].split('<h2 id="changes">')[0]).words
        held = check_frame(pack(pack_id))
        assert held.findings
        for finding in held.findings:
            assert words(finding.title) in part
            assert words(finding.national + finding.national_cite) in part
            assert words(finding.local + finding.local_cite) in part
        for line in held.not_compared:
            assert words(line) in part
    assert "与国家规定相比" not in written.of("zz/000000/2023").words


def test_a_place_without_an_earlier_version_says_so(written: Written) -> None:
    assert "这里没有这个地方更早的一版规则" in written.of("cn/321300/2024").words
    assert "no earlier version" in written.of("cn/321300/2024", "en").words


def test_a_headline_says_who_gets_how_much(written: Written) -> None:
    text = written.of("cn/321300/2024").words
    assert words("低保边缘、支出型和临时救助大重病患者、重残先自付 3,000.00 元，付 70%，每年最多 100,000.00 元") in text
    assert "付 100%，每年最多 100,000.00 元" in text


def test_the_list_of_places_counts_what_is_firm_and_what_is_not(written: Written) -> None:
    row = written.page("index.html").raw.split("北京市城乡居民基本医保")[1].split("</tr>")[0]
    counts = [cell.split(">")[1].split("<")[0] for cell in row.split('<td class="n')[1:]]
    assert len(counts) == 9
    assert int(counts[0]) > 50
    assert counts[3] == "–"
    assert f"{date(2023, 1, 1)} 起" in row


def test_the_same_packs_give_the_same_bytes_and_a_page_knows_no_machine(tmp_path: Path) -> None:
    some = ["cn/500112/2023", "zz/000000/2023"]
    for name in ("one", "two"):
        write_site(tmp_path / name, some)
    files = {path.name: path.read_bytes() for path in (tmp_path / "one").iterdir()}
    assert files == {path.name: path.read_bytes() for path in (tmp_path / "two").iterdir()}
    assert set((tmp_path / "one" / MANIFEST).read_text("utf-8").split()) == set(files)
    here = str(Path(__file__).parents[2]).encode()
    assert not [name for name, content in files.items() if here in content or str(tmp_path).encode() in content]


def test_english_first(tmp_path: Path) -> None:
    site = write_site(tmp_path, ["zz/000000/2023"], lang="en")
    assert '<html lang="en">' in site.index.read_text("utf-8")
    assert (tmp_path / "index.zh.html").is_file()


def test_invented_places_only_where_they_are_asked_for(tmp_path: Path) -> None:
    root = tmp_path / "packs/zz/000000/2023"
    root.mkdir(parents=True)
    source = Path(__file__).parents[2] / "packs/zz/000000/2023/pack.yaml"
    (root / "pack.yaml").write_bytes(source.read_bytes())
    site = write_site(tmp_path / "out", roots=[tmp_path / "packs"])
    assert list(site.packs) == ["zz/000000/2023"]
