"""The ground as a Django app: after each migration by the owner, the database is given its rules anew."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

__all__ = ["Ground"]


class Ground(AppConfig):
    """Zones, passes, protection, sealed numbers."""

    name = "tuodi.platform.ground"
    label = "ground"

    def ready(self) -> None:
        """Protect every table once all apps have migrated: this app stands last in the list of apps."""
        post_migrate.connect(_protect, sender=self)


def _protect(using: str, **_more: Any) -> None:
    if using != "owner":
        return
    from tuodi.platform.ground.protection import protect_all

    protect_all(using)
