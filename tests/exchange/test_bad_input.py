"""Every sentence of the issue's *Bad input*: the file, the row, the column and the reason are told."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from exchange.material import (
    ANNA,
    HEAD,
    bill,
    certificate,
    claims,
    findings,
    negated,
    paid,
    rows_of,
    text_of,
    write_csv,
    write_xlsx,
    write_zip,
)
from exchange.old_workbook import xls
from tuodi.errors import FileError
from tuodi.exchange import check_claims, check_reading, describe_error, read_table
from tuodi.tables import CLAIMS, IDENTITIES, SCHEMAS

pytestmark = pytest.mark.req("AD02")


def refused(path: Path, schema: object = CLAIMS, **options: object) -> FileError:
    with pytest.raises(FileError) as caught:
        read_table(path, schema, **options)  # type: ignore[arg-type]
    return caught.value


def one_bad_row(tmp_path: Path, row: dict[str, object], column: str, reason: str) -> dict[str, object]:
    """A file with this bad second row: only it is set aside; the first goes on."""
    path = write_csv(tmp_path / "结算明细.csv", rows_of(bill(), row))
    reading = check_reading(read_table(path, CLAIMS))
    assert reading.frame["claim_id"].to_list() == ["S1"]
    assert (reading.rows_read, reading.quarantined) == (2, 1)
    [line] = reading.quarantine.filter(reason=reason).to_dicts()
    assert (line["file"], line["row"], line["column"]) == ("结算明细.csv", 3, column)
    assert line["cells"] == [str(row[name]) for name in HEAD]
    return line


def test_four_parts_that_do_not_add_up(tmp_path: Path) -> None:
    line = one_bad_row(tmp_path, bill(结算ID="S2", 先行自付="30.01"), "医疗费总额", "parts_total")
    assert line["reason_zh"] == "目录外、超限价、先行自付、政策范围内四项之和为 1000.01，不等于医疗费总额 1000.00"
    assert line["reason_en"].endswith("add up to 1000.01, not to the total 1000.00")


@pytest.mark.parametrize(
    ("changed", "column", "reason", "found", "expected"),
    [
        ({"paid_assistance": 10_001}, "paid_fund_total", "payers_fund", "550.01", "550.00"),
        ({"paid_hospital": 999}, "total", "shares_total", "999.99", "1000.00"),
        ({"paid_cash": 40_001}, "own_total", "own_split", "440.01", "440.00"),
    ],
)
def test_payers_hospital_and_own_share_that_do_not_add_up(
    changed: dict[str, int], column: str, reason: str, found: str, expected: str
) -> None:
    frame = claims({**paid(), "claim_id": "S0"}, paid(**changed))
    checked = check_claims(frame)
    assert checked.good["claim_id"].to_list() == ["S0"]
    [line] = checked.quarantine.to_dicts()
    assert (line["row"], line["key"], line["field"], line["reason"]) == (2, "S1", column, reason)
    assert (line["found"], line["expected"]) == (found, expected)
    assert checked.warnings.is_empty()


@pytest.mark.parametrize("lenient", [{"settle_mode": "manual"}, {"place": "out_of_province"}, {"place": "in_province"}])
@pytest.mark.parametrize("changed", [{"paid_assistance": 9_999}, {"paid_hospital": 999}, {"total": 100_001}])
def test_broken_sums_are_warnings_in_manual_and_out_of_area_bills(
    lenient: dict[str, str], changed: dict[str, int]
) -> None:
    frame = claims({**paid(**changed), **lenient})
    checked = check_claims(frame)
    assert checked.good.height == 1
    assert checked.quarantine.is_empty()
    assert checked.warnings.height >= 1
    strict = check_claims(frame, message=True)
    assert strict.good.is_empty()
    assert strict.quarantine["row"].unique().to_list() == [1]


def test_broken_sums_are_warnings_in_aggregate_files() -> None:
    checked = check_claims(claims(paid(paid_basic=1)), aggregate=True)
    assert checked.good.height == 1
    assert checked.warnings["reason"].to_list() == ["payers_fund"]


def test_unknown_payers_may_explain_what_is_missing_but_not_what_is_too_much() -> None:
    less = {
        k: v for k, v in paid(paid_fund_total=56_000, own_total=43_000, paid_cash=39_000).items() if k != "paid_other"
    }
    checked = check_claims(claims(less))
    assert checked.warnings["reason"].to_list() == ["payers_fund_open"]
    assert checked.good.height == 1
    more = {
        k: v for k, v in paid(paid_fund_total=54_000, own_total=45_000, paid_cash=41_000).items() if k != "paid_other"
    }
    assert check_claims(claims(more)).quarantine["reason"].to_list() == ["payers_fund"]


def test_unknown_hospital_part_may_explain_what_is_missing() -> None:
    row = {k: v for k, v in paid().items() if k != "paid_hospital"}
    checked = check_claims(claims(row))
    assert checked.warnings["reason"].to_list() == ["shares_total_open"]
    assert checked.good.height == 1


def test_tilt_that_is_part_of_another_payer_is_told() -> None:
    checked = check_claims(claims({**paid(), "paid_tilt": 2_000}))
    assert checked.warnings["reason"].to_list() == ["tilt_inside"]


def test_negative_amount_outside_a_reversal(tmp_path: Path) -> None:
    row = bill(结算ID="S2", 先行自付="-30.00", 政策范围内费用="910.00")
    line = one_bad_row(tmp_path, row, "先行自付", "negative_amount")
    assert line["found"] == "-30.00"


def test_reversal_of_nothing() -> None:
    checked = check_claims(claims({}, negated({"claim_id": "S1"}, claim_id="R9", reverses="S9")))
    [line] = checked.quarantine.to_dicts()
    assert (line["row"], line["field"], line["reason"], line["expected"]) == (
        2,
        "reverses",
        "reversal_of_nothing",
        "S9",
    )
    assert checked.good["claim_id"].to_list() == ["S1"]


@pytest.mark.parametrize(
    ("column", "value", "reason", "shown", "found"),
    [
        ("医院等级", "不详", "code_unknown_plain", "医院等级", "不详"),
        ("医院等级", "四级", "code_unknown", "医院等级", "四级"),
        ("医疗类别", "9901", "code_ambiguous", "医疗类别", "9901"),
        ("医疗类别", "住院费", "code_unknown", "医疗类别", "住院费"),
    ],
)
def test_unknown_level_or_code(tmp_path: Path, column: str, value: str, reason: str, shown: str, found: str) -> None:
    line = one_bad_row(tmp_path, bill(结算ID="S2", **{column: value}), shown, reason)
    assert line["found"] == found


def test_single_digit_level_is_refused_until_its_list_is_named(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", rows_of(bill(医院等级="1")))
    assert read_table(path, CLAIMS).quarantine["reason"].to_list() == ["code_ambiguous"]
    named = read_table(path, CLAIMS, value_maps={"provider_level": {"1": "tertiary"}})
    assert named.frame["provider_level"].to_list() == ["tertiary"]


def test_unknown_identity_names_the_nearest(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "身份.csv",
        [["人员编号", "救助类别", "开始日期"], ["P1", "农村低保", "2024-01-01"], ["P2", "低保对像", "2024-01-01"]],
    )
    reading = read_table(path, IDENTITIES)
    assert reading.frame["identity"].to_list() == ["dibao"]
    assert findings(reading.quarantine) == [(3, "救助类别", "code_unknown")]
    assert "低保对象 = dibao" in reading.quarantine["reason_zh"][0]


def test_unknown_identity_at_the_hospital_is_kept_with_a_warning(tmp_path: Path) -> None:
    rows = rows_of(bill(), head=HEAD)
    rows[0].append("救助身份")
    rows[1].append("某种身份")
    reading = read_table(write_csv(tmp_path / "a.csv", rows), CLAIMS)
    assert reading.frame["identity_at_hospital"].to_list() == ["某种身份"]
    assert findings(reading.warnings) == [(2, "救助身份", "identity_text_kept")]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("2024-02-30", "date_impossible"),
        ("20240231", "date_impossible"),
        ("2024年13月1日", "date_impossible"),
        ("1024-01-01", "date_impossible"),
        ("24-3-5", "date_ambiguous"),
        ("3/5/2024", "date_ambiguous"),
        ("出院后", "date_unreadable"),
        ("", "required_empty"),
    ],
)
def test_impossible_dates(tmp_path: Path, value: str, reason: str) -> None:
    line = one_bad_row(tmp_path, bill(结算ID="S2", 出院日期=value), "出院日期", reason)
    assert line["found"] == value


@pytest.mark.parametrize(
    ("changed", "column", "reason"),
    [
        ({"入院日期": "2024-03-06"}, "入院日期", "admitted_after_discharged"),
        ({"证件号码": certificate(2, "20240401")}, "出院日期", "discharged_before_birth"),
        ({"证件号码": certificate(2, "20240401")}, "结算时间", "settled_before_birth"),
    ],
)
def test_dates_that_contradict_each_other(tmp_path: Path, changed: dict[str, str], column: str, reason: str) -> None:
    one_bad_row(tmp_path, bill(结算ID="S2", **changed), column, reason)


def test_settled_before_discharged_and_in_the_future_are_warnings() -> None:
    from datetime import date, datetime

    frame = claims({"settled_at": datetime.fromisoformat("2024-03-04 00:00")}, {"claim_id": "S2"})
    checked = check_claims(frame, as_of=date(2024, 3, 4))
    assert checked.good.height == 2
    assert checked.warnings.select("row", "field", "reason").rows() == [
        (1, "settled_at", "settled_before_discharged"),
        (1, "discharged_on", "in_future"),
        (2, "discharged_on", "in_future"),
        (2, "settled_at", "in_future"),
    ]


def test_duplicate_ids(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "a.csv",
        rows_of(bill(), bill(结算ID="S2"), bill(结算ID="S2"), bill(结算ID="S3"), bill(结算ID="S3", 医疗救助="0")),
    )
    reading = check_reading(read_table(path, CLAIMS))
    assert reading.frame["claim_id"].to_list() == ["S1", "S2"]
    assert findings(reading.quarantine) == [(5, "结算ID", "duplicate_id"), (6, "结算ID", "duplicate_id")]
    assert findings(reading.warnings) == [(4, "结算ID", "duplicate_dropped")]
    assert reading.rows_read == reading.frame.height + reading.quarantined + reading.dropped == 5


def test_truncated_text_file_loses_its_last_row_only(tmp_path: Path) -> None:
    whole = text_of(rows_of(bill(), bill(结算ID="S2")))
    path = tmp_path / "a.csv"
    path.write_bytes(whole[: whole.rindex(",2024-03-05,")].encode())
    reading = read_table(path, CLAIMS)
    assert reading.frame["claim_id"].to_list() == ["S1"]
    [line] = reading.quarantine.to_dicts()
    assert (line["row"], line["reason"], line["found"], line["expected"]) == (3, "row_short", "7", "15")
    assert line["cells"][:2] == ["S2", "P1"]


@pytest.mark.parametrize("kind", ["xlsx", "parquet", "zip", "json"])
def test_truncated_file_of_every_other_kind_changes_nothing(tmp_path: Path, kind: str) -> None:
    rows = rows_of(*[bill(结算ID=f"S{i}") for i in range(50)])
    path = tmp_path / f"a.{kind}"
    if kind == "xlsx":
        write_xlsx(path, rows)
    elif kind == "parquet":
        pl.DataFrame(rows[1:], schema=rows[0], orient="row").write_parquet(path)
    elif kind == "zip":
        from exchange.material import write_zip

        write_zip(path, a_dot_csv=text_of(rows).encode())
    else:
        path.write_text('{"infcode":0,"output":{"setlinfo":{"setl_id":"S1","medfee_sumamt":1000.0,', encoding="utf-8")
    data = path.read_bytes()
    path.write_bytes(data if kind == "json" else data[: len(data) * 2 // 3])
    error = refused(path)
    reason = {"xlsx": "workbook_broken", "parquet": "parquet_broken", "zip": "zip_broken", "json": "json_broken"}[kind]
    assert error.reason == reason  # type: ignore[attr-defined]
    assert str(error).startswith(f"a.{kind}: ")
    assert describe_error(error, "zh").startswith(f"a.{kind}: ")
    assert describe_error(error, "zh") != describe_error(error, "en")


def test_wrong_encoding_names_row_and_byte(tmp_path: Path) -> None:
    data = text_of(rows_of(bill(), bill(结算ID="S2"))).encode("utf-8")
    path = tmp_path / "a.csv"
    spoilt = data.replace("样例甲".encode(), b"\xff\xfe\xfd", 1)
    path.write_bytes(spoilt)
    byte = spoilt.index(b"\xff") + 1
    assert describe_error(refused(path)) == f"a.csv: 既不是 UTF-8 也不是 GB18030：第 2 行第 {byte} 字节为 FF"
    assert f"row 2, byte {byte} is FF" in str(refused(path))


def test_mixed_encodings_name_the_odd_row(tmp_path: Path) -> None:
    first, *others = text_of(rows_of(bill(), bill(结算ID="S2"), bill(结算ID="S3"))).splitlines(keepends=True)
    path = tmp_path / "a.csv"
    parts = [first.encode(), others[0].encode(), others[1].encode("gb18030"), others[2].encode()]
    path.write_bytes(b"".join(parts))
    byte = len(parts[0]) + len(parts[1]) + parts[2].index("样".encode("gb18030")) + 1
    assert describe_error(refused(path)).startswith(f"a.csv: 编码混杂：第 3 行（第 {byte} 字节起）")


def test_null_byte_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(text_of(rows_of(bill())).encode().replace(b"P1", b"P\0"))
    assert "第 2 行" in describe_error(refused(path))


def test_formula_in_a_cell(tmp_path: Path) -> None:
    rows = rows_of(bill(), bill(结算ID="S2", 医疗救助="=N2*0.2\t200"), bill(结算ID="S3"))
    rows[0].append("序号")
    for line in rows[1:]:
        line.append("=ROW()-1\t1")  # a formula in a column that is not read does no harm
    path = write_xlsx(tmp_path / "a.xlsx", rows)
    reading = read_table(path, CLAIMS)
    assert reading.frame["claim_id"].to_list() == ["S1", "S3"]
    [line] = reading.quarantine.to_dicts()
    assert (line["file"], line["sheet"], line["row"], line["column"]) == ("a.xlsx", "明细", 3, "医疗救助")
    assert (line["reason"], line["found"], line["expected"]) == ("formula", "=N2*0.2", "200")
    assert line["reason_zh"] == "单元格是公式而不是数值，请改为数值（当前显示 200）"


def test_error_value_in_a_cell(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    import xlsxwriter

    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet("明细")
    for at, line in enumerate(rows_of(bill(), bill(结算ID="S2"))):
        page.write_row(at, 0, line)
    page.write_formula(2, 14, "=1/0", None, "#DIV/0!")
    book.close()
    [line] = read_table(path, CLAIMS).quarantine.to_dicts()
    assert (line["row"], line["column"], line["reason"]) == (3, "医疗救助", "formula")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"  \r\n ", "empty"),
        (b"%PDF-1.7 ...", "not_a_table"),
        (b"\x89PNG\r\n\x1a\n....", "not_a_table"),
        (b"<html><table><tr><td>a</td></tr></table>", "html"),
        ("今天天气很好。\n明天也好。\n".encode(), "no_header"),
        (b'{"a": 1}', None),
        (b"[]", "json_no_records"),
    ],
)
def test_a_file_that_is_no_table(tmp_path: Path, content: bytes, reason: str | None) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(content)
    if reason is None:
        reading = read_table(path, CLAIMS)
        assert reading.frame.is_empty()
        assert reading.quarantine["reason"].to_list() == ["record_empty"]
        return
    error = refused(path)
    assert error.reason == reason  # type: ignore[attr-defined]


def test_missing_file(tmp_path: Path) -> None:
    assert refused(tmp_path / "a.csv").reason == "missing"  # type: ignore[attr-defined]


def test_missing_required_columns_are_all_named(tmp_path: Path) -> None:
    head = [name for name in HEAD if name not in ("超限价", "医院等级")]
    path = write_csv(tmp_path / "a.csv", rows_of(bill(), head=head))
    text = describe_error(refused(path))
    assert "医院等级 (provider_level)" in text
    assert "超限价自费费用 (over_limit)" in text


def test_missing_column_with_a_misspelt_header_is_hinted_at(tmp_path: Path) -> None:
    rows = rows_of(bill())
    rows[0][4] = "医疗机构级别等级"
    assert "医疗机构级别等级 → provider_level?" in describe_error(refused(write_csv(tmp_path / "a.csv", rows)))


def test_two_headers_for_one_column(tmp_path: Path) -> None:
    rows = rows_of(bill())
    rows[0].append("总费用")
    rows[1].append("999.00")
    text = describe_error(refused(write_csv(tmp_path / "a.csv", rows)))
    assert "医疗费总额、总费用" in text
    rows[1][-1] = rows[1][9]
    assert read_table(write_csv(tmp_path / "b.csv", rows), CLAIMS).frame["total"].to_list() == [100_000]
    rows[1][-1] = "999.00"
    forced = read_table(write_csv(tmp_path / "c.csv", rows), CLAIMS, columns={"医疗费总额": "total"})
    assert forced.frame["total"].to_list() == [100_000]
    assert forced.warnings["reason"].to_list() == ["second_header"]


@pytest.mark.parametrize(
    ("value", "reason", "expected"),
    [
        (ANNA[:17] + ("1" if ANNA[17] != "1" else "2"), "certificate_check", ANNA[17]),
        (ANNA[:17], "certificate_length", ""),
        ("990101195602300018", "certificate_birth", ""),
        ("9.90101195604E+17", "digits_lost", ""),
    ],
)
def test_wrong_identity_numbers(tmp_path: Path, value: str, reason: str, expected: str) -> None:
    line = one_bad_row(tmp_path, bill(结算ID="S2", 证件号码=value), "证件号码", reason)
    assert line["expected"] == expected
    if expected:
        assert line["reason_zh"] == f"证件号码校验位错误，末位应为 {expected}"


def test_an_identity_number_stored_as_a_figure_has_lost_its_end(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", rows_of(bill(证件号码=int("990101195604120016"))))
    assert findings(read_table(path, CLAIMS).quarantine) == [(2, "证件号码", "digits_lost")]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("12.345", "amount_decimals"),
        ("一千元", "not_amount"),
        ("1,23.00", "not_amount"),
        ("12,34", "not_amount"),
        ("1e30", "amount_large"),
        ("1e9999999999999999999", "amount_large"),
        ("100000000000.00", "amount_large"),
        ("1e-99999999", "amount_decimals"),
        ("1.23457E+05", "not_amount"),  # as a narrow cell shows it: the other digits are gone
        ("1_000", "not_amount"),
        ("(-5.00)", "not_amount"),
        ("inf", "not_amount"),
        ("", "required_empty"),
        ("nan", "required_empty"),
        ("--1", "not_amount"),
    ],
)
def test_amounts_that_are_none(tmp_path: Path, value: str, reason: str) -> None:
    one_bad_row(tmp_path, bill(结算ID="S2", 医疗费总额=value), "医疗费总额", reason)


def test_a_separator_inside_an_amount_without_quotes(tmp_path: Path) -> None:
    good, bad = text_of(rows_of(bill(), bill(结算ID="S2"))).splitlines()[1:]
    path = tmp_path / "a.csv"
    path.write_text("\r\n".join([",".join(HEAD), good, bad.replace("1000.00", "1,000.00")]), encoding="utf-8")
    reading = read_table(path, CLAIMS)
    assert reading.frame.height == 1
    [line] = reading.quarantine.to_dicts()
    assert (line["row"], line["reason"], line["found"], line["expected"]) == (3, "row_long", "16", "15")


def test_a_forgotten_quote_spoils_its_own_row_only(tmp_path: Path) -> None:
    lines = text_of(rows_of(bill(), bill(结算ID="S2", 姓名="X"), bill(结算ID="S3"))).split("\r\n")
    lines[2] = lines[2].replace("X", '"样例')
    path = tmp_path / "a.csv"
    path.write_text("\r\n".join(lines), encoding="utf-8")
    reading = read_table(path, CLAIMS)
    assert reading.frame["claim_id"].to_list() == ["S1", "S3"]
    assert findings(reading.quarantine) == [(3, "", "quote_open")]


def test_a_bad_file_leaves_no_reading_whatever_the_table(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"\x00\x01\x02")
    for schema in SCHEMAS.values():
        assert refused(path, schema).reason == "encoding_nul"  # type: ignore[attr-defined]


def test_as_warning_keeps_a_row_unless_the_value_is_required(tmp_path: Path) -> None:
    wrong = ANNA[:17] + ("1" if ANNA[17] != "1" else "2")
    path = write_csv(tmp_path / "a.csv", rows_of(bill(证件号码=wrong), bill(结算ID="S2", 出院日期="2024-02-30")))
    reading = read_table(path, CLAIMS, as_warning=frozenset({"certificate_check", "date_impossible"}))
    assert reading.frame["claim_id"].to_list() == ["S1"]
    assert findings(reading.warnings) == [(2, "证件号码", "certificate_check")]
    assert findings(reading.quarantine) == [(3, "出院日期", "date_impossible")]
    head = [name for name in HEAD if name != "人员编号"]
    alone = write_csv(tmp_path / "b.csv", [*rows_of(bill(证件号码=wrong), head=head), ["S3"]])
    kept = read_table(alone, CLAIMS, as_warning=frozenset({"certificate_check", "row_short"}))
    assert kept.frame.is_empty()
    assert findings(kept.quarantine) == [(2, "证件号码", "certificate_check"), (3, "", "row_short")]


@pytest.mark.parametrize("kind", ["xlsx", "parquet", "xls", "zip", "csv"])
def test_damage_anywhere_is_an_error_or_a_row_but_never_a_crash(tmp_path: Path, kind: str) -> None:
    rows = rows_of(*[bill(结算ID=f"S{i}") for i in range(30)])
    path = tmp_path / f"a.{kind}"
    if kind == "xlsx":
        write_xlsx(path, rows)
    elif kind == "parquet":
        pl.DataFrame(rows[1:], schema=rows[0], orient="row").write_parquet(path)
    elif kind == "xls":
        path.write_bytes(xls([("明细", rows)]))
    elif kind == "zip":
        write_zip(path, a_dot_csv=text_of(rows).encode())
    else:
        path.write_bytes(text_of(rows).encode("gb18030"))
    whole = path.read_bytes()
    for step in range(40):
        place = len(whole) * step // 40
        path.write_bytes(whole[:place] + bytes([whole[place] ^ (37 + step)]) + whole[place + 1 :])
        try:
            reading = read_table(path, CLAIMS)
        except FileError:
            continue
        assert reading.rows_read == reading.frame.height + reading.quarantined
