"""No committed file names a machine, a registry or how it came to be written; the lock holds hashes only."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

import pytest

from house.tree import ROOT, at, files

# A letter in brackets keeps each pattern from finding itself, so that this file needs no exception.
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:[w]ork|[r]oot|[f]arm|[h]ome/[a-z]+)/")
REGISTRIES = re.compile(
    r"[p]ypi\.org|[p]ythonhosted\.org|registry\.[n]pmjs|[n]pmmirror\.|[d]eb\.debian\.org|[a]rchive\.ubuntu\.com"
    r"|conda\.[a]naconda\.org|[c]rates\.io|mirrors\.[a-z]+\.(?:edu\.cn|com)"
)
AUTHORSHIP = re.compile(
    r"\b(?:[a]gents?|sub[a]gents?|[L]LM|[c]laude|[a]nthropic|[c]hatgpt|[o]penai|[c]opilot"
    r"|(?:this|my|our|next) [s]ession|a [h]elper (?:said|wrote))\b",
    re.IGNORECASE,
)

RULES = {
    "a path of one machine": MACHINE_PATHS,
    "the host of a registry": REGISTRIES,
    "a word on authorship": AUTHORSHIP,
}
BINARY = {".xlsx", ".xls", ".parquet", ".png", ".jpg", ".zip", ".woff2"}


def _lines() -> Iterator[tuple[str, str]]:
    for path in files():
        if path.suffix not in BINARY:
            for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1):
                yield at(path, number), line


@pytest.mark.parametrize("rule", RULES)
def test_no_file_holds(rule: str) -> None:
    found = [f"{where}: {line.strip()[:120]}" for where, line in _lines() if RULES[rule].search(line)]
    assert not found, f"{rule} stands in:\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("a path of one machine", "see /ro" + "ot/x"),
        ("a path of one machine", "open('/ho" + "me/li/data')"),
        ("the host of a registry", "https://pypi." + "org/simple"),
        ("a word on authorship", "the next ses" + "sion will do it"),
    ],
)
def test_the_rules_can_fail(rule: str, text: str) -> None:
    assert RULES[rule].search(text)


def test_a_relative_path_is_no_machine_path() -> None:
    assert not MACHINE_PATHS.search("out/home/index.html and docs/work/x")


@pytest.mark.parametrize("lock", sorted(path.name for path in ROOT.glob("requirements*.lock")))
def test_every_locked_requirement_has_a_hash_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    assert "://" not in text
    entries = re.split(r"\n(?=\S)", text.replace("\\\n", " ").strip())
    bare = [entry.split()[0] for entry in entries if not entry.startswith("#") and "--hash=sha256:" not in entry]
    unpinned = [entry.split()[0] for entry in entries if not entry.startswith("#") and "==" not in entry.split()[0]]
    assert not bare
    assert not unpinned


def _name(requirement: str) -> str:
    return re.split(r"[\s<>=!~;\[]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def direct_dependencies() -> set[str]:
    """What pyproject.toml asks for by name, to run, to develop and to build."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    for extra in project["project"].get("optional-dependencies", {}).values():
        wanted += extra
    for group in project.get("dependency-groups", {}).values():
        wanted += group
    return {_name(item) for item in wanted}


def test_the_lock_holds_every_direct_dependency() -> None:
    lines = [line for path in ROOT.glob("requirements*.lock") for line in path.read_text("utf-8").splitlines()]
    locked = {_name(line) for line in lines if line[:1].isalnum()}
    assert direct_dependencies() - locked == set()


def test_decision_0002_gives_licence_and_reason_of_every_direct_dependency() -> None:
    text = (ROOT / "docs/decisions/0002-bar-for-dependencies.md").read_text("utf-8")
    rows = {
        cells[1].strip(" `").lower(): cells[2:4]
        for cells in (line.split("|") for line in text.splitlines())
        if len(cells) > 4
    }
    assert direct_dependencies() - rows.keys() == set()
    assert all(cell.strip() for name in direct_dependencies() for cell in rows[name])
