"""The invented county's report, written once for all tests of this folder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from report.county import invented
from tuodi.audit import AuditResult
from tuodi.report import BadRow, FileQuality, ReportPaths, write_report

QUALITY = (
    FileQuality(
        name="医疗救助结算明细.xlsx",
        table={"zh": "医疗救助结算明细", "en": "assistance settlements"},
        rows=12_484,
        good=12_480,
        bad=(BadRow(318, "医疗费总额", "1,2O3.50", {"zh": "不是金额", "en": "is no amount"}),),
        warnings=(BadRow(0, "", "", {"zh": "金额单位为万元", "en": "the unit is 10,000 yuan"}),),
        until=date(2024, 12, 31),
        correct_in="待更正_医疗救助结算明细.xlsx",
    ),
)


@dataclass(frozen=True)
class Written:
    """A written report and the audit it shows."""

    folder: Path
    paths: ReportPaths
    result: AuditResult

    def text(self, name: str) -> str:
        """One file of it."""
        return (self.folder / name).read_text("utf-8")


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("report")
    result = invented()
    numbers = {row["person_id"]: f"WHOLE{row['person_id']}" for row in result.persons.to_dicts()}
    paths = write_report(result, None, folder, place="望江县", quality=QUALITY, certificates=numbers)
    return Written(folder, paths, result)
