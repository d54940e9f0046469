"""What allauth asks of us: nobody signs up by himself, and the secrets of one-time codes are sealed."""

from __future__ import annotations

from base64 import b64decode, b64encode

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from tuodi.platform.ground.sealing import open_seal, seal

__all__ = ["Accounts", "Codes"]


class Accounts(DefaultAccountAdapter):
    """Accounts are made by an administrator."""

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        """Never."""
        return False


class Codes(DefaultMFAAdapter):
    """Secrets of one-time codes under the installation's data key."""

    def encrypt(self, text: str) -> str:
        """Sealed, as text."""
        return b64encode(seal("code", text)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """As it was."""
        return open_seal("code", b64decode(encrypted_text))
