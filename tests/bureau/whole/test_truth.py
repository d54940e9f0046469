"""What the platform says of the invented county beside what was planted in it: to the fen, person by person."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def persons(demo):
    """Number in the registry → person of the truth, by the insurer's number."""
    true = {row["person_id"]: row["person"] for row in table(demo.county / "truth/people.csv")}
    return {int(number): true.get(str(insurer)) for number, insurer in demo.rows(
        "SELECT id, insurer_number FROM registry_person WHERE merged_into_id IS NULL"
    )}  # fmt: skip


def test_every_file_came_in_whole(demo) -> None:
    listed = table(demo.county / "来源清单.csv")
    found = demo.rows(
        "SELECT source, state, counts FROM intake_delivery WHERE via = 'command' AND state <> 'unchanged' ORDER BY id"
    )
    assert [row[0] for row in found] == [row["code"] for row in listed]
    assert {row[1] for row in found} == {"committed"}
    for row, said in zip(found, listed, strict=True):
        counts = row[2] if isinstance(row[2], dict) else json.loads(str(row[2]))
        assert counts["rows"] == int(said["rows"]), row[0]
        assert counts["rows"] == counts["good"] + counts["quarantined"] + counts["dropped"], row[0]


@pytest.mark.req("NI12", "AD13")
def test_the_audit_finds_what_was_planted_to_the_fen(demo, persons) -> None:
    """The oracle's truth beside the engine over rows that came through files, database and linkage."""
    truth = {row["person"]: int(row["owed_fen"]) for row in table(demo.county / "truth/aid.csv")}
    folder = str(demo.rows("SELECT folder FROM auditing_run")[0][0])
    leads = json.loads((demo.home / "audits" / folder / "leads.json").read_text("utf-8"))
    found: dict[str, int] = defaultdict(int)
    for lead in leads:
        # Who left the list before its first month here was paid on a flag that no list shows: said, and not planted.
        if lead["causes"] != ["identity_unlisted"]:
            found[persons[int(lead["person_id"])]] += lead["difference"]
    assert dict(found) == truth
    assert truth


@pytest.mark.req("NI05", "NI06")
def test_list_rows_lie_with_the_right_person(demo, persons) -> None:
    """Precision and recall of the links, over every row of every list whose person the truth names."""
    true = {(row["file"], int(row["row"])): row["person"] for row in table(demo.county / "truth/persons.csv")}
    files = {row["file"].rsplit("/", 1)[-1]: row["file"] for row in table(demo.county / "来源清单.csv")}
    linked = demo.rows(
        "SELECT d.file_name, e.row, e.person_id FROM registry_entry e JOIN intake_delivery d ON d.id = e.delivery_id"
        " WHERE e.person_id IS NOT NULL"
    )
    right = wrong = apart = 0
    for file, row, person in linked:
        meant = true.get((files[str(file)], int(str(row))))
        if meant is None:
            continue
        got = persons.get(int(str(person)))
        if got is None:
            apart += 1  # a file of its own, waiting to be decided
        elif got == meant:
            right += 1
        else:
            wrong += 1
    assert right > 1000
    assert right / (right + wrong) >= 0.999
    assert right / (right + wrong + apart) >= 0.99


@pytest.mark.req("NI20")
def test_who_left_a_list_is_kept_with_the_day(demo) -> None:
    gone = demo.rows(
        "SELECT source, until, ended_as, count(*) FROM registry_entry WHERE until IS NOT NULL GROUP BY 1, 2, 3"
    )
    assert gone
    assert {row[2] for row in gone} <= {"left", "changed"}


def test_a_second_run_changes_nothing(demo) -> None:
    tables = ("registry_person", "registry_entry", "registry_settlement", "auditing_run")
    sums = "SELECT " + ", ".join(f"(SELECT count(*) FROM {name})" for name in tables)
    before = demo.rows(sums)
    done = demo.tuodi("platform", "demo", "--persons", "1200", "--seed", "20241122", "--no-serve", "--lang", "en")
    assert done.returncode == 0, done.stderr[-2000:]
    assert demo.rows(sums) == before
    refused = demo.tuodi("platform", "demo", "--persons", "1300", "--no-serve", "--lang", "en")
    assert refused.returncode == 2
    assert "1200" in refused.stderr


@pytest.mark.req("NI07")
def test_the_share_of_hardship_through_illness(demo) -> None:
    """The truth of the whole county is 7,513 of 15,600; a small one keeps the share as nearly as its size lets it."""
    rows = table(demo.county / "truth/hardship.csv")
    ill = sum(row["cause"] == "因病" for row in rows)
    assert round(ill / len(rows), 1) == round(7513 / 15600, 1)


@pytest.mark.req("AD05")
def test_nothing_highly_sensitive_lies_open_in_the_database(demo) -> None:
    """A whole dump of the database holds no identity number and no phone of anybody in the county."""
    numbers = {row["certificate"] for row in table(demo.county / "truth/people.csv")}
    script = (
        "from tuodi.platform.ground.home import Home; from tuodi.platform.ground.server import ADMIN, binaries;"
        "import subprocess, sys; c = Home.of_environment().cluster;"
        "sys.stdout.write(subprocess.run([str(binaries() / 'pg_dump'), '--data-only', c.url(ADMIN)],"
        "capture_output=True, text=True, check=True).stdout)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=demo.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-1000:]
    dump = done.stdout
    assert "registry_person" in dump
    there = set(re.findall(r"(?<![0-9])9901\d{13}[0-9X](?![0-9])", dump)) & numbers
    assert not there, f"{len(there)} numbers lie open"
