"""Pictures of the gallery: python tests/bureau/web/pictures.py FOLDER, both languages, desk, tablet, phone, 200 %."""

from __future__ import annotations

import sys
from pathlib import Path
from shutil import which

sys.path.insert(0, str(Path(__file__).parents[2]))

from playwright.sync_api import sync_playwright

from bureau.web.browser import FLAGS, too_wide, violations
from bureau.web.drawn import LANGUAGES, PAGES, served

SIZES = {"1280": (1280, 900, 1), "768": (768, 1000, 1), "360": (360, 740, 2), "200": (640, 450, 2)}


def main(folder: Path, wanted: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with served() as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=which("chromium"), args=FLAGS)
        for name, (width, height, scale) in SIZES.items():
            context = browser.new_context(viewport={"width": width, "height": height}, device_scale_factor=scale)
            page = context.new_page()
            page.on("console", lambda message: print("  console:", message.text))
            for lang in LANGUAGES:
                for one in wanted or PAGES:
                    page.goto(f"{site.address}/{one}?lang={lang}", wait_until="networkidle")
                    page.screenshot(path=folder / f"{one}-{lang}-{name}.png", full_page=True)
                    wide, found = too_wide(page), violations(page)
                    if wide > 0 or found:
                        print(one, lang, name, f"{wide} px too wide" if wide > 0 else "", *found, sep="\n  ")
            context.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
