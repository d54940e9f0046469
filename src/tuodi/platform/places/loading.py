"""Regions and organisations from a list; the installation's work, on the owner's connection.

Enters: rows of (code, name, level, parent) and (name, kind, region, code). Leaves: rows in the tables; what is there
already keeps its place and takes the new name. Raises ``UsageError`` for a code, level or kind that does not fit.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from django.db import transaction

from tuodi.errors import UsageError, nearest
from tuodi.platform.places.models import KINDS, LEVELS, Organisation, Region, path_of

__all__ = ["load_organisations", "load_regions", "read_organisations", "read_regions"]

_LENGTHS = {"country": 0, "province": 2, "city": 4, "county": 6, "township": 9, "village": 12}


def read_regions(path: Path) -> list[tuple[str, str, str]]:
    """(code, name, level) of a CSV with the columns code, name, level, or 代码, 名称, 级别."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        names = {
            "代码": "code",
            "区划代码": "code",
            "名称": "name",
            "区划名称": "name",
            "级别": "level",
            "层级": "level",
        }
        found = []
        words = {LEVELS[level]: level for level in LEVELS} | {level: level for level in LEVELS}
        words |= {
            "市": "city",
            "县": "county",
            "乡镇": "township",
            "村": "village",
            "乡级": "township",
            "村级": "village",
        }
        for line, row in enumerate(rows, 2):
            one = {names.get(key, key): (value or "").strip() for key, value in row.items() if key}
            level = words.get(one.get("level", ""))
            if level is None or not one.get("name"):
                raise UsageError(f"{path.name}:{line}: level {one.get('level')!r} or the name is missing or unknown")
            found.append((one["code"], one["name"], level))
    return found


def read_organisations(path: Path) -> list[tuple[str, str, str, str]]:
    """(name, kind, region code, own code) of a CSV: columns name, kind, region, code, or their Chinese names."""
    kinds = {word: kind for kind, word in KINDS.items()}
    names = {
        "名称": "name",
        "机构名称": "name",
        "类别": "kind",
        "机构类别": "kind",
        "区划代码": "region",
        "编码": "code",
        "机构编码": "code",
    }
    found = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), 2):
            one = {names.get(key, key): (value or "").strip() for key, value in row.items() if key}
            if not one.get("name") or not one.get("region"):
                raise UsageError(f"{path.name}:{line}: the name or the region is missing")
            kind = one.get("kind", "")
            found.append((one["name"], kinds.get(kind, kind), one["region"], one.get("code", "")))
    return found


@transaction.atomic(using="owner")
def load_regions(rows: Iterable[Sequence[str]], *, invented: bool = False) -> int:
    """Put regions in, parents first; how many there were. The country is always there."""
    wanted = {"0" * 12: ("全国", "country")}
    for code, name, level in rows:
        full = code.ljust(12, "0")
        if not full.isdigit() or len(full) != 12 or level not in LEVELS:
            raise UsageError(
                f"region {code!r} ({name}): 12 digits and a level are needed{nearest(level, list(LEVELS))}"
            )
        if path_of(full).count(".") != list(LEVELS).index(level):
            raise UsageError(f"region {code!r} ({name}): the code is not one of a {level}")
        wanted[full] = (name, level)
    ordered = sorted(wanted, key=lambda code: (path_of(code).count("."), code))
    known = {path_of(code): code for code in ordered}
    made = []
    for code in ordered:
        name, level = wanted[code]
        path = path_of(code)
        parent = known.get(path.rpartition(".")[0]) if level != "country" else None
        if level != "country" and parent is None:
            raise UsageError(f"region {code} ({name}): its parent {path.rpartition('.')[0]} is not in the list")
        made.append(Region(code=code, name=name, level=level, parent_id=parent, path=path, invented=invented))
    Region.objects.using("owner").bulk_create(
        made, update_conflicts=True, unique_fields=["code"], batch_size=1000,
        update_fields=["name", "level", "parent", "path", "invented"],
    )  # fmt: skip
    return len(made)


@transaction.atomic(using="owner")
def load_organisations(rows: Iterable[tuple[str, str, str, str]]) -> list[Organisation]:
    """Put organisations in: (name, kind, region code, own code)."""
    found = []
    for name, kind, region, code in rows:
        if kind not in KINDS:
            raise UsageError(f"organisation {name}: kind {kind!r} is unknown{nearest(kind, list(KINDS))}")
        full = region.ljust(12, "0")
        one, _made = Organisation.objects.using("owner").update_or_create(
            name=name, kind=kind, region_id=full, defaults={"region_path": path_of(full), "code": code}
        )
        found.append(one)
    return found
