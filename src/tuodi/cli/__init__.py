"""The command line: ``tuodi settle | explain | audit | resettle | award | estimate | packs | synth``.

Enters: options and files. Leaves: files, a report, text or ``--json``; an exit code (see :data:`EXIT`). Imports every
room below it, and each only when a command needs it, so that ``--help`` is quick.
"""

from __future__ import annotations

import sys

from tuodi.cli.common import EXIT

__all__ = ["EXIT", "main"]


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    from tuodi.cli.app import run

    sys.exit(run(sys.argv[1:] if arguments is None else arguments))
