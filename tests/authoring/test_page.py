"""The page of a trial in a browser: width, contrast, keyboard, languages, print, nothing from outside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest
from playwright.sync_api import Browser, sync_playwright

from authoring.ten import PACK, claims_of, list_of, paid
from report.test_browser import CONTRAST, FLAGS, UNNAMED
from tuodi.authoring.trial import try_pack
from tuodi.authoring.trial_page import write_trial
from tuodi.settlement import load_law

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=which("chromium"), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = paid(tmp_path_factory.mktemp("oracle"))
    rows = [row | ({"paid_assistance": None} if row["person_id"] == "P01" else {}) for row in rows]
    out = tmp_path_factory.mktemp("page")
    write_trial(
        try_pack(load_law(PACK), claims_of(rows), list_of()), out, lang="zh", read=["结算明细.csv"], set_aside=2
    )
    return out


@pytest.mark.parametrize("name", ["index.html", "index.en.html"])
@pytest.mark.parametrize("width", [360, 640, 1280])
def test_it_fits_and_can_be_read(browser: Browser, folder: Path, name: str, width: int) -> None:
    asked: list[str] = []
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.on("request", lambda request: asked.append(request.url))
    page.goto((folder / name).as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate(UNNAMED) == []
    assert all(url.startswith(("file:", "data:")) for url in asked)
    page.close()


def test_keyboard_and_the_other_language(browser: Browser, folder: Path) -> None:
    page = browser.new_page()
    page.goto((folder / "index.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.get_by_role("link", name="English").press("Enter")
    page.wait_for_url("**/index.en.html")
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("link", name="样例戊 P05").click()
    assert page.url.endswith("#case-1")
    page.close()


def test_each_difference_is_printed_on_a_sheet_of_its_own(browser: Browser, folder: Path) -> None:
    page = browser.new_page()
    page.goto((folder / "index.html").as_uri())
    page.emulate_media(media="print")
    assert page.locator("section.case").count() == 2
    assert page.locator("section.case").first.evaluate("e => getComputedStyle(e).breakBefore") == "page"
    assert not page.locator(".bar-top nav").is_visible()
    page.close()
