"""Two accounts for one database: the owner's migrates, the program's does everything else."""

from __future__ import annotations

from typing import Any

__all__ = ["Router"]


class Router:
    """Migrations run on the connection ``owner`` only; both reach the same rows."""

    def allow_migrate(self, db: str, _app_label: str, **_more: Any) -> bool:
        """Only the owner's connection."""
        return db == "owner"

    def allow_relation(self, _one: Any, _other: Any, **_more: Any) -> bool:
        """Both connections lead to the same database."""
        return True
