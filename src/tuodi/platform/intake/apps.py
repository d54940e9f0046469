"""The room ``intake`` as a Django app."""

from django.apps import AppConfig

__all__ = ["Intake"]


class Intake(AppConfig):
    """Files in: sources, deliveries, what was wrong in them, mappings, quality."""

    name = "tuodi.platform.intake"
    label = "intake"
