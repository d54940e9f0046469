"""What ``tuodi settle --engine`` refuses before it looks for a cluster; a cluster itself is in ``tests/engine``."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.material import SUQIAN, bill, claims, tuodi
from tuodi.cli import EXIT


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--engine", "spork"), "--engine spork: local is expected, or the address of a Spark master"),
        (("--engine", "yarn", "--trace"), "--trace does not go together with --engine"),
        (("--engine", "yarn", "--read", "default:scheme=resident"), "--read does not go together with --engine"),
        (("--engine", "yarn", "--given", "basik"), "--given basik: there is no such layer"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    path = claims(tmp_path / "c.csv", bill())
    done = tuodi("settle", "--pack", SUQIAN, "--claims", path, "--out", tmp_path / "out", "--lang", "en", *words)
    assert done.code == EXIT["usage"]
    assert told in done.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_a_cluster_writes_no_sheet(tmp_path: Path, ending: str) -> None:
    path = claims(tmp_path / "c.csv", bill())
    out = tmp_path / f"out{ending}"
    done = tuodi("settle", "--pack", SUQIAN, "--claims", path, "--out", out, "--engine", "yarn", "--lang", "en")
    assert done.code == EXIT["usage"]
    assert f"--out {out.name}: the result of a cluster is a folder of Parquet files" in done.err


def test_a_file_that_is_not_there_is_refused_before_a_session_starts(tmp_path: Path) -> None:
    path = tmp_path / "none.parquet"
    done = tuodi("settle", "--pack", SUQIAN, "--claims", path, "--out", tmp_path / "out", "--engine", "yarn")
    assert done.code == EXIT["input_refused"]
    assert f"{path}：文件不存在" in done.err


def test_a_result_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    path = claims(tmp_path / "c.csv", bill())
    done = tuodi("settle", "--pack", SUQIAN, "--claims", path, "--out", tmp_path, "--engine", "yarn")
    assert done.code == EXIT["input_refused"]
    assert f"{tmp_path}：已经存在" in done.err
