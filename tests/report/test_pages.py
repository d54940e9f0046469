"""What the pages say: the audit's numbers, the field's words, an article at each step, links that lead somewhere."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import polars as pl
import pytest

from report.conftest import QUALITY, Written
from report.county import CITE, invented, without_report
from tuodi.audit.model import CAUSES, CLEARED_WHY, HITS, KINDS, NOTES, SourceDocument
from tuodi.errors import UsageError
from tuodi.i18n import translator
from tuodi.report import write_report
from tuodi.report.context import Context
from tuodi.report.kinds import CAUSE_WORDS, CLEARED_WORDS, HIT_WORDS, KIND_WORDS, NOTE_WORDS, kind_title
from tuodi.report.sheet import difference_of, sheet
from tuodi.report.words import grouped

VOID = {"meta", "link", "input", "br", "rect", "line"}


class Page(HTMLParser):
    """What a page holds: links, anchors, words; and whether its elements close in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.sources: list[str] = []
        self.words: list[str] = []
        self.headings: list[int] = []
        self.bare_headers = 0
        self.stack: list[str] = []
        self.wrong: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag not in VOID:
            self.stack.append(tag)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "th" and not named.get("scope"):
            self.bare_headers += 1
        if tag in {"a", "link"} and named.get("href"):
            self.links.append(str(named["href"]))
        if named.get("src"):
            self.sources.append(str(named["src"]))
        if named.get("id"):
            self.ids.append(str(named["id"]))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.stack or self.stack.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        if self.stack and self.stack[-1] not in {"style", "script"} and data.strip():
            self.words.append(data.strip())

    @property
    def said(self) -> str:
        """All words in their order."""
        return " ".join(self.words)


def pages(written: Written) -> dict[str, Page]:
    return {str(path.relative_to(written.folder)): Page(path.read_text("utf-8")) for path in written.paths.pages}


@pytest.fixture(scope="module")
def site(report: Written) -> dict[str, Page]:
    return pages(report)


def test_every_page_is_there_in_both_languages(report: Written, site: dict[str, Page]) -> None:
    names = {"index", "leads", "cleared", "undetermined", "data", "method", "入户核查表"}
    assert {f"{name}.html" for name in names} | {f"{name}.en.html" for name in names} <= site.keys()
    assert len(report.paths.persons) == report.result.leads["person_id"].n_unique()
    assert len(site) == 2 * (len(names) + len(report.paths.persons))
    assert report.paths.index.name == "index.html"
    assert report.paths.index_other.name == "index.en.html"


def test_elements_close_in_order_and_ids_are_unique(site: dict[str, Page]) -> None:
    for name, page in site.items():
        assert not page.wrong, name
        assert not page.stack, name
        assert not [key for key, count in Counter(page.ids).items() if count > 1], name


def test_every_link_leads_to_a_file_and_an_anchor_of_the_report(report: Written, site: dict[str, Page]) -> None:
    for name, page in site.items():
        for link in page.links:
            if re.match(r"[a-z]+:", link):
                assert link.startswith("data:,"), f"{name}: {link}"
                continue
            target, _, anchor = unquote(link).partition("#")
            path = (report.folder / name).parent / target if target else report.folder / name
            assert path.is_file(), f"{name}: {link}"
            if anchor and "=" not in anchor:
                found = site[str(path.resolve().relative_to(report.folder.resolve()))].ids
                assert anchor in found, f"{name}: {link}"


def test_nothing_comes_from_outside(report: Written, site: dict[str, Page]) -> None:
    for name, page in site.items():
        assert not page.sources, name
        text = report.text(name)
        assert not re.search(r"@import|url\(|//[a-z]+\.", text), name


def test_each_table_has_a_caption_and_each_header_a_scope(report: Written, site: dict[str, Page]) -> None:
    for name, page in site.items():
        assert page.bare_headers == 0, name
        if "入户核查表" not in name:
            tables = report.text(name).count("<table")
            assert report.text(name).count("<caption") == tables, name


def test_headings_begin_with_one_and_skip_no_level(site: dict[str, Page]) -> None:
    for name, page in site.items():
        assert page.headings[0] == 1, name
        assert page.headings.count(1) == 1, name
        assert all(after <= before + 1 for before, after in zip(page.headings, page.headings[1:], strict=False)), name


def test_the_language_stands_on_the_page(report: Written) -> None:
    assert '<html lang="zh-CN">' in report.text("index.html")
    assert '<html lang="en">' in report.text("index.en.html")


@pytest.mark.req("NI12")
def test_the_overview_opens_with_totals_then_grade_a(site: dict[str, Page]) -> None:
    said = site["index.html"].said
    order = [
        "望江县医疗救助待遇核对报告",
        "数据截至",
        "与平台月报核对",
        "差额 0.00 元。",
        "主要结果",
        "疑似应救未救",
        "线索分类",
        "按镇街",
        "办理建议",
        "依据",
    ]
    places = [said.index(word) for word in order]
    assert places == sorted(places)


@pytest.mark.req("NI12")
def test_the_headline_is_the_sum_of_the_leads(report: Written, site: dict[str, Page]) -> None:
    leads = report.result.leads
    said = site["index.html"].said
    for grade, direction in (("A", "owed"), ("A", "over"), ("B", "owed")):
        some = leads.filter((pl.col("grade") == grade) & (pl.col("direction") == direction))
        assert f"{some['person_id'].n_unique()} 人" in said
        assert f"¥ {grouped(abs(some['difference'].sum()))}" in said
    for kind in ("recognised_not_flagged", "flagged_late"):
        some = leads.filter(pl.col("kind") == kind)
        assert f"¥ {grouped(some['difference'].sum())}" in said


def test_a_month_explained_by_rows_to_correct_is_named(site: dict[str, Page]) -> None:
    month = "2024-07 医疗救助支出 407 406 398,876.47 398,420.47 456.00 0.00 差额为待更正的行"
    assert "由待更正的行说明的月份：1 处" in site["index.html"].said
    assert month in site["index.html"].said
    assert month in site["data.html"].said


def test_a_list_that_ends_early_raises_a_banner_and_others_do_not(site: dict[str, Page]) -> None:
    banner = re.search(r"未据此排除任何人：(\S+ \S+)", site["index.html"].said)
    assert banner is not None
    assert banner[1].startswith("医保身份标识 2024-10-31")


def test_every_lead_stands_in_the_list_and_on_its_persons_page(report: Written, site: dict[str, Page]) -> None:
    listed = site["leads.html"].said
    for lead in report.result.leads.to_dicts():
        assert lead["person_id"] in listed
        own = site[str(report.paths.persons[lead["person_id"]].relative_to(report.folder))].said
        assert KIND_WORDS[lead["kind"]].title in own
        sign = "+" if lead["difference"] > 0 else ""
        assert sign + grouped(lead["difference"]) in own


@pytest.mark.req("SP10")
def test_the_settlement_sheet_keeps_the_order_and_words_of_the_sheet(report: Written, site: dict[str, Page]) -> None:
    order = [
        "医疗费总额",
        "目录外（全自费）",
        "超限价自费",
        "先行自付",
        "政策范围内费用",
        "基本医疗保险",
        "大病保险",
        "医疗救助",
        "政策范围内个人负担",
        "个人负担合计",
    ]
    for path in report.paths.persons.values():
        said = site[str(path.relative_to(report.folder))].said
        sheet = said[said.index("：依法计算与结算记录") :]
        places = [sheet.index(word) for word in order]
        assert places == sorted(places)


@pytest.mark.req("SP10")
def test_the_lines_of_a_sheet_add_up_to_the_fen(report: Written, site: dict[str, Page]) -> None:
    bills = {row["claim_id"]: row for row in report.result.bills.to_dicts()}
    for claim, bill in bills.items():
        steps = report.result.waterfalls.filter(pl.col("claim_id") == claim)
        said = site[str(report.paths.persons[bill["person_id"]].relative_to(report.folder))].said
        sheet = said[said.index(f"结算 {claim}：") :].split("个人负担合计", 1)[1]
        law = bill["total"] - steps.select(pl.coalesce("by_law", "recorded").sum()).item()
        recorded = bill["total"] - steps["recorded"].sum()
        amounts = re.findall(r"[\d,]+\.\d\d", sheet)
        assert amounts[:2] == [grouped(law), grouped(recorded)]


@pytest.mark.req("EG08")
def test_each_audited_step_shows_arithmetic_document_and_article(report: Written, site: dict[str, Page]) -> None:
    for path in report.paths.persons.values():
        said = site[str(path.relative_to(report.folder))].said
        assert f"{CITE} 第八条" in said
        assert f"{CITE} 第九条（二）" in said
        assert re.search(r"计算基数 [\d,]+\.\d\d", said)
        assert re.search(r"[\d,]+\.\d\d × \d+ % = [\d,]+\.\d\d", said)


def test_a_cap_and_a_deductible_are_said_in_the_arithmetic(site: dict[str, Page]) -> None:
    all_said = " ".join(page.said for name, page in site.items() if name.startswith("persons/"))
    assert "起付标准 3,000.00，此前已扣 0.00，本次扣 3,000.00" in all_said
    assert "起付标准 3,000.00，此前已扣 3,000.00，本次扣 0.00" in all_said
    assert re.search(r"限额 90,000.00 元，尚余 [\d,.]+：减去 [\d,.]+，为 [\d,.]+", all_said)


def test_the_words_of_every_code_are_there() -> None:
    assert set(KINDS) == set(KIND_WORDS)
    assert set(CAUSES) <= set(CAUSE_WORDS)
    assert set(NOTES) <= set(NOTE_WORDS)
    assert set(HITS) <= set(HIT_WORDS)
    assert set(CLEARED_WHY) <= set(CLEARED_WORDS)
    assert kind_title("flagged_late") == "标识滞后"
    assert kind_title("flagged_late", "en") == "Flagged late"


WRONG_WORDS = ("少付", "多付", "案件", "警报", "免赔", "二次报销", "贫困户", "驳回", "悬崖", "违规", "骗保", "排名第")


def test_no_word_of_a_verdict_and_none_that_the_field_does_not_use(site: dict[str, Page]) -> None:
    for name, page in site.items():
        for word in WRONG_WORDS:
            assert word not in page.said, f"{name}: {word}"


def test_every_lead_is_marked_as_one_to_verify(report: Written, site: dict[str, Page]) -> None:
    for path in report.paths.persons.values():
        assert "待核实" in site[str(path.relative_to(report.folder))].said
    assert "待核实" in site["leads.html"].said


@pytest.mark.req("AD04")
def test_names_are_masked_and_whole_numbers_stay_out_of_the_pages(report: Written, site: dict[str, Page]) -> None:
    names = report.result.persons["person_name"].to_list()
    for name, page in site.items():
        assert "WHOLE" not in page.said
        if "入户核查表" not in name:
            assert not [one for one in names if one in page.said], name


def test_cleared_and_undetermined_carry_their_reasons(report: Written, site: dict[str, Page]) -> None:
    said = site["cleared.html"].said
    for why in report.result.cleared["why"].unique():
        assert CLEARED_WORDS[why] in said
    said = site["undetermined.html"].said
    assert "依法计算，至少" in said
    for person in report.result.undetermined["person_id"]:
        assert person in said


@pytest.mark.req("AD02", "AD04")
def test_bad_rows_are_shown_with_row_column_and_reason(site: dict[str, Page]) -> None:
    said = site["data.html"].said
    for word in ("318", "1,2O3.50", "不是金额", QUALITY[0].correct_in, "0.09 元"):
        assert word in said
    assert "is no amount" in site["data.en.html"].said


def test_without_a_monthly_report_the_overview_says_so(tmp_path: Path) -> None:
    result = without_report(invented(3))
    paths = write_report(result, None, tmp_path)
    said = Page(paths.index.read_text("utf-8")).said
    assert "没有提供平台月报，总额尚未核对" in said
    assert "差额 0.00 元。" not in said


def test_a_month_that_differs_is_a_warning_and_stands_in_a_table(tmp_path: Path) -> None:
    result = invented(3)
    wrong = result.totals.with_columns(
        difference=pl.when(pl.col("month") == "2024-03").then(12_345).otherwise("difference"),
        state=pl.when(pl.col("month") == "2024-03").then(pl.lit("differs")).otherwise("state"),
    )
    said = Page(write_report(replace(result, totals=wrong), None, tmp_path).index.read_text("utf-8")).said
    assert "与平台月报不一致。" in said
    assert "差额 0.00 元。" not in said
    assert "123.45" in said


def test_an_audit_without_leads_says_so(tmp_path: Path) -> None:
    result = invented(0)
    paths = write_report(result, None, tmp_path)
    assert "没有线索。" in Page(paths.index.read_text("utf-8")).said
    assert not paths.persons


def test_an_undetermined_layer_is_never_a_zero(tmp_path: Path) -> None:
    result = invented(1)
    open_ = result.waterfalls.with_columns(
        by_law=pl.when(pl.col("audited")).then(None).otherwise("by_law"),
        state=pl.when(pl.col("audited")).then(pl.lit("undetermined")).otherwise("state"),
        reason=pl.when(pl.col("audited")).then(pl.lit("cap_unknown")).otherwise("reason"),
    )
    paths = write_report(replace(result, waterfalls=open_), None, tmp_path)
    said = Page(next(iter(paths.persons.values())).read_text("utf-8")).said
    sheet = said[said.index("：依法计算与结算记录") :]
    own = sheet.split("个人负担合计", 1)[1]
    assert own.split(") ")[0].split("） ")[1].startswith("无法判定")
    assert "限额未知" in sheet


def test_names_from_a_file_cannot_become_markup(tmp_path: Path) -> None:
    result = invented(1)
    evil = result.persons.with_columns(township=pl.lit("<script>alert(1)</script>"), village=pl.lit('"><img src=x>'))
    paths = write_report(replace(result, persons=evil), None, tmp_path)
    for path in paths.pages:
        assert "<script>alert" not in path.read_text("utf-8")
        assert "<img" not in path.read_text("utf-8")


def test_the_same_audit_gives_the_same_bytes(report: Written, tmp_path: Path) -> None:
    numbers = {row["person_id"]: f"WHOLE{row['person_id']}" for row in report.result.persons.to_dicts()}
    again = write_report(invented(), None, tmp_path, place="望江县", quality=QUALITY, certificates=numbers)
    for first, second in zip((*report.paths.pages, report.paths.workbook), (*again.pages, again.workbook), strict=True):
        assert first.read_bytes() == second.read_bytes(), first.name


def test_english_may_come_first(tmp_path: Path) -> None:
    paths = write_report(invented(2), None, tmp_path, lang="en")
    assert '<html lang="en">' in paths.index.read_text("utf-8")
    assert paths.index_other.name == "index.zh.html"
    assert paths.workbook.name == f"{translator('report', 'en')('补报清单')}.xlsx"


def test_a_shorter_report_leaves_no_page_of_a_longer_one(tmp_path: Path) -> None:
    write_report(invented(9), None, tmp_path)
    (tmp_path / "persons" / "notes.html").write_text("mine")
    paths = write_report(invented(2), None, tmp_path)
    left = {path.name for path in (tmp_path / "persons").iterdir()}
    assert left == {path.name for path in paths.pages if path.parent.name == "persons"} | {"notes.html"}


def test_progress_ends_with_all(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    write_report(invented(2), None, tmp_path, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1]
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_an_unknown_language_and_a_missing_day_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="zh, en"):
        write_report(invented(1), None, tmp_path / "a", lang="fr")
    result = invented(1)
    with pytest.raises(UsageError, match="as_of"):
        write_report(replace(result, meta=replace(result.meta, as_of=None)), None, tmp_path / "b")
    assert not (tmp_path / "a").exists()
    assert not (tmp_path / "b").exists()


def test_what_is_no_document_is_cited_in_words(tmp_path: Path) -> None:
    result = invented(1)
    recalled = SourceDocument("known", "recall", "medium", "", None, "", False)
    meta = replace(result.meta, documents=(*result.meta.documents, recalled))
    cited = result.waterfalls.with_columns(citations=pl.lit(["medium", "medium 第二条"], dtype=pl.List(pl.String)))
    paths = write_report(replace(result, meta=meta, waterfalls=cited), None, tmp_path)
    said = Page(next(iter(paths.persons.values())).read_text("utf-8")).said
    assert "一般了解，未核对文本（把握：中） 第二条" in said
    assert "medium" not in said


@pytest.mark.req("SP10")
def test_the_years_sheet_is_the_sum_of_its_bills(report: Written, site: dict[str, Page]) -> None:
    seen = 0
    for person, path in report.paths.persons.items():
        bills = report.result.bills.filter(pl.col("person_id") == person)
        if bills.height < 2:
            continue
        seen += 1
        said = site[str(path.relative_to(report.folder))].said
        year = said[said.index("2024 年度各笔结算之和") :].split("个人负担合计", 1)[0]
        steps = report.result.waterfalls.filter(pl.col("person_id") == person, pl.col("layer") == "assistance")
        for amount in (bills["total"].sum(), bills["in_scope"].sum(), steps["by_law"].sum(), steps["recorded"].sum()):
            assert grouped(amount) in year
    assert seen


def test_the_method_names_what_was_read_and_what_was_computed(site: dict[str, Page]) -> None:
    said = site["method.html"].said
    assert "不重新计算的前面各层：基本医疗保险、大病保险。" in said
    assert "重新计算并核对的待遇：医疗救助。" in said


def test_a_bill_that_is_not_known_leaves_the_years_sum_open(tmp_path: Path) -> None:
    result = invented(1)
    first = result.bills["claim_id"][0]
    gone = (pl.col("claim_id") == first) & (pl.col("layer") == "assistance")
    open_ = result.waterfalls.with_columns(by_law=pl.when(gone).then(None).otherwise("by_law"))
    paths = write_report(replace(result, waterfalls=open_), None, tmp_path)
    said = Page(next(iter(paths.persons.values())).read_text("utf-8")).said
    year = said[said.index("2024 年度各笔结算之和") : said.index("结算 S")]
    assert "无法判定" in year.split("医疗救助", 1)[1]


def test_what_is_left_by_law_is_what_all_layers_by_law_leave() -> None:
    """Own errors of two layers are not added: the second would not have paid what the first should have."""
    result = invented()
    bill = result.bills.row(0, named=True)
    steps = result.waterfalls.filter(pl.col("claim_id") == bill["claim_id"]).to_dicts()
    linked = [*steps[:-1], {**steps[-1], "by_law_chain": steps[-1]["by_law"] - 100_00}]
    context = Context("zh", result.meta, ())
    before, after = (sheet(bill, each, context)[-1] for each in (steps, linked))
    assert (before.by_law or 0) + 100_00 == after.by_law
    assert (before.formulas, after.formulas) == ((), ("各层都依法计算",))
    assert (difference_of(steps) or 0) - 100_00 == difference_of(linked)
