"""What surrounds every request: headers, one transaction with a pass, the reader's language, the check of the page."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.db import OperationalError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import resolve, reverse
from django.utils import translation
from django.utils.http import urlencode

from tuodi.platform.ground import passes, zones
from tuodi.platform.ground.errors import API, told
from tuodi.platform.ground.pages import page_of

__all__ = ["Headers", "Language", "Pages", "Transaction"]

Answer = Callable[[HttpRequest], HttpResponse]
_log = logging.getLogger("tuodi.platform")

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class Headers:
    """A strict policy for scripts and styles; no page with a person's data is kept by a browser or a proxy."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the headers added."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        response.headers.setdefault("Cache-Control", "no-store")
        return response


class Transaction:
    """One transaction a request, under a pass from its first statement; an outage is told in words."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Begin with the pass of somebody signing in; ``accounts`` puts the grant's in its place."""
        request.number = uuid4().hex
        try:
            with transaction.atomic():
                passes.signing_in()
                return self.get_response(request)
        except OperationalError:
            _log.exception("the database does not answer")
            return render(request, "outage.html", {"me": None, "menu": [], "banners": [], "data_as_of": []}, status=503)


class Language:
    """Chinese unless the reader chose English (the cookie ``lang``)."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the reader's language."""
        asked = request.COOKIES.get("lang", "")
        if request.path_info.startswith(API):
            asked = request.headers.get("Accept-Language", asked)
        chosen = "en" if asked.lower().startswith("en") else "zh-hans"
        with translation.override(chosen):
            request.LANGUAGE_CODE = chosen
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", chosen)
        response.headers.setdefault("Vary", "Cookie")
        return response


def _has_nul(request: HttpRequest) -> bool:
    """A zero byte in what was sent: no text of the database can hold one, no person types one."""
    said = [request.GET] if request.method in ("GET", "HEAD") else [request.GET, request.POST]
    values = (value for form in said for _name, found in form.lists() for value in found)
    return "\0" in request.path_info or any("\0" in value for value in values)


class Pages:
    """Lets a request through to a page that is declared, in this zone, and open to the role."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; :meth:`process_view` does the work, when the view is known."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        """None to go on; raises ``Http404`` and ``PermissionDenied``."""
        if _has_nul(request):
            raise Http404
        match = request.resolver_match or resolve(request.path_info)
        declared = page_of(match)
        if declared is None or not zones.here(declared.zones):
            raise Http404
        if declared.anyone:
            return None
        user = request.user
        if not user.is_authenticated:
            if request.path_info.startswith(API):
                return told("unauthorised", 401, request.path_info, "Authorization: Bearer …")
            return redirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")
        standing = getattr(request, "standing", None)
        if declared.no_role:
            return None
        if standing is None:
            return told("no_role", 403) if request.path_info.startswith(API) else redirect("no_role")
        role = standing.role
        wanted = declared.deed.split("|") if declared.deed else []
        if (wanted and not any(role.may(deed) for deed in wanted)) or not all(
            [*(role.may_read(name) for name in declared.reads), *(role.may_write(name) for name in declared.writes)]
        ):
            raise PermissionDenied
        return None
