"""Lines as the texts of a row's cells, and the texts as lines again.

Enters: lines, or rows of texts with their cells. Leaves: rows, or lines and what is wrong with them. Imports this
room's cells, labels, layout and lines.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tuodi.authoring.cells import (
    RATES,
    UnfitError,
    WrongCellError,
    day_text,
    read_cites,
    read_pays,
    read_rounding,
    read_value,
    read_window,
    show_cites,
    show_pays,
    show_rounding,
    show_value,
    show_window,
)
from tuodi.authoring.conditions import read_codes, read_conditions, show_codes, show_conditions, show_extra
from tuodi.authoring.labels import Labels, WrongError, static
from tuodi.authoring.layout import SheetForm, find_item, item_kind, item_word
from tuodi.authoring.lines import Line
from tuodi.authoring.tree import SPECIAL, Cell, Tree, Word, remarks_in
from tuodi.i18n import translator

__all__ = ["Context", "Row", "line_of", "row_of", "verified_word"]


@dataclass(frozen=True)
class Context:
    """What words mean here: the labels, the language of what is written or said, the layer whose classes count."""

    labels: Labels
    lang: str
    layer: str = ""
    any_class: bool = False


@dataclass
class Row:
    """The texts of a row by column; conditions as ``when.<column>``."""

    texts: dict[str, str]
    cells: dict[str, Cell] = field(default_factory=dict)

    def get(self, key: str) -> str:
        """The text of a column, empty where it has none."""
        return self.texts.get(key, "")


# --- out ------------------------------------------------------------------------------------------------------------


def row_of(line: Line, form: SheetForm, context: Context) -> Row:
    """A line in words. Raises ``UnfitError`` where the sheet has no place for something that it says."""
    texts: dict[str, str] = {"item": item_word(line.item, context.lang)}
    left = dict(line.says)
    layer = context.layer or (str(left.get("scope") or "") if form.key == "classes" else "")
    scoped = Context(context.labels, context.lang, layer, context.any_class)
    columns = {column.key: column.kind for column in form.columns}
    for key, kind in columns.items():
        if key in ("value", "unit", "when", "other", "item", "doc", "remark", "hint") or key not in left:
            continue
        texts[key] = _show(left.pop(key), kind, scoped, line)
    if "value" in left and "value" in columns:
        _show_value(left.pop("value"), line, texts, scoped)
    _show_when(left, columns, texts, scoped)
    if {key for key, said in left.items() if said not in (None, "", (), [], {}, False)}:
        raise UnfitError(", ".join(left))
    if line.cite:
        if "doc" not in columns:
            raise UnfitError("cite")
        texts["doc"], texts["article"] = show_cites(line.cite, context.labels, context.lang)
    if "remark" in columns and not texts.get("remark"):
        texts["remark"] = line.remark or "；".join(dict.fromkeys(filter(None, map(remarks_in, line.sources))))
    texts["hint"] = line.hint
    return Row({key: text for key, text in texts.items() if text})


def _show(said: Any, kind: str, context: Context, line: Line) -> str:
    what, _colon, name = kind.partition(":")
    labels, lang = context.labels, context.lang
    if what == "words":
        return labels.join(_classes(name, context), [str(code) for code in said], lang)
    if what == "members":
        return _joined([_member_word(str(one), labels, lang) for one in said], lang)
    if not isinstance(said, str):
        raise UnfitError(kind)
    if what == "word":
        if said and said not in labels.codes(name):
            raise UnfitError(said)
        return labels.show(name, said, lang) if said else ""
    if what == "is":
        return labels.show(f"if:{line.says.get('attribute')}", said, lang)
    if what == "parent":
        return labels.show(str(line.says.get("set")), said, lang)
    if what == "docname" and line.says.get("form") == "recall":
        return labels.show("recall", said, lang)
    if what == "yuan":
        return show_value(said, "amount", labels, lang)[0]
    if getattr(said, "quoted", False) != (what in ("text", "docname") and SPECIAL.fullmatch(said) is not None):
        raise UnfitError(said)
    return str(said)


def _classes(name: str, context: Context) -> str:
    return f"class:{context.layer}" if name == "class" and context.layer else name


def _joined(words: Sequence[str], lang: str) -> str:
    _ = translator("authoring", lang)
    return (_("；") if any("、" in word for word in words) else _("、")).join(words)


def _member_word(said: str, labels: Labels, lang: str) -> str:
    _ = translator("authoring", lang)
    identity, _at, scheme = said.partition("@")
    word = labels.show("identity", identity, lang)
    return (
        _("{identity}（限{scheme}）").format(identity=word, scheme=labels.show("scheme", scheme, lang))
        if scheme
        else word
    )


def _show_value(value: Tree, line: Line, texts: dict[str, str], context: Context) -> None:
    kind = item_kind(line.item)
    labels, lang = context.labels, context.lang
    what, _colon, name = kind.partition(":")
    if kind in (*RATES, "amount", "limit"):
        shown, texts["unit"], why = show_value(value, kind, labels, lang)
        texts["value"] = shown
        if why:
            texts["remark"] = why
    elif kind == "pays":
        texts["value"], texts["unit"], why = show_pays(value, labels, lang)
        if why:
            texts["remark"] = why
    elif kind == "rounding":
        texts["value"] = show_rounding(value, lang)
    elif kind == "window":
        texts["value"] = show_window(value, lang)
    elif what == "words" and isinstance(value, (list, tuple)):
        texts["value"] = labels.join(_classes(name, context), [str(code) for code in value], lang)
    elif kind == "names" and isinstance(value, (list, tuple)):
        texts["value"] = "、".join(map(str, value))
    elif kind == "flag" and isinstance(value, str):
        texts["value"] = _show(value, "word:flag", context, line)
    elif isinstance(value, str):
        texts["value"] = _show(value, kind, context, line)
    else:
        raise UnfitError(line.item)


def _show_when(left: dict[str, Any], columns: Mapping[str, str], texts: dict[str, str], context: Context) -> None:
    when = left.pop("when", {})
    others: dict[str, Any] = {}
    for column, codes in when.items():
        if f"when.{column}" in columns and not isinstance(codes, Mapping):
            texts[f"when.{column}"] = show_codes(column, codes, context.layer, context.labels, context.lang)
        else:
            others[column] = list(codes) if isinstance(codes, tuple) else codes
    said = show_extra(left.pop("extra", {}), bool(left.pop("rest", False)), context.labels, context.lang)
    said += show_conditions(others, context.layer, context.labels, context.lang)
    if said and "other" not in columns:
        raise UnfitError("other")
    if said:
        texts["other"] = "\n".join(said)


def verified_word(cites: Sequence[str] | None, labels: Labels, lang: str) -> str:
    """Whether the documents behind a row were checked: shown, never read."""
    _ = translator("authoring", lang)
    if not cites:
        return ""
    documents = labels.tree.get("documents", {})
    found = [documents.get(cite.split()[0], {}) for cite in cites] if isinstance(documents, Mapping) else []
    if any(isinstance(item, Mapping) and "recall" in item for item in found):
        return _("凭了解")
    checked = all(isinstance(item, Mapping) and item.get("verified") == "true" for item in found)
    return _("已核对") if found and checked else _("未核对")


# --- in -------------------------------------------------------------------------------------------------------------


class RowReader:
    """Reads one row; each cell that is wrong is noted, and the rest read on."""

    def __init__(self, row: Row, form: SheetForm, context: Context, note: Any) -> None:
        self.row, self.form, self.context, self._note = row, form, context, note

    def wrong(self, column: str, found: str, expected: str) -> None:
        """Note a wrong cell; the row's first where the sheet has no such column."""
        self._note(self.row.cells.get(column) or next(iter(self.row.cells.values()), None), found, expected)


def line_of(row: Row, form: SheetForm, items: Sequence[str], context: Context, note: Any) -> Line | None:
    """The line that a row says; ``note(cell, found, expected)`` hears what is wrong. None where it is unknown."""
    _ = translator("authoring", context.lang)
    reader = RowReader(row, form, context, note)
    keys = [column.key for column in form.columns]
    if "item" in keys:
        item = find_item(row.get("item"), items)
        if not item:
            known = _("、").join(item_word(each, context.lang) for each in items)
            what = _("“{text}”不是这张表的项目").format(text=row.get("item")) if row.get("item") else _("没有写项目")
            reader.wrong("item", what, _("可用：{words}").format(words=known))
            return None
    else:
        item = items[0]
    line = Line(item, {}, None, dict(row.cells), "", row.get("hint"))
    for column in form.columns:
        text = row.get(column.key)
        if not text.strip() or column.kind in (
            "item",
            "value",
            "unit",
            "when",
            "other",
            "doc",
            "article",
            "shown",
            "hint",
            "remark",
            "short",
        ):
            continue
        try:
            said = _read(text, column.kind, column.key, line, context)
        except WrongCellError as wrong:
            reader.wrong(wrong.column, wrong.found, wrong.expected)
            continue
        line.says[column.key] = said
    layer = context.layer or (str(line.says.get("scope") or "") if form.key == "classes" else "")
    scoped = Context(context.labels, context.lang, layer, context.any_class)
    _read_when(row, line, scoped, reader)
    if "doc" in keys:
        try:
            line.cite = read_cites(row.get("doc"), row.get("article"), context.labels, context.lang) or None
        except WrongCellError as wrong:
            reader.wrong(wrong.column, wrong.found, wrong.expected)
    try:
        _read_value(row, line, scoped)
    except WrongCellError as wrong:
        reader.wrong(wrong.column, wrong.found, wrong.expected)
    return line


def _read(text: str, kind: str, key: str, line: Line, context: Context) -> Any:
    what, _colon, name = kind.partition(":")
    labels, lang = context.labels, context.lang
    try:
        if what == "words":
            return labels.find_all(_classes(name, context), text, lang)
        if what == "word":
            return Word(labels.find(name, text, lang))
        if what == "is":
            return Word(labels.find(f"if:{line.says.get('attribute')}", text, lang))
        if what == "parent":
            return Word(labels.find(str(line.says.get("set") or "identity"), text, lang))
        if what == "members":
            return _members(text, labels, lang)
        if what == "docname" and line.says.get("form") == "recall":
            return Word(labels.find("recall", text, lang))
        if what == "yuan":
            return read_value(text, static("to")["yuan"][0], "", "amount", labels, lang)
    except WrongError as wrong:
        raise WrongCellError(key, wrong.found, wrong.expected) from None
    return _scalar(text, what, key, lang)


def _scalar(text: str, what: str, key: str, lang: str) -> Word:
    _ = translator("authoring", lang)
    plain = text.strip()
    if what in ("text", "docname"):
        return Word(plain, quoted=SPECIAL.fullmatch(plain) is not None)
    if what == "date":
        plain = day_text(plain)
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", plain):
            raise WrongCellError(key, _("“{text}”不是日期").format(text=text), _("例如 2024-01-31"))
    elif what == "monthday":
        day = re.fullmatch(r"(?:\d{4}\s*[-/.年]\s*)?(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", plain)
        if day is None:
            raise WrongCellError(key, _("“{text}”不是月和日").format(text=text), _("例如 06-30"))
        plain = f"{int(day[1]):02d}-{int(day[2]):02d}"
    elif what == "int":
        if not re.fullmatch(r"[0-9]+", plain):
            raise WrongCellError(key, _("“{text}”不是整数").format(text=text), _("例如 6"))
    elif what == "name" and re.search(r"\s", plain):
        raise WrongCellError(key, _("代号“{text}”中有空格").format(text=text), _("字母、数字和 _ ，没有空格"))
    return Word(plain)


def _members(text: str, labels: Labels, lang: str) -> list[str]:
    """Identities, each perhaps limited to a scheme in brackets."""
    _ = translator("authoring", lang)
    pattern = re.compile(r"\s*[（(](?:限|only )([^（()）]+)[）)]")
    limits: list[str] = []

    def mark(match: re.Match[str]) -> str:
        limits.append(labels.find("scheme", match[1], lang))
        return f"\x00{len(limits) - 1}\x00"

    marked = pattern.sub(mark, text)
    if not limits:
        return labels.find_all("identity", text, lang)
    made: list[str] = []
    for place, part in enumerate(re.split(r"(\x00\d+\x00)", marked)):
        if place % 2:
            made[-1] += f"@{limits[int(part.strip(chr(0)))]}"
        elif part.strip(" 、，,；;\n"):
            made += labels.find_all("identity", part.strip(" 、，,；;\n"), lang)
    return made


def _read_when(row: Row, line: Line, context: Context, reader: RowReader) -> None:
    when: dict[str, Any] = {}
    try:
        pairs, extra, rest = read_conditions(row.get("other"), context.layer, context.labels, context.lang)
    except WrongCellError as wrong:
        reader.wrong(wrong.column, wrong.found, wrong.expected)
        pairs, extra, rest = {}, {}, False  # type: ignore[assignment]
    # In the order of the columns: it is the order of a compiled table's axes.
    for key in [
        column.key for column in reader.form.columns if column.key.startswith("when.") and row.get(column.key).strip()
    ]:
        column = key.removeprefix("when.")
        try:
            when[column] = tuple(read_codes(column, row.get(key), context.layer, context.labels, context.lang, key))
        except WrongCellError as wrong:
            reader.wrong(wrong.column, wrong.found, wrong.expected)
            when[column] = ("",)
    for column, node in pairs.items():
        when[column] = node if isinstance(node, Mapping) else (node,) if isinstance(node, str) else tuple(node)
    if when:
        line.says["when"] = when
    if extra:
        line.says["extra"] = extra
    if rest:
        _ = translator("authoring", context.lang)
        if when:
            reader.wrong("other", _("“其余情况”旁边还有条件"), _("二者只能有一样"))
        line.says["rest"] = True


def _read_value(row: Row, line: Line, context: Context) -> None:
    kind = item_kind(line.item)
    _ = translator("authoring", context.lang)
    text = row.get("value")
    if kind in (*RATES, "amount", "limit", "pays"):
        cells = (text, row.get("unit"), row.get("remark"))
        if kind == "pays":
            line.says["value"] = read_pays(*cells, context.labels, context.lang)
        else:
            line.says["value"] = read_value(*cells, kind, context.labels, context.lang)
        if not isinstance(line.says["value"], Mapping) or "unknown" not in line.says["value"]:
            line.remark = row.get("remark").strip()
        return
    line.remark = row.get("remark").strip()
    if not kind:
        if text.strip():
            raise WrongCellError("value", _("这一行不用写值：{text}").format(text=text), _("空着"))
        return
    if not text.strip():
        if line.item in _MAY_BE_EMPTY:
            return
        raise WrongCellError("value", _("没有写值"), _("写上；不需要的，删去整行"))
    if kind == "rounding":
        line.says["value"] = read_rounding(text, context.lang)
    elif kind == "window":
        line.says["value"] = read_window(text, context.lang)
    elif kind == "names":
        line.says["value"] = [part for part in re.split(r"[、，,；;\s]+", text.strip()) if part]
    elif kind == "flag":
        line.says["value"] = _read(text, "word:flag", "value", line, context)
    else:
        line.says["value"] = _read(text, kind, "value", line, context)


_MAY_BE_EMPTY = frozenset({
    "zh", "en", "in_force_from", "in_force_to", "extends", "version", "year_by", "year_starts", "identity_day",
    "age_day", "income_is", "income_until", "income_use", "late_repayment", "effective", "ends", "counts", "notional",
    "less_other_aid", "once_per", "subject", "unpaid", "paid_down", "rounding", "pack",
})  # fmt: skip
"""Items whose row may stand there without a value: it says nothing then."""
