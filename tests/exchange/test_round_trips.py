"""What is written is read back: tables in each format, rows to be corrected, everything byte for byte again."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.material import HEAD, bill, certificate, claims, paid, rows_of, text_of, write_csv, write_xlsx
from tuodi import vocabulary
from tuodi.errors import UsageError
from tuodi.exchange import Reading, check_reading, read_table, write_quarantine, write_table
from tuodi.exchange._columns import parse_column
from tuodi.exchange._values import (
    Wrong,
    parse_amount,
    parse_certificate,
    parse_date,
    parse_identifier,
    parse_instant,
    parse_text,
    parse_until,
    parse_whole,
)
from tuodi.tables import CLAIMS, IDENTITIES, TOTALS, Schema, conform

FORMATS = [".csv", ".xlsx", ".parquet"]
BLANKS = {"null", "NULL", "\\N"}
texts = (
    st.text(st.characters(blacklist_categories=("C", "Z")), min_size=1, max_size=12)
    .map(lambda text: text.strip(" \t\r\n\u3000\xa0\ufeff\u200b"))
    .filter(lambda text: text and text not in BLANKS)
)
names = st.text("ABCDEFGHJK0123456789-", min_size=1, max_size=20).filter(lambda t: not t.startswith("-"))
days = st.dates(date(1900, 1, 1), date(2098, 12, 31))
instants = st.datetimes(datetime.fromisoformat("1900-01-01 00:00"), datetime.fromisoformat("2098-12-31 23:59:59")).map(
    lambda t: t.replace(microsecond=0)
)
amounts = st.integers(-(10**13) + 1, 10**13 - 1)


def column(schema: Schema, name: str) -> st.SearchStrategy[object]:
    dtype = schema.columns[name]
    if name in schema.money:
        return amounts
    if dtype == pl.Date():
        return days
    if dtype.base_type() == pl.Datetime:
        return instants
    if dtype == pl.Int64():
        return st.integers(-(10**9), 10**9)
    if dtype == pl.Boolean():
        return st.booleans()
    if name in ("identity", "identity_at_hospital"):
        return st.sampled_from(vocabulary.codes("identity"))
    if name in vocabulary.CODE_SETS:
        return st.sampled_from(vocabulary.codes(name))
    if name == "measure":
        return st.sampled_from(["paid_assistance", "total"])
    if name == "month":
        return st.sampled_from(["2024-01", "2023-12"])
    return texts if name.endswith("_name") or name in ("source", "township", "village", "reason") else names


@st.composite
def tables(draw: st.DrawFn, schema: Schema) -> pl.DataFrame:
    height = draw(st.integers(1, 5))
    data = {}
    for name, dtype in schema.columns.items():
        if name in ("certificate",):
            continue
        value = column(schema, name)
        if name not in schema.required:
            if draw(st.booleans()):
                continue
            value = st.none() | value
        data[name] = pl.Series(draw(st.lists(value, min_size=height, max_size=height)), dtype=dtype)
    return conform(pl.DataFrame(data), schema)


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("schema", [CLAIMS, IDENTITIES, TOTALS], ids=lambda schema: schema.name)
@pytest.mark.parametrize("headers", ["columns", "zh"])
def test_a_written_table_is_read_back(schema: Schema, ending: str, headers: str) -> None:
    @settings(max_examples=12, deadline=None)
    @given(tables(schema))
    def holds(frame: pl.DataFrame) -> None:
        with TemporaryDirectory() as folder:
            path = Path(folder) / f"a{ending}"
            write_table(frame, path, schema, headers=headers)
            first = path.read_bytes()
            reading = read_table(path, schema)
            assert reading.quarantine.is_empty(), reading.quarantine.row(0, named=True)
            assert reading.frame.equals(frame)
            write_table(reading.frame, path, schema, headers=headers)
            assert path.read_bytes() == first

    holds()


@pytest.mark.parametrize("ending", FORMATS)
def test_certificates_and_births_come_back(tmp_path: Path, ending: str) -> None:
    frame = claims({"certificate": certificate(1), "birth_date": date(1956, 4, 12), "person_name": "=1+1", **paid()})
    path = tmp_path / f"a{ending}"
    write_table(frame, path, CLAIMS)
    assert read_table(path, CLAIMS).frame.equals(frame)


def test_the_largest_amounts_come_back(tmp_path: Path) -> None:
    big = 9_999_999_999_999
    frame = claims({"total": big, "in_scope": big - 15_000})
    for ending in FORMATS:
        write_table(frame, tmp_path / f"a{ending}", CLAIMS)
        assert read_table(tmp_path / f"a{ending}", CLAIMS).frame.equals(frame)


def test_other_endings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"a\.doc: a table is written as"):
        write_table(claims({}), tmp_path / "a.doc", CLAIMS)


def test_csv_has_yuan_with_two_decimals_and_a_mark(tmp_path: Path) -> None:
    write_table(claims({}), tmp_path / "a.csv", CLAIMS, headers="zh")
    data = (tmp_path / "a.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig").splitlines()[1].endswith("1000.00,100.00,20.00,30.00,850.00")


def spoilt(tmp_path: Path) -> Reading:
    rows = [
        ["统计期间：2024-01-01至2024-12-31"],
        *rows_of(
            bill(),
            bill(结算ID="S2", 医院等级="四級", 先行自付="abc"),
            bill(结算ID="S3", 先行自付="30.01"),
            bill(结算ID="S4", 出院日期="2024-02-30"),
        ),
    ]
    rows[1].append("备注")
    for line in rows[2:]:
        line.append("=看原件")
    return check_reading(read_table(write_csv(tmp_path / "明细.csv", rows), CLAIMS))


def test_rows_are_corrected_in_their_own_form_and_sent_again(tmp_path: Path) -> None:
    reading = spoilt(tmp_path)
    path = tmp_path / "待更正.xlsx"
    assert write_quarantine(reading, path) == 3
    first = path.read_bytes()
    book = openpyxl.load_workbook(path)
    sheet = book["明细"]
    head = [cell.value for cell in sheet[2]]
    assert head == [*HEAD, "备注", "问题说明", "原文件", "原行号"]
    where = {name: head.index(name) + 1 for name in head}
    assert [sheet.cell(row, where["原行号"]).value for row in (3, 4, 5)] == ["4", "5", "6"]
    assert sheet.cell(3, where["问题说明"]).value == (
        "医院等级“四級”：编码或名称不在对照表中\n先行自付“abc”：不是金额（元，最多两位小数）"
    )
    coloured = [cell.column for cell in sheet[3] if cell.fill.fgColor.rgb == "FFFFD9D9"]
    assert coloured == [where["医院等级"], where["先行自付"]]
    assert sheet.cell(3, where["备注"]).value == "=看原件"
    assert sheet.cell(3, where["备注"]).data_type == "s"
    # Sent again as it is: the same rows for the same reasons.
    again = check_reading(read_table(path, CLAIMS))
    assert again.quarantine["reason"].to_list() == reading.quarantine["reason"].to_list()
    assert again.unknown_columns == ("备注",)
    # Corrected: accepted.
    sheet.cell(3, where["医院等级"]).value = "三级"
    sheet.cell(3, where["先行自付"]).value = 30
    sheet.cell(4, where["先行自付"]).value = "30.00"
    sheet.cell(5, where["出院日期"]).value = date(2024, 3, 5)
    book.save(path)
    fixed = check_reading(read_table(path, CLAIMS))
    assert fixed.quarantine.is_empty()
    assert fixed.frame["claim_id"].to_list() == ["S2", "S3", "S4"]
    assert fixed.frame["first_self_pay"].to_list() == [3_000] * 3
    write_quarantine(reading, path)
    assert path.read_bytes() == first


def test_unit_and_period_of_the_title_are_sent_again(tmp_path: Path) -> None:
    money = {
        "医疗费总额": "0.1",
        "全自费金额": "0.01",
        "超限价": "0",
        "先行自付": "0",
        "政策范围内费用": "0.09",
        "医疗救助": "?",
    }
    rows = [["2024年度结算明细"], ["单位：万元"], *rows_of(bill(**money))]
    write_quarantine(read_table(write_csv(tmp_path / "a.csv", rows), CLAIMS), tmp_path / "b.xlsx")
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    cell = next(cell for cell in book["a"][4] if cell.value == "?")
    cell.value = "0.02"
    book.save(tmp_path / "b.xlsx")
    again = read_table(tmp_path / "b.xlsx", CLAIMS)
    assert again.frame.select("total", "paid_assistance").row(0) == (100_000, 20_000)
    assert again.window_from == date(2024, 1, 1)


def test_messages_are_corrected_in_a_workbook_too(tmp_path: Path) -> None:
    head = "setl_id psn_no hosp_lv med_type enddate setl_time medfee_sumamt fulamt_ownpay_amt overlmt_selfpay"
    values = ["S1", "P1", "三级", "21", "2024-02-30", "2024-03-01 08:00:00", 10, 0, 0, 0, 10]
    record = dict(zip([*head.split(), "preselfpay_amt", "inscp_scp_amt"], values, strict=True))
    (tmp_path / "a.json").write_text(json.dumps([{"setlinfo": record}]), encoding="utf-8")
    write_quarantine(read_table(tmp_path / "a.json", CLAIMS), tmp_path / "b.xlsx")
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    book["a"].cell(2, 5).value = "2024-02-29"
    book.save(tmp_path / "b.xlsx")
    assert read_table(tmp_path / "b.xlsx", CLAIMS).frame["discharged_on"].to_list() == [date(2024, 2, 29)]


def test_several_readings_and_the_english_page(tmp_path: Path) -> None:
    readings = [spoilt(tmp_path), spoilt(tmp_path)]
    assert write_quarantine(readings, tmp_path / "a.xlsx", lang="en") == 6
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["明细", "明细_2"]
    told = str(book["明细"].cell(4, len(HEAD) + 2).value)
    assert told.endswith("add up to 1000.01, not to the total 1000.00")


def test_without_rows_to_correct_no_file_is_written(tmp_path: Path) -> None:
    reading = read_table(write_csv(tmp_path / "a.csv", rows_of(bill())), CLAIMS)
    assert write_quarantine([reading], tmp_path / "b.xlsx") == 0
    assert not (tmp_path / "b.xlsx").exists()


def test_a_formula_is_still_refused_when_sent_again_uncorrected(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", rows_of(bill(医疗救助="=1+1\t2")))
    write_quarantine(read_table(path, CLAIMS), tmp_path / "b.xlsx")
    again = read_table(tmp_path / "b.xlsx", CLAIMS)
    assert again.quarantine.select("row", "column", "found", "reason").rows() == [(2, "医疗救助", "=1+1", "not_amount")]


cells = st.sampled_from(
    ["", "1", "2024-03-05", "三级", "低保", "21", "abc", "-5", "1,0", '"', "￥3", "990101", "合计", "null", "\u3000"]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(cells, max_size=len(HEAD) + 2), max_size=8), st.sampled_from([",", "\t"]))
def test_every_row_read_is_good_or_set_aside(rows: list[list[str]], separator: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        lines = [separator.join(row) for row in [list(HEAD), *rows_of(bill())[1:], *rows]]
        path.write_text("\n".join(lines), encoding="utf-8")
        reading = read_table(path, CLAIMS)
        assert reading.rows_read == reading.frame.height + reading.quarantined
        assert reading.origin.height == reading.frame.height
        checked = check_reading(reading)
        assert checked.rows_read == checked.frame.height + checked.quarantined + checked.dropped
        written = write_quarantine(checked, Path(folder) / "b.xlsx")
        assert written == checked.quarantined


odd_numbers = st.from_regex(r"[-+]?[0-9]{0,6}[.,]?[0-9]{0,4}[0 ]{0,2}", fullmatch=True) | st.text(
    "0123456789.-,￥元１２ e+()'", max_size=8
)
odd_dates = st.from_regex(
    r"[12][0-9]{3}[-/.年]?[01]?[0-9][-/.月]?[0-3]?[0-9]日?( [0-2]?[0-9]:[0-5][0-9](:[0-5][0-9])?)?", fullmatch=True
)
odd_papers = st.from_regex(r"990101(19|20)[0-9]{2}(0[1-9]|1[0-3])[0-3][0-9][0-9]{3}[0-9Xx]", fullmatch=True)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(odd_numbers, max_size=6),
    st.lists(odd_dates, max_size=6),
    st.lists(odd_papers, max_size=6),
    st.lists(st.text(max_size=5), max_size=6),
)
def test_whole_columns_and_single_cells_are_read_alike(
    numbers: list[str], dates: list[str], papers: list[str], words: list[str]
) -> None:
    """The fast path over a column is the definition of one cell, nothing else."""
    for kind, one, dtype, given_texts in (
        ("amount", parse_amount, pl.Int64(), numbers),
        ("whole", parse_whole, pl.Int64(), numbers),
        ("date", parse_date, pl.Date(), dates),
        ("until", parse_until, pl.Date(), dates),
        ("instant", parse_instant, pl.Datetime("us"), dates),
        ("certificate", parse_certificate, pl.String(), papers + [certificate(n) for n in range(3)]),
        ("text", parse_text, pl.String(), words),
        ("identifier", parse_identifier, pl.String(), words + numbers),
    ):
        read = parse_column(pl.Series(given_texts, dtype=pl.String()), kind, "x", dtype)
        faults = {fault.position: fault.code for fault in read.faults}
        for place, text in enumerate(given_texts):
            expected = one(text)
            if isinstance(expected, Wrong):
                assert faults.pop(place) == expected.code, (kind, text)
                expected = None
            assert read.values[place] == expected, (kind, text)
        assert not faults


@given(st.integers(-(10**13) + 1, 10**13 - 1))
def test_amounts_are_exact(fen: int) -> None:
    from tuodi.money import yuan

    assert parse_amount(yuan(fen)) == fen
    assert parse_amount(f"￥ {yuan(fen)} 元") == fen
    assert parse_amount(f"{abs(fen) // 100:,}.{abs(fen) % 100:02d}") == abs(fen)


@given(st.dates(date(1900, 3, 1), date(2099, 1, 1)), st.integers(0, 86_399))
def test_days_in_every_writing(day: date, second: int) -> None:
    moment = datetime.combine(day, datetime.min.time()) + timedelta(seconds=second)
    serial = (day - date(1899, 12, 30)).days
    for text in (
        f"{day:%Y-%m-%d}",
        f"{day:%Y%m%d}",
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
    ):
        assert parse_date(text) == day
        if not text.isdigit():
            assert parse_instant(f"{text} {moment:%H:%M:%S}") == moment
    assert parse_instant(f"{moment:%Y%m%d%H%M%S}") == moment
    assert parse_instant(f"{moment:%Y-%m-%dT%H:%M:%S}") == moment
    if serial >= 10_000:
        assert parse_date(str(serial)) == day


@pytest.mark.parametrize("ending", [".csv", ".txt"])
def test_a_file_read_twice_is_read_alike(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    path.write_text(text_of(rows_of(bill(), bill(结算ID="S2", 医疗类别="?"))), encoding="gb18030")
    first, second = read_table(path, CLAIMS), read_table(path, CLAIMS)
    assert first.frame.equals(second.frame)
    assert first.quarantine.equals(second.quarantine)
