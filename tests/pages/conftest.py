"""The site of every pack there is, written once for all tests of this folder."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tuodi.law import Pack, ShownPack, find_packs, read_pack, show_pack
from tuodi.site import Site, write_site

__all__ = ["Page", "Written", "pack", "shown"]


@cache
def pack(pack_id: str) -> Pack:
    """A pack, read once."""
    return read_pack(pack_id)


@cache
def shown(pack_id: str, lang: str) -> ShownPack:
    """A pack in words, told once."""
    return show_pack(pack(pack_id), lang)


class Page(HTMLParser):
    """What a test asks of a page: its text, its links, its anchors, and what it would load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.raw = text
        self.links: list[str] = []
        self.ids: list[str] = []
        self.loads: list[str] = []
        self._words: list[str] = []
        self._mute = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self._mute += tag in ("style", "script")
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag == "a":
            self.links.append(str(found.get("href")))
        for name in ("src", "srcset", "action", "data"):
            if found.get(name):
                self.loads.append(str(found[name]))
        if tag == "link" and found.get("rel") != "alternate":
            self.loads.append(str(found.get("href")))

    def handle_endtag(self, tag: str) -> None:
        self._mute -= tag in ("style", "script")

    def handle_data(self, data: str) -> None:
        if not self._mute:
            self._words.append(data)

    @property
    def words(self) -> str:
        """The text that a reader sees, spaces as one."""
        return " ".join("".join(self._words).split())


@dataclass(frozen=True)
class Written:
    """A written site."""

    folder: Path
    site: Site

    def page(self, name: str) -> Page:
        """One page of it."""
        return Page((self.folder / name).read_text("utf-8"))

    def of(self, pack_id: str, lang: str = "zh") -> Page:
        """The page of one pack."""
        return self.page(pack_id.replace("/", "-") + (".html" if lang == "zh" else f".{lang}.html"))


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("site")
    return Written(folder, write_site(folder, find_packs()))
