"""The whole invented county: the same for the same seed, right to the fen, dirty as documented, and true beside it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections import Counter, defaultdict
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from tuodi.errors import UsageError
from tuodi.exchange import read_delivery, source_templates
from tuodi.synth import check_digit
from tuodi.synth.unseen import KINDS as UNSEEN
from tuodi.synth.whole import SHARES, CountyResult, invent, write_county
from tuodi.synth.whole.calibration import measures
from tuodi.synth.whole.dirt import numbers
from tuodi.synth.whole.hardship import status_of
from tuodi.synth.whole.made import Made
from tuodi.synth.whole.mix import Draws
from tuodi.synth.whole.people import FULL, People, populate
from tuodi.synth.whole.places import places
from tuodi.synth.whole.setl_d import COLUMNS, money

SEED, PERSONS = 7, 1_500
FEN = 100


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> CountyResult:
    return write_county(tmp_path_factory.mktemp("whole"), seed=SEED, persons=PERSONS)


@cache
def _made() -> Made:
    return invent(SEED, PERSONS)


@cache
def _full() -> People:
    return populate(Draws(SEED), FULL, 2024)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _sources(county: CountyResult) -> list[dict[str, str]]:
    return _rows(county.out / "来源清单.csv")


def _settled(county: CountyResult) -> pl.DataFrame:
    parts = []
    for path in county.files["settlements"]:
        with zipfile.ZipFile(path) as archive:
            (name,) = archive.namelist()
            text = archive.read(name).decode()
        parts += [line.split("\t") for line in text.splitlines()]
    frame = pl.DataFrame(parts, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")
    return frame.with_columns(pl.when(pl.all() == "null").then(None).otherwise(pl.all()).name.keep())


def _fen(frame: pl.DataFrame, name: str) -> pl.Series:
    return frame[name].str.replace(".", "", literal=True).cast(pl.Int64)


def _digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(whole: CountyResult, tmp_path: Path) -> None:
    again = write_county(tmp_path / "again", seed=SEED, persons=PERSONS)
    assert _digests(whole.out) == _digests(again.out)
    other = write_county(tmp_path / "other", seed=SEED + 1, persons=PERSONS)
    changed = {name for name, digest in _digests(other.out).items() if _digests(whole.out).get(name) != digest}
    assert {str(whole.files["settlement_aid"][0].relative_to(whole.out)), "truth/people.csv"} <= changed


def test_what_a_person_draws_depends_on_nobody_else() -> None:
    few, many = np.arange(100), np.arange(5_000)
    draws = Draws(3)
    assert (draws.raw("x", few) == draws.raw("x", many)[:100]).all()
    assert (draws.raw("x", many[::-1]) == draws.raw("x", many)[::-1]).all()
    assert (draws.raw("y", few) != draws.raw("x", few)).all()
    assert (Draws(4).raw("x", few) != draws.raw("x", few)).all()


def test_every_source_is_written_and_listed(whole: CountyResult) -> None:
    assert set(whole.files) == set(source_templates())
    for row in _sources(whole):
        assert (whole.out / row["file"]).is_file()
        assert date.fromisoformat(row["as_of"]).year == 2024
        assert int(row["rows"]) > 0
    told = (whole.out / "说明_虚构.txt").read_text("utf-8")
    assert "虚构" in told
    assert "invented" in told


def test_every_file_is_read_by_its_template(whole: CountyResult) -> None:
    """As a sender would send it: only a row whose number was typed wrong may be set aside."""
    dirty = {(row["file"], int(row["row"])) for row in _rows(whole.truth / "persons.csv") if row["wrong"]}
    templates = source_templates()
    for row in _sources(whole):
        delivery = read_delivery(whole.out / row["file"], templates[row["code"]])
        aside = {(row["file"], int(each)) for each in delivery.quarantine["row"]}
        assert delivery.frame.height + len(aside) == int(row["rows"]), row["file"]
        assert aside <= dirty, delivery.quarantine.select("row", "column", "reason", "found")
        assert not delivery.unknown, (row["file"], delivery.unknown)


def test_amounts_add_up_to_the_fen(whole: CountyResult) -> None:
    frame = _settled(whole)
    fen = {name: _fen(frame, name) for name in COLUMNS[COLUMNS.index("MEDFEE_SUMAMT") : COLUMNS.index("REFD_SETL_FLAG")]
           if frame[name].null_count() == 0}  # fmt: skip
    parts = ("FULAMT_OWNPAY_AMT", "OVERLMT_SELFPAY", "PRESELFPAY_AMT", "INSCP_AMT")
    payers = ("HIFP_PAY", "CVLSERV_PAY", "HIFES_PAY", "HIFMI_PAY", "HIFOB_PAY", "HIFDM_PAY", "MAF_PAY", "OTHFUND_PAY")
    total = fen["MEDFEE_SUMAMT"]
    assert (total == sum((fen[name] for name in parts), start=total * 0)).all()
    assert (fen["FUND_PAY_SUMAMT"] == sum((fen[name] for name in payers), start=total * 0)).all()
    assert (total == fen["FUND_PAY_SUMAMT"] + fen["PSN_PAY"]).all()
    assert (fen["PSN_PAY"] == fen["ACCT_PAY"] + fen["CASH_PAYAMT"]).all()
    forward = frame["INIT_SETL_ID"].is_null()
    for name, column in fen.items():
        assert (column.filter(forward) >= 0).all(), name


def test_a_reversal_takes_back_exactly_what_it_names(whole: CountyResult) -> None:
    frame = _settled(whole)
    back = frame.filter(pl.col("INIT_SETL_ID").is_not_null())
    assert back.height > 30
    assert set(back["REFD_SETL_FLAG"]) == {"1"}
    pairs = back.join(frame, left_on="INIT_SETL_ID", right_on="SETL_ID", suffix="_first")
    assert pairs.height == back.height
    for name in ("MEDFEE_SUMAMT", "INSCP_AMT", "HIFP_PAY", "MAF_PAY", "PSN_PAY"):
        assert (_fen(pairs, name) == -_fen(pairs, f"{name}_first")).all()
    assert (pairs["SETL_TIME"] > pairs["SETL_TIME_first"]).all()
    again = frame.filter(pl.col("MDTRT_ID").is_in(back["MDTRT_ID"].to_list()))
    assert again.height == 3 * back.height


def test_money_is_written_exactly() -> None:
    fen = np.array([0, 1, -1, 99, -100, 123_456_789_012, -7], dtype=np.int64)
    frame = pl.DataFrame({"amount": money(fen)})
    assert frame.write_csv().split() == ["amount", "0.00", "0.01", "-0.01", "0.99", "-1.00", "1234567890.12", "-0.07"]


@pytest.mark.req("NI07")
def test_48_per_cent_are_in_hardship_through_illness() -> None:
    """7,513 of 15,600 at full size, and the share in a small county."""
    status = status_of(Draws(SEED), _full())
    assert int(status.listed.sum()) == 15_600
    assert int((status.cause == 0).sum()) == 7_513
    assert int(_full().household[-1]) + 1 == 145_000


@pytest.mark.req("NI07")
def test_the_lists_themselves_give_that_share(whole: CountyResult) -> None:
    """Each person in hardship once, with the cause that the last lists of both offices state."""
    templates = source_templates()
    truth = {(row["file"], int(row["row"])): int(row["person"]) for row in _rows(whole.truth / "persons.csv")}
    cause: dict[int, str] = {}
    recognised = whole.files["civil_affairs_monthly"][-1]
    for file in (recognised,):
        delivery = read_delivery(file, templates["civil_affairs_monthly"])
        name = str(file.relative_to(whole.out))
        for row, why in zip(delivery.places["row"], delivery.frame["cause"], strict=True):
            cause[truth[name, row]] = why
    known = {int(row["person"]): row["cause"] for row in _rows(whole.truth / "hardship.csv")}
    assert cause
    assert all(known[person] == why for person, why in cause.items() if person in known)
    share = 100 * sum(why == "因病" for why in known.values()) / len(known)
    assert round(share) == 48


def test_persons_and_numbers_are_of_nobody() -> None:
    people = _full().certificate
    assert people.n_unique() == FULL
    former = _full().former.filter(pl.Series(_full().changed))
    assert not set(former) & set(people)
    for number in [*people[:3_000], *former[:500]]:
        assert number.startswith("9901")
        assert check_digit(number[:17]) == number[17]
    male = [int(number[16]) % 2 == 1 for number in people[:3_000]]
    assert male == _full().male[:3_000].tolist()


def test_five_surnames_are_those_of_three_in_ten() -> None:
    first = _full().name.str.slice(0, 1).value_counts(sort=True)["count"].head(5).sum()
    assert 29 * FULL < 100 * first < 31 * FULL


@pytest.mark.req("AD03")
def test_numbers_are_as_dirty_as_documented() -> None:
    """Ten lists of 40,000 rows, each share within four standard deviations."""
    people = _full()
    who = np.arange(0, FULL, 10)
    count: Counter[str] = Counter()
    for number in range(10):
        texts, marks = numbers(Draws(SEED), f"list {number}", people, who)
        count.update(marks)
    for name in ("missing_number", "mistyped_number", "full_width", "blanks"):
        expected = SHARES[name] * 10 * len(who) / 10_000
        assert abs(count[name] - expected) < 4 * expected**0.5, name
    expected = SHARES["changed_number"] * FULL / 10_000
    assert abs(people.changed.sum() - expected) < 4 * expected**0.5
    assert abs(count["changed_number"] - 10 * people.changed[who].sum()) < 0.06 * count["changed_number"]
    assert {"short_number", "lower_case_x", "full_width", "blanks"} <= count.keys()
    right = people.certificate.gather(who)
    valid = set(right)
    for text, mark, true in zip(texts, marks, right, strict=True):
        if mark == "missing_number":
            assert text is None
        elif mark == "mistyped_number":
            assert text not in valid
            assert text != true
        elif mark == "":
            assert text == true


def test_every_row_of_every_list_is_in_the_truth(whole: CountyResult) -> None:
    truth: dict[str, dict[int, dict[str, str]]] = defaultdict(dict)
    for row in _rows(whole.truth / "persons.csv"):
        truth[row["file"]][int(row["row"])] = row
    people = _rows(whole.truth / "people.csv")
    named = {"settlements", "settlement_messages", "institutions"}
    for row in _sources(whole):
        if row["code"] in named:
            continue
        assert len(truth[row["file"]]) == int(row["rows"]), row["file"]
    book = whole.files["civil_affairs_monthly"][-1]
    cells = CalamineWorkbook.from_path(str(book)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    at = {header: place for place, header in enumerate(cells[3]) if header}
    for number, row in truth[str(book.relative_to(whole.out))].items():
        person = people[int(row["person"])]
        assert cells[number - 1][at["姓名"]] == person["name"]
        if not row["wrong"]:
            assert cells[number - 1][at["身份证号"]] == person["certificate"]


def test_the_settlements_name_people_of_the_truth(whole: CountyResult) -> None:
    known = {row["person_id"]: row["certificate"] for row in _rows(whole.truth / "people.csv")}
    for number, certificate in _settled(whole).select("PSN_NO", "CERTNO").unique().iter_rows():
        assert known[number] == certificate


@pytest.mark.req("NI20")
def test_the_last_two_lists_differ_by_who_joined_and_who_left(whole: CountyResult) -> None:
    rows = _rows(whole.truth / "persons.csv")
    for code in ("civil_affairs_monthly", "monitored_members"):
        old, new = (
            {row["person"] for row in rows if row["file"] == str(path.relative_to(whole.out))}
            for path in whole.files[code][-2:]
        )
        assert new - old, code
        assert code != "civil_affairs_monthly" or old - new


def test_more_months_are_more_lists(tmp_path: Path) -> None:
    county = write_county(tmp_path, seed=SEED, persons=1_000, months=3)
    assert len(county.files["civil_affairs_monthly"]) == 3
    assert len(county.files["monitored_households"]) == len(county.files["monitored_members"]) == 9


@pytest.mark.req("NI20", "AD03")
def test_mistakes_have_their_fixed_share_and_stand_in_the_truth() -> None:
    status = status_of(Draws(SEED), _full())
    listed = int(status.listed.sum())
    for name in ("not_flagged", "flagged_late", "lower_identity", "dead_on_list", "moved", "uninsured",
                 "insured_elsewhere", "insured_twice", "wrong_birth", "wrong_sex"):  # fmt: skip
        assert int(status.wrong[name].sum()) == round(listed * SHARES[name] / 10_000), name
    exclusive = [status.wrong[name] for name in ("not_flagged", "flagged_late", "lower_identity", "dead_on_list")]
    assert np.sum(exclusive, axis=0).max() == 1
    assert (status.died[status.wrong["dead_on_list"]] >= 0).all()
    assert (status.died[status.listed & ~status.wrong["dead_on_list"]] < 0).all()


def test_worklists_are_what_the_files_show(whole: CountyResult) -> None:
    work = defaultdict(set)
    for row in _rows(whole.truth / "worklists.csv"):
        work[row["kind"]].add(int(row["person"]))
    made = _made()
    flagged = set(made.flags.filter(pl.col("source") == 0)["person"])
    recognised = set(made.recognised.filter(pl.col("source") == 0)["person"])
    assert work["not_flagged"]
    assert not work["not_flagged"] & flagged
    assert work["not_flagged"] <= recognised
    late = made.flags.filter((pl.col("source") == 0) & (pl.col("flagged_on") >= pl.col("from") + 45))
    assert set(late["person"]) == work["flagged_late"]
    rows = [row for row in _rows(whole.truth / "persons.csv") if row["code"] == "enrolment"]
    insured = Counter(int(row["person"]) for row in rows)
    assert not (work["uninsured"] | work["insured_elsewhere"]) & insured.keys()
    assert {person for person, count in insured.items() if count > 1} <= work["insured_twice"]


def test_nobody_is_treated_after_death_or_without_insurance() -> None:
    made = _made()
    bills, status = made.record.bills, made.status
    died = status.died[bills.person]
    assert ((died < 0) | (bills.end < died)).all()
    assert not (status.wrong["uninsured"] | status.wrong["insured_elsewhere"])[bills.person].any()


@pytest.mark.req("NI12")
def test_aid_differs_from_the_law_only_where_it_was_planted(whole: CountyResult) -> None:
    wrong = {row["person"] for row in _rows(whole.truth / "worklists.csv")
             if row["kind"] in ("not_flagged", "flagged_late", "lower_identity", "still_shown")}  # fmt: skip
    bills = _rows(whole.truth / "aid_bills.csv")
    assert sum(int(row["paid_fen"]) > 0 for row in bills) > 80
    differs = [row for row in bills if row["by_law_fen"] != row["paid_fen"]]
    assert differs
    for row in differs:
        assert row["person"] in wrong or row["window_missed"] == "true"
    missed = [row for row in bills if row["window_missed"] == "true"]
    assert missed
    assert all(row["paid_fen"] == "0" for row in missed)
    hand = [row for row in bills if int(row["by_hand_fen"])]
    twice = [row for row in hand if int(row["paid_fen"]) + int(row["by_hand_fen"]) > int(row["by_law_fen"])]
    assert twice
    paid = dict(_settled(whole).select("SETL_ID", "MAF_PAY").iter_rows())
    listed = [row for row in bills if row["claim_id"] in paid]
    assert len(listed) > 0.9 * len(bills)
    assert all(round(float(paid[row["claim_id"]]) * FEN) == int(row["paid_fen"]) for row in listed)


def test_messages_hold_what_the_export_lacks(whole: CountyResult) -> None:
    exported = set(_settled(whole)["SETL_ID"])
    seen = [
        message["reply"]["output"]["setlinfo"]["setl_id"]
        for path in whole.files["settlement_messages"]
        for message in json.loads(path.read_text("utf-8"))
    ]
    assert len(seen) >= 24
    assert not set(seen) & exported


def test_what_no_file_shows_is_listed_beforehand(whole: CountyResult) -> None:
    kinds = {row["kind"] for row in _rows(whole.truth / "unseen.csv")}
    assert {kind for kind, _ in UNSEEN} <= kinds


def test_18_towns_and_256_villages_with_names_and_codes_of_their_own(whole: CountyResult) -> None:
    made, rows = places(), _rows(whole.out / "区划.csv")
    assert (len(made.towns), len(made.villages)) == (18, 256)
    assert len({each.name for each in made.villages}) == 256
    codes = {row["code"] for row in rows}
    assert len(codes) == len(rows) == 3 + 18 + 256
    assert all(row["parent"] in codes or row["level"] == "province" for row in rows)
    assert all(len(code) == 12 and code.startswith("99") for code in codes)
    assert all("虚构" in row["name"] for row in rows if row["level"] in ("province", "city", "county"))
    kinds = {row["kind"] for row in _rows(whole.out / "组织机构.csv")}
    assert {"medical_insurance", "civil_affairs", "township", "village", "hospital", "city_bureau"} <= kinds


@pytest.mark.slow
def test_figures_are_near_the_published_ones() -> None:
    """Of 100,000 persons: the mean of a few thousand stays of a few dear illnesses needs many. Each says its bound."""
    for each in measures(invent(SEED, 100_000)):
        assert abs(each.apart) <= each.allowed, (each.name, float(each.published), float(each.simulated))


def test_the_table_of_figures_is_written(whole: CountyResult) -> None:
    rows = _rows(whole.out / "校准.csv")
    assert len(rows) > 15
    assert all(float(row["published"]) > 0 for row in rows)


def test_a_county_of_no_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="1000 to 400000"):
        write_county(tmp_path, seed=1, persons=999)
    with pytest.raises(UsageError, match="from 1 to 12"):
        write_county(tmp_path, seed=1, persons=1_000, months=13)
    assert not list(tmp_path.iterdir())


def test_a_csv_of_the_offices_needs_gb18030(whole: CountyResult) -> None:
    for code in ("manual_claims", "red_cross_ledger"):
        data = whole.files[code][0].read_bytes()
        with pytest.raises(UnicodeDecodeError):
            data.decode()
        assert len(list(csv.reader(io.StringIO(data.decode("gb18030"))))) > 3
