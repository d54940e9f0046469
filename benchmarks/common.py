"""How times are taken, and what is written of the machine.

A *contest* runs ours and its yardstick turn by turn in the same run and keeps the best round of each, so that what
else the machine does touches both. Wall time is given beside processor time: on a shared machine their distance says
how much of the wall time was waiting.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tuodi.law.find import default_roots

ROOT = Path(__file__).resolve().parent.parent
PACKS = ROOT / "benchmarks" / "packs"
THREE_LAYERS, ANNUAL = "zz/000801/2024", "zz/000802/2024"
"""Packs invented for the benchmarks: three plain layers; one rule on a person's yearly sum."""

Run = Callable[[], object]
Ready = Callable[[], Run]
"""Makes everything ready, which is not timed, and returns what is."""


@dataclass(frozen=True)
class Options:
    """What a run was asked for; ``work``: a folder for files, emptied afterwards."""

    bills: int
    rounds: int
    threads: tuple[int, ...]
    work: Path
    peers: Path | None = None


@dataclass(frozen=True)
class Time:
    """Seconds of the best round; ``peak_mib``: the greatest memory of a process of its own."""

    wall: float
    cpu: float
    peak_mib: float | None = None


@dataclass(frozen=True)
class Row:
    """One figure. ``share``: the yardstick's time over ours (1 is as fast as the yardstick, above is faster);
    ``aim``: what it should reach, and ``met``: whether it did; ``facts``: what else was measured."""

    figure: str
    what: str
    against: str
    size: int
    ours: Time
    yardstick: Time | None = None
    aim: str = ""
    met: bool | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def share(self) -> float | None:
        return None if self.yardstick is None else self.yardstick.wall / self.ours.wall

    @property
    def per_second(self) -> float:
        return self.size / self.ours.wall

    def document(self) -> dict[str, Any]:
        """The row for JSON, rounded to what a clock can tell."""
        found = asdict(self)
        found["share"] = self.share
        if self.yardstick is not None and self.ours.cpu > 0:
            found["cpu_share"] = self.yardstick.cpu / self.ours.cpu
        found["per_second"] = self.per_second
        return _rounded(found)


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(one) for one in value]
    return float(f"{value:.5g}") if isinstance(value, float) else value


def contest(rounds: int, **sides: Ready) -> dict[str, Time]:
    """The best round of each side, turn by turn; the first turn of each is a warming-up and does not count."""
    for ready in sides.values():
        ready()()
    best = {name: Time(float("inf"), float("inf")) for name in sides}
    for _ in range(rounds):
        for name, ready in sides.items():
            run = ready()
            cpu, wall = time.process_time(), time.perf_counter()
            run()
            took = Time(time.perf_counter() - wall, time.process_time() - cpu)
            best[name] = min(best[name], took, key=lambda one: one.wall)
    return best


def processes(rounds: int, **sides: Sequence[str | Path]) -> dict[str, Time]:
    """The same for whole processes, turn by turn; ``peak_mib`` is the greatest of all rounds."""
    best: dict[str, Time] = {}
    for _ in range(rounds):
        for name, command in sides.items():
            took = child(command)
            old = best.get(name, took)
            peak = max(old.peak_mib or 0, took.peak_mib or 0)
            fastest = min(old, took, key=lambda one: one.wall)
            best[name] = Time(fastest.wall, fastest.cpu, peak)
    return best


def child(command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> Time:
    """One process from start to end: its time, its processor time, and its greatest memory."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        result = Path(folder) / "used.json"
        launcher = [sys.executable, "-S", str(ROOT / "benchmarks" / "launch.py"), str(result)]
        done = subprocess.run(
            [*launcher, *(str(word) for word in command)], capture_output=True, text=True, check=False, cwd=ROOT,
            env={**os.environ, **(environment or {})},
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(
                f"benchmarks: {command[0]} left with {done.returncode}:\n{done.stdout}{done.stderr}".rstrip()
            )
        return Time(**json.loads(result.read_text("utf-8")))


def tuodi(*words: str | Path) -> list[str | Path]:
    """The installed program with the benchmarks' packs."""
    return [Path(sys.executable).with_name("tuodi"), *words]


def on_threads(
    run: Callable[[int, int], object], pieces: Sequence[tuple[int, int]], first: Run = lambda: None
) -> Ready:
    """``run`` on each piece, a thread for each; starting the threads, and what comes ``first``, is not timed."""
    pool = ThreadPoolExecutor(len(pieces))
    list(pool.map(time.sleep, [0.001] * len(pieces)))

    def whole() -> object:
        return run(*pieces[0]) if len(pieces) == 1 else list(pool.map(lambda piece: run(*piece), pieces))

    def ready() -> Run:
        first()
        return whole

    return ready


def at_least(share: float, aim: float) -> dict[str, Any]:
    """The aim of a row as a share of its yardstick."""
    return {"aim": f"≥ {aim:.0%}", "met": share >= aim}


def at_most(seconds: float, aim: float) -> dict[str, Any]:
    """The aim of a row in seconds: the only kind that depends on the machine."""
    return {"aim": f"≤ {aim * 1000:.0f} ms", "met": seconds <= aim}


def machine() -> dict[str, Any]:
    """What the figures were taken on: enough to judge them, nothing that names the machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": _processor(), "architecture": platform.machine(), "cores": os.cpu_count(),
        "memory_gib": round(memory / 2**30), "system": platform.system(), "python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "numba", "polars", "pyarrow")},
    }  # fmt: skip


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text("utf-8").splitlines() if told.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def roots() -> list[Path]:
    """Where packs are looked for: the benchmarks' own, then the program's."""
    return [PACKS, *default_roots()]


def now() -> str:
    """The moment of a run."""
    return datetime.now(UTC).isoformat(timespec="seconds")
