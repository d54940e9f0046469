"""A pack written into its folder: checked before anybody sees it, never over one that is there.

Enters: a county and the folder of one's own packs. Leaves: ``pack.yaml`` and ``cases/hand.yaml``, or nothing. Imports
``tuodi.law`` and this room.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tuodi.authoring.cases import cases_text
from tuodi.authoring.plan import County
from tuodi.authoring.skeleton import pack_text
from tuodi.errors import PackError, UsageError
from tuodi.law import check_pack
from tuodi.law.find import PACK_FILE

__all__ = ["Draft", "write_draft"]


@dataclass(frozen=True)
class Draft:
    """Where the pack lies, and whether the order of its classes had to be stated because it cannot be proved."""

    folder: Path
    order_stated: bool


def write_draft(county: County, packs: Path) -> Draft:
    """Write the pack of a county below ``packs``. Raises ``UsageError`` where one is there already, ``PackError`` if
    what was written did not pass the check (nothing is left then)."""
    place = packs / county.pack_id
    if place.exists():
        raise UsageError(f"{place}: there is a pack already; it is not written over — move it, or change the answers")
    text, stated = pack_text(county), False
    packs.mkdir(parents=True, exist_ok=True)
    desk = Path(tempfile.mkdtemp(prefix=".draft-", dir=packs))
    try:
        folder = desk / county.pack_id
        (folder / "cases").mkdir(parents=True)
        (folder / "cases" / "hand.yaml").write_text(cases_text(county), "utf-8")
        (folder / PACK_FILE).write_text(text, "utf-8")
        problems = check_pack(str(folder))
        if problems:
            (folder / PACK_FILE).write_text(with_stated_order(text), "utf-8")
            stated, problems = True, check_pack(str(folder))
        if problems:
            raise PackError(problems)
        place.parent.mkdir(parents=True, exist_ok=True)
        folder.replace(place)
    finally:
        shutil.rmtree(desk, ignore_errors=True)
    return Draft(place, stated)


def with_stated_order(text: str) -> str:
    """The pack with its order of classes stated: where the values do not prove it, the document has to."""
    head, mark, rest = text.partition("default_class:")
    first, _newline, tail = rest.partition("\n")
    stated = "class_order: {stated: true, cite: d1}   # 从数字看不出前一类处处不差于后一类，按所写的次序；请核对文件"
    return f"{head}{mark}{first}\n{stated}\n{tail}"
