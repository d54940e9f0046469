"""Reversals, refunds, identities, persons in two files."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from exchange.material import (
    ANNA,
    bill,
    certificate,
    claims,
    findings,
    identities,
    negated,
    paid,
    rows_of,
    write_csv,
)
from tuodi.exchange import check_claims, check_identities, check_reading, link_persons, read_table
from tuodi.tables import CHANGES, CLAIMS, IDENTITIES

pytestmark = pytest.mark.req("AD02")


def reasons(table: pl.DataFrame) -> list[tuple[int, str]]:
    return [tuple(row) for row in table.select("row", "reason").rows()]


def reversal(of: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return negated(of, **{"claim_id": "R1", "reverses": of.get("claim_id", "S1"), **changed})


def test_an_exact_reversal_passes() -> None:
    checked = check_claims(claims(paid(), reversal(paid())))
    assert checked.good["claim_id"].to_list() == ["S1", "R1"]
    assert checked.quarantine.is_empty()


def test_empty_amounts_of_a_reversal_contradict_nothing() -> None:
    """The field's reversals leave ``psn_part_amt`` empty."""
    taken = reversal(paid())
    taken["own_total"] = None
    assert check_claims(claims(paid(), taken)).good.height == 2


@pytest.mark.parametrize(
    "changed", [{"paid_assistance": -9_999, "paid_other": -1}, {"total": -50_000, "in_scope": -35_000}]
)
def test_a_partial_or_unequal_reversal_sets_both_aside(changed: dict[str, int]) -> None:
    checked = check_claims(claims(paid(), reversal(paid(), **changed), {"claim_id": "S2"}))
    assert checked.good["claim_id"].to_list() == ["S2"]
    assert {(1, "reversal_unequal"), (2, "reversal_unequal")} <= set(reasons(checked.quarantine))
    first = checked.quarantine.filter(row=2, reason="reversal_unequal").to_dicts()[0]
    assert first["expected"].startswith("-")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            [{}, reversal({}), reversal({}, claim_id="R2")],
            {(1, "reversal_repeated"), (2, "reversal_repeated"), (3, "reversal_repeated")},
        ),
        ([{}, reversal({}, person_id="P2")], {(2, "reversal_other_person"), (1, "reversal_pair")}),
        ([{}, {"claim_id": "R1", "reverses": "S1"}], {(2, "reversal_positive")}),
        ([reversal({}, claim_id="S1", reverses="S1")], {(1, "reversal_of_nothing")}),
        (
            [{}, reversal({}), reversal({}, claim_id="R2", reverses="R1")],
            {(1, "reversal_pair"), (2, "reversal_pair"), (3, "reversal_chain")},
        ),
    ],
)
def test_reversals_that_cannot_be(rows: list[dict[str, Any]], expected: set[tuple[int, str]]) -> None:
    checked = check_claims(claims(*rows))
    assert set(reasons(checked.quarantine)) == expected


def test_a_bill_waits_for_its_reversal_and_the_reversal_for_its_bill() -> None:
    late = {"admitted_on": date(2024, 4, 1)}
    checked = check_claims(claims({}, reversal({}, **late)))
    assert reasons(checked.quarantine) == [(1, "reversal_pair"), (2, "admitted_after_discharged")]
    checked = check_claims(claims(late, reversal({}, **late), {"claim_id": "S2"}))
    assert checked.good["claim_id"].to_list() == ["S2"]


def test_a_bill_waits_for_a_reversal_that_could_not_be_read(tmp_path: Path) -> None:
    rows = rows_of(bill(), bill(结算ID="R1", 出院日期="2024-02-30"), bill(结算ID="S2"))
    rows[0].append("原结算ID")
    for line, value in zip(rows[1:], ("", "S1", ""), strict=True):
        line.append(value)
    reading = check_reading(read_table(write_csv(tmp_path / "a.csv", rows), CLAIMS))
    assert reading.frame["claim_id"].to_list() == ["S2"]
    assert findings(reading.quarantine) == [(2, "结算ID", "reversal_pair"), (3, "出院日期", "date_impossible")]


def test_a_reversal_without_the_id_is_found_by_person_stay_and_amount() -> None:
    stay = {"stay_id": "M1"}
    checked = check_claims(claims(stay, negated(stay, claim_id="R1")))
    assert checked.good["reverses"].to_list() == [None, "S1"]
    assert reasons(checked.warnings) == [(2, "reversal_inferred")]
    two = check_claims(claims(stay, {**stay, "claim_id": "S2"}, negated(stay, claim_id="R1")))
    assert set(reasons(two.quarantine)) == {(3, "negative_amount")}
    assert two.good.height == 2


def test_a_refund_sent_as_two_rows_of_one_id() -> None:
    checked = check_claims(claims({}, negated({})))
    assert checked.good.select("claim_id", "reverses").rows() == [("S1", None), ("S1:reversal", "S1")]


def test_a_refunded_bill_needs_its_reversal(tmp_path: Path) -> None:
    def read(*lines: list[str]) -> Any:
        rows = rows_of(bill(), bill(结算ID="S2"))
        rows[0] += ["退费结算标志", "原结算ID"]
        rows[1] += ["1", ""]
        rows[2] += ["0", ""]
        return check_reading(read_table(write_csv(tmp_path / "a.csv", [*rows, *lines]), CLAIMS))

    alone = read()
    assert alone.frame["claim_id"].to_list() == ["S2"]
    assert [(row, reason) for row, _, reason in findings(alone.quarantine)] == [(2, "refund_unmatched")]
    money = ["医疗费总额", "全自费金额", "超限价", "先行自付", "政策范围内费用", "医疗救助"]
    taken = bill(**{name: f"-{bill()[name]}" for name in money}, 结算ID="R1")
    pair = read([*rows_of(taken)[1], "1", "S1"])
    assert pair.quarantine.is_empty()
    assert pair.frame["claim_id"].to_list() == ["S1", "S2", "R1"]


def test_equal_rows_count_once_and_are_told() -> None:
    checked = check_claims(claims({}, {}, {"claim_id": "S2"}))
    assert checked.good["claim_id"].to_list() == ["S1", "S2"]
    assert checked.warnings.select("row", "reason", "expected").rows() == [(2, "duplicate_dropped", "1")]


def test_account_shared_within_a_family_leaves_the_split_open() -> None:
    checked = check_claims(claims({**paid(), "paid_account_shared": 500, "paid_account": 0}))
    assert checked.good.height == 1
    assert checked.warnings.is_empty()


def test_the_deductible_lies_within_the_in_scope_amount() -> None:
    checked = check_claims(claims({"deductible_recorded": 85_001}))
    assert reasons(checked.warnings) == [(1, "deductible_range")]


def test_no_claims_no_findings() -> None:
    checked = check_claims(claims({}).head(0))
    assert (checked.good.height, checked.quarantine.height, checked.warnings.height) == (0, 0, 0)


def test_identities_begin_before_they_end() -> None:
    checked = check_identities(identities({"to": date(2023, 12, 31)}, {"person_id": "P2"}))
    assert checked.quarantine.select("row", "key", "field", "reason", "expected").rows() == [
        (1, "P1", "from", "from_after_to", "2023-12-31")
    ]
    assert checked.good["person_id"].to_list() == ["P2"]


def test_identities_that_overlap_are_shown() -> None:
    frame = identities(
        {"to": date(2024, 6, 30), "source": "民政"},
        {"from": date(2024, 6, 30), "source": "民政"},
        {"from": date(2024, 6, 1), "source": "医保"},
        {"from": date(2024, 6, 1), "identity": "tekun", "source": "民政"},
        {"to": date(2024, 6, 30), "source": "民政"},
    )
    checked = check_identities(frame)
    assert checked.good.height == 4
    assert checked.warnings.select("row", "reason", "expected").rows() == [
        (2, "interval_overlap", "2024-01-01 – 2024-06-30"),
        (5, "duplicate_dropped", "1"),
    ]


def test_findings_of_a_check_carry_the_files_own_rows(tmp_path: Path) -> None:
    rows = [
        ["身份标识明细"],
        ["人员编号", "救助身份", "开始日期", "结束日期"],
        ["P0", "?", "2024-01-01", ""],
        ["P1", "低保", "2024-02-01", "2024-01-01"],
        ["P2", "低保", "2024-01-01", ""],
        ["P2", "低保", "2024-01-01", ""],
    ]
    reading = read_table(write_csv(tmp_path / "a.csv", rows), IDENTITIES)
    after = reading.after(check_identities(reading.frame))
    assert findings(after.quarantine) == [(3, "救助身份", "code_unknown_plain"), (4, "开始日期", "from_after_to")]
    assert after.quarantine["cells"].to_list()[1] == rows[3]
    assert findings(after.warnings) == [(6, "救助身份", "duplicate_dropped")]
    assert (after.rows_read, after.frame.height, after.quarantined, after.dropped) == (4, 1, 2, 1)


def test_identities_of_the_future() -> None:
    checked = check_identities(identities({"from": date(2024, 7, 1)}), as_of=date(2024, 6, 30))
    assert checked.good.height == 1
    assert checked.warnings.select("row", "reason", "expected").rows() == [(1, "in_future", "2024-06-30")]


BERTA = certificate(2)


def test_persons_are_linked_by_certificate() -> None:
    bills = claims({"certificate": ANNA}, {"claim_id": "S2", "person_id": "P2", "certificate": BERTA})
    others = identities(
        {"person_id": ANNA, "certificate": ANNA},
        {"person_id": "P2", "certificate": BERTA},
        {"person_id": "P3"},
        {"person_id": certificate(3), "certificate": certificate(3)},
    )
    linked = link_persons(bills, others)
    assert linked.frame["person_id"].to_list() == ["P1", "P2", "P3", certificate(3)]
    assert linked.linked == 1
    assert linked.conflicts.is_empty()
    assert linked.frame.drop("person_id").equals(others.drop("person_id"))


def test_claims_that_know_certificates_only() -> None:
    bills = claims({"person_id": ANNA, "certificate": ANNA})
    linked = link_persons(bills, identities({"person_id": "P1", "certificate": ANNA}))
    assert linked.frame["person_id"].to_list() == [ANNA]


def test_contradictions_between_files_are_shown_not_resolved() -> None:
    bills = claims(
        {"certificate": ANNA, "person_name": "样例甲"},
        {"claim_id": "S2", "person_id": "P2", "certificate": BERTA},
        {"claim_id": "S3", "person_id": "P3", "certificate": BERTA},
        {"claim_id": "S4", "person_id": "P4", "certificate": certificate(4)},
        {"claim_id": "S5", "person_id": "P4", "certificate": certificate(5)},
    )
    others = identities(
        {"person_id": "P9", "certificate": ANNA, "person_name": "样例乙"}, {"person_id": BERTA, "certificate": BERTA}
    )
    linked = link_persons(bills, others)
    assert linked.frame["person_id"].to_list() == ["P9", BERTA]
    assert set(linked.conflicts.select("reason", "key", "found", "expected").rows()) == {
        ("person_two_certificates", "P4", "P4", "、".join(sorted([certificate(4), certificate(5)]))),
        ("certificate_two_persons", BERTA, BERTA, "P2、P3"),
        ("person_id_differs", ANNA, "P9", "P1"),
        ("name_differs", ANNA, "样例乙", "样例甲"),
    }


def test_reading_and_checking_lose_no_row(tmp_path: Path) -> None:
    rows = rows_of(
        bill(),
        bill(),
        bill(结算ID="S2", 医院等级="?"),
        bill(结算ID="S3", 先行自付="0"),
        bill(结算ID="S4", 出院日期="x", 医疗类别="?"),
    )
    reading = check_reading(read_table(write_csv(tmp_path / "a.csv", rows), CLAIMS))
    assert reading.rows_read == 5 == reading.frame.height + reading.quarantined + reading.dropped
    assert reading.origin.height == reading.frame.height
    assert datetime.fromisoformat("2024-03-05 10:31") in reading.frame["settled_at"].to_list()


def test_words_that_a_change_shares_with_a_bill_are_the_changes(tmp_path: Path) -> None:
    head = ["变更类型", "结算ID", "人员编号", "救助身份", "开始日期", "结束日期", "入院日期", "医疗费总额"]
    rows = [["追溯认定", "", "P1", "低保", "2024-03-01", "2024-12-31", "", ""]]
    rows += [["更正", "S1", "P1", "", "", "", "2024-05-01", "10.00"]]
    found = read_table(write_csv(tmp_path / "变更.csv", [head, *rows]), CHANGES).frame.to_dicts()
    grant, correction = found
    assert (grant["identity"], grant["from"], grant["to"]) == ("dibao", date(2024, 3, 1), date(2024, 12, 31))
    assert (grant["admitted_on"], grant["discharged_on"], grant["identity_at_hospital"]) == (None, None, None)
    assert (correction["admitted_on"], correction["total"], correction["identity"]) == (date(2024, 5, 1), 1000, None)
