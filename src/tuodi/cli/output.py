"""Result tables → files: yuan with two decimals, all or nothing; nothing that was read is overwritten.

Enters: frames in fen, readings. Leaves: CSV, XLSX or Parquet, and the workbook of rows to be corrected. Imports
``tuodi.exchange`` and ``tuodi.tables``.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import polars as pl

from tuodi.cli.common import language, texts
from tuodi.cli.inputs import Inputs
from tuodi.errors import UsageError
from tuodi.exchange import write_table
from tuodi.tables import Schema

__all__ = ["KINDS", "check_out", "same_file", "write_results"]

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
    drafts: list[tuple[Path, Path]] = []
    try:
        draft = _draft(out)
        drafts.append((draft, out))
        _write(frame, draft, name, money)
        quarantine = None
        if inputs.set_aside:
            quarantine = _quarantine_path(out, [path for some in read.values() for path in some])
            draft = _draft(quarantine)
            drafts.append((draft, quarantine))
            inputs.write_quarantine(draft, lang)
        for draft, place in reversed(drafts):
            draft.chmod(0o644)
            draft.replace(place)
    except BaseException:
        for draft, _place in drafts:
            draft.unlink(missing_ok=True)
        raise
    return quarantine


def _draft(path: Path) -> Path:
    handle, name = tempfile.mkstemp(prefix=".", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    return Path(name)


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
