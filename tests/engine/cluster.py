"""A real standalone cluster on the loopback: a master and two workers of one core each, ended in every case."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyspark

SPARK = Path(pyspark.__file__).parent
LOOPBACK = "127.0.0.1"
SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto"
"""A Java that lives for a minute has nothing of its second compiler."""

SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.driver.host": LOOPBACK,
    "spark.driver.bindAddress": LOOPBACK,
    "spark.executor.memory": "640m",
    "spark.driver.extraJavaOptions": SHORT_LIVED,
    "spark.executor.extraJavaOptions": SHORT_LIVED,
    "spark.locality.wait": "0",
    "spark.sql.shuffle.partitions": "2",
}
"""What a session needs to stay on this machine and small."""


@dataclass
class Cluster:
    """Its address, and the process of each worker by name."""

    url: str
    workers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def kill(self, executor: int) -> None:
        """End the executor with this process number, and the worker that keeps it, as a power cut would."""
        folder = Path(f"/proc/{executor}/cwd").readlink()
        name = next(name for name in self.workers if name in folder.parts)
        worker = self.workers.pop(name)
        worker.kill()
        os.kill(executor, signal.SIGKILL)
        worker.wait()


def _start(folder: Path, name: str, *words: str) -> subprocess.Popen[bytes]:
    env = {
        **os.environ, "SPARK_HOME": str(SPARK), "SPARK_LOCAL_IP": LOOPBACK, "SPARK_LOCAL_DIRS": str(folder / "local"),
        "SPARK_DAEMON_MEMORY": "256m", "SPARK_DAEMON_JAVA_OPTS": SHORT_LIVED,
    }  # fmt: skip
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            [str(SPARK / "bin" / "spark-class"), *words], stdout=log, stderr=subprocess.STDOUT, env=env, cwd=folder
        )


def _address(folder: Path, master: subprocess.Popen[bytes]) -> str:
    log = folder / "master.log"
    while True:
        found = re.search(rf"spark://{re.escape(LOOPBACK)}:[1-9]\d*", log.read_text("utf-8", errors="replace"))
        if found:
            return found[0]
        assert master.poll() is None, log.read_text("utf-8", errors="replace")
        time.sleep(0.1)


@contextmanager
def cluster_in(folder: Path) -> Iterator[Cluster]:
    """Start it on ports that are free, and end every process of it."""
    master = _start(
        folder, "master", "org.apache.spark.deploy.master.Master",
        "--host", LOOPBACK, "--port", "0", "--webui-port", "0",
    )  # fmt: skip
    found = None
    try:
        found = Cluster(_address(folder, master))
        for name in ("worker1", "worker2"):
            found.workers[name] = _start(
                folder, name, "org.apache.spark.deploy.worker.Worker", "--host", LOOPBACK, "--port", "0",
                "--webui-port", "0", "--cores", "1", "--memory", "1g", "--work-dir", str(folder / name), found.url,
            )  # fmt: skip
        yield found
    finally:
        for process in (*(found.workers.values() if found else ()), master):
            process.terminate()  # a worker ends its executors
        for process in (*(found.workers.values() if found else ()), master):
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
