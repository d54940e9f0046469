"""Run one command and write down what it used: ``launch.py RESULT COMMAND …``.

A small process of its own stands between the benchmarks and the command, for the system counts the memory of whoever
started a process as that process's own until it has started.
"""

import json
import os
import sys
import time

start = time.perf_counter()
pid = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, used = os.wait4(pid, 0)
wall = time.perf_counter() - start
with open(sys.argv[1], "w", encoding="utf-8") as file:  # noqa: PTH123 - pathlib would be half of this process
    json.dump({"wall": wall, "cpu": used.ru_utime + used.ru_stime, "peak_mib": used.ru_maxrss / 1024}, file)
raise SystemExit(os.waitstatus_to_exitcode(status))
