"""``tuodi packs site``."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.material import SUQIAN, tuodi

INVENTED_TOWN = "zz/000001/2024"


def test_some_packs(tmp_path: Path) -> None:
    out = tmp_path / "rules"
    done = tuodi("packs", "site", SUQIAN, INVENTED_TOWN, "--out", out)
    assert done.code == 0
    assert done.out == f"2 份规则的网页：{out / 'index.html'}\n"
    assert "宿迁市医疗救助" in (out / "index.html").read_text("utf-8")
    said = tuodi("packs", "site", SUQIAN, "--out", out, "--json", "--lang", "en").json
    assert said["page"] == str(out / "index.html")
    assert said["packs"] == {SUQIAN: str(out / "cn-321300-2024.html")}
    # What the site no longer holds is gone.
    assert not (out / "zz-000001-2024.html").exists()
    assert 'lang="en"' in (out / "index.html").read_text("utf-8")


@pytest.mark.req("OF09")
def test_a_pack_of_ones_own(tmp_path: Path) -> None:
    folder = tmp_path / "packs/cn/321399/2024"
    folder.mkdir(parents=True)
    text = (Path(__file__).parents[2] / "packs" / SUQIAN / "pack.yaml").read_text("utf-8")
    (folder / "pack.yaml").write_text(text.replace(SUQIAN, "cn/321399/2024"), "utf-8")
    done = tuodi("packs", "site", "--packs-dir", tmp_path / "packs", "cn/321399", "--out", tmp_path / "out")
    assert done.code == 0
    assert (tmp_path / "out/cn-321399-2024.html").is_file()


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/letters.txt").write_text("", "utf-8")
    done = tuodi("packs", "site", SUQIAN, "--out", tmp_path / "out")
    assert done.code == 2
    assert "letters.txt" in done.err
    assert [one.name for one in (tmp_path / "out").iterdir()] == ["letters.txt"]


def test_no_such_pack(tmp_path: Path) -> None:
    done = tuodi("packs", "site", "cn/321301", "--out", tmp_path / "out", "--lang", "en")
    assert done.code == 5
    assert "cn/321300" in done.err
    assert not (tmp_path / "out").exists()
