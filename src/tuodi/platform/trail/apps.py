"""The room ``trail`` as a Django app."""

from django.apps import AppConfig

__all__ = ["Trail"]


class Trail(AppConfig):
    """What happened: changes of rows, bulk loads, who looked at whom; append-only."""

    name = "tuodi.platform.trail"
    label = "trail"
