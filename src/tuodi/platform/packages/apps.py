"""The room ``packages`` as a Django app."""

from django.apps import AppConfig

__all__ = ["Packages"]


class Packages(AppConfig):
    """Signed packages of listed fields between zones."""

    name = "tuodi.platform.packages"
    label = "packages"
