"""What can only be checked on a whole pack or on all versions of a region.

Enters: packs as read. Leaves: problems. Imports ``tuodi.errors``.
"""

from __future__ import annotations

from tuodi.law.model import Pack
from tuodi.law.source import Problems

__all__ = ["consistent"]


def consistent(pack: Pack, problems: Problems) -> None:
    """Note what does not fit together within one pack."""
