"""The sheets of the workbook: their names, columns and items, in both languages.

Enters: nothing. Leaves: :class:`SheetForm` and the words of headers and items. Imports ``tuodi.i18n`` and this room's
labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from tuodi.authoring.labels import normal
from tuodi.i18n import LANGUAGES, translator

__all__ = [
    "COMMON_CONDITIONS", "CONDITIONS", "FORMS", "HEAD_ROW", "MORE", "Column", "SheetForm", "find_header", "find_item",
    "find_sheet", "form_of", "header", "item_kind", "item_word", "reserved_names", "sheet_name",
]  # fmt: skip

HEAD_ROW = 3
"""The row of the column names, from 1: a title and a line of remarks stand above."""

CONDITIONS = (
    "class", "provider_level", "setting", "purpose", "place", "authorisation", "scheme", "person_type", "stay_ordinal",
    "bracket",
)  # fmt: skip
COMMON_CONDITIONS = ("class", "provider_level", "setting", "bracket")
"""Condition columns that every layer's sheet has; others where they occur."""

MORE = ("errors", "help", "words")
"""Sheets that are written and not read."""


@dataclass(frozen=True)
class Column:
    """One column: what it holds (``text``, ``word:set``, ``words:set`` …) and how wide it is."""

    key: str
    kind: str
    width: int
    note: str = ""


@dataclass(frozen=True)
class SheetForm:
    """A kind of sheet: its columns in order; ``when`` stands for the columns of conditions."""

    key: str
    columns: tuple[Column, ...]


_ITEM = Column("item", "item", 22)
_ID = Column("id", "name", 16)
_ZH, _EN = Column("zh", "text", 30), Column("en", "text", 30)
_VALUE, _UNIT = Column("value", "value", 22), Column("unit", "unit", 20)
_DOC, _ARTICLE = Column("doc", "doc", 30), Column("article", "article", 18)
_VERIFIED = Column("verified_shown", "shown", 14)
_CITE = (_DOC, _ARTICLE, _VERIFIED)
_REMARK, _HINT = Column("remark", "remark", 34), Column("hint", "hint", 4)
_WHEN, _OTHER = Column("when", "when", 17), Column("other", "other", 26)
_IDENTITIES = Column("identities", "words:identity", 34)

_LAYER = (
    _ITEM,
    Column("id", "name", 12),
    _VALUE,
    _UNIT,
    _WHEN,
    _OTHER,
    Column("per", "word:per", 12),
    *_CITE,
    _REMARK,
    _HINT,
)

FORMS: tuple[SheetForm, ...] = (
    SheetForm("basic", (_ITEM, Column("value", "value", 46), Column("per", "word:per", 12), *_CITE, _REMARK, _HINT)),
    SheetForm("documents", (
        Column("form", "word:form", 14), Column("name", "docname", 34), Column("title", "text", 40),
        Column("verified", "word:verified", 14), Column("date", "date", 13), Column("address", "text", 30),
        Column("note", "text", 40), Column("id", "name", 14), Column("short", "short", 30), _HINT,
    )),
    SheetForm("codes", (Column("set", "word:column", 14), _ZH, Column("parent", "parent", 20), _EN, _ID, _HINT)),
    SheetForm("reference", (
        _ITEM, _ID, Column("year", "int", 8), _VALUE, _UNIT, _ZH, Column("area", "text", 14), *_CITE, _EN, _REMARK,
        _HINT,
    )),
    SheetForm("identities", (
        _ITEM, _IDENTITIES, _VALUE, Column("months", "int", 8), Column("anchor", "word:anchor", 14),
        Column("anchor_month", "word:anchor_month", 14), Column("layers", "words:layer", 24),
        Column("year", "word:look_year", 16), *_CITE, _HINT,
    )),
    SheetForm("classes", (
        _ITEM, Column("scope", "word:layer", 16), _ID, _ZH, Column("members", "members", 50),
        Column("value", "value", 20), *_CITE, _EN, _HINT,
    )),
    SheetForm("derived", (
        _ITEM, Column("attribute", "name", 16), Column("is", "is", 18), _WHEN, Column("other", "other", 40), _ID, _ZH,
        *_CITE, _EN, _HINT,
    )),
    SheetForm("record", (_ITEM, _ID, _VALUE, Column("when.scheme", "when", 16), *_CITE, _HINT)),
    SheetForm("layers", _LAYER),
    SheetForm("one_stop", (_WHEN, *_CITE, _HINT)),
    SheetForm("monitoring", (
        _ID, _ZH, _IDENTITIES, Column("measure", "word:measure", 20), Column("after", "word:layer", 16),
        Column("over", "word:span", 14), _VALUE, _UNIT, Column("cadence", "word:cadence", 10), *_CITE, _EN, _REMARK,
        _HINT,
    )),
    SheetForm("income_lines", (
        Column("identity", "word:identity", 24), Column("bound", "word:bound", 12), _VALUE, _UNIT,
        Column("basis", "word:basis", 10), Column("from", "date", 13), *_CITE, _REMARK, _HINT,
    )),
    SheetForm("premium", (
        _ITEM, Column("year", "int", 8), _IDENTITIES, _WHEN, _OTHER, _VALUE, _UNIT, Column("own", "yuan", 14), *_CITE,
        _REMARK, _HINT,
    )),
    SheetForm("departs", (_ID, _ZH, *_CITE, _EN, _HINT)),
    SheetForm("notes", (Column("zh", "text", 70), *_CITE, Column("en", "text", 60), _HINT)),
    SheetForm("rest", (Column("path", "text", 50), Column("said", "text", 60))),
)  # fmt: skip
"""Every kind of sheet, in the order of the workbook."""


@cache
def _sheet_names(lang: str) -> dict[str, str]:
    _ = translator("authoring", lang)
    return {
        "help": _("说明"), "basic": _("基本信息"), "documents": _("文件"), "codes": _("本地代码"),
        "reference": _("收入基数"), "identities": _("身份时效"), "classes": _("对象分类"), "derived": _("情形判定"),
        "record": _("结算记录"), "one_stop": _("一站式"), "monitoring": _("预警线"), "income_lines": _("收入线"),
        "premium": _("资助参保"), "departs": _("与国家框架不同"), "notes": _("读文说明"),
        "rest": _("其他"), "words": _("词表"), "errors": _("需更正"),
    }  # fmt: skip


@cache
def _headers(lang: str) -> dict[str, str]:
    _ = translator("authoring", lang)
    return {
        "item": _("项目"), "id": _("代号"), "zh": _("名称"), "en": _("英文名称"), "value": _("值"), "unit": _("单位"),
        "per": _("期间"), "other": _("其他条件"), "doc": _("依据文件"), "article": _("条款"),
        "verified_shown": _("是否核实"), "remark": _("备注"), "hint": _("写法（程序用）"),
        "short": _("简称（依据栏用）"),
        "form": _("种类"), "name": _("文号或名称"), "title": _("标题"), "date": _("日期"), "address": _("网址"),
        "note": _("附注"), "verified": _("原文核对"), "set": _("代码种类"), "parent": _("归属的国家代码"),
        "year": _("年度"), "area": _("地区"), "identities": _("身份"), "months": _("月数"), "anchor": _("起算日"),
        "anchor_month": _("起算当月"), "layers": _("适用待遇"), "scope": _("只适用于"), "attribute": _("情形代号"),
        "members": _("包含的身份"),
        "is": _("结果"), "measure": _("监测什么"), "after": _("在哪项待遇之后"), "over": _("累计期间"),
        "cadence": _("频次"), "path": _("位置"), "said": _("内容"),
        "identity": _("身份"), "bound": _("怎样比"), "basis": _("按月或按年"), "from": _("从哪天起"),
        "own": _("个人缴（元）"),
    }  # fmt: skip


@cache
def _items(lang: str) -> dict[str, tuple[str, str]]:
    _ = translator("authoring", lang)
    return {
        "pack": (_("规则包编号"), "name"), "zh": (_("名称（中文）"), "text"), "en": (_("名称（英文）"), "text"),
        "in_force_from": (_("施行日期"), "date"), "in_force_to": (_("失效日期"), "date"),
        "extends": (_("承接的规则包"), "name"), "version": (_("用哪个日期选版本"), "word:version_date"),
        "year_by": (_("待遇年度按哪个日期"), "word:year_date"), "year_starts": (_("待遇年度从哪天开始"), "monthday"),
        "identity_day": (_("身份看哪一天"), "word:identity_day"), "age_day": (_("年龄看哪一天"), "word:identity_day"),
        "income_is": (_("收入基数用哪一年"), "word:income_year"),
        "income_until": (_("新数公布前，到哪天止"), "monthday"),
        "income_use": (_("新数公布前，用哪一年"), "word:income_year"), "dates_cite": (_("时间口径的依据"), ""),
        "late_repayment": (_("次年补报截止"), "monthday"),
        "reference": (_("基数"), ""), "year": (_("数额"), "amount"),
        "effective": (_("身份何时起算"), "word:effective"), "ends": (_("身份何时终止"), "word:ends"),
        "identities_cite": (_("身份时效的依据"), ""), "valid_months": (_("有效月数"), ""), "look_back": (_("回溯"), ""),
        "class": (_("类别"), ""), "default_class": (_("其余人员的类别"), ""),
        "class_order": (_("次序由文件规定"), "flag"), "choose": (_("两类只能择一"), "words:class"),
        "derived": (_("情形"), ""), "derived_value": (_("可能的结果"), ""), "derived_rule": (_("判定规则"), ""),
        "hospital_part": (_("医院负担冲减"), "words:part"), "recorded_as": (_("支付记录在哪一栏"), "words:payer"),
        "table": (_("表的种类"), "word:table"), "kind": (_("待遇归类"), "word:kind"),
        "id": (_("待遇代号"), "name"), "cite": (_("本待遇的依据"), ""),
        "when": (_("适用范围"), ""), "used_up": (_("前提：额度已用完"), "names"),
        "base_over": (_("前提：计入费用超过"), "amount"), "counts": (_("范围外也累计"), "flag"),
        "base": (_("计入费用"), "words:part"), "unpaid": (_("其中计入的未付部分"), "words:unpaid"),
        "paid_down": (_("冲减次序"), "words:part"), "deductible": (_("起付标准"), "amount"),
        "bracket_from": (_("分段起点"), "word:from"), "upto": (_("分段上限"), "amount"),
        "rate": (_("支付比例"), "rate"), "factor": (_("比例乘以"), "factor"), "points": (_("比例加上"), "points"),
        "fixed": (_("定额"), "amount"), "top_up": (_("补足到"), "target"), "notional": (_("只算不付"), "flag"),
        "given": (_("按记录读取"), "words:payer"), "given_base": (_("按记录冲减的费用"), "words:part"),
        "cap_when": (_("限额适用范围"), ""), "cap": (_("限额"), "limit"), "rounding": (_("取整"), "rounding"),
        "on_change": (_("身份变动全年重算"), "flag"), "window": (_("计算时段"), "window"),
        "subject": (_("救助单位"), "word:subject"), "less_other_aid": (_("扣除其他救助"), "flag"),
        "once_per": (_("次数"), "word:once_per"),
        "document": (_("文件"), ""), "code": (_("本地代码"), ""), "one_stop": (_("一站式"), ""),
        "monitoring": (_("预警线"), "amount"), "income_line": (_("收入线"), "amount"),
        "premium": (_("个人缴费标准"), "amount"), "subsidy": (_("资助"), "pays"), "depart": (_("与国家框架不同"), ""),
        "note": (_("读文说明"), ""),
    }  # fmt: skip


def form_of(key: str) -> SheetForm:
    """A kind of sheet by its key."""
    return next(form for form in FORMS if form.key == key)


def sheet_name(key: str, lang: str) -> str:
    """The name of a sheet that is not a layer's."""
    return _sheet_names(lang)[key]


def header(key: str, lang: str) -> str:
    """The name of a column that is no condition."""
    return _headers(lang)[key]


def item_word(item: str, lang: str) -> str:
    """What a row is about."""
    word = _items(lang)[item][0]
    return word[:1].upper() + word[1:]


def item_kind(item: str) -> str:
    """What the value of an item's row is."""
    return _items("zh")[item][1]


def _find(text: str, words: Mapping[str, Sequence[str]]) -> str:
    wanted = normal(text).rstrip("*")
    return next((key for key, known in words.items() if wanted in map(normal, known)), "")


def find_sheet(name: str) -> str:
    """The kind of a sheet by its name in either language, or an empty text: it is a layer's."""
    return _find(name, {key: [_sheet_names(lang)[key] for lang in LANGUAGES] for key in _sheet_names("zh")})


def find_header(text: str, form: SheetForm) -> str:
    """The column that a header names in either language; an empty text where it is none of this sheet's."""
    keys = [column.key for column in form.columns if column.key in _headers("zh")]
    return _find(text, {key: [_headers(lang)[key] for lang in LANGUAGES] for key in keys})


def find_item(text: str, items: Sequence[str]) -> str:
    """The item that a cell names in either language, of those that may stand in this sheet."""
    return _find(text, {item: [_items(lang)[item][0] for lang in LANGUAGES] for item in items})


def reserved_names() -> set[str]:
    """Names that no layer's sheet may have."""
    return {normal(name) for lang in LANGUAGES for name in _sheet_names(lang).values()}
