"""Takes pictures of a report and of the platform as each role sees it: ``screenshots.py REPORT OUT [ADDRESS]``.

Uses the system's Chromium and no network. ADDRESS is that of the demo, whose logins it knows."""

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


LANGUAGES = ("zh", "en")
DESKS = {
    "officer": ("", "search/", "people/5/", "people/5/settlements/", "people/5/identity/", "people/5/record/",
        "worklists/", "worklists/late_flag/", "files/", "files/1/", "files/upload/", "files/quality/",
        "files/sources/civil_affairs_monthly/", "audits/", "audits/1/"),
    "reviewer": ("", "reviews/", "packages/"),
    "civil": ("", "worklists/", "files/"),
    "town": ("", "worklists/"),
    "charity": ("", "files/"),
    "desk": ("",),
    "admin": ("", "accounts/", "grants/", "places/"),
    "auditor": ("", "trail/"),
}  # fmt: skip
"""User of the demo → the pages that are pictured."""


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


def platform(browser: Browser, address: str, out: Path) -> int:
    """The platform's pages, as each role of the demo sees them; how many pictures."""
    from tuodi.platform.demo import PASSWORD

    taken = 0
    for user, paths in DESKS.items():
        for lang in LANGUAGES:
            for name, (width, height) in WIDTHS.items():
                context = browser.new_context(viewport={"width": width, "height": height})
                context.add_cookies([{"name": "lang", "value": lang, "url": address}])
                view = context.new_page()
                view.goto(f"{address}account/login/")
                view.fill("input[name=login]", user)
                view.fill("input[name=password]", PASSWORD)
                view.click("main button[type=submit]")
                view.wait_for_url(address)
                for path in paths:
                    view.goto(address + path)
                    view.wait_for_timeout(300)  # charts draw themselves
                    page = path.strip("/").replace("/", "-") or "start"
                    view.screenshot(path=out / f"platform-{user}-{page}.{lang}.{name}.png", full_page=True)
                    taken += 1
                context.close()
    return taken


def main(report: Path, out: Path, address: str = "") -> int:
    """Take all pictures; say how many and where."""
    out.mkdir(parents=True, exist_ok=True)
    pages = pictured(report)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=which("chromium"), args=list(FLAGS))
        for page in pages:
            take(browser, page, out)
        if address:
            print(f"screenshots: {platform(browser, address, out)} pictures of the platform, in {out}")
        browser.close()
    print(f"screenshots: {len(pages)} pages at {len(WIDTHS)} widths and as printed, in {out}")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:]))
