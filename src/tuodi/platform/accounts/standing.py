"""On whose grant a request works: user, role, region, organisation.

Enters: a user with grants. Leaves: :class:`Standing`. Imports ``models``, ``roles``, ``ground``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tuodi.platform.accounts.models import Grant, User
from tuodi.platform.accounts.roles import Role, role
from tuodi.platform.ground import clock
from tuodi.platform.ground.grades import Grade, Graded, mask

__all__ = ["Standing", "grants_in_force"]


@dataclass(frozen=True)
class Standing:
    """What one grant makes of a user."""

    grant: Grant
    user: User

    @property
    def role(self) -> Role:
        """The grant's role."""
        return role(self.grant.role)

    @property
    def region_path(self) -> str:
        """The path under which rows are seen."""
        return str(self.grant.region_path)

    def may(self, deed: str) -> bool:
        """Whether the role does something beyond reading and writing rows."""
        return self.role.may(deed)

    def sees(self, graded: Graded) -> bool:
        """Whether a column of this grade is shown as it is."""
        return graded.grade <= self.role.clear

    def may_reveal(self, graded: Graded) -> bool:
        """Whether a stated reason shows it."""
        return graded.grade <= self.role.on_reason

    def show(self, value: Any, graded: Graded) -> Any:
        """The value, or its mask."""
        return value if self.sees(graded) else mask(value, graded.shape)

    def shown(self) -> dict[str, str]:
        """What the head of a page says."""
        return {
            "display_name": self.user.display_name,
            "role_name": self.role.name,
            "office_name": self.grant.organisation.name,
            "region_name": self.grant.region.name,
        }

    @property
    def ceiling(self) -> Grade:
        """The highest grade that is shown without a reason."""
        return self.role.clear


def grants_in_force(user: User) -> list[Grant]:
    """A user's grants that count today, oldest first."""
    today = clock.today()
    return [
        grant
        for grant in Grant.objects.filter(user=user).select_related("region", "organisation").order_by("id")
        if grant.in_force(today)
    ]
