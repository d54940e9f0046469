"""The words for this room's codes: rules, fields, degrees of agreement, problems, notes, conflicts.

Enters: a code. Leaves: a word or sentence in Chinese or English. Imports ``tuodi.i18n``, ``tuodi.errors``.
"""

from __future__ import annotations

from collections.abc import Mapping

from tuodi.errors import UsageError, nearest
from tuodi.i18n import translator

__all__ = ["WORDS", "word"]


def _(text: str) -> str:
    return text


WORDS: Mapping[str, Mapping[str, str]] = {
    "rule": {
        "same_number": _("证件号码相同"),
        "same_number_other_name": _("证件号码相同，但姓名不符，请人工核对"),
        "same_insurer_id": _("医保人员编号相同"),
        "same_insurer_id_other_name": _("医保人员编号相同，但姓名不符，请人工核对"),
        "same_insurer_id_other_number": _("医保人员编号相同，但证件号码和出生日期不符，请人工核对"),
        "number_changed": _("姓名、出生日期、电话相同，证件号码已变更"),
        "number_mistyped": _("姓名相同，证件号码只差一处笔误"),
        "same_name_birth_phone": _("姓名、出生日期、电话相同"),
        "same_name_birth_village": _("姓名、出生日期、村（社区）相同"),
        "number_differs": _("姓名、出生日期相同，但证件号码不同，请人工核对"),
        "several_persons": _("符合的不止一人，请人工核对"),
        "number_and_insurer": _("证件号码与医保人员编号指向不同的人，请人工核对"),
        "likely": _("无可用证件号码，按姓名、出生日期、住址、电话等比对"),
        "twice_in_list": _("同一名册中此人已有一行，请人工核对"),
        "nobody_like_it": _("未找到相符的人，新建"),
    },
    "outcome": {"linked": _("已关联"), "new": _("新建"), "review": _("待人工核对")},
    "field": {
        "number": _("证件号码"),
        "insurer": _("医保人员编号"),
        "name": _("姓名"),
        "birth": _("出生日期"),
        "sex": _("性别"),
        "phone": _("电话"),
        "town": _("乡镇（街道）"),
        "village": _("村（社区）"),
        "address": _("住址"),
        "household": _("户编号"),
    },
    "agreement": {
        "same": _("一致"),
        "alike": _("相近"),
        "different": _("不一致"),
        "missing": _("一方没有"),
    },
    "problem": {
        "digits_lost": _("长号码被存成数字，末尾数字已丢失"),
        "masked": _("号码被遮盖，不能用于比对"),
        "length": _("号码位数不对"),
        "birth": _("号码中的出生日期不存在"),
        "check": _("校验位错误"),
        "disability_digits": _("残疾人证号的类别或等级不在范围内"),
    },
    "kind": {
        "resident_id": _("居民身份证"),
        "resident_permit": _("港澳台居民居住证"),
        "foreign_permanent": _("外国人永久居留身份证"),
        "passport": _("护照"),
        "disability_certificate": _("残疾人证"),
        "student_number": _("学籍号"),
        "other": _("其他证件"),
        "none": _("无证件号码"),
    },
    "note": {
        "left": _("动态调出"),
        "gap": _("中断后重新列入"),
        "overlap": _("前后两段重叠"),
        "backward": _("追溯认定：认定起始早于未列入此人的名册"),
        "from_changed": _("各期名册的认定起始日期不同"),
        "twice_in_list": _("同一期名册中重复"),
    },
    "conflict": {
        "incompatible": _("两个来源的身份不能并存"),
        "recognised_but_dead": _("登记死亡后仍在名册中"),
        "not_followed": _("已认定，但对方名册没有"),
        "not_recognised": _("有标识，但认定部门名册没有"),
        "two_households": _("同一名册中属于两户"),
        "two_heads": _("一户有两个户主"),
        "no_head": _("一户没有户主"),
        "apart": _("两个来源的家庭成员不一致"),
    },
    "contradiction": {
        "differs": _("各来源不一致"),
        "alike": _("各来源相近而不相同"),
        "number_says": _("与证件号码所示不符"),
        "insured_twice": _("重复参保"),
        "after_death": _("死亡日期之后仍有记录"),
    },
}
"""Group → code → Chinese text."""


def word(group: str, code: str, lang: str = "zh") -> str:
    """The word for ``code`` of one group of :data:`WORDS`. Raises ``UsageError`` for what is not there."""
    texts = WORDS.get(group)
    if texts is None:
        raise UsageError(f"there is no group of words {group!r}{nearest(group, list(WORDS))}")
    if code not in texts:
        raise UsageError(f"there is no {group} {code!r}{nearest(code, list(texts))}")
    return translator("identity", lang)(texts[code])
