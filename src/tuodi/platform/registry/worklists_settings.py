"""When an office wants to look: the settings of the worklists, from ``worklists.yaml`` and the county's own beside it.

Enters: two YAML files. Leaves: :class:`Rules`. Raises ``UsageError`` for a name that is no setting. May import
``tuodi.errors`` and the settings.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from tuodi.errors import UsageError, nearest

__all__ = ["Rules", "settings_of"]


@dataclass(frozen=True)
class Rules:
    """See the comments of ``worklists.yaml``."""

    late_flag_days: int
    recognisers: tuple[str, ...]
    flaggers: tuple[str, ...]
    recognised_classes: tuple[str, ...]
    whole_enrolment: tuple[str, ...]
    illness_causes: tuple[str, ...]
    rows_a_page: int


@cache
def settings_of() -> Rules:
    """The settings in force; the county's file is read once."""
    data = yaml.safe_load(files(__package__).joinpath("worklists.yaml").read_text("utf-8"))
    own = Path(settings.TUODI_HOME) / "worklists.yaml"
    if own.is_file():
        said = yaml.safe_load(own.read_text("utf-8")) or {}
        for name in said:
            if name not in data:
                raise UsageError(f"{own.name}: there is no setting {name!r}{nearest(name, list(data))}")
        data |= said
    made: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else int(value) for name, value in data.items()
    }
    return Rules(**made)
