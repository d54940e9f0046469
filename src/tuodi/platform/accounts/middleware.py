"""Who has signed in works on one of his grants, a program on its key's; the transaction is given that grant's pass."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from tuodi.platform.accounts.standing import Standing as Stand
from tuodi.platform.accounts.standing import grants_in_force
from tuodi.platform.ground import passes

__all__ = ["BEARERS", "Standing"]

_FREE = ("/account/", "/static/", "/preferences", "/no-role")

BEARERS: list[Callable[[HttpRequest], Stand | None]] = []
"""Each gives the standing of a call that carries a key instead of a session; ``api`` appends its own."""


class Standing:
    """Sets ``request.standing`` and enters its pass; asks for a new password and for the second factor where due."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer on the chosen grant, or on the first."""
        request.standing = None
        request.grants = []
        if "Authorization" in request.headers:
            # A call with a key never uses a session that came along with it.
            stand = next((found for bearer in BEARERS if (found := bearer(request))), None)
            if stand is not None:
                request.standing, request.user = stand, stand.user
                passes.enter(stand.grant.id, request=request.number)
            else:
                request.user = AnonymousUser()
            return self.get_response(request)
        user = request.user
        if user.is_authenticated and not user.is_service:
            if not request.path_info.startswith(_FREE):
                if user.must_change:
                    return redirect("account_change_password")
                if settings.TUODI_SECOND_FACTOR and not _has_second_factor(user):
                    return redirect("mfa_activate_totp")
            grants = grants_in_force(user)
            request.grants = grants
            if grants:
                wanted = request.session.get("grant")
                grant = next((one for one in grants if one.id == wanted), grants[0])
                request.standing = Stand(grant, user)
                passes.enter(grant.id, request=request.number)
        return self.get_response(request)


def _has_second_factor(user: object) -> bool:
    from allauth.mfa.models import Authenticator

    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())
