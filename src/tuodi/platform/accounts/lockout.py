"""What somebody sees who has tried too many passwords, and under which name his tries are counted."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

__all__ = ["locked_out", "name_tried"]


def locked_out(request: HttpRequest, _response: Any = None, credentials: Any = None) -> HttpResponse:
    """A page that says how long to wait; the same whether the account exists or not."""
    del credentials
    return render(request, "accounts/locked_out.html", status=429)


def name_tried(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The name in small letters: sign-in does not tell large from small, so neither must the count of tries."""
    said = (credentials or {}).get("username") or request.POST.get("login", "")
    return str(said).strip().lower()[:255]
