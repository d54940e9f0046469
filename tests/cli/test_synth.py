"""``tuodi synth``: the files stand whole or not at all, and the same seed gives the same bytes."""

from __future__ import annotations

from pathlib import Path

from cli.material import tuodi

FEW = ("synth", "--persons", "60", "--seed", "5")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_files_and_truth(tmp_path: Path) -> None:
    done = tuodi(*FEW, "--out", tmp_path / "县")
    assert done.code == 0, done
    names = set(contents(tmp_path / "县"))
    assert {
        "医疗救助结算明细.xlsx",
        "身份标识明细.xlsx",
        "民政当月发放名册.xlsx",
        "平台月报.xlsx",
        "零星报销支付明细.csv",
    } < names
    assert "truth/plants.csv" in names
    assert done.out.splitlines()[0] == f"医疗救助结算明细：{tmp_path / '县' / '医疗救助结算明细.xlsx'}"
    assert done.out.splitlines()[-1] == "全部人员、机构和金额均为虚构。"
    assert [path.name for path in tmp_path.iterdir()] == ["县"]


def test_the_same_seed_gives_the_same_bytes_and_other_files_stay(tmp_path: Path) -> None:
    said = tuodi(*FEW, "--out", tmp_path / "a", "--json").json
    assert (said["counts"]["persons"], Path(said["files"]["claims"]).parent) == (60, tmp_path / "a")
    (tmp_path / "b" / "truth").mkdir(parents=True)
    (tmp_path / "b" / "笔记.txt").write_text("kept", "utf-8")
    assert tuodi(*FEW, "--out", tmp_path / "b").code == 0
    again = contents(tmp_path / "b")
    assert again.pop("笔记.txt") == b"kept"
    assert again == contents(tmp_path / "a")


def test_wrong_words(tmp_path: Path) -> None:
    for words, said in (
        (("--scale", "huge"), "--scale 的值 huge 不认识，可用：demo"),
        (("--place", "paris"), "--place 的值 paris 不认识，可用：suqian、beijing"),
        (("--persons", "3"), "--persons 不能小于 50"),
        (("--seed", "x"), "--seed 应是整数"),
    ):
        done = tuodi("synth", "--out", tmp_path / "x", *words)
        assert (done.code, said in done.err) == (2, True), done
    (tmp_path / "f").write_bytes(b"")
    assert tuodi(*FEW, "--out", tmp_path / "f").code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["f"]
