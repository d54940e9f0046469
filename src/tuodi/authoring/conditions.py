"""Conditions as cells: one column's codes in a cell of its own, others line by line in 其他条件; and the way back.

Enters: conditions of a pack's tree, or texts of cells. Leaves: texts, or conditions. Imports this room's cells, labels
and trees.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tuodi.authoring.cells import UnfitError, WrongCellError, cell_words, is_word, read_value, show_value
from tuodi.authoring.labels import Labels, WrongError
from tuodi.authoring.tree import Map, Seq, Tree, Word
from tuodi.i18n import translator

__all__ = ["read_codes", "read_conditions", "show_codes", "show_conditions", "show_extra"]

_OPERATORS = {">=": "at_least", "<=": "at_most", ">": "over", "<": "under", "≥": "at_least", "≤": "at_most"}
_SIGNS = {"over": ">", "at_least": ">=", "under": "<", "at_most": "<="}
AMOUNTS = ("total", "in_scope", "first_self_pay", "over_limit", "out_of_catalogue")
FREE = ("diagnosis", "provider_traits", "assistance_kind")
"""Conditions whose codes are any words."""


def show_codes(column: str, codes: Sequence[str], layer: str, labels: Labels, lang: str) -> str:
    """The codes of one condition."""
    if column in FREE or column in ("stay_ordinal", "bracket"):
        if any(re.search(r"[、，,；;\n=]", code) for code in codes):
            raise UnfitError
        return "、".join(codes)
    return labels.join(_set_of(column, layer), codes, lang)


def _set_of(column: str, layer: str) -> str:
    return f"class:{layer}" if column == "class" and layer else f"if:{column}"


def read_codes(column: str, text: str, layer: str, labels: Labels, lang: str, cell: str) -> list[str]:
    """The codes that one cell names. Raises :class:`WrongCellError`."""
    _ = translator("authoring", lang)
    if column in FREE:
        return [part for part in re.split(r"[、，,；;\n]\s*", text.strip()) if part]
    if column in ("stay_ordinal", "bracket"):
        codes = [re.sub(r"[第段次住院 ]", "", part) for part in re.split(r"[、，,；;\n]\s*", text.strip()) if part]
        for code in codes:
            if not re.fullmatch(r"[1-9][0-9]*\+?", code):
                raise WrongCellError(cell, text, _("从 1 起的数，例如 1 或 2+（第二次及以后）"))
        return codes
    try:
        return labels.find_all(_set_of(column, layer), text, lang)
    except WrongError as wrong:
        raise WrongCellError(cell, wrong.found, wrong.expected) from None


def show_conditions(pairs: Mapping[str, Tree], layer: str, labels: Labels, lang: str) -> list[str]:
    """Conditions as lines ``列=词、词`` or ``费用>30,000 元``, for the column 其他条件."""
    lines = []
    for column, node in pairs.items():
        name = labels.show("column", column, lang)
        if isinstance(node, Mapping):
            if column == "age" and node and node.keys() <= {"from", "to"}:
                lines += [
                    f"{name}{'>=' if end == 'from' else '<='}{node[end]}" for end in ("from", "to") if end in node
                ]
            elif column in AMOUNTS and len(node) == 1 and node.keys() <= _SIGNS.keys():
                ((operator, amount),) = node.items()
                value, unit, _remark = show_value(amount, "amount", labels, lang)
                lines.append(f"{name}{_SIGNS[operator]}{value} {unit}")
            else:
                raise UnfitError
        else:
            codes = [node] if isinstance(node, str) else list(node or ())
            if not all(isinstance(code, str) for code in codes):
                raise UnfitError
            lines.append(f"{name}={show_codes(column, codes, layer, labels, lang)}")
    return lines


def read_conditions(text: str, layer: str, labels: Labels, lang: str) -> tuple[Map, dict[str, str], bool]:
    """The column 其他条件: conditions, what else it says of a limit, and whether it is the row for the rest."""
    _ = translator("authoring", lang)
    made, extra, rest = Map(), dict[str, str](), False
    for line in _split_lines(text):
        if is_word(line, "rest"):
            rest = True
            continue
        match = re.fullmatch(r"(.+?)\s*(>=|<=|≥|≤|>|<|=|＝|：|:)\s*(.+)", line)
        if match is None:
            right = _("“栏目=词、词”，或者“医疗费总额>30,000 元”，一行一个；或者“其余情况”")
            raise WrongCellError("other", line, right)
        name, sign, said = match[1], match[2], match[3]
        special = next((key for key in ("counter", "counts") if is_word(name, key)), "")
        try:
            if special:
                extra[special] = labels.find("counts", said, lang) if special == "counts" else said
                continue
            column = labels.find("column", name, lang)
        except WrongError as wrong:
            raise WrongCellError("other", wrong.found, wrong.expected) from None
        if sign in _OPERATORS:
            _compared(made, column, _OPERATORS[sign], said, labels, lang)
        else:
            codes = read_codes(column, said, layer, labels, lang, "other")
            made[column] = Word(codes[0]) if len(codes) == 1 else Map() if not codes else _listed(codes)
    return made, extra, rest


def _listed(codes: Sequence[str]) -> Tree:
    return Seq(Word(code) for code in codes)


def _compared(made: Map, column: str, operator: str, said: str, labels: Labels, lang: str) -> None:
    _ = translator("authoring", lang)
    if column == "age" and operator in ("at_least", "at_most") and re.fullmatch(r"[0-9]+\s*(岁|years)?", said):
        years = re.sub(r"[^0-9]", "", said)
        made.setdefault("age", Map())["from" if operator == "at_least" else "to"] = Word(years)
        return
    if column not in AMOUNTS or column in made:
        right = _("年龄写 >= 或 <= 一个周岁数；金额只与一个数相比，例如“医疗费总额>30,000 元”")
        raise WrongCellError("other", said, right)
    try:
        amount = read_value(said, cell_words("zh")["yuan"], "", "amount", labels, lang)
    except WrongCellError as wrong:
        raise WrongCellError("other", wrong.found, wrong.expected) from None
    made[column] = Map({operator: amount})


def _split_lines(text: str) -> list[str]:
    parts = re.split(r"\n|[；;](?=[^；;\n]*(?:>=|<=|≥|≤|>|<|=|＝))", text.strip())
    return [part.strip() for part in parts if part.strip()]


def show_extra(extra: Mapping[str, str], rest: bool, labels: Labels, lang: str) -> list[str]:
    """What the column 其他条件 says besides conditions."""
    words = cell_words(lang)
    lines = [words["rest"]] if rest else []
    for key, value in extra.items():
        said = labels.show("counts", value, lang) if key == "counts" else value
        lines.append(f"{words[key]}={said}")
    return lines
