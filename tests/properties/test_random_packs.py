"""Engine and oracle agree on packs that nobody wrote: every feature of the language, thrown together at random."""

from __future__ import annotations

from datetime import date
from random import Random

import polars as pl
import pytest
from hypothesis import given

from properties.laws import chances, laws, thorough
from properties.packs import random_pack
from settlement.agree import differences
from settlement.invent import invent, invent_opening, invent_persons
from tuodi.settlement import Law


def _recorded(law: Law, draw: Random) -> list[str]:
    ids = [layer.id for layer in law.packs[0].layers if layer.given is None and layer.recorded_as]
    return draw.sample(ids, draw.randint(1, len(ids)))


@pytest.mark.req("SP12")
@thorough(20)
@given(chances())
def test_any_bills(draw: Random) -> None:
    with laws(draw) as (law, packs):
        claims, identities = invent(law.packs[0], draw.randint(0, 9999))
        assert differences(law, packs, claims, identities)[0] == []


@pytest.mark.req("SP10")
@pytest.mark.req("SP12")
@thorough(20)
@given(chances())
def test_known_bills(draw: Random) -> None:
    with laws(draw, unknowns=False) as (law, packs):
        claims, identities = invent(law.packs[0], draw.randint(0, 9999), law=law)
        found, ours = differences(law, packs, claims, identities)
        assert found == []
        if ours.height:
            assert (ours["status"] != "undetermined").any()


@thorough(20)
@given(chances())
def test_layers_from_the_record(draw: Random) -> None:
    with laws(draw) as (law, packs):
        claims, identities = invent(law.packs[0], draw.randint(0, 9999), law=law)
        assert differences(law, packs, claims, identities, given=_recorded(law, draw))[0] == []


@thorough(20)
@given(chances())
def test_opening_balances_and_a_window(draw: Random) -> None:
    with laws(draw) as (law, packs):
        pack, seed = law.packs[0], draw.randint(0, 9999)
        claims, identities = invent(pack, seed, law=law)
        opening = invent_opening(pack, law, claims, seed)
        window = draw.choice([None, date(2024, draw.randint(1, 12), 2)])
        persons = invent_persons(claims, seed)
        assert differences(law, packs, claims, identities, persons, opening, window)[0] == []


FEATURES = {
    "used_up": 40, "base_over": 40, "counts": 80, "stay_ordinal": 40, "factor": 40, "points": 40, "brackets": 80,
    "fixed": 30, "top_up": 30, "notional": 30, "unknown": 30, "treat_as": 5, "look_back": 80, "choose": 20,
    "derived": 80, "hospital_part": 80, "given": 80, "on_change": 20, "counter": 80, "class": 80, "share": 40,
    "paid_down": 60, "unpaid": 80, "valid_months": 80, "codes": 150, "default_class": 100, "rounding": 150,
}  # fmt: skip
"""Each key of the language, and in how many of three hundred random packs it stands at least."""


def test_the_random_packs_use_the_whole_language() -> None:
    found = dict.fromkeys(FEATURES, 0)
    for seed in range(300):
        keys = set(_keys(random_pack(Random(seed))))
        for name in FEATURES:
            found[name] += name in keys
    assert {name: count for name, count in found.items() if count < FEATURES[name]} == {}


def _keys(tree: object) -> list[str]:
    if isinstance(tree, dict):
        return [str(key) for key in tree] + [key for value in tree.values() for key in _keys(value)]
    if isinstance(tree, list):
        return [key for value in tree for key in _keys(value)]
    return []


def test_random_bills_are_compared_and_not_only_undetermined() -> None:
    status = []
    for seed in range(12):
        with laws(Random(seed), unknowns=False) as (law, _):
            claims, identities = invent(law.packs[0], seed, law=law)
            status.append(differences(law, _, claims, identities)[1]["status"])
    assert (pl.concat(status) == "ok").mean() > 0.4  # type: ignore[operator]
