"""Every text on a screen has its English; every entry of a catalogue is still used.

A text is what stands in ``_("…")`` in a room's Python or templates; its catalogue is the room's ``.po``.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from functools import cache
from io import BytesIO
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from house.tree import SOURCE, at, files, modules, room, tree_of

CATALOGUES = SOURCE / "locale" / "en" / "LC_MESSAGES"
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
TEMPLATES = ("src/tuodi/**/templates/*", "src/tuodi/**/templates/**/*")
HAN = re.compile(r"[\u4e00-\u9fff]")


@cache
def texts() -> dict[str, dict[str, str]]:
    """For each room its texts, with the first place where each stands."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for path in (*modules(), *files(*TEMPLATES)):
        method = "python" if path.suffix == ".py" else babel_extract
        for line, message, _, _ in extract(method, BytesIO(path.read_bytes()), KEYWORDS, options={"encoding": "utf-8"}):
            for text in message if isinstance(message, tuple) else (message,):
                if text:
                    found[room(path)].setdefault(text, at(path, line))
    return dict(found)


@cache
def catalogue(domain: str) -> Catalog:
    path = CATALOGUES / f"{domain}.po"
    return read_po(BytesIO(path.read_bytes()), locale="en") if path.is_file() else Catalog(locale="en")


def domains() -> list[str]:
    return sorted({path.stem for path in files("src/tuodi/locale/en/LC_MESSAGES/*.po")} | texts().keys())


def entries(domain: str) -> list[Message]:
    return [message for message in catalogue(domain) if message.id]


@cache
def literals(domain: str) -> frozenset[str]:
    """Every string constant of a room: a text may be kept in a table and looked up by a variable."""
    return frozenset(
        node.value
        for path in modules(domain)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def in_data(domain: str, text: str) -> bool:
    """Whether a data file beside the room's modules holds the text."""
    folder = SOURCE / domain
    return any(text in path.read_text("utf-8") for path in folder.rglob("*.y*ml")) if folder.is_dir() else False


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("domain", domains())
def test_every_text_has_its_english(domain: str) -> None:
    english = {message.id: message.string for message in entries(domain)}
    missing = [f"{where}: {text}" for text, where in texts().get(domain, {}).items() if not english.get(text)]
    assert not missing, f"without English in {CATALOGUES.name}/{domain}.po:\n" + "\n".join(missing)


@pytest.mark.parametrize("domain", domains())
def test_no_entry_is_unused_fuzzy_or_empty(domain: str) -> None:
    used = texts().get(domain, {}).keys() | literals(domain)
    unused = [m.id for m in entries(domain) if m.id not in used and not in_data(domain, str(m.id))]
    unfinished = [m.id for m in entries(domain) if m.fuzzy or not m.string]
    assert not unused, f"{domain}.po holds texts that no screen shows"
    assert not unfinished, f"{domain}.po holds entries that are fuzzy or empty"
    assert not catalogue(domain).obsolete, f"{domain}.po keeps obsolete entries"


@pytest.mark.parametrize("domain", domains())
def test_english_keeps_the_fields_and_is_english(domain: str) -> None:
    wrong = [m.id for m in entries(domain) if fields(str(m.id)) != fields(str(m.string))]
    same = [m.id for m in entries(domain) if m.id == m.string and HAN.search(str(m.id))]
    assert not wrong, f"{domain}.po: {{fields}} of text and translation differ"
    assert not same, f"{domain}.po: the translation is the Chinese text"


def test_catalogues_belong_to_rooms() -> None:
    rooms = {room(path) for path in modules()}
    assert {path.stem for path in files("src/tuodi/locale/en/LC_MESSAGES/*.po")} <= rooms


def test_no_text_is_put_together_before_it_is_looked_up() -> None:
    """``_(f"…")`` and ``_("…" + x)`` can never be found in a catalogue."""
    wrong = [
        at(path, node.lineno)
        for path in modules()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "_"
        and node.args
        and isinstance(node.args[0], (ast.JoinedStr, ast.BinOp))
    ]
    assert not wrong
