"""Draws a page of this room with what all of them use: local times, what the reader may do.

Enters: a request, a template's name, what it shows. Leaves: the response. Imports ``ground``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

__all__ = ["drawn", "local"]


def local(at: datetime | None) -> str:
    """A moment where the office is, to the minute."""
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""


def drawn(request: HttpRequest, template: str, shown: dict[str, Any]) -> HttpResponse:
    """The page."""
    role = request.standing.role
    common = {"local": local, "me_uploads": role.may("upload"), "may_rows": role.may_read("quarantine")}
    return render(request, template, {**common, **shown})
