"""Links in the documents lead somewhere: files exist, and so do the headings that they point at."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

from house.tree import ROOT, at, files

LINK = re.compile(r"\[(?:[^\]\[]|\[[^\]]*\])*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
FENCE = re.compile(r"^(```|~~~).*?^\1\s*$", re.MULTILINE | re.DOTALL)
DOCUMENTS = files("*.md")


def prose(text: str) -> str:
    """A document with its code taken out, line numbers kept."""
    text = FENCE.sub(lambda block: "\n" * block[0].count("\n"), text)
    return re.sub(r"`[^`\n]*`", "``", text)


@cache
def anchors(text: str) -> frozenset[str]:
    """The anchors of a document's headings, made as GitHub makes them, and explicit ones."""
    seen: Counter[str] = Counter()
    found = set(re.findall(r"<a (?:id|name)=\"([^\"]+)\"", text))
    for heading in re.findall(r"^#{1,6}\s+(.*?)\s*#*$", FENCE.sub("", text), re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
        slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return frozenset(found)


def broken(text: str, page: Path) -> list[str]:
    """Every relative link of ``text`` that leads nowhere when it stands in ``page``; line and target."""
    wrong = []
    for number, line in enumerate(prose(text).splitlines(), 1):
        for target in LINK.findall(line):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, anchor = unquote(target).partition("#")
            file = (page.parent / name).resolve() if name else page
            if not file.exists() or not file.is_relative_to(ROOT):
                wrong.append(f"{number}: {target}: no such file")
            elif anchor and file.suffix == ".md" and anchor not in anchors(text if file == page else _read(file)):
                wrong.append(f"{number}: {target}: no such heading")
    return wrong


@cache
def _read(path: Path) -> str:
    return path.read_text("utf-8")


@pytest.mark.parametrize("path", DOCUMENTS, ids=at)
def test_links_lead_somewhere(path: Path) -> None:
    assert not broken(_read(path), path)


def test_headings_become_anchors() -> None:
    text = "# 中文 标题\n## A `b`\n## A b\n```sh\n# no heading\n```\n"
    assert anchors(text) == {"中文-标题", "a-b", "a-b-1"}


def test_a_broken_link_is_found() -> None:
    page = ROOT / "CONTRIBUTING.md"
    text = "# x\n[no](gone.md) [no](#y)\n[yes](#x) [yes](LICENSE) `[code](gone.md)`\n[out](../..)\n"
    assert broken(text, page) == [
        "2: gone.md: no such file",
        "2: #y: no such heading",
        "4: ../..: no such file",
    ]
