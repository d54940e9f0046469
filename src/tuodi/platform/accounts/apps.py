"""The room ``accounts`` as a Django app."""

from django.apps import AppConfig

__all__ = ["Accounts"]


class Accounts(AppConfig):
    """Who works here: users, roles as data, grants made by one and confirmed by another, sign-in."""

    name = "tuodi.platform.accounts"
    label = "accounts"
