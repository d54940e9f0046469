"""Roles as data: what each reads, writes and does, and down to which grade it sees.

Enters: ``roles.yaml``. Leaves: :class:`Role`, and the rows of rights that the database's policies look up.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from tuodi.platform.ground.grades import Grade
from tuodi.platform.ground.words import language

__all__ = ["Right", "Role", "rights", "role", "roles"]


@dataclass(frozen=True)
class Right:
    """One deed in one domain; ``own_only``: rows of the own organisation."""

    role: str
    domain: str
    action: str
    own_only: bool


@dataclass(frozen=True)
class Role:
    """A role: names, holders, ceilings, rights and deeds."""

    code: str
    zh: str
    en: str
    kinds: frozenset[str]
    clear: Grade
    """The highest grade shown as it is."""
    on_reason: Grade
    """The highest grade shown once a reason was given."""
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    does: frozenset[str]

    @property
    def name(self) -> str:
        """The role's name on the screen."""
        return self.en if language() == "en" else self.zh

    def may(self, deed: str) -> bool:
        """Whether the role does something beyond reading and writing rows (``upload``, ``review_links`` …)."""
        return deed in self.does

    def may_read(self, domain: str) -> bool:
        """Whether it reads rows of a domain at all."""
        return domain in {name.rstrip("*") for name in self.reads}

    def may_write(self, domain: str) -> bool:
        """Whether it writes rows of a domain at all."""
        return domain in {name.rstrip("*") for name in self.writes}


@cache
def roles() -> dict[str, Role]:
    """Every role, in the order of the file."""
    data = yaml.safe_load(files(__package__).joinpath("roles.yaml").read_text("utf-8"))
    return {
        code: Role(
            code, entry["name"]["zh"], entry["name"]["en"], frozenset(entry["kinds"]),
            Grade[entry["clear"].upper()], Grade[entry["on_reason"].upper()],
            tuple(entry["reads"]), tuple(entry["writes"]), frozenset(entry["does"]),
        )
        for code, entry in data.items()
    }  # fmt: skip


def role(code: str) -> Role:
    """One role. Raises ``KeyError`` for another name."""
    return roles()[code]


def rights() -> list[Right]:
    """Every right of every role, as the database holds them."""
    return [
        Right(one.code, name.rstrip("*"), action, name.endswith("*"))
        for one in roles().values()
        for action, names in (("read", one.reads), ("write", one.writes))
        for name in names
    ]
