"""The room ``registry`` as a Django app."""

from django.apps import AppConfig

__all__ = ["Registry"]


class Registry(AppConfig):
    """One person, one file: persons, list rows, identities, households, settlements, doubtful links."""

    name = "tuodi.platform.registry"
    label = "registry"
