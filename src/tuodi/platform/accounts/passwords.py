"""How long a password must be, in the words of the screen: the framework's own text has no Chinese.

Enters: a password. Leaves: nothing, or a refusal. Imports the framework's rule.
"""

from __future__ import annotations

from django.contrib.auth.password_validation import MinimumLengthValidator

from tuodi.platform.ground.words import _

__all__ = ["LongEnough"]


class LongEnough(MinimumLengthValidator):
    """A password of at least ``min_length`` signs."""

    def get_error_message(self) -> str:
        """What is said of one that is too short."""
        return _("密码太短，至少 {n} 位。").format(n=self.min_length)

    def get_help_text(self) -> str:
        """What is said beforehand."""
        return _("至少 {n} 位。").format(n=self.min_length)
