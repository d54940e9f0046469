"""Files brought without a page: the command's exit codes and words, the watched folder's moves."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bureau.intake.lists import civil_affairs, workbook
from tuodi.errors import UsageError
from tuodi.platform.intake.bringing import grant_for
from tuodi.platform.intake.models import Delivery
from tuodi.platform.intake.watching import Watch
from tuodi.platform.registry.models import Entry


def names(folder: Path) -> list[str]:
    return sorted(path.name.partition("_")[2] for path in folder.iterdir())


@pytest.fixture
def watch(db, tmp_path):
    made = Watch(tmp_path / "in", grant_for("importer.own"))
    made.prepare()
    return made


def put(watch: Watch, source: str, name: str, content: bytes) -> Path:
    path = watch.folder / source / name
    path.write_bytes(content)
    return path


def looks(watch: Watch) -> list[str]:
    list(watch.look())
    return [taken.outcome for taken in watch.look()]


@pytest.mark.req("NS14")
def test_a_file_is_taken_when_it_has_stopped_growing(watch, grant) -> None:
    content = civil_affairs().getvalue()
    path = put(watch, "civil_affairs_monthly", "十月.xlsx", content[:2000])
    assert not list(watch.look())
    path.write_bytes(content)
    assert not list(watch.look())
    assert [taken.outcome for taken in watch.look()] == ["done"]
    assert not path.exists()
    assert names(watch.folder / "done") == ["十月.xlsx"]
    grant()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.via) == ("committed", "folder")
    assert delivery.organisation.kind == "civil_affairs"
    assert Entry.objects.count() == 6


def test_the_same_file_again_is_done_and_changes_nothing(watch, grant) -> None:
    content = civil_affairs().getvalue()
    put(watch, "civil_affairs_monthly", "十月.xlsx", content)
    assert looks(watch) == ["done"]
    put(watch, "auto", "民政 发放名册 十月.xlsx", content)
    assert looks(watch) == ["done"]
    grant()
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["committed", "unchanged"]


def test_what_cannot_be_used_is_moved_with_the_reason(watch) -> None:
    put(watch, "deaths", "名单.xlsx", b"%PDF-1.7 invented")
    put(watch, "deaths", "空.csv", b"")
    assert looks(watch) == ["refused", "refused"]
    assert names(watch.folder / "refused") == ["名单.xlsx", "名单.xlsx.txt", "空.csv", "空.csv.txt"]
    told = [path.read_text("utf-8") for path in sorted((watch.folder / "refused").glob("*.txt"))]
    assert any("PDF" in text for text in told)
    assert any("空" in text for text in told)


def test_what_an_officer_must_see_waits(watch, grant) -> None:
    put(watch, "civil_affairs_monthly", "九月.xlsx", civil_affairs("2026年9月", count=8).getvalue())
    assert looks(watch) == ["done"]
    put(watch, "civil_affairs_monthly", "十月.xlsx", civil_affairs("2026年10月", count=2).getvalue())
    put(watch, "auto", "怪.xlsx", workbook([["甲", "乙"], ["一", "二"]]).getvalue())
    assert sorted(looks(watch)) == ["waiting", "waiting"]
    grant()
    assert Delivery.objects.filter(state="previewed").count() == 1
    assert Entry.objects.filter(until__isnull=True).count() == 8


def test_half_made_and_hidden_files_stay(watch) -> None:
    for name in (".十月.xlsx", "~$十月.xlsx", "十月.xlsx.part"):
        put(watch, "deaths", name, b"x")
    assert looks(watch) == []
    assert len(list((watch.folder / "deaths").iterdir())) == 3


def test_whose_grant_is_used_must_be_clear(db) -> None:
    with pytest.raises(UsageError, match=r"importer\.own"):
        grant_for()
    assert grant_for(region="990121").role == "importer"
    with pytest.raises(UsageError, match="没有用户"):
        grant_for("nobody")
    with pytest.raises(UsageError, match="没有可以导入文件的岗位"):
        grant_for("auditor.own")


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from tuodi.cli import main; main()", *map(str, arguments)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_help_needs_no_platform() -> None:
    """Neither Django nor polars is loaded to say what the commands are."""
    code = "import sys; from tuodi.cli.app import run; run(['--help']); print({'django', 'polars'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "import" in done.stdout
    assert "watch" in done.stdout
    assert done.stdout.strip().endswith("set()")


@pytest.mark.slow
@pytest.mark.req("NS14")
def test_the_command_from_preview_to_register(clean, tmp_path) -> None:
    """Another process, as an officer's terminal would be: what it commits is in the database afterwards."""
    path = tmp_path / "民政发放名册2026-10.xlsx"
    path.write_bytes(civil_affairs(count=5, wrong=1, total="3000.00").getvalue())
    shown = run("import", "auto", path, "--as", "insurance_officer.own")
    assert shown.returncode == 0, shown.stderr
    assert "将新增 5" in shown.stdout
    assert "停在预览" in shown.stdout
    done = run("import", "civil_affairs_monthly", path, "--as", "insurance_officer.own", "--yes", "--json")
    assert done.returncode == 3, done.stderr
    told = json.loads(done.stdout)
    assert (told["state"], told["counts"]["added"], told["counts"]["quarantined"]) == ("committed", 5, 1)
    again = run("import", "civil_affairs_monthly", path, "--as", "insurance_officer.own", "--yes", "--lang", "en")
    assert again.returncode == 0
    assert "nothing was changed" in again.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["import", "deaths", "none.xlsx"], 2, "不存在"),
        (["import", "deaht", "FILE", "--as", "insurance_officer.own"], 2, "deaths"),
        (["import", "deaths", "FILE", "--as", "insurance_officer.own", "--yes"], 4, "PDF"),
        (
            ["import", "deaths", "FILE", "--as", "insurance_officer.neighbour", "--organisation", "岚汀县民政局"],
            2,
            "没有机构",
        ),
        (["import", "deaths", "FILE", "--as", "list_sender.own", "--yes"], 2, "本单位"),
    ],
)
def test_the_command_says_what_is_wrong(clean, tmp_path, arguments, code, words) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"%PDF-1.7 invented")
    done = run(*[str(path) if one == "FILE" else one for one in arguments])
    assert done.returncode == code, done.stderr
    assert words in done.stderr
