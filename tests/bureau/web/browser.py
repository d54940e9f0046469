"""Chromium and axe-core for the tests of pages: what other tests of the platform take from here.

Leaves: :data:`FLAGS`, :func:`violations`, :func:`too_wide`. Needs frontend/node_modules (scripts/assets).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

__all__ = ["FLAGS", "too_wide", "violations"]

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
AXE = Path(__file__).parents[3] / "frontend/node_modules/axe-core/axe.min.js"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}


@cache
def _axe() -> str:
    assert AXE.is_file(), "frontend/node_modules is missing: run scripts/assets"
    return AXE.read_text("utf-8")


def violations(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.1 A and AA and good practice on the page as it stands: rule, element, why."""
    page.evaluate(_axe())
    found: list[dict[str, Any]] = page.evaluate("rules => axe.run(document, rules).then(r => r.violations)", RULES)
    return [
        f"{rule['id']}: {node['html'][:160]} | {node['failureSummary'].splitlines()[-1].strip()}"
        for rule in found
        for node in rule["nodes"]
    ]


def too_wide(page: Page) -> int:
    """By how many pixels the page is wider than its window; 0 or less is right."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
