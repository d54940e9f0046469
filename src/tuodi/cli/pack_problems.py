"""What is wrong with a pack, in the language of the screen."""

from __future__ import annotations

from tuodi.errors import Problem

__all__ = ["problem_words"]


def problem_words(problem: Problem, lang: str) -> str:
    """One line: where, what was found, what would be right."""
    return str(problem)
