"""``tuodi packs new`` and ``tuodi packs try``."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
import yaml

from authoring.county import PLAIN, TILT
from authoring.ten import CAP, PACK, RATE, files, paid
from cli.material import bill, claims, tuodi

Typed = dict[str, str]


@pytest.fixture
def typing(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What a person types, line by line."""

    def lines(*typed: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in typed)))

    lines()
    return lines


def answers(path: Path, typed: Typed) -> Path:
    path.write_text(yaml.safe_dump(typed, allow_unicode=True, sort_keys=False), "utf-8")
    return path


def kept(path: Path) -> Typed:
    return dict(yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader))


@pytest.mark.req("OF09")
def test_all_answers_there_no_question_is_asked(tmp_path: Path, typing: Any) -> None:
    file, mine = answers(tmp_path / "a.yaml", TILT), tmp_path / "mine"
    done = tuodi("packs", "new", "--answers", file, "--packs-dir", mine)
    assert done.code == 0, done.err
    assert "规则包写好了，检查没有问题" in done.out
    assert ">" not in done.out.split("接下来")[0]
    for name in ("packs show", "packs to-xlsx", "packs try"):
        assert f"tuodi {name} zz/990103/2024" in done.out
    assert tuodi("packs", "check", "zz/990103/2024", "--packs-dir", mine).code == 0
    shown = tuodi("packs", "show", "zz/990103/2024", "--packs-dir", mine).out
    assert "云溪县" in shown
    said = tuodi("packs", "new", "--answers", file, "--packs-dir", tmp_path / "again", "--json").json
    assert said["pack"] == "zz/990103/2024"
    assert (tmp_path / "again" / "zz/990103/2024/pack.yaml").read_bytes() == (
        mine / "zz/990103/2024/pack.yaml"
    ).read_bytes()


def test_a_pack_is_not_written_over(tmp_path: Path, typing: Any) -> None:
    file = answers(tmp_path / "a.yaml", PLAIN)
    assert tuodi("packs", "new", "--answers", file, "--packs-dir", tmp_path).code == 0
    before = (tmp_path / "zz/990103/2024/pack.yaml").read_bytes()
    again = tuodi("packs", "new", "--answers", file, "--packs-dir", tmp_path)
    assert again.code == 2
    assert "不会覆盖" in again.err
    assert (tmp_path / "zz/990103/2024/pack.yaml").read_bytes() == before


def test_a_person_answers_goes_back_stops_and_goes_on(tmp_path: Path, typing: Any) -> None:
    file = tmp_path / "a.yaml"
    typing("云溪镇", "b", "云溪县", "99010", "990103", "q")
    first = tuodi("packs", "new", "--answers", file, "--packs-dir", tmp_path)
    assert first.code == 0
    assert "原来的回答是：云溪镇" in first.out
    assert "“99010”不是六位数字" in first.out
    assert "已存好" in first.out
    assert kept(file) == {"place": "云溪县", "region": "990103"}
    rest = [value for key, value in PLAIN.items() if key not in ("place", "region")]
    typing(*rest)
    second = tuodi("packs", "new", "--answers", file, "--packs-dir", tmp_path)
    assert second.code == 0, second.err
    assert "地方名称" not in second.out
    assert "第 5 问" in second.out
    assert "例：宿迁：100%、80%、70%" in second.out
    assert "记为：3000.00 元" in second.out
    assert (tmp_path / "zz/990103/2024/pack.yaml").is_file()


def test_english_on_the_screen(tmp_path: Path, typing: Any) -> None:
    typing(*(PLAIN[key] for key in list(PLAIN)[:10]), "q")
    done = tuodi("packs", "new", "--answers", tmp_path / "a.yaml", "--packs-dir", tmp_path, "--lang", "en")
    assert done.code == 0
    assert "Which layers are to be computed" in done.out
    assert "I. Place and documents" in done.out


def test_what_is_unknown_is_said_at_the_end(tmp_path: Path, typing: Any) -> None:
    changed = PLAIN | {"assistance.rate.dibao": "? 附件没有读到", "effective": "?", "colour": "red"}
    done = tuodi("packs", "new", "--answers", answers(tmp_path / "a.yaml", changed), "--packs-dir", tmp_path)
    assert done.code == 0
    assert "还不知道的数字 1 处" in done.out
    assert "附件没有读到" in done.out
    assert "第 11 问（effective）不清楚" in done.out
    assert "没有用到的回答：colour" in done.out
    assert "各类待遇的好坏" in done.out


def test_answers_that_are_missing_or_wrong_are_named(tmp_path: Path, typing: Any) -> None:
    part = {key: value for key, value in PLAIN.items() if key != "rounding"}
    missing = tuodi("packs", "new", "--answers", answers(tmp_path / "a.yaml", part), "--packs-dir", tmp_path)
    assert (missing.code, "rounding" in missing.err) == (2, True)
    wrong = answers(tmp_path / "b.yaml", PLAIN | {"assistance.rate.dibao": "170%"})
    refused = tuodi("packs", "new", "--answers", wrong, "--packs-dir", tmp_path)
    assert refused.code == 2
    assert "assistance.rate.dibao" in refused.err
    assert not (tmp_path / "zz").exists()
    (tmp_path / "c.yaml").write_text("- nothing\n", "utf-8")
    assert tuodi("packs", "new", "--answers", tmp_path / "c.yaml", "--packs-dir", tmp_path).code == 4


@pytest.fixture(scope="module")
def ten(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("ten")
    return files(folder, paid(folder))


@pytest.mark.req("OF09")
def test_ten_persons_tried(tmp_path: Path, ten: tuple[Path, Path]) -> None:
    bills, listed = ten
    out = tmp_path / "试核"
    done = tuodi("packs", "try", PACK, bills, "--identities", listed, "--out", out)
    assert done.code == 0, done.err
    assert "10 人，全部一致 8 人；10 项（一人一层一年）：一致 8，有差异 2，无法比较 0" in done.out
    assert "“低保等”的比例与“低保边缘" in done.out
    assert "先看第 5 问" in done.out
    assert "40,000.00 元  → 先看第 3 问：限额" in done.out
    assert "× 80%  〔宿迁市城市问答" in done.out
    assert (out / "index.html").is_file()
    assert "试核：宿迁市医疗救助" in (out / "index.html").read_text("utf-8")
    assert tuodi("packs", "try", PACK, bills, "--identities", listed, "--out", out).code == 0


def test_the_trial_as_json(ten: tuple[Path, Path]) -> None:
    said = tuodi("packs", "try", PACK, ten[0], "--identities", ten[1], "--json", "--lang", "en").json
    assert (said["persons"], said["persons_agreeing"], said["agree"], said["differ"]) == (10, 8, 8, 2)
    by_person = {case["person"].split()[-1]: case for case in said["cases"]}
    assert by_person[RATE]["state"] == by_person[CAP]["state"] == "differs"
    assert by_person[CAP]["recorded"] == "40000.00"
    assert "has the rate of" in by_person[RATE]["hints"][0]["text"]


def test_rows_set_aside_and_identities_on_the_bills(tmp_path: Path) -> None:
    good, bad = bill(1), bill(2, 医疗费总额="many")
    done = tuodi("packs", "try", PACK, claims(tmp_path / "a.csv", good, bad), "--out", tmp_path / "out")
    assert done.code == 3
    assert "没有给名册" in done.out
    assert (tmp_path / "out" / "待更正.xlsx").is_file()
    assert "1 行待更正" in (tmp_path / "out" / "index.html").read_text("utf-8")


def test_other_files_are_left_alone(tmp_path: Path, ten: tuple[Path, Path]) -> None:
    (tmp_path / "letter.txt").write_text("mine", "utf-8")
    refused = tuodi("packs", "try", PACK, ten[0], "--out", tmp_path)
    assert refused.code == 2
    assert "letter.txt" in refused.err
    assert tuodi("packs", "try", PACK, ten[0], "--out", tmp_path / "letter.txt").code == 2
    assert tuodi("packs", "try", "cn/321300/2042", ten[0]).code == 5
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
