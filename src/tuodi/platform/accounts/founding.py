"""The first accounts of an installation, made by whoever holds the owner's database account.

Later ones are made on the pages, where one makes a grant and another confirms it. Enters: names, roles, places.
Leaves: users with a grant in force. Raises ``UsageError`` for a role or an office that does not fit.
"""

from __future__ import annotations

from django.db import transaction

from tuodi.errors import UsageError, nearest
from tuodi.platform.accounts.models import Grant, User
from tuodi.platform.accounts.roles import roles
from tuodi.platform.ground import clock
from tuodi.platform.ground.words import _
from tuodi.platform.places.models import Organisation, Region

__all__ = ["found_user"]


@transaction.atomic(using="owner")
def found_user(
    username: str,
    display_name: str,
    role: str,
    organisation: Organisation,
    *,
    region: str = "",
    password: str | None = None,
    service: bool = False,
) -> Grant:
    """A user with one grant in ``region`` (the organisation's own where none is named); the same call again changes
    the password and nothing else."""
    if role not in roles():
        raise UsageError(f"role {role!r} is unknown{nearest(role, list(roles()))}")
    if organisation.kind not in roles()[role].kinds:
        raise UsageError(f"role {role!r} is not one for {organisation.kind}: {', '.join(sorted(roles()[role].kinds))}")
    user = User.objects.using("owner").filter(username=username).first()
    if user is None:
        user = User(
            username=username, display_name=display_name, organisation=organisation,
            region_path=organisation.region_path, is_service=service,
        )  # fmt: skip
    user.set_password(password)
    user.is_active = True
    user.save(using="owner")
    place = Region.objects.using("owner").get(code=region or organisation.region_id)
    grant = Grant.objects.using("owner").filter(user=user, role=role, region=place, ended_at__isnull=True).first()
    if grant is None:
        grant = Grant.objects.using("owner").create(
            user=user, role=role, region=place, region_path=place.path, organisation=organisation,
            valid_from=clock.today(), reason=_("安装时建立"), confirmed_at=clock.now(),
        )  # fmt: skip
    return grant
