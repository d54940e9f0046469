"""The report in a real browser: width, zoom, keyboard, filter, languages, print, contrast, and nothing from outside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from shutil import which

import polars as pl
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from report.conftest import Written
from report.county import invented
from tuodi.report import write_report
from tuodi.report.words import grouped

pytestmark = pytest.mark.browser

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
KINDS_OF_PAGE = (
    "index", "leads", "cleared", "undetermined", "data", "method", "入户核查表",
    "persons/001", "persons/002", "persons/017",
)  # fmt: skip
PAGES = [f"{name}{lang}.html" for name in KINDS_OF_PAGE for lang in ("", ".en")]

CONTRAST = """() => {
  const parse = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const part = v => v / 255 <= .03928 ? v / 255 / 12.92 : ((v / 255 + .055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => .2126 * part(r) + .7152 * part(g) + .0722 * part(b);
  const ground = el => { for (; el; el = el.parentElement) { const c = parse(getComputedStyle(el).backgroundColor);
    if (c.length && (c.length < 4 || c[3] > 0)) return c; } return [255, 255, 255]; };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), weak = new Set();
  while (walker.nextNode()) {
    const el = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent.trim();
    if (!text || !el.checkVisibility() || el.closest("script, style")) continue;
    const [a, b] = [light(parse(getComputedStyle(el).color)), light(ground(el))].sort((x, y) => y - x);
    if ((a + .05) / (b + .05) < 4.5) weak.add(`${el.tagName}.${el.className}: ${text}`);
  }
  return [...weak];
}"""

UNNAMED = """() => [...document.querySelectorAll("a, button, input, select, summary")].filter(el => {
  const label = el.labels && el.labels.length ? el.labels[0].textContent : "";
  return !(label || el.getAttribute("aria-label") || el.textContent).trim();
}).map(el => el.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=which("chromium"), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that must say nothing on its console and ask for nothing but files."""
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.append(request.url) if not re.match(r"file:|data:", request.url) else None)
    yield page
    assert not said


def opened(page: Page, report: Written, name: str, anchor: str = "") -> Page:
    page.goto((report.folder / name).as_uri() + anchor)
    return page


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_every_width_stands_out_and_names_its_controls(page: Page, report: Written, name: str) -> None:
    """320 px is a desk screen at 400 %, 640 px at 200 %, 390 px a phone."""
    opened(page, report, name)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    for width in (320, 390, 640, 768, 880, 940, 1024, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} at {width}: {wide} px too wide"
        if width in (390, 1280):
            assert page.evaluate(CONTRAST) == []
    assert page.evaluate(UNNAMED) == []


def shown(page: Page) -> list[int]:
    """Fen of the leads in view."""
    return page.eval_on_selector_all("#list tbody tr:not([hidden])", "rows => rows.map(row => Number(row.dataset.fen))")


def test_a_number_on_the_overview_opens_the_list_behind_it(page: Page, report: Written) -> None:
    opened(page, report, "index.html")
    for place in range(page.locator(".heads .people a").count()):
        opened(page, report, "index.html")
        card = page.locator(".heads li").nth(place)
        number = int(re.sub(r"\D", "", card.locator(".people").inner_text()))
        money = card.locator(".money")
        amount = re.search(r"[\d,]+\.\d\d", money.inner_text()) if money.count() else None
        card.locator(".people a").click()
        if amount is None:
            assert page.locator("table").count()
            continue
        rows = page.locator("#list tbody tr:visible")
        people = rows.evaluate_all("rows => new Set(rows.map(row => row.dataset.person)).size")
        assert people == number
        assert grouped(abs(sum(shown(page)))) == amount[0]


def test_a_township_and_a_kind_open_their_leads(page: Page, report: Written) -> None:
    for table in ("#kinds ~ table", "#towns ~ table"):
        opened(page, report, "index.html")
        row = page.locator(f"{table} tbody tr").first
        expected = int(row.locator("td.n").nth(1).inner_text())
        row.locator("a").click()
        assert len(shown(page)) == expected


def test_search_filter_and_clear(page: Page, report: Written) -> None:
    opened(page, report, "leads.html")
    everything = shown(page)
    assert len(everything) == report.result.leads.height
    page.get_by_label("方向").select_option("over")
    over = shown(page)
    assert over
    assert all(fen < 0 for fen in over)
    assert grouped(-sum(over)) in page.locator("#shown").inner_text()
    assert "direction=over" in page.url
    page.get_by_role("searchbox").fill("没有这样的人")
    assert not shown(page)
    assert page.locator("#none").is_visible()
    page.get_by_role("button", name="清除").click()
    assert shown(page) == everything
    assert not page.locator("#none").is_visible()
    person = report.result.leads["person_id"][3]
    page.get_by_role("searchbox").fill(person.lower())
    assert len(shown(page)) == 1


def test_sorting_says_so_and_goes_both_ways(page: Page, report: Written) -> None:
    opened(page, report, "leads.html")
    head = page.locator("#list thead th").nth(9)
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert shown(page) == sorted(shown(page))
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert shown(page) == sorted(shown(page), reverse=True)


def test_the_keyboard_reaches_everything(page: Page, report: Written) -> None:
    opened(page, report, "leads.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.type("zzz")
    assert not shown(page)
    page.keyboard.press("Escape")
    assert shown(page)
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("!!document.activeElement.closest('#list thead')"):
            break
    page.keyboard.press("Enter")
    assert page.locator("#list th[aria-sort]").count() == 1
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("!!document.activeElement.closest('#list tbody')"):
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"persons/\d+\.html"))


def test_the_language_switches_and_keeps_the_choice(page: Page, report: Written) -> None:
    opened(page, report, "leads.html", "#direction=over")
    before = shown(page)
    page.get_by_role("link", name="English").click()
    page.wait_for_url(re.compile(r"leads\.en\.html#direction=over"))
    assert page.get_attribute("html", "lang") == "en"
    assert shown(page) == before
    opened(page, report, "persons/001.en.html")
    page.get_by_role("link", name="中文").click()
    assert page.get_attribute("html", "lang") == "zh-CN"


def test_without_script_the_whole_list_is_there(browser: Browser, report: Written) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    opened(page, report, "leads.html")
    assert page.locator("#list tbody tr").count() == report.result.leads.height
    assert not page.locator("form.filter").is_visible()
    context.close()


def test_a_bill_that_agrees_opens_when_its_date_is_followed(page: Page, report: Written) -> None:
    opened(page, report, "persons/001.html")
    closed = page.locator("details[id]").first
    anchor = closed.get_attribute("id")
    assert not closed.evaluate("one => one.open")
    page.locator(f"a[href='#{anchor}']").first.click()
    page.wait_for_function("anchor => document.getElementById(anchor).open", arg=anchor)


def printed_pages(page: Page, path: Path) -> int:
    page.pdf(path=str(path), prefer_css_page_size=True)
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", path.read_bytes()))


@pytest.mark.parametrize("name", ["入户核查表.html", "入户核查表.en.html"])
def test_the_sheet_for_the_door_is_one_a4_page_a_household(
    page: Page, report: Written, tmp_path: Path, name: str
) -> None:
    page.goto((report.folder / name).as_uri())
    assert printed_pages(page, tmp_path / "all.pdf") == page.locator(".sheet").count()
    assert cut_off(page) == []


def cut_off(page: Page) -> list[str]:
    """Sheets whose text runs over the end of their page."""
    page.emulate_media(media="print")
    found: list[str] = page.eval_on_selector_all(
        ".sheet", "all => all.filter(s => s.scrollHeight > s.clientHeight + 1).map(s => s.id)"
    )
    return found


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_large_household_with_receipts_still_fits(page: Page, tmp_path: Path, lang: str) -> None:
    result = invented(9)
    one = result.persons.with_columns(household_id=pl.lit("H"), person_name=pl.lit("欧阳小梅"))
    claimed = result.leads.with_columns(kind=pl.lit("not_one_stop"))
    paths = write_report(replace(result, persons=one, leads=claimed), None, tmp_path, lang=lang)
    page.goto(paths.sheets.as_uri())
    assert page.locator(".sheet").count() == 3
    assert cut_off(page) == []


def test_one_household_can_be_printed_alone(page: Page, report: Written, tmp_path: Path) -> None:
    opened(page, report, "persons/002.html")
    page.get_by_role("link", name="打印入户核查表").click()
    page.wait_for_url(re.compile("#s002"))
    assert page.locator(".sheet:visible").count() == 1
    assert printed_pages(page, tmp_path / "one.pdf") == 1


def test_a_person_who_shares_a_sheet_is_found_on_it(page: Page, report: Written) -> None:
    opened(page, report, "入户核查表.html")
    anchor = page.locator(".sheet span[id]").first.get_attribute("id")
    opened(page, report, "index.html")
    opened(page, report, "入户核查表.html", f"#{anchor}")
    assert page.locator(".sheet:visible").count() == 1
    assert page.locator(".sheet:visible tbody tr").count() > 6


def test_a_page_opens_fast(page: Page, report: Written) -> None:
    opened(page, report, "persons/001.html")
    timing = page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
    assert timing < 1500
    assert max(path.stat().st_size for path in report.paths.persons.values()) < 100_000
