"""The demo's files: read by the exchange they hold what was written, and the spoilt rows are found, no others."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from synth.conftest import PERSONS, SEED, truth
from tuodi.errors import UsageError
from tuodi.exchange import check_reading, read_table
from tuodi.synth import Dice, Formula, Line, SynthResult, write_demo, write_settlement
from tuodi.synth.bills import bills_of
from tuodi.synth.county import COUNTY, setup_of
from tuodi.synth.names import RARE_NAMES
from tuodi.synth.people import people
from tuodi.tables import CLAIMS, IDENTITIES, MANUAL, TOTALS


def test_the_same_seed_gives_the_same_bytes(suqian: SynthResult, tmp_path: Path) -> None:
    again = write_demo(tmp_path, seed=SEED, place="suqian", persons=PERSONS)
    names = [path.relative_to(suqian.out) for path in sorted(suqian.out.rglob("*")) if path.is_file()]
    assert len(names) == 11
    assert names == [path.relative_to(tmp_path) for path in sorted(tmp_path.rglob("*")) if path.is_file()]
    for name in names:
        assert (again.out / name).read_bytes() == (suqian.out / name).read_bytes(), name


def test_another_seed_gives_another_county(suqian: SynthResult, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    other = write_demo(tmp_path, seed=SEED + 1, persons=60, progress=lambda done, of: told.append((done, of)))
    assert told == sorted(told)
    assert told[-1][0] <= told[-1][1] == other.counts["persons"]
    assert truth(other, "settlement")[:3] != truth(suqian, "settlement")[:3]


@pytest.mark.req("AD02")
def test_spoilt_rows_are_set_aside_and_no_others(county: SynthResult) -> None:
    reading = check_reading(read_table(county.files["claims"], CLAIMS))
    planted = truth(county, "bad_rows")
    repeated = [row for row in planted if row["kind"] == "duplicate_dropped"]
    wrong = {int(row["row"]): row["claim_id"] for row in planted if row["kind"] != "duplicate_dropped"}
    assert len(wrong) == 10
    found = dict(reading.quarantine.select("row", "key").unique().iter_rows())
    assert found == wrong
    assert reading.dropped == len(repeated) == 1
    assert reading.rows_read == county.counts["rows"]
    assert reading.frame.height == county.counts["rows"] - len(wrong) - 1


@pytest.mark.req("AD02")
def test_each_spoilt_row_is_given_its_reason(suqian: SynthResult) -> None:
    reading = check_reading(read_table(suqian.files["claims"], CLAIMS))
    reasons = {(row["row"], row["reason"].removesuffix("_plain")) for row in reading.quarantine.iter_rows(named=True)}
    planted = {
        (int(row["row"]), row["kind"]) for row in truth(suqian, "bad_rows") if row["kind"] != "duplicate_dropped"
    }
    assert planted <= reasons


def test_good_rows_are_read_as_they_were_made(tmp_path: Path) -> None:
    setup, dice = setup_of("suqian"), Dice(3)
    lines = []
    for person in people(dice, setup, 400):
        for bill in bills_of(dice, setup, person):
            lines.append(Line({**bill.row(), "certificate": person.certificate, "person_name": person.name}))
    path = tmp_path / "明细.xlsx"
    first, last = date(2024, 1, 1), date(2024, 12, 31)
    write_settlement(path, lines, dice=dice, county=COUNTY, first=first, last=last, as_of=date(2025, 1, 10))
    reading = check_reading(read_table(path, CLAIMS))
    assert reading.quarantined == 0
    assert (reading.window_from, reading.window_to) == (first, last)
    assert reading.unknown_columns == ("序号", "认定地", "镇街")
    made = pl.DataFrame([line.values for line in lines], schema=CLAIMS.columns, orient="row").drop("provider_traits")
    read = reading.frame.select(made.columns).with_columns(pl.col("purpose").fill_null("illness"))
    blank = [name for name in made.columns if made[name].null_count() == made.height]
    for name in made.columns:
        if name not in blank:
            assert read[name].to_list() == made[name].to_list(), name


def test_a_small_ugly_file_can_be_made_by_hand(tmp_path: Path) -> None:
    setup, dice = setup_of("suqian"), Dice(3)
    person, bills = next((p, b) for p in people(dice, setup, 60) if (b := bills_of(dice, setup, p)))
    values = {**bills[0].row(), "certificate": person.certificate, "person_name": person.name}
    lines = [Line(values, {"total": Formula("=AA{row}+AD{row}", "1.00")})]
    path = tmp_path / "one.xlsx"
    day = date(2024, 1, 1)
    write_settlement(path, lines, dice=dice, county=COUNTY, first=day, last=day, as_of=day)
    reading = read_table(path, CLAIMS)
    assert reading.quarantine["reason"].to_list() == ["formula"]
    assert reading.quarantine["row"].to_list() == [5]


def test_the_lists_are_read_whole(suqian: SynthResult) -> None:
    flags = read_table(suqian.files["flags"], IDENTITIES)
    roster = read_table(suqian.files["roster"], IDENTITIES)
    assert flags.quarantined == roster.quarantined == 0
    assert flags.frame.height == suqian.counts["flags"]
    assert roster.frame.height == suqian.counts["roster"]
    assert roster.frame["to"].null_count() == roster.frame.height
    names = {*flags.frame["person_name"].to_list(), *roster.frame["person_name"].to_list()}
    assert set(RARE_NAMES) & names
    households = roster.frame["household_id"]
    assert households.null_count() == 0
    assert households.n_unique() < roster.frame["person_id"].n_unique()


def test_payments_by_hand_are_gb18030(suqian: SynthResult) -> None:
    reading = read_table(suqian.files["manual"], MANUAL)
    assert reading.encoding == "gb18030"
    assert reading.frame.height == suqian.counts["manual"] > 0
    assert set(reading.frame["layer"]) == {"assistance"}


def test_the_monthly_report_agrees_once_spoilt_rows_are_explained(county: SynthResult) -> None:
    """Report = good rows + spoilt rows that the platform counted, per month, to the fen."""
    reading = check_reading(read_table(county.files["claims"], CLAIMS))
    report = read_table(county.files["totals"], TOTALS).frame
    spoilt = [row for row in truth(county, "bad_rows") if row["counted_by_platform"] == "yes"]
    by_month: dict[str, int] = {}
    count: dict[str, int] = {}
    for at, paid in reading.frame.select("settled_at", "paid_assistance").iter_rows():
        month = f"{at:%Y-%m}"
        by_month[month] = by_month.get(month, 0) + (paid or 0)
        count[month] = count.get(month, 0) + ((paid or 0) > 0) - ((paid or 0) < 0)
    assert any(row["paid_assistance_fen"] != "0" for row in spoilt)
    for row in spoilt:
        paid = int(row["paid_assistance_fen"])
        by_month[row["month"]] = by_month.get(row["month"], 0) + paid
        count[row["month"]] = count.get(row["month"], 0) + (paid > 0) - (paid < 0)
    stated = report.filter(pl.col("measure").is_in(["paid_assistance", "医疗救助基金支出"]))
    assert stated.height == 12
    for month, persons, amount in stated.select("month", "count", "amount").iter_rows():
        assert (by_month[month], count[month]) == (amount, persons), month


def test_what_cannot_be_made_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="scale"):
        write_demo(tmp_path, seed=1, scale="country")
    with pytest.raises(UsageError, match="year 2019"):
        write_demo(tmp_path, seed=1, year=2019)
    with pytest.raises(UsageError, match="at least 50"):
        write_demo(tmp_path, seed=1, persons=7)
    assert not list(tmp_path.iterdir())
