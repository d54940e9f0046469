"""Re-settlement: what each change makes different, and that the differences of several add up."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from settlement.agree import law_of
from settlement.invent import frame, invent
from settlement.small import bill, claims, identities, law, minus
from tuodi import tables
from tuodi.errors import TableError
from tuodi.settlement import settle
from tuodi.settlement.resettle import DIFFERENCES, resettle

BILLS = (bill("a", 1000, "2024-02-01"), bill("b", 1000, "2024-03-01"), bill("c", 1000, "2024-04-01"))
DIBAO = identities(("dibao", "2024-03-15"))


def changed(*rows: dict[str, Any]) -> pl.DataFrame:
    return frame(list(rows), tables.CHANGES)


def told(found: pl.DataFrame) -> list[tuple[Any, ...]]:
    """Claim, before, after, to whom and why; amounts in fen."""
    return found.select("claim_id", "before", "after", "owed_to", "cause").rows()


GRANT = {"change": "grant_identity", "person_id": "p", "identity": "tekun", "from": date(2024, 3, 1)}


@pytest.mark.req("NI04")
@pytest.mark.req("SP10")
def test_an_identity_granted_backwards_is_owed_to_the_person(tmp_path: Path) -> None:
    found = resettle(law(tmp_path), claims(*BILLS), DIBAO, changed(GRANT))
    assert found.schema == DIFFERENCES
    assert told(found) == [
        ("b", 0, 100_000, "person", "grant_identity tekun"),
        ("c", 80_000, 100_000, "person", "grant_identity tekun"),
    ]
    assert found["layer"].unique().to_list() == ["assistance"]
    assert found["difference"].to_list() == [100_000, 20_000]


def test_an_identity_ended_backwards_is_owed_to_the_fund(tmp_path: Path) -> None:
    end = {"change": "end_identity", "person_id": "p", "identity": "dibao", "to": date(2024, 3, 31)}
    assert told(resettle(law(tmp_path), claims(*BILLS), DIBAO, changed(end))) == [
        ("c", 80_000, 0, "fund", "end_identity dibao")
    ]


def test_a_reversal_frees_the_cap_for_later_bills(tmp_path: Path) -> None:
    rows = [bill("a", 2000, "2024-04-01"), bill("b", 1000, "2024-05-01"), bill("c", 1000, "2024-06-01")]
    found = resettle(law(tmp_path), claims(*rows), DIBAO, changed({"change": "reverse", "claim_id": "a"}))
    # a took 1600 of the outpatients' 2000: b had the rest, c nothing.
    assert told(found) == [
        ("a", 160_000, 0, "fund", "reverse a"),
        ("b", 40_000, 80_000, "person", "reverse a"),
        ("c", 0, 80_000, "person", "reverse a"),
    ]


def test_a_correction_names_only_what_changes(tmp_path: Path) -> None:
    correct = {"change": "correct", "claim_id": "c", "in_scope": 50_000, "total": 50_000}
    assert told(resettle(law(tmp_path), claims(*BILLS), DIBAO, changed(correct))) == [
        ("c", 80_000, 40_000, "fund", "correct c")
    ]


def test_a_bill_added_late(tmp_path: Path) -> None:
    row = {"change": "add", **bill("d", 500, "2024-05-01")}
    assert told(resettle(law(tmp_path), claims(*BILLS), DIBAO, changed(row))) == [("d", 0, 40_000, "person", "add d")]


def test_the_changes_of_one_person_add_up_whatever_their_order(tmp_path: Path) -> None:
    county = law(tmp_path)
    steps = [
        GRANT,
        {"change": "reverse", "claim_id": "b"},
        {"change": "correct", "claim_id": "c", "in_scope": 50_000, "total": 50_000},
        {"change": "add", **bill("d", 500, "2024-05-01")},
    ]
    b, c = BILLS[1], {**BILLS[2], "in_scope": 50_000, "total": 50_000}
    after = claims(BILLS[0], b, minus(b), c, bill("d", 500, "2024-05-01"))
    who = pl.concat([DIBAO, identities(("tekun", "2024-03-01"))])
    before = settle(county, claims(*BILLS), DIBAO).bills["pay_assistance"].sum()
    whole = settle(county, after, who).bills["pay_assistance"].sum() - before
    for order in (steps, steps[::-1]):
        found = resettle(county, claims(*BILLS), DIBAO, changed(*order))
        assert found["difference"].sum() == whole
        assert found["cause"].n_unique() >= 3
        # Each cause begins where the one before it ended.
        for rows in found.partition_by("claim_id", maintain_order=True):
            assert rows["before"].to_list()[1:] == rows["after"].to_list()[:-1]


def test_each_person_has_causes_of_their_own(tmp_path: Path) -> None:
    rows = claims(*BILLS, bill("q", 1000, "2024-04-01", person_id="q"), bill("r", 1000, "2024-04-01", person_id="r"))
    found = resettle(law(tmp_path), rows, DIBAO, changed(GRANT, {**GRANT, "person_id": "q"}))
    assert found.select("person_id", "claim_id").rows() == [("p", "b"), ("p", "c"), ("q", "q")]


def test_a_change_into_the_undetermined_says_so(tmp_path: Path) -> None:
    row = {"change": "add", **bill("d", 500, "2024-03-20")} | {"paid_basic": None}
    found = resettle(law(tmp_path), claims(*BILLS), DIBAO, changed(row))
    assert found["owed_to"].unique().to_list() == ["undetermined"]
    assert set(found["claim_id"]) == {"c", "d"}


def test_nothing_changes_nothing(tmp_path: Path) -> None:
    county = law(tmp_path)
    assert resettle(county, claims(*BILLS), DIBAO, changed()).is_empty()
    again = {"change": "grant_identity", "person_id": "p", "identity": "dibao", "from": date(2024, 4, 1)}
    assert resettle(county, claims(*BILLS), DIBAO, changed(again)).is_empty()


@pytest.mark.req("SP10")
@pytest.mark.parametrize("seed", range(4))
def test_before_and_after_are_what_settle_says(seed: int) -> None:
    county = law_of("zz/000000/2024")
    rows, who = invent(county.packs[0], seed, law=county, reversals=False)
    grants = [
        {"change": "grant_identity", "person_id": person, "identity": "tekun", "from": date(2023, 6, 1)}
        for person in rows["person_id"].unique().sort()
    ]
    found = resettle(county, rows, who, changed(*grants))
    made = frame(
        [
            {"person_id": row["person_id"], "identity": "tekun", "from": row["from"], "source": "change"}
            for row in grants
        ],
        tables.IDENTITIES,
    )
    before = settle(county, rows, who).bills
    after = settle(county, rows, pl.concat([who, made])).bills
    both = before.join(after, on="claim_id", suffix="_after")
    for layer in county.layers:
        name = f"pay_{layer}"
        other = both.filter(pl.col(name).ne_missing(pl.col(f"{name}_after")))
        expected = dict(zip(other["claim_id"], other.select(name, f"{name}_after").rows(), strict=True))
        own = found.filter(pl.col("layer") == layer)
        assert dict(zip(own["claim_id"], own.select("before", "after").rows(), strict=True)) == expected


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"change": "revers", "claim_id": "a"}, r"row 1: change 'revers' is not one of .*reverse"),
        ({"change": "reverse", "claim_id": "zzz"}, r"row 1: claim_id 'zzz' is not in the claims and no person_id"),
        (
            {"change": "reverse", "claim_id": "zzz", "person_id": "p"},
            r"row 1: reverse: claim_id 'zzz' is not in the cl",
        ),
        ({"change": "grant_identity", "person_id": "p"}, r"row 1: grant_identity needs an identity"),
        (
            {"change": "grant_identity", "person_id": "p", "identity": "dibao"},
            r"needs from, effective_on or recognised",
        ),
        ({"change": "end_identity", "person_id": "p", "identity": "dibao"}, r"needs to \(the last day"),
        (
            {"change": "end_identity", "person_id": "p", "identity": "tekun", "to": date(2024, 1, 1)},
            r"'p' holds no 'tekun' after 2024-01-01",
        ),
        (
            {"change": "add", "claim_id": "a", "person_id": "p"},
            r"add needs a claim_id that is not there yet; found 'a'",
        ),
        (
            {"change": "add", "claim_id": "n", "person_id": "p", "settled_at": datetime(2024, 1, 1)},  # noqa: DTZ001
            r"row 1: add: column '\w+' is empty; it is required",
        ),
    ],
)
def test_a_bad_change_says_what_is_wrong(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    with pytest.raises(TableError, match=message):
        resettle(law(tmp_path), claims(*BILLS), DIBAO, changed(change))
