"""Engine and oracle, bill by bill, on every pack of the repository and on the same invented bills.

``TUODI_SEEDS=200`` in the environment looks at more of them than the three a mode that every change is held to.
"""

from __future__ import annotations

import os
import random
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from settlement.agree import PACKS, REFS, differences, law_of, oracle_of
from settlement.invent import frame, invent, invent_opening, invent_persons
from tuodi import oracle, tables
from tuodi.settlement import load_law
from tuodi.settlement.award import award

SEEDS = range(int(os.environ.get("TUODI_SEEDS", "3")))
MODES = ("any bills", "known bills", "layers from the record", "opening balances", "a window")


def _inputs(ref: str, mode: str, seed: int) -> dict[str, Any]:
    law = law_of(ref)
    pack, draw = law.packs[0], random.Random(seed)
    claims, identities = invent(pack, seed, law=None if mode == MODES[0] else law)
    more: dict[str, Any] = {"claims": claims, "identities": identities}
    if mode == MODES[2]:
        recorded = [layer.id for layer in pack.layers if layer.given is None and layer.recorded_as]
        more["given"] = draw.sample(recorded, draw.randint(1, len(recorded))) if recorded else ()
    if mode == MODES[3]:
        more["persons"] = invent_persons(claims, seed)
    if mode in MODES[3:]:
        more["opening"] = invent_opening(pack, law, claims, seed)
    if mode == MODES[4]:
        more["window_from"] = date(pack.in_force_from.year, draw.randint(1, 12), 2)
    return more


@pytest.mark.req("SP10")
@pytest.mark.req("SP12")
@pytest.mark.req("SP13")
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("ref", REFS)
def test_every_amount_is_the_oracles(ref: str, mode: str) -> None:
    known = 0
    for seed in SEEDS:
        found, ours = differences(law_of(ref), oracle_of(ref), **_inputs(ref, mode, seed))
        assert found == [], f"seed {seed}"
        known += int(ours["status"].is_in(["ok", "outside"]).sum())
    assert known > 0, "nothing was compared"


def test_known_bills_are_known() -> None:
    # The mode is there so that amounts are compared and not only that both say nothing.
    law = law_of("zz/000000/2024")
    claims, identities = invent(law.packs[0], 1, law=law)
    _, ours = differences(law, oracle_of("zz/000000/2024"), claims, identities)
    assert (ours["status"] == "ok").mean() > 0.5  # type: ignore[operator]


# Versions ---------------------------------------------------------------------------------------------


def _two_versions(root: Path) -> None:
    """A town whose second version, from July, changes figures but not the structure."""
    head = (
        "pack: zz/000002/{name}\ntitle: {{zh: 甲, en: a}}\nin_force: {{from: {first}, to: {last}}}\n"
        "extends: zz/000001/2024\n"
    )
    early = {"name": "early", "first": "2024-04-01", "last": "2024-06-30"}
    late = {"name": "late", "first": "2024-07-01", "last": "2025-03-31"}
    more = {
        "early": "",
        "late": "layers: {assistance: {rate: {full: 100%, child: 90%, dibao: 80%, margin: 55%, cite: yt 第二条},\n"
        '  caps: [{id: year, per: year, counter: aid, limit: "9,000 yuan", cite: yt},\n'
        '    {id: outpatient, per: year, when: {setting: [outpatient, chronic_outpatient]}, limit: "700 yuan"},\n'
        '    {id: stay, per: stay, when: {setting: inpatient}, limit: "4,000 yuan"}]}}\n',
    }
    for version in (early, late):
        folder = root / "zz/000002" / version["name"]
        folder.mkdir(parents=True)
        (folder / "pack.yaml").write_text(head.format(**version) + more[version["name"]], "utf-8")
    for parent in ("zz/000001/2024", "zz/000000/2024"):
        (root / parent).mkdir(parents=True)
        (root / parent / "pack.yaml").write_text((PACKS / parent / "pack.yaml").read_text("utf-8"), "utf-8")


@pytest.mark.req("SP12")
def test_counters_run_through_a_change_of_version_of_equal_structure(tmp_path: Path) -> None:
    _two_versions(tmp_path)
    law, packs = load_law("zz/000002", [tmp_path]), oracle.load_region("zz/000002", tmp_path)
    assert len({version.structure for version in law.versions}) == 1
    both = 0
    for seed in SEEDS:
        claims, identities = invent(law_of("zz/000001/2024").packs[0], seed, law=law_of("zz/000001/2024"))
        opening = invent_opening(law.packs[0], law, claims, seed)
        found, ours = differences(law, packs, claims, identities, opening=opening)
        assert found == [], f"seed {seed}"
        settled = ours.filter(pl.col("status") == "ok")
        years = settled.group_by("person_id", "counter_year").agg(pl.col("pack").n_unique())
        both += int((years["pack"] > 1).sum())
    assert both > 0, "no counter year has bills of both versions"


def test_the_date_chooses_and_a_year_of_two_structures_is_undetermined() -> None:
    law, packs = law_of("zz/000000"), oracle.load_region("zz/000000", PACKS)
    chosen: set[str] = set()
    mixed = 0
    for seed in SEEDS:
        old = invent(law.packs[0], seed, law=law_of("zz/000000/2023"))
        new = invent(law.packs[1], seed + 1, law=law_of("zz/000000/2024"))
        late = pl.when(pl.col("person_id").is_in(["p0", "p1"])).then(2024).otherwise("benefit_year")
        claims = pl.concat(
            [
                old[0].with_columns(benefit_year=late),
                new[0].with_columns(pl.col("claim_id", "reverses", "stay_id") + "n"),
            ]
        )
        identities = pl.concat([old[1], new[1]])
        found, ours = differences(law, packs, claims, identities)
        undecided = ours.filter(pl.col("reason").str.contains("version_changes_within_year"))
        mixed += undecided.height
        assert (undecided["status"] == "undetermined").all()
        own = set(undecided["claim_id"])
        assert [one for one in found if one["claim"] not in own] == [], f"seed {seed}"
        chosen |= set(ours.filter(pl.col("status") == "ok")["pack"])
        kinds = ours.filter(pl.col("counter_year").is_not_null()).with_columns(
            mixed=pl.col("pack").n_unique().over("person_id", "counter_year") > 1
        )
        assert set(kinds.filter("mixed")["claim_id"]) <= own
    assert chosen == {"zz/000000/2023", "zz/000000/2024"}
    assert mixed > 0


# Awards -----------------------------------------------------------------------------------------------


def _requests(identities: pl.DataFrame, kinds: list[str], draw: random.Random) -> tuple[pl.DataFrame, pl.DataFrame]:
    home = {f"p{number}": f"h{number % 3}" for number in range(6)}
    identities = identities.with_columns(household_id=pl.col("person_id").replace_strict(home, default=None))
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for _ in range(6):
        row = {
            "person_id": f"p{draw.randint(0, 5)}",
            "kind": draw.choice(kinds),
            "applied_on": date(draw.choice([2024, 2025]), draw.randint(1, 12), 3),
            "recognised_on": draw.choice([None, date(2024, 9, 1), date(2025, 2, 28)]),
            "other_aid_amount": draw.choice([None, 0, 10_000, 900_000]),
        }
        row["household_id"] = draw.choice([None, home[row["person_id"]]])
        rows[row["person_id"], row["kind"], row["applied_on"]] = row
    return identities, frame(list(rows.values()), tables.AWARDS)


@pytest.mark.req("SP12")
@pytest.mark.parametrize(
    ("ref", "kinds"),
    [("cn/110000/2023", ["illness_poor"]), ("zz/000000/2024", ["illness_poor", "household_relief"])],
)
def test_awards_are_the_oracles(ref: str, kinds: list[str]) -> None:
    law = law_of(ref)
    states: set[str] = set()
    for seed in range(4 * len(SEEDS)):
        draw = random.Random(seed)
        claims, identities = invent(law.packs[0], seed, bills=4, law=law if seed % 2 else None)
        identities, asked = _requests(identities, kinds, draw)
        ours = award(law, claims, identities, asked)
        theirs = oracle.award(oracle_of(ref), claims.to_dicts(), identities.to_dicts(), asked.to_dicts())
        for mine, other in zip(ours.iter_rows(named=True), theirs, strict=True):
            assert (mine["status"], mine["amount"]) == (other["status"], other["amount"]), (seed, mine, other)
            if mine["status"] == "ok":
                assert mine["base"] == other["base"], (seed, mine, other)
            states.add(mine["status"])
    assert states == {"ok", "undetermined", "already_awarded"}
