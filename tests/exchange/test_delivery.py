"""What a delivery keeps of a file: unknown columns, the sender's totals, doubtful cells, and all rows accounted for."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from exchange.material import bill, certificate, rows_of, text_of, write_csv, write_xlsx
from tuodi.errors import FileError
from tuodi.exchange import (
    Delivery,
    FileMapping,
    describe_error,
    fingerprint,
    load_template,
    peek,
    read_delivery,
    read_delivery_pieces,
    recognise,
    sent_again,
    source_templates,
    suggest_mapping,
    write_quarantine,
)
from tuodi.i18n import LANGUAGES

pytestmark = pytest.mark.req("AD02", "AD04")

ANNA, BEN = certificate(1), certificate(2)
HEAD = ["序号", "姓名", "身份证号", "救助类别", "月保障金额（元）", "批准日期", "帮扶人"]


def listed(folder: Path, *rows: list[object], title: str = "2024年3月低保发放名册", name: str = "低保") -> Path:
    return write_xlsx(folder / f"{name}.xlsx", [[title], HEAD, *rows])


def civil(path: Path, **options: object) -> Delivery:
    return read_delivery(path, source_templates()["civil_affairs_monthly"], **options)  # type: ignore[arg-type]


def person(number: int, name: str = "样例甲", amount: object = "450.00", **other: object) -> list[object]:
    made = {"号": certificate(number), "类": "低保", "日": "2024-01-01", "帮": "某干部"} | other
    return [number, name, made["号"], made["类"], amount, made["日"], made["帮"]]


def test_an_unknown_column_is_shown_and_kept(tmp_path: Path) -> None:
    found = civil(listed(tmp_path, person(1), person(2, 帮="")))
    assert [(one.header, one.filled, one.samples) for one in found.unknown] == [("帮扶人", 1, ("某干部",))]
    assert found.extra["帮扶人"].to_list() == ["某干部", None]
    assert found.template.grade_of("帮扶人") == ("highly_sensitive", 4)


def test_a_column_without_a_header_is_kept_as_well(tmp_path: Path) -> None:
    path = write_xlsx(
        tmp_path / "a.xlsx", [["姓名", "", "救助类别", "批准日期"], ["样例甲", "密", "低保", "2024-01-01"]]
    )
    assert civil(path).extra["第2列"].to_list() == ["密"]


def test_a_wrong_number_leaves_the_row_and_is_kept_as_written(tmp_path: Path) -> None:
    found = civil(listed(tmp_path, person(1), person(2, 号="990101195604120021")))
    assert found.frame["certificate"].to_list() == [ANNA, None]
    assert found.extra["certificate_as_written"].to_list() == [None, "990101195604120021"]
    assert found.warnings.filter(pl.col("row") > 0).select("row", "reason").rows() == [(4, "certificate_check")]
    assert found.held["person_name"].to_list() == ["样例甲"]


@pytest.mark.parametrize(
    ("last", "agrees"),
    [
        (["合计", "", "", "", "903.00", "", ""], True),
        (["合计", "", "", "", "902.99", "", ""], False),
        (["备注：发放金额合计：903.00元，共2人"], True),
        (["备注：发放金额合计：0.0903万元，共2人"], True),
    ],
)
@pytest.mark.req("AD16")
def test_the_senders_totals_stand_beside_ours(tmp_path: Path, last: list[object], agrees: bool) -> None:
    found = civil(listed(tmp_path, person(1, amount="450.50"), person(2, amount="452.5"), last))
    line = found.totals.filter(pl.col("column") == "monthly_amount").row(0, named=True)
    assert (line["ours"], line["kept"], line["agrees"]) == (90_300, 90_300, agrees)
    assert found.rows_read == 2


def test_totals_count_the_rows_that_are_set_aside(tmp_path: Path) -> None:
    rows = [
        person(1, amount="450.50"),
        person(2, amount="1.50", 类="不知道"),
        ["小计", "", "", "", "452", "", ""],
        ["共2人"],
    ]
    found = civil(listed(tmp_path, *rows))
    assert found.totals.rows() == [("rows", 2, 2, 1, True), ("monthly_amount", 45_200, 45_200, 45_050, True)]


def test_a_total_cannot_be_compared_with_what_cannot_be_read(tmp_path: Path) -> None:
    found = civil(listed(tmp_path, person(1), person(2, amount="3x"), ["合计", "", "", "", "453", "", ""]))
    assert found.totals.filter(pl.col("column") == "monthly_amount")["agrees"].to_list() == [None]


def test_equal_rows_count_once_and_different_ones_are_said(tmp_path: Path) -> None:
    found = civil(
        listed(tmp_path, person(1), person(1), person(2), person(2, amount="9"), person(3, 号=""), person(3, 号=""))
    )
    assert (found.rows_read, found.good, found.quarantined, found.dropped) == (6, 5, 0, 1)
    assert found.warnings.filter(pl.col("row") > 0).select("row", "reason", "expected").rows() == [
        (4, "duplicate_dropped", "3"),
        (6, "key_repeated", "5"),
    ]


@pytest.mark.parametrize(
    ("title", "name", "wanted"),
    [
        ("数据截至2024年3月20日", "x", date(2024, 3, 20)),
        ("2024年3月名册", "x", date(2024, 3, 31)),
        ("城乡低保", "低保2024-03", date(2024, 3, 31)),
        ("城乡低保", "低保20240315", date(2024, 3, 15)),
        ("城乡低保", "低保", None),
        ("2024年度名册", "x", None),
    ],
)
def test_the_day_of_the_data(tmp_path: Path, title: str, name: str, wanted: date | None) -> None:
    assert civil(listed(tmp_path, person(1), title=title, name=name)).as_of == wanted


def test_the_day_may_be_given(tmp_path: Path) -> None:
    assert civil(listed(tmp_path, person(1)), as_of=date(2024, 5, 1)).as_of == date(2024, 5, 1)


def test_the_lists_of_several_towns_are_one_list(tmp_path: Path) -> None:
    other = [["2024年3月"], HEAD, person(2), person(3, 类="?")]
    path = write_xlsx(tmp_path / "a.xlsx", [["2024年3月"], HEAD, person(1)], sheet="甲镇", more=[("乙镇", other)])
    found = civil(path)
    assert found.places.rows() == [("甲镇", 3), ("乙镇", 3)]
    assert found.quarantine.select("sheet", "row").rows() == [("乙镇", 4)]
    assert civil(path, sheet="乙镇").good == 1


def test_a_corrected_workbook_comes_back_as_part_of_the_list(tmp_path: Path) -> None:
    first = civil(listed(tmp_path, person(1), person(2, 类="低宝"), person(3, amount="3x")))
    assert (first.good, first.quarantined, first.partial, first.mode) == (1, 2, False, "full")
    assert write_quarantine(first, tmp_path / "待更正.xlsx") == 2
    book = openpyxl.load_workbook(tmp_path / "待更正.xlsx")
    page = book.worksheets[0]
    assert "低宝" in [cell.value for cell in page[3]]
    page["D3"], page["E4"] = "低保", "30"
    book.save(tmp_path / "已更正.xlsx")
    again = civil(tmp_path / "已更正.xlsx")
    assert (again.good, again.quarantined, again.partial, again.mode) == (2, 0, True, "increment")
    assert again.as_of == first.as_of
    assert [one.header for one in again.unknown] == ["帮扶人"]
    assert again.fingerprint == first.fingerprint
    left, _ = sent_again([*first.readings, *again.readings])
    assert (left.quarantined, left.dropped) == (0, 2)


def test_a_mapping_reads_a_file_never_seen_before(tmp_path: Path) -> None:
    rows = [["谁", "号", "哪一类", "钱"], ["样例甲", ANNA, "甲类", "450"], ["样例乙", BEN, "乙类", "300"]]
    path = write_csv(tmp_path / "x.csv", rows)
    with pytest.raises(FileError) as error:
        civil(path)
    assert all("表头" in describe_error(error.value, lang) or lang == "en" for lang in LANGUAGES)
    said = FileMapping(
        {"谁": "person_name", "号": "certificate", "哪一类": "identity", "钱": "monthly_amount"},
        {"identity": {"甲类": "dibao", "乙类": "tekun"}},
        {"from": "2024-03-01"},
    )
    for mapping in (said, said.kept()):
        found = civil(path, mapping=mapping)
        assert found.frame.select("person_name", "identity", "monthly_amount", "from").rows() == [
            ("样例甲", "dibao", 45_000, date(2024, 3, 1)),
            ("样例乙", "tekun", 30_000, date(2024, 3, 1)),
        ]
    assert FileMapping.of(said.kept()) == said


def test_best_guesses_say_why() -> None:
    template = source_templates()["civil_affairs_monthly"]
    headers = ["受益人姓名", "号", "类", "身份证号", "帮扶人意见"]
    samples = [["样例甲", certificate(3), "农村低保", ANNA, "同意"], ["样例乙", certificate(4), "特困", BEN, "同意"]]
    found = suggest_mapping(headers, samples, template)
    assert [one.header for one in found] == headers
    columns = [one.column for one in found]
    assert columns[0] == "person_name"
    assert columns[2:] == ["identity", "certificate", None]
    assert columns[1] in ("head_certificate", None)
    assert found[3].score == 100
    assert all(one.why_zh != one.why_en for one in found)
    taken = [column for column in columns if column]
    assert len(taken) == len(set(taken))


def test_a_fingerprint_knows_the_columns_not_their_order() -> None:
    assert fingerprint(["姓名", "身份证号 "]) == fingerprint(["身份证号", "姓 名"])
    assert fingerprint(["姓名", "身份证号"]) != fingerprint(["姓名", "性别"])
    assert re.fullmatch(r"[0-9a-f]{16}", fingerprint([]))


def settlements(folder: Path, count: int) -> Path:
    bills = [bill(结算ID=f"S{n}", 姓名="甲\n乙" if n % 7 == 3 else "样例甲") for n in range(count)]
    bills[5]["先行自付"] = "30.01"
    bills[8]["出院日期"] = "二月"
    rows = [["2024年3月结算明细"], *rows_of(*bills)]
    rows.append(["合计", "", "", "", "", "", "", "", "", str(1000 * count), "", "", "", "", ""])
    path = folder / "结算.csv"
    path.write_bytes(text_of(rows).encode("gb18030"))
    return path


@pytest.mark.parametrize("rows", [1, 7, 50, 1000])
def test_pieces_are_the_whole(tmp_path: Path, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tuodi.exchange._text_pieces._SAMPLE", 2000)
    path, template = settlements(tmp_path, 60), source_templates()["settlements"]
    whole, pieces = read_delivery(path, template), list(read_delivery_pieces(path, template, rows=rows))
    assert pl.concat([piece.frame for piece in pieces]).equals(whole.frame)
    assert pl.concat([piece.places for piece in pieces]).equals(whole.places)
    assert pl.concat([piece.quarantine for piece in pieces]).equals(whole.quarantine)
    assert pieces[-1].totals.equals(whole.totals)
    assert {piece.as_of for piece in pieces} == {whole.as_of}
    assert sum(piece.rows_read for piece in pieces) == whole.rows_read == 60
    assert rows >= 60 or len(pieces) > 1


def test_pieces_of_parquet_and_of_a_zip(tmp_path: Path) -> None:
    path, template = settlements(tmp_path, 30), source_templates()["settlements"]
    whole = read_delivery(path, template)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(path, "结算.csv")
    zipped = list(read_delivery_pieces(tmp_path / "a.zip", template, rows=9))
    assert pl.concat([piece.frame for piece in zipped]).equals(whole.frame)
    texts = pl.DataFrame({name: [bill(结算ID=f"S{n}")[name] for n in range(30)] for name in bill()})
    texts.write_parquet(tmp_path / "a.parquet", row_group_size=8)
    typed = list(read_delivery_pieces(tmp_path / "a.parquet", template, rows=9))
    assert len(typed) > 2
    assert pl.concat([piece.frame for piece in typed]).equals(read_delivery(tmp_path / "a.parquet", template).frame)
    assert pl.concat([piece.places for piece in typed])["row"].to_list() == list(range(1, 31))


def test_a_workbook_comes_as_one_piece(tmp_path: Path) -> None:
    path, template = listed(tmp_path, person(1)), source_templates()["civil_affairs_monthly"]
    assert [piece.good for piece in read_delivery_pieces(path, template, rows=1)] == [1]


def test_an_encoding_that_changes_is_refused_by_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tuodi.exchange._text_pieces._SAMPLE", 500)
    rows = text_of(rows_of(*(bill(结算ID=f"S{n}") for n in range(40)))).splitlines(keepends=True)
    path = tmp_path / "a.csv"
    path.write_bytes("".join(rows[:30]).encode() + "".join(rows[30:]).encode("gb18030"))
    with pytest.raises(FileError) as error:
        list(read_delivery_pieces(path, source_templates()["settlements"], rows=5))
    assert "31" in describe_error(error.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    template = source_templates()["deaths"]
    with pytest.raises(FileError, match="does not exist"):
        list(read_delivery_pieces(tmp_path / "no.csv", template))
    with pytest.raises(FileError, match="does not exist"):
        read_delivery(tmp_path / "no.csv", template)
    with pytest.raises(FileError, match="does not exist"):
        recognise(tmp_path / "no.csv")


def test_a_file_of_nobody_is_not_recognised(tmp_path: Path) -> None:
    assert recognise(write_csv(tmp_path / "x.csv", [["今天", "明天"], ["1", "2"]])) == []


NEW = """
code: hardship_workers
order: "9"
name: {zh: 困难职工名册, en: workers in hardship}
sender: union
target: recognitions
mode: full
key: [certificate, person_name]
cadence: {every: year, grace_days: 30}
legal_basis: {zh: 依据, en: basis, citation: 某法第一条}
purpose: {zh: 核对, en: checking}
retention_months: 12
constants: {identity: other_hardship}
columns:
  person_name: {aliases: [职工大名]}
  certificate:
extra:
  factory: {zh: 所在工厂, en: factory, grade: internal, gbt39725: 2}
recognise: {words: [困难职工]}
"""


def test_a_new_source_needs_no_python(tmp_path: Path) -> None:
    (tmp_path / "hardship_workers.yaml").write_text(NEW, "utf-8")
    template = load_template(tmp_path / "hardship_workers.yaml")
    path = write_csv(tmp_path / "困难职工.csv", [["职工大名", "身份证号", "所在工厂"], ["样例甲", ANNA, "一厂"]])
    found = read_delivery(path, template)
    assert found.frame.select("person_name", "identity", "certificate").rows() == [("样例甲", "other_hardship", ANNA)]
    assert found.extra["factory"].to_list() == ["一厂"]
    assert [guess.code for guess in recognise(path, {template.code: template})] == ["hardship_workers"]


def test_a_peek_shows_what_an_officer_maps(tmp_path: Path) -> None:
    rows = [["", "某单位名册", ""], ["谁", "号", "钱"], ["样例甲", ANNA, "450"], ["样例乙", BEN, "300"]]
    (tmp_path / "a.txt").write_bytes(text_of(rows, ";").encode("gb18030"))
    pl.DataFrame(rows[2:], schema=rows[1], orient="row").write_parquet(tmp_path / "a.parquet")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(tmp_path / "a.txt", "a.txt")
    for path in (write_xlsx(tmp_path / "a.xlsx", rows), *(tmp_path / f"a.{end}" for end in ("txt", "zip", "parquet"))):
        (found,) = peek(path)
        assert found.headers == ("谁", "号", "钱"), path.name
        assert found.samples == (("样例甲", ANNA, "450"), ("样例乙", BEN, "300")), path.name


def test_a_peek_of_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b" \n")
    (tmp_path / "b.xlsx").write_bytes(b"PK\x03\x04 broken")
    for name in ("a.csv", "b.xlsx"):
        with pytest.raises(FileError):
            peek(tmp_path / name)
