"""What allauth asks of us: nobody signs up by himself, its errors are in our words, and secrets of codes are sealed."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from tuodi.platform.ground.sealing import open_seal, seal
from tuodi.platform.ground.words import N_, _

__all__ = ["Accounts", "Codes"]

WORDS = {
    # One sentence for a wrong name, a wrong password and an account that is out of use: it tells no stranger which.
    "username_password_mismatch": N_("用户名或密码不对。"),
    "enter_current_password": N_("现在的密码不对。"),
    "incorrect_password": N_("密码不对。"),
    "same_as_current": N_("新密码不能与现在的相同。"),
    "too_many_login_attempts": N_("连续多次输错，请过一会儿再试。"),
    "rate_limited": N_("连续多次输错，请过一会儿再试。"),
    "incorrect_code": N_("验证码不对，或者已经用过。验证码每 30 秒换一个，请输入最新的一个。"),
    "cannot_delete_authenticator": N_("本系统要求使用验证码，不能停用。"),
    "cannot_generate_recovery_codes": N_("启用验证码之后才有恢复码。"),
}


def _error(code: str) -> ValidationError:
    return ValidationError(_(WORDS[code]), code=code)


class Accounts(DefaultAccountAdapter):
    """Accounts are made by an administrator."""

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        """Never."""
        return False

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """The error in our words."""
        return _error(code) if code in WORDS else super().validation_error(code, *args)

    def set_password(self, user: Any, password: str) -> None:
        """A password that its owner chose: nothing more need be changed."""
        user.must_change = False
        super().set_password(user, password)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """The user; one out of use, or a program's account, is answered and counted as a wrong password is."""
        user = super().authenticate(request, **credentials)
        if user is not None and (not user.is_active or user.is_service):
            user_login_failed.send(sender=__name__, credentials=credentials, request=request)
            return None
        return user


class Codes(DefaultMFAAdapter):
    """Secrets of one-time codes under the installation's data key."""

    def encrypt(self, text: str) -> str:
        """Sealed, as text."""
        return b64encode(seal("code", text)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """As it was."""
        return open_seal("code", b64decode(encrypted_text))

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """The error in our words."""
        return _error(code) if code in WORDS else super().validation_error(code, *args)

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Not where a second factor is compulsory."""
        from django.conf import settings

        return not settings.TUODI_SECOND_FACTOR or authenticator.type != authenticator.Type.TOTP
