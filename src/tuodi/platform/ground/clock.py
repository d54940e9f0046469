"""The one place where the platform asks what time it is; functions below take dates as arguments."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.utils import timezone

__all__ = ["now", "today"]


def now() -> datetime:
    """This moment, with its time zone."""
    return timezone.now()


def today() -> date:
    """Today where the office is; in a demo of invented people, the day on which it is set."""
    return settings.TUODI_TODAY or timezone.localdate()
