"""A watched folder: sub-folders named by source; a file is taken when it has stopped growing, and then moved away.

Enters: a folder, a grant. Leaves: files in ``done`` or ``refused``, the latter with a text that says why. The database
decides what is taken: a file that comes again changes nothing. Imports ``bringing``, ``committing``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.db import OperationalError

from tuodi.errors import TuodiError
from tuodi.exchange import source_templates
from tuodi.platform.accounts.models import Grant
from tuodi.platform.ground import clock
from tuodi.platform.ground.words import _
from tuodi.platform.intake import committing
from tuodi.platform.intake.bringing import bring, seen
from tuodi.platform.intake.models import Delivery
from tuodi.platform.intake.previewing import FAULT
from tuodi.platform.intake.receiving import Brought
from tuodi.platform.intake.shown import warning_text
from tuodi.platform.intake.wording import said

__all__ = ["Taken", "Watch"]

_log = logging.getLogger("tuodi.platform")
_DONE, _REFUSED, _WAITING = "done", "refused", "waiting"
_AUTO = "auto"


@dataclass(frozen=True)
class Taken:
    """One file: what became of it (done, refused or waiting for an officer), where it lies now, why."""

    path: Path
    outcome: str
    why: str
    delivery: Delivery | None = None


@dataclass
class Watch:
    """Looks into a folder; call :meth:`look` again and again."""

    folder: Path
    grant: Grant
    _sizes: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def prepare(self) -> None:
        """Make the sub-folders: one a source, ``auto`` for what is to be recognised, and those for what was taken."""
        for name in (*source_templates(), _AUTO, _DONE, _REFUSED, _WAITING):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    def look(self) -> Iterator[Taken]:
        """Take every file whose size and time are as at the last look."""
        now: dict[Path, tuple[int, int]] = {}
        for path in sorted(self._files()):
            state = path.stat()
            now[path] = (state.st_size, state.st_mtime_ns)
            if self._sizes.get(path) == now[path]:
                yield self._take(path)
                now.pop(path)
        self._sizes = now

    def _files(self) -> Iterator[Path]:
        for name in (*source_templates(), _AUTO):
            place = self.folder / name
            if place.is_dir():
                yield from (
                    one for one in place.iterdir()
                    if one.is_file() and not one.is_symlink() and not one.name.startswith((".", "~$"))
                    and one.suffix.lower() not in (".tmp", ".part", ".crdownload")
                )  # fmt: skip

    def _take(self, path: Path) -> Taken:
        source = "" if path.parent.name == _AUTO else path.parent.name
        try:
            delivery = bring(path, Brought(path.name, "folder", source), self.grant)
            if delivery.state == "previewed":
                why = _held_back(delivery)
                if why:
                    return self._moved(path, _WAITING, why, delivery)
                committing.commit(delivery.pk, self.grant.pk)
                delivery = seen(delivery.pk, self.grant)
        except OperationalError:
            raise  # the database does not answer: the file stays where it is
        except TuodiError as error:
            return self._moved(path, _REFUSED, said(str(error)), None)
        except Exception:
            _log.exception("a file of the watched folder was not taken")
            return self._moved(path, _REFUSED, _(FAULT), None)
        if delivery.state in ("committed", "unchanged"):
            return self._moved(path, _DONE, "", delivery)
        if delivery.state in ("mapping", "received"):
            why = said(delivery.problem) or _("没有认出是哪一种文件，请在页面上选择")
            return self._moved(path, _WAITING, why, delivery)
        return self._moved(path, _REFUSED, said(delivery.problem), delivery)

    def _moved(self, path: Path, outcome: str, why: str, delivery: Delivery | None) -> Taken:
        stamp = clock.now().strftime("%Y%m%d%H%M%S")
        place = self.folder / outcome
        place.mkdir(exist_ok=True)
        target, number = place / f"{stamp}_{path.name}", 1
        while target.exists():
            number += 1
            target = place / f"{stamp}_{number}_{path.name}"
        path.replace(target)
        if why:
            told = [_("文件：{name}").format(name=path.name), why]
            if delivery is not None:
                told.append(_("导入编号：{number}").format(number=delivery.pk))
            target.with_name(target.name + ".txt").write_text("\n".join(told) + "\n", "utf-8")
        return Taken(target, outcome, why, delivery)


def _held_back(delivery: Delivery) -> str:
    """Why a previewed file waits for an officer instead of going in by itself."""
    serious: Callable[[str], bool] = {"as_of_missing", "nothing_good", "many_left", "totals_differ"}.__contains__
    lines = [warning_text(one) for one in delivery.warnings if serious(one["code"])]
    return "\n".join([*lines, _("请在页面上核对后提交。")]) if lines else ""
