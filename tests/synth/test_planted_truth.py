"""The planted truth, found again from the files alone: each plant is worth what the list says, and nothing else is."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import polars as pl
import pytest

from synth.conftest import truth
from tuodi import oracle
from tuodi.exchange import check_reading, link_persons, read_table
from tuodi.synth import SynthResult
from tuodi.synth.county import setup_of
from tuodi.synth.judge import packs_root
from tuodi.synth.unseen import KINDS
from tuodi.tables import CLAIMS, IDENTITIES, MANUAL

COLUMN = {"assistance": "paid_assistance", "catastrophic": "paid_catastrophic"}


def _place(county: SynthResult) -> str:
    return "suqian" if "chain_catastrophic" not in truth(county, "settlement")[0] else "beijing"


def _identities(county: SynthResult, claims: pl.DataFrame) -> pl.DataFrame:
    """Who is recognised: civil affairs' list, and the marks that it does not speak of (others' lists, ended ones)."""
    roster = link_persons(claims, read_table(county.files["roster"], IDENTITIES).frame).frame
    flags = read_table(county.files["flags"], IDENTITIES).frame
    spoken_of = roster["identity"].unique().to_list()
    rest = flags.filter(~pl.col("identity").is_in(spoken_of) | pl.col("to").is_not_null())
    return pl.concat([roster, rest])


def _differences(county: SynthResult) -> dict[tuple[str, str], int | None]:
    """(person, layer) → law − recorded − by hand, from what stands in the files."""
    setup = setup_of(_place(county))
    claims = check_reading(read_table(county.files["claims"], CLAIMS)).frame
    manual = read_table(county.files["manual"], MANUAL).frame
    pack = oracle.load(setup.pack, [packs_root()])
    identities = _identities(county, claims)
    twice = {row["claim_ids"].split(";")[-1] for row in truth(county, "plants") if row["cause"] == "same_bill_twice"}
    rows = claims.with_columns(pl.col("purpose").fill_null("illness"))
    bills = rows.filter(~pl.col("claim_id").is_in(list(twice))).to_dicts()
    held: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in identities.to_dicts():
        held[row["person_id"]].append(row)
    by_person: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in bills:
        by_person[row["person_id"]].append(row)
    layers = (
        {"assistance": ()} if setup.given else {"catastrophic": ("basic",), "assistance": ("basic", "catastrophic")}
    )
    found: dict[tuple[str, str], int | None] = {}
    recorded: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows.to_dicts():
        for layer in layers:
            recorded[row["person_id"], layer] += row[COLUMN[layer]] or 0
    for person, layer, amount in manual.select("person_id", "layer", "amount").iter_rows():
        recorded[person, layer] += amount
    for person, mine in by_person.items():
        for layer, given in layers.items():
            answers = oracle.settle(pack, mine, held[person], given=given)
            paid = [answer["pay"].get(layer, 0) for answer in answers if answer["status"] != "annulled"]
            known = [each for each in paid if each is not None]
            found[person, layer] = sum(known) - recorded[person, layer] if len(known) == len(paid) else None
    return found


@pytest.mark.req("NI12")
def test_every_plant_is_worth_what_the_list_says_and_nothing_else_is(county: SynthResult) -> None:
    listed = {
        (row["person_id"], row["layer"]): int(row["amount_fen"]) * (1 if row["owed_to"] == "person" else -1)
        for row in truth(county, "plants")
    }
    found = _differences(county)
    assert {key: value for key, value in found.items() if value} == listed
    unknown = {(row["person_id"], row["layer"]) for row in truth(county, "undetermined")}
    assert {key for key, value in found.items() if value is None} == unknown
    assert not unknown & listed.keys()


@pytest.mark.req("NI12")
def test_every_kind_is_planted(county: SynthResult) -> None:
    causes = {row["cause"] for row in truth(county, "plants")}
    common = {"not_flagged", "flagged_late", "lower_identity", "identity_ended", "away_not_claimed", "same_bill_twice"}
    assert common | {"paid_again_by_hand"} <= causes
    assert ("reversal_kept" if _place(county) == "suqian" else "tilt_missing") in causes


def test_what_looks_suspicious_and_is_right_is_listed(county: SynthResult) -> None:
    why = {row["why"] for row in truth(county, "cleared")}
    assert {"identity_not_begun", "identity_ended", "paid_by_hand"} <= why
    assert _place(county) == "beijing" or "injury" in why
    listed = {(row["person_id"], row["layer"]) for row in truth(county, "plants")}
    assert not listed & {(row["person_id"], row["layer"]) for row in truth(county, "cleared")}


def test_a_person_carries_one_plant_at_most(county: SynthResult) -> None:
    causes: dict[str, set[str]] = defaultdict(set)
    for row in truth(county, "plants"):
        causes[row["person_id"]].add(row["cause"])
    assert all(len(each) == 1 for each in causes.values())


def test_reversed_pairs_leave_nothing(county: SynthResult) -> None:
    rows = [row for row in truth(county, "settlement") if row["status"] == "annulled"]
    assert rows
    assert sum(int(row["recorded_assistance"]) for row in rows) == 0
    assert all(row["pay_assistance"] == "0" for row in rows)


def test_the_unseen_are_fixed_before_any_bill_is_made(county: SynthResult) -> None:
    rows = truth(county, "unseen")
    assert [row["kind"] for row in rows] == [kind for kind, _ in KINDS]
    assert len({row["person_id"] for row in rows}) == len(rows)
