"""The help is plain text that keeps to the width of the terminal, also where it is Chinese."""

from __future__ import annotations

import pytest

from cli.material import tuodi
from tuodi.cli.help import cells, wrapped


@pytest.mark.parametrize(("text", "wide"), [("abc", 3), ("托底", 4), ("（a）", 5), ("", 0)])
def test_a_chinese_character_takes_two_cells(text: str, wide: int) -> None:
    assert cells(text) == wide


def test_lines_break_between_characters_but_never_before_punctuation() -> None:
    assert list(wrapped("逐笔结算，核对", 8)) == ["逐笔结", "算，核对"]
    assert list(wrapped("一 / one bill", 8)) == ["一 / one", "bill"]
    assert list(wrapped("看（说明）", 5)) == ["看", "（说", "明）"]
    assert "".join(wrapped("按规则逐笔结算、核对、说明", 9)) == "按规则逐笔结算、核对、说明"


@pytest.mark.parametrize("width", [64, 80, 100])
def test_no_line_is_wider_than_the_terminal(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    for words in ((), ("packs",), ("settle",), ("estimate",)):
        said = tuodi(*words, "--help").out
        assert [line for line in said.splitlines() if cells(line) > width] == []


def test_the_listing_tells_the_whole_sentence_of_every_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    said = " ".join(tuodi("--help").out.split())
    assert "..." not in said.split("[ARGS]...")[1]
    assert "settle the year again after changes and list the differences." in said
