"""Takes pictures of a report's pages: ``screenshots.py REPORT OUT``. Uses the system's Chromium, no network."""

from __future__ import annotations

import sys
from pathlib import Path
from shutil import which

from playwright.sync_api import Browser, sync_playwright

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip
WIDTHS = {"desk": (1280, 900), "phone": (390, 844)}
TALLEST = 9000
"""A long list is pictured down to here, in pixels."""
PERSONS = 2
"""How many persons are pictured: those with most at stake."""


def pictured(report: Path) -> list[Path]:
    """Every page of the report, but of the persons' only the first few in each language."""
    return [*sorted(report.glob("*.html")), *sorted((report / "persons").glob("*.html"))[: 2 * PERSONS]]


def take(browser: Browser, page: Path, out: Path) -> None:
    """One page at every width, and the first sheet as it would be printed."""
    for name, (width, height) in WIDTHS.items():
        view = browser.new_page(viewport={"width": width, "height": height})
        view.goto(page.resolve().as_uri())
        tall = min(view.evaluate("document.documentElement.scrollHeight"), TALLEST)
        clip = {"x": 0, "y": 0, "width": width, "height": max(tall, height)}
        view.screenshot(path=out / f"{page.stem}.{name}.png", full_page=True, clip=clip)
        view.close()
    view = browser.new_page()
    view.goto(page.resolve().as_uri())
    view.pdf(path=out / f"{page.stem}.pdf", format="A4", print_background=True, page_ranges="1")
    view.close()


def main(report: Path, out: Path) -> int:
    """Take all pictures; say how many and where."""
    out.mkdir(parents=True, exist_ok=True)
    pages = pictured(report)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=which("chromium"), args=list(FLAGS))
        for page in pages:
            take(browser, page, out)
        browser.close()
    print(f"screenshots: {len(pages)} pages at {len(WIDTHS)} widths and as printed, in {out}")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
