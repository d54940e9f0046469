"""What the tests of pages share: the bundled assets, a served gallery, Chromium."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bureau.web.browser import FLAGS
from bureau.web.drawn import served

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def assets() -> Path:
    """The folder of bundles, made when it is not there."""
    subprocess.run([ROOT / "scripts/assets"], check=True, capture_output=True, timeout=300)
    return ROOT / "src/tuodi/platform/web/static/vendor"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=which("chromium"), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(assets: Path) -> Iterator[SimpleNamespace]:
    assert assets
    with served() as site:
        yield site


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page at a desk; the policy, an error or a warning that reaches the console fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    assert not said


@pytest.fixture
def plain_context(browser: Browser) -> Iterator[BrowserContext]:
    """A phone on which no script runs."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    yield context
    context.close()
