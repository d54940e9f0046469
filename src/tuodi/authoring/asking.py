"""One question of the interview: its words, and how what a person types is understood.

Enters: ``questions.yaml`` and what was typed. Leaves: :class:`Question`, typed answers, or
:class:`MisunderstoodError` with a sentence that says what would be right. A person may always answer 不知道 or ``?``.
Imports ``tuodi.law``, ``tuodi.money``, ``tuodi.vocabulary`` and ``tuodi.i18n``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from tuodi import vocabulary
from tuodi.i18n import LANGUAGES, translator
from tuodi.law.words import percent_words
from tuodi.money import FULL_RATE, parse_rate, parse_yuan, yuan

__all__ = [
    "CiteAnswer", "MisunderstoodError", "Question", "Share", "Unknown", "entries", "is_numbered", "kept", "question",
    "repeated", "understand",
]  # fmt: skip

NOT_KNOWN = re.compile(r"^(?:\?|？|不知道|不清楚|不详|unknown\b|don'?t know\b)[\s,，:：;；、。—-]*(?P<why>.*)$", re.I)
NOTHING = frozenset({"无", "没有", "不设", "不限", "不封顶", "不设限额", "none", "no", "-"})
CODE_SETS = ("identity", "setting", "place")
"""Code sets from which questions take their choices."""
FEW = 5
"""Choices that a sentence can name; of more it names the nearest."""
NUMBERED = re.compile(r"号|\bNo\b|\d{4}〕", re.I)
"""What makes a source a document with a number rather than a page."""


@dataclass(frozen=True)
class Unknown:
    """不知道, with the reason if one was given."""

    why: str


@dataclass(frozen=True)
class Share:
    """A share of the income that the pack refers to, in basis points."""

    rate: int


@dataclass(frozen=True)
class CiteAnswer:
    """The number of a document, from 1, and the article in it."""

    document: int
    article: str = ""


class MisunderstoodError(Exception):
    """What was typed is no answer; the message says what would be right."""


@dataclass(frozen=True)
class Question:
    """One question, ready to be shown. ``id`` is its key in a file of answers, ``name`` its entry; ``options``:
    code → word; ``words``: all words of a code, in any language."""

    id: str
    name: str
    kind: str
    part: str
    number: int
    ask: str
    means: str
    example: str
    unknown: str
    options: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    optional: bool = False
    income: bool = False
    documents: int = 0
    lang: str = "zh"


@cache
def entries() -> Mapping[str, Mapping[str, Any]]:
    """The entries of ``questions.yaml`` by name."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(
        files("tuodi.authoring").joinpath("questions.yaml").read_text("utf-8")
    )
    return found


def question(
    name: str,
    key: str,
    lang: str,
    *,
    options: Mapping[str, str] | None = None,
    only: Callable[[str], bool] = lambda code: True,
    income: bool = False,
    documents: int = 0,
    part: str = "",
    **words: str,
) -> Question:
    """The question ``name`` under ``key``. ``options`` replaces its choices, ``only`` leaves some of them out;
    ``income``: a share may be the answer; ``documents``: how many there are to cite."""
    entry = entries()[name]
    choices = {code: said[lang] for code, said in entry.get("choices", {}).items() if only(code)}
    shown = choices if options is None else options

    def said(what: str) -> str:
        return str(entry[what][lang]) if what in entry else ""

    return Question(
        id=key,
        name=name,
        kind=entry["kind"],
        part=part,
        number=entry.get("number", 0),
        ask=said("ask").format(**words),
        means=said("means"),
        example=said("example"),
        unknown=said("unknown"),
        options=shown,
        words={code: (word, *_other_words(entry, code)) for code, word in shown.items()},
        optional=entry.get("optional", False),
        income=income,
        documents=documents,
        lang=lang,
    )


def _other_words(entry: Mapping[str, Any], code: str) -> tuple[str, ...]:
    """A choice in every language: a file of answers may be read in another one than it was written in."""
    said = entry.get("choices", {}).get(code)
    if said:
        return tuple(said.values())
    sets = [name for name in CODE_SETS if code in vocabulary.codes(name)]
    return tuple(vocabulary.label(name, code, lang) for name in sets for lang in LANGUAGES)


def understand(asked: Question, typed: str) -> Any:
    """The typed answer. Raises :class:`MisunderstoodError`; an optional question may be left empty (None)."""
    _ = translator("authoring", asked.lang)
    text = unicodedata.normalize("NFKC", typed).strip()
    open_answer = NOT_KNOWN.match(text)
    if open_answer:
        if not asked.unknown:
            raise MisunderstoodError(_("这一问不能留作不知道，请填写。"))
        return Unknown(open_answer["why"].strip() or _("没有查到"))
    if not text:
        if asked.optional:
            return None
        raise MisunderstoodError(_("请填写；不知道就写 ?，想回到上一问写 b。") if asked.unknown else _("请填写。"))
    return typed.strip() if asked.kind in ("text", "document") else _KINDS[asked.kind](asked, text)


def is_numbered(text: str) -> bool:
    """Whether a source is a document with a number, not a page."""
    return NUMBERED.search(text) is not None


def _region(asked: Question, text: str) -> str:
    _ = translator("authoring", asked.lang)
    if not re.fullmatch(r"[0-9]{6}", text):
        raise MisunderstoodError(_("“{text}”不是六位数字，应写成 321300 这样。").format(text=text))
    return text


def _day(asked: Question, text: str) -> date:
    _ = translator("authoring", asked.lang)
    match = re.fullmatch(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", text)
    try:
        if match is None:
            raise ValueError
        return date(*map(int, match.groups()))
    except ValueError:
        raise MisunderstoodError(
            _("“{text}”不是日期，应写成 2024-01-31 或 2024年1月31日。").format(text=text)
        ) from None


def _months(asked: Question, text: str) -> int:
    _ = translator("authoring", asked.lang)
    plain = re.sub(r"\s*(?:个?月|months?)$", "", text)
    if plain in NOTHING:
        return 0
    if not re.fullmatch(r"\d{1,3}", plain):
        raise MisunderstoodError(_("“{text}”不是月数，应写成 6 这样的整数，没有写 0。").format(text=text))
    return int(plain)


def _amount(asked: Question, text: str) -> int:
    """Fen: ``3000``, ``3,000元``, ``1.5万``."""
    _ = translator("authoring", asked.lang)
    plain = re.sub(r"\s+", "", text).removeprefix("¥").removesuffix("yuan").removesuffix("元")
    tens = plain.endswith("万")
    try:
        fen = parse_yuan(plain.removesuffix("万"))
    except ValueError:
        raise MisunderstoodError(
            _("“{text}”不是金额，应写成 3000、3,000.50元 或 1.5万。").format(text=text)
            + (_("也可写 25%×收入。") if asked.income else "")
        ) from None
    if fen < 0:
        raise MisunderstoodError(_("金额不能小于 0。"))
    return fen * 10_000 if tens else fen


def _money(asked: Question, text: str) -> int | Share:
    _ = translator("authoring", asked.lang)
    plain = re.sub(r"\s+", "", text)
    if "%" in plain:
        rate = re.fullmatch(
            r"(?:上+年|income|人均可支配)*(?:收入)?的?(\d+(?:\.\d+)?%)(?:[×x*的]|of)?(?:上+年|人均|可支配|居民|年|城镇|农村)*(?:收入|income)?",
            plain,
            re.I,
        )
        if rate is None:
            raise MisunderstoodError(_("“{text}”看不懂，收入的百分比应写成 25%×收入。").format(text=text))
        if not asked.income:
            raise MisunderstoodError(_("第 2 问说没有用到收入口径；要写百分比，请回到第 2 问（b）选一个口径。"))
        return Share(parse_rate(rate[1]))
    return 0 if plain in NOTHING else _amount(asked, plain)


def _limit(asked: Question, text: str) -> int | Share | None:
    """None: no limit."""
    return None if re.sub(r"\s+", "", text) in NOTHING else _money(asked, text)


def _rate(asked: Question, text: str) -> int:
    _ = translator("authoring", asked.lang)
    try:
        rate = parse_rate(text if text.endswith("%") else f"{text}%")
    except ValueError:
        rate = -1
    fraction = not text.endswith("%") and 0 < rate < 100  # 0.7 is far more often 70 % than 0.7 %
    if fraction or not 0 <= rate <= FULL_RATE:
        raise MisunderstoodError(_("“{text}”不是 0 到 100% 之间的比例，应写成 70% 或 62.5%。").format(text=text))
    return rate


def _ends(asked: Question, text: str) -> tuple[int, ...]:
    _ = translator("authoring", asked.lang)
    if text in NOTHING or text in ("不分段", "0"):
        return ()
    found = tuple(_amount(asked, part) for part in re.split(r"[\s;、]+|,(?!\d{3}(?!\d))", text) if part)
    if not found or list(found) != sorted(set(found)) or found[0] <= 0:
        raise MisunderstoodError(_("分界应从小到大写，如 50000 100000。"))
    return found


def _choice(asked: Question, text: str) -> str:
    return _one(asked, text)


def _several(asked: Question, text: str) -> tuple[str, ...]:
    return _some(asked, text)


def _members(asked: Question, text: str) -> tuple[str, ...]:
    return _some(asked, text, added=True)


def _some(asked: Question, text: str, *, added: bool = False) -> tuple[str, ...]:
    """Numbers, codes or words, separated by spaces or commas; ``+name`` adds an identity of the place's own."""
    parts = [part for part in re.split(r"[\s,，、;；]+", text) if part]
    found = [part if added and len(part) > 1 and part[0] == "+" else _one(asked, part) for part in parts]
    return tuple(dict.fromkeys(found))


def _one(asked: Question, text: str) -> str:
    """A choice by its number, code or word; a part of a word will do where it fits only one."""
    _ = translator("authoring", asked.lang)
    codes = list(asked.options)
    if text.isdecimal() and 1 <= int(text) <= len(codes):
        return codes[int(text) - 1]
    if text in asked.options:
        return text
    if asked.kind == "members" and vocabulary.value_map("identity").get(text) in asked.options:
        return vocabulary.value_map("identity")[text]
    words = {code: asked.words.get(code, (word,)) for code, word in asked.options.items()}
    exact = [code for code, some in words.items() if text in some]
    fitting = [code for code, some in words.items() if any(text.lower() in word.lower() for word in some)]
    if len(exact or fitting) == 1:
        return (exact or fitting)[0]
    said = _("“{text}”不在选项里，请写选项前的数字（1 到 {last}）或选项里的字。").format(text=text, last=len(codes))
    if len(codes) <= FEW:
        shown = _("、").join(f"{number} {word}" for number, word in enumerate(asked.options.values(), 1))
        raise MisunderstoodError(said + _("选项：{shown}。").format(shown=shown))
    close = get_close_matches(text, asked.options.values(), n=1, cutoff=0.4)
    raise MisunderstoodError(said + "".join(_("最接近的是“{close}”。").format(close=word) for word in close))


def _cite(asked: Question, text: str) -> CiteAnswer:
    _ = translator("authoring", asked.lang)
    match = re.fullmatch(r"(?:([0-9]+)(?:\s+|$))?(.*)", text, re.S)
    assert match is not None
    number = int(match[1] or 1)
    if not 1 <= number <= asked.documents:
        raise MisunderstoodError(
            _("只有 {count} 份文件，没有第 {number} 份。").format(count=asked.documents, number=number)
        )
    return CiteAnswer(number, match[2].strip())


_KINDS: Mapping[str, Callable[[Question, str], Any]] = {
    "region": _region, "day": _day, "months": _months, "money": _money,
    "limit": _limit, "rate": _rate, "ends": _ends, "choice": _choice, "several": _several, "classes": _several,
    "members": _members, "cite": _cite,
}  # fmt: skip


def kept(asked: Question, answer: Any, typed: str) -> str:
    """The answer as a file keeps it: choices by their codes, which mean the same in every language and order."""
    if isinstance(answer, str) and answer in asked.options:
        return answer
    if isinstance(answer, tuple) and asked.kind in ("several", "classes", "members"):
        return " ".join(answer)
    return typed


def repeated(asked: Question, answer: Any) -> str:
    """The answer as it was understood, to be read back; empty where it is what was typed."""
    _ = translator("authoring", asked.lang)
    match answer:
        case Unknown(why):
            return _("不知道（{why}）：{then}").format(why=why, then=asked.unknown)
        case Share(rate):
            return _("收入的 {rate}").format(rate=percent_words(rate))
        case int() if asked.kind in ("money", "limit"):
            return _("{amount} 元").format(amount=yuan(answer))
        case int() if asked.kind == "rate":
            return percent_words(answer)
        case None if asked.kind == "limit":
            return _("不限")
        case str() if answer in asked.options:
            return asked.options[answer]
        case tuple() if asked.kind == "ends":
            return _("、").join(_("{amount} 元").format(amount=yuan(one)) for one in answer) or _("不分段")
        case tuple():
            return _("、").join(asked.options.get(one, one) for one in answer)
        case date():
            return answer.isoformat()
    return ""
