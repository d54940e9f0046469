"""``tuodi synth --scale county``: the departments' files, and options that make no sense refused."""

from __future__ import annotations

from pathlib import Path

from cli.material import tuodi

FEW = ("synth", "--scale", "county", "--persons", "1000", "--seed", "5")


def test_the_departments_files_are_written(tmp_path: Path) -> None:
    said = tuodi(*FEW, "--out", tmp_path / "县", "--json").json
    assert said["counts"]["persons"] == 1000
    assert 39 <= said["counts"]["in_hardship"] <= 42
    assert {path.name for path in (tmp_path / "县").iterdir()} >= {"医保局", "民政局", "残联", "truth", "来源清单.csv"}
    assert Path(said["files"]["sources"]) == tmp_path / "县" / "来源清单.csv"
    assert [path.name for path in tmp_path.iterdir()] == ["县"]


def test_it_says_that_all_is_invented(tmp_path: Path) -> None:
    done = tuodi(*FEW, "--out", tmp_path / "县")
    assert done.code == 0, done
    assert done.out.splitlines()[0] == f"来源清单：{tmp_path / '县' / '来源清单.csv'}"
    assert done.out.splitlines()[-1] == "全部人员、机构和金额均为虚构。"


def test_another_place_and_no_size_are_refused(tmp_path: Path) -> None:
    for more in (("--place", "beijing"), ("--persons", "400001"), ("--persons", "60"), ("--months", "13")):
        done = tuodi(*FEW, *more, "--out", tmp_path / "县")
        assert done.code == 2, done
    assert not list(tmp_path.iterdir())
