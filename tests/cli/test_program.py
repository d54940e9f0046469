"""The program as a whole: both languages, help, mistakes, faults, interruption, the installed script."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.material import HEAD, SUQIAN, bill, claims, columns_of, identities, tuodi
from tuodi.cli.common import EXIT
from tuodi.cli.mistakes import mistake_of
from tuodi.errors import TableError, UsageError

HAN = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(r"[A-Za-z]{3,}")
SCRIPT = Path(sys.executable).with_name("tuodi")


def office(folder: Path) -> tuple[str | Path, ...]:
    given = claims(folder / "a.csv", bill(1), bill(2, 医院等级="四级"), bill(3, 基本报销=""))
    return ("settle", "--pack", SUQIAN, "--claims", given, "--identities", identities(folder / "b.csv"))


def calls(folder: Path) -> list[tuple[str | Path, ...]]:
    settle = office(folder)
    files = settle[1:]
    return [
        (*settle, "--out", folder / "o.csv"),
        ("explain", *files, "--claim", "S1"),
        ("explain", *files, "--claim", "S9"),
        ("audit", *files, "--out", folder / "r"),
        ("estimate", "--pack", SUQIAN, "--on", "2024-03-01", "--in-scope", "1000"),
        ("estimate", "--pack", SUQIAN, "--on", "2024-3", "--in-scope", "1000"),
        ("synth", "--persons", "60", "--out", folder / "s"),
        ("synth", "--place", "x", "--out", folder / "s"),
        ("settle", "--pack", SUQIAN),
        ("settle", "--pakc", SUQIAN),
        ("setle",),
        (*settle, "--out", folder / "o.doc"),
        (*settle, "--out", folder / "none" / "o.csv"),
        (*settle, "--out", folder / "o.csv", "--given", "x"),
        (*settle, "--out", folder / "o.csv", "--claims", folder / "missing.csv"),
    ]


def stripped(text: str, folder: Path) -> str:
    """Without paths, sources, names of options, columns, codes and of what stands in the files."""
    text = re.sub(rf"{re.escape(str(folder))}\S*", "", text)
    for word in (*HEAD, "四级", "救助类别", "宿迁市城市问答", "待更正.xlsx", "三级", "二级"):
        text = text.replace(word, "")
    text = re.sub(r"--[a-z][a-z-]*( --help)?|tuodi( [a-z]+)?", "", text)
    return re.sub(
        r"\S*\.(csv|xlsx|parquet|html|doc)\b|\b[a-z]+_[a-z_]+\b|= [a-z_]+|[（(][^（）()]*=[^（）()]*[）)]", "", text
    )


def test_english_is_english(tmp_path: Path) -> None:
    for call in calls(tmp_path):
        done = tuodi(*call, "--lang", "en")
        said = stripped(done.out + done.err, tmp_path)
        assert not HAN.search(said), (call, said)


def test_chinese_is_chinese(tmp_path: Path) -> None:
    named = {
        "basic", "catastrophic", "assistance", "suqian", "beijing", "setle", "settle", "index", "inpatient", "demo",
    }  # fmt: skip
    for call in calls(tmp_path):
        done = tuodi(*call)
        said = stripped(done.out + done.err, tmp_path)
        assert not {word for word in ENGLISH.findall(said) if word not in named}, (call, said)
        assert HAN.search(said)


def test_the_language_may_stand_before_the_command_and_does_not_stay(tmp_path: Path) -> None:
    assert "Wrong usage" in tuodi("--lang", "en", "settle").err
    assert "用法不对" in tuodi("settle").err
    assert "Wrong usage" in tuodi("settle", "--lang=en").err
    assert "--lang 的值 fr 不认识，可用：zh、en" in tuodi("packs", "list", "--lang", "fr").err


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("settle",),
        ("resettle",),
        ("award",),
        ("explain",),
        ("estimate",),
        ("audit",),
        ("synth",),
        ("packs",),
        ("packs", "show"),
    ],
    ids=" ".join,
)
def test_help_says_what_each_command_does(words: tuple[str, ...]) -> None:
    done = tuodi(*words, "--help")
    assert done.code == 0
    assert "tuodi" in done.out
    assert HAN.search(done.out)


def test_saying_nothing_gives_help() -> None:
    for words in ((), ("packs",)):
        done = tuodi(*words)
        assert done.code == EXIT["usage"]
        assert "--help" in done.out
        assert done.err == ""


def test_help_is_quick() -> None:
    code = (
        "import sys; from tuodi.cli.app import run; run(['settle', '--help']); run(['--help']);"
        "heavy = {'rich', 'numba', 'numpy', 'polars', 'pyarrow', 'openpyxl', 'jinja2', 'yaml'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_every_exit_code_stands_in_the_help() -> None:
    said = "".join(tuodi("--help").out.split())
    assert [code for code in EXIT.values() if f"{code}" not in said.split("退出码")[1]] == []


def test_an_output_that_cannot_be_written(tmp_path: Path) -> None:
    done = tuodi(*office(tmp_path), "--out", tmp_path / "none" / "o.csv")
    assert (done.code, "不存在" in done.err) == (2, True)
    assert tuodi(*office(tmp_path), "--out", tmp_path).code == 2


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (ValueError("一处没有想到的错误"), "internal", "程序出错，没有写出任何结果：ValueError: 一处没有想到的错误"),
        (
            PermissionError(13, "Permission denied", "a.csv"),
            "internal",
            "不能读写 a.csv：没有权限，或文件正被其他程序打开",
        ),
        (OSError(28, "No space left on device", "a.csv"), "internal", "不能读写 a.csv：磁盘已满"),
        (UsageError("--x"), "usage", "用法不对：--x"),
        (TableError("table a"), "input_refused", "数据不能使用：table a"),
    ],
)
def test_a_fault_is_one_sentence(error: Exception, code: str, said: str) -> None:
    found = mistake_of(error, "zh")
    assert (found.code, found.lines[0]) == (EXIT[code], said)


def limited(folder: Path) -> None:
    """No file may grow beyond a few bytes: writing the result fails half-way."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


@pytest.mark.parametrize("debug", [False, True])
def test_a_disk_that_ends_half_way_leaves_what_was_there(tmp_path: Path, debug: bool) -> None:
    call = [str(SCRIPT), *map(str, office(tmp_path)), "--out", str(tmp_path / "o.csv")]
    (tmp_path / "o.csv").write_bytes(b"as it was")
    before = sorted(path.name for path in tmp_path.iterdir())
    environment = {**os.environ, **({"TUODI_DEBUG": "1"} if debug else {})}
    done = subprocess.run(
        call, capture_output=True, text=True, check=False, env=environment, preexec_fn=lambda: limited(tmp_path)
    )
    assert done.returncode == EXIT["internal"], done
    assert "没有写出任何结果" in done.stderr
    assert ("Traceback" in done.stderr) is debug
    assert (tmp_path / "o.csv").read_bytes() == b"as it was"
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interruption_leaves_nothing_behind(tmp_path: Path, sent: signal.Signals) -> None:
    out = tmp_path / "县"
    call = [str(SCRIPT), "synth", "--scale", "demo", "--out", str(out)]
    running = subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not list(tmp_path.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    running.send_signal(sent)
    _out, err = running.communicate(timeout=60)
    assert running.returncode == EXIT["interrupted"]
    assert "已中断" in err
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_the_installed_script_shows_what_it_does_on_a_terminal_only(tmp_path: Path) -> None:
    call = [str(SCRIPT), *map(str, office(tmp_path)), "--out", str(tmp_path / "o.csv")]
    ours, theirs = pty.openpty()
    running = subprocess.Popen(call, stdout=subprocess.PIPE, stderr=theirs, env={**os.environ, "TERM": "xterm"})
    os.close(theirs)
    shown = b""
    while chunk := _read(ours):
        shown += chunk
    said = running.communicate(timeout=60)[0].decode()
    os.close(ours)
    assert running.returncode == 3
    assert "第 3 行，医院等级“四级”" in said
    assert columns_of(tmp_path / "o.csv")[0] == "claim_id"
    for words in ("正在读取 a.csv", "正在结算"):
        assert words in shown.decode(errors="replace")
        assert words not in said


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other end was closed
        return b""
