"""One small county per place, written once for all tests that only read it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tuodi.synth import SynthResult, write_demo

SEED = 7
PERSONS = 600


@pytest.fixture(scope="session", params=["suqian", "beijing"])
def county(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> SynthResult:
    return write_demo(tmp_path_factory.mktemp(request.param), seed=SEED, place=request.param, persons=PERSONS)


@pytest.fixture(scope="session")
def suqian(tmp_path_factory: pytest.TempPathFactory) -> SynthResult:
    return write_demo(tmp_path_factory.mktemp("suqian-again"), seed=SEED, place="suqian", persons=PERSONS)


def truth(county: SynthResult, name: str) -> list[dict[str, str]]:
    path: Path = county.files["truth"] / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
