"""Every template reads a file as its department really writes it, and sets a wrong row aside with its reason."""

# ruff: noqa: E501 - a row of a file stays on one line

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from exchange.material import certificate, text_of, write_csv, write_xlsx, write_zip
from tuodi.exchange import Delivery, read_delivery, recognise, source_templates

pytestmark = pytest.mark.req("AD02")

ANNA, BEN, CLARA = certificate(1), certificate(2), certificate(5, "20110203")
TITLE = ["示例县2024年3月"]


@dataclass(frozen=True)
class Case:
    """A file of one source: how it is written, what its first good row holds, and what its wrong rows are told."""

    write: Callable[[Path], Path]
    first: dict[str, Any]
    good: int
    wrong: tuple[tuple[str, str], ...] = ()
    """(column of the target, reason), row by row."""
    as_of: date | None = None
    extra: tuple[tuple[str, str], ...] = ()


def xlsx(
    name: str, *rows: Sequence[Any], merged: Sequence[tuple[int, int, int, int, str]] = ()
) -> Callable[[Path], Path]:
    return lambda folder: write_xlsx(folder / f"{name}.xlsx", rows, merged=merged)


def gb18030(name: str, *rows: Sequence[Any]) -> Callable[[Path], Path]:
    return lambda folder: write_csv(folder / f"{name}.csv", rows, encoding="gb18030")


def setl_d(**changed: str) -> str:
    """One line of the platform's table, tab-separated, without a header."""
    names = source_templates()["settlements"].headerless
    said = {
        "SETL_ID": "S1", "MDTRT_ID": "M1", "PSN_NO": "9900000000000001", "PSN_NAME": "样例甲", "CERTNO": ANNA, "GEND": "1",
        "INSUTYPE": "390", "PSN_TYPE": "1501", "HOSP_LV": "2", "BEGNDATE": "2024-03-01", "ENDDATE": "2024-03-09",
        "SETL_TIME": "2024-03-09 10:11:12", "MED_TYPE": "21", "MEDFEE_SUMAMT": "1000.00", "FULAMT_OWNPAY_AMT": "100.00",
        "OVERLMT_SELFPAY": "0", "PRESELFPAY_AMT": "100.00", "INSCP_AMT": "800.00", "MAF_PAY": "50.00", "YEAR": "2024",
    } | changed  # fmt: skip
    return "\t".join(said.get(name, "null") for name in names)


def message(**changed: Any) -> dict[str, Any]:
    bill = {
        "setl_id": "S1", "psn_no": "P1", "psn_name": "样例甲", "certno": ANNA, "med_type": "21", "hosp_lv": "05",
        "setl_time": "2024-03-09 10:11:12", "enddate": "2024-03-09", "medfee_sumamt": 1000.5, "fulamt_ownpay_amt": 100.5,
        "overlmt_selfpay": 0, "preselfpay_amt": 100, "inscp_scp_amt": 800, "refd_setl_flag": "0", "gend": "1",
    } | changed  # fmt: skip
    return {"infcode": "0", "output": {"setlinfo": bill}}


def messages(folder: Path) -> Path:
    path = folder / "5203.json"
    path.write_text(json.dumps([message(), message(setl_id="S2", inscp_scp_amt=801)], ensure_ascii=False), "utf-8")
    return path


CASES = {
    "settlement_aid": Case(
        xlsx(
            "医疗救助结算明细",
            ["示例县医疗救助结算明细", *[""] * 15],
            ["结算日期：2024-03-01 至 2024-03-31"],
            ["序号", "结算ID", "身份证号", "姓名", "救助身份", "镇街", "医院等级", "就医类别", "出院日期", "结算时间", "费用", "", "", "", "", "救助"],
            ["", "", "", "", "", "", "", "", "", "", "总费用", "目录外", "超限价", "先行自付", "符合报销", "医疗救助"],
            [1, "S1", ANNA, "样例甲", "城乡低保", "甲镇", "二甲", "普通住院", "2024.3.5", "2024/3/5 9:30", "1,000.00", "100", "0", "100", "800", "￥50"],
            [2, "S2", BEN, "样例乙", "城乡低保", "甲镇", "二甲", "普通住院", "2024.3.5", "2024/3/5 9:30", "1,000.00", "100", "0", "100", "801", "50"],
            ["合计", "", "", "", "", "", "", "", "", "", "2000", "200", "0", "200", "1601", "100"],
            merged=((2, 10, 2, 14, "费用"),),
        ),
        {"claim_id": "S1", "person_id": ANNA, "identity_at_hospital": "dibao", "provider_level": "secondary",
         "setting": "inpatient", "total": 100_000, "paid_assistance": 5_000, "discharged_on": date(2024, 3, 5)},
        1, (("total", "parts_total"),), date(2024, 3, 31), (("township", "甲镇"),),
    ),
    "identity_flags": Case(
        xlsx(
            "身份标识明细20240331",
            ["人员编号", "证件号码", "姓名", "医疗救助身份", "开始日期", "结束日期", "标识日期", "推送部门"],
            ["9900000000000001", ANNA, "样例甲", "农村低保", "2024-01-01", "长期", "2024-01-05", "民政局"],
            ["9900000000000002", BEN, "样例乙", "城里人", "2024-01-01", "", "2024-01-05", "民政局"],
        ),
        {"person_id": "9900000000000001", "identity": "dibao", "from": date(2024, 1, 1), "to": None, "source": "民政局"},
        1, (("identity", "code_unknown_plain"),), date(2024, 3, 31),
    ),
    "high_cost_warning": Case(
        xlsx(
            "高额费用预警名单",
            ["示例县2024年度高额费用预警名单（数据截至2024年3月31日）"], ["单位：万元"],
            ["序号", "姓名", "身份证号码", "乡镇", "住院次数", "总费用", "个人负担累计", "预警日期"],
            [1, "样例 甲", ANNA, "甲镇", "3次", "12.345678", "5.2", "2024-03-31"],
            [2, "样例乙", BEN, "甲镇", "2", "12", "五万", "2024-03-31"],
        ),
        {"year": 2024, "person_name": "样例甲", "own_total": 5_200_000, "total": 12_345_678, "stays": 3},
        1, (("own_total", "not_amount"),), date(2024, 3, 31),
    ),
    "manual_claims": Case(
        gb18030(
            "零星报销",
            ["受理编号", "姓名", "证件号码", "受理日期", "支付日期", "支付金额", "待遇项目", "状态", "零星报销原因", "收款账号"],
            ["R1", "样例甲", ANNA, "2024-03-01", "2024-03-20", "1200.50", "医疗救助", "已支付", "异地就诊", "6217 0000 1234 5678 901"],
            ["", "样例乙", BEN, "2024-03-01", "", "10", "医疗救助", "已受理", "", ""],
        ),
        {"receipt_number": "R1", "amount": 120_050, "layer": "assistance", "status": "paid",
         "bank_account": "6217000012345678901", "paid_on": date(2024, 3, 20)},
        1, (("receipt_number", "required_empty"),),
    ),
    "premium_subsidy": Case(
        xlsx(
            "附件3",
            ["2024年度资助参保对象全量明细"],
            ["序号", "身份证号", "姓名", "医疗救助身份", "镇街", "村居", "纳入资助时间", "缴费时间"],
            [1, ANNA, "样例甲", "特困供养", "甲镇", "乙村", "2023-11-02", "2023-12-01"],
            [2, BEN, "样例乙", "低保", "甲镇", "乙村", "2023-13-02", ""],
        ),
        {"year": 2024, "identity": "tekun", "included_on": date(2023, 11, 2), "village": "乙村"},
        1, (("included_on", "date_impossible"),),
    ),
    "enrolment_check": Case(
        xlsx(
            "附件4",
            ["2024年度困难人员参保核实"],
            ["姓名", "身份证号", "居民医保所属区划", "职工医保所属区划", "资助金额", "个人缴费金额", "是否参保职工", "参保类型", "金保号", "居民参保状态", "特殊人员身份类别"],
            ["样例甲", ANNA, "990121", "", "180", "200", "否", "居民", "99001", "正常参保", "低保"],
            ["样例乙", BEN, "990121", "990105", "0", "0", "是", "农保", "99002", "未参保", "低保"],
        ),
        {"year": 2024, "scheme": "resident", "insured_region": "990121", "subsidy": 18_000, "status": "insured", "person_id": "99001"},
        1, (("scheme", "code_unknown_plain"),), None, (("is_employee", "否"), ("identity", "低保")),
    ),
    "premium_request": Case(
        xlsx(
            "附件5",
            ["2024年度税务请款明细"],
            ["序号", "镇街", "姓名", "身份证号码", "人员编号", "代缴类别", "参保类别", "代缴金额", "个人缴费金额", "缴费总额", "请款批次"],
            [1, "甲镇", "样例甲", ANNA, "P1", "低保对象代缴", "城乡居民", 180, 200, 380, "2024-1"],
            [2, "甲镇", "样例乙", BEN, "P2", "低保对象代缴", "城乡居民", "180.005", 200, 380, "2024-1"],
        ),
        {"identity": "dibao", "subsidy": 18_000, "premium": 38_000, "batch": "2024-1", "year": 2024},
        1, (("subsidy", "amount_decimals"),),
    ),
    "deaths": Case(
        xlsx(
            "附件6 死亡人员名单",
            [*TITLE, "死亡人员名单"],
            ["序号", "姓名", "身份证号码", "死亡时间", "镇街", "备注"],
            [1, "样例甲", ANNA, "20240312", "甲镇", "火化"],
            [2, "样例乙", "990101195604120029", "24.3.12", "甲镇", ""],
        ),
        {"person_name": "样例甲", "died_on": date(2024, 3, 12), "certificate": ANNA, "note": "火化"},
        1, (("certificate", "certificate_check"), ("died_on", "date_ambiguous")), date(2024, 3, 31),
    ),
    "civil_affairs_monthly": Case(
        xlsx(
            "低保",
            [*TITLE, "城乡低保资金发放名册"],
            ["序号", "乡（镇）", "村（居）", "户主姓名", "姓名", "身份证号", "与户主关系", "救助类别", "月保障金额（元）", "开户行", "账号"],
            [1, "甲镇", "乙村", "样例甲", "样例甲", ANNA, "户主", "农村低保", "450.00", "农商行", "6217000012345678901"],
            [2, "甲镇", "乙村", "样例甲", "样例乙", BEN, "之妻", "其它", "450.00", "农商行", ""],
            ["合计", "", "", "", "", "", "", "", "900.00", "", ""],
        ),
        {"person_name": "样例甲", "identity": "dibao", "from": date(2024, 3, 1), "relation": "head", "monthly_amount": 45_000},
        1, (("identity", "code_unknown_plain"),), date(2024, 3, 31), (("bank", "农商行"),),
    ),
    "monitored_households": Case(
        xlsx(
            "监测户20240320",
            ["防返贫监测户信息"],
            ["户编号", "户主姓名", "户主证件号码", "联系电话", "户类型", "监测对象类别", "家庭人口数", "返贫致贫风险1", "识别监测时间", "消除监测时间", "风险是否已消除", "人均纯收入", "帮扶措施"],
            ["5100000001", "样例甲", ANNA, "139 0000 0001", "脱贫户", "脱贫不稳定户", 3, "因病", "202312", "", "否", "8,500.25", "健康帮扶"],
            ["", "样例乙", BEN, "", "一般农户", "边缘易致贫户", 2, "因病", "202312", "", "否", "", ""],
        ),
        {"household_id": "5100000001", "monitored_as": "unstable_exit", "monitored_on": date(2023, 12, 1), "cleared": "no",
         "risk": "illness", "net_income_each": 850_025, "phone": "13900000001", "household_kind": "out_of_poverty"},
        1, (("household_id", "required_empty"),), date(2024, 3, 20),
    ),
    "monitored_members": Case(
        xlsx(
            "监测家庭成员20240320",
            ["户编号", "姓名", "性别", "证件号码", "与户主关系", "健康状况", "在校生状况", "是否参加大病保险", "是否接受医疗救助", "民族"],
            ["5100000001", "样例甲", "男", f"{ANNA}43", "户主", "残疾", "", "是", "否", "汉族"],
            ["5100000001", "", "女", BEN, "配偶", "健康", "", "是", "否", "汉族"],
        ),
        {"person_name": "样例甲", "certificate": ANNA, "disability_number": f"{ANNA}43", "health": "disabled",
         "catastrophic_insured": "yes", "assisted": "no", "sex": "male"},
        1, (("person_name", "required_empty"),), date(2024, 3, 20), (("nation", "汉族"),),
    ),
    "disabled_persons": Case(
        xlsx(
            "持证残疾人名册2024-03-31",
            ["残疾人证号", "姓名", "性别", "残疾类别", "残疾等级", "发证日期", "有效期至", "监护人"],
            [f"{ANNA}41", "样例甲", "男", "肢体", "一级", "2020-05-06", "2030-05-06", ""],
            [f"{BEN}85", "样例乙", "男", "肢体", "一级", "2020-05-06", "", ""],
            [BEN, "样例乙", "男", "肢体", "一级", "2020-05-06", "", ""],
        ),
        {"disability_number": f"{ANNA}41", "category": "limbs", "grade": "grade_1", "valid_to": date(2030, 5, 6)},
        1, (("disability_number", "disability_digits"), ("disability_number", "disability_length")), date(2024, 3, 31),
    ),
    "entitled_groups": Case(
        xlsx(
            "优抚对象名册",
            [*TITLE, "优抚对象抚恤补助发放名册"],
            ["序号", "姓名", "身份证号", "优抚类别", "抚恤补助金额", "开户账号", "证书号"],
            [1, "样例甲", ANNA, "带病回乡退役军人", "1,288.5", "6217000012345678901", "川优001"],
            [2, "样例乙", BEN, "退休工人", "100", "", ""],
        ),
        {"identity": "entitled_group", "monthly_amount": 128_850, "decision_number": "川优001", "from": date(2024, 3, 1)},
        1, (("identity", "code_unknown_plain"),), date(2024, 3, 31),
    ),
    "charity_ledger": Case(
        xlsx(
            "慈善总会救助台账",
            ["慈善总会2024年1月至3月救助台账"],
            ["编号", "受助人姓名", "身份证号", "救助项目", "病种", "救助金额（元）", "发放日期", "救助类型", "经办人"],
            ["C-1", "样例甲", ANNA, "大病救助", "尿毒症", "5000", "2024-03-01", "医疗费", "某"],
            ["C-2", "样例乙", BEN, "大病救助", "尿毒症", "5000", "", "医疗费", "某"],
            ["合计", "", "", "", "", "10000", "", "", ""],
        ),
        {"amount": 500_000, "giver": "县慈善总会", "kind": "medical", "receipt_number": "C-1", "paid_on": date(2024, 3, 1)},
        1, (("paid_on", "required_empty"),), date(2024, 3, 31), (("officer", "某"),),
    ),
    "red_cross_ledger": Case(
        gb18030(
            "红十字会救助台账",
            ["凭证号", "姓名", "身份证号码", "项目名称", "资助金额", "发放时间", "疾病名称"],
            ["H1", "样例丙", CLARA, "小天使基金", "30000", "2024年3月1日", "白血病"],
            ["H2", "样例丁", "", "小天使基金", "三万", "2024年3月1日", "白血病"],
        ),
        {"amount": 3_000_000, "giver": "县红十字会", "illness": "白血病", "certificate": CLARA},
        1, (("amount", "not_amount"),),
    ),
    "settlements": Case(
        lambda folder: write_zip(
            folder / "SETL_D_202403.zip",
            SETL_D_dot_txt="\n".join([setl_d(), setl_d(SETL_ID="S2", MED_TYPE="77"), setl_d(SETL_ID="S3")]).encode(),
        ),
        {"claim_id": "S1", "person_id": "9900000000000001", "provider_level": "secondary", "total": 100_000,
         "paid_assistance": 5_000, "stay_id": "M1", "benefit_year": 2024},
        2, (("setting", "code_unknown_plain"),), date(2024, 3, 31), (("sex", "1"),),
    ),
    "settlement_messages": Case(
        messages,
        {"claim_id": "S1", "person_id": "P1", "total": 100_050, "in_scope": 80_000, "provider_level": "secondary"},
        1, (("total", "parts_total"),),
    ),
    "institutions": Case(
        xlsx(
            "定点医药机构名录",
            ["定点医药机构编号", "定点医药机构名称", "机构等级", "机构类型", "行政区划", "协议开始日期", "经营性质"],
            ["H99012100001", "示例县人民医院", "2", "综合医院", "990121", "2020-01-01", "公立"],
            ["", "某诊所", "9", "诊所", "990121", "", ""],
        ),
        {"provider_id": "H99012100001", "provider_level": "secondary", "provider_kind": "hospital", "region": "990121"},
        1, (("provider_id", "required_empty"),), None, (("ownership", "公立"),),
    ),
    "enrolment": Case(
        lambda folder: write_csv(
            folder / "居民参保明细.csv",
            [
                ["参保年度", "人员编号", "证件类型", "证件号码", "姓名", "性别", "出生日期", "参保状态", "参保地", "人员类别", "行政区划代码", "个人缴费金额", "户编号"],
                ["2024", "P1", "居民身份证", ANNA, "样例甲", "男", "1956-04-12", "正常参保", "990121", "居民成年", "990121001001", "380", "H1"],
                ["二〇二四", "P2", "居民身份证", BEN, "样例乙", "男", "1956-04-12", "正常参保", "990121", "居民成年", "990121001001", "380", "H1"],
            ],
        ),
        {"year": 2024, "scheme": "resident", "person_id": "P1", "region": "990121001001", "own_premium": 38_000,
         "certificate_kind": "identity_card", "status": "insured", "person_type": "adult"},
        1, (("year", "not_whole"),), None, (("household_id", "H1"),),
    ),
}  # fmt: skip


def delivered(code: str, folder: Path) -> Delivery:
    return read_delivery(CASES[code].write(folder), source_templates()[code])


def test_every_source_has_its_case() -> None:
    assert CASES.keys() == source_templates().keys()


@pytest.mark.parametrize("code", CASES)
def test_a_file_reads_as_its_department_writes_it(code: str, tmp_path: Path) -> None:
    case, found = CASES[code], delivered(code, tmp_path)
    row = found.frame.row(0, named=True)
    assert {name: row[name] for name in case.first} == case.first
    assert found.good == case.good
    assert found.frame.columns == list(found.template.target.columns)
    assert found.rows_read == found.good + found.quarantined + found.dropped
    assert found.as_of == case.as_of
    beside = found.extra.row(0, named=True) if found.extra.width else {}
    assert {name: beside[name] for name, _ in case.extra} == dict(case.extra)
    assert found.places.height == found.frame.height
    assert found.extra.height == found.frame.height


@pytest.mark.parametrize("code", CASES)
def test_a_wrong_row_is_told_why(code: str, tmp_path: Path) -> None:
    found = delivered(code, tmp_path)
    assert tuple(found.quarantine.select("field", "reason").rows()) == CASES[code].wrong
    for line in found.quarantine.to_dicts():
        assert line["row"] > 0
        assert line["cells"]
        assert line["reason_zh"] != line["reason_en"]


@pytest.mark.parametrize("code", CASES)
def test_a_file_is_recognised(code: str, tmp_path: Path) -> None:
    guesses = recognise(CASES[code].write(tmp_path))
    assert guesses[0].code == code, [(guess.code, guess.score) for guess in guesses[:3]]
    assert guesses[0].why_zh != guesses[0].why_en


@pytest.mark.parametrize("code", CASES)
def test_no_column_of_the_fixture_is_unknown(code: str, tmp_path: Path) -> None:
    assert not delivered(code, tmp_path).unknown


def test_text_of_a_case_is_not_read_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(text_of([["受理编号", "姓名", "支付金额"], ["R1", "样例甲", "1"]]).encode())
    assert read_delivery(path, source_templates()["manual_claims"]).good == 1
