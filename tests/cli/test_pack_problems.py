"""What is wrong with a pack, in Chinese."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli.material import tuodi
from tuodi.cli.pack_problems import _said, _sentences, problem_words
from tuodi.errors import Problem
from tuodi.law import check_pack

BAD = Path(__file__).parents[1] / "law" / "bad"
HAN = re.compile(r"[\u4e00-\u9fff]")


def test_a_problem_in_chinese_and_in_english() -> None:
    problem = Problem(
        "pack.yaml",
        7,
        "layers.assistance.rate",
        "the rate 0.6",
        "a percentage such as 70% or 62.5%; 0.6 is written 60%",
    )
    assert problem_words(problem, "zh") == (
        "pack.yaml:7 layers.assistance.rate: 比例 0.6 写得不对 — 写成 70%、62.5% 这样；0.6 写成 60%"
    )
    assert problem_words(problem, "en") == str(problem)


def test_a_sentence_without_chinese_stays() -> None:
    assert _said("something new") == "something new"


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("the class 'dibo'", "没有类别 'dibo'"),
        ("one of: full, dibao; did you mean 'dibao'?", "可用：full, dibao；是不是 'dibao'？"),
        ("one of: full, dibao", "可用：full, dibao"),
        (
            "gap: no row gives a value for bracket: 3 (1 combinations in all)",
            "有空缺：bracket: 3 没有一行管到（共 1 种组合）",
        ),
        ("the key 'x' a second time", "键 'x' 重复"),
        (
            "the amount 10,000 yuan without quotes: inside { } and [ ] its comma begins the next entry",
            "金额 10,000 yuan 没有加引号：在 { } 和 [ ] 里，逗号会把它切成两项",
        ),
    ],
)
def test_sentences(english: str, chinese: str) -> None:
    assert _said(english) == chinese


def test_most_of_what_can_be_wrong_has_its_chinese() -> None:
    """Of all the ways to get a pack wrong, at most one in ten is told in English."""
    found = [problem.found for path in sorted(BAD.glob("*.yaml")) for problem in check_pack(path)]
    english = sorted({sentence for sentence in found if not HAN.search(_said(sentence))})
    assert len(english) * 10 <= len(set(found)), english


def test_every_sentence_keeps_its_words() -> None:
    for pattern, chinese in _sentences():
        assert set(re.findall(r"\{(\w)\}", chinese)) <= set(pattern.groupindex)


def test_the_screen_says_it_in_its_language() -> None:
    path = BAD / "rate_as_decimal.yaml"
    assert "比例 0.6 写得不对 — 写成 70%、62.5% 这样" in tuodi("packs", "check", path).out
    assert "the rate 0.6 — a percentage such as 70%" in tuodi("packs", "check", path, "--lang", "en").out
    assert "没有规则包 'cn/321300/2042'" in tuodi("packs", "show", "cn/321300/2042").err
