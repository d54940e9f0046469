"""The words that stand in a workbook's cells for a pack's codes, and the way back from either language.

Enters: a pack's tree (with what it extends). Leaves: :class:`Labels`: code → word, word → code. Words of the language
itself (每年, 从零算起) stand here; those of code sets come from ``tuodi.vocabulary`` and the pack. Imports
``tuodi.i18n``, ``tuodi.vocabulary``, ``tuodi.authoring.tree``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache

from tuodi import vocabulary
from tuodi.authoring.tree import Map, Tree
from tuodi.errors import nearest
from tuodi.i18n import LANGUAGES, translator
from tuodi.law.values import CODE_SETS

__all__ = ["Labels", "WrongError", "class_set", "normal", "static"]

Pairs = dict[str, tuple[str, str]]
"""Code → Chinese and English word."""

_SEPARATOR = re.compile(r"[、，,；;\n]+")


class WrongError(ValueError):
    """A cell that cannot be read: what was found, what would be right."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(found)
        self.found, self.expected = found, expected


def normal(text: str) -> str:
    """A word as it is compared: no spaces around, full-width brackets and letters as ASCII, capitals small."""
    table = str.maketrans("（）：％＋　", "():%+ ")
    return " ".join(text.translate(table).split()).casefold()


def class_set(layer: str = "") -> str:
    """The name of the set of classes: the pack's, or a layer's own."""
    return f"class:{layer}" if layer else "class"


def _words(lang: str) -> dict[str, dict[str, str]]:
    _ = translator("authoring", lang)
    return {
        "flag": {"true": _("是"), "false": _("否")},
        "per": {"bill": _("每笔结算"), "stay": _("每次住院"), "year": _("每年")},
        "table": {"layers": _("逐笔待遇"), "awards": _("依申请救助")},
        "kind": {
            "basic": _("基本医保类"), "catastrophic": _("大病保险类"), "assistance": _("医疗救助类"),
            "tilt": _("倾斜救助类"), "other": _("其他类"),
        },
        "bound": {"under": _("低于"), "upto": _("不超过")},
        "basis": {"monthly": _("每月"), "yearly": _("每年")},
        "form": {
            "law": _("政策文件"), "page": _("网页"), "example": _("公布的例子"), "calc": _("推算"),
            "recall": _("凭了解"),
        },
        "verified": {"true": _("已核对原文"), "false": _("未核对")},
        "recall": {"high": _("把握大"), "medium": _("把握中等"), "low": _("把握小")},
        "version_date": {
            "admitted_on": _("入院日期"), "discharged_on": _("出院日期"), "settled_at": _("结算时间"),
        },
        "year_date": {
            "admitted_on": _("入院日期"), "discharged_on": _("出院日期"), "settled_at": _("结算时间"),
            "benefit_year": _("账单的待遇年度栏"),
        },
        "identity_day": {
            "on_admission": _("入院当日"), "on_discharge": _("出院当日"), "on_settlement": _("结算当日"),
            "any_day_of_stay": _("住院期间任一日"),
        },
        "income_year": {"previous": _("上一年"), "before_previous": _("再上一年")},
        "effective": {"same_day": _("当日起"), "next_month": _("次月起"), "by_stay": _("按次住院")},
        "ends": {"same_day": _("到当日止"), "end_of_month": _("到当月末止")},
        "anchor": {"recognised_on": _("认定日"), "from": _("身份开始日")},
        "anchor_month": {"counted": _("当月计入"), "not_counted": _("当月不计入")},
        "look_year": {"bill": _("账单所在年度"), "recognition": _("认定所在年度")},
        "unpaid": {
            "untouched": _("未经任何待遇"), "deductible": _("起付标准以下"), "co_payment": _("按比例自付"),
            "over_cap": _("超过限额"),
        },
        "from": {"zero": _("从零算起"), "deductible": _("从起付标准算起")},
        "counts": {"paid": _("支付额"), "base": _("计入费用"), "deductible": _("起付部分")},
        "to": {"fen": _("分"), "jiao": _("角"), "yuan": _("元")},
        "direction": {
            "half_up": _("四舍五入"), "half_even": _("四舍六入五成双"), "up": _("进位"), "down": _("舍去"),
        },
        "window_year": {"previous": _("申请日的上一自然年"), "same": _("申请日的当年")},
        "window_day": {"recognised_on": _("认定日"), "applied_on": _("申请日")},
        "subject": {"person": _("个人"), "household": _("家庭")},
        "once_per": {"year": _("每年一次")},
        "measure": {
            "self_in_scope": _("政策范围内个人负担"), "self_total": _("个人负担总额"), "unknown": _("未知"),
        },
        "span": {
            "stay": _("每次住院"), "year": _("每年"), "twelve_months": _("连续十二个月"), "unknown": _("未知"),
        },
        "cadence": {"daily": _("每日"), "ten_days": _("每旬"), "monthly": _("每月"), "quarterly": _("每季度"),
            "unknown": _("未知"),
        },
        "amount_op": {"over": _("超过"), "at_least": _("不低于"), "under": _("低于"), "at_most": _("不超过")},
        "payer": {
            "paid_basic": _("基本医保支付"), "paid_civil_servant": _("公务员补助支付"),
            "paid_enterprise": _("企业补充支付"), "paid_catastrophic": _("大病保险支付"),
            "paid_large_sum": _("职工大额支付"), "paid_disabled_veteran": _("伤残人员保障支付"),
            "paid_assistance": _("医疗救助支付"), "paid_tilt": _("倾斜救助支付"), "paid_other": _("其他支付"),
        },
        "column": {
            "class": _("对象类别"), "provider_level": _("机构级别"), "setting": _("就医类别"), "purpose": _("就医原因"),
            "place": _("就医地点"), "authorisation": _("转诊备案"), "scheme": _("参保类型"),
            "person_type": _("人员类别"), "stay_ordinal": _("住院次序"), "bracket": _("费用段"),
            "settle_mode": _("结算方式"), "identity": _("身份"), "diagnosis": _("诊断编码"),
            "provider_traits": _("机构特征"), "assistance_kind": _("账单的救助类型"), "age": _("年龄"),
            "total": _("医疗费总额"), "in_scope": _("政策范围内费用"), "first_self_pay": _("先行自付"),
            "over_limit": _("超限价自费"), "out_of_catalogue": _("目录外（全自费）"),
        },
    }  # fmt: skip


@cache
def static(name: str) -> Pairs:
    """One set of the language's own words."""
    chinese, english = (_words(lang)[name] for lang in LANGUAGES)
    return {code: (word, english[code]) for code, word in chinese.items()}


def _title(node: Tree, code: str) -> tuple[str, str]:
    title = node.get("title", node) if isinstance(node, Mapping) else {}
    zh, en = (title.get(lang) for lang in LANGUAGES) if isinstance(title, Mapping) else (None, None)
    chinese = str(zh) if isinstance(zh, str) else str(en) if isinstance(en, str) else code
    return chinese, str(en) if isinstance(en, str) else chinese


def _of(tree: Tree, *path: str) -> Mapping[str, Tree]:
    for key in path:
        tree = tree.get(key) if isinstance(tree, Mapping) else None
    return tree if isinstance(tree, Mapping) else {}


class Labels:
    """The sets of one pack. Where two codes of a set would have one word, each carries its code in brackets."""

    def __init__(self, tree: Map, names: Mapping[str, str] | None = None) -> None:
        """``tree``: the pack over what it extends. ``names``: short names given to documents, key → name."""
        self.tree = tree
        self._names = names or {}
        self._sets: dict[str, Pairs] = {}
        self._back: dict[str, dict[str, str]] = {}

    def codes(self, name: str) -> Pairs:
        """One set, made when first asked for."""
        if name not in self._sets:
            self._sets[name] = _distinct(self._made(name))
        return self._sets[name]

    def _made(self, name: str) -> Pairs:
        tree = self.tree
        if name.startswith("if:"):
            column = name.removeprefix("if:")
            plain = column == "class" or column in CODE_SETS or column == "settle_mode"
            return self._made(column) if plain else self._values(column)
        if name in CODE_SETS or name == "settle_mode":
            core: Pairs = {
                code: (vocabulary.label(name, code, "zh"), vocabulary.label(name, code, "en"))
                for code in vocabulary.codes(name)
            }
            local = {code: _title(node, code) for code, node in _of(tree, "codes", name).items()}
            return core | local | (self._values(name) if name == "person_type" else {})
        if name == "part":
            return {
                code: (vocabulary.label("part", code, "zh"), vocabulary.label("part", code, "en"))
                for code in vocabulary.codes("part")
                if code in static("column")
            }
        if name == "class" or name.startswith("class:"):
            return self._classes(name.removeprefix("class").removeprefix(":"))
        if name == "document":
            return {key: self._document(key, node) for key, node in _of(tree, "documents").items()}
        if name == "reference":
            return {key: _title(node, key) for key, node in _of(tree, "reference").items()}
        if name == "column":
            own = {key: _title(node, key) for key, node in _of(tree, "derived").items() if key != "person_type"}
            return static("column") | own
        if name == "layer":
            found = {key: (key, key) for key in _of(tree, "given")}
            found |= {key: _title(node, key) for key, node in _of(tree, "layers").items()}
            return {key: words if words != (key, key) else _usual(key) for key, words in found.items() if key != "cite"}
        return static(name)

    def _values(self, name: str) -> Pairs:
        values = _of(self.tree, "derived", name, "values")
        if not values and name == "person_type":
            return {}
        made = {code: _title(node, code) for code, node in values.items()}
        return made | {"none": ("不属以上各类", translator("authoring", "en")("不属以上各类"))}

    def _classes(self, layer: str) -> Pairs:
        own = _of(self.tree, "layers", layer) if layer else self.tree
        source = own if "classes" in own or not layer else self.tree
        made = {key: _title(node, key) for key, node in _of(source, "classes").items() if key != "cite"}
        default = own.get("default_class", source.get("default_class"))
        if isinstance(default, str) and (default not in made or made[default] == (default, default)):
            made[default] = ("其他人员", translator("authoring", "en")("其他人员"))
        if not made:
            made["everyone"] = ("所有人员", translator("authoring", "en")("所有人员"))
        return made

    def _document(self, key: str, node: Tree) -> tuple[str, str]:
        name = self._names.get(key) or self._own_name(key, node)
        return name, name

    def _own_name(self, key: str, node: Tree) -> str:
        doc = node if isinstance(node, Mapping) else {}
        for form in ("law", "page", "example", "calc", "title"):
            if isinstance(doc.get(form), str):
                return str(doc[form])
        return key

    def show(self, name: str, code: str, lang: str) -> str:
        """The word for a code; a code that is not known stands as it is."""
        pair = self.codes(name).get(code)
        return code if pair is None else pair[LANGUAGES.index(lang)]

    def find(self, name: str, text: str, lang: str) -> str:
        """The code of a word, written in either language or as the code. Raises :class:`WrongError`."""
        found = self._spellings(name).get(normal(text))
        if found is None:
            raise self._wrong(name, text, lang)
        return found

    def find_all(self, name: str, text: str, lang: str) -> list[str]:
        """The codes of a list of words; words may themselves hold the signs that separate them."""
        known = self._spellings(name)
        whole = text.strip()
        if not whole:
            return []
        split = self._split(known, whole)
        if split is None:
            raise self._wrong(name, self._odd(known, whole), lang)
        return [known[normal(part)] for part in split]

    def _odd(self, known: Mapping[str, str], text: str) -> str:
        """The part of a list that is no word: as large as it was written, as small as can be told."""
        pieces = [piece.strip() for piece in re.split(r"[；;\n]", text) if piece.strip()]
        piece = next((piece for piece in pieces if self._split(known, piece) is None), text)
        parts = [part for part in map(str.strip, _SEPARATOR.split(piece)) if part]
        odd = [part for part in parts if normal(part) not in known]
        return odd[0] if odd and len(odd) < len(parts) else piece

    def _split(self, known: Mapping[str, str], text: str) -> list[str] | None:
        if normal(text) in known:
            return [text]
        for sign in _SEPARATOR.finditer(text):
            head, rest = text[: sign.start()].strip(), text[sign.end() :].strip()
            if normal(head) in known:
                if not rest:
                    return [head]
                following = self._split(known, rest)
                if following is not None:
                    return [head, *following]
        return None

    def _spellings(self, name: str) -> dict[str, str]:
        if name not in self._back:
            back: dict[str, str] = {}
            for lang in range(len(LANGUAGES)):
                for code, words in self.codes(name).items():
                    back.setdefault(normal(words[lang]), code)
            for code in self.codes(name):
                back.setdefault(normal(code), code)
            if name == "document":  # by its own name too, when an officer gave it a short one
                for code, node in _of(self.tree, "documents").items():
                    back.setdefault(normal(self._own_name(code, node)), code)
            self._back[name] = back
        return self._back[name]

    def _wrong(self, name: str, text: str, lang: str) -> WrongError:
        _ = translator("authoring", lang)
        words = [pair[LANGUAGES.index(lang)] for pair in self.codes(name).values()]
        listed = _("、").join(words[:30]) if words else _("（还没有）")
        close = nearest(text, words)
        hint = _("；最接近的是“{word}”").format(word=close.split("'")[1]) if "'" in close else ""
        return WrongError(
            _("“{text}”不是这一栏的词").format(text=text), _("可用：{words}{hint}").format(words=listed, hint=hint)
        )

    def join(self, name: str, codes: Sequence[str], lang: str) -> str:
        """Words in one cell; with ``；`` between them where a word holds ``、`` itself."""
        _ = translator("authoring", lang)
        words = [self.show(name, code, lang) for code in codes]
        return (_("；") if any(_SEPARATOR.search(word) for word in words) else _("、")).join(words)


def _usual(key: str) -> tuple[str, str]:
    _zh, _en = (translator("authoring", lang) for lang in LANGUAGES)
    words = {
        "basic": "基本医疗保险", "catastrophic": "大病保险", "assistance": "医疗救助", "tilt": "倾斜救助",
    }  # fmt: skip
    return (words[key], _en(words[key])) if key in words else (key, key)


def _distinct(pairs: Pairs) -> Pairs:
    counts = [Counter(normal(words[lang]) for words in pairs.values()) for lang in range(len(LANGUAGES))]

    def word(code: str, lang: int) -> str:
        said = pairs[code][lang]
        twice = counts[lang][normal(said)] > 1 or (said != code and said in pairs)
        return f"{said}（{code}）" if twice else said

    return {code: (word(code, 0), word(code, 1)) for code in pairs}
