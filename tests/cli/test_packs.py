"""``tuodi packs list | show | check``."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli.material import INVENTED, SUQIAN, claims, tuodi
from tuodi.law.find import default_roots

BAD = Path(__file__).parents[1] / "law" / "bad"


def test_list() -> None:
    done = tuodi("packs", "list")
    assert done.code == 0
    lines = {line.split("  ")[0]: line for line in done.out.splitlines()}
    assert {SUQIAN, INVENTED, "cn/110000/2023", "cn/500112/2023"} <= lines.keys()
    assert lines[SUQIAN] == "cn/321300/2024  宿迁市医疗救助（2024-01-01 — 至今；未知 0 处）"
    said = tuodi("packs", "list", "--json", "--lang", "en").json
    [suqian] = [one for one in said["packs"] if one["pack"] == SUQIAN]
    assert suqian == {
        "pack": SUQIAN, "title": "Suqian: medical assistance", "from": "2024-01-01", "to": None, "unknowns": 0,
        "extends": None,
    }  # fmt: skip
    assert said["wrong"] == []


def test_list_goes_on_past_a_pack_that_is_wrong(tmp_path: Path) -> None:
    mine = tmp_path / "rules" / "cn" / "990100" / "2024"
    mine.mkdir(parents=True)
    (mine / "pack.yaml").write_text("pack: cn/990100/2024\n", "utf-8")
    done = tuodi("packs", "list", "--packs-dir", tmp_path / "rules")
    assert done.code == 5
    assert SUQIAN in done.out
    assert "cn/990100/2024：" in done.out
    assert tuodi("packs", "list", "--packs-dir", tmp_path / "rules", "--json").json["wrong"][0]["problems"]


def test_show_an_id_a_region_a_folder_and_a_file() -> None:
    whole = tuodi("packs", "show", SUQIAN)
    assert whole.code == 0
    assert "宿迁市医疗救助" in whole.out.splitlines()[0]
    assert "80%" in whole.out
    folder = default_roots()[0] / SUQIAN
    for ref in ("cn/321300", folder, folder / "pack.yaml"):
        assert tuodi("packs", "show", ref).out == whole.out
    region = tuodi("packs", "show", "zz/000000")
    assert region.code == 0
    assert [year for year in ("2023", "2024") if f"[zz/000000/{year}]" in region.out] == ["2023", "2024"]
    assert region.out.index("[zz/000000/2023]") < region.out.index("[zz/000000/2024]")
    assert [one["id"] for one in tuodi("packs", "show", "zz/000000", "--json").json["packs"]] == [
        "zz/000000/2023", "zz/000000/2024",
    ]  # fmt: skip


def test_show_in_english_lists_unknowns_first() -> None:
    done = tuodi("packs", "show", "cn/500112/2023", "--lang", "en")
    heads = [line for line in done.out.splitlines() if line and not line.startswith(" ")]
    assert heads[1].startswith("Unknown values")


def test_check_says_what_is_right() -> None:
    done = tuodi("packs", "check", SUQIAN, INVENTED)
    assert done.code == 0
    assert [line for line in done.out.splitlines() if not line.startswith(" ")] == [
        f"{SUQIAN}：没有问题", f"{INVENTED}：没有问题",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "path", [BAD / "rate_as_decimal.yaml", BAD / "unknown_layer_key.yaml"], ids=lambda path: path.stem
)
def test_check_says_what_is_wrong_and_where(path: Path) -> None:
    done = tuodi("packs", "check", path)
    assert done.code == 5
    expected = path.with_suffix(".txt").read_text("utf-8").splitlines()
    lines = [line.strip() for line in done.out.splitlines()[1:]]
    assert len(lines) == len(expected)
    for line in lines:
        assert re.match(rf"{re.escape(path.name)}:\d+ \S+: .+ — .+", line), line
    [entry] = tuodi("packs", "check", path, "--json").json["packs"]
    assert all(problem["line"] > 0 and problem["path"] and problem["found"] for problem in entry["problems"])
    assert any(problem["expected"] for problem in entry["problems"])


def test_check_a_folder(tmp_path: Path) -> None:
    (tmp_path / "pack.yaml").write_text((BAD / "rate_as_decimal.yaml").read_text("utf-8"), "utf-8")
    done = tuodi("packs", "check", tmp_path)
    assert done.code == 5
    assert re.search(r"pack\.yaml:\d+ ", done.out)


def test_a_wrong_pack_settles_nothing(tmp_path: Path) -> None:
    given, out = claims(tmp_path / "a.csv"), tmp_path / "out.csv"
    done = tuodi("settle", "--pack", BAD / "rate_as_decimal.yaml", "--claims", given, "--out", out)
    assert (done.code, done.out, out.exists()) == (5, "", False)
    assert re.search(r"rate_as_decimal\.yaml:\d+ ", done.err)
    assert "没有写出任何结果" in done.err
    said = tuodi("settle", "--pack", BAD / "rate_as_decimal.yaml", "--claims", given, "--out", out, "--json").json
    assert said["problems"][0]["line"] > 0


def test_a_pack_that_there_is_not_names_the_nearest() -> None:
    done = tuodi("packs", "show", "cn/321300/2042")
    assert done.code == 5
    assert "cn/321300/2024" in done.err
