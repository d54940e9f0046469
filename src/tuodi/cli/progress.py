"""What is being done right now, on the terminal only: a line that goes away when the work is done.

Enters: words and counts. Leaves: nothing; where standard error is no terminal, not even that. Imports Rich.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["Working", "working"]


class Working:
    """What is being done: call it with the words for the next step, tell it how far that step is."""

    def __init__(self, bar: Progress | None = None, task: TaskID | None = None) -> None:
        self._bar, self._task = bar, task

    def __call__(self, text: str) -> None:
        """Another step, of unknown length."""
        if self._bar is not None and self._task is not None:
            self._bar.reset(self._task, total=None, description=text)

    def of(self, done: int, total: int) -> None:
        """How much of the step is done."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=done, total=total)


@contextmanager
def working(first: str) -> Iterator[Working]:
    """Show what is being done, with a bar where its length is known and the time that it has taken."""
    if not sys.stderr.isatty():  # asked before Rich is imported: a call in a script need not wait for it
        yield Working()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield Working(bar, bar.add_task(first, total=None))
