"""The gallery in a real browser: axe, widths, zoom, keyboard, charts, forms, and a phone on which no script runs."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from playwright.sync_api import BrowserContext, Page

from bureau.web.browser import too_wide, violations
from bureau.web.drawn import LANGUAGES, PAGES

pytestmark = pytest.mark.browser

WIDTHS = (320, 360, 640, 768, 1000, 1280)
"""Pixels: a desk at 400 %, a phone, a desk at 200 %, a tablet, a small and an ordinary desk."""


def opened(page: Page, site: SimpleNamespace, name: str, lang: str = "zh", more: str = "") -> Page:
    page.goto(f"{site.address}/{name}?lang={lang}{more}", wait_until="load")
    if page.locator("figure[data-chart]").count():
        page.wait_for_selector("figure[data-drawn] svg")
    return page


@pytest.mark.req("EQ03")
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", [page for page in PAGES if page != "500"])
def test_axe_finds_nothing_and_no_width_scrolls_sideways(
    page: Page, site: SimpleNamespace, name: str, lang: str
) -> None:
    opened(page, site, name, lang)
    page.evaluate("document.querySelectorAll('details.chart-table').forEach(d => { d.open = true; })")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert too_wide(page) <= 0, f"{name} at {width} px"
        if width in (360, 1280):
            assert violations(page) == []


@pytest.mark.req("EQ03")
@pytest.mark.parametrize("width", [360, 1280])
def test_large_type_is_larger_and_still_fits(page: Page, site: SimpleNamespace, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    size = "parseFloat(getComputedStyle(document.querySelector('main')).fontSize)"
    opened(page, site, "person")
    normal = page.evaluate(size)
    opened(page, site, "person", more="&large=1")
    assert page.evaluate(size) >= 1.2 * normal
    assert too_wide(page) <= 0
    assert violations(page) == []


@pytest.mark.req("EQ03")
def test_the_keyboard_goes_from_the_skip_link_through_the_head_to_the_menu_and_the_page(
    page: Page, site: SimpleNamespace
) -> None:
    opened(page, site, "worklist")
    focused = "document.activeElement.className || document.activeElement.name || document.activeElement.textContent"
    seen = []
    for _ in range(9):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(focused))
    assert seen[0] == "skip-link"
    assert seen[1] == "brand"
    assert "form-control" in seen[2]
    assert [name for name in seen[4:7] if name == "top-button"] == ["top-button"] * 3
    assert "工作台" in seen[7]
    opened(page, site, "worklist")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.req("EQ03")
@pytest.mark.parametrize("name", ["worklist", "person", "intake", "signin"])
def test_the_focus_is_seen_wherever_the_keyboard_goes(page: Page, site: SimpleNamespace, name: str) -> None:
    opened(page, site, name)
    page.evaluate("document.activeElement.blur()")
    where = """(() => { const now = document.activeElement, style = getComputedStyle(now);
      return [now.outerHTML.slice(0, 90), style.outlineStyle, parseFloat(style.outlineWidth)]; })()"""
    stops = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        what, style, width = page.evaluate(where)
        if what.startswith("<body"):
            break
        assert (style, width) == ("solid", 3), what
        stops.add(what)
    assert len(stops) >= 6


def test_charts_are_drawn_and_their_tables_stay(page: Page, site: SimpleNamespace) -> None:
    opened(page, site, "person")
    for figure in page.locator("figure[data-chart]").all():
        assert figure.locator("svg path").count() > 5
        table = figure.locator("table")
        assert not table.is_visible()
        figure.locator("summary").click()
        assert table.is_visible()
    assert "个人负担" in page.locator("#bill svg").text_content()


def test_a_chart_tells_more_under_the_pointer_and_follows_the_width(page: Page, site: SimpleNamespace) -> None:
    opened(page, site, "person")
    area = page.locator("#bill .chart-area")
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    page.mouse.move(box["x"] + 220, box["y"] + 15)
    page.wait_for_selector(".chart-hint")
    assert page.locator(".chart-hint").text_content() == "医疗费用总额68,423.15 元"
    wide = box["width"]
    page.set_viewport_size({"width": 360, "height": 800})
    assert too_wide(page) <= 0
    assert page.locator("#bill svg").bounding_box()["width"] < wide - 100


def test_a_dialog_asks_and_escape_changes_nothing(page: Page, site: SimpleNamespace) -> None:
    opened(page, site, "intake")
    page.click("a[data-confirm]")
    assert page.locator("dialog[open]").count() == 1
    assert violations(page) == []
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    assert page.evaluate("document.activeElement.hasAttribute('data-confirm')")
    page.click("a[data-confirm]")
    page.click("dialog [data-close]")
    assert page.locator("dialog[open]").count() == 0
    assert page.url.endswith("/intake?lang=zh")


def test_showing_a_masked_value_needs_a_reason_and_escape_gives_the_focus_back(
    page: Page, site: SimpleNamespace
) -> None:
    opened(page, site, "person")
    page.click("details.reveal > summary")
    page.click(".reveal-form button")
    assert page.url.endswith("/person?lang=zh"), "nothing is sent without a reason"
    page.keyboard.press("Escape")
    assert not page.locator(".reveal-form").first.is_visible()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_a_file_is_chosen_by_dropping_it(page: Page, site: SimpleNamespace) -> None:
    opened(page, site, "intake")
    drop = """() => { const data = new DataTransfer(); data.items.add(new File(["x"], "名册.csv"));
      document.querySelector(".file-drop-area").dispatchEvent(
        new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
      return document.querySelector('input[type="file"]').files[0].name; }"""
    assert page.evaluate(drop) == "名册.csv"
    assert page.locator("[data-file-drop-text]").is_visible()


def test_progress_asks_until_the_work_is_done(page: Page, site: SimpleNamespace) -> None:
    opened(page, site, "intake")
    page.wait_for_selector("#progress:not([hx-get])", timeout=15_000)
    assert "已完成" in page.locator("#progress").text_content()
    assert page.locator("#progress").count() == 1


def test_a_second_click_sends_nothing(page: Page, site: SimpleNamespace) -> None:
    opened(page, site, "signin")
    page.evaluate("""() => { const form = document.querySelector("main form"); form.action = "/slow";
      const press = () => form.querySelector("button").click(); press(); press(); press(); }""")
    page.wait_for_url("**/slow")
    assert len([text for text in site.posted if "login=" in text]) == 1


def test_on_paper_there_is_no_menu_and_a_table_is_a_table(page: Page, site: SimpleNamespace) -> None:
    page.set_viewport_size({"width": 690, "height": 900})
    opened(page, site, "worklist")
    page.emulate_media(media="print")
    for hidden in (".menu", ".number-search", ".actions", ".pager", ".reveal"):
        assert not page.locator(hidden).first.is_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.data-table tbody tr')).display") == "table-row"
    for shown in (".foot .as-of", ".invented-stripe", ".filter-active", ".print-only"):
        assert page.locator(shown).first.is_visible()


@pytest.mark.req("EQ03")
def test_everything_works_where_no_script_runs(plain_context: BrowserContext, site: SimpleNamespace) -> None:
    page = plain_context.new_page()
    page.goto(f"{site.address}/person?lang=zh")
    assert page.locator(".menu a").first.is_visible()
    assert not page.locator(".menu-button").is_visible()
    assert page.locator("#bill table").is_visible()
    assert not page.locator("#bill .chart-area").is_visible()
    page.click("details.reveal > summary")
    page.select_option(".reveal-form select", "contact")
    page.click(".reveal-form button")
    assert "reason=contact" in site.posted[-1]
    page.goto(f"{site.address}/intake?lang=zh")
    assert page.locator("noscript a").is_visible()
    assert not page.locator("[data-file-drop-text]").is_visible()
    page.click("a[data-confirm]")
    page.wait_for_url("**/confirm")
    page.fill("textarea", "导错了月份")
    page.click("button.btn-danger")
    assert "reason=" in site.posted[-1]
    page.goto(f"{site.address}/worklist?lang=zh")
    page.fill("#number-search", "990121196804121224")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search")
    assert "990121196804121224" not in page.url
    assert "number=990121196804121224" in site.posted[-1]
