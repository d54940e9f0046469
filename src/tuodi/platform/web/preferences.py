"""Language and size of type: two choices that a reader makes once, kept in cookies of the browser.

Enters: a POST with ``lang`` (zh, en) or ``type`` (normal, large) and ``next``, the page to return to. Leaves: a
redirect with the cookie. Imports Django and the list of languages; reads and writes no table.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from tuodi.i18n import LANGUAGES

__all__ = ["CHOICES", "preferences"]

CHOICES = {"lang": LANGUAGES, "type": ("normal", "large")}
"""Cookie → the values it may have."""
_YEAR = 365 * 24 * 3600


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Set the cookies that were asked for and go back to ``next``; any other value or address is left out."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = "/"
    answer = HttpResponseRedirect(back)
    for name, values in CHOICES.items():
        value = request.POST.get(name, "")
        if value in values:
            answer.set_cookie(name, value, max_age=_YEAR, secure=request.is_secure(), httponly=True, samesite="Lax")
    return answer
