"""The platform's monthly report beside the file: agrees, is explained by quarantined rows, or differs."""

from __future__ import annotations

import polars as pl
import pytest

from audit.made import audited, bill, claims, listed, monthly
from tuodi.audit.monthly import agree_with_report, set_aside
from tuodi.errors import TableError

BILLS = claims(
    bill("a", "03-01", 100, paid_assistance=500),
    bill("b", "03-20", 100, paid_assistance=300),
    bill("c", "04-02", 100, paid_assistance=0),
    bill("d", "04-03", 100, paid_assistance=None),
)


def states(report: pl.DataFrame, quarantined: pl.DataFrame | None = None) -> list[str]:
    return agree_with_report(BILLS, report, quarantined)["state"].to_list()


def test_person_times_and_amount_agree() -> None:
    assert states(monthly(("2024-03", "paid_assistance", 2, 800), ("2024-04", "医疗救助", 0, 0))) == ["equal", "equal"]


def test_a_fen_or_a_person_time_beside_it_is_shown() -> None:
    found = agree_with_report(BILLS, monthly(("2024-03", "paid_assistance", 3, 801)))
    assert found.select("state", "difference_count", "difference").row(0) == ("differs", 1, 1)


def test_the_same_money_in_another_number_of_bills_does_not_agree() -> None:
    assert states(monthly(("2024-03", "paid_assistance", 1, 800)))[0] == "differs"


def test_a_report_without_counts_is_compared_by_money_alone() -> None:
    assert states(monthly(("2024-03", "paid_assistance", None, 800)))[0] == "equal"


def test_a_month_that_the_report_lacks_is_shown() -> None:
    found = agree_with_report(BILLS, monthly(("2024-05", "paid_assistance", 0, 0)))
    assert found.select("month", "state").rows() == [("2024-03", "not_in_report"), ("2024-05", "equal")]


def test_a_reversal_takes_a_person_time_back() -> None:
    back = bill("a-", "03-25", -100, paid_assistance=-500, reverses="a")
    found = agree_with_report(pl.concat([BILLS, claims(back)]), monthly(("2024-03", "paid_assistance", 1, 300)))
    assert found["state"].to_list() == ["equal"]


def test_quarantined_rows_explain_a_difference_and_are_never_hidden() -> None:
    aside = set_aside(
        pl.DataFrame({"row": [7, 7, 9], "cells": [["2024年3月5日", "2.00", "x"], None, ["", "9.00", "y"]]}),
        ["结算日期", "医疗救助", "年龄"],
        {"结算日期": "settled_at", "医疗救助": "paid_assistance"},
    )
    found = agree_with_report(BILLS, monthly(("2024-03", "paid_assistance", 3, 1000)), aside)
    assert found.select("state", "quarantined_count", "quarantined_amount", "difference").row(0) == (
        "explained", 1, 200, 0,
    )  # fmt: skip


@pytest.mark.parametrize(
    "text", ["2024-03-05 10:00:00", "2024/3/5", "20240305", "2024年3月5日", "2024.3.5", "2024-03-05T10:00:00"]
)
def test_the_month_of_a_quarantined_row_is_read_in_any_spelling(text: str) -> None:
    found = set_aside(pl.DataFrame({"row": [1], "cells": [[text]]}), ["d"], {"d": "settled_at"})
    assert found["settled_at"].dt.strftime("%Y-%m").to_list() == ["2024-03"]


def test_a_measure_that_is_no_amount_is_an_error() -> None:
    with pytest.raises(TableError, match=r"measure.*'maf_pya'.*did you mean"):
        agree_with_report(BILLS, monthly(("2024-03", "maf_pya", 1, 1)))


def test_the_result_says_whether_the_totals_agree() -> None:
    nobody = listed()
    bills = BILLS.with_columns(pl.col("paid_assistance").fill_null(0))
    assert audited(bills, nobody).totals_agree is None
    assert audited(bills, nobody, totals=monthly(("2024-03", "paid_assistance", 2, 800))).totals_agree is True
    assert audited(bills, nobody, totals=monthly(("2024-03", "paid_assistance", 2, 801))).totals_agree is False
