"""Awards on application: windows, households, other aid, once a year."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from settlement.invent import frame
from settlement.small import COUNTY, bill, claims, identities, law
from tuodi import tables
from tuodi.errors import TableError
from tuodi.settlement.award import AWARDED, award

NOBODY = identities()


def asked(*rows: dict[str, Any]) -> pl.DataFrame:
    first = {"person_id": "p", "kind": "relief", "applied_on": date(2025, 3, 1), "other_aid_amount": 0}
    return frame([first | row for row in rows], tables.AWARDS)


@pytest.mark.req("SP12")
def test_what_the_layers_left_in_the_year_before_is_one_bill(tmp_path: Path) -> None:
    rows = claims(
        bill("a", 3000, "2024-01-01"), bill("b", 2000, "2024-12-31", paid_basic=500), bill("c", 9000, "2025-01-01"),
        bill("d", 9000, "2024-05-01", person_id="q"),
    )  # fmt: skip
    made = award(law(tmp_path), rows, identities(("dibao", "2024-12-01")), asked({}))
    # a: nobody's class, 3000 left. b: 1500 after basic, 80% of it paid, 300 left. (3300 - 1000) * 50%.
    assert made.row(0, named=True) == {
        "person_id": "p", "household_id": None, "kind": "relief", "applied_on": date(2025, 3, 1), "status": "ok",
        "reason": "", "window_from": date(2024, 1, 1), "window_to": date(2024, 12, 31), "left": 330_000,
        "other_aid": 0, "base": 330_000, "amount": 115_000,
    }  # fmt: skip


def test_other_aid_comes_off_first_and_matters_only_if_something_is_left(tmp_path: Path) -> None:
    county, rows = law(tmp_path), claims(bill("a", 3000, "2024-01-01"))
    some = award(county, rows, NOBODY, asked({"other_aid_amount": 50_000}))
    assert some.select("base", "amount").row(0) == (250_000, 75_000)
    more = award(county, rows, NOBODY, asked({"other_aid_amount": 500_000}))
    assert more.select("status", "base", "amount").row(0) == ("ok", 0, 0)
    unknown = award(county, rows, NOBODY, asked({"other_aid_amount": None}))
    assert unknown.select("status", "reason", "amount").row(0) == ("undetermined", "other_aid_unknown", None)
    nothing = award(county, rows, NOBODY, asked({"person_id": "q", "other_aid_amount": None}))
    assert nothing.select("status", "amount").row(0) == ("ok", 0)


def test_once_a_year_in_the_order_of_applications(tmp_path: Path) -> None:
    rows = claims(bill("a", 3000, "2024-01-01"), bill("b", 3000, "2025-01-01"))
    requests = asked(
        {"applied_on": date(2025, 9, 1)}, {"applied_on": date(2025, 2, 1)}, {"applied_on": date(2026, 1, 1)},
        {"applied_on": date(2025, 10, 1)},
    )  # fmt: skip
    made = award(law(tmp_path), rows, NOBODY, requests)
    assert made["status"].to_list() == ["already_awarded", "ok", "ok", "already_awarded"]
    assert made["amount"].to_list() == [0, 100_000, 100_000, 0]


def test_after_an_undetermined_request_nobody_knows(tmp_path: Path) -> None:
    requests = asked(
        {"applied_on": date(2025, 2, 1), "other_aid_amount": None}, {"applied_on": date(2025, 3, 1)},
        {"applied_on": date(2025, 4, 1)}, {"applied_on": date(2026, 1, 1)},
    )  # fmt: skip
    made = award(law(tmp_path), claims(bill("a", 3000, "2024-01-01")), NOBODY, requests)
    assert made["status"].to_list() == ["undetermined", "undetermined", "undetermined", "ok"]
    assert made["reason"].to_list() == ["other_aid_unknown", *["earlier_request_undetermined"] * 2, ""]


def test_a_request_that_came_to_nothing_was_the_years_request(tmp_path: Path) -> None:
    requests = asked({"applied_on": date(2025, 2, 1), "other_aid_amount": 900_000}, {"applied_on": date(2025, 3, 1)})
    made = award(law(tmp_path), claims(bill("a", 3000, "2024-01-01")), NOBODY, requests)
    assert made.select("status", "amount").rows() == [("ok", 0), ("already_awarded", 0)]


def test_an_undetermined_bill_in_the_window_leaves_the_award_undetermined(tmp_path: Path) -> None:
    county = law(tmp_path)
    rows = claims(bill("a", 3000, "2024-01-01", paid_basic=None), bill("b", 3000, "2025-01-01"))
    requests = asked({}, {"applied_on": date(2026, 2, 1)})
    made = award(county, rows, NOBODY, requests)
    assert made["status"].to_list() == ["undetermined", "ok"]
    assert made["reason"][0] == "bill_undetermined"


FAMILY = {"kind": "family", "other_aid_amount": None, "recognised_on": date(2024, 8, 31)}


def test_a_window_in_months_ends_the_day_before(tmp_path: Path) -> None:
    # Six months before 31 August is the last day of February.
    days = ("2024-02-28", "2024-02-29", "2024-08-30", "2024-08-31")
    rows = claims(*(bill(day, 100 * number, day) for number, day in enumerate(days, 1)))
    made = award(law(tmp_path), rows, NOBODY, asked({**FAMILY, "household_id": "h"}))
    assert made.select("window_from", "window_to", "left", "amount").row(0) == (
        date(2024, 2, 29), date(2024, 8, 30), 50_000, 50_000,
    )  # fmt: skip


def test_a_household_is_all_whom_any_table_puts_there(tmp_path: Path) -> None:
    county = law(tmp_path)
    rows = claims(*(bill(person, 100, "2024-05-01", person_id=person) for person in ("p", "q", "r", "s")))
    who = identities(("dibao", "2025-01-01"), person="q", household_id="h")
    persons = frame([{"person_id": "r", "household_id": "h"}, {"person_id": "s", "household_id": "g"}], tables.PERSONS)
    made = award(county, rows, who, asked({**FAMILY, "household_id": "h"}), persons)
    assert made["left"].to_list() == [30_000]
    through_persons = award(county, rows, who, asked({**FAMILY, "person_id": "r"}), persons)
    assert through_persons["left"].to_list() == [20_000]


def test_a_household_that_nobody_names_or_two_do(tmp_path: Path) -> None:
    county, rows = law(tmp_path), claims(bill("a", 100, "2024-05-01"))
    alone = award(county, rows, NOBODY, asked(FAMILY))
    assert alone.select("status", "reason").row(0) == ("undetermined", "household_unknown")
    both = frame([{"person_id": "p", "household_id": "h"}], tables.PERSONS)
    who = identities(("dibao", "2025-01-01"), household_id="g")
    assert award(county, rows, who, asked(FAMILY), both)["reason"].to_list() == ["household_unknown"]


def test_no_recognition_no_window(tmp_path: Path) -> None:
    county, rows = law(tmp_path), claims(bill("a", 100, "2024-05-01"))
    made = award(county, rows, NOBODY, asked({**FAMILY, "household_id": "h", "recognised_on": None}))
    assert made.select("status", "reason").row(0) == ("undetermined", "recognised_on_unknown")


def test_the_version_of_the_windows_last_day_decides(tmp_path: Path) -> None:
    old = {"name": "old", "from": date(2023, 1, 1), "to": date(2024, 6, 30)}
    relief = {
        "title": {"zh": "新", "en": "new"}, "window": {"year": "previous"}, "rate": "100%", "once_per": "year",
        "cite": "d",
    }  # fmt: skip
    new = {"name": "new", "from": date(2024, 7, 1), "awards": {"relief": relief}}
    county = law(tmp_path, old, new, text=COUNTY)
    rows = claims(bill("a", 3000, "2023-01-01"), bill("b", 3000, "2024-12-01"))
    made = award(county, rows, NOBODY, asked({"applied_on": date(2024, 8, 1)}, {"applied_on": date(2025, 8, 1)}))
    assert made["amount"].to_list() == [100_000, 300_000]


def test_an_award_that_no_version_has_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"kind 'releif' is no award of zz/999998/2024.*relief"):
        award(law(tmp_path), claims(bill("a", 1)), NOBODY, asked({"kind": "releif"}))


def test_no_requests_are_no_awards(tmp_path: Path) -> None:
    made = award(law(tmp_path), claims(bill("a", 1)), NOBODY, asked())
    assert made.is_empty()
    assert made.columns == list(AWARDED)
