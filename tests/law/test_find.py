"""Where packs lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from tuodi.errors import PackError
from tuodi.law import find_packs, read_pack, versions_of
from tuodi.law.find import default_roots, locate, schema_file

ROOT = default_roots()[0]


def test_ids_are_folders() -> None:
    found = find_packs()
    assert "zz/000000/2024" in found
    assert found == sorted(found)
    for pack_id in found:
        assert (ROOT / pack_id / "pack.yaml").is_file()


def test_versions_of_a_region() -> None:
    assert versions_of("zz/000000") == ["zz/000000/2023", "zz/000000/2024"]
    assert versions_of("zz/999999") == []


def test_a_folder_and_a_file_name_a_pack_too() -> None:
    for ref in (ROOT / "zz/000000/2023", ROOT / "zz/000000/2023/pack.yaml"):
        assert read_pack(ref).id == "zz/000000/2023"


def test_a_message_names_no_path_of_one_machine() -> None:
    assert locate(str(ROOT / "zz/000000/2023"))[0].name == "packs/zz/000000/2023/pack.yaml"


@pytest.mark.parametrize(
    ("ref", "hint"),
    [
        ("zz/000000/2025", "did you mean 'zz/000000/2024'"),
        ("cn/32130", "did you mean 'cn/321300'"),
        ("nowhere.yaml", "there is no such file"),
    ],
)
def test_the_nearest_pack_is_suggested(ref: str, hint: str) -> None:
    with pytest.raises(PackError, match=hint):
        read_pack(ref)


def test_explicit_roots_are_the_only_ones(tmp_path: Path) -> None:
    assert find_packs([tmp_path]) == []
    with pytest.raises(PackError, match="no pack lies under the roots given"):
        read_pack("zz/000000/2024", [tmp_path])


def test_an_earlier_root_hides_a_later_one(tmp_path: Path) -> None:
    folder = tmp_path / "zz/000000/2023"
    folder.mkdir(parents=True)
    text = (ROOT / "zz/000000/2023/pack.yaml").read_text("utf-8")
    (folder / "pack.yaml").write_text(text.replace("full: 90%", "full: 95%"), "utf-8")
    mine = read_pack("zz/000000/2023", [tmp_path, ROOT]).layer("assistance").rate
    assert mine
    assert mine.rows[0].value == 9_500
    assert find_packs([tmp_path, ROOT]).count("zz/000000/2023") == 1


def test_a_pack_of_ones_own_may_extend_one_of_the_tree(tmp_path: Path) -> None:
    folder = tmp_path / "zz/700000/2024"
    folder.mkdir(parents=True)
    (folder / "pack.yaml").write_text(
        "pack: zz/700000/2024\ntitle: {zh: 邻县, en: next county}\nextends: zz/000000/2024\n", "utf-8"
    )
    assert read_pack(folder).layer("basic").origin.pack == "zz/000000/2024"


def test_the_schema_lies_beside_the_packs() -> None:
    assert schema_file() == ROOT / "pack.schema.json"
    assert schema_file().is_file()
