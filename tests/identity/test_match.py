"""Who a row is: each rule by hand, doubtful cases to a person, the same answer in any order."""

from __future__ import annotations

import random
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identity.material import BORN, VILLAGE, known, number, record, records, register
from tuodi.errors import TableError, UsageError
from tuodi.identity import LINKS, Links, Thresholds, duplicates, link

WANG = number("19560412", 101)
LI = number("19700503", 204)
PHONE = "13912345678"
REGISTER = register(
    known("P1", "王德福", WANG, phone=PHONE, region=VILLAGE, person_id="M1", sex="男"),
    known("P2", "李秀兰", LI, region="990121101204", person_id="M2", sex="女"),
    known("P3", "陈小宁", None, birth_date=date(2010, 1, 2), phone="13700001234", region=VILLAGE),
)


def one(*rows: dict[str, object], **more: object) -> dict[str, object]:
    """The link of the only record."""
    found = link(records(*rows), REGISTER, **more)  # type: ignore[arg-type]
    assert len(found.links) == 1
    return found.links.row(0, named=True)


def slip(place: int, digit: str) -> str:
    return WANG[:place] + digit + WANG[place + 1 :]


@pytest.mark.req("NI06")
@pytest.mark.parametrize(
    ("row", "person", "rule"),
    [
        (record("r", "王德福", WANG.lower() + " "), "P1", "same_number"),
        (record("r", "王德福", WANG + "43"), "P1", "same_number"),
        (record("r", "王德福", WANG[:6] + WANG[8:17]), "P1", "same_number"),
        (record("r", None, WANG), "P1", "same_number"),
        (record("r", "王德?", WANG), "P1", "same_number"),
        (record("r", "王徳福", WANG), "P1", "same_number"),
        (record("r", "王德福", None, person_id="M1"), "P1", "same_insurer_id"),
        (record("r", "王德福", slip(15, "3")), "P1", "number_mistyped"),
        (record("r", "王德福", WANG[:9] + WANG[10:]), "P1", "number_mistyped"),
        (record("r", "王德福", WANG[:11] + WANG[12] + WANG[11] + WANG[13:]), "P1", "number_mistyped"),
        (record("r", "王德福", number("19560412", 555), phone=PHONE), "P1", "number_changed"),
        (record("r", "王德福", None, birth_date=BORN, phone="+86 " + PHONE), "P1", "same_name_birth_phone"),
        (record("r", "王德福", None, birth_date=BORN, region=VILLAGE), "P1", "same_name_birth_village"),
        (record("r", "陈小宁", number("20100102", 7), region=VILLAGE), "P3", "same_name_birth_village"),
    ],
)
def test_each_rule_links_and_says_why(row: dict[str, object], person: str, rule: str) -> None:
    found = one(row)
    assert (found["outcome"], found["person"], found["rule"], found["score"]) == ("linked", person, rule, None)
    assert found["agree"]


@pytest.mark.req("AD04")
@pytest.mark.parametrize(
    ("row", "rule", "persons"),
    [
        # A child written down with a parent's number.
        (record("r", "王小宝", WANG, birth_date=date(2012, 5, 6)), "same_number_other_name", ["P1"]),
        (record("r", "赵甲", WANG), "same_number_other_name", ["P1"]),
        # Alike in name only, and born on another day.
        (record("r", "王德芳", WANG, birth_date=date(1958, 1, 1)), "same_number_other_name", ["P1"]),
        (record("r", "赵甲", None, person_id="M1"), "same_insurer_id_other_name", ["P1"]),
        (record("r", None, WANG, person_id="M2"), "number_and_insurer", ["P1", "P2"]),
        (record("r", "王德福", number("19560412", 555), region=VILLAGE), "number_differs", ["P1"]),
        (record("r", "王德福", number("19560412", 555)), "number_differs", ["P1"]),
    ],
)
def test_a_contradiction_is_never_linked_in_silence(row: dict[str, object], rule: str, persons: list[str]) -> None:
    found = link(records(row), REGISTER)
    assert found.links.select("outcome", "person", "rule").rows() == [("review", None, rule)]
    assert found.review["person"].to_list() == persons
    sides = found.comparisons.filter(pl.col("person") == persons[0])
    assert set(sides["agreement"]) <= {"same", "alike", "different", "missing"}
    assert {"same"} < set(sides["agreement"]), "both what agrees and what does not is shown"


def test_the_same_number_with_another_birth_date_is_linked_and_told() -> None:
    found = one(record("r", "王德福", WANG, birth_date=date(1956, 4, 21)))
    assert (found["outcome"], found["against"]) == ("linked", "birth")


def test_two_persons_who_fit_are_for_a_person_to_decide() -> None:
    twins = register(
        known("A", "王德福", number("19560412", 11), region=VILLAGE),
        known("B", "王德福", number("19560412", 13), region=VILLAGE),
    )
    found = link(records(record("r", "王德福", None, birth_date=BORN, region=VILLAGE)), twins)
    assert found.links["outcome"].item() == "review"
    assert found.review.select("person", "rule").rows() == [("A", "several_persons"), ("B", "several_persons")]


def test_nobody_like_it_is_new_and_rows_of_one_new_person_share_a_key() -> None:
    stranger = number("19880101", 77)
    found = link(
        records(
            record("r1", "周一", stranger),
            record("r2", "周一", stranger.lower(), source="other"),
            record("r3", "吴二", None, birth_date=date(1990, 2, 3), phone="13612345678"),
            record("r4", "吴二", None, birth_date=date(1990, 2, 3), phone="13612345678", source="other"),
            record("r5", "郑三"),
            record("r6", "郑三"),
        ),
        REGISTER,
    ).links
    assert found["outcome"].to_list() == ["new"] * 6
    keys = dict(found.select("record_id", "person").rows())
    assert keys["r1"] == keys["r2"]
    assert keys["r3"] == keys["r4"]
    assert keys["r5"] != keys["r6"], "a bare name is nobody"
    assert len(set(keys.values())) == 4


def test_a_stranger_with_anothers_number_waits() -> None:
    stranger = number("19880101", 77)
    rows = records(
        record("r1", "周一", stranger), record("r2", "周一", stranger, source="b"), record("r3", "吴二", stranger)
    )
    found = link(rows, REGISTER).links
    assert found.select("record_id", "outcome", "rule").rows()[2] == ("r3", "review", "same_number_other_name")
    assert found["person"][0] == found["person"][1] != None  # noqa: E711


def test_a_first_load_needs_no_register() -> None:
    found = link(
        records(record("r1", "王德福", WANG), record("r2", "王德福", WANG, source="b")), REGISTER.clear()
    ).links
    assert found["outcome"].to_list() == ["new", "new"]
    assert found["person"].n_unique() == 1


def test_what_one_list_tells_helps_the_next() -> None:
    """The register has no phone of 李秀兰; one list brings it with her number, the other knows the phone only."""
    found = link(
        records(
            record("r1", "李秀兰", LI, phone="13511112345"),
            record("r2", "李秀兰", None, phone="13511112345", birth_date=date(1970, 5, 3), source="b"),
        ),
        REGISTER,
    ).links
    assert found.select("person", "rule").rows() == [("P2", "same_number"), ("P2", "same_name_birth_phone")]


def test_a_link_can_be_taken_back() -> None:
    """All that a merge needs to be undone stands in the link: without it the record is as it came."""
    found = link(records(record("r1", "王德福", WANG), record("r2", "李秀兰", LI)), REGISTER)
    assert dict(found.links.schema) == LINKS
    without = found.links.filter(pl.col("record_id") != "r1")
    assert without.select("record_id", "person").rows() == [("r2", "P2")]
    assert found.links.select("rule", "agree").null_count().row(0) == (0, 0)


COUNTY = register(
    *(
        known(
            f"P{i}", name, number(f"19{40 + i}0{1 + i % 9}1{i % 9}", 2 * i + 1), region=f"9901211{i % 5:02d}20{i % 7}",
            phone=f"139{i:08d}", sex="男",
        )
        for i, name in enumerate(a + b for a in "王李张刘陈杨" for b in ("伟", "强军", "海", "建国", "明", "德福"))
    )
)  # fmt: skip


def test_likelihood_decides_what_no_number_does() -> None:
    someone = COUNTY.row(3, named=True)
    rows = records(
        # Name, phone and village, no birth date.
        record("r1", someone["person_name"], None, phone=someone["phone"], region=someone["region"]),
        # Only a name and a town: too little to decide, too much to forget.
        record("r2", COUNTY["person_name"][8], None, region=COUNTY["region"][8][:9] + "000"),
    )
    found = link(rows, COUNTY)
    assert found.links.select("outcome", "person", "rule").row(0) == ("linked", "P3", "likely")
    assert found.links["score"][0] > 0.99
    second = found.links.row(1, named=True)
    assert (second["outcome"], second["rule"]) == ("review", "likely")
    assert found.review.filter(pl.col("record_id") == "r2")["person"].to_list()[0] == "P8"
    assert found.learnt.select("field").n_unique() == 7


def test_the_thresholds_part_linked_doubtful_and_new() -> None:
    row = record("r", COUNTY["person_name"][8], None, region=COUNTY["region"][8][:9] + "000")
    score = link(records(row), COUNTY).review["score"][0]
    assert 0.2 <= score < 0.99
    low = link(records(row), COUNTY, thresholds=Thresholds(link=score * 0.99, review=0.01, margin=0.05)).links
    high = link(records(row), COUNTY, thresholds=Thresholds(link=0.9999, review=score + (1 - score) / 2)).links
    assert low.select("outcome", "person").row(0) == ("linked", "P8")
    assert high["outcome"].item() == "new"


def test_twins_with_names_alike_are_not_one() -> None:
    """Birth date, phone and village the same, one character of the name another: never linked without a person."""
    family = register(known("P1", "王佳怡", number("20100405", 21), region=VILLAGE, phone=PHONE, sex="女"))
    row = record("r", "王佳欣", None, birth_date=date(2010, 4, 5), region=VILLAGE, phone=PHONE, sex="女")
    assert link(records(row), family).links["outcome"].item() != "linked"


def test_another_number_of_the_insurer_is_a_question() -> None:
    insured = COUNTY.with_columns(person_id=pl.format("M{}", "person"))
    someone = COUNTY.row(3, named=True)
    row = {"region": someone["region"], "phone": someone["phone"]}
    rows = records(
        record("r1", someone["person_name"], None, **row),
        record("r2", someone["person_name"], None, person_id="X", **row),
    )
    found = link(rows, insured, thresholds=Thresholds(link=0.95)).links
    assert found.select("outcome", "person").rows() == [("linked", "P3"), ("review", None)]
    assert found.select("agree", "against").rows() == [("name;phone;village", ""), ("name;phone;village", "insurer")]


@pytest.mark.parametrize("once", [(), ("list",)])
def test_a_list_in_which_each_stands_once(once: tuple[str, ...]) -> None:
    someone = COUNTY.row(3, named=True)
    rows = records(
        record("r1", someone["person_name"], someone["certificate"]),
        record("r2", someone["person_name"], None, phone=someone["phone"], region=someone["region"]),
    )
    second = link(rows, COUNTY, once=once).links.row(1, named=True)
    assert (second["outcome"], second["rule"]) == (("review", "twice_in_list") if once else ("linked", "likely"))


def everything(found: Links) -> list[list[tuple[object, ...]]]:
    return [table.rows() for table in (found.links, found.review, found.comparisons, found.learnt)]


DIRTY = records(
    record("a1", "王伟", COUNTY["certificate"][0]),
    record("a2", "王强军", None, phone=COUNTY["phone"][1], region=COUNTY["region"][1]),
    record("a3", "王海", COUNTY["certificate"][2][:16] + "00", source="b"),
    record("a4", "李伟", number("19990101", 5), source="b"),
    record("a5", "李伟", number("19990101", 5)),
    record("a6", "张三丰", COUNTY["certificate"][5]),
    record("a7", "刘伟", None, region=COUNTY["region"][18], source="b"),
    record("a8", "刘伟", None, region=COUNTY["region"][18]),
    record("a9", "孙九", None, birth_date=date(1980, 1, 1), region=VILLAGE),
    record("b1", "孙九", None, birth_date=date(1980, 1, 1), region=VILLAGE, source="b"),
)


@settings(max_examples=5, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(dice: random.Random) -> None:
    places, others = list(range(len(DIRTY))), list(range(len(COUNTY)))
    dice.shuffle(places)
    dice.shuffle(others)
    assert everything(link(DIRTY[places], COUNTY[others])) == everything(link(DIRTY, COUNTY))


def test_every_record_has_one_outcome() -> None:
    found = link(DIRTY, COUNTY)
    assert found.links["record_id"].to_list() == sorted(DIRTY["record_id"])
    assert set(found.links["outcome"]) == {"linked", "new", "review"}
    assert set(found.review["record_id"]) == set(found.links.filter(pl.col("outcome") == "review")["record_id"])
    assert set(found.comparisons["record_id"]) == set(found.review["record_id"])


def test_persons_who_stand_twice_in_the_register() -> None:
    twice = register(
        known("A", "王德福", WANG, phone=PHONE),
        known("B", "王德福", None, birth_date=BORN, phone=PHONE),
        known("C", "李秀兰", LI),
        known("D", "李秀兰", LI[:16] + "0" + LI[17:]),
        known("E", "陈一", number("19810101", 3), person_id="M9"),
        known("F", "陈一", number("19830101", 3), person_id="M8"),
    )
    found = duplicates(twice)
    assert found.links.is_empty()
    assert found.review.select("record_id", "person", "rule").rows() == [
        ("A", "B", "same_name_birth_phone"), ("C", "D", "number_mistyped"),
    ]  # fmt: skip
    assert everything(duplicates(twice.reverse())) == everything(found)


@pytest.mark.parametrize(
    ("rows", "register_", "said"),
    [
        (records(record("r", "王伟")).drop("source"), REGISTER, "'source' is missing"),
        (records(record("r", "王伟")), REGISTER.drop("person"), "'person' is missing"),
        (records(record("r", "王伟")), register(known("new:list:r", "王伟")), "give persons keys of your own"),
        (records(record("r", "王伟"), record("r", "李伟")), REGISTER, "'r' stands more than once"),
        (
            records(record("r", "王伟")).with_columns(source=pl.lit(None, pl.String())),
            REGISTER,
            "'source' is empty in 1 rows",
        ),
    ],
)
def test_what_is_missing_is_said(rows: pl.DataFrame, register_: pl.DataFrame, said: str) -> None:
    with pytest.raises(TableError, match=said):
        link(rows, register_)


def test_thresholds_that_make_no_sense() -> None:
    with pytest.raises(UsageError, match="review ≤ link"):
        Thresholds(link=0.5, review=0.6)
