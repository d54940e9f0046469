"""The command line: ``tuodi settle | explain | audit | resettle | award | estimate | packs | synth``.

Enters: options and files. Leaves: files, a report, text or ``--json``; an exit code (see :data:`EXIT`). Imports every
room below it, and each only when a command needs it, so that ``--help`` is quick.
"""

from __future__ import annotations

import signal
import sys
from types import FrameType

from tuodi.cli.common import EXIT

__all__ = ["EXIT", "main"]


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    from tuodi.cli.app import run

    # A service that is stopped, a terminal that is closed: what was begun is cleared away as after Ctrl-C.
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _stop)
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
