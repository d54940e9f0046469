"""Error pages in the reader's language; none of them says more than he may know."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

__all__ = ["fault", "forbidden", "not_found"]


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """The role may not open this page."""
    del exception
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """No such page, or no such row within the reader's region: the same words for both."""
    del exception
    return render(request, "404.html", status=404)


def fault(request: HttpRequest) -> HttpResponse:
    """Something is wrong here; the number of the request stands in the log."""
    return render(request, "500.html", {"number": getattr(request, "number", "")}, status=500)
