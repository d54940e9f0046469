"""The whole way on an invented county: ugly files in, and every plant out, with the oracle's amounts to the fen.

The truth is the oracle's, which shares no code with the engine; the plants were chosen before the audit ran.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest

from tuodi.audit import AuditResult, audit, set_aside
from tuodi.exchange import check_reading, link_persons, read_table
from tuodi.settlement import load_law
from tuodi.synth import write_demo
from tuodi.tables import CLAIMS, IDENTITIES, MANUAL, TOTALS

PACKS = {"suqian": "cn/321300/2024", "beijing": "cn/110000/2023"}
PERSONS = 1200
SEED = 20_241

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class County:
    """What the audit found, and what is true."""

    found: AuditResult
    plants: pl.DataFrame
    cleared: pl.DataFrame
    undetermined: pl.DataFrame
    unseen: pl.DataFrame
    settlement: pl.DataFrame


@cache
def county(place: str) -> County:
    with TemporaryDirectory() as folder:
        made = write_demo(Path(folder), seed=SEED, place=place, persons=PERSONS)
        law = load_law(PACKS[place])
        bills = check_reading(read_table(made.files["claims"], CLAIMS))
        frames = {
            name: link_persons(bills.frame, read_table(made.files[name], schema).frame).frame
            for name, schema in (("roster", IDENTITIES), ("flags", IDENTITIES), ("manual", MANUAL))
        }
        found = audit(
            law,
            bills.frame,
            frames["roster"],
            flags=frames["flags"],
            manual=frames["manual"],
            totals=read_table(made.files["totals"], TOTALS).frame,
            quarantined=set_aside(bills.quarantine, bills.headers, bills.header_map),
            as_of=date(law.packs[0].in_force_from.year + 1, 1, 10),
        )
        names = ("plants", "cleared", "undetermined", "unseen", "settlement")
        truth = [pl.read_csv(made.files["truth"] / f"{name}.csv", infer_schema=False) for name in names]
        return County(found, *truth)


places = pytest.mark.parametrize("place", list(PACKS))


def signed(plants: pl.DataFrame) -> pl.DataFrame:
    size = pl.col("amount_fen").cast(pl.Int64)
    return plants.with_columns(
        pl.when(pl.col("owed_to") == "person").then(size).otherwise(-size).alias("planted"),
        pl.col("claim_ids").fill_null("").alias("differing"),
    )


@places
@pytest.mark.req("NI12", "SP10", "NI04", "NI16")
def test_every_plant_is_found_with_its_amount_and_nothing_else_is(place: str) -> None:
    one = county(place)
    joined = signed(one.plants).join(one.found.leads, on=["person_id", "layer"], how="full", coalesce=True)
    assert joined.height == one.plants.height > 20
    wrong = joined.filter(pl.col("planted").ne_missing(pl.col("difference")))
    assert wrong.is_empty(), wrong.select("person_id", "layer", "cause", "planted", "difference")
    assert (joined["recorded"] == joined["recorded_fen"].cast(pl.Int64)).all()
    assert (joined["by_law"] == joined["by_law_fen"].cast(pl.Int64)).all()
    assert (joined["manual"] == joined["by_hand_fen"].cast(pl.Int64)).all()
    assert (joined["claim_ids_right"].list.join(";") == joined["differing"]).all()


@places
@pytest.mark.req("NI12")
def test_every_plant_is_found_with_its_cause(place: str) -> None:
    one = county(place)
    joined = one.plants.join(one.found.leads, on=["person_id", "layer"])
    missing = joined.filter(~pl.col("causes").list.contains(pl.col("cause")))
    assert missing.is_empty(), missing.select("person_id", "layer", "cause", "causes", "detail")
    assert joined["cause"].n_unique() >= 8


@places
def test_what_the_oracle_leaves_open_stands_in_the_third_list(place: str) -> None:
    one = county(place)
    expected = set(one.undetermined.select("person_id", "layer").rows())
    assert set(one.found.undetermined.select("person_id", "layer").rows()) == expected
    assert not expected & set(one.found.leads.select("person_id", "layer").rows())


@places
def test_the_totals_agree_or_are_explained_by_the_rows_set_aside(place: str) -> None:
    totals = county(place).found.totals
    assert set(totals["state"]) == {"equal", "explained"}
    assert (totals["difference"] == 0).all()
    assert totals.filter(pl.col("state") == "explained")["quarantined_count"].abs().sum() > 0


@places
def test_who_looks_as_if_something_were_owed_is_cleared_with_the_reason(place: str) -> None:
    one = county(place)
    known = one.cleared.filter(pl.col("layer") == "assistance")
    assert not set(known["person_id"]) & set(one.found.leads.filter(pl.col("layer") == "assistance")["person_id"])
    ours = one.found.cleared.group_by("person_id").agg(pl.col("why").alias("reasons"))
    joined = known.join(ours, on="person_id", how="left")
    checked = 0
    for why in ("paid_by_hand", "deductible_not_reached", "identity_not_begun", "identity_ended"):
        rows = joined.filter((pl.col("why") == why) & pl.col("reasons").is_not_null())
        unlike = rows.filter(~pl.col("reasons").list.contains(why))
        assert unlike.is_empty(), (why, unlike)
        checked += rows.height
    assert checked > 20
    hands = set(known.filter(pl.col("why") == "paid_by_hand")["person_id"])
    assert hands == set(one.found.cleared.filter(pl.col("why") == "paid_by_hand")["person_id"])


@places
def test_every_bill_has_the_oracles_amount(place: str) -> None:
    one = county(place)
    for layer in one.found.leads["layer"].unique():
        ours = one.found.lead_bills.join(
            one.found.leads.filter(pl.col("layer") == layer).select("lead_id"), on="lead_id", how="semi"
        )
        truth = one.settlement.select("claim_id", pl.col(f"pay_{layer}").cast(pl.Int64).alias("oracle"))
        joined = ours.join(truth, on="claim_id", how="left")
        assert (joined["by_law_own"] == joined["oracle"]).all()


@places
def test_nobody_is_accused_of_what_no_file_can_show(place: str) -> None:
    one = county(place)
    planted = set(one.plants["person_id"])
    leads = set(one.found.leads["person_id"])
    assert not (set(one.unseen["person_id"]) - planted) & leads
