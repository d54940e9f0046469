"""Places as a Django app."""

from django.apps import AppConfig

__all__ = ["Places"]


class Places(AppConfig):
    """Regions and organisations."""

    name = "tuodi.platform.places"
    label = "places"
