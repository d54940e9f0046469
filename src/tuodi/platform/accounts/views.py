"""The start page, and the choice among several grants."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from tuodi.platform.ground.pages import page
from tuodi.platform.ground.zones import EVERYWHERE

__all__ = ["choose_standing", "home", "no_role"]


@page(zones=EVERYWHERE)
def home(request: HttpRequest) -> HttpResponse:
    """My work: what is waiting for this role, each with the list behind its number."""
    return render(request, "accounts/home.html", {"queues": []})


@page(zones=EVERYWHERE, no_role=True)
def no_role(request: HttpRequest) -> HttpResponse:
    """Somebody signed in who has no role in force."""
    return render(request, "accounts/no_role.html")


@page(zones=EVERYWHERE, no_role=True)
@require_POST
def choose_standing(request: HttpRequest) -> HttpResponse:
    """Work on another of one's grants."""
    wanted = request.POST.get("grant", "")
    if wanted in {str(grant.id) for grant in getattr(request, "grants", [])}:
        request.session["grant"] = int(wanted)
    return redirect("home")
