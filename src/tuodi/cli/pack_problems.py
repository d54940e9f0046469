"""What is wrong with a pack, in the language of the screen.

Enters: problems as the library found them, in English. Leaves: lines; in Chinese by the sentences of
``pack_problems.yaml``, and in English where that has none. Imports ``tuodi.errors`` and PyYAML.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import yaml

from tuodi.errors import Problem

__all__ = ["problem_words"]

_FIELD = re.compile(r"\\\{(\w)\\\}")


def problem_words(problem: Problem, lang: str) -> str:
    """One line: where, what was found, what would be right."""
    if lang != "zh":
        return str(problem)
    said = Problem(problem.file, problem.line, problem.path, _said(problem.found), _said(problem.expected))
    return str(said)


def _said(sentence: str) -> str:
    """The Chinese of an English sentence, or the sentence itself."""
    for pattern, chinese in _sentences():
        match = pattern.fullmatch(sentence)
        if match:
            for name, words in match.groupdict().items():
                chinese = chinese.replace(f"{{{name}}}", words)
            return chinese
    return sentence


@cache
def _sentences() -> tuple[tuple[re.Pattern[str], str], ...]:
    text = files("tuodi.cli").joinpath("pack_problems.yaml").read_text("utf-8")
    return tuple((_pattern(english), chinese) for english, chinese in yaml.safe_load(text))


def _pattern(english: str) -> re.Pattern[str]:
    """``{a}`` is any words, everything else stands for itself."""
    return re.compile(_FIELD.sub(r"(?P<\1>.+?)", re.escape(english)), re.DOTALL)
