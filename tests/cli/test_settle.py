"""``tuodi settle | resettle | award``: every format in and out, the contract of the columns, the exit codes."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import openpyxl
import polars as pl
import pyarrow.parquet as pq
import pytest

from cli.material import COLUMNS, INVENTED, LOCAL, SUQIAN, bill, claims, columns_of, identities, records, table, tuodi
from exchange.material import write_csv, write_xlsx
from exchange.test_messages import F3, F4, reply
from tuodi.exchange import read_table, write_table
from tuodi.law.find import default_roots
from tuodi.tables import CLAIMS

pytestmark = [pytest.mark.req("NS14"), pytest.mark.req("SP10")]

PAID = {
    "S1": {"status": "ok", "pay_basic": "9000.00", "pay_catastrophic": "1000.00", "pay_assistance": "8000.00",
           "self_in_scope": "2000.00", "self_total": "12000.00"},
    "S2": {"status": "ok", "pay_assistance": "10000.00", "self_in_scope": "0.00", "self_total": "10000.00"},
    "S3": {"status": "ok", "pay_assistance": "4900.00", "self_in_scope": "5100.00", "self_total": "15100.00"},
}  # fmt: skip


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return identities(tmp_path_factory.mktemp("held") / "名册.csv")


def written(path: Path, kind: str) -> Path:
    rows = [bill(1), bill(2), bill(3)]
    if kind == "xlsx":
        return write_xlsx(path / "结算.xlsx", table(rows))
    made = claims(path / "结算.csv", *rows, encoding="gb18030" if kind == "gb18030" else "utf-8")
    if kind == "parquet":
        write_table(read_table(made, CLAIMS).frame, path / "结算.parquet", CLAIMS)
        return path / "结算.parquet"
    return made


@pytest.mark.parametrize("kind", ["utf-8", "gb18030", "xlsx", "parquet"])
def test_every_format_gives_the_same_settlement(tmp_path: Path, held: Path, kind: str) -> None:
    out = tmp_path / "out.csv"
    done = tuodi("settle", "--pack", SUQIAN, "--claims", written(tmp_path, kind), "--identities", held, "--out", out)
    assert done.code == 0, done
    assert columns_of(out) == COLUMNS
    found = {row["claim_id"]: row for row in records(out)}
    assert {name: {key: found[name][key] for key in row} for name, row in PAID.items()} == PAID
    assert all(row["reason"] == "" for row in found.values())
    assert list(tmp_path.glob("*quarantine*")) == []


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet"])
def test_every_format_out_has_the_columns_of_the_contract(tmp_path: Path, held: Path, suffix: str) -> None:
    out = tmp_path / f"out.{suffix}"
    given = written(tmp_path, "utf-8")
    assert tuodi("settle", "--pack", SUQIAN, "--claims", given, "--identities", held, "--out", out).code == 0
    assert columns_of(out) == COLUMNS
    if suffix == "parquet":
        assert str(pq.read_schema(out).field("pay_assistance").type) == "decimal128(18, 2)"
        assert pl.read_parquet(out)["pay_assistance"].to_list() == [
            Decimal("8000.00"),
            Decimal("10000.00"),
            Decimal("4900.00"),
        ]
    if suffix == "xlsx":
        cell = openpyxl.load_workbook(out).active["G2"]
        assert (cell.value, cell.number_format) == (8000, "#,##0.00")


def test_what_is_not_known_is_empty_with_a_reason_and_keeps_its_column(tmp_path: Path, held: Path) -> None:
    out = tmp_path / "out.csv"
    given = claims(tmp_path / "结算.csv", bill(1, 基本报销=""))
    done = tuodi("settle", "--pack", SUQIAN, "--claims", given, "--identities", held, "--out", out)
    assert done.code == 0
    assert columns_of(out) == COLUMNS
    [row] = records(out)
    assert (row["status"], row["pay_basic"], row["pay_assistance"], row["self_total"]) == ("undetermined", "", "", "")
    assert "basic:given_missing" in row["reason"].split(";")
    assert "无法判定：1 笔" in done.out
    assert "结算记录没有写明本层支付金额：1 笔" in done.out


def test_no_bill_at_all_keeps_the_columns(tmp_path: Path, held: Path) -> None:
    out = tmp_path / "out.csv"
    done = tuodi(
        "settle", "--pack", SUQIAN, "--claims", claims(tmp_path / "空.csv"), "--out", out, "--identities", held
    )
    assert done.code == 0, done
    assert columns_of(out) == COLUMNS
    assert "只有表头" in done.out


def test_trace_adds_the_steps_of_every_layer(tmp_path: Path, held: Path) -> None:
    out = tmp_path / "out.csv"
    given = written(tmp_path, "utf-8")
    assert tuodi("settle", "--pack", SUQIAN, "--claims", given, "--identities", held, "--out", out, "--trace").code == 0
    assert columns_of(out)[: len(COLUMNS)] == COLUMNS
    margin = next(row for row in records(out) if row["claim_id"] == "S3")
    assert (margin["class_assistance"], margin["base_assistance"]) == ("margin", "10000.00")
    assert margin["deductible_taken_assistance"] == "3000.00"
    assert margin["cap_cut_assistance"] == "0.00"


def test_json_says_what_was_done(tmp_path: Path, held: Path) -> None:
    out = tmp_path / "out.csv"
    given = claims(tmp_path / "结算.csv", bill(1), bill(2, 医院等级="四级"))
    done = tuodi("settle", "--pack", SUQIAN, "--claims", given, "--identities", held, "--out", out, "--json")
    assert done.code == 3
    said = done.json
    assert (said["bills"], said["status"], said["out"]) == (1, {"ok": 1}, str(out))
    assert said["pack"] == [SUQIAN]
    assert said["quarantine"] == str(tmp_path / "out.quarantine.xlsx")
    assert [(one["table"], one["rows"], one["good"], one["quarantined"]) for one in said["files"]] == [
        ("claims", 2, 1, 1),
        ("identities", 3, 3, 0),
    ]
    [problem] = said["problems"]
    assert {key: problem[key] for key in ("file", "row", "key", "column", "cell", "reason")} == {
        "file": "结算.csv", "row": 3, "key": "S2", "column": "医院等级", "cell": "四级", "reason": "code_unknown",
    }  # fmt: skip


LACKING = ("--read", "default:provider_level=三级", "--read", "default:discharged_on=2026-11-22")
OUTPATIENT = (
    F4.replace('"med_type":"21"', '"med_type":"11"')
    .replace('"hosp_part_amt":60.0', '"hosp_part_amt":0')
    .replace('"psn_part_amt":1540.0', '"psn_part_amt":1600.0')
    .replace('"psn_cash_pay":1300.0', '"psn_cash_pay":1360.0')
)
QUERY = (
    F3.replace('"psn_part_amt"', '"psn_pay"')
    .replace('"psn_cash_pay"', '"cash_payamt"')
    .replace('"insutype":"390"', '"insutype":"390","hosp_lv":"03","begndate":"2026-11-18","enddate":"2026-11-22"')
)


@pytest.mark.parametrize(
    ("message", "more", "setting"),
    [(OUTPATIENT, LACKING, "outpatient"), (F3, LACKING, "inpatient"), (QUERY, (), "inpatient")],
    ids=["2207", "2304", "5203"],
)
def test_national_replies(tmp_path: Path, message: str, more: tuple[str, ...], setting: str) -> None:
    given = tmp_path / "reply.json"
    given.write_text(reply(message), "utf-8")
    out = tmp_path / "out.csv"
    held = identities(tmp_path / "名册.csv", ("99000000000000000001", "低保", "2025-01-01"))
    done = tuodi("settle", "--pack", SUQIAN, "--claims", given, "--identities", held, "--out", out, *more)
    assert done.code == 0, done
    [row] = records(out)
    sent = json.loads(message)["setlinfo"]
    assert (row["claim_id"], row["status"]) == (sent["setl_id"], "ok")
    assert Decimal(row["pay_basic"]) == Decimal(str(sent["hifp_pay"]))
    left = Decimal(str(sent["inscp_scp_amt"])) - Decimal(row["pay_basic"])
    assert Decimal(row["pay_assistance"]) == (left * 80 / 100 if setting else left).quantize(Decimal("0.01"))


def test_local_codes_and_words_named_on_the_command_line(tmp_path: Path, held: Path) -> None:
    rows = table([bill(1, 医院等级="甲类")])
    rows[0][rows[0].index("医院等级")] = "机构档次"
    given = write_csv(tmp_path / "a.csv", rows)
    out = tmp_path / "out.csv"
    call = ("settle", "--pack", SUQIAN, "--claims", given, "--identities", held, "--out", out)
    assert tuodi(*call).code == 4
    assert not out.exists()
    again = tuodi(*call, "--read", "column:机构档次=provider_level", "--read", "value:provider_level:甲类=tertiary")
    assert again.code == 0, again
    wrong = tuodi(*call, "--read", "column:机构档次=provider_lvl")
    assert (wrong.code, "provider_level" in wrong.err) == (2, True)
    assert tuodi(*call, "--read", "机构档次").code == 2


def test_all_layers_computed_or_one_of_them_read_from_the_record(tmp_path: Path) -> None:
    given = claims(tmp_path / "a.csv", bill(1, 基本报销="1234.56", 大病="0.01"))
    out = tmp_path / "out.csv"
    call = ("settle", "--pack", INVENTED, "--claims", given, *LOCAL, "--out", out)
    assert tuodi(*call).code == 0
    layers = [name for name in columns_of(out) if name.startswith("pay_")]
    assert layers[:5] == ["pay_basic", "pay_catastrophic", "pay_large", "pay_assistance", "pay_tilt"]
    [row] = records(out)
    assert [row[name] for name in ("status", "pay_basic", "pay_catastrophic")] == ["ok", "14625.00", "0.00"]
    assert tuodi(*call, "--given", "catastrophic").code == 0
    [row] = records(out)
    assert [row[name] for name in ("status", "pay_basic", "pay_catastrophic")] == ["ok", "14625.00", "0.01"]
    wrong = tuodi(*call, "--given", "catastrofic")
    assert (wrong.code, "catastrophic" in wrong.err) == (2, True)


def test_opening_balances_count_and_unknown_counters_are_set_aside(tmp_path: Path) -> None:
    given = claims(tmp_path / "a.csv", bill(3))
    held = identities(tmp_path / "名册.csv")
    rows = [["人员编号", "年度", "累计项", "累计额"], ["P3", "2024", "assistance.deductible", "3000.00"]]
    opening = write_csv(tmp_path / "期初.csv", [*rows, ["P3", "2024", "assistance.deductable", "1.00"]])
    out = tmp_path / "out.csv"
    call = ("settle", "--pack", SUQIAN, "--claims", given, "--identities", held, "--out", out)
    done = tuodi(*call, "--opening", opening, "--json")
    assert done.code == 3
    assert records(out)[0]["pay_assistance"] == "7000.00"
    [problem] = done.json["problems"]
    assert (problem["file"], problem["row"], problem["column"], problem["expected"]) == (
        "期初.csv", 3, "累计项", "assistance.deductible",
    )  # fmt: skip


def test_bills_outside_the_version_are_set_aside(tmp_path: Path, held: Path) -> None:
    given = claims(
        tmp_path / "a.csv", bill(1), bill(2, 入院日期="2023-03-01", 出院日期="2023-03-02", 结算时间="2023-03-02")
    )
    out = tmp_path / "out.csv"
    done = tuodi("settle", "--pack", SUQIAN, "--claims", given, "--identities", held, "--out", out)
    assert done.code == 3
    assert [row["status"] for row in records(out)] == ["ok", "quarantined"]
    assert "不在所选规则版本的施行期内：1 笔" in done.out


def test_threads_and_order_of_rows_change_nothing(tmp_path: Path, held: Path) -> None:
    rows = [bill(1), bill(2), bill(3), bill(4, 人员编号="P3", 出院日期="2024-05-01", 结算时间="2024-05-01")]
    outs = []
    for name, some, threads in (("a", rows, 1), ("b", rows[::-1], 2)):
        out = tmp_path / f"{name}.csv"
        given = claims(tmp_path / f"{name}-in.csv", *some)
        call = ("settle", "--pack", SUQIAN, "--claims", given, "--identities", held, "--out", out)
        assert tuodi(*call, "--threads", str(threads)).code == 0
        outs.append(sorted(out.read_text("utf-8-sig").splitlines()))
    assert outs[0] == outs[1]


def test_a_pack_of_ones_own(tmp_path: Path, held: Path) -> None:
    text = (default_roots()[0] / SUQIAN / "pack.yaml").read_text("utf-8")
    mine = tmp_path / "rules" / "cn" / "990100" / "2024"
    mine.mkdir(parents=True)
    (mine / "pack.yaml").write_text(
        text.replace("cn/321300/2024", "cn/990100/2024").replace("dibao: 80%", "dibao: 90%"), "utf-8"
    )
    given = claims(tmp_path / "a.csv", bill(1))
    out = tmp_path / "out.csv"
    for ref in ("cn/990100/2024", "cn/990100"):
        call = ("settle", "--pack", ref, "--packs-dir", tmp_path / "rules", "--claims", given, "--identities", held)
        assert tuodi(*call, "--out", out).code == 0
        assert records(out)[0]["pay_assistance"] == "9000.00"


def test_resettle_lists_what_is_owed(tmp_path: Path) -> None:
    given = claims(tmp_path / "a.csv", bill(1), bill(2))
    held = identities(tmp_path / "名册.csv", ("P2", "特困人员", "2023-01-01"))
    changes = write_csv(
        tmp_path / "变更.csv",
        [["变更类型", "人员编号", "救助身份", "开始日期"], ["grant_identity", "P1", "低保对象", "2024-01-01"]],
    )
    out = tmp_path / "差额.csv"
    done = tuodi(
        "resettle", "--pack", SUQIAN, "--claims", given, "--identities", held, "--changes", changes, "--out", out
    )
    assert done.code == 0, done
    assert columns_of(out) == [
        "claim_id", "person_id", "layer", "before", "after", "difference", "owed_to", "cause",
    ]  # fmt: skip
    [row] = records(out)
    assert [row[name] for name in ("claim_id", "layer", "before", "after", "difference", "owed_to")] == [
        "S1", "assistance", "0.00", "8000.00", "8000.00", "person",
    ]  # fmt: skip
    assert "应补给个人 8000.00 元" in done.out
    said = tuodi(
        "resettle",
        "--pack",
        SUQIAN,
        "--claims",
        given,
        "--identities",
        held,
        "--changes",
        changes,
        "--out",
        out,
        "--json",
    ).json
    assert (said["differences"], said["person"], said["fund"]) == (1, "8000.00", "0.00")


def test_award_on_application(tmp_path: Path) -> None:
    day = {"入院日期": "", "出院日期": "2023-06-15", "结算时间": "2023-06-15"}
    given = claims(tmp_path / "a.csv", bill(1, 医疗类别="11", 医院等级="三级", 基本报销="0.00", 大病="", **day))
    asked = write_csv(
        tmp_path / "申请.csv",
        [
            ["人员编号", "户编号", "申请类型", "申请日期", "其他救助金额"],
            ["P1", "H1", "illness_poor", "2024-03-01", "1,000.00"],
            ["P1", "H1", "没有这种救助", "2024-03-01", ""],
        ],
    )
    out = tmp_path / "救助.csv"
    call = ("award", "--pack", "cn/110000/2023", "--claims", given, "--awards", asked, "--given", "basic", *LOCAL)
    done = tuodi(*call, "--out", out)
    assert done.code == 3, done
    [decided] = records(out)
    expected = {
        "kind": "illness_poor", "status": "ok", "window_from": "2023-01-01", "left": "25000.00", "other_aid": "1000.00",
        "base": "24000.00", "amount": "7200.00",
    }  # fmt: skip
    assert decided == decided | expected
    assert "申请 1 件，其中可给付 1 件" in done.out
    assert "第 3 行，申请类型“没有这种救助”" in done.out
    assert tuodi(*call, "--out", out, "--json").json["requests"] == 1


def test_a_request_that_cannot_be_decided_says_why(tmp_path: Path) -> None:
    given = claims(tmp_path / "a.csv", bill(1, 出院日期="2023-06-15", 结算时间="2023-06-15", 入院日期=""))
    asked = write_csv(
        tmp_path / "申请.csv", [["人员编号", "申请类型", "申请日期"], ["P1", "illness_poor", "2024-03-01"]]
    )
    out = tmp_path / "救助.csv"
    done = tuodi("award", "--pack", "cn/110000/2023", "--claims", given, "--awards", asked, "--out", out)
    assert done.code == 0, done
    [decided] = records(out)
    assert (decided["status"], decided["amount"]) == ("undetermined", "")
    assert "不知道属于哪一户：1 件" in done.out
