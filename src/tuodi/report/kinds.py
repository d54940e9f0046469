"""The words of the audit: what each kind, cause, hit, reason and note says to an officer, and what to do next.

Enters: nothing. Leaves: tables of Chinese texts that :func:`tuodi.i18n.translator` turns into English. A lead is
something to verify (待核实): no text here says that somebody erred, and none says 少付 or 多付.
Imports ``tuodi.i18n`` only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tuodi.i18n import translator

__all__ = [
    "CAUSE_WORDS",
    "CLEARED_WORDS",
    "CONCLUSIONS",
    "DIRECTION_WORDS",
    "GRADE_WORDS",
    "HIT_WORDS",
    "KIND_WORDS",
    "NOTE_WORDS",
    "N_",
    "ORIGIN_WORDS",
    "PAYER_WORDS",
    "STATE_WORDS",
    "UNVERIFIED_WORDS",
    "KindWords",
]  # fmt: skip


def N_(text: str) -> str:  # noqa: N802
    """Marks a text of a table as one to translate."""
    return text


@dataclass(frozen=True)
class KindWords:
    """A kind of lead: its title, what it means, what to do next."""

    title: str
    meaning: str
    steps: tuple[str, ...]


DIRECTION_WORDS: Mapping[str, str] = {
    "owed": N_("疑似应救未救线索（待核实）"),
    "over": N_("疑似重复/超标准支付线索（待核实）"),
}

GRADE_WORDS: Mapping[str, str] = {
    "A": N_("A 医疗救助与倾斜救助"),
    "B": N_("B 大病保险（含倾斜）"),
    "C": N_("C 基本医保"),
}


def kind_title(kind: str, lang: str = "zh") -> str:
    """The heading of a kind of lead in words; a kind without words stays as it is."""
    return translator("report", lang)(KIND_WORDS[kind].title) if kind in KIND_WORDS else kind


_CHECK_HAND = N_("查零星报销和追补台账，确认是否已另行补付。")
_CHECK_LIST = N_("调取认定文件，核对认定日期、身份类别和有效期。")
_PAY_BACK = N_("核实属实的，列入补报清单，按规定程序初审、复核、审批后补付到本人社保卡或一卡通。")
_NO_STEP_AGAINST = N_("核实之前不通知追回、不停发待遇；有异议的，按原渠道听取本人说明。")

KIND_WORDS: Mapping[str, KindWords] = {
    "recognised_not_flagged": KindWords(
        N_("已认定未标识"),
        N_("名册显示身份在有效期内，结算时医院未见到该身份，按普通参保人结算。"),
        (_CHECK_LIST, N_("在医保信息系统补录身份标识，查明名册推送未到的环节。"), _CHECK_HAND, _PAY_BACK),
    ),
    "flagged_late": KindWords(
        N_("标识滞后"),
        N_("身份先认定、后标识，其间的结算没有享受救助待遇。"),
        (N_("核对认定、推送、标识三个日期。"), _CHECK_HAND, _PAY_BACK),
    ),
    "lower_class_used": KindWords(
        N_("未就高"),
        N_("本人同时具有多种身份，结算按待遇较低的一种办理。"),
        (N_("确认各身份在结算时均有效，按就高不就低原则确定适用身份。"), _CHECK_HAND, _PAY_BACK),
    ),
    "tilt_missing": KindWords(
        N_("大病倾斜未落实"),
        N_("困难人员的大病保险倾斜（起付标准减半、提高支付比例等）没有体现在结算中。"),
        (_CHECK_LIST, N_("请大病保险承办机构核对倾斜支付参数。"), _PAY_BACK),
    ),
    "not_one_stop": KindWords(
        N_("非一站式未申请"),
        N_("该次就医不在一站式结算范围，需本人申请，记录中没有申请或支付。"),
        (_CHECK_HAND, N_("告知本人可以申请和所需材料，征询申请意愿并记录。"), _PAY_BACK),
    ),
    "away_manual_not_claimed": KindWords(
        N_("异地手工未报"),
        N_("异地就医由个人垫付后手工报销，记录中没有救助支付。"),
        (_CHECK_HAND, N_("联系本人确认票据是否仍在手中、是否愿意申请。"), _PAY_BACK),
    ),
    "referral_unclear": KindWords(
        N_("转诊情况不明"),
        N_("转诊或备案情况与结算所用的口径不一致。"),
        (N_("调取转诊、备案或急诊记录。"), N_("按核实后的转诊情况重新试算，再定是否列入补报。")),
    ),
    "reversal_not_resettled": KindWords(
        N_("冲正未重算"),
        N_("早先的结算已冲正，其后的结算仍按冲正前的累计额计算。"),
        (N_("请经办窗口或平台对后续结算按最新累计额重算。"), _CHECK_HAND, _PAY_BACK),
    ),
    "other_version": KindWords(
        N_("政策版本"),
        N_("结算金额与另一期政策的标准一致，可能用错了政策版本。"),
        (N_("核对出院或结算日期适用哪一期文件，查看平台参数的启用日期。"), _CHECK_HAND),
    ),
    "cap_used_up": KindWords(
        N_("限额已满"),
        N_("结算时按限额已用满处理，依记录累计并未用满（或上年累计被带入）。"),
        (N_("核对年度救助限额的累计明细。"), _CHECK_HAND, _PAY_BACK),
    ),
    "owed_not_paid": KindWords(
        N_("疑似应救未救"),
        N_("结算时已有身份标识，但没有按该身份支付救助。"),
        (N_("核对结算明细和身份标识。"), _CHECK_HAND, _PAY_BACK),
    ),
    "over_paid": KindWords(
        N_("疑似重复或超标准支付"),
        N_("记录的支付高于依法计算的金额，或同一费用救助了两次。"),
        (N_("核对原始票据、结算明细和手工支付凭证。"), _CHECK_LIST, _NO_STEP_AGAINST),
    ),
    "unexplained": KindWords(
        N_("原因未明"),
        N_("依法计算与记录不同，任何单一情形都不能重现记录的金额。"),
        (N_("调取结算原始数据，逐步核对本页算式，找出第一处不同。"), _CHECK_HAND),
    ),
}

CAUSE_WORDS: Mapping[str, str] = {
    "not_flagged": N_("结算时没有见到身份标识，按没有身份办理"),
    "flagged_late": N_("身份标识晚到（{detail}），标识之前的结算按没有该身份办理"),
    "lower_identity": N_("按待遇较低的身份（{detail}）办理"),
    "tilt_missing": N_("大病保险没有按困难人员倾斜办理"),
    "not_one_stop": N_("不在一站式范围，窗口没有支付，也没有手工支付（{detail}）"),
    "away_not_claimed": N_("异地就医没有申请手工报销（{detail}）"),
    "referral_taken_as_missing": N_("记录有转诊备案，按未办转诊备案办理"),
    "referral_not_asked": N_("记录未办转诊备案，按已办理（{detail}）结算"),
    "reversal_kept": N_("已冲正的结算仍计入累计（{detail}）"),
    "other_version": N_("按另一期政策办理（{detail}）"),
    "cap_counted_twice": N_("限额累计时多计，提前按已用满处理"),
    "cap_carried_over": N_("上年累计被带入本年限额（{detail}）"),
    "identity_not_used": N_("医院已见到身份（{detail}），但按没有身份办理"),
    "look_back_not_applied": N_("没有按规定追溯到认定之前的费用"),
    "identity_unlisted": N_("按名册上没有的身份（{detail}）办理"),
    "identity_ended": N_("按已经结束的身份（{detail}）办理"),
    "identity_early": N_("按尚未生效的身份（{detail}）办理"),
    "higher_identity": N_("按待遇较高的身份（{detail}）办理"),
    "cap_not_applied": N_("没有计年度救助限额"),
    "deductible_not_applied": N_("没有扣起付标准"),
    "same_bill_twice": N_("同一笔费用结算了两次（{detail}）"),
    "paid_again_by_hand": N_("窗口已支付，又手工支付一次"),
}

NOTE_WORDS: Mapping[str, str] = {
    "maybe_repaid_elsewhere": N_("可能已另行补报：数据截止时补报期尚未结束，请先查补报台账。"),
    "chain_differs": N_("如连同前面各层一并依法计算，本层金额会不同，见“全链条依法计算”一栏。"),
    "cap_unknown_treated_as_none": N_("有一项限额的数值未能查实，按无限额计算，请核对当地文件。"),
}

HIT_WORDS: Mapping[str, str] = {
    "listed_not_paid": N_("在册而该次结算无救助支付"),
    "listed_not_flagged": N_("在册而医院未见到身份"),
    "flagged_late": N_("结算后才标识身份"),
    "paid_by_hand": N_("窗口支付不足，其余手工支付"),
    "offset_in_year": N_("单笔不同，全年合计相同"),
}

CLEARED_WORDS: Mapping[str, str] = {
    "deductible_not_reached": N_("未达到起付标准"),
    "cap_used_up": N_("年度救助限额已用满"),
    "identity_not_begun": N_("结算时身份尚未生效"),
    "identity_ended": N_("结算时身份已动态调出"),
    "no_class": N_("该身份不在救助对象范围内"),
    "setting_not_covered": N_("该医疗类别不在救助范围"),
    "purpose_not_covered": N_("该就医原因不在救助范围"),
    "place_not_covered": N_("该就医地不在救助范围"),
    "authorisation_missing": N_("未按规定转诊备案"),
    "scheme_not_covered": N_("该险种不在救助范围"),
    "gate_not_met": N_("不符合救助条件"),
    "nothing_left": N_("前面各层支付后，政策范围内没有剩余费用"),
    "rate_zero": N_("该情形的救助比例为零"),
    "reversed": N_("该笔结算已冲正"),
    "paid_by_hand": N_("已手工补付，金额一致"),
    "same_amount_by_law": N_("依法计算与记录一致"),
    "offset_in_year": N_("全年合计一致"),
}

ORIGIN_WORDS: Mapping[str, str] = {
    "recognised": N_("民政等部门名册"),
    "flagged": N_("医保身份标识"),
    "hospital": N_("医院结算所用"),
}

STATE_WORDS: Mapping[str, str] = {
    "equal": N_("一致"),
    "explained": N_("差额为待更正的行"),
    "differs": N_("不一致，待查"),
    "not_in_report": N_("平台月报无此项"),
}

PAYER_WORDS: Mapping[str, str] = {
    "total": N_("医疗费总额"),
    "in_scope": N_("政策范围内费用"),
    "paid_basic": N_("基本医保统筹基金支出"),
    "paid_civil_servant": N_("公务员医疗补助支出"),
    "paid_enterprise": N_("企业补充医疗保险支出"),
    "paid_catastrophic": N_("居民大病保险支出"),
    "paid_large_sum": N_("职工大额医疗费用补助支出"),
    "paid_disabled_veteran": N_("伤残人员医疗保障支出"),
    "paid_assistance": N_("医疗救助支出"),
    "paid_tilt": N_("倾斜救助支出"),
    "paid_other": N_("其他支出"),
    "paid_fund_total": N_("基金支付总额"),
    "own_total": N_("个人负担总金额"),
}

UNVERIFIED_WORDS: Mapping[str, str] = {
    "law": N_("法规、规范性文件"),
    "page": N_("网页"),
    "example": N_("公开案例"),
    "calc": N_("推算"),
    "recall": N_("待核"),
}

CONCLUSIONS: tuple[str, ...] = (
    N_("属实，拟补付"), N_("已另行补付"), N_("不属实"), N_("本人不申请"), N_("继续核实"),
)  # fmt: skip
"""What an officer may write as conclusion in the list of repayments."""
