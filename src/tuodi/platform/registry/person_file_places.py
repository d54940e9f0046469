"""Names of places for a list of people: one query, whatever the number of rows.

Enters: paths of regions, codes of regions. Leaves: names as they stand on a screen. May import ``places``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tuodi.platform.places.models import Region, path_of

__all__ = ["Names", "county_of", "names_of", "towns_under"]

_COUNTY, _TOWN, _VILLAGE = 4, 5, 6
"""How many labels a path has down to the county, the township, the village."""


def county_of(path: str) -> str:
    """The county's code of six digits in a path; empty above the county."""
    labels = str(path).split(".")
    return labels[_COUNTY - 1] if len(labels) >= _COUNTY else ""


def _cut(path: str, depth: int) -> str:
    labels = str(path).split(".")
    return ".".join(labels[:depth]) if len(labels) >= depth else ""


@dataclass(frozen=True)
class Names:
    """Path → name of what was asked for."""

    by_path: Mapping[str, str]

    def town(self, path: str) -> str:
        """The township's name."""
        return self.by_path.get(_cut(path, _TOWN), "")

    def village(self, path: str) -> str:
        """The village's name; empty where only the township is known."""
        return self.by_path.get(_cut(path, _VILLAGE), "")

    def place(self, path: str) -> str:
        """Township and village, or the lowest place that is known."""
        return " ".join(part for part in (self.town(path), self.village(path)) if part) or self.by_path.get(path, "")

    def code(self, code: str) -> str:
        """A code's name with the code; the code alone where this installation does not know the place."""
        if not code:
            return ""
        name = self.by_path.get(path_of(code.ljust(12, "0")[:12]), "")
        return f"{name}（{code}）" if name else code


def names_of(paths: Iterable[str], codes: Iterable[str] = ()) -> Names:
    """Names for these paths, with the townships above them, and for these codes. One query."""
    wanted = {str(path) for path in paths if path}
    wanted |= {cut for path in list(wanted) for cut in (_cut(path, _TOWN), _cut(path, _VILLAGE)) if cut}
    wanted |= {path_of(code.ljust(12, "0")[:12]) for code in codes if code and code.isdigit()}
    if not wanted:
        return Names({})
    return Names(
        {
            str(path): str(name)
            for path, name in Region.objects.filter(path__in=sorted(wanted)).values_list("path", "name")
        }
    )


def towns_under(path: str) -> list[tuple[str, str]]:
    """(path, name) of the townships below a region, in the order of their codes; one query."""
    rows = Region.objects.filter(path__under=path, level="township").order_by("code").values_list("path", "name")
    return [(str(one), str(name)) for one, name in rows]
