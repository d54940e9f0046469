"""Kernel and oracle together catch every seeded mutant of compiler and kernel.

Each mutant is a copy of the program with one line wrong. It settles the same bills, as plain Python without numba, and
must differ from the oracle's answers somewhere. A change of the source that makes a mutant's text vanish fails here, so
that the list cannot rot.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from golden import tables as golden
from golden.cases import golden_cases
from mutants.mutants import MUTANTS, Mutant
from settlement.agree import PACKS, law_of, oracle_of
from settlement.invent import invent, invent_opening, invent_persons
from tuodi import oracle
from tuodi.tables import CLAIMS, IDENTITIES, OPENING, PERSONS, conform

Inputs = tuple[str, tuple[str, ...], date | None, dict[str, pl.DataFrame]]
SCHEMAS = {"claims": CLAIMS, "identities": IDENTITIES, "persons": PERSONS, "opening": OPENING}
SOURCE = Path(__file__).resolve().parents[2] / "src" / "tuodi"
JUDGE = Path(__file__).with_name("judge.py")
ROOMS = ("law", "settlement", "vocabulary", "locale")

CASES = (
    # pack, seed, known bills only, layers from the record, opening balances, first day of the export
    ("zz/000000/2024", 1, True, (), False, None),
    ("zz/000000/2024", 2, True, (), True, None),
    ("zz/000000/2024", 3, False, (), False, None),
    ("zz/000000/2024", 4, False, (), True, date(2024, 3, 2)),
    ("zz/000001/2024", 5, True, (), False, None),
    ("zz/000001/2024", 6, False, (), False, None),
    ("zz/000000/2023", 7, False, (), False, None),
    ("cn/110000/2023", 8, True, (), False, None),
    ("cn/500000-w1/2023", 9, True, (), False, None),
    ("cn/370302/2025", 10, False, (), False, None),
    ("cn/230800/2018", 11, True, (), False, None),
    ("zz/000000/2024", 12, True, ("basic", "catastrophic"), False, None),
    ("zz/000000/2024", 13, True, (), False, None),
    ("zz/000000/2024", 14, True, (), False, None),
    ("zz/000000/2024", 15, True, (), False, None),
)


@pytest.fixture(scope="session")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bills and the oracle's answers, written for the mutants' own processes."""
    folder = tmp_path_factory.mktemp("cases")
    written = []
    for ref, given, since, tables in (*_by_hand(), *_at_random()):
        frame = oracle.settle_frame(
            oracle_of(ref), tables["claims"], tables["identities"], tables["persons"], tables["opening"], since, given
        )
        columns = [name for name in frame.columns if name.startswith(("pay_", "self_"))]
        tables["expected"] = frame.select("claim_id", "status", *columns)
        name = f"{len(written):02d}"
        for what, table in tables.items():
            table.write_ipc(folder / f"{name}-{what}.arrow")
        written.append({
            "name": name, "ref": ref, "packs": str(PACKS), "given": list(given),
            "window_from": since.isoformat() if since else None,
        })  # fmt: skip
    (folder / "cases.json").write_text(json.dumps(written), "utf-8")
    return folder


def _at_random() -> Iterator[Inputs]:
    for ref, seed, known, given, opened, since in CASES:
        law, pack = law_of(ref), law_of(ref).packs[0]
        claims, identities = invent(pack, seed, persons=10, bills=10, law=law if known else None)
        opening = invent_opening(pack, law, claims, seed)
        tables = {
            "claims": claims, "identities": identities, "persons": invent_persons(claims, seed),
            "opening": opening if opened else opening.clear(),
        }  # fmt: skip
        yield ref, given, since, tables


def _by_hand() -> Iterator[Inputs]:
    """The golden cases of a pack in one table, each with persons and bills of its own name: they stand on the lines."""
    together: dict[tuple[str, tuple[str, ...]], dict[str, list[pl.DataFrame]]] = {}
    for number, case in enumerate(golden_cases("zz", "cn")):
        if not case.pack or case.data.get("window_from") or not case.rows("claims"):
            continue
        tables = together.setdefault((case.pack, tuple(case.data.get("given", ()))), {})
        for what, schema in SCHEMAS.items():
            table = getattr(golden, what)(case)
            if table is not None:
                names = [name for name in ("claim_id", "person_id", "reverses", "stay_id") if name in table.columns]
                own = table.with_columns(pl.concat_str(pl.lit(f"{number}:"), name).alias(name) for name in names)
                tables.setdefault(what, []).append(conform(own, schema))
    for (ref, given), tables in together.items():
        yield (
            ref,
            given,
            None,
            {
                what: pl.concat(tables[what])
                if what in tables
                else conform(pl.DataFrame(schema=schema.columns), schema)
                for what, schema in SCHEMAS.items()
            },
        )


def copied(place: Path, mutant: Mutant | None) -> Path:
    """A copy of the program with one change, if there is a mutant; the packs stay where they are."""
    room = place / "src" / "tuodi"
    room.mkdir(parents=True)
    (place / "packs").symlink_to(PACKS)
    for path in SOURCE.glob("*.py"):
        shutil.copy2(path, room)
    for name in ROOMS:
        shutil.copytree(SOURCE / name, room / name)
    if mutant is not None:
        path = room / mutant.file
        path.write_text(path.read_text("utf-8").replace(mutant.old, mutant.new), "utf-8")
    return place


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutants_text_stands_in_the_source_once(mutant: Mutant) -> None:
    assert (SOURCE / mutant.file).read_text("utf-8").count(mutant.old) == 1


def test_there_are_enough_and_each_is_its_own() -> None:
    assert len(MUTANTS) >= 30
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)


@pytest.mark.slow
def test_every_mutant_is_caught_and_the_program_is_not(cases: Path, tmp_path: Path) -> None:
    copies = [copied(tmp_path / "as it is", None)]
    copies += [copied(tmp_path / mutant.name.replace("'", ""), mutant) for mutant in MUTANTS]
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, str(JUDGE), str(cases), *map(str, copies)]
    judged = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    verdicts = dict(line.split("\t", 1) for line in judged.stdout.splitlines())
    assert verdicts.pop("as it is") == "right", judged.stderr
    assert len(verdicts) == len(MUTANTS)
    missed = [name for name, verdict in verdicts.items() if verdict == "right"]
    assert not missed, f"not caught: {missed}"
    by_amount = [name for name, verdict in verdicts.items() if verdict.startswith("other amounts")]
    assert len(by_amount) >= 30, verdicts
