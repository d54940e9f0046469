"""A file of answers: what was typed so far, so that a person may stop and go on, or hand in everything at once.

Enters: a YAML file of key → what was typed. Leaves: the same, in the order of the questions, each with its question as
a comment. Imports ``tuodi.errors`` and this room.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import yaml

from tuodi.authoring.asking import kept, repeated
from tuodi.authoring.interview import walk
from tuodi.errors import FileError

__all__ = ["answers_text", "read_answers", "write_answers"]

HEAD = (
    "# tuodi packs new 的回答：每行一个问题，冒号后面是回答，# 后面是问题和程序的理解。\n"
    "# 可以直接改，再运行一次同样的命令；不知道的写 ?，也可以写明原因，如：? 附件没有读到\n"
)


def read_answers(path: Path) -> dict[str, str]:
    """The answers of a file, as they were typed; none where there is no file. Raises ``FileError``."""
    if not path.exists():
        return {}
    try:
        found = yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise FileError(f"{path.name}: not readable as a file of answers: {error}") from error
    if found is None:
        return {}
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise FileError(f"{path.name}: a file of answers holds one line a question, like  place: 云溪县")
    return {str(key): value for key, value in found.items()}


def answers_text(answers: Mapping[str, str], lang: str = "zh") -> str:
    """The file as it is written: answers in the order of their questions, those without a question at the end."""
    gone = walk(answers, lang)
    lines, part = [HEAD.rstrip("\n")], ""
    for asked, answer in gone.asked:
        if asked.part != part:
            part = asked.part
            lines += ["", f"# {part}"]
        understood = repeated(asked, answer)
        said = f"# {asked.ask}" + (f" → {understood}" if understood else "")
        lines.append(f"{_line(asked.id, kept(asked, answer, answers[asked.id]))}   {said}")
    rest = [key for key in answers if key not in {asked.id for asked, _answer in gone.asked}]
    if rest:
        lines += ["", "# 还没有用到的回答"]
        lines += [_line(key, answers[key]) for key in rest]
    return "\n".join(lines) + "\n"


def _line(key: str, typed: str) -> str:
    return f"{key}: {json.dumps(typed, ensure_ascii=False)}"


def write_answers(path: Path, answers: Mapping[str, str], lang: str = "zh") -> None:
    """Write the file anew, in one step: a person who stops never finds half of it."""
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(answers_text(answers, lang), "utf-8")
    draft.replace(path)
