"""Every page states its zone and who may open it; a page that states nothing does not exist.

Enters: a view. Leaves: the view with its declaration, which the middleware enforces and the tests walk. A page outside
the installation's zone is not there (404); one that the role may not open is refused in words (403).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from tuodi.platform.ground.zones import EVERYWHERE

__all__ = ["FOREIGN", "Page", "page", "page_of"]

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Page:
    """Where a page may be, and who may open it."""

    zones: frozenset[str]
    deed: str = ""
    """What the role must be allowed to do (``does`` in roles.yaml), any of several split by ``|``."""
    reads: tuple[str, ...] = ()
    """Domains that the role must be allowed to read, all of them."""
    writes: tuple[str, ...] = ()
    anyone: bool = False
    """Open before signing in."""
    no_role: bool = False
    """Open to a user who has no role yet."""


def page(*, zones: frozenset[str], **more: Any) -> Callable[[View], View]:
    """Declare a view as a page."""
    declared = Page(zones, **more)

    def declare(view: View) -> View:
        view.page = declared  # type: ignore[attr-defined]
        return view

    return declare


FOREIGN: dict[str, Page] = {
    "account_login": Page(EVERYWHERE, anyone=True),
    "account_logout": Page(EVERYWHERE, no_role=True),
    "account_reauthenticate": Page(EVERYWHERE, no_role=True),
    "account_change_password": Page(EVERYWHERE, no_role=True),
    "mfa_index": Page(EVERYWHERE, no_role=True),
    "mfa_authenticate": Page(EVERYWHERE, anyone=True),
    "mfa_reauthenticate": Page(EVERYWHERE, no_role=True),
    "mfa_activate_totp": Page(EVERYWHERE, no_role=True),
    "mfa_deactivate_totp": Page(EVERYWHERE, no_role=True),
    "mfa_view_recovery_codes": Page(EVERYWHERE, no_role=True),
    "mfa_generate_recovery_codes": Page(EVERYWHERE, no_role=True),
    "mfa_download_recovery_codes": Page(EVERYWHERE, no_role=True),
}
"""Pages of libraries, by the name of their URL; a page of a library that is not here does not exist."""


def page_of(match: Any) -> Page | None:
    """The declaration of what a URL resolves to."""
    view = match.func
    return (
        getattr(view, "page", None)
        or getattr(getattr(view, "view_class", None), "page", None)
        or FOREIGN.get(match.view_name)
    )
