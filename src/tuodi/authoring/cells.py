"""What single cells say: amounts, rates, shares, unknowns, citations; and the way back, without floats.

Enters: values of a pack's tree, or texts of cells. Leaves: texts, or values. What cannot be read raises ``WrongError``,
with the column in which it stands; what cannot be shown raises :class:`UnfitError`. Imports ``tuodi.money`` and this
room's labels and trees.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tuodi.authoring.labels import Labels, WrongError, normal
from tuodi.authoring.tree import Map, Tree, Word, plain_amount
from tuodi.i18n import LANGUAGES, translator
from tuodi.money import parse_yuan, yuan

__all__ = [
    "RATES", "UnfitError", "WrongCellError", "cell_words", "day_text", "is_word", "listed_units", "read_cites",
    "read_pays", "read_rounding", "read_value", "read_window", "show_cites", "show_pays", "show_rounding", "show_value",
    "show_window",
]  # fmt: skip

RATES = ("rate", "target", "factor", "points")
_PERCENT = re.compile(r"-?[0-9]+(\.[0-9]+)?%")
_NUMBER = re.compile(r"-?[0-9][0-9,]*(\.[0-9]+)?")
_SHARE = re.compile(r"(\S+) +of +(\w+)")


class UnfitError(ValueError):
    """A value that has no form in the sheets made for it."""


class WrongCellError(WrongError):
    """A wrong cell, with the column of its row in which it stands."""

    def __init__(self, column: str, found: str, expected: str) -> None:
        super().__init__(found, expected)
        self.column = column


def cell_words(lang: str) -> dict[str, str]:
    """The words of cells that are no codes."""
    _ = translator("authoring", lang)
    return {
        "unknown": _("未知"), "unknown_as_none": _("未知，暂按不设限额"), "none": _("不设限额"), "yuan": _("元"),
        "ten_thousand": _("万元"), "share": _("{name}的%"), "rounded": _("{unit}（{how}）"), "rest": _("其余情况"),
        "counter": _("共用额度"), "counts": _("限额累计"), "after": _("{direction}到{to}"),
        "months": _("{day}前{n}个月"), "full": _("全额"), "of_premium": _("个人缴费标准的%"),
        "at_least": _("不低于{share}"),
    }  # fmt: skip


def is_word(text: str, key: str) -> bool:
    """Whether a cell says one of these words, in either language."""
    return normal(text) in {normal(cell_words(lang)[key]) for lang in LANGUAGES}


# --- values ---------------------------------------------------------------------------------------------------------


def show_value(tree: Tree, kind: str, labels: Labels, lang: str) -> tuple[str, str, str]:
    """A value as the cells 值, 单位, 备注. Raises :class:`UnfitError`."""
    words = cell_words(lang)
    if isinstance(tree, Mapping):
        if "unknown" in tree and tree.keys() <= {"unknown", "treat_as"} and isinstance(tree["unknown"], str):
            if tree.get("treat_as", "none") != "none":
                raise UnfitError
            return words["unknown_as_none" if "treat_as" in tree else "unknown"], "", str(tree["unknown"])
        if tree.keys() <= {"share", "of", "round"} and {"share", "of"} <= tree.keys():
            unit = words["share"].format(name=labels.show("reference", str(tree["of"]), lang))
            if "round" in tree:
                unit = words["rounded"].format(unit=unit, how=show_rounding(tree["round"], lang))
            return str(tree["share"]), unit, ""
        raise UnfitError
    if not isinstance(tree, str) or getattr(tree, "quoted", False):
        raise UnfitError
    if tree == "none":
        return words["none"], "", ""
    if kind in RATES:
        return str(tree), "%", ""
    share = _SHARE.fullmatch(tree)
    if share is not None:
        return share[1], words["share"].format(name=labels.show("reference", share[2], lang)), ""
    if tree == "0":
        return "0", words["yuan"], ""
    plain = plain_amount(tree)
    if not plain.endswith(" yuan"):
        raise UnfitError
    return plain.removesuffix(" yuan"), words["yuan"], ""


def show_pays(tree: Tree, labels: Labels, lang: str) -> tuple[str, str, str]:
    """What is paid of a premium: all, an amount, a share of it, at least a share, or unknown."""
    words = cell_words(lang)
    if isinstance(tree, Mapping) and tree.keys() == {"at_least"} and isinstance(tree["at_least"], str):
        return words["at_least"].format(share=tree["at_least"]), words["of_premium"], ""
    if tree == "full":
        return words["full"], "", ""
    if isinstance(tree, str) and tree.endswith("%"):
        return str(tree), words["of_premium"], ""
    if isinstance(tree, str) and _SHARE.fullmatch(tree):
        raise UnfitError
    return show_value(tree, "amount", labels, lang)


def read_pays(value: str, unit: str, remark: str, labels: Labels, lang: str) -> Tree:
    """The payment that three cells say. Raises :class:`WrongCellError`."""
    if is_word(value, "full"):
        return Word("full")
    if unit.strip() and not is_word(unit, "of_premium"):
        return read_value(value, unit, remark, "amount", labels, lang)
    for tongue in LANGUAGES:
        before, _share, after = cell_words(tongue)["at_least"].partition("{share}")
        match = re.fullmatch(f"{re.escape(normal(before))} ?(.*){re.escape(normal(after))}", normal(value))
        if match:
            return Map({"at_least": Word(_percent(match[1], bool(unit.strip()), lang))})
    if normal(value).endswith("%") or unit.strip():
        return Word(_percent(value, bool(unit.strip()), lang))
    return read_value(value, unit, remark, "amount", labels, lang)


def listed_units(kind: str, labels: Labels, lang: str) -> list[str]:
    """The units that a value of this kind may have."""
    words = cell_words(lang)
    if kind in RATES:
        return ["%"]
    if kind == "pays":
        return [words["yuan"], words["of_premium"]]
    shares = [words["share"].format(name=labels.show("reference", key, lang)) for key in labels.codes("reference")]
    return [words["yuan"], *shares]


def read_value(value: str, unit: str, remark: str, kind: str, labels: Labels, lang: str) -> Tree:
    """The value that three cells say. Raises :class:`WrongCellError`."""
    _ = translator("authoring", lang)
    text = value.strip()
    for key in ("unknown", "unknown_as_none"):
        if is_word(text, key):
            return _unknown(remark, key == "unknown_as_none", kind, lang)
    if is_word(text, "none"):
        if kind != "limit":
            raise WrongCellError("value", text, _("只有限额可以写“不设限额”；这里请写数，或者写“未知”"))
        return Word("none")
    if not text:
        raise WrongCellError("value", _("没有写值"), _("一个数；还不知道的写“未知”，在备注里写原因"))
    if kind in RATES:
        if unit.strip() and normal(unit) != "%":
            raise WrongCellError("unit", unit, _("比例的单位是 %"))
        return Word(_percent(text, bool(unit.strip()), lang))
    amount = re.fullmatch(r"[¥￥]?\s*(.*?)\s*(万)?\s*(元|yuan)?", text.replace("，", ","))
    reference = _reference(unit, labels, lang)
    if reference is not None:
        of, rounding = reference
        share = _percent(text, True, lang)
        if rounding is None:
            return Word(f"{share} of {of}")
        return Map({"share": Word(share), "of": Word(of), "round": rounding})
    thousands = is_word(unit, "ten_thousand") or bool(amount and amount[2])
    named = bool(amount and (amount[2] or amount[3]))
    if unit.strip() and not (is_word(unit, "yuan") or is_word(unit, "ten_thousand") or normal(unit) == "yuan"):
        expected = _("、").join(listed_units(kind, labels, lang))
        raise WrongCellError("unit", unit, _("单位可用：{units}").format(units=expected))
    if normal(text).endswith("%"):
        what = _("{text}，没有写是什么的百分之几").format(text=text)
        raise WrongCellError("unit", what, _("选一个基数，例如“……的%”"))
    number = amount[1] if amount else text
    if not (unit.strip() or named) and number != "0":
        raise WrongCellError("unit", _("没有写单位"), _("、").join(listed_units(kind, labels, lang)))
    return Word(_amount(number, thousands, text, lang))


def _unknown(remark: str, as_none: bool, kind: str, lang: str) -> Tree:
    _ = translator("authoring", lang)
    if as_none and kind != "limit":
        raise WrongCellError("value", _("“暂按不设限额”"), _("只有限额可以这样写；这里写“未知”"))
    if not remark.strip():
        raise WrongCellError("remark", _("未知的值没有写原因"), _("在备注里写为什么不知道，例如“附件没有读到”"))
    made = Map({"unknown": Word(remark.strip())})
    if as_none:
        made["treat_as"] = Word("none")
    return made


def _percent(text: str, has_unit: bool, lang: str) -> str:
    _ = translator("authoring", lang)
    found = normal(text).replace(" ", "")
    if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", found):
        if re.fullmatch(r"-?0?\.[0-9]*[1-9][0-9]*", found):
            hundredfold = _points_text(_points(found) * 100)
            raise WrongCellError(
                "value",
                _("{text} 可以是 {one}，也可以是 {other}").format(text=text, one=hundredfold, other=f"{found}%"),
                _("带上 % 写明：{one} 或 {other}").format(one=hundredfold, other=f"{found}%"),
            )
        if not has_unit:
            raise WrongCellError("value", _("{text}，没有写 %").format(text=text), f"{found}%")
        found += "%"
    if not _PERCENT.fullmatch(found):
        raise WrongCellError("value", _("“{text}”不是比例").format(text=text), _("例如 70% 或 62.5%"))
    if len(found[:-1].partition(".")[2].rstrip("0")) > 2:
        raise WrongCellError("value", text, _("比例最多两位小数，例如 62.55%"))
    return _points_text(_points(found[:-1]))


def _points(number: str) -> int:
    """Hundredths of a decimal number, as a whole number; digits beyond the fourth are not asked for."""
    sign = -1 if number.startswith("-") else 1
    whole, _dot, rest = number.lstrip("-").partition(".")
    return sign * (int(whole or "0") * 100 + int(rest[:2].ljust(2, "0")))


def _points_text(points: int) -> str:
    sign, points = ("-" if points < 0 else ""), abs(points)
    return f"{sign}{points // 100}.{points % 100:02d}".rstrip("0").rstrip(".") + "%"


def _amount(number: str, thousands: bool, shown: str, lang: str) -> str:
    _ = translator("authoring", lang)
    plain = number.replace(" ", "")
    if not _NUMBER.fullmatch(plain) or plain.startswith("-"):
        raise WrongCellError(
            "value", _("“{text}”不是金额").format(text=shown), _("一个不小于 0 的数，例如 3,000 或 8,450.50")
        )
    if thousands:
        whole, _dot, rest = plain.replace(",", "").partition(".")
        plain = f"{whole}{rest[:4].ljust(4, '0')}.{rest[4:] or '0'}"
    try:
        fen = parse_yuan(plain)
    except ValueError:
        what = _("“{text}”不是金额").format(text=shown)
        raise WrongCellError("value", what, _("最多两位小数，例如 8,450.50")) from None
    return "0" if fen == 0 else plain_amount(f"{yuan(fen)} yuan")


def _reference(unit: str, labels: Labels, lang: str) -> tuple[str, Map | None] | None:
    """The reference amount that a unit names, and how a share of it is rounded."""
    said = normal(unit)
    for tongue in LANGUAGES:
        for key in labels.codes("reference"):
            name = normal(cell_words(tongue)["share"].format(name=labels.show("reference", key, tongue)))
            if said == name:
                return key, None
            rounded = re.fullmatch(r" ?\((.*)\)", said.removeprefix(name)) if said.startswith(name) else None
            if rounded:
                return key, read_rounding(rounded[1], lang, "unit")
    return None


# --- rounding and windows -------------------------------------------------------------------------------------------


def show_rounding(node: Tree, lang: str) -> str:
    """``四舍五入到分``."""
    if not isinstance(node, Mapping) or node.keys() != {"to", "direction"}:
        raise UnfitError
    labels = Labels(Map())
    to, direction = labels.show("to", node["to"], lang), labels.show("direction", node["direction"], lang)
    return cell_words(lang)["after"].format(direction=direction, to=to)


def read_rounding(text: str, lang: str, column: str = "value") -> Map:
    """The rounding that a cell says. Raises :class:`WrongCellError`."""
    _ = translator("authoring", lang)
    labels = Labels(Map())
    for to in labels.codes("to"):
        for direction in labels.codes("direction"):
            node = Map({"to": Word(to), "direction": Word(direction)})
            if normal(text) in {normal(show_rounding(node, tongue)) for tongue in LANGUAGES}:
                return node
    raise WrongCellError(column, _("“{text}”不是取整的办法").format(text=text), _("例如“四舍五入到分”“舍去到元”"))


def show_window(node: Tree, lang: str) -> str:
    """``认定日前12个月``, ``申请日的上一自然年``."""
    labels = Labels(Map())
    if isinstance(node, Mapping) and node.keys() == {"year"}:
        return labels.show("window_year", node["year"], lang)
    if isinstance(node, Mapping) and node.keys() == {"months", "before"}:
        day = labels.show("window_day", node["before"], lang)
        return cell_words(lang)["months"].format(day=day, n=node["months"])
    raise UnfitError


def read_window(text: str, lang: str) -> Map:
    """The window that a cell says. Raises :class:`WrongCellError`."""
    _ = translator("authoring", lang)
    labels = Labels(Map())
    number = re.search(r"[0-9]+", text)
    for tongue in LANGUAGES:
        for year in labels.codes("window_year"):
            if normal(labels.show("window_year", year, tongue)) == normal(text):
                return Map({"year": Word(year)})
        for day in labels.codes("window_day"):
            node = Map({"months": Word(number[0] if number else ""), "before": Word(day)})
            if number and normal(show_window(node, tongue)) == normal(text):
                return node
    raise WrongCellError(
        "value", _("“{text}”不是计算时段").format(text=text), _("“申请日的上一自然年”或“认定日前12个月”这样")
    )


# --- citations ------------------------------------------------------------------------------------------------------


def show_cites(cites: Sequence[str], labels: Labels, lang: str) -> tuple[str, str]:
    """Citations as the cells 依据文件 and 条款, one a line in both."""
    parts = [cite.split(maxsplit=1) for cite in cites]
    if any(not words for words in parts):
        raise UnfitError
    documents = "\n".join(labels.show("document", words[0], lang) for words in parts)
    articles = "\n".join(words[1] if len(words) > 1 else "" for words in parts)
    return documents, articles if articles.strip() else ""


def read_cites(documents: str, articles: str, labels: Labels, lang: str) -> tuple[str, ...]:
    """The citations that two cells say, line by line. Raises :class:`WrongCellError`."""
    _ = translator("authoring", lang)
    if not documents.strip():
        if articles.strip():
            raise WrongCellError("doc", _("有条款，没有写文件"), _("在“依据文件”一栏选一份文件"))
        return ()
    named = [line.strip() for line in documents.strip().split("\n") if line.strip()]
    keys: list[str] = []
    for name in named:
        try:
            keys += labels.find_all("document", name, lang)
        except WrongError as wrong:
            what = _("没有“{name}”这份文件").format(name=name)
            raise WrongCellError("doc", what, _("先在“文件”表里登记；{known}").format(known=wrong.expected)) from None
    said = [line.strip() for line in articles.rstrip().split("\n")] if articles.strip() else []
    if len(said) == 1 and len(keys) > 1 and len(re.split(r"[；;]", said[0])) == len(keys):
        said = [part.strip() for part in re.split(r"[；;]", said[0])]
    if len(keys) == 1 and len(said) > 1:
        keys *= len(said)
    if said and len(said) != len(keys) and not (len(said) < len(keys) and "\n" in articles):
        raise WrongCellError(
            "article",
            _("{n} 份文件，{m} 行条款").format(n=len(keys), m=len(said)),
            _("一份文件一行条款，次序一样；没有条款的空一行"),
        )
    said += [""] * (len(keys) - len(said))
    return tuple(f"{key} {article}".strip() for key, article in zip(keys, said, strict=True))


def day_text(text: str) -> str:
    """``2024年1月31日``, ``2024/1/31`` → ``2024-01-31``; anything else as it is."""
    match = re.fullmatch(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", text.strip())
    return f"{match[1]}-{int(match[2]):02d}-{int(match[3]):02d}" if match else text.strip()
