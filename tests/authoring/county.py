"""Answers for an invented county, and the pack that they make."""

from __future__ import annotations

from pathlib import Path

from tuodi.authoring.draft import Draft, write_draft
from tuodi.authoring.interview import walk
from tuodi.authoring.plan import County

PLAIN: dict[str, str] = {
    "place": "云溪县", "region": "990103", "document.1": "云政办发〔2023〕12号", "document.1.title": "",
    "document.1.date": "2023-11-20", "document.1.checked": "no", "document.2": "云溪县医保局政策问答",
    "document.2.date": "2024-01-15", "document.3": "", "in_force": "2024-01-01", "computed": "医疗救助",
    "class.1": "特困 孤儿", "class.1.cite": "第三条(一)", "class.2": "低保 +困境儿童", "class.2.cite": "第三条(二)",
    "class.3": "低保边缘家庭成员 因病致贫", "class.3.cite": "2 第4问", "class.4": "",
    "assistance.settings": "住院 普通门诊 门诊慢性病", "assistance.groups": "one", "assistance.cite": "第五条",
    "assistance.first_self_pay": "no", "income": "none", "assistance.caps": "one", "assistance.caps.same": "yes",
    "assistance.cap.all": "10万", "assistance.caps.cite": "第八条", "assistance.brackets": "无",
    "assistance.rate.tekun": "100%", "assistance.rate.dibao": "80", "assistance.rate.dibao_margin": "70%",
    "assistance.rate.cite": "第六条", "assistance.deductible.per": "year", "assistance.deductible.tekun": "0",
    "assistance.deductible.dibao": "0", "assistance.deductible.dibao_margin": "3,000元",
    "assistance.deductible.cite": "第七条", "other_aid": "none", "assistance.authorisation": "none",
    "rounding": "unstated", "look_back": "0", "effective": "same_day", "identity_day": "on_settlement",
    "valid_months": "0", "identity.cite": "第十条", "one_stop": "", "monitoring": "",
}  # fmt: skip
"""Three classes, one layer; every answer that a document could give."""

TILT: dict[str, str] = PLAIN | {
    "computed": "医疗救助 倾斜救助", "tilt.classes": "1 2 3", "tilt.settings": "1 5", "tilt.cite": "第九条",
    "assistance.groups": "two", "tilt.first_self_pay": "yes", "income": "resident_income", "income.year": "previous",
    "income.area": "云溪县", "income.amount": "28,600", "assistance.caps": "sub", "assistance.cap.outpatient": "1万",
    "assistance.cap.inpatient": "90000", "tilt.caps": "shared", "tilt.per": "stay", "assistance.rates.same": "no",
    "assistance.rate.tekun.outpatient": "100%", "assistance.rate.tekun.inpatient": "100%",
    "assistance.rate.dibao.outpatient": "50%", "assistance.rate.dibao.inpatient": "80%",
    "assistance.rate.dibao_margin.outpatient": "40%", "assistance.rate.dibao_margin.inpatient": "62.5%",
    "tilt.brackets": "1000 1万", "tilt.brackets.from": "zero", "tilt.rate.tekun.1": "60%", "tilt.rate.tekun.2": "70%",
    "tilt.rate.tekun.3": "80%", "tilt.rate.dibao.1": "60%", "tilt.rate.dibao.2": "70%", "tilt.rate.dibao.3": "80%",
    "tilt.rate.dibao_margin.1": "50%", "tilt.rate.dibao_margin.2": "60%", "tilt.rate.dibao_margin.3": "70%",
    "tilt.rate.cite": "第九条", "assistance.deductibles.same": "yes",
    "assistance.deductible.dibao_margin": "10%×收入", "tilt.deductible.tekun": "0", "tilt.deductible.dibao": "500",
    "tilt.deductible.dibao_margin": "1500", "tilt.deductible.cite": "第九条",
    "assistance.authorisation": "factor", "assistance.authorisation.factor": "60%", "tilt.authorisation": "nothing",
    "look_back": "6个月", "look_back.who": "illness_poor", "look_back.month": "not_counted",
    "effective": "next_month", "valid_months": "12", "valid_months.who": "illness_poor",
    "one_stop": "1 2", "one_stop.place": "local", "one_stop.cite": "2", "monitoring": "year stay",
    "monitoring.year": "50%×收入", "monitoring.stay": "10000", "monitoring.cadence": "ten_days", "monitoring.cite": "",
}  # fmt: skip
"""Two layers, with everything that the interview can ask of them."""

CATASTROPHIC: dict[str, str] = PLAIN | {
    "computed": "1 3", "catastrophic.settings": "住院", "catastrophic.cite": "第二条",
    "catastrophic.first_self_pay": "no", "catastrophic.caps": "none", "catastrophic.brackets": "5000",
    "catastrophic.brackets.from": "deductible", "catastrophic.rate.cite": "", "catastrophic.deductible.cite": "",
    **{f"catastrophic.rate.{who}.{n}": f"{50 + 10 * n}%" for who in ("tekun", "dibao", "dibao_margin", "ordinary")
       for n in (1, 2)},
    "catastrophic.deductible.per": "year", "catastrophic.deductible.tekun": "4000",
    "catastrophic.deductible.dibao": "4000", "catastrophic.deductible.dibao_margin": "8000",
    "catastrophic.deductible.ordinary": "8000", "catastrophic.authorisation": "none",
    "other_aid": "supplement", "assistance.first_self_pay": "yes",
}  # fmt: skip
"""Catastrophic insurance is computed too, for everybody insured."""

COUNTIES = {
    "plain": PLAIN,
    "tilt": TILT,
    "catastrophic": CATASTROPHIC,
    "apart": PLAIN | {
        "assistance.groups": "three", "assistance.caps": "apart", "assistance.caps.same": "no",
        **{f"assistance.cap.{group}.{who}": limit
           for group, limit in (("outpatient", "3000"), ("chronic", "5000"), ("inpatient", "4500"))
           for who in ("tekun", "dibao", "dibao_margin")},
        "assistance.rates.same": "yes", "assistance.deductibles.same": "no",
        **{f"assistance.deductible.{who}.{group}": amount
           for who, amount in (("tekun", "0"), ("dibao", "100.50"), ("dibao_margin", "2000"))
           for group in ("outpatient", "chronic", "inpatient")},
        "assistance.brackets": "2000,8000", "assistance.brackets.from": "zero",
        **{f"assistance.rate.{who}.{n}": f"{rate + n}%" for who, rate in
           (("tekun", 90), ("dibao", 70), ("dibao_margin", 60)) for n in (1, 2, 3)},
    },
    "rounded": PLAIN | {"rounding": "yuan_down", "assistance.rate.dibao": "33.33%", "assistance.deductible.per": "none",
                        "other_aid": "other"},
    "income of the year before last": PLAIN | {
        "income": "rural_income", "income.year": "before_previous", "income.area": "全省", "income.amount": "20001",
        "assistance.deductible.dibao_margin": "收入的12.5%", "assistance.caps.same": "no",
        "assistance.cap.all.tekun": "不限", "assistance.cap.all.dibao": "25%×收入",
        "assistance.cap.all.dibao_margin": "3000",
    },
}  # fmt: skip
"""Every form that the interview knows, in some county."""


def county_of(answers: dict[str, str], lang: str = "zh") -> County:
    """The county that complete answers describe."""
    gone = walk(answers, lang)
    assert gone.open is None, (gone.open.id if gone.open else "", dict(gone.wrong))
    assert gone.county is not None
    return gone.county


def written(answers: dict[str, str], packs: Path) -> Draft:
    """Their pack, written."""
    return write_draft(county_of(answers), packs)
