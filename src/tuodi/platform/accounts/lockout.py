"""What somebody sees who has tried too many passwords."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

__all__ = ["locked_out"]


def locked_out(request: HttpRequest, _response: Any = None, credentials: Any = None) -> HttpResponse:
    """A page that says how long to wait; the same whether the account exists or not."""
    del credentials
    return render(request, "accounts/locked_out.html", status=429)
