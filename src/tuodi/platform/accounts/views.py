"""The start page, the choice among several grants, and what each role may do."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from tuodi.platform.accounts.queues import queues
from tuodi.platform.accounts.role_words import described
from tuodi.platform.accounts.roles import roles
from tuodi.platform.ground.pages import page
from tuodi.platform.ground.zones import EVERYWHERE

__all__ = ["choose_standing", "home", "no_role", "role_list", "role_page"]


@page(zones=EVERYWHERE)
def home(request: HttpRequest) -> HttpResponse:
    """My work: what is waiting for this role, each with the list behind its number."""
    standing = request.standing
    found = queues(request)
    return render(
        request, "accounts/home.html",
        {
            "waiting": [queue for queue in found if queue["count"]],
            "done": [queue for queue in found if not queue["count"]],
            "grants": request.grants, "standing": standing, "searches": standing.may("search"),
            "role": described(standing.role),
        },
    )  # fmt: skip


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


@page(zones=EVERYWHERE)
def role_list(request: HttpRequest) -> HttpResponse:
    """All roles: who may hold them, and what they see and do."""
    return render(request, "accounts/roles.html", {"roles": [described(role) for role in roles().values()]})


@page(zones=EVERYWHERE)
def role_page(request: HttpRequest, code: str) -> HttpResponse:
    """One role in full."""
    if code not in roles():
        raise Http404
    return render(request, "accounts/role.html", {"role": described(roles()[code])})
