"""Where packs lie: ids, versions of a region, files.

Enters: an id (``cn/500112/2023``), a region (``cn/500112``) or a path. Leaves: paths. A root is a folder that holds
``<country>/<region>/<version>/pack.yaml``; without explicit roots it is ``packs/`` of a checkout, or the copy that
the wheel carries. Imports ``tuodi.errors``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tuodi.errors import PackError, Problem, nearest

__all__ = ["PACK_FILE", "Place", "default_roots", "find_packs", "locate", "schema_file", "versions_of"]

PACK_FILE = "pack.yaml"
SCHEMA_FILE = "pack.schema.json"


@dataclass(frozen=True)
class Place:
    """One pack's file: ``id`` as its folder says it (empty for a draft elsewhere), and its name in messages."""

    path: Path
    root: Path | None
    id: str

    @property
    def name(self) -> str:
        """``packs/cn/500112/2023/pack.yaml``: no path of one machine gets into a message."""
        return f"{self.root.name}/{self.id}/{PACK_FILE}" if self.root and self.id else self.path.name


def default_roots() -> tuple[Path, ...]:
    """``packs/`` of the checkout that this module stands in, else the wheel's own copy."""
    room = Path(__file__).resolve().parent
    checkout = room.parents[2] / "packs"
    return (checkout,) if (checkout / SCHEMA_FILE).is_file() else (room.parent / "_packs",)


def schema_file() -> Path:
    """The JSON Schema that editors and the structural check share."""
    return default_roots()[0] / SCHEMA_FILE


def find_packs(roots: Sequence[Path] | None = None) -> list[str]:
    """All ids under the roots, in order; a pack in an earlier root hides one of the same id in a later one."""
    found = {
        "/".join(path.parent.relative_to(root).parts)
        for root in (roots or default_roots())
        for path in root.glob(f"*/*/*/{PACK_FILE}")
    }
    return sorted(found)


def versions_of(region: str, roots: Sequence[Path] | None = None) -> list[str]:
    """The ids of one region (``cn/500112``), in order of their names."""
    return [item for item in find_packs(roots) if item.rsplit("/", 1)[0] == region.strip("/")]


def locate(ref: str, roots: Sequence[Path] | None = None) -> list[Place]:
    """The files that ``ref`` means: one for an id or a path, several for a region. ``PackError`` where none is."""
    given = Path(ref)
    if given.suffix in (".yaml", ".yml") or (given / PACK_FILE).is_file():
        return [_at_path(given if given.suffix in (".yaml", ".yml") else given / PACK_FILE)]
    wanted = ref.strip("/")
    known = find_packs(roots)
    ids = [wanted] if wanted in known else [item for item in known if item.rsplit("/", 1)[0] == wanted]
    if not ids:
        regions = sorted({item.rsplit("/", 1)[0] for item in known})
        hint = nearest(wanted, known if wanted.count("/") > 1 else [*regions, *known])
        where = "`tuodi packs list` names all there are" if known else "no pack lies under the roots given"
        raise PackError([Problem(ref, 0, "", f"there is no pack {wanted!r}{hint}", where)])
    return [_in_roots(item, roots or default_roots()) for item in ids]


def _in_roots(pack_id: str, roots: Sequence[Path]) -> Place:
    root = next(root for root in roots if (root / pack_id / PACK_FILE).is_file())
    return Place(root / pack_id / PACK_FILE, root, pack_id)


def _at_path(path: Path) -> Place:
    if not path.is_file():
        raise PackError([Problem(str(path), 0, "", "there is no such file", "a folder with pack.yaml, or an id")])
    whole = path.resolve()
    if whole.name != PACK_FILE or len(whole.parts) < 5:
        return Place(path, None, "")
    return Place(path, whole.parents[3], "/".join(whole.parent.parts[-3:]))
