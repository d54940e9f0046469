"""What the invented county's systems write for a code: each source has words of its own.

Enters: core codes. Leaves: the words of the settlement export, of the insurance platform's list of marks and of
civil affairs' list. Imports ``tuodi.vocabulary``.
"""

from __future__ import annotations

from tuodi.vocabulary import label

__all__ = ["AT_HOSPITAL", "ON_PLATFORM", "ON_ROSTER", "kind_of_care", "word"]

AT_HOSPITAL = {
    "tekun": "特困供养人员",
    "orphan": "孤儿",
    "unsupported_child": "事实无人抚养儿童",
    "dibao": "低保对象",
    "dibao_margin": "低保边缘户",
    "severe_disability": "重度残疾人",
    "entitled_group": "重点优抚对象",
    "rigid_expenditure": "支出型困难家庭成员",
}
ON_PLATFORM = {
    "tekun": "特困人员",
    "orphan": "孤儿",
    "unsupported_child": "事实无人抚养儿童",
    "dibao": "城乡低保对象",
    "dibao_margin": "低保边缘家庭成员",
    "severe_disability": "重度残疾人员",
    "entitled_group": "优抚对象",
    "rigid_expenditure": "刚性支出困难家庭成员",
}
ON_ROSTER = {
    "tekun": ("城市特困人员", "农村特困人员"),
    "orphan": ("孤儿", "散居孤儿"),
    "unsupported_child": ("事实无人抚养儿童", "事实无人抚养儿童"),
    "dibao": ("城市低保", "农村低保"),
    "dibao_margin": ("低保边缘家庭", "低保边缘家庭"),
    "rigid_expenditure": ("刚性支出困难家庭", "刚性支出困难家庭"),
}
"""Civil affairs' words in town and in the country. Who is not recognised by civil affairs does not stand here."""

_CARE = {
    ("inpatient", "illness"): "普通住院",
    ("inpatient", "injury"): "外伤住院",
    ("inpatient", "maternity"): "生育住院",
    ("outpatient", "illness"): "普通门诊",
    ("chronic_outpatient", "illness"): "门诊慢特病",
    ("special_outpatient", "illness"): "门诊特殊疾病",
    ("emergency_observation", "illness"): "急诊留观",
    ("emergency", "illness"): "急诊",
}


def kind_of_care(setting: str, purpose: str | None) -> str:
    """就医类别: one word for setting and purpose together."""
    return _CARE.get((setting, purpose or "illness")) or _CARE.get((setting, "illness")) or label("setting", setting)


def word(code_set: str, code: str | None) -> str:
    """The Chinese word of a code; nothing for an unknown one."""
    return label(code_set, code) if code else ""
