"""National replies: the invented fixtures F1, F3, F4, F5, F8 and F9 of the interface notes, and spelling drift."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from exchange.material import findings
from tuodi.errors import FileError
from tuodi.exchange import check_claims, check_reading, read_table
from tuodi.tables import CLAIMS, IDENTITIES, PERSONS

pytestmark = [pytest.mark.req("AD02"), pytest.mark.req("NS14")]

CERT = "990101195604120016"
LACKING = {"provider_level": "tertiary", "discharged_on": "2026-11-22"}

F1 = json.loads(
    '{"infcode":0,"inf_refmsgid":"990000202611221030010000000001","refmsg_time":"20261122103000120","respond_time":'
    '"20261122103000480","err_msg":null,"output":{"baseinfo":{"psn_no":"99000000000000000001","psn_cert_type":"01",'
    '"certno":"990101195604120016","psn_name":"样例甲","gend":"1","naty":"01","brdy":"1956-04-12","age":70.6},"insuinfo":'
    '[{"balc":0,"insutype":"390","psn_type":"1501","psn_insu_stas":"1","psn_insu_date":"2017-01-01","paus_insu_date":null,'
    '"cvlserv_flag":"0","insuplc_admdvs":"990101","emp_name":"示例村"}],"idetinfo":[{"psn_idet_type":"23","psn_type_lv":"",'
    '"memo":"低保","begntime":"2025-03-01 00:00:00","endtime":null}]}}'
)
F3 = (
    '{"setlinfo":{"mdtrt_id":"M990001","setl_id":"S990001","psn_no":"99000000000000000001","psn_name":"样例甲",'
    '"psn_cert_type":"01","certno":"990101195604120016","gend":"1","naty":"01","brdy":"1956-04-12","age":70.6,"insutype":"390",'
    '"psn_type":"1501","cvlserv_flag":"0","setl_time":"2026-11-22 10:31:00","mdtrt_cert_type":"02","med_type":"21",'
    '"medfee_sumamt":12680.4,"fulamt_ownpay_amt":780.4,"overlmt_selfpay":0,"preselfpay_amt":1100.0,"inscp_scp_amt":10800.0,'
    '"act_pay_dedc":800.0,"hifp_pay":7000.0,"pool_prop_selfpay":0.7,"cvlserv_pay":0,"hifes_pay":0,"hifmi_pay":0,"hifob_pay":0,'
    '"maf_pay":2660.0,"hosp_part_amt":0,"oth_pay":0,"fund_pay_sumamt":9660.0,"psn_part_amt":3020.4,"acct_pay":0,'
    '"psn_cash_pay":3020.4,"balc":0,"acct_mulaid_pay":0,"medins_setl_id":"H99010100001202611221031000002","clr_optins":'
    '"990101","clr_way":"3","clr_type":"21"},"setldetail":[{"fund_pay_type":"390100","inscp_scp_amt":10800.0,'
    '"crt_payb_lmt_amt":null,"fund_payamt":7000.0,"fund_pay_type_name":"城乡居民基本医疗保险基金","setl_proc_info":null},'
    '{"fund_pay_type":"610100","inscp_scp_amt":3800.0,"crt_payb_lmt_amt":null,"fund_payamt":2660.0,'
    '"fund_pay_type_name":"医疗救助基金","setl_proc_info":null}]}'
)
F4 = (
    '{"setlinfo":{"mdtrt_id":"M990001","setl_id":"S990002","psn_no":"99000000000000000001","psn_name":"样例甲",'
    '"psn_cert_type":"01","certno":"990101195604120016","brdy":"1956-04-12","age":70.6,"insutype":"310","psn_type":"1201",'
    '"setl_time":"2026-11-22 10:31:00","med_type":"21","medfee_sumamt":5000.0,"fulamt_ownpay_amt":300.0,'
    '"overlmt_selfpay":50.0,'
    '"preselfpay_amt":150.0,"inscp_scp_amt":4500.0,"act_pay_dedc":500.0,"hifp_pay":3400.0,"pool_prop_selfpay":0.85,'
    '"cvlserv_pay":0,"hifes_pay":0,"hifmi_pay":0,"hifob_pay":0,"maf_pay":0,"hosp_part_amt":60.0,"oth_pay":0,'
    '"fund_pay_sumamt":3400.0,"psn_part_amt":1540.0,"acct_pay":240.0,"psn_cash_pay":1300.0,"balc":10.0,"acct_mulaid_pay":0},'
    '"setldetail":[{"fund_pay_type":"310100","fund_payamt":3400.0},{"fund_pay_type":"310200","fund_payamt":240.0},'
    '{"fund_pay_type":"999996","fund_payamt":60.0}]}'
)
F5 = (
    '{"setlinfo":{"mdtrt_id":"M990001","setl_id":"S990003","psn_no":"99000000000000000001",'
    '"setl_time":"2026-11-23 09:00:00",'
    '"medfee_sumamt":-12680.4,"fulamt_ownpay_amt":-780.4,"overlmt_selfpay":0,"preselfpay_amt":-1100.0,'
    '"inscp_scp_amt":-10800.0,'
    '"act_pay_dedc":-800.0,"hifp_pay":-7000.0,"pool_prop_selfpay":0.7,"cvlserv_pay":0,"hifes_pay":0,"hifmi_pay":0,'
    '"hifob_pay":0,"maf_pay":-2660.0,"oth_pay":0,"fund_pay_sumamt":-9660.0,"psn_part_amt":null,"acct_pay":0,'
    '"psn_cash_pay":-3020.4,"hosp_part_amt":0,"balc":0,"acct_mulaid_pay":0,"clr_optins":"990101"},"setldetail":'
    '[{"fund_pay_type":"390100","fund_payamt":-7000.0},{"fund_pay_type":"610100","fund_payamt":-2660.0}]}'
)
F8 = (
    '{"infcode":-1,"inf_refmsgid":"990000202611221033000000000009","refmsg_time":"20261122103300001",'
    '"respond_time":"20261122103300009","err_msg":"[SETL-S1]医疗费总额与四部分之和不一致","output":null}'
)
F9 = (
    '{"setlinfo":{"medfee_sumamt":1000.0,"fulamt_ownpay_amt":0,"overlmt_selfpay":0,"preselfpay_amt":0,"inscp_scp_amt":1000.0,'
    '"act_pay_dedc":0,"hifp_pay":600.0,"cvlserv_pay":0,"hifes_pay":0,"hifmi_pay":0,"hifob_pay":0,"maf_pay":100.0,"oth_pay":0,'
    '"fund_pay_sumamt":600.0,"psn_part_amt":400.0,"acct_pay":0,"psn_cash_pay":400.0,"hosp_part_amt":0},"setldetail":'
    '[{"fund_pay_type":"390100","fund_payamt":600.0}]}'
)


def reply(output: str) -> str:
    return f'{{"infcode":"0","inf_refmsgid":"x","err_msg":null,"output":{output}}}'


def save(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("wrap", ["{}", "[{}]", '{{"infcode":0,"output":{}}}', '[{{"infcode":"0","output":{}}}]'])
def test_f3_settlement_with_assistance(tmp_path: Path, wrap: str) -> None:
    reading = check_reading(read_table(save(tmp_path / "2304.json", wrap.format(F3)), CLAIMS, defaults=LACKING))
    assert reading.quarantine.is_empty()
    row = reading.frame.row(0, named=True)
    expected = {
        "claim_id": "S990001",
        "person_id": "99000000000000000001",
        "certificate": CERT,
        "stay_id": "M990001",
        "setting": "inpatient",
        "scheme": "resident",
        "person_type": "adult",
        "provider_level": "tertiary",
        "settled_at": datetime.fromisoformat("2026-11-22 10:31"),
        "discharged_on": date(2026, 11, 22),
        "birth_date": date(1956, 4, 12),
        "total": 1_268_040,
        "out_of_catalogue": 78_040,
        "over_limit": 0,
        "first_self_pay": 110_000,
        "in_scope": 1_080_000,
        "deductible_recorded": 80_000,
        "paid_basic": 700_000,
        "paid_assistance": 266_000,
        "paid_fund_total": 966_000,
        "own_total": 302_040,
        "paid_cash": 302_040,
        "paid_account": 0,
        "paid_hospital": 0,
        "paid_tilt": None,
    }
    assert {name: row[name] for name in expected} == expected
    assert reading.message


def test_f4_account_and_hospital_are_no_funds(tmp_path: Path) -> None:
    reading = check_reading(read_table(save(tmp_path / "2304.json", F4), CLAIMS, defaults=LACKING))
    assert reading.quarantine.is_empty()
    assert reading.frame.select("paid_fund_total", "paid_account", "paid_hospital", "scheme").row(0) == (
        340_000,
        24_000,
        6_000,
        "employee",
    )


def test_f5_reversal_finds_its_settlement(tmp_path: Path) -> None:
    path = save(tmp_path / "replies.jsonl", "\n".join([reply(F3), reply(F4), reply(F5)]))
    reading = check_reading(read_table(path, CLAIMS, defaults=LACKING))
    assert reading.quarantine.is_empty()
    assert reading.frame.select("claim_id", "reverses").rows() == [
        ("S990001", None),
        ("S990002", None),
        ("S990003", "S990001"),
    ]
    assert findings(reading.warnings.filter(reason="reversal_inferred"))[0][0] == 3


def test_f5_alone_reverses_nothing(tmp_path: Path) -> None:
    path = save(tmp_path / "a.json", F5)
    given = {**LACKING, "setting": "21"}
    reading = check_reading(read_table(path, CLAIMS, defaults=given))
    assert reading.frame.is_empty()
    assert findings(reading.quarantine) == [(1, "medfee_sumamt", "negative_amount")]


def test_f8_failure_is_no_settlement(tmp_path: Path) -> None:
    path = save(tmp_path / "a.jsonl", f"{reply(F3)}\n{F8}\n")
    reading = read_table(path, CLAIMS, defaults=LACKING)
    assert (reading.rows_read, reading.frame.height) == (2, 1)
    [line] = reading.quarantine.to_dicts()
    assert (line["row"], line["reason"], line["found"]) == (2, "reply_failed", "[SETL-S1]医疗费总额与四部分之和不一致")
    only = read_table(save(tmp_path / "b.json", F8), CLAIMS)
    assert only.quarantine["reason"].to_list() == ["reply_failed"]


def test_f9_is_refused_for_s2_only(tmp_path: Path) -> None:
    given = {
        **LACKING,
        "claim_id": "S9",
        "person_id": "P9",
        "setting": "21",
        "settled_at": "2026-11-22",
    }
    reading = read_table(save(tmp_path / "a.json", F9), CLAIMS, defaults=given)
    assert reading.quarantine.is_empty()
    checked = check_claims(reading.frame, message=True)
    assert checked.quarantine.select("field", "reason", "found", "expected").rows() == [
        ("paid_fund_total", "payers_fund", "700.00", "600.00")
    ]
    assert checked.warnings.is_empty()
    assert checked.good.is_empty()


def test_detail_must_add_up_to_the_fund_total(tmp_path: Path) -> None:
    wrong = F3.replace('"fund_payamt":2660.0', '"fund_payamt":2660.01')
    reading = read_table(save(tmp_path / "a.json", wrong), CLAIMS, defaults=LACKING)
    assert findings(reading.quarantine) == [(1, "fund_pay_sumamt", "detail_fund")]


def test_tilt_is_taken_out_of_the_detail(tmp_path: Path) -> None:
    extra = '{"fund_pay_type":"610102","fund_payamt":660.0}'
    split = F3.replace('"fund_payamt":2660.0', '"fund_payamt":2000.0').replace("}]}", f"}},{extra}]}}")
    reading = check_reading(read_table(save(tmp_path / "a.json", split), CLAIMS, defaults=LACKING))
    assert reading.quarantine.is_empty()
    assert reading.frame.select("paid_assistance", "paid_tilt").row(0) == (200_000, 66_000)
    assert reading.warnings["reason"].to_list() == ["tilt_of_detail"]


def test_spelling_drift(tmp_path: Path) -> None:
    drifted = F3
    for name, other in {
        "psn_cash_pay": "pdn_cash_pay",
        "psn_part_amt": "psn_pay",
        "inscp_scp_amt": "inscp_amt",
        "oth_pay": "othfund_pay",
        "hosp_part_amt": "ownpay_hosp_part",
        "setl_time": "setlTime",
    }.items():
        drifted = drifted.replace(f'"{name}":', f'"{other}":')
    reading = check_reading(read_table(save(tmp_path / "a.json", drifted), CLAIMS, defaults=LACKING))
    assert reading.quarantine.is_empty()
    plain = read_table(save(tmp_path / "b.json", F3), CLAIMS, defaults=LACKING)
    assert reading.frame.equals(plain.frame)


def test_two_names_of_one_amount_must_agree(tmp_path: Path) -> None:
    both = F3.replace('"psn_part_amt":3020.4', '"psn_part_amt":3020.4,"psn_pay":"3020.40"')
    assert read_table(save(tmp_path / "a.json", both), CLAIMS, defaults=LACKING).quarantine.is_empty()
    differ = both.replace('"3020.40"', "3020.41")
    [line] = read_table(save(tmp_path / "b.json", differ), CLAIMS, defaults=LACKING).quarantine.to_dicts()
    assert (line["column"], line["reason"], line["found"]) == ("psn_part_amt", "two_headers", "3020.4")


def test_request_beside_the_reply_gives_what_the_reply_lacks(tmp_path: Path) -> None:
    record: dict[str, Any] = {
        "request": {"infno": "2304", "fixmedins_code": "H99010100001", "input": {"data": {"dscgTime": "2026-11-21"}}},
        "reply": json.loads(reply(F3)),
    }
    path = save(tmp_path / "a.json", json.dumps(record))
    row = read_table(path, CLAIMS, defaults={"provider_level": "三级"}).frame.row(0, named=True)
    assert (row["discharged_on"], row["provider_id"]) == (date(2026, 11, 21), "H99010100001")


def test_f1_gives_identities_and_persons(tmp_path: Path) -> None:
    path = save(tmp_path / "1101.json", json.dumps(F1))
    reading = read_table(path, IDENTITIES)
    assert reading.frame.select("person_id", "certificate", "person_name", "identity", "from", "to").rows() == [
        ("99000000000000000001", CERT, "样例甲", "dibao", date(2025, 3, 1), None)
    ]
    persons = read_table(path, PERSONS).frame
    assert persons.select("person_id", "birth_date", "person_type").rows() == [
        ("99000000000000000001", date(1956, 4, 12), "adult")
    ]


def test_idetinfo_at_the_top_and_as_a_single_object(tmp_path: Path) -> None:
    odd = json.loads(json.dumps(F1))
    odd["idetinfo"] = {**odd["output"].pop("idetinfo")[0], "psn_idet_type": "7131", "endtime": "2025-12-31 23:59:59"}
    reading = read_table(save(tmp_path / "a.json", json.dumps(odd)), IDENTITIES)
    assert reading.frame.select("identity", "to").rows() == [("tekun", date(2025, 12, 31))]


def test_class_code_without_a_note_says_nothing(tmp_path: Path) -> None:
    bare = json.loads(json.dumps(F1))
    bare["output"]["idetinfo"][0]["memo"] = ""
    reading = read_table(save(tmp_path / "a.json", json.dumps(bare)), IDENTITIES)
    assert findings(reading.quarantine) == [(1, "psn_idet_type", "code_ambiguous")]


def test_a_cut_line_of_json_lines_is_set_aside(tmp_path: Path) -> None:
    lines = [reply(F3).replace("S990001", f"S{i}") for i in range(3)]
    path = save(tmp_path / "a.jsonl", "\n".join(lines)[:-200])
    reading = read_table(path, CLAIMS, defaults=LACKING)
    assert reading.frame["claim_id"].to_list() == ["S0", "S1"]
    assert findings(reading.quarantine) == [(3, "", "json_line")]


def test_what_no_record_has_refuses_the_file(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="provider_level"):
        read_table(save(tmp_path / "a.json", F3), CLAIMS)


def test_amounts_never_pass_through_floats(tmp_path: Path) -> None:
    exact = F3.replace("12680.4", "72172992871.18")
    frame = read_table(save(tmp_path / "a.json", exact), CLAIMS, defaults=LACKING).frame
    assert frame["total"].to_list() == [7_217_299_287_118]
