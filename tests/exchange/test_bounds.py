"""A small file that would unpack to more than a machine holds is refused in words, before it is unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from exchange.material import bill, rows_of, write_xlsx
from tuodi.errors import FileError
from tuodi.exchange import peek, read_table, recognise
from tuodi.tables import CLAIMS

pytestmark = pytest.mark.req("AD02")


def _with_rows(path: Path, rows: str) -> Path:
    """A sound workbook of bills with further rows in its sheet."""
    sound = write_xlsx(path.with_name("sound.xlsx"), rows_of(bill()))
    with zipfile.ZipFile(sound) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                text = text.replace(b"</sheetData>", f"{rows}</sheetData>".encode())
            new.writestr(name, text)
    return path


FAR = (
    '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
    "<row r='1048576'><c s='a>b' r='XFD1048576'><v>1</v></c></row>",
    '<row r="1048576"><c s="0"r="ZZ1048576"><v>1</v></c></row>',
    f'<row r="1048576">{"<c><v>1</v></c>" * 100}</row>',
)


@pytest.mark.parametrize("rows", FAR)
def test_cells_in_far_corners_are_refused_before_the_sheet_is_read(tmp_path: Path, rows: str) -> None:
    path = _with_rows(tmp_path / "a.xlsx", rows)
    assert path.stat().st_size < 20_000
    for read in (lambda: read_table(path, CLAIMS), lambda: peek(path), lambda: recognise(path)):
        with pytest.raises(FileError) as caught:
            read()
        assert caught.value.reason == "zip_large"  # type: ignore[attr-defined]


def test_rows_that_are_only_coloured_to_the_last_column_are_no_hindrance(tmp_path: Path) -> None:
    coloured = '<row r="9"><c r="XFD9" s="0"/></row><row r="1048576"><c r="XFD1048576" s="0"></c></row>'
    reading = read_table(_with_rows(tmp_path / "a.xlsx", coloured), CLAIMS)
    assert reading.frame["claim_id"].to_list() == ["S1"]


def test_a_member_that_unpacks_to_a_hundred_megabytes_of_nothing_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.json", "w") as member,
    ):
        member.write(b"[")
        for _piece in range(100):
            member.write(b" " * (1 << 20))
    assert path.stat().st_size < 1 << 20
    for read in (lambda: read_table(path, CLAIMS), lambda: peek(path), lambda: recognise(path)):
        with pytest.raises(FileError) as caught:
            read()
        assert caught.value.reason == "zip_large"  # type: ignore[attr-defined]


def test_another_kind_of_workbook_in_the_clothes_of_this_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/nothing", "")
        archive.writestr("content.xml", "<x/>")
    with pytest.raises(FileError) as caught:
        peek(path)
    assert caught.value.reason == "not_a_table"  # type: ignore[attr-defined]


def test_json_nested_a_hundred_thousand_times_is_refused_as_broken(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("[" * 100_000, "utf-8")
    for read in (lambda: read_table(path, CLAIMS), lambda: peek(path), lambda: recognise(path)):
        with pytest.raises(FileError) as caught:
            read()
        assert caught.value.reason == "json_broken"  # type: ignore[attr-defined]
