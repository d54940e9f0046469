"""The room ``api`` as a Django app."""

from django.apps import AppConfig

__all__ = ["Api"]


class Api(AppConfig):
    """The API: the same data, rights and masks as the pages, for programs."""

    name = "tuodi.platform.api"
    label = "api"
