"""Result tables → files: yuan with two decimals, all or nothing; nothing that was read is overwritten.

Enters: frames in fen, readings. Leaves: CSV, XLSX or Parquet, and the workbook of rows to be corrected. Imports
``tuodi.exchange`` and ``tuodi.tables``.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from tuodi.cli.common import language, texts
from tuodi.cli.inputs import Inputs
from tuodi.errors import UsageError
from tuodi.exchange import write_table
from tuodi.tables import Schema

__all__ = ["KINDS", "Drafts", "check_out", "drafts", "same_file", "write_results"]

KINDS = (".csv", ".xlsx", ".parquet")


def check_out(path: Path, files: Mapping[str, Sequence[Path]]) -> None:
    """Raise ``UsageError`` before anything is read if the result could not be written, or would overwrite an input."""
    _ = texts(language())
    if path.suffix.lower() not in KINDS:
        kinds = _("、").join(KINDS)
        raise UsageError(_("--out {name}：文件名应以 {kinds} 结尾").format(name=path.name, kinds=kinds))
    if path.is_dir():
        raise UsageError(_("--out {name}：这是文件夹，应为文件").format(name=path))
    if not path.parent.is_dir():
        raise UsageError(_("--out {name}：文件夹 {folder} 不存在").format(name=path, folder=path.parent))
    if any(same_file(path, one) for some in files.values() for one in some):
        raise UsageError(_("--out {name}：这是要读的文件，请换一个名字").format(name=path))


def same_file(one: Path, other: Path) -> bool:
    """Whether two paths mean one file."""
    return one.resolve() == other.resolve()


def write_results(
    frame: pl.DataFrame,
    out: Path,
    name: str,
    money: Collection[str],
    inputs: Inputs,
    read: Mapping[str, Sequence[Path]],
    lang: str,
) -> Path | None:
    """Write the result and the rows to be corrected, both or neither; returns where the latter lie, None without any.

    Each is written beside its place and then moved there, so that nobody ever sees half a file.
    """
    with drafts(out) as draft:
        _write(frame, draft.of(out), name, money)
        return draft.quarantine(inputs, read, lang)


class Drafts:
    """Files that are being written beside their places."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.places: dict[Path, Path] = {}

    def of(self, place: Path) -> Path:
        """Where to write what shall lie at ``place``."""
        if place not in self.places:
            handle, name = tempfile.mkstemp(prefix=".", suffix=place.suffix, dir=place.parent)
            os.close(handle)
            self.places[place] = Path(name)
        return self.places[place]

    def quarantine(self, inputs: Inputs, read: Mapping[str, Sequence[Path]], lang: str) -> Path | None:
        """Write the rows to be corrected; returns where they will lie, None without any."""
        if not inputs.set_aside:
            return None
        place = _quarantine_path(self.out, [path for some in read.values() for path in some])
        inputs.write_quarantine(self.of(place), lang)
        return place


@contextmanager
def drafts(out: Path) -> Iterator[Drafts]:
    """Files around the result ``out``: all are moved to their places at the end, or none is left."""
    made = Drafts(out)
    try:
        yield made
        for place, draft in reversed(made.places.items()):
            draft.chmod(0o644)
            draft.replace(place)
    except BaseException:
        for draft in made.places.values():
            draft.unlink(missing_ok=True)
        raise


def _quarantine_path(out: Path, read: Iterable[Path]) -> Path:
    """Beside the result; never over a workbook that was itself sent in, with a person's corrections in it."""
    taken = list(read)
    path, number = out.with_name(f"{out.stem}.quarantine.xlsx"), 1
    while any(same_file(path, one) for one in taken):
        number += 1
        path = out.with_name(f"{out.stem}.quarantine-{number}.xlsx")
    return path


def _write(frame: pl.DataFrame, path: Path, name: str, money: Collection[str]) -> None:
    """A column without any value stays: it says that nothing was determined."""
    schema = Schema(name, required={}, optional=dict(frame.schema), money=frozenset(money))
    write_table(frame, path, schema, empty_columns=True)
