"""To whom a row that was set aside belongs: by number, by paper, and by name where nothing else can be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from exchange.material import ANNA, bill, certificate, rows_of, write_csv
from tuodi.exchange import check_reading, people_set_aside, read_table
from tuodi.tables import CLAIMS, IDENTITIES

pytestmark = pytest.mark.req("AD02")


def people(folder: Path, *rows: list[str]) -> list[str]:
    good = rows_of(
        bill(人员编号="P1", 姓名="苏青禾", 证件号码=ANNA),
        bill(结算ID="S2", 人员编号="P2", 姓名="苏青禾", 证件号码=certificate(2)),
    )
    claims = read_table(write_csv(folder / "结算.csv", good), CLAIMS)
    head = ["证件号码", "姓名", "对象类别", "认定日期"]
    listed = read_table(write_csv(folder / "名册.csv", [head, *rows]), IDENTITIES)
    assert listed.quarantined == len(rows)
    found = people_set_aside([("claims", claims), ("identities", listed)], claims.frame)
    assert set(found["table"]) <= {"identities"}
    return found["person_id"].to_list()


def test_by_the_identity_number(tmp_path: Path) -> None:
    assert people(tmp_path, [ANNA.lower(), "某某", "低保（B类）", "2022-01-01"]) == ["P1"]


def test_anybody_of_the_name_where_the_number_cannot_be_read(tmp_path: Path) -> None:
    wrong = ANNA[:-1] + ("0" if ANNA[-1] != "0" else "1")
    assert people(tmp_path, [wrong, "苏 青禾", "低保", "2022-01-01"]) == ["P1", "P2"]


def test_somebody_without_a_bill_is_nobody_here(tmp_path: Path) -> None:
    assert people(tmp_path, [certificate(3), "别人", "低保（B类）", "2022-01-01"]) == []


def test_a_bill_that_was_set_aside(tmp_path: Path) -> None:
    rows = rows_of(bill(人员编号="P1"), bill(结算ID="S2", 人员编号="P1", 先行自付="30.01"))
    claims = check_reading(read_table(write_csv(tmp_path / "结算.csv", rows), CLAIMS))
    assert people_set_aside([("claims", claims)], claims.frame).rows() == [("P1", "claims")]
