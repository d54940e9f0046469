"""One-time codes are guessed no oftener than passwords: a wrong one counts with axes, and a lock holds for both.

Enters: allauth's forms and signals. Leaves: the same forms, shut while the sign-in is locked. Imports allauth, axes.
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.forms import ChangePasswordForm
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth.signals import user_login_failed

__all__ = ["CodeAgainForm", "CodeForm", "PasswordForm", "count_wrong_code"]


def _shut(user: Any) -> bool:
    return not AxesProxyHandler.is_allowed(context.request, {"username": user.username})


class CodeForm(AuthenticateForm):
    """The code at sign-in."""

    def clean_code(self) -> str:
        """The code, if it is right and the sign-in is not locked."""
        if _shut(self.user):
            context.request.axes_locked_out = True
            raise get_adapter().validation_error("rate_limited")
        return str(super().clean_code())


class CodeAgainForm(ReauthenticateForm):
    """The code before something grave."""

    def clean_code(self) -> str:
        """The code, if it is right and the sign-in is not locked."""
        if _shut(self.user):
            context.request.axes_locked_out = True
            raise get_adapter().validation_error("rate_limited")
        return str(super().clean_code())


class PasswordForm(ChangePasswordForm):
    """The present password before it is changed: who sits down at another's open session guesses it no oftener."""

    def clean_oldpassword(self) -> str:
        """The present password, if it is right and the sign-in is not locked."""
        if _shut(self.user):
            context.request.axes_locked_out = True
            raise get_account_adapter().validation_error("too_many_login_attempts")
        said = self.cleaned_data.get("oldpassword", "")
        if not self.user.check_password(said):
            count_wrong_code(type(self), context.request, self.user)
        return str(super().clean_oldpassword())


def count_wrong_code(sender: Any, request: Any, user: Any, **_more: Any) -> None:
    """A wrong code is a failed sign-in."""
    user_login_failed.send(sender=sender, request=request, credentials={"username": user.username})
