"""Kinds of package as data: what may go where, with which fields.

Enters: ``kinds.yaml``. Leaves: :class:`Kind`. Raises ``UsageError`` for a kind that makes no sense. A new kind whose
rows come from a source that :mod:`rows` knows needs no Python.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from tuodi.errors import UsageError
from tuodi.exchange import source_templates
from tuodi.platform.ground.grades import Grade
from tuodi.platform.ground.words import language
from tuodi.platform.ground.zones import ZONES
from tuodi.platform.places.models import KINDS as OFFICES

__all__ = ["Field", "Kind", "kinds"]


@dataclass(frozen=True)
class Field:
    """One listed column: its name, its header in the file, how sensitive it is."""

    name: str
    header: str
    grade: Grade
    level: int


@dataclass(frozen=True)
class Kind:
    """One kind: between which zones, by whom, with which fields, taken in as which source."""

    code: str
    names: dict[str, str]
    abouts: dict[str, str]
    from_zone: str
    to_zone: str
    made_by: frozenset[str]
    source: str
    rows: str
    purposes: dict[str, str]
    legal: dict[str, str]
    fields: tuple[Field, ...]

    @property
    def name(self) -> str:
        """Its name on the screen."""
        return self.names[language()]

    @property
    def about(self) -> str:
        """What it holds, in one sentence."""
        return self.abouts[language()]

    @property
    def purpose(self) -> str:
        """What it is for, on the screen; a package carries the Chinese."""
        return self.purposes[language()]

    @property
    def legal_basis(self) -> str:
        """By what right, on the screen."""
        return self.legal[language()]

    @property
    def headers(self) -> list[str]:
        """The header line of the file."""
        return [one.header for one in self.fields]

    @property
    def top(self) -> Grade:
        """The highest grade among its fields."""
        return max(one.grade for one in self.fields)


@cache
def kinds() -> dict[str, Kind]:
    """Every kind, in the order of the file."""
    text = files(__package__).joinpath("kinds.yaml").read_text("utf-8")
    return {code: _kind(code, entry) for code, entry in yaml.safe_load(text).items()}


def _kind(code: str, entry: dict[str, object]) -> Kind:
    fields = entry["fields"]
    assert isinstance(fields, dict)
    made = Kind(
        code, entry["name"], entry["about"], str(entry["from"]), str(entry["to"]), frozenset(entry["made_by"]),  # type: ignore[arg-type, call-overload]
        str(entry["source"]), str(entry["rows"]), entry["purpose"], entry["legal_basis"],  # type: ignore[arg-type]
        tuple(
            Field(name, one["header"], Grade[one["grade"].upper()], one["gbt39725"]) for name, one in fields.items()
        ),
    )  # fmt: skip
    template = source_templates().get(made.source)
    if made.from_zone not in ZONES or made.to_zone not in ZONES or made.from_zone == made.to_zone:
        raise UsageError(f"package {code}: from {made.from_zone!r} to {made.to_zone!r}: two of {', '.join(ZONES)}")
    if template is None or not made.made_by <= OFFICES.keys():
        raise UsageError(f"package {code}: source {made.source!r} or an office of made_by is unknown")
    for one in made.fields:
        column = template.columns.get(one.name)
        if column is None or one.header not in {column.zh, *column.aliases}:
            raise UsageError(f"package {code}: {one.name} with the header {one.header!r} is not in {made.source}")
        if one.grade < Grade[column.grade.upper()]:
            raise UsageError(f"package {code}: {one.name} is {column.grade} in {made.source}; it cannot be less here")
    return made
