"""A folder of pages, written whole or not at all; what lies there from before goes only if it is of the same kind.

Enters: a place and what writes into a folder. Leaves: the folder. Imports ``tuodi.errors``.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tuodi.cli.common import texts
from tuodi.errors import UsageError

__all__ = ["QUARANTINE", "check_folder", "write_folder"]

QUARANTINE = "待更正.xlsx"
"""The rows to be corrected, beside the pages."""


def check_folder(out: Path, own: Callable[[Path], bool], files: Mapping[str, Sequence[Path]], lang: str) -> None:
    """Raise ``UsageError`` if ``out`` is a file, holds an input, or holds anything of which ``own`` says that it is not
    of an earlier report."""
    _ = texts(lang)
    if out.exists() and not out.is_dir():
        raise UsageError(_("--out {name}：这是文件，应为文件夹").format(name=out))
    whole = out.resolve()
    for path in (path for some in files.values() for path in some):
        if whole in path.resolve().parents:
            raise UsageError(
                _("要读的文件 {name} 在报告文件夹 {out} 里，写报告时会被替换：请先移出，或换一个 --out").format(
                    name=path, out=out
                )
            )
    others = sorted(one.name for one in out.iterdir() if not own(one)) if out.is_dir() else []
    if others:
        raise UsageError(
            _("--out {out}：文件夹里有别的文件（{name}），不会替换它：请换一个文件夹").format(out=out, name=others[0])
        )


def write_folder(out: Path, write: Callable[[Path], object]) -> None:
    """Let ``write`` fill a folder beside ``out``, which then takes its place: what was there stays until then."""
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        write(draft)
        draft.chmod(0o755)
        _put(draft, out)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _put(draft: Path, out: Path) -> None:
    if not out.exists():
        draft.replace(out)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    old.rmdir()
    out.replace(old)
    try:
        draft.replace(out)
    except BaseException:
        old.replace(out)
        raise
    shutil.rmtree(old, ignore_errors=True)
