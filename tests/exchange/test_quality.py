"""The quality of a delivery: scores with the counts behind them, and what contradicts itself."""

# ruff: noqa: E501 - what is written and what is said stay on one line

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from exchange.material import certificate, write_csv
from tuodi.exchange import (
    Cadence,
    Delivery,
    Quality,
    contradictions,
    expected_by,
    is_stale,
    quality,
    read_delivery,
    source_templates,
)

pytestmark = pytest.mark.req("AD03")

ANNA, BEN = certificate(1), certificate(2)
MONTHLY = Cadence("month", 15)


def delivered(folder: Path, code: str, *rows: list[str]) -> Delivery:
    return read_delivery(write_csv(folder / "名册.csv", rows), source_templates()[code], as_of=date(2024, 3, 31))


def civil(folder: Path) -> Delivery:
    return delivered(
        folder, "civil_affairs_monthly",
        ["姓名", "身份证号", "救助类别", "批准日期", "停发日期", "与户主关系"],
        ["样例甲", ANNA, "低保", "2024-01-01", "", "户主"],
        ["样例乙", BEN, "低保", "2024-02-01", "2024-01-01", ""],
        ["样例丙", "", "低保", "", "", ""],
        ["样例丁", certificate(4), "不知道", "", "", ""],
    )  # fmt: skip


def points(found: Quality) -> dict[str, tuple[int | None, int, int]]:
    return {name: (score.points, score.good, score.counted) for name, score in found.scores.items()}


def test_scores_come_with_their_counts(tmp_path: Path) -> None:
    found = quality(civil(tmp_path), date(2024, 4, 10))
    assert points(found) == {
        # of three good rows: names and identities, two numbers, two starts, one end, one relation, no household number
        "completeness": (12 * 10_000 // 21, 12, 21),
        "validity": (7_500, 3, 4),
        "timeliness": (10_000, 10, 10),
        "consistency": (6_666, 2, 3),
    }
    assert found.reasons.select("reason", "count", "set_aside").rows() == [("code_unknown_plain", 1, True)]
    line = found.completeness.filter(pl.col("column") == "certificate").row(0, named=True)
    assert (line["filled"], line["rows"], line["points"], line["present"]) == (2, 3, 6_666, True)


@pytest.mark.parametrize(
    ("today", "score", "late", "stale"),
    [
        (date(2024, 3, 31), 10_000, 0, False),
        (date(2024, 5, 15), 10_000, 0, False),
        (date(2024, 5, 16), 45 * 10_000 // 46, 1, True),
        (date(2024, 6, 29), 5_000, 45, True),
    ],
)
def test_what_is_late_loses_with_its_age(tmp_path: Path, today: date, score: int, late: int, stale: bool) -> None:
    found = quality(civil(tmp_path), today)
    assert found.due == date(2024, 5, 15)
    assert (found.scores["timeliness"].points, found.late_days, found.stale) == (score, late, stale)


def test_a_day_that_is_not_known_is_not_in_time_and_not_late(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "x.csv", [["姓名", "死亡时间"], ["样例甲", "2024-01-01"]])
    found = quality(read_delivery(path, source_templates()["deaths"]), date(2024, 4, 10))
    assert (found.scores["timeliness"].points, found.stale, found.due) == (None, None, None)


@pytest.mark.parametrize(
    ("every", "as_of", "due"),
    [
        ("day", date(2024, 2, 28), date(2024, 2, 29)),
        ("ten_days", date(2024, 2, 20), date(2024, 3, 1)),
        ("month", date(2024, 1, 31), date(2024, 2, 29)),
        ("month", date(2024, 2, 29), date(2024, 3, 31)),
        ("month", date(2024, 1, 30), date(2024, 2, 29)),
        ("quarter", date(2024, 3, 31), date(2024, 6, 30)),
        ("year", date(2024, 2, 29), date(2025, 2, 28)),
        ("once", date(2024, 2, 29), None),
    ],
)
def test_when_the_next_one_is_due(every: str, as_of: date, due: date | None) -> None:
    assert expected_by(Cadence(every, 0), as_of) == due
    assert is_stale(Cadence(every, 0), as_of, date(2030, 1, 1)) is (due is not None)


def told(delivery: Delivery) -> list[tuple[int, str, str, str]]:
    return contradictions(delivery).select("row", "reason", "found", "expected").rows()  # type: ignore[return-value]


def test_a_number_against_its_columns(tmp_path: Path) -> None:
    found = delivered(
        tmp_path, "enrolment",
        ["参保年度", "姓名", "证件号码", "性别", "出生日期", "人员编号"],
        ["2024", "样例甲", ANNA, "男", "1956-04-12", "P1"],
        ["2024", "样例乙", BEN, "男", "1956-04-13", "P2"],
        ["2024", "样例丙", BEN, "女", "1956-04-12", "P3"],
        ["2024", "样例丁", certificate(7), "未说明", "", "P1"],
    )  # fmt: skip
    assert told(found) == [
        (2, "number_two", ANNA, "P1"),
        (3, "birth_differs", "1956-04-13", "1956-04-12"),
        (3, "sex_differs", "male", "female"),
        (3, "name_two", "样例乙", "样例丙"),
        (4, "name_two", "样例丙", "样例乙"),
        (5, "number_two", certificate(7), "P1"),
    ]


def test_a_disability_certificate_against_its_columns(tmp_path: Path) -> None:
    found = delivered(
        tmp_path, "disabled_persons",
        ["残疾人证号", "姓名", "身份证号", "残疾类别", "残疾等级", "发证日期", "有效期至"],
        [f"{ANNA}51", "样例甲", ANNA, "智力", "一级", "2020-01-01", "2030-01-01"],
        [f"{BEN}51", "样例乙", ANNA, "肢体", "二级", "2020-01-01", "2019-01-01"],
    )  # fmt: skip
    assert told(found) == [
        (2, "name_two", "样例甲", "样例乙"),
        (3, "name_two", "样例乙", "样例甲"),
        (3, "days_reversed", "2019-01-01", "issued_on 2020-01-01"),
        (3, "disability_person", f"{BEN}51", ANNA),
        (3, "disability_differs", "limbs", "intellectual"),
        (3, "disability_differs", "grade_2", "grade_1"),
    ]


def test_premiums_and_households(tmp_path: Path) -> None:
    found = delivered(
        tmp_path, "premium_request",
        ["年度", "姓名", "代缴类别", "代缴金额", "个人缴费金额", "缴费总额"],
        ["2024", "样例甲", "低保", "180", "200", "380"],
        ["2024", "样例乙", "低保", "180", "200", "381"],
    )  # fmt: skip
    assert told(found) == [(3, "premium_parts", "381.00", "380.00")]
    found = delivered(
        tmp_path, "monitored_households",
        ["户编号", "户主姓名", "风险是否已消除", "消除监测时间"], ["1", "样例甲", "否", "202401"], ["1", "样例乙", "是", "202401"],
    )  # fmt: skip
    assert told(found) == [
        (2, "head_two", "样例甲", "样例乙"),
        (2, "cleared_differs", "2024-01-01", ""),
        (3, "head_two", "样例乙", "样例甲"),
    ]
