"""How much an archive or a workbook may unpack to, found out before anything is unpacked for reading.

Enters: bytes or an opened archive. Leaves: nothing, or ``FileError``. A sheet is read as a whole rectangle: two cells
in its far corners, a kilobyte of file, would ask for more memory than any machine has, and end the process.
"""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

from tuodi.exchange._reasons import file_error

__all__ = ["MOST_CELLS", "MOST_UNZIPPED", "check_member", "check_workbook"]

MOST_UNZIPPED = 4 * 1024**3
"""Bytes that an archive may hold when unpacked."""
_LARGE, _DENSEST = 64 << 20, 200
"""From this size on, a member that is so many times larger than in the archive is no table: those shrink tenfold."""
MOST_CELLS = 1 << 26
"""Cells of the rectangle around a sheet's values: 64 columns over all rows that a sheet can have."""

_FAR = re.compile(rb"[\s\"']r\s*=\s*[\"'](?:[A-Za-z]{3,}\d|[A-Za-z]*\d{6})")
"""A cell or row so far out that its sheet's rectangle is worth measuring."""
_PLACE = re.compile(rb"[\s\"']r\s*=\s*[\"']([A-Za-z]*)(\d+)[\"']")
_ROW, _CELL = re.compile(rb"<(?:\w+:)?row[\s/>]"), re.compile(rb"<(?:\w+:)?c[\s/>]")
_EMPTY = re.compile(rb"<(?:\w+:)?c(?:\s+[\w:]+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'))*\s*(?:/>|>\s*</(?:\w+:)?c\s*>)")
"""A cell that is only coloured: it takes no room."""


def check_member(member: zipfile.ZipInfo, file: str) -> None:
    """Raise ``FileError`` for a member that unpacks to too much; reading one never gives more than it states."""
    dense = member.file_size > max(_LARGE, _DENSEST * member.compress_size)
    if dense or member.file_size > MOST_UNZIPPED:
        raise file_error("zip_large", file, found=member.filename)


def check_workbook(data: bytes, file: str) -> None:
    """Raise ``FileError`` for a workbook that would not fit, or that is none of Excel's; old ones cannot grow so."""
    if not data.startswith(b"PK"):
        return
    with zipfile.ZipFile(BytesIO(data)) as archive:
        names = set(archive.namelist())
        # Other kinds of workbook are read by the same reader and cannot be measured here.
        if "xl/workbook.xml" not in names or names & {"xl/workbook.bin", "content.xml"}:
            raise file_error("not_a_table", file, found="XLSB / ODS")
        members = archive.infolist()
        if sum(member.file_size for member in members) > MOST_UNZIPPED:
            raise file_error("zip_large", file, found=max(members, key=lambda one: one.file_size).filename)
        for member in members:
            check_member(member, file)
            raw = archive.read(member)
            if _FAR.search(raw) and _rectangle(raw) > MOST_CELLS and _rectangle(_EMPTY.sub(b"", raw)) > MOST_CELLS:
                raise file_error("zip_large", file, found=member.filename)


def _rectangle(sheet: bytes) -> int:
    columns: dict[bytes, int] = {}
    right = down = 0
    for place in _PLACE.finditer(sheet):
        name, row = place.groups()
        if name not in columns:
            columns[name] = _number(name)
            right = max(right, columns[name])
        down = max(down, int(row[:20]))
    # A cell that does not say where it stands follows the one before it.
    widest = max(len(_CELL.findall(row)) for row in _ROW.split(sheet))
    return max(right, widest) * down


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters[:8].upper():
        number = number * 26 + letter - 64
    return number
