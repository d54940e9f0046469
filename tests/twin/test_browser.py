"""Both pages in a real browser: every width, contrast, one chart at a time, keyboard, languages, print."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from report.test_browser import CONTRAST, FLAGS, UNNAMED
from twin.conftest import Pages

pytestmark = pytest.mark.browser

WIDTHS = (320, 390, 640, 768, 880, 940, 1024, 1280)
NAMES = ("change", "cliff")


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


def opened(page: Page, pages: Pages, name: str, lang: str = "") -> Page:
    folder: Path = getattr(pages, name)
    page.goto((folder / f"index{lang}.html").as_uri())
    return page


@pytest.mark.parametrize("lang", ["", ".en"])
@pytest.mark.parametrize("name", NAMES)
def test_a_page_fits_every_width_and_shows_each_chart_once(page: Page, pages: Pages, name: str, lang: str) -> None:
    """320 px is a desk screen at 400 %, 640 px at 200 %, 390 px a phone. Words in a chart keep their size."""
    opened(page, pages, name, lang)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} at {width}: {wide} px too wide"
        shown = page.locator(".chart:visible")
        assert shown.count() == (1 if name == "change" else 2)
        small = page.evaluate(
            """() => [...document.querySelectorAll(".chart")].filter(c => c.checkVisibility()).map(c => {
              const svg = c.querySelector("svg");
              return svg.getBoundingClientRect().width / svg.viewBox.baseVal.width; })"""
        )
        assert min(small) >= 0.8, f"{name} at {width}: the words of a chart shrink to {min(small):.2f}"
        if width in (390, 1280):
            assert page.evaluate(CONTRAST) == []
    assert page.evaluate(UNNAMED) == []


OVERLAP = """() => [...document.querySelectorAll(".chart")].filter(c => c.checkVisibility()).flatMap(c => {
  const boxes = [...c.querySelectorAll("text")].map(t => [t.textContent, t.getBoundingClientRect()]);
  const found = [];
  for (let i = 0; i < boxes.length; i++) for (let j = i + 1; j < boxes.length; j++) {
    const [a, b] = [boxes[i][1], boxes[j][1]];
    const x = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    const turned = c.querySelector("text[transform]");
    if (x > 2 && y > 6 && !turned) found.push(`${boxes[i][0]} / ${boxes[j][0]}`);
  }
  return found; })"""


@pytest.mark.parametrize("width", [390, 768, 1280])
@pytest.mark.parametrize("name", NAMES)
def test_no_words_of_a_chart_lie_over_others(page: Page, pages: Pages, name: str, width: int) -> None:
    opened(page, pages, name)
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate(OVERLAP) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_language_switches_and_the_keyboard_reaches_the_parts(page: Page, pages: Pages, name: str) -> None:
    opened(page, pages, name)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    for link in page.locator("nav a").all():
        target = link.get_attribute("href")
        assert target
        assert page.locator(target).count() == 1
    page.get_by_role("link", name="English").click()
    assert page.get_attribute("html", "lang") == "en"
    assert not re.search(r"[\u4e00-\u9fff]", page.locator("nav").inner_text())
    page.get_by_role("link", name="中文").click()
    assert page.get_attribute("html", "lang") == "zh-CN"


@pytest.mark.parametrize("name", NAMES)
def test_on_paper_the_large_chart_stands_alone(page: Page, pages: Pages, name: str) -> None:
    opened(page, pages, name)
    page.set_viewport_size({"width": 390, "height": 800})
    page.emulate_media(media="print")
    assert page.locator(".chart.wide:visible").count() == (1 if name == "change" else 2)
    assert page.locator(".chart.small:visible").count() == 0
    assert page.locator(".switch:visible").count() == 0


@pytest.mark.req("NI14")
def test_the_steps_of_the_picture_are_numbered_as_those_below(page: Page, pages: Pages) -> None:
    opened(page, pages, "cliff")
    numbers = [step.text_content() for step in page.locator("ol.stairs .no").all()]
    assert numbers == [str(n) for n in range(1, len(pages.picture.steps) + 1)]
    badges = page.locator(".chart:visible").first.locator(".badge text")
    drawn = [badge.text_content() for badge in badges.all()]
    known = [str(n) for n, step in enumerate(pages.picture.steps, 1) if step.last is not None]
    assert [one for one in drawn if one in known] == known
