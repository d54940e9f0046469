"""The site in a real browser: width, zoom, contrast, names, keyboard, two places, print, nothing from outside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from shutil import which

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from pages.conftest import Written
from report.test_browser import CONTRAST, FLAGS, UNNAMED

pytestmark = pytest.mark.browser

PAGES = [
    f"{name}{lang}.html"
    for name in (
        "index",
        "differences",
        "register",
        "examples",
        "cn-500000-w1-2023",
        "cn-110000-2023",
        "zz-000000-2024",
    )
    for lang in ("", ".en")
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=which("chromium"), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that must say nothing on its console and ask for nothing but files."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.append(request.url) if not re.match(r"file:|data:", request.url) else None)
    yield page
    page.close()
    assert not said


def opened(page: Page, written: Written, name: str, anchor: str = "") -> Page:
    page.goto((written.folder / name).as_uri() + anchor)
    return page


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_every_width_stands_out_and_names_its_controls(page: Page, written: Written, name: str) -> None:
    """320 px is a desk screen at 400 %, 640 px at 200 %, 360 px a phone."""
    opened(page, written, name)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    for width in (320, 360, 640, 1000, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} at {width}: {wide} px too wide"
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate(UNNAMED) == []


def test_two_places_beside_each_other(page: Page, written: Written) -> None:
    opened(page, written, "differences.html")
    page.get_by_label("第 1 个地方").select_option("cn/500112/2023")
    page.get_by_label("第 2 个地方").select_option("cn/321300/2024")
    shown = page.locator("li[data-id]:visible").evaluate_all(
        "all => [...new Set(all.map(one => one.dataset.id))].sort()"
    )
    assert shown == ["cn/321300/2024", "cn/500112/2023"]
    differ = page.locator(".question h2 .tag", has_text="两地不同").count()
    assert f"十四处中有 {differ} 处不同" in page.locator("#said").inner_text()
    assert 0 < differ < 14
    page.get_by_role("button", name="清除").click()
    assert page.locator("#said").inner_text() == ""
    assert page.locator("li[data-id]:visible").count() == page.locator("li[data-id]").count()


def test_the_keyboard_goes_from_the_skip_link_down_the_page(page: Page, written: Written) -> None:
    opened(page, written, "cn-321300-2024.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"
    places = []
    for _step in range(12):
        page.keyboard.press("Tab")
        places.append(page.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)"))
    assert places == sorted(places)
    page.locator("#layer-assistance summary").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector('#layer-assistance details').open")


def test_a_link_opens_what_it_leads_to(page: Page, written: Written) -> None:
    opened(page, written, "register.html", "#cn-321300-2024")
    assert page.evaluate("document.getElementById('cn-321300-2024').querySelector('details').open")


def test_what_is_printed_hides_nothing(page: Page, written: Written) -> None:
    opened(page, written, "cn-321300-2024.html")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator("details:not([open])").count() == 0
    assert page.locator(".toc").is_hidden()
    assert page.locator("#rules").is_visible()
    assert len(page.pdf(format="A4")) > 20_000
