"""``tuodi packs warm``: what was compiled ahead is what a call needs, and nothing is compiled any more."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.material import INVENTED, LOCAL, SUQIAN, bill, claims, identities, tuodi
from tuodi.settlement import load_law
from tuodi.settlement.warm import shapes_of, warm

SCRIPT = Path(sys.executable).with_name("tuodi")


def test_it_says_how_many() -> None:
    done = tuodi("packs", "warm", SUQIAN, "--json")
    assert done.json == {"kernels": 2, "wrong": [], "exit_code": 0}
    assert "2 kernels" in tuodi("packs", "warm", SUQIAN, "--lang", "en").out
    assert "计算内核 2 个" in tuodi("packs", "warm", SUQIAN).out


def test_a_pack_that_is_not_there_is_an_error() -> None:
    assert tuodi("packs", "warm", "cn/999999/2024").code == 5


def test_packs_share_kernels() -> None:
    done = set(shapes_of(load_law(SUQIAN).versions[0].structure))
    assert warm(load_law(SUQIAN), set(done)) == []
    assert len(done) == 2


@pytest.mark.parametrize("ref", [SUQIAN, INVENTED])
def test_the_shapes_differ_in_what_bills_lack_and_in_the_trace(ref: str) -> None:
    structure = load_law(ref).versions[0].structure
    shapes = list(shapes_of(structure))
    assert len(shapes) == len(set(shapes))
    assert {shape.trace for shape in shapes} == {False, True}
    assert all(shape.unknowns for shape in shapes if shape.given)
    assert {shape.given for shape in shapes} == ({True} if ref == SUQIAN else {False, True})


@pytest.mark.slow
def test_after_warming_nothing_is_compiled(tmp_path: Path) -> None:
    cache = tmp_path / "kernels"
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache)}

    def call(*words: str | Path) -> None:
        subprocess.run([str(SCRIPT), *map(str, words)], env=environment, check=True, capture_output=True)

    def kept() -> set[str]:
        return {path.name for path in cache.rglob("*.nbc")}

    call("packs", "warm", SUQIAN)
    compiled = kept()
    assert len(compiled) == 2
    files = (
        "--claims", claims(tmp_path / "a.csv", bill(1), bill(2, 基本报销="")), "--identities",
        identities(tmp_path / "b.csv"), *LOCAL,
    )  # fmt: skip
    call("settle", "--pack", SUQIAN, *files, "--out", tmp_path / "o.csv", "--trace")
    call("settle", "--pack", SUQIAN, *files, "--out", tmp_path / "o.parquet")
    call("explain", "--pack", SUQIAN, *files, "--claim", "S1")
    assert kept() == compiled
