"""The invented people and their bills: valid, plausible, and the same for the same seed."""

from __future__ import annotations

import statistics
from datetime import date
from functools import cache
from itertools import pairwise

import pytest

from tuodi.errors import UsageError
from tuodi.synth import check_digit, identity_number
from tuodi.synth.bill import Bill
from tuodi.synth.bills import bills_of
from tuodi.synth.county import PLACES, Setup, setup_of
from tuodi.synth.draw import NARROW, WIDE, Dice
from tuodi.synth.names import RARE_NAMES
from tuodi.synth.people import Person, people
from tuodi.synth.upstream import pay_upstream

SUQIAN = setup_of("suqian")


@cache
def folk(count: int, setup: Setup) -> list[Person]:
    return people(Dice(3), setup, count)


@cache
def all_bills(setup: Setup, count: int) -> list[list[Bill]]:
    return [bills_of(Dice(3), setup, person) for person in folk(count, setup)]


@pytest.mark.parametrize("number", ["990101195604120016", "11010519491231002X"])
def test_the_check_digit_is_that_of_the_standard(number: str) -> None:
    """The standard's own example and one of the fixtures of the interface's description."""
    assert check_digit(number[:17]) == number[17]


def test_every_identity_number_is_of_nobody() -> None:
    seen = set()
    for person in folk(1200, SUQIAN):
        number = person.certificate
        assert number.startswith("9901")
        assert check_digit(number[:17]) == number[17]
        assert number[6:14] == f"{person.birth:%Y%m%d}"
        assert int(number[16]) % 2 == int(person.male)
        seen.add(number)
    assert len(seen) == len(folk(1200, SUQIAN))


def test_an_identity_number_is_put_together_as_the_standard_says() -> None:
    assert identity_number("990101", date(1956, 4, 12), 1) == "990101195604120016"


def test_rare_names_need_gb18030() -> None:
    names = {person.name for person in folk(1200, SUQIAN)}
    assert set(RARE_NAMES) <= names
    for name in RARE_NAMES:
        assert name.encode("gb18030").decode("gb18030") == name
        with pytest.raises(UnicodeEncodeError):
            name.encode("gb2312")


def test_draws_depend_on_nothing_but_their_keys() -> None:
    dice = Dice(11)
    first = [dice.below(1000, person, "x") for person in range(50)]
    assert [dice.below(1000, person, "x") for person in reversed(range(50))] == first[::-1]
    assert [Dice(12).below(1000, person, "x") for person in range(50)] != first
    assert [dice.below(1000, person, "y") for person in range(50)] != first


@pytest.mark.parametrize("shape", [NARROW, WIDE])
def test_a_spread_keeps_its_mean(shape: tuple[int, ...]) -> None:
    dice = Dice(5)
    drawn = [dice.spread(100_000, shape, number) for number in range(20_000)]
    assert 92_000 < statistics.mean(drawn) < 104_000
    assert min(drawn) >= shape[0] * 10
    assert max(drawn) <= shape[-1] * 10


def test_weights_are_kept() -> None:
    dice = Dice(5)
    drawn = [dice.weighted((("a", 3), ("b", 1)), number) for number in range(8000)]
    assert 5800 < drawn.count("a") < 6200


@pytest.mark.parametrize("place", PLACES)
def test_the_four_parts_add_up(place: str) -> None:
    for bill in (bill for bills in all_bills(setup_of(place), 1200) for bill in bills):
        assert bill.total == bill.in_scope + bill.first_self_pay + bill.over_limit + bill.out_of_catalogue
        assert min(bill.in_scope, bill.first_self_pay, bill.over_limit, bill.out_of_catalogue) >= 0
        assert bill.admitted_on <= bill.discharged_on <= bill.settled_at.date()
        assert bill.settled_at.year == setup_of(place).year == bill.admitted_on.year


@pytest.mark.parametrize("place", PLACES)
def test_stays_of_one_person_do_not_overlap(place: str) -> None:
    for bills in all_bills(setup_of(place), 1200):
        stays: dict[str, tuple[date, date]] = {}
        for bill in bills:
            if bill.setting in ("inpatient", "emergency_observation"):
                first, last = stays.get(bill.stay_id, (bill.admitted_on, bill.discharged_on))
                stays[bill.stay_id] = min(first, bill.admitted_on), max(last, bill.discharged_on)
        spans = sorted(stays.values())
        assert all(one[1] < two[0] for one, two in pairwise(spans))


def test_claim_ids_are_unique_and_one_stay_may_have_two_bills() -> None:
    bills = [bill for each in all_bills(SUQIAN, 5000) for bill in each]
    assert len({bill.claim_id for bill in bills}) == len(bills)
    assert len({bill.stay_id for bill in bills}) < len(bills)


def test_costs_are_those_of_the_statistics() -> None:
    """Reference: policies.md 4.1, mean cost of a stay by level, without the gravest illnesses."""
    grave = {"C34.900", "C16.900", "C18.900", "C50.900", "D61.900", "C92.000", "I21.900"}
    means = {"tertiary": 13_942, "secondary": 6_626, "primary": 3_623}
    found: dict[str, list[int]] = {level: [] for level in means}
    for bills in all_bills(SUQIAN, 5000):
        for bill in bills:
            ordinary = bill.setting == "inpatient" and bill.purpose == "illness" and bill.diagnosis not in grave
            if ordinary and bill.provider.level in means:
                found[bill.provider.level].append(bill.total)
    for level, mean in means.items():
        assert abs(statistics.mean(found[level]) // 100 - mean) < mean * 15 // 100, level


def test_more_persons_change_nobody_else() -> None:
    """But for the eight with rare names, which are spread over the whole county."""
    few, many = folk(300, SUQIAN), folk(1200, SUQIAN)
    same = [(a, b) for a, b in zip(few, many, strict=False) if a.name not in RARE_NAMES and b.name not in RARE_NAMES]
    assert len(same) > 280
    assert all(a == b for a, b in same)
    assert bills_of(Dice(3), SUQIAN, few[40]) == bills_of(Dice(3), SUQIAN, many[40])


def test_upstream_never_pays_more_than_the_bill_holds() -> None:
    for person in folk(1200, SUQIAN):
        bills = bills_of(Dice(3), SUQIAN, person)
        pay_upstream(person, bills)
        for bill in bills:
            paid = (bill.paid_basic or 0) + (bill.paid_catastrophic or 0) + (bill.paid_large_sum or 0)
            assert min(bill.paid_basic or 0, bill.paid_catastrophic or 0, bill.paid_large_sum or 0) >= 0
            assert paid <= bill.in_scope
            assert bill.scheme == "employee" or bill.paid_large_sum == 0


def test_a_place_that_there_is_none_of_is_refused() -> None:
    with pytest.raises(UsageError, match="did you mean 'suqian'"):
        setup_of("suqain")
