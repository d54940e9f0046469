"""A small invented county, every file of it, held against the truth that its makers wrote down."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from bureau.registry_writing.lists import TEMPLATES, Files
from tuodi.exchange import read_delivery_pieces
from tuodi.platform.ground.sealing import digest
from tuodi.platform.registry.absorb import absorb, foresee
from tuodi.platform.registry.models import Entry, Identity, Person, Settlement
from tuodi.synth.whole import write_county

USABLE = {"", "changed_number", "full_width", "blanks", "lower_case_x", "short_number", "twenty_digits"}
MONTHS = {"2024-01-31", "2024-12-31"}


def absorb_all(files: Files, folder: Path) -> None:
    """Every file but ten of the twelve months of settlements; one foreseen just before, and again after."""
    for line in csv.DictReader((folder / "来源清单.csv").read_text("utf-8-sig").splitlines()):
        if not int(line["rows"]) or (line["code"] == "settlements" and line["as_of"] not in MONTHS):
            continue
        template, as_of = TEMPLATES[line["code"]], date.fromisoformat(line["as_of"])
        delivery = files.delivery(line["code"], as_of)
        delivery.file_name = line["file"]
        foreseen = foresee(delivery, template, read_delivery_pieces(folder / line["file"], template, as_of=as_of))
        done = absorb(delivery, template, read_delivery_pieces(folder / line["file"], template, as_of=as_of))
        assert foreseen.counts == {name: done.counts[name] for name in foreseen.counts}, line
        delivery.state = "committed"
        delivery.save(update_fields=["state", "file_name"])
        again = foresee(delivery, template, read_delivery_pieces(folder / line["file"], template, as_of=as_of))
        assert again.counts["added"] + again.counts["changed"] + again.counts["left"] == 0, line


@pytest.mark.slow
@pytest.mark.req("NI05", "NI06", "NI20", "NS14")
def test_a_county_is_linked_as_it_is_true(files: Files, tmp_path: Path) -> None:
    write_county(tmp_path / "county", seed=5, persons=1_000)
    folder = tmp_path / "county"
    absorb_all(files, folder)
    people = pl.read_csv(folder / "truth" / "people.csv", schema_overrides={"certificate": pl.String})
    held = {
        bytes(key): number
        for key, number in Person.objects.exclude(number_digest=None).values_list("number_digest", "id")
    }
    home = {
        row["person"]: held.get(digest("number", row["certificate"]))
        for row in people.select("person", "certificate").iter_rows(named=True)
    }
    truth = pl.read_csv(folder / "truth" / "persons.csv", schema_overrides={"wrong": pl.String})
    entries = {
        (file, row): (person, provisional)
        for file, row, person, provisional in Entry.objects.exclude(person=None).values_list(
            "delivery__file_name", "row", "person_id", "person__provisional"
        )
    }
    right = wrong = waiting = 0
    for line in truth.iter_rows(named=True):
        linked = entries.get((line["file"], line["row"]))
        if linked is None or home[line["person"]] is None or (line["wrong"] or "") not in USABLE:
            continue
        waiting += linked[1]
        right += linked[0] == home[line["person"]] and not linked[1]
        wrong += linked[0] != home[line["person"]] and not linked[1]
    assert right > 1_000
    assert wrong == 0
    assert right / (right + waiting) >= 0.99
    assert Identity.objects.filter(superseded=False).count() > 50
    assert not Settlement.objects.filter(superseded_by=None, person=None).exists()
